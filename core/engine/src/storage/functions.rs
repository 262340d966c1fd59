//! What SQLite lacks: comparing and folding texts as people do, in every alphabet.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// Collation of texts that people sort: without regard to case.
pub const PERSON: &str = "person";
/// Folds a text for searching.
pub const FOLD: &str = "twinshore_fold";

pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation(PERSON, |a, b| {
        let folded = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
        if a.is_ascii() && b.is_ascii() {
            let key = |text: &str| text.bytes().map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
            key(a).cmp(&key(b))
        } else {
            folded(a).cmp(&folded(b))
        }
    })?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("twinshore_upper", 1, flags, |context| {
        Ok(context.get::<Option<String>>(0)?.map(|text| text.to_uppercase()))
    })?;
    connection
        .create_scalar_function(FOLD, 1, flags, |context| Ok(context.get::<Option<String>>(0)?.map(|text| text.to_lowercase())))
}
