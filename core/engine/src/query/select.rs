//! Whole SELECT statements.

use std::time::Duration;

use indexmap::IndexMap;
use sqlparser::ast::{
    Distinct, Expr, FunctionArg, FunctionArgExpr, GroupByExpr, JoinConstraint, JoinOperator, LimitClause, OrderByKind, Query,
    Select, SelectItem, SetExpr, TableFactor, Value as Literal,
};
use sqlparser::tokenizer::Token;
use twinshore_metadata::Value;
use twinshore_protocol::{Limit, ServerError};

use super::expression::{Expression, Kind, mistake};
use super::scope::Scope;
use super::translate::{self, Parameters};
use super::{check_length, parse_whole, virtual_tables};
use crate::objects::present_values;
use crate::storage::within;
use crate::{EngineError, Unit};

/// Rows of a result at most.
pub const MAXIMUM_ROWS: usize = 100_000;
/// Time of one query at most.
const MAXIMUM_TIME: Duration = Duration::from_secs(20);

/// Runs a query; rows are values by the names of its columns, references with presentations.
///
/// # Errors
/// A refusal that tells what is wrong, `AccessDenied`, `NotInComposition`.
pub fn run(unit: &Unit, text: &str, parameters: &Parameters) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    check_length(text)?;
    let query = parse_whole(text, |parser| {
        let query = parser.parse_query()?;
        let _ends = parser.consume_token(&Token::SemiColon);
        Ok(query)
    })
    .map_err(mistake)?;
    let mut scope = Scope::new(unit);
    let (sql, columns) = write(&mut scope, &query, parameters)?;
    within(MAXIMUM_TIME, || fetch(&scope, &sql, &columns))
}

/// What the language does not have is refused, never left out in silence.
fn check_clauses(query: &Query, select: &Select) -> Result<(), EngineError> {
    let unknown = [
        ("WITH", query.with.is_some()),
        ("FETCH", query.fetch.is_some()),
        ("FOR", !query.locks.is_empty() || query.for_clause.is_some()),
        ("INTO", select.into.is_some()),
        ("TOP", select.top.is_some()),
        ("QUALIFY", select.qualify.is_some()),
        ("WINDOW", !select.named_window.is_empty()),
        ("LATERAL VIEW", !select.lateral_views.is_empty()),
        ("PREWHERE", select.prewhere.is_some()),
        ("CONNECT BY", select.connect_by.is_some()),
        ("DISTINCT ON", matches!(select.distinct, Some(Distinct::On(_)))),
        (
            "GROUP BY with modifiers",
            !matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty()),
        ),
        (
            "HAVING without GROUP BY",
            select.having.is_some() && matches!(&select.group_by, GroupByExpr::Expressions(e, _) if e.is_empty()),
        ),
    ];
    match unknown.iter().find(|(_, there)| *there) {
        Some((clause, _)) => Err(mistake(format!("{clause} is not part of the query language"))),
        None => Ok(()),
    }
}

type Columns = Vec<(String, Expression)>;

fn write(scope: &mut Scope<'_>, query: &Query, parameters: &Parameters) -> Result<(String, Columns), EngineError> {
    let SetExpr::Select(select) = query.body.as_ref() else { return Err(mistake("it must be one SELECT")) };
    check_clauses(query, select)?;
    let (from, mut conditions) = from(scope, select, parameters)?;
    let columns = projection(scope, select, parameters)?;
    if let Some(condition) = &select.selection {
        conditions.push(translate::expression(scope, condition, parameters)?.expect(&Kind::Boolean)?.to_owned());
    }
    let GroupByExpr::Expressions(group, _) = &select.group_by else { return Err(mistake("GROUP BY names columns")) };
    let group = group.iter().map(|node| named_or_written(scope, node, &columns, parameters)).collect::<Result<Vec<_>, _>>()?;
    let having = select.having.as_ref().map(|node| translate::expression(scope, node, parameters)).transpose()?;
    let order = order(scope, query, &columns, parameters)?;
    let list = columns.iter().flat_map(|(_, e)| e.selected()).collect::<Vec<_>>().join(", ");
    let distinct = if select.distinct.is_some() { "DISTINCT " } else { "" };
    let mut sql = format!("SELECT {distinct}{list} FROM {from} {}", scope.joins.join(" "));
    for (word, parts, between) in [(" WHERE ", conditions, " AND "), (" GROUP BY ", group, ", ")] {
        if !parts.is_empty() {
            sql.push_str(&format!("{word}{}", parts.join(between)));
        }
    }
    if let Some(having) = having {
        sql.push_str(&format!(" HAVING {}", having.expect(&Kind::Boolean)?));
    }
    if !order.is_empty() {
        sql.push_str(&format!(" ORDER BY {}", order.join(", ")));
    }
    sql.push_str(&format!(" LIMIT {}", limit(query)?));
    Ok((sql, columns))
}

/// The text of FROM, and the row rights of tables that no ON takes in.
fn from(scope: &mut Scope<'_>, select: &Select, parameters: &Parameters) -> Result<(String, Vec<String>), EngineError> {
    let mut parts = Vec::new();
    let mut conditions = Vec::new();
    for table in &select.from {
        let mut text = source(scope, &table.relation, parameters)?;
        conditions.extend(rights_of_last(scope)?);
        for join in &table.joins {
            let (word, constraint) = match &join.join_operator {
                JoinOperator::Join(c) | JoinOperator::Inner(c) => ("JOIN", c),
                JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => ("LEFT JOIN", c),
                _ => return Err(mistake("tables are joined by JOIN or LEFT JOIN")),
            };
            let joined = source(scope, &join.relation, parameters)?;
            let rights = rights_of_last(scope)?.map_or_else(String::new, |c| format!(" AND {c}"));
            let JoinConstraint::On(condition) = constraint else { return Err(mistake("a join needs ON")) };
            let before = scope.joins.len();
            let condition = translate::expression(scope, condition, parameters)?;
            if scope.joins.len() > before {
                return Err(mistake("ON can't follow references; join the table itself"));
            }
            text.push_str(&format!(" {word} {joined} ON ({}){rights}", condition.expect(&Kind::Boolean)?));
        }
        parts.push(text);
    }
    if parts.is_empty() { Err(mistake("FROM is missing")) } else { Ok((parts.join(", "), conditions)) }
}

fn rights_of_last(scope: &mut Scope<'_>) -> Result<Option<String>, EngineError> {
    let Some(source) = scope.sources.last().cloned() else { return Ok(None) };
    Ok(scope.rights_condition(&source)?.map(|c| format!("({c})")))
}

fn source(scope: &mut Scope<'_>, factor: &TableFactor, parameters: &Parameters) -> Result<String, EngineError> {
    let TableFactor::Table { name, alias, args, .. } = factor else {
        return Err(mistake("FROM names tables like Catalog.Goods or Document.Orders.Lines"));
    };
    let names: Vec<String> = name.0.iter().filter_map(|part| part.as_ident()).map(|ident| ident.value.clone()).collect();
    let known_as = alias.as_ref().map_or_else(|| names.last().cloned().unwrap_or_default(), |a| a.name.value.clone());
    if virtual_tables::is_one(&names) {
        let args = args.as_ref().map_or(&[][..], |a| a.args.as_slice());
        let moments = args.iter().map(|arg| moment(scope, arg, parameters)).collect::<Result<Vec<_>, _>>()?;
        return virtual_tables::add(scope, &names, &known_as, &moments);
    }
    if args.is_some() || names.len() > 3 {
        return Err(mistake(format!("{name} has no arguments and no further parts")));
    }
    scope.add(&names, &known_as)
}

fn moment(scope: &mut Scope<'_>, arg: &FunctionArg, parameters: &Parameters) -> Result<Expression, EngineError> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(node)) => translate::expression(scope, node, parameters),
        other => Err(mistake(format!("`{other}` is no moment"))),
    }
}

fn projection(scope: &mut Scope<'_>, select: &Select, parameters: &Parameters) -> Result<Columns, EngineError> {
    let mut columns: Columns = Vec::new();
    for item in &select.projection {
        let (name, node) = match item {
            SelectItem::ExprWithAlias { expr, alias } => (alias.value.clone(), expr),
            SelectItem::UnnamedExpr(expr) => (name_of(expr, columns.len()), expr),
            _ => return Err(mistake("name the columns; * is not part of the query language")),
        };
        if columns.iter().any(|(n, _)| *n == name) {
            return Err(mistake(format!("two columns are called {name}; give one another name with AS")));
        }
        let expression = translate::expression(scope, node, parameters)?;
        columns.push((name, expression));
    }
    Ok(columns)
}

fn name_of(node: &Expr, at: usize) -> String {
    match node {
        Expr::Identifier(name) => name.value.clone(),
        Expr::CompoundIdentifier(names) => names.last().map_or_else(String::new, |n| n.value.clone()),
        _ => format!("Column{}", at + 1),
    }
}

/// ORDER BY and GROUP BY may name a column of the result.
fn named_or_written(
    scope: &mut Scope<'_>,
    node: &Expr,
    columns: &Columns,
    parameters: &Parameters,
) -> Result<String, EngineError> {
    if let Expr::Identifier(name) = node
        && let Some((_, column)) = columns.iter().find(|(n, _)| *n == name.value)
    {
        return Ok(column.sql.clone());
    }
    Ok(translate::expression(scope, node, parameters)?.sql)
}

fn order(scope: &mut Scope<'_>, query: &Query, columns: &Columns, parameters: &Parameters) -> Result<Vec<String>, EngineError> {
    let Some(order) = &query.order_by else { return Ok(Vec::new()) };
    let OrderByKind::Expressions(all) = &order.kind else { return Err(mistake("ORDER BY names columns")) };
    all.iter()
        .map(|item| {
            let direction = if item.options.asc == Some(false) { "DESC" } else { "ASC" };
            let nulls = match item.options.nulls_first {
                Some(true) => " NULLS FIRST",
                Some(false) => " NULLS LAST",
                None => "",
            };
            Ok(format!("{} {direction}{nulls}", named_or_written(scope, &item.expr, columns, parameters)?))
        })
        .collect()
}

fn limit(query: &Query) -> Result<usize, EngineError> {
    match &query.limit_clause {
        None => Ok(MAXIMUM_ROWS + 1),
        Some(LimitClause::LimitOffset { limit: Some(Expr::Value(value)), offset: None, .. }) => match &value.value {
            Literal::Number(text, _) => {
                Ok(text.parse::<usize>().map_err(|_| mistake("LIMIT is a whole number"))?.min(MAXIMUM_ROWS))
            }
            _ => Err(mistake("LIMIT is a whole number")),
        },
        Some(_) => Err(mistake("LIMIT is a whole number, without OFFSET")),
    }
}

/// What SQLite says to a statement that is well written and makes no sense: an aggregate in WHERE, a sum beyond 64 bits.
fn not_possible(error: rusqlite::Error) -> EngineError {
    match &error {
        rusqlite::Error::SqlInputError { msg, .. } => mistake(msg),
        rusqlite::Error::SqliteFailure(_, Some(message)) if message.contains("overflow") => {
            super::expression::too_many_digits()
        }
        rusqlite::Error::SqliteFailure(failure, Some(message)) if failure.extended_code == 1 => mistake(message),
        _ => error.into(),
    }
}

fn fetch(scope: &Scope<'_>, sql: &str, columns: &Columns) -> Result<Vec<IndexMap<String, Value>>, EngineError> {
    let connection = scope.unit.connection()?;
    let mut statement = connection.prepare(sql).map_err(not_possible)?;
    let mut rows = statement.query(rusqlite::params_from_iter(scope.parameters.iter())).map_err(not_possible)?;
    let mut flat = Vec::new();
    while let Some(row) = rows.next().map_err(not_possible)? {
        let mut at = 0;
        for (_, column) in columns {
            flat.push(column.decode(row, at)?);
            at += column.selected().len();
        }
        if flat.len() > MAXIMUM_ROWS * columns.len().max(1) {
            return Err(ServerError::limit(Limit::QueryRows, MAXIMUM_ROWS.to_string()).into());
        }
    }
    drop(rows);
    present_values(scope.unit, &mut flat)?;
    let mut values = flat.into_iter();
    let mut result = Vec::new();
    while values.len() > 0 {
        result.push(columns.iter().map(|(name, _)| (name.clone(), values.next().unwrap_or_default())).collect());
    }
    Ok(result)
}
