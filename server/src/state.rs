//! What all routes share.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use twinshore_engine::exchange::MainExchange;
use twinshore_engine::{Engine, EngineSession};
use twinshore_metadata::{BundleHash, DeviceBundle};
use twinshore_protocol::{
    ChangePosition, Clock, CodeSignInRequest, RefreshRequest, ServerError, SignInRequest, SignInResponse,
};

use crate::auth::SignedIn;
use crate::config::{Config, Limits};
use crate::limiter::SignInGate;
use crate::live::{Live, Stage};
use crate::watch::SharedWatch;
use crate::{AppError, ServeError};

/// How hard the device bundle is packed; it is packed once and sent many times.
const PACK_LEVEL: i32 = 12;

/// The device bundle as it is downloaded.
#[derive(Debug)]
pub struct DeviceFile {
    /// Hash of the bundle itself.
    pub hash: BundleHash,
    /// JSON of the bundle, packed with zstd.
    pub packed: Bytes,
    /// Hash of the packed bytes.
    pub packed_hash: String,
}

impl DeviceFile {
    /// Packs a bundle.
    ///
    /// # Errors
    /// [`ServeError::Pack`].
    pub fn pack(bundle: &DeviceBundle) -> Result<Self, ServeError> {
        let text = serde_json::to_vec(bundle).map_err(|error| ServeError::Pack(error.to_string()))?;
        let packed = zstd::encode_all(text.as_slice(), PACK_LEVEL).map_err(|error| ServeError::Pack(error.to_string()))?;
        let packed_hash = blake3::hash(&packed).to_hex().to_string();
        Ok(Self { hash: bundle.hash(), packed: packed.into(), packed_hash })
    }
}

struct Shared {
    stage: Arc<Stage>,
    changes: watch::Receiver<ChangePosition>,
    gate: SignInGate,
    clock: Arc<dyn Clock>,
    limits: Limits,
    stopping: watch::Receiver<bool>,
    listeners: Arc<Semaphore>,
    password_checks: Semaphore,
    at_once: bool,
    watch: Option<SharedWatch>,
}

/// Shared by all routes; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppState")
    }
}

impl AppState {
    /// A state over what is served.
    pub fn new(
        stage: Arc<Stage>,
        changes: watch::Receiver<ChangePosition>,
        stopping: watch::Receiver<bool>,
        config: &Config,
    ) -> Self {
        let limits = config.limits;
        Self(Arc::new(Shared {
            stage,
            changes,
            gate: SignInGate::default(),
            clock: Arc::clone(&config.clock),
            limits,
            stopping,
            listeners: Arc::new(Semaphore::new(limits.listeners)),
            password_checks: Semaphore::new(limits.password_checks),
            at_once: config.at_once,
            watch: config.watch.clone(),
        }))
    }

    /// Limits of the HTTP side.
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Devices follow a publication at once.
    pub fn at_once(&self) -> bool {
        self.0.at_once
    }

    /// Who sees requests.
    pub(crate) fn watch(&self) -> Option<SharedWatch> {
        self.0.watch.clone()
    }

    /// Slows down those who guess passwords.
    pub fn gate(&self) -> &SignInGate {
        &self.0.gate
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// What is served now. A request looks once, so that it sees one configuration.
    pub fn live(&self) -> Live {
        self.0.stage.now()
    }

    /// Told when another configuration is served.
    pub fn publications(&self) -> watch::Receiver<u64> {
        self.0.stage.changes()
    }

    /// True once the server stops.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.clone()
    }

    /// Last position of the change log.
    pub fn changes(&self) -> watch::Receiver<ChangePosition> {
        self.0.changes.clone()
    }

    /// A place among those who listen for changes, if there is one left.
    pub fn listener_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.listeners).try_acquire_owned().ok()
    }

    /// Runs a short piece of work on the engine off the async threads.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, ServerError> + Send + 'static,
    ) -> Result<T, AppError> {
        let engine = self.live().engine;
        match tokio::task::spawn_blocking(move || work(&engine)).await {
            Ok(result) => result.map_err(AppError),
            Err(error) => Err(AppError::internal(&error)),
        }
    }

    /// The user of a token.
    ///
    /// # Errors
    /// `SessionExpired`.
    pub async fn authenticate(&self, token: String) -> Result<SignedIn, AppError> {
        let now = self.now();
        self.blocking(move |engine| {
            let session = engine.authenticate(&token)?;
            engine.session_lives(&session.user_name, session.device);
            let good_for = (session.expires_at - now).to_std().unwrap_or(Duration::ZERO);
            Ok(SignedIn { user_name: session.user_name, device: session.device, good_for, language: None })
        })
        .await
    }

    /// Checks a password and gives tokens.
    ///
    /// # Errors
    /// `SignInRefused`.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignInResponse, ServerError> {
        let _place = self.0.password_checks.acquire().await.map_err(|_| ServerError::TryLater { seconds: 5 })?;
        self.blocking(move |engine| engine.sign_in(&request)).await.map(|r| self.with_bundle(r)).map_err(|e| e.0)
    }

    /// Uses a one-time code up and gives tokens.
    ///
    /// # Errors
    /// `CodeRefused`.
    pub async fn sign_in_with_code(&self, request: CodeSignInRequest) -> Result<SignInResponse, ServerError> {
        self.blocking(move |engine| engine.sign_in_with_code(&request)).await.map(|r| self.with_bundle(r)).map_err(|e| e.0)
    }

    /// Gives new tokens for a refresh token.
    ///
    /// # Errors
    /// `SessionExpired`.
    pub async fn refresh(&self, request: RefreshRequest) -> Result<SignInResponse, AppError> {
        self.blocking(move |engine| engine.refresh(&request)).await.map(|r| self.with_bundle(r))
    }

    fn with_bundle(&self, mut response: SignInResponse) -> SignInResponse {
        response.session.device_bundle = self.live().bundles.current.clone();
        response
    }

    /// The session of a signed-in user.
    pub fn session(&self, signed_in: &SignedIn) -> EngineSession {
        let session = self.live().engine.session(&signed_in.user_name).on_device(signed_in.device);
        match &signed_in.language {
            Some(language) => session.in_language(language),
            None => session,
        }
    }

    /// The main side of the exchange for a signed-in user.
    ///
    /// # Errors
    /// `SessionExpired` if the user may no longer work.
    pub async fn exchange_peer(&self, signed_in: &SignedIn) -> Result<MainExchange, AppError> {
        let user_name = signed_in.user_name.clone();
        let live = self.live();
        match tokio::task::spawn_blocking(move || live.engine.exchange_peer(&user_name, live.bundles)).await {
            Ok(result) => result.map_err(AppError),
            Err(error) => Err(AppError::internal(&error)),
        }
    }
}
