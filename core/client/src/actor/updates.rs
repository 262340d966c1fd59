//! New configurations: found at each start and each connect, got in parts, followed in one step (A5–A7).
//!
//! Found before work: got and followed, then work. Found while somebody works: the person decides; whoever says later goes on, with
//! main if it lists the old configuration as compatible, else with this device only. What is typed is kept as drafts before, what
//! was not sent is sent, or kept as messages if the new configuration has no place for it.

use std::rc::Rc;

use twinshore_metadata::{BundleHash, DeviceBundle};
use twinshore_protocol::{ApplicationServer, BarReason, HelloResponse, ServerError};

use super::App;
use super::progress::Progress;
use super::visit::{Stopped, Visit};
use crate::account::Account;
use crate::bundles::{BundleFiles, leaves_something};
use crate::forms::words;
use crate::view::{MessageKind, ScreenView};
use crate::{AvailabilityEvent, CallTime, ClientError, Mode};

/// A configuration that main offers in place of the one here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub hash: BundleHash,
    /// Main works with the old one too.
    pub compatible: bool,
}

/// What is known of updates while an account works.
#[derive(Debug, Default)]
pub(crate) struct UpdateState {
    /// Found and not followed.
    pub offer: Option<Offer>,
    /// The person was asked about it and has not said yes.
    pub asked: Option<BundleHash>,
    /// The question is on the screen.
    pub asking: bool,
}

impl UpdateState {
    /// Found, and the person has said later.
    pub fn is_put_off(&self) -> bool {
        let asked = |offer: &Offer| self.asked.as_ref() == Some(&offer.hash);
        !self.asking && self.offer.as_ref().is_some_and(asked)
    }
}

/// What main said to its cheapest question.
enum Answer {
    /// It is not asked: the person works offline (R2).
    NotAsked,
    /// Nothing.
    None,
    /// It is there.
    Hello(HelloResponse),
    /// It refuses this account.
    Barred(BarReason),
    /// The session ended.
    SignInNeeded,
}

impl App {
    /// Before work: what is new is got and followed; without main, work may start with what is here (A5, A8).
    pub(super) async fn bring_up_to_date(self: &Rc<Self>, visit: Visit) -> Result<(), Stopped> {
        self.still(visit)?;
        let account = self.account().ok_or(Stopped::Left)?;
        let answer = if self.asks_main() { self.ask_main().await } else { Answer::NotAsked };
        self.still(visit)?;
        match &answer {
            Answer::NotAsked => {}
            Answer::Barred(reason) => {
                self.barred(*reason).await;
                return Err(Stopped::Told);
            }
            Answer::Hello(_) => {
                self.contacted();
                self.spawn(|app| async move { app.tell_wipes().await });
            }
            Answer::SignInNeeded => self.sign_in_needed(),
            Answer::None => self.link_event(AvailabilityEvent::ProbeFailed),
        }
        let files = match self.files(&account) {
            Ok(files) => files,
            Err(error) => {
                self.sign_in_screen(account.session.user_name, self.client_error_text(&error), false);
                return Err(Stopped::Told);
            }
        };
        self.check_complete(&account);
        if self.account().is_none_or(|account| !account.complete) || files.current().is_none() {
            return self.download(visit).await;
        }
        if self.account().is_some_and(|account| account.is_expired()) {
            let error = self.grace_text(&account);
            self.leave();
            self.sign_in_screen(account.session.user_name, error, false);
            return Err(Stopped::Told);
        }
        let opened = self.open_work(&account, &files).await;
        self.still(visit)?;
        if let Err(error) = opened {
            // The next start tries again: somebody may have repaired what can't be opened.
            self.could_not_open(&account, &error);
            return Err(Stopped::Told);
        }
        if let Answer::Hello(hello) = answer {
            self.follow_before_work(&hello, &files, visit).await?;
        }
        Ok(())
    }

    /// In user mode Offline main is asked nothing (R2), also at a start.
    pub(super) fn asks_main(&self) -> bool {
        self.state.borrow().mode != Mode::Offline
    }

    /// Main answered before work began.
    async fn follow_before_work(
        self: &Rc<Self>,
        hello: &HelloResponse,
        files: &BundleFiles,
        visit: Visit,
    ) -> Result<(), Stopped> {
        let offer = self.offered(hello);
        if let Some(offer) = &offer
            && self.store.get::<BundleHash>("update.failed").as_ref() != Some(&offer.hash)
        {
            let followed = self.get_and_follow(&offer.hash, files, visit).await;
            self.still(visit)?;
            if let Err(error) = followed {
                self.message(MessageKind::Warning, self.say_what("update-interrupted", self.error_text(&error)), 0);
            }
        }
        let offer = self.offered(hello);
        let fits = offer.as_ref().is_none_or(|offer| offer.compatible);
        self.state.borrow_mut().update.offer = offer;
        if fits {
            self.refresh_session().await;
            self.still(visit)?;
            self.link_event(AvailabilityEvent::SignedIn);
        } else {
            self.link_event(AvailabilityEvent::ConfigurationChecked { fits });
        }
        Ok(())
    }

    /// Tries to make contact.
    pub(super) async fn reach_main(self: &Rc<Self>) {
        if let Answer::Hello(_) = self.ask_main().await {
            self.contacted();
        }
    }

    async fn ask_main(self: &Rc<Self>) -> Answer {
        let limit = self.options.settings.start_check;
        match crate::time::within(&*self.options.clock, limit, self.while_here(self.connection.hello())).await {
            Some(Ok((hello, _))) => Answer::Hello(hello),
            Some(Err(ServerError::Barred { reason })) => Answer::Barred(reason),
            Some(Err(error)) if error.wants_sign_in() => Answer::SignInNeeded,
            Some(Err(_)) | None => Answer::None,
        }
    }

    /// What main offers in place of the configuration here.
    fn offered(&self, hello: &HelloResponse) -> Option<Offer> {
        let here = self.work()?.device.hash();
        let hash = hello.device_bundle.clone().filter(|hash| *hash != here)?;
        Some(Offer { hash, compatible: hello.compatible.contains(&here) })
    }

    /// Main answered a probe while somebody works. If it no longer works with the configuration here, it is lost; before it counts
    /// as back the same is asked (A5).
    pub(super) fn probe_answered(self: &Rc<Self>, hello: HelloResponse, time: CallTime) {
        self.contacted();
        let (offer, at_once) = (self.offered(&hello), hello.at_once);
        self.hello.replace(Some(hello));
        self.state.borrow_mut().update.offer.clone_from(&offer);
        let was_there = self.state.borrow().availability.is_available();
        self.link_event(AvailabilityEvent::ProbeAnswered(time));
        if was_there && !self.configuration_fits() {
            self.link_event(AvailabilityEvent::ConfigurationChecked { fits: false });
        }
        match offer {
            Some(offer) if at_once => self.spawn(|app| async move { app.follow_at_once(offer).await }),
            Some(_) => self.spawn(|app| async move { app.ask_for_update().await }),
            None => {}
        }
    }

    /// True if main works with the configuration here, as the last answered probe said (A5).
    pub(super) fn configuration_fits(&self) -> bool {
        let hello = self.hello.borrow();
        hello.as_ref().and_then(|hello| self.offered(hello)).is_none_or(|offer| offer.compatible)
    }

    /// Asks the person once for each new configuration.
    async fn ask_for_update(self: &Rc<Self>) {
        let Some(offer) = self.state.borrow().update.offer.clone() else { return };
        let working = matches!(self.state.borrow().screen, ScreenView::Work);
        if !working || self.state.borrow_mut().update.asked.replace(offer.hash.clone()).as_ref() == Some(&offer.hash) {
            return;
        }
        let key = if offer.compatible { "update-offered" } else { "update-required" };
        let text = words::say_with(&self.language(), key, &[]);
        let button = |key: &str, text: &str| (key.to_owned(), text.to_owned());
        let buttons = vec![button("update", self.say("update")), button("later", self.say("later"))];
        self.state.borrow_mut().update.asking = true;
        let answer = self.ask(text, buttons).await;
        self.state.borrow_mut().update.asking = false;
        self.changed();
        if answer.as_deref() == Some("update") {
            // Whoever left meanwhile sees the sign-in already.
            let _ = self.update_in_place(&offer).await;
        }
    }

    /// The person follows what was put off.
    pub(super) async fn update_now(self: &Rc<Self>) {
        let offer = {
            let state = self.state.borrow();
            state.update.offer.clone().filter(|_| state.update.is_put_off() && matches!(state.screen, ScreenView::Work))
        };
        if let Some(offer) = offer {
            let _ = self.update_in_place(&offer).await;
        }
    }

    /// Follows a new configuration without leaving the app: open forms become drafts.
    pub(super) async fn update_in_place(self: &Rc<Self>, offer: &Offer) -> Result<(), Stopped> {
        let visit = self.visit();
        let files = self.account().and_then(|account| self.files(&account).ok()).ok_or(Stopped::Left)?;
        if !self.keep_all_drafts() {
            self.message(MessageKind::Error, self.client_error_text(&ClientError::NoRoom), 0);
            return Err(Stopped::Told);
        }
        let door = self.at_the_door().await;
        let followed = self.get_and_follow(&offer.hash, &files, visit).await;
        self.still(visit)?;
        if let Err(error) = followed {
            if matches!(error, ServerError::MainServerUnavailable { .. }) {
                self.state.borrow_mut().update.asked = None;
            }
            self.screen(ScreenView::Work);
            self.message(MessageKind::Warning, self.say_what("update-interrupted", self.error_text(&error)), 0);
            return Err(Stopped::Told);
        }
        let updated = self.work().is_some_and(|work| work.device.hash() == offer.hash);
        if updated {
            self.refresh_session().await;
            self.still(visit)?;
            self.state.borrow_mut().update = UpdateState::default();
            // Work begins anew, and nobody is told of what was so before (M6).
            self.link_event(AvailabilityEvent::SignedOut);
            self.link_event(AvailabilityEvent::SignedIn);
        }
        drop(door);
        self.start_work().await;
        if updated {
            self.message(MessageKind::Info, self.say("updated"), 0);
        }
        Ok(())
    }

    /// Gets a configuration, sends what waits, and follows it. An error means that it did not come whole; work goes on as before.
    async fn get_and_follow(self: &Rc<Self>, hash: &BundleHash, files: &BundleFiles, visit: Visit) -> Result<(), ServerError> {
        let step = self.say("download-update").to_owned();
        let next = self.fetch(hash, files, &step).await?;
        if let Err(error) = self.while_here(self.send_waiting()).await {
            tracing::info!(%error, "what waits is sent after the update");
        }
        if self.still(visit).is_ok() {
            self.follow(next, files, visit).await;
        }
        Ok(())
    }

    /// The database follows a configuration, or stays with the old one and says so.
    async fn follow(self: &Rc<Self>, next: DeviceBundle, files: &BundleFiles, visit: Visit) {
        let (Some(account), Some(work)) = (self.account(), self.work()) else { return };
        let hash = next.hash();
        let before = work.device.clone();
        if leaves_something(&before, &next) {
            let (exchange, limit) = (work.exchange.clone(), self.options.settings.exchange_page);
            let frozen = tokio::task::spawn_blocking(move || exchange.freeze(limit)).await;
            if let Err(error) = frozen.unwrap_or_else(|error| Err(twinshore_engine::EngineError::refused(error.to_string()))) {
                return self.update_failed(&hash, files, self.error_text(&ServerError::from(error)));
            }
        }
        drop(work);
        if self.still(visit).is_err() {
            return;
        }
        self.close_work();
        match self.prepare(&account, next).await {
            Ok(work) => {
                self.work_with(work, visit);
                if let Err(error) = files.followed() {
                    // The database knows what it follows: the next start puts the file in its place.
                    tracing::error!(%error, "the new configuration could not be put in its place");
                }
            }
            Err(error) => {
                self.update_failed(&hash, files, self.client_error_text(&error));
                match self.prepare(&account, before).await {
                    Ok(work) => self.work_with(work, visit),
                    Err(error) => self.message(MessageKind::Error, self.client_error_text(&error), 0),
                }
            }
        }
    }

    fn update_failed(&self, hash: &BundleHash, files: &BundleFiles, why: String) {
        tracing::error!(%hash, %why, "the database can't follow the new configuration");
        files.drop_next();
        self.check_store(self.store.set("update.failed", hash));
        self.message(MessageKind::Error, self.say_what("update-failed", why), 0);
    }

    fn say_what(&self, key: &str, what: String) -> String {
        words::say_with(&self.language(), key, &[("what", what.into())])
    }

    /// Gets a configuration, from where the last try stopped; checks that it is whole and the one that was asked for.
    pub(super) async fn fetch(
        self: &Rc<Self>,
        hash: &BundleHash,
        files: &BundleFiles,
        step: &str,
    ) -> Result<DeviceBundle, ServerError> {
        use std::io::Write as _;
        if let Some(next) = files.next().filter(|next| next.hash() == *hash) {
            return Ok(next);
        }
        files.take_packed(hash, &self.options.directory);
        if let Some(next) = files.complete(hash).map_err(broken)? {
            return Ok(next);
        }
        let part = files.part(hash);
        let mut done = std::fs::metadata(&part).map_or(0, |m| m.len());
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&part).map_err(broken)?;
        let mut failed = None;
        self.progress(step, &Progress::Configuration { done, total: 0 });
        let download = self.connection.device_bundle(hash, done, |bytes, total| {
            // After a failure nothing more may follow: the part would have a hole.
            if failed.is_none()
                && let Err(error) = file.write_all(bytes)
            {
                failed = Some(error);
            }
            done += bytes.len() as u64;
            self.progress(step, &Progress::Configuration { done, total });
        });
        let result = self.while_here(download).await;
        if let Some(error) = failed {
            return Err(broken(error));
        }
        if let Err(error) = result {
            if matches!(error, ServerError::Malformed { .. }) {
                let _ = std::fs::remove_file(&part);
            }
            return Err(error);
        }
        drop(file);
        files.complete(hash).map_err(broken)?.ok_or_else(|| {
            let _ = std::fs::remove_file(&part);
            ServerError::Malformed { what: "the downloaded configuration (its content does not fit its name)".into() }
        })
    }

    /// Roles and rights as main has them now (A3).
    pub(super) async fn refresh_session(self: &Rc<Self>) {
        let Ok(mut session) = self.while_here(self.connection.session()).await else { return };
        let Some(account) = self.account() else { return };
        session.device_bundle.clone_from(&account.session.device_bundle);
        if session == account.session || session.user_name != account.session.user_name {
            return;
        }
        self.change_account(|account| account.session = session.clone());
        let Some(work) = self.work() else { return };
        // The engine asks for rights at each call; the menu follows with this.
        let user = super::start::user_of(&session);
        let put = work.engine.database().writer().and_then(|writer| twinshore_engine::users::put(&writer, &user));
        if let Err(error) = put {
            tracing::warn!(%error, "the user's rights could not be kept");
        }
        *work.session.borrow_mut() = session;
        self.changed();
    }

    /// Files of the configuration of an account.
    pub(super) fn files(&self, account: &Account) -> Result<BundleFiles, ClientError> {
        Ok(BundleFiles::in_folder(&self.options.directory.join(&account.base))?)
    }
}

fn broken(error: std::io::Error) -> ServerError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => ServerError::full(),
        _ => ServerError::Malformed { what: format!("the app's folder ({error})") },
    }
}
