//! An open form: its definition, its data, and everything that changes while it is open.
//!
//! Invariant: what the person typed is in `record` or `typed`, never only on the screen.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use twinshore_metadata::{
    AttributeDefinition, Configuration, ElementDefinition, ElementKind, FormAttribute, FormDefinition, FormName, FormPurpose,
    ListDefinition, ObjectDefinition, ObjectName, Record, Ref, SortKey, TableRow, TypeSet, Value,
};
use twinshore_protocol::{CallId, ListCondition, ListRow, OpenFormResponse, WriteAction};
use uuid::Uuid;

use crate::UsedServer;
use crate::reopening::FormShape;
use crate::view::FormEvent;

/// With what a form was opened; the same for the form that takes its place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenParameters {
    /// Item.
    pub key: Option<Ref>,
    /// Item to copy.
    pub copy_of: Option<Ref>,
    /// A new group.
    pub is_group: bool,
    /// Values of a new item.
    pub filling_values: IndexMap<String, Value>,
    /// For handlers.
    pub parameters: IndexMap<String, Value>,
}

/// The form was opened to choose a value for a field of another one (F15).
#[derive(Debug, Clone, PartialEq)]
pub struct Choosing {
    /// Form that waits.
    pub form: u32,
    /// Attribute or table.
    pub path: String,
    /// Row and column of a table.
    pub cell: Option<(Uuid, String)>,
    /// Element of the field.
    pub element: u32,
}

/// Somebody waits for what the form gives when it closes (F15). Told once: when it closes, or when it is gone for whatever reason.
pub struct Awaited {
    /// Form that opened it; it waits, so it can't be reopened before this one. 0 for none.
    pub owner: u32,
    /// Several items may be chosen.
    pub multiple: bool,
    /// Chosen so far.
    pub chosen: Vec<Ref>,
    /// What it gives.
    pub result: Value,
    /// Who waits.
    pub done: oneshot::Sender<Value>,
}

/// Whether others are kept from the item while it is typed into (F14).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EditLock {
    /// Not asked for: nothing was typed, the item is new, or its server could not be asked.
    #[default]
    None,
    /// On its way.
    Asked,
    /// Others can't type.
    Held,
    /// Somebody else types.
    Refused {
        /// Who.
        by: String,
    },
}

/// State of a list on a form.
#[derive(Debug, Clone)]
pub struct ListState {
    /// As defined.
    pub definition: ListDefinition,
    /// Order in force.
    pub order: Vec<SortKey>,
    /// Rows in memory.
    pub rows: Vec<ListRow>,
    /// There are rows before them.
    pub more_before: bool,
    /// There are rows after them.
    pub more_after: bool,
    /// Search in force.
    pub search: String,
    /// What the person narrowed it to, one condition a column.
    pub conditions: Vec<ListCondition>,
    /// Groups from the top to the one shown.
    pub path: Vec<Ref>,
    /// A page is on its way.
    pub loading: bool,
    /// Grows with each new question; an answer to an older one is stale.
    pub generation: u64,
    /// Answers taken so far.
    pub answers: u32,
    /// The answer that last brought other rows.
    pub placed: u32,
    /// It was the list's end.
    pub at_end: bool,
    /// Selected row.
    pub current: String,
    /// Why the rows could not be read.
    pub error: String,
}

/// Properties of an element that code changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ElementOverride {
    /// Visible.
    pub visible: Option<bool>,
    /// Enabled.
    pub enabled: Option<bool>,
    /// Read-only.
    pub read_only: Option<bool>,
    /// Title.
    pub title: Option<String>,
    /// Texts that a field offers.
    pub choices: Option<Vec<String>>,
}

/// A typed text that is no value yet: where it stands, the text, and why.
pub type Typed = BTreeMap<String, (String, String)>;

/// An open form.
pub struct FormSession {
    /// Number within the client.
    pub id: u32,
    /// Id of its draft.
    pub draft: Uuid,
    /// Definition, of the configuration of its server.
    pub definition: Arc<FormDefinition>,
    /// Its object there.
    pub object: Option<Arc<ObjectDefinition>>,
    /// Configuration of its server.
    pub configuration: Arc<Configuration>,
    /// Server for life (F1).
    pub server: UsedServer,
    /// With what it was opened.
    pub parameters: OpenParameters,
    /// Item.
    pub key: Option<Ref>,
    /// Not written yet.
    pub is_new: bool,
    /// Version of the item.
    pub version: i64,
    /// Data.
    pub record: Record,
    /// Data as read (F10d).
    pub base: Record,
    /// Typed texts that are no values, by `Attribute` or `Table/row/Column`.
    pub typed: Typed,
    /// May write.
    pub can_write: bool,
    /// May post.
    pub can_post: bool,
    /// Attributes the person may not see.
    pub hidden: Vec<String>,
    /// Attributes the person may not change.
    pub read_only: Vec<String>,
    /// Unsaved changes.
    pub modified: bool,
    /// The person typed or chose something, also what lives in the form only: a draft is kept.
    pub touched: bool,
    /// Some of it lives in the form only: no server has it after a write or when the item is read anew.
    pub touched_own: bool,
    /// Being reopened (F9).
    pub frozen: bool,
    /// What the person did while it was being reopened: done afterwards, in the form that is there then.
    pub held: Vec<FormEvent>,
    /// Its successor is being made: module code may read it, nothing more.
    pub handed_over: bool,
    /// It took the place of a form of the other server.
    pub reopened: bool,
    /// A write runs.
    pub writing: bool,
    /// The person is being asked what becomes of unsaved changes.
    pub closing: bool,
    /// Others are kept from the item, or keep the person from it.
    pub lock: EditLock,
    /// Element that the person was in last (F13).
    pub focus: Option<u32>,
    /// The standard reaction to a lost main server was suppressed (F6).
    pub not_locked: bool,
    /// A call of the person runs for long (R18).
    pub waiting: bool,
    /// Other server's values of conflicts, by `Attribute` or `Table/row/Column`.
    pub conflicts: BTreeMap<String, Value>,
    /// Other server's rows, by table, where rows could not be put together.
    pub row_conflicts: BTreeMap<String, Vec<TableRow>>,
    /// Refusals by attribute.
    pub errors: BTreeMap<String, String>,
    /// What code changed of elements.
    pub overrides: BTreeMap<String, ElementOverride>,
    /// Lists by element.
    pub lists: BTreeMap<u32, ListState>,
    /// Shown page by pages element.
    pub pages: BTreeMap<u32, u32>,
    /// Selected rows of tables by element.
    pub current_rows: BTreeMap<u32, String>,
    /// Suggestions: element and items.
    pub suggestions: Option<(u32, Vec<Ref>)>,
    /// Last text event by element.
    pub input_versions: BTreeMap<u32, u64>,
    /// Left behind by reopening, by title.
    pub left_behind: Vec<String>,
    /// Title set by code.
    pub title: Option<String>,
    /// Opened to choose.
    pub choosing: Option<Choosing>,
    /// Somebody waits for its result.
    pub awaited: Option<Awaited>,
    /// A write whose outcome is not known: repeated under the same id (R17).
    pub pending_write: Option<(CallId, Record, WriteAction)>,
}

/// What of a form is kept in a draft (F19).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftContent<'a> {
    /// Form.
    pub form: FormName,
    /// Server it was on.
    pub server: UsedServer,
    /// With what it was opened.
    pub parameters: OpenParameters,
    /// Item; for a new one the reference it will have (F12).
    pub key: Option<Ref>,
    /// Not written yet.
    pub is_new: bool,
    /// Version.
    pub version: i64,
    /// Data.
    pub record: Cow<'a, Record>,
    /// Data as read.
    pub base: Cow<'a, Record>,
    /// Typed texts that are no values.
    pub typed: Typed,
    /// Other server's values of conflicts that the person has not looked at.
    #[serde(default)]
    pub conflicts: BTreeMap<String, Value>,
    /// The same for rows.
    #[serde(default)]
    pub row_conflicts: BTreeMap<String, Vec<TableRow>>,
    /// A write whose outcome is not known, to be repeated under its id (R17).
    #[serde(default)]
    pub pending_write: Option<(CallId, Record, WriteAction)>,
    /// Unsaved changes of the object, not of the form only.
    #[serde(default = "yes")]
    pub modified: bool,
}

const fn yes() -> bool {
    true
}

impl FormSession {
    /// A form from its server's answer.
    pub fn new(
        id: u32,
        definition: Arc<FormDefinition>,
        object: Option<Arc<ObjectDefinition>>,
        configuration: Arc<Configuration>,
        server: UsedServer,
        parameters: OpenParameters,
        response: OpenFormResponse,
    ) -> Self {
        let lists = definition
            .elements
            .iter()
            .enumerate()
            .filter_map(|(at, element)| match &element.kind {
                ElementKind::List(list) => Some((number(at), ListState::new(shown(list, &definition.name, &response.hidden)))),
                _ => None,
            })
            .collect();
        Self {
            id,
            draft: Uuid::now_v7(),
            definition,
            object,
            configuration,
            server,
            parameters,
            key: response.key,
            is_new: response.is_new,
            version: response.version,
            base: response.record.clone(),
            record: response.record,
            typed: Typed::new(),
            can_write: response.can_write,
            can_post: response.can_post,
            hidden: response.hidden,
            read_only: response.read_only,
            modified: false,
            touched: false,
            touched_own: false,
            frozen: false,
            held: Vec::new(),
            handed_over: false,
            reopened: false,
            writing: false,
            closing: false,
            lock: EditLock::None,
            focus: None,
            not_locked: false,
            waiting: false,
            conflicts: BTreeMap::new(),
            row_conflicts: BTreeMap::new(),
            errors: BTreeMap::new(),
            overrides: BTreeMap::new(),
            lists,
            pages: BTreeMap::new(),
            current_rows: BTreeMap::new(),
            suggestions: None,
            input_versions: BTreeMap::new(),
            left_behind: Vec::new(),
            title: None,
            choosing: None,
            awaited: None,
            pending_write: None,
        }
    }

    /// Content of its draft.
    pub fn draft_content(&self) -> DraftContent<'_> {
        DraftContent {
            form: self.definition.name.clone(),
            server: self.server,
            parameters: self.parameters.clone(),
            key: self.key.clone(),
            is_new: self.is_new,
            version: self.version,
            record: Cow::Borrowed(&self.record),
            base: Cow::Borrowed(&self.base),
            typed: self.typed.clone(),
            conflicts: self.conflicts.clone(),
            row_conflicts: self.row_conflicts.clone(),
            pending_write: self.pending_write.clone(),
            modified: self.modified,
        }
    }

    /// Parameters as handlers see them: a form that takes another one's place says so (F9).
    pub fn parameters_for_code(&self) -> IndexMap<String, Value> {
        let mut parameters = self.parameters.parameters.clone();
        if self.reopened {
            parameters.insert("reopening".into(), true.into());
        }
        parameters
    }

    /// Number of an element by its name: elements of the same form have other numbers on the other server (C11).
    pub fn element_named(&self, name: &str) -> Option<u32> {
        self.definition.elements.iter().position(|e| e.name == name).map(number)
    }

    /// Name of an element.
    pub fn element_name(&self, element: u32) -> Option<&str> {
        self.definition.elements.get(element as usize).map(|e| e.name.as_str())
    }

    /// Form that waits for this one.
    pub fn owner(&self) -> Option<u32> {
        let choosing = self.choosing.as_ref().map(|c| c.form);
        choosing.or_else(|| self.awaited.as_ref().map(|a| a.owner).filter(|owner| *owner != 0))
    }

    /// Shows this by a form of this name, and no other form waits for what comes of it; without a key whatever it is about.
    pub fn shows(&self, name: &FormName, key: Option<&Ref>) -> bool {
        let alone = self.owner().is_none() && self.awaited.is_none();
        alone && self.definition.name == *name && (key.is_none() || self.key.as_ref() == key)
    }

    /// Attributes and tables with types, for reopening.
    pub fn shape(&self) -> FormShape {
        FormShape::of(&self.definition, self.object.as_deref())
    }

    /// The attribute behind a path.
    pub fn attribute(&self, path: &str) -> Option<AttributeDefinition> {
        self.definition
            .attributes
            .iter()
            .find_map(|a| match a {
                FormAttribute::Value(a) if a.name == path => Some(a.clone()),
                _ => None,
            })
            .or_else(|| self.main_object()?.attribute(path))
    }

    /// Columns of a table.
    pub fn columns(&self, table: &str) -> Option<Vec<AttributeDefinition>> {
        self.definition
            .attributes
            .iter()
            .find_map(|a| match a {
                FormAttribute::Table(t) if t.name == table => Some(t.columns.clone()),
                _ => None,
            })
            .or_else(|| self.main_object()?.table(table).map(|t| t.columns.clone()))
    }

    /// The object whose item the form shows.
    pub fn main_object(&self) -> Option<&ObjectDefinition> {
        self.object.as_deref().filter(|_| self.definition.purpose == FormPurpose::Item)
    }

    /// Names of tables.
    pub fn table_names(&self) -> Vec<String> {
        let own = self.definition.attributes.iter().filter_map(|a| match a {
            FormAttribute::Table(t) => Some(t.name.clone()),
            FormAttribute::Value(_) => None,
        });
        let of_object = self.main_object().into_iter().flat_map(|o| o.tables.iter().map(|t| t.name.clone()));
        own.chain(of_object).collect()
    }

    /// Types of an attribute or column.
    pub fn types(&self, path: &str, column: Option<&str>) -> Option<TypeSet> {
        match column {
            None => self.attribute(path).map(|a| a.types),
            Some(column) => self.columns(path)?.into_iter().find(|c| c.name == column).map(|c| c.types),
        }
    }

    /// Objects whose items may be based on the item or the list of the form, as its server knows them.
    pub fn based_on_this(&self) -> Vec<ObjectName> {
        let listed = self.lists.values().next().map(|list| &list.definition.object);
        let Some(shown) = self.main_object().map(|object| &object.name).or(listed) else { return Vec::new() };
        let all = self.configuration.objects.values();
        all.filter(|object| object.based_on.contains(shown)).map(|object| object.name.clone()).collect()
    }

    /// Texts that a field offers besides typing: of code, else of the definition.
    pub fn offered(&self, element: &ElementDefinition) -> Vec<String> {
        let by_code = self.overrides.get(&element.name).and_then(|change| change.choices.clone());
        by_code.unwrap_or_else(|| element.choices.clone())
    }

    /// Sets an attribute; what of it belongs to the object makes the form modified.
    pub fn set(&mut self, path: &str, value: Value) {
        if self.record.get(path) == &value {
            return;
        }
        let of_object = self.main_object().is_some_and(|o| o.attribute(path).is_some());
        let typed_form =
            self.definition.attributes.iter().any(|a| a.name() == path) && self.definition.purpose == FormPurpose::Free;
        self.record.set(path, value);
        self.errors.remove(path);
        self.conflicts.remove(path);
        self.modified |= of_object || typed_form;
    }

    /// A table changed: what of it belongs to the object makes the form modified.
    pub fn changed_table(&mut self, table: &str) {
        let of_object = self.main_object().is_some_and(|o| o.table(table).is_some());
        self.modified |= of_object || self.definition.purpose == FormPurpose::Free;
        self.errors.remove(table);
    }

    /// A row of a table.
    pub fn row_mut(&mut self, table: &str, row: Uuid) -> Option<&mut TableRow> {
        self.record.tables.get_mut(table)?.iter_mut().find(|r| r.id == row)
    }

    /// Adds a row with default values.
    pub fn add_row(&mut self, table: &str, values: IndexMap<String, Value>, index: Option<usize>) -> Option<Uuid> {
        let mut row = TableRow::new();
        for column in self.columns(table)? {
            let value = values.get(&column.name).map_or_else(|| column.initial_value(), |v| column.types.coerce(v.clone()));
            row.values.insert(column.name, value);
        }
        let id = row.id;
        let rows = self.record.tables.entry(table.to_owned()).or_default();
        let at = index.unwrap_or(rows.len()).min(rows.len());
        rows.insert(at, row);
        self.changed_table(table);
        Some(id)
    }

    /// Key of a typed text in a cell.
    pub fn cell_key(table: &str, row: Uuid, column: &str) -> String {
        format!("{table}/{row}/{column}")
    }

    /// True if the person could lose something.
    pub fn has_typed(&self) -> bool {
        self.modified || !self.typed.is_empty()
    }

    /// True if a draft is kept: also of what lives in the form only, which asks for no saving.
    pub fn has_draft(&self) -> bool {
        self.touched || self.has_typed()
    }
}

impl ListState {
    /// A list that was not read yet.
    pub fn new(definition: ListDefinition) -> Self {
        Self {
            order: definition.order.clone(),
            definition,
            rows: Vec::new(),
            more_before: false,
            more_after: false,
            search: String::new(),
            conditions: Vec::new(),
            path: Vec::new(),
            loading: false,
            generation: 0,
            answers: 0,
            placed: 0,
            at_end: false,
            current: String::new(),
            error: String::new(),
        }
    }
}

/// A list without the columns that the person may not see.
fn shown(list: &ListDefinition, form: &FormName, hidden: &[String]) -> ListDefinition {
    let mut shown = list.clone();
    if list.object == form.owner {
        shown.columns.retain(|column| !hidden.iter().any(|name| column.path.split('.').next() == Some(name)));
    }
    shown
}

/// Id of a row of a list for shells.
pub fn row_id(row: &ListRow) -> String {
    match (&row.reference, row.key.0.last()) {
        (Some(reference), _) => reference.id.to_string(),
        (None, Some(key)) => key.to_json().to_string(),
        (None, None) => String::new(),
    }
}

/// An element's number.
pub fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
