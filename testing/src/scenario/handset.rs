//! One phone of a world: a real client that can be killed and started again over its folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use twinshore_client::view::{InterfaceView, LogEntryView, ScreenView};
use twinshore_client::{Client, ClientObserver, Settings, Subscription};
use twinshore_metadata::Value;
use twinshore_modules::HostError;

use super::arguments::{number_of, trouble};
use super::snapshot::Snapshot;
use super::span::PhoneClock;
use super::stage::Stage;
use crate::{Link, Phone, PhoneSetup, hasty_settings};

/// One phone.
pub(super) struct Handset {
    pub(super) device: String,
    pub(super) link: Arc<Link>,
    pub(super) clock: Arc<PhoneClock>,
    directory: PathBuf,
    setup: Mutex<PhoneSetup>,
    running: Mutex<Option<Running>>,
    heard: Arc<Heard>,
    stage: std::sync::Weak<Stage>,
}

#[derive(Clone)]
struct Running {
    phone: Arc<Phone>,
    _heard: Arc<Subscription>,
}

/// What a phone said: messages since its app was started, calls over all its lives.
struct Heard {
    device: String,
    stage: std::sync::Weak<Stage>,
    messages: Mutex<BTreeMap<u64, String>>,
    log: Mutex<Vec<LogEntryView>>,
    last: Mutex<Option<InterfaceView>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Ear(Arc<Heard>);

impl ClientObserver for Ear {
    fn interface_changed(&self, view: InterfaceView) {
        let Some(stage) = self.0.stage.upgrade() else { return };
        let mut last = lock(&self.0.last);
        for text in news(last.as_ref(), &view) {
            stage.timeline.note(&self.0.device, text);
        }
        let mut messages = lock(&self.0.messages);
        for message in &view.messages {
            messages.insert(message.id, message.text.clone());
        }
        drop(messages);
        *last = Some(view);
        drop(last);
        stage.timeline.stir();
    }

    fn logged(&self, entry: LogEntryView) {
        if let Some(stage) = self.0.stage.upgrade() {
            let error = if entry.error.is_empty() { String::new() } else { format!(": {}", entry.error) };
            stage.timeline.note(&self.0.device, format!("{} took {} in {} ms{error}", entry.server, entry.call, entry.ms));
        }
        lock(&self.0.log).push(entry);
    }
}

/// What of an interface is worth a line in the timeline.
fn news(before: Option<&InterfaceView>, now: &InterfaceView) -> Vec<String> {
    let mut all = Vec::new();
    let screen = |view: &InterfaceView| match &view.screen {
        ScreenView::SignIn { error, .. } => format!("shows the sign-in {error}").trim_end().to_owned(),
        ScreenView::Download(download) => format!("downloads {}", download.error).trim_end().to_owned(),
        ScreenView::Lock { error, .. } => format!("is locked {error}").trim_end().to_owned(),
        ScreenView::ChoosePin { error, .. } => format!("asks for a new PIN {error}").trim_end().to_owned(),
        ScreenView::Work => "shows the app".to_owned(),
    };
    if before.map(screen) != Some(screen(now)) {
        all.push(screen(now));
    }
    let available = |view: &InterfaceView| view.status.available;
    if before.map(available).unwrap_or_default() != available(now) {
        let text = if available(now) { "the main server is available" } else { "the main server is not available" };
        all.push(text.to_owned());
    }
    if before.is_some_and(|view| view.status.mode != now.status.mode) {
        all.push(format!("the mode is {:?}", now.status.mode));
    }
    let known: Vec<u64> = before.map(|view| view.messages.iter().map(|m| m.id).collect()).unwrap_or_default();
    all.extend(now.messages.iter().filter(|m| !known.contains(&m.id)).map(|m| format!("says: {}", m.text)));
    if let Some(dialog) = &now.dialog
        && before.and_then(|view| view.dialog.as_ref()) != Some(dialog)
    {
        let buttons: Vec<&str> = dialog.buttons.iter().map(|b| b.id.as_str()).collect();
        all.push(format!("asks: {} [{}]", dialog.text, buttons.join(", ")));
    }
    if let Some(offer) = &now.offer
        && before.and_then(|view| view.offer.as_ref()) != Some(offer)
    {
        all.push(format!("offers: {}", offer.text));
    }
    let error = |view: &InterfaceView| view.status.exchange.error.clone();
    if !error(now).is_empty() && before.map(error) != Some(error(now)) {
        all.push(format!("could not exchange: {}", error(now)));
    }
    all
}

impl Handset {
    /// A phone that is not started yet.
    pub(super) fn new(stage: &Arc<Stage>, device: &str, link: Arc<Link>, clock: Arc<PhoneClock>, setup: PhoneSetup) -> Self {
        let heard = Heard {
            device: device.to_owned(),
            stage: Arc::downgrade(stage),
            messages: Mutex::default(),
            log: Mutex::default(),
            last: Mutex::default(),
        };
        Self {
            device: device.to_owned(),
            link,
            clock,
            directory: setup.directory.clone(),
            setup: Mutex::new(setup),
            running: Mutex::default(),
            heard: Arc::new(heard),
            stage: Arc::downgrade(stage),
        }
    }

    /// Starts the app.
    pub(super) fn start(&self) -> Result<(), HostError> {
        let setup = lock(&self.setup).clone();
        let phone = Phone::start(Arc::clone(&self.link), self.device.clone(), setup)
            .map_err(|error| trouble(format!("the app of {} does not start: {error}", self.device)))?;
        lock(&self.heard.last).take();
        lock(&self.heard.messages).clear();
        let heard = phone.client().observe(Arc::new(Ear(Arc::clone(&self.heard))));
        *lock(&self.running) = Some(Running { phone: Arc::new(phone), _heard: Arc::new(heard) });
        Ok(())
    }

    /// Settings from the next start on.
    pub(super) fn set_settings(&self, changes: &IndexMap<String, Value>) -> Result<(), HostError> {
        let mut setup = lock(&self.setup);
        setup.settings = settings(setup.settings.clone(), changes)?;
        Ok(())
    }

    /// True while the app runs.
    pub(super) fn is_running(&self) -> bool {
        lock(&self.running).is_some()
    }

    /// The running app.
    pub(super) fn phone(&self) -> Result<Arc<Phone>, HostError> {
        let running = lock(&self.running).as_ref().map(|running| Arc::clone(&running.phone));
        running.ok_or_else(|| trouble(format!("the app of {} is not running: it was killed", self.device)))
    }

    /// The client of the running app.
    pub(super) fn client(&self) -> Result<Client, HostError> {
        Ok(self.phone()?.client().clone())
    }

    /// Ends the app as `kill -9` does, and waits until its files are closed.
    pub(super) async fn kill(&self, how: &str) {
        let Some(running) = lock(&self.running).take() else { return };
        if !how.is_empty()
            && let Some(stage) = self.stage.upgrade()
        {
            stage.timeline.note(&self.device, how);
        }
        let client = running.phone.client().clone();
        let kept = Snapshot::take(&self.directory);
        client.kill();
        client.ended().await;
        // Threads of the app that went on to their ends wrote what a killed process would not have written.
        match kept {
            Ok(kept) => kept.put_back(&self.directory),
            Err(error) => tracing::warn!(%error, device = %self.device, "the phone's folder could not be kept as it was"),
        }
    }

    /// Ends the app as the system does when the person swipes it away.
    pub(super) async fn stop(&self) {
        let Some(running) = lock(&self.running).take() else { return };
        let client = running.phone.client().clone();
        client.stop();
        client.ended().await;
    }

    /// Texts shown since the app was started.
    pub(super) fn messages(&self) -> Vec<String> {
        lock(&self.heard.messages).values().cloned().collect()
    }

    /// Calls so far.
    pub(super) fn log(&self) -> Vec<LogEntryView> {
        lock(&self.heard.log).clone()
    }
}

/// Settings with changes in milliseconds.
pub(super) fn settings(base: Settings, changes: &IndexMap<String, Value>) -> Result<Settings, HostError> {
    let mut settings = base;
    for name in changes.keys() {
        let number = number_of(changes, name).ok_or_else(|| trouble(format!("the setting {name} is a number")))?;
        let time = Duration::from_millis(number);
        let count = || u32::try_from(number).unwrap_or(u32::MAX);
        match name.as_str() {
            "heartbeatMs" => settings.heartbeat = time,
            "heartbeatsMissed" => settings.heartbeats_missed = count(),
            "probeMs" => settings.probe = time,
            "probeTimeoutMs" => settings.probe_timeout = time,
            "answersWithinMs" => settings.answers_within = time,
            "quietMs" => settings.quiet = time,
            "callTimeoutMs" => settings.call_timeout = time,
            "connectTimeoutMs" => settings.connect_timeout = time,
            "slowCallMs" => settings.slow_call = time,
            "verySlowCallMs" => settings.very_slow_call = time,
            "fastCallMs" => settings.fast_call = time,
            "offerPauseMs" => settings.offer_pause = time,
            "waitingShownAfterMs" => settings.waiting_shown_after = time,
            "handlerTimeMs" => settings.handler_time = time,
            "standaloneCallTimeMs" => settings.standalone_call_time = time,
            "exchangeRetryMs" => settings.exchange_retry.0 = time,
            "exchangeRetryLongestMs" => settings.exchange_retry.1 = time,
            "exchangePage" => settings.exchange_page = count(),
            "listPage" => settings.list_page = count(),
            "listWindow" => settings.list_window = usize::try_from(number).unwrap_or(usize::MAX),
            other => return Err(trouble(format!("a phone has no setting {other}; see PhoneSettings in testing.d.ts"))),
        }
    }
    Ok(settings)
}

/// Settings of a new phone.
pub(super) fn new_settings(changes: &IndexMap<String, Value>) -> Result<Settings, HostError> {
    settings(hasty_settings(), changes)
}
