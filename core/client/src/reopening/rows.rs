//! Rows of a table that two servers have (F10f). Pure.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use twinshore_metadata::{AttributeDefinition, TableRow, Value};
use uuid::Uuid;

use super::fill::{Conflict, would_be_missed};

/// A table of the old form and of the new one.
pub(super) struct Table<'a> {
    pub(super) name: &'a str,
    pub(super) old_columns: &'a [AttributeDefinition],
    pub(super) columns: &'a [AttributeDefinition],
    pub(super) base: &'a [TableRow],
    pub(super) mine: &'a [TableRow],
    pub(super) theirs: &'a [TableRow],
}

/// Rows for the new form.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) rows: Vec<TableRow>,
    pub(super) conflicts: Vec<Conflict>,
    /// Columns of which a value was left behind.
    pub(super) skipped: BTreeSet<String>,
}

fn find(rows: &[TableRow], id: Uuid) -> Option<&TableRow> {
    rows.iter().find(|row| row.id == id)
}

impl Table<'_> {
    /// False if both servers have rows and none of them is the same one: a value table that each filled on its own.
    pub(super) fn comes_from_the_same_rows(&self) -> bool {
        let known = |row: &TableRow| find(self.base, row.id).or_else(|| find(self.mine, row.id)).is_some();
        self.base.is_empty() || self.theirs.is_empty() || self.theirs.iter().any(known)
    }

    fn is_known(&self, column: &str) -> bool {
        self.old_columns.iter().any(|c| c.name == column)
    }

    /// True if the other server's row differs from what the old form read, in what both have.
    fn changed_there(&self, before: &TableRow, there: &TableRow) -> bool {
        self.columns.iter().any(|c| self.is_known(&c.name) && before.get(&c.name) != there.get(&c.name))
    }

    /// Columns that the new form does not have and that hold something.
    fn lost_columns(&self) -> BTreeSet<String> {
        let missing = |c: &&AttributeDefinition| self.columns.iter().all(|n| n.name != c.name);
        let holds = |c: &&AttributeDefinition| self.mine.iter().any(|row| would_be_missed(row.get(&c.name)));
        self.old_columns.iter().filter(missing).filter(holds).map(|c| c.name.clone()).collect()
    }
}

/// Cleared and refilled in order.
pub(super) fn replaced(table: &Table<'_>) -> Merged {
    let mut merged = Merged { skipped: table.lost_columns(), ..Merged::default() };
    for row in table.mine {
        let values = table.columns.iter().map(|column| {
            let value = row.get(&column.name);
            if table.is_known(&column.name) && column.types.accepts(value) {
                return (column.name.clone(), value.clone());
            }
            if would_be_missed(value) {
                merged.skipped.insert(column.name.clone());
            }
            (column.name.clone(), column.initial_value())
        });
        let values: IndexMap<String, Value> = values.collect();
        merged.rows.push(TableRow { id: row.id, values });
    }
    merged
}

/// Matched by row id, cell by cell: what I changed is mine, what I left is theirs. Rows that one side deleted are gone, unless
/// the other side changed them: then mine holds and is marked.
pub(super) fn merged(table: &Table<'_>) -> Merged {
    let mut merged = Merged { skipped: table.lost_columns(), ..Merged::default() };
    let mut clash = false;
    let mut kept: BTreeSet<Uuid> = BTreeSet::new();
    for row in table.mine {
        match (find(table.base, row.id), find(table.theirs, row.id)) {
            (Some(before), None) if before == row => {}
            (before, there) => {
                clash |= before.is_some() && there.is_none();
                kept.insert(row.id);
            }
        }
    }
    for there in table.theirs.iter().filter(|there| find(table.mine, there.id).is_none()) {
        match find(table.base, there.id) {
            None => drop(kept.insert(there.id)),
            Some(before) => clash |= table.changed_there(before, there),
        }
    }
    for id in order(table, &kept) {
        let row = row(table, id, &mut merged);
        merged.rows.push(row);
    }
    if clash {
        merged.conflicts.push(Conflict::Rows { table: table.name.to_owned(), theirs: table.theirs.to_vec() });
    }
    merged
}

/// The order of whoever changed it: mine if I did, else theirs. Rows of the other side follow the row they follow there.
fn order(table: &Table<'_>, kept: &BTreeSet<Uuid>) -> Vec<Uuid> {
    let ids = |rows: &[TableRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let common = |of: &[TableRow], with: &[TableRow]| -> Vec<Uuid> {
        of.iter().map(|row| row.id).filter(|id| find(with, *id).is_some()).collect()
    };
    let reordered = common(table.mine, table.base) != common(table.base, table.mine);
    let (first, second) = if reordered { (ids(table.mine), ids(table.theirs)) } else { (ids(table.theirs), ids(table.mine)) };
    let mut out: Vec<Uuid> = first.into_iter().filter(|id| kept.contains(id)).collect();
    let mut previous = None;
    for id in second.into_iter().filter(|id| kept.contains(id)) {
        if !out.contains(&id) {
            let at = previous.and_then(|p| out.iter().position(|o| *o == p)).map_or(0, |at| at + 1);
            out.insert(at, id);
        }
        previous = Some(id);
    }
    out
}

fn row(table: &Table<'_>, id: Uuid, merged: &mut Merged) -> TableRow {
    let (before, there) = (find(table.base, id), find(table.theirs, id));
    let Some(mine) = find(table.mine, id) else {
        return there.cloned().unwrap_or_else(|| TableRow { id, values: IndexMap::new() });
    };
    let mut values = there.map(|there| there.values.clone()).unwrap_or_default();
    for column in table.columns {
        let value = mine.get(&column.name);
        let changed = table.is_known(&column.name) && before.is_none_or(|b| b.get(&column.name) != value);
        let wanted = changed || (there.is_none() && table.is_known(&column.name));
        if wanted && column.types.accepts(value) {
            if let (Some(before), Some(there)) = (before, there) {
                let theirs = there.get(&column.name);
                if theirs != before.get(&column.name) && theirs != value {
                    merged.conflicts.push(Conflict::Cell {
                        table: table.name.to_owned(),
                        row: id,
                        column: column.name.clone(),
                        theirs: theirs.clone(),
                    });
                }
            }
            values.insert(column.name.clone(), value.clone());
            continue;
        }
        if wanted && would_be_missed(value) {
            merged.skipped.insert(column.name.clone());
        }
        values.entry(column.name.clone()).or_insert_with(|| column.initial_value());
    }
    TableRow { id, values }
}
