//! The device's side: what waits to be sent, and applying what main sends.
//!
//! A message that left is kept until main acknowledges it and is sent again as it is, so that main takes it once (X4).

use std::rc::Rc;
use std::sync::Arc;

use rusqlite::params;
use serde::{Deserialize, Serialize};
use twinshore_metadata::{BundleHash, Record, Ref, Value};
use twinshore_protocol::{
    ChangeItem, ChangePosition, Conflict, DownloadRequest, ExchangePage, HandshakeRequest, HandshakeResponse, ItemOutcome,
    MessageNo, NodeCode, SentItem, ServerError, UploadRequest, UploadResponse, WriteAction,
};

use super::{items, journal, nodes};
use crate::changes::{self, ChangeKey};
use crate::engine::MAIN_NODE;
use crate::objects::{self, NoHandlers, ObjectState};
use crate::rights::UserRights;
use crate::schema::{set_setting, setting};
use crate::storage::Lease;
use crate::{Engine, EngineError, Unit, constants, registers};

const RECEIVED: &str = "exchange.received";
const SENT_NO: &str = "exchange.sent_no";
const OUTBOX: &str = "exchange.outbox";

/// Where the device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    /// Changes that main has not acknowledged.
    pub pending: u64,
    /// Position up to which main's changes are here.
    pub received: ChangePosition,
    /// Something was received at all.
    pub started: bool,
}

/// A message on its way, with the positions of its changes in the device's log.
#[derive(Serialize, Deserialize)]
struct Outbox {
    message: UploadRequest,
    positions: Vec<u64>,
}

/// The exchange of a stand-alone server.
#[derive(Clone)]
pub struct DeviceExchange {
    engine: Engine,
    user: Arc<UserRights>,
    device_bundle: BundleHash,
}

impl DeviceExchange {
    /// The exchange of an engine for its user; `device_bundle` is the configuration on the device.
    pub fn new(engine: Engine, user: Arc<UserRights>, device_bundle: BundleHash) -> Self {
        Self { engine, user, device_bundle }
    }

    fn unit(&self) -> Rc<Unit> {
        Rc::new(Unit::new(&self.engine, Arc::clone(&self.user)))
    }

    /// Id the device gave itself.
    ///
    /// # Errors
    /// If the database fails.
    pub fn device_id(&self) -> Result<uuid::Uuid, EngineError> {
        nodes::device_id(&self.engine.database().writer()?)
    }

    /// Where the device stands.
    ///
    /// # Errors
    /// If the database fails.
    pub fn state(&self) -> Result<DeviceState, EngineError> {
        let reader = self.engine.database().reader()?;
        let pending: i64 = reader.query_row("SELECT count(*) FROM _changes", [], |row| row.get(0))?;
        let received = number(&reader, RECEIVED)?;
        Ok(DeviceState {
            pending: u64::try_from(pending).unwrap_or(0),
            received: ChangePosition(received.unwrap_or(0)),
            started: received.is_some(),
        })
    }

    /// The start of a round.
    ///
    /// # Errors
    /// If the database fails.
    pub fn handshake(&self, device_name: &str) -> Result<HandshakeRequest, EngineError> {
        let writer = self.engine.database().writer()?;
        let node = self.engine.node();
        Ok(HandshakeRequest {
            node: (!node.0.is_empty()).then_some(node),
            device: nodes::device_id(&writer)?,
            device_name: device_name.to_owned(),
            sent_no: MessageNo(number(&writer, SENT_NO)?.unwrap_or(0)),
            received: ChangePosition(number(&writer, RECEIVED)?.unwrap_or(0)),
            device_bundle: self.device_bundle.clone(),
        })
    }

    /// Takes main's answer: the node's code, and a new beginning if the numbers don't fit (X7).
    ///
    /// # Errors
    /// If the database fails.
    pub fn shaken(&self, response: &HandshakeResponse) -> Result<(), EngineError> {
        if response.reset {
            let unit = self.unit();
            unit.transaction(|connection| {
                connection.execute("DELETE FROM _settings WHERE name IN (?1, ?2, ?3)", [RECEIVED, SENT_NO, OUTBOX])?;
                Ok(())
            })?;
        }
        if self.engine.node() != response.node {
            self.engine.set_node(response.node.clone())?;
        }
        Ok(())
    }

    /// The next message: the one on its way, else a new one of at most `limit` things; none if nothing waits.
    ///
    /// # Errors
    /// If the database fails.
    pub fn next_message(&self, limit: u32) -> Result<Option<UploadRequest>, EngineError> {
        let unit = self.unit();
        unit.transaction(|connection| {
            if let Some(outbox) = outbox(connection)? {
                return Ok(Some(outbox.message));
            }
            let mut items = Vec::new();
            let mut positions = Vec::new();
            for change in changes::after(connection, ChangePosition(0), limit)? {
                positions.push(change.position.0);
                let Some(item) = items::current(&unit, &change.key)? else { continue };
                let item =
                    SentItem { item, base_version: change.base_version, changed: change.changed, user_name: change.user_name };
                items.push(item);
            }
            if items.is_empty() {
                return Ok(None);
            }
            let message_no = MessageNo(number(connection, SENT_NO)?.unwrap_or(0) + 1);
            let message =
                UploadRequest { node: self.engine.node(), message_no, device_bundle: self.device_bundle.clone(), items };
            set_setting(connection, SENT_NO, &message_no.0.to_string())?;
            let outbox = Outbox { message, positions };
            set_setting(connection, OUTBOX, &serde_json::to_string(&outbox).map_err(|e| EngineError::refused(e.to_string()))?)?;
            Ok(Some(outbox.message))
        })
    }

    /// Main took the message: its changes are done, those made again meanwhile stay.
    ///
    /// # Errors
    /// If the answer does not fit the message or the database fails.
    pub fn acknowledged(&self, response: &UploadResponse) -> Result<(), EngineError> {
        let unit = self.unit();
        unit.transaction(|connection| {
            let Some(outbox) = outbox(connection)? else { return Ok(()) };
            if response.accepted_no < outbox.message.message_no || response.outcomes.len() != outbox.message.items.len() {
                return Err(EngineError::Refused(ServerError::Malformed {
                    what: "an acknowledgement of another message".into(),
                }));
            }
            for (sent, outcome) in outbox.message.items.iter().zip(&response.outcomes) {
                self.settle(&unit, connection, sent, outcome)?;
            }
            for position in &outbox.positions {
                connection
                    .prepare_cached("DELETE FROM _changes WHERE position = ?1")?
                    .execute([i64::try_from(*position).unwrap_or(0)])?;
            }
            connection.execute("DELETE FROM _settings WHERE name = ?1", [OUTBOX])?;
            Ok(())
        })
    }

    fn settle(&self, unit: &Unit, connection: &Lease, sent: &SentItem, outcome: &ItemOutcome) -> Result<(), EngineError> {
        let ChangeItem::Object { reference, .. } = &sent.item else { return Ok(()) };
        match outcome {
            ItemOutcome::Accepted { version } => {
                journal::settle(connection, Some(reference))?;
                main_version(connection, reference, *version)?;
                // A change made again meanwhile builds on what main has now.
                connection
                    .prepare_cached("UPDATE _changes SET base_version = ?3 WHERE object = ?1 AND key = ?2")?
                    .execute(params![reference.object.to_string(), reference.id.as_bytes(), version])?;
            }
            ItemOutcome::Conflicted(conflict) => journal::add_conflict(unit, connection, MAIN_NODE, conflict)?,
            ItemOutcome::NeedsAttention { message } => {
                let content = serde_json::to_string(&sent.item).unwrap_or_default();
                journal::park(unit, connection, MAIN_NODE, Some(reference), message, &content)?;
            }
        }
        Ok(())
    }

    /// The next request for changes.
    ///
    /// # Errors
    /// If the database fails.
    pub fn request(&self, limit: u32) -> Result<DownloadRequest, EngineError> {
        let reader = self.engine.database().reader()?;
        Ok(DownloadRequest {
            node: self.engine.node(),
            from: ChangePosition(number(&reader, RECEIVED)?.unwrap_or(0)),
            limit,
            device_bundle: self.device_bundle.clone(),
            wanted: Vec::new(),
        })
    }

    /// Applies a page and moves the position, in one transaction. A page applied twice changes nothing the second time.
    ///
    /// # Errors
    /// `StorageFull`, a page that does not follow the position; nothing is changed then.
    pub fn apply_page(&self, page: &ExchangePage) -> Result<(), EngineError> {
        let unit = self.unit();
        unit.load_from(NodeCode(MAIN_NODE.into()));
        unit.transaction(|connection| {
            let at = number(connection, RECEIVED)?.unwrap_or(0);
            if page.from.0 > at {
                return Err(EngineError::Refused(ServerError::Malformed {
                    what: "a page that does not follow the last one".into(),
                }));
            }
            for item in &page.items {
                match unit.transaction(|connection| apply(&unit, connection, item)) {
                    Ok(()) => {}
                    Err(error @ (EngineError::StorageFull | EngineError::Database(_))) => return Err(error),
                    Err(error) => {
                        let content = serde_json::to_string(item).unwrap_or_default();
                        let reference = if let ChangeItem::Object { reference, .. } = item { Some(reference) } else { None };
                        journal::park(
                            &unit,
                            connection,
                            MAIN_NODE,
                            reference,
                            &ServerError::from(error).to_string(),
                            &content,
                        )?;
                    }
                }
            }
            set_setting(connection, RECEIVED, &page.to.0.max(at).to_string())
        })
    }
}

fn number(connection: &Lease, name: &str) -> Result<Option<u64>, EngineError> {
    Ok(setting(connection, name)?.and_then(|text| text.parse().ok()))
}

fn outbox(connection: &Lease) -> Result<Option<Outbox>, EngineError> {
    Ok(setting(connection, OUTBOX)?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn main_version(connection: &Lease, reference: &Ref, version: i64) -> Result<(), EngineError> {
    connection
        .prepare_cached("INSERT INTO _main_versions VALUES (?1, ?2, ?3) ON CONFLICT (object, id) DO UPDATE SET version = ?3")?
        .execute(params![reference.object.to_string(), reference.id.as_bytes(), version])?;
    Ok(())
}

fn apply(unit: &Unit, connection: &Lease, item: &ChangeItem) -> Result<(), EngineError> {
    match item {
        ChangeItem::Object { reference, version, record } => apply_object(unit, connection, reference, *version, record),
        ChangeItem::ObjectDeletion { reference } | ChangeItem::Removed { reference } => remove(unit, connection, reference),
        ChangeItem::RegisterRecords { register, key, records } => match key.get("Recorder") {
            Some(Value::Ref(recorder)) => registers::replace_movements(unit, register, recorder, &Value::Empty, records),
            _ => registers::replace_record_set(unit, register, key, records),
        },
        ChangeItem::Constant { name, value } => constants::set(unit, name, value.clone()),
    }
}

fn apply_object(unit: &Unit, connection: &Lease, reference: &Ref, version: i64, record: &Record) -> Result<(), EngineError> {
    let stored = objects::read_unchecked(unit, reference)?;
    let waiting = pending(connection, reference)?;
    let mut state =
        stored.unwrap_or(ObjectState { reference: reference.clone(), is_new: true, version: 0, record: Record::default() });
    match waiting {
        None => state.record.apply(record.clone()),
        // Made here and not sent yet: main can't know better.
        Some(names) if names.is_empty() => return Ok(()),
        // What was changed here stays until main has seen it; the rest is main's.
        Some(names) => {
            let mut rest = record.clone();
            rest.attributes.retain(|name, _| !names.contains(name));
            rest.tables.retain(|name, _| !names.contains(name));
            state.record.apply(rest);
        }
    }
    objects::write(unit, state, WriteAction::Write, &NoHandlers)?;
    main_version(connection, reference, version)
}

/// Names changed here and not acknowledged; all if empty; none if nothing waits.
fn pending(connection: &Lease, reference: &Ref) -> Result<Option<Vec<String>>, EngineError> {
    use rusqlite::OptionalExtension as _;
    let changed: Option<String> = connection
        .prepare_cached("SELECT COALESCE(changed, '') FROM _changes WHERE object = ?1 AND key = ?2")?
        .query_row(params![reference.object.to_string(), reference.id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(changed.map(|names| names.split(',').filter(|n| !n.is_empty()).map(str::to_owned).collect()))
}

/// Takes an item away; what was changed here and not sent is kept in the journal first.
fn remove(unit: &Unit, connection: &Lease, reference: &Ref) -> Result<(), EngineError> {
    if pending(connection, reference)?.is_some()
        && let Some(state) = objects::read_unchecked(unit, reference)?
    {
        let conflict =
            Conflict { reference: reference.clone(), attributes: Vec::new(), device_won: false, losing: state.record };
        journal::add_conflict(unit, connection, MAIN_NODE, &conflict)?;
        let key = ChangeKey::Object(reference.clone());
        connection.execute(
            "DELETE FROM _changes WHERE object = ?1 AND key = ?2",
            params![key.object().to_string(), reference.id.as_bytes()],
        )?;
    }
    objects::delete(unit, reference, &NoHandlers)
}
