//! Configuration folder → checked, compiled bundles and diagnostics. A developer's and operator's tool; never on a phone.
//!
//! May use `metadata`, serde-saphyr, oxc and sqlparser (to check conditions); no database, no network.
//! Every input may be wrong: all mistakes are told at once with file, line, column and advice, and nothing panics.
//!
//! Main types: [`compile`], [`Compilation`], [`Bundles`], [`Diagnostic`], [`CompositionReport`], [`strip_types`], [`check_types`];
//! for editors [`types`] and [`schemas`].

mod check;
mod compilation;
mod composition;
mod declared;
mod defaults;
mod diagnostics;
mod forms;
mod local_code;
mod modules;
mod objects;
mod reader;
mod report;
mod schema;
mod settings;
mod source;
mod types;
mod yaml;

pub use compilation::{Bundles, Compilation, compile};
pub use declared::{Declarations, check_types};
pub use diagnostics::{Diagnostic, Place, Severity};
pub use modules::strip_types;
pub use report::{CompositionReport, ReportedObject};
pub use schema::{SchemaFile, schemas};
pub use types::{GeneratedFile, TYPES_FOLDER, Types, types};

#[cfg(test)]
mod tests;
