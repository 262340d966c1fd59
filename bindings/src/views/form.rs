//! Forms: their elements, what is in them, and how they change.

use twinshore_client::view::{
    CellView, ChartPointView, ChartView, ChoiceView, ColumnView, ConflictView, ElementChange, ElementKindView, ElementView,
    FieldKind, FilterView, FormAvailability, FormPatch, FormView, RowView, SpreadsheetCellView, SpreadsheetView, TableView,
};

type ElementId = u32;

/// Whether a form can be worked with (F2).
#[uniffi::remote(Enum)]
pub enum FormAvailability {
    /// It can.
    Available,
    /// Its server can't be called: values stay readable, nothing is editable.
    Unavailable {
        /// Why, for the person.
        reason: String,
        /// The same form can be opened from the stand-alone server.
        can_open_offline: bool,
    },
    /// It is being reopened; input waits.
    Frozen,
}

/// What an element is and how it is drawn.
#[uniffi::remote(Enum)]
pub enum ElementKindView {
    Field {
        field: FieldKind,
    },
    Table,
    List,
    Group {
        horizontal: bool,
        collapsible: bool,
    },
    Pages {
        active: Option<ElementId>,
    },
    Page,
    CommandBar,
    /// A button that opens a menu of the buttons in it; a group in it is a part of the menu, with its title above.
    Popup {
        /// Name of an icon; empty for none.
        icon: String,
    },
    /// From when to when: the two fields in it, and one of `choices` to set both. `text` is how the period reads.
    Period,
    /// A number as a part of a whole.
    Progress {
        /// From 0 to 1.
        share: f64,
    },
    /// A number that is set by moving a mark: `SetText` with the number, its fraction after a point.
    Track {
        value: f64,
        min: f64,
        max: f64,
        /// Least distance of two values.
        step: f64,
    },
    /// `primary` = the one the person wants most; `of_row` = it is about the chosen row of the form's list, and may be offered at each.
    Button {
        command: String,
        primary: bool,
        of_row: bool,
    },
    Label,
    Picture {
        media_type: String,
        base64: String,
    },
    Chart {
        chart: ChartView,
    },
    Spreadsheet {
        sheet: SpreadsheetView,
    },
}

/// How a field is typed into.
#[uniffi::remote(Enum)]
pub enum FieldKind {
    Text,
    Multiline,
    Number,
    Date,
    Time,
    DateTime,
    Switch,
    CheckBox,
    /// One of `choices`.
    Choice,
    /// One of `choices`, all shown.
    Radio,
    /// A reference: typing suggests, opening chooses.
    Reference,
    /// Shown only.
    Label,
}

/// One possible value of a field.
#[uniffi::remote(Record)]
pub struct ChoiceView {
    /// Sent back when chosen.
    pub id: String,
    /// Shown.
    pub text: String,
}

/// The same attribute was changed here and on the other server (F10d).
#[uniffi::remote(Record)]
pub struct ConflictView {
    /// The other value, as text; one tap takes it.
    pub theirs: String,
}

/// A sector or bar.
#[uniffi::remote(Record)]
pub struct ChartPointView {
    pub label: String,
    pub value: f64,
    /// Formatted value.
    pub text: String,
}

/// A chart.
#[uniffi::remote(Record)]
pub struct ChartView {
    /// Pie, else bars.
    pub pie: bool,
    /// Sectors or bars.
    pub points: Vec<ChartPointView>,
}

/// A cell of a spreadsheet document.
#[uniffi::remote(Record)]
pub struct SpreadsheetCellView {
    pub text: String,
    pub bold: bool,
    pub end: bool,
}

/// A spreadsheet document.
#[uniffi::remote(Record)]
pub struct SpreadsheetView {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<SpreadsheetCellView>>,
}

/// A column of a table or list.
#[uniffi::remote(Record)]
pub struct ColumnView {
    /// Column name, sent back with cell events.
    pub name: String,
    /// Heading.
    pub title: String,
    /// How its cells are typed into.
    pub field: FieldKind,
    /// Its cells can't be typed into.
    pub read_only: bool,
    /// Values of an enumeration, to choose from.
    pub choices: Vec<ChoiceView>,
    /// Sorted by: 1 ascending, -1 descending, 0 not.
    pub sorted: i8,
}

/// A cell.
#[uniffi::remote(Record)]
pub struct CellView {
    /// Formatted value.
    pub text: String,
    /// On, for a switch.
    pub checked: bool,
    /// Why what was typed is no value; the typed text is in `text` then.
    pub error: String,
    /// Changed on both servers.
    pub conflict: Option<ConflictView>,
}

/// A row of a table or list.
#[uniffi::remote(Record)]
pub struct RowView {
    /// Id of the row, sent back with events.
    pub id: String,
    /// One a column.
    pub cells: Vec<CellView>,
    /// A group of a hierarchical catalog.
    pub is_group: bool,
    /// Marked for deletion.
    pub deletion_mark: bool,
    /// Posted document.
    pub posted: bool,
    /// Changed here and not yet on the main server.
    pub pending: bool,
}

/// A list shows only rows that have one value in a column.
#[uniffi::remote(Record)]
pub struct FilterView {
    /// Column name, sent back to lift it.
    pub column: String,
    /// Heading of the column.
    pub title: String,
    /// Formatted value; empty for rows that have none.
    pub text: String,
}

/// Columns and rows of a table or list. A list holds a window of rows around what is seen.
#[uniffi::remote(Record)]
pub struct TableView {
    /// Columns.
    pub columns: Vec<ColumnView>,
    /// Rows in order.
    pub rows: Vec<RowView>,
    /// There are rows before the first.
    pub more_before: bool,
    /// There are rows after the last.
    pub more_after: bool,
    /// Rows are on their way.
    pub loading: bool,
    /// Answers to questions for rows so far. Between two of them a shell asks for more rows once at most.
    pub answers: u32,
    /// The answer that last brought other rows instead of more: a shell shows those from their start, or their end if `at_end`.
    pub placed: u32,
    pub at_end: bool,
    /// Search text in force.
    pub search: String,
    /// Groups from the top to the one shown (hierarchical lists): id and text.
    pub path: Vec<ChoiceView>,
    /// What the person narrowed a list to, all of which holds.
    pub filters: Vec<FilterView>,
    /// Selected row; empty for none.
    pub current_row: String,
}

/// An element.
#[uniffi::remote(Record)]
pub struct ElementView {
    /// Number.
    pub id: ElementId,
    /// Element that holds it.
    pub parent: Option<ElementId>,
    /// Name in the configuration.
    pub name: String,
    /// What it is.
    pub kind: ElementKindView,
    /// Heading or caption.
    pub title: String,
    /// Formatted value; what was typed if it is no value.
    pub text: String,
    /// Switches and check boxes.
    pub checked: bool,
    /// Drawn at all.
    pub visible: bool,
    /// Can be used.
    pub enabled: bool,
    /// Can't be typed into; text can be selected and copied.
    pub read_only: bool,
    /// Must have a value.
    pub required: bool,
    /// Why it is disabled, or a hint; empty for nothing.
    pub hint: String,
    /// What is wrong with the value; empty for nothing.
    pub error: String,
    /// Changed on both servers.
    pub conflict: Option<ConflictView>,
    /// Values to choose from, or suggestions for what is typed.
    pub choices: Vec<ChoiceView>,
    /// Rows of tables and lists.
    pub table: Option<TableView>,
    /// `input_version` of the last text event seen; a shell keeps its own text while it has sent a later one.
    pub input_version: u64,
}

/// A whole form.
#[uniffi::remote(Record)]
pub struct FormView {
    /// Number of the form within the client.
    pub form: u32,
    /// Grows with each patch.
    pub revision: u64,
    /// Full name in the configuration.
    pub name: String,
    /// Heading.
    pub title: String,
    /// `main` or `standalone` (F1, M8).
    pub used_server: String,
    /// Whether it can be worked with.
    pub availability: FormAvailability,
    /// Has unsaved changes.
    pub modified: bool,
    /// A call that the person waits for runs longer than 1 s (R18).
    pub waiting: bool,
    /// "Open from main server" is offered.
    pub can_open_from_main: bool,
    /// Attributes left behind by reopening, by title; empty for none (F10b).
    pub left_behind: Vec<String>,
    /// Why nothing can be typed for now: somebody else edits the item (F14); empty for nothing.
    pub locked: String,
    /// Element that the person was in (F13).
    pub focus: Option<ElementId>,
    /// Elements in order of drawing; a parent comes before its children.
    pub elements: Vec<ElementView>,
}

/// Change of one element. Views are made, sent and dropped; boxing them would not survive the way through UniFFI.
#[uniffi::remote(Enum)]
pub enum ElementChange {
    /// The element as it is now, without its rows (`table` is absent unless columns or window flags changed; rows come by the variants below).
    Element {
        /// The element.
        element: ElementView,
    },
    /// Rows of a table or list from `start` on: `removed` rows go, `rows` take their place.
    Rows {
        /// Table or list.
        element: ElementId,
        /// Index of the first changed row.
        start: u32,
        /// Number of rows that go.
        removed: u32,
        /// Rows that come.
        rows: Vec<RowView>,
    },
}

/// What changed in a form.
#[uniffi::remote(Record)]
pub struct FormPatch {
    /// Form.
    pub form: u32,
    /// Revision after the patch; one above the last.
    pub revision: u64,
    /// Heading and state of the form as they are now, with `elements` empty; absent if unchanged.
    pub header: Option<FormView>,
    /// Changed elements, in order.
    pub changes: Vec<ElementChange>,
}
