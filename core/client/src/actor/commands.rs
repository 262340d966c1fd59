//! Commands of forms: the platform's own and the configuration's.

use std::rc::Rc;

use twinshore_metadata::{CommandAction, Ref};
use twinshore_modules::Argument;
use twinshore_protocol::{CallId, MarkDeletionRequest, ServerError, WriteAction, WriteFormRequest};

use super::App;
use super::lists::Wanted;
use crate::UsedServer;
use crate::forms::session::{FormSession, OpenParameters, row_id};
use crate::view::{FormAvailability, MessageKind};
use crate::words;

impl App {
    /// Runs a command by name.
    pub async fn execute(self: &Rc<Self>, form: u32, command: &str) {
        let Some(open) = self.form(form) else { return };
        let availability = self.draw(&open.session.borrow()).availability;
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
            "markDeletion" => self.mark_deletion(form).await,
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
            Ok(()) if close => {
                self.form_event(form, "onClose", &[Argument::Value("closed".into())]).await;
                self.drop_form(form, 0);
            }
            Ok(()) => self.message(MessageKind::Info, self.say("saved"), form),
            Err(error) => self.show_error(&error, form),
        }
    }

    /// Writes the form's object. A write whose outcome is not known is repeated under its id, so that it happens once (R17).
    pub async fn write(self: &Rc<Self>, form: u32, action: WriteAction) -> Result<(), ServerError> {
        let Some(open) = self.form(form) else { return Ok(()) };
        let (server, request) = {
            let mut session = open.session.borrow_mut();
            if let Some((text, error)) = session.typed.values().next() {
                let language = &self.state.borrow().language;
                let arguments = [("text", text.as_str().into()), ("reason", error.as_str().into())];
                let message = words::say_with(language, "correct-first", &arguments);
                return Err(ServerError::Refused { message, attribute: None, row: None });
            }
            let Some(key) = session.key.clone() else { return Ok(()) };
            session.errors.clear();
            let repeated = session
                .pending_write
                .as_ref()
                .filter(|(_, record, a)| *record == session.record && *a == action)
                .map(|(id, ..)| *id);
            let call_id = repeated.unwrap_or_default();
            session.pending_write = Some((call_id, session.record.clone(), action));
            let request = WriteFormRequest {
                call_id,
                form: session.definition.name.clone(),
                key,
                is_new: session.is_new,
                version: session.version,
                record: session.record.clone(),
                action,
            };
            (session.server, request)
        };
        let result = self.call(server, "write-form", |s| async move { s.write_form(request).await }).await;
        let Some(open) = self.form(form) else { return Ok(()) };
        match result {
            Ok(response) => {
                for message in &response.messages {
                    self.message(MessageKind::Info, message.text.clone(), form);
                }
                let draft = {
                    let mut session = open.session.borrow_mut();
                    session.written(response.key, response.version, response.record);
                    session.draft.to_string()
                };
                self.drop_draft(&draft);
                self.form_event(form, "afterWrite", &[]).await;
                if server == UsedServer::Main {
                    self.refresh_lists(Some(UsedServer::Main), None).await;
                }
                Ok(())
            }
            Err(error) => {
                let mut session = open.session.borrow_mut();
                if !matches!(error, ServerError::CallOutcomeUnknown { .. }) {
                    session.pending_write = None;
                }
                note_refusal(&mut session, &error);
                Err(error)
            }
        }
    }

    /// Reads the form's object anew; what was typed is given up by the person's wish, or there is nothing typed.
    pub async fn reread(self: &Rc<Self>, form: u32) {
        let Some(open) = self.form(form) else { return };
        let (server, name, parameters, is_new) = {
            let session = open.session.borrow();
            let parameters = OpenParameters { key: session.key.clone(), ..session.parameters.clone() };
            (session.server, session.definition.name.clone(), parameters, session.is_new)
        };
        if is_new {
            return;
        }
        match self.ask_form(&name, &parameters, server, false, None).await {
            Ok(response) => {
                let mut session = open.session.borrow_mut();
                session.record = response.record.clone();
                session.base = response.record;
                session.version = response.version;
                session.typed.clear();
                session.errors.clear();
                session.conflicts.clear();
                session.modified = false;
                self.keep_draft(&session);
            }
            Err(error) => self.show_error(&error, form),
        }
    }

    fn current_item(&self, form: u32) -> Option<Ref> {
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
        match self.call(server, "mark-deletion", |s| async move { s.mark_deletion(request).await }).await {
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
