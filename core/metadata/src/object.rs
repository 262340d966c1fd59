//! Metadata objects and their children.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AttributeType, CommandDefinition, DateParts, FormDefinition, FormName, FormPurpose, Governed, ObjectKind, ObjectName,
    Title, TypeSet, Value,
};

/// An attribute of an object, a column of a tabular section, a dimension or resource of a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// Name.
    pub name: String,
    /// Text shown to people.
    pub title: Title,
    /// Types its values may have.
    #[serde(rename = "type")]
    pub types: TypeSet,
    /// A write without a value is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Kept in an index.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub index: bool,
    /// Least number accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<rust_decimal::Decimal>,
    /// Greatest number accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<rust_decimal::Decimal>,
    /// Value of a new item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Shown, never typed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

impl AttributeDefinition {
    /// An attribute with a name, types, and nothing special.
    pub fn new(name: impl Into<String>, types: TypeSet) -> Self {
        let name = name.into();
        Self {
            title: Title::english(name.clone()),
            name,
            types,
            required: false,
            index: false,
            min: None,
            max: None,
            default: None,
            read_only: false,
        }
    }

    /// The value of a new item.
    pub fn initial_value(&self) -> Value {
        self.default.clone().unwrap_or_else(|| self.types.default_value())
    }
}

/// A tabular section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableDefinition {
    /// Name.
    pub name: String,
    /// Text shown to people.
    pub title: Title,
    /// Columns in order.
    pub columns: Vec<AttributeDefinition>,
}

/// Over which period document numbers are unique and start again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum NumberPeriod {
    #[default]
    Never,
    Year,
    Month,
    Day,
}

/// Code of a catalog or number of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeDefinition {
    /// Characters at most.
    pub length: u32,
    /// Given by the platform when empty at the first write, with the node's prefix on devices (X14).
    pub auto: bool,
    /// When numbers start again.
    #[serde(default)]
    pub reset: NumberPeriod,
}

/// An item that exists from the start, with the same id everywhere (C12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredefinedItem {
    /// Name by which modules find it.
    pub name: String,
    /// Its id: UUIDv5 of the object's full name and the item's name.
    pub id: Uuid,
    /// Code, if the catalog has codes.
    #[serde(default)]
    pub code: Option<String>,
    /// Description.
    pub description: Title,
    /// True for a group.
    #[serde(default)]
    pub is_group: bool,
}

/// A value of an enumeration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnumerationValue {
    /// Name by which modules find it.
    pub name: String,
    /// Its id: UUIDv5 of the object's full name and the value's name.
    pub id: Uuid,
    /// Text shown to people.
    pub title: Title,
}

/// What a register sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegisterKind {
    /// Balances and turnovers: movements are receipts or expenses.
    Balance,
    /// Turnovers only.
    Turnover,
    /// Information register: one record for each set of dimensions (and period).
    Information,
}

/// What is special to registers. Dimensions, resources and attributes by name are in [`ObjectDefinition::attributes`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterDetails {
    /// What it sums.
    pub kind: RegisterKind,
    /// Names of the attributes that are dimensions (keys).
    pub dimensions: Vec<String>,
    /// Names of the attributes that are resources (sums).
    pub resources: Vec<String>,
    /// An information register with a period.
    #[serde(default)]
    pub periodic: bool,
}

/// A job that a server starts by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduledJobDetails {
    /// Common module.
    pub module: String,
    /// Exported function of its server part.
    pub method: String,
    /// Period in seconds.
    pub every_s: u64,
}

/// A metadata object. Which parts are used depends on its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectDefinition {
    /// Full name.
    pub name: ObjectName,
    /// Text shown to people, plural (`Goods`).
    pub title: Title,
    /// Text for one item (`Product`); the title if empty.
    #[serde(default, skip_serializing_if = "Title::is_empty")]
    pub item_title: Title,
    /// Code (catalogs) or number (documents).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeDefinition>,
    /// Length of the description (catalogs); 0 if there is none.
    #[serde(default)]
    pub description_length: u32,
    /// Catalog with groups.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hierarchical: bool,
    /// Attributes without the standard ones; for a constant one attribute `Value`; dimensions, resources and attributes of a register.
    #[serde(default)]
    pub attributes: Vec<AttributeDefinition>,
    /// Tabular sections.
    #[serde(default)]
    pub tables: Vec<TableDefinition>,
    /// Forms, declared and generated.
    #[serde(default)]
    pub forms: Vec<FormDefinition>,
    /// Commands of the object.
    #[serde(default)]
    pub commands: Vec<CommandDefinition>,
    /// Registers a document posts to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts_to: Vec<ObjectName>,
    /// Objects whose items a new item may be based on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub based_on: Vec<ObjectName>,
    /// Items that exist from the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predefined: Vec<PredefinedItem>,
    /// Values (enumerations).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<EnumerationValue>,
    /// Registers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterDetails>,
    /// Scheduled jobs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_job: Option<ScheduledJobDetails>,
    /// Content of an exchange plan: objects and whether their changes are registered by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan_content: Vec<(ObjectName, bool)>,
    /// Common module: its server half may be called by clients and through `MainServer`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub server_call: bool,
    /// Session parameters only: client code may read it, too (R14).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub client_may_read: bool,
    /// Functional options only: what is offered while the option is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub governs: Vec<Governed>,
}

impl ObjectDefinition {
    /// An object with a name and nothing else.
    pub fn new(name: ObjectName) -> Self {
        Self {
            title: Title::english(name.name.clone()),
            name,
            item_title: Title::default(),
            code: None,
            description_length: 0,
            hierarchical: false,
            attributes: Vec::new(),
            tables: Vec::new(),
            forms: Vec::new(),
            commands: Vec::new(),
            posts_to: Vec::new(),
            based_on: Vec::new(),
            predefined: Vec::new(),
            values: Vec::new(),
            register: None,
            scheduled_job: None,
            plan_content: Vec::new(),
            server_call: false,
            client_may_read: false,
            governs: Vec::new(),
        }
    }

    /// Attributes every item of this kind has: `Code`, `Description`, `Parent`, `IsGroup`, `DeletionMark` of catalogs;
    /// `Number`, `Date`, `Posted`, `DeletionMark` of documents; `Period`, `Recorder`, `LineNumber`, `Receipt` of registers.
    /// They can't be excluded (C3).
    pub fn standard_attributes(&self) -> Vec<AttributeDefinition> {
        let text = |length: u32| TypeSet::one(AttributeType::String(length));
        let boolean = || TypeSet::one(AttributeType::Boolean);
        let moment = || TypeSet::one(AttributeType::Date(DateParts::DateTime));
        let standard = |name: &str, ru: &str, en: &str, types: TypeSet| {
            let mut attribute = AttributeDefinition::new(name, types);
            attribute.title.0 = [("en".to_owned(), en.to_owned()), ("ru".to_owned(), ru.to_owned())].into();
            attribute
        };
        let mut all = Vec::new();
        match self.name.kind {
            ObjectKind::Catalog => {
                if let Some(code) = &self.code {
                    all.push(standard("Code", "Код", "Code", text(code.length)));
                }
                if self.description_length > 0 {
                    let mut description = standard("Description", "Наименование", "Name", text(self.description_length));
                    description.required = true;
                    all.push(description);
                }
                if self.hierarchical {
                    all.push(standard("Parent", "Группа", "Group", TypeSet::one(AttributeType::Ref(self.name.clone()))));
                    all.push(standard("IsGroup", "Это группа", "Is a group", boolean()));
                }
                all.push(standard("DeletionMark", "Пометка удаления", "Marked for deletion", boolean()));
            }
            ObjectKind::Document => {
                let length = self.code.as_ref().map_or(11, |code| code.length);
                all.push(standard("Number", "Номер", "Number", text(length)));
                let mut date = standard("Date", "Дата", "Date", moment());
                date.required = true;
                all.push(date);
                all.push(standard("Posted", "Проведён", "Posted", boolean()));
                all.push(standard("DeletionMark", "Пометка удаления", "Marked for deletion", boolean()));
            }
            ObjectKind::AccumulationRegister => {
                all.push(standard("Period", "Период", "Period", moment()));
                if self.register.as_ref().is_some_and(|r| r.kind == RegisterKind::Balance) {
                    all.push(standard("Receipt", "Приход", "Receipt", boolean()));
                }
            }
            ObjectKind::InformationRegister if self.register.as_ref().is_some_and(|r| r.periodic) => {
                all.push(standard("Period", "Период", "Period", moment()));
            }
            _ => {}
        }
        all
    }

    /// Standard attributes, then the object's own.
    pub fn all_attributes(&self) -> Vec<AttributeDefinition> {
        let mut all = self.standard_attributes();
        all.extend(self.attributes.iter().cloned());
        all
    }

    /// A standard or own attribute by name.
    pub fn attribute(&self, name: &str) -> Option<AttributeDefinition> {
        self.attributes
            .iter()
            .find(|a| a.name == name)
            .cloned()
            .or_else(|| self.standard_attributes().into_iter().find(|a| a.name == name))
    }

    /// A tabular section by name.
    pub fn table(&self, name: &str) -> Option<&TableDefinition> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// A form by name.
    pub fn form(&self, name: &str) -> Option<&FormDefinition> {
        self.forms.iter().find(|f| f.name.form == name)
    }

    /// The form that opens for a purpose: the first declared one, else the generated one.
    pub fn default_form(&self, purpose: FormPurpose) -> Option<&FormDefinition> {
        let mut fitting = self.forms.iter().filter(|f| f.purpose == purpose);
        let first = fitting.next()?;
        if first.generated { Some(fitting.find(|f| !f.generated).unwrap_or(first)) } else { Some(first) }
    }

    /// Full name of a form of this object.
    pub fn form_name(&self, form: &str) -> FormName {
        FormName::new(self.name.clone(), form)
    }

    /// Text for one item.
    pub fn singular(&self) -> &Title {
        if self.item_title.is_empty() { &self.title } else { &self.item_title }
    }

    /// Attributes whose texts make the presentation of an item: `Description` or `Code` of catalogs, number and date of documents.
    pub fn presentation_attributes(&self) -> &'static [&'static str] {
        match self.name.kind {
            ObjectKind::Catalog if self.description_length > 0 => &["Description"],
            ObjectKind::Catalog => &["Code"],
            ObjectKind::Document => &["Number", "Date"],
            _ => &[],
        }
    }
}
