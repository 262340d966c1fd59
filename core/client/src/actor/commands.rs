//! Commands of forms: the platform's own and the configuration's.

use std::rc::Rc;

use twinshore_metadata::{CommandAction, ObjectName, Record, Ref, Value, text};
use twinshore_modules::Argument;
use twinshore_protocol::{CallId, MarkDeletionRequest, OpenFormResponse, ServerError, WriteAction, WriteFormRequest};

use super::App;
use super::calls::{Caller, is_unknown};
use super::lists::Wanted;
use crate::UsedServer;
use crate::call_journal::CallRequest;
use crate::forms::period;
use crate::forms::session::{EditLock, FormSession, OpenParameters, row_id};
use crate::view::{FormAvailability, MessageKind};
use crate::words;

impl App {
    /// Runs a command by name.
    pub async fn execute(self: &Rc<Self>, form: u32, command: &str) {
        let Some(open) = self.form(form) else { return };
        let availability = self.form_availability(&open.session.borrow());
        // What a form took out of its set is not for people; code still may (F2). Close stays.
        if command != "close" && open.session.borrow().definition.without_commands.iter().any(|c| c == command) {
            return;
        }
        match (command, &availability) {
            ("close", _) => return self.close(form).await,
            ("openOffline", _) => return self.reopen_or_tell(form, UsedServer::Standalone).await,
            ("openFromMainServer", _) => return self.reopen_or_tell(form, UsedServer::Main).await,
            (_, FormAvailability::Available) => {}
            _ => return,
        }
        let _turn = match open.turn.try_lock() {
            Ok(turn) => turn,
            Err(_) => open.turn.lock().await,
        };
        match command {
            "write" => self.write_and_tell(form, WriteAction::Write, false).await,
            "writeAndClose" => self.write_and_tell(form, WriteAction::Write, true).await,
            "post" => self.write_and_tell(form, WriteAction::Post, false).await,
            "postAndClose" => self.write_and_tell(form, WriteAction::Post, true).await,
            "unpost" => self.write_and_tell(form, WriteAction::Unpost, false).await,
            "reread" => self.reread(form).await,
            "refresh" => {
                let elements: Vec<u32> = open.session.borrow().lists.keys().copied().collect();
                for element in elements {
                    self.read_list(form, element, Wanted::Again).await;
                }
            }
            "create" => self.create(form, false).await,
            "createGroup" => self.create(form, true).await,
            "copy" => self.copy(form).await,
            "createBasedOn" => self.create_based_on(form).await,
            "markDeletion" => self.mark_deletion(form).await,
            "tryAgain" => self.try_again(form).await,
            "choose" => self.choose_current(form).await,
            other => self.own_command(form, other).await,
        }
    }

    async fn own_command(self: &Rc<Self>, form: u32, name: &str) {
        let Some(open) = self.form(form) else { return };
        let action = {
            let session = open.session.borrow();
            let own = session.definition.commands.iter().find(|c| c.name == name);
            own.or_else(|| session.object.as_ref().and_then(|o| o.commands.iter().find(|c| c.name == name)))
                .map(|c| c.action.clone())
        };
        match action {
            Some(CommandAction::OpenForm(form)) => {
                self.open_or_tell(&form, OpenParameters::default(), None, None).await;
            }
            Some(CommandAction::Handler(function)) => {
                let Some((server, module)) = self.form_module(form) else { return };
                if let Some(Err(error)) = self.handler(server, &module, &function, vec![Argument::Form(form)]).await {
                    self.show_module_error(&error, form);
                }
                if let Some(open) = self.form(form) {
                    self.keep_draft(&open.session.borrow());
                }
            }
            None => {}
        }
    }

    async fn write_and_tell(self: &Rc<Self>, form: u32, action: WriteAction, close: bool) {
        match self.write(form, action).await {
            // What was typed while it was being saved is not saved yet: the form stays.
            Ok(()) if close && self.form(form).is_some_and(|open| !open.session.borrow().has_typed()) => {
                self.close_now(form, false).await
            }
            Ok(()) => self.message(MessageKind::Info, self.say("saved"), form),
            Err(ServerError::VersionConflict { reference }) => self.settle_conflict(form, reference).await,
            Err(error) => self.show_error(&error, form),
        }
    }

    /// Writes the form's object. A write whose outcome is not known is repeated under its id first, so that it happens once (R17).
    pub async fn write(self: &Rc<Self>, form: u32, action: WriteAction) -> Result<(), ServerError> {
        let Some(open) = self.form(form) else { return Ok(()) };
        let language = self.state.borrow().language.clone();
        let refused =
            |key: &str| ServerError::Refused { message: words::say(&language, key).to_owned(), attribute: None, row: None };
        if std::mem::replace(&mut open.session.borrow_mut().writing, true) {
            return Err(refused("being-written"));
        }
        let event = Argument::Event(Value::Structure(vec![("cancel".into(), false.into())]));
        let result = match self.refusable_event(form, "beforeWrite", event).await {
            Ok(true) => self.write_now(form, action).await,
            Ok(false) => Err(refused("write-cancelled")),
            Err(error) => Err(error),
        };
        open.session.borrow_mut().writing = false;
        result
    }

    async fn write_now(self: &Rc<Self>, form: u32, action: WriteAction) -> Result<(), ServerError> {
        let Some(open) = self.form(form) else { return Ok(()) };
        if let Some((text, error)) = open.session.borrow().typed.values().next() {
            let arguments = [("text", text.as_str().into()), ("reason", error.as_str().into())];
            let message = words::say_with(&self.state.borrow().language, "correct-first", &arguments);
            return Err(ServerError::Refused { message, attribute: None, row: None });
        }
        let locale = text::Locale::of(&self.state.borrow().language);
        if let Some(period) = period::first_wrong(&open.session.borrow(), self.local_time().date(), &locale) {
            let reason = words::say(&locale.language, "period-wrong");
            let arguments = [("text", period.as_str().into()), ("reason", reason.into())];
            let message = words::say_with(&locale.language, "correct-first", &arguments);
            return Err(ServerError::Refused { message, attribute: None, row: None });
        }
        let pending = open.session.borrow().pending_write.clone();
        let mut call_id = CallId::default();
        if let Some((id, record, earlier)) = pending {
            if record == open.session.borrow().record && earlier == action {
                call_id = id;
            } else {
                self.send_write(form, id, record, earlier).await?;
            }
        }
        let record = open.session.borrow().record.clone();
        self.send_write(form, call_id, record, action).await?;
        self.form_event(form, "afterWrite", &[]).await;
        if self.server_of(form) == Some(UsedServer::Main) {
            self.refresh_lists(Some(UsedServer::Main), None).await;
        }
        Ok(())
    }

    async fn send_write(
        self: &Rc<Self>,
        form: u32,
        call_id: CallId,
        record: Record,
        action: WriteAction,
    ) -> Result<(), ServerError> {
        let Some(open) = self.form(form) else { return Ok(()) };
        let repeated;
        let (server, request) = {
            let mut session = open.session.borrow_mut();
            let Some(key) = session.key.clone() else { return Ok(()) };
            session.errors.clear();
            repeated = session.pending_write.as_ref().is_some_and(|(id, ..)| *id == call_id);
            session.pending_write = Some((call_id, record.clone(), action));
            let request = WriteFormRequest {
                call_id,
                form: session.definition.name.clone(),
                key,
                is_new: session.is_new,
                version: session.version,
                record: record.clone(),
                action,
            };
            (session.server, request)
        };
        let kept = CallRequest::Write(request.clone());
        let call = self.effect(server, "write-form", Caller::Form(form), &kept, |s| async move { s.write_form(request).await });
        let result = call.await;
        match result {
            Ok(response) => {
                for message in &response.messages {
                    self.message(MessageKind::Info, message.text.clone(), form);
                }
                let mut session = open.session.borrow_mut();
                session.written(&record, response.key, response.version, response.record);
                self.keep_draft(&session);
                // The server let others in with the write.
                session.lock = EditLock::None;
                Ok(())
            }
            Err(error) => {
                let mut session = open.session.borrow_mut();
                if is_unknown(&error) {
                    // The id outlives the app: it is in the draft.
                    session.touched = true;
                    self.keep_draft(&session);
                } else if !(repeated && matches!(error, ServerError::MainServerUnavailable { .. })) {
                    // A repeat that did not leave says nothing of the first try.
                    session.pending_write = None;
                }
                note_refusal(&mut session, &error);
                Err(error)
            }
        }
    }

    /// Reads the form's object anew; what was typed is given up by the person's wish.
    pub async fn reread(self: &Rc<Self>, form: u32) {
        self.read_anew(form, |_| true).await;
    }

    /// Reads the object of a form anew into which nothing was typed, also not while the server was asked.
    pub async fn reread_untouched(self: &Rc<Self>, form: u32) {
        self.read_anew(form, |session| !session.has_typed() && !session.frozen && !session.writing).await;
    }

    async fn read_anew(self: &Rc<Self>, form: u32, may: fn(&FormSession) -> bool) {
        let Some(open) = self.form(form) else { return };
        if open.session.borrow().is_new || open.session.borrow().frozen {
            return;
        }
        match self.ask_again(form).await {
            Ok(response) => {
                let mut session = open.session.borrow_mut();
                if !may(&session) {
                    return;
                }
                session.reread(response.record, response.version);
                session.key = response.key.or(session.key.take());
                self.keep_draft(&session);
                self.release_lock(&session);
                session.lock = EditLock::None;
            }
            Err(error) => self.show_error(&error, form),
        }
    }

    /// The form's item as its server has it now.
    pub async fn ask_again(self: &Rc<Self>, form: u32) -> Result<OpenFormResponse, ServerError> {
        let open = self.form(form).ok_or(ServerError::SessionExpired)?;
        let (server, name, parameters) = {
            let session = open.session.borrow();
            let parameters = OpenParameters { key: session.key.clone(), copy_of: None, ..session.parameters.clone() };
            (session.server, session.definition.name.clone(), parameters)
        };
        self.ask_form(&name, &parameters, server, false, None).await
    }

    /// Somebody else wrote the item meanwhile (F14): the person looks at both, or takes theirs.
    async fn settle_conflict(self: &Rc<Self>, form: u32, reference: Ref) {
        let language = self.state.borrow().language.clone();
        let say = |key: &str| (key.to_owned(), words::say(&language, key).to_owned());
        let text = format!("{}\n{}", reference.text(), words::say(&language, "changed-meanwhile"));
        match self.ask(text, vec![say("compare"), say("reread"), say("cancel")]).await.as_deref() {
            Some("compare") => self.compare(form).await,
            Some("reread") => {
                if let Some(open) = self.form(form) {
                    open.session.borrow_mut().is_new = false;
                }
                self.reread(form).await;
            }
            _ => {}
        }
    }

    /// Theirs comes in under what is typed; what both changed is marked, one tap takes theirs.
    pub async fn compare(self: &Rc<Self>, form: u32) {
        let together = match self.ask_again(form).await {
            Ok(theirs) => self.put_together(form, &theirs),
            Err(error) => Err(error),
        };
        let language = self.state.borrow().language.clone();
        match together {
            Ok(report) => {
                let key = if report.conflicts.is_empty() { "compared" } else { "conflicts" };
                self.message(MessageKind::Info, words::say(&language, key), form);
            }
            Err(error) => self.show_error(&error, form),
        }
    }

    pub(super) fn current_item(&self, form: u32) -> Option<Ref> {
        let open = self.form(form)?;
        let session = open.session.borrow();
        session.lists.values().find_map(|list| list.rows.iter().find(|r| row_id(r) == list.current)?.reference.clone())
    }

    async fn create(self: &Rc<Self>, form: u32, is_group: bool) {
        let Some(open) = self.form(form) else { return };
        let (object, group) = {
            let session = open.session.borrow();
            match session.lists.values().next() {
                Some(list) => (Some(list.definition.object.clone()), list.path.last().cloned()),
                None => (session.object.as_ref().map(|o| o.name.clone()), None),
            }
        };
        let Some(object) = object else { return };
        let mut parameters = OpenParameters { is_group, ..OpenParameters::default() };
        if let Some(group) = group {
            parameters.filling_values.insert("Parent".into(), group.into());
        }
        self.open_object(&object, parameters).await;
    }

    async fn copy(self: &Rc<Self>, form: u32) {
        match self.current_item(form) {
            Some(item) => {
                let parameters = OpenParameters { copy_of: Some(item.clone()), ..OpenParameters::default() };
                self.open_object(&item.object, parameters).await;
            }
            None => self.message(MessageKind::Info, self.say("select-row"), form),
        }
    }

    /// A new item that takes what it can from this one, or from the chosen row.
    async fn create_based_on(self: &Rc<Self>, form: u32) {
        let Some(open) = self.form(form) else { return };
        let (basis, unsaved, objects) = {
            let session = open.session.borrow();
            let of_item = session.main_object().is_some();
            let basis = if of_item { session.key.clone() } else { None };
            (basis, of_item && (session.is_new || session.has_typed()), session.based_on_this())
        };
        if unsaved {
            return self.message(MessageKind::Info, self.say("save-first"), form);
        }
        let Some(basis) = basis.or_else(|| self.current_item(form)) else {
            return self.message(MessageKind::Info, self.say("select-row"), form);
        };
        let Some(object) = self.one_of(self.insertable(objects)).await else { return };
        let mut parameters = OpenParameters::default();
        parameters.parameters.insert("basis".into(), basis.into());
        self.open_object(&object, parameters).await;
    }

    /// Those that the person may create.
    fn insertable(&self, mut objects: Vec<ObjectName>) -> Vec<ObjectName> {
        let Some(work) = self.work() else { return Vec::new() };
        let session = work.session.borrow();
        objects.retain(|object| session.rights.get(object).is_some_and(|rights| rights.insert));
        objects
    }

    async fn mark_deletion(self: &Rc<Self>, form: u32) {
        let Some(server) = self.server_of(form) else { return };
        let Some(reference) = self.current_item(form) else {
            return self.message(MessageKind::Info, self.say("select-row"), form);
        };
        let marked = self.form(form).is_some_and(|open| {
            open.session
                .borrow()
                .lists
                .values()
                .any(|l| l.rows.iter().any(|r| r.reference.as_ref() == Some(&reference) && r.deletion_mark))
        });
        let request = MarkDeletionRequest { call_id: CallId::new(), reference, mark: !marked };
        let kept = CallRequest::Mark(request.clone());
        let call =
            self.effect(server, "mark-deletion", Caller::Form(form), &kept, |s| async move { s.mark_deletion(request).await });
        match call.await {
            Ok(()) => self.refresh_lists(Some(server), None).await,
            Err(error) => self.show_error(&error, form),
        }
    }
}

/// A refusal about an attribute is shown at its element.
fn note_refusal(session: &mut FormSession, error: &ServerError) {
    let ServerError::Refused { message, attribute: Some(attribute), row } = error else { return };
    let key = match (attribute.split_once('.'), row) {
        (Some((table, column)), Some(row)) => match session.record.rows(table).get(*row as usize) {
            Some(line) => FormSession::cell_key(table, line.id, column),
            None => table.to_owned(),
        },
        (Some((table, _)), None) => table.to_owned(),
        (None, _) => attribute.clone(),
    };
    session.errors.insert(key, message.clone());
}
