//! What is served now: it changes whole when a new configuration is published, while calls under way end on the old one (A5).

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;
use twinshore_engine::exchange::DeviceBundles;
use twinshore_engine::{Engine, published};
use twinshore_metadata::obstacles;
use twinshore_protocol::ServerError;

use crate::config::Published;
use crate::state::DeviceFile;
use crate::{ServeError, publish};

/// One published configuration with the engine that runs it.
#[derive(Clone)]
pub struct Live {
    /// The engine.
    pub engine: Engine,
    /// What devices download.
    pub device: Option<Arc<DeviceFile>>,
    /// Configurations of devices that it works with.
    pub bundles: Arc<DeviceBundles>,
}

/// How devices can go on after a publication, for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Something changed at all.
    pub changed: bool,
    /// Why devices with the last configuration have to be updated before they can work with the main server; empty if they
    /// may put it off.
    pub obstacles: Vec<String>,
}

/// The place that every request looks at.
pub struct Stage {
    live: RwLock<Live>,
    changed: watch::Sender<u64>,
}

impl Stage {
    /// A stage with a first configuration.
    pub fn new(live: Live) -> Self {
        Self { live: RwLock::new(live), changed: watch::channel(0).0 }
    }

    /// What is served now.
    pub fn now(&self) -> Live {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Told when something else is served.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Serves another configuration over the same database from now on. If its database can't follow, nothing changes.
    ///
    /// # Errors
    /// [`ServeError::Database`] if stored values can't follow the new configuration, [`ServeError::Pack`].
    pub fn publish(&self, published: Published) -> Result<Publication, ServeError> {
        let before = self.now();
        let path = before.engine.database().path().to_owned();
        if **before.engine.bundle() == published.main && before.device.as_ref().map(|d| &d.hash) == hash_of(&published).as_ref()
        {
            return Ok(Publication { changed: false, obstacles: Vec::new() });
        }
        let engine = before
            .engine
            .republish(Arc::new(published.main.clone()))
            .map_err(|error| ServeError::Database { path, cause: error.to_string() })?;
        let (live, obstacles) = Live::of(engine, &published)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        self.changed.send_modify(|count| *count += 1);
        tracing::info!(version = %published.main.configuration.version, obstacles = obstacles.len(), "published");
        Ok(Publication { changed: true, obstacles })
    }
}

fn hash_of(published: &Published) -> Option<twinshore_metadata::BundleHash> {
    published.device.as_ref().map(twinshore_metadata::DeviceBundle::hash)
}

impl Live {
    /// An engine with what it serves; also why devices with the configuration before can't go on.
    ///
    /// # Errors
    /// [`ServeError::Pack`], [`ServeError::Database`].
    pub fn of(engine: Engine, published: &Published) -> Result<(Self, Vec<String>), ServeError> {
        let device = published.device.as_ref().map(DeviceFile::pack).transpose()?.map(Arc::new);
        let failed = |error: &dyn std::fmt::Display| ServeError::Database {
            path: engine.database().path().to_owned(),
            cause: error.to_string(),
        };
        let mut bundles = DeviceBundles { current: device.as_ref().map(|file| file.hash.clone()), ..DeviceBundles::default() };
        let mut last = Vec::new();
        if let Some(device) = &device {
            let writer = engine.database().writer().map_err(|error| failed(&error))?;
            published::note(&writer, &device.hash, &publish::pack(published)?).map_err(|error| failed(&error))?;
            let earlier = published::earlier(&writer).map_err(|error| failed(&error))?;
            for (hash, content) in earlier {
                // What this build can't read any more is no longer understood either.
                let Some((old, old_device)) = publish::unpack(&content).and_then(|old| old.device.clone().map(|d| (old, d)))
                else {
                    continue;
                };
                let why = obstacles(&old_device, &old.main, &published.main);
                if why.is_empty() {
                    bundles.compatible.push(hash.clone());
                }
                if bundles.earlier.is_empty() {
                    last = why;
                }
                bundles.earlier.insert(hash, Arc::new(old.main.composition));
            }
        }
        Ok((Self { engine, device, bundles: Arc::new(bundles) }, last))
    }

    /// Refuses a call of a device whose configuration is too old; one that does not say what it has is let through.
    ///
    /// # Errors
    /// `MainServerUnavailable` with `UpdateNeeded`.
    pub fn check_device(&self, bundle: Option<&str>) -> Result<(), ServerError> {
        let known = bundle.is_none_or(|hash| self.bundles.understands(&twinshore_metadata::BundleHash(hash.to_owned())));
        let reason = twinshore_protocol::UnavailableReason::UpdateNeeded;
        if known { Ok(()) } else { Err(ServerError::MainServerUnavailable { reason }) }
    }
}
