//! The program, run to its end.

use std::process::{Command, Output};

pub fn twinshore(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinshore")).args(arguments).output().expect("the command runs")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command that must do well; gives what it printed.
pub fn done(arguments: &[&str]) -> String {
    let output = twinshore(arguments);
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Runs a command that must fail; gives its complaint.
pub fn refused(arguments: &[&str]) -> String {
    let output = twinshore(arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", text(&output.stdout));
    text(&output.stdout) + &text(&output.stderr)
}
