//! Functional options (C17): values that come from the main server; what is not known is off.

use std::sync::Arc;

use twinshore_metadata::{ChildKind, ChildPath, Governed, ObjectKind, ObjectName, Value};

use crate::rights::UserRights;
use crate::{Engine, EngineError, Unit, constants};

/// True if an option is on.
///
/// # Errors
/// If it is not here.
pub fn is_on(unit: &Unit, name: &str) -> Result<bool, EngineError> {
    let value = constants::get(unit, &ObjectName::new(ObjectKind::FunctionalOption, name))?;
    Ok(value == Value::Boolean(true))
}

/// Names of the options that are on.
///
/// # Errors
/// If the database fails.
pub fn on(unit: &Unit) -> Result<Vec<String>, EngineError> {
    let all = unit.configuration().of_kind(ObjectKind::FunctionalOption);
    let mut on = Vec::new();
    for option in all {
        if is_on(unit, &option.name.name)? {
            on.push(option.name.name.clone());
        }
    }
    Ok(on)
}

/// True if an option is on on this server, whoever asks; off if that can't be told.
pub fn is_on_device(engine: &Engine, name: &str) -> bool {
    let unit = Unit::new(engine, Arc::new(UserRights::platform(&engine.bundle().configuration)));
    is_on(&unit, name).unwrap_or(false)
}

/// What of an object is not offered now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Off {
    /// Attributes and tables.
    pub hidden: Vec<String>,
    /// Commands of the object and of its forms.
    pub commands: Vec<String>,
}

/// What of an object its options keep away.
///
/// # Errors
/// If the database fails.
pub fn off(unit: &Unit, object: &ObjectName) -> Result<Off, EngineError> {
    let governed = unit.configuration().governed(object);
    if governed.is_empty() {
        return Ok(Off::default());
    }
    let on = on(unit)?;
    let mut off = Off::default();
    for (Governed { child, .. }, options) in governed {
        let Some(ChildPath { kind, name }) = child else { continue };
        if options.iter().any(|option| on.iter().any(|o| o == option)) {
            continue;
        }
        match kind {
            ChildKind::Attributes | ChildKind::Tables => off.hidden.push(name.clone()),
            ChildKind::Commands => off.commands.push(name.clone()),
            ChildKind::Columns | ChildKind::Forms | ChildKind::Resources => {}
        }
    }
    Ok(off)
}
