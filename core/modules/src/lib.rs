//! Runs configuration modules in QuickJS with limits, host values and source positions.
//!
//! May use `metadata` and rquickjs; knows nothing of databases and networks: what modules may do is what [`HostApi`] offers.
//!
//! Main types: [`HostApi`], [`HostReply`], [`HostError`].

mod host;

pub use host::{HostApi, HostError, HostReply};
