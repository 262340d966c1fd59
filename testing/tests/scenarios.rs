//! The runner of scenarios: what holds passes, what fails fails at its place with what helps, and nothing hangs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use twinshore_testing::scenario::{Failure, Listing, Options, Played, Report, Verdict, list, run};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(name)
}

fn played(name: &str, filter: &str) -> Report {
    let options = Options {
        path: folder(name),
        filter: Some(filter.to_owned()),
        seed: Some(7),
        limit: Some(Duration::from_secs(120)),
        ..Options::default()
    };
    run(&options, |_| {}).expect("something to play")
}

/// The only scenario of the failing ones whose name holds a text, failed.
fn failure(filter: &str) -> (Played, Failure) {
    let report = played("failing", filter);
    let [played] = report.played.as_slice() else { panic!("one scenario: {report:#?}") };
    match &played.verdict {
        Verdict::Failed(failure) => (played.clone(), (**failure).clone()),
        other => panic!("{} did not fail: {other:?}", played.name),
    }
}

fn is_at(failure: &Failure, place: &str) {
    let first = failure.places.first().unwrap_or_else(|| panic!("a place: {failure:#?}"));
    assert!(first.ends_with(place), "{first} is not {place}");
}

#[test]
fn scenarios_play_with_a_real_main_server_and_real_phones() {
    let report = played("app", "");
    let failed: Vec<String> =
        report.played.iter().filter(|p| matches!(p.verdict, Verdict::Failed(_))).map(Played::text).collect();
    assert!(failed.is_empty() && report.broken.is_empty(), "{}\n{:?}", failed.join("\n"), report.broken);
    assert!(report.passed() >= 9, "{}", report.summary());
    assert_eq!(report.skipped(), 1);
    assert!(report.summary().ends_with("passed, 0 failed, 1 skipped"));
}

#[test]
fn a_failed_expectation_tells_its_place_what_was_expected_and_what_happened() {
    let (played, failure) = failure("does not hold");
    is_at(&failure, "failing.scenario.ts:8:21");
    assert_eq!(failure.expected.as_deref(), Some("{ price: 5 }"));
    assert_eq!(failure.received.as_deref(), Some("{ price: 4 }"));
    assert!(failure.last.iter().any(|h| h.who == "ann" && h.what.contains("available")), "{failure:#?}");
    assert!(failure.last.iter().any(|h| h.what.starts_with("phone(\"ann\")") && h.place.ends_with("failing.scenario.ts:6:21")));
    let text = played.text();
    assert!(text.contains("expected: { price: 5 }") && text.contains("what happened last"), "{text}");
}

#[test]
fn a_verb_that_fails_after_a_wait_tells_where_it_was_called() {
    let (_, failure) = failure("can't be done");
    is_at(&failure, "failing.scenario.ts:15:14");
    assert!(failure.message.contains("has no element Coment"), "{failure:#?}");
    assert!(failure.received.expect("the elements").contains("Comment"));
}

#[test]
fn what_is_mistyped_is_told_before_anything_is_played() {
    let Listing { broken, .. } = list(&Options { path: folder("failing"), ..Options::default() }).expect("a list");
    let told = broken.iter().find(|text| text.contains("mistyped.scenario.ts")).expect("the mistyped file");
    for expect in [
        "mistyped.scenario.ts:8:15: error[unknown-member]: Form has no `sett`\n  help: did you mean `set`?",
        "mistyped.scenario.ts:9:14: error[unknown-member]: Phone has no `avilable`\n  help: did you mean `available`?",
        "mistyped.scenario.ts:10:18: error[wrong-argument]: `condition` of `ann.link` can't be \"losst\"\n  help: did you mean `lost`?",
        "mistyped.scenario.ts:11:9: error[too-few-arguments]: `main.count` wants 1 argument, and gets 0",
        "mistyped.scenario.ts:12:3: error[not-awaited]: `ann.setMode(\"offline\")` is not awaited",
    ] {
        assert!(told.contains(expect), "{expect} is not in\n{told}");
    }
}

#[test]
fn what_no_type_tells_is_told_at_its_place_when_it_is_played() {
    let (_, property) = failure("property that is not there");
    assert_eq!(property.message, "a phone has no avilable; did you mean available?");
    is_at(&property, "failing.scenario.ts:40:21");
    let (_, option) = failure("option that is not there");
    assert_eq!(option.message, "the options of phone(\"ann\") have no devise; did you mean device?");
    is_at(&option, "failing.scenario.ts:44:9");
    let (_, figure) = failure("figure that is not there");
    assert!(figure.message.contains("no figure latency; there are latencyMs"), "{figure:#?}");
    is_at(&figure, "failing.scenario.ts:49:13");
}

#[test]
fn loops_waits_and_forgotten_awaits_end_with_a_clear_message() {
    let (_, endless) = failure("endless loop");
    assert!(endless.message.contains("time"), "{endless:#?}");
    is_at(&endless, "failing.scenario.ts:18:1");
    let (_, waits) = failure("wait without end");
    assert!(waits.message.contains("did not end in 1 s"), "{waits:#?}");
    let (_, forgotten) = failure("not awaited");
    assert!(forgotten.message.starts_with("not awaited: main.count"), "{forgotten:#?}");
    is_at(&forgotten, "failing.scenario.ts:27:8");
    let (_, condition) = failure("never holds");
    assert!(condition.message.contains("did not end in 1 s: it waits for"), "{condition:#?}");
}

#[test]
fn a_world_that_can_t_be_made_is_told() {
    let (_, role) = failure("role that is not there");
    assert!(role.message.contains("there is no role Admiral"), "{role:#?}");
    let (_, configuration) = failure("configuration with an error");
    assert!(configuration.message.contains("catalogs/Goods/Goods.yaml"), "{configuration:#?}");
}

#[test]
fn broken_files_are_told_with_their_places_and_the_others_play() {
    let options = Options { path: folder("failing"), ..Options::default() };
    let Listing { scenarios, broken, .. } = list(&options).expect("a list");
    assert!(scenarios.iter().any(|s| s.name == "an endless loop" && s.place.contains("failing.scenario.ts:18")));
    assert_eq!(broken.len(), 3, "{broken:#?}");
    assert!(broken.iter().any(|text| text.contains("broken.scenario.ts:4:32: error[syntax]")), "{broken:#?}");
    assert!(broken.iter().any(|text| text.contains("missing.scenario.ts") && text.contains("nowhere")), "{broken:#?}");
    let nothing = list(&Options { path: folder("app/roles"), ..Options::default() });
    assert!(nothing.expect_err("nothing to play").0.contains("*.scenario.ts"));
}

#[test]
fn the_outcome_is_told_as_junit() {
    let report = played("failing", "does not hold");
    let xml = report.junit();
    assert!(xml.contains("<testcase classname=") && xml.contains("failures=\"1\""), "{xml}");
    assert!(xml.contains("<failure message=\"expect(…).toEqual failed\">"), "{xml}");
    assert_eq!(xml.matches("<error message=").count(), 3, "{xml}");
}
