//! An expression in SQL with what its value is, so that numbers stay exact and results get their types back.

use rusqlite::types::{Value as Sql, ValueRef};
use rust_decimal::Decimal;
use twinshore_metadata::{AttributeType, TypeSet, Value};
use twinshore_protocol::ServerError;

use crate::EngineError;
use crate::storage::values::{Column, decode_as};

/// Digits after the point at most; a 64-bit number has no more digits.
pub const MAXIMUM_SCALE: u32 = 18;

/// 10^`exponent`.
pub fn power_of_ten(exponent: u32) -> Result<i64, EngineError> {
    10_i64.checked_pow(exponent).ok_or_else(too_many_digits)
}

/// A number as a count of parts of 10^`scale`, if it has not too many digits after the point.
pub fn number(sql: String, scale: u32) -> Result<Expression, EngineError> {
    if scale > MAXIMUM_SCALE { Err(too_many_digits()) } else { Ok(Expression::new(sql, Kind::Number(scale))) }
}

/// The refusal of a number beyond 18 digits.
pub fn too_many_digits() -> EngineError {
    mistake("a number has more than 18 digits")
}

/// What an expression's value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// An integer that counts parts of 10^scale.
    Number(u32),
    Text,
    Boolean,
    Date,
    /// A reference or bytes of one of these types.
    Typed(TypeSet),
    /// Days, for adding to dates.
    Days,
    /// NULL.
    Nothing,
}

impl Kind {
    /// True if values of both can be compared and stand for each other. Dates may be written as texts.
    pub fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Days, _) | (_, Self::Days) => false,
            (Self::Nothing, _) | (_, Self::Nothing) => true,
            (Self::Text, Self::Date) | (Self::Date, Self::Text) => true,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    const fn described(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Text => "a text",
            Self::Boolean => "a condition",
            Self::Date => "a date",
            Self::Typed(_) => "a reference",
            Self::Days => "days(n)",
            Self::Nothing => "NULL",
        }
    }
}

/// SQL text with its kind.
#[derive(Debug, Clone)]
pub struct Expression {
    pub sql: String,
    pub kind: Kind,
    /// The attribute it is, with the alias of its table, if it is nothing but one.
    pub column: Option<(String, Column)>,
}

impl Expression {
    pub fn new(sql: impl Into<String>, kind: Kind) -> Self {
        Self { sql: sql.into(), kind, column: None }
    }

    pub fn nothing() -> Self {
        Self::new("NULL", Kind::Nothing)
    }

    /// The expression of a value, as a parameter.
    pub fn of_value(value: &Value, parameters: &mut Vec<Sql>) -> Result<Self, EngineError> {
        let (sql, kind) = match value {
            Value::Empty => return Ok(Self::nothing()),
            Value::Boolean(b) => (Sql::Integer(i64::from(*b)), Kind::Boolean),
            Value::Decimal(number) => {
                let number = number.normalize();
                let mantissa = i64::try_from(number.mantissa()).ok().filter(|_| number.scale() <= MAXIMUM_SCALE);
                (Sql::Integer(mantissa.ok_or_else(too_many_digits)?), Kind::Number(number.scale()))
            }
            Value::String(text) => (Sql::Text(text.clone()), Kind::Text),
            Value::Date(date) => (Sql::Text(date.format("%Y-%m-%dT%H:%M:%S").to_string()), Kind::Date),
            Value::Ref(reference) => {
                let types = TypeSet::one(AttributeType::Ref(reference.object.clone()));
                (Sql::Blob(reference.id.as_bytes().to_vec()), Kind::Typed(types))
            }
            Value::Uuid(id) => (Sql::Blob(id.as_bytes().to_vec()), Kind::Typed(TypeSet::one(AttributeType::Uuid))),
            _ => return Err(mistake("a parameter of this type can't be compared")),
        };
        parameters.push(sql);
        Ok(Self::new(format!("?{}", parameters.len()), kind))
    }

    /// Refuses an expression of another kind.
    pub fn expect(&self, kind: &Kind) -> Result<&str, EngineError> {
        if std::mem::discriminant(&self.kind) == std::mem::discriminant(kind) || self.kind == Kind::Nothing {
            Ok(&self.sql)
        } else {
            Err(mistake(format!("{} stands where {} is wanted", self.kind.described(), kind.described())))
        }
    }

    /// A number counted in parts of 10^scale.
    pub fn rescaled(&self, scale: u32) -> Result<String, EngineError> {
        match self.kind {
            Kind::Number(own) if own == scale => Ok(self.sql.clone()),
            Kind::Number(own) if own < scale => Ok(format!("({} * {})", self.sql, power_of_ten(scale - own)?)),
            Kind::Number(own) => Ok(format!("({} / {})", self.sql, power_of_ten(own - scale)?)),
            Kind::Nothing => Ok("NULL".into()),
            _ => Err(mistake("a number is wanted here")),
        }
    }

    /// Both in the same scale, with it; as they are if they are no numbers.
    pub fn aligned(&self, other: &Self) -> Result<(String, String, Kind), EngineError> {
        match (&self.kind, &other.kind) {
            (Kind::Number(a), Kind::Number(b)) => {
                let scale = *a.max(b);
                Ok((self.rescaled(scale)?, other.rescaled(scale)?, Kind::Number(scale)))
            }
            (Kind::Number(_), Kind::Nothing) => Ok((self.sql.clone(), other.sql.clone(), self.kind.clone())),
            (a, b) if !a.fits(b) => Err(mistake(format!("{} can't be compared with {}", a.described(), b.described()))),
            (Kind::Nothing, kind) => Ok((self.sql.clone(), other.sql.clone(), kind.clone())),
            (kind, _) => Ok((self.sql.clone(), other.sql.clone(), kind.clone())),
        }
    }

    /// Columns of the SELECT list that carry the value.
    pub fn selected(&self) -> Vec<String> {
        match &self.column {
            Some((alias, column)) => column.names().iter().map(|n| format!("{alias}.{}", crate::storage::quoted(n))).collect(),
            None => vec![self.sql.clone()],
        }
    }

    /// The value in a row whose columns start at `first`.
    pub fn decode(&self, row: &rusqlite::Row<'_>, first: usize) -> Result<Value, EngineError> {
        if let Some((_, column)) = &self.column {
            return column.decode(row, first);
        }
        let stored = row.get_ref(first)?;
        Ok(match (&self.kind, stored) {
            (_, ValueRef::Null) => Value::Empty,
            (Kind::Number(scale), ValueRef::Integer(mantissa)) => Value::Decimal(Decimal::new(mantissa, *scale).normalize()),
            (Kind::Boolean, ValueRef::Integer(b)) => Value::Boolean(b != 0),
            (Kind::Date, ValueRef::Text(_)) => {
                decode_as(stored, &AttributeType::Date(twinshore_metadata::DateParts::DateTime)).unwrap_or_default()
            }
            (Kind::Typed(types), _) => types.0.iter().find_map(|t| decode_as(stored, t)).unwrap_or_default(),
            (_, ValueRef::Text(text)) => Value::String(String::from_utf8_lossy(text).into_owned()),
            (_, ValueRef::Integer(number)) => Value::Decimal(Decimal::from(number)),
            // SQLite leaves whole numbers when they grow beyond 64 bits; a wrong number is worse than none.
            (_, ValueRef::Real(_)) => return Err(too_many_digits()),
            (_, ValueRef::Blob(bytes)) => Value::Binary(bytes.to_vec()),
        })
    }
}

/// The kind of a column.
pub fn kind_of(types: &TypeSet) -> Kind {
    match types.single() {
        // Longer numbers are kept as text: they can be selected, not calculated with.
        Some(AttributeType::Decimal { digits, scale }) if u32::from(*digits) <= MAXIMUM_SCALE => {
            Kind::Number(u32::from(*scale))
        }
        Some(AttributeType::String(_) | AttributeType::Text) => Kind::Text,
        Some(AttributeType::Boolean) => Kind::Boolean,
        Some(AttributeType::Date(_)) => Kind::Date,
        _ => Kind::Typed(types.clone()),
    }
}

/// A mistake in a query, for its author.
pub fn mistake(what: impl std::fmt::Display) -> EngineError {
    EngineError::Refused(ServerError::Refused {
        message: format!("The query can't be run: {what}."),
        attribute: None,
        row: None,
    })
}
