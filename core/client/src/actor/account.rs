//! Signing in and out, with a connection and without one (A2–A4); the lock screen.

use std::rc::Rc;
use std::time::Duration;

use chrono::TimeDelta;
use twinshore_metadata::PinPolicy;
use twinshore_protocol::{ServerError, SignInResponse};

use super::App;
use crate::account::{Account, Contact, Tries, account_id, base_folder, is_good_pin};
use crate::forms::words;
use crate::view::{MessageKind, ScreenView};
use crate::{AvailabilityEvent, ClientError, LinkProblem, PlatformError, SignInLink};

/// Time that went on is kept so often: a kill takes back no more of it.
pub(super) const KEPT_EVERY: Duration = Duration::from_secs(60);
/// The same while somebody has to wait.
const WAIT_KEPT_EVERY: Duration = Duration::from_secs(5);

/// What a person proves with who they are.
pub(crate) enum Proof {
    Password(String),
    Pin(String),
    /// The platform asks for a finger or face.
    Biometrics,
}

/// Why somebody is not let in.
enum Denied {
    /// The proof does not fit.
    Wrong,
    /// Another reason, for the person.
    Told(String),
}

impl App {
    /// The account that works, or is about to.
    pub fn account(&self) -> Option<Account> {
        let id = self.state.borrow().account.clone();
        self.accounts.get(&id)
    }

    /// Changes the account that works; what can't be kept is told.
    pub fn change_account(&self, change: impl FnOnce(&mut Account)) {
        let id = self.state.borrow().account.clone();
        self.check_store(self.accounts.change(&id, change).map_err(ClientError::from));
    }

    /// Time goes on for everybody who waits or works without contact.
    pub fn tick(&self) {
        let elapsed = self.options.clock.elapsed();
        let passed = elapsed.saturating_sub(self.ticked.replace(elapsed));
        self.accounts.tick(self.options.clock.now(), passed);
        let every = if self.accounts.is_waiting() { WAIT_KEPT_EVERY } else { KEPT_EVERY };
        if elapsed.saturating_sub(self.tick_kept.get()) >= every {
            self.tick_kept.set(elapsed);
            self.check_store(self.accounts.keep_all().map_err(ClientError::from));
        }
    }

    /// Main was reached just now.
    pub fn contacted(&self) {
        self.tick();
        let now = self.options.clock.now();
        let Some(account) = self.account() else { return };
        let passed = now - account.contact.last();
        let minute = TimeDelta::minutes(1);
        // Once a minute is enough: what counts is days. A clock that was set back is followed at once.
        if passed >= minute || passed < TimeDelta::zero() || account.contact.without() > passed + minute {
            self.change_account(|account| account.contact = Contact::at(now));
        }
    }

    /// The sign-in screen.
    pub fn sign_in_screen(self: &Rc<Self>, user_name: String, error: impl Into<String>, busy: bool) {
        self.show_sign_in(user_name, error.into(), busy, None);
    }

    /// The same, perhaps with a database that can't be read.
    pub(super) fn show_sign_in(
        self: &Rc<Self>,
        user_name: String,
        error: String,
        busy: bool,
        unreadable: Option<super::anew::Unreadable>,
    ) {
        let users = self.accounts.names();
        let begin_anew = if unreadable.is_some() { self.say("begin-anew").to_owned() } else { String::new() };
        self.state.borrow_mut().unreadable = unreadable;
        self.screen(ScreenView::SignIn { user_name, error, busy, users, begin_anew });
    }

    /// Signs in at the main server; without a connection, against what the last sign-in left (A2).
    pub async fn sign_in(self: &Rc<Self>, user: String, password: String) {
        self.sign_in_screen(user.clone(), "", true);
        match self.connection.sign_in(user.trim(), &password, &self.options.device_name).await {
            Ok(response) => self.let_in(response, user).await,
            Err(ServerError::MainServerUnavailable { .. } | ServerError::CallOutcomeUnknown { .. }) => {
                self.sign_in_offline(user, password).await
            }
            Err(error) => {
                if let (ServerError::Barred { reason }, Some(account)) = (&error, self.accounts.find(&user)) {
                    let reason = *reason;
                    self.check_store(
                        self.accounts.change(&account.id, |account| account.barred = Some(reason)).map_err(ClientError::from),
                    );
                }
                self.sign_in_screen(user, self.error_text(&error), false);
            }
        }
    }

    /// Signs in by a link that somebody gave the person. It is followed at the sign-in only: nobody who works is thrown out by it.
    pub async fn sign_in_by_link(self: &Rc<Self>, text: &str) {
        let user_name = match &self.state.borrow().screen {
            ScreenView::SignIn { busy: false, user_name, .. } => Some(user_name.clone()),
            _ => None,
        };
        let Some(user_name) = user_name else {
            return self.message(MessageKind::Warning, self.say("link-while-working"), 0);
        };
        let link = match self.own_link(text) {
            Ok(link) => link,
            Err(why) => return self.sign_in_screen(user_name, why, false),
        };
        self.sign_in_screen(link.user.clone(), "", true);
        match self.connection.sign_in_with_code(&link.user, &link.code, &self.options.device_name).await {
            Ok(response) => self.let_in(response, link.user).await,
            Err(ServerError::MainServerUnavailable { .. }) => {
                let trouble = self.connection.trouble();
                let why = trouble.and_then(|trouble| super::banner::trouble_text(&self.language(), &trouble));
                let why = why.unwrap_or_else(|| self.say("link-without-connection").to_owned());
                self.sign_in_screen(link.user, why, false);
            }
            Err(error) => self.sign_in_screen(link.user, self.error_text(&error), false),
        }
    }

    /// The link that a text is, if it leads to this app's main server; else why it is not followed.
    fn own_link(&self, text: &str) -> Result<SignInLink, String> {
        let link = SignInLink::parse(text, self.options.settings.plain_links).map_err(|problem| {
            self.say(match problem {
                LinkProblem::NotALink => "link-not-ours",
                LinkProblem::NotSecure => "link-not-secure",
            })
        })?;
        let own = std::iter::once(&self.options.main_server).chain(&self.options.settings.known_as);
        if own.into_iter().any(|address| link.leads_to(address)) {
            return Ok(link);
        }
        Err(words::say_with(&self.language(), "link-elsewhere", &[("server", link.server.as_str().into())]))
    }

    /// Whom main let in works, unless that can't be kept.
    async fn let_in(self: &Rc<Self>, response: SignInResponse, user: String) {
        // The tokens are told beside the answer, and kept before they are used.
        self.catch_up();
        match self.signed_in(response) {
            Ok(account) => self.enter_with_main(account).await,
            Err(error) => self.sign_in_screen(user, self.client_error_text(&error), false),
        }
    }

    /// Keeps what main told at the sign-in; the account becomes the one that works.
    fn signed_in(&self, response: SignInResponse) -> Result<Account, ClientError> {
        let name = response.session.user_name.clone();
        let main_server = &self.options.main_server;
        let base = base_folder(main_server, &name);
        let known = self.accounts.find(&name);
        let account = Account {
            id: account_id(main_server, &name),
            pin: known.as_ref().and_then(|known| known.pin.clone()),
            complete: known.is_some_and(|known| known.complete && known.base == base),
            base,
            session: response.session,
            verifier: response.offline_verifier,
            grace_days: response.offline_grace_days,
            contact: Contact::at(self.options.clock.now()),
            tries: Tries::default(),
            barred: None,
        };
        self.accounts.keep(account.clone())?;
        self.work_as(&account)?;
        Ok(account)
    }

    /// The account works from now on; its drafts are the ones that are offered.
    fn work_as(&self, account: &Account) -> Result<(), ClientError> {
        self.store.set("account", &account.id)?;
        self.store.give_drafts(&account.session.user_name, &account.id);
        let mut state = self.state.borrow_mut();
        state.account = account.id.clone();
        state.user_name = account.session.user_name.clone();
        if self.store.get::<String>("language").is_none() && !account.session.language.is_empty() {
            state.language = account.session.language.clone();
        }
        drop(state);
        self.tell_language();
        Ok(())
    }

    async fn sign_in_offline(self: &Rc<Self>, user: String, password: String) {
        let Some(account) = self.accounts.find(&user).filter(|account| account.complete) else {
            let trouble = self.connection.trouble();
            let why = trouble.and_then(|trouble| super::banner::trouble_text(&self.language(), &trouble));
            let error = why.unwrap_or_else(|| self.say("first-sign-in").to_owned());
            return self.sign_in_screen(user, error, false);
        };
        match self.proves(&account, Proof::Password(password)).await {
            Ok(()) => self.enter(account).await,
            Err(Denied::Wrong) => self.sign_in_screen(user, self.error_text(&ServerError::SignInRefused), false),
            Err(Denied::Told(error)) => self.sign_in_screen(user, error, false),
        }
    }

    /// Lets in who proves to be the person of an account; says why not otherwise.
    async fn proves(self: &Rc<Self>, account: &Account, proof: Proof) -> Result<(), Denied> {
        self.tick();
        let account = self.accounts.get(&account.id).ok_or(Denied::Wrong)?;
        if let Some(reason) = account.barred {
            return Err(Denied::Told(self.error_text(&ServerError::Barred { reason })));
        }
        if let Some(wait) = account.tries.wait() {
            let wait = Duration::from_secs(wait.as_secs() + 1);
            return Err(Denied::Told(words::say_with(&self.language(), "wait-to-try", &[("wait", wait.into())])));
        }
        if account.is_expired() {
            return Err(Denied::Told(self.grace_text(&account)));
        }
        if matches!(proof, Proof::Biometrics) {
            return self.proves_by_biometrics(&account).await;
        }
        // Counted before the secret is looked at: a kill in between is a wrong try.
        let kept = |result: Result<(), PlatformError>| {
            result.map_err(|error| Denied::Told(self.client_error_text(&ClientError::from(error))))
        };
        kept(self.accounts.change(&account.id, |account| account.tries.begin()))?;
        let fits = match proof {
            Proof::Password(password) => fits(password, Some(account.verifier.clone())).await,
            Proof::Pin(pin) => fits(pin, account.pin.clone()).await,
            Proof::Biometrics => false,
        };
        if !fits {
            return Err(Denied::Wrong);
        }
        kept(self.accounts.change(&account.id, |account| account.tries.right()))
    }

    async fn proves_by_biometrics(self: &Rc<Self>, account: &Account) -> Result<(), Denied> {
        if account.pin.is_none() {
            return Err(Denied::Told(self.say("biometrics-need-pin").to_owned()));
        }
        let platform = std::sync::Arc::clone(&self.options.platform);
        let reason = self.say("biometrics-reason").to_owned();
        match tokio::task::spawn_blocking(move || platform.confirm_person(&reason)).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Err(error)) => Err(Denied::Told(self.client_error_text(&ClientError::from(error)))),
            Ok(Ok(false)) | Err(_) => Err(Denied::Told(self.say("biometrics-failed").to_owned())),
        }
    }

    /// Why nobody works on without contact.
    pub fn grace_text(&self, account: &Account) -> String {
        words::say_with(&self.language(), "grace-expired", &[("days", account.grace_days.into())])
    }

    /// The person at the lock screen.
    pub async fn unlock(self: &Rc<Self>, proof: Proof) {
        let Some(account) = self.account() else { return };
        if !matches!(self.state.borrow().screen, ScreenView::Lock { .. }) {
            return;
        }
        self.lock_screen(&account, "", true);
        if account.is_expired() {
            // The days were used up while the device was off: main may be there now.
            if let Err(error) = self.use_tokens(&account) {
                return self.lock_screen(&account, self.client_error_text(&error), false);
            }
            self.reach_main().await;
        }
        match self.proves(&account, proof).await {
            Ok(()) if self.work().is_some() => self.screen(ScreenView::Work),
            Ok(()) => self.enter(account).await,
            // A wrong PIN is not a wrong name.
            Err(Denied::Wrong) => self.lock_screen(&account, self.say("wrong-pin"), false),
            Err(Denied::Told(error)) => self.lock_screen(&account, error, false),
        }
    }

    /// The lock screen of an account.
    pub fn lock_screen(self: &Rc<Self>, account: &Account, error: impl Into<String>, busy: bool) {
        let biometrics = account.pin.is_some() && self.options.platform.has_biometrics();
        let user_name = account.session.user_name.clone();
        self.screen(ScreenView::Lock { user_name, error: error.into(), busy, biometrics });
    }

    /// The app went to the background, or came back after a while: who protects it with a PIN is asked for it.
    pub fn in_foreground(self: &Rc<Self>, foreground: bool) {
        let elapsed = self.options.clock.elapsed();
        let Some(since) = self.background_since.replace((!foreground).then_some(elapsed)).filter(|_| foreground) else {
            return;
        };
        let working = matches!(self.state.borrow().screen, ScreenView::Work);
        let after = self.rules().map_or(u64::MAX, |rules| rules.lock_after_s);
        let account = self.account().filter(|account| account.pin.is_some());
        if let Some(account) = account.filter(|_| working && elapsed.saturating_sub(since).as_secs() >= after) {
            self.lock_screen(&account, "", false);
        }
    }

    fn rules(&self) -> Option<twinshore_metadata::SignInRules> {
        self.work().map(|work| work.device.client_of_main.configuration.sign_in.clone())
    }

    /// The person is asked for a new PIN.
    pub fn choose_pin(self: &Rc<Self>) {
        let policy = self.rules().map_or(PinPolicy::Off, |rules| rules.pin);
        if policy != PinPolicy::Off {
            let required = policy == PinPolicy::Required;
            self.screen(ScreenView::ChoosePin { error: String::new(), required });
        }
    }

    /// Sets the PIN, or takes it away if it is empty and nobody demands one. Nothing is changed on the way back.
    pub async fn set_pin(self: &Rc<Self>, pin: Option<String>) {
        if !matches!(self.state.borrow().screen, ScreenView::ChoosePin { .. }) {
            return;
        }
        let required = self.rules().is_some_and(|rules| rules.pin == PinPolicy::Required);
        let refuse = |error: &str| self.screen(ScreenView::ChoosePin { error: error.to_owned(), required });
        let verifier = match pin.as_deref() {
            None if required && self.account().is_none_or(|account| account.pin.is_none()) => {
                return refuse(self.say("pin-needed"));
            }
            None => return self.after_pin().await,
            Some("") if required => return refuse(self.say("pin-needed")),
            Some("") => None,
            Some(pin) if !is_good_pin(pin) => return refuse(self.say("pin-too-simple")),
            Some(pin) => {
                let pin = pin.to_owned();
                match tokio::task::spawn_blocking(move || twinshore_engine::users::verifier(&pin)).await {
                    Ok(Ok(verifier)) => Some(verifier),
                    _ => return refuse(self.say("pin-not-kept")),
                }
            }
        };
        self.change_account(|account| account.pin = verifier);
        self.after_pin().await;
    }

    async fn after_pin(self: &Rc<Self>) {
        if self.started.get() { self.screen(ScreenView::Work) } else { self.start_work().await }
    }

    /// True if the person has to choose a PIN before anything else.
    pub fn must_choose_pin(&self) -> bool {
        self.rules().is_some_and(|rules| rules.pin == PinPolicy::Required)
            && self.account().is_some_and(|account| account.pin.is_none())
    }

    /// The person leaves; local data, drafts and what was not sent stay for the next sign-in of the same person (A4).
    pub async fn sign_out(self: &Rc<Self>) {
        if !self.keep_all_drafts() {
            // What can't be kept would be gone with its form.
            return self.message(MessageKind::Error, self.client_error_text(&ClientError::NoRoom), 0);
        }
        let user_name = self.state.borrow().user_name.clone();
        self.leave();
        self.sign_in_screen(user_name, "", false);
    }

    /// Nobody works any more.
    pub fn leave(self: &Rc<Self>) {
        self.end_visit();
        self.tick();
        self.check_store(self.accounts.keep_all().map_err(ClientError::from));
        self.connection.set_tokens(None);
        self.close_work();
        self.check_store(self.store.set("account", &""));
        {
            let mut state = self.state.borrow_mut();
            state.account.clear();
            state.update = super::updates::UpdateState::default();
            state.exchange = crate::view::ExchangeView::default();
            state.dialogs.clear();
            state.offer = None;
        }
        if let Some(probe) = self.probe.take() {
            probe.abort();
        }
        self.hello.take();
        self.link_event(AvailabilityEvent::SignedOut);
    }

    /// Without contact for too long nobody works on; everything stays (A2).
    pub fn check_grace(self: &Rc<Self>) {
        let Some(account) = self.account().filter(|account| account.is_expired() && self.work().is_some()) else { return };
        if !self.keep_all_drafts() {
            return;
        }
        let error = self.grace_text(&account);
        self.leave();
        self.sign_in_screen(account.session.user_name, error, false);
    }

    /// An account that has just signed in at main: it has answered, so what is new is got first.
    async fn enter_with_main(self: &Rc<Self>, account: Account) {
        self.link_event(AvailabilityEvent::SignedIn);
        self.enter(account).await;
    }

    /// Main is asked in the name of an account.
    fn use_tokens(&self, account: &Account) -> Result<(), ClientError> {
        self.connection.set_tokens(self.accounts.tokens(&account.id)?);
        Ok(())
    }

    /// Goes on with an account: its tokens, what is new, then work. The way in is proved.
    pub(super) async fn enter(self: &Rc<Self>, account: Account) {
        // Without tokens the person would seem to be signed out.
        if let Err(error) = self.work_as(&account).and_then(|()| self.use_tokens(&account)) {
            return self.sign_in_screen(account.session.user_name, self.client_error_text(&error), false);
        }
        let visit = self.end_visit();
        let ready = {
            let _door = self.at_the_door().await;
            self.bring_up_to_date(visit).await
        };
        if ready.is_ok() {
            self.start_work().await;
        }
    }
}

async fn fits(secret: String, verifier: Option<String>) -> bool {
    let Some(verifier) = verifier else { return false };
    tokio::task::spawn_blocking(move || twinshore_engine::users::fits(&secret, &verifier)).await.unwrap_or(false)
}
