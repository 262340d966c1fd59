//! One-time sign-in codes: given out by an operator, good for a short time and for one device.
//!
//! The database holds only their hashes. A code that was used or has run out is remembered for a day, so that whoever comes with it is
//! told what to do.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use twinshore_protocol::{CodeRefusal, ServerError};

use super::secret::{hash, random};
use crate::EngineError;

/// A code is good for ten minutes, if nothing else is said.
pub const CODE_S: i64 = 600;
/// And for a day at most.
pub const LONGEST_CODE_S: i64 = 24 * 3_600;
/// A code that is good no longer is remembered so long.
const REMEMBERED_S: i64 = 24 * 3_600;
const CODE_BYTES: usize = 16;

/// Tables of this module.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS _sign_in_codes (
    hash TEXT PRIMARY KEY,
    user_name TEXT NOT NULL COLLATE NOCASE,
    expires INTEGER NOT NULL,
    used INTEGER
) WITHOUT ROWID;
";

/// Codes over a connection that may write.
pub struct CodeStore<'c> {
    connection: &'c Connection,
    now: DateTime<Utc>,
}

impl<'c> CodeStore<'c> {
    /// The store at a moment.
    pub const fn new(connection: &'c Connection, now: DateTime<Utc>) -> Self {
        Self { connection, now }
    }

    /// A new code for a user.
    pub fn give(&self, user_name: &str, lasts_s: i64) -> Result<(String, DateTime<Utc>), EngineError> {
        let forgotten = self.now.timestamp() - REMEMBERED_S;
        self.connection.execute("DELETE FROM _sign_in_codes WHERE expires < ?1", [forgotten])?;
        let code = random::<CODE_BYTES>();
        let expires = self.now + TimeDelta::seconds(lasts_s.clamp(1, LONGEST_CODE_S));
        self.connection.execute(
            "INSERT INTO _sign_in_codes (hash, user_name, expires) VALUES (?1, ?2, ?3)",
            params![hash(&code), user_name, expires.timestamp()],
        )?;
        Ok((code, expires))
    }

    /// Uses a code up. Two devices that come with the same code at once get in once.
    pub fn take(&self, user_name: &str, code: &str) -> Result<(), EngineError> {
        let (hash, now) = (hash(code), self.now.timestamp());
        let taken = self.connection.execute(
            "UPDATE _sign_in_codes SET used = ?3 WHERE hash = ?1 AND user_name = ?2 AND used IS NULL AND expires > ?3",
            params![hash, user_name, now],
        )?;
        if taken == 1 {
            return Ok(());
        }
        let used: Option<Option<i64>> = self
            .connection
            .query_row("SELECT used FROM _sign_in_codes WHERE hash = ?1 AND user_name = ?2", params![hash, user_name], |row| {
                row.get(0)
            })
            .optional()?;
        let reason = match used {
            None => CodeRefusal::Unknown,
            Some(Some(_)) => CodeRefusal::Used,
            Some(None) => CodeRefusal::Expired,
        };
        Err(ServerError::CodeRefused { reason }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(TABLES).expect("tables");
        connection
    }

    fn refusal(result: Result<(), EngineError>) -> CodeRefusal {
        match result {
            Err(EngineError::Refused(ServerError::CodeRefused { reason })) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_code_lets_one_device_in_once_and_says_why_not_again() {
        let connection = connection();
        let store = CodeStore::new(&connection, DateTime::UNIX_EPOCH);
        let (code, _) = store.give("ann", CODE_S).expect("a code");
        assert_eq!(refusal(store.take("bob", &code)), CodeRefusal::Unknown, "a code is one person's");
        assert_eq!(refusal(store.take("ann", "guess")), CodeRefusal::Unknown);
        store.take("Ann", &code).expect("in");
        assert_eq!(refusal(store.take("ann", &code)), CodeRefusal::Used);
    }

    #[test]
    fn a_code_runs_out_and_is_forgotten_after_a_day() {
        let connection = connection();
        let start = DateTime::UNIX_EPOCH;
        let (code, expires) = CodeStore::new(&connection, start).give("ann", CODE_S).expect("a code");
        assert_eq!(expires, start + TimeDelta::seconds(CODE_S));
        assert_eq!(refusal(CodeStore::new(&connection, expires).take("ann", &code)), CodeRefusal::Expired);
        let later = CodeStore::new(&connection, expires + TimeDelta::seconds(REMEMBERED_S + 1));
        later.give("ann", i64::MAX).expect("another");
        assert_eq!(refusal(later.take("ann", &code)), CodeRefusal::Unknown);
    }

    #[test]
    fn the_database_never_holds_a_code() {
        let connection = connection();
        let (code, _) = CodeStore::new(&connection, DateTime::UNIX_EPOCH).give("ann", CODE_S).expect("a code");
        let kept: String = connection.query_row("SELECT hash FROM _sign_in_codes", [], |row| row.get(0)).expect("a row");
        assert!(kept != code && code.len() == CODE_BYTES * 2, "{code}");
    }
}
