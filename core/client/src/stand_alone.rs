//! The stand-alone server on this device, and the way from it to the main server (R6).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use twinshore_engine::{Engine, EngineError, MainServerCalls, OpenOptions, users};
use twinshore_metadata::{DeviceBundle, Value};
use twinshore_protocol::{ApplicationServer, CallId, Clock, ModuleCallRequest, ServerError, UnavailableReason};

use crate::MainServerConnection;

/// Opens the stand-alone server for a user whose name and roles main has told (A3). The verifier is for signing in offline.
///
/// # Errors
/// If the database can't be opened or follow the configuration.
pub fn open(
    path: &Path,
    bundle: &DeviceBundle,
    user: users::User,
    clock: Arc<dyn Clock>,
    utc_offset_s: i32,
) -> Result<Engine, EngineError> {
    let engine = Engine::open(OpenOptions {
        bundle: Arc::new(bundle.standalone.clone()),
        database: path.to_owned(),
        clock,
        utc_offset_s,
    })?;
    users::put(&*engine.database().writer()?, &user)?;
    Ok(engine)
}

/// What module code on the stand-alone server calls the main server through.
pub struct MainServerPort {
    connection: Arc<MainServerConnection>,
    runtime: tokio::runtime::Handle,
    available: Arc<AtomicBool>,
    offline_by_hand: Arc<AtomicBool>,
}

impl MainServerPort {
    /// A port over a connection; the flags are those of the client.
    pub fn new(
        connection: Arc<MainServerConnection>,
        runtime: tokio::runtime::Handle,
        available: Arc<AtomicBool>,
        offline_by_hand: Arc<AtomicBool>,
    ) -> Self {
        Self { connection, runtime, available, offline_by_hand }
    }
}

impl MainServerCalls for MainServerPort {
    fn available(&self) -> Option<bool> {
        Some(self.available.load(Ordering::Relaxed) && !self.offline_by_hand.load(Ordering::Relaxed))
    }

    fn call(&self, module: &str, method: &str, arguments: Vec<Value>) -> Result<Value, ServerError> {
        if self.offline_by_hand.load(Ordering::Relaxed) {
            return Err(ServerError::MainServerUnavailable { reason: UnavailableReason::OfflineMode });
        }
        if !self.available.load(Ordering::Relaxed) {
            return Err(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection });
        }
        let request =
            ModuleCallRequest { call_id: CallId::new(), module: module.to_owned(), method: method.to_owned(), arguments };
        let connection = Arc::clone(&self.connection);
        let (done, answer) = std::sync::mpsc::channel();
        self.runtime.spawn(async move {
            let _ = done.send(connection.module_call(request).await);
        });
        match answer.recv() {
            Ok(result) => result.map(|response| response.result),
            Err(_) => Err(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection }),
        }
    }
}
