//! The handle that shells hold.
//!
//! The client itself lives on a thread of its own and owns all its state; every method here sends it a request and returns
//! at once. Observers are called from that thread, in order, and must return quickly.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot, watch};
use twinshore_engine::Engine;
use twinshore_metadata::Value;
use twinshore_modules::HostError;
use twinshore_protocol::ServerError;

use crate::actor;
use crate::view::{BeginAnewView, FormEvent, FormPatch, FormView, InterfaceView, LogEntryView, ModeView};
use crate::words::{say, say_with};
use crate::{ClientError, LinkFacts, Platform, Settings, Timers, Transport, set_aside};

/// Told about everything around forms. The first call after subscribing brings the whole view.
pub trait ClientObserver: Send + Sync {
    /// The interface changed.
    fn interface_changed(&self, view: InterfaceView);
    /// A call was made.
    fn logged(&self, entry: LogEntryView);
}

/// Told about one form. The first call after subscribing is `reset`.
pub trait FormObserver: Send + Sync {
    /// The whole form.
    fn reset(&self, view: FormView);
    /// What changed; one patch an event.
    fn patched(&self, patch: FormPatch);
    /// The form is gone. If it was reopened, `successor` is the form that took its place, else 0.
    fn closed(&self, successor: u32);
}

/// How to start a client.
#[derive(Clone)]
pub struct ClientOptions {
    /// Folder for everything the client keeps.
    pub directory: PathBuf,
    /// Address of the main server, `https://…`.
    pub main_server: String,
    /// Name the person knows the device by.
    pub device_name: String,
    /// Language code until the person's is known.
    pub language: String,
    /// The device.
    pub platform: Arc<dyn Platform>,
    /// Tells the time and waits.
    pub clock: Arc<dyn Timers>,
    /// Way to the main server; none for HTTP.
    pub transport: Option<Arc<dyn Transport>>,
    /// Numbers.
    pub settings: Settings,
}

/// What the thread of the client is asked for: everything that can wake it from outside.
pub enum Request {
    /// Somebody wants to know of the interface.
    Observe(u64, Arc<dyn ClientObserver>),
    /// Somebody wants to know of a form.
    ObserveForm(u64, u32, Arc<dyn FormObserver>),
    /// Enough.
    Unobserve(u64),
    /// The person did something in a form.
    Dispatch(u32, FormEvent),
    /// Sign in.
    SignIn(String, String),
    /// Sign in by a link.
    SignInByLink(String),
    /// Sign out.
    SignOut,
    /// The PIN at the lock screen; none asks for a finger or face.
    Unlock(Option<String>),
    /// Ask for a new PIN.
    ChoosePin,
    /// A new PIN; an empty one takes it away, none changes nothing.
    SetPin(Option<String>),
    /// Begin anew for the account that can't be opened.
    BeginAnew,
    /// Go on with the first download.
    RetryDownload,
    UpdateNow,
    /// Open a menu item.
    Open(String),
    /// Bring a form to the front; 0 shows the menu.
    Activate(u32),
    /// Choose a mode.
    SetMode(ModeView),
    /// Answer a question.
    AnswerDialog(u64, String),
    /// Answer the offer of another mode.
    AnswerOffer(Option<ModeView>),
    /// Wait no longer for a call.
    CancelWait(u64),
    /// Go on with a draft.
    TakeDraft(String),
    /// Throw a draft away.
    DiscardDraft(String),
    /// The platform's facts changed.
    LinkChanged(LinkFacts),
    /// Exchange at once.
    ExchangeNow,
    /// Change the language.
    SetLanguage(String),
    /// The app goes to the background, or comes back.
    Foreground(bool),
    /// A view of a form.
    FormView(u32, oneshot::Sender<Option<FormView>>),
    /// A view of the interface.
    InterfaceView(oneshot::Sender<InterfaceView>),
    /// What a tester sends with a report.
    Diagnosis(oneshot::Sender<String>),
    /// Exchange at once and tell how it went.
    Exchange(oneshot::Sender<Result<(), ServerError>>),
    /// Carry out an operation of module code.
    Operation(String, Vec<Value>, oneshot::Sender<Result<Value, HostError>>),
    /// The stand-alone server.
    StandAlone(oneshot::Sender<Option<Engine>>),
    /// Tell when everything that was caused so far is finished.
    Settled(oneshot::Sender<()>),
    /// End.
    Stop,
    /// End and keep nothing on the way.
    Kill,
}

/// A running client. Cheap to clone; ends with [`Client::stop`] or when the last handle is dropped.
#[derive(Clone)]
pub struct Client {
    requests: mpsc::UnboundedSender<Request>,
    next: Arc<AtomicU64>,
    running: watch::Receiver<()>,
}

/// Ends an observation when dropped.
pub struct Subscription {
    id: u64,
    requests: mpsc::UnboundedSender<Request>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _ = self.requests.send(Request::Unobserve(self.id));
    }
}

impl Client {
    /// Starts a client on a thread of its own.
    ///
    /// # Errors
    /// [`ClientError`] if the folder or the secret store can't be used, there is no room, or the client's file is damaged or has lost
    /// its key.
    pub fn start(options: ClientOptions) -> Result<Self, ClientError> {
        let (requests, received) = mpsc::unbounded_channel();
        let running = actor::start(options, received)?;
        Ok(Self { requests, next: Arc::new(AtomicU64::new(1)), running })
    }

    /// What the person whose client did not start may do: begin anew; none if that would not help, or if the secret store can't be read
    /// now and nobody knows what is lost.
    pub fn offer_to_begin_anew(error: &ClientError, options: &ClientOptions) -> Option<BeginAnewView> {
        let lost = set_aside::lost(error, &options.directory, &*options.platform).ok()?;
        let say = |key| say(&options.language, key).to_owned();
        let question = match lost.len() {
            0 => return None,
            1 => say_with(&options.language, "begin-anew-app", &[("file", "client.db".into())]),
            _ => say("begin-anew-all"),
        };
        Some(BeginAnewView { button: say("begin-anew"), question, yes: say("begin-anew-yes"), no: say("begin-anew-no") })
    }

    /// Sets the files aside that keep a client from starting: the next start begins anew. Only after the person agreed to
    /// [`Self::offer_to_begin_anew`]; what opens by now is left as it is.
    ///
    /// # Errors
    /// [`ClientError`] as from [`Self::start`], if something else keeps it from starting.
    pub fn begin_anew(options: &ClientOptions) -> Result<(), ClientError> {
        set_aside::begin_anew(&options.directory, &*options.platform, options.clock.now(), &options.language).map(drop)
    }

    fn send(&self, request: Request) {
        // A client that ended takes no more requests; its observers know.
        let _ = self.requests.send(request);
    }

    /// Observes the interface; the first view comes at once.
    pub fn observe(&self, observer: Arc<dyn ClientObserver>) -> Subscription {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.send(Request::Observe(id, observer));
        Subscription { id, requests: self.requests.clone() }
    }

    /// Observes a form; the first message is the whole view.
    pub fn observe_form(&self, form: u32, observer: Arc<dyn FormObserver>) -> Subscription {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.send(Request::ObserveForm(id, form, observer));
        Subscription { id, requests: self.requests.clone() }
    }

    /// The person did something in a form.
    pub fn dispatch(&self, form: u32, event: FormEvent) {
        self.send(Request::Dispatch(form, event));
    }

    /// Signs in.
    pub fn sign_in(&self, user: String, password: String) {
        self.send(Request::SignIn(user, password));
    }

    /// Signs in by a link that was scanned or opened, see [`crate::SignInLink`]; what is wrong with it is told at the sign-in.
    pub fn sign_in_by_link(&self, link: String) {
        self.send(Request::SignInByLink(link));
    }

    /// Signs out.
    pub fn sign_out(&self) {
        self.send(Request::SignOut);
    }

    /// Unlocks the app with the PIN.
    pub fn unlock(&self, pin: String) {
        self.send(Request::Unlock(Some(pin)));
    }

    /// Unlocks the app with a finger or face; the platform asks for it.
    pub fn unlock_with_biometrics(&self) {
        self.send(Request::Unlock(None));
    }

    /// Asks the person for a new PIN.
    pub fn choose_pin(&self) {
        self.send(Request::ChoosePin);
    }

    /// The PIN the person chose; an empty one takes it away, none leaves it as it was.
    pub fn set_pin(&self, pin: Option<String>) {
        self.send(Request::SetPin(pin));
    }

    /// Begins anew for the account whose database can't be read, as the sign-in offers it; the person is asked once more.
    pub fn begin_account_anew(&self) {
        self.send(Request::BeginAnew);
    }

    /// Goes on with the first download.
    pub fn retry_download(&self) {
        self.send(Request::RetryDownload);
    }

    /// Follows the configuration that was put off.
    pub fn update_now(&self) {
        self.send(Request::UpdateNow);
    }

    /// Opens a menu item.
    pub fn open(&self, menu_item: String) {
        self.send(Request::Open(menu_item));
    }

    /// Brings a form to the front.
    pub fn activate(&self, form: u32) {
        self.send(Request::Activate(form));
    }

    /// Shows the menu.
    pub fn show_menu(&self) {
        self.send(Request::Activate(0));
    }

    /// Chooses a mode.
    pub fn set_mode(&self, mode: ModeView) {
        self.send(Request::SetMode(mode));
    }

    /// Answers a question.
    pub fn answer_dialog(&self, id: u64, button: String) {
        self.send(Request::AnswerDialog(id, button));
    }

    /// Answers the offer of another mode; none keeps the mode.
    pub fn answer_offer(&self, mode: Option<ModeView>) {
        self.send(Request::AnswerOffer(mode));
    }

    /// Waits no longer for a call (R18).
    pub fn cancel_wait(&self, id: u64) {
        self.send(Request::CancelWait(id));
    }

    /// Goes on with a draft.
    pub fn take_draft(&self, id: String) {
        self.send(Request::TakeDraft(id));
    }

    /// Throws a draft away.
    pub fn discard_draft(&self, id: String) {
        self.send(Request::DiscardDraft(id));
    }

    /// Tells what the platform knows of the link.
    pub fn link_changed(&self, facts: LinkFacts) {
        self.send(Request::LinkChanged(facts));
    }

    /// Exchanges at once.
    pub fn exchange_now(&self) {
        self.send(Request::ExchangeNow);
    }

    /// Changes the language.
    pub fn set_language(&self, language: String) {
        self.send(Request::SetLanguage(language));
    }

    /// The app goes to the background.
    pub fn suspend(&self) {
        self.send(Request::Foreground(false));
    }

    /// The app comes back.
    pub fn resume(&self) {
        self.send(Request::Foreground(true));
    }

    /// The view of a form as it is now.
    pub async fn form_view(&self, form: u32) -> Option<FormView> {
        let (done, view) = oneshot::channel();
        self.send(Request::FormView(form, done));
        view.await.ok().flatten()
    }

    /// The view of the interface as it is now.
    ///
    /// # Errors
    /// [`ClientError::Stopped`].
    pub async fn interface_view(&self) -> Result<InterfaceView, ClientError> {
        let (done, view) = oneshot::channel();
        self.send(Request::InterfaceView(done));
        view.await.map_err(|_| ClientError::Stopped)
    }

    /// How the app stands, as text of JSON for a tester's report: nothing that a person typed is in it.
    ///
    /// # Errors
    /// [`ClientError::Stopped`].
    pub async fn diagnosis(&self) -> Result<String, ClientError> {
        let (done, told) = oneshot::channel();
        self.send(Request::Diagnosis(done));
        told.await.map_err(|_| ClientError::Stopped)
    }

    /// Exchanges at once; answers when a round that began after this call has ended.
    ///
    /// # Errors
    /// `MainServerUnavailable` if no round may run now, else what stopped the round.
    pub async fn exchange(&self) -> Result<(), ServerError> {
        let (done, ended) = oneshot::channel();
        self.send(Request::Exchange(done));
        ended.await.unwrap_or(Err(ServerError::SessionExpired))
    }

    /// Carries out an operation of [`twinshore_modules::HostApi`] as client module code would: calls are routed by R2, forms open.
    /// For whoever drives an app from outside, as scenarios do.
    ///
    /// # Errors
    /// What module code would see.
    pub async fn operation(&self, name: &str, arguments: Vec<Value>) -> Result<Value, HostError> {
        let (done, result) = oneshot::channel();
        self.send(Request::Operation(name.to_owned(), arguments, done));
        result.await.unwrap_or_else(|_| Err(HostError::new("Stopped", "The app is not running.")))
    }

    /// The stand-alone server, while somebody works.
    pub async fn stand_alone(&self) -> Option<Engine> {
        let (done, engine) = oneshot::channel();
        self.send(Request::StandAlone(done));
        engine.await.ok().flatten()
    }

    /// Waits until everything that requests so far have caused is finished: calls are answered, handlers have ended. A question
    /// to the person counts as an end; exchange rounds and probes go on by themselves.
    pub async fn settled(&self) {
        let (done, settled) = oneshot::channel();
        self.send(Request::Settled(done));
        // A client that ended is as settled as can be.
        let _ = settled.await;
    }

    /// Ends the client as if its process were killed: nothing is kept that was not kept already.
    pub fn kill(&self) {
        self.send(Request::Kill);
    }

    /// Ends the client; what was typed is kept.
    pub fn stop(&self) {
        self.send(Request::Stop);
    }

    /// Waits until the client has ended and its files are closed.
    pub async fn ended(&self) {
        let mut running = self.running.clone();
        // Nothing is ever sent: the channel closes.
        while running.changed().await.is_ok() {}
    }
}
