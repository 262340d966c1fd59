//! What a configuration is: objects, attributes, forms, the offline mode composition, and values with their types.
//!
//! Used by every other crate; uses none of ours and does no I/O.
//! Definitions are static: nothing that changes while the app runs lives in a `…Definition`.
//!
//! Main types: [`Configuration`], [`ObjectName`], [`ObjectDefinition`], [`AttributeDefinition`], [`TypeSet`],
//! [`Value`], [`Ref`], [`Record`], [`FormDefinition`], [`ElementDefinition`], [`Composition`], [`Bundle`].

mod bundle;
mod compatibility;
mod composition;
mod configuration;
mod form;
mod name;
mod object;
mod option;
mod period;
mod record;
mod sign_in;
pub mod text;
mod title;
mod types;
mod value;

pub use bundle::{Bundle, BundleHash, CompiledModule, DeviceBundle, Target};
pub use compatibility::obstacles;
pub use composition::{ChildKind, ChildPath, Composition, ExchangeSettings, Inclusion, Priority};
pub use configuration::{Configuration, Language, RoleDefinition, RoleRights, SubsystemDefinition};
pub use form::{
    ColumnDefinition, CommandAction, CommandDefinition, CommandTarget, ElementDefinition, ElementKind, FormAttribute,
    FormDefinition, FormPurpose, GroupDirection, InputKind, ListDefinition, OnMainServerUnavailable, SortDirection, SortKey,
};
pub use name::{FormName, ModuleName, ModulePlace, NameError, ObjectKind, ObjectName};
pub use object::{
    AttributeDefinition, CodeDefinition, EnumerationValue, NumberPeriod, ObjectDefinition, PredefinedItem, RegisterDetails,
    RegisterKind, ScheduledJobDetails, TableDefinition,
};
pub use option::Governed;
pub use period::{PeriodError, StandardPeriod, is_out_of_order};
pub use record::{Record, TableRow};
pub use sign_in::{PinPolicy, SignInRules};
pub use title::Title;
pub use types::{AttributeType, DateParts, TypeError, TypeSet};
pub use value::{Chart, ChartKind, ChartPoint, Picture, Ref, Spreadsheet, SpreadsheetCell, Value, ValueError};
