//! The running client as shells hold it, and what shells implement.

use std::path::PathBuf;
use std::sync::Arc;

use twinshore_client::view::{BeginAnewView, FormEvent, FormPatch, FormView, InterfaceView, LogEntryView, ModeView};
use twinshore_client::words::client_error_text;
use twinshore_client::{
    Client, ClientError, ClientObserver, DeviceAnswer, DeviceError, DeviceRequest, FormObserver, LinkFacts, Platform,
    PlatformError, Settings, SignInLink, SystemClock,
};

/// The device's secret store failed.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum PlatformFailure {
    /// What the store said.
    #[error("the secret store failed: {reason}")]
    Secrets {
        /// Its words.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for PlatformFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Secrets { reason: error.reason }
    }
}

/// What the client needs of the device.
#[uniffi::export(with_foreign)]
pub trait SecretStore: Send + Sync {
    /// A secret by name, from the platform's key store.
    fn secret(&self, name: String) -> Result<Option<String>, PlatformFailure>;
    /// Keeps a secret; none removes it.
    fn set_secret(&self, name: String, value: Option<String>) -> Result<(), PlatformFailure>;
    /// Seconds east of UTC.
    fn utc_offset_s(&self) -> i32;
}

/// Asks the person for a finger or face.
#[uniffi::export(with_foreign)]
pub trait Biometrics: Send + Sync {
    /// True if the device has a reader and the person has shown it a finger or face.
    fn are_there(&self) -> bool;
    /// Asks, with a reason to show; waits for the answer. Called on a thread that may wait.
    fn confirm(&self, reason: String) -> Result<bool, PlatformFailure>;
}

/// The device did not do what module code wanted.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum DeviceFailure {
    /// It can't.
    #[error("the device can't do it")]
    Absent,
    /// The person or whoever runs the device does not allow it.
    #[error("the app may not do it")]
    Refused,
    /// It went wrong.
    #[error("{reason}")]
    Failed {
        /// Why.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for DeviceFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

impl From<DeviceFailure> for DeviceError {
    fn from(failure: DeviceFailure) -> Self {
        match failure {
            DeviceFailure::Absent => Self::Absent,
            DeviceFailure::Refused => Self::Refused,
            DeviceFailure::Failed { reason } => Self::Failed(reason),
        }
    }
}

/// The device's hardware and other apps, for module code.
#[uniffi::export(with_foreign)]
pub trait DeviceFunctions: Send + Sync {
    /// Does what is wanted; waits for the person. Called on a thread that may wait.
    fn use_device(&self, request: DeviceRequest) -> Result<DeviceAnswer, DeviceFailure>;
}

/// Told about everything around forms; the first call brings the whole view.
#[uniffi::export(with_foreign)]
pub trait InterfaceObserver: Send + Sync {
    /// The interface changed.
    fn interface_changed(&self, view: InterfaceView);
    /// A call was made.
    fn logged(&self, entry: LogEntryView);
}

/// Told about one form; the first call is `reset`.
#[uniffi::export(with_foreign)]
pub trait WindowObserver: Send + Sync {
    /// The whole form.
    fn reset(&self, view: FormView);
    /// What changed.
    fn patched(&self, patch: FormPatch);
    /// The form is gone; `successor` took its place, 0 if none did.
    fn closed(&self, successor: u32);
}

struct OfPlatform {
    store: Arc<dyn SecretStore>,
    biometrics: Option<Arc<dyn Biometrics>>,
    device: Option<Arc<dyn DeviceFunctions>>,
}

impl Platform for OfPlatform {
    fn secret(&self, name: &str) -> Result<Option<String>, PlatformError> {
        self.store.secret(name.to_owned()).map_err(|error| PlatformError::Secrets(error.to_string()))
    }

    fn set_secret(&self, name: &str, value: Option<&str>) -> Result<(), PlatformError> {
        let value = value.map(str::to_owned);
        self.store.set_secret(name.to_owned(), value).map_err(|error| PlatformError::Secrets(error.to_string()))
    }

    fn utc_offset_s(&self) -> i32 {
        self.store.utc_offset_s()
    }

    fn has_biometrics(&self) -> bool {
        self.biometrics.as_ref().is_some_and(|biometrics| biometrics.are_there())
    }

    fn confirm_person(&self, reason: &str) -> Result<bool, PlatformError> {
        let none = || PlatformError::Biometrics("this device has none".into());
        let biometrics = self.biometrics.as_ref().ok_or_else(none)?;
        biometrics.confirm(reason.to_owned()).map_err(|error| PlatformError::Biometrics(error.to_string()))
    }

    fn use_device(&self, request: DeviceRequest) -> Result<DeviceAnswer, DeviceError> {
        let device = self.device.as_ref().ok_or(DeviceError::Absent)?;
        device.use_device(request).map_err(DeviceError::from)
    }
}

struct OfInterface(Arc<dyn InterfaceObserver>);

impl ClientObserver for OfInterface {
    fn interface_changed(&self, view: InterfaceView) {
        self.0.interface_changed(view);
    }

    fn logged(&self, entry: LogEntryView) {
        self.0.logged(entry);
    }
}

struct OfWindow(Arc<dyn WindowObserver>);

impl FormObserver for OfWindow {
    fn reset(&self, view: FormView) {
        self.0.reset(view);
    }

    fn patched(&self, patch: FormPatch) {
        self.0.patched(patch);
    }

    fn closed(&self, successor: u32) {
        self.0.closed(successor);
    }
}

/// How to start a client.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ClientOptions {
    /// Folder for everything the client keeps; private to the app.
    pub directory: String,
    /// Address of the main server.
    pub main_server: String,
    /// Name the person knows the device by.
    pub device_name: String,
    /// Language code until the person's is known.
    pub language: String,
    /// A build for development: sign-in links may lead to a main server without TLS.
    #[uniffi(default = false)]
    pub development: bool,
}

/// The main server that a sign-in link leads to; none if the text is no such link, or leads to a main server without TLS and the build
/// is not for development.
#[uniffi::export]
pub fn server_of_link(link: String, development: bool) -> Option<String> {
    SignInLink::parse(&link, development).ok().map(|link| link.server)
}

/// What a person whose app can't start may do: begin anew, after a question.
#[uniffi::remote(Record)]
pub struct BeginAnewView {
    /// The button.
    pub button: String,
    /// Asked when it was pressed: what is safe and what would be lost.
    pub question: String,
    /// The answer that begins anew.
    pub yes: String,
    /// The answer that changes nothing.
    pub no: String,
}

/// The client could not start.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum FailedToStart {
    /// Why, for the person.
    #[error("{reason}")]
    Start {
        /// Why.
        reason: String,
        /// What the person may do besides starting again; none if it would not help.
        begin_anew: Option<BeginAnewView>,
    },
}

/// Sets the files aside that keep a client from starting, after the person agreed to what [`FailedToStart`] offered: the next start
/// begins anew. What opens by now is left as it is.
///
/// # Errors
/// [`FailedToStart`] if something else keeps it from starting.
#[uniffi::export]
pub fn begin_anew(options: ClientOptions, store: Arc<dyn SecretStore>) -> Result<(), FailedToStart> {
    let options = options.on(OfPlatform { store, biometrics: None, device: None });
    Client::begin_anew(&options).map_err(|error| FailedToStart::of(&error, &options))
}

/// Ends an observation when it is destroyed.
#[derive(uniffi::Object)]
pub struct Subscription(#[allow(dead_code, reason = "held for its drop")] twinshore_client::Subscription);

/// A running client. Every method returns at once; what comes of it is told to observers.
#[derive(uniffi::Object)]
pub struct MobileClient(Client);

#[uniffi::export(async_runtime = "tokio")]
impl MobileClient {
    /// Starts a client on a thread of its own.
    ///
    /// # Errors
    /// [`FailedToStart`] if the folder or the secret store can't be used, or a file there is damaged or has lost its key.
    #[uniffi::constructor]
    pub fn start(options: ClientOptions, store: Arc<dyn SecretStore>) -> Result<Arc<Self>, FailedToStart> {
        Self::start_on(options, OfPlatform { store, biometrics: None, device: None })
    }

    /// The same on a device that may be able to ask for a finger or face.
    ///
    /// # Errors
    /// As [`Self::start`].
    #[uniffi::constructor]
    pub fn start_with_biometrics(
        options: ClientOptions,
        store: Arc<dyn SecretStore>,
        biometrics: Arc<dyn Biometrics>,
    ) -> Result<Arc<Self>, FailedToStart> {
        Self::start_on(options, OfPlatform { store, biometrics: Some(biometrics), device: None })
    }

    /// The same on a device whose functions module code may use.
    ///
    /// # Errors
    /// As [`Self::start`].
    #[uniffi::constructor]
    pub fn start_on_device(
        options: ClientOptions,
        store: Arc<dyn SecretStore>,
        biometrics: Option<Arc<dyn Biometrics>>,
        device: Arc<dyn DeviceFunctions>,
    ) -> Result<Arc<Self>, FailedToStart> {
        Self::start_on(options, OfPlatform { store, biometrics, device: Some(device) })
    }

    /// Observes the interface.
    pub fn observe(&self, observer: Arc<dyn InterfaceObserver>) -> Arc<Subscription> {
        Arc::new(Subscription(self.0.observe(Arc::new(OfInterface(observer)))))
    }

    /// Observes a form.
    pub fn observe_form(&self, form: u32, observer: Arc<dyn WindowObserver>) -> Arc<Subscription> {
        Arc::new(Subscription(self.0.observe_form(form, Arc::new(OfWindow(observer)))))
    }

    /// The person did something in a form.
    pub fn dispatch(&self, form: u32, event: FormEvent) {
        self.0.dispatch(form, event);
    }

    /// Signs in.
    pub fn sign_in(&self, user: String, password: String) {
        self.0.sign_in(user, password);
    }

    /// Signs in by a link that was scanned or opened; what is wrong with it is told at the sign-in.
    pub fn sign_in_by_link(&self, link: String) {
        self.0.sign_in_by_link(link);
    }

    /// Signs out.
    pub fn sign_out(&self) {
        self.0.sign_out();
    }

    /// Unlocks the app with the PIN.
    pub fn unlock(&self, pin: String) {
        self.0.unlock(pin);
    }

    /// Unlocks the app with a finger or face.
    pub fn unlock_with_biometrics(&self) {
        self.0.unlock_with_biometrics();
    }

    /// Asks the person for a new PIN.
    pub fn choose_pin(&self) {
        self.0.choose_pin();
    }

    /// The PIN the person chose; an empty one takes it away, none leaves it as it was.
    pub fn set_pin(&self, pin: Option<String>) {
        self.0.set_pin(pin);
    }

    /// Begins anew for the account whose database can't be read, as the sign-in offers it; the person is asked once more.
    pub fn begin_account_anew(&self) {
        self.0.begin_account_anew();
    }

    /// Goes on with the first download.
    pub fn retry_download(&self) {
        self.0.retry_download();
    }

    /// Follows the configuration that was put off.
    pub fn update_now(&self) {
        self.0.update_now();
    }

    /// Opens a menu item.
    pub fn open(&self, menu_item: String) {
        self.0.open(menu_item);
    }

    /// Brings a form to the front; 0 shows the menu.
    pub fn activate(&self, form: u32) {
        self.0.activate(form);
    }

    /// Chooses a mode.
    pub fn set_mode(&self, mode: ModeView) {
        self.0.set_mode(mode);
    }

    /// Answers a question.
    pub fn answer_dialog(&self, id: u64, button: String) {
        self.0.answer_dialog(id, button);
    }

    /// Answers the offer of another mode; none keeps the mode.
    pub fn answer_offer(&self, mode: Option<ModeView>) {
        self.0.answer_offer(mode);
    }

    /// Waits no longer for a call.
    pub fn cancel_wait(&self, id: u64) {
        self.0.cancel_wait(id);
    }

    /// Goes on with a draft.
    pub fn take_draft(&self, id: String) {
        self.0.take_draft(id);
    }

    /// Throws a draft away.
    pub fn discard_draft(&self, id: String) {
        self.0.discard_draft(id);
    }

    /// Tells what the platform knows of the link.
    pub fn link_changed(&self, connected: bool, metered: bool, captive_portal: bool) {
        self.0.link_changed(LinkFacts { connected, metered, captive_portal });
    }

    /// Exchanges at once.
    pub fn exchange_now(&self) {
        self.0.exchange_now();
    }

    /// Changes the language.
    pub fn set_language(&self, language: String) {
        self.0.set_language(language);
    }

    /// The app goes to the background.
    pub fn suspend(&self) {
        self.0.suspend();
    }

    /// The app comes back.
    pub fn resume(&self) {
        self.0.resume();
    }

    /// The view of a form as it is now.
    pub async fn form_view(&self, form: u32) -> Option<FormView> {
        self.0.form_view(form).await
    }

    /// The view of the interface as it is now; none once the client has ended.
    pub async fn interface_view(&self) -> Option<InterfaceView> {
        self.0.interface_view().await.ok()
    }

    /// How the app stands, as text of JSON for a tester's report; none once the client has ended.
    pub async fn diagnosis(&self) -> Option<String> {
        self.0.diagnosis().await.ok()
    }

    /// Ends the client; what was typed is kept.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Waits until the client has ended and its files are closed: then another may start in its folder.
    pub async fn ended(&self) {
        self.0.ended().await;
    }
}

impl MobileClient {
    fn start_on(options: ClientOptions, platform: OfPlatform) -> Result<Arc<Self>, FailedToStart> {
        crate::logging::start();
        let options = options.on(platform);
        Client::start(options.clone()).map(|client| Arc::new(Self(client))).map_err(|error| FailedToStart::of(&error, &options))
    }
}

impl ClientOptions {
    fn on(self, platform: OfPlatform) -> twinshore_client::ClientOptions {
        twinshore_client::ClientOptions {
            directory: PathBuf::from(self.directory),
            main_server: self.main_server,
            device_name: self.device_name,
            language: self.language,
            platform: Arc::new(platform),
            clock: Arc::new(SystemClock),
            transport: None,
            settings: Settings { plain_links: self.development, ..Settings::default() },
        }
    }
}

impl FailedToStart {
    fn of(error: &ClientError, options: &twinshore_client::ClientOptions) -> Self {
        let reason = client_error_text(&options.language, error);
        Self::Start { reason, begin_anew: Client::offer_to_begin_anew(error, options) }
    }
}
