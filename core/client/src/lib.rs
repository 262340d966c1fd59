//! The mobile client: which server takes a call, forms and reopening, drafts, exchange rounds, account, updates, views.
//!
//! May use `metadata`, `protocol`, `modules` and `engine` (the stand-alone server in process); knows no UI toolkit and no UniFFI.
//!
//! Main types: [`MainServerConnection`], [`Availability`], [`Mode`], [`UsedServer`], [`route`], [`Platform`], [`Settings`], [`view`].

mod availability;
mod client;
mod error;
mod forms;
mod reopening;
mod store;
mod connection;
mod mode;
mod platform;
mod routing;
mod settings;
pub mod stand_alone;
pub mod view;

pub use availability::{Availability, AvailabilityEvent, AvailabilityInstruction, SlowReason};
pub use error::ClientError;
pub use client::{ClientObserver, FormObserver};
pub use connection::{CallReport, ConnectionEvents, MainServerConnection, Tokens};
pub use mode::Mode;
pub use platform::{FilePlatform, LinkFacts, Platform, PlatformError};
pub use routing::{Route, UsedServer, route};
pub use settings::Settings;
