//! A real main server on a real port, over a temporary folder, with links to it.
//!
//! The server has a runtime of its own, so that killing it ends every connection at once, as a pulled plug does.

mod fixture;
mod main_server;
mod small;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;
use twinshore_client::Timers;
use twinshore_engine::Engine;
use twinshore_engine::users::{self, User};
use twinshore_protocol::{Clock, SystemClock};
use twinshore_server::{Config, Publication, ServeError, SharedWatch, Source};

use crate::{DirectLink, Link, LinkError};

pub use fixture::FixtureBuilder;
use main_server::MainServer;
pub use small::small_configuration;

/// The world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// No folder, thread or runtime.
    #[error("the world could not be made: {0}")]
    Start(#[from] std::io::Error),
    /// The main server did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A link could not be made.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A user could not be added.
    #[error("the user {name} could not be added: {cause}")]
    User {
        /// Sign-in name.
        name: String,
        /// Why.
        cause: String,
    },
}

/// What a world is made of.
pub struct WorldOptions {
    /// The configuration.
    pub source: Source,
    /// The main server's clock.
    pub clock: Arc<dyn Clock>,
    /// Sees the main server's requests.
    pub watch: Option<SharedWatch>,
    /// Devices follow a configuration at once.
    pub at_once: bool,
}

/// A main server with its database and the links to it.
pub struct World {
    folder: TempDir,
    config: Mutex<Config>,
    main: Arc<Mutex<Option<MainServer>>>,
    links: Mutex<Vec<Weak<Link>>>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("folder", &self.folder.path()).finish_non_exhaustive()
    }
}

impl World {
    /// A main server of a configuration folder, by the machine's clock.
    ///
    /// # Errors
    /// [`WorldError`], with the diagnostics if the configuration has errors.
    pub fn of_folder(configuration: impl Into<PathBuf>) -> Result<Self, WorldError> {
        Self::new(Source::Folder(configuration.into()), Arc::new(SystemClock))
    }

    /// A main server of a configuration, by a clock.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn new(source: Source, clock: Arc<dyn Clock>) -> Result<Self, WorldError> {
        Self::of(WorldOptions { source, clock, watch: None, at_once: false })
    }

    /// A world.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn of(options: WorldOptions) -> Result<Self, WorldError> {
        let folder = tempfile::Builder::new().prefix("twinshore-world-").tempdir()?;
        let mut config = Config::of(options.source, folder.path().join("main.db"));
        config.clock = options.clock;
        config.watch = options.watch;
        config.at_once = options.at_once;
        let main = MainServer::start(config.clone())?;
        Ok(Self { folder, config: Mutex::new(config), main: Arc::new(Mutex::new(Some(main))), links: Mutex::default() })
    }

    /// Address of the main server itself; none while it is down.
    pub fn main_url(&self) -> Option<String> {
        self.with_main(|main| main.running().url())
    }

    /// The main server's engine; none while it is down.
    pub fn engine(&self) -> Option<Engine> {
        self.with_main(|main| main.running().engine())
    }

    /// Address of the main server; none while it is down.
    pub fn address(&self) -> Option<SocketAddr> {
        self.with_main(|main| main.running().address())
    }

    /// A new link to the main server. It follows the main server when that starts again.
    ///
    /// # Errors
    /// [`WorldError::Link`].
    pub fn link(&self) -> Result<Arc<Link>, WorldError> {
        // While the main server is down nobody listens on port 9 of this machine: the link connects to nothing.
        let target = self.address().unwrap_or(([127, 0, 0, 1], 9).into());
        let link = Arc::new(Link::to(target)?);
        self.links.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&link));
        Ok(link)
    }

    /// A way to the main server in process, without a socket; what happens on it is scripted. It follows the main server, too.
    pub fn direct_link(&self, clock: Arc<dyn Timers>) -> Arc<DirectLink> {
        let main = Arc::clone(&self.main);
        let find = move || main.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(MainServer::in_process);
        Arc::new(DirectLink::new(find, clock))
    }

    /// Adds a user to the main server.
    ///
    /// # Errors
    /// [`WorldError::User`].
    pub fn add_user(&self, name: &str, password: &str, roles: &[&str]) -> Result<(), WorldError> {
        let failed = |cause: String| WorldError::User { name: name.to_owned(), cause };
        let engine = self.engine().ok_or_else(|| failed("the main server is down".into()))?;
        main_server::add_user(&engine, name, password, roles).map_err(|error| failed(error.to_string()))
    }

    /// Adds or replaces a user as it stands.
    ///
    /// # Errors
    /// [`WorldError::User`].
    pub fn put_user(&self, user: &User) -> Result<(), WorldError> {
        let failed = |cause: String| WorldError::User { name: user.name.clone(), cause };
        let engine = self.engine().ok_or_else(|| failed("the main server is down".into()))?;
        let writer = engine.database().writer().map_err(|error| failed(error.to_string()))?;
        users::put(&writer, user).map_err(|error| failed(error.to_string()))
    }

    /// Kills the main server: connections are cut, what was not committed is gone.
    pub fn kill_main(&self) {
        let main = self.main.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(main);
    }

    /// Starts the main server over the database as it is, on another port; links follow.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn start_main(&self) -> Result<(), WorldError> {
        self.kill_main();
        let config = self.config.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let main = MainServer::start(config)?;
        let address = main.running().address();
        *self.main.lock().unwrap_or_else(PoisonError::into_inner) = Some(main);
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|link| link.upgrade().map(|link| link.retarget(address)).is_some());
        Ok(())
    }

    /// Serves another configuration over the same database (A5).
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn update(&self, source: Source) -> Result<(), WorldError> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).source = source;
        self.start_main()
    }

    /// Publishes another configuration while the main server runs (A5).
    ///
    /// # Errors
    /// [`WorldError`]; the old configuration is served on then.
    pub fn publish(&self, source: Source) -> Result<Publication, WorldError> {
        let main = self.main.lock().unwrap_or_else(PoisonError::into_inner);
        let running = main.as_ref().ok_or_else(|| std::io::Error::other("the main server is down"))?;
        let publication = running.publish(source.clone())?;
        self.config.lock().unwrap_or_else(PoisonError::into_inner).source = source;
        Ok(publication)
    }

    /// A folder of the world for a device's files; made if it does not exist.
    ///
    /// # Errors
    /// [`WorldError::Start`].
    pub fn device_folder(&self, device: &str) -> Result<PathBuf, WorldError> {
        let folder = self.folder.path().join("devices").join(device);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The world's own folder; gone with the world.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn with_main<T>(&self, read: impl FnOnce(&MainServer) -> T) -> Option<T> {
        self.main.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(read)
    }
}
