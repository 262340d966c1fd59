//! Virtual tables of registers: `AccumulationRegister.Stock.Balance(:at)`, `.Turnovers(:from, :to)`, `InformationRegister.Prices.Last(:at)`.
//!
//! Each is a SELECT of its own in FROM, over the records that the user may see.

use twinshore_metadata::{ObjectDefinition, RegisterDetails, RegisterKind};

use super::expression::{Expression, Kind, mistake};
use super::scope::{Scope, Source};
use crate::EngineError;
use crate::storage::quoted;
use crate::storage::values::Column;

/// True if the third part of a table's name is a virtual table.
pub fn is_one(full_name: &[String]) -> bool {
    matches!(full_name, [kind, _, table] if kind.ends_with("Register") && matches!(table.as_str(), "Balance" | "Turnovers" | "Last"))
}

/// Adds it to the scope; gives its text for FROM.
pub fn add(scope: &mut Scope<'_>, full_name: &[String], name: &str, moments: &[Expression]) -> Result<String, EngineError> {
    let definition = scope.object(full_name)?;
    let which = full_name.last().map(String::as_str).unwrap_or_default();
    let Some(details) = &definition.register else { return Err(mistake(format!("{} is no register", definition.name))) };
    let fits = match which {
        "Balance" => details.kind == RegisterKind::Balance,
        "Turnovers" => details.kind != RegisterKind::Information,
        _ => details.kind == RegisterKind::Information,
    };
    let most = if which == "Turnovers" { 2 } else { 1 };
    if !fits || moments.len() > most {
        return Err(mistake(format!("{} has no {which} with {} moments", definition.name, moments.len())));
    }
    if moments.iter().any(|m| !matches!(m.kind, Kind::Date | Kind::Nothing)) {
        return Err(mistake(format!("{which} takes moments")));
    }
    let alias = scope.alias();
    let source =
        Source { name: String::new(), alias: alias.clone(), object: definition.name.clone(), table: None, columns: None };
    let mut conditions: Vec<String> = scope.rights_condition(&source)?.into_iter().collect();
    let has_period = details.kind != RegisterKind::Information || details.periodic;
    for (at, moment) in moments.iter().enumerate().filter(|(_, m)| has_period && m.kind != Kind::Nothing) {
        let operator = if which == "Turnovers" && at == 0 { ">=" } else { "<=" };
        conditions.push(format!("{alias}.\"Period\" {operator} {}", moment.sql));
    }
    let filter = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
    let columns = columns(scope, definition, details, which);
    let body = body(definition, details, which, &columns, &alias, &filter);
    let outer = scope.add_virtual(definition.name.clone(), columns, name);
    Ok(format!("({body}) AS {outer}"))
}

fn columns(scope: &Scope<'_>, definition: &ObjectDefinition, details: &RegisterDetails, which: &str) -> Vec<Column> {
    definition
        .all_attributes()
        .iter()
        .filter(|a| which == "Last" || details.dimensions.contains(&a.name) || details.resources.contains(&a.name))
        .map(|a| Column::of(a, scope.unit.configuration()))
        .collect()
}

fn body(
    definition: &ObjectDefinition,
    details: &RegisterDetails,
    which: &str,
    columns: &[Column],
    alias: &str,
    filter: &str,
) -> String {
    let table = quoted(&definition.name.to_string());
    let groups: Vec<String> = columns
        .iter()
        .filter(|c| details.dimensions.contains(&c.name))
        .flat_map(Column::names)
        .map(|n| format!("{alias}.{}", quoted(&n)))
        .collect();
    let group = if groups.is_empty() { String::new() } else { format!(" GROUP BY {}", groups.join(", ")) };
    let mut list = Vec::new();
    let mut not_zero = Vec::new();
    for column in columns {
        let first = format!("{alias}.{}", quoted(&column.name));
        let summed = which != "Last" && details.resources.contains(&column.name);
        let sum = if which == "Balance" {
            format!("SUM(CASE {alias}.\"Receipt\" WHEN 1 THEN {first} ELSE -{first} END)")
        } else {
            format!("SUM({first})")
        };
        match column.name.as_str() {
            "Period" if details.periodic => list.push(format!("MAX({first}) AS \"Period\"")),
            _ if summed => {
                list.push(format!("{sum} AS {}", quoted(&column.name)));
                not_zero.push(format!("{sum} <> 0"));
            }
            _ => list.extend(column.names().iter().map(|n| format!("{alias}.{0} AS {0}", quoted(n)))),
        }
    }
    let having =
        if which == "Balance" && !group.is_empty() { format!(" HAVING {}", not_zero.join(" OR ")) } else { String::new() };
    let group = if which == "Last" && !details.periodic { String::new() } else { group };
    format!("SELECT {} FROM {table} AS {alias} WHERE {filter}{group}{having}", list.join(", "))
}
