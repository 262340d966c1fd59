//! R17, R18: what becomes of a call whose answer is lost, or that the person no longer waits for.

use std::time::Duration;

use twinshore_client::view::{FormEvent, FormView};
use twinshore_testing::{Fate, Phone};

use super::world::{ORDER_LIST, PANEL, answer, ask, shore, until_work};

async fn new_order(ann: &Phone) -> FormView {
    let list = ann.open(ORDER_LIST).await;
    let order = ann.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    assert_eq!(order.used_server, "main");
    order
}

async fn written(ann: &Phone, form: u32) {
    ann.execute(form, "write");
    ann.until_form(form, "the write", |view| (!view.modified).then_some(())).await;
}

/// Adds goods by a call whose answer does not come; the panel then holds the id of the call.
async fn add_unknown(ann: &Phone, name: &str) -> FormView {
    let panel = ann.open(PANEL).await;
    ann.set(panel.form, "Given", name).await;
    assert_eq!(ask(ann, &panel, "add").await, "CallOutcomeUnknown false");
    panel
}

#[tokio::test]
async fn r17_a_call_whose_answer_is_lost_is_repeated_by_its_id_and_happens_once() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    for fate in [Fate::AnswerLost, Fate::AnswerCut(5), Fate::Foreign(504)] {
        let carried_out = fate != Fate::Foreign(504);
        let before = shore.goods().len();
        way.next("/api/call/module_call", fate);
        let panel = add_unknown(&ann, "Tea").await;
        assert_eq!(shore.goods().len(), before + usize::from(carried_out));
        shore.until_back(&ann, &way).await;
        assert_eq!(ask(&ann, &panel, "repeat").await, "Tea");
        assert_eq!(shore.goods().len(), before + 1, "once");
        assert_eq!(ask(&ann, &panel, "unknown").await, "0");
        ann.execute(panel.form, "close");
        ann.until_gone(panel.form).await;
    }
}

#[tokio::test]
async fn r17_a_call_that_did_not_leave_is_safe_to_make_again_and_not_kept() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    ann.set(panel.form, "Given", "Tea").await;
    way.next("/api/call/module_call", Fate::Foreign(200));
    assert_eq!(ask(&ann, &panel, "add").await, "MainServerUnavailable false");
    assert_eq!(ask(&ann, &panel, "unknown").await, "0");
    assert_eq!(shore.goods(), [] as [&str; 0]);
}

#[tokio::test]
async fn r17_an_unknown_call_is_still_known_after_the_end_of_the_app() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    way.next("/api/call/module_call", Fate::AnswerLost);
    add_unknown(&ann, "Tea").await;
    let ann = ann.restart().expect("started again");
    until_work(&ann).await;
    ann.until_available(true).await;
    let panel = ann.open(PANEL).await;
    assert_eq!(ask(&ann, &panel, "unknown").await, "1 CM2.add");
    assert_eq!(ask(&ann, &panel, "repeat").await, "Tea");
    assert_eq!(shore.goods(), ["Tea"]);
}

#[tokio::test]
async fn r17_a_write_whose_answer_is_lost_is_repeated_after_a_restart_and_happens_once() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "call first").await;
    way.next("/api/call/write_form", Fate::AnswerLost);
    ann.execute(order.form, "write");
    ann.until_told("It isn't known whether").await;
    assert_eq!(shore.orders(), ["call first"]);
    let ann = ann.restart().expect("started again");
    until_work(&ann).await;
    ann.until_available(true).await;
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    ann.client().take_draft(draft);
    let form = ann.until("the form", |view| view.windows.last().map(|w| w.form)).await;
    assert_eq!(ann.element(form, "Comment").await.text, "call first");
    written(&ann, form).await;
    assert_eq!(shore.orders(), ["call first"]);
    assert_eq!(ann.view().await.drafts, []);
}

#[tokio::test]
async fn r17_what_is_typed_after_an_unknown_write_does_not_conflict_with_oneself() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "first").await;
    way.next("/api/call/write_form", Fate::AnswerLost);
    ann.execute(order.form, "write");
    ann.until_told("It isn't known whether").await;
    shore.until_back(&ann, &way).await;
    ann.set(order.form, "Comment", "second").await;
    written(&ann, order.form).await;
    assert_eq!(shore.orders(), ["second"]);
}

#[tokio::test]
async fn r18_a_long_call_is_shown_and_can_be_cancelled_and_its_outcome_stays_unknown() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    ann.set(panel.form, "Given", "Tea").await;
    ann.set(panel.form, "Answer", "?").await;
    way.next("/api/call/module_call", Fate::Silence);
    ann.execute(panel.form, "add");
    shore.clock.until_somebody_waits(Duration::from_secs(30)).await;
    assert_eq!(ann.view().await.waiting, None, "short calls are not shown");
    shore.clock.advance(1);
    let waiting = ann.until("what is waited for", |view| view.waiting.clone()).await;
    assert!(waiting.text.contains("main server"), "{}", waiting.text);
    ann.client().cancel_wait(waiting.id);
    assert_eq!(answer(&ann, &panel).await, "CallCancelled true", "who cancels has not lost the link");
    ann.until("nothing is waited for", |view| view.waiting.is_none().then_some(())).await;
    assert_eq!(ask(&ann, &panel, "repeat").await, "Tea");
    assert_eq!(shore.goods(), ["Tea"]);
}
