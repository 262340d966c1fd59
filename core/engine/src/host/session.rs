//! Session parameters: set by the configuration's session module, read by all code of the server.
//!
//! A session is one user on one server, so the main session and the session of the device have parameters of their own (R19). They
//! are set when a call first asks for one, and anew in each call: no server keeps state of a user between calls, any node of the
//! main server can take any call, and what the module looked up is never stale.

use std::cell::RefCell;

use indexmap::IndexMap;
use twinshore_metadata::{ModuleName, ObjectKind, ObjectName, Value};
use twinshore_modules::Argument;
use twinshore_protocol::ServerError;

use super::ServerHost;
use crate::EngineError;

/// The exported function of the session module.
const HANDLER: &str = "setSessionParameters";

/// Parameters of one call.
#[derive(Default)]
pub(super) struct Parameters(RefCell<State>);

#[derive(Default)]
enum State {
    /// Nobody asked yet.
    #[default]
    Unset,
    /// The session module is at work.
    BeingSet,
    Set(IndexMap<String, Value>),
}

impl ServerHost {
    /// Value of a parameter; empty if the session module set none.
    pub(super) fn session_parameter(&self, name: &str) -> Result<Value, EngineError> {
        let object = ObjectName::new(ObjectKind::SessionParameter, name);
        self.unit.object(&object)?;
        match &*self.parameters.0.borrow() {
            State::Set(values) => return Ok(values.get(name).cloned().unwrap_or_default()),
            State::BeingSet => {
                let text = format!("{object} is read while {HANDLER} sets it: keep the value in a variable.");
                return Err(EngineError::refused(text));
            }
            State::Unset => {}
        }
        self.parameters.0.replace(State::BeingSet);
        let set = self.set_parameters();
        // What failed is tried again by whoever asks again.
        self.parameters.0.replace(set.as_ref().map_or(State::Unset, |values| State::Set(values.clone())));
        Ok(set?.swap_remove(name).unwrap_or_default())
    }

    /// R14: what client code is told of a parameter. Those that are not for it stay on the server.
    ///
    /// # Errors
    /// [`ServerError::NotInComposition`] if there is no such parameter here, [`ServerError::NotExported`] if it is the server's own.
    pub(crate) fn session_parameter_for_client(&self, name: &str) -> Result<Value, EngineError> {
        let object = ObjectName::new(ObjectKind::SessionParameter, name);
        if !self.unit.object(&object)?.client_may_read {
            let not_exported = ServerError::NotExported { module: object.kind.prefix().to_owned(), method: name.to_owned() };
            return Err(not_exported.into());
        }
        self.session_parameter(name)
    }

    fn set_parameters(&self) -> Result<IndexMap<String, Value>, EngineError> {
        if !self.exports(&ModuleName::Session, HANDLER) {
            return Ok(IndexMap::new());
        }
        let blank = Argument::Event(Value::Structure(Vec::new()));
        let outcome = self.run(&ModuleName::Session, HANDLER, &[blank])?;
        let Some(Value::Structure(set)) = outcome.arguments.into_iter().next() else { return Ok(IndexMap::new()) };
        // `data` is on every event, for handlers that hand something on.
        set.into_iter().filter(|(name, _)| name != "data").filter_map(|(name, value)| self.fitted(name, value)).collect()
    }

    /// A parameter as its type wants it; none on a device that does not have it.
    fn fitted(&self, name: String, value: Value) -> Option<Result<(String, Value), EngineError>> {
        let object = ObjectName::new(ObjectKind::SessionParameter, name.clone());
        let Some(definition) = self.unit.configuration().object(&object) else {
            let text = format!("{HANDLER} sets {object}, and there is no such session parameter.");
            return (!self.unit.engine().is_standalone()).then(|| Err(EngineError::refused(text)));
        };
        let types = &definition.attributes.first()?.types;
        let value = types.coerce(value);
        if value != Value::Empty && !types.accepts(&value) {
            let text = format!("{HANDLER} sets {object} to a value of another type.");
            return Some(Err(EngineError::refused(text)));
        }
        Some(Ok((name, value)))
    }
}
