//! Main's side: handshakes, messages of devices, pages of changes.

use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use twinshore_metadata::{BundleHash, ObjectKind, Ref, Value};
use twinshore_protocol::{
    BundleState, ChangeItem, ChangePosition, Conflict, DownloadRequest, ExchangePage, ExchangePeer, HandshakeRequest,
    HandshakeResponse, ItemOutcome, MessageNo, NodeCode, SentItem, ServerError, UploadRequest, UploadResponse, WriteAction,
};

use super::{HandlersFactory, items, journal, merge, nodes};
use crate::changes::{self, ChangeKey};
use crate::objects::{self, NoHandlers};
use crate::rights::{Action, UserRights};
use crate::storage::Lease;
use crate::{Engine, EngineError, Unit, constants, registers};

/// Things of one page at most.
const MAXIMUM_PAGE: u32 = 5_000;
/// Changes looked at for one page, for each thing of it, when most don't belong on the device.
const LOOKED_AT: u32 = 20;
/// Things of one message at most.
const MAXIMUM_MESSAGE: usize = 5_000;

/// A loaded document that is posted or unposted after everything is loaded (X13).
struct ToPost {
    reference: Ref,
    date: chrono::NaiveDateTime,
    action: WriteAction,
}

/// The exchange as one user's devices see it.
#[derive(Clone)]
pub struct MainExchange {
    engine: Engine,
    user: Arc<UserRights>,
    device_bundle: Option<BundleHash>,
    handlers: HandlersFactory,
}

impl MainExchange {
    /// The exchange for a user; devices should run `device_bundle`.
    pub fn new(engine: Engine, user: Arc<UserRights>, device_bundle: Option<BundleHash>, handlers: HandlersFactory) -> Self {
        Self { engine, user, device_bundle, handlers }
    }

    fn unit(&self) -> Rc<Unit> {
        Rc::new(Unit::new(&self.engine, Arc::clone(&self.user)))
    }

    fn shake_hands(&self, request: &HandshakeRequest) -> Result<HandshakeResponse, EngineError> {
        let unit = self.unit();
        unit.transaction(|connection| {
            let (node, moved) = nodes::of_device(&unit, connection, request)?;
            let last = changes::last_position(connection)?;
            // A lost answer is no reason to begin anew; numbers that can't be are (X7).
            let reset = moved || request.received > last || request.sent_no.0 < node.accepted_no;
            if reset {
                nodes::accepted(connection, &node.code, 0, "")?;
            }
            let from = if reset { ChangePosition(0) } else { request.received };
            nodes::received(&unit, connection, &node.code, from.0)?;
            let waiting: i64 = connection.query_row(
                "SELECT count(*) FROM _changes WHERE position > ?1",
                [i64::try_from(from.0).unwrap_or(i64::MAX)],
                |row| row.get(0),
            )?;
            let bundle = match &self.device_bundle {
                Some(current) if *current != request.device_bundle => BundleState::Compatible { current: current.clone() },
                _ => BundleState::Current,
            };
            Ok(HandshakeResponse {
                node: NodeCode(node.code),
                reset,
                accepted_no: MessageNo(if reset { 0 } else { node.accepted_no }),
                last,
                waiting: u64::try_from(waiting).unwrap_or(0),
                bundle,
            })
        })
    }

    fn select(&self, request: &DownloadRequest) -> Result<ExchangePage, EngineError> {
        let unit = self.unit();
        let node = unit.transaction(|connection| {
            let node = nodes::by_code(&unit, connection, &request.node)?;
            nodes::received(&unit, connection, &node.code, request.from.0)?;
            Ok(node)
        })?;
        let limit = request.limit.clamp(1, MAXIMUM_PAGE);
        let reader = unit.connection()?;
        let log = changes::after(&reader, request.from, limit.saturating_mul(LOOKED_AT))?;
        let mut page = ExchangePage {
            from: request.from,
            to: request.from,
            items: Vec::new(),
            more: false,
            last: changes::last_position(&reader)?,
        };
        for change in &log {
            if page.items.len() >= limit as usize {
                break;
            }
            page.to = change.position;
            if change.origin != node.code {
                page.items.extend(self.item(&unit, &change.key, request.from.0 == 0)?);
            }
        }
        page.more = page.to < page.last && !log.is_empty();
        for reference in request.wanted.iter().take(100) {
            let key = ChangeKey::Object(reference.clone());
            if items::belongs(&unit, &key)? {
                page.items.extend(items::current(&unit, &key)?);
            }
        }
        Ok(page)
    }

    fn item(&self, unit: &Unit, key: &ChangeKey, first: bool) -> Result<Option<ChangeItem>, EngineError> {
        if matches!(key, ChangeKey::Deletion(_)) {
            return if first { Ok(None) } else { items::current(unit, key) };
        }
        if items::belongs(unit, key)? {
            return items::current(unit, key);
        }
        // A row that has left the device's part is taken away there; what was never there is not mentioned.
        Ok(items::reference(key).filter(|_| !first).map(|reference| ChangeItem::Removed { reference: reference.clone() }))
    }

    fn accept(&self, request: &UploadRequest) -> Result<UploadResponse, EngineError> {
        if request.items.len() > MAXIMUM_MESSAGE {
            let what = format!("{MAXIMUM_MESSAGE} things in one message");
            return Err(EngineError::Refused(ServerError::LimitExceeded { what }));
        }
        let unit = self.unit();
        unit.transaction(|connection| {
            let node = nodes::by_code(&unit, connection, &request.node)?;
            if request.message_no.0 == node.accepted_no
                && let Some(outcomes) = node.last_outcomes.as_deref().and_then(|text| serde_json::from_str(text).ok())
            {
                return Ok(UploadResponse { accepted_no: request.message_no, outcomes });
            }
            if request.message_no.0 <= node.accepted_no {
                let error = ServerError::MessageNumberRejected { number: request.message_no.0, accepted: node.accepted_no };
                return Err(EngineError::Refused(error));
            }
            let outcomes = self.load(&unit, connection, &request.node, &request.items)?;
            let text = serde_json::to_string(&outcomes).map_err(|e| EngineError::refused(e.to_string()))?;
            nodes::accepted(connection, &node.code, request.message_no.0, &text)?;
            Ok(UploadResponse { accepted_no: request.message_no, outcomes })
        })
    }

    fn load(
        &self,
        unit: &Rc<Unit>,
        connection: &Lease,
        node: &NodeCode,
        sent: &[SentItem],
    ) -> Result<Vec<ItemOutcome>, EngineError> {
        let mut outcomes = Vec::with_capacity(sent.len());
        let mut to_post: Vec<(usize, ToPost)> = Vec::new();
        for (at, item) in sent.iter().enumerate() {
            unit.load_from(node.clone());
            let outcome = unit.transaction(|connection| self.load_one(unit, connection, node, item));
            unit.end_loading();
            let outcome = match outcome {
                Ok((outcome, post)) => {
                    to_post.extend(post.map(|post| (at, post)));
                    outcome
                }
                Err(error @ EngineError::StorageFull) => return Err(error),
                Err(error) => self.attend(unit, connection, node, &item.item, &ServerError::from(error).to_string())?,
            };
            outcomes.push(outcome);
        }
        to_post.sort_by_key(|(_, post)| post.date);
        let handlers = (self.handlers)(unit);
        for (at, ToPost { reference, action, .. }) in to_post {
            let posted = match objects::read_unchecked(unit, &reference)? {
                Some(state) => objects::write(unit, state, action, handlers.as_ref()),
                None => continue,
            };
            match posted {
                Ok(state) => {
                    journal::settle(connection, Some(&reference))?;
                    if let ItemOutcome::Accepted { version } = &mut outcomes[at] {
                        *version = state.version;
                    }
                }
                Err(error @ EngineError::StorageFull) => return Err(error),
                Err(error) => {
                    outcomes[at] = self.attend(unit, connection, node, &sent[at].item, &ServerError::from(error).to_string())?
                }
            }
        }
        Ok(outcomes)
    }

    fn attend(
        &self,
        unit: &Unit,
        connection: &Lease,
        node: &NodeCode,
        item: &ChangeItem,
        message: &str,
    ) -> Result<ItemOutcome, EngineError> {
        let content = serde_json::to_string(item).unwrap_or_default();
        let reference = match item {
            ChangeItem::Object { reference, .. } | ChangeItem::ObjectDeletion { reference } => Some(reference),
            _ => None,
        };
        journal::park(unit, connection, &node.0, reference, message, &content)?;
        Ok(ItemOutcome::NeedsAttention { message: message.to_owned() })
    }

    fn load_one(
        &self,
        unit: &Unit,
        connection: &Lease,
        node: &NodeCode,
        sent: &SentItem,
    ) -> Result<(ItemOutcome, Option<ToPost>), EngineError> {
        let accepted = |version| Ok((ItemOutcome::Accepted { version }, None));
        match &sent.item {
            ChangeItem::Object { reference, record, .. } => self.load_object(unit, connection, node, sent, reference, record),
            ChangeItem::ObjectDeletion { reference } => {
                self.user.check(Action::Delete, &reference.object, &reference.object.name)?;
                objects::delete(unit, reference, &NoHandlers)?;
                accepted(0)
            }
            ChangeItem::RegisterRecords { register, key, records } if register.kind == ObjectKind::InformationRegister => {
                self.user.check(Action::Update, register, &register.name)?;
                registers::replace_record_set(unit, register, key, records)?;
                accepted(0)
            }
            ChangeItem::Constant { name, value } => {
                self.user.check(Action::Update, name, &name.name)?;
                constants::set(unit, name, value.clone())?;
                accepted(0)
            }
            // Movements are made by posting here (X13); what is removed from a device is not deleted on main.
            ChangeItem::RegisterRecords { .. } | ChangeItem::Removed { .. } => accepted(0),
        }
    }

    fn load_object(
        &self,
        unit: &Unit,
        connection: &Lease,
        node: &NodeCode,
        sent: &SentItem,
        reference: &Ref,
        record: &twinshore_metadata::Record,
    ) -> Result<(ItemOutcome, Option<ToPost>), EngineError> {
        let stored = objects::read_unchecked(unit, reference)?;
        let action = if stored.is_some() { Action::Update } else { Action::Insert };
        self.user.check(action, &reference.object, &reference.object.name)?;
        let mut device = record.clone();
        let wants_posting = matches!(device.get("Posted"), Value::Boolean(true));
        let was_posted = stored.as_ref().is_some_and(|s| matches!(s.record.get("Posted"), Value::Boolean(true)));
        device.attributes.shift_remove("Posted");
        let mut state = match &stored {
            Some(stored) => stored.clone(),
            None if sent.base_version.is_some() && reference.object.kind != ObjectKind::Document => {
                let conflict =
                    Conflict { reference: reference.clone(), attributes: Vec::new(), device_won: false, losing: device };
                journal::add_conflict(unit, connection, &node.0, &conflict)?;
                return Ok((ItemOutcome::Conflicted(Box::new(conflict)), None));
            }
            None => objects::new_object(unit, &reference.object, Some(reference.id), &Default::default())?,
        };
        let touched = match (&stored, sent.base_version) {
            (Some(stored), Some(base)) if base != stored.version => changes::touched_since(connection, reference, base)?,
            (Some(_), None) => state.record.attributes.keys().chain(state.record.tables.keys()).cloned().collect(),
            _ => Vec::new(),
        };
        let merged = merge::merge(reference.object.kind, was_posted, &state.record, &device, &sent.changed, &touched);
        state.record = merged.record;
        let written = objects::write(unit, state, WriteAction::Write, &NoHandlers)?;
        if !merged.conflicts.is_empty() || !touched.is_empty() {
            // The device gets the merged item back.
            changes::set_origin(connection, reference, "")?;
        }
        let unposted = was_posted
            && matches!(record.get("Posted"), Value::Boolean(false))
            && (sent.changed.is_empty() || sent.changed.iter().any(|n| n == "Posted"));
        let action = if wants_posting { Some(WriteAction::Post) } else { unposted.then_some(WriteAction::Unpost) };
        let date = if let Value::Date(date) = written.record.get("Date") { *date } else { chrono::NaiveDateTime::default() };
        let post = action.map(|action| ToPost { reference: reference.clone(), date, action });
        let outcome = if merged.conflicts.is_empty() {
            ItemOutcome::Accepted { version: written.version }
        } else {
            let conflict = Conflict {
                reference: reference.clone(),
                attributes: merged.conflicts,
                device_won: merged.device_won,
                losing: merged.losing,
            };
            journal::add_conflict(unit, connection, &node.0, &conflict)?;
            ItemOutcome::Conflicted(Box::new(conflict))
        };
        Ok((outcome, post))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, EngineError> + Send + 'static) -> Result<T, ServerError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(ServerError::from),
        Err(_) => Err(ServerError::Internal { report: "a call ended too early".into() }),
    }
}

#[async_trait]
impl ExchangePeer for MainExchange {
    async fn handshake(&self, request: HandshakeRequest) -> Result<HandshakeResponse, ServerError> {
        let this = self.clone();
        blocking(move || this.shake_hands(&request)).await
    }

    async fn upload(&self, request: UploadRequest) -> Result<UploadResponse, ServerError> {
        let this = self.clone();
        blocking(move || this.accept(&request)).await
    }

    async fn download(&self, request: DownloadRequest) -> Result<ExchangePage, ServerError> {
        let this = self.clone();
        blocking(move || this.select(&request)).await
    }
}
