//! What a person does in a form.

use serde::{Deserialize, Serialize};

use super::ElementId;

/// Which way a list is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum ListDirection {
    Before,
    After,
}

/// Answer to a dialog: the id of a button.
pub type DialogAnswer = String;

/// An action of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs)]
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
    /// Takes the other server's value of a conflict (F10d); of a table, all its rows.
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
    /// Shows only rows of a list that have in a column what this row has there.
    FilterByRow {
        element: ElementId,
        row: String,
        column: String,
    },
    /// Shows a list's rows whatever they have in a column; empty for all columns.
    ClearFilter {
        element: ElementId,
        column: String,
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
    Sort {
        element: ElementId,
        column: String,
    },
    ActivatePage {
        element: ElementId,
    },
    /// A button, or a standard command by name (`openOffline`, `openFromMainServer`, `write`, `close`, `tryAgain` …).
    Execute {
        command: String,
    },
}

impl FormEvent {
    /// Element that the person is in.
    pub const fn element(&self) -> Option<ElementId> {
        match self {
            Self::SetText { element, .. }
            | Self::SetChecked { element, .. }
            | Self::Choose { element, .. }
            | Self::Suggest { element, .. }
            | Self::OpenChoice { element }
            | Self::OpenValue { element }
            | Self::Clear { element }
            | Self::TakeTheirs { element }
            | Self::TakeTheirsCell { element, .. }
            | Self::AddRow { element }
            | Self::RemoveRow { element, .. }
            | Self::MoveRow { element, .. }
            | Self::SetCell { element, .. }
            | Self::ChooseCell { element, .. }
            | Self::SuggestCell { element, .. }
            | Self::OpenCellChoice { element, .. }
            | Self::SelectRow { element, .. }
            | Self::OpenRow { element, .. }
            | Self::OpenGroup { element, .. }
            | Self::FilterByRow { element, .. }
            | Self::ClearFilter { element, .. }
            | Self::Search { element, .. }
            | Self::Sort { element, .. } => Some(*element),
            // Scrolling, pages and buttons leave the person where they are.
            Self::ReadOn { .. } | Self::Jump { .. } | Self::ActivatePage { .. } | Self::Execute { .. } => None,
        }
    }

    /// The same event at another element.
    #[must_use]
    pub fn at(mut self, there: ElementId) -> Self {
        match &mut self {
            Self::SetText { element, .. }
            | Self::SetChecked { element, .. }
            | Self::Choose { element, .. }
            | Self::Suggest { element, .. }
            | Self::OpenChoice { element }
            | Self::OpenValue { element }
            | Self::Clear { element }
            | Self::TakeTheirs { element }
            | Self::TakeTheirsCell { element, .. }
            | Self::AddRow { element }
            | Self::RemoveRow { element, .. }
            | Self::MoveRow { element, .. }
            | Self::SetCell { element, .. }
            | Self::ChooseCell { element, .. }
            | Self::SuggestCell { element, .. }
            | Self::OpenCellChoice { element, .. }
            | Self::SelectRow { element, .. }
            | Self::OpenRow { element, .. }
            | Self::OpenGroup { element, .. }
            | Self::FilterByRow { element, .. }
            | Self::ClearFilter { element, .. }
            | Self::Search { element, .. }
            | Self::Sort { element, .. } => *element = there,
            Self::ReadOn { .. } | Self::Jump { .. } | Self::ActivatePage { .. } | Self::Execute { .. } => {}
        }
        self
    }
}
