//! The UniFFI surface over the client, for the Kotlin and Swift shells; nothing else.
//!
//! May use `client` (and its views) and uniffi. Objects are few ([`MobileClient`], [`Subscription`]); everything else is plain data.
//! Every export names the tokio runtime.

#[cfg(target_os = "android")]
mod android;
mod client;
mod logging;
mod views;

pub use client::{
    Biometrics, ClientOptions, DeviceFailure, DeviceFunctions, FailedToStart, InterfaceObserver, MobileClient, PlatformFailure,
    SecretStore, Subscription, WindowObserver, server_of_link,
};

uniffi::setup_scaffolding!("twinshore");
