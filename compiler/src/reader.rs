//! Reading maps of a YAML file: every key is taken once, what nobody took is unknown.

use std::str::FromStr;

use twinshore_metadata::{ObjectName, Title, TypeSet};

use crate::diagnostics::{Diagnostics, Place, closest};
use crate::yaml::{Content, Node};

/// A map being read.
pub struct Reader<'a> {
    file: &'a str,
    place: Place,
    entries: Vec<(&'a Node, &'a Node)>,
    taken: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Begins reading a node that must be a map.
    pub fn new(file: &'a str, node: &'a Node, diagnostics: &mut Diagnostics) -> Self {
        let place = node.place(file);
        let entries = match &node.content {
            Content::Map(entries) => entries.iter().map(|(k, v)| (k, v)).collect(),
            Content::Null => Vec::new(),
            _ => {
                diagnostics.error("wrong-type", &place, "keys with values are expected here", "write `key: value` lines");
                Vec::new()
            }
        };
        Self { file, place, entries, taken: Vec::new() }
    }

    /// Place of the map.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The value of a key.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.taken.push(key);
        let at = self.entries.iter().position(|(k, _)| k.text() == Some(key))?;
        Some(self.entries.remove(at).1)
    }

    /// What was not taken is unknown.
    pub fn finish(self, diagnostics: &mut Diagnostics) {
        for (key, _) in &self.entries {
            let name = key.text().unwrap_or("?");
            diagnostics.error(
                "unknown-key",
                &key.place(self.file),
                format!("`{name}` is not a key here"),
                closest(name, self.taken.iter().copied()),
            );
        }
    }

    /// A text.
    pub fn text(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<String> {
        let node = self.take(key)?;
        match &node.content {
            Content::Text(text) => Some(text.clone()),
            Content::Boolean(b) => Some(b.to_string()),
            _ => {
                diagnostics.error("wrong-type", &node.place(self.file), format!("`{key}` is a text"), "");
                None
            }
        }
    }

    /// A switch; `otherwise` if the key is not there.
    pub fn boolean(&mut self, key: &'static str, otherwise: bool, diagnostics: &mut Diagnostics) -> bool {
        match self.take(key).map(|node| (&node.content, node)) {
            None => otherwise,
            Some((Content::Boolean(b), _)) => *b,
            Some((_, node)) => {
                diagnostics.error("wrong-type", &node.place(self.file), format!("`{key}` is true or false"), "");
                otherwise
            }
        }
    }

    /// A value that is written as a text.
    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<T> {
        let node = self.take(key)?;
        parse_node(self.file, node, diagnostics)
    }

    /// A list of values that are written as texts; a single one may stand for a list.
    pub fn list<T: FromStr<Err: std::fmt::Display>>(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Vec<T> {
        self.take(key).map(|node| parse_list(self.file, node, diagnostics)).unwrap_or_default()
    }

    /// A title: a text, or texts by language.
    pub fn title(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Title {
        self.take(key).map(|node| title(self.file, node, diagnostics)).unwrap_or_default()
    }

    /// Types of an attribute: one or a list.
    pub fn types(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<TypeSet> {
        let node = self.take(key)?;
        let types = parse_list(self.file, node, diagnostics);
        (!types.is_empty()).then_some(TypeSet(types))
    }

    /// Entries of a map by name.
    pub fn entries(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Vec<(String, Place, &'a Node)> {
        let Some(node) = self.take(key) else { return Vec::new() };
        entries(self.file, node, diagnostics)
    }
}

/// Entries of a map whose keys are names.
pub fn entries<'a>(file: &str, node: &'a Node, diagnostics: &mut Diagnostics) -> Vec<(String, Place, &'a Node)> {
    let Content::Map(all) = &node.content else {
        if node.content != Content::Null {
            diagnostics.error(
                "wrong-type",
                &node.place(file),
                "names with their descriptions are expected here",
                "write `Name: …` lines",
            );
        }
        return Vec::new();
    };
    all.iter().filter_map(|(key, value)| key.text().map(|name| (name.to_owned(), key.place(file), value))).collect()
}

/// Checks a name.
pub fn check_name(name: &str, place: &Place, diagnostics: &mut Diagnostics) {
    if let Err(error) = ObjectName::check_identifier(name) {
        diagnostics.error("name", place, error.to_string(), "");
    }
}

/// A scalar as a value.
pub fn parse_node<T: FromStr<Err: std::fmt::Display>>(file: &str, node: &Node, diagnostics: &mut Diagnostics) -> Option<T> {
    let text = match &node.content {
        Content::Text(text) => text.clone(),
        Content::Boolean(b) => b.to_string(),
        _ => {
            diagnostics.error("wrong-type", &node.place(file), "one value is expected here", "");
            return None;
        }
    };
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            diagnostics.error("wrong-value", &node.place(file), format!("{error}"), "");
            None
        }
    }
}

/// A list of scalars; one scalar is a list of one.
pub fn parse_list<T: FromStr<Err: std::fmt::Display>>(file: &str, node: &Node, diagnostics: &mut Diagnostics) -> Vec<T> {
    match &node.content {
        Content::List(items) => items.iter().filter_map(|item| parse_node(file, item, diagnostics)).collect(),
        Content::Null => Vec::new(),
        _ => parse_node(file, node, diagnostics).into_iter().collect(),
    }
}

/// A text, or texts by language.
pub fn title(file: &str, node: &Node, diagnostics: &mut Diagnostics) -> Title {
    match &node.content {
        Content::Text(text) => Title::english(text.clone()),
        Content::Map(_) => {
            let texts = entries(file, node, diagnostics)
                .into_iter()
                .filter_map(|(language, _, text)| Some((language, text.text()?.to_owned())));
            Title(texts.collect())
        }
        _ => {
            diagnostics.error(
                "wrong-type",
                &node.place(file),
                "a title is a text, or texts by language",
                "write `title: { en: Goods, ru: Товары }`",
            );
            Title::default()
        }
    }
}
