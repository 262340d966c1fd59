//! Server half of forms.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use twinshore_metadata::{FormName, Record, Ref, Value};
use uuid::Uuid;

use crate::{CallId, Message};

/// Opens a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenFormRequest {
    /// Form.
    pub form: FormName,
    /// Item to show; none for a new one and for forms without a main object.
    #[serde(default)]
    pub key: Option<Ref>,
    /// Id for a new item, given by the client and kept through reopening (F12).
    #[serde(default)]
    pub new_id: Option<Uuid>,
    /// Item to copy.
    #[serde(default)]
    pub copy_of: Option<Ref>,
    /// A new item is a group.
    #[serde(default)]
    pub is_group: bool,
    /// Values of a new item.
    #[serde(default)]
    pub filling_values: IndexMap<String, Value>,
    /// Parameters for the form's handlers.
    #[serde(default)]
    pub parameters: IndexMap<String, Value>,
    /// The form takes the place of one of the other server (F9).
    #[serde(default)]
    pub reopening: bool,
}

/// An opened form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenFormResponse {
    /// Values of the object's and the form's attributes, with presentations of references; rows of tables.
    pub record: Record,
    /// Reference of the item, also of a new one; none for forms without a main object.
    pub key: Option<Ref>,
    /// The item is not written yet.
    pub is_new: bool,
    /// Version of the item, for [`WriteFormRequest::version`].
    pub version: i64,
    /// The person may write.
    pub can_write: bool,
    /// The person may post.
    pub can_post: bool,
    /// Attributes and tables that are not shown, for want of rights or because their functional option is off (C17); their
    /// values are absent from `record`.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Commands whose functional option is off, and standard ones that the person has no right to carry out.
    #[serde(default)]
    pub off_commands: Vec<String>,
    /// Attributes the person may not change.
    #[serde(default)]
    pub read_only: Vec<String>,
    /// Texts from handlers.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// Calls a function of the form's server module. The form's data travel along; the server keeps nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormCallRequest {
    /// Id of the call.
    pub call_id: CallId,
    /// Form.
    pub form: FormName,
    /// Item.
    pub key: Option<Ref>,
    /// The item is not written yet.
    pub is_new: bool,
    /// Data of the form.
    pub record: Record,
    /// Parameters the form was opened with.
    #[serde(default)]
    pub parameters: IndexMap<String, Value>,
    /// Exported function.
    pub method: String,
    /// Its further arguments.
    pub arguments: Vec<Value>,
}

/// What the call gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormCallResponse {
    /// What the function returned.
    pub result: Value,
    /// Parts of the data that the function changed.
    pub changes: Record,
    /// Texts for the person.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// What to do with a document besides writing it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum WriteAction {
    #[default]
    Write,
    Post,
    Unpost,
}

/// Writes the form's object. Form attributes in the record are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WriteFormRequest {
    /// Id of the call.
    pub call_id: CallId,
    /// Form.
    pub form: FormName,
    /// Item; for a new one the reference that opening gave.
    pub key: Ref,
    /// The item is not written yet.
    pub is_new: bool,
    /// Version the data were read at; 0 for a new one. For constants and records of registers 0.
    pub version: i64,
    /// Data of the form.
    pub record: Record,
    /// Post or unpost too.
    pub action: WriteAction,
}

/// The item as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WriteFormResponse {
    /// Reference with the new presentation.
    pub key: Ref,
    /// New version.
    pub version: i64,
    /// The object's attributes and tables as written (number given, sums counted by handlers).
    pub record: Record,
    /// Texts for the person.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// Sets or clears a deletion mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkDeletionRequest {
    /// Id of the call.
    pub call_id: CallId,
    /// Item.
    pub reference: Ref,
    /// Marked or not.
    pub mark: bool,
}

/// Keeps others from an item while it is typed into, or lets them in again (F14). A lock lives as long as its session gives signs
/// of life; it never takes the place of checking the version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LockRequest {
    /// Item.
    pub reference: Ref,
    /// Keep others out; else let them in.
    pub lock: bool,
}

/// Whether it worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockResponse {
    /// Who else has it; none if it is the session's, or was let go.
    pub held_by: Option<String>,
}

/// Asks for presentations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresentationsRequest {
    /// At most 1,000.
    pub references: Vec<Ref>,
}

/// The references with what is known of them; unknown ones without presentation, in the same order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresentationsResponse {
    /// The same references.
    pub references: Vec<Ref>,
}
