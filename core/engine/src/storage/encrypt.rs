//! Brings a plain database of an earlier version under a key, once (A2).
//!
//! Invariant: the plain file is whole until the encrypted one is complete, checked and on the disk; then one takes the other's
//! place in a single step. A kill or a full disk at any moment leaves one of the two, whole.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::key::{DatabaseKey, is_plain};
use super::{beside, functions};
use crate::EngineError;

/// Encrypts a plain database. Nothing is done with one that is not plain.
///
/// # Errors
/// [`EngineError::Open`] if the file is in use or damaged, [`EngineError::StorageFull`] if there is no room for a second one; it is
/// as it was then.
pub fn encrypt(path: &Path, key: &DatabaseKey) -> Result<(), EngineError> {
    if !is_plain(path) {
        return Ok(());
    }
    let new = beside(path, ".encrypting");
    // What an earlier try left half way.
    remove(&new);
    let result = replace(path, &new, key);
    if result.is_err() {
        remove(&new);
    }
    result
}

fn replace(path: &Path, new: &Path, key: &DatabaseKey) -> Result<(), EngineError> {
    gather(path)?;
    export(path, new, key).map_err(|error| named(path, error))?;
    let placed = File::open(new).and_then(|file| file.sync_all()).and_then(|()| std::fs::rename(new, path));
    placed.map_err(|error| match error.kind() {
        std::io::ErrorKind::StorageFull => EngineError::StorageFull,
        _ => open_error(path, format!("could not be replaced by the encrypted one ({error})")),
    })?;
    // The new name is to survive a power cut too; where folders can't be synced the system does it in its own time.
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// What lies in the log belongs to the plain file: it must be in it, and no log may be left, before another file takes its place.
/// A damaged file is found before it is touched.
fn gather(path: &Path) -> Result<(), EngineError> {
    let plain = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    plain.busy_timeout(Duration::ZERO)?;
    plain.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    functions::register(&plain)?;
    check(path, &plain)?;
    let mode = plain.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0));
    match mode.map_err(EngineError::from) {
        Ok(mode) if mode.eq_ignore_ascii_case("delete") => {}
        Ok(_) | Err(EngineError::Refused(_)) => return Err(open_error(path, "is in use by another program".into())),
        Err(error) => return Err(named(path, error)),
    }
    drop(plain);
    let log = ["-wal", "-journal"].map(|end| beside(path, end)).into_iter().find(|log| log.exists());
    log.map_or(Ok(()), |log| Err(open_error(&log, "is still there, so the database beside it can't be encrypted".into())))
}

/// The main database of a connection is sound.
fn check(path: &Path, connection: &Connection) -> Result<(), EngineError> {
    let found = connection.pragma_query_value(Some("main"), "quick_check", |row| row.get::<_, String>(0));
    match found.map_err(|error| named(path, error.into()))?.as_str() {
        "ok" => Ok(()),
        what => Err(open_error(path, format!("is damaged and can't be encrypted ({what})"))),
    }
}

fn export(path: &Path, new: &Path, key: &DatabaseKey) -> Result<(), EngineError> {
    let to = Connection::open_with_flags(
        new,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    key.unlock(&to)?;
    functions::register(&to)?;
    // If this run is killed the file is thrown away: it is synced once, when it is whole.
    to.pragma_update(None, "journal_mode", "OFF")?;
    to.pragma_update(None, "synchronous", "OFF")?;
    to.execute("ATTACH DATABASE ?1 AS plain KEY ''", [&*path.to_string_lossy()])?;
    to.query_row("SELECT sqlcipher_export('main', 'plain')", [], |_| Ok(()))?;
    for number in ["application_id", "user_version"] {
        let value: i32 = to.pragma_query_value(Some("plain"), number, |row| row.get(0))?;
        to.pragma_update(None, number, value)?;
    }
    let count = |of: &str| -> rusqlite::Result<i64> {
        to.query_row(&format!("SELECT count(*) FROM {of}.sqlite_schema"), [], |row| row.get(0))
    };
    check(new, &to)?;
    if count("main")? != count("plain")? {
        return Err(open_error(path, "could not be copied whole".into()));
    }
    to.execute_batch("DETACH DATABASE plain")?;
    to.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn remove(new: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(beside(new, end));
    }
}

fn open_error(path: &Path, what: String) -> EngineError {
    EngineError::Open { path: PathBuf::from(path), what }
}

/// A file that can't be read whole is damaged; what else failed says so itself.
fn named(path: &Path, error: EngineError) -> EngineError {
    match error {
        // The export gives the words of an error, not its number.
        EngineError::Database(error) if error.to_string().contains("disk is full") => EngineError::StorageFull,
        EngineError::Database(error)
            if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) =>
        {
            open_error(path, format!("is damaged and can't be encrypted ({error})"))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests;
