//! People read their own language, whichever server speaks, and whatever the language of their account.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use twinshore_client::view::{FormEvent, FormView, ModeView};
use twinshore_engine::rights::UserRights;
use twinshore_engine::{Unit, objects};
use twinshore_testing::{Phone, World};

fn world() -> World {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales");
    let world = World::of_folder(demo).expect("a world");
    world.add_user("ann", "secret", &["Seller"]).expect("a user");
    let engine = world.engine().expect("running");
    let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
    let unit = Rc::new(Unit::new(&engine, user));
    let values = IndexMap::from([("Description".to_owned(), "ann".into()), ("Login".to_owned(), "ann".into())]);
    let state = objects::new_object(&unit, &"Catalog.Employees".parse().expect("a name"), None, &values).expect("a new item");
    objects::write(&unit, state, twinshore_protocol::WriteAction::Write, &objects::NoHandlers).expect("written");
    world
}

/// A list of orders and a new order.
async fn new_order(phone: &Phone) -> [FormView; 2] {
    let list = phone.open("Document.Orders.List").await;
    let order = phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    [list, order]
}

/// What a write of an order without a customer is answered with.
async fn refusal(phone: &Phone, server: &str, text: &str) {
    let [list, order] = new_order(phone).await;
    assert_eq!(order.used_server, server);
    phone.execute(order.form, "write");
    phone.until_told(text).await;
    phone
        .until_form(order.form, "the refusal at its field", |view| {
            view.elements.iter().find(|e| e.name == "Counterparty" && e.error.contains(text)).map(drop)
        })
        .await;
    for form in [order.form, list.form] {
        phone.execute(form, "close");
        phone.until_gone(form).await;
    }
}

#[tokio::test]
async fn both_servers_refuse_in_the_language_the_person_reads_now() {
    let world = world();
    let ann = Phone::new(&world, "ann").expect("a phone");
    ann.sign_in("ann", "secret").await;
    ann.until_available(true).await;
    ann.client().set_language("ru".into());
    ann.until("Russian", |view| (view.status.language == "ru").then_some(())).await;
    refusal(&ann, "main", "Заполните «").await;
    ann.set_mode(ModeView::PoorConnection).await;
    refusal(&ann, "standalone", "Заполните «").await;
    ann.client().set_language("en".into());
    ann.until("English", |view| (view.status.language == "en").then_some(())).await;
    refusal(&ann, "standalone", "Fill in “").await;
    ann.set_mode(ModeView::Normal).await;
    refusal(&ann, "main", "Fill in “").await;
}

#[tokio::test]
async fn what_does_not_fit_a_field_is_said_at_the_field_with_what_would() {
    let world = world();
    let ann = Phone::new(&world, "ann").expect("a phone");
    ann.client().set_language("ru".into());
    ann.sign_in("ann", "secret").await;
    ann.until_available(true).await;
    let [_, order] = new_order(&ann).await;
    let date = ann.element(order.form, "Date").await.id;
    ann.client().dispatch(order.form, FormEvent::SetText { element: date, text: "завтра".into(), input_version: 1 });
    let error = ann
        .until_form(order.form, "the error of the date", |view| {
            view.elements.iter().find(|e| e.id == date && !e.error.is_empty()).map(|e| e.error.clone())
        })
        .await;
    assert!(error.contains("«завтра»") && error.contains("31.01.2026"), "{error}");
    ann.execute(order.form, "write");
    let told = ann.until_told("нельзя записать").await;
    assert!(told.contains(&error), "{told}");
}

#[tokio::test]
async fn a_refused_sign_in_is_said_in_the_language_of_the_device() {
    let world = world();
    let ann = Phone::new(&world, "ann").expect("a phone");
    ann.client().set_language("ru".into());
    let told = ann.sign_in_refused("ann", "wrong").await;
    assert!(told.contains("Неверное имя или пароль"), "{told}");
}
