//! Items that fit a typed text: those that begin with it first.

use rusqlite::types::Value as Sql;
use twinshore_metadata::{ObjectDefinition, Ref};
use twinshore_protocol::{SuggestRequest, SuggestResponse};
use uuid::Uuid;

use crate::query::Scope;
use crate::storage::quoted;
use crate::{EngineError, Unit, objects, search};

/// Items at most.
const MAXIMUM_SUGGESTIONS: u32 = 50;

/// Items whose description, code or number begins with the text, then those that contain it.
///
/// # Errors
/// `AccessDenied`, `NotInComposition`.
pub fn suggest(unit: &Unit, request: &SuggestRequest) -> Result<SuggestResponse, EngineError> {
    let limit = request.limit.clamp(1, MAXIMUM_SUGGESTIONS) as usize;
    let mut found: Vec<Ref> = Vec::new();
    for name in &request.objects {
        let object = unit.object(name)?.clone();
        if !name.kind.is_stored_object() {
            let text = request.text.to_lowercase();
            let language = &unit.user().language;
            found.extend(
                object
                    .values
                    .iter()
                    .filter(|v| v.title.text(language).to_lowercase().contains(&text))
                    .map(|v| Ref::new(name.clone(), v.id)),
            );
            continue;
        }
        let text = request.text.trim();
        let places = places(unit, &object);
        // Each place by itself first: each is one run of its index.
        for begins_in in places.iter().map(Some).chain([None]) {
            if found.len() < limit {
                for reference in fitting(unit, &object, &places, text, begins_in, limit)? {
                    if !found.contains(&reference) {
                        found.push(reference);
                    }
                }
            }
        }
    }
    found.truncate(limit);
    objects::present(unit, &mut found)?;
    Ok(SuggestResponse { references: found })
}

/// Columns that are looked in: those of the presentation and the number, as far as the user may see them.
fn places(unit: &Unit, object: &ObjectDefinition) -> Vec<String> {
    let (standard, hidden) = (object.standard_attributes(), unit.user().hidden(&object.name));
    ["Description", "Code", "Number"]
        .iter()
        .filter(|n| standard.iter().any(|a| a.name == **n) && !hidden.iter().any(|h| h == *n))
        .map(|n| format!("t1.{}", quoted(n)))
        .collect()
}

/// Items with the text in any of the places, or at the beginning of one.
fn fitting(
    unit: &Unit,
    object: &ObjectDefinition,
    places: &[String],
    text: &str,
    begins_in: Option<&String>,
    limit: usize,
) -> Result<Vec<Ref>, EngineError> {
    let mut scope = Scope::new(unit);
    let table = scope.add(&[object.name.kind.prefix().to_owned(), object.name.name.clone()], "")?;
    let source = scope.sources[0].clone();
    let standard = object.standard_attributes();
    let Some(order) = begins_in.or(places.first()).cloned() else { return Ok(Vec::new()) };
    let mut conditions = Vec::new();
    conditions.extend(scope.rights_condition(&source)?);
    for name in ["IsGroup", "DeletionMark"] {
        if standard.iter().any(|a| a.name == name) {
            conditions.push(format!("t1.{} IS NOT 1", quoted(name)));
        }
    }
    if text.is_empty() {
        // The first items.
    } else if let Some(place) = begins_in {
        scope.parameters.push(Sql::Text(text.to_owned()));
        let from = scope.parameters.len();
        scope.parameters.push(Sql::Text(format!("{text}\u{10FFFF}")));
        conditions.push(format!("{place} >= ?{from} AND {place} < ?{}", from + 1));
    } else if let Some((condition, pattern)) = found_in_index(&scope, object, text)? {
        scope.parameters.push(Sql::Text(pattern));
        conditions.push(condition);
    } else {
        scope.parameters.push(Sql::Text(text.to_lowercase()));
        let at = scope.parameters.len();
        let any: Vec<String> = places.iter().map(|place| format!("instr(twinshore_fold({place}), ?{at}) > 0")).collect();
        conditions.push(format!("({})", any.join(" OR ")));
    }
    let filter = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
    let sql = format!("SELECT t1.\"Ref\" FROM {table} {} WHERE {filter} ORDER BY {order} LIMIT {limit}", scope.joins.join(" "));
    let connection = unit.connection()?;
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement.query_map(rusqlite::params_from_iter(scope.parameters.iter()), |row| row.get::<_, Vec<u8>>(0))?;
    let mut all = Vec::new();
    for id in ids {
        all.push(Ref::new(object.name.clone(), Uuid::from_slice(&id?).unwrap_or_default()));
    }
    Ok(all)
}

/// What the text index says, unless it would tell about attributes that the user may not see.
fn found_in_index(scope: &Scope<'_>, object: &ObjectDefinition, text: &str) -> Result<Option<(String, String)>, EngineError> {
    let hidden = scope.unit.user().hidden(&object.name);
    if search::attributes(object).iter().any(|name| hidden.contains(name)) {
        return Ok(None);
    }
    let connection = scope.unit.connection()?;
    // A text with blanks in it is one word here.
    let found = search::condition(&connection, object, "t1.\"Ref\"", &[text], scope.parameters.len() + 1)?;
    Ok(found.filter(|found| found.rest.is_empty()).map(|found| (found.condition, found.pattern)))
}
