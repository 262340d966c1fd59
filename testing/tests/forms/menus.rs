//! Pop-up menus: what is in them follows the rules of buttons wherever they stand.

use twinshore_client::view::{ElementKindView, ElementView, FormEvent, FormView};
use twinshore_testing::Phone;

use super::world::*;

fn named<'v>(view: &'v FormView, name: &str) -> &'v ElementView {
    view.elements.iter().find(|e| e.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// Has code set a property of an element and gives the form afterwards.
async fn arrange(phone: &Phone, form: u32, what: &str, holds: impl Fn(&FormView) -> bool) -> FormView {
    phone.set(form, "Trouble", what).await;
    phone.execute(form, "arrange");
    phone.until_form(form, what, |view| holds(view).then(|| view.clone())).await
}

#[tokio::test]
async fn section_8_a_popup_holds_buttons_and_titled_groups_of_them() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    let more = named(&order, "more");
    assert_eq!(more.kind, ElementKindView::Popup { icon: "settings".into() });
    assert_eq!((more.title.as_str(), more.enabled, more.visible), ("More", true, true));
    assert_eq!(more.parent, Some(named(&order, "commandBar").id));
    let inside: Vec<&str> = order.elements.iter().filter(|e| e.parent == Some(more.id)).map(|e| e.name.as_str()).collect();
    assert_eq!(inside, ["askContract", "picking", "goOver", "unpost"]);
    let picking = named(&order, "picking");
    assert_eq!(picking.title, "Pick");
    assert_eq!(named(&order, "pickMany").parent, Some(picking.id));
    assert_eq!(named(&order, "unpost").title, "Unpost", "a standard command has its usual name");
    assert!(!named(&order, "rare").visible, "nothing in it is to be seen");
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    let list = ann.opened_by(order.form, FormEvent::Execute { command: "pickGoods".into() }).await;
    assert!(list.name.contains("Goods"), "a command in it does what it does anywhere: {}", list.name);
}

#[tokio::test]
async fn f5_commands_in_a_popup_follow_the_main_server_each_by_its_own_rule() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = new_order(&ann).await;
    assert_eq!(order.used_server, "standalone");
    assert!(named(&order, "askContract").enabled && named(&order, "report").enabled);
    cut(&ann).await;
    let lost = ann
        .until_form(order.form, "the contract's command to go", |view| {
            (!named(view, "askContract").enabled).then(|| view.clone())
        })
        .await;
    assert_eq!(named(&lost, "askContract").hint, "Needs connection", "its target is on main only");
    assert!(named(&lost, "more").enabled, "the rest of the menu can be used");
    assert!(named(&lost, "pickGoods").enabled && named(&lost, "goOver").enabled);
    let (strict, report) = (named(&lost, "strict"), named(&lost, "report"));
    assert!(!strict.enabled && !report.enabled, "a pop-up takes what is in it along");
    assert_eq!(report.hint, "Needs connection");
    restore(&ann).await;
    ann.until_form(order.form, "all to come back", |view| {
        (named(view, "askContract").enabled && named(view, "strict").enabled && named(view, "report").enabled).then_some(())
    })
    .await;
}

#[tokio::test]
async fn f2_a_popup_of_an_unavailable_form_can_not_be_used_and_comes_back() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    let order = new_order(&ann).await;
    assert_eq!(order.used_server, "main");
    cut(&ann).await;
    until_locked_form(&ann, order.form).await;
    let lost = ann.client().form_view(order.form).await.expect("open");
    assert!(!named(&lost, "more").enabled && !named(&lost, "pickMany").enabled);
    restore(&ann).await;
    until_editable(&ann, order.form).await;
    let back = ann.client().form_view(order.form).await.expect("open");
    assert!(named(&back, "more").enabled && named(&back, "pickMany").enabled);
}

#[tokio::test]
async fn changes_by_code_reach_what_is_in_a_popup_and_an_empty_one_is_not_drawn() {
    let shore = shore();
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let order = new_order(&ann).await.form;
    let view = arrange(&ann, order, "more enabled false", |view| !named(view, "more").enabled).await;
    assert!(!named(&view, "pickGoods").enabled && !named(&view, "goOver").enabled, "also in its groups");
    arrange(&ann, order, "more enabled true", |view| named(view, "pickGoods").enabled).await;
    let view = arrange(&ann, order, "pickGoods visible false", |view| !named(view, "pickGoods").visible).await;
    assert!(named(&view, "picking").visible && named(&view, "more").visible);
    let view = arrange(&ann, order, "pickMany visible false", |view| !named(view, "pickMany").visible).await;
    assert!(!named(&view, "picking").visible, "a part without buttons");
    assert!(named(&view, "more").visible);
    arrange(&ann, order, "report visible false", |view| !named(view, "report").visible).await;
    let view = arrange(&ann, order, "openAgain visible false", |view| !named(view, "openAgain").visible).await;
    assert!(!named(&view, "strict").visible);
    let view = arrange(&ann, order, "rare visible true", |view| named(view, "Trouble").text.starts_with("rare")).await;
    assert!(!named(&view, "rare").visible, "what is in it decides");
    arrange(&ann, order, "reread visible true", |view| named(view, "rare").visible).await;
}

#[tokio::test]
async fn section_8_commands_about_a_row_are_told_so_that_a_shell_offers_them_at_each() {
    let shore = shore();
    shore.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    let ann = shore.phone("ann").await;
    let of_row = |view: &FormView| -> Vec<String> {
        let about = |e: &&ElementView| matches!(e.kind, ElementKindView::Button { of_row: true, .. });
        view.elements.iter().filter(about).map(|e| e.name.clone()).collect()
    };
    let goods = ann.open("Catalog.Goods.List").await;
    assert_eq!(of_row(&goods), ["copy", "markDeletion"]);
    let order = new_order(&ann).await;
    assert!(of_row(&order).is_empty(), "an item's form has no list: {:?}", of_row(&order));
    let (element, row) = row_with(&ann, goods.form, "Green tea").await;
    ann.client().dispatch(goods.form, FormEvent::SelectRow { element, row });
    ann.execute(goods.form, "markDeletion");
    ann.until_form(goods.form, "the mark", |view| {
        view.elements.iter().filter_map(|e| e.table.as_ref()).flat_map(|t| &t.rows).any(|r| r.deletion_mark).then_some(())
    })
    .await;
}
