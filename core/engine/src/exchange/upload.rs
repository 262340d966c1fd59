//! Messages of devices: taken once, all of it or nothing, each thing with its outcome (X4, X6).
//!
//! A device is not trusted: rights, row rights and the composition are checked here again, and what can't be carried out is
//! parked and sent back as main has it, so that both sides end with the same data and nothing vanishes.

use std::rc::Rc;

use twinshore_metadata::{Composition, ObjectKind, Record, Ref, Value};
use twinshore_protocol::{
    ChangeItem, Conflict, ItemOutcome, Limit, NodeCode, SentItem, ServerError, UploadRequest, UploadResponse, WriteAction,
};

use super::{items, journal, merge, nodes};
use crate::changes::{self, ChangeKey};
use crate::objects::{self, BothChanged, Decision, NoHandlers, ObjectHandlers, ObjectState};
use crate::rights::Action;
use crate::storage::Lease;
use crate::{EngineError, Unit, constants, query, registers};

/// Things of one message at most.
const MAXIMUM_MESSAGE: usize = 5_000;

/// A loaded document that is posted or unposted after everything is loaded (X13).
struct ToPost {
    reference: Ref,
    date: chrono::NaiveDateTime,
    action: WriteAction,
}

type Loaded = (ItemOutcome, Option<ToPost>);

/// Takes a message that was made under a composition (A7); a repeated one is answered as before.
pub fn accept(
    unit: &Rc<Unit>,
    request: &UploadRequest,
    composition: &Composition,
    handlers: &dyn ObjectHandlers,
) -> Result<UploadResponse, EngineError> {
    if request.items.len() > MAXIMUM_MESSAGE {
        return Err(ServerError::limit(Limit::MessageSize, MAXIMUM_MESSAGE.to_string()).into());
    }
    unit.transaction(|connection| {
        let node = nodes::by_code(unit, connection, &request.node)?;
        if request.message_no.0 == node.accepted_no
            && let Some(outcomes) = node.last_outcomes.as_deref().and_then(|text| serde_json::from_str(text).ok())
        {
            return Ok(UploadResponse { accepted_no: request.message_no, outcomes });
        }
        if request.message_no.0 <= node.accepted_no {
            let error = ServerError::MessageNumberRejected { number: request.message_no.0, accepted: node.accepted_no };
            return Err(EngineError::Refused(error));
        }
        let outcomes = Message { unit, connection, node: &request.node, composition, handlers }.load(&request.items)?;
        let text = serde_json::to_string(&outcomes).map_err(|e| EngineError::refused(e.to_string()))?;
        nodes::accepted(connection, &node.code, request.message_no.0, &text)?;
        Ok(UploadResponse { accepted_no: request.message_no, outcomes })
    })
}

struct Message<'m> {
    unit: &'m Unit,
    connection: &'m Lease,
    node: &'m NodeCode,
    composition: &'m Composition,
    handlers: &'m dyn ObjectHandlers,
}

impl Message<'_> {
    fn load(&self, sent: &[SentItem]) -> Result<Vec<ItemOutcome>, EngineError> {
        let mut outcomes = Vec::with_capacity(sent.len());
        let mut to_post: Vec<(usize, ToPost)> = Vec::new();
        for (at, item) in sent.iter().enumerate() {
            let loaded = self.unit.transaction(|_| self.load_one(item));
            self.unit.end_loading();
            outcomes.push(match loaded {
                Ok((outcome, post)) => {
                    to_post.extend(post.map(|post| (at, post)));
                    outcome
                }
                Err(error) => self.attend(&item.item, error)?,
            });
        }
        to_post.sort_by_key(|(_, post)| post.date);
        for (at, post) in to_post {
            let Some(state) = objects::read_unchecked(self.unit, &post.reference)? else { continue };
            match objects::write(self.unit, state, post.action, self.handlers) {
                Ok(_) => journal::settle(self.connection, Some(&post.reference))?,
                Err(error) => outcomes[at] = self.attend(&sent[at].item, error)?,
            }
        }
        Ok(outcomes)
    }

    /// Keeps what can't be carried out, with its reason, and lets the device have main's data again.
    fn attend(&self, item: &ChangeItem, error: EngineError) -> Result<ItemOutcome, EngineError> {
        if items::is_fatal(&error) {
            return Err(error);
        }
        let message = self.unit.error_text(error);
        let content = serde_json::to_string(item).unwrap_or_default();
        let key = items::key_of(item);
        let reference = items::reference(&key);
        journal::park(self.unit, self.connection, &self.node.0, reference, &message, &content)?;
        let again = match reference {
            Some(reference) if self.unit.configuration().object(&reference.object).is_none() => None,
            Some(reference) => objects::read_unchecked(self.unit, reference)?.map(|_| ChangeKey::Object(reference.clone())),
            None => Some(key),
        };
        if let Some(key) = again {
            changes::record_again(self.unit, self.connection, &key)?;
        }
        Ok(ItemOutcome::NeedsAttention { message })
    }

    fn load_one(&self, sent: &SentItem) -> Result<Loaded, EngineError> {
        let object = items::key_of(&sent.item).object().clone();
        if !self.composition.includes(&object) || self.unit.configuration().object(&object).is_none() {
            return Err(EngineError::not_in_composition(object));
        }
        self.keep_what_is_gone(&sent.item)?;
        let accepted = |version| Ok((ItemOutcome::Accepted { version }, None));
        match &sent.item {
            ChangeItem::Object { reference, record, .. } => self.load_object(sent, reference, record),
            ChangeItem::ObjectDeletion { reference } => {
                self.check(Action::Delete, reference)?;
                if let Some(conflict) = self.changed_since(sent, reference)? {
                    return self.conflicted(conflict).map(|outcome| (outcome, None));
                }
                self.loading(|| objects::delete(self.unit, reference, &NoHandlers))?;
                accepted(0)
            }
            ChangeItem::RegisterRecords { register, key, records } if register.kind == ObjectKind::InformationRegister => {
                self.unit.user().check(Action::Update, register, &register.name)?;
                self.refuse_overtaken(&sent.item)?;
                let records = self.with_excluded(register, key, records)?;
                self.loading(|| registers::replace_record_set(self.unit, register, key, &records))?;
                self.echo(&sent.item)?;
                accepted(0)
            }
            ChangeItem::Constant { name, value } => {
                self.unit.user().check(Action::Update, name, &name.name)?;
                self.refuse_overtaken(&sent.item)?;
                self.loading(|| constants::set(self.unit, name, value.clone()))?;
                self.echo(&sent.item)?;
                accepted(0)
            }
            // Movements are made by posting here (X13); what is removed from a device is not deleted on main.
            ChangeItem::RegisterRecords { .. } | ChangeItem::Removed { .. } => accepted(0),
        }
    }

    /// Values of attributes that main has no place for any more wait for a person; the rest of the thing goes on (A7).
    fn keep_what_is_gone(&self, item: &ChangeItem) -> Result<(), EngineError> {
        let ChangeItem::Object { reference, record, .. } = item else { return Ok(()) };
        let object = self.unit.object(&reference.object)?;
        let known = |name: &str| object.attribute(name).is_some();
        let has_value = |value: &Value| !matches!(value, Value::Empty | Value::Boolean(false));
        let mut gone: Vec<&str> =
            record.attributes.iter().filter(|(name, v)| !known(name) && has_value(v)).map(|(name, _)| name.as_str()).collect();
        gone.extend(
            record.tables.iter().filter(|(n, rows)| object.table(n).is_none() && !rows.is_empty()).map(|(n, _)| n.as_str()),
        );
        if gone.is_empty() {
            return Ok(());
        }
        let title = object.title.text(&self.unit.user().language).to_owned();
        let names = gone.join(", ");
        let message = self.unit.say("check-gone", &[("title", title.into()), ("names", names.into())]);
        let content = serde_json::to_string(item).unwrap_or_default();
        journal::park(self.unit, self.connection, &self.node.0, None, &message, &content)
    }

    /// Main wins for constants and records: a change that the device has not received stands (X10).
    fn refuse_overtaken(&self, item: &ChangeItem) -> Result<(), EngineError> {
        let key = items::key_of(item);
        if self.is_overtaken(&key)? && items::current(self.unit, &key)? != *item {
            let title = self.unit.object(key.object())?.title.text(&self.unit.user().language).to_owned();
            let message = self.unit.say("check-overtaken", &[("title", title.into())]);
            return Err(EngineError::refused(message));
        }
        Ok(())
    }

    /// True if others changed the thing and the device has not received it.
    fn is_overtaken(&self, key: &ChangeKey) -> Result<bool, EngineError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT 1 FROM _changes WHERE object = ?1 AND key = ?2 AND origin <> ?3
                 AND position > (SELECT received FROM _nodes WHERE code = ?3)",
            )?
            .exists(rusqlite::params![key.object().to_string(), key.key(), self.node.0])?)
    }

    /// Constants and records have no versions, so the device gets them back: what comes last is what main has.
    fn echo(&self, item: &ChangeItem) -> Result<(), EngineError> {
        changes::record_again(self.unit, self.connection, &items::key_of(item))
    }

    /// What others changed since the device knew it stands against the device's deletion, but in a document that is not posted.
    fn changed_since(&self, sent: &SentItem, reference: &Ref) -> Result<Option<Conflict>, EngineError> {
        let Some(stored) = objects::read_unchecked(self.unit, reference)? else { return Ok(None) };
        let posted = matches!(stored.record.get("Posted"), Value::Boolean(true));
        if reference.object.kind == ObjectKind::Document && !posted {
            return Ok(None);
        }
        let base = sent.base_version.unwrap_or(0);
        let attributes = changes::touched_since(self.connection, reference, base, &self.node.0)?;
        if attributes.is_empty() {
            return Ok(None);
        }
        changes::record_again(self.unit, self.connection, &ChangeKey::Object(reference.clone()))?;
        Ok(Some(Conflict { reference: reference.clone(), attributes, device_won: false, losing: Record::default() }))
    }

    /// Runs a write with the load flag: no handlers, no registration back to the sender (X5, X15).
    fn loading<T>(&self, work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
        self.unit.load_from(self.node.clone());
        let result = work();
        self.unit.end_loading();
        result
    }

    /// The right to an action, and to the row if it is there.
    fn check(&self, action: Action, reference: &Ref) -> Result<(), EngineError> {
        self.unit.user().check(action, &reference.object, &reference.object.name)?;
        if query::row_is_visible(self.unit, reference)? { Ok(()) } else { Err(EngineError::not_found(reference)) }
    }

    /// Excluded resources keep main's values (X12).
    fn with_excluded(
        &self,
        register: &twinshore_metadata::ObjectName,
        key: &indexmap::IndexMap<String, Value>,
        records: &[indexmap::IndexMap<String, Value>],
    ) -> Result<Vec<indexmap::IndexMap<String, Value>>, EngineError> {
        let before = registers::record_set(self.unit, register, key)?.into_iter().next().unwrap_or_default();
        let kept: Vec<(String, Value)> =
            before.into_iter().filter(|(name, _)| items::stays(self.unit, self.composition, register, name)).collect();
        let mut records = records.to_vec();
        for record in &mut records {
            record.retain(|name, _| !items::stays(self.unit, self.composition, register, name));
            record.extend(kept.iter().cloned());
        }
        Ok(records)
    }

    fn load_object(&self, sent: &SentItem, reference: &Ref, record: &Record) -> Result<Loaded, EngineError> {
        let stored = objects::read_unchecked(self.unit, reference)?;
        self.check(if stored.is_some() { Action::Update } else { Action::Insert }, reference)?;
        let device = self.what_may_change(reference, record);
        if stored.is_none() && sent.base_version.is_some() && reference.object.kind != ObjectKind::Document {
            // Deleted on main meanwhile: main wins for catalogs.
            let conflict = Conflict { reference: reference.clone(), attributes: Vec::new(), device_won: false, losing: device };
            return self.conflicted(conflict).map(|outcome| (outcome, None));
        }
        self.merge(sent, reference, record, stored, device)
    }

    fn merge(
        &self,
        sent: &SentItem,
        reference: &Ref,
        record: &Record,
        stored: Option<ObjectState>,
        device: Record,
    ) -> Result<Loaded, EngineError> {
        let is_set = |record: &Record, name: &str| matches!(record.get(name), Value::Boolean(true));
        let was_posted = stored.as_ref().is_some_and(|s| is_set(&s.record, "Posted"));
        let overtaken = self.is_overtaken(&ChangeKey::Object(reference.clone()))?;
        let touched = match &stored {
            Some(stored) => {
                // An item that was deleted and made again counts its versions from the beginning.
                let base = sent.base_version.filter(|base| !overtaken || *base < stored.version).unwrap_or(0);
                changes::touched_since(self.connection, reference, base, &self.node.0)?
            }
            None => Vec::new(),
        };
        // A thing that is not here can't be made of a part.
        let changed = if stored.is_some() { sent.changed.as_slice() } else { &[] };
        let mut state = match stored {
            Some(stored) => stored,
            None => {
                let mut state = objects::new_object(self.unit, &reference.object, Some(reference.id), &Default::default())?;
                self.handlers.filling(&mut state, &Default::default())?;
                state
            }
        };
        let before = is_set(&state.record, "DeletionMark");
        let merged = self.merged(&mut state, was_posted, &device, changed, &touched)?;
        if is_set(&merged.record, "DeletionMark") != before {
            self.unit.user().check(Action::Delete, &reference.object, &reference.object.name)?;
        }
        state.record = merged.record;
        let written = self.loading(|| objects::write(self.unit, state, WriteAction::Write, &NoHandlers))?;
        if !query::row_is_visible(self.unit, reference)? {
            let title = self.unit.object(&reference.object)?.title.text(&self.unit.user().language).to_owned();
            let what = self.unit.say("right-keep", &[("title", title.into())]);
            return Err(EngineError::Refused(ServerError::AccessDenied { what }));
        }
        if overtaken || !merged.conflicts.is_empty() || !touched.is_empty() {
            // The device gets the merged item back.
            changes::set_origin(self.connection, reference, "")?;
        }
        let says_posted = changed.is_empty() || changed.iter().any(|name| name == "Posted");
        let action = match record.get("Posted") {
            Value::Boolean(true) => Some(WriteAction::Post),
            Value::Boolean(false) if was_posted && says_posted => Some(WriteAction::Unpost),
            _ => None,
        };
        let date = if let Value::Date(date) = written.record.get("Date") { *date } else { chrono::NaiveDateTime::default() };
        let post = action.map(|action| ToPost { reference: reference.clone(), date, action });
        let outcome = if merged.conflicts.is_empty() {
            // Until the device has the merged item, its changes build on what it knows.
            let known = if touched.is_empty() && !overtaken { written.version } else { sent.base_version.unwrap_or(0) };
            ItemOutcome::Accepted { version: known }
        } else {
            self.conflicted(Conflict {
                reference: reference.clone(),
                attributes: merged.conflicts,
                device_won: merged.device_won,
                losing: merged.losing,
            })?
        };
        Ok((outcome, post))
    }

    /// The device's change put over main's item; the configuration may decide what stands where both changed the same (X10).
    fn merged(
        &self,
        state: &mut ObjectState,
        was_posted: bool,
        device: &Record,
        changed: &[String],
        touched: &[String],
    ) -> Result<merge::Merged, EngineError> {
        let device_wins = merge::device_wins(state.reference.object.kind, was_posted);
        let main = state.record.clone();
        let mut merged = merge::merge(device_wins, &main, device, changed, touched);
        if merged.conflicts.is_empty() {
            return Ok(merged);
        }
        state.record.clone_from(&merged.record);
        let both = BothChanged { names: &merged.conflicts, main: &main, device, device_wins };
        match self.handlers.on_conflict(state, both)? {
            Decision::Standard => {}
            Decision::OneSide { device_wins } => merged = merge::merge(device_wins, &main, device, changed, touched),
            Decision::Own => {
                // Neither side's: what the device sent is kept in the journal.
                merged = merge::merge(false, &main, device, changed, touched);
                merged.record.clone_from(&state.record);
            }
        }
        Ok(merged)
    }

    /// The part of a record that this device and user may change. Posting follows by itself (X13).
    fn what_may_change(&self, reference: &Ref, record: &Record) -> Record {
        let mut record = record.clone();
        items::strip(self.unit, self.composition, &reference.object, &mut record);
        if let Some(object) = self.unit.configuration().object(&reference.object) {
            record.attributes.retain(|name, _| object.attribute(name).is_some());
            record.tables.retain(|name, _| object.table(name).is_some());
        }
        record.attributes.shift_remove("Posted");
        for name in self.unit.user().read_only(&reference.object) {
            record.attributes.shift_remove(&name);
            record.tables.shift_remove(&name);
        }
        record
    }

    fn conflicted(&self, conflict: Conflict) -> Result<ItemOutcome, EngineError> {
        journal::add_conflict(self.unit, self.connection, &self.node.0, &conflict)?;
        Ok(ItemOutcome::Conflicted(Box::new(conflict)))
    }
}
