//! Expressions of the query language as SQL. Values become parameters; what is not listed here is refused.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, UnaryOperator,
    Value as Literal,
};
use twinshore_metadata::{AttributeType, TypeSet, Value};
use twinshore_protocol::ServerError;

use super::expression::{Expression, Kind, mistake, number, power_of_ten};
use super::scope::Scope;
use crate::EngineError;
use crate::storage::quoted;

/// Named parameters of a query.
pub type Parameters = indexmap::IndexMap<String, Value>;

/// Digits that a quotient or an average gets after the point besides those of its parts.
const QUOTIENT_DIGITS: u32 = 4;

/// Parts of an expression inside each other at most: a long chain of `AND` nests too, and the stack is not endless.
const MAXIMUM_PARTS: u32 = 250;
/// Values of one IN at most.
const MAXIMUM_LIST: usize = 10_000;

/// Writes an expression.
pub fn expression(scope: &mut Scope<'_>, node: &Expr, parameters: &Parameters) -> Result<Expression, EngineError> {
    if scope.nesting >= MAXIMUM_PARTS {
        return Err(EngineError::Refused(ServerError::LimitExceeded {
            what: format!("{MAXIMUM_PARTS} parts of an expression"),
        }));
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
        Expr::Function(call) => function(scope, call, parameters),
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
            return Err(EngineError::Refused(ServerError::LimitExceeded { what: format!("{MAXIMUM_LIST} values of IN") }));
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
fn single(all: &[Expression]) -> Result<(), EngineError> {
    if all.iter().any(|e| matches!(&e.kind, Kind::Typed(types) if types.0.len() > 1)) {
        return Err(mistake("an attribute of several types can be selected and compared, not calculated with"));
    }
    Ok(())
}

/// Alternatives of one value, numbers in one scale.
fn alike(all: &[Expression]) -> Result<(Vec<String>, Kind), EngineError> {
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

fn function(scope: &mut Scope<'_>, call: &Function, parameters: &Parameters) -> Result<Expression, EngineError> {
    let name = call.name.to_string().to_uppercase();
    let FunctionArguments::List(list) = &call.args else {
        return Err(mistake(format!("{name} wants arguments in parentheses")));
    };
    if call.over.is_some() || call.filter.is_some() {
        return Err(mistake(format!("{name} can't be used so")));
    }
    let distinct = if list.duplicate_treatment.is_some() { "DISTINCT " } else { "" };
    if let ("COUNT", [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]) = (name.as_str(), list.args.as_slice()) {
        return Ok(Expression::new("COUNT(*)", Kind::Number(0)));
    }
    let mut args = Vec::new();
    for arg in &list.args {
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(node)) => args.push(expression(scope, node, parameters)?),
            other => return Err(mistake(format!("`{other}` is no argument of {name}"))),
        }
    }
    let now = scope.unit.engine().now();
    match (name.as_str(), args.as_slice()) {
        ("NOW", []) => Expression::of_value(&Value::Date(now), &mut scope.parameters),
        ("TODAY", []) => Expression::of_value(&Value::Date(now.date().and_time(chrono::NaiveTime::MIN)), &mut scope.parameters),
        ("CURRENTUSER", []) => match scope.unit.user().user.clone() {
            Some(user) => Expression::of_value(&Value::Ref(user), &mut scope.parameters),
            None => Ok(Expression::new("zeroblob(0)", Kind::Typed(TypeSet(Vec::new())))),
        },
        ("DAYS", [n]) => Ok(Expression::new(n.rescaled(0)?, Kind::Days)),
        ("COUNT", [x]) => Ok(Expression::new(format!("COUNT({distinct}{})", x.sql), Kind::Number(0))),
        ("SUM", [x]) if matches!(x.kind, Kind::Number(_)) => {
            Ok(Expression::new(format!("SUM({distinct}{})", x.sql), x.kind.clone()))
        }
        ("ABS", [x]) if matches!(x.kind, Kind::Number(_)) => Ok(Expression::new(format!("abs({})", x.sql), x.kind.clone())),
        ("SUM" | "ABS", [_]) => Err(mistake(format!("{name} takes a number"))),
        ("AVG", [x]) => match x.kind {
            Kind::Number(scale) => number(
                format!("(SUM({0}) * {1} / NULLIF(COUNT({0}), 0))", x.sql, power_of_ten(QUOTIENT_DIGITS)?),
                scale + QUOTIENT_DIGITS,
            ),
            _ => Err(mistake("AVG takes a number")),
        },
        ("MIN" | "MAX", [x]) => single(&args).and(Ok(Expression::new(format!("{name}({})", x.sql), x.kind.clone()))),
        ("COALESCE", [_, ..]) => {
            let (all, kind) = alike(&args)?;
            Ok(Expression::new(format!("COALESCE({}, NULL)", all.join(", ")), kind))
        }
        ("YEAR" | "MONTH" | "DAY", [x]) => {
            let format = match name.as_str() {
                "YEAR" => "%Y",
                "MONTH" => "%m",
                _ => "%d",
            };
            Ok(Expression::new(format!("CAST(strftime('{format}', {}) AS INTEGER)", x.expect(&Kind::Date)?), Kind::Number(0)))
        }
        ("STARTOFYEAR", [x]) => {
            Ok(Expression::new(format!("(substr({}, 1, 4) || '-01-01T00:00:00')", x.expect(&Kind::Date)?), Kind::Date))
        }
        ("STARTOFDAY", [x]) => {
            Ok(Expression::new(format!("(substr({}, 1, 10) || 'T00:00:00')", x.expect(&Kind::Date)?), Kind::Date))
        }
        ("STARTOFMONTH", [x]) => {
            Ok(Expression::new(format!("(substr({}, 1, 7) || '-01T00:00:00')", x.expect(&Kind::Date)?), Kind::Date))
        }
        ("UPPER", [x]) => Ok(Expression::new(format!("twinshore_upper({})", x.expect(&Kind::Text)?), Kind::Text)),
        ("LOWER", [x]) => Ok(Expression::new(format!("twinshore_fold({})", x.expect(&Kind::Text)?), Kind::Text)),
        ("LENGTH", [x]) => Ok(Expression::new(format!("length({})", x.expect(&Kind::Text)?), Kind::Number(0))),
        ("PRESENTATION", [x]) => presentation(scope, x),
        _ => Err(mistake(format!(
            "there is no function {name} with {} arguments; known: COUNT, SUM, AVG, MIN, MAX, COALESCE, SUBSTRING, LOWER, UPPER, LENGTH, ABS, YEAR, MONTH, DAY, startOfDay, startOfMonth, startOfYear, now, today, days, currentUser, presentation",
            args.len()
        ))),
    }
}

/// Text of a reference that can be sorted by: its description or number.
pub fn presentation(scope: &mut Scope<'_>, x: &Expression) -> Result<Expression, EngineError> {
    let Kind::Typed(types) = &x.kind else { return Ok(x.clone()) };
    let Some(AttributeType::Ref(object)) = types.single().cloned() else { return Ok(x.clone()) };
    let Some(definition) = scope.unit.configuration().object(&object) else {
        return Ok(match &x.column {
            Some((alias, column)) if column.external => {
                Expression::new(format!("{alias}.{}", quoted(&column.presentation_name())), Kind::Text)
            }
            _ => Expression::nothing(),
        });
    };
    if !object.kind.is_stored_object() {
        let language = scope.unit.user().language.clone();
        let values = definition.values.clone();
        let mut sql = "CASE".to_owned();
        for value in values {
            let id = Expression::of_value(&Value::Uuid(value.id), &mut scope.parameters)?;
            let text = Expression::of_value(&Value::String(value.title.text(&language).to_owned()), &mut scope.parameters)?;
            sql.push_str(&format!(" WHEN {} = {} THEN {}", x.sql, id.sql, text.sql));
        }
        return Ok(if sql == "CASE" { Expression::nothing() } else { Expression::new(format!("{sql} END"), Kind::Text) });
    }
    match definition.presentation_attributes().first() {
        Some(attribute) => scope.follow(x, attribute),
        None => Ok(Expression::nothing()),
    }
}
