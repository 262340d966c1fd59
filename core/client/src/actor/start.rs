//! From nothing to work: signing in, downloading the configuration and the data, opening the stand-alone server (A1, A2, A8).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinshore_engine::ServerLimits;
use twinshore_engine::exchange::DeviceExchange;
use twinshore_engine::users::User;
use twinshore_metadata::{BundleHash, DeviceBundle, ModuleName};
use twinshore_modules::{CallLimits, ModuleContext, Side};
use twinshore_protocol::{Clock, ServerError, SessionResponse};

use super::host::ClientHost;
use super::{App, Internal, Work};
use crate::forms::words;
use crate::stand_alone::{self, MainServerPort};
use crate::view::{DownloadView, MessageKind, ScreenView};
use crate::{AvailabilityEvent, ClientError, Tokens, UsedServer};

/// What is kept of the last sign-in, besides the tokens.
#[derive(Serialize, Deserialize)]
struct SignedIn {
    session: SessionResponse,
    verifier: String,
    /// The first download of data was finished.
    complete: bool,
}

impl App {
    /// Goes on where the last start ended, without asking the person again (A8).
    pub async fn resume_work(self: Rc<Self>) {
        let tokens: Option<Tokens> =
            self.options.platform.secret("tokens").ok().flatten().and_then(|text| serde_json::from_str(&text).ok());
        let Some(tokens) = tokens else { return };
        self.connection.set_tokens(Some(tokens));
        let Some(signed_in) = self.signed_in() else { return };
        if self.read_bundle().is_none() || !signed_in.complete {
            self.download().await;
            return;
        }
        self.begin_work(signed_in.session).await;
    }

    fn signed_in(&self) -> Option<SignedIn> {
        let text = self.options.platform.secret("signed-in").ok().flatten()?;
        serde_json::from_str(&text).ok()
    }

    fn keep_signed_in(&self, signed_in: &SignedIn) -> Result<(), ClientError> {
        let text = serde_json::to_string(signed_in).unwrap_or_default();
        Ok(self.options.platform.set_secret("signed-in", Some(&text))?)
    }

    /// Signs in at the main server; without a connection, against what the last sign-in left (A2).
    pub async fn sign_in(self: &Rc<Self>, user: String, password: String) {
        self.screen(ScreenView::SignIn { user_name: user.clone(), error: String::new(), busy: true });
        match self.connection.sign_in(user.trim(), &password, &self.options.device_name).await {
            Ok(response) => {
                let name = response.session.user_name.clone();
                let complete = self.signed_in().is_some_and(|s| s.complete && s.session.user_name == name);
                let signed_in = SignedIn { session: response.session.clone(), verifier: response.offline_verifier, complete };
                if let Err(error) = self.keep_signed_in(&signed_in) {
                    let error = self.client_error_text(&error);
                    return self.screen(ScreenView::SignIn { user_name: user, error, busy: false });
                }
                if let Some(previous) = self.store.get::<String>("user").filter(|previous| *previous != name) {
                    tracing::info!(%previous, new = %name, "another user signs in");
                }
                self.check_store(self.store.set("user", &name));
                {
                    let mut state = self.state.borrow_mut();
                    state.user_name = name;
                    if self.store.get::<String>("language").is_none() && !response.session.language.is_empty() {
                        state.language = response.session.language;
                    }
                }
                self.tell_language();
                self.link_event(AvailabilityEvent::SignedIn);
                self.download().await;
            }
            Err(ServerError::MainServerUnavailable { .. } | ServerError::CallOutcomeUnknown { .. }) => {
                self.sign_in_offline(user, &password).await
            }
            Err(error) => {
                let error = self.error_text(&error);
                self.screen(ScreenView::SignIn { user_name: user, error, busy: false });
            }
        }
    }

    async fn sign_in_offline(self: &Rc<Self>, user: String, password: &str) {
        let kept = self.signed_in().filter(|s| s.complete && s.session.user_name.eq_ignore_ascii_case(user.trim()));
        let language = self.state.borrow().language.clone();
        match kept {
            Some(kept) if twinshore_engine::users::fits(password, &kept.verifier) => self.begin_work(kept.session).await,
            Some(_) => {
                let error = self.error_text(&ServerError::SignInRefused);
                self.screen(ScreenView::SignIn { user_name: user, error, busy: false });
            }
            None => {
                let error = match self.connection.trouble().and_then(|trouble| super::banner::trouble_text(&language, &trouble))
                {
                    Some(why) => why,
                    None => words::say(&language, "first-sign-in").to_owned(),
                };
                self.screen(ScreenView::SignIn { user_name: user, error, busy: false });
            }
        }
    }

    /// Ends the session on this device; local data stay for the next sign-in of the same user.
    pub async fn sign_out(self: &Rc<Self>) {
        if !self.keep_all_drafts() {
            // What can't be kept would be gone with its form.
            return self.message(MessageKind::Error, self.client_error_text(&ClientError::NoRoom), 0);
        }
        self.connection.set_tokens(None);
        if let Err(error) = self.options.platform.set_secret("tokens", None) {
            tracing::warn!(%error, "tokens could not be removed");
        }
        self.forms.borrow_mut().clear();
        self.work.borrow_mut().take();
        {
            let mut state = self.state.borrow_mut();
            state.order.clear();
            state.active = 0;
        }
        if let Some(probe) = self.probe.take() {
            probe.abort();
        }
        self.link_event(AvailabilityEvent::SignedOut);
        let user_name = self.state.borrow().user_name.clone();
        self.screen(ScreenView::SignIn { user_name, error: String::new(), busy: false });
    }

    pub(super) fn screen(self: &Rc<Self>, screen: ScreenView) {
        self.state.borrow_mut().screen = screen;
        self.changed();
        self.publish();
    }

    fn progress(self: &Rc<Self>, step: &str, done: u64, total: u64, rate: u64, error: String) {
        self.screen(ScreenView::Download(DownloadView { step: step.to_owned(), done, total, rate, error }));
    }

    /// The configuration, then the data; goes on where it stopped (A1).
    pub async fn download(self: &Rc<Self>) {
        let Some(signed_in) = self.signed_in() else { return };
        let language = self.state.borrow().language.clone();
        let step = words::say(&language, "download-app");
        self.progress(step, 0, 0, 0, String::new());
        if let Err(error) = self.download_bundle(&signed_in.session, step).await {
            self.progress(step, 0, 0, 0, self.error_text(&error));
            return;
        }
        if !signed_in.complete {
            let step = words::say(&language, "download-data");
            match self.prepare(&signed_in.session) {
                Ok(work) => {
                    *self.work.borrow_mut() = Some(Rc::new(work));
                    if let Err(error) = self.first_download(step).await {
                        self.progress(step, 0, 0, 0, self.error_text(&error));
                        return;
                    }
                }
                Err(error) => {
                    self.progress(step, 0, 0, 0, self.client_error_text(&error));
                    return;
                }
            }
        }
        let session = signed_in.session.clone();
        if let Err(error) = self.keep_signed_in(&SignedIn { complete: true, ..signed_in }) {
            self.progress(step, 0, 0, 0, self.client_error_text(&error));
            return;
        }
        self.begin_work(session).await;
    }

    async fn first_download(self: &Rc<Self>, step: &str) -> Result<(), ServerError> {
        let started = self.options.clock.elapsed();
        self.round(|app, done, total| {
            let rate = (done as f64 / app.options.clock.elapsed().saturating_sub(started).as_secs_f64().max(0.001)) as u64;
            app.progress(step, done, total.max(done), rate, String::new());
        })
        .await
    }

    async fn download_bundle(self: &Rc<Self>, session: &SessionResponse, step: &str) -> Result<(), ServerError> {
        let Some(hash) = session.device_bundle.clone() else {
            return Err(ServerError::Malformed { what: "the main server offers no configuration for devices".into() });
        };
        if self.read_bundle().is_some_and(|b| b.hash() == hash) {
            return Ok(());
        }
        let part = self.options.directory.join(format!("{}.part", short(&hash)));
        let start = std::fs::metadata(&part).map_or(0, |m| m.len());
        let broken = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::StorageFull => ServerError::StorageFull,
            _ => ServerError::Malformed { what: format!("the app's folder ({error})") },
        };
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&part).map_err(broken)?;
        let mut failed = None;
        let mut done = start;
        let app = Rc::clone(self);
        let result = self
            .connection
            .device_bundle(&hash, start, |bytes, total| {
                use std::io::Write as _;
                // After a failure nothing more may follow: the part would have a hole.
                if failed.is_none()
                    && let Err(error) = file.write_all(bytes)
                {
                    failed = Some(error);
                }
                done += bytes.len() as u64;
                app.progress(step, done / 1024, total / 1024, 0, String::new());
            })
            .await;
        if let Some(error) = failed {
            return Err(broken(error));
        }
        if let Err(error) = result {
            if matches!(error, ServerError::Malformed { .. }) {
                let _ = std::fs::remove_file(&part);
            }
            return Err(error);
        }
        let packed = std::fs::read(&part).map_err(broken)?;
        let malformed = |what: &str| {
            let _ = std::fs::remove_file(&part);
            ServerError::Malformed { what: what.to_owned() }
        };
        let bytes = zstd::decode_all(packed.as_slice()).map_err(|_| malformed("the downloaded configuration"))?;
        let bundle: DeviceBundle = serde_json::from_slice(&bytes).map_err(|_| malformed("the downloaded configuration"))?;
        if bundle.hash() != hash || !bundle.standalone.is_sound() {
            return Err(malformed("the downloaded configuration (its content does not fit its name)"));
        }
        std::fs::rename(&part, self.options.directory.join("device-bundle.zst")).map_err(broken)
    }

    fn read_bundle(&self) -> Option<DeviceBundle> {
        let packed = std::fs::read(self.options.directory.join("device-bundle.zst")).ok()?;
        serde_json::from_slice(&zstd::decode_all(packed.as_slice()).ok()?).ok()
    }

    /// Opens the stand-alone server and the module contexts.
    fn prepare(self: &Rc<Self>, session: &SessionResponse) -> Result<Work, ClientError> {
        let missing = || {
            ClientError::Server(ServerError::Malformed {
                what: "the configuration on this device is missing; sign in with a connection".into(),
            })
        };
        let device = self.read_bundle().ok_or_else(missing)?;
        let user = User {
            name: session.user_name.clone(),
            verifier: String::new(),
            roles: session.roles.clone(),
            language: session.language.clone(),
            item: session.user.clone(),
            disabled: false,
        };
        // One database for each main server and user (A4).
        let tenant =
            blake3::hash(format!("{} {}", self.options.main_server, session.user_name.to_lowercase()).as_bytes()).to_hex();
        let folder = self.options.directory.join(format!("base-{}", &tenant[..16]));
        std::fs::create_dir_all(&folder)?;
        let clock: Arc<dyn Clock> = self.options.clock.clone();
        let database = folder.join("base.db");
        let engine = stand_alone::open(&database, &device, user, clock, self.options.platform.utc_offset_s())
            .map_err(|error| ClientError::from(error).of_file(&database))?;
        let call = CallLimits { time_ms: milliseconds(self.options.settings.standalone_call_time), ..CallLimits::default() };
        engine.set_limits(ServerLimits { call, ..ServerLimits::default() });
        let inside = self.inside.clone();
        let call = move |request, done| drop(inside.send(Internal::CallMain(request, done)));
        engine.set_main_server(Arc::new(MainServerPort::new(Arc::clone(&self.main_state), call)));
        let local = engine.session(&session.user_name);
        let rights = Arc::new(engine.rights(&session.user_name)?);
        let exchange = DeviceExchange::new(engine.clone(), rights, device.hash());
        let contexts = self.contexts(&device)?;
        Ok(Work { device, engine, local, session: session.clone(), contexts, exchange })
    }

    fn contexts(
        self: &Rc<Self>,
        device: &DeviceBundle,
    ) -> Result<RefCell<BTreeMap<UsedServer, Rc<ModuleContext>>>, ClientError> {
        let both = [UsedServer::Main, UsedServer::Standalone].into_iter();
        let contexts = both.map(|server| Ok((server, Rc::new(self.new_context(device, server)?))));
        contexts.collect::<Result<_, ClientError>>().map(RefCell::new)
    }

    /// A new context of the client modules that belong to a server.
    pub(super) fn new_context(
        self: &Rc<Self>,
        device: &DeviceBundle,
        server: UsedServer,
    ) -> Result<ModuleContext, ClientError> {
        let bundle = match server {
            UsedServer::Main => &device.client_of_main,
            UsedServer::Standalone => &device.client_of_standalone,
        };
        let common: Vec<String> = device
            .client_of_main
            .configuration
            .of_kind(twinshore_metadata::ObjectKind::Module)
            .map(|m| m.name.name.clone())
            .collect();
        let host = Rc::new(ClientHost::new(Rc::downgrade(self), server));
        let limits = CallLimits { time_ms: milliseconds(self.options.settings.handler_time), ..CallLimits::default() };
        ModuleContext::new(Side::Client, Arc::new(bundle.modules.clone()), &common, limits, host)
            .map_err(|error| ServerError::Internal { report: error.to_string() }.into())
    }

    async fn begin_work(self: &Rc<Self>, session: SessionResponse) {
        if self.work().is_none() {
            match self.prepare(&session) {
                Ok(work) => *self.work.borrow_mut() = Some(Rc::new(work)),
                Err(error) => {
                    let user_name = session.user_name.clone();
                    let error = self.client_error_text(&error);
                    self.screen(ScreenView::SignIn { user_name, error, busy: false });
                    return;
                }
            }
        }
        self.watch_changes();
        self.leave_forbidden_mode();
        self.check_store(self.store.forget_old_calls(self.options.clock.now()));
        self.screen(ScreenView::Work);
        self.update_pending();
        self.link_event(AvailabilityEvent::Working);
        self.listen_now.notify_one();
        self.wait_for_main_server().await;
        self.link_event(AvailabilityEvent::Started);
        self.exchange_now.notify_one();
        if let Some(Err(error)) = self.handler(UsedServer::Main, &ModuleName::Application, "onStart", Vec::new()).await {
            self.show_module_error(&error, 0);
        }
    }
}

fn short(hash: &BundleHash) -> &str {
    hash.0.get(..16).unwrap_or(&hash.0)
}

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
