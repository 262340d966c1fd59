//! Where a page begins, as a condition on the keys of the order.

use rusqlite::OptionalExtension;
use twinshore_metadata::Value;
use twinshore_protocol::{ListAnchor, ListKey};

use super::{PageQuery, row_id};
use crate::EngineError;
use crate::query::{Expression, Scope, mistake};

/// Whether the page is read backwards, and the condition of its start.
pub(super) fn place(
    scope: &mut Scope<'_>,
    query: &PageQuery,
    anchor: &ListAnchor,
) -> Result<(bool, Option<String>), EngineError> {
    Ok(match anchor {
        ListAnchor::Start => (false, None),
        ListAnchor::End => (true, None),
        ListAnchor::After(key) => (false, Some(beyond(scope, query, key, false, false)?)),
        ListAnchor::Before(key) => (true, Some(beyond(scope, query, key, true, false)?)),
        ListAnchor::At(key) => (false, Some(beyond(scope, query, key, false, true)?)),
        ListAnchor::AtItem(reference) => match key_of(scope, query, reference.id.as_bytes())? {
            Some(key) => (false, Some(beyond(scope, query, &key, false, true)?)),
            None => (false, None),
        },
    })
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

/// Rows beyond a key: after it in the list's order, before it if `backwards`; itself too if `inclusive`.
/// NULL comes first, as in SQLite's order.
pub(super) fn beyond(
    scope: &mut Scope<'_>,
    query: &PageQuery,
    key: &ListKey,
    backwards: bool,
    inclusive: bool,
) -> Result<String, EngineError> {
    let Some((id, values)) = key.0.split_last().filter(|(_, values)| values.len() == query.keys.len()) else {
        return Err(mistake("the place in the list belongs to another order; read the list anew"));
    };
    let id = match id {
        Value::Uuid(id) => id.as_bytes().to_vec(),
        Value::Binary(bytes) => bytes.clone(),
        _ => return Err(mistake("the place in the list is malformed")),
    };
    scope.parameters.push(id.into());
    let id = format!("?{}", scope.parameters.len());
    let mut alternatives = Vec::new();
    let mut equal = Vec::new();
    let mut bound = None;
    for (part, value) in query.keys.iter().zip(values) {
        let at = Expression::of_value(value, &mut scope.parameters)?;
        let (column, at_sql, _) = part.expression.aligned(&at)?;
        let greater = part.descending == backwards;
        let strictly = match (greater, matches!(value, Value::Empty)) {
            (true, true) => format!("{column} IS NOT NULL"),
            (true, false) => format!("{column} > {at_sql}"),
            (false, true) => "0".to_owned(),
            (false, false) => format!("({column} < {at_sql} OR {column} IS NULL)"),
        };
        if bound.is_none() {
            // Lets SQLite start in the index at the right place.
            bound = match (greater, matches!(value, Value::Empty)) {
                (true, false) => Some(format!("{column} >= {at_sql}")),
                _ => Some("1".into()),
            };
        }
        alternatives.push(equal.iter().cloned().chain([strictly]).collect::<Vec<_>>().join(" AND "));
        equal.push(format!("{column} IS {at_sql}"));
    }
    let comparison = match (backwards, inclusive) {
        (false, true) => ">=",
        (false, false) => ">",
        (true, true) => "<=",
        (true, false) => "<",
    };
    alternatives.push(equal.into_iter().chain([format!("{} {comparison} {id}", query.id)]).collect::<Vec<_>>().join(" AND "));
    let any = alternatives.into_iter().map(|a| format!("({a})")).collect::<Vec<_>>().join(" OR ");
    Ok(format!("{} AND ({any})", bound.unwrap_or_else(|| "1".into())))
}
