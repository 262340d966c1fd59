//! F1–F6, F18: forms that lose their server, and elements that follow.

use twinshore_client::view::{ElementView, FormAvailability, FormEvent};

use super::world::*;

#[tokio::test]
async fn f2_an_unavailable_form_shows_everything_and_takes_nothing() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "still to be read").await;
    cut(&ann).await;
    let reason = ann
        .until_form(order.form, "the offer", |view| match &view.availability {
            FormAvailability::Unavailable { reason, can_open_offline: true } => Some(reason.clone()),
            _ => None,
        })
        .await;
    assert!(reason.contains("Your text is kept"), "{reason}");
    let comment = ann.element(order.form, "Comment").await;
    assert!(comment.read_only && comment.enabled && comment.text == "still to be read", "read and copied: {comment:?}");
    let view = ann.client().form_view(order.form).await.expect("open");
    let buttons = view.elements.iter().filter(|e| matches!(e.kind, twinshore_client::view::ElementKindView::Button { .. }));
    assert!(buttons.clone().count() > 3 && buttons.into_iter().all(|b| !b.enabled));
    ann.client().dispatch(
        order.form,
        FormEvent::SetText { element: comment.id, text: "more".into(), input_version: comment.input_version + 1 },
    );
    restore(&ann).await;
    until_editable(&ann, order.form).await;
    assert_eq!(text(&ann, order.form, "Comment").await, "still to be read", "46: as typed before");
    ann.set(order.form, "Comment", "and written").await;
    write(&ann, order.form).await;
    assert_eq!(shore.comments(), ["and written"]);
}

#[tokio::test]
async fn f2_a_form_that_is_not_in_the_composition_can_only_be_closed() {
    let shore = shore();
    shore.add("Catalog.Contracts", &[("Description", "Harbour".into())]);
    let ann = shore.phone("ann").await;
    let contract = open_row(&ann, "Catalog.Contracts.List", "Harbour").await;
    cut(&ann).await;
    ann.until_form(contract.form, "no offer", |view| {
        matches!(view.availability, FormAvailability::Unavailable { can_open_offline: false, .. }).then_some(())
    })
    .await;
    ann.execute(contract.form, "close");
    ann.until_gone(contract.form).await;
    ann.client().open("Catalog.Contracts.List".into());
    ann.until_told("main server").await;
}

#[tokio::test]
async fn f2_a_command_taken_out_of_the_set_is_not_offered_and_not_done_for_people() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let desk = ann.open("CommonForm.Desk.Main").await;
    ann.set(desk.form, "Text", "typed").await;
    cut(&ann).await;
    ann.until_form(desk.form, "no offer (69)", |view| {
        matches!(view.availability, FormAvailability::Unavailable { can_open_offline: false, .. }).then_some(())
    })
    .await;
    ann.execute(desk.form, "openOffline");
    // Whatever comes after it was not reopened.
    ann.execute(desk.form, "close");
    answer(&ann, "keep-draft").await;
    ann.until_gone(desk.form).await;
    assert!(ann.view().await.windows.is_empty());
}

#[tokio::test]
async fn f2_programmatic_reopening_works_without_the_command() {
    let without = fixture().file(
        "documents/Orders/Item.form.yaml",
        "form: Item\nwithout: [openOffline]\nattributes: { Trouble: string(50), Seen: string(500) }\nitems:\n  - field: Comment\n  - field: Trouble\n",
    )
    .file("documents/Orders/Item.form.client.ts", "
export function ifMainServerAvailabilityChanged(form: any, event: any): void {
  if (!event.available && form.usedServer === 'main') form.reopen();
}
")
    .file("documents/Orders/Item.form.server.ts", "export {};\n");
    let shore = of(&without);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "by code").await;
    cut(&ann).await;
    let left = ann.until_gone(order.form).await;
    let local = *left.last().expect("the new form");
    assert_eq!(text(&ann, local, "Comment").await, "by code", "69");
}

#[tokio::test]
async fn f3_closing_an_unavailable_modified_form_asks() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    for choice in ["cancel", "openOffline", "keep-draft", "discard"] {
        let order = new_order(&ann).await;
        ann.set(order.form, "Comment", choice).await;
        cut(&ann).await;
        until_locked_form(&ann, order.form).await;
        let drafts = ann.view().await.drafts.len();
        ann.execute(order.form, "close");
        ann.execute(order.form, "close");
        answer(&ann, choice).await;
        if choice == "cancel" {
            assert_eq!(text(&ann, order.form, "Comment").await, "cancel");
            assert!(ann.view().await.dialog.is_none(), "who presses twice is asked once");
            ann.execute(order.form, "close");
            answer(&ann, "discard").await;
        }
        let left = ann.until_gone(order.form).await;
        let kept = ann.view().await.drafts.len() - drafts;
        assert_eq!(kept, usize::from(choice == "keep-draft"), "{choice}");
        if choice == "openOffline" {
            let local = *left.last().expect("the new form");
            assert_eq!(text(&ann, local, "Comment").await, "openOffline");
            ann.execute(local, "close");
            answer(&ann, "discard").await;
            ann.until_gone(local).await;
        }
        restore(&ann).await;
    }
}

#[tokio::test]
async fn f4_a_main_server_that_starts_anew_takes_the_form_as_it_is() {
    let shore = shore();
    let key = shore.order("before the crash", &[1]);
    let ann = shore.phone("ann").await;
    let order = open_row(&ann, "Document.Orders.List", "before the crash").await;
    ann.set(order.form, "Comment", "typed before it").await;
    shore.world.kill_main();
    ann.until_available(false).await;
    until_locked_form(&ann, order.form).await;
    shore.world.start_main().expect("started");
    ann.until_available(true).await;
    until_editable(&ann, order.form).await;
    ann.set(order.form, "Phone", "after it").await;
    write(&ann, order.form).await;
    assert_eq!(shore.value(&key, "Comment"), Some("typed before it".into()));
    assert_eq!(shore.value(&key, "Phone"), Some("after it".into()));
}

fn named<'v>(view: &'v twinshore_client::view::FormView, name: &str) -> &'v ElementView {
    view.elements.iter().find(|e| e.name == name).expect(name)
}

#[tokio::test]
async fn f5_elements_and_commands_of_a_local_form_follow_the_main_server() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = new_order(&ann).await;
    let enabled = |view: &twinshore_client::view::FormView| {
        ["Contract", "Comment", "Phone", "About", "askContract", "write"].map(|name| named(view, name).enabled)
    };
    ann.until_form(order.form, "all enabled", |view| (enabled(view) == [true; 6]).then_some(())).await;
    cut(&ann).await;
    ann.until_form(order.form, "67: Auto follows the reference, the others what they say", |view| {
        (enabled(view) == [false, true, false, true, false, true]).then_some(())
    })
    .await;
    let view = ann.client().form_view(order.form).await.expect("open");
    assert_eq!(named(&view, "Contract").hint, "Needs connection");
    restore(&ann).await;
    ann.until_form(order.form, "all back", |view| (enabled(view) == [true; 6]).then_some(())).await;
}

#[tokio::test]
async fn f5_the_standard_choice_fails_and_own_processing_takes_its_place() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = new_order(&ann).await;
    cut(&ann).await;
    let about = element_id(&ann, order.form, "About").await;
    ann.set(order.form, "Trouble", "own choice").await;
    ann.client().dispatch(order.form, FormEvent::OpenChoice { element: about });
    ann.until_form(order.form, "the author's value", |view| (named(view, "About").text == "chosen by hand").then_some(()))
        .await;
}

#[tokio::test]
async fn f6_a_form_whose_handler_says_so_is_not_locked() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Trouble", "stays").await;
    cut(&ann).await;
    ann.until_form(order.form, "the event", |view| named(view, "Seen").text.contains("lost").then_some(())).await;
    until_editable(&ann, order.form).await;
    ann.set(order.form, "Comment", "typed without a server").await;
    ann.execute(order.form, "write");
    ann.until_told("main server").await;
    assert_eq!(text(&ann, order.form, "Comment").await, "typed without a server");
    restore(&ann).await;
    write(&ann, order.form).await;
    assert_eq!(shore.comments(), ["typed without a server"]);
}
