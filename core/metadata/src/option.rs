//! What a functional option governs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ChildPath, NameError, ObjectName};

/// An object, or a child of one, that is offered while a functional option is on: `Report.Sales`,
/// `Document.Orders.attributes.Discount`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Governed {
    /// Object.
    pub object: ObjectName,
    /// Child of it; none for the object as a whole.
    pub child: Option<ChildPath>,
}

impl fmt::Display for Governed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.child {
            Some(child) => write!(f, "{}.{child}", self.object),
            None => write!(f, "{}", self.object),
        }
    }
}

impl FromStr for Governed {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let end = text.match_indices('.').nth(1).map_or(text.len(), |(at, _)| at);
        let (object, child) = text.split_at(end);
        let child = child.strip_prefix('.').map(str::parse).transpose()?;
        Ok(Self { object: object.parse()?, child })
    }
}

impl From<Governed> for String {
    fn from(governed: Governed) -> Self {
        governed.to_string()
    }
}

impl TryFrom<String> for Governed {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_governed_survives_the_way_to_text_and_back() {
        for text in ["Report.Sales", "Document.Orders.attributes.Discount", "Document.Orders.columns.Lines.Price"] {
            assert_eq!(text.parse::<Governed>().expect("a name").to_string(), text);
        }
        for text in ["", "Report", "Report.", "Document.Orders.Discount", "Document.Orders.attributes."] {
            assert!(text.parse::<Governed>().is_err(), "{text}");
        }
    }
}
