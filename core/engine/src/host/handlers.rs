//! Handlers of items (`*.object.ts`), run by module code.

use std::rc::Rc;

use indexmap::IndexMap;
use twinshore_metadata::{ModuleName, ObjectKind, ObjectName, Record, Value};
use twinshore_modules::Argument;
use twinshore_protocol::ServerError;

use super::objects::state_of;
use super::{ServerHost, arguments};
use crate::EngineError;
use crate::objects::{BothChanged, Decision, Movements, ObjectHandlers, ObjectState};

/// Runs the handlers an item's module exports; a missing one does nothing.
pub(crate) struct ModuleHandlers {
    host: Rc<ServerHost>,
}

impl ModuleHandlers {
    pub(crate) const fn new(host: Rc<ServerHost>) -> Self {
        Self { host }
    }

    fn module(&self, object: &ObjectName, handler: &str) -> Option<ModuleName> {
        let module = ModuleName::Object(object.clone());
        self.host.exports(&module, handler).then_some(module)
    }

    /// Runs a handler that may change the item.
    fn change(&self, handler: &str, object: &mut ObjectState, more: Option<Argument>) -> Result<(), EngineError> {
        let Some(module) = self.module(&object.reference.object, handler) else { return Ok(()) };
        let mut arguments = vec![Argument::Object(self.host.state_value(object))];
        arguments.extend(more);
        let outcome = self.host.run(&module, handler, &arguments).map_err(refused)?;
        let after = outcome.arguments.into_iter().next().unwrap_or_default();
        if after != Value::Empty {
            let changed = state_of(&after).map_err(|error| EngineError::refused(error.message))?;
            object.record = changed.record;
        }
        Ok(())
    }
}

/// What a handler throws refuses the operation: its text is for the person.
fn refused(error: EngineError) -> EngineError {
    match error {
        EngineError::Refused(ServerError::Module { message, code: None, .. }) => EngineError::refused(message),
        other => other,
    }
}

impl ObjectHandlers for ModuleHandlers {
    fn filling(&self, object: &mut ObjectState, values: &IndexMap<String, Value>) -> Result<(), EngineError> {
        self.change("filling", object, Some(Argument::Value(arguments::fields(values.clone()))))
    }

    fn before_write(&self, object: &mut ObjectState) -> Result<(), EngineError> {
        self.change("beforeWrite", object, None)
    }

    fn on_write(&self, object: &mut ObjectState) -> Result<(), EngineError> {
        // The rows are written: what this handler assigns to the item would be lost, so it is not taken.
        let Some(module) = self.module(&object.reference.object, "onWrite") else { return Ok(()) };
        self.host.run(&module, "onWrite", &[Argument::Object(self.host.state_value(object))]).map_err(refused)?;
        Ok(())
    }

    fn before_delete(&self, object: &ObjectState) -> Result<(), EngineError> {
        self.change("beforeDelete", &mut object.clone(), None)
    }

    fn on_conflict(&self, object: &mut ObjectState, both: BothChanged<'_>) -> Result<Decision, EngineError> {
        let Some(module) = self.module(&object.reference.object, "onConflict") else { return Ok(Decision::Standard) };
        let side = |record: &Record| {
            let of = |name: &String| match record.tables.get(name) {
                Some(rows) => (name.clone(), Value::List(rows.iter().map(|r| arguments::fields(r.values.clone())).collect())),
                None => (name.clone(), record.get(name).clone()),
            };
            Value::Structure(both.names.iter().map(of).collect())
        };
        let winner = if both.device_wins { "device" } else { "main" };
        let event = arguments::structure([
            ("names", Value::List(both.names.iter().map(|n| n.as_str().into()).collect())),
            ("main", side(both.main)),
            ("device", side(both.device)),
            ("winner", winner.into()),
        ]);
        let given = self.host.state_value(object);
        let outcome =
            self.host.run(&module, "onConflict", &[Argument::Object(given), Argument::Event(event)]).map_err(refused)?;
        let mut after = outcome.arguments.into_iter();
        let changed = after.next().unwrap_or_default();
        if changed != Value::Empty {
            let changed = state_of(&changed).map_err(|error| EngineError::refused(error.message))?;
            if changed.record != object.record {
                object.record = changed.record;
                return Ok(Decision::Own);
            }
        }
        match after.next().as_ref().and_then(|event| event.field("winner")).and_then(Value::as_text) {
            Some(decided) if decided != winner => match decided {
                "device" | "main" => Ok(Decision::OneSide { device_wins: decided == "device" }),
                other => {
                    Err(EngineError::refused(format!("onConflict: `{other}` wins nothing; write \"device\" or \"main\".")))
                }
            },
            _ => Ok(Decision::Standard),
        }
    }

    fn posting(&self, object: &ObjectState) -> Result<Movements, EngineError> {
        let Some(module) = self.module(&object.reference.object, "posting") else { return Ok(Vec::new()) };
        let registers = self.host.unit.object(&object.reference.object)?.posts_to.clone();
        let names = registers.iter().map(|r| r.name.clone()).collect();
        let arguments = [Argument::Object(self.host.state_value(object)), Argument::Movements(names)];
        let outcome = self.host.run(&module, "posting", &arguments).map_err(refused)?;
        let records = outcome.arguments.into_iter().nth(1).unwrap_or_default();
        Ok(registers.into_iter().map(|register| (register.clone(), movements(&records, &register))).collect())
    }
}

fn movements(records: &Value, register: &ObjectName) -> Vec<IndexMap<String, Value>> {
    debug_assert!(register.kind == ObjectKind::AccumulationRegister || register.kind == ObjectKind::InformationRegister);
    let Some(Value::List(items)) = records.field(&register.name) else { return Vec::new() };
    items
        .iter()
        .filter_map(|item| match item {
            Value::Structure(fields) => Some(fields.iter().cloned().collect()),
            _ => None,
        })
        .collect()
}
