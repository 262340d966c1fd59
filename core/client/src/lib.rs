//! The mobile client: which server takes a call, forms and reopening, drafts, exchange rounds, account, updates, views.
//!
//! May use `metadata`, `protocol`, `modules` and `engine` (the stand-alone server in process); knows no UI toolkit and no UniFFI.
//!
//! Main types: [`Client`], [`MainServerConnection`], [`Availability`], [`Mode`], [`UsedServer`], [`route`], [`Platform`],
//! [`Timers`], [`Transport`], [`Settings`], [`view`].

mod account;
mod account_book;
mod actor;
mod availability;
mod bundles;
mod call_journal;
mod client;
mod connection;
mod device;
mod error;
mod forms;
mod keys;
mod mode;
mod platform;
mod reopening;
mod routing;
mod set_aside;
mod settings;
mod sign_in_link;
pub mod stand_alone;
mod store;
mod time;
pub mod view;
pub mod words;

pub use availability::{Availability, AvailabilityEvent, AvailabilityInstruction, CallTime, Moment, Offer, SlowReason};
pub use client::{Client, ClientObserver, ClientOptions, FormObserver, Subscription};
pub use connection::{
    BodyStream, CallReport, CertificateFault, ConnectionEvents, HttpOptions, HttpTransport, MainServerConnection, Names,
    Obstacle, Tokens, Transport, TransportError, Trouble,
};
pub use device::{DeviceAnswer, DeviceError, DeviceRequest};
pub use error::ClientError;
pub use mode::Mode;
pub use platform::{FilePlatform, LinkFacts, Platform, PlatformError};
pub use routing::{Route, UsedServer, route, session_server};
pub use settings::Settings;
pub use sign_in_link::{LinkProblem, SignInLink};
pub use time::{Sleep, Timers};
pub use twinshore_protocol::{Clock, SystemClock};
