//! Values of attributes as columns.
//!
//! | type | column |
//! |---|---|
//! | string, text | text, collation `person` |
//! | decimal(n.m) | integer, value × 10^m; exact text if n > 18 |
//! | boolean | 0 or 1 |
//! | date, time, datetime | text `2026-01-31T14:30:00`, sortable |
//! | reference, uuid | 16 bytes |
//! | binary | bytes; picture, spreadsheet, chart: JSON text |
//!
//! A composite type has a second column `Name.type` with the type's text; a reference to an object that does not exist here a
//! column `Name.presentation` (C13).

use chrono::NaiveDateTime;
use rusqlite::types::{Value as Sql, ValueRef};
use rust_decimal::Decimal;
use twinshore_metadata::{AttributeDefinition, AttributeType, Configuration, Ref, TypeSet, Value};
use uuid::Uuid;

use crate::EngineError;

const DATE_FORMAT: &str = "%Y-%m-%dT%H:%M:%S";
/// Digits that an integer column holds.
const INTEGER_DIGITS: u8 = 18;

/// Columns of one attribute.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name of the attribute and of its first column.
    pub name: String,
    /// Its types.
    pub types: TypeSet,
    /// A second column tells the type.
    pub composite: bool,
    /// A further column keeps the presentation of external references.
    pub external: bool,
}

impl Column {
    /// Columns of an attribute in a configuration.
    pub fn of(attribute: &AttributeDefinition, configuration: &Configuration) -> Self {
        Self::named(&attribute.name, &attribute.types, configuration)
    }

    /// Columns of a name and types.
    pub fn named(name: &str, types: &TypeSet, configuration: &Configuration) -> Self {
        Self {
            name: name.to_owned(),
            composite: types.single().is_none(),
            external: types.references().any(|object| configuration.object(object).is_none()),
            types: types.clone(),
        }
    }

    /// Physical names, the value first.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.name.clone()];
        if self.composite {
            names.push(self.type_name());
        }
        if self.external {
            names.push(self.presentation_name());
        }
        names
    }

    /// Name of the column with the type.
    pub fn type_name(&self) -> String {
        format!("{}.type", self.name)
    }

    /// Name of the column with the presentation.
    pub fn presentation_name(&self) -> String {
        format!("{}.presentation", self.name)
    }

    /// Declarations for CREATE TABLE.
    pub fn declarations(&self) -> Vec<(String, &'static str)> {
        let affinity = match self.types.single() {
            Some(AttributeType::String(_) | AttributeType::Text) => "TEXT COLLATE person",
            Some(AttributeType::Decimal { digits, .. }) if *digits <= INTEGER_DIGITS => "INTEGER",
            Some(AttributeType::Boolean) => "INTEGER",
            Some(AttributeType::Ref(_) | AttributeType::Uuid | AttributeType::Binary) => "BLOB",
            Some(_) => "TEXT",
            None => "BLOB",
        };
        let mut all = vec![(self.name.clone(), affinity)];
        if self.composite {
            all.push((self.type_name(), "TEXT"));
        }
        if self.external {
            all.push((self.presentation_name(), "TEXT"));
        }
        all
    }

    /// The value as columns.
    ///
    /// # Errors
    /// A refusal if the value does not fit the types.
    pub fn encode(&self, value: &Value) -> Result<Vec<Sql>, EngineError> {
        let fitting = self.types.0.iter().find(|t| !matches!(value, Value::Empty) && t.accepts(value));
        let mut columns = match (value, fitting) {
            (Value::Empty, _) => vec![Sql::Null],
            (_, Some(t)) => vec![encode_as(value, t)],
            (_, None) => return Err(self.does_not_fit(value)),
        };
        if self.composite {
            columns.push(fitting.map_or(Sql::Null, |t| Sql::Text(t.to_string())));
        }
        if self.external {
            columns.push(value.as_ref_value().and_then(|r| r.presentation.clone()).map_or(Sql::Null, Sql::Text));
        }
        Ok(columns)
    }

    fn does_not_fit(&self, value: &Value) -> EngineError {
        let types = self.types.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let shown: String = value.to_json().to_string().chars().take(60).collect();
        EngineError::refused_at(format!("{shown} does not fit {} ({types})", self.name), &self.name, None)
    }

    /// The value in a row, whose columns start at `first` in the order of [`Self::names`].
    ///
    /// # Errors
    /// [`EngineError::Corrupt`].
    pub fn decode(&self, row: &rusqlite::Row<'_>, first: usize) -> Result<Value, EngineError> {
        let stored = row.get_ref(first)?;
        let corrupt = || EngineError::Corrupt { table: String::new(), column: self.name.clone() };
        if matches!(stored, ValueRef::Null) {
            return Ok(Value::Empty);
        }
        let own_type;
        let t = if self.composite {
            own_type = row.get::<_, String>(first + 1)?.parse::<AttributeType>().map_err(|_| corrupt())?;
            &own_type
        } else {
            self.types.single().ok_or_else(corrupt)?
        };
        let mut value = decode_as(stored, t).ok_or_else(corrupt)?;
        if self.external
            && let Value::Ref(reference) = &mut value
        {
            reference.presentation = row.get(first + 1 + usize::from(self.composite))?;
        }
        Ok(value)
    }
}

/// A value as the column of one of its types.
pub fn encode_as(value: &Value, t: &AttributeType) -> Sql {
    match (value, t) {
        (Value::Boolean(b), _) => Sql::Integer(i64::from(*b)),
        (Value::Decimal(number), AttributeType::Decimal { digits, scale }) if *digits <= INTEGER_DIGITS => {
            let mut scaled = *number;
            scaled.rescale(u32::from(*scale));
            i64::try_from(scaled.mantissa()).map_or_else(|_| Sql::Text(number.to_string()), Sql::Integer)
        }
        (Value::Decimal(number), _) => Sql::Text(number.to_string()),
        (Value::String(text), _) => Sql::Text(text.clone()),
        (Value::Date(date), _) => Sql::Text(date.format(DATE_FORMAT).to_string()),
        (Value::Uuid(id), _) => Sql::Blob(id.as_bytes().to_vec()),
        (Value::Ref(reference), _) => Sql::Blob(reference.id.as_bytes().to_vec()),
        (Value::Binary(bytes), _) => Sql::Blob(bytes.clone()),
        (Value::Empty, _) => Sql::Null,
        (other, _) => Sql::Text(other.to_json().to_string()),
    }
}

/// The value of a column of one type; none if it is not one.
pub fn decode_as(stored: ValueRef<'_>, t: &AttributeType) -> Option<Value> {
    Some(match (t, stored) {
        (_, ValueRef::Null) => Value::Empty,
        (AttributeType::Boolean, ValueRef::Integer(b)) => Value::Boolean(b != 0),
        (AttributeType::Decimal { scale, .. }, ValueRef::Integer(mantissa)) => {
            Value::Decimal(Decimal::new(mantissa, u32::from(*scale)).normalize())
        }
        (AttributeType::Decimal { .. }, ValueRef::Text(text)) => Value::Decimal(std::str::from_utf8(text).ok()?.parse().ok()?),
        (AttributeType::String(_) | AttributeType::Text, ValueRef::Text(text)) => {
            Value::String(String::from_utf8_lossy(text).into_owned())
        }
        (AttributeType::Date(_), ValueRef::Text(text)) => {
            Value::Date(NaiveDateTime::parse_from_str(std::str::from_utf8(text).ok()?, DATE_FORMAT).ok()?)
        }
        (AttributeType::Uuid, ValueRef::Blob(bytes)) => Value::Uuid(Uuid::from_slice(bytes).ok()?),
        (AttributeType::Ref(object), ValueRef::Blob(bytes)) => {
            Value::Ref(Ref::new(object.clone(), Uuid::from_slice(bytes).ok()?))
        }
        (AttributeType::Binary, ValueRef::Blob(bytes)) => Value::Binary(bytes.to_vec()),
        (_, ValueRef::Text(text)) => Value::from_json(&serde_json::from_slice(text).ok()?).ok()?,
        _ => return None,
    })
}
