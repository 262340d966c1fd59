//! The mobile client: which server takes a call, forms and reopening, drafts, exchange rounds, account, updates, views.
//!
//! May use `metadata`, `protocol`, `modules` and `engine` (the stand-alone server in process); knows no UI toolkit and no UniFFI.
//!
//! Main types: [`ClientObserver`], [`FormObserver`], [`view`].

mod client;
pub mod view;

pub use client::{ClientObserver, FormObserver};
