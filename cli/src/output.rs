//! Lines for people and programs that read our output. A reader that went away ends no work.

use std::io::Write;

/// Prints a line to standard output.
pub fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints why a command failed to standard error.
pub fn fault(error: &dyn std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "error: {error}");
}
