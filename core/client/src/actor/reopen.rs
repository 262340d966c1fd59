//! Reopening (F9): Frozen → Asked → Opened → Told → Filled → Swapped, one unit. Whatever fails on the way closes the new form and
//! leaves the old one as it was.

use std::rc::Rc;

use twinshore_metadata::{ElementKind, FormAttribute, FormName, Value};
use twinshore_modules::{Argument, ModuleError};
use twinshore_protocol::{ServerError, UnavailableReason};

use super::App;
use crate::UsedServer;
use crate::forms::session::FormSession;
use crate::reopening::{FillOptions, FillPlan, FormShape, Sides, fill_plan};
use crate::view::MessageKind;

/// Why a form can't be reopened (F8).
fn not_possible(reason: impl Into<String>) -> ServerError {
    ServerError::Module {
        message: reason.into(),
        code: Some("ReopenNotPossible".into()),
        details: Value::Empty,
        position: None,
    }
}

impl App {
    /// Reopens and shows what went wrong.
    pub async fn reopen_or_tell(self: &Rc<Self>, form: u32, to: UsedServer) {
        if let Err(error) = self.reopen(form, to).await {
            self.show_error(&error, form);
        }
        self.publish();
    }

    /// Reopens a form from a server; the number of the new form.
    pub async fn reopen(self: &Rc<Self>, form: u32, to: UsedServer) -> Result<u32, ServerError> {
        let open = self.form(form).ok_or_else(|| not_possible("The form is closed."))?;
        self.check_possible(&open.session.borrow(), to)?;
        open.session.borrow_mut().frozen = true;
        self.reopening.set(self.reopening.get() + 1);
        self.publish();
        let result = self.reopen_frozen(form, to).await;
        self.reopening.set(self.reopening.get() - 1);
        if result.is_err()
            && let Some(open) = self.form(form)
        {
            open.session.borrow_mut().frozen = false;
        }
        self.publish();
        result
    }

    fn check_possible(&self, session: &FormSession, to: UsedServer) -> Result<(), ServerError> {
        if session.frozen {
            return Err(not_possible("The form is being reopened already."));
        }
        if session.server == to {
            return Err(not_possible("The form is from this server already."));
        }
        if self
            .forms
            .borrow()
            .values()
            .any(|f| f.session.try_borrow().is_ok_and(|s| s.choosing.as_ref().is_some_and(|c| c.form == session.id)))
        {
            return Err(not_possible("Finish choosing first."));
        }
        let name: &FormName = &session.definition.name;
        if to == UsedServer::Standalone {
            let here = self.form_priority(name).is_some_and(|p| p != twinshore_metadata::Priority::MainOnly);
            return if here { Ok(()) } else { Err(not_possible("This form is not part of the offline mode composition.")) };
        }
        self.server(to).map(drop).map_err(|error| match error {
            ServerError::MainServerUnavailable { reason: UnavailableReason::OfflineMode } => {
                not_possible("You work in Offline mode.")
            }
            other => not_possible(other.to_string()),
        })
    }

    async fn reopen_frozen(self: &Rc<Self>, old: u32, to: UsedServer) -> Result<u32, ServerError> {
        // Asked.
        let mut data = Value::Structure(Vec::new());
        let event = Value::Structure(vec![
            ("cancel".into(), false.into()),
            ("standardProcessing".into(), true.into()),
            ("data".into(), data.clone()),
        ]);
        if let Some(outcome) =
            self.reopening_handler(old, "beforeReopening", vec![Argument::Form(old), Argument::Event(event)]).await?
        {
            let event = outcome.arguments.get(1).cloned().unwrap_or_default();
            if event.field("cancel") == Some(&Value::Boolean(true)) {
                return Err(not_possible("The form's own code stopped the reopening."));
            }
            data = event.field("data").cloned().unwrap_or(data);
        }
        // Opened.
        let (name, mut parameters, new_id) = {
            let open = self.form(old).ok_or_else(|| not_possible("The form is closed."))?;
            let session = open.session.borrow();
            let new_id = session.is_new.then(|| session.key.as_ref().map(|k| k.id)).flatten();
            (session.definition.name.clone(), session.parameters.clone(), new_id)
        };
        if let Some(open) = self.form(old)
            && !open.session.borrow().is_new
        {
            parameters.key.clone_from(&open.session.borrow().key);
        }
        let response = self.ask_form(&name, &parameters, to, true, new_id).await?;
        let new = self.add_form(&name, parameters, to, response)?;
        match self.fill_and_swap(old, new, data).await {
            Ok(()) => Ok(new),
            Err(error) => {
                self.forms.borrow_mut().remove(&new);
                Err(error)
            }
        }
    }

    async fn fill_and_swap(self: &Rc<Self>, old: u32, new: u32, data: Value) -> Result<(), ServerError> {
        self.reopening_handler(new, "onOpen", vec![Argument::Form(new)]).await?;
        // Told.
        let event = Value::Structure(vec![("standardProcessing".into(), true.into()), ("data".into(), data)]);
        let mut standard = true;
        let arguments = vec![Argument::Form(new), Argument::Form(old), Argument::Event(event)];
        if let Some(outcome) = self.reopening_handler(new, "whenReopening", arguments).await? {
            let event = outcome.arguments.get(2).cloned().unwrap_or_default();
            standard = event.field("standardProcessing") != Some(&Value::Boolean(false));
        }
        // Filled.
        if standard {
            let typed = self.form(old).is_some_and(|o| o.session.borrow().has_typed());
            if typed || self.has_complex(old, new) {
                self.fill(new, old, &FillOptions::default())?;
            }
        }
        // Swapped.
        let (Some(from), Some(to)) = (self.form(old), self.form(new)) else { return Err(not_possible("The form is closed.")) };
        {
            let mut session = to.session.borrow_mut();
            let before = from.session.borrow();
            copy_look(&before, &mut session);
            if before.modified {
                session.modified = session.modified || session.record != session.base;
            }
        }
        let old_draft = from.session.borrow().draft.to_string();
        self.swap_drafts(&old_draft, &to.session.borrow());
        self.form_event(old, "onClose", &[Argument::Value("reopened".into())]).await;
        {
            let mut state = self.state.borrow_mut();
            for form in &mut state.order {
                if *form == old {
                    *form = new;
                }
            }
            if state.active == old {
                state.active = new;
            }
        }
        self.drop_form(old, new);
        let elements: Vec<u32> = to.session.borrow().lists.keys().copied().collect();
        for element in elements {
            self.read_list(new, element, super::lists::Wanted::Start).await;
        }
        Ok(())
    }

    /// The new form's draft takes the place of the old one's: a kill leaves exactly one.
    fn swap_drafts(&self, old: &str, new: &FormSession) {
        let kept =
            if new.has_typed() { self.store.replace_draft(old, &self.draft_of(new)) } else { self.store.drop_draft(old) };
        if self.check_store(kept).is_none() {
            self.done_drafts.borrow_mut().insert(old.to_owned());
        }
    }

    /// A handler of the sequence; what it throws ends the reopening.
    async fn reopening_handler(
        self: &Rc<Self>,
        form: u32,
        event: &str,
        arguments: Vec<Argument>,
    ) -> Result<Option<twinshore_modules::Outcome>, ServerError> {
        let Some((server, module)) = self.form_module(form) else { return Ok(None) };
        match self.handler(server, &module, event, arguments).await {
            None => Ok(None),
            Some(Ok(outcome)) => Ok(Some(outcome)),
            Some(Err(ModuleError::Thrown { message, code, details, stack })) => {
                Err(ServerError::Module { message, code, details, position: stack.first().map(ToString::to_string) })
            }
            Some(Err(error)) => {
                Err(ServerError::Module { message: error.to_string(), code: None, details: Value::Empty, position: None })
            }
        }
    }

    /// F10c holds for a form nobody typed into, too: its complex attributes can't be told from typed ones.
    fn has_complex(&self, old: u32, new: u32) -> bool {
        let complex = |form: u32| -> Vec<String> {
            self.form(form)
                .map(|o| o.session.borrow().definition.complex_attributes().map(str::to_owned).collect())
                .unwrap_or_default()
        };
        let of_new = complex(new);
        complex(old).iter().any(|name| of_new.contains(name))
    }

    /// `fillWhenReopening` (F10): the new form gets what was typed into the old one.
    pub fn fill(&self, new: u32, old: u32, options: &FillOptions) -> Result<FillPlan, ServerError> {
        let (Some(from), Some(to)) = (self.form(old), self.form(new)) else { return Err(not_possible("The form is closed.")) };
        let before = from.session.borrow();
        let mut session = to.session.borrow_mut();
        let (old_shape, new_shape): (FormShape, FormShape) = (before.shape(), session.shape());
        let theirs = session.record.clone();
        let sides = Sides { base: &before.base, mine: &before.record, theirs: &theirs, is_new: before.is_new };
        let plan = fill_plan(&sides, &old_shape, &new_shape, options)?;
        for (name, value) in &plan.attributes {
            session.record.set(name.clone(), value.clone());
        }
        session.record.tables.extend(plan.tables.iter().cloned());
        session.conflicts.extend(plan.conflicts.iter().cloned());
        let language = self.state.borrow().language.clone();
        session.left_behind = plan.skipped.iter().map(|name| title_of(&before, name, &language)).collect();
        session.typed.extend(before.typed.iter().map(|(k, v)| (k.clone(), v.clone())));
        session.modified |= before.modified || !plan.attributes.is_empty() || !plan.tables.is_empty();
        if !session.left_behind.is_empty() {
            let text = session.left_behind.join(", ");
            drop(session);
            let russian = language.starts_with("ru");
            let message = if russian {
                format!("Не перенесено: {text}")
            } else {
                format!("Left behind, it does not exist here: {text}")
            };
            self.message(MessageKind::Warning, message, new);
        }
        Ok(plan)
    }
}

fn title_of(session: &FormSession, name: &str, language: &str) -> String {
    let own = session.definition.attributes.iter().find_map(|a| match a {
        FormAttribute::Table(t) if t.name == name => Some(t.title.text(language).to_owned()),
        _ => None,
    });
    own.or_else(|| session.attribute(name).map(|a| a.title.text(language).to_owned())).unwrap_or_else(|| name.to_owned())
}

/// Pages, rows and searches as they were, where the new form has them (F13).
fn copy_look(old: &FormSession, new: &mut FormSession) {
    let find = |name: &str| new.definition.elements.iter().position(|e| e.name == name).and_then(|at| u32::try_from(at).ok());
    let name = |id: u32| old.definition.elements.get(id as usize).map(|e| e.name.clone());
    let pages: Vec<(u32, u32)> =
        old.pages.iter().filter_map(|(pages, page)| Some((find(&name(*pages)?)?, find(&name(*page)?)?))).collect();
    let rows: Vec<(u32, String)> =
        old.current_rows.iter().filter_map(|(table, row)| Some((find(&name(*table)?)?, row.clone()))).collect();
    let lists: Vec<(u32, crate::forms::session::ListState)> =
        old.lists.iter().filter_map(|(list, state)| Some((find(&name(*list)?)?, state.clone()))).collect();
    new.pages.extend(pages);
    new.current_rows.extend(rows);
    for (element, state) in lists {
        let known: Vec<String> = match &new.definition.elements[element as usize].kind {
            ElementKind::List(list) => list.columns.iter().map(|c| c.path.clone()).collect(),
            _ => Vec::new(),
        };
        if let Some(list) = new.lists.get_mut(&element) {
            list.search = state.search;
            list.path = state.path;
            if state.order.iter().all(|k| known.contains(&k.path)) {
                list.order = state.order;
            }
        }
    }
}
