//! Data that were there before their object came into the composition are noted as changed, so that devices get them.

use rusqlite::params;
use twinshore_metadata::{ObjectDefinition, ObjectKind};

use super::{ChangeKey, note};
use crate::schema::{set_setting, setting};
use crate::storage::{Lease, quoted};
use crate::{EngineError, Unit, query};

const INCLUDED_SETTING: &str = "changes.included";

/// Notes the data of objects that were not included when this ran last. Devices have nothing of their own to note.
pub(crate) fn record_included(unit: &Unit) -> Result<(), EngineError> {
    if unit.engine().is_standalone() {
        return Ok(());
    }
    let composition = &unit.engine().bundle().composition;
    let now = composition.included.keys().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let before = setting(&*unit.connection()?, INCLUDED_SETTING)?.unwrap_or_default();
    if now == before {
        return Ok(());
    }
    unit.transaction(|connection| {
        for object in composition.included.keys().filter(|o| !before.split(',').any(|b| *b == o.to_string())) {
            if let Some(definition) = unit.configuration().object(object) {
                record_all(unit, connection, definition)?;
            }
        }
        set_setting(connection, INCLUDED_SETTING, &now)
    })
}

fn record_all(unit: &Unit, connection: &Lease, object: &ObjectDefinition) -> Result<(), EngineError> {
    let name = object.name.to_string();
    let (key, kind) = match object.name.kind {
        ObjectKind::Catalog | ObjectKind::Document => ("\"Ref\"", "'object'"),
        ObjectKind::AccumulationRegister => ("\"Recorder\"", "'movements ' || \"Recorder.type\""),
        ObjectKind::Constant | ObjectKind::FunctionalOption => {
            return super::record(unit, connection, &ChangeKey::Constant(object.name.clone()), None);
        }
        ObjectKind::InformationRegister => return record_keys(unit, connection, object),
        _ => return Ok(()),
    };
    let table = quoted(&name);
    let sql = format!(
        "INSERT OR IGNORE INTO _changes (object, key, kind, origin, user) SELECT DISTINCT ?1, {key}, {kind}, '', '' FROM {table}"
    );
    connection.execute(&sql, params![name])?;
    Ok(())
}

fn record_keys(unit: &Unit, connection: &Lease, object: &ObjectDefinition) -> Result<(), EngineError> {
    let Some(details) = &object.register else { return Ok(()) };
    let mut names = details.dimensions.clone();
    if details.periodic {
        names.push("Period".into());
    }
    if names.is_empty() {
        return note(unit, connection, &ChangeKey::Records { register: object.name.clone(), key: Default::default() }, None);
    }
    let text = format!("SELECT DISTINCT {} FROM {}", names.join(", "), object.name);
    for key in query::run(unit, &text, &Default::default())? {
        note(unit, connection, &ChangeKey::Records { register: object.name.clone(), key }, None)?;
    }
    Ok(())
}
