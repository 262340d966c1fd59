//! Sums and slices of registers.

use chrono::NaiveDateTime;
use indexmap::IndexMap;
use rusqlite::types::Value as Sql;
use rust_decimal::Decimal;
use twinshore_metadata::{AttributeDefinition, AttributeType, ObjectDefinition, ObjectName, RegisterKind, Value};

use super::key_condition;
use crate::objects::present_values;
use crate::rights::Action;
use crate::storage::quoted;
use crate::storage::values::Column;
use crate::{EngineError, Unit};

/// Which part of a register is summed.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    /// From this moment on.
    pub from: Option<NaiveDateTime>,
    /// Up to this moment.
    pub to: Option<NaiveDateTime>,
    /// Values of dimensions.
    pub filter: IndexMap<String, Value>,
    /// Dimensions in the result; all if empty.
    pub dimensions: Vec<String>,
}

/// Balances: receipts without expenses, by dimensions; rows that are zero throughout are left out.
///
/// # Errors
/// `AccessDenied`, unknown dimensions, a register without balances.
pub fn balance(unit: &Unit, register: &ObjectName, slice: &Slice) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    let definition = unit.object(register)?.clone();
    if definition.register.as_ref().is_none_or(|r| r.kind != RegisterKind::Balance) {
        return Err(EngineError::refused(format!("{register} has no balances.")));
    }
    sums(unit, &definition, slice, |resource| format!("SUM(CASE \"Receipt\" WHEN 1 THEN {resource} ELSE -{resource} END)"))
}

/// Sums of what was recorded between two moments.
///
/// # Errors
/// `AccessDenied`, unknown dimensions.
pub fn turnovers(unit: &Unit, register: &ObjectName, slice: &Slice) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    let definition = unit.object(register)?.clone();
    sums(unit, &definition, slice, |resource| format!("SUM({resource})"))
}

fn sums(
    unit: &Unit,
    definition: &ObjectDefinition,
    slice: &Slice,
    sum: impl Fn(&str) -> String,
) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    let Some(details) = &definition.register else {
        return Err(EngineError::refused(format!("{} is not a register.", definition.name)));
    };
    unit.user().check(Action::Read, &definition.name, definition.title.text(&unit.user().language))?;
    let names = if slice.dimensions.is_empty() { &details.dimensions } else { &slice.dimensions };
    if let Some(unknown) = names.iter().find(|n| !details.dimensions.contains(n)) {
        return Err(EngineError::refused(format!("{} has no dimension {unknown}.", definition.name)));
    }
    let attribute = |name: &String| definition.attribute(name);
    let dimensions: Vec<Column> = names.iter().filter_map(attribute).map(|a| Column::of(&a, unit.configuration())).collect();
    let resources: Vec<AttributeDefinition> = details.resources.iter().filter_map(attribute).collect();
    let (mut condition, mut parameters) = key_condition(unit, definition, &slice.filter)?;
    for (moment, comparison) in [(slice.from, ">="), (slice.to, "<=")] {
        if let Some(moment) = moment {
            parameters.push(Sql::Text(moment.format("%Y-%m-%dT%H:%M:%S").to_string()));
            condition.push_str(&format!(" AND \"Period\" {comparison} ?{}", parameters.len()));
        }
    }
    let groups = dimensions.iter().flat_map(Column::names).map(|n| quoted(&n)).collect::<Vec<_>>();
    let sums = resources.iter().map(|r| sum(&quoted(&r.name))).collect::<Vec<_>>();
    let list = groups.iter().chain(&sums).cloned().collect::<Vec<_>>().join(", ");
    let grouping = if groups.is_empty() { String::new() } else { format!(" GROUP BY {}", groups.join(", ")) };
    let sql = format!("SELECT {list} FROM {} WHERE {condition}{grouping}", quoted(&definition.name.to_string()));
    let connection = unit.connection()?;
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut result = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = IndexMap::new();
        let mut at = 0;
        for column in &dimensions {
            values.insert(column.name.clone(), column.decode(row, at)?);
            at += column.names().len();
        }
        let mut all_zero = true;
        for resource in &resources {
            let number = summed(resource, row.get::<_, Option<i64>>(at)?.unwrap_or(0));
            all_zero &= number.is_zero();
            values.insert(resource.name.clone(), Value::Decimal(number));
            at += 1;
        }
        if !all_zero {
            result.push(values);
        }
    }
    for values in &mut result {
        let mut row: Vec<Value> = values.values().cloned().collect();
        present_values(unit, &mut row)?;
        values.values_mut().zip(row).for_each(|(old, new)| *old = new);
    }
    Ok(result)
}

fn summed(resource: &AttributeDefinition, mantissa: i64) -> Decimal {
    let scale = match resource.types.single() {
        Some(AttributeType::Decimal { scale, .. }) => u32::from(*scale),
        _ => 0,
    };
    Decimal::new(mantissa, scale).normalize()
}

/// The newest record of an information register with these dimensions, at or before `at`.
///
/// # Errors
/// `AccessDenied`, unknown dimensions.
pub fn last(
    unit: &Unit,
    register: &ObjectName,
    filter: &IndexMap<String, Value>,
    at: Option<NaiveDateTime>,
) -> Result<Option<IndexMap<String, Value>>, EngineError> {
    let definition = unit.object(register)?.clone();
    unit.user().check(Action::Read, register, definition.title.text(&unit.user().language))?;
    let periodic = definition.register.as_ref().is_some_and(|r| r.periodic);
    let (mut condition, mut parameters) = key_condition(unit, &definition, filter)?;
    if let (true, Some(at)) = (periodic, at) {
        parameters.push(Sql::Text(at.format("%Y-%m-%dT%H:%M:%S").to_string()));
        condition.push_str(&format!(" AND \"Period\" <= ?{}", parameters.len()));
    }
    let order = if periodic { " ORDER BY \"Period\" DESC" } else { "" };
    Ok(records(unit, &definition, &format!("{condition}{order} LIMIT 1"), parameters)?.into_iter().next())
}

/// Records under a key, for the exchange: those of a recorder, or of dimensions.
///
/// # Errors
/// If the database fails.
pub fn record_set(
    unit: &Unit,
    register: &ObjectName,
    key: &IndexMap<String, Value>,
) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    let definition = unit.object(register)?.clone();
    if let Some(Value::Ref(recorder)) = key.get("Recorder") {
        return records(
            unit,
            &definition,
            "\"Recorder\" = ?1 ORDER BY \"LineNumber\"",
            vec![Sql::Blob(recorder.id.as_bytes().to_vec())],
        );
    }
    let (condition, parameters) = key_condition(unit, &definition, key)?;
    records(unit, &definition, &condition, parameters)
}

fn records(
    unit: &Unit,
    definition: &ObjectDefinition,
    condition: &str,
    parameters: Vec<Sql>,
) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    let columns: Vec<Column> = definition.all_attributes().iter().map(|a| Column::of(a, unit.configuration())).collect();
    let list = columns.iter().flat_map(Column::names).map(|n| quoted(&n)).collect::<Vec<_>>().join(", ");
    let connection = unit.connection()?;
    let mut statement =
        connection.prepare_cached(&format!("SELECT {list} FROM {} WHERE {condition}", quoted(&definition.name.to_string())))?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut record = IndexMap::new();
        let mut at = 0;
        for column in &columns {
            record.insert(column.name.clone(), column.decode(row, at)?);
            at += column.names().len();
        }
        all.push(record);
    }
    Ok(all)
}
