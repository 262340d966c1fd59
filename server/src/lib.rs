//! The main server: an HTTP skin of axum over the engine. Accounts, sessions, downloads and limits; no business rule.
//!
//! May use `metadata`, `protocol`, `engine`, and `compiler` to publish a configuration folder; never `client`.
//! [`router()`] has all routes on one page.
//!
//! Main types: [`Config`], [`serve()`], [`Running`], [`AppState`], [`AppError`], [`RequestWatch`].

pub mod auth;
mod config;
mod error;
mod in_process;
mod limiter;
mod live;
pub mod middleware;
mod publish;
mod router;
pub mod routes;
mod serve;
mod state;
mod watch;

pub use config::{Config, Limits, Published, Source};
pub use error::{AppError, status};
pub use in_process::InProcess;
pub use limiter::{SignInGate, SignInLimiter};
pub use live::{Live, Publication, Stage};
pub use publish::{PublishAnswer, publish, publish_answer, wish_to_publish};
pub use router::router;
pub use serve::{Running, ServeError, serve};
pub use state::{AppState, DeviceFile};
pub use watch::{RequestWatch, SharedWatch, WatchedRequest};
