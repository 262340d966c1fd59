//! What a person does in a form, and what a device is asked for.

use twinshore_client::view::{FormEvent, ListDirection};
use twinshore_client::{DeviceAnswer, DeviceRequest};

type ElementId = u32;

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
