//! Devices as main knows them.

use rusqlite::{OptionalExtension, params};
use twinshore_protocol::{HandshakeRequest, NodeCode, ServerError};
use uuid::Uuid;

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
}

fn select(connection: &Lease, condition: &str, value: &dyn rusqlite::ToSql) -> Result<Option<Node>, EngineError> {
    let sql = format!("SELECT code, user, accepted_no, last_outcomes, revoked FROM _nodes WHERE {condition}");
    let found = connection
        .query_row(&sql, [value], |row| {
            Ok(Node {
                code: row.get(0)?,
                user: row.get(1)?,
                accepted_no: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                last_outcomes: row.get(3)?,
                revoked: row.get(4)?,
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
    Ok((Node { code, user: unit.user().user_name.clone(), accepted_no: 0, last_outcomes: None, revoked: false }, true))
}

/// A node by its code, for the user of the unit.
pub fn by_code(unit: &Unit, connection: &Lease, code: &NodeCode) -> Result<Node, EngineError> {
    let unknown = || EngineError::refused("The main server does not know this device; begin the exchange anew.");
    let node = select(connection, "code = ?1", &code.0)?.ok_or_else(unknown)?;
    check(unit, &node)?;
    Ok(node)
}

fn check(unit: &Unit, node: &Node) -> Result<(), EngineError> {
    if node.revoked || node.user != unit.user().user_name {
        let what = "exchange data as this device".into();
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
