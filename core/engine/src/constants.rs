//! Constants, and values of functional options, which are kept like them.

use rusqlite::OptionalExtension;
use twinshore_metadata::{ObjectKind, ObjectName, Value};

use crate::changes::{self, ChangeKey};
use crate::rights::Action;
use crate::{EngineError, Unit};

/// The value of a constant; its default if it was never set.
///
/// # Errors
/// If it is not here or may not be read.
pub fn get(unit: &Unit, name: &ObjectName) -> Result<Value, EngineError> {
    let definition = unit.object(name)?;
    // A functional option says what is offered: everybody may ask.
    if !unit.is_loading() && name.kind != ObjectKind::FunctionalOption {
        unit.user().check(Action::Read, name, definition.title.text(&unit.user().language))?;
    }
    let text: Option<String> = unit
        .connection()?
        .query_row("SELECT value FROM _constants WHERE name = ?1", [name.to_string()], |row| row.get(0))
        .optional()?;
    let stored = text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(stored.unwrap_or_else(|| definition.attributes.first().map_or(Value::Empty, |a| a.initial_value())))
}

/// Sets a constant.
///
/// # Errors
/// `AccessDenied`, a value that does not fit.
pub fn set(unit: &Unit, name: &ObjectName, value: Value) -> Result<(), EngineError> {
    let definition = unit.object(name)?.clone();
    if !unit.is_loading() {
        if name.kind == ObjectKind::FunctionalOption && unit.engine().is_standalone() {
            let title = definition.title.text(&unit.user().language).into();
            return Err(EngineError::refused(unit.say("check-option-on-main", &[("title", title)])));
        }
        unit.user().check(Action::Update, name, definition.title.text(&unit.user().language))?;
    }
    let value = definition.attributes.first().map_or(value.clone(), |a| a.types.coerce(value));
    if definition.attributes.first().is_some_and(|a| !a.types.accepts(&value)) {
        return Err(EngineError::refused_at(
            unit.say("check-fit", &[("title", definition.title.text(&unit.user().language).into())]),
            "Value",
            None,
        ));
    }
    unit.transaction(|connection| {
        connection.execute(
            "INSERT INTO _constants VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            [name.to_string(), value.to_json().to_string()],
        )?;
        changes::record(unit, connection, &ChangeKey::Constant(name.clone()), None)?;
        unit.touch(name, None);
        Ok(())
    })
}
