//! What `fillWhenReopening` does, decided before anything is written (F10). Pure.

use twinshore_metadata::{
    AttributeDefinition, FormAttribute, FormDefinition, FormPurpose, ObjectDefinition, Record, TableRow, TypeSet, Value,
};
use twinshore_protocol::ServerError;

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

/// Attributes and tables of a form with their types.
#[derive(Debug, Clone, Default)]
pub struct FormShape {
    attributes: Vec<(String, TypeSet)>,
    tables: Vec<(String, Vec<AttributeDefinition>)>,
    auto_assigned: Vec<String>,
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
            match attribute {
                FormAttribute::Value(a) => shape.attributes.push((a.name.clone(), a.types.clone())),
                FormAttribute::Table(t) => shape.tables.push((t.name.clone(), t.columns.clone())),
            }
        }
        shape
    }

    fn types(&self, name: &str) -> Option<&TypeSet> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, t)| t)
    }

    fn columns(&self, name: &str) -> Option<&[AttributeDefinition]> {
        self.tables.iter().find(|(n, _)| n == name).map(|(_, c)| c.as_slice())
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
    /// Changed on both servers, with the other server's value.
    pub conflicts: Vec<(String, Value)>,
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
    let wanted = |name: &str| {
        options.only.as_ref().is_none_or(|only| only.iter().any(|n| n == name)) && !options.except.iter().any(|n| n == name)
    };
    let complex: Vec<String> = old
        .attributes
        .iter()
        .filter(|(name, types)| {
            wanted(name)
                && (types.is_complex() || new.types(name).is_some_and(TypeSet::is_complex))
                && new.types(name).is_some()
        })
        .map(|(name, _)| name.clone())
        .collect();
    if !complex.is_empty() {
        return Err(unsupported(&complex));
    }
    let mut plan = FillPlan::default();
    for (name, _) in old.attributes.iter().filter(|(name, _)| wanted(name) && !old.types(name).is_some_and(TypeSet::is_complex))
    {
        if sides.is_new && new.auto_assigned.contains(name) {
            continue;
        }
        fill_attribute(name, sides, new, options, &mut plan);
    }
    for (name, columns) in old.tables.iter().filter(|(name, _)| wanted(name)) {
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

fn fill_attribute(name: &str, sides: &Sides<'_>, new: &FormShape, options: &FillOptions, plan: &mut FillPlan) {
    let (base, mine, theirs) = (sides.base.get(name), sides.mine.get(name), sides.theirs.get(name));
    let changed = mine != base;
    if !(changed || sides.is_new || options.all) {
        return;
    }
    match new.types(name) {
        Some(types) if types.accepts(mine) => {}
        // Only what the person would miss is named.
        _ => {
            if changed || !mine.is_blank() && *mine != Value::Decimal(Default::default()) && *mine != Value::Boolean(false) {
                plan.skipped.push(name.to_owned());
            }
            return;
        }
    }
    if changed && !sides.is_new && theirs != base && theirs != mine {
        plan.conflicts.push((name.to_owned(), theirs.clone()));
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
    for column in old_columns.iter().filter(|c| columns.iter().all(|n| n.name != c.name)) {
        let place = format!("{name}.{}", column.name);
        if mine.iter().any(|row| !row.get(&column.name).is_blank()) && !plan.skipped.contains(&place) {
            plan.skipped.push(place);
        }
    }
    let find = |rows: &[TableRow], row: &TableRow| rows.iter().find(|r| r.id == row.id).cloned();
    let rows = mine
        .iter()
        .map(|row| {
            let (before, other) = (find(base, row), find(theirs, row));
            let mut values = other.as_ref().map(|o| o.values.clone()).unwrap_or_default();
            for column in columns {
                let value = row.get(&column.name);
                let known = old_columns.iter().any(|c| c.name == column.name);
                let changed = before.as_ref().is_none_or(|b| b.get(&column.name) != value);
                if known && (changed || other.is_none() || options.all) && column.types.accepts(value) {
                    values.insert(column.name.clone(), value.clone());
                } else if !values.contains_key(&column.name) {
                    values.insert(column.name.clone(), column.initial_value());
                }
            }
            TableRow { id: row.id, values }
        })
        // Rows that the other side added stay, after mine.
        .chain(theirs.iter().filter(|row| find(base, row).is_none() && find(mine, row).is_none()).cloned())
        .collect();
    plan.tables.push((name.to_owned(), rows));
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn types(text: &str) -> TypeSet {
        TypeSet::one(text.parse().expect("a type"))
    }

    fn shape(attributes: &[(&str, &str)]) -> FormShape {
        let columns = ["Goods", "Quantity"].map(|n| AttributeDefinition::new(n, types("string(20)"))).into();
        FormShape {
            attributes: attributes.iter().map(|(n, t)| ((*n).to_owned(), types(t))).collect(),
            tables: vec![("Lines".into(), columns)],
            auto_assigned: vec!["Number".into()],
        }
    }

    fn record(values: &[(&str, &str)]) -> Record {
        let mut record = Record::default();
        for (name, value) in values {
            record.set(*name, *value);
        }
        record
    }

    const ALL: &[(&str, &str)] =
        &[("Comment", "string(50)"), ("Date", "string(50)"), ("Total", "string(50)"), ("Number", "string(9)")];

    fn plan(base: &Record, mine: &Record, theirs: &Record, is_new: bool) -> FillPlan {
        let sides = Sides { base, mine, theirs, is_new };
        fill_plan(&sides, &shape(&[ALL, &[("Discount", "string(9)")]].concat()), &shape(ALL), &FillOptions::default())
            .expect("a plan")
    }

    #[test]
    fn f10d_the_table_of_the_semantics() {
        let base = record(&[("Comment", "a"), ("Date", "1 May"), ("Total", "10"), ("Discount", "0")]);
        let mine = record(&[("Comment", "b"), ("Date", "1 May"), ("Total", "12"), ("Discount", "5")]);
        let theirs = record(&[("Comment", "a"), ("Date", "2 May"), ("Total", "11")]);
        let plan = plan(&base, &mine, &theirs, false);
        assert_eq!(plan.attributes, [("Comment".to_owned(), "b".into()), ("Total".to_owned(), "12".into())]);
        assert_eq!(plan.conflicts, [("Total".to_owned(), "11".into())]);
        assert_eq!(plan.skipped, ["Discount"]);
    }

    #[test]
    fn f10e_a_new_object_is_copied_whole_but_for_its_number() {
        let base = record(&[("Comment", "")]);
        let mine = record(&[("Comment", "typed"), ("Number", "5"), ("Date", "1 May")]);
        let plan = plan(&base, &mine, &record(&[("Date", "2 May")]), true);
        assert_eq!(plan.attributes, [("Comment".to_owned(), "typed".into()), ("Date".to_owned(), "1 May".into())]);
        assert!(plan.conflicts.is_empty());
    }

    #[test]
    fn f10c_a_complex_type_is_an_error_before_anything_is_planned_and_except_takes_it_out() {
        let with_preview = shape(&[("Comment", "string(50)"), ("Preview", "spreadsheet"), ("Shares", "pieChart")]);
        let (base, mine) = (record(&[]), record(&[("Comment", "b")]));
        let sides = Sides { base: &base, mine: &mine, theirs: &base, is_new: false };
        let error = fill_plan(&sides, &with_preview, &with_preview, &FillOptions::default()).expect_err("can't be copied");
        assert!(error.to_string().contains("Preview, Shares"), "{error}");
        let options = FillOptions { except: vec!["Preview".into(), "Shares".into()], ..FillOptions::default() };
        assert_eq!(fill_plan(&sides, &with_preview, &with_preview, &options).expect("a plan").attributes.len(), 1);
    }

    #[test]
    fn f10f_rows_are_matched_by_their_ids() {
        let (r1, r9, r5) = (Uuid::from_u128(1), Uuid::from_u128(9), Uuid::from_u128(5));
        let row = |id, goods: &str, quantity: &str| TableRow {
            id,
            values: [("Goods".to_owned(), goods.into()), ("Quantity".to_owned(), quantity.into())].into(),
        };
        let rows = |rows: Vec<TableRow>| Record { tables: [("Lines".to_owned(), rows)].into(), ..Record::default() };
        let base = rows(vec![row(r1, "tea", "1")]);
        let mine = rows(vec![row(r1, "tea", "3"), row(r9, "milk", "4")]);
        let theirs = rows(vec![row(r1, "green tea", "1"), row(r5, "sugar", "2")]);
        let plan = plan(&base, &mine, &theirs, false);
        assert_eq!(plan.tables[0].1, [row(r1, "green tea", "3"), row(r9, "milk", "4"), row(r5, "sugar", "2")]);
    }
}
