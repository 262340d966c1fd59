//! Files of a phone as a test reads them: its databases are encrypted, and the keys are with its secrets (A2).

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use twinshore_client::{FilePlatform, Platform as _};
use twinshore_engine::storage::DatabaseKey;

/// Where a phone keeps its secrets.
pub(crate) fn secrets_in(directory: &Path) -> PathBuf {
    directory.join("secrets.json")
}

/// The key of a database of a phone, by the file's place; none if the phone has none.
pub fn device_key(path: &Path) -> Option<DatabaseKey> {
    let folder = path.parent()?;
    let (directory, name) = if path.file_name()? == "client.db" {
        (folder, "client".to_owned())
    } else {
        (folder.parent()?, folder.file_name()?.to_string_lossy().into_owned())
    };
    let text = FilePlatform::new(secrets_in(directory)).secret(&format!("key.{name}")).ok()??;
    DatabaseKey::from_text(&text)
}

/// A database of a phone, opened beside the app, which may be running.
///
/// # Errors
/// If it can't be opened, or there is no key for it.
pub fn open_device_database(path: &Path) -> rusqlite::Result<Connection> {
    open_with_key(path, &device_key(path).ok_or(rusqlite::Error::InvalidQuery)?)
}

/// A database of a phone that lies elsewhere, by the key it had.
///
/// # Errors
/// If it can't be opened.
pub fn open_with_key(path: &Path, key: &DatabaseKey) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    key.unlock(&connection)?;
    // The engine's order of texts; tests order nothing by it.
    connection.create_collation("person", |a, b| a.cmp(b))?;
    Ok(connection)
}
