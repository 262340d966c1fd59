//! Values, and their one JSON form, which travels over the wire, lies in drafts and reaches modules.

use std::fmt;
use std::hash::{Hash, Hasher};

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{NameError, ObjectName};

/// A reference to an item of a catalog, a document or a value of an enumeration.
/// Equal and hashed by object and id; the presentation is only what was last known (C14).
#[derive(Debug, Clone)]
pub struct Ref {
    /// Object the item belongs to.
    pub object: ObjectName,
    /// Id of the item.
    pub id: Uuid,
    /// Last known presentation.
    pub presentation: Option<String>,
}

impl Ref {
    /// A reference without a known presentation.
    pub fn new(object: ObjectName, id: Uuid) -> Self {
        Self { object, id, presentation: None }
    }

    /// The same reference with a presentation.
    #[must_use]
    pub fn presented(mut self, presentation: impl Into<String>) -> Self {
        self.presentation = Some(presentation.into());
        self
    }

    /// The known presentation, else `‹Goods …7f3a›` (C14).
    pub fn text(&self) -> String {
        match &self.presentation {
            Some(text) => text.clone(),
            None => {
                let id = self.id.simple().to_string();
                format!("‹{} …{}›", self.object.name, &id[id.len() - 4..])
            }
        }
    }
}

impl PartialEq for Ref {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.object == other.object
    }
}

impl Eq for Ref {}

impl Hash for Ref {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
        self.object.hash(state);
    }
}

impl PartialOrd for Ref {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ref {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.object, self.id).cmp(&(&other.object, other.id))
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.object, self.id)
    }
}

/// A cell of a spreadsheet document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpreadsheetCell {
    /// Text as shown.
    pub text: String,
    /// Shown in bold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
    /// Aligned to the end of the line (numbers).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
}

/// A spreadsheet document: rows of cells with column headings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spreadsheet {
    /// Heading of each column.
    pub columns: Vec<String>,
    /// Rows, each with one cell a column.
    pub rows: Vec<Vec<SpreadsheetCell>>,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// Shares of a whole.
    Pie,
    /// Bars side by side.
    Bar,
}

/// One sector or bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartPoint {
    /// Name of the point.
    pub label: String,
    /// Its size.
    pub value: f64,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// Its sectors or bars, in order.
    pub points: Vec<ChartPoint>,
}

/// A picture: where its bytes are told by content (X16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Media type, for example `image/png`.
    pub media_type: String,
    /// The bytes.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// A value of an attribute.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// No value.
    #[default]
    Empty,
    /// A switch.
    Boolean(bool),
    /// An exact decimal number; money is never a binary fraction.
    Decimal(Decimal),
    /// A text.
    String(String),
    /// A day and time without a zone.
    Date(NaiveDateTime),
    /// An identifier.
    Uuid(Uuid),
    /// A reference.
    Ref(Ref),
    /// Bytes.
    Binary(Vec<u8>),
    /// A picture.
    Picture(Picture),
    /// A spreadsheet document.
    Spreadsheet(Spreadsheet),
    /// A pie or bar chart.
    Chart(Chart),
    /// A list, in parameters and results of calls.
    List(Vec<Value>),
    /// Named values, in parameters and results of calls.
    Structure(Vec<(String, Value)>),
}

/// A JSON text is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// An object with an unknown tag.
    #[error("`{0}` is not the form of a value")]
    Shape(String),
    /// A tag's content is wrong.
    #[error("`{text}` is not a {what}")]
    Content {
        /// What was expected.
        what: &'static str,
        /// What came.
        text: String,
    },
    /// The object's name is wrong.
    #[error(transparent)]
    Name(#[from] NameError),
}

const DATE_FORMAT: &str = "%Y-%m-%dT%H:%M:%S";

impl Value {
    /// True for `Empty` and for an empty text: what `required` does not accept.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::String(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The reference, if the value is one.
    pub const fn as_ref_value(&self) -> Option<&Ref> {
        match self {
            Self::Ref(reference) => Some(reference),
            _ => None,
        }
    }

    /// The text, if the value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Named value of a structure.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Structure(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// JSON form. Plain JSON for texts, booleans, lists and structures; `{"$decimal":"12.50"}`, `{"$date":"2026-01-31T00:00:00"}`,
    /// `{"$uuid":…}`, `{"$ref":"Catalog.Goods","id":…,"presentation":…}`, `{"$binary":base64}`, `{"$picture":…}`,
    /// `{"$spreadsheet":…}`, `{"$chart":…}` for the rest. Structures never have names that start with `$`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Empty => Json::Null,
            Self::Boolean(b) => Json::Bool(*b),
            Self::Decimal(number) => json!({ "$decimal": number.to_string() }),
            Self::String(text) => Json::String(text.clone()),
            Self::Date(date) => json!({ "$date": date.format(DATE_FORMAT).to_string() }),
            Self::Uuid(id) => json!({ "$uuid": id }),
            Self::Ref(r) => match &r.presentation {
                Some(p) => json!({ "$ref": r.object.to_string(), "id": r.id, "presentation": p }),
                None => json!({ "$ref": r.object.to_string(), "id": r.id }),
            },
            Self::Binary(bytes) => json!({ "$binary": base64_bytes::encode(bytes) }),
            Self::Picture(picture) => json!({ "$picture": picture }),
            Self::Spreadsheet(sheet) => json!({ "$spreadsheet": sheet }),
            Self::Chart(chart) => json!({ "$chart": chart }),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Structure(fields) => {
                Json::Object(fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect::<Map<_, _>>())
            }
        }
    }

    /// The value of a JSON form. A bare JSON number is taken as a decimal.
    ///
    /// # Errors
    /// [`ValueError`] if the JSON is no form of a value.
    pub fn from_json(json: &Json) -> Result<Self, ValueError> {
        Ok(match json {
            Json::Null => Self::Empty,
            Json::Bool(b) => Self::Boolean(*b),
            Json::Number(number) => Self::Decimal(parse_decimal(&number.to_string())?),
            Json::String(text) => Self::String(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::from_json).collect::<Result<_, _>>()?),
            Json::Object(fields) => match fields.iter().next() {
                Some((tag, content)) if tag.starts_with('$') => from_tagged(tag, content, fields)?,
                _ => Self::Structure(
                    fields
                        .iter()
                        .map(|(name, value)| Ok((name.clone(), Self::from_json(value)?)))
                        .collect::<Result<_, ValueError>>()?,
                ),
            },
        })
    }
}

fn from_tagged(tag: &str, content: &Json, fields: &Map<String, Json>) -> Result<Value, ValueError> {
    let text = || content.as_str().ok_or_else(|| ValueError::Shape(tag.to_owned()));
    fn structure<T: serde::de::DeserializeOwned>(what: &'static str, content: &Json) -> Result<T, ValueError> {
        serde_json::from_value(content.clone()).map_err(|error| ValueError::Content { what, text: error.to_string() })
    }
    Ok(match tag {
        "$decimal" => Value::Decimal(parse_decimal(text()?)?),
        "$date" => Value::Date(parse_date(text()?)?),
        "$uuid" => Value::Uuid(parse_uuid(text()?)?),
        "$ref" => Value::Ref(Ref {
            object: text()?.parse()?,
            id: parse_uuid(fields.get("id").and_then(Json::as_str).unwrap_or_default())?,
            presentation: fields.get("presentation").and_then(Json::as_str).map(str::to_owned),
        }),
        "$binary" => Value::Binary(base64_bytes::decode(text()?)?),
        "$picture" => Value::Picture(structure("picture", content)?),
        "$spreadsheet" => Value::Spreadsheet(structure("spreadsheet document", content)?),
        "$chart" => Value::Chart(structure("chart", content)?),
        _ => return Err(ValueError::Shape(tag.to_owned())),
    })
}

fn parse_decimal(text: &str) -> Result<Decimal, ValueError> {
    text.parse()
        .or_else(|_| Decimal::from_scientific(text))
        .map_err(|_| ValueError::Content { what: "number", text: text.to_owned() })
}

fn parse_date(text: &str) -> Result<NaiveDateTime, ValueError> {
    NaiveDateTime::parse_from_str(text, DATE_FORMAT)
        .or_else(|_| NaiveDateTime::parse_from_str(&format!("{text}T00:00:00"), DATE_FORMAT))
        .map_err(|_| ValueError::Content { what: "date", text: text.to_owned() })
}

fn parse_uuid(text: &str) -> Result<Uuid, ValueError> {
    text.parse().map_err(|_| ValueError::Content { what: "uuid", text: text.to_owned() })
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Ref {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::Ref(self.clone()).to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ref {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Ref(reference) => Ok(reference),
            _ => Err(serde::de::Error::custom("not a reference")),
        }
    }
}

mod base64_bytes {
    use super::{Deserialize, Deserializer, Serialize, Serializer, ValueError};
    use base64::Engine as _;

    pub fn encode(bytes: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    pub fn decode(text: &str) -> Result<Vec<u8>, ValueError> {
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|_| ValueError::Content { what: "base64 text", text: text.chars().take(40).collect() })
    }

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        encode(bytes).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        decode(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value, json: &str) {
        let form = value.to_json();
        assert_eq!(form.to_string(), json);
        assert_eq!(Value::from_json(&form).expect("its own form"), value);
    }

    #[test]
    fn every_value_survives_the_way_to_json_and_back() {
        check(Value::Empty, "null");
        check(Value::Decimal("12.50".parse().expect("number")), r#"{"$decimal":"12.50"}"#);
        check(Value::String("{\"$ref\":1}".into()), r#""{\"$ref\":1}""#);
        check(Value::List(vec![Value::Boolean(true)]), "[true]");
        check(Value::Structure(vec![("a".into(), Value::Empty)]), r#"{"a":null}"#);
        let goods = Ref::new("Catalog.Goods".parse().expect("name"), Uuid::nil()).presented("Tea");
        check(
            Value::Ref(goods),
            r#"{"$ref":"Catalog.Goods","id":"00000000-0000-0000-0000-000000000000","presentation":"Tea"}"#,
        );
        check(Value::Binary(vec![1, 2, 3]), r#"{"$binary":"AQID"}"#);
    }

    #[test]
    fn c14_references_are_equal_by_object_and_id_whatever_they_show() {
        let one = Ref::new("Catalog.Goods".parse().expect("name"), Uuid::nil());
        assert_eq!(one.clone().presented("Tea"), one);
        assert_eq!(one.text(), "‹Goods …0000›");
    }

    #[test]
    fn broken_json_is_an_error_and_never_a_guess() {
        for text in [r#"{"$ref":"Goods","id":"x"}"#, r#"{"$decimal":"twelve"}"#, r#"{"$what":1}"#, r#"{"$date":"tomorrow"}"#] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
