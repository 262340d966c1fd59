//! What sessions of one engine share: threads, the way to the main server, limits.

use std::sync::{Arc, PoisonError, RwLock};

use twinshore_metadata::{Bundle, ObjectKind, Value};
use twinshore_modules::CallLimits;
use twinshore_protocol::ServerError;

use super::workers::Workers;
use crate::Engine;
use crate::host::Recipe;
use crate::locks::Locks;

/// Calls that run at once.
const CALLS_AT_ONCE: usize = 8;
/// Calls that wait at most.
const CALLS_WAITING: usize = 256;
/// Background jobs that run at once.
const JOBS_AT_ONCE: usize = 2;
/// Background jobs that wait at most.
const JOBS_WAITING: usize = 1_000;

/// The main server as the stand-alone server's modules reach it (R6, R10). The client gives it to its engine.
pub trait MainServerCalls: Send + Sync {
    /// Last known state, without asking the network; none if this client has no offline half.
    fn available(&self) -> Option<bool>;
    /// Calls an exported function in the user's main session (R7). Waits for the answer.
    ///
    /// # Errors
    /// `MainServerUnavailable`, `CallOutcomeUnknown`, and what the function refused.
    fn call(&self, module: &str, method: &str, arguments: Vec<Value>) -> Result<Value, ServerError>;
}

/// Limits of module code on a server.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    /// Of a call of a client.
    pub call: CallLimits,
    /// Of a background job.
    pub job: CallLimits,
}

impl Default for ServerLimits {
    fn default() -> Self {
        let call = CallLimits { time_ms: 20_000, ..CallLimits::default() };
        Self { call, job: CallLimits { time_ms: 600_000, ..call } }
    }
}

/// Shared by all sessions of an engine.
pub(crate) struct Shared {
    pub(crate) calls: Workers,
    pub(crate) jobs: Workers,
    pub(crate) recipe: Recipe,
    main_server: RwLock<Option<Arc<dyn MainServerCalls>>>,
    limits: RwLock<ServerLimits>,
    pub(crate) locks: Locks,
}

impl Shared {
    pub(crate) fn new(bundle: &Bundle) -> Self {
        let configuration = &bundle.configuration;
        let here = configuration.of_kind(ObjectKind::Module).map(|m| m.name.name.clone());
        Self {
            calls: Workers::new("call", CALLS_AT_ONCE, CALLS_WAITING),
            jobs: Workers::new("job", JOBS_AT_ONCE, JOBS_WAITING),
            recipe: Recipe {
                modules: Arc::new(bundle.modules.clone()),
                common: here.chain(configuration.modules_elsewhere.iter().cloned()).collect(),
            },
            main_server: RwLock::new(None),
            limits: RwLock::default(),
            locks: Locks::default(),
        }
    }
}

impl Engine {
    /// Gives the stand-alone server its way to the main server.
    pub fn set_main_server(&self, calls: Arc<dyn MainServerCalls>) {
        *self.shared().main_server.write().unwrap_or_else(PoisonError::into_inner) = Some(calls);
    }

    /// The way to the main server.
    pub(crate) fn main_server(&self) -> Option<Arc<dyn MainServerCalls>> {
        self.shared().main_server.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Limits of module code.
    pub fn limits(&self) -> ServerLimits {
        *self.shared().limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets limits of module code, for calls from now on.
    pub fn set_limits(&self, limits: ServerLimits) {
        *self.shared().limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }
}
