//! Opening and closing forms.

use std::rc::Rc;
use std::sync::Arc;

use twinshore_metadata::{FormName, FormPurpose, ModuleName, ModulePlace, ObjectName, Ref, Value};
use twinshore_modules::{Argument, Outcome};
use twinshore_protocol::{OpenFormRequest, OpenFormResponse, ServerError};
use uuid::Uuid;

use super::lists::Wanted;
use super::{App, OpenForm};
use crate::forms::session::{Choosing, DraftContent, FormSession, OpenParameters};
use crate::forms::words;
use crate::view::{FormView, MessageKind};
use crate::{Route, UsedServer};

impl App {
    /// Opens what a menu item names.
    pub async fn open_item(self: &Rc<Self>, item: &str) {
        let Ok(name) = item.parse::<FormName>() else { return };
        self.open_or_tell(&name, OpenParameters::default(), None, None).await;
    }

    /// Opens a form and shows what went wrong.
    pub async fn open_or_tell(
        self: &Rc<Self>,
        name: &FormName,
        parameters: OpenParameters,
        server: Option<UsedServer>,
        choosing: Option<Choosing>,
    ) -> Option<u32> {
        match self.open_form(name, parameters, server, choosing).await {
            Ok(form) => Some(form),
            Err(error) => {
                self.show_error(&error, 0);
                None
            }
        }
    }

    /// Opens a form on the server that R2 says, or on `server`. One that shows the item already comes to the front.
    pub async fn open_form(
        self: &Rc<Self>,
        name: &FormName,
        parameters: OpenParameters,
        server: Option<UsedServer>,
        choosing: Option<Choosing>,
    ) -> Result<u32, ServerError> {
        let routed = match (server, self.route(self.form_priority(name))) {
            (Some(server), _) | (None, Route::To(server)) => Some(server),
            (None, Route::Unavailable(_)) => None,
        };
        if choosing.is_none()
            && let Some(form) = self.find_open(name, &parameters, routed)
        {
            self.activate(form);
            self.form_event(form, "whenShownAgain", &[]).await;
            return Ok(form);
        }
        let server = match server {
            Some(server) => server,
            None => match self.route(self.form_priority(name)) {
                Route::To(server) => server,
                Route::Unavailable(reason) => {
                    let error = ServerError::MainServerUnavailable { reason };
                    self.logged("refused", &format!("open-form {name}"), std::time::Instant::now(), Some(error.code()));
                    return Err(error);
                }
            },
        };
        let response = self.ask_form(name, &parameters, server, false, None).await?;
        let form = self.add_form(name, parameters, server, response)?;
        if let Some(open) = self.form(form) {
            open.session.borrow_mut().choosing = choosing;
        }
        self.show_form(form);
        self.after_open(form).await;
        Ok(form)
    }

    /// Asks a server for a form's data.
    pub async fn ask_form(
        self: &Rc<Self>,
        name: &FormName,
        parameters: &OpenParameters,
        server: UsedServer,
        reopening: bool,
        new_id: Option<Uuid>,
    ) -> Result<OpenFormResponse, ServerError> {
        let request = OpenFormRequest {
            form: name.clone(),
            key: parameters.key.clone(),
            new_id,
            copy_of: parameters.copy_of.clone(),
            is_group: parameters.is_group,
            filling_values: parameters.filling_values.clone(),
            parameters: parameters.parameters.clone(),
            reopening,
        };
        let response = self.call(server, &format!("open-form {name}"), |s| async move { s.open_form(request).await }).await?;
        for message in &response.messages {
            self.message(MessageKind::Info, message.text.clone(), 0);
        }
        Ok(response)
    }

    /// Makes an open form of an answer; it is not shown yet.
    pub fn add_form(
        self: &Rc<Self>,
        name: &FormName,
        parameters: OpenParameters,
        server: UsedServer,
        response: OpenFormResponse,
    ) -> Result<u32, ServerError> {
        let configuration = self.configuration(server).ok_or(ServerError::SessionExpired)?;
        let object = configuration.object(&name.owner).cloned();
        let mut definition = object
            .as_ref()
            .and_then(|o| o.form(&name.form))
            .cloned()
            .ok_or_else(|| ServerError::NotInComposition { name: name.to_string() })?;
        definition.without_commands.extend(response.off_commands.iter().cloned());
        let id = {
            let mut state = self.state.borrow_mut();
            u32::try_from(super::next(&mut state)).unwrap_or(u32::MAX)
        };
        let session =
            FormSession::new(id, Arc::new(definition), object.map(Arc::new), configuration, server, parameters, response);
        let last = FormView { revision: 1, ..self.draw(&session) };
        let open = OpenForm { session: session.into(), last: last.into(), turn: tokio::sync::Mutex::default() };
        self.forms.borrow_mut().insert(id, Rc::new(open));
        Ok(id)
    }

    /// Puts a form in front.
    pub fn show_form(self: &Rc<Self>, form: u32) {
        let mut state = self.state.borrow_mut();
        state.order.push(form);
        state.active = form;
        drop(state);
        self.changed();
        self.publish();
    }

    /// What follows opening: handlers and lists.
    pub async fn after_open(self: &Rc<Self>, form: u32) {
        self.form_event(form, "onOpen", &[]).await;
        let elements: Vec<u32> =
            self.form(form).map(|o| o.session.borrow().lists.keys().copied().collect()).unwrap_or_default();
        for element in elements {
            self.read_list(form, element, Wanted::Start).await;
        }
    }

    /// A form that shows the same already: on the server that would be asked, or on another one with something typed into it.
    fn find_open(&self, name: &FormName, parameters: &OpenParameters, routed: Option<UsedServer>) -> Option<u32> {
        let work = self.work()?;
        let definition = work.device.client_of_main.configuration.form(name)?;
        let key = parameters.key.as_ref();
        if definition.purpose == FormPurpose::Item && key.is_none() {
            return None;
        }
        self.forms.borrow().values().find_map(|open| {
            let session = open.session.borrow();
            let same = session.definition.name == *name
                && session.choosing.is_none()
                && (key.is_none() || session.key.as_ref() == key);
            let fitting = routed.is_none_or(|server| server == session.server) || session.has_typed();
            (same && fitting).then_some(session.id)
        })
    }

    /// Brings a form to the front; 0 shows the menu.
    pub fn activate(&self, form: u32) {
        let mut state = self.state.borrow_mut();
        if form == 0 || state.order.contains(&form) {
            state.order.retain(|f| *f != form);
            if form != 0 {
                state.order.push(form);
            }
            state.active = form;
        }
        drop(state);
        self.changed();
    }

    /// Module of a form's client half, with its server.
    pub fn form_module(&self, form: u32) -> Option<(UsedServer, ModuleName)> {
        let open = self.form(form)?;
        let session = open.session.borrow();
        Some((session.server, ModuleName::Form(session.definition.name.clone(), ModulePlace::Client)))
    }

    /// Runs a form's handler of an event, if it has one; errors are shown.
    pub async fn form_event(self: &Rc<Self>, form: u32, event: &str, more: &[Argument]) -> Option<Outcome> {
        let (server, module) = self.form_module(form)?;
        let function =
            self.form(form)?.session.borrow().definition.events.get(event).cloned().unwrap_or_else(|| event.to_owned());
        let mut arguments = vec![Argument::Form(form)];
        arguments.extend_from_slice(more);
        match self.handler(server, &module, &function, arguments).await? {
            Ok(outcome) => Some(outcome),
            Err(error) => {
                self.show_module_error(&error, form);
                None
            }
        }
    }

    /// Closes a form, after asking what becomes of unsaved changes (F3).
    pub async fn close(self: &Rc<Self>, form: u32) {
        let Some(open) = self.form(form) else { return };
        let event = Argument::Event(Value::Structure(vec![("cancel".into(), false.into())]));
        if let Some(outcome) = self.form_event(form, "beforeClose", &[event]).await
            && outcome.arguments.get(1).and_then(|e| e.field("cancel")) == Some(&Value::Boolean(true))
        {
            return;
        }
        let (typed, is_item, lost) = {
            let session = open.session.borrow();
            let lost = session.server == UsedServer::Main && !self.is_available();
            (session.has_typed(), session.main_object().is_some(), lost)
        };
        if typed && is_item {
            let language = self.state.borrow().language.clone();
            let say = |key: &str| (key.to_owned(), words::say(&language, key).to_owned());
            let can_open_offline = matches!(
                open.last.borrow().availability,
                crate::view::FormAvailability::Unavailable { can_open_offline: true, .. }
            );
            let mut buttons = Vec::new();
            if lost {
                if can_open_offline {
                    buttons.push(say("openOffline"));
                }
                buttons.push(say("keep-draft"));
            } else {
                buttons.push(say("save"));
            }
            buttons.extend([say("discard"), say("cancel")]);
            match self.ask(self.say("unsaved").to_owned(), buttons).await.as_deref() {
                Some("save") => {
                    if let Err(error) = self.write(form, twinshore_protocol::WriteAction::Write).await {
                        return self.show_error(&error, form);
                    }
                }
                Some("discard") => {
                    let draft = open.session.borrow().draft.to_string();
                    self.drop_draft(&draft);
                }
                Some("keep-draft") => {
                    // A form that is on the screen only stays there.
                    if !self.keep_draft(&open.session.borrow()) {
                        return self.message(MessageKind::Error, self.client_error_text(&crate::ClientError::NoRoom), form);
                    }
                    self.message(MessageKind::Info, self.say("kept-draft"), 0);
                }
                Some("openOffline") => {
                    self.reopen_or_tell(form, UsedServer::Standalone).await;
                    return;
                }
                _ => return,
            }
        }
        let reason = Argument::Value("closed".into());
        self.form_event(form, "onClose", &[reason]).await;
        self.drop_form(form, 0);
    }

    /// Takes a form away; `successor` took its place.
    pub fn drop_form(self: &Rc<Self>, form: u32, successor: u32) {
        self.forms.borrow_mut().remove(&form);
        {
            let mut state = self.state.borrow_mut();
            state.order.retain(|f| *f != form);
            if state.active == form {
                state.active = state.order.last().copied().unwrap_or(0);
            }
        }
        let watching: Vec<u64> =
            self.form_observers.borrow().iter().filter(|(_, (f, _))| *f == form).map(|(id, _)| *id).collect();
        for id in watching {
            if let Some((_, observer)) = self.form_observers.borrow_mut().remove(&id) {
                observer.closed(successor);
            }
        }
        self.changed();
    }

    /// Opens the form of an item.
    pub async fn open_object(self: &Rc<Self>, object: &ObjectName, parameters: OpenParameters) -> Option<u32> {
        let work = self.work()?;
        let form = work.device.client_of_main.configuration.object(object)?.default_form(FormPurpose::Item)?.name.clone();
        self.open_or_tell(&form, parameters, None, None).await
    }

    /// Opens the form to choose an item from (R12): routed by the chosen object's priority.
    pub async fn open_choice(self: &Rc<Self>, objects: Vec<ObjectName>, choosing: Choosing) {
        let Some(work) = self.work() else { return };
        let Some(object) = objects.first() else { return };
        let Some(definition) = work.device.client_of_main.configuration.object(object) else { return };
        let form = definition.default_form(FormPurpose::Choice).or_else(|| definition.default_form(FormPurpose::List));
        if let Some(form) = form {
            let name = form.name.clone();
            self.open_or_tell(&name, OpenParameters::default(), None, Some(choosing)).await;
        }
    }

    /// Goes on with a draft: the form opens on the server that can be called now, with what was typed (F19).
    pub async fn take_draft(self: &Rc<Self>, id: &str) {
        let draft = self.store.drafts().unwrap_or_default().into_iter().find(|d| d.id == id);
        let Some(content) = draft.and_then(|d| serde_json::from_str::<DraftContent>(&d.content).ok()) else { return };
        let server = match self.route(self.form_priority(&content.form)) {
            Route::To(server) => server,
            Route::Unavailable(reason) => return self.show_error(&ServerError::MainServerUnavailable { reason }, 0),
        };
        let new_id = content.is_new.then(|| content.key.as_ref().map(|k| k.id)).flatten();
        let mut parameters = content.parameters.clone();
        if !content.is_new {
            parameters.key = content.key.clone();
        }
        let opened = match self.ask_form(&content.form, &parameters, server, true, new_id).await {
            Ok(response) => self.add_form(&content.form, parameters, server, response),
            Err(error) => Err(error),
        };
        match opened {
            Ok(form) => {
                self.fill_from_draft(form, &content);
                if let Some(open) = self.form(form) {
                    let mut session = open.session.borrow_mut();
                    if let Ok(old) = Uuid::parse_str(id) {
                        session.draft = old;
                    }
                }
                self.show_form(form);
                self.after_open(form).await;
            }
            Err(error) => self.show_error(&error, 0),
        }
    }

    fn fill_from_draft(&self, form: u32, content: &DraftContent) {
        use crate::reopening::{FillOptions, Sides, fill_plan};
        let Some(open) = self.form(form) else { return };
        let mut session = open.session.borrow_mut();
        let shape = session.shape();
        let complex: Vec<String> = session.definition.complex_attributes().map(str::to_owned).collect();
        let theirs = session.record.clone();
        let sides = Sides { base: &content.base, mine: &content.record, theirs: &theirs, is_new: content.is_new };
        if let Ok(plan) = fill_plan(&sides, &shape, &shape, &FillOptions { except: complex, ..FillOptions::default() }) {
            for (name, value) in plan.attributes {
                session.record.set(name, value);
            }
            session.record.tables.extend(plan.tables);
            session.conflicts.extend(plan.conflicts);
        }
        session.typed = content.typed.clone();
        session.modified = true;
    }

    /// Open forms of items that changed are read anew if nothing was typed into them; others get a mark.
    pub async fn refresh_items(self: &Rc<Self>, changed: &[Ref]) {
        let forms: Vec<(u32, UsedServer, bool)> = self
            .forms
            .borrow()
            .values()
            .filter_map(|open| {
                let session = open.session.borrow();
                let shown = session.key.as_ref().is_some_and(|k| changed.contains(k))
                    && !session.is_new
                    && session.main_object().is_some();
                (shown && session.server == UsedServer::Standalone).then(|| (session.id, session.server, session.has_typed()))
            })
            .collect();
        for (form, _, typed) in forms {
            if !typed {
                self.reread(form).await;
            }
        }
    }
}
