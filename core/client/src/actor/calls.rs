//! Calls of servers: which one took the call is noted, the person sees what is waited for (R18), and a call of the main server
//! with effects is kept until its outcome is known (R17).

use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::oneshot;
use twinshore_metadata::Value;
use twinshore_protocol::{ApplicationServer, CallId, ModuleCallRequest, ModuleCallResponse, ServerError};

use super::{App, next};
use crate::UsedServer;
use crate::call_journal::{CallRequest, KeptCall};
use crate::view::{MessageKind, WaitingView};
use crate::words::say;

/// A call that somebody waits for.
pub(crate) struct Wait {
    id: u64,
    /// Form that called; 0 for none.
    form: u32,
    server: UsedServer,
    shown: bool,
    cancel: Option<oneshot::Sender<()>>,
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A form, or the application for 0: the person waits.
    Form(u32),
    /// Server code of the device: nobody sees it wait.
    Background,
}

impl App {
    /// Calls a server and notes which one took the call.
    pub async fn call<T, F: Future<Output = Result<T, ServerError>>>(
        self: &Rc<Self>,
        server: UsedServer,
        what: &str,
        call: impl FnOnce(Arc<dyn ApplicationServer>) -> F,
    ) -> Result<T, ServerError> {
        let started = self.options.clock.elapsed();
        let target = match self.server(server) {
            Ok(target) => target,
            Err(error) => {
                self.refused(what, &error);
                return Err(error);
            }
        };
        let asked = self.rest.asked();
        let result = call(target).await;
        drop(asked);
        // Calls of the main server are logged where they are made.
        if server == UsedServer::Standalone {
            let took = self.options.clock.elapsed().saturating_sub(started);
            self.logged("standalone", what, took, result.as_ref().err().map(ServerError::code));
        } else {
            // A loss is known before the caller's code learns of its error (R17).
            self.catch_up();
        }
        result
    }

    /// A call that the person waits for: shown when it takes long, with a way out (R18).
    pub async fn waited<T, F: Future<Output = Result<T, ServerError>>>(
        self: &Rc<Self>,
        server: UsedServer,
        what: &str,
        form: u32,
        call_id: CallId,
        call: impl FnOnce(Arc<dyn ApplicationServer>) -> F,
    ) -> Result<T, ServerError> {
        let (cancel, cancelled) = oneshot::channel();
        let id = next(&mut self.state.borrow_mut());
        self.waits.borrow_mut().push(Wait { id, form, server, shown: false, cancel: Some(cancel) });
        let started = self.options.clock.elapsed();
        let shown = async {
            self.options.clock.sleep(self.options.settings.waiting_shown_after).await;
            self.show_wait(id);
            std::future::pending::<std::convert::Infallible>().await
        };
        let result = tokio::select! {
            biased;
            result = self.call(server, what, call) => result,
            Ok(()) = cancelled => {
                let error = ServerError::CallCancelled { call_id };
                self.logged(server.name(), what, self.options.clock.elapsed().saturating_sub(started), Some(error.code()));
                Err(error)
            }
            never = shown => match never {},
        };
        self.end_wait(id);
        result
    }

    fn show_wait(self: &Rc<Self>, id: u64) {
        let form = {
            let mut waits = self.waits.borrow_mut();
            let Some(wait) = waits.iter_mut().find(|wait| wait.id == id) else { return };
            wait.shown = true;
            wait.form
        };
        if let Some(open) = self.form(form) {
            open.session.borrow_mut().waiting = true;
        }
        self.changed();
        self.publish();
    }

    fn end_wait(&self, id: u64) {
        let mut waits = self.waits.borrow_mut();
        let Some(at) = waits.iter().position(|wait| wait.id == id) else { return };
        let ended = waits.remove(at);
        let still = waits.iter().any(|wait| wait.shown && wait.form == ended.form);
        drop(waits);
        if let Some(open) = self.form(ended.form) {
            open.session.borrow_mut().waiting = still;
        }
        if ended.shown {
            self.changed();
        }
    }

    /// The person no longer wants to wait.
    pub fn cancel_wait(&self, id: u64) {
        let mut waits = self.waits.borrow_mut();
        if let Some(cancel) = waits.iter_mut().find(|wait| wait.id == id).and_then(|wait| wait.cancel.take()) {
            // A call that has just ended needs no cancelling.
            let _ = cancel.send(());
        }
    }

    /// What the person waits for, if it takes long.
    pub fn waiting_view(&self) -> Option<WaitingView> {
        let waits = self.waits.borrow();
        let wait = waits.iter().find(|wait| wait.shown)?;
        let language = self.state.borrow().language.clone();
        let text = match wait.server {
            UsedServer::Main => say(&language, "waiting-main"),
            UsedServer::Standalone => say(&language, "waiting-standalone"),
        };
        Some(WaitingView { id: wait.id, text: text.to_owned() })
    }

    /// A call with effects. One of the main server is kept in the client's file until its outcome is known.
    pub async fn effect<T, F: Future<Output = Result<T, ServerError>>>(
        self: &Rc<Self>,
        server: UsedServer,
        what: &str,
        caller: Caller,
        request: &CallRequest,
        call: impl FnOnce(Arc<dyn ApplicationServer>) -> F,
    ) -> Result<T, ServerError> {
        let id = request.id();
        let fresh = server == UsedServer::Main && self.is_available() && self.keep_call(what, caller, request);
        let result = match caller {
            Caller::Form(form) => self.waited(server, what, form, id, call).await,
            Caller::Background => self.call(server, what, call).await,
        };
        let known = match &result {
            // A repeat that did not leave says nothing of the first try.
            Err(ServerError::MainServerUnavailable { .. }) => fresh,
            Err(error) => !is_unknown(error),
            Ok(_) => true,
        };
        if server == UsedServer::Main && known {
            self.check_store(self.store.end_call(id));
        }
        result
    }

    /// True if it was not kept before. A call that can't be kept is sent all the same: what the person wants now comes first.
    fn keep_call(&self, what: &str, caller: Caller, request: &CallRequest) -> bool {
        let draft = match caller {
            Caller::Form(form) => self.form(form).map(|open| open.session.borrow().draft.to_string()),
            Caller::Background => None,
        };
        let call = KeptCall {
            user: self.state.borrow().user_name.clone(),
            owner: draft.unwrap_or_default(),
            what: what.to_owned(),
            made: self.options.clock.now().to_rfc3339(),
            request: request.clone(),
        };
        self.store.begin_call(&call).unwrap_or_else(|error| {
            tracing::warn!(%error, what, "a call could not be kept before it was sent");
            true
        })
    }

    /// Calls an exported function of a common module.
    pub async fn module_call(
        self: &Rc<Self>,
        server: UsedServer,
        caller: Caller,
        request: ModuleCallRequest,
    ) -> Result<ModuleCallResponse, ServerError> {
        let what = format!("{}.{}", request.module, request.method);
        let kept = CallRequest::Module(request.clone());
        let response = self.effect(server, &what, caller, &kept, |s| async move { s.module_call(request).await }).await?;
        if caller != Caller::Background {
            for message in &response.messages {
                self.message(MessageKind::Info, message.text.clone(), 0);
            }
        }
        Ok(response)
    }

    /// Calls whose outcome is not known, for module code: `{callId, call, when}`.
    pub fn unknown_calls(&self) -> Value {
        let user = self.state.borrow().user_name.clone();
        let calls = self.check_store(self.store.unknown_calls(&user)).unwrap_or_default();
        let describe = |call: KeptCall| {
            Value::Structure(vec![
                ("callId".into(), call.request.id().0.to_string().into()),
                ("call".into(), call.what.into()),
                ("when".into(), call.made.into()),
            ])
        };
        Value::List(calls.into_iter().map(describe).collect())
    }

    /// Repeats a call whose outcome is not known, under its id: if the main server carried it out, its result comes (R17).
    pub async fn repeat_call(self: &Rc<Self>, id: CallId) -> Result<Value, ServerError> {
        let user = self.state.borrow().user_name.clone();
        let Some(kept) = self.check_store(self.store.unknown_call(&user, id)).flatten() else {
            let message = "There is no call with this id whose outcome is not known.".to_owned();
            return Err(ServerError::Refused { message, attribute: None, row: None });
        };
        let (what, caller) = (kept.what.as_str(), Caller::Form(0));
        let request = &kept.request;
        match request.clone() {
            CallRequest::Module(call) => {
                let answer = self.effect(UsedServer::Main, what, caller, request, |s| async move { s.module_call(call).await });
                answer.await.map(|response| response.result)
            }
            CallRequest::Form(call) => {
                let answer = self.effect(UsedServer::Main, what, caller, request, |s| async move { s.form_call(call).await });
                answer.await.map(|response| response.result)
            }
            CallRequest::Write(call) => {
                let answer = self.effect(UsedServer::Main, what, caller, request, |s| async move { s.write_form(call).await });
                answer.await.map(|response| Value::Ref(response.key))
            }
            CallRequest::Mark(call) => {
                let answer =
                    self.effect(UsedServer::Main, what, caller, request, |s| async move { s.mark_deletion(call).await });
                answer.await.map(|()| Value::Empty)
            }
        }
    }
}

/// The main server may have carried it out.
pub(crate) const fn is_unknown(error: &ServerError) -> bool {
    matches!(error, ServerError::CallOutcomeUnknown { .. } | ServerError::CallCancelled { .. })
}
