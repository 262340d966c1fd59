//! Everything the platform says to a person, in the person's language.
//!
//! The texts are Fluent files in `texts/`, one for each language; `docs/words.md` tells translators about them. Both servers and
//! the client speak through this room, so that a refusal reads alike wherever it was made. A text that a language lacks is said in
//! English.
//!
//! May use `metadata` and `protocol`.
//!
//! Main types: [`say`], [`say_with`], [`error_text`], [`parse_error_text`], [`Argument`].

mod argument;
mod errors;
mod plurals;
mod texts;

pub use argument::Argument;
pub use errors::{error_text, parse_error_text, thrown_text};
pub use texts::{languages, say, say_with};
