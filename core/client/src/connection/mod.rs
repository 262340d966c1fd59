//! The main server over HTTP: requests of `ApplicationServer` and `ExchangePeer`, tokens, the bundle, wake-ups.
//!
//! An answer without our protocol's header is somebody else's (a captive portal) and counts as no answer. A call that could not
//! leave is safe to repeat; one whose answer was lost ends as `CallOutcomeUnknown` with its id (R17).

mod answers;
mod calls;
mod http;
mod streams;
mod transport;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::{HeaderValue, Method, Request, header};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_metadata::BundleHash;
use twinshore_protocol::*;
use uuid::Uuid;

pub use self::http::{HttpOptions, HttpTransport, Names};
use answers::{own_time, refusal};
pub use streams::Wake;
pub use transport::{BodyStream, CertificateFault, Obstacle, Transport, TransportError, Trouble};

use crate::time::within;
use crate::{CallTime, Settings, Timers};

/// Header in which the device says which configuration it runs (A5).
const BUNDLE_HEADER: &str = "twinshore-bundle";

/// How a call ended, for availability and the log.
#[derive(Debug, Clone)]
pub struct CallReport {
    /// What was called.
    pub call: String,
    /// How long it took.
    pub took: Duration,
    /// Of it the main server's own work, if it said so.
    pub server: Option<Duration>,
    /// The main server answered, well or not.
    pub answered: bool,
    /// Code of the error; empty if it went well.
    pub error: String,
    /// Shown in the log and counted for the offer of another mode.
    pub by_person: bool,
}

/// Tokens of a session.
#[derive(Debug, Clone, Default, Serialize, serde::Deserialize)]
pub struct Tokens {
    /// Short-lived.
    pub token: String,
    /// Exchanged for a new one.
    pub refresh: String,
    /// Whose they are.
    #[serde(default)]
    pub user_name: String,
}

/// Told about calls and tokens, from any thread.
pub trait ConnectionEvents: Send + Sync {
    /// A call ended.
    fn called(&self, report: CallReport);
    /// Tokens changed and are to be kept.
    fn tokens_changed(&self, tokens: &Tokens);
}

/// The main server.
pub struct MainServerConnection {
    transport: Arc<dyn Transport>,
    timers: Arc<dyn Timers>,
    base: String,
    device: Uuid,
    settings: Settings,
    /// Language of the person, in which the main server is to answer.
    language: Mutex<String>,
    tokens: Mutex<Option<Tokens>>,
    /// Configuration that the device runs.
    bundle: Mutex<Option<BundleHash>>,
    refreshing: tokio::sync::Mutex<()>,
    /// Why the last call had no answer of the main server.
    trouble: Mutex<Option<Trouble>>,
    events: Arc<dyn ConnectionEvents>,
}

impl MainServerConnection {
    /// A connection to a main server; nothing is sent yet.
    pub fn new(
        base: &str,
        device: Uuid,
        transport: Arc<dyn Transport>,
        timers: Arc<dyn Timers>,
        settings: Settings,
        events: Arc<dyn ConnectionEvents>,
    ) -> Self {
        Self {
            transport,
            timers,
            base: base.trim_end_matches('/').to_owned(),
            device,
            settings,
            language: Mutex::default(),
            tokens: Mutex::default(),
            bundle: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            trouble: Mutex::default(),
            events,
        }
    }

    /// Asks for answers in this language from now on.
    pub fn set_language(&self, language: &str) {
        language.clone_into(&mut self.language.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn accept_language(&self) -> String {
        self.language.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the last call had no answer of the main server; none if it had one.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, trouble: Option<Trouble>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Uses these tokens from now on.
    pub fn set_tokens(&self, tokens: Option<Tokens>) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    /// The device runs this configuration from now on.
    pub fn set_bundle(&self, bundle: Option<BundleHash>) {
        *self.bundle.lock().unwrap_or_else(PoisonError::into_inner) = bundle;
    }

    /// Tells that the data of these tokens' user were removed as ordered (A3).
    ///
    /// # Errors
    /// `MainServerUnavailable`; `SessionExpired` if main knows it already.
    pub async fn wiped(&self, tokens: &Tokens) -> Result<(), ServerError> {
        let url = self.url("wiped");
        self.once("wiped", &url, Some(&()), Some(&tokens.token), self.settings.call_timeout, false).await.map(|((), _)| ())
    }

    fn token(&self) -> Option<Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// First sign-in (A2).
    ///
    /// # Errors
    /// `SignInRefused`, `TryLater`, `MainServerUnavailable`.
    pub async fn sign_in(&self, user_name: &str, password: &str, device_name: &str) -> Result<SignInResponse, ServerError> {
        let request = SignInRequest {
            user_name: user_name.to_owned(),
            password: password.to_owned(),
            device: self.device,
            device_name: device_name.to_owned(),
            protocol_version: PROTOCOL_VERSION,
        };
        let response: SignInResponse =
            self.once("sign-in", &self.url("sign-in"), Some(&request), None, self.settings.call_timeout, true).await?.0;
        self.keep(&response);
        Ok(response)
    }

    /// First sign-in with a one-time code.
    ///
    /// # Errors
    /// `CodeRefused`, `TryLater`, `MainServerUnavailable`.
    pub async fn sign_in_with_code(
        &self,
        user_name: &str,
        code: &str,
        device_name: &str,
    ) -> Result<SignInResponse, ServerError> {
        let request = CodeSignInRequest {
            user_name: user_name.to_owned(),
            code: code.to_owned(),
            device: self.device,
            device_name: device_name.to_owned(),
            protocol_version: PROTOCOL_VERSION,
        };
        let url = self.url("sign-in-with-code");
        let response: SignInResponse =
            self.once("sign-in", &url, Some(&request), None, self.settings.call_timeout, true).await?.0;
        self.keep(&response);
        Ok(response)
    }

    fn keep(&self, response: &SignInResponse) {
        let user_name = response.session.user_name.clone();
        let tokens = Tokens { token: response.token.clone(), refresh: response.refresh_token.clone(), user_name };
        self.set_tokens(Some(tokens.clone()));
        self.events.tokens_changed(&tokens);
    }

    /// The cheap probe (M3), with how long it took.
    ///
    /// # Errors
    /// `MainServerUnavailable`, `SessionExpired`.
    pub async fn hello(&self) -> Result<(HelloResponse, CallTime), ServerError> {
        self.timed("hello", "hello", None::<&()>, self.settings.probe_timeout, false).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/{path}", self.base)
    }

    async fn call<Q: Serialize + Sync, R: DeserializeOwned>(&self, name: &str, request: &Q) -> Result<R, ServerError> {
        self.with_session(name, &format!("call/{}", name.replace('-', "_")), Some(request), self.settings.call_timeout, true)
            .await
    }

    async fn with_session<Q: Serialize + Sync, R: DeserializeOwned>(
        &self,
        name: &str,
        path: &str,
        body: Option<&Q>,
        timeout: Duration,
        by_person: bool,
    ) -> Result<R, ServerError> {
        self.timed(name, path, body, timeout, by_person).await.map(|(answer, _)| answer)
    }

    /// Sends with the session's token; a token that ran out is renewed once.
    async fn timed<Q: Serialize + Sync, R: DeserializeOwned>(
        &self,
        name: &str,
        path: &str,
        body: Option<&Q>,
        timeout: Duration,
        by_person: bool,
    ) -> Result<(R, CallTime), ServerError> {
        let expired = ServerError::MainServerUnavailable { reason: UnavailableReason::SignInNeeded };
        let tokens = self.token().ok_or(expired)?;
        match self.once(name, &self.url(path), body, Some(&tokens.token), timeout, by_person).await {
            Err(ServerError::SessionExpired) => {
                let tokens = self.renew(&tokens).await?;
                self.once(name, &self.url(path), body, Some(&tokens.token), timeout, by_person).await
            }
            other => other,
        }
    }

    async fn renew(&self, used: &Tokens) -> Result<Tokens, ServerError> {
        let _alone = self.refreshing.lock().await;
        if let Some(newer) = self.token().filter(|t| t.token != used.token) {
            return Ok(newer);
        }
        let request = RefreshRequest { refresh_token: used.refresh.clone(), device: self.device };
        match self
            .once::<_, SignInResponse>("refresh", &self.url("refresh"), Some(&request), None, self.settings.call_timeout, false)
            .await
        {
            Ok((response, _)) => {
                self.keep(&response);
                self.token().ok_or(ServerError::SessionExpired)
            }
            Err(ServerError::SessionExpired) => {
                Err(ServerError::MainServerUnavailable { reason: UnavailableReason::SignInNeeded })
            }
            Err(error) => Err(error),
        }
    }

    async fn once<Q: Serialize + Sync, R: DeserializeOwned>(
        &self,
        name: &str,
        url: &str,
        body: Option<&Q>,
        token: Option<&str>,
        timeout: Duration,
        by_person: bool,
    ) -> Result<(R, CallTime), ServerError> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| ServerError::Malformed { what: error.to_string() })?;
        let mut request = request(url, body, token, None)?;
        if let Ok(language) = HeaderValue::from_str(&self.accept_language())
            && !language.is_empty()
        {
            request.headers_mut().insert(header::ACCEPT_LANGUAGE, language);
        }
        let bundle = self.bundle.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(bundle) = bundle.and_then(|bundle| HeaderValue::from_str(&bundle.0).ok()) {
            request.headers_mut().insert(BUNDLE_HEADER, bundle);
        }
        let start = self.timers.elapsed();
        let mut server = None;
        let result = match within(&*self.timers, timeout, self.exchange(request, &mut server)).await {
            Some(result) => result,
            None => {
                self.note(Some(Trouble::Silence));
                Err(ServerError::CallOutcomeUnknown { call_id: CallId(Uuid::nil()) })
            }
        };
        let time = CallTime { took: self.timers.elapsed().saturating_sub(start), server };
        let unanswered =
            matches!(result, Err(ServerError::MainServerUnavailable { .. } | ServerError::CallOutcomeUnknown { .. }));
        if !unanswered {
            self.note(None);
        }
        self.events.called(CallReport {
            call: name.to_owned(),
            took: time.took,
            server,
            answered: !unanswered,
            error: result.as_ref().err().map(|e: &ServerError| e.code().to_owned()).unwrap_or_default(),
            by_person,
        });
        result.map(|answer| (answer, time))
    }

    async fn exchange<R: DeserializeOwned>(
        &self,
        request: Request<Bytes>,
        server: &mut Option<Duration>,
    ) -> Result<R, ServerError> {
        let response = self.send(request).await?;
        let status = response.status();
        self.check_is_ours(&response)?;
        *server = own_time(response.headers());
        let body = self.read(response).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| ServerError::Malformed { what: error.to_string() });
        }
        Err(refusal(&body, status))
    }
}

/// A request: with a body a POST of JSON, else a GET, of a file from a byte on.
fn request(url: &str, body: Option<Vec<u8>>, token: Option<&str>, from: Option<u64>) -> Result<Request<Bytes>, ServerError> {
    let mut request = Request::builder().uri(url).method(if body.is_some() { Method::POST } else { Method::GET });
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(from) = from {
        request = request.header(header::RANGE, format!("bytes={from}-"));
    }
    request
        .body(body.map(Bytes::from).unwrap_or_default())
        .map_err(|error| ServerError::Malformed { what: format!("the address of the main server ({error})") })
}
