//! Runs configuration modules in QuickJS with limits, host values and source positions.
//!
//! May use `metadata` and rquickjs; knows nothing of databases and networks: what modules may do is what [`HostApi`] offers.
//!
//! Main types: [`ModuleContext`], [`Argument`], [`Outcome`], [`HostApi`], [`HostReply`], [`HostError`], [`CallLimits`],
//! [`ModuleError`], [`SourcePosition`].

mod answer;
mod arguments;
mod context;
mod decimal;
mod error;
mod host;
mod limits;
mod native;
mod shared;
mod sources;
mod stack;

pub use arguments::{Argument, Done, Outcome};
pub use context::{ModuleContext, Side};
pub use error::{ModuleError, SourcePosition};
pub use host::{HostApi, HostError, HostReply};
pub use limits::CallLimits;

#[cfg(test)]
mod tests;
