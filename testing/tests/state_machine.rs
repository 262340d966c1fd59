//! A client driven by random actions of a person, of the link and of time, against a model of what may never be lost.
//!
//! `TWINSHORE_STEPS` says how many actions are carried out in all, `TWINSHORE_SEED` (a number) which ones. A failing list of actions
//! is shrunk, printed, and kept under `proptest-regressions`, from where it is tried first the next time.

#[path = "state_machine/action.rs"]
mod action;
#[path = "state_machine/judge.rs"]
mod judge;
#[path = "state_machine/model.rs"]
mod model;
#[path = "state_machine/run.rs"]
mod run;
#[path = "state_machine/shell.rs"]
mod shell;
#[path = "state_machine/world.rs"]
mod world;

use std::cell::Cell;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestRunner};

/// Actions when nothing else is said: some 20 s on two cores.
const STEPS: usize = 1000;
/// Which actions, when nothing else is said.
const SEED: u64 = 20_261_125;
/// Failing lists of actions are kept here.
const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/state_machine.txt");

#[test]
fn nothing_is_lost_misrouted_or_mixed_up_whatever_happens_in_whatever_order() {
    let steps = number("TWINSHORE_STEPS").and_then(|steps| usize::try_from(steps).ok()).unwrap_or(STEPS);
    // The same actions each time, so that a change is judged by what it changes.
    let seed = number("TWINSHORE_SEED").unwrap_or(SEED);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let config = Config {
        cases: u32::try_from(steps.div_ceil(action::MEAN)).expect("a number of cases"),
        max_shrink_iters: 200,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..Config::default()
    };
    let published = world::configurations();
    let (mut runner, done) = (TestRunner::new(config), Cell::new(0));
    let result = runner.run(&action::actions(), |actions| {
        let end = std::panic::AssertUnwindSafe(|| runtime.block_on(run::run(&published, &actions)));
        let outcome = std::panic::catch_unwind(end).unwrap_or_else(|panic| Err(said(&*panic)));
        done.set(done.get() + actions.len());
        if let Err(error) = &outcome {
            eprintln!("{} actions: {error}", actions.len());
        }
        outcome.map_err(TestCaseError::fail)
    });
    if let Err(error) = result {
        panic!("after {} actions of seed {seed}: {error}", done.get());
    }
    eprintln!("{} actions of seed {seed} were carried out", done.get());
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What a panic says.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a panic: {}", text.unwrap_or("without a text"))
}
