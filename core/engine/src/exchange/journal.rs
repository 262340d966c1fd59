//! What needs a person: conflicts with the losing values, and things that could not be applied or posted.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use twinshore_metadata::Ref;
use twinshore_protocol::Conflict;
use uuid::Uuid;

use crate::storage::Lease;
use crate::{EngineError, Unit};

/// A thing under "needs attention".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttentionItem {
    /// Id of the entry.
    pub id: Uuid,
    /// When, RFC 3339.
    pub made: String,
    /// Item, if it is one.
    pub reference: Option<Ref>,
    /// Why.
    pub message: String,
}

/// Keeps a conflict with its losing values.
pub fn add_conflict(unit: &Unit, connection: &Lease, node: &str, conflict: &Conflict) -> Result<(), EngineError> {
    let content = serde_json::to_string(conflict).map_err(|e| EngineError::refused(e.to_string()))?;
    connection.execute(
        "INSERT INTO _conflicts VALUES (?1, ?2, ?3, ?4)",
        params![Uuid::now_v7().as_bytes(), node, unit.engine().clock().now().to_rfc3339(), content],
    )?;
    Ok(())
}

/// Parks a thing with its reason and content, in place of an earlier entry of the same item.
pub fn park(
    unit: &Unit,
    connection: &Lease,
    node: &str,
    reference: Option<&Ref>,
    message: &str,
    content: &str,
) -> Result<(), EngineError> {
    let object = reference.map(|r| r.object.to_string()).unwrap_or_default();
    let item = reference.map(|r| r.id.as_bytes().to_vec());
    settle(connection, reference)?;
    connection.execute(
        "INSERT INTO _attention (id, made, node, object, item, message, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![Uuid::now_v7().as_bytes(), unit.engine().clock().now().to_rfc3339(), node, object, item, message, content],
    )?;
    Ok(())
}

/// The item is well again.
pub fn settle(connection: &Lease, reference: Option<&Ref>) -> Result<(), EngineError> {
    if let Some(reference) = reference {
        connection
            .prepare_cached("DELETE FROM _attention WHERE object = ?1 AND item = ?2")?
            .execute(params![reference.object.to_string(), reference.id.as_bytes()])?;
    }
    Ok(())
}

/// The same for entries of one origin only; all if none is named.
pub fn settle_from(connection: &Lease, reference: &Ref, node: Option<&str>) -> Result<(), EngineError> {
    connection
        .prepare_cached("DELETE FROM _attention WHERE object = ?1 AND item = ?2 AND node = COALESCE(?3, node)")?
        .execute(params![reference.object.to_string(), reference.id.as_bytes(), node])?;
    Ok(())
}

/// Parked things of one origin with their contents.
pub fn parked(connection: &Lease, node: &str) -> Result<Vec<(Uuid, String)>, EngineError> {
    let mut statement = connection.prepare("SELECT id, content FROM _attention WHERE node = ?1 ORDER BY id")?;
    let rows = statement.query_map([node], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    rows.map(|row| row.map(|(id, content)| (Uuid::from_slice(&id).unwrap_or_default(), content)).map_err(Into::into)).collect()
}

/// A person has seen to an entry, or it is well.
///
/// # Errors
/// If the database fails.
pub fn dismiss(connection: &Lease, id: Uuid) -> Result<(), EngineError> {
    connection.execute("DELETE FROM _attention WHERE id = ?1", [id.as_bytes()])?;
    Ok(())
}

/// Everything that needs attention, newest first.
///
/// # Errors
/// If the database fails.
pub fn attention(unit: &Unit) -> Result<Vec<AttentionItem>, EngineError> {
    let connection = unit.connection()?;
    let mut statement =
        connection.prepare("SELECT id, made, object, item, message FROM _attention ORDER BY id DESC LIMIT 500")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let object: String = row.get(2)?;
        let item: Option<Vec<u8>> = row.get(3)?;
        let reference =
            object.parse().ok().zip(item).map(|(object, id)| Ref::new(object, Uuid::from_slice(&id).unwrap_or_default()));
        let id: Vec<u8> = row.get(0)?;
        all.push(AttentionItem {
            id: Uuid::from_slice(&id).unwrap_or_default(),
            made: row.get(1)?,
            reference,
            message: row.get(4)?,
        });
    }
    drop(rows);
    for item in &mut all {
        if let Some(reference) = &mut item.reference {
            crate::objects::present(unit, std::slice::from_mut(reference))?;
        }
    }
    Ok(all)
}

/// Conflicts, newest first.
///
/// # Errors
/// If the database fails.
pub fn conflicts(unit: &Unit) -> Result<Vec<Conflict>, EngineError> {
    let connection = unit.connection()?;
    let mut statement = connection.prepare("SELECT content FROM _conflicts ORDER BY id DESC LIMIT 500")?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
}
