//! The main server over HTTP: requests of `ApplicationServer` and `ExchangePeer`, tokens, the bundle, wake-ups.
//!
//! An answer without our protocol's header is somebody else's (a captive portal) and counts as no answer. A call that could not
//! leave is safe to repeat; one whose answer was lost ends as `CallOutcomeUnknown` with its id (R17).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use reqwest::header::ACCEPT_LANGUAGE;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_metadata::BundleHash;
use twinshore_protocol::*;
use uuid::Uuid;

use crate::Settings;

/// Header of every answer of a main server.
const PROTOCOL_HEADER: &str = "twinshore-protocol";
/// Bytes of one answer at most.
const MAXIMUM_ANSWER: usize = 64 << 20;
/// Bytes of one event at most; a longer one is none of ours.
const MAXIMUM_EVENT: usize = 10_000;

/// How a call ended, for availability and the log.
#[derive(Debug, Clone)]
pub struct CallReport {
    /// What was called.
    pub call: String,
    /// How long it took.
    pub took: Duration,
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
    http: reqwest::Client,
    base: String,
    device: Uuid,
    settings: Settings,
    /// Language of the person, in which the main server is to answer.
    language: Mutex<String>,
    tokens: Mutex<Option<Tokens>>,
    refreshing: tokio::sync::Mutex<()>,
    /// The last answer came from somebody else.
    strange: AtomicBool,
    events: Arc<dyn ConnectionEvents>,
}

impl MainServerConnection {
    /// A connection to a main server; nothing is sent yet.
    ///
    /// # Errors
    /// If the system's certificates can't be read.
    pub fn new(base: &str, device: Uuid, settings: Settings, events: Arc<dyn ConnectionEvents>) -> Result<Self, ServerError> {
        let http = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| ServerError::Malformed { what: format!("the settings of the connection ({error})") })?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self {
            http,
            base,
            device,
            settings,
            language: Mutex::default(),
            tokens: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            strange: AtomicBool::new(false),
            events,
        })
    }

    /// True if the last answer came from somebody else in the main server's place: a Wi-Fi's sign-in page, a proxy.
    pub fn answered_by_another(&self) -> bool {
        self.strange.load(Ordering::Relaxed)
    }

    fn check_is_ours(&self, response: &Response) -> Result<(), ServerError> {
        let ours = response.headers().contains_key(PROTOCOL_HEADER);
        self.strange.store(!ours, Ordering::Relaxed);
        if ours && response.status() != StatusCode::SERVICE_UNAVAILABLE {
            Ok(())
        } else {
            Err(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection })
        }
    }

    /// Asks for answers in this language from now on.
    pub fn set_language(&self, language: &str) {
        language.clone_into(&mut self.language.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Uses these tokens from now on.
    pub fn set_tokens(&self, tokens: Option<Tokens>) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = tokens;
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
            self.once("sign-in", &self.url("sign-in"), Some(&request), None, self.settings.call_timeout, true).await?;
        self.keep(&response);
        Ok(response)
    }

    fn keep(&self, response: &SignInResponse) {
        let tokens = Tokens { token: response.token.clone(), refresh: response.refresh_token.clone() };
        self.set_tokens(Some(tokens.clone()));
        self.events.tokens_changed(&tokens);
    }

    /// The cheap probe (M3).
    ///
    /// # Errors
    /// `MainServerUnavailable`, `SessionExpired`.
    pub async fn hello(&self) -> Result<HelloResponse, ServerError> {
        self.with_session("hello", "hello", None::<&()>, self.settings.probe_timeout, false).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/{path}", self.base)
    }

    async fn call<Q: Serialize + Sync, R: DeserializeOwned>(&self, name: &str, request: &Q) -> Result<R, ServerError> {
        self.with_session(name, &format!("call/{}", name.replace('-', "_")), Some(request), self.settings.call_timeout, true)
            .await
    }

    /// Sends with the session's token; a token that ran out is renewed once.
    async fn with_session<Q: Serialize + Sync, R: DeserializeOwned>(
        &self,
        name: &str,
        path: &str,
        body: Option<&Q>,
        timeout: Duration,
        by_person: bool,
    ) -> Result<R, ServerError> {
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
            Ok(response) => {
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
    ) -> Result<R, ServerError> {
        let mut request = match body {
            Some(body) => self.http.post(url).json(body),
            None => self.http.get(url),
        };
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let language = self.language.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !language.is_empty() {
            request = request.header(ACCEPT_LANGUAGE, language);
        }
        let start = Instant::now();
        let result = self.exchange(request, timeout).await;
        let report = CallReport {
            call: name.to_owned(),
            took: start.elapsed(),
            answered: !matches!(
                result,
                Err(ServerError::MainServerUnavailable { .. } | ServerError::CallOutcomeUnknown { .. })
            ),
            error: result.as_ref().err().map(|e: &ServerError| e.code().to_owned()).unwrap_or_default(),
            by_person,
        };
        self.events.called(report);
        result
    }

    async fn exchange<R: DeserializeOwned>(&self, request: RequestBuilder, timeout: Duration) -> Result<R, ServerError> {
        self.strange.store(false, Ordering::Relaxed);
        let response = request.timeout(timeout).send().await.map_err(|error| outcome(&error))?;
        let status = response.status();
        self.check_is_ours(&response)?;
        let body = read(response).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| ServerError::Malformed { what: error.to_string() });
        }
        Err(serde_json::from_slice::<ServerError>(&body).unwrap_or(match status {
            StatusCode::UNAUTHORIZED => ServerError::SessionExpired,
            _ => ServerError::Malformed { what: format!("status {status}") },
        }))
    }

    /// Bytes of the device bundle from `start` on, with the whole size.
    ///
    /// # Errors
    /// `MainServerUnavailable` if the link is lost; what came so far is given to `part` before.
    pub async fn device_bundle(
        &self,
        hash: &BundleHash,
        start: u64,
        mut part: impl FnMut(&[u8], u64),
    ) -> Result<(), ServerError> {
        let token = self.token().map(|t| t.token).unwrap_or_default();
        let mut request = self.http.request(Method::GET, self.url(&format!("device-bundle/{hash}"))).bearer_auth(token);
        if start > 0 {
            request = request.header("range", format!("bytes={start}-"));
        }
        let mut response = of_call(request.send().await.map_err(|error| outcome(&error)), None)?;
        self.check_is_ours(&response)?;
        if !response.status().is_success() {
            let body = read(response).await?;
            return Err(serde_json::from_slice(&body)
                .unwrap_or(ServerError::Malformed { what: "the answer for the configuration".into() }));
        }
        let total = start + response.content_length().unwrap_or(0);
        while let Some(chunk) = of_call(response.chunk().await.map_err(|error| outcome(&error)), None)? {
            part(&chunk, total);
        }
        Ok(())
    }

    /// Listens for changes on main until the link is lost; `wake` gets the last position.
    ///
    /// # Errors
    /// `MainServerUnavailable`, `SessionExpired`.
    pub async fn listen(&self, from: ChangePosition, mut wake: impl FnMut(ChangePosition)) -> Result<(), ServerError> {
        let token = self.token().map(|t| t.token).unwrap_or_default();
        let url = self.url(&format!("events?from={}", from.0));
        let mut response = self.http.get(url).bearer_auth(token).send().await.map_err(|error| outcome(&error))?;
        self.check_is_ours(&response)?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(ServerError::SessionExpired);
        }
        let mut text = String::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| outcome(&error))? {
            text.push_str(&String::from_utf8_lossy(&chunk));
            while let Some(end) = text.find('\n') {
                let line: String = text.drain(..=end).collect();
                if let Some(data) = line.trim().strip_prefix("data:")
                    && let Ok(json) = serde_json::from_str::<serde_json::Value>(data)
                    && let Some(last) = json.get("last").and_then(serde_json::Value::as_u64)
                {
                    wake(ChangePosition(last));
                }
            }
            if text.len() > MAXIMUM_EVENT {
                text.clear();
            }
        }
        Ok(())
    }
}

/// The meaning of a failed exchange: not sent, or sent without an answer.
fn outcome(error: &reqwest::Error) -> ServerError {
    if error.is_connect() || error.is_builder() || error.is_redirect() {
        return ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection };
    }
    ServerError::CallOutcomeUnknown { call_id: CallId(Uuid::nil()) }
}

async fn read(mut response: Response) -> Result<Vec<u8>, ServerError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| outcome(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > MAXIMUM_ANSWER {
            return Err(ServerError::limit(Limit::AnswerSize, ""));
        }
    }
    Ok(body)
}

/// An unknown outcome names the call; a call that changes nothing is simply unavailable.
fn of_call<T>(result: Result<T, ServerError>, call: Option<CallId>) -> Result<T, ServerError> {
    match (result, call) {
        (Err(ServerError::CallOutcomeUnknown { .. }), Some(call_id)) => Err(ServerError::CallOutcomeUnknown { call_id }),
        (Err(ServerError::CallOutcomeUnknown { .. }), None) => {
            Err(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection })
        }
        (result, _) => result,
    }
}

#[async_trait]
impl ApplicationServer for MainServerConnection {
    async fn session(&self) -> Result<SessionResponse, ServerError> {
        of_call(self.call("session", &()).await, None)
    }

    async fn open_form(&self, request: OpenFormRequest) -> Result<OpenFormResponse, ServerError> {
        of_call(self.call("open-form", &request).await, None)
    }

    async fn form_call(&self, request: FormCallRequest) -> Result<FormCallResponse, ServerError> {
        of_call(self.call("form-call", &request).await, Some(request.call_id))
    }

    async fn write_form(&self, request: WriteFormRequest) -> Result<WriteFormResponse, ServerError> {
        of_call(self.call("write-form", &request).await, Some(request.call_id))
    }

    async fn list_page(&self, request: ListPageRequest) -> Result<ListPageResponse, ServerError> {
        of_call(self.call("list-page", &request).await, None)
    }

    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestResponse, ServerError> {
        of_call(self.call("suggest", &request).await, None)
    }

    async fn find(&self, request: FindRequest) -> Result<FindResponse, ServerError> {
        of_call(self.call("find", &request).await, None)
    }

    async fn module_call(&self, request: ModuleCallRequest) -> Result<ModuleCallResponse, ServerError> {
        of_call(self.call("module-call", &request).await, Some(request.call_id))
    }

    async fn lock(&self, request: LockRequest) -> Result<LockResponse, ServerError> {
        of_call(self.call("lock", &request).await, None)
    }

    async fn mark_deletion(&self, request: MarkDeletionRequest) -> Result<(), ServerError> {
        of_call(self.call("mark-deletion", &request).await, Some(request.call_id))
    }

    async fn presentations(&self, request: PresentationsRequest) -> Result<PresentationsResponse, ServerError> {
        of_call(self.call("presentations", &request).await, None)
    }

    async fn job_state(&self, id: Uuid) -> Result<JobState, ServerError> {
        of_call(self.call("job-state", &id).await, None)
    }
}

#[async_trait]
impl ExchangePeer for MainServerConnection {
    async fn handshake(&self, request: HandshakeRequest) -> Result<HandshakeResponse, ServerError> {
        of_call(
            self.with_session("handshake", "exchange/handshake", Some(&request), self.settings.call_timeout, false).await,
            None,
        )
    }

    async fn upload(&self, request: UploadRequest) -> Result<UploadResponse, ServerError> {
        of_call(
            self.with_session("upload", "exchange/upload", Some(&request), self.settings.call_timeout * 4, false).await,
            None,
        )
    }

    async fn download(&self, request: DownloadRequest) -> Result<ExchangePage, ServerError> {
        of_call(
            self.with_session("download", "exchange/download", Some(&request), self.settings.call_timeout * 4, false).await,
            None,
        )
    }
}
