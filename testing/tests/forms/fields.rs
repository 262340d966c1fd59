//! Section 8, "must": every kind of element and attribute works in a form.

use twinshore_client::view::{ElementKindView, FieldKind, FormEvent};

use super::world::*;

fn field(view: &twinshore_client::view::FormView, name: &str) -> (FieldKind, String, String) {
    let element = view.elements.iter().find(|e| e.name == name).expect(name);
    match element.kind {
        ElementKindView::Field { field } => (field, element.text.clone(), element.error.clone()),
        ref other => panic!("{name} is no field: {other:?}"),
    }
}

#[tokio::test]
async fn section_8_every_kind_of_field_takes_what_is_typed_and_says_what_is_wrong() {
    let shore = shore();
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    let ann = shore.phone("ann").await;
    let desk = ann.open("CommonForm.Desk.Main").await;
    for (name, kind, typed) in [
        ("Text", FieldKind::Text, "a text"),
        ("Identifier", FieldKind::Text, "018f0000-0000-7000-8000-000000000001"),
        ("Day", FieldKind::Date, "2026-01-31"),
        ("Moment", FieldKind::DateTime, "2026-01-31 14:30"),
        ("Hour", FieldKind::Time, "14:30"),
        ("Amount", FieldKind::Number, "1,234.50"),
        ("Many", FieldKind::Multiline, "two\nlines"),
        ("Any", FieldKind::Reference, "7.25"),
    ] {
        assert_eq!(field(&desk, name).0, kind, "{name}");
        ann.set(desk.form, name, typed).await;
        let element = ann.element(desk.form, name).await;
        assert_eq!((element.text.as_str(), element.error.as_str()), (typed, ""), "{name}");
    }
    for (name, typed, help) in
        [("Identifier", "no id", "identifier"), ("Day", "tomorrow", "2026-01-31"), ("Amount", "a lot", "not a number")]
    {
        ann.set(desk.form, name, typed).await;
        let error = ann.element(desk.form, name).await.error;
        assert!(error.contains(help), "{name}: {error}");
    }
    assert_eq!(field(&desk, "Flag").0, FieldKind::CheckBox);
    let on = element_id(&ann, desk.form, "Flag").await;
    ann.client().dispatch(desk.form, FormEvent::SetChecked { element: on, checked: true });
    ann.until_form(desk.form, "the check", |view| view.elements.iter().find(|e| e.id == on && e.checked).map(drop)).await;
    for name in ["Kind", "Any"] {
        let element = ann.element(desk.form, name).await;
        let bad = element.choices.iter().find(|c| c.text == "Bad").expect("the values of the enumeration").id.clone();
        ann.client().dispatch(desk.form, FormEvent::Choose { element: element.id, choice: bad });
        ann.until_form(desk.form, "the value", |view| {
            view.elements.iter().find(|e| e.id == element.id && e.text == "Bad").map(drop)
        })
        .await;
    }
    assert_eq!(field(&desk, "Kind").0, FieldKind::Radio);
    ann.choose(desk.form, "Any", "Green").await;
}

#[tokio::test]
async fn section_8_a_progress_bar_shows_and_a_track_bar_sets_a_number_between_its_limits() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let desk = ann.open("CommonForm.Desk.Main").await;
    let kind = |view: &twinshore_client::view::FormView, name: &str| {
        view.elements.iter().find(|e| e.name == name).map(|e| e.kind.clone()).expect(name)
    };
    assert_eq!(kind(&desk, "Done"), ElementKindView::Progress { share: 0.0 });
    ann.set(desk.form, "Done", "20").await;
    let view = ann.client().form_view(desk.form).await.expect("open");
    assert_eq!(kind(&view, "Done"), ElementKindView::Progress { share: 0.4 });
    assert_eq!(kind(&view, "Volume"), ElementKindView::Track { value: 1.0, min: 1.0, max: 11.0, step: 0.1 });
    let volume = ann.element(desk.form, "Volume").await;
    // As a shell writes the number, whatever the person's language writes between whole and fraction.
    let event = FormEvent::SetText { element: volume.id, text: "7.5".into(), input_version: volume.input_version + 1 };
    ann.client().dispatch(desk.form, event);
    ann.until_form(desk.form, "the mark to move", |view| {
        let volume = view.elements.iter().find(|e| e.id == volume.id)?;
        (volume.text == "7.5" && kind(view, "Volume") == ElementKindView::Track { value: 7.5, min: 1.0, max: 11.0, step: 0.1 })
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn section_8_a_field_offers_texts_that_hold_what_is_typed_and_takes_others_too() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let desk = ann.open("CommonForm.Desk.Main").await.form;
    let offered = |element: &twinshore_client::view::ElementView| -> Vec<String> {
        element.choices.iter().map(|c| c.text.clone()).collect()
    };
    let greeting = ann.element(desk, "Greeting").await;
    assert_eq!(offered(&greeting), ["Good morning", "Good evening", "See you"]);
    ann.set(desk, "Greeting", "good").await;
    assert_eq!(offered(&ann.element(desk, "Greeting").await), ["Good morning", "Good evening"]);
    ann.client().dispatch(desk, FormEvent::Choose { element: greeting.id, choice: "Good evening".into() });
    let chosen = ann
        .until_form(desk, "the chosen text", |view| {
            view.elements.iter().find(|e| e.id == greeting.id && e.text == "Good evening").cloned()
        })
        .await;
    assert_eq!(offered(&chosen).len(), 3, "another one can be chosen");
    ann.set(desk, "Greeting", "Ahoy").await;
    let own = ann.element(desk, "Greeting").await;
    assert_eq!((own.error.as_str(), offered(&own).len()), ("", 0));
    let order = new_order(&ann).await.form;
    ann.set(order, "Trouble", "Phone choices 11,12").await;
    ann.execute(order, "arrange");
    ann.until_form(order, "what code offers", |view| {
        view.elements.iter().find(|e| e.name == "Phone" && offered(e) == ["11", "12"]).map(drop)
    })
    .await;
    let phone = element_id(&ann, order, "Phone").await;
    ann.client().dispatch(order, FormEvent::Choose { element: phone, choice: "12".into() });
    ann.until_form(order, "the number", |view| {
        view.elements.iter().find(|e| e.id == phone && e.text == "12").filter(|_| view.modified).map(drop)
    })
    .await;
}

#[tokio::test]
async fn section_8_a_new_item_is_filled_from_the_one_it_is_based_on_on_whichever_server_opens_it() {
    let shore = shore();
    shore.write_lines("Catalog.Notes", &[("Description", "Tides".into()), ("Comment", "from a note".into())], &[3, 4]);
    let ann = shore.phone("ann").await;
    let based = FormEvent::Execute { command: "createBasedOn".into() };
    let note = open_row(&ann, "Catalog.Notes.List", "Tides").await;
    let button = note.elements.iter().find(|e| e.name == "createBasedOn").expect("a button");
    assert!(button.visible, "orders are based on notes");
    ann.set(note.form, "Text", "typed").await;
    ann.execute(note.form, "createBasedOn");
    ann.until_told("Save this first").await;
    write(&ann, note.form).await;
    let order = ann.opened_by(note.form, based).await;
    assert_eq!((order.name.as_str(), order.used_server.as_str()), ("Document.Orders.Item", "main"));
    for (name, value) in [("Comment", "from a note"), ("About", "Tides"), ("Phone", "based on Tides")] {
        assert_eq!(text(&ann, order.form, name).await, value, "{name}");
    }
    assert_eq!(cells(&ann, order.form, "Lines").await, [["", "3.000"], ["", "4.000"]]);
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    assert_eq!(text(&ann, local.form, "Phone").await, "based on Tides", "F9: with the same parameters");
    assert_eq!(cells(&ann, local.form, "Lines").await.len(), 2);
    // From a list: the chosen row is the basis.
    let list = ann.open("Catalog.Notes.List").await.form;
    ann.execute(list, "createBasedOn");
    ann.until_told("Select a row first").await;
    let (element, row) = row_with(&ann, list, "Tides").await;
    ann.client().dispatch(list, FormEvent::SelectRow { element, row });
    let order = ann.opened_by(list, FormEvent::Execute { command: "createBasedOn".into() }).await;
    assert_eq!(order.used_server, "standalone");
    assert_eq!(text(&ann, order.form, "Comment").await, "from a note");
}

#[tokio::test]
async fn section_8_value_tables_live_in_the_form_and_go_over_with_it() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let found = element_id(&ann, order.form, "Found").await;
    ann.client().dispatch(order.form, FormEvent::AddRow { element: found });
    ann.until_form(order.form, "a row", |view| {
        let table = view.elements.iter().find(|e| e.id == found)?.table.as_ref()?;
        table.rows.first().map(drop)
    })
    .await;
    set_cell(&ann, order.form, "Found", 0, "Name", "by hand").await;
    ann.set(order.form, "Comment", "with a table").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    // F10f: each server fills the table on its own, so the rows are no common ones: replaced whole.
    assert_eq!(cells(&ann, local.form, "Found").await, [["by hand"]]);
    assert!(ann.element(local.form, "Found").await.conflict.is_none(), "no server holds another value of it");
}

#[tokio::test]
async fn section_8_a_reference_of_several_types_asks_which_one() {
    let shore = shore();
    shore.add("Catalog.Notes", &[("Description", "Tides".into())]);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let about = element_id(&ann, order.form, "About").await;
    let before: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    ann.client().dispatch(order.form, FormEvent::OpenChoice { element: about });
    answer(&ann, "Catalog.Notes").await;
    let list = ann.until("the choice form", |view| view.windows.iter().map(|w| w.form).find(|f| !before.contains(f))).await;
    let (element, row) = row_with(&ann, list, "Tides").await;
    ann.client().dispatch(list, FormEvent::OpenRow { element, row });
    ann.until_form(order.form, "the chosen note", |view| {
        view.elements.iter().find(|e| e.id == about && e.text == "Tides").map(drop)
    })
    .await;
}
