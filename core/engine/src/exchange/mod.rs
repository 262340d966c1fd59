//! Exchange between a device and the main server: both sides, over the change log.
//!
//! Invariants: a message or a page is applied in one transaction together with its number or position; an item that can't be
//! applied is parked with its reason and never blocks the rest; a value that loses a conflict is kept in the journal.

mod apply;
mod bundles;
mod device;
mod download;
mod frozen;
mod items;
mod journal;
mod main_side;
mod merge;
mod nodes;
mod upload;

#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::sync::Arc;

use crate::Unit;
use crate::objects::ObjectHandlers;

pub use bundles::DeviceBundles;
pub(crate) use device::begin_anew;
pub use device::{DeviceExchange, DeviceState};
pub use journal::{AttentionItem, attention, conflicts};
pub use main_side::MainExchange;
pub(crate) use nodes::device_id;
pub use nodes::{ExchangeNode, nodes, revoke};

/// Makes the handlers of the configuration for a unit; used when main posts what devices sent (X13).
pub type HandlersFactory = Arc<dyn Fn(&Rc<Unit>) -> Rc<dyn ObjectHandlers> + Send + Sync>;
