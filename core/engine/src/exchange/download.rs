//! Pages of changes for a device: what belongs on it, as it is now, in the order of the log (X9).

use std::collections::{HashMap, HashSet};

use twinshore_metadata::{ObjectKind, ObjectName, Ref};
use twinshore_protocol::{ChangeItem, ChangePosition, DownloadRequest, ExchangePage};
use uuid::Uuid;

use super::{items, nodes};
use crate::changes::{self, Change, ChangeKey};
use crate::query::{self, Expression, Scope};
use crate::rights::Action;
use crate::{EngineError, Unit};

/// Things of one page at most.
const MAXIMUM_PAGE: u32 = 5_000;
/// Changes looked at for one page, for each thing of it, when most don't belong on the device.
const LOOKED_AT: u32 = 20;
/// Changes whose belonging is asked for in one statement.
const AT_ONCE: usize = 500;
/// Items a device may want besides.
const MAXIMUM_WANTED: usize = 100;

/// Selects a page; asking from a position acknowledges all up to it.
pub fn select(unit: &Unit, request: &DownloadRequest) -> Result<ExchangePage, EngineError> {
    let node = unit.transaction(|connection| {
        let node = nodes::by_code(unit, connection, &request.node)?;
        nodes::received(unit, connection, &node.code, request.from.0)?;
        Ok(node)
    })?;
    let limit = request.limit.clamp(1, MAXIMUM_PAGE) as usize;
    let reader = unit.connection()?;
    let log = changes::after(&reader, request.from, (limit as u32).saturating_mul(LOOKED_AT))?;
    let mut page = ExchangePage {
        from: request.from,
        to: request.from,
        items: Vec::new(),
        more: false,
        last: changes::last_position(&reader)?,
    };
    let first = request.from == ChangePosition(0);
    let mut bytes = 0;
    'log: for part in log.chunks(AT_ONCE) {
        let members = Members::of(unit, part)?;
        for change in part {
            if page.items.len() >= limit || bytes >= items::MAXIMUM_BYTES {
                break 'log;
            }
            page.to = change.position;
            if let Some(item) = item(unit, &members, change, &node.code, first)? {
                bytes += items::weight(&item);
                page.items.push(item);
            }
        }
    }
    page.more = page.to < page.last && !log.is_empty();
    page.items.extend(wanted(unit, &request.wanted)?);
    items::present(unit, &mut page.items)?;
    Ok(page)
}

/// What a change means for the node. A device's own data are not sent back (X15), unless they leave it.
fn item(unit: &Unit, members: &Members, change: &Change, node: &str, first: bool) -> Result<Option<ChangeItem>, EngineError> {
    if !unit.engine().bundle().composition.includes(change.key.object()) {
        // It was once; the device's own configuration has no place for it.
        return Ok(None);
    }
    let own = change.origin == node;
    if let ChangeKey::Deletion(_) = change.key {
        // Also to one that begins anew: it may have the item from before.
        return if own { Ok(None) } else { items::current(unit, &change.key).map(Some) };
    }
    if members.belongs(unit, &change.key)? {
        return if own { Ok(None) } else { items::current(unit, &change.key).map(Some) };
    }
    // What was never there is not mentioned.
    if first {
        return Ok(None);
    }
    Ok(match &change.key {
        ChangeKey::Object(reference) => Some(ChangeItem::Removed { reference: reference.clone() }),
        ChangeKey::Records { register, key } => {
            Some(ChangeItem::RegisterRecords { register: register.clone(), key: key.clone(), records: Vec::new() })
        }
        _ => None,
    })
}

/// Items the device asked for besides (C15, R13): each is answered, also if it may not be there.
fn wanted(unit: &Unit, references: &[Ref]) -> Result<Vec<ChangeItem>, EngineError> {
    let change = |reference: &Ref| Change {
        position: ChangePosition(0),
        key: ChangeKey::Object(reference.clone()),
        origin: String::new(),
        user_name: String::new(),
        base_version: None,
        changed: Vec::new(),
    };
    let all: Vec<Change> =
        references.iter().filter(|r| r.object.kind.is_stored_object()).take(MAXIMUM_WANTED).map(change).collect();
    let members = Members::of(unit, &all)?;
    let mut found = Vec::new();
    for change in &all {
        let ChangeKey::Object(reference) = &change.key else { continue };
        if !members.belongs(unit, &change.key)? {
            found.push(ChangeItem::Removed { reference: reference.clone() });
            continue;
        }
        found.push(items::current(unit, &change.key)?);
        for register in unit.object(&reference.object)?.posts_to.clone() {
            let key = ChangeKey::Movements { register, recorder: reference.clone() };
            if members.belongs(unit, &key)? {
                found.push(items::current(unit, &key)?);
            }
        }
    }
    Ok(found)
}

/// Items of a part of the log that belong on the device: rights, row rights, the composition's condition.
struct Members(HashMap<ObjectName, HashSet<Uuid>>);

impl Members {
    fn of(unit: &Unit, part: &[Change]) -> Result<Self, EngineError> {
        let mut asked: HashMap<&ObjectName, Vec<Uuid>> = HashMap::new();
        for change in part {
            let reference = match &change.key {
                ChangeKey::Object(reference) => reference,
                ChangeKey::Movements { recorder, .. } => recorder,
                _ => continue,
            };
            asked.entry(&reference.object).or_default().push(reference.id);
        }
        let mut members = HashMap::new();
        for (object, ids) in asked {
            let inclusion = unit.engine().bundle().composition.inclusion(object);
            if let Some(inclusion) = inclusion.filter(|_| unit.user().may(Action::Read, object)) {
                members.insert(object.clone(), query::members(unit, object, &ids, &inclusion.keep)?);
            }
        }
        Ok(Self(members))
    }

    fn belongs(&self, unit: &Unit, key: &ChangeKey) -> Result<bool, EngineError> {
        let composition = &unit.engine().bundle().composition;
        let object = key.object();
        let open = object.kind == ObjectKind::FunctionalOption || unit.user().may(Action::Read, object);
        if !composition.includes(object) || !open {
            return Ok(false);
        }
        match key {
            ChangeKey::Object(reference) => Ok(self.has(reference)),
            ChangeKey::Movements { register, recorder } => {
                let document = !composition.includes(&recorder.object) || self.has(recorder);
                Ok(document && records_belong(unit, register, &[("Recorder".to_owned(), recorder.clone().into())].into())?)
            }
            ChangeKey::Records { register, key } => records_belong(unit, register, key),
            _ => Ok(true),
        }
    }

    fn has(&self, reference: &Ref) -> bool {
        self.0.get(&reference.object).is_some_and(|ids| ids.contains(&reference.id))
    }
}

/// True if no record under the key is outside the row rights and the condition of its register.
fn records_belong(
    unit: &Unit,
    register: &ObjectName,
    key: &indexmap::IndexMap<String, twinshore_metadata::Value>,
) -> Result<bool, EngineError> {
    let keep = unit.engine().bundle().composition.inclusion(register).map_or("", |i| i.keep.trim());
    if keep.is_empty() && unit.user().row_conditions(register).is_empty() {
        return Ok(true);
    }
    let mut scope = Scope::new(unit);
    let table = scope.add(&[register.kind.prefix().to_owned(), register.name.clone()], "")?;
    let source = scope.sources[0].clone();
    let mut conditions: Vec<String> = scope.rights_condition(&source)?.into_iter().collect();
    if !keep.is_empty() {
        conditions.push(scope.inside(&source, keep)?);
    }
    scope.trust();
    let mut under_key = vec!["1".to_owned()];
    for (name, value) in key {
        let column = scope.path(std::slice::from_ref(name))?;
        let value = Expression::of_value(value, &mut scope.parameters)?;
        let (column, value, _) = column.aligned(&value)?;
        under_key.push(format!("{column} IS {value}"));
    }
    let sql = format!(
        "SELECT NOT EXISTS (SELECT 1 FROM {table} WHERE {} AND NOT COALESCE({}, 0))",
        under_key.join(" AND "),
        conditions.join(" AND ")
    );
    let connection = unit.connection()?;
    Ok(connection.prepare_cached(&sql)?.query_row(rusqlite::params_from_iter(scope.parameters.iter()), |row| row.get(0))?)
}
