//! What a shell draws and what a person does: plain data, the only vocabulary of shells.
//!
//! A form is a flat list of elements. The first message to an observer is a whole view, then come patches with a revision;
//! applying all patches gives the same as a fresh view. Shells compute nothing: texts are formatted, states are decided.

pub mod diff;
mod event;
mod form;
mod interface;

pub use event::{DialogAnswer, FormEvent, ListDirection};
pub use form::{
    CellView, ChartPointView, ChartView, ChoiceView, ColumnView, ConflictView, ElementChange, ElementId, ElementKindView,
    ElementView, FieldKind, FilterView, FormAvailability, FormPatch, FormView, RowView, SpreadsheetCellView, SpreadsheetView,
    TableView,
};
pub use interface::{
    AttentionView, BeginAnewView, DialogView, DownloadView, DraftView, ExchangeView, HomePartView, InterfaceView, LinkQuality,
    LogEntryView, MenuItemView, MenuSectionView, MessageKind, MessageView, ModeView, OfferView, ScreenView, StatusView,
    WaitingView, WindowView,
};
