//! The subcommands.

pub mod backup;
pub mod check;
pub mod demo;
pub mod dev;
pub mod device;
pub mod import;
pub mod new;
pub mod pack;
pub mod phone;
pub mod publish;
pub mod report;
pub mod serve;
pub mod test;
pub mod types;
pub mod user;
pub mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use twinshore_engine::{Engine, EngineError, OpenOptions};
use twinshore_protocol::{ServerError, SystemClock};
use twinshore_server::{ServeError, publish};

/// What a subcommand ends with when it does not end well.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The configuration has errors, already shown.
    #[error("{0} found")]
    Configuration(String),
    /// The main server did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The database refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file could not be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// File.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The table could not be read.
    #[error("{}: {cause}", path.display())]
    Csv {
        /// File.
        path: PathBuf,
        /// Why.
        cause: csv::Error,
    },
    /// The server refused.
    #[error(transparent)]
    Refused(#[from] ServerError),
    /// Scenarios failed; they were shown already.
    #[error("scenarios failed")]
    Scenarios,
    /// An argument does not fit.
    #[error("{0}")]
    Argument(String),
}

/// The database of a configuration folder, if none is named: `.twinshore/main.db` in the folder.
pub fn database_of(folder: &Path, named: Option<PathBuf>) -> Result<PathBuf, CommandError> {
    if let Some(named) = named {
        return Ok(named);
    }
    let own = folder.join(".twinshore");
    std::fs::create_dir_all(&own).map_err(|cause| CommandError::File { path: own.clone(), cause })?;
    Ok(own.join("main.db"))
}

/// The main server's engine over its database, without a network, for a short while: a server may run on the database, and goes on.
pub fn open_beside(folder: &Path, database: Option<PathBuf>) -> Result<Engine, CommandError> {
    let database = database_of(folder, database)?;
    let bundle = Arc::new(publish(folder)?.main);
    Ok(Engine::open_beside(OpenOptions { bundle, database, key: None, clock: Arc::new(SystemClock), utc_offset_s: 0 })?)
}

/// The main server's engine over a database that no other server has.
pub fn open_engine(folder: &Path, database: Option<PathBuf>) -> Result<Engine, CommandError> {
    let database = database_of(folder, database)?;
    let bundle = Arc::new(publish(folder)?.main);
    Ok(Engine::open(OpenOptions { bundle, database, key: None, clock: Arc::new(SystemClock), utc_offset_s: 0 })?)
}
