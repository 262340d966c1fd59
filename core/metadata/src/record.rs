//! The data of an object or a form: values of attributes and rows of tabular sections.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Value;

/// One row of a tabular section or a value table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// Id of the row, kept when it is written and when the form is reopened (F10f).
    pub id: Uuid,
    /// Values by column.
    pub values: IndexMap<String, Value>,
}

impl TableRow {
    /// An empty row with a new id.
    pub fn new() -> Self {
        Self { id: Uuid::now_v7(), values: IndexMap::new() }
    }

    /// The value of a column; `Empty` if it has none.
    pub fn get(&self, column: &str) -> &Value {
        self.values.get(column).unwrap_or(&Value::Empty)
    }
}

impl Default for TableRow {
    fn default() -> Self {
        Self::new()
    }
}

/// Values of attributes by name, and tabular sections by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Values of attributes, standard ones (`Code`, `Number`, `Date` …) included.
    #[serde(default)]
    pub attributes: IndexMap<String, Value>,
    /// Rows of tabular sections, in order.
    #[serde(default)]
    pub tables: IndexMap<String, Vec<TableRow>>,
}

impl Record {
    /// The value of an attribute; `Empty` if it has none.
    pub fn get(&self, attribute: &str) -> &Value {
        self.attributes.get(attribute).unwrap_or(&Value::Empty)
    }

    /// Sets an attribute.
    pub fn set(&mut self, attribute: impl Into<String>, value: impl Into<Value>) {
        self.attributes.insert(attribute.into(), value.into());
    }

    /// Rows of a tabular section; none if it does not exist.
    pub fn rows(&self, table: &str) -> &[TableRow] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// Parts of `after` that differ from `self`: attributes one by one, tabular sections whole.
    pub fn changes_to(&self, after: &Self) -> Self {
        Self {
            attributes: after
                .attributes
                .iter()
                .filter(|(name, value)| self.attributes.get(*name) != Some(*value))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            tables: after
                .tables
                .iter()
                .filter(|(name, rows)| self.tables.get(*name) != Some(*rows))
                .map(|(name, rows)| (name.clone(), rows.clone()))
                .collect(),
        }
    }

    /// Puts the parts of `changes` over this record's.
    pub fn apply(&mut self, changes: Self) {
        self.attributes.extend(changes.attributes);
        self.tables.extend(changes.tables);
    }

    /// True if nothing is held.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.tables.is_empty()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Boolean(b)
    }
}

impl From<crate::Ref> for Value {
    fn from(reference: crate::Ref) -> Self {
        Self::Ref(reference)
    }
}

impl From<rust_decimal::Decimal> for Value {
    fn from(number: rust_decimal::Decimal) -> Self {
        Self::Decimal(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_put_over_the_old_record_give_the_new_one() {
        let mut before = Record::default();
        before.set("Comment", "a");
        before.tables.insert("Lines".into(), vec![TableRow::new()]);
        let mut after = before.clone();
        after.set("Comment", "b");
        let changes = before.changes_to(&after);
        assert_eq!(changes.attributes.len(), 1);
        assert!(changes.tables.is_empty());
        before.apply(changes);
        assert_eq!(before, after);
    }
}
