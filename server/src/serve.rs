//! Starts and stops a main server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use twinshore_engine::{Engine, changes};
use twinshore_protocol::ChangePosition;

use crate::config::{Config, Published, Source};
use crate::in_process::InProcess;
use crate::live::{Live, Publication, Stage};
use crate::publish::publish;
use crate::router;
use crate::state::AppState;

/// How often scheduled jobs are looked at.
const SCHEDULE: Duration = Duration::from_secs(5);
/// How often the operator's wish to publish is looked for.
const REQUESTS: Duration = Duration::from_secs(1);

/// A main server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration has errors.
    #[error("the configuration in {} has errors:\n{diagnostics}", folder.display())]
    Configuration {
        /// Folder.
        folder: PathBuf,
        /// What is wrong, for people.
        diagnostics: String,
    },
    /// The bundle could not be packed.
    #[error("the configuration for devices could not be packed: {0}")]
    Pack(String),
    /// The database could not be opened.
    #[error("the database {} could not be opened: {cause}", path.display())]
    Database {
        /// File.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The address could not be taken.
    #[error("{address} could not be listened on: {cause}")]
    Address {
        /// Address.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
}

/// A main server that runs. Stops at once when dropped; use [`Running::stop`] to let running requests end.
pub struct Running {
    address: SocketAddr,
    source: Source,
    stage: Arc<Stage>,
    in_process: InProcess,
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
    work: JoinHandle<()>,
    stop_limit: Duration,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// Address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The engine inside: for the command line, the demo and tests, which add users and data in process.
    pub fn engine(&self) -> Engine {
        self.stage.now().engine
    }

    /// Serves another configuration from now on, over the same database and without a stop (A5). Devices learn of it at their next
    /// contact. If it has errors or the database can't follow it, the old one is served on.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn publish(&self, source: Source) -> Result<Publication, ServeError> {
        let stage = Arc::clone(&self.stage);
        blocking(move || stage.publish(read(source)?)).await
    }

    /// Publishes the same folder as it is now.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn publish_again(&self) -> Result<Publication, ServeError> {
        self.publish(self.source.clone()).await
    }

    /// The same routes without a socket.
    pub const fn in_process(&self) -> &InProcess {
        &self.in_process
    }

    /// Takes no more requests, lets the running ones end within their limit, then stops.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        if tokio::time::timeout(self.stop_limit, &mut self.task).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
        self.work.abort();
    }
}

/// Publishes the configuration and serves it.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(config: Config) -> Result<Running, ServeError> {
    let live = {
        let (path, clock, source) = (config.database.clone(), Arc::clone(&config.clock), config.source.clone());
        blocking(move || {
            let published = read(source)?;
            let engine = crate::publish::open_engine(published.main.clone(), path, clock)?;
            Ok(Live::of(engine, &published)?.0)
        })
        .await?
    };
    let stage = Arc::new(Stage::new(live));
    let (stopping, stops) = watch::channel(false);
    let (position, changes) = watch::channel(ChangePosition::default());
    let work = tokio::spawn(background(Arc::clone(&stage), config.source.clone(), position));
    let state = AppState::new(Arc::clone(&stage), changes, stops.clone(), &config);
    let address = |cause| ServeError::Address { address: config.address, cause };
    let listener = TcpListener::bind(config.address).await.map_err(address)?;
    let address = listener.local_addr().map_err(address)?;
    let routes = router(state);
    let in_process = InProcess::new(routes.clone());
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        let mut stops = stops;
        let end = async move {
            let _ = stops.wait_for(|stopping| *stopping).await;
        };
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(end).await {
            tracing::error!(%error, "the server ended");
        }
    });
    tracing::info!(%address, "listening");
    Ok(Running {
        address,
        source: config.source,
        stage,
        in_process,
        stopping,
        task,
        work,
        stop_limit: Duration::from_secs(config.limits.stop_s),
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, ServeError> + Send + 'static) -> Result<T, ServeError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(ServeError::Pack(error.to_string())))
}

/// What a source holds.
pub(crate) fn read(source: Source) -> Result<Published, ServeError> {
    match source {
        Source::Folder(folder) => publish(&folder),
        Source::Published(published) => Ok(*published),
    }
}

/// Tells listeners that the change log has grown, starts scheduled jobs, and publishes when the operator asks for it.
async fn background(stage: Arc<Stage>, source: Source, position: watch::Sender<ChangePosition>) {
    let mut publications = stage.changes();
    let mut notices = stage.now().engine.notices();
    let mut schedule = tokio::time::interval(SCHEDULE);
    let mut requests = tokio::time::interval(REQUESTS);
    loop {
        tokio::select! {
            notice = notices.recv() => {
                if matches!(notice, Err(RecvError::Closed)) {
                    notices = stage.now().engine.notices();
                }
            }
            changed = publications.changed() => {
                if changed.is_err() {
                    return;
                }
                notices = stage.now().engine.notices();
            }
            _ = schedule.tick() => {
                let engine = stage.now().engine;
                if let Ok(Err(error)) = tokio::task::spawn_blocking(move || engine.start_due_jobs()).await {
                    tracing::error!(%error, "scheduled jobs could not be started");
                }
            }
            _ = requests.tick() => {
                let (stage, source) = (Arc::clone(&stage), source.clone());
                let _ = tokio::task::spawn_blocking(move || crate::publish::answer_request(&stage, source)).await;
            }
        }
        let engine = stage.now().engine;
        let last = tokio::task::spawn_blocking(move || changes::last_position(&engine.database().reader()?)).await;
        if let Ok(Ok(last)) = last {
            position.send_if_modified(|known| std::mem::replace(known, last) != last);
        }
    }
}
