//! Handlers of the routes: read the request, ask the engine, write the answer.

pub mod account;
pub mod bundle;
pub mod call;
pub mod events;
pub mod exchange;
pub mod health;
