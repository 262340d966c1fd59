//! The call journal: the result of each call with effects, kept so that a repeat is answered, not run again (R17).
//!
//! Invariant: a call's effects and its result are one transaction, and a user has one result for an id. Two repeats that run at
//! once end with one of them undone. Ids of one user mean nothing to another.

use rusqlite::{ErrorCode, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_protocol::CallId;

use crate::storage::Lease;
use crate::{EngineError, Unit};

/// Hours a result is kept.
pub const KEPT_HOURS: i64 = 24;

/// Tables of this module. The first form of the table let a stranger's id take the place of a result.
pub const TABLES: &str = "
DROP TABLE IF EXISTS _calls;
CREATE TABLE IF NOT EXISTS _call_results (user TEXT NOT NULL, id BLOB NOT NULL, made TEXT NOT NULL, response BLOB NOT NULL,
    PRIMARY KEY (user, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS _call_results_by_time ON _call_results (made);
";

/// The result a call had before, if it was this user's.
///
/// # Errors
/// If the database fails; a refusal if the id belongs to a call of another kind.
pub fn earlier<T: DeserializeOwned>(unit: &Unit, call: CallId) -> Result<Option<T>, EngineError> {
    let stored: Option<Vec<u8>> = unit
        .connection()?
        .query_row(
            "SELECT response FROM _call_results WHERE user = ?1 AND id = ?2",
            params![unit.user().user_name, call.0.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    let other = |_| EngineError::refused("This call can't be repeated: its id belongs to another call.");
    stored.map(|bytes| serde_json::from_slice(&bytes).map_err(other)).transpose()
}

/// Keeps a result, in the transaction that made it. If the same call ended meanwhile, this one is to be undone.
///
/// # Errors
/// [`EngineError::Repeated`] if a repeat of the call has its result already; if the database fails.
pub fn keep<T: Serialize>(unit: &Unit, connection: &Lease, call: CallId, response: &T) -> Result<(), EngineError> {
    let now = unit.engine().clock().now();
    let bytes =
        serde_json::to_vec(response).map_err(|error| EngineError::refused(format!("The result can't be kept: {error}.")))?;
    let oldest = (now - chrono::Duration::hours(KEPT_HOURS)).to_rfc3339();
    connection.execute("DELETE FROM _call_results WHERE made < ?1", [oldest])?;
    let kept = connection.execute(
        "INSERT INTO _call_results (user, id, made, response) VALUES (?1, ?2, ?3, ?4)",
        params![unit.user().user_name, call.0.as_bytes(), now.to_rfc3339(), bytes],
    );
    match kept {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Err(EngineError::Repeated),
        Err(error) => Err(error.into()),
    }
}
