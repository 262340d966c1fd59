//! Definitions of forms, their elements and commands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AttributeDefinition, FormName, ObjectName, Priority, StandardPeriod, TableDefinition, Title};

/// What a form is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FormPurpose {
    /// One item of a catalog, one document, one constant, one record.
    Item,
    /// A list of items.
    List,
    /// A list to choose from.
    Choice,
    /// Anything else: common forms, reports, data processors.
    Free,
}

/// A form attribute: a value that lives in the form, or a value table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FormAttribute {
    /// One value.
    Value(AttributeDefinition),
    /// A value table.
    Table(TableDefinition),
}

impl FormAttribute {
    /// Name of the attribute.
    pub fn name(&self) -> &str {
        match self {
            Self::Value(a) => &a.name,
            Self::Table(t) => &t.name,
        }
    }
}

/// What an element of a local form does when the main server is lost (F5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnMainServerUnavailable {
    /// Inaccessible if tied to something that is not in the composition, else unchanged.
    #[default]
    Auto,
    /// Disabled at once.
    MakeInaccessible,
    /// Stays as it is.
    DontChangeBehavior,
}

/// How groups lay out their elements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum GroupDirection {
    #[default]
    Vertical,
    Horizontal,
}

/// How a field is typed into. `Auto` follows the attribute's type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum InputKind {
    #[default]
    Auto,
    Multiline,
    Switch,
    CheckBox,
    Radio,
    /// Shown, never typed.
    Label,
    /// A number as a part of a whole: shown, never typed.
    Progress,
    /// A number set by moving a mark between its least and its greatest.
    Track,
}

/// Order of a list column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum SortDirection {
    #[default]
    Ascending,
    Descending,
}

/// One key of a list's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// Attribute, possibly a dotted path.
    pub path: String,
    /// Direction.
    #[serde(default)]
    pub direction: SortDirection,
}

/// A column of a list or a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnDefinition {
    /// Attribute, possibly a dotted path in lists (`Counterparty.TaxId`).
    pub path: String,
    /// Heading; the attribute's title if empty.
    #[serde(default, skip_serializing_if = "Title::is_empty")]
    pub title: Title,
    /// Shown, never typed (tables).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

/// A dynamic list: items of an object in pages by key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListDefinition {
    /// Listed object.
    pub object: ObjectName,
    /// Columns in order; the first is the row's main text.
    pub columns: Vec<ColumnDefinition>,
    /// Initial order.
    #[serde(default)]
    pub order: Vec<SortKey>,
    /// Condition over the object's attributes that always holds, in the query language; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
}

/// What an element is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ElementKind {
    /// Shows and edits an attribute of the object or the form; its look follows the attribute's type.
    /// Spreadsheet documents and charts are fields too.
    Field {
        /// Attribute name.
        path: String,
        /// How it is typed into.
        input: InputKind,
    },
    /// A tabular section or value table.
    Table {
        /// Table name.
        path: String,
        /// Columns in order.
        columns: Vec<ColumnDefinition>,
    },
    /// A dynamic list.
    List(ListDefinition),
    /// Elements under one heading.
    Group {
        /// Layout.
        direction: GroupDirection,
        /// May be folded by the person.
        collapsible: bool,
    },
    /// Holds pages, one shown at a time.
    Pages,
    /// One page.
    Page,
    /// Holds buttons in one bar.
    CommandBar,
    /// A button that opens a menu: holds buttons, and groups of buttons.
    Popup {
        /// Name of an icon; empty for none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        icon: String,
    },
    /// From when to when: holds a field for each end, and sets both at once to a standard period.
    Period {
        /// Attribute of the first day or moment.
        start: String,
        /// Attribute of the last one.
        end: String,
        /// Standard periods to choose from.
        choices: Vec<StandardPeriod>,
    },
    /// A button of a command: a standard one (`write`, `post`, `writeAndClose`, `close`, `reread`, `create`, `copy`,
    /// `markDeletion`, `refresh`, `openOffline`, `openFromMainServer`), one of the form, or one of the object.
    Button {
        /// Command name.
        command: String,
    },
    /// A text.
    Label,
}

impl ElementKind {
    /// True if other elements lie in it.
    pub const fn holds_others(&self) -> bool {
        matches!(
            self,
            Self::Group { .. } | Self::Pages | Self::Page | Self::CommandBar | Self::Popup { .. } | Self::Period { .. }
        )
    }
}

/// An element of a form. Elements lie flat in order of drawing; `parent` is an index into the same list, always smaller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElementDefinition {
    /// Name, unique in the form.
    pub name: String,
    /// Index of the element that holds this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// What it is.
    pub kind: ElementKind,
    /// Text shown to people; the attribute's or command's title if empty.
    #[serde(default, skip_serializing_if = "Title::is_empty")]
    pub title: Title,
    /// Texts that a field offers; others may be typed, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Handlers by event: `change`, `rowChange`, `rowAdd`, `rowDelete`, `activate`, `click`, `choice`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, String>,
    /// Initially visible.
    #[serde(default = "yes")]
    pub visible: bool,
    /// Initially read-only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// What happens when the main server is lost (F5).
    #[serde(default)]
    pub on_main_server_unavailable: OnMainServerUnavailable,
}

impl ElementDefinition {
    /// An element of which nothing more is said.
    pub fn plain(name: &str, parent: Option<u32>, kind: ElementKind) -> Self {
        Self {
            name: name.to_owned(),
            parent,
            kind,
            title: Title::default(),
            choices: Vec::new(),
            events: BTreeMap::new(),
            visible: true,
            read_only: false,
            on_main_server_unavailable: OnMainServerUnavailable::Auto,
        }
    }
}

const fn yes() -> bool {
    true
}

/// What a command opens or touches; says whether it is available (M7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CommandTarget {
    /// Nothing in particular.
    None,
    /// An object.
    Object(ObjectName),
}

/// What a command does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CommandAction {
    /// Runs an exported client handler of the form's or application's client module.
    Handler(String),
    /// Opens a form.
    OpenForm(FormName),
}

/// A command of a form, an object or the interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandDefinition {
    /// Name.
    pub name: String,
    /// Text shown to people.
    pub title: Title,
    /// What it does.
    pub action: CommandAction,
    /// What it touches.
    pub target: CommandTarget,
    /// What happens when the main server is lost (F5).
    #[serde(default)]
    pub on_main_server_unavailable: OnMainServerUnavailable,
}

/// Definition of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormDefinition {
    /// Full name.
    pub name: FormName,
    /// What it is opened for.
    pub purpose: FormPurpose,
    /// Title; the object's if empty.
    #[serde(default, skip_serializing_if = "Title::is_empty")]
    pub title: Title,
    /// Form attributes (the main object's attributes are not repeated here; one namespace with them).
    #[serde(default)]
    pub attributes: Vec<FormAttribute>,
    /// Elements, flat, in order of drawing.
    pub elements: Vec<ElementDefinition>,
    /// Commands of the form.
    #[serde(default)]
    pub commands: Vec<CommandDefinition>,
    /// Standard commands a form takes out of its set (F2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_commands: Vec<String>,
    /// Client handlers by event: `onOpen`, `beforeClose`, `onClose`, `beforeWrite`, `afterWrite`, `ifMainServerAvailabilityChanged`,
    /// `beforeReopening`, `whenReopening`, `whenShownAgain`. Exported functions with the event's name count as declared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, String>,
    /// Priority of this form, if it differs from its object's (C6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Made by the platform since the configuration has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub generated: bool,
}

impl FormDefinition {
    /// Names of the form's attributes that can't be carried to another form (F10c).
    pub fn complex_attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter_map(|a| match a {
            FormAttribute::Value(a) if a.types.is_complex() => Some(a.name.as_str()),
            _ => None,
        })
    }
}
