//! Values that wait between calls of one user (R16). Their address says which server keeps them.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, params};
use twinshore_metadata::Value;
use twinshore_protocol::{Limit, ServerError};
use uuid::Uuid;

use crate::exchange::device_id;
use crate::schema::setting;
use crate::{EngineError, Unit};

/// Values are kept for so long.
const LIFE_HOURS: i64 = 24;
/// Bytes of one value at most.
const MAXIMUM_BYTES: usize = 8 * 1024 * 1024;
/// Values of one user at most; older ones go.
const MAXIMUM_VALUES: u32 = 200;
/// What every address begins with.
const SCHEME: &str = "temporary:";

/// Tables of this module.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS _temporary (id BLOB PRIMARY KEY, user TEXT NOT NULL, made INTEGER NOT NULL, value TEXT NOT NULL)
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS _temporary_by_user ON _temporary (user, made);
";

fn oldest(now: DateTime<Utc>) -> i64 {
    (now - TimeDelta::hours(LIFE_HOURS)).timestamp_millis()
}

/// Keeps a value and gives its address.
///
/// # Errors
/// [`ServerError::LimitExceeded`] if it is too big.
pub fn put(unit: &Unit, value: &Value) -> Result<String, EngineError> {
    let text = value.to_json().to_string();
    if text.len() > MAXIMUM_BYTES {
        return Err(ServerError::limit(Limit::RequestSize, MAXIMUM_BYTES.to_string()).into());
    }
    let now = unit.engine().clock().now();
    let user = &unit.user().user_name;
    unit.transaction(|connection| {
        let home = if unit.engine().is_standalone() { device_id(connection)?.to_string() } else { String::from("main") };
        let id = Uuid::now_v7();
        connection.execute("DELETE FROM _temporary WHERE made < ?1", [oldest(now)])?;
        connection.execute(
            "INSERT INTO _temporary (id, user, made, value) VALUES (?1, ?2, ?3, ?4)",
            params![id.as_bytes(), user, now.timestamp_millis(), text],
        )?;
        connection.execute(
            "DELETE FROM _temporary WHERE user = ?1 AND id NOT IN
             (SELECT id FROM _temporary WHERE user = ?1 ORDER BY made DESC, id DESC LIMIT ?2)",
            params![user, MAXIMUM_VALUES],
        )?;
        Ok(format!("{SCHEME}{home}/{id}"))
    })
}

/// The value at an address; none if its time is over or it was deleted.
///
/// # Errors
/// [`ServerError::WrongServer`] if another server keeps it.
pub fn get(unit: &Unit, address: &str) -> Result<Option<Value>, EngineError> {
    let id = here(unit, address)?;
    let text: Option<String> = unit
        .connection()?
        .query_row(
            "SELECT value FROM _temporary WHERE id = ?1 AND user = ?2 AND made >= ?3",
            params![id.as_bytes(), unit.user().user_name, oldest(unit.engine().clock().now())],
            |row| row.get(0),
        )
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).and_then(|json| Value::from_json(&json).ok()))
}

/// Forgets the value at an address.
///
/// # Errors
/// As for [`get`].
pub fn delete(unit: &Unit, address: &str) -> Result<(), EngineError> {
    let id = here(unit, address)?;
    let user = &unit.user().user_name;
    unit.transaction(|connection| {
        connection.execute("DELETE FROM _temporary WHERE id = ?1 AND user = ?2", params![id.as_bytes(), user])?;
        Ok(())
    })
}

/// The id in an address of this server.
fn here(unit: &Unit, address: &str) -> Result<Uuid, EngineError> {
    let parts = address.strip_prefix(SCHEME).and_then(|rest| rest.split_once('/'));
    let id = parts.and_then(|(home, id)| Some((home, id.parse().ok()?)));
    let Some((home, id)) = id else {
        return Err(EngineError::refused(format!("`{address}` is no address of the temporary storage.")));
    };
    let own = if unit.engine().is_standalone() { setting(&*unit.connection()?, "device")? } else { Some(String::from("main")) };
    if own.as_deref() == Some(home) { Ok(id) } else { Err(EngineError::Refused(ServerError::WrongServer)) }
}
