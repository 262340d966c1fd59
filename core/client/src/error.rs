//! What goes wrong in the client itself.

use std::path::Path;

use rusqlite::ErrorCode;
use twinshore_engine::EngineError;
use twinshore_protocol::ServerError;

/// A failure of the client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The client's folder can't be used.
    #[error("the folder of the app can't be used: {0}")]
    Folder(#[from] std::io::Error),
    /// No room for what was typed.
    #[error(
        "There is no room left on this device: what you type now can't be kept until you free some space. It is still on the screen."
    )]
    NoRoom,
    /// A file of the app is damaged or is not the app's.
    #[error(
        "{file} on this device is damaged or is not a file of this app. It was left as it is: ask the administrator to save it, \
         for it may hold what was typed and not sent yet."
    )]
    Damaged {
        /// Name of the file, without its folder.
        file: String,
    },
    /// The file of the app refused for another reason.
    #[error("What you type can't be kept on this device ({0}). It is still on the screen.")]
    Storage(#[source] rusqlite::Error),
    /// The stand-alone server can't be opened.
    #[error(transparent)]
    Engine(EngineError),
    /// A server refused.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The secret store.
    #[error(transparent)]
    Platform(#[from] crate::PlatformError),
    /// The client was stopped.
    #[error("the app is closing")]
    Stopped,
}

impl From<rusqlite::Error> for ClientError {
    fn from(error: rusqlite::Error) -> Self {
        match EngineError::from(error) {
            EngineError::StorageFull => Self::NoRoom,
            EngineError::Database(error) => Self::Storage(error),
            other => Self::Engine(other),
        }
    }
}

impl From<EngineError> for ClientError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => Self::Server(refusal),
            EngineError::StorageFull => Self::Server(ServerError::StorageFull),
            other => Self::Engine(other),
        }
    }
}

impl ClientError {
    /// The error of a file, for the person: a damaged file is named without its folder.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        let broken = match &self {
            Self::Storage(error) | Self::Engine(EngineError::Database(error)) => is_broken(error),
            Self::Engine(EngineError::Open { .. } | EngineError::Corrupt { .. }) => true,
            _ => false,
        };
        if !broken {
            return self;
        }
        tracing::error!(path = %path.display(), error = %self, "a file can't be used");
        Self::Damaged { file: path.file_name().unwrap_or_default().to_string_lossy().into_owned() }
    }
}

fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
