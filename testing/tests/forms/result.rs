//! F15, F16, 72: forms opened for a result, forms shown again.

use twinshore_client::view::FormEvent;
use twinshore_testing::Phone;

use super::world::*;

async fn until_seen(phone: &Phone, form: u32, what: &str) {
    phone
        .until_form(form, what, |view| {
            let seen = view.elements.iter().find(|e| e.name == "Seen")?;
            seen.text.contains(what).then_some(())
        })
        .await;
}

/// The same with goods that open from the main server.
fn goods_from_main() -> twinshore_testing::FixtureBuilder {
    fixture().file(
        "offline.yaml",
        "
use:
  Catalog.Goods: {}
  Document.Orders: { except: [attributes.Discount] }
  Catalog.Notes: {}
  CommonForm.Desk: {}
  Module.Main: { priority: main-only }
roles: [Seller]
",
    )
}

async fn choice(phone: &Phone, form: u32, command: &str) -> u32 {
    phone.opened_by(form, FormEvent::Execute { command: command.into() }).await.form
}

#[tokio::test]
async fn f15_whoever_waits_is_told_once_when_the_form_closes() {
    let shore = shore();
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    shore.add("Catalog.Goods", &[("Description", "Coffee".into())]);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let goods = choice(&ann, order.form, "pickGoods").await;
    let (element, row) = row_with(&ann, goods, "Green").await;
    ann.client().dispatch(goods, FormEvent::OpenRow { element, row });
    until_seen(&ann, order.form, "picked Green tea").await;
    let goods = choice(&ann, order.form, "pickGoods").await;
    ann.execute(goods, "close");
    until_seen(&ann, order.form, "picked nothing").await;
    let goods = choice(&ann, order.form, "pickMany").await;
    for name in ["Green", "Coffee"] {
        let (element, row) = row_with(&ann, goods, name).await;
        ann.client().dispatch(goods, FormEvent::OpenRow { element, row });
    }
    ann.until_form(goods, "two chosen", |view| view.title.contains("chosen: 2").then_some(())).await;
    ann.execute(goods, "choose");
    until_seen(&ann, order.form, "picked Green tea+Coffee").await;
    let seen = text(&ann, order.form, "Seen").await;
    assert_eq!(seen.matches("picked").count(), 3, "exactly once each: {seen}");
}

#[tokio::test]
async fn f16_a_form_that_waits_goes_after_the_one_it_waits_for_which_keeps_its_duty() {
    let shore = of(&goods_from_main());
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "waits").await;
    let about = element_id(&ann, order.form, "Lines").await;
    ann.client().dispatch(order.form, FormEvent::AddRow { element: about });
    let row = ann
        .until_form(order.form, "a row", |view| {
            let table = view.elements.iter().find(|e| e.id == about)?.table.as_ref()?;
            table.rows.first().map(|r| r.id.clone())
        })
        .await;
    let event = FormEvent::OpenCellChoice { element: about, row, column: "Goods".into() };
    let goods = ann.opened_by(order.form, event).await;
    assert_eq!(goods.used_server, "main");
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    ann.execute(order.form, "openOffline");
    ann.until_told("Another form was opened from this one").await;
    // The child first; it still chooses for the form that waits.
    let local_goods = reopen(&ann, goods.form, "openOffline").await;
    let local = reopen(&ann, order.form, "openOffline").await;
    let (element, row) = row_with(&ann, local_goods.form, "Green").await;
    ann.client().dispatch(local_goods.form, FormEvent::OpenRow { element, row });
    ann.until_form(local.form, "the chosen goods", |view| {
        let table = view.elements.iter().find(|e| e.name == "Lines")?.table.as_ref()?;
        (table.rows.first()?.cells[0].text == "Green tea").then_some(())
    })
    .await;
    assert_eq!(text(&ann, local.form, "Comment").await, "waits");
}

#[tokio::test]
async fn a_form_that_is_open_already_comes_to_the_front_with_an_event_of_its_own() {
    let shore = shore();
    shore.order("opened twice", &[]);
    let ann = shore.phone("ann").await;
    let order = open_row(&ann, "Document.Orders.List", "opened twice").await;
    ann.execute(order.form, "openAgain");
    until_seen(&ann, order.form, "shown again").await;
    let seen = text(&ann, order.form, "Seen").await;
    assert!(!seen.contains("whenReopening"), "72: {seen}");
    assert_eq!(ann.view().await.windows.iter().filter(|w| w.title.contains("Orders") || w.form == order.form).count(), 1);
}

#[tokio::test]
async fn f15_a_reopened_form_still_gives_its_result_and_only_once() {
    let shore = of(&goods_from_main());
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let goods = choice(&ann, order.form, "pickGoods").await;
    cut(&ann).await;
    until_locked_form(&ann, goods).await;
    let local = reopen(&ann, goods, "openOffline").await;
    let seen = text(&ann, order.form, "Seen").await;
    assert!(!seen.contains("picked"), "reopening is no closing: {seen}");
    let (element, row) = row_with(&ann, local.form, "Green").await;
    ann.client().dispatch(local.form, FormEvent::OpenRow { element, row });
    until_seen(&ann, order.form, "picked Green tea").await;
    assert_eq!(text(&ann, order.form, "Seen").await.matches("picked").count(), 1);
}
