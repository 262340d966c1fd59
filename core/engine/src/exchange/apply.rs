//! What main sends, applied on the device (X5, X10): no handlers, movements as sent, what was changed here and not sent stays.

use std::borrow::Cow;

use rusqlite::{OptionalExtension, params};
use twinshore_metadata::{ObjectKind, Record, Ref, TableRow, Value};
use twinshore_protocol::{ChangeItem, Conflict, WriteAction};
use uuid::Uuid;

use super::{device, items, journal};
use crate::engine::MAIN_NODE;
use crate::objects::{self, NoHandlers, ObjectState};
use crate::storage::Lease;
use crate::{EngineError, Unit, constants, registers};

/// Standard attributes of items: every configuration has them.
const STANDARD: [&str; 8] = ["Code", "Description", "Parent", "IsGroup", "DeletionMark", "Number", "Date", "Posted"];

/// Marks parked things that could not be applied here; others were refused by main.
pub const INCOMING: &str = "incoming";

/// What can be left out for every thing of a page, asked once: most devices wait for nothing most of the time.
pub struct Bookkeeping {
    generation: i64,
    waiting: bool,
    wanted: bool,
    attention: bool,
}

impl Bookkeeping {
    /// As it is now; kept true while a page is applied.
    pub fn of(connection: &Lease) -> Result<Self, EngineError> {
        let any = |table: &str| connection.prepare_cached(&format!("SELECT 1 FROM {table} LIMIT 1"))?.exists([]);
        Ok(Self {
            generation: device::generation(connection)?,
            waiting: any("_changes")? || any("_in_flight")?,
            wanted: any("_wanted")?,
            attention: any("_attention")?,
        })
    }
}

/// Applies one thing. Main is asked again for what can't be taken in now because of a change that waits here.
pub fn apply(unit: &Unit, connection: &Lease, books: &Bookkeeping, item: &ChangeItem) -> Result<(), EngineError> {
    if let ChangeItem::Object { reference, .. } | ChangeItem::ObjectDeletion { reference } | ChangeItem::Removed { reference } =
        item
        && books.wanted
    {
        answered(connection, reference)?;
    }
    if unit.configuration().object(items::key_of(item).object()).is_none() {
        // It came with a newer configuration (A6): after the update main is asked for all of it.
        return Ok(());
    }
    match item {
        ChangeItem::Object { reference, version, record } => {
            let known = what_is_known(unit, reference, record)?;
            apply_object(unit, connection, books, reference, *version, &known)
        }
        ChangeItem::ObjectDeletion { reference } => remove(unit, connection, reference),
        ChangeItem::Removed { reference } => {
            // A change that waits is sent first; main says again then whether the item leaves.
            if pending(connection, reference)?.is_some() {
                want(connection, reference)
            } else {
                remove(unit, connection, reference)
            }
        }
        ChangeItem::RegisterRecords { register, key, records } => match key.get("Recorder") {
            Some(Value::Ref(recorder)) if pending(connection, recorder)?.is_some() => want(connection, recorder),
            Some(Value::Ref(recorder)) => registers::replace_movements(unit, register, recorder, &Value::Empty, records),
            _ => {
                give_way(unit, connection, item)?;
                registers::replace_record_set(unit, register, key, records)
            }
        },
        ChangeItem::Constant { name, value } => {
            give_way(unit, connection, item)?;
            constants::set(unit, name, value.clone())
        }
    }
}

/// A record without what a newer configuration of main has added (A6). Asked for every item of the first download: nothing is
/// copied while all is known.
fn what_is_known<'r>(unit: &Unit, reference: &Ref, record: &'r Record) -> Result<Cow<'r, Record>, EngineError> {
    let object = unit.object(&reference.object)?;
    let has = |name: &str| STANDARD.contains(&name) || object.attributes.iter().any(|attribute| attribute.name == name);
    let has_column = |table: &str, name: &str| object.table(table).is_some_and(|t| t.columns.iter().any(|c| c.name == name));
    let has_all = |table: &str, rows: &[TableRow]| {
        object.table(table).is_some() && rows.iter().all(|row| row.values.keys().all(|name| has_column(table, name)))
    };
    if record.attributes.keys().all(|name| has(name)) && record.tables.iter().all(|(table, rows)| has_all(table, rows)) {
        return Ok(Cow::Borrowed(record));
    }
    let mut record = record.clone();
    record.attributes.retain(|name, _| has(name));
    record.tables.retain(|table, _| object.table(table).is_some());
    for (table, rows) in &mut record.tables {
        rows.iter_mut().for_each(|row| row.values.retain(|name, _| has_column(table, name)));
    }
    Ok(Cow::Owned(record))
}

/// Main is asked for the item with the next pages.
pub fn want(connection: &Lease, reference: &Ref) -> Result<(), EngineError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO _wanted (object, id) VALUES (?1, ?2)")?
        .execute(params![reference.object.to_string(), reference.id.as_bytes()])?;
    Ok(())
}

fn answered(connection: &Lease, reference: &Ref) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM _wanted WHERE object = ?1 AND id = ?2")?
        .execute(params![reference.object.to_string(), reference.id.as_bytes()])?;
    Ok(())
}

/// Main wins for constants and records (X10): a change made here and not sent is kept under "needs attention".
fn give_way(unit: &Unit, connection: &Lease, item: &ChangeItem) -> Result<(), EngineError> {
    let key = items::key_of(item);
    let (object, bytes) = (key.object().to_string(), key.key());
    let waits = connection
        .prepare_cached("SELECT 1 FROM _changes WHERE object = ?1 AND key = ?2 AND sent_no IS NULL")?
        .exists(params![object, bytes])?;
    if !waits {
        return Ok(());
    }
    let mine = items::current(unit, &key)?;
    if mine != *item {
        let title = unit.object(key.object())?.title.text(&unit.user().language).to_owned();
        let message = format!("{title}: changed on the main server meanwhile, whose value stands. Yours is kept here.");
        journal::park(unit, connection, MAIN_NODE, None, &message, &serde_json::to_string(&mine).unwrap_or_default())?;
    }
    connection.execute("DELETE FROM _changes WHERE object = ?1 AND key = ?2", params![object, bytes])?;
    Ok(())
}

fn apply_object(
    unit: &Unit,
    connection: &Lease,
    books: &Bookkeeping,
    reference: &Ref,
    version: i64,
    record: &Record,
) -> Result<(), EngineError> {
    let stored = objects::read_unchecked(unit, reference)?;
    let is_posted = |record: &Record| matches!(record.get("Posted"), Value::Boolean(true));
    let was_posted = stored.as_ref().is_some_and(|s| is_posted(&s.record));
    let waiting = if books.waiting { pending(connection, reference)? } else { None };
    let is_waiting = waiting.is_some();
    let mut unseen = false;
    let mut state =
        stored.unwrap_or(ObjectState { reference: reference.clone(), is_new: true, version: 0, record: Record::default() });
    match waiting {
        None => state.record.apply(record.clone()),
        // Made here and not sent yet: main can't know better.
        Some(names) if names.is_empty() => return want(connection, reference),
        // What was changed here stays until main has seen it; the rest is main's.
        Some(names) => {
            let before = &state.record;
            unseen = names.iter().any(|name| before.get(name) != record.get(name) || before.rows(name) != record.rows(name));
            let mut rest = record.clone();
            rest.attributes.retain(|name, _| !names.contains(name));
            rest.tables.retain(|name, _| !names.contains(name));
            state.record.apply(rest);
        }
    }
    let posted = is_posted(&state.record);
    objects::write(unit, state, WriteAction::Write, &NoHandlers)?;
    if reference.object.kind == ObjectKind::Document && was_posted && !posted {
        // Main could not post it, or unposted it: nothing is moved here either.
        let posts_to = unit.object(&reference.object)?.posts_to.clone();
        for register in posts_to.iter().filter(|r| unit.configuration().object(r).is_some()) {
            registers::replace_movements(unit, register, reference, &Value::Empty, &[])?;
        }
    }
    if books.attention {
        journal::settle_from(connection, reference, if posted && !is_waiting { None } else { Some(INCOMING) })?;
    }
    if unseen {
        // Nobody here has seen main's value yet: what is changed here still builds on the one before.
        seen_again(connection, reference)?;
        return want(connection, reference);
    }
    main_version(connection, reference, version, books.generation)
}

/// Names changed here and not acknowledged, on their way or not yet; all if empty; none if nothing waits.
fn pending(connection: &Lease, reference: &Ref) -> Result<Option<Vec<String>>, EngineError> {
    let mut all: Option<Vec<String>> = None;
    for sql in [
        "SELECT COALESCE(changed, '') FROM _changes WHERE object = ?1 AND key = ?2",
        "SELECT changed FROM _in_flight WHERE object = ?1 AND key = ?2",
    ] {
        let names: Option<String> = connection
            .prepare_cached(sql)?
            .query_row(params![reference.object.to_string(), reference.id.as_bytes()], |row| row.get(0))
            .optional()?;
        match names {
            None => {}
            Some(names) if names.is_empty() => return Ok(Some(Vec::new())),
            Some(names) => all.get_or_insert_default().extend(names.split(',').map(str::to_owned)),
        }
    }
    Ok(all)
}

/// Takes an item away; what was changed here and not sent is kept in the journal first.
fn remove(unit: &Unit, connection: &Lease, reference: &Ref) -> Result<(), EngineError> {
    if pending(connection, reference)?.is_some()
        && let Some(state) = objects::read_unchecked(unit, reference)?
    {
        let conflict =
            Conflict { reference: reference.clone(), attributes: Vec::new(), device_won: false, losing: state.record };
        journal::add_conflict(unit, connection, MAIN_NODE, &conflict)?;
        connection.execute(
            "DELETE FROM _changes WHERE object = ?1 AND key = ?2",
            params![reference.object.to_string(), reference.id.as_bytes()],
        )?;
    }
    objects::delete(unit, reference, &NoHandlers)?;
    forget_version(connection, reference)
}

/// After a new beginning: what main sent before and not again is not main's any more. What was changed here stays.
pub fn sweep(unit: &Unit, connection: &Lease) -> Result<(), EngineError> {
    let stale: Vec<(String, Vec<u8>)> = connection
        .prepare("SELECT object, id FROM _main_versions WHERE generation < ?1")?
        .query_map([device::generation(connection)?], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (object, id) in stale {
        let (Ok(object), Ok(id)) = (object.parse(), Uuid::from_slice(&id)) else { continue };
        let reference = Ref::new(object, id);
        if unit.configuration().object(&reference.object).is_none() {
            continue;
        }
        if pending(connection, &reference)?.is_some() {
            want(connection, &reference)?;
        } else {
            remove(unit, connection, &reference)?;
        }
    }
    Ok(())
}

/// Main's version of an item that is here.
pub fn main_version(connection: &Lease, reference: &Ref, version: i64, generation: i64) -> Result<(), EngineError> {
    connection
        .prepare_cached(
            "INSERT INTO _main_versions (object, id, version, generation) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (object, id) DO UPDATE SET version = excluded.version, generation = excluded.generation",
        )?
        .execute(params![reference.object.to_string(), reference.id.as_bytes(), version, generation])?;
    Ok(())
}

/// Main has the item still.
fn seen_again(connection: &Lease, reference: &Ref) -> Result<(), EngineError> {
    connection.prepare_cached("UPDATE _main_versions SET generation = ?3 WHERE object = ?1 AND id = ?2")?.execute(params![
        reference.object.to_string(),
        reference.id.as_bytes(),
        device::generation(connection)?
    ])?;
    Ok(())
}

/// The item is not here any more.
pub fn forget_version(connection: &Lease, reference: &Ref) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM _main_versions WHERE object = ?1 AND id = ?2")?
        .execute(params![reference.object.to_string(), reference.id.as_bytes()])?;
    Ok(())
}
