//! The call journal: the result of each call with effects, kept so that a repeat is answered, not run again (R17).

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_protocol::CallId;

use crate::storage::Lease;
use crate::{EngineError, Unit};

/// Hours a result is kept.
pub const KEPT_HOURS: i64 = 24;

/// The result a call had before, if it was this user's.
///
/// # Errors
/// If the database fails.
pub fn earlier<T: DeserializeOwned>(unit: &Unit, call: CallId) -> Result<Option<T>, EngineError> {
    let stored: Option<Vec<u8>> = unit
        .connection()?
        .query_row(
            "SELECT response FROM _calls WHERE id = ?1 AND user = ?2",
            params![call.0.as_bytes(), unit.user().user_name],
            |row| row.get(0),
        )
        .optional()?;
    Ok(stored.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Keeps a result, in the transaction that made it.
///
/// # Errors
/// If the database fails.
pub fn keep<T: Serialize>(unit: &Unit, connection: &Lease, call: CallId, response: &T) -> Result<(), EngineError> {
    let now = unit.engine().clock().now();
    let bytes =
        serde_json::to_vec(response).map_err(|error| EngineError::refused(format!("The result can't be kept: {error}.")))?;
    connection.execute("DELETE FROM _calls WHERE made < ?1", [(now - chrono::Duration::hours(KEPT_HOURS)).to_rfc3339()])?;
    connection.execute(
        "INSERT OR REPLACE INTO _calls VALUES (?1, ?2, ?3, ?4)",
        params![call.0.as_bytes(), unit.user().user_name, now.to_rfc3339(), bytes],
    )?;
    Ok(())
}
