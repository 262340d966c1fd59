//! A main server on a runtime of its own.

use std::io;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use twinshore_engine::users::{self, User};
use twinshore_engine::{Engine, EngineError};
use twinshore_server::{Config, InProcess, Publication, Running, ServeError, Source, serve};

use super::WorldError;

/// Time that running requests get when the server is killed: none.
const KILL_LIMIT: Duration = Duration::from_secs(5);

pub(super) struct MainServer {
    running: Option<Running>,
    runtime: Option<Runtime>,
}

impl MainServer {
    pub(super) fn start(config: Config) -> Result<Self, WorldError> {
        // The caller may be on a runtime's thread, where another one can neither block nor be dropped.
        std::thread::scope(|scope| {
            let start = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .thread_name("main-server")
                    .enable_all()
                    .build()?;
                let running = runtime.block_on(serve(config))?;
                Ok(Self { running: Some(running), runtime: Some(runtime) })
            });
            start.join().unwrap_or_else(|_| Err(io::Error::other("the main server panicked").into()))
        })
    }

    pub(super) fn publish(&self, source: Source) -> Result<Publication, ServeError> {
        let (running, runtime) =
            (self.running(), self.runtime.as_ref().expect("a main server has a runtime until it is dropped"));
        // The caller may be on a runtime's thread, which must not block on another one.
        std::thread::scope(|scope| {
            let publish = scope.spawn(|| runtime.block_on(running.publish(source)));
            publish.join().unwrap_or_else(|_| Err(ServeError::Pack("the main server panicked".into())))
        })
    }

    pub(super) fn running(&self) -> &Running {
        self.running.as_ref().expect("a main server runs until it is dropped")
    }
}

impl MainServer {
    /// The routes without a socket, and the runtime that answers: its end ends answers, too.
    pub(super) fn in_process(&self) -> (InProcess, Handle) {
        let runtime = self.runtime.as_ref().expect("a main server runs until it is dropped");
        (self.running().in_process().clone(), runtime.handle().clone())
    }
}

impl Drop for MainServer {
    fn drop(&mut self) {
        self.running = None;
        if let Some(runtime) = self.runtime.take() {
            let end = std::thread::spawn(move || runtime.shutdown_timeout(KILL_LIMIT));
            let _ = end.join();
        }
    }
}

/// Adds a user with roles, in English.
pub(super) fn add_user(engine: &Engine, name: &str, password: &str, roles: &[&str]) -> Result<(), EngineError> {
    let user = User {
        name: name.to_owned(),
        verifier: users::verifier(password)?,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        language: "en".into(),
        item: None,
        disabled: false,
    };
    users::put(&*engine.database().writer()?, &user)
}
