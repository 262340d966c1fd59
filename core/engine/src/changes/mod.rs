//! The change log: one row per changed thing with its newest position, so that first download and increments are one protocol
//! and the log never outgrows the data. A node is a cursor into it.

use indexmap::IndexMap;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use twinshore_metadata::{ObjectKind, ObjectName, Ref, Value};
use twinshore_protocol::ChangePosition;

use crate::storage::Lease;
use crate::{EngineError, Unit};

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
    fn key(&self) -> Vec<u8> {
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
    if !is_exchanged(unit, key.object()) {
        return Ok(());
    }
    let origin = unit.sender().map(|n| n.0).unwrap_or_default();
    let object = key.object().to_string();
    let bytes = key.key();
    if unit.engine().is_standalone() && !origin.is_empty() {
        // What main sent is not sent back; a change of our own that waits stays as it is.
        return Ok(());
    }
    let (base, changed) =
        if unit.engine().is_standalone() { pending(connection, &object, &bytes, changed)? } else { (None, String::new()) };
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

/// Base version and changed names of a device's unsent change, with the new names added.
fn pending(
    connection: &Lease,
    object: &str,
    key: &[u8],
    changed: Option<&[String]>,
) -> Result<(Option<i64>, String), EngineError> {
    use rusqlite::OptionalExtension as _;
    let before: Option<(Option<i64>, String)> = connection
        .prepare_cached("SELECT base_version, COALESCE(changed, '') FROM _changes WHERE object = ?1 AND key = ?2")?
        .query_row(params![object, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let new = changed.unwrap_or_default();
    if let Some((base, names)) = before {
        let mut all: Vec<&str> = names.split(',').filter(|n| !n.is_empty()).collect();
        if !all.is_empty() {
            all.extend(new.iter().map(String::as_str).filter(|n| !names.split(',').any(|k| k == *n)));
        }
        return Ok((base, all.join(",")));
    }
    let base: Option<i64> = connection
        .prepare_cached("SELECT version FROM _main_versions WHERE object = ?1 AND id = ?2")?
        .query_row(params![object, key], |row| row.get(0))
        .optional()?;
    Ok((base, if base.is_some() { new.join(",") } else { String::new() }))
}

/// True if changes of the object travel: it is in the composition and is data.
pub fn is_exchanged(unit: &Unit, object: &ObjectName) -> bool {
    let data = object.kind.is_stored_object() || object.kind.is_register() || object.kind == ObjectKind::Constant;
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
pub(crate) fn touch_fields(connection: &Lease, reference: &Ref, names: &[String], version: i64) -> Result<(), EngineError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO _touched VALUES (?1, ?2, ?3, ?4) ON CONFLICT (object, id, name) DO UPDATE SET version = excluded.version",
    )?;
    for name in names {
        statement.execute(params![reference.object.to_string(), reference.id.as_bytes(), name, version])?;
    }
    Ok(())
}

/// Attributes and tables changed after a version.
pub(crate) fn touched_since(connection: &Lease, reference: &Ref, version: i64) -> Result<Vec<String>, EngineError> {
    Ok(connection
        .prepare_cached("SELECT name FROM _touched WHERE object = ?1 AND id = ?2 AND version > ?3")?
        .query_map(params![reference.object.to_string(), reference.id.as_bytes(), version], |row| row.get(0))?
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
