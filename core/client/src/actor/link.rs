//! Watching the main server, and what follows when it goes and comes back (M2–M9).

use std::rc::Rc;

use tokio::task::spawn_local;
use twinshore_metadata::{ModuleName, ModulePlace, Value};
use twinshore_modules::Argument;
use twinshore_protocol::{HelloResponse, ServerError};

use super::App;
use super::account::KEPT_EVERY;
use crate::availability::{AvailabilityEvent, AvailabilityInstruction, CallTime, Moment, Offer, SlowReason};
use crate::view::{MessageKind, ModeView, OfferView};
use crate::words::{say, say_with};
use crate::{CallReport, Mode, UsedServer};

impl App {
    fn moment(&self) -> Moment {
        Moment { elapsed: self.options.clock.elapsed(), wall: self.options.clock.now() }
    }

    fn is_asking(&self) -> bool {
        let state = self.state.borrow();
        state.availability.is_asking(state.mode)
    }

    /// Tells the availability that the time it waits for has come.
    pub async fn watch_main_server(self: Rc<Self>) {
        loop {
            let wait = {
                let state = self.state.borrow();
                state.availability.wait(state.mode, &self.options.settings, self.moment())
            };
            // Time without contact is counted also while nobody asks (A2).
            let wait = wait.unwrap_or(KEPT_EVERY).min(KEPT_EVERY);
            tokio::select! {
                () = self.options.clock.sleep(wait) => self.link_event(AvailabilityEvent::Tick),
                () = self.watch_again.notified() => {}
            }
            if self.stopping.get() {
                return;
            }
            self.tick();
            self.check_grace();
            self.publish();
        }
    }

    /// Asks the main server; a question on its way is given up.
    fn start_probe(self: &Rc<Self>) {
        let app = Rc::clone(self);
        let caused = self.rest.caused();
        let probe = spawn_local(async move {
            let answer = app.connection.hello().await;
            app.probe.take();
            app.probed(answer).await;
            app.publish();
            drop(caused);
        });
        if let Some(old) = self.probe.replace(Some(probe.abort_handle())) {
            old.abort();
        }
    }

    async fn probed(self: &Rc<Self>, answer: Result<(HelloResponse, CallTime), ServerError>) {
        let event = match answer {
            Ok((hello, time)) => return self.probe_answered(hello, time),
            Err(ServerError::Barred { reason }) => return self.barred(reason).await,
            Err(error) if error.wants_sign_in() => return self.sign_in_needed(),
            Err(_) => AvailabilityEvent::ProbeFailed,
        };
        self.link_event(event);
    }

    /// Waits until it is known whether the main server is there, at most as long as start handlers may wait (M6).
    pub async fn wait_for_main_server(self: &Rc<Self>) {
        let known = async {
            while self.is_asking() {
                self.link_known.notified().await;
            }
        };
        if crate::time::within(&*self.options.clock, self.options.settings.start_wait, known).await.is_none() {
            tracing::debug!("the main server did not answer in time for the start");
        }
    }

    /// The session at main ended; local work goes on.
    pub fn sign_in_needed(self: &Rc<Self>) {
        self.message(MessageKind::Warning, self.error_text(&ServerError::SessionExpired), 0);
        self.link_event(AvailabilityEvent::SignInNeeded);
    }

    /// A call of the main server ended.
    pub fn called(self: &Rc<Self>, report: CallReport) {
        let time = CallTime { took: report.took, server: report.server };
        if report.by_person {
            self.logged("main", &report.call, report.took, Some(&report.error));
        }
        match (report.call.as_str(), report.answered) {
            // What a probe means is told by who asked.
            ("hello" | "sign-in", _) => {}
            (_, false) => self.link_event(AvailabilityEvent::CallFailed),
            (_, true) if report.by_person => self.link_event(AvailabilityEvent::CallAnswered(time)),
            (_, true) => self.link_event(AvailabilityEvent::BackgroundAnswered(time)),
        }
    }

    /// Something happened to the link.
    pub fn link_event(self: &Rc<Self>, event: AvailabilityEvent) {
        let instructions = {
            let mut state = self.state.borrow_mut();
            let mode = state.mode;
            let told = |availability: &crate::Availability| (availability.state(), availability.is_checking());
            let before = told(&state.availability);
            let instructions = state.availability.step(event, mode, &self.options.settings, self.moment());
            if told(&state.availability) != before {
                self.changed();
            }
            instructions
        };
        // The banner says why (M8), also where it stays away for another reason.
        let banner = self.banner();
        if *self.told_banner.borrow() != banner {
            self.told_banner.replace(banner);
            self.changed();
        }
        self.mirror();
        self.watch_again.notify_one();
        if !self.is_asking() {
            self.link_known.notify_waiters();
        }
        for instruction in instructions {
            match instruction {
                AvailabilityInstruction::Probe => self.start_probe(),
                AvailabilityInstruction::CheckConfiguration => self.spawn_caused(|app| async move {
                    let fits = app.configuration_fits();
                    if fits {
                        app.refresh_session().await;
                    }
                    app.link_event(AvailabilityEvent::ConfigurationChecked { fits });
                }),
                AvailabilityInstruction::Changed { available } => {
                    self.changed();
                    self.listen_now.notify_one();
                    if available {
                        self.spawn(|app| async move { app.tell_wipes().await });
                        self.exchange_now.notify_one();
                        self.spawn_caused(|app| async move { app.refresh_lists(Some(UsedServer::Main), None).await });
                    }
                }
                AvailabilityInstruction::Announce { available } => {
                    self.spawn_caused(move |app| async move { app.announce(available).await });
                }
                AvailabilityInstruction::Offer(offer) => self.offer(offer),
            }
        }
    }

    fn offer(&self, offer: Offer) {
        let language = self.state.borrow().language.clone();
        let (text, modes) = match offer {
            Offer::Slower(reason) => (slow_text(&language, reason), vec![ModeView::PoorConnection, ModeView::Offline]),
            Offer::Normal => (say(&language, "fast-again").to_owned(), vec![ModeView::Normal]),
        };
        let modes: Vec<ModeView> = modes.into_iter().filter(|mode| self.may_choose(Mode::of(*mode))).collect();
        if modes.is_empty() {
            return;
        }
        self.state.borrow_mut().offer = Some(OfferView { text, modes });
        self.changed();
    }

    /// The configuration may forbid Offline by hand and Poor connection (M5).
    pub fn may_choose(&self, mode: Mode) -> bool {
        let Some(work) = self.work() else { return true };
        let configuration = &work.device.client_of_main.configuration;
        match mode {
            Mode::Normal => true,
            Mode::Offline => configuration.offline_by_hand,
            Mode::PoorConnection => configuration.poor_connection_by_hand,
        }
    }

    /// The person, or code, chooses a mode (M5).
    ///
    /// # Errors
    /// `Refused` if the configuration forbids it.
    pub fn set_mode(self: &Rc<Self>, mode: Mode) -> Result<(), ServerError> {
        if !self.may_choose(mode) {
            let language = self.state.borrow().language.clone();
            let message = say(&language, "mode-forbidden").to_owned();
            return Err(ServerError::Refused { message, attribute: None, row: None });
        }
        let before = {
            let mut state = self.state.borrow_mut();
            state.offer = None;
            std::mem::replace(&mut state.mode, mode)
        };
        self.check_store(self.store.set("mode", &mode));
        self.changed();
        self.link_event(AvailabilityEvent::ModeChanged);
        self.listen_now.notify_one();
        if before == Mode::Offline {
            self.exchange_now.notify_one();
        }
        self.publish();
        Ok(())
    }

    /// Chooses a mode and shows what went wrong.
    pub fn set_mode_or_tell(self: &Rc<Self>, mode: Mode) {
        if let Err(error) = self.set_mode(mode) {
            self.show_error(&error, 0);
        }
    }

    /// A mode that the configuration no longer allows gives way to Normal: nobody could leave it for another and come back.
    pub fn leave_forbidden_mode(self: &Rc<Self>) {
        let mode = self.state.borrow().mode;
        if !self.may_choose(mode) {
            self.set_mode_or_tell(Mode::Normal);
        }
    }

    /// Events come after the handlers that run now have ended (R17); one that waits for a person is not waited for.
    async fn until_code_is_quiet(&self) {
        while self.handlers.get() > self.asking.get() {
            self.code_ended.notified().await;
        }
    }

    /// The event, application first, then forms, newest first (M6).
    pub async fn announce(self: &Rc<Self>, available: bool) {
        // A reopening is one unit: what changes meanwhile is announced after it (F9), and one change after another.
        let _one = self.announcing.lock().await;
        self.until_code_is_quiet().await;
        self.until_reopened().await;
        self.publish();
        let event = || {
            Argument::Event(Value::Structure(vec![
                ("available".into(), available.into()),
                ("standardProcessing".into(), true.into()),
            ]))
        };
        let name = "ifMainServerAvailabilityChanged";
        if let Some(Err(error)) = self.handler(UsedServer::Main, &ModuleName::Application, name, vec![event()]).await {
            self.show_module_error(&error, 0);
        }
        // Numbers of forms grow.
        let forms: Vec<u32> = self.forms.borrow().keys().rev().copied().collect();
        for form in forms {
            let Some(open) = self.form(form) else { continue };
            let (server, module) = {
                let session = open.session.borrow();
                (session.server, ModuleName::Form(session.definition.name.clone(), ModulePlace::Client))
            };
            open.session.borrow_mut().not_locked = false;
            match self.handler(server, &module, name, vec![Argument::Form(form), event()]).await {
                Some(Ok(outcome)) => {
                    let standard = outcome
                        .arguments
                        .get(1)
                        .and_then(|e| e.field("standardProcessing"))
                        .is_none_or(|v| *v == Value::Boolean(true));
                    if let Some(open) = self.form(form) {
                        open.session.borrow_mut().not_locked = !standard && !available;
                    }
                }
                Some(Err(error)) => self.show_module_error(&error, form),
                None => {}
            }
        }
        if available {
            self.lock_again();
        }
        self.publish();
    }
}

/// Plain words with the measured reason: the link, or the main server's own work.
fn slow_text(language: &str, reason: SlowReason) -> String {
    let CallTime { took, server } = reason.longest;
    let why = match (server, reason.longest.link()) {
        (Some(server), _) if reason.longest.is_server_busy() => {
            say_with(language, "slow-server", &[("took", took.into()), ("part", server.into())])
        }
        (_, Some(link)) => say_with(language, "slow-link", &[("took", took.into()), ("part", link.into())]),
        (_, None) => say_with(language, "slow", &[("took", took.into())]),
    };
    let again = if reason.often { say(language, "slow-often") } else { say(language, "slow-once") };
    format!("{again} {why} {}", say(language, "slow-question"))
}
