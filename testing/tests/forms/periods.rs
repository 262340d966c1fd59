//! Periods: two attributes as one element, with an error that says what is wrong, kept and carried by both ends.

use twinshore_client::view::{ElementKindView, ElementView, FormEvent, FormView};
use twinshore_testing::Phone;

use super::world::*;

fn named<'v>(view: &'v FormView, name: &str) -> &'v ElementView {
    view.elements.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// Chooses a standard period and gives the form when it reads so.
async fn choose(phone: &Phone, form: u32, choice: &str, reads: &str) -> FormView {
    let element = element_id(phone, form, "period").await;
    phone.client().dispatch(form, FormEvent::Choose { element, choice: choice.into() });
    phone.until_form(form, reads, |view| (named(view, "period").text == reads).then(|| view.clone())).await
}

/// Waits until the handler of the period has told something; gives all it told.
async fn until_seen(phone: &Phone, form: u32, what: &str) -> String {
    phone
        .until_form(form, what, |view| {
            let seen = &named(view, "Seen").text;
            seen.contains(what).then(|| seen.clone())
        })
        .await
}

#[tokio::test]
async fn section_8_a_standard_period_sets_both_ends_and_is_told_once() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let period = named(&order, "period");
    assert_eq!((&period.kind, period.title.as_str()), (&ElementKindView::Period, "Validity"));
    assert_eq!(period.text, "Any time", "neither end is known");
    let choices: Vec<&str> = period.choices.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(&choices[..3], ["Any time", "Today", "Yesterday"]);
    let fields: Vec<&str> = order.elements.iter().filter(|e| e.parent == Some(period.id)).map(|e| e.name.as_str()).collect();
    assert_eq!(fields, ["Begins", "Ends"]);
    let view = choose(&ann, order.form, "thisYear", "This year").await;
    assert!(view.modified);
    let (begins, ends) = (named(&view, "Begins").text.clone(), named(&view, "Ends").text.clone());
    assert!(begins.ends_with("-01-01") && ends.ends_with("-12-31") && begins[..4] == ends[..4], "{begins} {ends}");
    let told = until_seen(&ann, order.form, "period").await;
    assert_eq!(told, format!("period {begins} {ends}"), "both ends, once");
    choose(&ann, order.form, "any", "Any time").await;
    assert_eq!(until_seen(&ann, order.form, "- -").await, format!("{told} period - -"));
}

#[tokio::test]
async fn a_typed_end_is_told_as_the_period_and_one_that_is_no_day_stays_as_typed() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Begins", "2026-02-01").await;
    until_seen(&ann, order.form, "period 2026-02-01 -").await;
    assert_eq!(ann.element(order.form, "period").await.text, "2026-02-01 – …");
    ann.set(order.form, "Ends", "soon").await;
    let ends = ann.element(order.form, "Ends").await;
    assert!(ends.error.contains("2026-01-31") && ends.text == "soon", "{ends:?}");
    assert_eq!(ann.element(order.form, "period").await.error, "");
    choose(&ann, order.form, "today", "Today").await;
    let ends = ann.element(order.form, "Ends").await;
    assert!(ends.error.is_empty() && ends.text != "soon", "a chosen period replaces what was typed");
}

#[tokio::test]
async fn a_period_that_ends_before_it_starts_says_so_is_not_told_and_is_not_written() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Begins", "2026-03-31").await;
    until_seen(&ann, order.form, "2026-03-31 -").await;
    ann.set(order.form, "Ends", "2026-03-01").await;
    let wrong = "The period ends before it starts; change one of the two dates.";
    ann.until_form(order.form, "the error", |view| (named(view, "period").error == wrong).then_some(())).await;
    ann.execute(order.form, "write");
    let told = ann.until_told("can't be saved").await;
    assert!(told.contains("2026-03-31 – 2026-03-01") && told.contains(wrong), "{told}");
    assert!(shore.comments().is_empty(), "nothing was written");
    ann.set(order.form, "Ends", "2026-04-01").await;
    let seen = until_seen(&ann, order.form, "2026-04-01").await;
    assert_eq!(seen, "period 2026-03-31 - period 2026-03-31 2026-04-01", "what was wrong was not told to code");
    assert_eq!(ann.element(order.form, "period").await.error, "");
    write(&ann, order.form).await;
    assert_eq!(shore.comments().len(), 1);
}

#[tokio::test]
async fn f10d_each_end_of_a_period_is_put_together_by_itself() {
    let shore = shore();
    let day = |text: &str| twinshore_metadata::Value::from_json(&serde_json::json!({ "$date": text })).expect("a day");
    let key = shore.add(
        "Document.Orders",
        &[("Comment", "with a period".into()), ("Begins", day("2026-01-01")), ("Ends", day("2026-01-31"))],
    );
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = open_row(&ann, "Document.Orders.List", "with a period").await;
    ann.set(order.form, "Begins", "2026-01-10").await;
    shore.change(&key, &[("Ends", day("2026-02-28"))]);
    let main = reopen(&ann, order.form, "openFromMainServer").await;
    assert_eq!(text(&ann, main.form, "Begins").await, "2026-01-10", "mine");
    assert_eq!(text(&ann, main.form, "Ends").await, "2026-02-28", "theirs");
    assert_eq!(text(&ann, main.form, "period").await, "2026-01-10 – 2026-02-28");
    assert_eq!(ann.element(main.form, "Begins").await.conflict, None);
    shore.change(&key, &[("Begins", day("2026-01-20"))]);
    let local = reopen(&ann, main.form, "openOffline").await;
    let main = reopen(&ann, local.form, "openFromMainServer").await;
    let begins = ann.element(main.form, "Begins").await;
    assert_eq!(begins.text, "2026-01-10");
    assert_eq!(begins.conflict.map(|c| c.theirs), Some("2026-01-20".into()), "the end that both changed is marked");
    assert_eq!(ann.element(main.form, "Ends").await.conflict, None);
    ann.client().dispatch(main.form, FormEvent::TakeTheirs { element: begins.id });
    ann.until_form(main.form, "theirs", |view| (named(view, "period").text == "2026-01-20 – 2026-02-28").then_some(())).await;
}

#[tokio::test]
async fn f19_a_chosen_period_is_in_the_draft_after_a_kill() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let view = choose(&ann, order.form, "lastYear", "Last year").await;
    let begins = named(&view, "Begins").text.clone();
    until_seen(&ann, order.form, &begins).await;
    let ann = ann.restart().expect("started again");
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    ann.until_available(true).await;
    ann.client().take_draft(draft);
    let form = ann.until("the form", |view| view.windows.first().map(|w| w.form)).await;
    ann.until_form(form, "the period", |view| {
        (named(view, "period").text == "Last year" && named(view, "Begins").text == begins).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_period_that_code_closes_closes_both_fields() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await.form;
    ann.set(order, "Trouble", "period readOnly true").await;
    ann.execute(order, "arrange");
    ann.until_form(order, "all of it to be closed", |view| {
        ["period", "Begins", "Ends"].iter().all(|name| named(view, name).read_only).then_some(())
    })
    .await;
    ann.set(order, "Trouble", "period enabled false").await;
    ann.execute(order, "arrange");
    ann.until_form(order, "all of it to be greyed", |view| {
        ["period", "Begins", "Ends"].iter().all(|name| !named(view, name).enabled).then_some(())
    })
    .await;
}
