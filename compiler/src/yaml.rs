//! YAML as a tree in which every node knows its place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::diagnostics::{Diagnostic, Place, Severity};

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// Any other scalar.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys with values, in order.
    Map(Vec<(Node, Node)>),
}

/// A node with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Line from 1.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
}

impl Node {
    /// The place of the node in a file.
    pub fn place(&self, file: &str) -> Place {
        Place { file: file.to_owned(), line: self.line, column: self.column }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Parses one document.
pub fn parse(file: &str, text: &str) -> Result<Node, Diagnostic> {
    serde_saphyr::from_str::<Spanned<Raw>>(text).map(node).map_err(|error| {
        let place = error.location().map_or_else(
            || Place::file(file),
            |l| Place {
                file: file.to_owned(),
                line: u32::try_from(l.line()).unwrap_or(0),
                column: u32::try_from(l.column()).unwrap_or(0),
            },
        );
        let message = error.to_string();
        let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Diagnostic {
            severity: Severity::Error,
            code: "yaml",
            place,
            message,
            advice: "check indentation, colons and quotes around this place".into(),
        }
    })
}

fn node(raw: Spanned<Raw>) -> Node {
    let content = match raw.value {
        Raw::Null => Content::Null,
        Raw::Boolean(b) => Content::Boolean(b),
        Raw::Text(text) => Content::Text(text),
        Raw::List(items) => Content::List(items.into_iter().map(node).collect()),
        Raw::Map(entries) => Content::Map(entries.into_iter().map(|(k, v)| (node(k), node(v))).collect()),
    };
    let at = raw.referenced;
    Node { content, line: u32::try_from(at.line()).unwrap_or(0), column: u32::try_from(at.column()).unwrap_or(0) }
}

enum Raw {
    Null,
    Boolean(bool),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Raw, E> {
        Ok(Raw::Boolean(b))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Text(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Raw::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            all.push(entry);
        }
        Ok(Raw::Map(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_knows_its_place() {
        let node = parse("a.yaml", "catalog: Goods\nattributes:\n  Price: { type: decimal(15.2) }\n").expect("YAML");
        let Content::Map(entries) = &node.content else { panic!("a map") };
        let Content::Map(attributes) = &entries[1].1.content else { panic!("a map") };
        assert_eq!((attributes[0].0.line, attributes[0].0.column), (3, 3));
        let Content::Map(price) = &attributes[0].1.content else { panic!("a map") };
        assert_eq!((price[0].1.text(), price[0].1.line, price[0].1.column), (Some("decimal(15.2)"), 3, 18));
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_place() {
        for text in ["a: [1, 2", "a: b: c", "a: 1\na: 2", "a: &a [*a, *a]"] {
            let error = parse("a.yaml", text).expect_err(text);
            assert!(error.place.line > 0, "{text}: {error}");
        }
        let bomb = format!(
            "a: &a [x,x,x,x,x,x,x,x,x]\n{}",
            (1..9)
                .map(|n| format!(
                    "{}: &{} [{}]\n",
                    (b'a' + n) as char,
                    (b'a' + n) as char,
                    vec![format!("*{}", (b'a' + n - 1) as char); 9].join(",")
                ))
                .collect::<String>()
        );
        assert!(parse("a.yaml", &bomb).is_err());
    }
}
