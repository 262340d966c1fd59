//! Reading and making items.

use chrono::Timelike as _;
use indexmap::IndexMap;
use twinshore_metadata::{AttributeDefinition, ObjectDefinition, ObjectKind, ObjectName, Record, Ref, TableRow, Value};
use twinshore_protocol::ServerError;
use uuid::Uuid;

use super::{ObjectState, presentation};
use crate::rights::Action;
use crate::storage::quoted;
use crate::storage::values::Column;
use crate::{EngineError, Unit, query};

/// Columns of attributes, in order, with the text of a SELECT list.
pub(super) struct Selection {
    columns: Vec<Column>,
    pub(super) sql: String,
}

impl Selection {
    pub(super) fn of(attributes: &[AttributeDefinition], unit: &Unit) -> Self {
        let columns: Vec<Column> = attributes.iter().map(|a| Column::of(a, unit.configuration())).collect();
        let sql = columns.iter().flat_map(Column::names).map(|n| format!(", {}", quoted(&n))).collect();
        Self { columns, sql }
    }

    /// Values of a row whose first `skip` columns are something else.
    pub(super) fn decode(&self, row: &rusqlite::Row<'_>, skip: usize) -> Result<IndexMap<String, Value>, EngineError> {
        let mut at = skip;
        let mut values = IndexMap::with_capacity(self.columns.len());
        for column in &self.columns {
            values.insert(column.name.clone(), column.decode(row, at)?);
            at += 1 + usize::from(column.composite) + usize::from(column.external);
        }
        Ok(values)
    }
}

/// An item with presentations of what it refers to; none if it does not exist or the user may not see it (C15).
///
/// # Errors
/// If the user may not read the object, or it is not in the composition.
pub fn read(unit: &Unit, reference: &Ref) -> Result<Option<ObjectState>, EngineError> {
    let Some(mut state) = read_bare(unit, reference)? else { return Ok(None) };
    presentation::present_record(unit, &mut state.record)?;
    Ok(Some(state))
}

/// The same without presentations: for writes and the exchange.
pub(crate) fn read_bare(unit: &Unit, reference: &Ref) -> Result<Option<ObjectState>, EngineError> {
    let object = stored_object(unit, &reference.object)?;
    if !unit.is_loading() {
        unit.user().check(Action::Read, &object.name, object.title.text(&unit.user().language))?;
        if !query::row_is_visible(unit, reference)? {
            return Ok(None);
        }
    }
    read_unchecked(unit, reference)
}

/// The same whatever the user may see: for the platform's own purposes.
pub(crate) fn read_unchecked(unit: &Unit, reference: &Ref) -> Result<Option<ObjectState>, EngineError> {
    let object = stored_object(unit, &reference.object)?;
    let connection = unit.connection()?;
    let selection = Selection::of(&object.all_attributes(), unit);
    let sql = format!("SELECT \"Version\"{} FROM {} WHERE \"Ref\" = ?1", selection.sql, quoted(&object.name.to_string()));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([reference.id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let version = row.get(0)?;
    let mut record = Record { attributes: selection.decode(row, 1)?, tables: IndexMap::new() };
    for table in &object.tables {
        let selection = Selection::of(&table.columns, unit);
        let sql = format!(
            "SELECT \"RowId\"{} FROM {} WHERE \"Ref\" = ?1 ORDER BY \"LineNumber\"",
            selection.sql,
            quoted(&format!("{}.{}", object.name, table.name))
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([reference.id.as_bytes()])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(0)?;
            lines.push(TableRow { id: Uuid::from_slice(&id).unwrap_or_default(), values: selection.decode(row, 1)? });
        }
        record.tables.insert(table.name.clone(), lines);
    }
    Ok(Some(ObjectState { reference: reference.clone(), is_new: false, version, record }))
}

pub(super) fn stored_object<'u>(unit: &'u Unit, name: &ObjectName) -> Result<&'u ObjectDefinition, EngineError> {
    let object = unit.object(name)?;
    if name.kind.is_stored_object() {
        Ok(object)
    } else {
        Err(EngineError::refused(format!("{name} has no items of its own.")))
    }
}

/// A new item in memory with default values; `id` is kept if given (F12).
///
/// # Errors
/// If the object is not here or a value names no attribute.
pub fn new_object(
    unit: &Unit,
    name: &ObjectName,
    id: Option<Uuid>,
    values: &IndexMap<String, Value>,
) -> Result<ObjectState, EngineError> {
    let object = stored_object(unit, name)?;
    let mut record = Record::default();
    for attribute in object.all_attributes() {
        record.attributes.insert(attribute.name.clone(), attribute.initial_value());
    }
    if name.kind == ObjectKind::Document {
        let now = unit.engine().now();
        record.attributes.insert("Date".into(), Value::Date(now.with_nanosecond(0).unwrap_or(now)));
    }
    for table in &object.tables {
        record.tables.insert(table.name.clone(), Vec::new());
    }
    for (attribute, value) in values {
        if record.attributes.contains_key(attribute) {
            record.attributes.insert(attribute.clone(), value.clone());
        } else if let (Some(table), Value::List(rows)) = (object.table(attribute), value) {
            record.tables.insert(table.name.clone(), rows.iter().map(row_of).collect());
        } else {
            return Err(unknown_attribute(unit, name, attribute));
        }
    }
    let reference = Ref::new(name.clone(), id.unwrap_or_else(Uuid::now_v7));
    Ok(ObjectState { reference, is_new: true, version: 0, record })
}

fn row_of(values: &Value) -> TableRow {
    let mut row = TableRow::new();
    if let Value::Structure(fields) = values {
        row.values = fields.iter().cloned().collect();
    }
    row
}

/// The error for a name that is no attribute here: excluded from the composition (C16) or nowhere.
pub(crate) fn unknown_attribute(unit: &Unit, object: &ObjectName, attribute: &str) -> EngineError {
    use twinshore_metadata::ChildKind::{Attributes, Columns, Resources, Tables};
    let composition = &unit.engine().bundle().composition;
    let excluded = unit.engine().is_standalone()
        && composition.includes(object)
        && [Attributes, Tables, Columns, Resources].into_iter().any(|kind| composition.excludes(object, kind, attribute));
    if excluded {
        EngineError::not_in_composition(format!("{object}.{attribute}"))
    } else {
        EngineError::refused(format!("{object} has no attribute {attribute}."))
    }
}

/// The first item with these values.
///
/// # Errors
/// If an attribute is unknown or the user may not read the object.
pub fn find(unit: &Unit, name: &ObjectName, values: &IndexMap<String, Value>) -> Result<Option<Ref>, EngineError> {
    let object = stored_object(unit, name)?;
    unit.user().check(Action::Read, name, object.title.text(&unit.user().language))?;
    if let Some(hidden) = unit.user().hidden(name).into_iter().find(|hidden| values.contains_key(hidden)) {
        let what = unit.say("right-read", &[("title", hidden.into())]);
        return Err(EngineError::Refused(ServerError::AccessDenied { what }));
    }
    let mut conditions = Vec::new();
    let mut parameters = Vec::new();
    for (attribute, value) in values {
        let definition = object.attribute(attribute).ok_or_else(|| unknown_attribute(unit, name, attribute))?;
        let column = Column::of(&definition, unit.configuration());
        let encoded = column.encode(value)?.into_iter().next().unwrap_or(rusqlite::types::Value::Null);
        parameters.push(encoded);
        conditions.push(format!("{} IS ?{}", quoted(attribute), parameters.len()));
    }
    let filter = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
    let sql = format!("SELECT \"Ref\" FROM {} WHERE {filter} LIMIT 50", quoted(&name.to_string()));
    let connection = unit.connection()?;
    let found: Vec<Vec<u8>> = connection
        .prepare_cached(&sql)?
        .query_map(rusqlite::params_from_iter(parameters), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in found.iter().filter_map(|bytes| Uuid::from_slice(bytes).ok()) {
        let mut reference = Ref::new(name.clone(), id);
        if query::row_is_visible(unit, &reference)? {
            presentation::present(unit, std::slice::from_mut(&mut reference))?;
            return Ok(Some(reference));
        }
    }
    Ok(None)
}
