//! Presentations of references, many at a time (C14, C15).

use std::collections::HashMap;

use twinshore_metadata::{ObjectName, Record, Ref, Value, text};
use uuid::Uuid;

use crate::storage::quoted;
use crate::storage::values::Column;
use crate::{EngineError, Unit};

/// References in one request at most.
pub const MAXIMUM_PRESENTATIONS: usize = 1_000;
const AT_ONCE: usize = 200;

/// Fills in presentations that can be known here; one that is known already stays if the item is not here.
///
/// # Errors
/// If the database fails.
pub fn present(unit: &Unit, references: &mut [Ref]) -> Result<(), EngineError> {
    let mut refs: Vec<&mut Ref> = references.iter_mut().collect();
    present_all(unit, &mut refs)
}

/// The same for every reference of a record.
///
/// # Errors
/// If the database fails.
pub fn present_record(unit: &Unit, record: &mut Record) -> Result<(), EngineError> {
    let mut refs: Vec<&mut Ref> = record.attributes.values_mut().filter_map(reference).collect();
    for rows in record.tables.values_mut() {
        refs.extend(rows.iter_mut().flat_map(|row| row.values.values_mut()).filter_map(reference));
    }
    present_all(unit, &mut refs)
}

fn reference(value: &mut Value) -> Option<&mut Ref> {
    match value {
        Value::Ref(reference) => Some(reference),
        _ => None,
    }
}

/// The same for values in any order.
pub(crate) fn present_values(unit: &Unit, values: &mut [Value]) -> Result<(), EngineError> {
    let mut refs: Vec<&mut Ref> = values.iter_mut().filter_map(reference).collect();
    present_all(unit, &mut refs)
}

fn present_all(unit: &Unit, references: &mut [&mut Ref]) -> Result<(), EngineError> {
    let mut by_object: HashMap<ObjectName, Vec<usize>> = HashMap::new();
    for (at, reference) in references.iter().enumerate() {
        by_object.entry(reference.object.clone()).or_default().push(at);
    }
    for (object, places) in by_object {
        let Some(definition) = unit.configuration().object(&object) else { continue };
        if !object.kind.is_stored_object() {
            for at in places {
                let title = definition
                    .values
                    .iter()
                    .find(|v| v.id == references[at].id)
                    .map(|v| v.title.text(&unit.user().language).to_owned());
                references[at].presentation = title.or_else(|| references[at].presentation.take());
            }
            continue;
        }
        for chunk in places.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = chunk.iter().map(|at| references[*at].id).collect();
            let known = texts(unit, definition, &ids)?;
            for at in chunk {
                if let Some(text) = known.get(&references[*at].id) {
                    references[*at].presentation = Some(text.clone());
                }
            }
        }
    }
    Ok(())
}

fn texts(
    unit: &Unit,
    object: &twinshore_metadata::ObjectDefinition,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, EngineError> {
    let names = object.presentation_attributes();
    let attributes: Vec<_> = names.iter().filter_map(|n| object.attribute(n)).collect();
    let columns: Vec<Column> = attributes.iter().map(|a| Column::of(a, unit.configuration())).collect();
    let list: String = columns.iter().map(|c| format!(", {}", quoted(&c.name))).collect();
    let marks = vec!["?"; ids.len()].join(", ");
    let sql = format!("SELECT \"Ref\"{list} FROM {} WHERE \"Ref\" IN ({marks})", quoted(&object.name.to_string()));
    let connection = unit.connection()?;
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(ids.iter().map(|id| id.as_bytes().to_vec())))?;
    let mut known = HashMap::with_capacity(ids.len());
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        let values =
            columns.iter().enumerate().map(|(at, column)| column.decode(row, at + 1)).collect::<Result<Vec<_>, _>>()?;
        known.insert(Uuid::from_slice(&id).unwrap_or_default(), presentation_of(unit, object, &values));
    }
    Ok(known)
}

/// The text of an item from the values of its presentation attributes: `Description`, `Order 000012 of 2026-01-31`.
pub(crate) fn presentation_of(unit: &Unit, object: &twinshore_metadata::ObjectDefinition, values: &[Value]) -> String {
    let language = &unit.user().language;
    match values {
        [Value::String(number), Value::Date(date)] => {
            let locale = text::Locale::of(language);
            let arguments = [
                ("title", object.singular().text(language).into()),
                ("number", number.as_str().into()),
                ("date", date.format(locale.date_format).to_string().into()),
            ];
            unit.say("document-presentation", &arguments)
        }
        [Value::String(text), ..] => text.clone(),
        _ => String::new(),
    }
}
