//! What an operator sets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinshore_metadata::{Bundle, DeviceBundle};
use twinshore_protocol::{Clock, SystemClock};

use crate::watch::SharedWatch;

/// What the main server runs and what devices download.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Published {
    /// The whole configuration.
    pub main: Bundle,
    /// What goes to devices; none if the configuration has no offline mode composition.
    pub device: Option<DeviceBundle>,
}

/// Where the configuration comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder, compiled at the start.
    Folder(PathBuf),
    /// Compiled bundles.
    Published(Box<Published>),
}

/// Limits of the HTTP side. The engine has its own for what runs inside.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Body of a call, unpacked.
    pub call_bytes: usize,
    /// Body of an exchange message, unpacked.
    pub message_bytes: usize,
    /// Time of a request.
    pub request_s: u64,
    /// Devices that listen for changes at once.
    pub listeners: usize,
    /// Passwords checked at once; each takes 19 MiB and a core.
    pub password_checks: usize,
    /// Time that running requests get when the server stops.
    pub stop_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call_bytes: 8 * 1024 * 1024,
            message_bytes: 64 * 1024 * 1024,
            request_s: 120,
            listeners: 10_000,
            password_checks: 4,
            stop_s: 10,
        }
    }
}

/// Settings of a main server.
#[derive(Clone)]
pub struct Config {
    /// The configuration.
    pub source: Source,
    /// Database file; made if it does not exist.
    pub database: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    pub address: SocketAddr,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Limits.
    pub limits: Limits,
    /// Devices follow a publication at once, without asking the person: while an app is being developed.
    pub at_once: bool,
    /// Sees requests; for tests and scenarios.
    pub watch: Option<SharedWatch>,
}

impl Config {
    /// A configuration folder over a database file, on a free port of this machine.
    pub fn new(folder: impl Into<PathBuf>, database: impl Into<PathBuf>) -> Self {
        Self::of(Source::Folder(folder.into()), database)
    }

    /// A configuration over a database file, on a free port of this machine.
    pub fn of(source: Source, database: impl Into<PathBuf>) -> Self {
        Self {
            source,
            database: database.into(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            at_once: false,
            watch: None,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("database", &self.database).field("address", &self.address).finish_non_exhaustive()
    }
}
