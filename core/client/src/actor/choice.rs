//! Forms opened for a result: fields and cells that choose, and module code that waits (F15, R12).

use std::rc::Rc;

use twinshore_metadata::{FormPurpose, ObjectKind, ObjectName, Ref, Value};
use twinshore_modules::Argument;
use twinshore_protocol::PresentationsRequest;
use uuid::Uuid;

use super::input::{field_path, table_path};
use super::{App, sync};
use crate::forms::session::{Choosing, OpenParameters};
use crate::view::MessageKind;
use crate::{UsedServer, words};

impl App {
    pub(super) async fn choose_for_field(self: &Rc<Self>, form: u32, element: u32) {
        let Some(open) = self.form(form) else { return };
        let Some(path) = field_path(&open.session.borrow(), element) else { return };
        if self.own_choice(form, element, Vec::new()).await {
            return;
        }
        let types = open.session.borrow().types(&path, None);
        let objects = types.map(|t| t.references().cloned().collect()).unwrap_or_default();
        self.open_choice(objects, Choosing { form, path, cell: None, element }).await;
    }

    pub(super) async fn choose_for_cell(self: &Rc<Self>, form: u32, element: u32, row: &str, column: String) {
        let Some(open) = self.form(form) else { return };
        let (Some(table), Ok(id)) = (table_path(&open.session.borrow(), element), row.parse::<Uuid>()) else { return };
        let index = open.session.borrow().record.rows(&table).iter().position(|r| r.id == id).unwrap_or(0);
        let more = vec![("row".into(), Value::Decimal(index.into())), ("column".into(), column.as_str().into())];
        if self.own_choice(form, element, more).await {
            return;
        }
        let types = open.session.borrow().types(&table, Some(&column));
        let objects = types.map(|t| t.references().cloned().collect()).unwrap_or_default();
        self.open_choice(objects, Choosing { form, path: table, cell: Some((id, column)), element }).await;
    }

    /// The element's own processing of a choice (F5): true if it took the place of the standard one, or failed.
    async fn own_choice(self: &Rc<Self>, form: u32, element: u32, mut more: Vec<(String, Value)>) -> bool {
        let Some(open) = self.form(form) else { return true };
        let handler = {
            let session = open.session.borrow();
            let definition = session.definition.elements.get(element as usize);
            definition.and_then(|e| Some((e.name.clone(), e.events.get("startChoice")?.clone())))
        };
        let (Some((name, function)), Some((server, module))) = (handler, self.form_module(form)) else { return false };
        more.insert(0, ("element".into(), name.into()));
        more.push(("standardProcessing".into(), true.into()));
        let _turn = open.turn.lock().await;
        let arguments = vec![Argument::Form(form), Argument::Event(Value::Structure(more))];
        match self.handler(server, &module, &function, arguments).await {
            None => false,
            Some(Ok(outcome)) => {
                let standard = outcome.arguments.get(1).and_then(|e| e.field("standardProcessing").cloned());
                standard == Some(Value::Boolean(false))
            }
            Some(Err(error)) => {
                self.show_module_error(&error, form);
                true
            }
        }
    }

    /// Opens the form to choose an item from (R12): routed by the chosen object's priority. Of several objects the person takes one.
    async fn open_choice(self: &Rc<Self>, objects: Vec<ObjectName>, choosing: Choosing) {
        let Some(object) = self.one_of(objects).await else { return };
        let Some(work) = self.work() else { return };
        let Some(definition) = work.device.client_of_main.configuration.object(&object) else { return };
        let form = definition.default_form(FormPurpose::Choice).or_else(|| definition.default_form(FormPurpose::List));
        if let Some(form) = form {
            let name = form.name.clone();
            self.open_or_tell(&name, OpenParameters::default(), None, Some(choosing)).await;
        }
    }

    /// The one object, or what the person takes of several.
    pub(super) async fn one_of(self: &Rc<Self>, mut objects: Vec<ObjectName>) -> Option<ObjectName> {
        // Values of enumerations are among the field's choices.
        objects.retain(|object| object.kind != ObjectKind::Enumeration);
        if objects.len() < 2 {
            return objects.pop();
        }
        let language = self.state.borrow().language.clone();
        let buttons = {
            let work = self.work()?;
            let configuration = &work.device.client_of_main.configuration;
            let title = |object: &ObjectName| {
                configuration.object(object).map_or_else(|| object.to_string(), |o| o.title.text(&language).to_owned())
            };
            let kinds = objects.iter().map(|object| (object.to_string(), title(object)));
            kinds.chain([("cancel".to_owned(), words::say(&language, "cancel").to_owned())]).collect()
        };
        let answer = self.ask(words::say(&language, "which-kind").to_owned(), buttons).await?;
        objects.into_iter().find(|object| object.to_string() == answer)
    }

    /// A choice form gives its value to the form that waits, once, and closes (F15). By value: the item need not be there (R13).
    pub(super) async fn give(self: &Rc<Self>, form: u32, choosing: Choosing, reference: Ref) {
        let reference = self.presented(form, reference).await;
        self.drop_form(form, 0);
        self.activate(choosing.form);
        match &choosing.cell {
            None => self.put_value(choosing.form, choosing.element, &choosing.path, reference.into()).await,
            Some((row, column)) => {
                self.put_cell(choosing.form, choosing.element, &row.to_string(), column, reference.into()).await
            }
        }
    }

    async fn presented(self: &Rc<Self>, form: u32, reference: Ref) -> Ref {
        let request = PresentationsRequest { references: vec![reference.clone()] };
        let Some((server, _)) = self.form_module(form) else { return reference };
        if server == UsedServer::Main {
            self.want(&reference).await;
        }
        let answer = self.call(server, "presentations", |s| async move { s.presentations(request).await }).await;
        answer.ok().and_then(|a| a.references.into_iter().next()).unwrap_or(reference)
    }

    /// What was picked on main may not be here: main is asked for it with the next round (R13).
    async fn want(self: &Rc<Self>, reference: &Ref) {
        let Some(work) = self.work() else { return };
        if work.device.standalone.configuration.object(&reference.object).is_none() {
            return;
        }
        let wanted = vec![reference.clone()];
        if let Err(error) = sync::blocking(&work.exchange, move |exchange| exchange.want(&wanted)).await {
            tracing::warn!(%error, %reference, "what was picked could not be asked for");
        }
    }

    /// An item is chosen for code that waits; of several the person says when it is enough.
    pub(super) async fn pick(self: &Rc<Self>, form: u32, reference: Ref) {
        // In the order of touches, whichever answer would come first.
        let in_turn = self.picking.lock().await;
        let reference = self.presented(form, reference).await;
        let Some(open) = self.form(form) else { return };
        let finished = {
            let mut session = open.session.borrow_mut();
            let Some(awaited) = session.awaited.as_mut() else { return };
            if awaited.multiple {
                // Chosen once more, it is chosen no more.
                match awaited.chosen.iter().position(|r| *r == reference) {
                    Some(at) => drop(awaited.chosen.remove(at)),
                    None => awaited.chosen.push(reference),
                }
            } else {
                awaited.result = reference.into();
            }
            !awaited.multiple
        };
        drop(in_turn);
        if finished {
            self.close_now(form, false).await;
        }
    }

    /// The command `choose`: the current row, or everything chosen so far.
    pub(super) async fn choose_current(self: &Rc<Self>, form: u32) {
        let Some(open) = self.form(form) else { return };
        let current = self.current_item(form);
        let choosing = open.session.borrow().choosing.clone();
        let (waits, several) = {
            let session = open.session.borrow();
            let awaited = session.awaited.as_ref();
            (awaited.is_some(), awaited.filter(|a| a.multiple).map(|a| a.chosen.clone()))
        };
        match (choosing, several, current) {
            (Some(choosing), _, Some(item)) => self.give(form, choosing, item).await,
            (None, Some(chosen), current) if !chosen.is_empty() || current.is_some() => {
                let chosen = if chosen.is_empty() { current.into_iter().collect() } else { chosen };
                if let Some(awaited) = open.session.borrow_mut().awaited.as_mut() {
                    awaited.result = Value::List(chosen.into_iter().map(Value::Ref).collect());
                }
                self.close_now(form, false).await;
            }
            (None, None, Some(item)) if waits => self.pick(form, item).await,
            _ => {
                let language = self.state.borrow().language.clone();
                self.message(MessageKind::Info, words::say(&language, "select-row"), form);
            }
        }
    }
}
