//! The story of two phones and a main server, over real links: what a person sees when the connection goes and comes.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use twinshore_client::view::{FormAvailability, FormEvent, FormView, ModeView, ScreenView};
use twinshore_engine::rights::UserRights;
use twinshore_engine::{Engine, Unit, objects};
use twinshore_metadata::Value;
use twinshore_protocol::WriteAction;
use twinshore_testing::{LinkState, Phone, World};

/// The demo with a few items, and the users ann and bob.
fn world() -> World {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales");
    let world = World::of_folder(demo).expect("a world");
    let engine = world.engine().expect("running");
    for name in ["ann", "bob"] {
        world.add_user(name, "secret", &["Seller"]).expect("a user");
        add(&engine, "Catalog.Employees", &[("Description", name.into()), ("Login", name.into())]);
    }
    let price = |text: &str| Value::Decimal(text.parse().expect("a number"));
    add(&engine, "Catalog.Goods", &[("Description", "Green tea".into()), ("Price", price("4.20"))]);
    add(&engine, "Catalog.Goods", &[("Description", "Coffee".into()), ("Price", price("7.00"))]);
    add(&engine, "Catalog.Counterparties", &[("Description", "Harbour Cafe".into()), ("History", "Since 1999".into())]);
    world
}

fn add(engine: &Engine, object: &str, values: &[(&str, Value)]) {
    let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
    let unit = Rc::new(Unit::new(engine, user));
    let values: IndexMap<String, Value> = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let state = objects::new_object(&unit, &object.parse().expect("a name"), None, &values).expect("a new item");
    objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
}

async fn phone(world: &World, user: &str) -> Phone {
    let phone = Phone::new(world, user).expect("a phone");
    phone.sign_in(user, "secret").await;
    phone.until_available(true).await;
    phone
}

async fn new_order(phone: &Phone) -> FormView {
    let list = phone.open("Document.Orders.List").await;
    phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await
}

fn orders(world: &World) -> Vec<(String, String)> {
    let reader = world.engine().expect("running").database().reader().expect("a reader");
    let mut statement = reader.prepare("SELECT \"Number\", \"Comment\" FROM \"Document.Orders\"").expect("a table");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

#[tokio::test]
async fn r2_each_form_opens_from_its_server_and_says_so() {
    let world = world();
    let ann = phone(&world, "ann").await;
    assert_eq!(ann.open("Catalog.Goods.List").await.used_server, "standalone");
    assert_eq!(ann.open("Catalog.Counterparties.List").await.used_server, "main");
    ann.set_mode(ModeView::PoorConnection).await;
    let known: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    for form in known {
        ann.execute(form, "close");
        ann.until_gone(form).await;
    }
    assert_eq!(ann.open("Catalog.Counterparties.List").await.used_server, "standalone");
    assert_eq!(ann.open("Catalog.Contracts.List").await.used_server, "main");
}

#[tokio::test]
async fn f2_f10_a_typed_order_goes_on_offline_and_reaches_main_once() {
    let world = world();
    let ann = phone(&world, "ann").await;
    let order = new_order(&ann).await;
    assert_eq!(order.used_server, "main");
    ann.choose(order.form, "Counterparty", "Harbour").await;
    ann.set(order.form, "Comment", "call first").await;
    ann.set(order.form, "Discount", "5.00").await;
    ann.link.set(LinkState::Lost);
    ann.until_available(false).await;
    ann.until_form(order.form, "the lock", |view| match &view.availability {
        FormAvailability::Unavailable { can_open_offline: true, reason } if !reason.is_empty() => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(ann.element(order.form, "Comment").await.text, "call first");
    let view = ann.view().await;
    assert!(!view.status.banner.is_empty());
    let enabled = |id: &str| view.sections.iter().flat_map(|s| &s.items).find(|i| i.id.starts_with(id)).map(|i| i.enabled);
    assert_eq!(enabled("Report.Sales"), Some(false));
    assert_eq!(enabled("Catalog.Contracts"), Some(false));
    assert_eq!(enabled("Catalog.Goods"), Some(true));

    let local = ann.opened_by(order.form, FormEvent::Execute { command: "openOffline".into() }).await;
    ann.until_gone(order.form).await;
    assert_eq!(local.used_server, "standalone");
    assert_eq!(ann.element(local.form, "Comment").await.text, "call first");
    assert_eq!(ann.element(local.form, "Counterparty").await.text, "Harbour Cafe");
    ann.until_form(local.form, "what was left behind", |view| {
        view.left_behind.iter().any(|n| n.contains("Discount")).then_some(())
    })
    .await;
    ann.execute(local.form, "write");
    ann.until_form(local.form, "the write", |view| (!view.modified).then_some(())).await;
    assert!(orders(&world).is_empty());

    let bob = phone(&world, "bob").await;
    bob.set_mode(ModeView::PoorConnection).await;
    let list = bob.open("Document.Orders.List").await;
    ann.link.set(LinkState::Good);
    ann.until_available(true).await;
    ann.until_exchanged().await;
    let kept = orders(&world);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].1, "call first");
    bob.until_form(list.form, "ann's order", |view| {
        let rows = view.elements.iter().filter_map(|e| e.table.as_ref()).flat_map(|t| &t.rows);
        rows.flat_map(|r| &r.cells).any(|c| c.text.contains("Harbour")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn f19_typed_text_survives_the_end_of_the_app() {
    let world = world();
    let ann = phone(&world, "ann").await;
    let order = new_order(&ann).await;
    ann.set(order.form, "Comment", "not saved yet").await;
    let ann = ann.restart().expect("started again");
    let draft = ann.until("the draft", |view| view.drafts.first().map(|d| d.id.clone())).await;
    let before: Vec<u32> = ann.view().await.windows.iter().map(|w| w.form).collect();
    ann.client().take_draft(draft);
    let form = ann.until("the form", |view| view.windows.iter().map(|w| w.form).find(|f| !before.contains(f))).await;
    assert_eq!(ann.element(form, "Comment").await.text, "not saved yet");
}

#[tokio::test]
async fn a1_the_first_start_needs_the_main_server_and_goes_on_after_a_cut() {
    let world = world();
    let ann = Phone::new(&world, "ann").expect("a phone");
    ann.link.set(LinkState::CutAfter { bytes: 3_000 });
    ann.client().sign_in("ann".into(), "secret".into());
    ann.until("the trouble", |view| match &view.screen {
        ScreenView::Download(download) => (!download.error.is_empty()).then_some(()),
        ScreenView::SignIn { error, .. } => (!error.is_empty()).then_some(()),
        ScreenView::Work | ScreenView::Lock { .. } | ScreenView::ChoosePin { .. } => None,
    })
    .await;
    ann.link.set(LinkState::Good);
    if matches!(ann.view().await.screen, ScreenView::Download(_)) {
        ann.client().retry_download();
    } else {
        ann.client().sign_in("ann".into(), "secret".into());
    }
    ann.until("the app", |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
    assert_eq!(ann.open("Catalog.Goods.List").await.used_server, "standalone");
}
