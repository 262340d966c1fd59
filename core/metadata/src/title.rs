//! Texts shown to people, by language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text in each language of the configuration, by language code (`en`, `ru`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Title(pub BTreeMap<String, String>);

impl Title {
    /// A title with one text, in English.
    pub fn english(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([("en".to_owned(), text.into())]))
    }

    /// The text in `language`, else in its base language, else in English, else any; empty if there is none.
    pub fn text(&self, language: &str) -> &str {
        let base = language.split(['-', '_']).next().unwrap_or(language);
        self.0
            .get(language)
            .or_else(|| self.0.get(base))
            .or_else(|| self.0.get("en"))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// True if no language has a text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_language_falls_back_to_english() {
        let title = Title(BTreeMap::from([("en".into(), "Goods".into()), ("ru".into(), "Товары".into())]));
        assert_eq!(title.text("ru-RU"), "Товары");
        assert_eq!(title.text("de"), "Goods");
        assert_eq!(Title::default().text("en"), "");
    }
}
