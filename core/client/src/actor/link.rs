//! Watching the main server, and what follows when it goes and comes back (M2–M9).

use std::rc::Rc;
use std::time::{Duration, Instant};

use twinshore_metadata::{ModuleName, ModulePlace, Value};
use twinshore_modules::Argument;
use twinshore_protocol::{ServerError, UnavailableReason};

use super::App;
use crate::view::{MessageKind, ModeView, OfferView};
use crate::{AvailabilityEvent, AvailabilityInstruction, CallReport, Mode, SlowReason, UsedServer};

impl App {
    /// Probes while somebody works: heartbeats when the main server is there, questions when it is not.
    pub async fn watch_main_server(self: Rc<Self>) {
        loop {
            let pause = self.state.borrow().availability.next_probe(&self.options.settings);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.probe_now.notified() => {}
            }
            if self.stopping.get() {
                return;
            }
            if self.work().is_none() || self.state.borrow().mode == Mode::Offline || self.state.borrow().needs_sign_in {
                continue;
            }
            self.probe().await;
        }
    }

    async fn probe(self: &Rc<Self>) {
        let event = match self.connection.hello().await {
            Ok(_) => AvailabilityEvent::ProbeAnswered,
            Err(
                ServerError::MainServerUnavailable { reason: UnavailableReason::SignInNeeded } | ServerError::SessionExpired,
            ) => {
                self.state.borrow_mut().needs_sign_in = true;
                self.message(MessageKind::Warning, ServerError::SessionExpired.to_string(), 0);
                AvailabilityEvent::ProbeFailed
            }
            Err(_) => AvailabilityEvent::ProbeFailed,
        };
        self.link_event(event);
        self.publish();
    }

    /// A call of the main server ended.
    pub fn called(self: &Rc<Self>, report: CallReport) {
        if report.by_person {
            let started = Instant::now().checked_sub(report.took).unwrap_or_else(Instant::now);
            self.logged("main", &report.call, started, Some(&report.error));
            let event = if report.answered {
                AvailabilityEvent::CallAnswered { took: report.took }
            } else {
                AvailabilityEvent::CallFailed
            };
            self.link_event(event);
        } else if !report.answered && report.call != "hello" {
            self.link_event(AvailabilityEvent::CallFailed);
        }
    }

    /// Something happened to the link.
    pub fn link_event(self: &Rc<Self>, event: AvailabilityEvent) {
        let now = self.options.clock.now();
        let instructions = {
            let mut state = self.state.borrow_mut();
            let mode = state.mode;
            state.availability.step(event, mode, &self.options.settings, now)
        };
        self.mirror();
        for instruction in instructions {
            match instruction {
                AvailabilityInstruction::Probe => self.probe_now.notify_one(),
                AvailabilityInstruction::Announce { available } => {
                    let by_hand = self.state.borrow().mode == Mode::Offline;
                    self.changed();
                    if available {
                        self.exchange_now.notify_one();
                    }
                    if !by_hand {
                        self.spawn(move |app| async move { app.announce(available).await });
                    }
                }
                AvailabilityInstruction::OfferSlower { reason } => self.offer(Some(reason)),
                AvailabilityInstruction::OfferNormal => self.offer(None),
            }
        }
    }

    fn offer(&self, reason: Option<SlowReason>) {
        let russian = self.state.borrow().language.starts_with("ru");
        let seconds = |d: Duration| format!("{:.1}", d.as_secs_f32());
        let (text, modes) = match reason {
            Some(SlowReason::Often { longest }) => (
                if russian {
                    format!(
                        "Связь медленная: последние запросы шли до {} с. Работать с данными на устройстве?",
                        seconds(longest)
                    )
                } else {
                    format!(
                        "The connection is slow: the last requests took up to {} s. Work with what is on this device?",
                        seconds(longest)
                    )
                },
                vec![ModeView::PoorConnection, ModeView::Offline],
            ),
            Some(SlowReason::Once { took }) => (
                if russian {
                    format!("Связь очень медленная: запрос шёл {} с. Работать с данными на устройстве?", seconds(took))
                } else {
                    format!(
                        "The connection is very slow: a request took {} s. Work with what is on this device?",
                        seconds(took)
                    )
                },
                vec![ModeView::PoorConnection, ModeView::Offline],
            ),
            None => (
                if russian {
                    "Связь снова быстрая. Вернуться в обычный режим?".into()
                } else {
                    "The connection is fast again. Go back to Normal?".to_owned()
                },
                vec![ModeView::Normal],
            ),
        };
        self.state.borrow_mut().offer = Some(OfferView { text, modes });
        self.changed();
    }

    /// The person, or code, chooses a mode (M5).
    pub async fn set_mode(self: &Rc<Self>, mode: Mode) {
        let before = {
            let mut state = self.state.borrow_mut();
            state.offer = None;
            std::mem::replace(&mut state.mode, mode)
        };
        self.check_store(self.store.set("mode", &mode));
        self.mirror();
        self.changed();
        self.publish();
        let main_is_there = self.state.borrow().availability.is_available();
        if (before == Mode::Offline) != (mode == Mode::Offline) && main_is_there {
            self.announce(mode != Mode::Offline).await;
        }
        if before == Mode::Offline {
            self.probe_now.notify_one();
            self.exchange_now.notify_one();
        }
    }

    /// The event, application first, then forms, newest first (M6).
    pub async fn announce(self: &Rc<Self>, available: bool) {
        // A reopening is one unit: what changes meanwhile is announced after it (F9), and one change after another.
        let _one = self.announcing.lock().await;
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
        let forms: Vec<u32> = self.state.borrow().order.iter().rev().copied().collect();
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
            self.refresh_lists(Some(UsedServer::Main), None).await;
        }
        self.publish();
    }
}
