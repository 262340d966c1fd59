//! What SQLite lacks: comparing and folding texts as people do, in every alphabet.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// Collation of texts that people sort: without regard to case.
pub const PERSON: &str = "person";
/// Folds a text for searching.
pub const FOLD: &str = "twinshore_fold";

pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation(PERSON, |a, b| {
        // Without making new texts: this runs millions of times while indexes are built.
        if a.is_ascii() && b.is_ascii() {
            a.bytes().map(|c| c.to_ascii_lowercase()).cmp(b.bytes().map(|c| c.to_ascii_lowercase()))
        } else {
            a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
        }
    })?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("twinshore_upper", 1, flags, |context| {
        Ok(context.get::<Option<String>>(0)?.map(|text| text.to_uppercase()))
    })?;
    connection
        .create_scalar_function(FOLD, 1, flags, |context| Ok(context.get::<Option<String>>(0)?.map(|text| text.to_lowercase())))
}
