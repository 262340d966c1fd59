//! Arguments of a host operation, taken one by one and checked.

use indexmap::IndexMap;
use twinshore_metadata::{ObjectName, Record, Ref, TableRow, Value};
use twinshore_modules::HostError;
use uuid::Uuid;

use super::errors::wrong;

/// What is left of an operation's arguments.
#[derive(Debug)]
pub struct Arguments {
    operation: String,
    rest: std::vec::IntoIter<Value>,
}

impl Arguments {
    /// Arguments of an operation.
    pub fn new(operation: &str, arguments: Vec<Value>) -> Self {
        Self { operation: operation.to_owned(), rest: arguments.into_iter() }
    }

    /// The next argument; `Empty` if there is none.
    pub fn value(&mut self) -> Value {
        self.rest.next().unwrap_or_default()
    }

    /// A text.
    pub fn text(&mut self) -> Result<String, HostError> {
        match self.value() {
            Value::String(text) => Ok(text),
            _ => Err(self.expected("a text")),
        }
    }

    /// Full name of an object.
    pub fn object_name(&mut self) -> Result<ObjectName, HostError> {
        self.text()?.parse().map_err(|error| wrong(format!("{error}")))
    }

    /// A reference.
    pub fn reference(&mut self) -> Result<Ref, HostError> {
        match self.value() {
            Value::Ref(reference) => Ok(reference),
            _ => Err(self.expected("a reference")),
        }
    }

    /// Named values; none for `Empty`.
    pub fn values(&mut self) -> Result<IndexMap<String, Value>, HostError> {
        match self.value() {
            Value::Empty => Ok(IndexMap::new()),
            Value::Structure(fields) => Ok(fields.into_iter().collect()),
            _ => Err(self.expected("an object with named values")),
        }
    }

    /// A list; empty for `Empty`.
    pub fn list(&mut self) -> Result<Vec<Value>, HostError> {
        match self.value() {
            Value::Empty => Ok(Vec::new()),
            Value::List(items) => Ok(items),
            _ => Err(self.expected("a list")),
        }
    }

    /// An id.
    pub fn id(&mut self) -> Result<Uuid, HostError> {
        id_of(&self.value()).ok_or_else(|| self.expected("an id"))
    }

    /// A whole number from 0, or none.
    pub fn index(&mut self) -> Result<Option<usize>, HostError> {
        match self.value() {
            Value::Empty => Ok(None),
            Value::Decimal(number) => {
                usize::try_from(number.trunc()).map(Some).map_err(|_| self.expected("a whole number from 0"))
            }
            _ => Err(self.expected("a whole number from 0")),
        }
    }

    fn expected(&self, what: &str) -> HostError {
        wrong(format!("{}: {what} was expected.", self.operation))
    }
}

/// An id, which module code holds as a text.
pub fn id_of(value: &Value) -> Option<Uuid> {
    match value {
        Value::Uuid(id) => Some(*id),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Names in a list of texts.
pub fn names(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// A structure from named values.
pub fn structure<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Structure(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Named values as module code sees them.
pub fn fields(values: IndexMap<String, Value>) -> Value {
    Value::Structure(values.into_iter().collect())
}

/// Rows of a table as module code sees them: `[{id, values}]`.
pub fn rows_value(rows: &[TableRow]) -> Value {
    Value::List(
        rows.iter().map(|row| structure([("id", Value::Uuid(row.id)), ("values", fields(row.values.clone()))])).collect(),
    )
}

/// Rows of a table as they came from module code. Rows without an id get one.
pub fn rows_of(value: &Value) -> Result<Vec<TableRow>, HostError> {
    let Value::List(items) = value else { return Err(wrong("rows of a table are a list")) };
    items
        .iter()
        .map(|item| {
            let id = item.field("id").and_then(id_of).unwrap_or_else(Uuid::now_v7);
            match item.field("values") {
                Some(Value::Structure(values)) => Ok(TableRow { id, values: values.iter().cloned().collect() }),
                _ => Err(wrong("a row of a table has `values`")),
            }
        })
        .collect()
}

/// The record of `{attributes, tables}`.
pub fn record_of(value: &Value) -> Result<Record, HostError> {
    let mut record = Record::default();
    if let Some(Value::Structure(attributes)) = value.field("attributes") {
        record.attributes = attributes.iter().cloned().collect();
    }
    if let Some(Value::Structure(tables)) = value.field("tables") {
        record.tables = tables.iter().map(|(name, rows)| Ok((name.clone(), rows_of(rows)?))).collect::<Result<_, _>>()?;
    }
    Ok(record)
}

/// `attributes` and `tables` of a record.
pub fn record_fields(record: &Record) -> [(&'static str, Value); 2] {
    let tables = record.tables.iter().map(|(name, rows)| (name.clone(), rows_value(rows))).collect();
    [("attributes", fields(record.attributes.clone())), ("tables", Value::Structure(tables))]
}
