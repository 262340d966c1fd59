//! The files of texts, as Fluent reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// One language.
pub struct File {
    pub messages: BTreeMap<String, Message>,
}

/// One text.
pub struct Message {
    /// Sources of its parts: `` is what happened.
    pub parts: BTreeMap<String, String>,
    /// What is filled in.
    pub names: BTreeSet<String>,
}

/// All languages.
pub fn files() -> BTreeMap<String, File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("texts");
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the texts").flatten() {
        let path = entry.path();
        let language = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).expect("a text");
        found.insert(language.clone(), read(&language, &source));
    }
    found
}

fn read(language: &str, source: &str) -> File {
    let resource = parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{language}.ftl: {errors:?}"));
    let mut messages = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let mut parts = BTreeMap::new();
        let mut names = BTreeSet::new();
        let value = message.value.as_ref().map(|value| ("", value));
        let more = message.attributes.iter().map(|attribute| (attribute.id.name, &attribute.value));
        for (part, pattern) in value.into_iter().chain(more) {
            assert!(["", "safe", "do"].contains(&part), "{language}.ftl: {} has .{part}", message.id.name);
            parts.insert(part.to_owned(), text(pattern, &mut names));
        }
        let before = messages.insert(message.id.name.to_owned(), Message { parts, names });
        assert!(before.is_none(), "{language}.ftl has {} twice", message.id.name);
    }
    File { messages }
}

/// The text with `{name}` for what is filled in; of a choice, its default.
fn text(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) -> String {
    let mut out = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => out.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => out.push_str(&inline_text(inline, names)),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                inline_text(selector, names);
                for variant in variants {
                    let variant_text = text(&variant.value, names);
                    if variant.default {
                        out.push_str(&variant_text);
                    }
                }
            }
        }
    }
    out
}

fn inline_text(expression: &InlineExpression<&str>, names: &mut BTreeSet<String>) -> String {
    match expression {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
            format!("{{{}}}", id.name)
        }
        InlineExpression::Placeable { expression } => match expression.as_ref() {
            Expression::Inline(inner) => inline_text(inner, names),
            Expression::Select { .. } => panic!("a choice within a choice is hard to read"),
        },
        other => panic!("only names are filled in, not {other:?}"),
    }
}
