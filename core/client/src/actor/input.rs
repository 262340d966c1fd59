//! What the person does in a form (walk A): the text is kept, then handlers run, then one patch is told.

use std::rc::Rc;

use twinshore_metadata::{ElementKind, Ref, Value, text};
use twinshore_modules::Argument;
use twinshore_protocol::SuggestRequest;
use uuid::Uuid;

use super::App;
use super::lists::Wanted;
use crate::UsedServer;
use crate::forms::period;
use crate::forms::session::{EditLock, FormSession, OpenParameters, row_id};
use crate::view::{FormAvailability, FormEvent};
use crate::words;

/// Actions of the person that wait while a form is being reopened, at most.
const HELD_EVENTS: usize = 1_000;

/// Suggestions asked for.
const SUGGESTIONS: u32 = 8;

impl App {
    /// Takes an action of the person.
    pub async fn handle(self: &Rc<Self>, form: u32, event: FormEvent) {
        let Some(open) = self.form(form) else { return };
        let editable = matches!(self.form_availability(&open.session.borrow()), FormAvailability::Available)
            && !matches!(open.session.borrow().lock, EditLock::Refused { .. });
        if let Some(element) = event.element() {
            let mut session = open.session.borrow_mut();
            session.focus = Some(element);
            if session.frozen && session.held.len() < HELD_EVENTS {
                return session.held.push(event);
            }
            if let (false, FormEvent::SetText { input_version, .. } | FormEvent::SetCell { input_version, .. }) =
                (editable, &event)
            {
                // Not taken, and the screen shall not look as if it were.
                session.input_versions.insert(element, *input_version);
            }
        }
        match event {
            FormEvent::SetText { element, text, input_version } if editable => {
                self.typed(form, element, text, input_version).await
            }
            FormEvent::SetChecked { element, checked } if editable => self.put(form, element, checked.into()).await,
            FormEvent::Choose { element, choice } if editable && self.is_period(form, element) => {
                self.choose_period(form, element, &choice).await;
            }
            FormEvent::Choose { element, choice } if editable => {
                if let Some(reference) = self.chosen(form, &choice) {
                    self.put(form, element, reference.into()).await;
                }
            }
            FormEvent::Clear { element } if editable => self.put(form, element, Value::Empty).await,
            FormEvent::TakeTheirs { element } if editable => self.take_theirs(form, element).await,
            FormEvent::TakeTheirsCell { element, row, column } if editable => {
                let theirs = {
                    let session = open.session.borrow();
                    let key = table_path(&session, element).zip(row.parse::<Uuid>().ok());
                    key.and_then(|(table, row)| session.conflicts.get(&FormSession::cell_key(&table, row, &column)).cloned())
                };
                if let Some(theirs) = theirs {
                    self.put_cell(form, element, &row, &column, theirs).await;
                }
            }
            FormEvent::Suggest { element, text } => self.suggest(form, element, None, text).await,
            FormEvent::SuggestCell { element, column, text, .. } => self.suggest(form, element, Some(column), text).await,
            FormEvent::OpenChoice { element } if editable => self.choose_for_field(form, element).await,
            FormEvent::OpenCellChoice { element, row, column } if editable => {
                self.choose_for_cell(form, element, &row, column).await
            }
            FormEvent::OpenValue { element } => {
                let value = field_path(&open.session.borrow(), element).map(|p| open.session.borrow().record.get(&p).clone());
                if let Some(Value::Ref(reference)) = value {
                    let parameters = OpenParameters { key: Some(reference.clone()), ..OpenParameters::default() };
                    self.open_object(&reference.object, parameters).await;
                }
            }
            FormEvent::AddRow { element } if editable => self.add_row(form, element).await,
            FormEvent::RemoveRow { element, row } if editable => self.remove_row(form, element, &row).await,
            FormEvent::MoveRow { element, row, up } if editable => self.move_row(form, element, &row, up).await,
            FormEvent::SetCell { element, row, column, text, input_version } if editable => {
                self.typed_cell(form, element, &row, &column, text, input_version).await;
            }
            FormEvent::ChooseCell { element, row, column, choice } if editable => {
                if let Some(reference) = self.chosen(form, &choice) {
                    self.put_cell(form, element, &row, &column, reference.into()).await;
                }
            }
            FormEvent::SelectRow { element, row } => self.select_row(form, element, row),
            FormEvent::OpenRow { element, row } => self.open_row(form, element, &row).await,
            FormEvent::OpenGroup { element, group } => {
                let group = open
                    .session
                    .borrow()
                    .lists
                    .get(&element)
                    .and_then(|l| l.path.iter().find(|g| g.id.to_string() == group).cloned());
                self.enter_group(form, element, group).await;
            }
            FormEvent::ReadOn { element, direction } => self.read_list(form, element, Wanted::More(direction)).await,
            FormEvent::Jump { element, to_end } => {
                self.read_list(form, element, if to_end { Wanted::End } else { Wanted::Start }).await
            }
            FormEvent::Search { element, text } => self.search(form, element, text).await,
            FormEvent::FilterByRow { element, row, column } => self.filter_by_row(form, element, &row, column).await,
            FormEvent::ClearFilter { element, column } => self.clear_filter(form, element, &column).await,
            FormEvent::Sort { element, column } => self.sort(form, element, column).await,
            FormEvent::ActivatePage { element } => {
                let mut session = open.session.borrow_mut();
                if let Some(parent) = session.definition.elements.get(element as usize).and_then(|e| e.parent) {
                    session.pages.insert(parent, element);
                }
            }
            FormEvent::Execute { command } => self.execute(form, &command).await,
            // A form that can't be worked with takes nothing; what is in it stays.
            _ => {}
        }
        self.publish();
    }

    async fn typed(self: &Rc<Self>, form: u32, element: u32, text: String, input_version: u64) {
        let Some(open) = self.form(form) else { return };
        let changed = {
            let mut session = open.session.borrow_mut();
            let Some(path) = field_path(&session, element) else { return };
            session.input_versions.insert(element, input_version);
            let Some(types) = session.types(&path, None) else { return };
            let locale = text::Locale::of(&self.state.borrow().language);
            match text::parse(&text, &types, &locale) {
                Ok(value) => {
                    session.typed.remove(&path);
                    session.suggestions = None;
                    let changed = session.record.get(&path) != &value;
                    session.set(&path, value);
                    changed
                }
                Err(error) => {
                    session.typed.insert(path, (text, words::parse_error_text(&locale.language, &error)));
                    false
                }
            }
        };
        // Durable before any code runs on it.
        self.edited(form, element);
        self.publish();
        if changed {
            self.element_event(form, element, "change", Vec::new()).await;
        }
    }

    async fn put(self: &Rc<Self>, form: u32, element: u32, value: Value) {
        let Some(path) = self.form(form).and_then(|open| field_path(&open.session.borrow(), element)) else { return };
        self.put_value(form, element, &path, value).await;
    }

    /// Puts a value into an attribute, as the person does.
    pub async fn put_value(self: &Rc<Self>, form: u32, element: u32, path: &str, value: Value) {
        let Some(open) = self.form(form) else { return };
        {
            let mut session = open.session.borrow_mut();
            let Some(types) = session.types(path, None) else { return };
            let value = if value == Value::Empty { types.default_value() } else { value };
            if !types.accepts(&value) {
                return;
            }
            session.typed.remove(path);
            session.suggestions = None;
            session.set(path, value);
            session.conflicts.remove(path);
        }
        self.edited(form, element);
        self.publish();
        self.element_event(form, element, "change", Vec::new()).await;
    }

    fn is_period(&self, form: u32, element: u32) -> bool {
        let Some(open) = self.form(form) else { return false };
        let session = open.session.borrow();
        session.definition.elements.get(element as usize).is_some_and(|e| period::ends_of(e).is_some())
    }

    /// Puts both ends of a period at once, and tells of them once.
    async fn choose_period(self: &Rc<Self>, form: u32, element: u32, choice: &str) {
        let Some(open) = self.form(form) else { return };
        let today = self.local_time().date();
        {
            let mut session = open.session.borrow_mut();
            let Some(ends) = period::chosen(&session, element, choice, today) else { return };
            for (path, value) in ends {
                session.typed.remove(&path);
                session.conflicts.remove(&path);
                session.set(&path, value);
            }
        }
        self.edited(form, element);
        self.publish();
        self.element_event(form, element, "change", Vec::new()).await;
    }

    async fn typed_cell(self: &Rc<Self>, form: u32, element: u32, row: &str, column: &str, text: String, input_version: u64) {
        let Some(open) = self.form(form) else { return };
        let value = {
            let mut session = open.session.borrow_mut();
            let (Some(table), Ok(id)) = (table_path(&session, element), row.parse::<Uuid>()) else { return };
            session.input_versions.insert(element, input_version);
            let Some(types) = session.types(&table, Some(column)) else { return };
            let locale = text::Locale::of(&self.state.borrow().language);
            let key = FormSession::cell_key(&table, id, column);
            match text::parse(&text, &types, &locale) {
                Ok(value) => {
                    session.typed.remove(&key);
                    Some(value)
                }
                Err(error) => {
                    session.typed.insert(key, (text, words::parse_error_text(&locale.language, &error)));
                    None
                }
            }
        };
        match value {
            Some(value) => self.put_cell(form, element, row, column, value).await,
            None => self.edited(form, element),
        }
    }

    /// Puts a value into a cell, as the person does.
    pub async fn put_cell(self: &Rc<Self>, form: u32, element: u32, row: &str, column: &str, value: Value) {
        let Some(open) = self.form(form) else { return };
        let index = {
            let mut session = open.session.borrow_mut();
            let (Some(table), Ok(id)) = (table_path(&session, element), row.parse::<Uuid>()) else { return };
            let Some(types) = session.types(&table, Some(column)).filter(|types| types.accepts(&value)) else { return };
            let value = if value == Value::Empty { types.default_value() } else { value };
            let key = FormSession::cell_key(&table, id, column);
            session.typed.remove(&key);
            session.conflicts.remove(&key);
            session.errors.remove(&key);
            session.suggestions = None;
            let Some(line) = session.row_mut(&table, id) else { return };
            line.values.insert(column.to_owned(), value);
            session.changed_table(&table);
            session.record.rows(&table).iter().position(|r| r.id == id).unwrap_or(0)
        };
        self.edited(form, element);
        self.publish();
        let event = vec![("row".into(), Value::Decimal(index.into())), ("column".into(), column.into())];
        self.element_event(form, element, "rowChange", event).await;
    }

    async fn add_row(self: &Rc<Self>, form: u32, element: u32) {
        let Some(open) = self.form(form) else { return };
        {
            let mut session = open.session.borrow_mut();
            let Some(table) = table_path(&session, element) else { return };
            if let Some(id) = session.add_row(&table, Default::default(), None) {
                session.current_rows.insert(element, id.to_string());
            }
        }
        self.edited(form, element);
        self.element_event(form, element, "rowAdd", Vec::new()).await;
    }

    async fn remove_row(self: &Rc<Self>, form: u32, element: u32, row: &str) {
        let Some(open) = self.form(form) else { return };
        {
            let mut session = open.session.borrow_mut();
            let (Some(table), Ok(id)) = (table_path(&session, element), row.parse::<Uuid>()) else { return };
            if let Some(rows) = session.record.tables.get_mut(&table) {
                rows.retain(|r| r.id != id);
            }
            session.typed.retain(|key, _| !key.contains(row));
            session.conflicts.retain(|key, _| !key.contains(row));
            session.changed_table(&table);
        }
        self.edited(form, element);
        self.element_event(form, element, "rowDelete", Vec::new()).await;
    }

    async fn move_row(self: &Rc<Self>, form: u32, element: u32, row: &str, up: bool) {
        let Some(open) = self.form(form) else { return };
        {
            let mut session = open.session.borrow_mut();
            let (Some(table), Ok(id)) = (table_path(&session, element), row.parse::<Uuid>()) else { return };
            let rows = session.record.tables.entry(table.clone()).or_default();
            let Some(at) = rows.iter().position(|r| r.id == id) else { return };
            let to = if up { at.saturating_sub(1) } else { (at + 1).min(rows.len() - 1) };
            if to == at {
                return;
            }
            rows.swap(at, to);
            session.changed_table(&table);
        }
        self.edited(form, element);
        self.element_event(form, element, "rowMove", Vec::new()).await;
    }

    /// Takes the other server's value of an attribute, or all its rows of a table.
    async fn take_theirs(self: &Rc<Self>, form: u32, element: u32) {
        let Some(open) = self.form(form) else { return };
        let (field, table) = {
            let session = open.session.borrow();
            (field_path(&session, element), table_path(&session, element))
        };
        if let Some(path) = field
            && let Some(theirs) = open.session.borrow().conflicts.get(&path).cloned()
        {
            return self.spawn_caused(move |app| async move { app.put_value(form, element, &path, theirs).await });
        }
        let Some(table) = table else { return };
        {
            let mut session = open.session.borrow_mut();
            let Some(rows) = session.row_conflicts.remove(&table) else { return };
            let prefix = format!("{table}/");
            session.conflicts.retain(|key, _| !key.starts_with(&prefix));
            session.typed.retain(|key, _| !key.starts_with(&prefix));
            session.record.tables.insert(table.clone(), rows);
            session.changed_table(&table);
        }
        self.edited(form, element);
        self.publish();
        self.element_event(form, element, "rowsTaken", Vec::new()).await;
    }

    fn select_row(&self, form: u32, element: u32, row: String) {
        let Some(open) = self.form(form) else { return };
        let mut session = open.session.borrow_mut();
        match session.lists.get_mut(&element) {
            Some(list) => list.current = row,
            None => {
                session.current_rows.insert(element, row);
            }
        }
    }

    async fn open_row(self: &Rc<Self>, form: u32, element: u32, row: &str) {
        self.select_row(form, element, row.to_owned());
        let Some(open) = self.form(form) else { return };
        let (found, choosing, searching) = {
            let session = open.session.borrow();
            let list = session.lists.get(&element);
            let found = list.and_then(|l| l.rows.iter().find(|r| row_id(r) == row)).map(|r| {
                let presentation = r.cells.first().and_then(Value::as_text).unwrap_or_default().to_owned();
                (r.reference.clone().map(|reference| reference.presented(presentation)), r.is_group)
            });
            (found, session.choosing.clone(), list.is_some_and(|l| !l.search.is_empty()))
        };
        let Some((Some(reference), is_group)) = found else { return };
        if is_group && !searching {
            self.enter_group(form, element, Some(reference)).await;
            return;
        }
        match choosing {
            Some(choosing) => self.give(form, choosing, reference).await,
            None if open.session.borrow().awaited.is_some() => self.pick(form, reference).await,
            None => {
                let parameters = OpenParameters { key: Some(reference.clone()), ..OpenParameters::default() };
                self.open_object(&reference.object, parameters).await;
            }
        }
    }

    /// Items that fit what is typed, from the form's own server (R12).
    async fn suggest(self: &Rc<Self>, form: u32, element: u32, column: Option<String>, text: String) {
        let Some(open) = self.form(form) else { return };
        let (server, objects) = {
            let session = open.session.borrow();
            let path = field_path(&session, element).or_else(|| table_path(&session, element));
            let types = path.and_then(|p| session.types(&p, column.as_deref()));
            (session.server, types.map(|t| t.references().cloned().collect::<Vec<_>>()).unwrap_or_default())
        };
        let request = SuggestRequest { objects, text, limit: SUGGESTIONS };
        let found = self.call(server, "suggest", |s| async move { s.suggest(request).await }).await;
        if let (Some(open), Ok(found)) = (self.form(form), found) {
            open.session.borrow_mut().suggestions = Some((element, found.references));
        }
    }

    /// A reference by the id that a shell sent back: a suggestion, or a value of an enumeration.
    fn chosen(&self, form: u32, choice: &str) -> Option<Ref> {
        let open = self.form(form)?;
        let session = open.session.borrow();
        if let Some((_, found)) = &session.suggestions
            && let Some(reference) = found.iter().find(|r| r.to_string() == choice)
        {
            return Some(reference.clone());
        }
        let (object, id) = choice.split_once(':')?;
        let reference = Ref::new(object.parse().ok()?, id.parse().ok()?);
        let title = session.configuration.enumeration_value(&reference)?.title.text(&self.state.borrow().language).to_owned();
        Some(reference.presented(title))
    }

    /// Runs an element's handler; handlers of one form run one after another.
    async fn element_event(self: &Rc<Self>, form: u32, element: u32, event: &str, mut more: Vec<(String, Value)>) {
        let Some(open) = self.form(form) else { return };
        let handler = {
            let session = open.session.borrow();
            // An end of a period is told of as the period, and only while that is one.
            let asked = period::period_around(&session, element).unwrap_or(element);
            let definition = session.definition.elements.get(asked as usize).filter(|e| !period::is_wrong(&session, e));
            definition.and_then(|e| Some((e.name.clone(), e.events.get(event)?.clone())))
        };
        let Some((name, function)) = handler else { return };
        let Some((server, module)) = self.form_module(form) else { return };
        more.insert(0, ("element".into(), name.into()));
        let _turn = open.turn.lock().await;
        let arguments = vec![Argument::Form(form), Argument::Event(Value::Structure(more))];
        if let Some(Err(error)) = self.handler(server, &module, &function, arguments).await {
            self.show_module_error(&error, form);
        }
        if let Some(open) = self.form(form) {
            self.keep_draft(&open.session.borrow());
        }
    }
}

impl App {
    /// Server of a form.
    pub fn server_of(&self, form: u32) -> Option<UsedServer> {
        self.form(form).map(|open| open.session.borrow().server)
    }
}

pub(super) fn field_path(session: &FormSession, element: u32) -> Option<String> {
    match &session.definition.elements.get(element as usize)?.kind {
        ElementKind::Field { path, .. } => Some(path.clone()),
        _ => None,
    }
}

pub(super) fn table_path(session: &FormSession, element: u32) -> Option<String> {
    match &session.definition.elements.get(element as usize)?.kind {
        ElementKind::Table { path, .. } => Some(path.clone()),
        _ => None,
    }
}
