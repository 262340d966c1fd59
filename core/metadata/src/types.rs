//! Types of attributes and the texts that name them in YAML.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{NameError, ObjectName, Value};

/// Which parts of a date a type keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateParts {
    /// Day only; time is midnight.
    Date,
    /// Time of day only; day is 0001-01-01.
    Time,
    /// Both.
    DateTime,
}

/// One type of an attribute. Its text is its YAML form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum AttributeType {
    /// `string(50)`: at most so many characters.
    String(u32),
    /// `text`: a string without a limit of its own.
    Text,
    /// `decimal(15.2)`: total digits and digits after the point.
    Decimal {
        /// All digits, 1 to 28.
        digits: u8,
        /// Digits after the point, not more than `digits`.
        scale: u8,
    },
    /// `boolean`
    Boolean,
    /// `date`, `time`, `datetime`
    Date(DateParts),
    /// `uuid`
    Uuid,
    /// `Catalog.Goods`, `Document.Orders`, `Enum.Rating`
    Ref(ObjectName),
    /// `binary`
    Binary,
    /// `picture`
    Picture,
    /// `spreadsheet`: a spreadsheet document, in forms only.
    Spreadsheet,
    /// `pieChart`, in forms only.
    PieChart,
    /// `barChart`, in forms only.
    BarChart,
}

/// A text is no type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// Not a type's name.
    #[error(
        "`{0}` is not a type; write string(N), text, decimal(N.M), boolean, date, time, datetime, uuid, binary, picture, spreadsheet, pieChart, barChart or the full name of a catalog, document or enum"
    )]
    Unknown(String),
    /// Digits are out of range.
    #[error("`{0}`: decimal has 1 to 28 digits in all and not more after the point, for example decimal(15.2)")]
    Digits(String),
    /// A length is out of range.
    #[error("`{0}`: a string is 1 to 65536 characters long; use text for longer ones")]
    Length(String),
    /// The object's kind has no references.
    #[error("`{0}` has no references; only catalogs, documents and enums can be types")]
    NoReferences(ObjectName),
    /// The name is malformed.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl AttributeType {
    /// Types whose values live in a form only and can't be carried to another form (F10c).
    pub const fn is_complex(&self) -> bool {
        matches!(self, Self::Spreadsheet | Self::PieChart | Self::BarChart)
    }

    /// Types that are big enough to be excluded from the device unless asked for (C5).
    pub const fn is_big(&self) -> bool {
        matches!(self, Self::Binary | Self::Picture | Self::Spreadsheet)
    }

    /// True if a value may be held by an attribute of this type. `Value::Empty` fits every type.
    pub fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Empty) | (Self::Text, Value::String(_)) | (Self::Boolean, Value::Boolean(_)) => true,
            (Self::String(length), Value::String(text)) => text.chars().count() <= *length as usize,
            (Self::Decimal { digits, scale }, Value::Decimal(number)) => {
                let number = number.normalize();
                let whole = number.trunc().abs().to_string().trim_start_matches('0').len();
                number.scale() <= u32::from(*scale) && whole <= usize::from(digits - scale)
            }
            (Self::Date(_), Value::Date(_)) | (Self::Uuid, Value::Uuid(_)) | (Self::Binary, Value::Binary(_)) => true,
            (Self::Ref(object), Value::Ref(reference)) => *object == reference.object,
            (Self::Picture, Value::Picture(_)) | (Self::Spreadsheet, Value::Spreadsheet(_)) => true,
            (Self::PieChart | Self::BarChart, Value::Chart(_)) => true,
            _ => false,
        }
    }

    /// The value of a new object: 0, false, an empty text; `Empty` for the rest.
    pub fn default_value(&self) -> Value {
        match self {
            Self::String(_) | Self::Text => Value::String(String::new()),
            Self::Decimal { .. } => Value::Decimal(rust_decimal::Decimal::ZERO),
            Self::Boolean => Value::Boolean(false),
            _ => Value::Empty,
        }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(length) => write!(f, "string({length})"),
            Self::Text => f.write_str("text"),
            Self::Decimal { digits, scale } => write!(f, "decimal({digits}.{scale})"),
            Self::Boolean => f.write_str("boolean"),
            Self::Date(DateParts::Date) => f.write_str("date"),
            Self::Date(DateParts::Time) => f.write_str("time"),
            Self::Date(DateParts::DateTime) => f.write_str("datetime"),
            Self::Uuid => f.write_str("uuid"),
            Self::Ref(object) => write!(f, "{object}"),
            Self::Binary => f.write_str("binary"),
            Self::Picture => f.write_str("picture"),
            Self::Spreadsheet => f.write_str("spreadsheet"),
            Self::PieChart => f.write_str("pieChart"),
            Self::BarChart => f.write_str("barChart"),
        }
    }
}

impl FromStr for AttributeType {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        Ok(match text {
            "text" => Self::Text,
            "boolean" => Self::Boolean,
            "date" => Self::Date(DateParts::Date),
            "time" => Self::Date(DateParts::Time),
            "datetime" => Self::Date(DateParts::DateTime),
            "uuid" => Self::Uuid,
            "binary" => Self::Binary,
            "picture" => Self::Picture,
            "spreadsheet" => Self::Spreadsheet,
            "pieChart" => Self::PieChart,
            "barChart" => Self::BarChart,
            _ => return parse_with_parameters(text),
        })
    }
}

fn parse_with_parameters(text: &str) -> Result<AttributeType, TypeError> {
    let parameters = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(length) = parameters("string") {
        return match length.parse() {
            Ok(length @ 1..=65_536) => Ok(AttributeType::String(length)),
            _ => Err(TypeError::Length(text.to_owned())),
        };
    }
    if let Some(shape) = parameters("decimal") {
        let (digits, scale) = shape.split_once(['.', ',']).unwrap_or((shape, "0"));
        return match (digits.trim().parse::<u8>(), scale.trim().parse::<u8>()) {
            (Ok(digits @ 1..=28), Ok(scale)) if scale <= digits => Ok(AttributeType::Decimal { digits, scale }),
            _ => Err(TypeError::Digits(text.to_owned())),
        };
    }
    if !text.contains('.') {
        return Err(TypeError::Unknown(text.to_owned()));
    }
    let object: ObjectName = text.parse()?;
    if object.kind.has_references() { Ok(AttributeType::Ref(object)) } else { Err(TypeError::NoReferences(object)) }
}

impl From<AttributeType> for String {
    fn from(t: AttributeType) -> Self {
        t.to_string()
    }
}

impl TryFrom<String> for AttributeType {
    type Error = TypeError;

    fn try_from(text: String) -> Result<Self, TypeError> {
        text.parse()
    }
}

/// The types an attribute's value may have: one, or several for a composite type. Never empty in a checked configuration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeSet(pub Vec<AttributeType>);

impl TypeSet {
    /// A set of one type.
    pub fn one(t: AttributeType) -> Self {
        Self(vec![t])
    }

    /// The only type, if there is one.
    pub fn single(&self) -> Option<&AttributeType> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// True if a value of this attribute may be `value`.
    pub fn accepts(&self, value: &Value) -> bool {
        self.0.iter().any(|t| t.accepts(value))
    }

    /// The value of a new object; `Empty` for a composite type.
    pub fn default_value(&self) -> Value {
        self.single().map_or(Value::Empty, AttributeType::default_value)
    }

    /// What an attribute holds when module code assigns a value: a number rounded to the scale, a date cut to its parts.
    /// Whether the result fits is for [`TypeSet::accepts`] to say.
    pub fn coerce(&self, value: Value) -> Value {
        match (self.single(), value) {
            (Some(AttributeType::Decimal { scale, .. }), Value::Decimal(number)) if number.scale() > u32::from(*scale) => {
                Value::Decimal(
                    number.round_dp_with_strategy(u32::from(*scale), rust_decimal::RoundingStrategy::MidpointAwayFromZero),
                )
            }
            (Some(AttributeType::Date(DateParts::Date)), Value::Date(moment)) => {
                Value::Date(moment.date().and_time(chrono::NaiveTime::MIN))
            }
            (Some(AttributeType::Date(DateParts::Time)), Value::Date(moment)) => {
                Value::Date(chrono::NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default().and_time(moment.time()))
            }
            (Some(AttributeType::String(_) | AttributeType::Text), Value::Empty) => Value::String(String::new()),
            (_, value) => value,
        }
    }

    /// Objects that values may refer to.
    pub fn references(&self) -> impl Iterator<Item = &ObjectName> {
        self.0.iter().filter_map(|t| match t {
            AttributeType::Ref(object) => Some(object),
            _ => None,
        })
    }

    /// True if a value can't be carried from one form to another (F10c).
    pub fn is_complex(&self) -> bool {
        self.0.iter().any(AttributeType::is_complex)
    }

    /// True if the attribute stays off the device unless asked for (C5).
    pub fn is_big(&self) -> bool {
        self.0.iter().any(AttributeType::is_big)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_survive_the_way_to_text_and_back() {
        for text in
            ["string(9)", "text", "decimal(15.2)", "boolean", "date", "time", "datetime", "uuid", "Catalog.Goods", "pieChart"]
        {
            assert_eq!(text.parse::<AttributeType>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn wrong_types_are_refused() {
        for text in ["strnig(9)", "string(0)", "decimal(30.2)", "decimal(2.5)", "Report.Sales", "string(9"] {
            assert!(text.parse::<AttributeType>().is_err(), "{text}");
        }
    }

    #[test]
    fn assigned_values_are_cut_to_what_the_attribute_keeps() {
        let check = |types: &str, value: Value, expect: Value| {
            let types = TypeSet::one(types.parse().expect("a type"));
            assert_eq!(types.coerce(value), expect);
        };
        let number = |text: &str| Value::Decimal(text.parse().expect("a number"));
        let moment = |text: &str| Value::from_json(&serde_json::json!({ "$date": text })).expect("a date");
        check("decimal(5.2)", number("1.005"), number("1.01"));
        check("decimal(5.2)", number("-1.005"), number("-1.01"));
        check("date", moment("2026-03-02T14:30:00"), moment("2026-03-02T00:00:00"));
        check("time", moment("2026-03-02T14:30:00"), moment("0001-01-01T14:30:00"));
        check("string(5)", Value::Empty, Value::String(String::new()));
        check("boolean", number("1"), number("1"));
    }

    #[test]
    fn a_number_with_too_many_digits_is_not_accepted() {
        let money: AttributeType = "decimal(5.2)".parse().expect("a type");
        let number = |text: &str| Value::Decimal(text.parse().expect("a number"));
        assert!(money.accepts(&number("999.99")));
        assert!(money.accepts(&number("0.10")));
        assert!(!money.accepts(&number("1000")));
        assert!(!money.accepts(&number("1.005")));
    }
}
