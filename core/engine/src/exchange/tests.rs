//! Behaviour of the exchange: a main server and devices in one process, messages carried by hand.

use twinshore_metadata::Target;
use twinshore_protocol::{ExchangePeer, HandshakeResponse};

use super::*;
use crate::EngineError;
use crate::fixture::{Fixture, number};
use crate::objects;
use crate::rights::UserRights;
use twinshore_metadata::{BundleHash, Ref, Value};
use twinshore_protocol::{ServerError, WriteAction};

mod belonging;
mod convergence;
mod posting;
mod updates;

struct World {
    main: Fixture,
    peer: MainExchange,
}

struct Device {
    base: Fixture,
    exchange: DeviceExchange,
}

fn admin(fixture: &Fixture) -> Arc<UserRights> {
    Arc::new(UserRights::new(fixture.engine.bundle(), "admin", None, &["Administrator".to_owned()], "en"))
}

impl World {
    fn new() -> Self {
        Self::of(Fixture::new(Target::MainServer))
    }

    fn of(main: Fixture) -> Self {
        let peer =
            MainExchange::new(main.engine.clone(), admin(&main), Arc::default(), Arc::new(|_| Rc::new(objects::NoHandlers)));
        Self { main, peer }
    }

    fn device(&self) -> Device {
        self.device_over(Fixture::new(Target::StandaloneServer))
    }

    fn device_over(&self, base: Fixture) -> Device {
        let exchange = DeviceExchange::new(base.engine.clone(), admin(&base), BundleHash("1".into()));
        let device = Device { base, exchange };
        self.round(&device);
        device
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    fn shake(&self, device: &Device) -> HandshakeResponse {
        let response = self.run(self.peer.handshake(device.exchange.handshake("phone").expect("a handshake"))).expect("shaken");
        device.exchange.shaken(&response).expect("kept");
        response
    }

    /// Device's messages up, main's pages down.
    fn round(&self, device: &Device) {
        self.shake(device);
        while let Some(message) = device.exchange.next_message(10).expect("a message") {
            let response = self.run(self.peer.upload(message)).expect("accepted");
            device.exchange.acknowledged(&response).expect("acknowledged");
        }
        loop {
            let page = self.run(self.peer.download(device.exchange.request(3).expect("a request"))).expect("a page");
            device.exchange.apply_page(&page).expect("applied");
            if !page.more {
                break;
            }
        }
    }
}

fn set(fixture: &Fixture, reference: &Ref, name: &str, value: impl Into<Value>) {
    let unit = fixture.unit();
    let mut state = objects::read(&unit, reference).expect("readable").expect("there");
    state.record.set(name, value);
    objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
}

fn get(fixture: &Fixture, reference: &Ref, name: &str) -> Option<Value> {
    objects::read(&fixture.unit(), reference).expect("readable").map(|state| state.record.get(name).clone())
}

#[test]
fn s84_what_changes_on_main_comes_to_the_device_page_by_page() {
    let world = World::new();
    let all: Vec<Ref> =
        (0..8).map(|n| world.main.add("Catalog.Goods", &[("Description", format!("Item {n}").into())])).collect();
    let device = world.device();
    for item in &all {
        assert_eq!(get(&device.base, item, "Description"), get(&world.main, item, "Description"));
    }
    set(&world.main, &all[3], "Price", number("4.20"));
    world.round(&device);
    assert_eq!(get(&device.base, &all[3], "Price"), Some(number("4.2")));
    assert_eq!(device.exchange.state().expect("a state").pending, 0);
}

#[test]
fn s85_s86_what_is_made_on_the_device_reaches_main_once_even_if_the_answer_is_lost() {
    let world = World::new();
    let device = world.device();
    let item = device.base.add("Catalog.Goods", &[("Description", "Made offline".into())]);
    let message = device.exchange.next_message(10).expect("a message").expect("something waits");
    world.run(world.peer.upload(message.clone())).expect("accepted, but the answer is lost");
    let again = device.exchange.next_message(10).expect("a message").expect("still waits");
    assert_eq!(again, message);
    let response = world.run(world.peer.upload(again)).expect("answered as before");
    device.exchange.acknowledged(&response).expect("acknowledged");
    assert_eq!(device.exchange.state().expect("a state").pending, 0);
    let state = objects::read(&world.main.unit(), &item).expect("readable").expect("there");
    assert_eq!((state.version, state.record.get("Code").clone()), (1, "002-00001".into()));
    let mut old = message;
    old.message_no = twinshore_protocol::MessageNo(0);
    assert!(matches!(world.run(world.peer.upload(old)), Err(ServerError::MessageNumberRejected { .. })));
}

#[test]
fn s89_deletions_go_both_ways() {
    let world = World::new();
    let (a, b) = (
        world.main.add("Catalog.Goods", &[("Description", "A".into())]),
        world.main.add("Catalog.Goods", &[("Description", "B".into())]),
    );
    let device = world.device();
    objects::delete(&world.main.unit(), &a, &objects::NoHandlers).expect("deleted");
    objects::delete(&device.base.unit(), &b, &objects::NoHandlers).expect("deleted");
    world.round(&device);
    assert!(get(&device.base, &a, "Code").is_none() && get(&world.main, &b, "Code").is_none());
}

#[test]
fn s90_data_of_one_device_reach_another_and_do_not_come_back() {
    let world = World::new();
    let (a, b) = (world.device(), world.device());
    let item = a.base.add("Catalog.Goods", &[("Description", "From A".into())]);
    world.round(&a);
    let page = world.run(world.peer.download(a.exchange.request(100).expect("a request"))).expect("a page");
    assert!(page.items.is_empty(), "{page:?}");
    world.round(&b);
    assert_eq!(get(&b.base, &item, "Description"), Some("From A".into()));
}

#[test]
fn x10_both_change_different_fields_and_both_stand() {
    let world = World::new();
    let item = world.main.add("Catalog.Goods", &[("Description", "A".into())]);
    let device = world.device();
    set(&world.main, &item, "Price", number("5"));
    set(&device.base, &item, "Description", "B");
    world.round(&device);
    world.round(&device);
    for fixture in [&world.main, &device.base] {
        assert_eq!((get(fixture, &item, "Description"), get(fixture, &item, "Price")), (Some("B".into()), Some(number("5"))));
    }
    assert!(conflicts(&world.main.unit()).expect("conflicts").is_empty());
}

#[test]
fn x10_both_change_the_same_field_and_the_losing_value_is_kept_on_both_sides() {
    let world = World::new();
    let item = world.main.add("Catalog.Goods", &[("Description", "A".into())]);
    let device = world.device();
    set(&world.main, &item, "Description", "main");
    set(&device.base, &item, "Description", "device");
    world.round(&device);
    for fixture in [&world.main, &device.base] {
        assert_eq!(get(fixture, &item, "Description"), Some("main".into()));
        assert_eq!(conflicts(&fixture.unit()).expect("conflicts")[0].losing.get("Description"), &"device".into());
    }
}

#[test]
fn a_local_change_is_not_overwritten_by_a_page_that_comes_before_it_was_sent() {
    let world = World::new();
    let item = world.main.add("Catalog.Goods", &[("Description", "A".into())]);
    let device = world.device();
    set(&device.base, &item, "Description", "typed here");
    set(&world.main, &item, "Price", number("5"));
    let page = world.run(world.peer.download(device.exchange.request(100).expect("a request"))).expect("a page");
    for _ in 0..2 {
        device.exchange.apply_page(&page).expect("applied, also twice");
    }
    assert_eq!(
        (get(&device.base, &item, "Description"), get(&device.base, &item, "Price")),
        (Some("typed here".into()), Some(number("5")))
    );
    assert_eq!(device.exchange.state().expect("a state").pending, 1);
}

#[test]
fn an_item_that_can_not_be_applied_is_parked_and_the_rest_goes_on() {
    let world = World::new();
    world.main.add("Catalog.Goods", &[("Description", "Good".into())]);
    let device = world.device();
    let mut page = world.run(world.peer.download(device.exchange.request(100).expect("a request"))).expect("a page");
    let strange = Ref::new("Catalog.Goods".parse().expect("a name"), uuid::Uuid::now_v7());
    let mut record = twinshore_metadata::Record::default();
    record.set("Price", "no number");
    page.items.push(twinshore_protocol::ChangeItem::Object { reference: strange, version: 1, record });
    // What only a newer configuration has a place for is asked for again after the update (A6).
    let newer = Ref::new("Catalog.Nowhere".parse().expect("a name"), uuid::Uuid::now_v7());
    page.items.push(twinshore_protocol::ChangeItem::Object { reference: newer, version: 1, record: Default::default() });
    device.exchange.apply_page(&page).expect("applied");
    assert_eq!(attention(&device.base.unit()).expect("a list").len(), 1);
    page.from = twinshore_protocol::ChangePosition(9_999);
    assert!(matches!(device.exchange.apply_page(&page), Err(EngineError::Refused(ServerError::Malformed { .. }))));
}

#[test]
fn s94_a_reinstalled_device_begins_anew_and_loses_nothing() {
    let world = World::new();
    let item = world.main.add("Catalog.Goods", &[("Description", "A".into())]);
    let device = world.device();
    set(&device.base, &item, "Description", "unsent");
    crate::schema::set_setting(&device.base.engine.database().writer().expect("the writer"), "exchange.received", "99999")
        .expect("set");
    assert!(world.shake(&device).reset);
    world.round(&device);
    assert_eq!(get(&world.main, &item, "Description"), Some("unsent".into()));
}
