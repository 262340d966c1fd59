//! Changed things as they are now, ready to be sent, and what of a thing may travel at all.

use rusqlite::ErrorCode;
use twinshore_metadata::{ChildKind, Composition, ObjectName, Record, Ref, Value};
use twinshore_protocol::{ChangeItem, ServerError};

use crate::changes::ChangeKey;
use crate::{EngineError, Unit, constants, objects, registers};

/// The thing as it is now; without what the other side does not have (X12) and what the user may not see.
pub fn current(unit: &Unit, key: &ChangeKey) -> Result<ChangeItem, EngineError> {
    Ok(match key {
        ChangeKey::Object(reference) => match objects::read_unchecked(unit, reference)? {
            Some(mut state) => {
                strip(unit, &unit.engine().bundle().composition, &reference.object, &mut state.record);
                ChangeItem::Object { reference: state.reference, version: state.version, record: state.record }
            }
            None => ChangeItem::ObjectDeletion { reference: reference.clone() },
        },
        ChangeKey::Deletion(reference) => ChangeItem::ObjectDeletion { reference: reference.clone() },
        ChangeKey::Movements { register, recorder } => {
            records(unit, register, [("Recorder".to_owned(), recorder.clone().into())].into())?
        }
        ChangeKey::Records { register, key } => records(unit, register, key.clone())?,
        ChangeKey::Constant(name) => ChangeItem::Constant { name: name.clone(), value: constants::get(unit, name)? },
    })
}

type Values = indexmap::IndexMap<String, Value>;

fn records(unit: &Unit, register: &ObjectName, key: Values) -> Result<ChangeItem, EngineError> {
    let mut records = registers::record_set(unit, register, &key)?;
    for record in &mut records {
        record.retain(|name, _| !stays(unit, &unit.engine().bundle().composition, register, name));
    }
    Ok(ChangeItem::RegisterRecords { register: register.clone(), key, records })
}

/// True for attributes and resources that don't travel: excluded from the composition or hidden from the user.
pub fn stays(unit: &Unit, composition: &Composition, object: &ObjectName, name: &str) -> bool {
    composition.excludes(object, ChildKind::Attributes, name)
        || composition.excludes(object, ChildKind::Resources, name)
        || unit.user().hidden(object).iter().any(|hidden| hidden == name)
}

/// Takes out of a record what does not travel.
pub fn strip(unit: &Unit, composition: &Composition, object: &ObjectName, record: &mut Record) {
    let hidden = unit.user().hidden(object);
    record.attributes.retain(|name, _| !composition.excludes(object, ChildKind::Attributes, name) && !hidden.contains(name));
    record.tables.retain(|name, _| !composition.excludes(object, ChildKind::Tables, name) && !hidden.contains(name));
    let except = composition.inclusion(object).map_or(&[][..], |inclusion| inclusion.except.as_slice());
    if hidden.is_empty() && except.iter().all(|child| child.kind != ChildKind::Columns) {
        return;
    }
    for (table, rows) in &mut record.tables {
        for row in rows {
            row.values.retain(|column, _| {
                let path = format!("{table}.{column}");
                !composition.excludes(object, ChildKind::Columns, &path) && !hidden.contains(&path)
            });
        }
    }
}

/// Fills in presentations of external references: the device can't know them otherwise (C13).
pub fn present(unit: &Unit, items: &mut [ChangeItem]) -> Result<(), EngineError> {
    let mut places: Vec<&mut Value> = Vec::new();
    for item in items {
        match item {
            ChangeItem::Object { record, .. } => {
                places.extend(record.attributes.values_mut());
                places.extend(record.tables.values_mut().flatten().flat_map(|row| row.values.values_mut()));
            }
            ChangeItem::RegisterRecords { records, .. } => places.extend(records.iter_mut().flat_map(|r| r.values_mut())),
            ChangeItem::Constant { value, .. } => places.push(value),
            ChangeItem::ObjectDeletion { .. } | ChangeItem::Removed { .. } => {}
        }
    }
    let composition = &unit.engine().bundle().composition;
    places.retain(|value| matches!(value, Value::Ref(reference) if !composition.includes(&reference.object)));
    let mut values: Vec<Value> = places.iter_mut().map(|place| std::mem::take(*place)).collect();
    objects::present_values(unit, &mut values)?;
    places.into_iter().zip(values).for_each(|(place, value)| *place = value);
    Ok(())
}

/// Bytes of one page or message at most, roughly; one thing is always sent.
pub const MAXIMUM_BYTES: usize = 4 * 1024 * 1024;

/// Roughly the bytes of an item on its way.
pub fn weight(item: &ChangeItem) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Binary(bytes) => bytes.len() * 4 / 3,
            Value::Picture(picture) => picture.bytes.len() * 4 / 3,
            Value::Spreadsheet(sheet) => sheet.rows.iter().flatten().map(|cell| cell.text.len() + 16).sum(),
            Value::List(items) => items.iter().map(of).sum(),
            Value::Structure(fields) => fields.iter().map(|(_, value)| of(value)).sum(),
            _ => 40,
        }
    }
    let named = |name: &str, value: &Value| name.len() + 4 + of(value);
    match item {
        ChangeItem::Object { record, .. } => {
            let rows = record.tables.values().flatten();
            let cells = rows.flat_map(|row| &row.values).map(|(n, v)| named(n, v)).sum::<usize>();
            120 + cells + record.attributes.iter().map(|(n, v)| named(n, v)).sum::<usize>()
        }
        ChangeItem::RegisterRecords { records, .. } => 120 + records.iter().flatten().map(|(n, v)| named(n, v)).sum::<usize>(),
        ChangeItem::Constant { value, .. } => 60 + of(value),
        ChangeItem::ObjectDeletion { .. } | ChangeItem::Removed { .. } => 80,
    }
}

/// The thing that an item is about.
pub fn key_of(item: &ChangeItem) -> ChangeKey {
    match item {
        ChangeItem::Object { reference, .. } | ChangeItem::Removed { reference } => ChangeKey::Object(reference.clone()),
        ChangeItem::ObjectDeletion { reference } => ChangeKey::Deletion(reference.clone()),
        ChangeItem::RegisterRecords { register, key, .. } => match key.get("Recorder") {
            Some(Value::Ref(recorder)) => ChangeKey::Movements { register: register.clone(), recorder: recorder.clone() },
            _ => ChangeKey::Records { register: register.clone(), key: key.clone() },
        },
        ChangeItem::Constant { name, .. } => ChangeKey::Constant(name.clone()),
    }
}

/// The item that a thing is, if it is one.
pub const fn reference(key: &ChangeKey) -> Option<&Ref> {
    match key {
        ChangeKey::Object(reference) | ChangeKey::Deletion(reference) => Some(reference),
        _ => None,
    }
}

/// True for failures that say nothing about the item: the whole message waits for a better time.
pub fn is_fatal(error: &EngineError) -> bool {
    match error {
        EngineError::StorageFull
        | EngineError::Open { .. }
        | EngineError::Key { .. }
        | EngineError::Refused(ServerError::TryLater { .. }) => true,
        EngineError::Database(error) => matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ReadOnly
                    | ErrorCode::OutOfMemory
                    | ErrorCode::CannotOpen
                    | ErrorCode::DatabaseLocked
            )
        ),
        _ => false,
    }
}
