//! The client's views once more, for UniFFI: plain data that crosses to Kotlin and Swift.
//!
//! A declaration that drifts from `twinshore_client::view` does not compile.
#![allow(missing_docs, reason = "documented where the types are")]

use twinshore_client::view::{
    AttentionView, CellView, ChartPointView, ChartView, ChoiceView, ColumnView, ConflictView, DialogView, DownloadView,
    DraftView, ElementChange, ElementKindView, ElementView, ExchangeView, FieldKind, FilterView, FormAvailability, FormEvent,
    FormPatch, FormView, HomePartView, InterfaceView, LinkQuality, ListDirection, LogEntryView, MenuItemView, MenuSectionView,
    MessageKind, MessageView, ModeView, OfferView, RowView, ScreenView, SpreadsheetCellView, SpreadsheetView, StatusView,
    TableView, WaitingView, WindowView,
};
use twinshore_client::{DeviceAnswer, DeviceRequest};

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

/// What fills the screen.
#[uniffi::remote(Enum)]
pub enum ScreenView {
    /// Name and password are asked for.
    SignIn {
        /// Last user name.
        user_name: String,
        /// Why the last try failed; empty for nothing.
        error: String,
        /// Signing in is under way.
        busy: bool,
        /// Those who worked on this device before and can sign in without a connection.
        users: Vec<String>,
        /// The button that begins anew for an account whose database on this device can't be read; empty if none is.
        begin_anew: String,
    },
    /// The PIN is asked for, or a finger or face (A2).
    Lock {
        /// Who works.
        user_name: String,
        /// Why the last try failed; empty for nothing.
        error: String,
        /// Unlocking is under way.
        busy: bool,
        /// The platform can be asked for a finger or face.
        biometrics: bool,
    },
    /// A new PIN is asked for.
    ChoosePin {
        /// Why the last one was not taken; empty for nothing.
        error: String,
        /// Nobody works without one; else an empty one takes it away.
        required: bool,
    },
    /// First download (A1).
    Download(DownloadView),
    /// The app.
    Work,
}

/// Progress of the first download.
#[uniffi::remote(Record)]
pub struct DownloadView {
    /// What is being done, for the person.
    pub step: String,
    /// Share that is done, of `total`.
    pub done: u64,
    /// The whole in the same unit; 0 if unknown.
    pub total: u64,
    /// How far it is and how fast, for the person; empty if there is nothing to tell yet.
    pub figures: String,
    /// What stopped it; empty while it goes on. It resumes where it stopped.
    pub error: String,
}

/// Mode of the app.
#[uniffi::remote(Enum)]
pub enum ModeView {
    Normal,
    Offline,
    PoorConnection,
}

/// How good the link is.
#[uniffi::remote(Enum)]
pub enum LinkQuality {
    Good,
    Slow,
    None,
}

/// State of the exchange.
#[uniffi::remote(Record)]
pub struct ExchangeView {
    /// A round runs.
    pub running: bool,
    /// Changes that wait to be sent.
    pub pending: u64,
    /// Time of the last good round, ISO; empty for never.
    pub last: String,
    /// What went wrong last; empty for nothing.
    pub error: String,
}

/// The mark in the app's title (M8).
#[uniffi::remote(Record)]
pub struct StatusView {
    /// Chosen by the person.
    pub mode: ModeView,
    /// What routing uses (M2).
    pub effective_mode: ModeView,
    /// The main server can be called.
    pub available: bool,
    /// Link.
    pub link: LinkQuality,
    /// Why the main server can't be called, for the person; empty if it can.
    pub banner: String,
    /// The person may choose Offline, Poor connection (M5).
    pub offline_by_hand: bool,
    /// See `offline_by_hand`.
    pub poor_connection_by_hand: bool,
    /// Exchange.
    pub exchange: ExchangeView,
    /// Who works.
    pub user_name: String,
    /// The person may choose a PIN.
    pub pin_by_hand: bool,
    /// A new configuration was found and put off: the person may follow it now (A6).
    pub update_waits: bool,
    /// Title of the app.
    pub title: String,
    /// Language code.
    pub language: String,
}

/// An item of the menu.
#[uniffi::remote(Record)]
pub struct MenuItemView {
    /// Sent back when chosen: full name of a form.
    pub id: String,
    /// Caption.
    pub title: String,
    /// Name of an icon.
    pub icon: String,
    /// Can be chosen.
    pub enabled: bool,
    /// "Needs connection" or nothing (M7).
    pub hint: String,
}

/// A section of the menu.
#[uniffi::remote(Record)]
pub struct MenuSectionView {
    /// Name.
    pub id: String,
    /// Caption.
    pub title: String,
    /// Name of an icon.
    pub icon: String,
    /// Something in it can be chosen.
    pub enabled: bool,
    /// Items.
    pub items: Vec<MenuItemView>,
}

/// How loud a message is.
#[uniffi::remote(Enum)]
pub enum MessageKind {
    Info,
    Warning,
    Error,
}

/// A text for the person.
#[uniffi::remote(Record)]
pub struct MessageView {
    /// Number, growing.
    pub id: u64,
    /// How loud.
    pub kind: MessageKind,
    /// The text.
    pub text: String,
    /// Form it is about; 0 for none.
    pub form: u32,
}

/// A question.
#[uniffi::remote(Record)]
pub struct DialogView {
    /// Number.
    pub id: u64,
    /// Question.
    pub text: String,
    /// Buttons: id and caption.
    pub buttons: Vec<ChoiceView>,
}

/// Offer of another mode on a slow link (M4): not modal.
#[uniffi::remote(Record)]
pub struct OfferView {
    /// Why, with the measured figures.
    pub text: String,
    /// Modes offered; empty choice keeps the mode.
    pub modes: Vec<ModeView>,
}

/// A call that takes long (R18): drawn over everything, with a way out.
#[uniffi::remote(Record)]
pub struct WaitingView {
    /// Number; sent back to wait no longer.
    pub id: u64,
    /// What is waited for.
    pub text: String,
}

/// A part of the home page (M7): opens its form, or says that it needs a connection.
#[uniffi::remote(Record)]
pub struct HomePartView {
    /// Sent back when chosen, as a menu item.
    pub id: String,
    /// Caption.
    pub title: String,
    /// Name of an icon.
    pub icon: String,
    /// Can be opened now; else a placeholder is drawn.
    pub enabled: bool,
    /// "Needs connection" or nothing.
    pub hint: String,
}

/// An open form in the order of windows.
#[uniffi::remote(Record)]
pub struct WindowView {
    /// Form.
    pub form: u32,
    /// Heading.
    pub title: String,
    /// Has unsaved changes.
    pub modified: bool,
    /// `main` or `standalone`.
    pub used_server: String,
    /// Can be worked with.
    pub available: bool,
}

/// Typed text kept from a form that was closed or killed (F19).
#[uniffi::remote(Record)]
pub struct DraftView {
    /// Id.
    pub id: String,
    /// Heading of the form.
    pub title: String,
    /// When it was typed, ISO.
    pub when: String,
}

/// A thing that needs a person: a conflict, a document that could not be posted, an item that could not be applied.
#[uniffi::remote(Record)]
pub struct AttentionView {
    /// Id.
    pub id: String,
    /// Item.
    pub title: String,
    /// What happened.
    pub text: String,
}

/// Which server took a call: the live log.
#[uniffi::remote(Record)]
pub struct LogEntryView {
    /// Number, growing.
    pub id: u64,
    /// Time, ISO with milliseconds.
    pub time: String,
    /// `main`, `standalone` or `refused`.
    pub server: String,
    /// What was called.
    pub call: String,
    /// How long it took.
    pub ms: u64,
    /// Error code; empty if it went well.
    pub error: String,
}

/// Everything around forms, whole; it is small and sent again when it changes.
#[uniffi::remote(Record)]
pub struct InterfaceView {
    /// Grows with each change.
    pub revision: u64,
    /// What fills the screen.
    pub screen: ScreenView,
    /// Status.
    pub status: StatusView,
    /// Home page: what the configuration puts before the menu.
    pub home: Vec<HomePartView>,
    /// Menu.
    pub sections: Vec<MenuSectionView>,
    /// Open forms; the last is in front.
    pub windows: Vec<WindowView>,
    /// Number of the form in front; 0 for the menu.
    pub active: u32,
    /// Question that waits.
    pub dialog: Option<DialogView>,
    /// Slow-link offer.
    pub offer: Option<OfferView>,
    /// What the person waits for.
    pub waiting: Option<WaitingView>,
    /// Last messages, newest last.
    pub messages: Vec<MessageView>,
    /// Drafts that can be taken up.
    pub drafts: Vec<DraftView>,
    /// Things that need a person.
    pub attention: Vec<AttentionView>,
}

/// Which way a list is read on.
#[uniffi::remote(Enum)]
pub enum ListDirection {
    Before,
    After,
}

/// An action of the person.
#[uniffi::remote(Enum)]
pub enum FormEvent {
    /// Text typed into a field; `input_version` grows with each.
    SetText {
        element: ElementId,
        text: String,
        input_version: u64,
    },
    /// Switch or check box.
    SetChecked {
        element: ElementId,
        checked: bool,
    },
    /// One of the element's choices or suggestions.
    Choose {
        element: ElementId,
        choice: String,
    },
    /// Suggestions for what is typed into a reference field.
    Suggest {
        element: ElementId,
        text: String,
    },
    /// Opens the choice form of a reference field (R12).
    OpenChoice {
        element: ElementId,
    },
    /// Opens the item a reference field shows.
    OpenValue {
        element: ElementId,
    },
    /// Empties a field.
    Clear {
        element: ElementId,
    },
    /// Takes the other server's value of a conflict (F10d).
    TakeTheirs {
        element: ElementId,
    },
    /// The same for a cell.
    TakeTheirsCell {
        element: ElementId,
        row: String,
        column: String,
    },
    AddRow {
        element: ElementId,
    },
    RemoveRow {
        element: ElementId,
        row: String,
    },
    MoveRow {
        element: ElementId,
        row: String,
        up: bool,
    },
    SetCell {
        element: ElementId,
        row: String,
        column: String,
        text: String,
        input_version: u64,
    },
    ChooseCell {
        element: ElementId,
        row: String,
        column: String,
        choice: String,
    },
    SuggestCell {
        element: ElementId,
        row: String,
        column: String,
        text: String,
    },
    OpenCellChoice {
        element: ElementId,
        row: String,
        column: String,
    },
    SelectRow {
        element: ElementId,
        row: String,
    },
    /// Opens the row of a list, or chooses it in a choice form; a group is entered.
    OpenRow {
        element: ElementId,
        row: String,
    },
    /// Goes up to a group of the path; empty for the top.
    OpenGroup {
        element: ElementId,
        group: String,
    },
    /// The person nears an end of the window.
    ReadOn {
        element: ElementId,
        direction: ListDirection,
    },
    /// Jumps to the start or the end.
    Jump {
        element: ElementId,
        to_end: bool,
    },
    Search {
        element: ElementId,
        text: String,
    },
    FilterByRow {
        element: ElementId,
        row: String,
        column: String,
    },
    ClearFilter {
        element: ElementId,
        column: String,
    },
    Sort {
        element: ElementId,
        column: String,
    },
    ActivatePage {
        element: ElementId,
    },
    /// A button, or a standard command by name (`openOffline`, `openFromMainServer`, `write`, `close` …).
    Execute {
        command: String,
    },
}

/// What module code wants of the device.
#[uniffi::remote(Enum)]
pub enum DeviceRequest {
    TakePhoto,
    ScanBarcode,
    Locate,
    Dial { number: String },
    Share { text: String },
    Notify { title: String, text: String },
}

/// What came of it.
#[uniffi::remote(Enum)]
pub enum DeviceAnswer {
    Done,
    Cancelled,
    Photo { media_type: String, bytes: Vec<u8> },
    Barcode { text: String },
    Place { latitude: f64, longitude: f64, accuracy_m: f64 },
}
