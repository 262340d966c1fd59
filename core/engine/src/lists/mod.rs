//! Dynamic lists: pages by key, in any order, at any depth for the same price; and suggestions for what is typed.

mod anchor;
mod suggest;

use rusqlite::types::Value as Sql;
use twinshore_metadata::{ObjectDefinition, ObjectKind, Ref, SortDirection, SortKey, Value};
use twinshore_protocol::{Comparison, ListAnchor, ListCondition, ListKey, ListPageRequest, ListPageResponse, ListRow};
use uuid::Uuid;

use crate::objects::present_values;
use crate::query::{self, Expression, Scope, mistake};
use crate::{EngineError, Unit};

pub use suggest::suggest;

#[cfg(test)]
mod tests;

/// Rows of a page at most.
pub const MAXIMUM_PAGE: u32 = 500;
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
    let columns = request.columns.iter().map(|path| scope.path(&split(path))).collect::<Result<Vec<_>, _>>()?;
    let flags = flags(&mut scope, &object)?;
    let conditions = conditions(&mut scope, &object, request)?;
    let query = PageQuery { table, id, keys, columns, flags, conditions };

    let (backwards, start) = anchor::place(&mut scope, &query, &request.anchor)?;
    let mut rows = query.fetch(&scope, start.as_deref(), backwards, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    if backwards {
        rows.reverse();
    }
    let at_edge = matches!(request.anchor, ListAnchor::Start | ListAnchor::End);
    let beyond = !at_edge && query.is_something_beyond(&mut scope, &rows, backwards)?;
    present(unit, &mut rows)?;
    let (more_before, more_after) = if backwards { (more, beyond) } else { (beyond, more) };
    Ok(ListPageResponse { rows, more_before, more_after })
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
    fn fetch(
        &self,
        scope: &Scope<'_>,
        start: Option<&str>,
        backwards: bool,
        limit: usize,
    ) -> Result<Vec<ListRow>, EngineError> {
        let expressions: Vec<&Expression> =
            self.keys.iter().map(|k| &k.expression).chain(&self.columns).chain(self.flags.iter().map(|(_, e)| e)).collect();
        let list = expressions.iter().flat_map(|e| e.selected()).map(|c| format!(", {c}")).collect::<String>();
        let sql = self.sql(&format!("{}{list}", self.id_sql()), scope, start, backwards, limit);
        let connection = scope.unit.connection()?;
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(scope.parameters.iter()))?;
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

    fn sql(&self, list: &str, scope: &Scope<'_>, start: Option<&str>, backwards: bool, limit: usize) -> String {
        let order: String = self
            .keys
            .iter()
            .map(|key| format!("{} {}, ", key.expression.sql, if key.descending == backwards { "ASC" } else { "DESC" }))
            .collect();
        let conditions = self.conditions.iter().map(String::as_str).chain(start).collect::<Vec<_>>();
        let filter = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
        let last = if backwards { "DESC" } else { "ASC" };
        format!(
            "SELECT {list} FROM {} {} WHERE {filter} ORDER BY {order}{} {last} LIMIT {limit}",
            self.table,
            scope.joins.join(" "),
            self.id_sql()
        )
    }

    fn id_sql(&self) -> String {
        self.id.to_owned()
    }

    /// True if there are rows on the side the page was not read to.
    fn is_something_beyond(&self, scope: &mut Scope<'_>, rows: &[ListRow], backwards: bool) -> Result<bool, EngineError> {
        let edge = if backwards { rows.last() } else { rows.first() };
        let Some(edge) = edge else { return Ok(true) };
        let condition = anchor::beyond(scope, self, &edge.key, !backwards, false)?;
        let sql = self.sql("1", scope, Some(&condition), !backwards, 1);
        let connection = scope.unit.connection()?;
        Ok(connection.prepare_cached(&sql)?.exists(rusqlite::params_from_iter(scope.parameters.iter()))?)
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
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut places = Vec::new();
    for attribute in object.all_attributes() {
        let standard = matches!(attribute.name.as_str(), "Description" | "Code" | "Number");
        let reference = object.name.kind == ObjectKind::Document && attribute.types.references().next().is_some();
        if !(standard || attribute.index || reference) || scope.unit.user().hidden(&object.name).contains(&attribute.name) {
            continue;
        }
        let expression = scope.path(&[attribute.name.clone()])?;
        let expression = query::presentation(scope, &expression)?;
        if expression.kind == query::Kind::Text {
            places.push(expression.sql);
        }
    }
    let mut all = Vec::new();
    for word in text.split_whitespace().take(MAXIMUM_WORDS) {
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
