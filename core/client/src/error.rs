//! What goes wrong in the client itself.

use std::path::Path;

use rusqlite::ErrorCode;
use twinshore_engine::EngineError;
use twinshore_protocol::ServerError;

use crate::PlatformError;

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
        "{file} on this device is damaged or is not a file of this app. It was left as it is, for it may hold what was typed and \
         not sent yet. Tell the administrator. If you can't wait, begin anew on this device: the file is kept."
    )]
    Damaged {
        /// Name of the file, without its folder.
        file: String,
    },
    /// The key of a file is not in the secret store any more.
    #[error(
        "{file} on this device can't be opened: its key is not in the device's safe place for passwords any more. What the main \
         server has is safe. The file was left as it is, but without the key nobody can read what was not sent yet. Ask the \
         administrator first. If the key can't be brought back, begin anew on this device: the file is kept."
    )]
    KeyLost {
        /// Name of the file, without its folder.
        file: String,
    },
    /// A file does not fit its key.
    #[error(
        "{file} on this device does not fit its key: it is damaged, or was copied from another device. It was left as it is, for \
         it may hold what was typed and not sent yet. Tell the administrator. If you can't wait, begin anew on this device: the file \
         is kept."
    )]
    WrongKey {
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
    Platform(PlatformError),
    /// The client was stopped.
    #[error("the app is closing")]
    Stopped,
}

impl From<PlatformError> for ClientError {
    fn from(error: PlatformError) -> Self {
        match error {
            PlatformError::NoRoom => Self::NoRoom,
            other => Self::Platform(other),
        }
    }
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
            EngineError::StorageFull => Self::Server(ServerError::full()),
            other => Self::Engine(other),
        }
    }
}

impl ClientError {
    /// The file that can't be read, whatever else is tried: only setting it aside helps (A2).
    pub fn unreadable_file(&self) -> Option<&str> {
        match self {
            Self::KeyLost { file } | Self::WrongKey { file } | Self::Damaged { file } => Some(file),
            _ => None,
        }
    }

    /// The error of a file, for the person: a damaged file is named without its folder.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        let file = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if matches!(self, Self::Engine(EngineError::Key { .. })) {
            tracing::error!(path = %path.display(), "a file does not fit its key");
            return Self::WrongKey { file: file() };
        }
        let broken = match &self {
            Self::Storage(error) | Self::Engine(EngineError::Database(error)) => is_broken(error),
            Self::Engine(EngineError::Open { .. } | EngineError::Corrupt { .. }) => true,
            _ => false,
        };
        if !broken {
            return self;
        }
        tracing::error!(path = %path.display(), error = %self, "a file can't be used");
        Self::Damaged { file: file() }
    }
}

fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
