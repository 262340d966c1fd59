//! F19: drafts after a kill at any moment, by every way of typing, and for two people.

use twinshore_client::view::FormEvent;
use twinshore_testing::Phone;

use super::world::*;

/// Kills the app, starts it again, and goes on with the draft.
async fn killed(ann: Phone) -> (Phone, u32) {
    let ann = ann.restart().expect("started again");
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    let before: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    ann.until_available(true).await;
    ann.client().take_draft(draft);
    let form = ann.until("the form", |view| view.windows.iter().map(|w| w.form).find(|f| !before.contains(f))).await;
    ann.until_form(form, "its view", |_| Some(())).await;
    (ann, form)
}

#[tokio::test]
async fn f19_every_way_of_typing_is_in_the_draft() {
    let shore = shore();
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "typed").await;
    ann.set(order.form, "Discount", "12x").await;
    ann.set(order.form, "Trouble", "lives in the form only").await;
    let paid = element_id(&ann, order.form, "Paid").await;
    ann.client().dispatch(order.form, FormEvent::SetChecked { element: paid, checked: true });
    ann.choose(order.form, "About", "Green").await;
    let lines = element_id(&ann, order.form, "Lines").await;
    for _ in 0..3 {
        ann.client().dispatch(order.form, FormEvent::AddRow { element: lines });
    }
    let rows = ann
        .until_form(order.form, "three rows", |view| {
            let table = view.elements.iter().find(|e| e.id == lines)?.table.as_ref()?;
            (table.rows.len() == 3).then(|| table.rows.clone())
        })
        .await;
    set_cell(&ann, order.form, "Lines", 0, "Quantity", "1.000").await;
    set_cell(&ann, order.form, "Lines", 1, "Quantity", "two").await;
    set_cell(&ann, order.form, "Lines", 2, "Quantity", "3.000").await;
    ann.client().dispatch(order.form, FormEvent::RemoveRow { element: lines, row: rows[0].id.clone() });
    ann.client().dispatch(order.form, FormEvent::MoveRow { element: lines, row: rows[2].id.clone(), up: true });
    ann.until_form(order.form, "the rows in their order", |view| {
        let table = view.elements.iter().find(|e| e.id == lines)?.table.as_ref()?;
        (table.rows.len() == 2 && table.rows[0].id == rows[2].id).then_some(())
    })
    .await;
    let (ann, form) = killed(ann).await;
    assert_eq!(text(&ann, form, "Comment").await, "typed");
    let discount = ann.element(form, "Discount").await;
    assert_eq!(discount.text, "12x");
    assert!(!discount.error.is_empty(), "not a number yet");
    assert_eq!(text(&ann, form, "Trouble").await, "lives in the form only");
    assert!(ann.element(form, "Paid").await.checked);
    assert_eq!(text(&ann, form, "About").await, "Green tea");
    let quantities: Vec<String> = cells(&ann, form, "Lines").await.into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(quantities, ["3.000", "two"]);
}

#[tokio::test]
async fn f19_what_lives_in_the_form_only_is_kept_too_and_goes_when_it_is_closed() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Trouble", "a note to self").await;
    let (ann, form) = killed(ann).await;
    assert_eq!(text(&ann, form, "Trouble").await, "a note to self");
    ann.set(form, "Comment", "of the object").await;
    write(&ann, form).await;
    let (ann, form) = killed(ann).await;
    assert_eq!(
        text(&ann, form, "Trouble").await,
        "a note to self",
        "saving the object does not save what lives in the form only"
    );
    assert_eq!(text(&ann, form, "Comment").await, "of the object");
    ann.execute(form, "close");
    ann.until_gone(form).await;
    ann.until("no draft", |view| view.drafts.is_empty().then_some(())).await;
}

/// An order with an unsaved comment in a draft, of an app that was killed, and the form of that order opened since.
async fn opened_beside_its_draft(shore: &Shore) -> (Phone, String, u32) {
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "saved").await;
    write(&ann, order.form).await;
    ann.set(order.form, "Comment", "typed before").await;
    let ann = ann.restart().expect("started again");
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    ann.until_available(true).await;
    let beside = open_row(&ann, "Document.Orders.List", "saved").await.form;
    (ann, draft, beside)
}

#[tokio::test]
async fn f19_a_form_without_typed_text_gives_way_to_the_draft_of_its_item() {
    let shore = shore();
    let (ann, draft, beside) = opened_beside_its_draft(&shore).await;
    ann.client().take_draft(draft);
    ann.until_gone(beside).await;
    let windows = ann.until("the draft's form", |view| (!view.windows.is_empty()).then(|| view.windows.clone())).await;
    assert_eq!(windows.len(), 1, "{windows:?}");
    assert_eq!(text(&ann, windows[0].form, "Comment").await, "typed before");
}

#[tokio::test]
async fn f19_a_form_with_typed_text_stays_beside_the_draft_of_its_item() {
    // Of the object, and living in the form only.
    for element in ["Comment", "Trouble"] {
        let shore = shore();
        let (ann, draft, beside) = opened_beside_its_draft(&shore).await;
        ann.set(beside, element, "typed since").await;
        ann.client().take_draft(draft);
        let form = ann.until("the form", |view| view.windows.iter().map(|w| w.form).find(|f| *f != beside)).await;
        ann.until_form(form, "what was typed before", |view| {
            view.elements.iter().any(|e| e.name == "Comment" && e.text == "typed before").then_some(())
        })
        .await;
        // A form that gave way would be gone by the answer to this.
        ann.set(form, "Comment", "typed before and after").await;
        assert_eq!(text(&ann, beside, element).await, "typed since");
    }
}

#[tokio::test]
async fn f19_a_handler_that_runs_when_the_form_opens_overwrites_nothing_typed() {
    let plain = fixture()
        .file(
            "documents/Orders/Item.form.client.ts",
            "export function onOpen(form: any): void { form.Comment = 'by default'; }\n",
        )
        .file(
            "documents/Orders/Item.form.yaml",
            "form: Item\nitems:\n  - field: Comment\n  - { table: Lines, columns: [Quantity] }\n",
        )
        .file("documents/Orders/Item.form.server.ts", "export {};\n");
    let shore = of(&plain);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "by hand").await;
    let (ann, form) = killed(ann).await;
    assert_eq!(text(&ann, form, "Comment").await, "by hand");
}

#[tokio::test]
async fn f19_drafts_of_two_people_on_one_device_are_apart() {
    let shore = shore();
    let phone = shore.phone("ann").await;
    let order = new_order(&phone).await;
    phone.set(order.form, "Comment", "of ann").await;
    phone.client().sign_out();
    phone.sign_in("bob", "secret").await;
    assert!(phone.view().await.drafts.is_empty(), "bob sees none of ann's");
    phone.client().sign_out();
    phone.sign_in("ann", "secret").await;
    phone.until("ann's draft", |view| (view.drafts.len() == 1).then_some(())).await;
}

#[tokio::test]
async fn f19_a_draft_of_a_form_that_an_update_took_away_can_still_be_read() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let desk = ann.open("CommonForm.Desk.Main").await;
    ann.set(desk.form, "Text", "typed at the desk").await;
    let stopped = ann.stop().await;
    let without = fixture()
        .without("common-forms/Desk/Main.form.yaml")
        .file(
            "common-forms/Desk/Other.form.yaml",
            "form: Other\npurpose: free\nattributes: { Text: string(50) }\nitems:\n  - field: Text\n",
        )
        .file("documents/Orders/Item.form.yaml", "form: Item\nitems:\n  - field: Comment\n")
        .file("documents/Orders/Item.form.client.ts", "export {};\n");
    let folder = without.write().expect("files");
    shore.world.update(twinshore_server::Source::Folder(folder.path().to_owned())).expect("updated");
    let ann = stopped.start().expect("started");
    ann.client().sign_out();
    ann.sign_in("ann", "secret").await;
    ann.until_available(true).await;
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    ann.client().take_draft(draft);
    let shown = answer(&ann, "keep-draft").await;
    assert!(shown.contains("typed at the desk"), "{shown}");
    assert_eq!(ann.view().await.drafts.len(), 1, "it stays until it is thrown away");
}
