//! Changed things as they are now, ready to be sent.

use twinshore_metadata::{ChildKind, Record, Ref};
use twinshore_protocol::ChangeItem;

use crate::changes::ChangeKey;
use crate::rights::Action;
use crate::{EngineError, Unit, constants, objects, query, registers};

/// The thing as it is now; none if it is not to be sent.
pub fn current(unit: &Unit, key: &ChangeKey) -> Result<Option<ChangeItem>, EngineError> {
    Ok(match key {
        ChangeKey::Object(reference) => match objects::read_unchecked(unit, reference)? {
            Some(mut state) => {
                strip(unit, reference, &mut state.record);
                objects::present_record(unit, &mut state.record)?;
                Some(ChangeItem::Object { reference: state.reference, version: state.version, record: state.record })
            }
            None => Some(ChangeItem::ObjectDeletion { reference: reference.clone() }),
        },
        ChangeKey::Deletion(reference) => Some(ChangeItem::ObjectDeletion { reference: reference.clone() }),
        ChangeKey::Movements { register, recorder } => {
            let key = [("Recorder".to_owned(), recorder.clone().into())].into();
            let records = registers::record_set(unit, register, &key)?;
            Some(ChangeItem::RegisterRecords { register: register.clone(), key, records })
        }
        ChangeKey::Records { register, key } => {
            let records = registers::record_set(unit, register, key)?;
            Some(ChangeItem::RegisterRecords { register: register.clone(), key: key.clone(), records })
        }
        ChangeKey::Constant(name) => Some(ChangeItem::Constant { name: name.clone(), value: constants::get(unit, name)? }),
    })
}

/// Takes out what the device does not have (X12) and what the user may not see.
fn strip(unit: &Unit, reference: &Ref, record: &mut Record) {
    let composition = &unit.engine().bundle().composition;
    let object = &reference.object;
    let hidden = unit.user().hidden(object);
    record.attributes.retain(|name, _| !composition.excludes(object, ChildKind::Attributes, name) && !hidden.contains(name));
    record.tables.retain(|name, _| !composition.excludes(object, ChildKind::Tables, name));
    for (table, rows) in &mut record.tables {
        for row in rows {
            row.values.retain(|column, _| !composition.excludes(object, ChildKind::Columns, &format!("{table}.{column}")));
        }
    }
}

/// True if the thing belongs on the device of the unit's user: rights, row rights, and the composition's condition (X9).
pub fn belongs(unit: &Unit, key: &ChangeKey) -> Result<bool, EngineError> {
    let object = key.object();
    let Some(inclusion) = unit.engine().bundle().composition.inclusion(object) else { return Ok(false) };
    if !unit.user().may(Action::Read, object) {
        return Ok(false);
    }
    match key {
        ChangeKey::Object(reference) => Ok(query::row_is_visible(unit, reference)?
            && (inclusion.keep.trim().is_empty() || query::fulfils(unit, reference, &inclusion.keep)?)),
        ChangeKey::Movements { recorder, .. } if unit.engine().bundle().composition.includes(&recorder.object) => {
            belongs(unit, &ChangeKey::Object(recorder.clone()))
        }
        _ => Ok(true),
    }
}

/// The reference of a thing, if it has one.
pub const fn reference(key: &ChangeKey) -> Option<&Ref> {
    match key {
        ChangeKey::Object(reference) | ChangeKey::Deletion(reference) => Some(reference),
        _ => None,
    }
}
