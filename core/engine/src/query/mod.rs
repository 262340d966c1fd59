//! Queries over metadata names: `SELECT Number, Counterparty.Description FROM Document.Orders WHERE Date >= :from`.
//!
//! The text is parsed, checked against the metadata and the user's rights, and written anew for SQLite; values are parameters,
//! never part of the text. Paths become joins, row-level rights become conditions, numbers stay exact.

mod closest;
mod expression;
mod functions;
mod scope;
mod select;
mod translate;
mod virtual_tables;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use rusqlite::OptionalExtension;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use twinshore_metadata::{ObjectName, Ref};

use crate::storage::quoted;
use crate::{EngineError, Unit};

pub(crate) use expression::{Expression, Kind, mistake};
pub(crate) use functions::presentation;
pub(crate) use scope::Scope;
pub use select::{MAXIMUM_ROWS, run};
pub use translate::Parameters;

/// Characters of a query at most.
const MAXIMUM_LENGTH: usize = 20_000;
/// Nesting of a query at most.
const MAXIMUM_NESTING: usize = 40;

fn check_length(text: &str) -> Result<(), EngineError> {
    if text.len() > MAXIMUM_LENGTH { Err(mistake(format!("it is longer than {MAXIMUM_LENGTH} characters"))) } else { Ok(()) }
}

/// Reads all of a text by one rule of the grammar. Never by the rule of any statement: that alone would bring half a megabyte of grammar
/// for what is refused anyway onto phones.
fn parse_whole<T>(text: &str, rule: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>) -> Result<T, ParserError> {
    let mut parser = Parser::new(&GenericDialect {}).with_recursion_limit(MAXIMUM_NESTING).try_with_sql(text)?;
    let read = rule(&mut parser)?;
    parser.expect_token(&Token::EOF)?;
    Ok(read)
}

/// A condition over the sources of a scope, as SQL.
pub(crate) fn condition_sql(scope: &mut Scope<'_>, text: &str) -> Result<String, EngineError> {
    check_length(text)?;
    let node = parse_whole(text, |parser| parser.parse_expr()).map_err(|error| mistake(format!("`{text}`: {error}")))?;
    Ok(translate::expression(scope, &node, &Parameters::new())?.expect(&Kind::Boolean)?.to_owned())
}

/// True if the item fulfils a condition over its object's attributes (`keep` of the composition).
///
/// # Errors
/// If the condition is wrong or the database fails.
pub fn fulfils(unit: &Unit, reference: &Ref, condition: &str) -> Result<bool, EngineError> {
    let mut scope = Scope::privileged(unit);
    let table = scope.add(&[reference.object.kind.prefix().to_owned(), reference.object.name.clone()], "")?;
    let condition = condition_sql(&mut scope, condition)?;
    exists(&scope, &table, &condition, reference)
}

/// Those of the items that the user may see and that fulfil a condition (`keep` of the composition; empty for all).
///
/// # Errors
/// If a condition is wrong or the database fails.
pub(crate) fn members(
    unit: &Unit,
    object: &ObjectName,
    ids: &[uuid::Uuid],
    keep: &str,
) -> Result<HashSet<uuid::Uuid>, EngineError> {
    let mut scope = Scope::new(unit);
    let table = scope.add(&[object.kind.prefix().to_owned(), object.name.clone()], "")?;
    let source = scope.sources[0].clone();
    let mut conditions = vec!["1".to_owned()];
    conditions.extend(scope.rights_condition(&source)?);
    if !keep.trim().is_empty() {
        conditions.push(scope.inside(&source, keep)?);
    }
    let mut parameters = scope.parameters.clone();
    parameters.extend(ids.iter().map(|id| id.as_bytes().to_vec().into()));
    let marks: Vec<String> = (scope.parameters.len() + 1..=parameters.len()).map(|n| format!("?{n}")).collect();
    let sql =
        format!("SELECT t1.\"Ref\" FROM {table} WHERE t1.\"Ref\" IN ({}) AND {}", marks.join(", "), conditions.join(" AND "));
    let connection = unit.connection()?;
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, Vec<u8>>(0))?;
    let mut all = HashSet::with_capacity(ids.len());
    for id in found {
        all.insert(uuid::Uuid::from_slice(&id?).unwrap_or_default());
    }
    Ok(all)
}

/// True if the user's row conditions let the item be seen; also for one that does not exist.
///
/// # Errors
/// If a row condition is wrong or the database fails.
pub fn row_is_visible(unit: &Unit, reference: &Ref) -> Result<bool, EngineError> {
    if unit.is_loading() || unit.user().row_conditions(&reference.object).is_empty() {
        return Ok(true);
    }
    let mut scope = Scope::new(unit);
    let table = scope.add(&[reference.object.kind.prefix().to_owned(), reference.object.name.clone()], "")?;
    let source = scope.sources[0].clone();
    let Some(condition) = scope.rights_condition(&source)? else { return Ok(true) };
    if exists(&scope, &table, &condition, reference)? {
        return Ok(true);
    }
    let sql = format!("SELECT 1 FROM {} WHERE \"Ref\" = ?1", quoted(&reference.object.to_string()));
    let stored: Option<i64> = unit.connection()?.query_row(&sql, [reference.id.as_bytes()], |row| row.get(0)).optional()?;
    Ok(stored.is_none())
}

fn exists(scope: &Scope<'_>, table: &str, condition: &str, reference: &Ref) -> Result<bool, EngineError> {
    let mut parameters = scope.parameters.clone();
    parameters.push(reference.id.as_bytes().to_vec().into());
    let alias = &scope.sources[0].alias;
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM {table} {} WHERE {alias}.\"Ref\" = ?{} AND ({condition}))",
        scope.joins.join(" "),
        parameters.len()
    );
    Ok(scope.unit.connection()?.prepare_cached(&sql)?.query_row(rusqlite::params_from_iter(parameters), |row| row.get(0))?)
}
