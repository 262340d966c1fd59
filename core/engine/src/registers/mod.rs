//! Registers: movements of documents, balances and turnovers, records of information registers.

mod read;

use indexmap::IndexMap;
use rusqlite::types::Value as Sql;
use twinshore_metadata::{ObjectDefinition, ObjectKind, ObjectName, Ref, Value};
use uuid::Uuid;

use crate::changes::{self, ChangeKey};
use crate::objects::ObjectState;
use crate::rights::Action;
use crate::storage::quoted;
use crate::storage::values::Column;
use crate::{EngineError, Unit};

pub use read::{Slice, balance, last, record_set, turnovers};

/// Movements of a document in a register are replaced by `records`; their period is the document's date unless they have one.
///
/// # Errors
/// If a record has an unknown attribute or a value that does not fit.
pub fn replace_movements(
    unit: &Unit,
    register: &ObjectName,
    recorder: &Ref,
    date: &Value,
    records: &[IndexMap<String, Value>],
) -> Result<(), EngineError> {
    let definition = unit.object(register)?.clone();
    unit.transaction(|connection| {
        let table = quoted(&register.to_string());
        let removed = connection.execute(&format!("DELETE FROM {table} WHERE \"Recorder\" = ?1"), [recorder.id.as_bytes()])?;
        for (at, record) in records.iter().enumerate() {
            let mut record = record.clone();
            record.entry("Period".into()).or_insert_with(|| date.clone());
            let line = i64::try_from(at + 1).unwrap_or(i64::MAX);
            let leading = vec![
                ("Recorder".to_owned(), Sql::Blob(recorder.id.as_bytes().to_vec())),
                ("Recorder.type".to_owned(), Sql::Text(recorder.object.to_string())),
                ("LineNumber".to_owned(), Sql::Integer(line)),
            ];
            insert(unit, &definition, leading, &record)?;
        }
        if removed > 0 || !records.is_empty() {
            changes::record(
                unit,
                connection,
                &ChangeKey::Movements { register: register.clone(), recorder: recorder.clone() },
                None,
            )?;
            unit.touch(register, None);
        }
        Ok(())
    })
}

fn insert(
    unit: &Unit,
    definition: &ObjectDefinition,
    leading: Vec<(String, Sql)>,
    record: &IndexMap<String, Value>,
) -> Result<(), EngineError> {
    let attributes = definition.all_attributes();
    if let Some(unknown) = record.keys().find(|name| attributes.iter().all(|a| a.name != **name)) {
        return Err(EngineError::refused(format!("{} has no attribute {unknown}.", definition.name)));
    }
    let (mut names, mut values): (Vec<String>, Vec<Sql>) = leading.into_iter().unzip();
    for attribute in &attributes {
        let column = Column::of(attribute, unit.configuration());
        let value = record.get(&attribute.name).cloned().unwrap_or_else(|| attribute.initial_value());
        names.extend(column.names());
        values.extend(column.encode(&attribute.types.coerce(value))?);
    }
    let list = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO {} ({list}) VALUES ({})",
        quoted(&definition.name.to_string()),
        vec!["?"; values.len()].join(", ")
    );
    unit.connection()?.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
    Ok(())
}

/// Sets the record of an information register that has these dimensions (and period).
///
/// # Errors
/// `AccessDenied`, values that don't fit.
pub fn set_record(unit: &Unit, register: &ObjectName, record: &IndexMap<String, Value>) -> Result<(), EngineError> {
    let definition = information_register(unit, register)?;
    if !unit.is_loading() {
        unit.user().check(Action::Update, register, definition.title.text(&unit.user().language))?;
    }
    let key = key_of(&definition, record);
    replace_record_set(unit, register, &key, std::slice::from_ref(record))
}

/// Takes away the record of an information register that has these dimensions (and period).
///
/// # Errors
/// `AccessDenied`, values that don't fit.
pub fn remove_record(unit: &Unit, register: &ObjectName, record: &IndexMap<String, Value>) -> Result<(), EngineError> {
    let definition = information_register(unit, register)?;
    unit.user().check(Action::Delete, register, definition.title.text(&unit.user().language))?;
    replace_record_set(unit, register, &key_of(&definition, record), &[])
}

/// Dimensions (and period) of a record: what it is found by.
fn key_of(definition: &ObjectDefinition, record: &IndexMap<String, Value>) -> IndexMap<String, Value> {
    let mut names: Vec<String> = definition.register.as_ref().map(|r| r.dimensions.clone()).unwrap_or_default();
    if definition.register.as_ref().is_some_and(|r| r.periodic) {
        names.push("Period".into());
    }
    names.into_iter().map(|name| (name.clone(), record.get(&name).cloned().unwrap_or_default())).collect()
}

/// What is under a key is replaced by these records.
///
/// # Errors
/// Values that don't fit.
pub fn replace_record_set(
    unit: &Unit,
    register: &ObjectName,
    key: &IndexMap<String, Value>,
    records: &[IndexMap<String, Value>],
) -> Result<(), EngineError> {
    let definition = information_register(unit, register)?;
    unit.transaction(|connection| {
        let (condition, parameters) = key_condition(unit, &definition, key)?;
        connection.execute(
            &format!("DELETE FROM {} WHERE {condition}", quoted(&register.to_string())),
            rusqlite::params_from_iter(parameters),
        )?;
        for record in records {
            let leading = vec![("RecordId".to_owned(), Sql::Blob(Uuid::now_v7().as_bytes().to_vec()))];
            insert(unit, &definition, leading, record)?;
        }
        changes::record(unit, connection, &ChangeKey::Records { register: register.clone(), key: key.clone() }, None)?;
        unit.touch(register, None);
        Ok(())
    })
}

fn information_register(unit: &Unit, register: &ObjectName) -> Result<ObjectDefinition, EngineError> {
    let definition = unit.object(register)?;
    if register.kind == ObjectKind::InformationRegister {
        Ok(definition.clone())
    } else {
        Err(EngineError::refused(format!("{register} is not an information register; its records are made by documents.")))
    }
}

/// `"A" IS ?1 AND "B" IS ?2` with its parameters.
fn key_condition(
    unit: &Unit,
    definition: &ObjectDefinition,
    key: &IndexMap<String, Value>,
) -> Result<(String, Vec<Sql>), EngineError> {
    let mut parameters = Vec::new();
    let mut conditions = vec!["1".to_owned()];
    for (name, value) in key {
        let attribute = definition
            .attribute(name)
            .ok_or_else(|| EngineError::refused(format!("{} has no attribute {name}.", definition.name)))?;
        let column = Column::of(&attribute, unit.configuration());
        parameters.push(column.encode(&attribute.types.coerce(value.clone()))?.into_iter().next().unwrap_or(Sql::Null));
        conditions.push(format!("{} IS ?{}", quoted(name), parameters.len()));
    }
    Ok((conditions.join(" AND "), parameters))
}

/// True if a document's movements are in some register; used by tests and diagnosis.
pub fn has_movements(unit: &Unit, register: &ObjectName, document: &ObjectState) -> Result<bool, EngineError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE \"Recorder\" = ?1)", quoted(&register.to_string()));
    Ok(unit.connection()?.query_row(&sql, [document.reference.id.as_bytes()], |row| row.get(0))?)
}
