//! The whole of a configuration.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{FormDefinition, FormName, Governed, ObjectDefinition, ObjectKind, ObjectName, SignInRules, Title};

/// A language of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    /// Code (`en`).
    pub code: String,
    /// Name in the language itself.
    pub name: String,
}

/// What a role may do with one object. Conditions are in the query language over the object's attributes; empty means all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRights {
    /// Read rows. The condition, if rows are limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Add.
    #[serde(default)]
    pub insert: bool,
    /// Change.
    #[serde(default)]
    pub update: bool,
    /// Delete and mark for deletion.
    #[serde(default)]
    pub delete: bool,
    /// Post and unpost (documents).
    #[serde(default)]
    pub post: bool,
    /// Use (reports, data processors, common forms, modules).
    #[serde(default, rename = "use")]
    pub use_: bool,
    /// Attributes that are not shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Attributes that can't be changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_only: Vec<String>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleDefinition {
    /// Name.
    pub name: String,
    /// Text shown to people.
    pub title: Title,
    /// All rights on everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub administrator: bool,
    /// Rights by object.
    #[serde(default)]
    pub rights: BTreeMap<ObjectName, RoleRights>,
}

/// A section of the menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubsystemDefinition {
    /// Name.
    pub name: String,
    /// Text shown to people.
    pub title: Title,
    /// Name of an icon of the platform's set.
    #[serde(default)]
    pub icon: String,
    /// Objects in it, in order: lists of catalogs and documents, forms of the rest.
    pub content: Vec<ObjectName>,
}

/// A configuration: everything a configuration developer describes, but the code of modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// Name.
    pub name: String,
    /// Title of the app.
    pub title: Title,
    /// Version as the developer counts it.
    pub version: String,
    /// Languages, the first is the default.
    pub languages: Vec<Language>,
    /// Objects by full name, in order of kinds and files.
    pub objects: IndexMap<ObjectName, ObjectDefinition>,
    /// Roles by name.
    pub roles: IndexMap<String, RoleDefinition>,
    /// Sections of the menu.
    pub subsystems: Vec<SubsystemDefinition>,
    /// Forms of the home page.
    #[serde(default)]
    pub home_page: Vec<FormName>,
    /// Attribute-less settings: the person may choose Offline by hand (M5).
    #[serde(default = "yes")]
    pub offline_by_hand: bool,
    /// The person may choose Poor connection (M5).
    #[serde(default = "yes")]
    pub poor_connection_by_hand: bool,
    /// How people get in on devices (A2, A4).
    #[serde(default, skip_serializing_if = "SignInRules::is_default")]
    pub sign_in: SignInRules,
    /// Catalog whose items are users (`Catalog.Employees`) and its attribute with the user's name; used by `currentUser()`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<(ObjectName, String)>,
    /// Common modules of the whole configuration that this target does not have: their bare names are known here too, so that
    /// a call raises `NotInComposition` (C10) instead of a reference error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules_elsewhere: Vec<String>,
}

const fn yes() -> bool {
    true
}

impl Configuration {
    /// A configuration with a name and nothing else.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: Title::english(name),
            version: "1".into(),
            languages: Vec::new(),
            objects: IndexMap::new(),
            roles: IndexMap::new(),
            subsystems: Vec::new(),
            home_page: Vec::new(),
            offline_by_hand: true,
            poor_connection_by_hand: true,
            sign_in: SignInRules::default(),
            users: None,
            modules_elsewhere: Vec::new(),
        }
    }

    /// An object by full name.
    pub fn object(&self, name: &ObjectName) -> Option<&ObjectDefinition> {
        self.objects.get(name)
    }

    /// A form by full name.
    pub fn form(&self, name: &FormName) -> Option<&FormDefinition> {
        self.object(&name.owner)?.form(&name.form)
    }

    /// Objects of a kind.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &ObjectDefinition> {
        self.objects.values().filter(move |o| o.name.kind == kind)
    }

    /// Things of an object that functional options govern, each with its options; a thing is offered while one of them is on.
    pub fn governed(&self, object: &ObjectName) -> BTreeMap<&Governed, Vec<&str>> {
        let mut all: BTreeMap<&Governed, Vec<&str>> = BTreeMap::new();
        for option in self.of_kind(ObjectKind::FunctionalOption) {
            for governed in option.governs.iter().filter(|g| g.object == *object) {
                all.entry(governed).or_default().push(&option.name.name);
            }
        }
        all
    }

    /// An enumeration value's definition by reference.
    pub fn enumeration_value(&self, reference: &crate::Ref) -> Option<&crate::EnumerationValue> {
        self.object(&reference.object)?.values.iter().find(|v| v.id == reference.id)
    }

    /// Default language.
    pub fn default_language(&self) -> &str {
        self.languages.first().map_or("en", |l| l.code.as_str())
    }
}
