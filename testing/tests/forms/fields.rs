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
