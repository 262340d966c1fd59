//! Dynamic lists: pages by key, never by offset.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use twinshore_metadata::{ObjectName, Ref, SortKey, Value};

/// Place of a row in a list's order: the values of the order's keys, then the row's id. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListKey(pub Vec<Value>);

/// Where a page begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ListAnchor {
    /// First rows.
    #[default]
    Start,
    /// Last rows.
    End,
    /// Rows after a key.
    After(ListKey),
    /// Rows before a key, in the list's order.
    Before(ListKey),
    /// Rows from a key on, itself included; if its row is gone, from its place on.
    At(ListKey),
    /// Rows from an item on, for showing a just written item.
    AtItem(Ref),
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// A condition the person set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListCondition {
    /// Attribute, possibly a dotted path.
    pub path: String,
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub value: Value,
}

/// Asks for a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListPageRequest {
    /// Listed object.
    pub object: ObjectName,
    /// Paths whose values are wanted, in order.
    pub columns: Vec<String>,
    /// Order; the row's id is always the last key.
    #[serde(default)]
    pub order: Vec<SortKey>,
    /// Condition of the list's definition, in the query language.
    #[serde(default)]
    pub filter: String,
    /// Conditions of the person, all of which hold.
    #[serde(default)]
    pub conditions: Vec<ListCondition>,
    /// Words that presentation, code, number or text attributes contain.
    #[serde(default)]
    pub search: String,
    /// For hierarchical catalogs: rows of this group only (`Some(None)` = top level); none = all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Option<Ref>>,
    /// Where the page begins.
    #[serde(default)]
    pub anchor: ListAnchor,
    /// Rows at most, 1 to 500.
    pub limit: u32,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListRow {
    /// Its place.
    pub key: ListKey,
    /// Its item; none for rows of registers.
    pub reference: Option<Ref>,
    /// Values of the columns asked for, references with presentations.
    pub cells: Vec<Value>,
    /// A group.
    #[serde(default)]
    pub is_group: bool,
    /// Marked for deletion.
    #[serde(default)]
    pub deletion_mark: bool,
    /// Posted; none if not a document.
    #[serde(default)]
    pub posted: Option<bool>,
}

/// A page, in the list's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListPageResponse {
    /// Rows.
    pub rows: Vec<ListRow>,
    /// There are rows before the first.
    pub more_before: bool,
    /// There are rows after the last.
    pub more_after: bool,
}

/// Asks for items that fit a typed text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestRequest {
    /// Objects to look in (a composite type has several).
    pub objects: Vec<ObjectName>,
    /// Typed text; empty for the first items.
    pub text: String,
    /// Items at most, 1 to 50.
    pub limit: u32,
}

/// Fitting items, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestResponse {
    /// With presentations.
    pub references: Vec<Ref>,
}

/// Asks for the first item with these values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindRequest {
    /// Object.
    pub object: ObjectName,
    /// Values that must be equal.
    pub values: IndexMap<String, Value>,
}

/// The item, if there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindResponse {
    /// With presentation.
    pub reference: Option<Ref>,
}
