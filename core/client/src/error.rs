//! What goes wrong in the client itself.

use twinshore_engine::EngineError;
use twinshore_protocol::ServerError;

/// A failure of the client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The client's folder can't be used.
    #[error("the folder of the app can't be used: {0}")]
    Folder(#[from] std::io::Error),
    /// No room, or the file is damaged.
    #[error("what you typed can't be kept on this device ({0}); free some space. It is still on the screen.")]
    Storage(#[from] rusqlite::Error),
    /// The stand-alone server can't be opened.
    #[error(transparent)]
    Engine(#[from] EngineError),
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
