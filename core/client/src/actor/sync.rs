//! Exchange rounds: data go both ways by themselves (X8).

use std::rc::Rc;
use std::time::Duration;

use twinshore_engine::EngineError;
use twinshore_engine::exchange::AttentionItem;
use twinshore_metadata::ObjectName;
use twinshore_protocol::{ChangePosition, ExchangePeer, ServerError, UnavailableReason};

use super::{App, Work};
use crate::connection::Wake;
use crate::{AvailabilityEvent, Mode, UsedServer};

impl App {
    /// Rounds on every trigger: start, reconnect, a local change, a wake from main, time, by hand. Pauses after a failure grow.
    pub async fn exchange_forever(self: Rc<Self>) {
        let (first, longest) = self.options.settings.exchange_retry;
        let mut pause: Option<Duration> = None;
        loop {
            let period = self.work().map_or(300, |w| w.device.standalone.composition.exchange.period_s.max(1));
            let wait = pause.unwrap_or(Duration::from_secs(period));
            tokio::select! {
                () = self.options.clock.sleep(wait) => {}
                () = self.exchange_now.notified() => {}
            }
            if self.stopping.get() {
                return;
            }
            let waiting = self.rounds.take();
            if !self.may_exchange() {
                pause = None;
                let refused = self.no_round();
                waiting.into_iter().for_each(|done| drop(done.send(Err(refused.clone()))));
                continue;
            }
            self.state.borrow_mut().exchange.running = true;
            self.changed();
            let result = self.round(|_, _, _| {}).await;
            let error = result.as_ref().err().map(|error| self.error_text(error));
            let told = result.clone();
            let mut state = self.state.borrow_mut();
            state.exchange.running = false;
            match error {
                None => {
                    state.exchange.last = self.options.clock.now().to_rfc3339();
                    state.exchange.error = String::new();
                    pause = None;
                }
                Some(error) => {
                    state.exchange.error = error;
                    pause = Some(pause.map_or(first, |p| (p * 2).min(longest)));
                }
            }
            drop(state);
            self.update_pending();
            self.publish();
            waiting.into_iter().for_each(|done| drop(done.send(told.clone())));
        }
    }

    /// Why no round may run now.
    fn no_round(&self) -> ServerError {
        match self.state.borrow().mode {
            Mode::Offline => ServerError::MainServerUnavailable { reason: UnavailableReason::OfflineMode },
            _ => ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection },
        }
    }

    fn may_exchange(&self) -> bool {
        let state = self.state.borrow();
        state.availability.is_available()
            && state.mode != Mode::Offline
            && matches!(state.screen, crate::view::ScreenView::Work)
    }

    /// One round: handshake, messages up, pages down. `progress` is told things done and things in all.
    pub async fn round(self: &Rc<Self>, progress: impl Fn(&Rc<Self>, u64, u64)) -> Result<(), ServerError> {
        let _alone = self.exchanging.lock().await;
        let work = self.work().ok_or(ServerError::SessionExpired)?;
        let page_size = self.options.settings.exchange_page;
        let total = self.send(&work).await?;
        let mut done = 0;
        let mut request = blocking(&work.exchange, move |exchange| exchange.request(page_size)).await?;
        let mut page = self.connection.download(request).await?;
        loop {
            // The next page is on its way while this one is applied.
            let next = async {
                if !page.more {
                    return Ok(None);
                }
                let mut request = blocking(&work.exchange, move |exchange| exchange.request(page_size)).await?;
                request.from = page.to;
                self.connection.download(request).await.map(Some)
            };
            let count = page.items.len() as u64;
            let apply = {
                let page = page.clone();
                blocking(&work.exchange, move |exchange| exchange.apply_page(&page))
            };
            let (next, applied) = tokio::join!(next, apply);
            applied?;
            done += count;
            progress(self, done, total);
            match next? {
                Some(next) => page = next,
                None => break,
            }
        }
        request = blocking(&work.exchange, move |exchange| exchange.request(page_size)).await?;
        tracing::debug!(position = request.from.0, "exchange round done");
        Ok(())
    }

    /// Sends what waits and takes nothing: before an update, under the configuration it was made under (A7).
    pub async fn send_waiting(self: &Rc<Self>) -> Result<(), ServerError> {
        let _alone = self.exchanging.lock().await;
        let work = self.work().ok_or(ServerError::SessionExpired)?;
        self.send(&work).await.map(drop)
    }

    /// The first half of a round; gives how much waits on main.
    async fn send(self: &Rc<Self>, work: &Work) -> Result<u64, ServerError> {
        let page_size = self.options.settings.exchange_page;
        let name = self.options.device_name.clone();
        let request = blocking(&work.exchange, move |exchange| exchange.handshake(&name)).await?;
        let answer = self.connection.handshake(request).await?;
        let total = answer.waiting;
        blocking(&work.exchange, move |exchange| exchange.shaken(&answer)).await?;
        while let Some(message) = blocking(&work.exchange, move |exchange| exchange.next_message(page_size)).await? {
            let outcome = self.connection.upload(message).await?;
            blocking(&work.exchange, move |exchange| exchange.acknowledged(&outcome)).await?;
            self.update_pending();
            self.publish();
        }
        Ok(total)
    }

    /// Wakes from main, as long as the link lives.
    pub async fn listen_for_changes(self: Rc<Self>) {
        while !self.stopping.get() {
            if self.work().is_none() || !self.is_available() {
                self.listen_now.notified().await;
                continue;
            }
            let from = self.work().and_then(|w| w.exchange.state().ok()).map_or(ChangePosition(0), |s| s.received);
            let app = Rc::downgrade(&self);
            let listening = self.connection.listen(from, move |said| {
                let Some(app) = app.upgrade() else { return };
                match said {
                    // The answer to a probe tells which.
                    Wake::Published => app.link_event(AvailabilityEvent::LinkChanged),
                    Wake::Changed(_) => {
                        app.exchange_now.notify_one();
                        app.spawn_caused(|app| async move { app.refresh_lists(Some(UsedServer::Main), None).await });
                    }
                }
            });
            let (clock, pause) = (&self.options.clock, self.options.settings.listen_retry);
            tokio::select! {
                ended = listening => {
                    tracing::debug!(?ended, "listening for changes ended");
                    clock.sleep(pause).await;
                }
                // The mode or the link changed: in Offline mode nobody listens.
                () = self.listen_now.notified() => {}
            }
        }
    }

    /// Local changes start a round and refresh what shows them.
    pub fn watch_changes(self: &Rc<Self>) {
        let Some(work) = self.work() else { return };
        let mut notices = work.engine.notices();
        let on_change = work.device.standalone.composition.exchange.on_change;
        self.spawn(move |app| async move {
            while let Ok(notice) = notices.recv().await {
                if app.work().is_none() {
                    return;
                }
                let caused = app.rest.caused();
                if !notice.loaded {
                    app.update_pending();
                    if on_change {
                        app.exchange_now.notify_one();
                    }
                }
                let objects: Vec<ObjectName> = notice.objects.clone();
                app.refresh_lists(Some(UsedServer::Standalone), Some(&objects)).await;
                app.refresh_items(&notice.references).await;
                app.publish();
                drop(caused);
            }
        });
    }

    /// How much waits to be sent.
    pub fn update_pending(&self) {
        let pending = self.work().and_then(|w| w.exchange.state().ok()).map_or(0, |s| s.pending);
        self.state.borrow_mut().exchange.pending = pending;
        self.changed();
    }

    /// What needs a person.
    pub fn attention_items(&self) -> Vec<AttentionItem> {
        self.work().and_then(|w| w.exchange.attention().ok()).unwrap_or_default()
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    exchange: &twinshore_engine::exchange::DeviceExchange,
    work: impl FnOnce(&twinshore_engine::exchange::DeviceExchange) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, ServerError> {
    let exchange = exchange.clone();
    match tokio::task::spawn_blocking(move || work(&exchange)).await {
        Ok(result) => result.map_err(ServerError::from),
        Err(_) => Err(ServerError::Internal { report: "the exchange ended too early".into() }),
    }
}
