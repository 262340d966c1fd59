//! The client's views once more, for UniFFI: plain data that crosses to Kotlin and Swift.
//!
//! A declaration that drifts from `twinshore_client::view` does not compile.
#![allow(missing_docs, reason = "documented where the types are")]

mod event;
mod form;
mod interface;
