//! Full names of metadata objects, forms and modules.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Kind of a metadata object; its text is the first part of a full name (`Catalog.Goods`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ObjectKind {
    Catalog,
    Document,
    /// Written `Enum` in full names.
    #[serde(rename = "Enum")]
    Enumeration,
    Constant,
    AccumulationRegister,
    InformationRegister,
    Report,
    DataProcessor,
    CommonForm,
    /// A common module.
    Module,
    ExchangePlan,
    ScheduledJob,
    FunctionalOption,
    SessionParameter,
}

impl ObjectKind {
    /// Every kind, in the order used for lists and files.
    pub const ALL: [Self; 14] = [
        Self::Catalog,
        Self::Document,
        Self::Enumeration,
        Self::Constant,
        Self::AccumulationRegister,
        Self::InformationRegister,
        Self::Report,
        Self::DataProcessor,
        Self::CommonForm,
        Self::Module,
        Self::ExchangePlan,
        Self::ScheduledJob,
        Self::FunctionalOption,
        Self::SessionParameter,
    ];

    /// First part of a full name.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Catalog => "Catalog",
            Self::Document => "Document",
            Self::Enumeration => "Enum",
            Self::Constant => "Constant",
            Self::AccumulationRegister => "AccumulationRegister",
            Self::InformationRegister => "InformationRegister",
            Self::Report => "Report",
            Self::DataProcessor => "DataProcessor",
            Self::CommonForm => "CommonForm",
            Self::Module => "Module",
            Self::ExchangePlan => "ExchangePlan",
            Self::ScheduledJob => "ScheduledJob",
            Self::FunctionalOption => "FunctionalOption",
            Self::SessionParameter => "SessionParameter",
        }
    }

    /// Folder of the configuration that holds objects of this kind.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Catalog => "catalogs",
            Self::Document => "documents",
            Self::Enumeration => "enums",
            Self::Constant => "constants",
            Self::AccumulationRegister => "accumulation-registers",
            Self::InformationRegister => "information-registers",
            Self::Report => "reports",
            Self::DataProcessor => "data-processors",
            Self::CommonForm => "common-forms",
            Self::Module => "modules",
            Self::ExchangePlan => "exchange-plans",
            Self::ScheduledJob => "scheduled-jobs",
            Self::FunctionalOption => "functional-options",
            Self::SessionParameter => "session-parameters",
        }
    }

    /// True for kinds whose items are addressed by a [`crate::Ref`].
    pub const fn has_references(self) -> bool {
        matches!(self, Self::Catalog | Self::Document | Self::Enumeration)
    }

    /// True for kinds whose items are rows of the database with a reference of their own.
    pub const fn is_stored_object(self) -> bool {
        matches!(self, Self::Catalog | Self::Document)
    }

    /// True for registers.
    pub const fn is_register(self) -> bool {
        matches!(self, Self::AccumulationRegister | Self::InformationRegister)
    }
}

/// Full name of a metadata object, written `Kind.Name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ObjectName {
    /// Kind of the object.
    pub kind: ObjectKind,
    /// Name without the kind.
    pub name: String,
}

/// A text is no full name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is no dot or too many.
    #[error("`{0}` is not a full name; write it as `Kind.Name`, for example `Catalog.Goods`")]
    Shape(String),
    /// The first part is no kind.
    #[error(
        "`{0}` is not a kind of object; known kinds: Catalog, Document, Enum, Constant, AccumulationRegister, InformationRegister, Report, DataProcessor, CommonForm, Module, ExchangePlan, ScheduledJob, FunctionalOption, SessionParameter"
    )]
    Kind(String),
    /// The name has characters an identifier can't have.
    #[error("`{0}` is not a name; a name starts with a letter and has letters, digits and `_`, at most 80 characters")]
    Identifier(String),
}

impl ObjectName {
    /// A full name from its parts.
    pub fn new(kind: ObjectKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// Checks that a text may be the name of an object, attribute, form or handler (Unicode letters are fine).
    ///
    /// # Errors
    /// [`NameError::Identifier`].
    pub fn check_identifier(text: &str) -> Result<(), NameError> {
        let mut characters = text.chars();
        let good = characters.next().is_some_and(char::is_alphabetic)
            && characters.all(|c| c.is_alphanumeric() || c == '_')
            && text.chars().count() <= 80;
        if good { Ok(()) } else { Err(NameError::Identifier(text.to_owned())) }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind.prefix(), self.name)
    }
}

impl FromStr for ObjectName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (kind, name) = text.split_once('.').ok_or_else(|| NameError::Shape(text.to_owned()))?;
        let kind = ObjectKind::ALL.into_iter().find(|k| k.prefix() == kind).ok_or_else(|| NameError::Kind(kind.to_owned()))?;
        Self::check_identifier(name)?;
        Ok(Self::new(kind, name))
    }
}

impl From<ObjectName> for String {
    fn from(name: ObjectName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for ObjectName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

/// Full name of a form: its owner and its own name, written `Catalog.Goods.Item`.
/// The form of a common form is named like the object: `CommonForm.Dashboard.Form`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct FormName {
    /// Object the form belongs to.
    pub owner: ObjectName,
    /// Name of the form within the owner.
    pub form: String,
}

impl FormName {
    /// A form name from its parts.
    pub fn new(owner: ObjectName, form: impl Into<String>) -> Self {
        Self { owner, form: form.into() }
    }
}

impl fmt::Display for FormName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.owner, self.form)
    }
}

impl FromStr for FormName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (owner, form) = text.rsplit_once('.').ok_or_else(|| NameError::Shape(text.to_owned()))?;
        ObjectName::check_identifier(form)?;
        Ok(Self::new(owner.parse()?, form))
    }
}

impl From<FormName> for String {
    fn from(name: FormName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for FormName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

/// Where the code of a module runs; the file's name says it (P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModulePlace {
    /// `*.client.ts`
    Client,
    /// `*.server.ts`
    Server,
}

/// Name of a module of the configuration. Its text is the module's path in bundles and error messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ModuleName {
    /// `Module.Prices.server`: a common module.
    Common(String, ModulePlace),
    /// `Catalog.Goods.object`: handlers of an object (`beforeWrite`, `onWrite`, `posting`, `filling`), server only.
    Object(ObjectName),
    /// `Catalog.Goods.Item.client`: module of a form.
    Form(FormName, ModulePlace),
    /// `Application.client`: handlers of the application (`onStart`, `ifMainServerAvailabilityChanged`).
    Application,
    /// `Session.server`: what a server makes of a session's parameters (`setSessionParameters`).
    Session,
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |p: &ModulePlace| match p {
            ModulePlace::Client => "client",
            ModulePlace::Server => "server",
        };
        match self {
            Self::Common(name, p) => write!(f, "Module.{name}.{}", place(p)),
            Self::Object(object) => write!(f, "{object}.object"),
            Self::Form(form, p) => write!(f, "{form}.{}", place(p)),
            Self::Application => write!(f, "Application.client"),
            Self::Session => write!(f, "Session.server"),
        }
    }
}

impl From<ModuleName> for String {
    fn from(name: ModuleName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for ModuleName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        if text == "Application.client" {
            return Ok(Self::Application);
        }
        if text == "Session.server" {
            return Ok(Self::Session);
        }
        let (rest, last) = text.rsplit_once('.').ok_or_else(|| NameError::Shape(text.clone()))?;
        let place = match last {
            "object" => return Ok(Self::Object(rest.parse()?)),
            "client" => ModulePlace::Client,
            "server" => ModulePlace::Server,
            _ => return Err(NameError::Shape(text)),
        };
        match rest.strip_prefix("Module.") {
            Some(name) if !name.contains('.') => Ok(Self::Common(name.to_owned(), place)),
            _ => Ok(Self::Form(rest.parse()?, place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_way_to_text_and_back() {
        for text in ["Catalog.Goods", "Enum.Rating", "Document.Заказы"] {
            assert_eq!(text.parse::<ObjectName>().expect(text).to_string(), text);
        }
        for text in ["Catalog.Goods.Item", "CommonForm.Dashboard.Form"] {
            assert_eq!(text.parse::<FormName>().expect(text).to_string(), text);
        }
        for text in ["Module.Prices.server", "Catalog.Goods.object", "Document.Orders.Item.client", "Application.client"] {
            assert_eq!(ModuleName::try_from(text.to_owned()).expect(text).to_string(), text);
        }
    }

    #[test]
    fn wrong_names_say_what_is_wrong() {
        assert!(matches!("Goods".parse::<ObjectName>(), Err(NameError::Shape(_))));
        assert!(matches!("Katalog.Goods".parse::<ObjectName>(), Err(NameError::Kind(_))));
        assert!(matches!("Catalog.1x".parse::<ObjectName>(), Err(NameError::Identifier(_))));
        assert!(matches!("Catalog.Goods; drop".parse::<ObjectName>(), Err(NameError::Identifier(_))));
    }
}
