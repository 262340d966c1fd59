//! Writing, posting, marking and deleting items.

use rusqlite::types::Value as Sql;
use twinshore_metadata::{ObjectDefinition, ObjectKind, Record, Ref, Value};
use twinshore_protocol::{ServerError, WriteAction};

use super::read::{read_unchecked, stored_object};
use super::{ObjectHandlers, ObjectState, checks, presentation};
use crate::changes::{self, ChangeKey};
use crate::rights::Action;
use crate::storage::values::Column;
use crate::storage::{Lease, quoted};
use crate::{EngineError, Unit, numbering, query, registers};

/// Writes an item and posts or unposts it. Gives the item as written.
///
/// # Errors
/// `AccessDenied`, `VersionConflict`, `Refused` by checks or handlers, `StorageFull`; nothing is changed then.
pub fn write(
    unit: &Unit,
    state: ObjectState,
    action: WriteAction,
    handlers: &dyn ObjectHandlers,
) -> Result<ObjectState, EngineError> {
    let object = stored_object(unit, &state.reference.object)?.clone();
    unit.transaction(|connection| write_inside(unit, connection, &object, state, action, handlers))
}

fn write_inside(
    unit: &Unit,
    connection: &Lease,
    object: &ObjectDefinition,
    mut state: ObjectState,
    action: WriteAction,
    handlers: &dyn ObjectHandlers,
) -> Result<ObjectState, EngineError> {
    let stored = read_unchecked(unit, &state.reference)?;
    check_rights(unit, object, &mut state, stored.as_ref(), action)?;
    check_version(&state, stored.as_ref())?;
    if object.name.kind == ObjectKind::Document {
        match action {
            WriteAction::Post => state.record.set("Posted", true),
            WriteAction::Unpost => state.record.set("Posted", false),
            WriteAction::Write => {}
        }
    }
    if !unit.is_loading() {
        handlers.before_write(&mut state)?;
    }
    numbering::assign(unit, connection, object, &mut state)?;
    checks::check(unit, object, &mut state)?;
    let version = stored.as_ref().map_or(1, |s| s.version + 1);
    store(unit, connection, object, &state, version, stored.is_some())?;
    state.version = version;
    state.is_new = false;
    if !unit.is_loading() {
        handlers.on_write(&mut state)?;
        if object.name.kind == ObjectKind::Document {
            post(unit, object, &state, stored.as_ref(), handlers)?;
        }
        if !query::row_is_visible(unit, &state.reference)? {
            let title = object.title.text(&unit.user().language);
            let what = unit.say("right-keep", &[("title", title.into())]);
            return Err(EngineError::Refused(ServerError::AccessDenied { what }));
        }
    }
    let changed = stored.as_ref().map(|before| changed_names(&before.record, &state.record));
    changes::record(unit, connection, &ChangeKey::Object(state.reference.clone()), changed.as_deref())?;
    if let (Some(names), false) = (&changed, unit.engine().is_standalone()) {
        changes::touch_fields(unit, connection, &state.reference, names, version)?;
    }
    unit.touch(&object.name, Some(&state.reference));
    if !unit.is_loading() {
        presentation::present(unit, std::slice::from_mut(&mut state.reference))?;
        presentation::present_record(unit, &mut state.record)?;
    }
    Ok(state)
}

fn check_rights(
    unit: &Unit,
    object: &ObjectDefinition,
    state: &mut ObjectState,
    stored: Option<&ObjectState>,
    action: WriteAction,
) -> Result<(), EngineError> {
    if unit.is_loading() {
        return Ok(());
    }
    let title = object.title.text(&unit.user().language);
    unit.user().check(if stored.is_some() { Action::Update } else { Action::Insert }, &object.name, title)?;
    if action != WriteAction::Write {
        unit.user().check(Action::Post, &object.name, title)?;
    }
    if stored.is_some() && !query::row_is_visible(unit, &state.reference)? {
        return Err(EngineError::not_found(&state.reference));
    }
    // What may not be changed keeps its stored value, whatever came.
    for name in unit.user().hidden(&object.name).into_iter().chain(unit.user().read_only(&object.name)) {
        let kept = match stored {
            Some(stored) => stored.record.get(&name).clone(),
            None => object.attribute(&name).map_or(Value::Empty, |a| a.initial_value()),
        };
        state.record.attributes.insert(name, kept);
    }
    Ok(())
}

fn check_version(state: &ObjectState, stored: Option<&ObjectState>) -> Result<(), EngineError> {
    let conflict = || Err(EngineError::Refused(ServerError::VersionConflict { reference: state.reference.clone() }));
    match stored {
        None if state.is_new => Ok(()),
        None => Err(EngineError::not_found(&state.reference)),
        Some(_) if state.is_new => conflict(),
        Some(stored) if stored.version != state.version => conflict(),
        Some(_) => Ok(()),
    }
}

fn changed_names(before: &Record, after: &Record) -> Vec<String> {
    let changes = before.changes_to(after);
    changes.attributes.into_keys().chain(changes.tables.into_keys()).collect()
}

fn store(
    unit: &Unit,
    connection: &Lease,
    object: &ObjectDefinition,
    state: &ObjectState,
    version: i64,
    exists: bool,
) -> Result<(), EngineError> {
    let mut names = vec!["Ref".to_owned(), "Version".to_owned()];
    let mut values: Vec<Sql> = vec![Sql::Blob(state.reference.id.as_bytes().to_vec()), Sql::Integer(version)];
    for attribute in object.all_attributes() {
        let column = Column::of(&attribute, unit.configuration());
        names.extend(column.names());
        values.extend(column.encode(state.record.get(&attribute.name))?);
    }
    let table = quoted(&object.name.to_string());
    let sql = if exists {
        let sets = names
            .iter()
            .enumerate()
            .skip(1)
            .map(|(at, n)| format!("{} = ?{}", quoted(n), at + 1))
            .collect::<Vec<_>>()
            .join(", ");
        format!("UPDATE {table} SET {sets} WHERE \"Ref\" = ?1")
    } else {
        let list = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {table} ({list}) VALUES ({})", vec!["?"; names.len()].join(", "))
    };
    connection.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
    for table in &object.tables {
        store_rows(unit, connection, object, table, state, exists)?;
    }
    Ok(())
}

fn store_rows(
    unit: &Unit,
    connection: &Lease,
    object: &ObjectDefinition,
    table: &twinshore_metadata::TableDefinition,
    state: &ObjectState,
    exists: bool,
) -> Result<(), EngineError> {
    let name = quoted(&format!("{}.{}", object.name, table.name));
    let id = state.reference.id.as_bytes();
    if exists {
        connection.prepare_cached(&format!("DELETE FROM {name} WHERE \"Ref\" = ?1"))?.execute([id])?;
    }
    let columns: Vec<Column> = table.columns.iter().map(|c| Column::of(c, unit.configuration())).collect();
    let mut names = vec!["Ref".to_owned(), "LineNumber".to_owned(), "RowId".to_owned()];
    names.extend(columns.iter().flat_map(Column::names));
    let list = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
    let mut statement =
        connection.prepare_cached(&format!("INSERT INTO {name} ({list}) VALUES ({})", vec!["?"; names.len()].join(", ")))?;
    for (at, row) in state.record.rows(&table.name).iter().enumerate() {
        let line = i64::try_from(at + 1).unwrap_or(i64::MAX);
        let mut values = vec![Sql::Blob(id.to_vec()), Sql::Integer(line), Sql::Blob(row.id.as_bytes().to_vec())];
        for column in &columns {
            values.extend(column.encode(row.get(&column.name))?);
        }
        statement.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}

/// Movements follow the document: made anew when posted, taken away when not.
fn post(
    unit: &Unit,
    object: &ObjectDefinition,
    state: &ObjectState,
    stored: Option<&ObjectState>,
    handlers: &dyn ObjectHandlers,
) -> Result<(), EngineError> {
    let posted = |s: &ObjectState| {
        matches!(s.record.get("Posted"), Value::Boolean(true)) && !matches!(s.record.get("DeletionMark"), Value::Boolean(true))
    };
    let movements = if posted(state) {
        handlers.posting(state)?
    } else if stored.is_some_and(posted) {
        Vec::new()
    } else {
        return Ok(());
    };
    if let Some((register, _)) = movements.iter().find(|(register, _)| !object.posts_to.contains(register)) {
        return Err(EngineError::refused(format!("{} does not post to {register}; add it to posts_to.", object.name)));
    }
    let date = state.record.get("Date").clone();
    for register in &object.posts_to {
        if unit.configuration().object(register).is_none() {
            continue;
        }
        let records: Vec<_> =
            movements.iter().filter(|(r, _)| r == register).flat_map(|(_, records)| records.iter().cloned()).collect();
        registers::replace_movements(unit, register, &state.reference, &date, &records)?;
    }
    Ok(())
}

/// Sets or clears a deletion mark; a marked document is unposted.
///
/// # Errors
/// As for [`write`].
pub fn mark_deletion(unit: &Unit, reference: &Ref, mark: bool, handlers: &dyn ObjectHandlers) -> Result<(), EngineError> {
    let object = stored_object(unit, &reference.object)?;
    unit.user().check(Action::Delete, &object.name, object.title.text(&unit.user().language))?;
    let mut state = super::read(unit, reference)?.ok_or_else(|| EngineError::not_found(reference))?;
    if object.predefined.iter().any(|p| p.id == reference.id) && mark {
        return Err(EngineError::refused(unit.say("check-needed", &[("item", reference.text().into())])));
    }
    state.record.set("DeletionMark", mark);
    if mark && object.name.kind == ObjectKind::Document {
        state.record.set("Posted", false);
    }
    write(unit, state, WriteAction::Write, handlers).map(drop)
}

/// Deletes an item for good.
///
/// # Errors
/// `AccessDenied`, `NotFound`, a refusal by handlers.
pub fn delete(unit: &Unit, reference: &Ref, handlers: &dyn ObjectHandlers) -> Result<(), EngineError> {
    let object = stored_object(unit, &reference.object)?.clone();
    if object.predefined.iter().any(|p| p.id == reference.id) && !unit.is_loading() {
        return Err(EngineError::refused(unit.say("check-needed", &[("item", reference.text().into())])));
    }
    unit.transaction(|connection| {
        let Some(state) = read_unchecked(unit, reference)? else {
            return if unit.is_loading() { Ok(()) } else { Err(EngineError::not_found(reference)) };
        };
        if !unit.is_loading() {
            unit.user().check(Action::Delete, &object.name, object.title.text(&unit.user().language))?;
            handlers.before_delete(&state)?;
        }
        remove_rows(connection, &object, reference)?;
        for register in object.posts_to.iter().filter(|r| unit.configuration().object(r).is_some()) {
            registers::replace_movements(unit, register, reference, &Value::Empty, &[])?;
        }
        changes::record(unit, connection, &ChangeKey::Deletion(reference.clone()), None)?;
        unit.touch(&object.name, Some(reference));
        Ok(())
    })
}

fn remove_rows(connection: &Lease, object: &ObjectDefinition, reference: &Ref) -> Result<(), EngineError> {
    let id = reference.id.as_bytes();
    connection.execute(&format!("DELETE FROM {} WHERE \"Ref\" = ?1", quoted(&object.name.to_string())), [id])?;
    for table in &object.tables {
        connection
            .execute(&format!("DELETE FROM {} WHERE \"Ref\" = ?1", quoted(&format!("{}.{}", object.name, table.name))), [id])?;
    }
    Ok(())
}
