//! A new item that is based on another one: what both have by the same name comes along.

use indexmap::IndexMap;
use twinshore_metadata::{ObjectDefinition, Ref, TableRow, Value};
use uuid::Uuid;

use crate::objects::{self, ObjectState};
use crate::{EngineError, Unit};

/// Name of the basis among a form's parameters, and among the values that `filling` is given.
pub const BASIS: &str = "basis";

/// The item that a new one is based on, if its object allows it.
pub fn of(object: &ObjectDefinition, parameters: &IndexMap<String, Value>) -> Option<Ref> {
    let basis = parameters.get(BASIS)?.as_ref_value()?;
    object.based_on.contains(&basis.object).then(|| basis.clone())
}

/// Fills what nobody has given: attributes and rows of the same name, and the one attribute that may hold the basis itself. An item
/// that is not on this server leaves only itself.
///
/// # Errors
/// If the person may not read the basis.
pub fn fill(
    unit: &Unit,
    object: &ObjectDefinition,
    state: &mut ObjectState,
    basis: &Ref,
    given: &IndexMap<String, Value>,
) -> Result<(), EngineError> {
    let itself = Value::Ref(basis.clone());
    let mut holders = object.attributes.iter().filter(|a| a.types.references().any(|target| *target == basis.object));
    if let (Some(holder), None) = (holders.next(), holders.next())
        && !given.contains_key(&holder.name)
    {
        state.record.set(holder.name.clone(), itself);
    }
    if unit.configuration().object(&basis.object).is_none() {
        return Ok(());
    }
    let Some(from) = objects::read(unit, basis)? else { return Ok(()) };
    for attribute in object.attributes.iter().filter(|a| !given.contains_key(&a.name)) {
        let value = from.record.get(&attribute.name);
        if *value != Value::Empty && attribute.types.accepts(value) {
            state.record.set(attribute.name.clone(), value.clone());
        }
    }
    for table in &object.tables {
        let rows = from.record.rows(&table.name).iter().map(|row| {
            let fitting = table.columns.iter().map(|column| {
                let value = row.get(&column.name);
                let fits = *value != Value::Empty && column.types.accepts(value);
                (column.name.clone(), if fits { value.clone() } else { column.initial_value() })
            });
            TableRow { id: Uuid::now_v7(), values: fitting.collect() }
        });
        let rows: Vec<TableRow> = rows.collect();
        if !rows.is_empty() {
            state.record.tables.insert(table.name.clone(), rows);
        }
    }
    Ok(())
}
