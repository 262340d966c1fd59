//! Codes of catalogs and numbers of documents: given at the first write, unique, with the node's prefix on devices (X14).

use chrono::Datelike as _;
use rusqlite::{OptionalExtension, params};
use twinshore_metadata::{NumberPeriod, ObjectDefinition, ObjectKind, Value};

use crate::objects::ObjectState;
use crate::storage::{Lease, quoted};
use crate::{EngineError, Unit};

/// Gives a code or number if the item has none and the configuration asks for it; refuses one that is taken.
pub fn assign(unit: &Unit, connection: &Lease, object: &ObjectDefinition, state: &mut ObjectState) -> Result<(), EngineError> {
    let Some(code) = &object.code else { return Ok(()) };
    let attribute = if object.name.kind == ObjectKind::Document { "Number" } else { "Code" };
    if !state.record.get(attribute).is_blank() {
        return if unit.is_loading() { Ok(()) } else { check_unique(unit, connection, object, attribute, state) };
    }
    if !code.auto
        || unit.is_loading()
        || matches!(state.record.get("IsGroup"), Value::Boolean(true)) && object.name.kind == ObjectKind::Document
    {
        return Ok(());
    }
    let period = period(code.reset, state.record.get("Date"));
    let prefix = if unit.engine().is_standalone() { format!("{}-", unit.engine().node().0) } else { String::new() };
    let width = (code.length as usize).saturating_sub(prefix.chars().count());
    loop {
        let last: i64 = connection
            .prepare_cached(
                "INSERT INTO _numbers VALUES (?1, ?2, ?3, 1) ON CONFLICT (object, period, prefix) DO UPDATE SET last = last + 1 RETURNING last",
            )?
            .query_row(params![object.name.to_string(), period, prefix], |row| row.get(0))?;
        let number = format!("{prefix}{last:0width$}");
        if number.chars().count() > code.length as usize {
            let title = title(unit, object, attribute);
            let text = unit.say("check-numbers-used", &[("title", title.into()), ("length", code.length.into())]);
            return Err(EngineError::refused_at(text, attribute, None));
        }
        state.record.set(attribute, number);
        if is_free(connection, object, attribute, state)? {
            return Ok(());
        }
    }
}

fn period(reset: NumberPeriod, date: &Value) -> String {
    let Value::Date(date) = date else { return String::new() };
    match reset {
        NumberPeriod::Never => String::new(),
        NumberPeriod::Year => date.year().to_string(),
        NumberPeriod::Month => date.format("%Y-%m").to_string(),
        NumberPeriod::Day => date.format("%Y-%m-%d").to_string(),
    }
}

fn check_unique(
    unit: &Unit,
    connection: &Lease,
    object: &ObjectDefinition,
    attribute: &str,
    state: &ObjectState,
) -> Result<(), EngineError> {
    if is_free(connection, object, attribute, state)? {
        return Ok(());
    }
    let taken = state.record.get(attribute).as_text().unwrap_or_default();
    let arguments = [("title", title(unit, object, attribute).into()), ("number", taken.into())];
    Err(EngineError::refused_at(unit.say("check-taken", &arguments), attribute, None))
}

fn title(unit: &Unit, object: &ObjectDefinition, attribute: &str) -> String {
    let definition = object.attribute(attribute);
    definition.map_or_else(|| attribute.to_owned(), |a| a.title.text(&unit.user().language).to_owned())
}

fn is_free(connection: &Lease, object: &ObjectDefinition, attribute: &str, state: &ObjectState) -> Result<bool, EngineError> {
    let reset = object.code.as_ref().map_or(NumberPeriod::Never, |c| c.reset);
    let wanted = period(reset, state.record.get("Date"));
    let date = if object.name.kind == ObjectKind::Document { "\"Date\"" } else { "''" };
    let sql = format!(
        "SELECT 1 FROM {} WHERE {} = ?1 AND \"Ref\" <> ?2 AND substr({date}, 1, ?3) = ?4 LIMIT 1",
        quoted(&object.name.to_string()),
        quoted(attribute)
    );
    let taken: Option<i64> = connection
        .prepare_cached(&sql)?
        .query_row(
            params![
                state.record.get(attribute).as_text(),
                state.reference.id.as_bytes(),
                i64::try_from(wanted.len()).unwrap_or(0),
                wanted
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(taken.is_none())
}
