//! F10: what goes over, what stays, what is marked.

use twinshore_client::view::FormEvent;

use super::world::*;

#[tokio::test]
async fn f10d_three_way_with_marks_and_one_tap_takes_theirs() {
    let shore = shore();
    let key = shore.order("base", &[1, 2]);
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = open_row(&ann, "Document.Orders.List", "base").await;
    assert_eq!(order.used_server, "standalone");
    ann.set(order.form, "Comment", "mine").await;
    set_cell(&ann, order.form, "Lines", 0, "Quantity", "10.000").await;
    set_cell(&ann, order.form, "Lines", 1, "Quantity", "20.000").await;
    shore.change(&key, &[("Comment", "theirs".into()), ("Phone", "theirs too".into())]);
    shore.change_lines(&key, |rows| {
        rows[0].values.insert("Quantity".into(), twinshore_metadata::Value::Decimal(7.into()));
    });
    let main = reopen(&ann, order.form, "openFromMainServer").await;
    assert_eq!(main.used_server, "main");
    let comment = ann.element(main.form, "Comment").await;
    assert_eq!((comment.text.as_str(), comment.conflict.map(|c| c.theirs)), ("mine", Some("theirs".into())));
    let phone = ann.element(main.form, "Phone").await;
    assert_eq!((phone.text.as_str(), phone.conflict), ("theirs too", None));
    let lines = ann.element(main.form, "Lines").await;
    let rows = lines.table.expect("rows").rows;
    let cell = |row: usize| (rows[row].cells[1].text.clone(), rows[row].cells[1].conflict.clone().map(|c| c.theirs));
    assert_eq!(cell(0), ("10.000".into(), Some("7.000".into())));
    assert_eq!(cell(1), ("20.000".into(), None));
    ann.until_told("changed on the other server too").await;
    ann.client().dispatch(main.form, FormEvent::TakeTheirs { element: comment.id });
    ann.until_form(main.form, "theirs", |view| {
        let comment = view.elements.iter().find(|e| e.name == "Comment")?;
        (comment.text == "theirs" && comment.conflict.is_none()).then_some(())
    })
    .await;
    let event = FormEvent::TakeTheirsCell { element: lines.id, row: rows[0].id.clone(), column: "Quantity".into() };
    ann.client().dispatch(main.form, event);
    ann.until_form(main.form, "their cell", |view| {
        let table = view.elements.iter().find(|e| e.name == "Lines")?.table.as_ref()?;
        (table.rows[0].cells[1].text == "7.000" && table.rows[0].cells[1].conflict.is_none()).then_some(())
    })
    .await;
    write(&ann, main.form).await;
    assert_eq!(shore.value(&key, "Comment"), Some("theirs".into()));
}

#[tokio::test]
async fn f10f_rows_added_deleted_and_changed_on_both_sides() {
    let shore = shore();
    let key = shore.order("rows", &[1, 2, 3]);
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = open_row(&ann, "Document.Orders.List", "rows").await;
    let lines = ann.element(order.form, "Lines").await;
    let rows = lines.table.as_ref().expect("rows").rows.clone();
    ann.client().dispatch(order.form, FormEvent::RemoveRow { element: lines.id, row: rows[0].id.clone() });
    ann.client().dispatch(order.form, FormEvent::AddRow { element: lines.id });
    ann.until_form(order.form, "the rows", |view| {
        let table = view.elements.iter().find(|e| e.name == "Lines")?.table.as_ref()?;
        (table.rows.len() == 3 && table.rows[0].id == rows[1].id).then_some(())
    })
    .await;
    set_cell(&ann, order.form, "Lines", 2, "Quantity", "40.000").await;
    // Theirs: the first row changed, which I deleted; the last one deleted, which I left; one more.
    shore.change_lines(&key, |rows| {
        rows[0].values.insert("Quantity".into(), twinshore_metadata::Value::Decimal(9.into()));
        rows.pop();
        let mut row = twinshore_metadata::TableRow::new();
        row.values.insert("Quantity".into(), twinshore_metadata::Value::Decimal(50.into()));
        rows.push(row);
    });
    let main = reopen(&ann, order.form, "openFromMainServer").await;
    let mut quantities: Vec<String> = cells(&ann, main.form, "Lines").await.into_iter().map(|r| r[1].clone()).collect();
    quantities.sort();
    assert_eq!(quantities, ["2.000", "40.000", "50.000"]);
    let lines = ann.element(main.form, "Lines").await;
    assert!(lines.conflict.expect("a mark").theirs.contains("9.000"), "a row I deleted was changed there");
    ann.client().dispatch(main.form, FormEvent::TakeTheirs { element: lines.id });
    ann.until_form(main.form, "all of theirs", |view| {
        let lines = view.elements.iter().find(|e| e.name == "Lines")?;
        let rows = &lines.table.as_ref()?.rows;
        let found: Vec<&str> = rows.iter().map(|r| r.cells[1].text.as_str()).collect();
        (found == ["9.000", "2.000", "50.000"] && lines.conflict.is_none()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn f10h_code_gets_a_report_and_the_excluded_attribute_is_named() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "copied").await;
    ann.set(order.form, "Phone", "not asked for").await;
    ann.set(order.form, "Discount", "5.00").await;
    ann.set(order.form, "Trouble", "whenReopening own").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    let seen = text(&ann, local.form, "Seen").await;
    assert!(seen.ends_with("copied Comment skipped Discount conflicts"), "10h, 54: {seen}");
    assert_eq!(text(&ann, local.form, "Phone").await, "", "`only`, and F10g: it is not filled again");
    assert_eq!(local.left_behind, ["Discount"]);
    assert!(ann.log().iter().any(|entry| entry.call.contains("copied Comment")), "the author finds it in the log");
}

#[tokio::test]
async fn f9_standard_processing_may_be_switched_off_by_the_old_form() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "not copied").await;
    ann.set(order.form, "Trouble", "whenReopening alone").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    assert!(text(&ann, local.form, "Seen").await.contains("standard=false"));
    assert_eq!(text(&ann, local.form, "Comment").await, "", "53");
}

#[tokio::test]
async fn f10c_a_complex_attribute_stops_it_before_anything_is_copied() {
    let shore = shore();
    shore.add("Catalog.Notes", &[("Description", "Tides".into())]);
    let ann = shore.phone("ann").await;
    let note = open_row(&ann, "Catalog.Notes.List", "Tides").await;
    ann.set(note.form, "Text", "typed").await;
    cut(&ann).await;
    until_locked_form(&ann, note.form).await;
    ann.execute(note.form, "openOffline");
    ann.until_told("Preview can't be copied").await;
    assert_eq!(text(&ann, note.form, "Text").await, "typed", "55");
    until_locked_form(&ann, note.form).await;
    assert_eq!(ann.view().await.windows.len(), 1);
}

#[tokio::test]
async fn f10c_the_same_refusal_ends_a_handler_that_does_not_await_it() {
    let own = fixture()
        .file(
            "catalogs/Notes/Item.form.client.ts",
            "export function whenReopening(form: any, previous: any, event: any): void {\n  form.fillWhenReopening(previous);\n  event.standardProcessing = false;\n}\n",
        );
    let shore = of(&own);
    shore.add("Catalog.Notes", &[("Description", "Tides".into())]);
    let ann = shore.phone("ann").await;
    let note = open_row(&ann, "Catalog.Notes.List", "Tides").await;
    ann.set(note.form, "Text", "typed").await;
    cut(&ann).await;
    until_locked_form(&ann, note.form).await;
    ann.execute(note.form, "openOffline");
    ann.until_told("Preview can't be copied").await;
    assert_eq!(text(&ann, note.form, "Text").await, "typed");
}

#[tokio::test]
async fn f10c_except_takes_it_out() {
    let own = fixture()
        .file(
            "catalogs/Notes/Item.form.client.ts",
            "export function whenReopening(form: any, previous: any, event: any): void {\n  form.fillWhenReopening(previous, { except: ['Preview'] });\n  event.standardProcessing = false;\n}\n",
        );
    let shore = of(&own);
    shore.add("Catalog.Notes", &[("Description", "Tides".into())]);
    let ann = shore.phone("ann").await;
    let note = open_row(&ann, "Catalog.Notes.List", "Tides").await;
    ann.set(note.form, "Text", "typed").await;
    cut(&ann).await;
    until_locked_form(&ann, note.form).await;
    let local = reopen(&ann, note.form, "openOffline").await;
    assert_eq!(text(&ann, local.form, "Text").await, "typed", "56");
    assert!(local.modified);
}
