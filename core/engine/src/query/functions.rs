//! Functions of the query language.

use sqlparser::ast::{Function, FunctionArg, FunctionArgExpr, FunctionArguments};
use twinshore_metadata::{AttributeType, TypeSet, Value};

use super::expression::{Expression, Kind, mistake, number, power_of_ten};
use super::scope::Scope;
use super::translate::{Parameters, QUOTIENT_DIGITS, alike, expression, single};
use crate::EngineError;
use crate::storage::quoted;

/// Writes a call; what is not listed here is refused.
pub fn function(scope: &mut Scope<'_>, call: &Function, parameters: &Parameters) -> Result<Expression, EngineError> {
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
