//! Where a page begins, as conditions on the keys of the order.

use rusqlite::OptionalExtension;
use twinshore_metadata::Value;
use twinshore_protocol::{ListAnchor, ListKey};

use super::{PageQuery, row_id};
use crate::EngineError;
use crate::query::{Expression, Scope, mistake};

/// Where a page begins.
pub(super) struct Place {
    /// Read against the list's order.
    pub backwards: bool,
    /// From this key on, itself included if true; from the edge if none.
    pub from: Option<(ListKey, bool)>,
}

pub(super) fn place(scope: &Scope<'_>, query: &PageQuery, anchor: &ListAnchor) -> Result<Place, EngineError> {
    let (backwards, from) = match anchor {
        ListAnchor::Start => (false, None),
        ListAnchor::End => (true, None),
        ListAnchor::After(key) => (false, Some((key.clone(), false))),
        ListAnchor::Before(key) => (true, Some((key.clone(), false))),
        ListAnchor::At(key) => (false, Some((key.clone(), true))),
        ListAnchor::AtItem(reference) => (false, key_of(scope, query, reference.id.as_bytes())?.map(|key| (key, true))),
    };
    Ok(Place { backwards, from })
}

fn key_of(scope: &Scope<'_>, query: &PageQuery, id: &[u8]) -> Result<Option<ListKey>, EngineError> {
    let list: String = query.keys.iter().flat_map(|k| k.expression.selected()).map(|c| format!(", {c}")).collect();
    let mut parameters = scope.parameters.clone();
    parameters.push(id.to_vec().into());
    let sql = format!(
        "SELECT {}{list} FROM {} {} WHERE t1.\"Ref\" = ?{}",
        query.id,
        query.table,
        scope.joins.join(" "),
        parameters.len()
    );
    let connection = scope.unit.connection()?;
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement
        .query_row(rusqlite::params_from_iter(parameters), |row| {
            let decode = || -> Result<Vec<Value>, EngineError> {
                let mut at = 1;
                let mut values = Vec::new();
                for key in &query.keys {
                    values.push(key.expression.decode(row, at)?);
                    at += key.expression.selected().len();
                }
                values.push(row_id(row)?);
                Ok(values)
            };
            Ok(decode())
        })
        .optional()?;
    found.transpose().map(|values| values.map(ListKey))
}

/// Rows beyond a key, itself too if `inclusive`, as ranges one after another in the order they are read.
/// Each is one run of an index, so a place deep in the list costs what its beginning costs. NULL is the least value.
pub(super) fn beyond(
    scope: &mut Scope<'_>,
    query: &PageQuery,
    key: &ListKey,
    backwards: bool,
    inclusive: bool,
) -> Result<Vec<String>, EngineError> {
    let Some((id, values)) = key.0.split_last().filter(|(_, values)| values.len() == query.keys.len()) else {
        return Err(mistake("the place in the list belongs to another order; read the list anew"));
    };
    let id = match id {
        Value::Uuid(id) => id.as_bytes().to_vec(),
        Value::Binary(bytes) => bytes.clone(),
        _ => return Err(mistake("the place in the list is malformed")),
    };
    let mut equal = Vec::new();
    let mut ranges: Vec<String> = Vec::new();
    for (part, value) in query.keys.iter().zip(values) {
        let at = Expression::of_value(value, &mut scope.parameters)?;
        let (column, at, _) = part.expression.aligned(&at)?;
        let blank = matches!(value, Value::Empty);
        let further = match (part.descending == backwards, blank) {
            (true, true) => vec![format!("{column} IS NOT NULL")],
            (true, false) => vec![format!("{column} > {at}")],
            (false, true) => Vec::new(),
            (false, false) => vec![format!("{column} < {at}"), format!("{column} IS NULL")],
        };
        // Ranges of later keys come first: they are within the same value of this one.
        let within = further.into_iter().map(|range| both(&equal, &range));
        ranges.splice(0..0, within);
        equal.push(format!("{column} IS {at}"));
    }
    scope.parameters.push(id.into());
    let comparison = match (query.id_descending() == backwards, inclusive) {
        (true, true) => ">=",
        (true, false) => ">",
        (false, true) => "<=",
        (false, false) => "<",
    };
    ranges.insert(0, both(&equal, &format!("{} {comparison} ?{}", query.id, scope.parameters.len())));
    Ok(ranges)
}

fn both(equal: &[String], range: &str) -> String {
    equal.iter().map(String::as_str).chain([range]).collect::<Vec<_>>().join(" AND ")
}
