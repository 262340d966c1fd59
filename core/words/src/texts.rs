//! The texts of all languages, read once.
//!
//! A message is one text: what happened; its attributes `.safe` and `.do` follow as sentences of their own. Of Fluent, names to
//! fill in and choices by number are used; that is little enough to be filled in here, over Fluent's own parser.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Variant, VariantKey};
use fluent_syntax::parser;

use crate::{Argument, plurals};

/// Language of last resort: it has every text.
const FALLBACK: &str = "en";

/// Parts that follow what happened, in this order.
const PARTS: [&str; 2] = ["safe", "do"];

/// Languages that run from right to left. Names of things keep their direction inside their texts.
const RIGHT_TO_LEFT: [&str; 9] = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur"];

/// Files by language, from `texts/`.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

type Names<'a> = &'a [(&'a str, Argument)];

struct Language {
    tag: &'static str,
    right_to_left: bool,
    messages: HashMap<&'static str, Message<&'static str>>,
    /// Texts that name nothing, ready to be said.
    plain: HashMap<&'static str, String>,
}

static LANGUAGES: LazyLock<Vec<Language>> =
    LazyLock::new(|| SOURCES.iter().map(|(tag, source)| Language::read(tag, source)).collect());

impl Language {
    fn read(tag: &'static str, source: &'static str) -> Self {
        let resource = parser::parse(source).unwrap_or_else(|(resource, errors)| {
            tracing::error!(language = tag, ?errors, "texts that can't be read are left out");
            resource
        });
        let messages: HashMap<_, _> = resource
            .body
            .into_iter()
            .filter_map(|entry| if let Entry::Message(message) = entry { Some((message.id.name, message)) } else { None })
            .collect();
        let mut language = Self { tag, right_to_left: RIGHT_TO_LEFT.contains(&tag), messages, plain: HashMap::new() };
        language.plain = language.messages.keys().filter_map(|key| Some((*key, language.text(key, &[])?))).collect();
        language
    }

    /// The whole text; none if there is none, or it names something that is not given.
    fn text(&self, key: &str, names: Names<'_>) -> Option<String> {
        let message = self.messages.get(key)?;
        let part = |name: &&str| message.attributes.iter().find(|a| a.id.name == *name).map(|a| &a.value);
        let mut out = String::new();
        for pattern in message.value.iter().chain(PARTS.iter().filter_map(part)) {
            if !out.is_empty() {
                out.push(' ');
            }
            self.write(pattern, names, &mut out)?;
        }
        Some(out)
    }

    fn write(&self, pattern: &Pattern<&str>, names: Names<'_>, out: &mut String) -> Option<()> {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => out.push_str(value),
                PatternElement::Placeable { expression } => self.fill_in(expression, names, out)?,
            }
        }
        Some(())
    }

    fn fill_in(&self, expression: &Expression<&str>, names: Names<'_>, out: &mut String) -> Option<()> {
        match expression {
            Expression::Inline(InlineExpression::StringLiteral { value }) => out.push_str(value),
            Expression::Inline(inline) => {
                let written = named(inline, names)?.written(self.tag);
                let marks = if self.right_to_left { ("\u{2068}", "\u{2069}") } else { ("", "") };
                out.extend([marks.0, &written, marks.1]);
            }
            Expression::Select { selector, variants } => {
                self.write(&self.chosen(named(selector, names)?, variants)?.value, names, out)?;
            }
        }
        Some(())
    }

    /// The variant of a number itself, else of its plural category; of a text, that of the same name.
    fn chosen<'v, 's>(&self, argument: &Argument, variants: &'v [Variant<&'s str>]) -> Option<&'v Variant<&'s str>> {
        let exact = |text: &str| {
            variants.iter().find(|v| match &v.key {
                VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name } => *name == text,
            })
        };
        let own = match argument {
            Argument::Count(count) => exact(&count.to_string()).or_else(|| exact(plurals::category(self.tag, *count))),
            Argument::Text(text) => exact(text),
            Argument::Number(_) | Argument::Time(_) => None,
        };
        own.or_else(|| variants.iter().find(|v| v.default))
    }
}

fn named<'a>(expression: &InlineExpression<&str>, names: Names<'a>) -> Option<&'a Argument> {
    let InlineExpression::VariableReference { id } = expression else { return None };
    names.iter().find(|(name, _)| *name == id.name).map(|(_, argument)| argument)
}

/// The language's texts, then those of last resort.
fn in_order(language: &str) -> impl Iterator<Item = &'static Language> {
    let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let own = LANGUAGES.iter().find(|l| l.tag == primary);
    own.into_iter().chain(LANGUAGES.iter().find(|l| l.tag == FALLBACK))
}

/// Languages there are texts in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|(tag, _)| *tag)
}

/// A text that names nothing; the key itself if there is none.
pub fn say<'k>(language: &str, key: &'k str) -> &'k str {
    in_order(language).find_map(|l| l.plain.get(key)).map_or_else(|| missing(key), String::as_str)
}

/// A text with what it names.
pub fn say_with(language: &str, key: &str, arguments: &[(&str, Argument)]) -> String {
    in_order(language).find_map(|l| l.text(key, arguments)).unwrap_or_else(|| missing(key).to_owned())
}

fn missing(key: &str) -> &str {
    tracing::error!(key, "a text is missing");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_direction_in_a_language_that_runs_from_right_to_left() {
        let said = |tag, source: &'static str| {
            Language::read(tag, source).text("deleted", &[("item", "Order 7".into())]).expect("a text")
        };
        assert_eq!(said("ar", "deleted = حُذف { $item }"), "حُذف \u{2068}Order 7\u{2069}");
        assert_eq!(said("en", "deleted = { $item } is deleted"), "Order 7 is deleted");
    }

    #[test]
    fn parts_follow_what_happened_in_their_order() {
        let language = Language::read("en", "lost = Lost.\n    .do = Look.\n    .safe = Kept.\nnamed = { $name }\n");
        assert_eq!(language.plain.get("lost").map(String::as_str), Some("Lost. Kept. Look."));
        assert_eq!(language.plain.get("named"), None);
        assert_eq!(language.text("named", &[]), None);
    }

    #[test]
    fn a_text_that_cant_be_read_spoils_no_other() {
        let language = Language::read("en", "good = Good.\nbad = { $ }\nother = Other.\n");
        assert_eq!(language.plain.get("good").map(String::as_str), Some("Good."));
        assert_eq!(language.plain.get("other").map(String::as_str), Some("Other."));
    }
}
