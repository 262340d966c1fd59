//! Items of catalogs and documents: reading, writing, posting, deleting.
//!
//! A write runs in one transaction: handlers, checks, rights, version, rows, movements, change record.

mod checks;
pub(crate) mod presentation;
mod read;
mod write;

#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use twinshore_metadata::{ObjectName, Record, Ref, Value};

use crate::EngineError;

pub(crate) use presentation::present_values;
pub use presentation::{MAXIMUM_PRESENTATIONS, present, present_record};
pub use read::{find, new_object, read};
pub(crate) use read::{read_unchecked, unknown_attribute};
pub use write::{delete, mark_deletion, write};

/// An item in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectState {
    /// Item.
    pub reference: Ref,
    /// Not written yet.
    pub is_new: bool,
    /// Version it was read at; 0 for a new one.
    pub version: i64,
    /// Standard and own attributes, tabular sections.
    pub record: Record,
}

/// Movements of a document by register: records with dimensions, resources, attributes, `Receipt`.
pub type Movements = Vec<(ObjectName, Vec<IndexMap<String, Value>>)>;

/// Code of the configuration that takes part in writes. None of it runs while data are loaded (X5), but [`Self::on_conflict`].
pub trait ObjectHandlers {
    /// A new item gets its first values.
    ///
    /// # Errors
    /// A refusal ends the operation.
    fn filling(&self, object: &mut ObjectState, values: &IndexMap<String, Value>) -> Result<(), EngineError>;
    /// Before an item is checked and written; may change it.
    ///
    /// # Errors
    /// A refusal ends the write.
    fn before_write(&self, object: &mut ObjectState) -> Result<(), EngineError>;
    /// After the rows are written, in the same transaction.
    ///
    /// # Errors
    /// A refusal undoes the write.
    fn on_write(&self, object: &mut ObjectState) -> Result<(), EngineError>;
    /// Before an item is deleted.
    ///
    /// # Errors
    /// A refusal keeps the item.
    fn before_delete(&self, object: &ObjectState) -> Result<(), EngineError>;
    /// Movements of a document that is posted.
    ///
    /// # Errors
    /// A refusal undoes the write.
    fn posting(&self, object: &ObjectState) -> Result<Movements, EngineError>;
    /// Both sides changed the same (X10); `object` is the merged item and may be changed. Runs on main, while data are loaded.
    ///
    /// # Errors
    /// A refusal keeps main's item; what the device sent needs attention.
    fn on_conflict(&self, _object: &mut ObjectState, _both: BothChanged<'_>) -> Result<Decision, EngineError> {
        Ok(Decision::Standard)
    }
}

/// What a device and main both changed (X10).
#[derive(Debug, Clone, Copy)]
pub struct BothChanged<'c> {
    /// Names of attributes and tables.
    pub names: &'c [String],
    /// Main's item.
    pub main: &'c Record,
    /// What the device sent.
    pub device: &'c Record,
    /// The device's values stand, if nothing else is decided.
    pub device_wins: bool,
}

/// What a handler decides about a conflict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decision {
    /// As the platform does it.
    #[default]
    Standard,
    /// The values of one side stand.
    OneSide {
        /// The device's.
        device_wins: bool,
    },
    /// The handler put its own values into the item.
    Own,
}

/// No code takes part.
pub struct NoHandlers;

impl ObjectHandlers for NoHandlers {
    fn filling(&self, _: &mut ObjectState, _: &IndexMap<String, Value>) -> Result<(), EngineError> {
        Ok(())
    }

    fn before_write(&self, _: &mut ObjectState) -> Result<(), EngineError> {
        Ok(())
    }

    fn on_write(&self, _: &mut ObjectState) -> Result<(), EngineError> {
        Ok(())
    }

    fn before_delete(&self, _: &ObjectState) -> Result<(), EngineError> {
        Ok(())
    }

    fn posting(&self, _: &ObjectState) -> Result<Movements, EngineError> {
        Ok(Vec::new())
    }
}
