//! Calls of common modules, and what every call shares.

use serde::{Deserialize, Serialize};
use twinshore_metadata::Value;
use uuid::Uuid;

/// Id of a call with effects. The server keeps the result of each for 24 hours, so that a repeat is answered, not run again (R17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub Uuid);

impl CallId {
    /// A new id.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for CallId {
    fn default() -> Self {
        Self::new()
    }
}

/// A text for the person, from module code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The text.
    pub text: String,
    /// Attribute it is about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
}

/// Calls an exported function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModuleCallRequest {
    /// Id of the call.
    pub call_id: CallId,
    /// Name of the common module.
    pub module: String,
    /// Exported function.
    pub method: String,
    /// Arguments by value (R6).
    pub arguments: Vec<Value>,
}

/// Its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModuleCallResponse {
    /// What the function returned.
    pub result: Value,
    /// Texts for the person.
    #[serde(default)]
    pub messages: Vec<Message>,
}

/// State of a background job (R15).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum JobState {
    /// Not started yet.
    Queued,
    /// Running.
    Running,
    /// Ended well.
    Done {
        /// What the function returned.
        result: Value,
    },
    /// Ended with an error.
    Failed {
        /// Its message.
        message: String,
    },
    /// The process died while it ran.
    Interrupted,
}
