//! What goes wrong inside the engine, and what its callers are told.

use std::path::PathBuf;

use twinshore_metadata::{ObjectName, Ref, Value};
use twinshore_protocol::{Limit, ServerError};

/// A failure of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database refused; a fault of ours or of the file.
    #[error("the database failed: {0}")]
    Database(#[source] rusqlite::Error),
    /// The file can't be opened or is no database of ours.
    #[error("{path}: {what}")]
    Open {
        /// File.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The file does not fit its key: it is another one's, or its beginning is damaged. It was left as it is.
    #[error("{path}: does not fit its key. It is damaged, or was copied from another device")]
    Key {
        /// File.
        path: PathBuf,
    },
    /// No room.
    #[error("there is no room left for the database")]
    StorageFull,
    /// The database can't be brought to the configuration's structure; nothing was changed.
    #[error("the database can't follow the new configuration: {object}.{attribute}: {what}")]
    Migration {
        /// Object.
        object: ObjectName,
        /// Attribute.
        attribute: String,
        /// What is wrong.
        what: String,
    },
    /// A refusal that the caller understands.
    #[error(transparent)]
    Refused(#[from] ServerError),
    /// The same call ended meanwhile: this run of it is undone, and that result is the answer (R17).
    #[error("the call has its result already")]
    Repeated,
    /// A stored value that is no value; the database was changed from outside.
    #[error("{table}.{column} holds something that is not a value of its type")]
    Corrupt {
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
}

impl EngineError {
    /// A refusal for the person.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::Refused(ServerError::Refused { message: message.into(), attribute: None, row: None })
    }

    /// A refusal about an attribute.
    pub fn refused_at(message: impl Into<String>, attribute: impl Into<String>, row: Option<usize>) -> Self {
        Self::Refused(ServerError::Refused {
            message: message.into(),
            attribute: Some(attribute.into()),
            row: row.and_then(|r| u32::try_from(r).ok()),
        })
    }

    /// No such object here (C10).
    pub fn not_in_composition(name: impl ToString) -> Self {
        Self::Refused(ServerError::NotInComposition { name: name.to_string() })
    }

    /// No such item.
    pub fn not_found(reference: &Ref) -> Self {
        Self::Refused(ServerError::NotFound { reference: reference.clone() })
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        if error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
            return Self::StorageFull;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::StorageFull,
            Some(ErrorCode::OperationInterrupted) => Self::Refused(ServerError::limit(Limit::QueryTime, "")),
            Some(ErrorCode::DatabaseBusy) => Self::Refused(ServerError::TryLater { seconds: 1 }),
            _ => Self::Database(error),
        }
    }
}

impl From<EngineError> for ServerError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => refusal,
            EngineError::StorageFull => Self::full(),
            EngineError::Repeated => Self::TryLater { seconds: 1 },
            other => {
                let report = uuid::Uuid::now_v7().simple().to_string();
                tracing::error!(%report, error = %other, "engine failed");
                Self::Internal { report }
            }
        }
    }
}

/// Shorthand for a thrown text with details, used by the host of modules.
pub fn module_error(message: impl Into<String>, code: Option<String>, details: Value, position: Option<String>) -> EngineError {
    EngineError::Refused(ServerError::Module { message: message.into(), code, details, position })
}
