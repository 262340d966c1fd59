//! A world for tests: a real main server on a real port, links that can be made bad, a clock that tests own, the tidy test.
//!
//! May use every crate but `cli`; core crates don't use it, not even in dev.
//! A link is a real TCP proxy: clients under test never read a flag that says how the link is.
//!
//! Main types: [`Link`], [`LinkState`], [`World`], [`Phone`], [`FixtureBuilder`], [`ManualClock`].

mod clock;
mod link;
mod phone;
mod stopped;
mod world;

pub use clock::ManualClock;
pub use link::{Link, LinkError, LinkState, LinkTraffic};
pub use phone::{Phone, PhoneError, hasty_settings};
pub use stopped::StoppedPhone;
pub use world::{FixtureBuilder, World, WorldError, small_configuration};
