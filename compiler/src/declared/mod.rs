//! TypeScript against declarations, without a TypeScript compiler: names of members, numbers of arguments, literals and forgotten
//! `await`, where the type of a value is known from the declarations. What is not known is `any` and is not judged, so sound code is
//! never refused.
//!
//! Main types: [`Declarations`].

mod check;
mod infer;
mod types;

pub use types::Declarations;

use crate::diagnostics::{Diagnostic, Diagnostics};

/// What in a file does not fit what a module declares. A file that can't be parsed has nothing here: it is told where it is stripped.
pub fn check_types(declarations: &Declarations, file: &str, text: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    check::check(declarations, file, text, &mut diagnostics);
    diagnostics.0.sort_by(|a, b| a.place.cmp(&b.place));
    diagnostics.0
}

#[cfg(test)]
mod tests;
