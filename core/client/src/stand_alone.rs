//! The stand-alone server on this device, and the way from it to the main server (R6).

use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use twinshore_engine::storage::DatabaseKey;
use twinshore_engine::{Engine, EngineError, MainServerCalls, OpenOptions, users};
use twinshore_metadata::{DeviceBundle, Value};
use twinshore_protocol::{CallId, Clock, ModuleCallRequest, ServerError, UnavailableReason};

/// Opens the stand-alone server for a user whose name and roles main has told (A3). The verifier is for signing in offline.
///
/// # Errors
/// If the database can't be opened or follow the configuration.
pub fn open(
    path: &Path,
    key: DatabaseKey,
    bundle: &DeviceBundle,
    user: users::User,
    clock: Arc<dyn Clock>,
    utc_offset_s: i32,
) -> Result<Engine, EngineError> {
    let engine = Engine::open(OpenOptions {
        bundle: Arc::new(bundle.standalone.clone()),
        database: path.to_owned(),
        key: Some(key),
        clock,
        utc_offset_s,
    })?;
    users::put(&*engine.database().writer()?, &user)?;
    Ok(engine)
}

/// What module code on the stand-alone server calls the main server through: the client makes the call, as if its own code did
/// (R7), and keeps it until its outcome is known.
pub struct MainServerPort {
    state: Arc<Mutex<Result<(), UnavailableReason>>>,
    call: Box<CallMain>,
}

/// Hands a call to the client; the answer comes over the channel.
type CallMain = dyn Fn(ModuleCallRequest, Sender<Result<Value, ServerError>>) + Send + Sync;

impl MainServerPort {
    /// A port; whether the main server can be called is the client's matter.
    pub fn new(
        state: Arc<Mutex<Result<(), UnavailableReason>>>,
        call: impl Fn(ModuleCallRequest, Sender<Result<Value, ServerError>>) + Send + Sync + 'static,
    ) -> Self {
        Self { state, call: Box::new(call) }
    }

    fn state(&self) -> Result<(), UnavailableReason> {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MainServerCalls for MainServerPort {
    fn available(&self) -> Option<bool> {
        Some(self.state().is_ok())
    }

    fn call(&self, module: &str, method: &str, arguments: Vec<Value>) -> Result<Value, ServerError> {
        self.state().map_err(|reason| ServerError::MainServerUnavailable { reason })?;
        let call_id = CallId::new();
        let request = ModuleCallRequest { call_id, module: module.to_owned(), method: method.to_owned(), arguments };
        let (done, answer) = channel();
        (self.call)(request, done);
        // A client that ends gives no answer: the call may have left.
        answer.recv().unwrap_or(Err(ServerError::CallOutcomeUnknown { call_id }))
    }
}
