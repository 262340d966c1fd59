//! Configurations that a main server published, kept for the devices that still run them (A5–A7).

use rusqlite::{Connection, OptionalExtension, params};
use twinshore_metadata::BundleHash;

use crate::EngineError;

/// Earlier configurations whose messages are taken (A7).
pub const EARLIER_KEPT: u32 = 2;

/// Notes what devices should run, if that is news. `content` is what is needed of it later.
///
/// # Errors
/// If the database fails.
pub fn note(connection: &Connection, device: &BundleHash, content: &[u8]) -> Result<(), EngineError> {
    let newest: Option<String> =
        connection.query_row("SELECT hash FROM _published ORDER BY seq DESC LIMIT 1", [], |row| row.get(0)).optional()?;
    if newest.as_ref() == Some(&device.0) {
        return Ok(());
    }
    // A configuration that comes back is the newest again.
    connection.execute("DELETE FROM _published WHERE hash = ?1", [&device.0])?;
    connection.execute("INSERT INTO _published (hash, content) VALUES (?1, ?2)", params![device.0, content])?;
    connection.execute(
        "DELETE FROM _published WHERE seq NOT IN (SELECT seq FROM _published ORDER BY seq DESC LIMIT ?1)",
        [EARLIER_KEPT + 1],
    )?;
    Ok(())
}

/// Earlier configurations, the newest first, with their contents.
///
/// # Errors
/// If the database fails.
pub fn earlier(connection: &Connection) -> Result<Vec<(BundleHash, Vec<u8>)>, EngineError> {
    let mut statement = connection.prepare("SELECT hash, content FROM _published ORDER BY seq DESC LIMIT ?1 OFFSET 1")?;
    let rows = statement.query_map([EARLIER_KEPT], |row| Ok((BundleHash(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
