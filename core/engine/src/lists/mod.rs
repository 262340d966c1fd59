//! Dynamic lists: pages by key, in any order, at any depth for the same price; and suggestions for what is typed.

mod anchor;
mod suggest;

use std::time::Duration;

use rusqlite::types::Value as Sql;
use twinshore_metadata::{ObjectDefinition, ObjectKind, Ref, SortDirection, SortKey, Value};
use twinshore_protocol::{Comparison, ListCondition, ListKey, ListPageRequest, ListPageResponse, ListRow, ServerError};
use uuid::Uuid;

use crate::objects::present_values;
use crate::query::{self, Expression, Scope, mistake};
use crate::storage::within;
use crate::{EngineError, Unit, search};

pub use suggest::suggest;

#[cfg(test)]
mod tests;

/// Rows of a page at most.
pub const MAXIMUM_PAGE: u32 = 500;
/// Time of a page at most.
const MAXIMUM_TIME: Duration = Duration::from_secs(10);
/// Words of a search at most.
const MAXIMUM_WORDS: usize = 8;

/// One key of the order.
pub(crate) struct Key {
    expression: Expression,
    descending: bool,
}

/// A page of a list.
///
/// # Errors
/// `AccessDenied`, an unknown column, a wrong condition.
pub fn page(unit: &Unit, request: &ListPageRequest) -> Result<ListPageResponse, EngineError> {
    let object = unit.object(&request.object)?.clone();
    let limit = request.limit.clamp(1, MAXIMUM_PAGE) as usize;
    let mut scope = Scope::new(unit);
    let table = scope.add(&[object.name.kind.prefix().to_owned(), object.name.name.clone()], "")?;
    let id = id_column(&object);
    let keys = order(&mut scope, &object, &request.order)?;
    let columns = request.columns.iter().map(|path| column(&mut scope, path)).collect::<Result<Vec<_>, _>>()?;
    let flags = flags(&mut scope, &object)?;
    let conditions = conditions(&mut scope, &object, request)?;
    let query = PageQuery { table, id, keys, columns, flags, conditions };

    within(MAXIMUM_TIME, || query.page(&mut scope, request, limit))
}

/// A column; one that the user may not see is empty, and the others are there.
fn column(scope: &mut Scope<'_>, path: &str) -> Result<Expression, EngineError> {
    match scope.path(&split(path)) {
        Err(EngineError::Refused(ServerError::AccessDenied { .. })) => {
            Expression::of_value(&Value::Empty, &mut scope.parameters)
        }
        found => found,
    }
}

/// The parts of a page's SELECT.
pub(crate) struct PageQuery {
    table: String,
    id: &'static str,
    keys: Vec<Key>,
    columns: Vec<Expression>,
    /// `IsGroup`, `DeletionMark`, `Posted`, where the object has them.
    flags: Vec<(&'static str, Expression)>,
    conditions: Vec<String>,
}

impl PageQuery {
    fn page(&self, scope: &mut Scope<'_>, request: &ListPageRequest, limit: usize) -> Result<ListPageResponse, EngineError> {
        let place = anchor::place(scope, self, &request.anchor)?;
        let backwards = place.backwards;
        let ranges = match &place.from {
            Some((key, inclusive)) => anchor::beyond(scope, self, key, backwards, *inclusive)?,
            None => vec!["1".to_owned()],
        };
        let mut rows = Vec::new();
        for range in &ranges {
            if rows.len() <= limit {
                rows.extend(self.fetch(scope, range, backwards, limit + 1 - rows.len())?);
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        if backwards {
            rows.reverse();
        }
        let edge = if backwards { rows.last() } else { rows.first() };
        let beyond = match (edge, place.from) {
            (_, None) => false,
            (Some(row), Some(_)) => self.is_something_beyond(scope, &row.key.clone(), !backwards, false)?,
            (None, Some((key, inclusive))) => self.is_something_beyond(scope, &key, !backwards, !inclusive)?,
        };
        present(scope.unit, &mut rows)?;
        let (more_before, more_after) = if backwards { (more, beyond) } else { (beyond, more) };
        Ok(ListPageResponse { rows, more_before, more_after })
    }

    /// The id follows the direction of the last key, so that one index gives the whole order.
    fn id_descending(&self) -> bool {
        self.keys.last().is_some_and(|key| key.descending)
    }

    fn fetch(&self, scope: &Scope<'_>, range: &str, backwards: bool, limit: usize) -> Result<Vec<ListRow>, EngineError> {
        let expressions: Vec<&Expression> =
            self.keys.iter().map(|k| &k.expression).chain(&self.columns).chain(self.flags.iter().map(|(_, e)| e)).collect();
        let list = expressions.iter().flat_map(|e| e.selected()).map(|c| format!(", {c}")).collect::<String>();
        let sql = format!(
            "SELECT {}{list} FROM {} {} WHERE {} ORDER BY {} LIMIT {limit}",
            self.id,
            self.table,
            scope.joins.join(" "),
            self.filter(range),
            self.order(backwards)
        );
        let connection = scope.unit.connection()?;
        let mut statement = connection.prepare_cached(&sql)?;
        // A range uses the parameters up to its last one.
        let used = statement.parameter_count();
        let mut rows = statement.query(rusqlite::params_from_iter(scope.parameters.iter().take(used)))?;
        let source = &scope.sources[0];
        let mut result = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row_id(row)?;
            let mut at = 1;
            let mut values = Vec::with_capacity(expressions.len());
            for expression in &expressions {
                values.push(expression.decode(row, at)?);
                at += expression.selected().len();
            }
            let flag = |name: &str| {
                let place = self.flags.iter().position(|(n, _)| *n == name)?;
                Some(values[self.keys.len() + self.columns.len() + place] == Value::Boolean(true))
            };
            let mut key: Vec<Value> = values[..self.keys.len()].to_vec();
            key.push(id.clone());
            let reference = match (&id, source.object.kind.is_stored_object()) {
                (Value::Uuid(id), true) => Some(Ref::new(source.object.clone(), *id)),
                _ => None,
            };
            result.push(ListRow {
                key: ListKey(key),
                reference,
                cells: values[self.keys.len()..self.keys.len() + self.columns.len()].to_vec(),
                is_group: flag("IsGroup").unwrap_or(false),
                deletion_mark: flag("DeletionMark").unwrap_or(false),
                posted: flag("Posted"),
            });
        }
        Ok(result)
    }

    fn filter(&self, range: &str) -> String {
        self.conditions.iter().map(String::as_str).chain([range]).collect::<Vec<_>>().join(" AND ")
    }

    fn order(&self, backwards: bool) -> String {
        let direction = |descending: bool| if descending == backwards { "ASC" } else { "DESC" };
        let keys = self.keys.iter().map(|key| format!("{} {}, ", key.expression.sql, direction(key.descending)));
        format!("{}{} {}", keys.collect::<String>(), self.id, direction(self.id_descending()))
    }

    /// True if there are rows beyond a key, itself included if `inclusive`.
    fn is_something_beyond(
        &self,
        scope: &mut Scope<'_>,
        key: &ListKey,
        backwards: bool,
        inclusive: bool,
    ) -> Result<bool, EngineError> {
        let connection = scope.unit.connection()?;
        for range in anchor::beyond(scope, self, key, backwards, inclusive)? {
            let sql = format!("SELECT 1 FROM {} {} WHERE {}", self.table, scope.joins.join(" "), self.filter(&range));
            let mut statement = connection.prepare_cached(&sql)?;
            let used = statement.parameter_count();
            if statement.exists(rusqlite::params_from_iter(scope.parameters.iter().take(used)))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The id of a row: of an item, of a record, or recorder and line of a movement.
fn row_id(row: &rusqlite::Row<'_>) -> Result<Value, EngineError> {
    let bytes: Vec<u8> = row.get(0)?;
    Ok(match Uuid::from_slice(&bytes) {
        Ok(id) => Value::Uuid(id),
        Err(_) => Value::Binary(bytes),
    })
}

fn id_column(object: &ObjectDefinition) -> &'static str {
    match object.name.kind {
        ObjectKind::InformationRegister => "t1.\"RecordId\"",
        ObjectKind::AccumulationRegister => "CAST(t1.\"Recorder\" || printf('%08d', t1.\"LineNumber\") AS BLOB)",
        _ => "t1.\"Ref\"",
    }
}

fn split(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

fn order(scope: &mut Scope<'_>, object: &ObjectDefinition, wanted: &[SortKey]) -> Result<Vec<Key>, EngineError> {
    let mut keys = Vec::new();
    let by_default = default_order(object);
    let wanted = if wanted.is_empty() { &by_default } else { wanted };
    for key in wanted.iter().take(4) {
        let expression = scope.path(&split(&key.path))?;
        let expression = query::presentation(scope, &expression)?;
        keys.push(Key { expression, descending: key.direction == SortDirection::Descending });
    }
    Ok(keys)
}

/// The order of a list that asks for none: documents by date, newest first; the rest by description.
pub fn default_order(object: &ObjectDefinition) -> Vec<SortKey> {
    let key = |path: &str, direction| vec![SortKey { path: path.to_owned(), direction }];
    match object.name.kind {
        ObjectKind::Document => key("Date", SortDirection::Descending),
        ObjectKind::Catalog if object.description_length > 0 => key("Description", SortDirection::Ascending),
        ObjectKind::Catalog if object.code.is_some() => key("Code", SortDirection::Ascending),
        ObjectKind::AccumulationRegister => key("Period", SortDirection::Descending),
        _ => Vec::new(),
    }
}

fn flags(scope: &mut Scope<'_>, object: &ObjectDefinition) -> Result<Vec<(&'static str, Expression)>, EngineError> {
    let standard = object.standard_attributes();
    ["IsGroup", "DeletionMark", "Posted"]
        .into_iter()
        .filter(|name| standard.iter().any(|a| a.name == *name))
        .map(|name| Ok((name, scope.path(&[name.to_owned()])?)))
        .collect()
}

fn conditions(scope: &mut Scope<'_>, object: &ObjectDefinition, request: &ListPageRequest) -> Result<Vec<String>, EngineError> {
    let mut all = Vec::new();
    let source = scope.sources[0].clone();
    all.extend(scope.rights_condition(&source)?.map(|c| format!("({c})")));
    if !request.filter.trim().is_empty() {
        all.push(format!("({})", query::condition_sql(scope, &request.filter)?));
    }
    for condition in &request.conditions {
        all.push(persons_condition(scope, condition)?);
    }
    if let (Some(parent), true, true) = (&request.parent, object.hierarchical, request.search.trim().is_empty()) {
        let value = parent.clone().map_or(Value::Empty, Value::Ref);
        let parent = Expression::of_value(&value, &mut scope.parameters)?;
        all.push(format!("t1.\"Parent\" IS {}", parent.sql));
    }
    all.extend(search(scope, object, &request.search)?);
    Ok(all)
}

fn persons_condition(scope: &mut Scope<'_>, condition: &ListCondition) -> Result<String, EngineError> {
    let left = scope.path(&split(&condition.path))?;
    if condition.comparison == Comparison::Contains {
        let text = condition.value.as_text().unwrap_or_default().to_lowercase();
        let left = query::presentation(scope, &left)?;
        return Ok(contains(scope, &left.sql, &text));
    }
    let right = Expression::of_value(&condition.value, &mut scope.parameters)?;
    let (a, b, _) = left.aligned(&right)?;
    let operator = match condition.comparison {
        Comparison::Equal => "IS",
        Comparison::NotEqual => "IS NOT",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Contains => return Err(mistake("contains takes a text")),
    };
    Ok(format!("{a} {operator} {b}"))
}

/// Every word is somewhere in the item's texts.
fn search(scope: &mut Scope<'_>, object: &ObjectDefinition, text: &str) -> Result<Vec<String>, EngineError> {
    let words: Vec<&str> = text.split_whitespace().take(MAXIMUM_WORDS).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let hidden = scope.unit.user().hidden(&object.name);
    let mut names = search::attributes(object);
    if !names.iter().any(|n| hidden.contains(n)) {
        let connection = scope.unit.connection()?;
        let place = scope.parameters.len() + 1;
        if let Some(found) = search::condition(&connection, object, "t1.\"Ref\"", &words, place)? {
            scope.parameters.push(Sql::Text(found.pattern));
            let mut all = vec![found.condition];
            all.extend(in_texts(scope, &names, &found.rest)?);
            return Ok(all);
        }
    }
    if object.name.kind == ObjectKind::Document {
        // Without an index each row is read anyway: what it shows is searched whole.
        let shown = object.attributes.iter().filter(|a| search::is_text(&a.types) || a.types.references().next().is_some());
        let more: Vec<String> = shown.map(|a| a.name.clone()).filter(|name| !names.contains(name)).collect();
        names.extend(more);
    }
    names.retain(|n| !hidden.contains(n));
    in_texts(scope, &names, &words)
}

/// Every word is in one of these attributes, read row by row.
fn in_texts(scope: &mut Scope<'_>, names: &[String], words: &[&str]) -> Result<Vec<String>, EngineError> {
    let mut places = Vec::new();
    for name in names {
        let expression = scope.path(std::slice::from_ref(name))?;
        let expression = query::presentation(scope, &expression)?;
        if expression.kind == query::Kind::Text {
            places.push(expression.sql);
        }
    }
    let mut all = Vec::new();
    for word in words {
        let any: Vec<String> = places.iter().map(|place| contains(scope, place, &word.to_lowercase())).collect();
        all.push(format!("({})", if any.is_empty() { "0".to_owned() } else { any.join(" OR ") }));
    }
    Ok(all)
}

fn contains(scope: &mut Scope<'_>, sql: &str, folded: &str) -> String {
    scope.parameters.push(Sql::Text(folded.to_owned()));
    format!("instr(twinshore_fold({sql}), ?{}) > 0", scope.parameters.len())
}

fn present(unit: &Unit, rows: &mut [ListRow]) -> Result<(), EngineError> {
    let mut flat: Vec<Value> = rows.iter_mut().flat_map(|row| std::mem::take(&mut row.cells)).collect();
    let width = if rows.is_empty() { 0 } else { flat.len() / rows.len() };
    present_values(unit, &mut flat)?;
    let mut values = flat.into_iter();
    for row in rows {
        row.cells = values.by_ref().take(width).collect();
    }
    Ok(())
}
