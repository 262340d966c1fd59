//! The change log: one row per changed thing with its newest position, so that first download and increments are one protocol
//! and the log never outgrows the data. A node is a cursor into it.

mod inclusion;

use indexmap::IndexMap;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use twinshore_metadata::{ObjectKind, ObjectName, Ref, Value};
use twinshore_protocol::ChangePosition;

use crate::storage::Lease;
use crate::{EngineError, Unit};

pub(crate) use inclusion::record_included;

/// A changed thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ChangeKey {
    /// An item was written.
    Object(Ref),
    /// An item was deleted.
    Deletion(Ref),
    /// Movements of a document.
    Movements {
        /// Register.
        register: ObjectName,
        /// Document.
        recorder: Ref,
    },
    /// Records of an information register under a key.
    Records {
        /// Register.
        register: ObjectName,
        /// Dimensions (and period).
        key: IndexMap<String, Value>,
    },
    /// A constant.
    Constant(ObjectName),
}

impl ChangeKey {
    /// Object the thing belongs to.
    pub const fn object(&self) -> &ObjectName {
        match self {
            Self::Object(reference) | Self::Deletion(reference) => &reference.object,
            Self::Movements { register, .. } | Self::Records { register, .. } => register,
            Self::Constant(name) => name,
        }
    }

    /// Identifies the thing within its object.
    pub(crate) fn key(&self) -> Vec<u8> {
        match self {
            Self::Object(reference) | Self::Deletion(reference) => reference.id.as_bytes().to_vec(),
            Self::Movements { recorder, .. } => recorder.id.as_bytes().to_vec(),
            Self::Records { key, .. } => {
                serde_json::to_vec(&key.iter().map(|(n, v)| (n, bare(v))).collect::<Vec<_>>()).unwrap_or_default()
            }
            Self::Constant(_) => Vec::new(),
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Object(_) => "object",
            Self::Deletion(_) => "deletion",
            Self::Movements { .. } => "movements",
            Self::Records { .. } => "records",
            Self::Constant(_) => "constant",
        }
    }
}

/// A value without presentation, so that the same key is the same bytes.
fn bare(value: &Value) -> Value {
    match value {
        Value::Ref(reference) => Value::Ref(Ref::new(reference.object.clone(), reference.id)),
        other => other.clone(),
    }
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Place.
    pub position: ChangePosition,
    /// Thing.
    pub key: ChangeKey,
    /// Node whose data it is; empty if it was made here.
    pub origin: String,
    /// User who made it.
    pub user_name: String,
    /// Main's version it was made on (devices).
    pub base_version: Option<i64>,
    /// Names of attributes and tables changed since that version; all if empty.
    pub changed: Vec<String>,
}

/// Notes a change, in the transaction that makes it. `changed` names attributes and tables; none = all of a new item.
///
/// # Errors
/// If the database fails.
pub fn record(unit: &Unit, connection: &Lease, key: &ChangeKey, changed: Option<&[String]>) -> Result<(), EngineError> {
    if is_exchanged(unit, key.object()) && is_noted_by_itself(unit, key.object()) {
        note(unit, connection, key, changed)?;
    }
    Ok(())
}

/// Notes a thing as changed though nothing changed: it is sent again (X1 `recordChanges`).
///
/// # Errors
/// If the database fails.
pub fn record_again(unit: &Unit, connection: &Lease, key: &ChangeKey) -> Result<(), EngineError> {
    if is_exchanged(unit, key.object()) { note(unit, connection, key, None) } else { Ok(()) }
}

fn note(unit: &Unit, connection: &Lease, key: &ChangeKey, changed: Option<&[String]>) -> Result<(), EngineError> {
    let origin = unit.sender().map(|n| n.0).unwrap_or_default();
    let object = key.object().to_string();
    let bytes = key.key();
    if unit.engine().is_standalone() && !origin.is_empty() {
        // What main sent is not sent back; a change of our own that waits stays as it is.
        return Ok(());
    }
    let (base, changed) = if unit.engine().is_standalone() {
        match pending(connection, &object, &bytes, changed)? {
            // A deletion is of the whole item.
            Some((base, _)) if matches!(key, ChangeKey::Deletion(_)) => (base, String::new()),
            Some(pending) => pending,
            None => return Ok(()),
        }
    } else {
        (None, String::new())
    };
    let content = if matches!(key, ChangeKey::Records { .. }) {
        serde_json::to_string(key).unwrap_or_default()
    } else {
        key.kind().to_owned()
    };
    let content = match key {
        ChangeKey::Movements { recorder, .. } => format!("movements {}", recorder.object),
        _ => content,
    };
    connection.prepare_cached("DELETE FROM _changes WHERE object = ?1 AND key = ?2")?.execute(params![object, bytes])?;
    connection
        .prepare_cached(
            "INSERT INTO _changes (object, key, kind, origin, user, base_version, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![object, bytes, content, origin, unit.user().user_name, base, changed])?;
    Ok(())
}

/// Base version and changed names of a device's unsent change, with the new names added; none if nothing changed.
/// What has left in a message begins a new list of names.
fn pending(
    connection: &Lease,
    object: &str,
    key: &[u8],
    changed: Option<&[String]>,
) -> Result<Option<(Option<i64>, String)>, EngineError> {
    let before: Option<(Option<i64>, String, bool)> = connection
        .prepare_cached(
            "SELECT base_version, COALESCE(changed, ''), sent_no IS NOT NULL FROM _changes WHERE object = ?1 AND key = ?2 AND kind <> 'deletion'",
        )?
        .query_row(params![object, key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let new = changed.map(|names| names.join(","));
    Ok(match before {
        Some((base, names, false)) => {
            let mut all: Vec<&str> = names.split(',').filter(|n| !n.is_empty()).collect();
            if !all.is_empty() {
                let more = changed.unwrap_or_default().iter().map(String::as_str);
                all.extend(more.filter(|n| !names.split(',').any(|k| k == *n)));
            }
            Some((base, all.join(",")))
        }
        Some((base, _, true)) => match new {
            Some(names) if names.is_empty() => None,
            names => Some((base, names.unwrap_or_default())),
        },
        None => {
            let base: Option<i64> = connection
                .prepare_cached("SELECT version FROM _main_versions WHERE object = ?1 AND id = ?2")?
                .query_row(params![object, key], |row| row.get(0))
                .optional()?;
            match (base, new) {
                (Some(_), Some(names)) if names.is_empty() => None,
                (Some(base), Some(names)) => Some((Some(base), names)),
                (base, _) => Some((base, String::new())),
            }
        }
    })
}

/// True unless the exchange plan says that code registers changes of the object (X1).
fn is_noted_by_itself(unit: &Unit, object: &ObjectName) -> bool {
    let plan = ObjectName::new(ObjectKind::ExchangePlan, unit.engine().bundle().composition.exchange.plan.clone());
    let content = unit.configuration().object(&plan).map_or(&[][..], |plan| plan.plan_content.as_slice());
    content.iter().find(|(name, _)| name == object).is_none_or(|(_, by_itself)| *by_itself)
}

/// True if changes of the object travel: it is in the composition and is data.
pub fn is_exchanged(unit: &Unit, object: &ObjectName) -> bool {
    let value = matches!(object.kind, ObjectKind::Constant | ObjectKind::FunctionalOption);
    let data = object.kind.is_stored_object() || object.kind.is_register() || value;
    data && unit.engine().bundle().composition.includes(object)
}

/// Position of the newest change.
///
/// # Errors
/// If the database fails.
pub fn last_position(connection: &Lease) -> Result<ChangePosition, EngineError> {
    let last: i64 =
        connection
            .query_row("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '_changes'), 0)", [], |row| row.get(0))?;
    Ok(ChangePosition(u64::try_from(last).unwrap_or(0)))
}

/// Changes after a position, in order, at most `limit`.
///
/// # Errors
/// If the database fails.
pub fn after(connection: &Lease, from: ChangePosition, limit: u32) -> Result<Vec<Change>, EngineError> {
    let mut statement = connection.prepare_cached(
        "SELECT position, object, key, kind, origin, user, base_version, COALESCE(changed, '') FROM _changes WHERE position > ?1 ORDER BY position LIMIT ?2",
    )?;
    let mut rows = statement.query(params![i64::try_from(from.0).unwrap_or(i64::MAX), limit])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        let changed: String = row.get(7)?;
        let Some(key) = decode(&row.get::<_, String>(1)?, &row.get::<_, Vec<u8>>(2)?, &row.get::<_, String>(3)?) else {
            continue;
        };
        all.push(Change {
            position: ChangePosition(u64::try_from(position).unwrap_or(0)),
            key,
            origin: row.get(4)?,
            user_name: row.get(5)?,
            base_version: row.get(6)?,
            changed: changed.split(',').filter(|n| !n.is_empty()).map(str::to_owned).collect(),
        });
    }
    Ok(all)
}

fn decode(object: &str, key: &[u8], kind: &str) -> Option<ChangeKey> {
    let name: ObjectName = object.parse().ok()?;
    let id = || uuid::Uuid::from_slice(key).ok();
    Some(match kind {
        "object" => ChangeKey::Object(Ref::new(name, id()?)),
        "deletion" => ChangeKey::Deletion(Ref::new(name, id()?)),
        "constant" => ChangeKey::Constant(name),
        other => match other.strip_prefix("movements ") {
            Some(document) => ChangeKey::Movements { register: name, recorder: Ref::new(document.parse().ok()?, id()?) },
            None => serde_json::from_str(other).ok()?,
        },
    })
}

/// Notes which attributes and tables a write changed, so that main can merge field by field (X10).
pub(crate) fn touch_fields(
    unit: &Unit,
    connection: &Lease,
    reference: &Ref,
    names: &[String],
    version: i64,
) -> Result<(), EngineError> {
    let origin = unit.sender().map(|node| node.0).unwrap_or_default();
    let mut statement = connection.prepare_cached(
        "INSERT INTO _touched (object, id, name, version, origin) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (object, id, name) DO UPDATE SET version = excluded.version, origin = excluded.origin",
    )?;
    for name in names {
        statement.execute(params![reference.object.to_string(), reference.id.as_bytes(), name, version, origin])?;
    }
    Ok(())
}

/// Attributes and tables that others than `node` changed last, after a version.
pub(crate) fn touched_since(connection: &Lease, reference: &Ref, version: i64, node: &str) -> Result<Vec<String>, EngineError> {
    Ok(connection
        .prepare_cached("SELECT name FROM _touched WHERE object = ?1 AND id = ?2 AND version > ?3 AND origin <> ?4")?
        .query_map(params![reference.object.to_string(), reference.id.as_bytes(), version, node], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Says whose data an item's newest change is; empty sends it to every node.
pub(crate) fn set_origin(connection: &Lease, reference: &Ref, origin: &str) -> Result<(), EngineError> {
    connection.prepare_cached("UPDATE _changes SET origin = ?3 WHERE object = ?1 AND key = ?2")?.execute(params![
        reference.object.to_string(),
        reference.id.as_bytes(),
        origin
    ])?;
    Ok(())
}
