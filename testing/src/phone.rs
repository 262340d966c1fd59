//! A phone of a test: a real client with a folder of its own behind a link of its own. Verbs are those of a person; what is
//! waited for is awaited, never slept for.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use twinshore_client::view::{
    ElementView, FormEvent, FormPatch, FormView, InterfaceView, LogEntryView, ModeView, RowView, ScreenView,
};
use twinshore_client::{
    Client, ClientError, ClientObserver, ClientOptions, FilePlatform, FormObserver, HttpOptions, HttpTransport, Names,
    Platform, Settings, Subscription, SystemClock, Timers, Transport,
};

use crate::device_files::secrets_in;
use crate::{Link, StoppedPhone, World, WorldError};

/// What does not happen within this time does not happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A phone could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// No folder or no link.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The client did not start.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Counts everything that is told, so that whoever waits looks again.
struct Ears {
    changes: watch::Sender<u64>,
    log: Mutex<Vec<LogEntryView>>,
    forms: Mutex<HashMap<u32, Subscription>>,
    /// The last screen, and how often signing in was refused.
    screen: Mutex<(Option<ScreenView>, u64)>,
}

impl Ears {
    fn hear(&self) {
        self.changes.send_modify(|count| *count += 1);
    }
}

struct Listener {
    ears: Arc<Ears>,
    client: Client,
}

impl ClientObserver for Listener {
    fn interface_changed(&self, view: InterfaceView) {
        let mut forms = self.ears.forms.lock().unwrap_or_else(PoisonError::into_inner);
        for window in &view.windows {
            let ears = Arc::clone(&self.ears);
            forms.entry(window.form).or_insert_with(|| self.client.observe_form(window.form, Arc::new(FormListener(ears))));
        }
        drop(forms);
        let mut screen = self.ears.screen.lock().unwrap_or_else(PoisonError::into_inner);
        if screen.0.as_ref() != Some(&view.screen) {
            screen.1 += u64::from(refusal(&view.screen).is_some());
            screen.0 = Some(view.screen);
        }
        drop(screen);
        self.ears.hear();
    }

    fn logged(&self, entry: LogEntryView) {
        self.ears.log.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        self.ears.hear();
    }
}

/// Why signing in did not work.
fn refusal(screen: &ScreenView) -> Option<String> {
    match screen {
        ScreenView::SignIn { error, busy: false, .. } | ScreenView::Lock { error, busy: false, .. } if !error.is_empty() => {
            Some(error.clone())
        }
        _ => None,
    }
}

struct FormListener(Arc<Ears>);

impl FormObserver for FormListener {
    fn reset(&self, _: FormView) {
        self.0.hear();
    }

    fn patched(&self, _: FormPatch) {
        self.0.hear();
    }

    fn closed(&self, _: u32) {
        self.0.hear();
    }
}

/// What a phone is made of, besides its link.
#[derive(Clone)]
pub struct PhoneSetup {
    /// Folder of everything the phone keeps.
    pub directory: PathBuf,
    /// Numbers of the client.
    pub settings: Settings,
    /// Time of the client.
    pub clock: Arc<dyn Timers>,
    /// Way to the main server instead of HTTP over the link.
    pub transport: Option<Arc<dyn Transport>>,
    /// Address of the main server instead of the link's.
    pub main_server: Option<String>,
    /// Language until the person's is known.
    pub language: String,
}

impl PhoneSetup {
    /// A phone by the machine's clock, behind its link.
    pub fn new(directory: PathBuf, settings: Settings) -> Self {
        Self { directory, settings, clock: Arc::new(SystemClock), transport: None, main_server: None, language: "en".into() }
    }
}

/// A client in a person's hand.
pub struct Phone {
    /// Link to the main server.
    pub link: Arc<Link>,
    name: String,
    setup: PhoneSetup,
    platform: Arc<FilePlatform>,
    client: Client,
    ears: Arc<Ears>,
    _interface: Subscription,
}

/// Numbers of a client whose person has no time.
pub fn hasty_settings() -> Settings {
    Settings {
        heartbeat: Duration::from_millis(150),
        quiet: Duration::from_millis(100),
        probe: Duration::from_millis(50),
        probe_timeout: Duration::from_secs(2),
        start_check: Duration::from_secs(2),
        connect_timeout: Duration::from_secs(2),
        call_timeout: Duration::from_secs(10),
        exchange_retry: (Duration::from_millis(50), Duration::from_millis(400)),
        ..Settings::default()
    }
}

/// HTTP by a name that the link resolves.
fn over_link(link: &Arc<Link>, settings: &Settings) -> Result<Arc<dyn Transport>, PhoneError> {
    let names = Some(Arc::clone(link) as Arc<dyn Names>);
    let transport = HttpTransport::with(settings, HttpOptions { names, ..HttpOptions::default() });
    Ok(Arc::new(transport.map_err(ClientError::from)?))
}

impl Phone {
    /// A new phone with a good link.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn new(world: &World, name: &str) -> Result<Self, PhoneError> {
        Self::set_up(world, name, PhoneSetup::new(world.device_folder(name)?, hasty_settings()))
    }

    /// A new phone with a good link and a clock of its own.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn with_clock(world: &World, name: &str, clock: Arc<dyn Timers>) -> Result<Self, PhoneError> {
        let setup = PhoneSetup::new(world.device_folder(name)?, hasty_settings());
        Self::set_up(world, name, PhoneSetup { clock, ..setup })
    }

    /// A new phone with a good link, over a folder and with numbers of its own.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn with(world: &World, name: &str, directory: PathBuf, settings: Settings) -> Result<Self, PhoneError> {
        Self::set_up(world, name, PhoneSetup::new(directory, settings))
    }

    /// A new phone with a good link, of parts of its own.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn set_up(world: &World, name: &str, setup: PhoneSetup) -> Result<Self, PhoneError> {
        Self::start(world.link()?, name.to_owned(), setup)
    }

    /// A phone behind a link.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn start(link: Arc<Link>, name: String, setup: PhoneSetup) -> Result<Self, PhoneError> {
        let platform = Arc::new(FilePlatform::new(secrets_in(&setup.directory)));
        let client = Client::start(Self::options(&link, &name, &setup, Arc::clone(&platform) as Arc<dyn Platform>)?)?;
        let ears = Arc::new(Ears {
            changes: watch::channel(0).0,
            log: Mutex::default(),
            forms: Mutex::default(),
            screen: Mutex::default(),
        });
        let listener = Listener { ears: Arc::clone(&ears), client: client.clone() };
        let interface = client.observe(Arc::new(listener));
        Ok(Self { link, name, setup, platform, client, ears, _interface: interface })
    }

    /// How its client is started.
    pub(crate) fn options(
        link: &Arc<Link>,
        name: &str,
        setup: &PhoneSetup,
        platform: Arc<dyn Platform>,
    ) -> Result<ClientOptions, PhoneError> {
        let transport = match &setup.transport {
            Some(transport) => Arc::clone(transport),
            None => over_link(link, &setup.settings)?,
        };
        Ok(ClientOptions {
            platform,
            directory: setup.directory.clone(),
            main_server: setup.main_server.clone().unwrap_or_else(|| link.named_url()),
            device_name: name.to_owned(),
            language: setup.language.clone(),
            clock: Arc::clone(&setup.clock),
            transport: Some(transport),
            settings: setup.settings.clone(),
        })
    }

    /// Ends the client and starts it again over the same folder, once the files are closed.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn restart(self) -> Result<Self, PhoneError> {
        let (link, name, setup) = (Arc::clone(&self.link), self.name.clone(), self.setup.clone());
        drop(self);
        Self::start(link, name, setup)
    }

    /// Ends the client and waits until its files are closed.
    pub async fn stop(self) -> StoppedPhone {
        self.client.stop();
        self.ended().await
    }

    /// Ends the client as `kill -9` does: nothing is kept that was not kept already.
    pub async fn kill(self) -> StoppedPhone {
        self.client.kill();
        self.ended().await
    }

    async fn ended(self) -> StoppedPhone {
        self.client.ended().await;
        StoppedPhone { link: Arc::clone(&self.link), name: self.name.clone(), setup: self.setup.clone() }
    }

    /// Name of the device.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The device itself.
    pub fn platform(&self) -> &FilePlatform {
        &self.platform
    }

    /// Folder of everything the phone keeps.
    pub fn directory(&self) -> &Path {
        &self.setup.directory
    }

    /// Waits until a message that holds a text is shown.
    pub async fn until_told(&self, text: &str) -> String {
        self.until(&format!("the message “{text}”"), |view| {
            view.messages.iter().rev().find(|message| message.text.contains(text)).map(|message| message.text.clone())
        })
        .await
    }

    /// The client itself.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Calls so far, with the server that took each.
    pub fn log(&self) -> Vec<LogEntryView> {
        self.ears.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The interface as it is now.
    pub async fn view(&self) -> InterfaceView {
        self.client.interface_view().await.expect("the client runs while its phone lives")
    }

    /// Waits until the interface gives an answer.
    ///
    /// # Panics
    /// If it gives none in [`PATIENCE`]: the test fails with what was waited for and what is there.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&InterfaceView) -> Option<T>) -> T {
        match self.try_until(PATIENCE, look).await {
            Some(found) => found,
            None => panic!("{}: waited for {what} in vain: {:#?}\n{:#?}", self.name, self.view().await, self.log()),
        }
    }

    /// Waits until the interface gives an answer; none if it gives none in this time or the client has ended.
    pub async fn try_until<T>(&self, patience: Duration, look: impl Fn(&InterfaceView) -> Option<T>) -> Option<T> {
        let mut changes = self.ears.changes.subscribe();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = look(&self.client.interface_view().await.ok()?) {
                    return Some(found);
                }
                tokio::select! {
                    changed = changes.changed() => changed.ok()?,
                    () = self.client.ended() => return None,
                }
            }
        };
        tokio::time::timeout(patience, waiting).await.ok().flatten()
    }

    /// Waits until a form gives an answer.
    ///
    /// # Panics
    /// If it gives none in [`PATIENCE`].
    pub async fn until_form<T>(&self, form: u32, what: &str, look: impl Fn(&FormView) -> Option<T>) -> T {
        let mut changes = self.ears.changes.subscribe();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = self.client.form_view(form).await.as_ref().and_then(&look) {
                    return found;
                }
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => {
                let view = self.client.form_view(form).await;
                panic!("{}: waited for {what} in vain: {view:#?}\n{:#?}", self.name, self.view().await)
            }
        }
    }

    /// Signs in and waits until the app can be worked with.
    pub async fn sign_in(&self, user: &str, password: &str) {
        self.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { .. }).then_some(())).await;
        self.client.sign_in(user.to_owned(), password.to_owned());
        self.until("the app", |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
    }

    /// Tries to sign in where that does not work; gives what is told.
    pub async fn sign_in_refused(&self, user: &str, password: &str) -> String {
        self.refused_by(|client| client.sign_in(user.to_owned(), password.to_owned())).await
    }

    /// Does something that the sign-in or lock screen refuses; gives what is told.
    pub async fn refused_by(&self, act: impl FnOnce(&Client)) -> String {
        let screen = || self.ears.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = screen().1;
        act(&self.client);
        // The screen that was counted is the one that is read: a view asked for beside it may be older.
        let new = || match &*screen() {
            (Some(now), count) if *count > before => refusal(now),
            _ => None,
        };
        self.until("the refusal", |_| new()).await
    }

    /// Waits until the main server can be called, or can't.
    pub async fn until_available(&self, available: bool) {
        self.until("availability", |view| (view.status.available == available).then_some(())).await;
    }

    /// Waits until nothing waits to be sent and no round runs.
    pub async fn until_exchanged(&self) {
        self.until("the exchange", |view| {
            let exchange = &view.status.exchange;
            (exchange.pending == 0 && !exchange.running && exchange.error.is_empty() && !exchange.last.is_empty()).then_some(())
        })
        .await;
    }

    /// Chooses a mode and waits until it is in force.
    pub async fn set_mode(&self, mode: ModeView) {
        self.client.set_mode(mode);
        self.until("the mode", |view| (view.status.mode == mode).then_some(())).await;
    }

    /// Opens a menu item by its id and gives the form that comes to the front.
    pub async fn open(&self, item: &str) -> FormView {
        let before: Vec<u32> = self.view().await.windows.iter().map(|w| w.form).collect();
        self.client.open(item.to_owned());
        self.opened_beside(&before).await
    }

    /// The form that an action brings to the front.
    pub async fn opened_by(&self, form: u32, event: FormEvent) -> FormView {
        let before: Vec<u32> = self.view().await.windows.iter().map(|w| w.form).collect();
        self.client.dispatch(form, event);
        self.opened_beside(&before).await
    }

    async fn opened_beside(&self, before: &[u32]) -> FormView {
        let form =
            self.until("a new form", |view| view.windows.iter().map(|w| w.form).find(|form| !before.contains(form))).await;
        self.until_form(form, "the form's view", |view| Some(view.clone())).await
    }

    /// An element of a form by its name.
    pub async fn element(&self, form: u32, name: &str) -> ElementView {
        self.until_form(form, name, |view| view.elements.iter().find(|e| e.name == name).cloned()).await
    }

    /// Types into a field and waits until the form has it.
    pub async fn set(&self, form: u32, name: &str, text: &str) {
        let element = self.element(form, name).await;
        let input_version = element.input_version + 1;
        self.client.dispatch(form, FormEvent::SetText { element: element.id, text: text.to_owned(), input_version });
        self.until_form(form, &format!("{name} = {text}"), |view| {
            view.elements.iter().find(|e| e.id == element.id && e.text == text).map(drop)
        })
        .await;
    }

    /// Types the beginning of an item's name into a reference field and takes the first suggestion.
    pub async fn choose(&self, form: u32, name: &str, text: &str) {
        let element = self.element(form, name).await.id;
        self.client.dispatch(form, FormEvent::Suggest { element, text: text.to_owned() });
        let choice = self
            .until_form(form, &format!("suggestions for {text}"), |view| {
                let element = view.elements.iter().find(|e| e.id == element)?;
                element.choices.iter().find(|c| c.text.contains(text)).cloned()
            })
            .await;
        self.client.dispatch(form, FormEvent::Choose { element, choice: choice.id });
        self.until_form(form, &format!("{name} = {}", choice.text), |view| {
            view.elements.iter().find(|e| e.id == element && e.text == choice.text).map(drop)
        })
        .await;
    }

    /// Rows of a table or list.
    pub async fn rows(&self, form: u32, name: &str) -> Vec<RowView> {
        self.element(form, name).await.table.map(|table| table.rows).unwrap_or_default()
    }

    /// Presses a button or gives a standard command.
    pub fn execute(&self, form: u32, command: &str) {
        self.client.dispatch(form, FormEvent::Execute { command: command.to_owned() });
    }

    /// Waits until the form with this number is gone; gives the numbers of those that are left.
    pub async fn until_gone(&self, form: u32) -> Vec<u32> {
        self.until("the form to close", |view| {
            let left: Vec<u32> = view.windows.iter().map(|w| w.form).collect();
            (!left.contains(&form)).then_some(left)
        })
        .await
    }
}

impl Drop for Phone {
    /// Waits for the end: a process must not end while its encrypted files are being closed.
    fn drop(&mut self) {
        self.client.stop();
        futures::executor::block_on(self.client.ended());
    }
}
