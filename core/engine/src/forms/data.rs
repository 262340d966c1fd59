//! The data of a form while its server half works on them. The server keeps nothing: the data come with the call,
//! what changed goes back (R5).

use indexmap::IndexMap;
use twinshore_metadata::{
    AttributeDefinition, Configuration, FormAttribute, FormDefinition, Record, Ref, TableDefinition, TableRow, Value,
};
use twinshore_protocol::{Limit, ServerError};
use uuid::Uuid;

/// Rows a table of a form may have; more is a mistake of module code.
const TABLE_ROWS: usize = 20_000;

/// What a form holds: attributes of its object and its own, in one namespace.
#[derive(Debug, Clone)]
pub struct FormShape {
    /// Attributes by name.
    pub attributes: IndexMap<String, AttributeDefinition>,
    /// Tables by name.
    pub tables: IndexMap<String, TableDefinition>,
    /// Names of those that belong to the object.
    own: usize,
    own_tables: usize,
}

impl FormShape {
    /// The shape of a form of a configuration.
    pub fn of(configuration: &Configuration, form: &FormDefinition) -> Self {
        let object = configuration.object(&form.name.owner).filter(|_| has_object(configuration, form));
        let mut attributes: IndexMap<_, _> =
            object.into_iter().flat_map(|o| o.all_attributes()).map(|a| (a.name.clone(), a)).collect();
        let mut tables: IndexMap<_, _> =
            object.into_iter().flat_map(|o| o.tables.iter().cloned()).map(|t| (t.name.clone(), t)).collect();
        let (own, own_tables) = (attributes.len(), tables.len());
        for attribute in &form.attributes {
            match attribute {
                FormAttribute::Value(a) => drop(attributes.entry(a.name.clone()).or_insert_with(|| a.clone())),
                FormAttribute::Table(t) => drop(tables.entry(t.name.clone()).or_insert_with(|| t.clone())),
            }
        }
        Self { attributes, tables, own, own_tables }
    }

    /// Initial values of the form's own attributes.
    pub fn initial(&self) -> Record {
        Record {
            attributes: self.attributes.iter().skip(self.own).map(|(n, a)| (n.clone(), a.initial_value())).collect(),
            tables: self.tables.keys().skip(self.own_tables).map(|n| (n.clone(), Vec::new())).collect(),
        }
    }

    /// The part of a form's data that belongs to the object.
    pub fn object_part(&self, record: &Record) -> Record {
        let own: Vec<_> = self.attributes.keys().take(self.own).collect();
        let own_tables: Vec<_> = self.tables.keys().take(self.own_tables).collect();
        Record {
            attributes: record
                .attributes
                .iter()
                .filter(|(n, _)| own.contains(n))
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect(),
            tables: record.tables.iter().filter(|(n, _)| own_tables.contains(n)).map(|(n, v)| (n.clone(), v.clone())).collect(),
        }
    }
}

/// True if a form shows one item of a catalog or a document, a constant or a register's record.
pub fn has_object(configuration: &Configuration, form: &FormDefinition) -> bool {
    form.purpose == twinshore_metadata::FormPurpose::Item && configuration.object(&form.name.owner).is_some()
}

/// A form's data within one call.
#[derive(Debug)]
pub struct FormData {
    shape: FormShape,
    before: Record,
    record: Record,
    /// Full name of the form, for texts.
    pub name: String,
    /// Title of the form.
    pub title: String,
    /// Item.
    pub key: Option<Ref>,
    /// The item is not written yet.
    pub is_new: bool,
    /// Parameters the form was opened with.
    pub parameters: IndexMap<String, Value>,
}

impl FormData {
    /// A form's data as they came.
    pub fn new(shape: FormShape, name: String, record: Record) -> Self {
        Self {
            shape,
            before: record.clone(),
            record,
            name,
            title: String::new(),
            key: None,
            is_new: false,
            parameters: IndexMap::new(),
        }
    }

    /// The data as they are now, and no more needed.
    pub fn into_record(self) -> Record {
        self.record
    }

    /// What changed since the data came.
    pub fn changes(&self) -> Record {
        self.before.changes_to(&self.record)
    }

    /// Names of the tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.shape.tables.keys().map(String::as_str)
    }

    /// Value of an attribute.
    ///
    /// # Errors
    /// `NotInComposition` if the form has no such attribute.
    pub fn get(&self, attribute: &str) -> Result<Value, ServerError> {
        if self.shape.attributes.contains_key(attribute) {
            return Ok(self.record.get(attribute).clone());
        }
        Err(self.unknown(attribute))
    }

    /// Sets an attribute.
    ///
    /// # Errors
    /// `NotInComposition`, `Refused` if the value's type does not fit.
    pub fn set(&mut self, attribute: &str, value: Value) -> Result<(), ServerError> {
        let definition = self.shape.attributes.get(attribute).ok_or_else(|| self.unknown(attribute))?;
        let value = fitting(definition, value, attribute)?;
        self.record.attributes.insert(attribute.to_owned(), value);
        Ok(())
    }

    /// Rows of a table.
    ///
    /// # Errors
    /// `NotInComposition` if the form has no such table.
    pub fn rows(&self, table: &str) -> Result<&[TableRow], ServerError> {
        self.shape.tables.get(table).ok_or_else(|| self.unknown(table))?;
        Ok(self.record.rows(table))
    }

    /// Sets a column of a row; gives the value as the row holds it.
    ///
    /// # Errors
    /// `NotInComposition`, `Refused` if there is no such row or the value does not fit.
    pub fn set_cell(&mut self, table: &str, row: Uuid, column: &str, value: Value) -> Result<Value, ServerError> {
        let value = self.fitting_cell(table, column, value)?;
        let rows = self.record.tables.entry(table.to_owned()).or_default();
        let row = rows.iter_mut().find(|r| r.id == row).ok_or_else(|| no_row(table))?;
        row.values.insert(column.to_owned(), value.clone());
        Ok(value)
    }

    /// Adds a row with values, at an index or at the end.
    ///
    /// # Errors
    /// `NotInComposition`, `Refused`, `LimitExceeded`.
    pub fn add_row(&mut self, table: &str, values: Vec<(String, Value)>, index: Option<usize>) -> Result<Uuid, ServerError> {
        let definition = self.shape.tables.get(table).ok_or_else(|| self.unknown(table))?;
        let mut row = TableRow::new();
        row.values = definition.columns.iter().map(|c| (c.name.clone(), c.initial_value())).collect();
        for (column, value) in values {
            let value = self.fitting_cell(table, &column, value)?;
            row.values.insert(column, value);
        }
        let id = row.id;
        let rows = self.record.tables.entry(table.to_owned()).or_default();
        if rows.len() >= TABLE_ROWS {
            return Err(ServerError::limit(Limit::TableRows, table));
        }
        rows.insert(index.unwrap_or(rows.len()).min(rows.len()), row);
        Ok(id)
    }

    /// Removes a row.
    ///
    /// # Errors
    /// `NotInComposition`.
    pub fn remove_row(&mut self, table: &str, row: Uuid) -> Result<(), ServerError> {
        self.rows(table)?;
        if let Some(rows) = self.record.tables.get_mut(table) {
            rows.retain(|r| r.id != row);
        }
        Ok(())
    }

    /// Removes all rows.
    ///
    /// # Errors
    /// `NotInComposition`.
    pub fn clear(&mut self, table: &str) -> Result<(), ServerError> {
        self.rows(table)?;
        self.record.tables.insert(table.to_owned(), Vec::new());
        Ok(())
    }

    fn fitting_cell(&self, table: &str, column: &str, value: Value) -> Result<Value, ServerError> {
        let definition = self.shape.tables.get(table).ok_or_else(|| self.unknown(table))?;
        let path = format!("{table}.{column}");
        let column = definition.columns.iter().find(|c| c.name == column).ok_or_else(|| self.unknown(&path))?;
        fitting(column, value, &path)
    }

    fn unknown(&self, name: &str) -> ServerError {
        ServerError::NotInComposition { name: format!("{}.{name}", self.name) }
    }
}

fn no_row(table: &str) -> ServerError {
    ServerError::Refused { message: format!("The row is no longer in {table}."), attribute: Some(table.into()), row: None }
}

/// The value as an attribute holds it: numbers rounded to the attribute's scale, wrong types refused.
fn fitting(definition: &AttributeDefinition, value: Value, path: &str) -> Result<Value, ServerError> {
    let value = definition.types.coerce(value);
    if definition.types.accepts(&value) {
        return Ok(value);
    }
    Err(ServerError::Refused {
        message: format!("{} can't hold this value.", definition.title.text("en")),
        attribute: Some(path.to_owned()),
        row: None,
    })
}
