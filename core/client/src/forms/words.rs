//! Texts are no longer here: a new one goes to `core/words/texts/en.ftl` and `ru.ftl` (a test names what is missing), and is said by
//! [`crate::words::say`] or `say_with` as before.

pub use crate::words::*;
