//! Arguments of the library's operations, and errors as scenarios see them.

use indexmap::IndexMap;
use rust_decimal::prelude::ToPrimitive as _;
use twinshore_engine::EngineError;
use twinshore_metadata::{ObjectName, Ref, Value};
use twinshore_modules::HostError;
use twinshore_protocol::ServerError;

/// What an operation gives.
pub(super) type Reply = Result<Value, HostError>;

/// An error of the world itself, not of the app.
pub(super) fn trouble(what: impl Into<String>) -> HostError {
    HostError::new("Scenario", what)
}

/// A refusal of a server with its code and details.
pub(super) fn refused(error: ServerError) -> HostError {
    let mut host = HostError::new(error.code(), error.to_string());
    match error {
        ServerError::MainServerUnavailable { reason } => {
            let text = serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            host.details = Value::Structure(vec![("reason".into(), text.into())]);
        }
        ServerError::CallOutcomeUnknown { call_id } => {
            host.details = Value::Structure(vec![("callId".into(), call_id.0.to_string().into())]);
        }
        ServerError::Module { code: Some(code), details, .. } => {
            host.code = code;
            host.details = details;
        }
        _ => {}
    }
    host
}

/// A refusal of an engine.
pub(super) fn engine_refused(error: EngineError) -> HostError {
    match error {
        EngineError::Refused(error) => refused(error),
        other => HostError::new("Internal", other.to_string()),
    }
}

/// Arguments in order.
pub(super) struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    pub(super) fn value(&mut self) -> Value {
        self.0.next().unwrap_or_default()
    }

    pub(super) fn text(&mut self) -> Result<String, HostError> {
        match self.value() {
            Value::String(text) => Ok(text),
            other => Err(trouble(format!("a text is wanted, not {}", other.to_json()))),
        }
    }

    pub(super) fn number(&mut self) -> Result<usize, HostError> {
        match self.value() {
            Value::Decimal(number) => number.to_usize().ok_or_else(|| trouble("a whole number is wanted")),
            _ => Err(trouble("a number is wanted")),
        }
    }

    pub(super) fn form(&mut self) -> Result<u32, HostError> {
        u32::try_from(self.number()?).map_err(|_| trouble("a form is wanted"))
    }

    pub(super) fn flag(&mut self) -> bool {
        self.value() == Value::Boolean(true)
    }

    pub(super) fn list(&mut self) -> Vec<Value> {
        match self.value() {
            Value::List(items) => items,
            _ => Vec::new(),
        }
    }

    pub(super) fn fields(&mut self) -> IndexMap<String, Value> {
        match self.value() {
            Value::Structure(fields) => fields.into_iter().collect(),
            _ => IndexMap::new(),
        }
    }

    pub(super) fn object(&mut self) -> Result<ObjectName, HostError> {
        let text = self.text()?;
        text.parse().map_err(|_| trouble(format!("{text} is not the full name of an object, as Catalog.Goods is")))
    }

    pub(super) fn reference(&mut self) -> Result<Ref, HostError> {
        match self.value() {
            Value::Ref(reference) => Ok(reference),
            other => Err(trouble(format!("a reference is wanted, not {}", other.to_json()))),
        }
    }

    pub(super) fn rest(self) -> Vec<Value> {
        self.0.collect()
    }
}

/// A text among named values.
pub(super) fn text_of(fields: &IndexMap<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A whole number among named values.
pub(super) fn number_of(fields: &IndexMap<String, Value>, name: &str) -> Option<u64> {
    match fields.get(name) {
        Some(Value::Decimal(number)) => number.to_u64(),
        _ => None,
    }
}
