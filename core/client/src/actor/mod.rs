//! The client's thread: it owns all state. Requests, answers of servers, timers and notices wake it one after another.
//!
//! Invariants: no borrow of a form is held across an await; what the person typed is in the store before any handler runs.

mod account;
mod anew;
mod banner;
mod calls;
mod choice;
mod close;
mod commands;
mod device;
mod diagnosis;
mod drafts;
mod follow;
mod host;
mod input;
mod interface;
mod link;
mod lists;
mod locks;
mod open_form;
mod options;
mod progress;
mod reopen;
mod requests;
mod rest;
mod start;
mod sync;
mod updates;
mod visit;
mod windows;
mod wipe;

pub(crate) use locks::locked_text;
pub(crate) use open_form::{OpenForm, Watched};

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::{AbortHandle, LocalSet, spawn_local};
use twinshore_engine::{Engine, EngineSession};
use twinshore_metadata::{Bundle, Configuration, DeviceBundle, ModuleName, ObjectName, Value};
use twinshore_modules::{Argument, HostError, ModuleContext, ModuleError, Outcome};
use twinshore_protocol::{
    ApplicationServer, HelloResponse, ModuleCallRequest, ServerError, SessionResponse, UnavailableReason,
};

use crate::account_book::AccountBook;
use crate::client::{ClientOptions, Request};
use crate::forms::words;
use crate::set_aside;
use crate::store::ClientStore;
use crate::view::{DialogView, LogEntryView, MessageKind, MessageView, OfferView, ScreenView};
use crate::{
    Availability, ClientError, ClientObserver, FormObserver, HttpTransport, MainServerConnection, Mode, Route, UsedServer,
    route, session_server,
};

/// Messages kept.
const MESSAGES_KEPT: usize = 30;

/// What runs beside the client's thread when it ends may take so long; then its files are closed.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Starts the thread.
/// The answer closes when the client has ended and its files are closed.
pub fn start(options: ClientOptions, requests: mpsc::UnboundedReceiver<Request>) -> Result<watch::Receiver<()>, ClientError> {
    std::fs::create_dir_all(&options.directory)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (started, start) = std::sync::mpsc::channel();
    let (running, ended) = watch::channel(());
    std::thread::Builder::new().name("client".into()).spawn(move || {
        let local = LocalSet::new();
        local.block_on(&runtime, async move {
            let store = set_aside::finish(&options.directory)
                .and_then(|()| ClientStore::of_device(&options.directory, &*options.platform));
            match store.and_then(|store| App::new(options, store)) {
                Ok(app) => {
                    let _ = started.send(Ok(()));
                    app.run(requests).await;
                }
                Err(error) => drop(started.send(Err(error))),
            }
        });
        drop(local);
        runtime.shutdown_timeout(LAST_WORK);
        drop(running);
    })?;
    start.recv().unwrap_or(Err(ClientError::Stopped))?;
    Ok(ended)
}

/// Client modules by the server they belong to.
type Contexts = RefCell<BTreeMap<UsedServer, Rc<ModuleContext>>>;

/// What exists once somebody works.
pub(crate) struct Work {
    pub device: DeviceBundle,
    /// Those of the client's bundles, for forms to share.
    configurations: BTreeMap<UsedServer, Arc<Configuration>>,
    pub engine: Engine,
    pub local: EngineSession,
    pub session: RefCell<SessionResponse>,
    pub contexts: Contexts,
    pub exchange: twinshore_engine::exchange::DeviceExchange,
}

impl Work {
    pub fn new(
        device: DeviceBundle,
        engine: Engine,
        session: SessionResponse,
        contexts: Contexts,
        exchange: twinshore_engine::exchange::DeviceExchange,
    ) -> Self {
        let shared = |bundle: &Bundle| Arc::new(bundle.configuration.clone());
        let configurations = [
            (UsedServer::Main, shared(&device.client_of_main)),
            (UsedServer::Standalone, shared(&device.client_of_standalone)),
        ]
        .into();
        let local = engine.session(&session.user_name);
        Self { device, configurations, engine, local, session: session.into(), contexts, exchange }
    }

    /// The client's bundle for a server.
    pub fn bundle(&self, server: UsedServer) -> &Bundle {
        match server {
            UsedServer::Main => &self.device.client_of_main,
            UsedServer::Standalone => &self.device.client_of_standalone,
        }
    }
}

pub(crate) struct State {
    pub screen: ScreenView,
    /// Who works, or is asked for the PIN; empty at the sign-in.
    pub account: String,
    /// The account whose database can't be read, while that is told at the sign-in.
    pub unreadable: Option<anew::Unreadable>,
    pub user_name: String,
    pub language: String,
    pub mode: Mode,
    pub update: updates::UpdateState,
    pub availability: Availability,
    pub order: Vec<u32>,
    pub active: u32,
    pub dialogs: Vec<(DialogView, oneshot::Sender<String>)>,
    pub offer: Option<OfferView>,
    pub messages: Vec<MessageView>,
    pub exchange: crate::view::ExchangeView,
    pub revision: u64,
    pub next: u64,
}

/// Observers with the forms they watch.
type FormObservers = HashMap<u64, (u32, Arc<dyn FormObserver>)>;

/// The client.
pub(crate) struct App {
    pub options: ClientOptions,
    pub store: ClientStore,
    pub accounts: AccountBook,
    pub connection: Arc<MainServerConnection>,
    pub state: RefCell<State>,
    pub work: RefCell<Option<Rc<Work>>>,
    pub forms: RefCell<BTreeMap<u32, Rc<OpenForm>>>,
    pub observers: RefCell<HashMap<u64, Arc<dyn ClientObserver>>>,
    pub form_observers: RefCell<FormObservers>,
    pub log: RefCell<Vec<LogEntryView>>,
    /// Interface changed and is to be told.
    pub dirty: Cell<bool>,
    /// Whether the main server can be called, for threads of the stand-alone server.
    pub main_state: Arc<Mutex<Result<(), UnavailableReason>>>,
    /// What the availability waits for has changed.
    pub watch_again: Notify,
    /// The banner when the link was last heard of.
    pub told_banner: RefCell<String>,
    /// It is known whether the main server is there.
    pub link_known: Notify,
    /// A probe on its way.
    pub probe: RefCell<Option<AbortHandle>>,
    /// What the last answered probe said.
    pub hello: RefCell<Option<HelloResponse>>,
    /// Items are picked one after another.
    pub picking: tokio::sync::Mutex<()>,
    /// Events of availability are told one after another.
    pub announcing: tokio::sync::Mutex<()>,
    /// Handlers that run, and of them those that wait for the person.
    pub handlers: Cell<usize>,
    pub asking: Cell<usize>,
    pub code_ended: Notify,
    pub listen_now: Notify,
    /// Something could not be kept for want of room.
    pub unkept: Cell<bool>,
    pub no_room: Notify,
    /// Drafts that are done with and still in the store.
    pub done_drafts: RefCell<BTreeSet<String>>,
    /// Drafts whose forms are being opened.
    pub taken_drafts: RefCell<BTreeSet<String>>,
    pub exchange_now: Notify,
    /// Calls that somebody waits for.
    pub waits: RefCell<Vec<calls::Wait>>,
    pub stopping: Cell<bool>,
    /// Start handlers ran: what is open is worked with.
    pub started: Cell<bool>,
    pub visits: visit::Visits,
    /// When the app went to the background.
    pub background_since: Cell<Option<Duration>>,
    /// Time that went on was noted and kept up to here.
    pub ticked: Cell<Duration>,
    pub tick_kept: Cell<Duration>,
    /// One exchange at a time.
    pub exchanging: tokio::sync::Mutex<()>,
    pub tickets: Cell<u64>,
    /// Reopenings that run; availability is announced when there is none (F9).
    pub reopening: Cell<u32>,
    pub reopened: Notify,
    pub rest: rest::Rest,
    /// Who waits for the end of the next exchange round.
    pub rounds: RefCell<Vec<oneshot::Sender<Result<(), ServerError>>>>,
    internal: RefCell<mpsc::UnboundedReceiver<Internal>>,
    /// The other end of it, for threads of the stand-alone server.
    pub inside: mpsc::UnboundedSender<Internal>,
}

/// What happens inside, on any thread, and is told to the client's own.
pub(crate) enum Internal {
    /// A call of the main server ended.
    Called(crate::CallReport),
    /// Tokens are to be kept.
    Tokens(crate::Tokens),
    /// Server code of the device calls the main server (R6).
    CallMain(ModuleCallRequest, std::sync::mpsc::Sender<Result<Value, ServerError>>),
}

struct Events(mpsc::UnboundedSender<Internal>);

impl crate::ConnectionEvents for Events {
    fn called(&self, report: crate::CallReport) {
        let _ = self.0.send(Internal::Called(report));
    }

    fn tokens_changed(&self, tokens: &crate::Tokens) {
        let _ = self.0.send(Internal::Tokens(tokens.clone()));
    }
}

impl App {
    fn new(options: ClientOptions, store: ClientStore) -> Result<Rc<Self>, ClientError> {
        let device = match store.find::<uuid::Uuid>("device")? {
            Some(id) => id,
            None => {
                let id = uuid::Uuid::new_v4();
                store.set("device", &id)?;
                id
            }
        };
        let (internal, received) = mpsc::unbounded_channel();
        let transport = match &options.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(HttpTransport::new(&options.settings)?),
        };
        let connection = MainServerConnection::new(
            &options.main_server,
            device,
            transport,
            Arc::clone(&options.clock),
            options.settings.clone(),
            Arc::new(Events(internal.clone())),
        );
        let platform = Arc::clone(&options.platform);
        let accounts = AccountBook::load(platform, &options.main_server, &options.directory, options.clock.now())?;
        let user_name: String = store.get("user").unwrap_or_default();
        let ticked = options.clock.elapsed();
        let mode: Mode = store.get("mode").unwrap_or_default();
        let last: String = store.get("account").unwrap_or_default();
        let state = State {
            screen: ScreenView::SignIn {
                user_name: user_name.clone(),
                error: String::new(),
                // Whoever worked last is on the way in again: nobody else is let in beside them.
                busy: accounts.get(&last).is_some_and(|account| account.pin.is_none() && account.barred.is_none()),
                users: accounts.names(),
                begin_anew: String::new(),
            },
            account: String::new(),
            unreadable: None,
            user_name,
            language: store.get("language").unwrap_or_else(|| options.language.clone()),
            mode,
            update: updates::UpdateState::default(),
            availability: Availability::new(),
            order: Vec::new(),
            active: 0,
            dialogs: Vec::new(),
            offer: None,
            messages: Vec::new(),
            exchange: crate::view::ExchangeView::default(),
            revision: 0,
            next: 1,
        };
        Ok(Rc::new(Self {
            options,
            store,
            accounts,
            connection: Arc::new(connection),
            state: RefCell::new(state),
            work: RefCell::default(),
            forms: RefCell::default(),
            observers: RefCell::default(),
            form_observers: RefCell::default(),
            log: RefCell::default(),
            dirty: Cell::new(true),
            main_state: Arc::new(Mutex::new(Err(UnavailableReason::NoConnection))),
            watch_again: Notify::new(),
            told_banner: RefCell::default(),
            link_known: Notify::new(),
            probe: RefCell::default(),
            hello: RefCell::default(),
            picking: tokio::sync::Mutex::default(),
            announcing: tokio::sync::Mutex::default(),
            handlers: Cell::new(0),
            asking: Cell::new(0),
            code_ended: Notify::new(),
            listen_now: Notify::new(),
            unkept: Cell::new(false),
            no_room: Notify::new(),
            done_drafts: RefCell::default(),
            taken_drafts: RefCell::default(),
            exchange_now: Notify::new(),
            waits: RefCell::default(),
            stopping: Cell::new(false),
            started: Cell::new(false),
            visits: visit::Visits::default(),
            background_since: Cell::new(None),
            ticked: Cell::new(ticked),
            tick_kept: Cell::new(ticked),
            exchanging: tokio::sync::Mutex::default(),
            tickets: Cell::new(1),
            reopening: Cell::new(0),
            reopened: Notify::new(),
            rest: rest::Rest::default(),
            rounds: RefCell::default(),
            internal: RefCell::new(received),
            inside: internal,
        }))
    }

    async fn run(self: Rc<Self>, mut requests: mpsc::UnboundedReceiver<Request>) {
        self.tell_language();
        wipe::remove_leftovers(&self.options.directory);
        self.spawn_caused(|app| async move { app.resume_work().await });
        self.spawn(|app| async move { app.watch_main_server().await });
        self.spawn(|app| async move { app.exchange_forever().await });
        self.spawn(|app| async move { app.keep_when_there_is_room().await });
        self.spawn(|app| async move { app.listen_for_changes().await });
        self.publish();
        let mut killed = false;
        loop {
            tokio::select! {
                request = requests.recv() => match request {
                    None | Some(Request::Stop) => break,
                    Some(Request::Kill) => {
                        killed = true;
                        break;
                    }
                    Some(request) => self.take(request),
                },
                Some(event) = std::future::poll_fn(|context| self.internal.borrow_mut().poll_recv(context)) => {
                    self.take_internal(event);
                }
            }
            self.publish();
        }
        self.stopping.set(true);
        if killed {
            return;
        }
        let _ = self.keep_all_drafts();
        self.tick();
        // A minute without contact more or less says nothing; a wait must not become shorter by ending the app.
        if self.accounts.is_waiting()
            && let Err(error) = self.accounts.keep_all()
        {
            tracing::warn!(%error, "accounts could not be kept");
        }
    }

    /// Runs something on this thread while other things go on.
    pub fn spawn<F: Future<Output = ()> + 'static>(self: &Rc<Self>, work: impl FnOnce(Rc<Self>) -> F) {
        let app = Rc::clone(self);
        let future = work(Rc::clone(self));
        spawn_local(async move {
            future.await;
            app.publish();
        });
    }

    /// As [`App::spawn`], for what a request or an event causes: the client is not settled before it ends.
    pub fn spawn_caused<F: Future<Output = ()> + 'static>(self: &Rc<Self>, work: impl FnOnce(Rc<Self>) -> F) {
        let caused = self.rest.caused();
        self.spawn(move |app| {
            let future = work(app);
            async move {
                future.await;
                drop(caused);
            }
        });
    }

    // ---- views ------------------------------------------------------------------------------------------------------------

    /// The interface is to be told anew.
    pub fn changed(&self) {
        self.dirty.set(true);
    }

    /// Day and time where the device is.
    pub fn local_time(&self) -> chrono::NaiveDateTime {
        let offset = chrono::Duration::seconds(i64::from(self.options.platform.utc_offset_s()));
        self.options.clock.now().naive_utc() + offset
    }

    /// What exists while somebody works.
    pub fn work(&self) -> Option<Rc<Work>> {
        self.work.borrow().clone()
    }

    /// Shows a text to the person.
    pub fn message(&self, kind: MessageKind, text: impl Into<String>, form: u32) {
        let mut state = self.state.borrow_mut();
        let id = next(&mut state);
        state.messages.push(MessageView { id, kind, text: text.into(), form });
        let extra = state.messages.len().saturating_sub(MESSAGES_KEPT);
        state.messages.drain(..extra);
        drop(state);
        self.changed();
    }

    /// Shows an error of a server.
    pub fn show_error(&self, error: &ServerError, form: u32) {
        self.message(MessageKind::Error, self.error_text(error), form);
    }

    /// A text in the person's language.
    pub fn say<'k>(&self, key: &'k str) -> &'k str {
        words::say(&self.state.borrow().language, key)
    }

    /// A server's error in the person's language.
    pub fn error_text(&self, error: &ServerError) -> String {
        words::error_text(&self.state.borrow().language, error)
    }

    /// The client's own error in the person's language.
    pub fn client_error_text(&self, error: &ClientError) -> String {
        words::client_error_text(&self.state.borrow().language, error)
    }

    /// Shows an error of code that is not meant for people: its place in the source is for whoever wrote it.
    pub fn show_code_error(&self, error: &ServerError, form: u32) {
        let text = match error {
            ServerError::Module { message, code: None, position, .. } => with_place(message.clone(), position.as_ref()),
            other => self.error_text(other),
        };
        self.message(MessageKind::Error, text, form);
    }

    /// Asks the person; the answer is the id of a button.
    pub async fn ask(self: &Rc<Self>, text: String, buttons: Vec<(String, String)>) -> Option<String> {
        let (done, answer) = oneshot::channel();
        {
            let mut state = self.state.borrow_mut();
            let id = next(&mut state);
            let buttons = buttons.into_iter().map(|(id, text)| crate::view::ChoiceView { id, text }).collect();
            state.dialogs.push((DialogView { id, text, buttons }, done));
        }
        self.changed();
        self.publish();
        // Counted whether code asks or the platform: then no handler runs that would be waited for in vain.
        let _asking = Asking::new(self);
        let _waits = self.rest.waits_for_person();
        answer.await.ok()
    }

    fn answer(&self, id: u64, button: String) {
        let mut state = self.state.borrow_mut();
        if let Some(at) = state.dialogs.iter().position(|(dialog, _)| dialog.id == id) {
            let (_, done) = state.dialogs.remove(at);
            let _ = done.send(button);
        }
        drop(state);
        self.changed();
    }

    /// Language of the person.
    pub fn language(&self) -> String {
        self.state.borrow().language.clone()
    }

    fn set_language(self: &Rc<Self>, language: String) {
        self.check_store(self.store.set("language", &language));
        self.state.borrow_mut().language = language;
        self.tell_language();
        self.changed();
    }

    /// The main server answers in the language of the person.
    pub fn tell_language(&self) {
        self.connection.set_language(&self.state.borrow().language);
    }

    // ---- routing ----------------------------------------------------------------------------------------------------------

    /// The main server can be called now (R10).
    pub fn is_available(&self) -> bool {
        self.main_server().is_ok()
    }

    /// Where a call of something with this priority goes (R2).
    pub fn route(&self, priority: Option<twinshore_metadata::Priority>) -> Route {
        let state = self.state.borrow();
        route(priority, state.mode, state.availability.state())
    }

    /// Where calls of no object go (R14).
    pub fn session_server(&self) -> UsedServer {
        let state = self.state.borrow();
        session_server(state.mode, state.availability.state())
    }

    /// Why the main server can't be called now.
    pub fn main_server(&self) -> Result<(), UnavailableReason> {
        let state = self.state.borrow();
        if state.mode == Mode::Offline { Err(UnavailableReason::OfflineMode) } else { state.availability.state() }
    }

    /// A server, if it can be called.
    pub fn server(&self, server: UsedServer) -> Result<Arc<dyn ApplicationServer>, ServerError> {
        match server {
            UsedServer::Main => match self.main_server() {
                Ok(()) => Ok(Arc::clone(&self.connection) as Arc<dyn ApplicationServer>),
                Err(reason) => Err(ServerError::MainServerUnavailable { reason }),
            },
            UsedServer::Standalone => {
                let work = self.work().ok_or(ServerError::SessionExpired)?;
                Ok(Arc::new(work.local.clone().in_language(&self.state.borrow().language)))
            }
        }
    }

    /// A call for the log: the server that took it, and the code of its error.
    pub fn logged(&self, server: &str, call: &str, took: Duration, error: Option<&str>) {
        let mut state = self.state.borrow_mut();
        let id = next(&mut state);
        drop(state);
        let entry = LogEntryView {
            id,
            time: self.options.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            server: server.to_owned(),
            call: call.to_owned(),
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            error: error.unwrap_or_default().to_owned(),
        };
        let mut log = self.log.borrow_mut();
        log.push(entry.clone());
        let extra = log.len().saturating_sub(200);
        log.drain(..extra);
        drop(log);
        for observer in self.observers.borrow().values() {
            observer.logged(entry.clone());
        }
    }

    /// A call that no server took.
    pub fn refused(&self, call: &str, error: &ServerError) {
        self.logged("refused", call, Duration::ZERO, Some(error.code()));
    }

    // ---- module code ------------------------------------------------------------------------------------------------------

    /// Runs an exported handler of a client module; none if there is no such handler.
    pub async fn handler(
        self: &Rc<Self>,
        server: UsedServer,
        module: &ModuleName,
        function: &str,
        arguments: Vec<Argument>,
    ) -> Option<Result<Outcome, ModuleError>> {
        let work = self.work()?;
        let context = self.context(&work, server)?;
        if !context.exports(module, function) {
            return None;
        }
        let (done, outcome) = oneshot::channel();
        let _running = Running::new(self);
        context.start(module, function, &arguments, Box::new(move |result| drop(done.send(result))));
        outcome.await.ok()
    }

    /// The context of a server's client modules. One that module code left full or busy gives way to a new one, so that forms go
    /// on; what its modules kept in variables is lost.
    fn context(self: &Rc<Self>, work: &Work, server: UsedServer) -> Option<Rc<ModuleContext>> {
        let known = work.contexts.borrow().get(&server).cloned()?;
        if !known.is_spent() {
            return Some(known);
        }
        match self.new_context(&work.device, server) {
            Ok(new) => {
                let new = Rc::new(new);
                work.contexts.borrow_mut().insert(server, Rc::clone(&new));
                Some(new)
            }
            Err(error) => {
                tracing::error!(%error, "the context of client modules could not be renewed");
                Some(known)
            }
        }
    }

    /// Gives module code an answer that it waits for.
    pub fn complete(&self, server: UsedServer, ticket: u64, result: Result<Value, HostError>) {
        if let Some(work) = self.work()
            && let Some(context) = work.contexts.borrow().get(&server).cloned()
        {
            context.complete(ticket, result);
        }
    }

    /// Shows an error of module code.
    pub fn show_module_error(&self, error: &ModuleError, form: u32) {
        if let Some(position) = error.position() {
            tracing::warn!(%position, %error, "module code failed");
        }
        let language = self.state.borrow().language.clone();
        let text = words::module_error_text(&language, error);
        let text = match error {
            ModuleError::Thrown { code: None, stack, .. } => with_place(text, stack.first()),
            _ => text,
        };
        self.message(MessageKind::Error, text, form);
    }

    /// The configuration of a server.
    pub fn configuration(&self, server: UsedServer) -> Option<Arc<Configuration>> {
        Some(Arc::clone(self.work()?.configurations.get(&server)?))
    }
}

impl App {
    /// Mirrors the state for other threads.
    pub fn mirror(&self) {
        *self.main_state.lock().unwrap_or_else(PoisonError::into_inner) = self.main_server();
    }
}

/// A handler that runs; one that is given up no longer does.
struct Running<'a>(&'a App);

impl<'a> Running<'a> {
    fn new(app: &'a App) -> Self {
        app.handlers.set(app.handlers.get() + 1);
        Self(app)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.handlers.set(self.0.handlers.get() - 1);
        self.0.code_ended.notify_waiters();
    }
}

/// Code that waits for a person: what happens to the main server is told meanwhile.
pub(crate) struct Asking<'a>(&'a App);

impl<'a> Asking<'a> {
    pub fn new(app: &'a App) -> Self {
        app.asking.set(app.asking.get() + 1);
        app.code_ended.notify_waiters();
        Self(app)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asking.set(self.0.asking.get() - 1);
    }
}

/// True if an object is in the composition but never runs on the device.
pub(crate) fn is_main_only(work: &Work, object: &ObjectName) -> bool {
    work.device.standalone.composition.priority(object) == Some(twinshore_metadata::Priority::MainOnly)
}

/// A text that is not meant for people has its place in the source, for whoever wrote it.
fn with_place(text: String, place: Option<&impl std::fmt::Display>) -> String {
    match place {
        Some(place) => format!("{text} ({place})"),
        None => text,
    }
}

fn next(state: &mut State) -> u64 {
    state.next += 1;
    state.next
}
