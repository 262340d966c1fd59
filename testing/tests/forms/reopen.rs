//! F7–F9, F11–F13, F16, F17: reopening as a unit, its order, and everything that can go wrong on the way.

use twinshore_client::view::{FormAvailability, FormEvent, FormView};
use twinshore_testing::Phone;

use super::world::*;

/// A new order typed on the main server, with a comment and three lines.
async fn typed_order(phone: &Phone, trouble: &str) -> FormView {
    let order = new_order(phone).await;
    assert_eq!(order.used_server, "main");
    phone.set(order.form, "Comment", "call first").await;
    phone.set(order.form, "Phone", "12-34").await;
    if !trouble.is_empty() {
        phone.set(order.form, "Trouble", trouble).await;
    }
    let lines = element_id(phone, order.form, "Lines").await;
    for (row, quantity) in ["1.000", "2.000", "3.000"].into_iter().enumerate() {
        phone.client().dispatch(order.form, FormEvent::AddRow { element: lines });
        phone
            .until_form(order.form, "a row", |view| {
                let table = view.elements.iter().find(|e| e.id == lines)?.table.as_ref()?;
                (table.rows.len() == row + 1).then_some(())
            })
            .await;
        set_cell(phone, order.form, "Lines", row, "Quantity", quantity).await;
    }
    order
}

/// The form is as it was typed, takes input again, and is the only one.
async fn assert_whole(phone: &Phone, order: u32) {
    until_locked_form(phone, order).await;
    assert_eq!(text(phone, order, "Comment").await, "call first");
    assert_eq!(text(phone, order, "Phone").await, "12-34");
    let quantities: Vec<String> = cells(phone, order, "Lines").await.into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(quantities, ["1.000", "2.000", "3.000"]);
    let windows = phone.view().await.windows;
    assert!(windows.iter().any(|w| w.form == order && w.modified), "{windows:?}");
    assert!(windows.iter().all(|w| w.used_server == "main"), "the new form is still there: {windows:?}");
}

#[tokio::test]
async fn f9_the_order_of_handlers_and_everything_typed_goes_over() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = typed_order(&ann, "").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    assert_eq!(local.used_server, "standalone");
    assert!(local.modified, "F11");
    let order_of_handlers = [
        "beforeReopening main",
        "onCreateAtServer standalone",
        "onOpen standalone",
        "whenReopening call first 3",
        "onClose main reopened",
    ];
    assert_eq!(traces(&ann).await, order_of_handlers, "51; the fill comes after whenReopening, whose form is empty yet");
    assert_eq!(text(&ann, local.form, "Comment").await, "call first");
    assert_eq!(cells(&ann, local.form, "Lines").await.len(), 3);
    assert!(ann.view().await.dialog.is_none(), "no question is asked");
    write(&ann, local.form).await;
    restore(&ann).await;
    ann.until_exchanged().await;
    assert_eq!(shore.comments(), ["call first"], "F12: one order with the id it always had");
}

#[tokio::test]
async fn f9_trouble_at_any_step_leaves_the_old_form_whole_and_usable() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    for (trouble, told) in [
        ("beforeReopening throws", "beforeReopening fails (documents/Orders/Item.form.client.ts:"),
        ("beforeReopening loops", "documents/Orders/Item.form.client.ts:"),
        ("beforeReopening waits", "(beforeReopening, 1 s)"),
        ("beforeReopening cancels", "did not allow reopening"),
        ("beforeReopening changes", "changed and failed"),
        ("whenReopening throws", "whenReopening fails (documents/Orders/Item.form.client.ts:"),
        ("whenReopening loops", "documents/Orders/Item.form.client.ts:"),
        ("whenReopening waits", "(takeOver, 1 s)"),
        ("whenReopening writes", "its data can be read"),
        ("whenReopening calls", "its data can be read"),
    ] {
        let order = typed_order(&ann, trouble).await;
        cut(&ann).await;
        until_locked_form(&ann, order.form).await;
        let known = ann.view().await.messages.last().map_or(0, |m| m.id);
        ann.execute(order.form, "openOffline");
        ann.until(&format!("{trouble}: {told}"), |view| {
            view.messages.iter().find(|m| m.id > known && m.text.contains(told)).map(drop)
        })
        .await;
        assert_whole(&ann, order.form).await;
        restore(&ann).await;
        until_editable(&ann, order.form).await;
        ann.set(order.form, "Trouble", "").await;
        write(&ann, order.form).await;
        ann.execute(order.form, "close");
        ann.until_gone(order.form).await;
    }
    assert_eq!(shore.comments(), vec!["call first"; 10]);
}

#[tokio::test]
async fn f9_a_new_form_that_can_not_be_made_leaves_the_old_one_whole() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    // This order never came to the device.
    ann.link.set(twinshore_testing::LinkState::Good);
    let order = typed_order(&ann, "").await;
    ann.set(order.form, "Comment", "fails in onOpen").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    // `onOpen` of the new form sees the comment only after the fill, so it passes; the main server's side is tried below.
    let local = reopen(&ann, order.form, "openOffline").await;
    ann.execute(local.form, "openFromMainServer");
    ann.until_told("The main server can't be reached").await;
    let view = ann.client().form_view(local.form).await.expect("open");
    assert_eq!(view.availability, FormAvailability::Available);
    assert_eq!(text(&ann, local.form, "Comment").await, "fails in onOpen");
}

#[tokio::test]
async fn f9_when_the_main_server_goes_in_the_middle_of_opening_there_the_local_form_stays() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = new_order(&ann).await;
    assert_eq!(order.used_server, "standalone");
    ann.set(order.form, "Comment", "typed here").await;
    ann.link.set(twinshore_testing::LinkState::Lost);
    ann.execute(order.form, "openFromMainServer");
    ann.until("a message", |view| view.messages.last().map(drop)).await;
    until_editable(&ann, order.form).await;
    assert_eq!(text(&ann, order.form, "Comment").await, "typed here");
    assert_eq!(ann.view().await.windows.iter().filter(|w| w.form == order.form).count(), 1);
}

#[tokio::test]
async fn f8_the_reason_is_told_to_code_and_to_people() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    shore.add("Catalog.Contracts", &[("Description", "Harbour".into())]);
    let contract = open_row(&ann, "Catalog.Contracts.List", "Harbour").await;
    ann.execute(contract.form, "openOffline");
    ann.until_told("exists on the main server only").await;
    poor(&ann).await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "here").await;
    cut(&ann).await;
    ann.execute(order.form, "goOver");
    ann.until_form(order.form, "the reason", |view| {
        let seen = view.elements.iter().find(|e| e.name == "Seen")?;
        seen.text.contains("ReopenNotPossible:no_connection").then_some(())
    })
    .await;
    ann.set_mode(twinshore_client::view::ModeView::Offline).await;
    ann.execute(order.form, "openFromMainServer");
    ann.until_told("You work in Offline mode").await;
    assert_eq!(text(&ann, order.form, "Comment").await, "here");
}

#[tokio::test]
async fn f7_local_to_main_shows_what_only_main_has_and_by_the_event_too() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    cut(&ann).await;
    let order = new_order(&ann).await;
    assert_eq!(order.used_server, "standalone");
    assert!(order.elements.iter().all(|e| e.name != "Discount"), "C11");
    ann.set(order.form, "Comment", "typed offline").await;
    ann.set(order.form, "Trouble", "goes").await;
    let before: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    restore(&ann).await;
    let main = ann.until("the main form", |view| view.windows.iter().map(|w| w.form).find(|f| !before.contains(f))).await;
    let view = ann.until_form(main, "its view", |view| Some(view.clone())).await;
    assert_eq!(view.used_server, "main");
    assert_eq!(text(&ann, main, "Comment").await, "typed offline");
    assert!(view.elements.iter().any(|e| e.name == "Discount"), "61: more attributes are there");
}

#[tokio::test]
async fn f11_an_unmodified_form_is_just_opened_anew() {
    let shore = shore();
    let key = shore.order("first", &[1]);
    let ann = shore.phone("ann").await;
    let order = open_row(&ann, "Document.Orders.List", "first").await;
    assert_eq!(order.used_server, "main");
    shore.change(&key, &[("Comment", "only on main".into())]);
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    assert!(!local.modified, "58");
    assert!(local.left_behind.is_empty());
    let shown = text(&ann, local.form, "Comment").await;
    assert!(["first", "only on main"].contains(&shown.as_str()), "the other server's data: {shown}");
}

#[tokio::test]
async fn f12_a_write_of_unknown_outcome_blocks_reopening_until_it_is_known() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "written once").await;
    ann.link.set(twinshore_testing::LinkState::CutAnswers);
    ann.execute(order.form, "write");
    ann.until_told("It isn't known").await;
    ann.link.set(twinshore_testing::LinkState::Lost);
    ann.until_available(false).await;
    ann.until_form(order.form, "no offer to open offline", |view| {
        matches!(view.availability, FormAvailability::Unavailable { can_open_offline: false, .. }).then_some(())
    })
    .await;
    ann.execute(order.form, "openOffline");
    ann.until_told("It isn't known yet").await;
    ann.execute(order.form, "close");
    answer(&ann, "keep-draft").await;
    ann.until_gone(order.form).await;
    // The id of the call is in the draft: after a restart the same call is repeated, not another one made.
    let ann = ann.restart().expect("started again");
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    restore(&ann).await;
    let before: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    ann.client().take_draft(draft);
    let form = ann.until("the form", |view| view.windows.iter().map(|w| w.form).find(|f| !before.contains(f))).await;
    ann.set(form, "Comment", "changed after").await;
    write(&ann, form).await;
    assert_eq!(shore.comments(), ["changed after"], "one order, whatever was not known");
}

#[tokio::test]
async fn f13_page_row_and_focus_are_as_they_were() {
    let shore = shore();
    shore.order("looked at", &[1, 2]);
    let ann = shore.phone("ann").await;
    let order = open_row(&ann, "Document.Orders.List", "looked at").await;
    let page = element_id(&ann, order.form, "lines").await;
    ann.client().dispatch(order.form, FormEvent::ActivatePage { element: page });
    let lines = ann.element(order.form, "Lines").await;
    let row = lines.table.expect("rows").rows[1].id.clone();
    ann.client().dispatch(order.form, FormEvent::SelectRow { element: lines.id, row: row.clone() });
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    let pages = ann.element(local.form, "main").await;
    let active = match pages.kind {
        twinshore_client::view::ElementKindView::Pages { active } => active,
        other => panic!("no pages: {other:?}"),
    };
    assert_eq!(active, Some(element_id(&ann, local.form, "lines").await), "by name: numbers differ");
    let lines = ann.element(local.form, "Lines").await;
    assert_eq!(lines.table.expect("rows").current_row, row);
    let view = ann.client().form_view(local.form).await.expect("open");
    assert_eq!(view.focus, Some(lines.id));
}

#[tokio::test]
async fn f17_lists_keep_search_and_order_and_the_current_row() {
    let shore = shore();
    for n in 0..3 {
        shore.order(&format!("order {n}"), &[]);
    }
    let ann = shore.phone("ann").await;
    let list = ann.open("Document.Orders.List").await;
    let element = element_id(&ann, list.form, "List").await;
    let digits = "00000000";
    ann.client().dispatch(list.form, FormEvent::Sort { element, column: "Number".into() });
    ann.client().dispatch(list.form, FormEvent::Sort { element, column: "Number".into() });
    ann.client().dispatch(list.form, FormEvent::Search { element, text: digits.into() });
    let (_, row) = row_with(&ann, list.form, "order 1").await;
    ann.client().dispatch(list.form, FormEvent::SelectRow { element, row: row.clone() });
    ann.until_form(list.form, "the row", |view| {
        let table = view.elements.iter().find(|e| e.id == element)?.table.as_ref()?;
        (table.current_row == row && table.search == digits).then_some(())
    })
    .await;
    cut(&ann).await;
    until_locked_form(&ann, list.form).await;
    let local = reopen(&ann, list.form, "openOffline").await;
    assert_eq!(local.used_server, "standalone");
    ann.until_form(local.form, "the same look", |view| {
        let table = view.elements.iter().find(|e| e.name == "List")?.table.as_ref()?;
        let sorted = table.columns.iter().find(|c| c.name == "Number")?.sorted;
        (sorted == -1 && table.search == digits && table.current_row == row && table.rows.len() == 3).then_some(())
    })
    .await;
    restore(&ann).await;
    ann.until_form(local.form, "the way back", |view| view.can_open_from_main.then_some(())).await;
    let main = reopen(&ann, local.form, "openFromMainServer").await;
    assert_eq!(main.used_server, "main");
}

#[tokio::test]
async fn f17_what_a_list_was_narrowed_to_by_a_row_goes_over_where_the_column_exists() {
    let columns =
        "form: List\nitems:\n  - commandBar: [create]\n  - { list: self, columns: [Number, Comment, Phone, Discount] }\n";
    let shore = of(&fixture().file("documents/Orders/List.form.yaml", columns));
    for (comment, phone) in [("wanted", "1"), ("wanted", "2"), ("other", "1")] {
        shore.add("Document.Orders", &[("Comment", comment.into()), ("Phone", phone.into())]);
    }
    let ann = shore.phone("ann").await;
    let list = ann.open("Document.Orders.List").await;
    assert_eq!(list.used_server, "main");
    let (element, row) = row_with(&ann, list.form, "wanted").await;
    for (column, left) in [("Comment", 2), ("Discount", 2)] {
        let event = FormEvent::FilterByRow { element, row: row.clone(), column: column.into() };
        ann.client().dispatch(list.form, event);
        ann.until_form(list.form, column, |view| {
            let table = view.elements.iter().find(|e| e.id == element)?.table.as_ref()?;
            (table.filters.iter().any(|f| f.column == column) && table.rows.len() == left && !table.loading).then_some(())
        })
        .await;
    }
    cut(&ann).await;
    until_locked_form(&ann, list.form).await;
    let local = reopen(&ann, list.form, "openOffline").await;
    let table = ann
        .until_form(local.form, "the narrowed list", |view| {
            let table = view.elements.iter().find(|e| e.name == "List")?.table.as_ref()?;
            (table.rows.len() == 2 && !table.loading).then(|| table.clone())
        })
        .await;
    let filters: Vec<(&str, &str)> = table.filters.iter().map(|f| (f.column.as_str(), f.text.as_str())).collect();
    assert_eq!(filters, [("Comment", "wanted")], "the discount is not in this list");
    let list = element_id(&ann, local.form, "List").await;
    ann.client().dispatch(local.form, FormEvent::ClearFilter { element: list, column: String::new() });
    ann.until_form(local.form, "all rows", |view| {
        let table = view.elements.iter().find(|e| e.name == "List")?.table.as_ref()?;
        (table.rows.len() == 3 && table.filters.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn f16_each_form_is_its_own_and_reopen_all_gives_one_report() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let mut orders = Vec::new();
    for comment in ["one", "two", "not me"] {
        let order = new_order(&ann).await;
        ann.set(order.form, "Comment", comment).await;
        orders.push(order.form);
    }
    cut(&ann).await;
    for order in &orders {
        until_locked_form(&ann, *order).await;
    }
    let local = reopen(&ann, orders[0], "openOffline").await;
    for order in &orders[1..] {
        until_locked_form(&ann, *order).await;
        assert!(ann.client().form_view(*order).await.expect("open").modified, "66: the others are as they were");
    }
    ann.execute(local.form, "report");
    let report = ann.until_told("report").await;
    assert_eq!(report.matches("Document.Orders.Item true").count(), 1, "{report}");
    ann.until_gone(orders[1]).await;
    assert_eq!(text(&ann, orders[2], "Comment").await, "not me", "the filter left it out");
}

#[tokio::test]
async fn reopening_needs_no_code_in_the_configuration() {
    let plain = fixture()
        .file(
            "documents/Orders/Item.form.yaml",
            "form: Item\nitems:\n  - commandBar: [write]\n  - field: Comment\n  - { table: Lines, columns: [Quantity] }\n",
        )
        .file("documents/Orders/Item.form.client.ts", "export {};\n")
        .file("documents/Orders/Item.form.server.ts", "export {};\n");
    let shore = of(&plain);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "without a line of code").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let local = reopen(&ann, order.form, "openOffline").await;
    assert_eq!(text(&ann, local.form, "Comment").await, "without a line of code");
    restore(&ann).await;
    let main = reopen(&ann, local.form, "openFromMainServer").await;
    assert_eq!(text(&ann, main.form, "Comment").await, "without a line of code");
    write(&ann, main.form).await;
    assert_eq!(shore.comments(), ["without a line of code"]);
}

async fn type_at_once(phone: &Phone, form: u32, name: &str, text: &str) {
    let element = phone.element(form, name).await;
    let event = FormEvent::SetText { element: element.id, text: text.into(), input_version: element.input_version + 1 };
    phone.client().dispatch(form, event);
}

#[tokio::test]
async fn f9_what_happens_meanwhile_waits_for_the_unit_to_end() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = typed_order(&ann, "whenReopening asks").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let before: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    ann.execute(order.form, "openOffline");
    ann.until("the author's question", |view| view.dialog.as_ref().map(drop)).await;
    ann.until_form(order.form, "the freeze", |view| (view.availability == FormAvailability::Frozen).then_some(())).await;
    type_at_once(&ann, order.form, "Phone", "typed meanwhile").await;
    ann.execute(order.form, "close");
    restore(&ann).await;
    answer(&ann, "yes").await;
    ann.until_gone(order.form).await;
    let local = ann.until("the new form", |view| view.windows.iter().map(|w| w.form).find(|f| !before.contains(f))).await;
    ann.until_form(local, "what was typed meanwhile", |view| {
        view.elements.iter().find(|e| e.name == "Phone" && e.text == "typed meanwhile").map(drop)
    })
    .await;
    let seen = ann
        .until_form(local, "the event, afterwards", |view| {
            view.elements.iter().find(|e| e.name == "Seen" && e.text.contains("back")).map(|e| e.text.clone())
        })
        .await;
    assert_eq!(seen, "lost:main back:standalone", "the old form was not told in the middle");
}

#[tokio::test]
async fn f9_what_was_typed_meanwhile_is_in_the_old_form_if_it_fails() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Trouble", "beforeReopening waits").await;
    ann.execute(order.form, "openFromMainServer");
    ann.until_form(order.form, "the freeze", |view| (view.availability == FormAvailability::Frozen).then_some(())).await;
    type_at_once(&ann, order.form, "Phone", "typed meanwhile").await;
    ann.until_form(order.form, "what was typed meanwhile", |view| {
        let phone = view.elements.iter().find(|e| e.name == "Phone")?;
        (phone.text == "typed meanwhile" && view.availability == FormAvailability::Available).then_some(())
    })
    .await;
}
