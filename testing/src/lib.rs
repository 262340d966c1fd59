//! A world for tests: a real main server on a real port, links that can be made bad, a clock that tests own, the tidy test.
//!
//! [`scenario`] runs scenario files of configuration developers over it (`twinshore test`).
//!
//! May use every crate but `cli`; core crates don't use it, not even in dev.
//! A link is a real TCP proxy: clients under test never read a flag that says how the link is.
//!
//! Where a test wants every run to be the same, [`DirectLink`] takes the place of the proxy and [`ManualClock`] that of time.
//!
//! Main types: [`Link`], [`LinkState`], [`DirectLink`], [`Fate`], [`World`], [`Phone`], [`PhoneSetup`], [`FixtureBuilder`], [`ManualClock`].

mod clock;
mod device_files;
mod direct_link;
mod link;
mod phone;
pub mod scenario;
mod stopped;
mod world;

pub use clock::{ManualClock, ShiftedClock};
pub use device_files::{device_key, open_device_database, open_with_key};
pub use direct_link::{DirectLink, Fate};
pub use link::{Link, LinkError, LinkFigures, LinkState, LinkTraffic, MAIN_NAME};
pub use phone::{Phone, PhoneError, PhoneSetup, hasty_settings};
pub use stopped::StoppedPhone;
pub use world::{FixtureBuilder, World, WorldError, WorldOptions, small_configuration};
