//! One application server.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use chrono::{DateTime, NaiveDateTime, Utc};
use tokio::sync::broadcast;
use twinshore_metadata::{Bundle, ObjectName, Ref, Target};
use twinshore_protocol::{Clock, NodeCode};

use crate::session::Shared;
use crate::storage::{Database, DatabaseKey, Lease};
use crate::{EngineError, jobs, schema};

/// Notices kept for a listener that is slow.
const NOTICES_KEPT: usize = 256;
/// Code of the main server's node (X1).
pub const MAIN_NODE: &str = "001";

/// What a commit changed.
#[derive(Debug, Clone, Default)]
pub struct ChangeNotice {
    /// Items.
    pub references: Vec<Ref>,
    /// Objects, of items and of registers and constants.
    pub objects: Vec<ObjectName>,
    /// The exchange did it.
    pub loaded: bool,
}

/// How to open an engine.
pub struct OpenOptions {
    /// Compiled configuration; its target tells which server this is.
    pub bundle: Arc<Bundle>,
    /// Database file.
    pub database: PathBuf,
    /// Key of an encrypted database; a main server's has none.
    pub key: Option<DatabaseKey>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Seconds east of UTC, for `now()` in modules.
    pub utc_offset_s: i32,
}

/// One application server: the main one or the stand-alone one. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    bundle: Arc<Bundle>,
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
    utc_offset_s: i32,
    node: RwLock<NodeCode>,
    notices: broadcast::Sender<ChangeNotice>,
    shared: Shared,
}

impl Engine {
    /// Opens the database and brings it to the bundle's structure.
    ///
    /// # Errors
    /// [`EngineError::Open`], [`EngineError::Key`], [`EngineError::Migration`] (the old structure stays),
    /// [`EngineError::StorageFull`].
    pub fn open(options: OpenOptions) -> Result<Self, EngineError> {
        Self::open_database(options, |writer, now| jobs::interrupt_all(writer, now))
    }

    /// Opens the database without taking it over: a server may run on it meanwhile. A new database gets the bundle's structure; one
    /// that is there stays as it is, and so do its jobs.
    ///
    /// # Errors
    /// [`EngineError::Open`] too if the database follows another configuration than the bundle.
    pub fn open_beside(options: OpenOptions) -> Result<Self, EngineError> {
        let database = Database::open_with(&options.database, options.key.clone())?;
        match schema::published(&*database.reader()?)? {
            None => {}
            Some(hash) if hash == options.bundle.hash.0 => {
                let node = schema::setting(&*database.reader()?, "node")?;
                return Ok(Self::over(options, database, node));
            }
            Some(_) => {
                let what = "follows another configuration than this folder holds now. Publish or serve the folder first, or name the \
                            folder that is served";
                return Err(EngineError::Open { path: options.database, what: what.into() });
            }
        }
        drop(database);
        Self::open(options)
    }

    /// Opens the same database under another configuration, while this engine ends the calls that it has (A5). Its background
    /// jobs go on under the old one.
    ///
    /// # Errors
    /// As [`Self::open`]; this engine is as it was then.
    pub fn republish(&self, bundle: Arc<Bundle>) -> Result<Self, EngineError> {
        let options = OpenOptions {
            bundle,
            database: self.0.database.path().to_owned(),
            key: self.0.database.key().cloned(),
            clock: Arc::clone(&self.0.clock),
            utc_offset_s: self.0.utc_offset_s,
        };
        let engine = Self::open_database(options, |_, _| Ok(()))?;
        engine.set_limits(self.limits());
        Ok(engine)
    }

    fn open_database(
        options: OpenOptions,
        begin: impl FnOnce(&Lease, DateTime<Utc>) -> Result<(), EngineError>,
    ) -> Result<Self, EngineError> {
        let database = Database::open_with(&options.database, options.key.clone())?;
        let node = {
            let writer = database.writer()?;
            schema::migrate(&writer, &options.bundle)?;
            begin(&writer, options.clock.now())?;
            schema::setting(&writer, "node")?
        };
        let engine = Self::over(options, database, node);
        let platform = Arc::new(crate::rights::UserRights::platform(&engine.bundle().configuration));
        crate::changes::record_included(&crate::Unit::new(&engine, platform))?;
        Ok(engine)
    }

    fn over(options: OpenOptions, database: Arc<Database>, node: Option<String>) -> Self {
        let fallback = if options.bundle.target == Target::MainServer { MAIN_NODE } else { "" };
        let shared = Shared::new(&options.bundle);
        Self(Arc::new(Inner {
            bundle: options.bundle,
            database,
            clock: options.clock,
            utc_offset_s: options.utc_offset_s,
            node: RwLock::new(NodeCode(node.unwrap_or_else(|| fallback.to_owned()))),
            notices: broadcast::channel(NOTICES_KEPT).0,
            shared,
        }))
    }

    /// The compiled configuration.
    pub fn bundle(&self) -> &Arc<Bundle> {
        &self.0.bundle
    }

    /// The database.
    pub fn database(&self) -> &Arc<Database> {
        &self.0.database
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Now, where the person is.
    pub fn now(&self) -> NaiveDateTime {
        self.0.clock.now().naive_utc() + chrono::Duration::seconds(i64::from(self.0.utc_offset_s))
    }

    /// True on a device.
    pub fn is_standalone(&self) -> bool {
        self.0.bundle.target == Target::StandaloneServer
    }

    /// This server's node; empty on a device that main does not know yet.
    pub fn node(&self) -> NodeCode {
        self.0.node.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Sets the code that main gave (X7).
    ///
    /// # Errors
    /// If it can't be kept.
    pub fn set_node(&self, node: NodeCode) -> Result<(), EngineError> {
        schema::set_setting(&*self.0.database.writer()?, "node", &node.0)?;
        *self.0.node.write().unwrap_or_else(std::sync::PoisonError::into_inner) = node;
        Ok(())
    }

    /// What commits change, from now on.
    pub fn notices(&self) -> broadcast::Receiver<ChangeNotice> {
        self.0.notices.subscribe()
    }

    /// What sessions share.
    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    pub(crate) fn notify(&self, notice: ChangeNotice) {
        // Nobody listening is fine.
        let _ = self.0.notices.send(notice);
    }
}
