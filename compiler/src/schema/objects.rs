//! Files of objects, by kind.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use twinshore_metadata::ObjectKind;

use super::words::{Attribute, Command, FullName, Governed, Name, OneOrMore, Table, Text, Time, Title, Type, described};

/// The schema of an object's file.
pub(super) fn schema(kind: ObjectKind, generator: &mut SchemaGenerator) -> Schema {
    match kind {
        ObjectKind::Catalog => generator.subschema_for::<Catalog>(),
        ObjectKind::Document => generator.subschema_for::<Document>(),
        ObjectKind::Enumeration => generator.subschema_for::<Enumeration>(),
        ObjectKind::Constant => generator.subschema_for::<Constant>(),
        ObjectKind::AccumulationRegister => generator.subschema_for::<AccumulationRegister>(),
        ObjectKind::InformationRegister => generator.subschema_for::<InformationRegister>(),
        ObjectKind::Report => generator.subschema_for::<Report>(),
        ObjectKind::DataProcessor => generator.subschema_for::<DataProcessor>(),
        ObjectKind::CommonForm => generator.subschema_for::<CommonForm>(),
        ObjectKind::Module => generator.subschema_for::<Module>(),
        ObjectKind::ExchangePlan => generator.subschema_for::<ExchangePlan>(),
        ObjectKind::ScheduledJob => generator.subschema_for::<ScheduledJob>(),
        ObjectKind::FunctionalOption => generator.subschema_for::<FunctionalOption>(),
        ObjectKind::SessionParameter => generator.subschema_for::<SessionParameter>(),
    }
}

/// An object's file: its own keys, and those that every object has; `with data` has attributes, tables and commands too.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* } with data) => {
        object! {
            $(#[$meta])*
            $name {
                $($own)*
                /// Attributes by name: a type, or keys.
                attributes: Option<BTreeMap<String, Attribute>>,
                /// Tabular sections by name.
                tables: Option<BTreeMap<String, Table>>,
                /// Commands of the object, offered in its forms.
                commands: Option<BTreeMap<String, Command>>,
            }
        }
    };
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        described! {
            $(#[$meta])*
            pub(super) struct $name {
                $($own)*
                /// Text shown to people, plural.
                title: Option<Title>,
                /// Text for one item.
                item_title: Option<Title>,
            }
        }
    };
}

described! {
    /// Code of a catalog, number of a document.
    pub(super) struct Code {
        /// `string(9)`.
        #[schemars(rename = "type")]
        types: Option<Type>,
        /// Given by the platform when empty at the first write.
        auto: Option<bool>,
        /// When numbers start again.
        reset: Option<Reset>,
    }

    pub(super) enum Reset {
        Never,
        Year,
        Month,
        Day,
    }

    /// An item that exists from the start, with the same id everywhere.
    pub(super) struct Predefined {
        description: Option<Title>,
        code: Option<Text>,
        /// It is a group.
        group: Option<bool>,
    }

    #[schemars(untagged)]
    pub(super) enum Values {
        Names(Vec<Name>),
        Titled(BTreeMap<String, Title>),
    }

    pub(super) enum RegisterKind {
        /// Balances and turnovers: movements are receipts or expenses.
        Balance,
        /// Turnovers only.
        Turnover,
    }

    #[schemars(untagged)]
    pub(super) enum Content {
        Objects(OneOrMore<FullName>),
        Noted(BTreeMap<String, Noting>),
    }

    /// How changes of an object are noted (X1).
    pub(super) enum Noting {
        /// By themselves.
        Auto,
        /// When a module says so.
        ByCode,
    }
}

object! {
    /// Things of one sort: goods, customers.
    Catalog {
        catalog: Name,
        code: Option<Code>,
        /// Length of the description; 100 if left out, 0 for none.
        description: Option<u32>,
        /// Items lie in groups.
        hierarchical: Option<bool>,
        /// Items that exist from the start, by name.
        predefined: Option<BTreeMap<String, Predefined>>,
        /// Objects that new items may be based on.
        based_on: Option<OneOrMore<FullName>>,
    } with data
}

object! {
    /// Things that happen: orders, visits.
    Document {
        document: Name,
        number: Option<Code>,
        /// Registers it posts to.
        posts_to: Option<OneOrMore<FullName>>,
        /// Objects that new items may be based on.
        based_on: Option<OneOrMore<FullName>>,
    } with data
}

object! {
    /// Values that are known beforehand.
    Enumeration {
        #[schemars(rename = "enum")]
        enumeration: Name,
        /// Names in order, or names with titles.
        values: Option<Values>,
    }
}

object! {
    /// One value for everybody.
    Constant {
        constant: Name,
        #[schemars(rename = "type")]
        types: OneOrMore<Type>,
        default: Option<Text>,
    }
}

object! {
    /// A value of each session on each server.
    SessionParameter {
        session_parameter: Name,
        #[schemars(rename = "type")]
        types: OneOrMore<Type>,
        default: Option<Text>,
        /// Client code may read it, too.
        client: Option<bool>,
    }
}

object! {
    /// Sums that documents move.
    AccumulationRegister {
        accumulation_register: Name,
        kind: Option<RegisterKind>,
        /// What sums are kept by.
        dimensions: Option<BTreeMap<String, Attribute>>,
        /// What is summed.
        resources: Option<BTreeMap<String, Attribute>>,
        attributes: Option<BTreeMap<String, Attribute>>,
    }
}

object! {
    /// Facts by their keys.
    InformationRegister {
        information_register: Name,
        /// Records have a period: the last one counts.
        periodic: Option<bool>,
        /// The keys.
        dimensions: Option<BTreeMap<String, Attribute>>,
        /// The facts.
        resources: Option<BTreeMap<String, Attribute>>,
        attributes: Option<BTreeMap<String, Attribute>>,
    }
}

object! {
    /// Figures for people; lives in its forms.
    Report {
        report: Name,
    } with data
}

object! {
    /// Work on data; lives in its forms.
    DataProcessor {
        data_processor: Name,
    } with data
}

object! {
    /// A form of its own.
    CommonForm {
        common_form: Name,
    }
}

object! {
    /// Functions that others call by the module's name.
    Module {
        module: Name,
        /// Clients and `MainServer` may call its server half.
        server_call: Option<bool>,
    }
}

object! {
    /// What travels between the main server and devices.
    ExchangePlan {
        exchange_plan: Name,
        /// Objects, or objects with how their changes are noted.
        content: Option<Content>,
    }
}

object! {
    /// Work that a server starts by itself.
    ScheduledJob {
        scheduled_job: Name,
        /// Common module.
        module: Name,
        /// Exported function of its server half.
        method: Name,
        /// Time between two runs.
        every: Option<Time>,
    }
}

object! {
    /// Says what the app offers: off until it is known to be on (C17).
    FunctionalOption {
        functional_option: Name,
        /// What is offered while the option is on.
        governs: Option<OneOrMore<Governed>>,
    }
}
