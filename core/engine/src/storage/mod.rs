//! The database file: one writer and several readers over SQLite in WAL mode.
//!
//! Invariant: at most one lease of the writer exists; a lease returned by a panic or an error is rolled back first.
//! Kept with `synchronous = NORMAL`: committed data survive kill -9; a power cut may take the last commits but never breaks the file.

mod deadline;
mod encrypt;
mod functions;
mod key;
pub mod values;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use twinshore_protocol::ServerError;

use crate::EngineError;

pub use deadline::within;
pub use encrypt::encrypt;
#[cfg(test)]
pub(crate) use functions::register as register_functions;
pub use key::{DatabaseKey, is_plain};

/// "TwSh": marks a file as ours.
const APPLICATION_ID: i32 = 0x5477_5368;
/// Idle readers kept.
const READERS_KEPT: usize = 4;
/// How long a call waits for the writer.
const WRITER_WAIT: Duration = Duration::from_secs(30);
const CACHE_KIB: i32 = 16 * 1024;

/// A database file.
pub struct Database {
    path: PathBuf,
    key: Option<DatabaseKey>,
    writer: Mutex<Option<Connection>>,
    writer_returned: Condvar,
    readers: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens or creates a plain file: a main server's, which is protected where it stands.
    ///
    /// # Errors
    /// [`EngineError::Open`] if the file can't be used, [`EngineError::StorageFull`] if there is no room.
    pub fn open(path: &Path) -> Result<Arc<Self>, EngineError> {
        Self::open_with(path, None)
    }

    /// Opens or creates the file, encrypted if there is a key (A2).
    ///
    /// # Errors
    /// As [`Self::open`]; [`EngineError::Key`] if the file does not fit the key.
    pub fn open_with(path: &Path, key: Option<DatabaseKey>) -> Result<Arc<Self>, EngineError> {
        let writer = connect(path, key.as_ref(), true)?;
        check_owner(path, &writer)?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            key,
            writer: Mutex::new(Some(writer)),
            writer_returned: Condvar::new(),
            readers: Mutex::new(Vec::new()),
        }))
    }

    /// File of the database.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) const fn key(&self) -> Option<&DatabaseKey> {
        self.key.as_ref()
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// If a new connection can't be opened.
    pub fn reader(self: &Arc<Self>) -> Result<Lease, EngineError> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => connect(&self.path, self.key.as_ref(), false)?,
        };
        Ok(Lease { connection: Some(connection), database: Arc::clone(self), writer: false })
    }

    /// The only connection for writing; waits for its return.
    ///
    /// # Errors
    /// [`ServerError::TryLater`] if it does not come back in time.
    pub fn writer(self: &Arc<Self>) -> Result<Lease, EngineError> {
        let slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut slot, _) = self
            .writer_returned
            .wait_timeout_while(slot, WRITER_WAIT, |slot| slot.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        match slot.take() {
            Some(connection) => Ok(Lease { connection: Some(connection), database: Arc::clone(self), writer: true }),
            None => Err(EngineError::Refused(ServerError::TryLater { seconds: 5 })),
        }
    }
}

fn connect(path: &Path, key: Option<&DatabaseKey>, writer: bool) -> Result<Connection, EngineError> {
    let open_error = |error: rusqlite::Error| match EngineError::from(error) {
        EngineError::Database(error) if key.is_some() && error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            EngineError::Key { path: path.to_owned() }
        }
        // On a device only a file that is damaged is told as one; what else keeps it from opening may pass.
        EngineError::Database(error) if key.is_some() && error.sqlite_error_code() != Some(ErrorCode::DatabaseCorrupt) => {
            EngineError::Database(error)
        }
        EngineError::Database(error) => EngineError::Open {
            path: path.to_owned(),
            what: format!("can't be opened as a database ({error}). Check that the folder exists and may be written to"),
        },
        other => other,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(open_error)?;
    if let Some(key) = key {
        key.unlock(&connection)?;
    }
    deadline::install(&mut connection)?;
    connection.busy_timeout(WRITER_WAIT)?;
    // A file that turns out to be damaged is left as it is, whatever lies in its log.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(open_error)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    if !writer {
        connection.pragma_update(None, "query_only", true)?;
    }
    connection.set_prepared_statement_cache_capacity(200);
    functions::register(&connection)?;
    Ok(connection)
}

fn check_owner(path: &Path, connection: &Connection) -> Result<(), EngineError> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (id, tables) {
        (APPLICATION_ID, _) => Ok(()),
        (0, 0) => Ok(connection.pragma_update(None, "application_id", APPLICATION_ID)?),
        _ => Err(EngineError::Open {
            path: path.to_owned(),
            what: "is a database of another program; choose another file".into(),
        }),
    }
}

/// A borrowed connection; goes back on drop.
pub struct Lease {
    connection: Option<Connection>,
    database: Arc<Database>,
    writer: bool,
}

impl Lease {
    /// True for the writer.
    pub const fn is_writer(&self) -> bool {
        self.writer
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lease holds its connection until it is dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !connection.is_autocommit() && connection.execute_batch("ROLLBACK").is_err() {
            tracing::error!("a transaction could not be rolled back");
        }
        if self.writer {
            *self.database.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
            self.database.writer_returned.notify_one();
        } else {
            let mut readers = self.database.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < READERS_KEPT {
                readers.push(connection);
            }
        }
    }
}

/// A file beside another one: its name with an end.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A name as an SQL identifier.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_program_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("other.db");
        Connection::open(&path).and_then(|c| c.execute_batch("CREATE TABLE t (a)")).expect("their database");
        let error = Database::open(&path).err().expect("refused");
        assert!(error.to_string().contains("another program"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("text.db");
        std::fs::write(&path, "not a database, but long enough to be read as one").expect("a file");
        assert!(matches!(Database::open(&path), Err(EngineError::Open { .. })));
        assert!(std::fs::read_to_string(&path).expect("still there").starts_with("not a database"));
    }

    #[test]
    fn an_unfinished_transaction_is_rolled_back_when_its_lease_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("a.db")).expect("a database");
        {
            let lease = database.writer().expect("the writer");
            lease.execute_batch("CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1)").expect("a row");
        }
        let reader = database.reader().expect("a reader");
        let rows: i64 = reader.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("a count");
        assert_eq!(rows, 0);
    }
}
