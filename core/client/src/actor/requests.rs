//! What wakes the client's thread: requests of shells, and what its own parts tell it.

use std::rc::Rc;

use super::account::Proof;
use super::calls::Caller;
use super::{App, Internal, host};
use crate::client::Request;
use crate::{AvailabilityEvent, Mode, UsedServer};

impl App {
    pub(super) fn take(self: &Rc<Self>, request: Request) {
        match request {
            Request::Observe(id, observer) => {
                observer.interface_changed(self.interface());
                for entry in self.log.borrow().iter() {
                    observer.logged(entry.clone());
                }
                self.observers.borrow_mut().insert(id, observer);
            }
            Request::ObserveForm(id, form, observer) => match self.form(form) {
                Some(open) => {
                    observer.reset(open.last.borrow().clone());
                    self.form_observers.borrow_mut().insert(id, (form, observer));
                }
                None => observer.closed(0),
            },
            Request::Unobserve(id) => {
                self.observers.borrow_mut().remove(&id);
                self.form_observers.borrow_mut().remove(&id);
            }
            Request::Dispatch(form, event) => self.spawn_caused(move |app| async move { app.handle(form, event).await }),
            Request::SignIn(user, password) => self.spawn_caused(move |app| async move { app.sign_in(user, password).await }),
            Request::SignInByLink(link) => self.spawn_caused(move |app| async move { app.sign_in_by_link(&link).await }),
            Request::SignOut => self.spawn_caused(|app| async move { app.sign_out().await }),
            Request::BeginAnew => self.spawn_caused(|app| async move { app.begin_anew().await }),
            Request::RetryDownload => self.spawn_caused(|app| async move { app.retry_download().await }),
            Request::UpdateNow => self.spawn_caused(|app| async move { app.update_now().await }),
            Request::Open(item) => self.spawn_caused(move |app| async move { app.open_item(&item).await }),
            Request::Activate(form) => self.activate(form),
            Request::SetMode(mode) => self.set_mode_or_tell(Mode::of(mode)),
            Request::AnswerDialog(id, button) => self.answer(id, button),
            Request::AnswerOffer(mode) => {
                self.state.borrow_mut().offer = None;
                self.changed();
                if let Some(mode) = mode {
                    self.set_mode_or_tell(Mode::of(mode));
                }
            }
            Request::CancelWait(id) => self.cancel_wait(id),
            Request::TakeDraft(id) => self.spawn_caused(move |app| async move { app.take_draft(&id).await }),
            Request::DiscardDraft(id) => {
                self.drop_draft(&id);
                self.changed();
            }
            Request::LinkChanged(facts) => {
                tracing::debug!(?facts, "the platform says the link changed");
                self.link_event(AvailabilityEvent::LinkChanged);
            }
            Request::ExchangeNow => self.exchange_now.notify_one(),
            Request::SetLanguage(language) => self.set_language(language),
            Request::Foreground(here) => {
                self.in_foreground(here);
                self.link_event(AvailabilityEvent::Foreground(here));
                if !here {
                    let _ = self.keep_all_drafts();
                }
            }
            Request::Unlock(pin) => {
                let proof = pin.map_or(Proof::Biometrics, Proof::Pin);
                self.spawn_caused(move |app| async move { app.unlock(proof).await });
            }
            Request::ChoosePin => self.choose_pin(),
            Request::SetPin(pin) => self.spawn_caused(move |app| async move { app.set_pin(pin).await }),
            Request::FormView(form, done) => {
                self.refresh_form(form);
                let _ = done.send(self.form(form).map(|open| self.fresh_view(&open)));
            }
            Request::InterfaceView(done) => {
                let _ = done.send(self.interface());
            }
            Request::Diagnosis(done) => drop(done.send(self.diagnosis())),
            Request::Exchange(done) => {
                self.rounds.borrow_mut().push(done);
                self.exchange_now.notify_one();
            }
            Request::Operation(name, arguments, done) => {
                self.spawn_caused(move |app| async move { drop(done.send(host::operate(&app, &name, arguments).await)) });
            }
            Request::StandAlone(done) => drop(done.send(self.work().map(|work| work.engine.clone()))),
            Request::Settled(done) => self.spawn(|app| async move {
                app.rest.settled().await;
                let _ = done.send(());
            }),
            Request::Stop | Request::Kill => {}
        }
    }

    /// Takes what is told already, before what follows from it goes on.
    pub(super) fn catch_up(self: &Rc<Self>) {
        loop {
            let Ok(event) = self.internal.borrow_mut().try_recv() else { return };
            self.take_internal(event);
        }
    }

    pub(super) fn take_internal(self: &Rc<Self>, event: Internal) {
        match event {
            Internal::Called(report) => self.called(report),
            Internal::CallMain(request, done) => self.spawn(|app| async move {
                let result = app.module_call(UsedServer::Main, Caller::Background, request).await;
                // A call that was stopped no longer waits.
                let _ = done.send(result.map(|response| response.result));
            }),
            Internal::Tokens(tokens) => {
                if let Err(error) = self.accounts.keep_new_tokens(&tokens) {
                    tracing::warn!(%error, "tokens could not be kept");
                }
            }
        }
    }
}
