//! Scenarios of configuration developers: TypeScript files that play with a real main server and real phones (`twinshore test`).
//!
//! A file is stripped of its types, and each of its scenarios runs on a thread of its own in QuickJS, in a world of its own. The
//! library that it imports (`library/*.js`, declared in `testing.d.ts`) turns verbs into operations of [`host`]; those act on
//! [`crate::World`], [`crate::Phone`] and [`crate::Link`]. Whatever the app shows is read from the client's views.
//!
//! Main types: [`Options`], [`run`], [`Report`], [`Played`], [`Verdict`].

mod arguments;
mod condition;
mod configurations;
mod data;
mod files;
mod handset;
mod host;
mod main_verbs;
mod phone_verbs;
mod player;
mod report;
mod requests;
mod runner;
mod snapshot;
mod span;
mod stage;
mod timeline;

pub use files::{FileProblem, tests_folder};
pub use report::{Failure, Played, Report, Verdict};
pub use runner::{Listed, Listing, Options, list, run, sources};
pub use timeline::Happening;

/// Declarations of the library, for editors.
pub const DECLARATIONS: &str = include_str!("testing.d.ts");
