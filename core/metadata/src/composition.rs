//! The offline mode composition: what exists on the stand-alone server, and with which priority.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{FormName, NameError, ObjectName};

/// Which server takes a call when both could (C6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// The main server, when it is available.
    #[default]
    Main,
    /// The stand-alone server, always.
    Standalone,
    /// The main server only; never runs on the device.
    MainOnly,
}

/// Kind of a child that can be excluded on its own (C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum ChildKind {
    Attributes,
    Tables,
    /// Column of a tabular section: `columns.Lines.Discount`.
    Columns,
    Forms,
    Commands,
    Resources,
}

impl ChildKind {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Attributes, "attributes"),
        (Self::Tables, "tables"),
        (Self::Columns, "columns"),
        (Self::Forms, "forms"),
        (Self::Commands, "commands"),
        (Self::Resources, "resources"),
    ];
}

/// A child of an object, written `attributes.History`, `columns.Lines.Discount`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ChildPath {
    /// Kind of the child.
    pub kind: ChildKind,
    /// Its name; `Table.Column` for columns.
    pub name: String,
}

impl fmt::Display for ChildPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = ChildKind::ALL.iter().find(|(k, _)| *k == self.kind).map_or("", |(_, text)| text);
        write!(f, "{kind}.{}", self.name)
    }
}

impl FromStr for ChildPath {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (kind, name) = text.split_once('.').ok_or_else(|| NameError::Shape(text.to_owned()))?;
        let (kind, _) = ChildKind::ALL.iter().find(|(_, t)| *t == kind).ok_or_else(|| NameError::Kind(kind.to_owned()))?;
        for part in name.split('.') {
            ObjectName::check_identifier(part)?;
        }
        Ok(Self { kind: *kind, name: name.to_owned() })
    }
}

impl From<ChildPath> for String {
    fn from(path: ChildPath) -> Self {
        path.to_string()
    }
}

impl TryFrom<String> for ChildPath {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

/// How an object takes part (C2, C6).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inclusion {
    /// Priority.
    #[serde(default)]
    pub priority: Priority,
    /// Children that stay off the device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<ChildPath>,
    /// Condition over the object's attributes, evaluated on the main server, that rows kept on the device fulfil; empty for all (X9).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keep: String,
    /// Priorities of single forms, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub form_priorities: BTreeMap<String, Priority>,
    /// Why it is in, if it was not asked for (C17).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pulled_in_by: String,
}

/// Settings of the exchange (C8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeSettings {
    /// Name of the exchange plan.
    #[serde(default)]
    pub plan: String,
    /// A round starts when data change.
    pub on_change: bool,
    /// Seconds between rounds.
    pub period_s: u64,
    /// Items applied in one transaction.
    pub transaction_items: u32,
    /// Seconds after which a node that was not heard of is dropped; 0 for never.
    pub drop_inactive_nodes_after_s: u64,
}

impl Default for ExchangeSettings {
    fn default() -> Self {
        Self { plan: String::new(), on_change: true, period_s: 300, transaction_items: 1000, drop_inactive_nodes_after_s: 0 }
    }
}

/// The offline mode composition (C1).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// Exchange settings.
    #[serde(default)]
    pub exchange: ExchangeSettings,
    /// Included objects by full name.
    pub included: BTreeMap<ObjectName, Inclusion>,
    /// Roles that exist on the device (C7).
    #[serde(default)]
    pub roles: Vec<String>,
    /// Roles that cap rights on the device; empty for no cap (C7).
    #[serde(default)]
    pub restriction_roles: Vec<String>,
}

impl Composition {
    /// How an object takes part, if it does.
    pub fn inclusion(&self, object: &ObjectName) -> Option<&Inclusion> {
        self.included.get(object)
    }

    /// True if the object is in the composition.
    pub fn includes(&self, object: &ObjectName) -> bool {
        self.included.contains_key(object)
    }

    /// True if a child stays off the device, or its object does.
    pub fn excludes(&self, object: &ObjectName, kind: ChildKind, name: &str) -> bool {
        self.inclusion(object).is_none_or(|i| i.except.iter().any(|c| c.kind == kind && c.name == name))
    }

    /// Priority of an object; none if it is not included.
    pub fn priority(&self, object: &ObjectName) -> Option<Priority> {
        self.inclusion(object).map(|i| i.priority)
    }

    /// Priority of a form; none if the form or its object is not included.
    pub fn form_priority(&self, form: &FormName) -> Option<Priority> {
        let inclusion = self.inclusion(&form.owner)?;
        if self.excludes(&form.owner, ChildKind::Forms, &form.form) {
            return None;
        }
        Some(inclusion.form_priorities.get(&form.form).copied().unwrap_or(inclusion.priority))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_an_excluded_form_has_no_priority_and_the_rest_follow_the_object() {
        let goods: ObjectName = "Catalog.Goods".parse().expect("name");
        let inclusion = Inclusion {
            priority: Priority::Standalone,
            except: vec!["forms.Merge".parse().expect("path"), "attributes.Photo".parse().expect("path")],
            ..Inclusion::default()
        };
        let composition = Composition { included: [(goods.clone(), inclusion)].into(), ..Composition::default() };
        assert_eq!(composition.form_priority(&FormName::new(goods.clone(), "Item")), Some(Priority::Standalone));
        assert_eq!(composition.form_priority(&FormName::new(goods.clone(), "Merge")), None);
        assert!(composition.excludes(&goods, ChildKind::Attributes, "Photo"));
        assert!(!composition.excludes(&goods, ChildKind::Attributes, "Price"));
    }
}
