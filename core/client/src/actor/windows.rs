//! Opening and closing forms.

use std::rc::Rc;
use std::sync::Arc;

use twinshore_metadata::{FormName, FormPurpose, ModuleName, ModulePlace, ObjectName, Ref, Value};
use twinshore_modules::{Argument, Outcome};
use twinshore_protocol::{CallId, OpenFormRequest, OpenFormResponse, ServerError};
use uuid::Uuid;

use super::App;
use super::lists::Wanted;
use crate::forms::session::{Awaited, Choosing, FormSession, OpenParameters};
use crate::view::MessageKind;
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
                self.show_code_error(&error, 0);
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
        self.open_form_for(name, parameters, server, choosing, None).await
    }

    /// Opens a form that somebody waits for (F15), or not.
    pub async fn open_form_for(
        self: &Rc<Self>,
        name: &FormName,
        parameters: OpenParameters,
        server: Option<UsedServer>,
        choosing: Option<Choosing>,
        awaited: Option<Awaited>,
    ) -> Result<u32, ServerError> {
        let routed = match (server, self.route(self.form_priority(name))) {
            (Some(server), _) | (None, Route::To(server)) => Some(server),
            (None, Route::Unavailable(_)) => None,
        };
        if choosing.is_none()
            && awaited.is_none()
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
                    self.refused(&format!("open-form {name}"), &error);
                    return Err(error);
                }
            },
        };
        let response = self.ask_form(name, &parameters, server, false, None).await?;
        let form = self.add_form(name, parameters, server, response)?;
        if let Some(open) = self.form(form) {
            let mut session = open.session.borrow_mut();
            session.choosing = choosing;
            session.awaited = awaited;
        }
        self.show_form(form);
        self.after_open(form).await;
        Ok(form)
    }

    /// Runs a handler that may refuse what follows: false if it set `cancel`, an error if it threw.
    pub async fn refusable_event(self: &Rc<Self>, form: u32, event: &str, argument: Argument) -> Result<bool, ServerError> {
        let Some((server, module)) = self.form_module(form) else { return Ok(true) };
        let function = self.handler_of(form, event);
        let outcome = self.handler(server, &module, &function, vec![Argument::Form(form), argument]).await;
        let outcome = outcome.transpose().map_err(|error| super::reopen::server_error(&self.state.borrow().language, error))?;
        let cancel = outcome.and_then(|o| o.arguments.get(1)?.field("cancel").cloned());
        Ok(cancel != Some(Value::Boolean(true)))
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
        let response = self
            .waited(server, &format!("open-form {name}"), 0, CallId::new(), |s| async move { s.open_form(request).await })
            .await?;
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
        let open = Rc::new(self.hold(session));
        self.forms.borrow_mut().insert(id, open);
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
        self.run_on_open(form).await;
        self.read_lists(form).await;
    }

    /// `onOpen`; what it puts into the form's own attributes is what the form read.
    pub async fn run_on_open(self: &Rc<Self>, form: u32) {
        self.form_event(form, "onOpen", &[]).await;
        if let Some(open) = self.form(form) {
            let mut session = open.session.borrow_mut();
            if !session.has_draft() {
                session.opened();
            }
        }
    }

    /// Reads the form's lists from the start.
    pub async fn read_lists(self: &Rc<Self>, form: u32) {
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
            let fitting = routed.is_none_or(|server| server == session.server) || session.has_typed();
            (session.shows(name, key) && fitting).then_some(session.id)
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

    /// Name of the function that handles an event of a form: as declared, else the event's own.
    pub fn handler_of(&self, form: u32, event: &str) -> String {
        let declared = self.form(form).and_then(|open| open.session.borrow().definition.events.get(event).cloned());
        declared.unwrap_or_else(|| event.to_owned())
    }

    /// Runs a form's handler of an event, if it has one; errors are shown.
    pub async fn form_event(self: &Rc<Self>, form: u32, event: &str, more: &[Argument]) -> Option<Outcome> {
        let (server, module) = self.form_module(form)?;
        let function = self.handler_of(form, event);
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

    /// Takes a form away; `successor` took its place.
    pub fn drop_form(self: &Rc<Self>, form: u32, successor: u32) {
        let gone = self.forms.borrow_mut().remove(&form);
        if let Some(open) = gone.filter(|_| successor == 0) {
            self.release_lock(&open.session.borrow());
            // Whoever waits is told once; without a result it is nothing.
            if let Some(awaited) = open.session.borrow_mut().awaited.take() {
                let _ = awaited.done.send(awaited.result);
            }
        }
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
                let rests = !session.frozen && !session.writing;
                (shown && rests && session.server == UsedServer::Standalone)
                    .then(|| (session.id, session.server, session.has_typed()))
            })
            .collect();
        for (form, _, typed) in forms {
            if !typed {
                self.reread_untouched(form).await;
            }
        }
    }
}
