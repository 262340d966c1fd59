//! Devices as main knows them.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use twinshore_protocol::{HandshakeRequest, NodeCode, ServerError};
use uuid::Uuid;

use crate::rights::Action;
use crate::storage::Lease;
use crate::{EngineError, Unit};

/// A device.
#[derive(Debug, Clone)]
pub struct Node {
    pub code: String,
    pub user: String,
    pub accepted_no: u64,
    pub last_outcomes: Option<String>,
    pub revoked: bool,
    /// What decided which rows belong on the device when it was last here.
    pub content: Option<String>,
}

/// A device as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeNode {
    /// Code.
    pub code: NodeCode,
    /// Name the person gave it.
    pub name: String,
    /// Its user.
    pub user_name: String,
    /// When it was last here, RFC 3339.
    pub last_contact: Option<String>,
    /// Changes it has not received yet.
    pub waiting: u64,
    /// It may not exchange any more.
    pub revoked: bool,
}

/// All devices.
///
/// # Errors
/// If the database fails.
pub fn nodes(unit: &Unit) -> Result<Vec<ExchangeNode>, EngineError> {
    let connection = unit.connection()?;
    let mut statement = connection.prepare(
        "SELECT code, name, user, last_contact, revoked, (SELECT count(*) FROM _changes WHERE position > received AND origin <> code) FROM _nodes ORDER BY code",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ExchangeNode {
            code: NodeCode(row.get(0)?),
            name: row.get(1)?,
            user_name: row.get(2)?,
            last_contact: row.get(3)?,
            revoked: row.get(4)?,
            waiting: u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forbids a device to exchange, or allows it again. False if there is no such device.
///
/// # Errors
/// If the database fails.
pub fn revoke(unit: &Unit, code: &NodeCode, revoked: bool) -> Result<bool, EngineError> {
    unit.transaction(|connection| {
        Ok(connection.execute("UPDATE _nodes SET revoked = ?2 WHERE code = ?1", params![code.0, revoked])? > 0)
    })
}

/// Hash of all that decides which rows belong on the user's devices: rights and composition.
pub fn content(unit: &Unit) -> String {
    let bundle = unit.engine().bundle();
    let user = unit.user();
    let rights: Vec<_> = bundle
        .composition
        .included
        .iter()
        .map(|(object, inclusion)| {
            let may = user.may(Action::Read, object);
            (object, &inclusion.except, &inclusion.keep, may, user.row_conditions(object), user.hidden(object))
        })
        .collect();
    let text = serde_json::to_string(&(rights, &user.user)).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// Remembers it.
pub fn set_content(connection: &Lease, code: &str, content: &str) -> Result<(), EngineError> {
    connection.execute("UPDATE _nodes SET content = ?2 WHERE code = ?1", params![code, content])?;
    Ok(())
}

/// Devices that were not heard of for too long are dropped (C8); one that comes back begins anew.
pub fn drop_inactive(unit: &Unit, connection: &Lease) -> Result<(), EngineError> {
    let after_s = unit.engine().bundle().composition.exchange.drop_inactive_nodes_after_s;
    if after_s > 0 {
        let oldest =
            unit.engine().clock().now() - chrono::Duration::seconds(i64::try_from(after_s).unwrap_or(i64::MAX / 1_000));
        connection.execute("DELETE FROM _nodes WHERE revoked = 0 AND last_contact < ?1", [oldest.to_rfc3339()])?;
    }
    Ok(())
}

/// The device told at the beginning of a round what it has for certain; a page may be asked for before the last one is applied.
pub fn confirmed(connection: &Lease, code: &str, position: u64) -> Result<(), EngineError> {
    connection.execute(
        "UPDATE _nodes SET confirmed = ?2 WHERE code = ?1",
        params![code, i64::try_from(position).unwrap_or(i64::MAX)],
    )?;
    Ok(())
}

/// Deletions that every device has for certain need not be kept.
pub fn forget_deletions(connection: &Lease) -> Result<(), EngineError> {
    connection.execute(
        "DELETE FROM _changes WHERE kind = 'deletion' AND position <= (SELECT MIN(confirmed) FROM _nodes WHERE revoked = 0)",
        [],
    )?;
    Ok(())
}

fn select(connection: &Lease, condition: &str, value: &dyn rusqlite::ToSql) -> Result<Option<Node>, EngineError> {
    let sql = format!("SELECT code, user, accepted_no, last_outcomes, revoked, content FROM _nodes WHERE {condition}");
    let found = connection
        .query_row(&sql, [value], |row| {
            Ok(Node {
                code: row.get(0)?,
                user: row.get(1)?,
                accepted_no: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                last_outcomes: row.get(3)?,
                revoked: row.get(4)?,
                content: row.get(5)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The node of a device, made if main does not know it; true if the device believes it had another code.
pub fn of_device(unit: &Unit, connection: &Lease, request: &HandshakeRequest) -> Result<(Node, bool), EngineError> {
    let device = request.device.as_bytes().to_vec();
    if let Some(node) = select(connection, "device = ?1", &device)? {
        check(unit, &node)?;
        let moved = request.node.as_ref().is_none_or(|code| code.0 != node.code);
        return Ok((node, moved));
    }
    let last: Option<i64> = connection.query_row("SELECT MAX(CAST(code AS INTEGER)) FROM _nodes", [], |row| row.get(0))?;
    let code = format!("{:03}", last.unwrap_or(1) + 1);
    let name: String = request.device_name.chars().take(100).collect();
    connection.execute(
        "INSERT INTO _nodes (code, device, name, user) VALUES (?1, ?2, ?3, ?4)",
        params![code, device, name, unit.user().user_name],
    )?;
    let user = unit.user().user_name.clone();
    Ok((Node { code, user, accepted_no: 0, last_outcomes: None, revoked: false, content: None }, true))
}

/// A node by its code, for the user of the unit.
pub fn by_code(unit: &Unit, connection: &Lease, code: &NodeCode) -> Result<Node, EngineError> {
    let unknown = || EngineError::refused(unit.say("check-unknown-device", &[]));
    let node = select(connection, "code = ?1", &code.0)?.ok_or_else(unknown)?;
    check(unit, &node)?;
    Ok(node)
}

fn check(unit: &Unit, node: &Node) -> Result<(), EngineError> {
    if node.revoked || node.user != unit.user().user_name {
        let what = unit.say("right-exchange", &[]);
        return Err(EngineError::Refused(ServerError::AccessDenied { what }));
    }
    Ok(())
}

/// Where the device stands.
pub fn received(unit: &Unit, connection: &Lease, code: &str, position: u64) -> Result<(), EngineError> {
    connection.execute(
        "UPDATE _nodes SET received = ?2, last_contact = ?3 WHERE code = ?1",
        params![code, i64::try_from(position).unwrap_or(i64::MAX), unit.engine().clock().now().to_rfc3339()],
    )?;
    Ok(())
}

/// A message was accepted with these outcomes.
pub fn accepted(connection: &Lease, code: &str, number: u64, outcomes: &str) -> Result<(), EngineError> {
    connection.execute(
        "UPDATE _nodes SET accepted_no = ?2, last_outcomes = ?3 WHERE code = ?1",
        params![code, i64::try_from(number).unwrap_or(i64::MAX), outcomes],
    )?;
    Ok(())
}

/// A device's own id, made at first use.
pub fn device_id(connection: &Lease) -> Result<Uuid, EngineError> {
    if let Some(id) = crate::schema::setting(connection, "device")?.and_then(|text| text.parse().ok()) {
        return Ok(id);
    }
    let id = Uuid::new_v4();
    crate::schema::set_setting(connection, "device", &id.to_string())?;
    Ok(id)
}
