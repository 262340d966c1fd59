//! One application server: data, queries, rights, forms' server half, jobs, change log, exchange plans.
//! The main server and the stand-alone server of a device are this crate, given different bundles and databases.
//!
//! May use `metadata`, `protocol` and `modules`; SQLite below, no HTTP. Synchronous inside: a call has a thread of its own and a
//! [`Unit`] of work; only the border (which implements `ApplicationServer`) is async.
//!
//! Main types: [`Engine`], [`OpenOptions`], [`EngineSession`], [`MainServerCalls`], [`Unit`], [`objects::ObjectState`], [`rights::UserRights`], [`EngineError`].

pub mod accounts;
pub mod changes;
pub mod constants;
mod engine;
mod error;
pub mod exchange;
#[cfg(test)]
mod fixture;
mod forms;
mod host;
mod jobs;
pub mod journal;
pub mod lists;
mod locks;
mod numbering;
pub mod objects;
pub mod options;
pub mod published;
pub mod query;
pub mod registers;
pub mod rights;
pub mod schema;
mod search;
mod session;
pub mod storage;
mod temporary;
mod unit;
pub mod users;

pub use engine::{ChangeNotice, Engine, MAIN_NODE, OpenOptions};
pub use error::{EngineError, module_error};
pub use search::in_bulk;
pub use session::{EngineSession, MainServerCalls, ServerLimits};
pub use unit::Unit;
