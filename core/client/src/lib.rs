//! The mobile client: which server takes a call, forms and reopening, drafts, exchange rounds, account, updates, views.
//!
//! May use `metadata`, `protocol`, `modules` and `engine` (the stand-alone server in process); knows no UI toolkit and no UniFFI.
//!
//! Main types: [`Client`], [`MainServerConnection`], [`Availability`], [`Mode`], [`UsedServer`], [`route`], [`Platform`], [`Settings`], [`view`].

mod actor;
mod availability;
mod client;
mod connection;
mod error;
mod forms;
mod mode;
mod platform;
mod reopening;
mod routing;
mod settings;
pub mod stand_alone;
mod store;
pub mod view;
pub mod words;

pub use availability::{Availability, AvailabilityEvent, AvailabilityInstruction, SlowReason};
pub use client::{Client, ClientObserver, ClientOptions, FormObserver, Subscription};
pub use connection::{CallReport, ConnectionEvents, MainServerConnection, Tokens};
pub use error::ClientError;
pub use mode::Mode;
pub use platform::{FilePlatform, LinkFacts, Platform, PlatformError};
pub use routing::{Route, UsedServer, route};
pub use settings::Settings;
pub use twinshore_protocol::{Clock, SystemClock};
