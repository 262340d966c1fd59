//! What an item must be to be written.

use rust_decimal::Decimal;
use twinshore_metadata::{AttributeDefinition, ObjectDefinition, Value};
use twinshore_words::{Argument, say_with};

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
            let title = table.title.text(&language);
            let text = unit.say("check-rows", &[("title", title.into()), ("count", MAXIMUM_ROWS.into())]);
            return Err(EngineError::refused_at(text, &table.name, None));
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
    *value = attribute.types.coerce(std::mem::take(value));
    let Some((key, limit)) = misfit(attribute, value, filled) else { return Ok(()) };
    let title = attribute.title.text(language);
    let mut arguments: Vec<(&str, Argument)> = vec![("title", title.into())];
    arguments.extend(limit.map(|limit| ("limit", limit.into())));
    let mut text = say_with(language, key, &arguments);
    if let Some(row) = row {
        text = say_with(language, "check-in-row", &[("row", (row + 1).into()), ("text", text.into())]);
    }
    Err(EngineError::refused_at(text, place, row))
}

/// What is wrong with a value: the key of its text, and the limit that the text names.
fn misfit(attribute: &AttributeDefinition, value: &Value, filled: bool) -> Option<(&'static str, Option<Decimal>)> {
    if !attribute.types.accepts(value) {
        return Some(("check-fit", None));
    }
    if filled && attribute.required && value.is_blank() {
        return Some(("check-required", None));
    }
    let Value::Decimal(number) = value else { return None };
    let below = attribute.min.filter(|min| number < min).map(|min| ("check-min", Some(min)));
    below.or_else(|| attribute.max.filter(|max| number > max).map(|max| ("check-max", Some(max))))
}
