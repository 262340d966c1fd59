//! SIGKILL at any moment (F19, X4, R17): phones and main servers are processes of their own, are killed right after something was asked of
//! them or after any line they told, and start again over what is on the disk.
//!
//! `TWINSHORE_KILL_SEED=7 TWINSHORE_KILLS=200 cargo test -p twinshore --test kills` repeats a seed, with more kills.

use std::io::Write as _;

#[path = "kills/files.rs"]
mod files;
#[path = "kills/model.rs"]
mod model;
#[path = "run/process.rs"]
mod process;
#[path = "kills/run.rs"]
mod run;

use run::{Run, Victim};

/// Kills of a test unless more are wanted.
const KILLS: u64 = 16;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn check(victim: Victim) {
    let seed = number("TWINSHORE_KILL_SEED").unwrap_or_else(rand::random);
    // Past what a test's output is captured by, so that the seed is seen whatever happens.
    let _ = writeln!(std::io::stderr(), "{victim:?}: TWINSHORE_KILL_SEED={seed}");
    Run::new(seed, victim).play(number("TWINSHORE_KILLS").unwrap_or(KILLS));
}

#[test]
fn f19_r17_a_phone_that_is_killed_at_any_moment_keeps_what_its_person_saw_and_sends_it_once() {
    check(Victim::Phone);
}

#[test]
fn x4_r17_a_main_server_that_is_killed_at_any_moment_loses_nothing_that_it_acknowledged_and_doubles_nothing() {
    check(Victim::Main);
}
