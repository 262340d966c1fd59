//! Handlers that fail: a message with file and line, and nothing is lost.

use twinshore_client::view::FormEvent;

use super::world::*;

#[tokio::test]
async fn an_exception_in_any_handler_is_told_with_its_place_and_loses_nothing() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let place = "(documents/Orders/Item.form.client.ts:";
    ann.set(order.form, "Trouble", "change throws").await;
    ann.set(order.form, "Comment", "typed").await;
    let told = ann.until_told("change fails").await;
    assert!(told.contains(place), "{told}");
    ann.set(order.form, "Trouble", "rowChange throws").await;
    let lines = element_id(&ann, order.form, "Lines").await;
    ann.client().dispatch(order.form, FormEvent::AddRow { element: lines });
    ann.until_form(order.form, "a row", |view| {
        let table = view.elements.iter().find(|e| e.id == lines)?.table.as_ref()?;
        table.rows.first().map(drop)
    })
    .await;
    set_cell(&ann, order.form, "Lines", 0, "Quantity", "4.000").await;
    ann.until_told("rowChange fails").await;
    ann.set(order.form, "Trouble", "beforeWrite throws").await;
    ann.execute(order.form, "write");
    ann.until_told("beforeWrite fails").await;
    ann.set(order.form, "Trouble", "beforeWrite cancels").await;
    ann.execute(order.form, "write");
    ann.until_told("did not allow saving").await;
    assert_eq!(shore.comments(), [""; 0], "nothing was written");
    ann.set(order.form, "Trouble", "afterWrite throws").await;
    write(&ann, order.form).await;
    ann.until_told("afterWrite fails").await;
    assert_eq!(shore.comments(), ["typed"]);
    ann.set(order.form, "Trouble", "event throws").await;
    cut(&ann).await;
    ann.until_told("event fails").await;
    assert_eq!(cells(&ann, order.form, "Lines").await[0][1], "4.000");
    restore(&ann).await;
    ann.set(order.form, "Trouble", "onClose throws").await;
    ann.execute(order.form, "close");
    ann.until_gone(order.form).await;
    ann.until_told("onClose fails").await;
}

#[tokio::test]
async fn an_exception_in_on_open_leaves_a_form_that_can_be_worked_with() {
    let plain = fixture()
        .file(
            "documents/Orders/Item.form.client.ts",
            "export function onOpen(form: any): void { throw new Error('onOpen fails'); }\n",
        )
        .file("documents/Orders/Item.form.yaml", "form: Item\nitems:\n  - field: Comment\n")
        .file("documents/Orders/Item.form.server.ts", "export {};\n");
    let shore = of(&plain);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let told = ann.until_told("onOpen fails").await;
    assert!(told.contains("(documents/Orders/Item.form.client.ts:1:"), "{told}");
    ann.set(order.form, "Comment", "typed").await;
    // In a reopening the same exception is one of step 3: the old form stays.
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let known = ann.view().await.messages.last().map_or(0, |m| m.id);
    ann.execute(order.form, "openOffline");
    ann.until("the failure", |view| view.messages.iter().find(|m| m.id > known && m.text.contains("onOpen fails")).map(drop))
        .await;
    until_locked_form(&ann, order.form).await;
    assert_eq!(text(&ann, order.form, "Comment").await, "typed");
}

#[tokio::test]
async fn an_exception_on_the_server_is_one_of_opening_and_the_old_form_stays() {
    let failing = fixture().file(
        "documents/Orders/Item.form.server.ts",
        "export function onCreateAtServer(form: any, parameters: any): void {\n  if (parameters.reopening) throw new Error('onCreateAtServer fails');\n}\nexport function stamp(form: any): void {}\n",
    );
    let shore = of(&failing);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "typed").await;
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    ann.execute(order.form, "openOffline");
    let told = ann.until_told("onCreateAtServer fails").await;
    assert!(told.contains("documents/Orders/Item.form.server.ts:2:"), "{told}");
    until_locked_form(&ann, order.form).await;
    assert_eq!(text(&ann, order.form, "Comment").await, "typed");
}
