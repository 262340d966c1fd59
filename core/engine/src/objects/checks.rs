//! What an item must be to be written.

use twinshore_metadata::{AttributeDefinition, ObjectDefinition, Value};

use crate::{EngineError, Unit};

use super::ObjectState;
use super::read::unknown_attribute;

/// Rows of one tabular section at most.
const MAXIMUM_ROWS: usize = 10_000;

/// Cuts values to what their attributes keep and refuses what does not fit: unknown attributes, wrong types, blanks where a value
/// is required, numbers out of bounds.
pub fn check(unit: &Unit, object: &ObjectDefinition, state: &mut ObjectState) -> Result<(), EngineError> {
    let attributes = object.all_attributes();
    if let Some(unknown) = state.record.attributes.keys().find(|name| attributes.iter().all(|a| a.name != **name)) {
        return Err(unknown_attribute(unit, &object.name, unknown));
    }
    let language = unit.user().language.clone();
    let is_group = matches!(state.record.get("IsGroup"), Value::Boolean(true));
    let loading = unit.is_loading();
    for attribute in &attributes {
        let value = state.record.attributes.entry(attribute.name.clone()).or_insert_with(|| attribute.initial_value());
        let own = object.attributes.iter().any(|a| a.name == attribute.name);
        check_value(attribute, value, None, &attribute.name, &language, !(loading || is_group && own))?;
    }
    for table in &object.tables {
        let rows = state.record.tables.entry(table.name.clone()).or_default();
        if rows.len() > MAXIMUM_ROWS {
            return Err(EngineError::refused_at(format!("At most {MAXIMUM_ROWS} rows."), &table.name, None));
        }
        for (at, row) in rows.iter_mut().enumerate() {
            if let Some(unknown) = row.values.keys().find(|name| table.columns.iter().all(|c| c.name != **name)) {
                return Err(unknown_attribute(unit, &object.name, &format!("{}.{unknown}", table.name)));
            }
            for column in &table.columns {
                let value = row.values.entry(column.name.clone()).or_insert_with(|| column.initial_value());
                check_value(column, value, Some(at), &format!("{}.{}", table.name, column.name), &language, !loading)?;
            }
        }
    }
    Ok(())
}

fn check_value(
    attribute: &AttributeDefinition,
    value: &mut Value,
    row: Option<usize>,
    place: &str,
    language: &str,
    filled: bool,
) -> Result<(), EngineError> {
    let title = attribute.title.text(language);
    let russian = language.starts_with("ru");
    *value = attribute.types.coerce(std::mem::take(value));
    if !attribute.types.accepts(value) {
        let text = if russian {
            format!("«{title}»: значение не подходит.")
        } else {
            format!("“{title}”: the value does not fit.")
        };
        return Err(EngineError::refused_at(text, place, row));
    }
    if filled && attribute.required && value.is_blank() {
        let text = if russian { format!("Заполните «{title}».") } else { format!("Fill in “{title}”.") };
        return Err(EngineError::refused_at(text, place, row));
    }
    if let Value::Decimal(number) = value {
        if let Some(min) = attribute.min.filter(|min| *number < *min) {
            let text = if russian {
                format!("«{title}»: не меньше {min}.")
            } else {
                format!("“{title}”: {min} or more.")
            };
            return Err(EngineError::refused_at(text, place, row));
        }
        if let Some(max) = attribute.max.filter(|max| *number > *max) {
            let text = if russian {
                format!("«{title}»: не больше {max}.")
            } else {
                format!("“{title}”: {max} or less.")
            };
            return Err(EngineError::refused_at(text, place, row));
        }
    }
    Ok(())
}
