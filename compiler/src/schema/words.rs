//! What values of keys look like.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use twinshore_metadata::ObjectKind;

use super::text_like;

/// A type that has a schema and nothing else.
macro_rules! shape {
    ($(#[$doc:meta])* $name:ident, $schema:expr) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

shape!(
    /// One value, however YAML understands it.
    Text,
    json_schema!({ "type": ["string", "number", "boolean"] })
);
shape!(
    /// An exact number.
    Number,
    json_schema!({ "type": ["number", "string"] })
);
shape!(
    /// A time.
    Time,
    json_schema!({
        "description": "30s, 5m, 2h, 1d, never, or seconds.",
        "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^(never|[0-9]+[smhd]?)$" }]
    })
);
shape!(
    /// Name of an object, an attribute and the like.
    Name,
    json_schema!({ "type": "string" })
);
shape!(
    /// Full name of an object.
    FullName,
    text_like(&format!("^({})\\.[^.]+$", kinds(|_| true)))
);
shape!(
    /// Full name of a form.
    FormName,
    text_like(&format!("^({})\\.[^.]+\\.[^.]+$", kinds(|_| true)))
);
shape!(
    /// Full name of an object, or of a form.
    Home,
    text_like(&format!("^({})\\.[^.]+(\\.[^.]+)?$", kinds(|_| true)))
);
shape!(
    /// A child of an object: `attributes.History`, `columns.Lines.Discount`.
    Child,
    text_like("^(attributes|tables|columns|forms|commands|resources)\\..+$")
);
shape!(
    /// An object, or a child of one: `Document.Orders.attributes.Discount`.
    Governed,
    text_like(&format!("^({})\\..+$", kinds(|_| true)))
);
shape!(
    /// One type of a value.
    Type,
    json_schema!({
        "description": "string(50), text, decimal(15.2), boolean, date, time, datetime, uuid, binary, picture, or the full name of a \
catalog, document or enum; in forms also spreadsheet, pieChart, barChart.",
        "type": "string",
        "anyOf": [
            { "enum": ["text", "boolean", "date", "time", "datetime", "uuid", "binary", "picture", "spreadsheet", "pieChart", "barChart"] },
            { "pattern": format!("^(string\\([0-9]+\\)|decimal\\([0-9]+(\\.[0-9]+)?\\)|({})\\..+)$", kinds(ObjectKind::has_references)) }
        ]
    })
);

fn kinds(fits: impl Fn(ObjectKind) -> bool) -> String {
    let all: Vec<&str> = ObjectKind::ALL.into_iter().filter(|kind| fits(*kind)).map(ObjectKind::prefix).collect();
    all.join("|")
}

/// Declares what is only there to be described.
macro_rules! described {
    ($($item:item)*) => {
        $(
            #[derive(JsonSchema)]
            #[schemars(deny_unknown_fields, rename_all = "camelCase")]
            #[allow(dead_code, missing_docs, reason = "there for its schema only; what a key means is said where it needs words")]
            $item
        )*
    };
}
pub(super) use described;

described! {
    /// A text, or texts by language: `{ en: Goods, ru: Товары }`.
    #[schemars(untagged)]
    pub(super) enum Title {
        Text(Text),
        ByLanguage(BTreeMap<String, String>),
    }

    /// One, or a list.
    #[schemars(untagged)]
    pub(super) enum OneOrMore<T> {
        One(T),
        List(Vec<T>),
    }

    /// An attribute: its type alone, or keys.
    #[schemars(untagged)]
    pub(super) enum Attribute {
        Type(OneOrMore<Type>),
        Keys(AttributeKeys),
    }

    pub(super) struct AttributeKeys {
        /// Type of its values; a list of types makes a composite type.
        #[schemars(rename = "type")]
        types: OneOrMore<Type>,
        title: Option<Title>,
        /// A write without a value is refused.
        required: Option<bool>,
        /// Kept in an index: finding by it is fast.
        index: Option<bool>,
        /// Least number accepted.
        min: Option<Number>,
        /// Greatest number accepted.
        max: Option<Number>,
        /// Value of a new item.
        default: Option<Text>,
        /// Shown, never typed.
        read_only: Option<bool>,
    }

    /// What a command is and does.
    pub(super) struct Command {
        title: Option<Title>,
        /// Exported function of the client module; the command's name if left out.
        handler: Option<Name>,
        /// Form to open instead of running a function.
        form: Option<FormName>,
        /// What it touches: without it, the command is unavailable.
        target: Option<FullName>,
        on_main_server_unavailable: Option<Unavailable>,
    }

    /// What an element or a command of a local form does while the main server is gone (F5).
    pub(super) enum Unavailable {
        /// Disabled if tied to something that is not in the composition.
        Auto,
        /// Disabled.
        MakeInaccessible,
        /// Stays as it is.
        DontChangeBehavior,
    }

    /// Which server takes a call when both could (C6).
    pub(super) enum Priority {
        /// The main server, when it is available.
        Main,
        /// The stand-alone server, always.
        Standalone,
        /// The main server only; never runs on the device.
        #[schemars(rename = "main-only")]
        MainOnly,
    }
}

/// A tabular section: columns by name, and its own title.
pub(super) struct Table;

impl JsonSchema for Table {
    fn schema_name() -> Cow<'static, str> {
        "Table".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (title, column) = (generator.subschema_for::<Title>(), generator.subschema_for::<Attribute>());
        json_schema!({
            "description": "Columns by name: a type, or keys.",
            "type": "object",
            "properties": { "title": title },
            "additionalProperties": column
        })
    }
}
