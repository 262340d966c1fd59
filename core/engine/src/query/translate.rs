//! Expressions of the query language as SQL. Values become parameters; what is not listed here is refused.

use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, Ident, UnaryOperator, Value as Literal};
use twinshore_metadata::Value;
use twinshore_protocol::{Limit, ServerError};

use super::expression::{Expression, Kind, mistake, number, power_of_ten};
use super::functions;
use super::scope::Scope;
use crate::EngineError;

/// Named parameters of a query.
pub type Parameters = indexmap::IndexMap<String, Value>;

/// Digits that a quotient or an average gets after the point besides those of its parts.
pub const QUOTIENT_DIGITS: u32 = 4;

/// Parts of an expression inside each other at most: a long chain of `AND` nests too, and the stack is not endless.
const MAXIMUM_PARTS: u32 = 250;
/// Values of one IN at most.
const MAXIMUM_LIST: usize = 10_000;

/// Writes an expression.
pub fn expression(scope: &mut Scope<'_>, node: &Expr, parameters: &Parameters) -> Result<Expression, EngineError> {
    if scope.nesting >= MAXIMUM_PARTS {
        return Err(ServerError::limit(Limit::QuerySize, MAXIMUM_PARTS.to_string()).into());
    }
    scope.nesting += 1;
    let written = part(scope, node, parameters);
    scope.nesting -= 1;
    written
}

fn path(scope: &mut Scope<'_>, names: &[Ident]) -> Result<Expression, EngineError> {
    let start = names.first().map(|n| n.span.start);
    scope.place = match start {
        Some(at) if at.line > 0 => format!(" (line {}, column {})", at.line, at.column),
        _ => String::new(),
    };
    let found = scope.path(&names.iter().map(|n| n.value.clone()).collect::<Vec<_>>());
    scope.place.clear();
    found
}

fn part(scope: &mut Scope<'_>, node: &Expr, parameters: &Parameters) -> Result<Expression, EngineError> {
    match node {
        Expr::Identifier(name) => path(scope, std::slice::from_ref(name)),
        Expr::CompoundIdentifier(names) => path(scope, names),
        Expr::Nested(inner) => {
            let inner = expression(scope, inner, parameters)?;
            Ok(Expression { sql: format!("({})", inner.sql), ..inner })
        }
        Expr::Value(value) => literal(scope, &value.value, parameters),
        Expr::BinaryOp { left, op, right } => binary(scope, left, op, right, parameters),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
            let inner = expression(scope, expr, parameters)?;
            Ok(Expression::new(format!("NOT ({})", inner.expect(&Kind::Boolean)?), Kind::Boolean))
        }
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            let inner = expression(scope, expr, parameters)?;
            if !matches!(inner.kind, Kind::Number(_) | Kind::Nothing) {
                return Err(mistake("only numbers can be negative"));
            }
            Ok(Expression::new(format!("-({})", inner.sql), inner.kind))
        }
        Expr::IsNull(inner) => is_null(scope, inner, false, parameters),
        Expr::IsNotNull(inner) => is_null(scope, inner, true, parameters),
        Expr::Between { expr, negated, low, high } => {
            let value = expression(scope, expr, parameters)?;
            let low = compare(&value, ">=", &expression(scope, low, parameters)?)?;
            let high = compare(&value, "<=", &expression(scope, high, parameters)?)?;
            let not = if *negated { "NOT " } else { "" };
            Ok(Expression::new(format!("{not}({} AND {})", low.sql, high.sql), Kind::Boolean))
        }
        Expr::InList { expr, list, negated } => in_list(scope, expr, list, *negated, parameters),
        Expr::Like { negated, any: false, expr, pattern, escape_char: None }
        | Expr::ILike { negated, any: false, expr, pattern, escape_char: None } => {
            let (value, pattern) = (expression(scope, expr, parameters)?, expression(scope, pattern, parameters)?);
            let not = if *negated { "NOT " } else { "" };
            Ok(Expression::new(
                format!(
                    "twinshore_fold({}) {not}LIKE twinshore_fold({})",
                    value.expect(&Kind::Text)?,
                    pattern.expect(&Kind::Text)?
                ),
                Kind::Boolean,
            ))
        }
        Expr::TypedString(typed) => {
            let text = typed.value.value.clone().into_string().unwrap_or_default();
            let date = Value::from_json(&serde_json::json!({ "$date": text.replace(' ', "T") })).map_err(mistake)?;
            Expression::of_value(&date, &mut scope.parameters)
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            let operand = operand.as_ref().map(|node| expression(scope, node, parameters)).transpose()?;
            case(scope, operand.as_ref(), conditions, else_result.as_deref(), parameters)
        }
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            let mut parts = vec![expression(scope, expr, parameters)?.expect(&Kind::Text)?.to_owned()];
            for part in [substring_from, substring_for].into_iter().flatten() {
                parts.push(expression(scope, part, parameters)?.rescaled(0)?);
            }
            Ok(Expression::new(format!("substr({})", parts.join(", ")), Kind::Text))
        }
        Expr::Function(call) => functions::function(scope, call, parameters),
        other => Err(mistake(format!("`{other}` is not part of the query language"))),
    }
}

fn in_list(
    scope: &mut Scope<'_>,
    node: &Expr,
    list: &[Expr],
    negated: bool,
    parameters: &Parameters,
) -> Result<Expression, EngineError> {
    let value = expression(scope, node, parameters)?;
    let mut items = Vec::new();
    for item in list {
        items.extend(list_items(scope, item, parameters)?);
        if items.len() > MAXIMUM_LIST {
            return Err(ServerError::limit(Limit::QuerySize, MAXIMUM_LIST.to_string()).into());
        }
    }
    let scales = items.iter().chain([&value]).filter_map(|e| if let Kind::Number(scale) = e.kind { Some(scale) } else { None });
    let scale = scales.max();
    let text = |e: &Expression| scale.map_or_else(|| Ok(e.sql.clone()), |scale| e.rescaled(scale));
    let left = text(&value)?;
    let mut texts = Vec::new();
    for item in items.iter().filter(|item| item.kind != Kind::Nothing) {
        value.aligned(item)?;
        texts.push(text(item)?);
    }
    let mut sql = if texts.is_empty() { "0".to_owned() } else { format!("{left} IN ({})", texts.join(", ")) };
    if items.iter().any(|item| item.kind == Kind::Nothing) {
        sql = format!("({sql} OR {left} IS NULL)");
    }
    Ok(Expression::new(if negated { format!("NOT ({sql})") } else { sql }, Kind::Boolean))
}

/// An item of IN: a parameter with a list gives its items.
fn list_items(scope: &mut Scope<'_>, node: &Expr, parameters: &Parameters) -> Result<Vec<Expression>, EngineError> {
    if let Expr::Value(value) = node
        && let Literal::Placeholder(name) = &value.value
        && let Some(Value::List(items)) = parameters.get(name.trim_start_matches(':'))
    {
        return items.iter().map(|item| Expression::of_value(item, &mut scope.parameters)).collect();
    }
    Ok(vec![expression(scope, node, parameters)?])
}

fn literal(scope: &mut Scope<'_>, value: &Literal, parameters: &Parameters) -> Result<Expression, EngineError> {
    let value = match value {
        Literal::Number(text, _) => Value::Decimal(text.parse().map_err(|_| mistake(format!("{text} is not a number")))?),
        Literal::SingleQuotedString(text) => Value::String(text.clone()),
        Literal::Boolean(b) => Value::Boolean(*b),
        Literal::Null => Value::Empty,
        Literal::Placeholder(name) => {
            let name = name.trim_start_matches(':');
            parameters.get(name).cloned().ok_or_else(|| mistake(format!("the parameter :{name} has no value")))?
        }
        other => return Err(mistake(format!("`{other}` is not part of the query language"))),
    };
    Expression::of_value(&value, &mut scope.parameters)
}

fn is_null(scope: &mut Scope<'_>, node: &Expr, negated: bool, parameters: &Parameters) -> Result<Expression, EngineError> {
    let inner = expression(scope, node, parameters)?;
    Ok(Expression::new(format!("{} IS {}NULL", inner.sql, if negated { "NOT " } else { "" }), Kind::Boolean))
}

fn binary(
    scope: &mut Scope<'_>,
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
    parameters: &Parameters,
) -> Result<Expression, EngineError> {
    let a = expression(scope, left, parameters)?;
    let b = expression(scope, right, parameters)?;
    match op {
        BinaryOperator::And => {
            Ok(Expression::new(format!("({} AND {})", a.expect(&Kind::Boolean)?, b.expect(&Kind::Boolean)?), Kind::Boolean))
        }
        BinaryOperator::Or => {
            Ok(Expression::new(format!("({} OR {})", a.expect(&Kind::Boolean)?, b.expect(&Kind::Boolean)?), Kind::Boolean))
        }
        BinaryOperator::Eq => compare(&a, "=", &b),
        BinaryOperator::NotEq => compare(&a, "<>", &b),
        BinaryOperator::Lt => compare(&a, "<", &b),
        BinaryOperator::LtEq => compare(&a, "<=", &b),
        BinaryOperator::Gt => compare(&a, ">", &b),
        BinaryOperator::GtEq => compare(&a, ">=", &b),
        BinaryOperator::Plus | BinaryOperator::Minus => sum(&a, op, &b),
        BinaryOperator::Multiply => match (&a.kind, &b.kind) {
            (Kind::Number(x), Kind::Number(y)) => number(format!("({} * {})", a.sql, b.sql), x + y),
            _ => Err(mistake("only numbers are multiplied")),
        },
        BinaryOperator::Divide => match (&a.kind, &b.kind) {
            (Kind::Number(x), Kind::Number(y)) => {
                let raised = power_of_ten(y + QUOTIENT_DIGITS)?;
                number(format!("({} * {raised} / NULLIF({}, 0))", a.sql, b.sql), x + QUOTIENT_DIGITS)
            }
            _ => Err(mistake("only numbers are divided")),
        },
        BinaryOperator::StringConcat => {
            let (a, b) = (a.expect(&Kind::Text)?, b.expect(&Kind::Text)?);
            Ok(Expression::new(format!("(COALESCE({a}, '') || COALESCE({b}, ''))"), Kind::Text))
        }
        other => Err(mistake(format!("`{other}` is not part of the query language"))),
    }
}

fn compare(a: &Expression, operator: &str, b: &Expression) -> Result<Expression, EngineError> {
    let (left, right, _) = a.aligned(b)?;
    // What was never filled in equals nothing but NULL; `= NULL` written by hand means IS NULL.
    let sql = match (operator, &a.kind, &b.kind) {
        ("=", _, Kind::Nothing) | ("=", Kind::Nothing, _) => format!("{left} IS {right}"),
        ("<>", _, Kind::Nothing) | ("<>", Kind::Nothing, _) => format!("{left} IS NOT {right}"),
        _ => format!("{left} {operator} {right}"),
    };
    Ok(Expression::new(sql, Kind::Boolean))
}

fn sum(a: &Expression, op: &BinaryOperator, b: &Expression) -> Result<Expression, EngineError> {
    match (&a.kind, &b.kind) {
        (Kind::Date, Kind::Days) => {
            let sign = if *op == BinaryOperator::Minus { "-" } else { "" };
            Ok(Expression::new(format!("strftime('%Y-%m-%dT%H:%M:%S', {}, ({sign}({})) || ' days')", a.sql, b.sql), Kind::Date))
        }
        (Kind::Number(_) | Kind::Nothing, Kind::Number(_) | Kind::Nothing) => {
            let (left, right, kind) = a.aligned(b)?;
            Ok(Expression::new(format!("({left} {op} {right})"), kind))
        }
        _ => Err(mistake(format!("`{op}` takes numbers, or a date and days(n)"))),
    }
}

fn case(
    scope: &mut Scope<'_>,
    operand: Option<&Expression>,
    conditions: &[CaseWhen],
    otherwise: Option<&Expr>,
    parameters: &Parameters,
) -> Result<Expression, EngineError> {
    let mut whens = Vec::new();
    let mut results = Vec::new();
    for CaseWhen { condition, result } in conditions {
        let condition = expression(scope, condition, parameters)?;
        whens.push(match operand {
            Some(operand) => compare(operand, "=", &condition)?.sql,
            None => condition.expect(&Kind::Boolean)?.to_owned(),
        });
        results.push(expression(scope, result, parameters)?);
    }
    if let Some(otherwise) = otherwise {
        results.push(expression(scope, otherwise, parameters)?);
    }
    let (results, kind) = alike(&results)?;
    let mut sql = "CASE".to_owned();
    for (when, then) in whens.iter().zip(&results) {
        sql.push_str(&format!(" WHEN {when} THEN {then}"));
    }
    if let (Some(_), Some(last)) = (otherwise, results.last()) {
        sql.push_str(&format!(" ELSE {last}"));
    }
    Ok(Expression::new(format!("{sql} END"), kind))
}

/// What is calculated from an attribute of several types would not know its type any more.
pub fn single(all: &[Expression]) -> Result<(), EngineError> {
    if all.iter().any(|e| matches!(&e.kind, Kind::Typed(types) if types.0.len() > 1)) {
        return Err(mistake("an attribute of several types can be selected and compared, not calculated with"));
    }
    Ok(())
}

/// Alternatives of one value, numbers in one scale.
pub fn alike(all: &[Expression]) -> Result<(Vec<String>, Kind), EngineError> {
    single(all)?;
    let first = all.iter().map(|e| &e.kind).find(|kind| **kind != Kind::Nothing).cloned().unwrap_or(Kind::Nothing);
    if let Some(other) = all.iter().find(|e| e.kind == Kind::Days || !e.kind.fits(&first)) {
        other.expect(&first)?;
        return Err(mistake("days(n) is for adding to dates only"));
    }
    let scale = all.iter().filter_map(|e| if let Kind::Number(scale) = e.kind { Some(scale) } else { None }).max();
    match scale {
        Some(scale) => Ok((all.iter().map(|e| e.rescaled(scale)).collect::<Result<_, _>>()?, Kind::Number(scale))),
        None => {
            let kind = all.iter().map(|e| &e.kind).find(|k| **k != Kind::Nothing).cloned().unwrap_or(Kind::Nothing);
            Ok((all.iter().map(|e| e.sql.clone()).collect(), kind))
        }
    }
}
