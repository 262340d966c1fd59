//! Phones in a browser: each a real client in a process of its own, drawn by the page in `web/`.
//!
//! May use `client` and `testing` (for links). The host starts a process for each phone (`twinshore phone`), carries its lines of
//! JSON between the process and the page, and owns the links, so that cutting a link or killing a phone is real.
//!
//! Main types: [`Simulator`], [`PhoneSetup`], [`run_phone`], [`Workshop`].

mod device;
mod host;
mod page;
mod phone;
mod workshop;

pub use host::{PhoneSetup, Simulator, SimulatorError};
pub use phone::{PhoneOptions, run_phone};
pub use workshop::{Invitation, Notice, Workshop};
