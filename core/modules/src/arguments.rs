//! What goes into a call of module code and what comes out of it.

use serde_json::{Value as Json, json};
use twinshore_metadata::Value;

use crate::ModuleError;

/// An argument of a handler.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A value.
    Value(Value),
    /// A form, by the number that the host's `form.*` operations know it by.
    Form(u32),
    /// An item: its state as in [`crate::HostApi`]. What the handler made of it is in [`Outcome::arguments`].
    Object(Value),
    /// Named values that the handler may change: `{standardProcessing: true}`.
    Event(Value),
    /// Movements of these registers, by name. What was added is in [`Outcome::arguments`]: `{register: [record]}`.
    Movements(Vec<String>),
}

impl Argument {
    /// The form that the prelude revives.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Value(value) => value.to_json(),
            Self::Form(form) => json!({ "$form": form }),
            Self::Object(state) => json!({ "$object": state.to_json() }),
            Self::Event(fields) => json!({ "$event": fields.to_json() }),
            Self::Movements(registers) => json!({ "$movements": registers }),
        }
    }
}

/// What a call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What the function returned.
    pub result: Value,
    /// What became of each argument; `Empty` for forms.
    pub arguments: Vec<Value>,
}

/// Told when a started call settles.
pub type Done = Box<dyn FnOnce(Result<Outcome, ModuleError>)>;
