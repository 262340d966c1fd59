//! What `fillWhenReopening` does, decided before anything is written (F10). Pure.

use std::collections::BTreeSet;

use twinshore_metadata::{
    AttributeDefinition, FormAttribute, FormDefinition, FormPurpose, ObjectDefinition, Record, TableRow, TypeSet, Value,
};
use twinshore_protocol::ServerError;
use uuid::Uuid;

use super::rows::{self, Table};

/// What an author may ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FillOptions {
    /// Only these attributes and tables.
    pub only: Option<Vec<String>>,
    /// All but these.
    pub except: Vec<String>,
    /// Everything is copied, whatever was changed: the literal way (`mode: "all"`).
    pub all: bool,
}

impl FillOptions {
    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|n| n == name)) && !self.except.iter().any(|n| n == name)
    }
}

/// Attributes and tables of a form with their types.
#[derive(Debug, Clone, Default)]
pub struct FormShape {
    attributes: Vec<(String, TypeSet)>,
    tables: Vec<(String, Vec<AttributeDefinition>)>,
    auto_assigned: Vec<String>,
    /// Names that live in the form only: no server holds another value of them.
    own: BTreeSet<String>,
}

impl FormShape {
    /// The shape of a form over its object as one server has them.
    pub fn of(form: &FormDefinition, object: Option<&ObjectDefinition>) -> Self {
        let mut shape = Self::default();
        if let Some(object) = object.filter(|_| form.purpose == FormPurpose::Item) {
            shape.attributes.extend(object.all_attributes().into_iter().map(|a| (a.name, a.types)));
            shape.tables.extend(object.tables.iter().map(|t| (t.name.clone(), t.columns.clone())));
            if object.code.as_ref().is_some_and(|c| c.auto) {
                shape.auto_assigned = vec!["Code".into(), "Number".into()];
            }
        }
        for attribute in &form.attributes {
            shape.own.insert(attribute.name().to_owned());
            match attribute {
                FormAttribute::Value(a) => shape.attributes.push((a.name.clone(), a.types.clone())),
                FormAttribute::Table(t) => shape.tables.push((t.name.clone(), t.columns.clone())),
            }
        }
        shape
    }

    /// The same with names that it lacks: of no type, so that they are left behind and named (F10b).
    #[must_use]
    pub fn with_names<'n>(&self, attributes: impl Iterator<Item = &'n str>, tables: impl Iterator<Item = &'n str>) -> Self {
        let mut shape = self.clone();
        for name in attributes.filter(|name| self.types(name).is_none()) {
            shape.attributes.push((name.to_owned(), TypeSet(Vec::new())));
        }
        for name in tables.filter(|name| self.columns(name).is_none()) {
            shape.tables.push((name.to_owned(), Vec::new()));
        }
        shape
    }

    /// Names that live in the form only.
    pub fn own(&self) -> impl Iterator<Item = &String> {
        self.own.iter()
    }

    fn types(&self, name: &str) -> Option<&TypeSet> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, t)| t)
    }

    fn columns(&self, name: &str) -> Option<&[AttributeDefinition]> {
        self.tables.iter().find(|(n, _)| n == name).map(|(_, c)| c.as_slice())
    }
}

/// The same thing was changed here and on the other server, with the other server's value: one tap takes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Conflict {
    /// An attribute.
    Attribute {
        /// Name.
        name: String,
        /// The other value.
        theirs: Value,
    },
    /// A cell of a row that both have.
    Cell {
        /// Table.
        table: String,
        /// Row.
        row: Uuid,
        /// Column.
        column: String,
        /// The other value.
        theirs: Value,
    },
    /// Rows that can't be put together: one side deleted what the other changed, or all rows are others.
    Rows {
        /// Table.
        table: String,
        /// The other rows, all of them.
        theirs: Vec<TableRow>,
    },
}

impl Conflict {
    /// As authors read it: `Total`, `Lines.Quantity`, `Lines`.
    pub fn name(&self) -> String {
        match self {
            Self::Attribute { name, .. } => name.clone(),
            Self::Cell { table, column, .. } => format!("{table}.{column}"),
            Self::Rows { table, .. } => table.clone(),
        }
    }
}

/// What the new form gets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FillPlan {
    /// Values to put.
    pub attributes: Vec<(String, Value)>,
    /// Tables to put, whole.
    pub tables: Vec<(String, Vec<TableRow>)>,
    /// Left behind: not in the new form, or of a type that does not fit.
    pub skipped: Vec<String>,
    /// Changed on both servers.
    pub conflicts: Vec<Conflict>,
}

/// Names for authors (F10h): what was put, what was left behind, what both servers changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FillReport {
    /// Attributes and tables.
    pub copied: Vec<String>,
    /// Attributes, tables, and columns as `Table.Column`.
    pub skipped: Vec<String>,
    /// The same.
    pub conflicts: Vec<String>,
}

impl FillPlan {
    /// Its report.
    pub fn report(&self) -> FillReport {
        let attributes = self.attributes.iter().map(|(n, _)| n.clone());
        let mut conflicts: Vec<String> = self.conflicts.iter().map(Conflict::name).collect();
        conflicts.dedup();
        FillReport {
            copied: attributes.chain(self.tables.iter().map(|(n, _)| n.clone())).collect(),
            skipped: self.skipped.clone(),
            conflicts,
        }
    }

    /// Something that does not live in the form only is put.
    pub fn touches_object(&self, shape: &FormShape) -> bool {
        let names = self.attributes.iter().map(|(n, _)| n).chain(self.tables.iter().map(|(n, _)| n));
        names.into_iter().any(|name| !shape.own.contains(name))
    }
}

/// Three sides of a reopening.
pub struct Sides<'a> {
    /// What the old form read.
    pub base: &'a Record,
    /// What is in the old form.
    pub mine: &'a Record,
    /// What the new form read.
    pub theirs: &'a Record,
    /// The item is not written yet.
    pub is_new: bool,
}

/// Plans the fill.
///
/// # Errors
/// `ReopenUnsupportedType` with the names of complex attributes that both forms have and `except` does not take out (F10c).
pub fn fill_plan(sides: &Sides<'_>, old: &FormShape, new: &FormShape, options: &FillOptions) -> Result<FillPlan, ServerError> {
    let complex: Vec<String> = old
        .attributes
        .iter()
        .filter(|(name, types)| {
            options.wants(name) && new.types(name).is_some_and(|there| types.is_complex() || there.is_complex())
        })
        .map(|(name, _)| name.clone())
        .collect();
    if !complex.is_empty() {
        return Err(unsupported(&complex));
    }
    let mut plan = FillPlan::default();
    for (name, _) in old.attributes.iter().filter(|(name, _)| options.wants(name)) {
        if sides.is_new && new.auto_assigned.contains(name) {
            continue;
        }
        fill_attribute(name, sides, new, options, &mut plan);
    }
    for (name, columns) in old.tables.iter().filter(|(name, _)| options.wants(name)) {
        fill_table(name, columns, sides, new, options, &mut plan);
    }
    Ok(plan)
}

fn unsupported(names: &[String]) -> ServerError {
    ServerError::Module {
        message: format!(
            "This form can't be reopened: {} can't be copied. Nothing was changed; what you typed is still here.",
            names.join(", ")
        ),
        code: Some("ReopenUnsupportedType".into()),
        details: Value::Structure(vec![("names".into(), Value::List(names.iter().map(|n| n.as_str().into()).collect()))]),
        position: None,
    }
}

/// Only what the person would miss is named.
pub(super) fn would_be_missed(value: &Value) -> bool {
    !value.is_blank() && *value != Value::Decimal(Default::default()) && *value != Value::Boolean(false)
}

fn fill_attribute(name: &str, sides: &Sides<'_>, new: &FormShape, options: &FillOptions, plan: &mut FillPlan) {
    let (base, mine, theirs) = (sides.base.get(name), sides.mine.get(name), sides.theirs.get(name));
    let changed = mine != base;
    if !(changed || sides.is_new || options.all) {
        return;
    }
    if !new.types(name).is_some_and(|types| types.accepts(mine)) {
        if changed || would_be_missed(mine) {
            plan.skipped.push(name.to_owned());
        }
        return;
    }
    if changed && !sides.is_new && !new.own.contains(name) && theirs != base && theirs != mine {
        plan.conflicts.push(Conflict::Attribute { name: name.to_owned(), theirs: theirs.clone() });
    }
    if mine != theirs {
        plan.attributes.push((name.to_owned(), mine.clone()));
    }
}

fn fill_table(
    name: &str,
    old_columns: &[AttributeDefinition],
    sides: &Sides<'_>,
    new: &FormShape,
    options: &FillOptions,
    plan: &mut FillPlan,
) {
    let (base, mine, theirs) = (sides.base.rows(name), sides.mine.rows(name), sides.theirs.rows(name));
    if base == mine && !sides.is_new && !options.all {
        return;
    }
    let Some(columns) = new.columns(name) else {
        if !mine.is_empty() {
            plan.skipped.push(name.to_owned());
        }
        return;
    };
    let table = Table { name, old_columns, columns, base, mine, theirs };
    let whole = sides.is_new || options.all || !table.comes_from_the_same_rows();
    let mut merged = if whole { rows::replaced(&table) } else { rows::merged(&table) };
    if whole && !sides.is_new && !options.all && !theirs.is_empty() {
        merged.conflicts.push(Conflict::Rows { table: name.to_owned(), theirs: theirs.to_vec() });
    }
    if !new.own.contains(name) {
        plan.conflicts.append(&mut merged.conflicts);
    }
    plan.skipped.extend(merged.skipped.into_iter().map(|column| format!("{name}.{column}")));
    if merged.rows != theirs {
        plan.tables.push((name.to_owned(), merged.rows));
    }
}

#[cfg(test)]
mod tests;
