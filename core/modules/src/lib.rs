//! Runs configuration modules in QuickJS with limits, host values and source positions.
//!
//! May use `metadata` and rquickjs; knows nothing of databases and networks: what modules may do is what [`HostApi`] offers.
//!
//! Main types: [`ModuleContext`], [`Argument`], [`Outcome`], [`HostApi`], [`HostReply`], [`HostError`], [`CallLimits`],
//! [`ModuleError`], [`SourcePosition`].

mod context;
mod decimal;
mod error;
mod host;
mod limits;

pub use context::{Argument, Done, ModuleContext, Outcome, Side};
pub use error::{ModuleError, SourcePosition};
pub use host::{HostApi, HostError, HostReply};
pub use limits::CallLimits;

#[cfg(test)]
mod tests;
