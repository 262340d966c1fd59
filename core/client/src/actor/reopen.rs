//! Reopening (F9), driven: what `reopening::Reopening` says is done here, one unit. Whatever fails on the way closes the new form and
//! leaves the old one as it was.

mod all;
mod fill;
mod look;

use std::collections::VecDeque;
use std::rc::Rc;

use twinshore_metadata::{Priority, Value};
use twinshore_modules::{Argument, ModuleError, Outcome};
use twinshore_protocol::{Limit, ServerError, UnavailableReason};

use super::{App, OpenForm, Watched};
use crate::UsedServer;
use crate::forms::Before;
use crate::forms::session::FormSession;
use crate::reopening::{FillOptions, Reopening, ReopeningEvent, ReopeningInstruction};
use crate::view::FormEvent;
use crate::words;

pub(super) use fill::title_of;

/// Why a form can't be reopened (F8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Closed,
    Reopening,
    SameServer,
    Writing,
    OutcomeUnknown,
    Choosing,
    NotInComposition,
    OfflineMode,
    NoConnection,
    Cancelled,
}

impl Reason {
    /// For authors: `details.reason`.
    const fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reopening => "reopening",
            Self::SameServer => "same_server",
            Self::Writing => "writing",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Choosing => "choosing",
            Self::NotInComposition => "not_in_composition",
            Self::OfflineMode => "offline_mode",
            Self::NoConnection => "no_connection",
            Self::Cancelled => "cancelled",
        }
    }

    /// For people.
    fn text(self, language: &str) -> &'static str {
        match self {
            Self::Closed => words::say(language, "reopen-closed"),
            Self::Reopening => words::say(language, "reopen-reopening"),
            Self::SameServer => words::say(language, "reopen-same-server"),
            Self::Writing => words::say(language, "reopen-writing"),
            Self::OutcomeUnknown => words::say(language, "reopen-outcome-unknown"),
            Self::Choosing => words::say(language, "reopen-choosing"),
            Self::NotInComposition => words::say(language, "reopen-not-in-composition"),
            Self::OfflineMode => words::say(language, "reopen-offline-mode"),
            Self::NoConnection => words::say(language, "reopen-no-connection"),
            Self::Cancelled => words::say(language, "reopen-cancelled"),
        }
    }
}

/// Who wants the reopening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedBy {
    /// The person: handlers of the form that run come to their end first.
    Person,
    /// Code of the configuration, perhaps a handler of this very form.
    Code,
}

/// What a reopening carries along.
struct Work {
    old: u32,
    to: UsedServer,
    new: Option<u32>,
    data: Value,
    before: Before,
}

/// While this lives a reopening runs, and availability is announced later (F9).
struct Unit(Rc<App>);

impl Unit {
    fn new(app: &Rc<App>) -> Self {
        app.reopening.set(app.reopening.get() + 1);
        Self(Rc::clone(app))
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        self.0.reopening.set(self.0.reopening.get() - 1);
        self.0.reopened.notify_waiters();
    }
}

impl App {
    /// Reopens and shows what went wrong.
    pub async fn reopen_or_tell(self: &Rc<Self>, form: u32, to: UsedServer) {
        if let Err(error) = self.reopen(form, to, WantedBy::Person).await {
            self.show_code_error(&error, form);
        }
        self.publish();
    }

    /// Reopens a form from a server; the number of the new form.
    pub async fn reopen(self: &Rc<Self>, form: u32, to: UsedServer, by: WantedBy) -> Result<u32, ServerError> {
        let open = self.form(form).ok_or_else(|| self.cant(Reason::Closed))?;
        self.check_possible(&open.session.borrow(), to, by)?;
        let _unit = Unit::new(self);
        let _turn = match by {
            WantedBy::Person => {
                open.session.borrow_mut().frozen = true;
                self.publish();
                let turn = open.turn.lock().await;
                open.session.borrow_mut().frozen = false;
                // What ran meanwhile may have written, closed or reopened it.
                let open = self.form(form).ok_or_else(|| self.cant(Reason::Closed))?;
                let possible = self.check_possible(&open.session.borrow(), to, WantedBy::Code);
                if possible.is_err() {
                    self.do_held(form, None);
                }
                possible?;
                Some(turn)
            }
            WantedBy::Code => None,
        };
        let before = open.session.borrow().before();
        let mut work = Work { old: form, to, new: None, data: Value::Structure(Vec::new()), before };
        let result = self.drive(&mut work).await;
        self.publish();
        result
    }

    /// Waits until no form is being reopened: availability is announced after the unit (F9).
    pub async fn until_reopened(&self) {
        while self.reopening.get() > 0 {
            self.reopened.notified().await;
        }
    }

    async fn drive(self: &Rc<Self>, work: &mut Work) -> Result<u32, ServerError> {
        let mut machine = Reopening::default();
        let mut queue = VecDeque::from(machine.step(ReopeningEvent::Started));
        let mut failure = None;
        while let Some(instruction) = queue.pop_front() {
            match self.carry_out(work, instruction).await {
                Ok(None) => {}
                Ok(Some(event)) => {
                    if matches!(event, ReopeningEvent::Asked { cancelled: true, .. }) {
                        failure = Some(self.cant(Reason::Cancelled));
                    }
                    queue.extend(machine.step(event));
                }
                Err(error) => {
                    failure.get_or_insert(error);
                    queue = machine.step(ReopeningEvent::Failed).into();
                }
            }
        }
        match work.new.filter(|_| machine.is_done()) {
            Some(new) => Ok(new),
            None => Err(failure.unwrap_or_else(|| self.cant(Reason::Closed))),
        }
    }

    async fn carry_out(
        self: &Rc<Self>,
        work: &mut Work,
        instruction: ReopeningInstruction,
    ) -> Result<Option<ReopeningEvent>, ServerError> {
        use ReopeningInstruction as I;
        match instruction {
            I::Freeze => self.mark(work.old, |session| session.frozen = true),
            I::RunBeforeReopening => return self.ask_old(work).await.map(Some),
            I::HandOver => self.mark(work.old, |session| session.handed_over = true),
            I::Open => {
                work.new = Some(self.open_again(work).await?);
                return Ok(Some(ReopeningEvent::Opened));
            }
            I::RunOnOpen => {
                let new = self.new_of(work)?;
                self.sequence_handler(new, "onOpen", vec![Argument::Form(new)]).await?;
                self.mark(new, FormSession::opened);
                return Ok(Some(ReopeningEvent::Shown));
            }
            I::RunWhenReopening { standard } => return self.tell_new(work, standard).await.map(Some),
            I::Fill => {
                self.fill(self.new_of(work)?, work.old, &FillOptions::default())?;
                return Ok(Some(ReopeningEvent::Filled));
            }
            I::CopyLook => {
                let (from, to) = self.both(work)?;
                look::copy(&from.session.borrow(), &mut to.session.borrow_mut());
            }
            I::SwapDrafts => {
                let (from, to) = self.both(work)?;
                let old_draft = from.session.borrow().draft.to_string();
                self.swap_drafts(&old_draft, &to.session.borrow());
            }
            I::RunOnClose => {
                let arguments = vec![Argument::Form(work.old), Argument::Value("reopened".into())];
                if let Err(error) = self.sequence_handler(work.old, "onClose", arguments).await {
                    self.show_code_error(&error, work.new.unwrap_or_default());
                }
                return Ok(Some(ReopeningEvent::Closed));
            }
            I::TakePlace => self.take_place(work).await,
            I::CloseNew => {
                if let Some(new) = work.new.take() {
                    self.forms.borrow_mut().remove(&new);
                }
            }
            I::Thaw => {
                let before = work.before.clone();
                self.mark(work.old, |session| session.restore(before));
                self.do_held(work.old, None);
            }
        }
        self.publish();
        Ok(None)
    }

    fn mark(&self, form: u32, change: impl FnOnce(&mut FormSession)) {
        if let Some(open) = self.form(form) {
            change(&mut open.session.borrow_mut());
        }
    }

    fn new_of(&self, work: &Work) -> Result<u32, ServerError> {
        work.new.filter(|new| self.form(*new).is_some()).ok_or_else(|| self.cant(Reason::Closed))
    }

    fn both(&self, work: &Work) -> Result<(Rc<OpenForm>, Rc<OpenForm>), ServerError> {
        let new = self.new_of(work)?;
        self.form(work.old).zip(self.form(new)).ok_or_else(|| self.cant(Reason::Closed))
    }

    /// F8, in the person's language.
    fn cant(&self, reason: Reason) -> ServerError {
        ServerError::Module {
            message: reason.text(&self.state.borrow().language).to_owned(),
            code: Some("ReopenNotPossible".into()),
            details: Value::Structure(vec![("reason".into(), reason.code().into())]),
            position: None,
        }
    }

    fn check_possible(&self, session: &FormSession, to: UsedServer, by: WantedBy) -> Result<(), ServerError> {
        if session.frozen || session.closing {
            return Err(self.cant(Reason::Reopening));
        }
        if session.server == to {
            return Err(self.cant(Reason::SameServer));
        }
        // The person waits for the write; code that asks in the middle of it would send the same thing twice (F12).
        if session.writing && by == WantedBy::Code {
            return Err(self.cant(Reason::Writing));
        }
        if session.pending_write.is_some() {
            return Err(self.cant(Reason::OutcomeUnknown));
        }
        if self.waits_for_a_child(session.id, to) {
            return Err(self.cant(Reason::Choosing));
        }
        if to == UsedServer::Standalone {
            let here = self.form_priority(&session.definition.name).is_some_and(|p| p != Priority::MainOnly);
            return if here { Ok(()) } else { Err(self.cant(Reason::NotInComposition)) };
        }
        self.server(to).map(drop).map_err(|error| match error {
            ServerError::MainServerUnavailable { reason: UnavailableReason::OfflineMode } => self.cant(Reason::OfflineMode),
            _ => self.cant(Reason::NoConnection),
        })
    }

    /// A form that was opened for a result blocks the form that waits for it, until it is on the other server itself (F16).
    fn waits_for_a_child(&self, form: u32, to: UsedServer) -> bool {
        self.forms
            .borrow()
            .values()
            .any(|open| open.session.try_borrow().is_ok_and(|child| child.owner() == Some(form) && child.server != to))
    }

    async fn ask_old(self: &Rc<Self>, work: &mut Work) -> Result<ReopeningEvent, ServerError> {
        let event = Value::Structure(vec![
            ("cancel".into(), false.into()),
            ("standardProcessing".into(), true.into()),
            ("data".into(), work.data.clone()),
        ]);
        let arguments = vec![Argument::Form(work.old), Argument::Event(event)];
        let outcome = self.sequence_handler(work.old, "beforeReopening", arguments).await?;
        let event = outcome.and_then(|o| o.arguments.get(1).cloned()).unwrap_or_default();
        work.data = event.field("data").cloned().unwrap_or_else(|| work.data.clone());
        Ok(ReopeningEvent::Asked {
            cancelled: event.field("cancel") == Some(&Value::Boolean(true)),
            standard: event.field("standardProcessing") != Some(&Value::Boolean(false)),
        })
    }

    async fn open_again(self: &Rc<Self>, work: &Work) -> Result<u32, ServerError> {
        let open = self.form(work.old).ok_or_else(|| self.cant(Reason::Closed))?;
        let (name, mut parameters, key, new_id) = {
            let session = open.session.borrow();
            let new_id = session.is_new.then(|| session.key.as_ref().map(|k| k.id)).flatten();
            (session.definition.name.clone(), session.parameters.clone(), session.key.clone(), new_id)
        };
        if new_id.is_none() {
            parameters.key = key.filter(|_| open.session.borrow().main_object().is_some());
        }
        let response = self.ask_form(&name, &parameters, work.to, true, new_id).await?;
        let new = self.add_form(&name, parameters, work.to, response)?;
        self.mark(new, |session| {
            session.reopened = true;
            session.frozen = true;
        });
        Ok(new)
    }

    async fn tell_new(self: &Rc<Self>, work: &mut Work, standard: bool) -> Result<ReopeningEvent, ServerError> {
        let new = self.new_of(work)?;
        let data = std::mem::take(&mut work.data);
        let event = Value::Structure(vec![("standardProcessing".into(), standard.into()), ("data".into(), data)]);
        let arguments = vec![Argument::Form(new), Argument::Form(work.old), Argument::Event(event)];
        let outcome = self.sequence_handler(new, "whenReopening", arguments).await?;
        let left = outcome.and_then(|o| o.arguments.get(2)?.field("standardProcessing").cloned());
        Ok(ReopeningEvent::Told { standard: left.map_or(standard, |v| v == Value::Boolean(true)) })
    }

    /// The new form's draft takes the place of the old one's: a kill leaves exactly one.
    fn swap_drafts(&self, old: &str, new: &FormSession) {
        let kept =
            if new.has_draft() { self.store.replace_draft(old, &self.draft_of(new)) } else { self.store.drop_draft(old) };
        if self.check_store(kept).is_none() {
            self.done_drafts.borrow_mut().insert(old.to_owned());
        }
    }

    /// Window place, owner, whoever waits for a result, and children go over to the new form; the old one is gone.
    async fn take_place(self: &Rc<Self>, work: &Work) {
        let Ok((from, to)) = self.both(work) else { return };
        let new = to.session.borrow().id;
        {
            let (mut old, mut session) = (from.session.borrow_mut(), to.session.borrow_mut());
            session.choosing = old.choosing.take();
            session.awaited = old.awaited.take();
            session.frozen = false;
            self.rewire_children(&old, &session);
        }
        {
            let mut state = self.state.borrow_mut();
            for form in state.order.iter_mut().filter(|form| **form == work.old) {
                *form = new;
            }
            if state.active == work.old {
                state.active = new;
            }
        }
        self.drop_form(work.old, new);
        self.do_held(new, Some(&from.session));
        self.publish();
        self.release_lock(&from.session.borrow());
        let lists: Vec<u32> = to.session.borrow().lists.keys().copied().collect();
        for element in lists {
            let wanted = look::place(&from.session.borrow(), &to.session.borrow(), element);
            self.read_list(new, element, wanted).await;
        }
    }

    /// What the person did meanwhile is done now, in the order it was done; in a new form by the names of elements.
    fn do_held(self: &Rc<Self>, form: u32, held_by: Option<&Watched<FormSession>>) {
        let Some(open) = self.form(form) else { return };
        let held = std::mem::take(&mut held_by.unwrap_or(&open.session).borrow_mut().held);
        let moved = |event: FormEvent| {
            let Some(old) = held_by else { return Some(event) };
            let old = old.borrow();
            let there = event.element().and_then(|e| open.session.borrow().element_named(old.element_name(e)?))?;
            Some(event.at(there))
        };
        let held: Vec<FormEvent> = held.into_iter().filter_map(moved).collect();
        if !held.is_empty() {
            self.spawn_caused(move |app| async move {
                for event in held {
                    app.handle(form, event).await;
                }
            });
        }
    }

    fn rewire_children(&self, old: &FormSession, new: &FormSession) {
        for open in self.forms.borrow().values() {
            let Ok(mut child) = open.session.try_borrow_mut() else { continue };
            if let Some(choosing) = child.choosing.as_mut().filter(|c| c.form == old.id) {
                choosing.form = new.id;
                let name = old.element_name(choosing.element).unwrap_or_default();
                choosing.element = new.element_named(name).unwrap_or(u32::MAX);
            }
            if let Some(awaited) = child.awaited.as_mut().filter(|a| a.owner == old.id) {
                awaited.owner = new.id;
            }
        }
    }

    /// A handler of the sequence; what it throws, or a wait that does not end, ends the reopening.
    async fn sequence_handler(
        self: &Rc<Self>,
        form: u32,
        event: &str,
        arguments: Vec<Argument>,
    ) -> Result<Option<Outcome>, ServerError> {
        let Some((server, module)) = self.form_module(form) else { return Ok(None) };
        let function = self.handler_of(form, event);
        let limit = self.options.settings.reopening_handler_time;
        let run = self.handler(server, &module, &function, arguments);
        let Some(result) = crate::time::within(&*self.options.clock, limit, run).await else {
            let place = format!("{function}, {} s", limit.as_secs());
            return Err(ServerError::limit(Limit::CallTime, place));
        };
        result.transpose().map_err(|error| server_error(&self.state.borrow().language, error))
    }
}

/// An error of module code as the reason of a failed reopening; what the platform says of it is in the person's language.
pub(super) fn server_error(language: &str, error: ModuleError) -> ServerError {
    let position = error.position().map(ToString::to_string);
    match error {
        ModuleError::Thrown { message, code, details, .. } => ServerError::Module { message, code, details, position },
        other => ServerError::Module {
            message: words::module_error_text(language, &other),
            code: None,
            details: Value::Empty,
            position: None,
        },
    }
}
