//! The device's side: what waits to be sent, and applying what main sends.
//!
//! A message that left is kept until main acknowledges it and is sent again as it is, so that main takes it once (X4).

use std::rc::Rc;
use std::sync::Arc;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use twinshore_metadata::{BundleHash, Ref};
use twinshore_protocol::{
    ChangeItem, ChangePosition, DownloadRequest, ExchangePage, HandshakeRequest, HandshakeResponse, ItemOutcome, MessageNo,
    NodeCode, SentItem, ServerError, UploadRequest, UploadResponse,
};

use super::apply::{self, Bookkeeping, forget_version, main_version};
use super::{frozen, items, journal, nodes};
use crate::changes::{self, ChangeKey};
use crate::engine::MAIN_NODE;
use crate::rights::UserRights;
use crate::schema::{set_setting, setting};
use crate::search::in_bulk;
use crate::storage::Lease;
use crate::{Engine, EngineError, Unit, objects};

pub(super) const RECEIVED: &str = "exchange.received";
pub(super) const SENT_NO: &str = "exchange.sent_no";
const OUTBOX: &str = "exchange.outbox";
/// Counts new beginnings (X7): what main sent before the last one and not since is not on main any more.
const GENERATION: &str = "exchange.generation";
/// A new beginning has not come to its end yet.
const BEGINNING: &str = "exchange.beginning";
/// Items a device asks for besides in one request.
const WANTED_AT_ONCE: i64 = 100;

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
pub(super) struct Outbox {
    pub message: UploadRequest,
    pub positions: Vec<u64>,
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

    /// What needs a person.
    ///
    /// # Errors
    /// If the database fails.
    pub fn attention(&self) -> Result<Vec<super::AttentionItem>, EngineError> {
        journal::attention(&self.unit())
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
            self.unit().transaction(|connection| {
                begin_anew(connection)?;
                connection.execute("DELETE FROM _settings WHERE name = ?1", [SENT_NO])?;
                // A message on its way is the first one of the new count.
                if let Some(mut outbox) = outbox(connection)? {
                    outbox.message.node = response.node.clone();
                    outbox.message.message_no = MessageNo(1);
                    set_setting(connection, SENT_NO, "1")?;
                    keep_outbox(connection, &outbox)?;
                }
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
            if let Some(message) = frozen::thaw(connection, self.engine.node())? {
                return Ok(Some(message));
            }
            let message_no = MessageNo(number(connection, SENT_NO)?.unwrap_or(0) + 1);
            let mut items = Vec::new();
            let mut positions = Vec::new();
            let mut bytes = 0;
            for change in changes::after(connection, ChangePosition(0), limit)? {
                if bytes >= items::MAXIMUM_BYTES {
                    break;
                }
                let item = match items::current(&unit, &change.key) {
                    Ok(item) => item,
                    Err(error) if items::is_fatal(&error) => return Err(error),
                    Err(error) => {
                        not_sendable(&unit, connection, &change, error)?;
                        continue;
                    }
                };
                positions.push(change.position.0);
                mark_sent(connection, &change, message_no)?;
                bytes += items::weight(&item);
                items.push(SentItem {
                    item,
                    base_version: change.base_version,
                    changed: change.changed,
                    user_name: change.user_name,
                });
            }
            if items.is_empty() {
                return Ok(None);
            }
            let message =
                UploadRequest { node: self.engine.node(), message_no, device_bundle: self.device_bundle.clone(), items };
            set_setting(connection, SENT_NO, &message_no.0.to_string())?;
            let outbox = Outbox { message, positions };
            keep_outbox(connection, &outbox)?;
            Ok(Some(outbox.message))
        })
    }

    /// Keeps all that waits to be sent as messages under the configuration that it was made under, so that an update of the
    /// configuration loses nothing of it (A7). Gives how many changes were kept.
    ///
    /// # Errors
    /// If the database fails; nothing is changed then.
    pub fn freeze(&self, limit: u32) -> Result<u64, EngineError> {
        let unit = self.unit();
        unit.transaction(|connection| frozen::freeze(&unit, connection, &self.device_bundle, limit))
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
            connection.execute("DELETE FROM _in_flight", [])?;
            Ok(())
        })
    }

    fn settle(&self, unit: &Unit, connection: &Lease, sent: &SentItem, outcome: &ItemOutcome) -> Result<(), EngineError> {
        let key = items::key_of(&sent.item);
        let reference = items::reference(&key);
        if unit.configuration().object(key.object()).is_none() {
            // It left the composition after it was sent: only what a person should see is kept.
            return match outcome {
                ItemOutcome::Accepted { .. } => Ok(()),
                ItemOutcome::Conflicted(conflict) => journal::add_conflict(unit, connection, MAIN_NODE, conflict),
                ItemOutcome::NeedsAttention { message } => {
                    let content = serde_json::to_string(&sent.item).unwrap_or_default();
                    journal::park(unit, connection, MAIN_NODE, None, message, &content)
                }
            };
        }
        match (outcome, reference) {
            (ItemOutcome::Accepted { version }, Some(reference)) => {
                journal::settle(connection, Some(reference))?;
                if matches!(key, ChangeKey::Deletion(_)) {
                    return forget_version(connection, reference);
                }
                main_version(connection, reference, *version, generation(connection)?)?;
                if matches!(key, ChangeKey::Object(_)) && objects::read_unchecked(unit, reference)?.is_none() {
                    // Main's deletion came while the change was on its way, and the change brought it back there.
                    apply::want(connection, reference)?;
                }
                // A change made again meanwhile builds on what main has now.
                connection
                    .prepare_cached("UPDATE _changes SET base_version = ?3 WHERE object = ?1 AND key = ?2")?
                    .execute(params![reference.object.to_string(), reference.id.as_bytes(), version])?;
            }
            (ItemOutcome::Accepted { .. }, None) => {}
            (ItemOutcome::Conflicted(conflict), _) => {
                journal::add_conflict(unit, connection, MAIN_NODE, conflict)?;
                apply::want(connection, &conflict.reference)?;
            }
            (ItemOutcome::NeedsAttention { message }, _) => {
                let content = serde_json::to_string(&sent.item).unwrap_or_default();
                journal::park(unit, connection, MAIN_NODE, reference, message, &content)?;
                // Main has nothing to build on: a change made again meanwhile sends the whole thing.
                connection
                    .prepare_cached("UPDATE _changes SET changed = '' WHERE object = ?1 AND key = ?2 AND base_version IS NULL")?
                    .execute(params![key.object().to_string(), key.key()])?;
            }
        }
        Ok(())
    }

    /// Asks main for items that are not here (C15, R13), with the next page.
    ///
    /// # Errors
    /// If the database fails.
    pub fn want(&self, references: &[Ref]) -> Result<(), EngineError> {
        self.unit().transaction(|connection| {
            references.iter().filter(|r| r.object.kind.is_stored_object()).try_for_each(|r| apply::want(connection, r))
        })
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
            wanted: wanted(&reader)?,
        })
    }

    /// Tries again to apply what could not be applied, after an update for example. Gives the number of things that are well now.
    ///
    /// # Errors
    /// `StorageFull` and the like.
    pub fn retry(&self) -> Result<u64, EngineError> {
        let unit = self.unit();
        unit.load_from(NodeCode(MAIN_NODE.into()));
        unit.transaction(|connection| {
            let mut well = 0;
            let books = Bookkeeping::of(connection)?;
            for (id, content) in journal::parked(connection, apply::INCOMING)? {
                let Ok(item) = serde_json::from_str::<ChangeItem>(&content) else { continue };
                match unit.transaction(|connection| apply::apply(&unit, connection, &books, &item)) {
                    Ok(()) => {
                        journal::dismiss(connection, id)?;
                        well += 1;
                    }
                    Err(error) if items::is_fatal(&error) => return Err(error),
                    Err(_) => {}
                }
            }
            Ok(well)
        })
    }

    /// Applies a page and moves the position, in one transaction. A page applied twice changes nothing the second time.
    ///
    /// # Errors
    /// `StorageFull`, a page that does not follow the position; nothing is changed then.
    pub fn apply_page(&self, page: &ExchangePage) -> Result<(), EngineError> {
        let unit = self.unit();
        unit.load_from(NodeCode(MAIN_NODE.into()));
        in_bulk(&unit, |connection| {
            let at = number(connection, RECEIVED)?.unwrap_or(0);
            if page.from.0 > at {
                return Err(EngineError::Refused(ServerError::Malformed {
                    what: "a page that does not follow the last one".into(),
                }));
            }
            let mut books = Bookkeeping::of(connection)?;
            for item in &page.items {
                match unit.transaction(|connection| apply::apply(&unit, connection, &books, item)) {
                    Ok(()) => {}
                    Err(error) if items::is_fatal(&error) => return Err(error),
                    Err(error) => {
                        let content = serde_json::to_string(item).unwrap_or_default();
                        let reference = if let ChangeItem::Object { reference, .. } = item { Some(reference) } else { None };
                        let message = unit.error_text(error);
                        journal::park(&unit, connection, apply::INCOMING, reference, &message, &content)?;
                        books = Bookkeeping::of(connection)?;
                    }
                }
            }
            if !page.more && setting(connection, BEGINNING)?.is_some() {
                apply::sweep(&unit, connection)?;
                connection.execute("DELETE FROM _settings WHERE name = ?1", [BEGINNING])?;
            }
            set_setting(connection, RECEIVED, &page.to.0.max(at).to_string())
        })
    }
}

/// From now on all of main's data are asked for again; what does not come again goes (X7). What was changed here stays.
pub(crate) fn begin_anew(connection: &Connection) -> Result<(), EngineError> {
    if number(connection, RECEIVED)?.is_none() {
        return Ok(());
    }
    let generation = number(connection, GENERATION)?.unwrap_or(0) + 1;
    set_setting(connection, GENERATION, &generation.to_string())?;
    set_setting(connection, BEGINNING, "1")?;
    connection.execute("DELETE FROM _settings WHERE name = ?1", [RECEIVED])?;
    Ok(())
}

pub(super) fn number(connection: &Connection, name: &str) -> Result<Option<u64>, EngineError> {
    Ok(setting(connection, name)?.and_then(|text| text.parse().ok()))
}

pub(super) fn generation(connection: &Lease) -> Result<i64, EngineError> {
    Ok(number(connection, GENERATION)?.and_then(|n| i64::try_from(n).ok()).unwrap_or(0))
}

pub(super) fn outbox(connection: &Lease) -> Result<Option<Outbox>, EngineError> {
    Ok(setting(connection, OUTBOX)?.and_then(|text| serde_json::from_str(&text).ok()))
}

pub(super) fn keep_outbox(connection: &Lease, outbox: &Outbox) -> Result<(), EngineError> {
    set_setting(connection, OUTBOX, &serde_json::to_string(outbox).map_err(|e| EngineError::refused(e.to_string()))?)
}

fn wanted(connection: &Lease) -> Result<Vec<Ref>, EngineError> {
    let mut statement = connection.prepare_cached("SELECT object, id FROM _wanted ORDER BY seq LIMIT ?1")?;
    let mut rows = statement.query([WANTED_AT_ONCE])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (object, id): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
        all.extend(object.parse().ok().zip(uuid::Uuid::from_slice(&id).ok()).map(|(object, id)| Ref::new(object, id)));
    }
    Ok(all)
}

/// A change of something that this configuration no longer has is told to the person and does not hold up the rest.
pub(super) fn not_sendable(
    unit: &Unit,
    connection: &Lease,
    change: &changes::Change,
    error: EngineError,
) -> Result<(), EngineError> {
    let content = serde_json::to_string(&change.key).unwrap_or_default();
    let message = unit.error_text(error);
    journal::park(unit, connection, MAIN_NODE, items::reference(&change.key), &message, &content)?;
    connection.execute("DELETE FROM _changes WHERE position = ?1", [i64::try_from(change.position.0).unwrap_or(0)])?;
    Ok(())
}

/// The change leaves; what is changed from now on is another one.
pub(super) fn mark_sent(connection: &Lease, change: &changes::Change, message_no: MessageNo) -> Result<(), EngineError> {
    let number = i64::try_from(message_no.0).unwrap_or(i64::MAX);
    connection
        .prepare_cached("UPDATE _changes SET sent_no = ?2 WHERE position = ?1")?
        .execute([i64::try_from(change.position.0).unwrap_or(0), number])?;
    connection.prepare_cached("INSERT OR REPLACE INTO _in_flight VALUES (?1, ?2, ?3)")?.execute(params![
        change.key.object().to_string(),
        change.key.key(),
        change.changed.join(",")
    ])?;
    Ok(())
}
