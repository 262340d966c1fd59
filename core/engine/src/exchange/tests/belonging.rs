//! What belongs on a device, and what main takes from one.

use twinshore_metadata::{Composition, Configuration, ExchangeSettings, Inclusion, ObjectKind, RegisterKind, RoleRights};
use twinshore_protocol::{ChangeItem, ItemOutcome, MessageNo, SentItem, UploadRequest};

use super::*;
use crate::fixture::{attribute, configuration};

/// A composition of everything, changed by `change`.
fn composition(configuration: &Configuration, change: impl Fn(&str, &mut Inclusion)) -> Composition {
    let included = configuration
        .objects
        .keys()
        .map(|name| {
            let mut inclusion = Inclusion::default();
            change(&name.to_string(), &mut inclusion);
            (name.clone(), inclusion)
        })
        .collect();
    Composition { included, ..Composition::default() }
}

fn fixture(target: Target, configuration: Configuration, composition: Composition) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Fixture::open_with(&folder, target, configuration, composition);
    Fixture { engine, folder }
}

fn peer_of(world: &World, name: &str, user: Option<Ref>, role: &str) -> MainExchange {
    let rights = UserRights::new(world.main.engine.bundle(), name, user, &[role.to_owned()], "en");
    MainExchange::new(world.main.engine.clone(), Arc::new(rights), Arc::default(), Arc::new(|_| Rc::new(objects::NoHandlers)))
}

#[test]
fn x9_a_row_that_leaves_the_filter_leaves_the_device_and_stays_on_main() {
    let keep = |configuration: &Configuration| {
        composition(configuration, |name, inclusion| {
            if name == "Catalog.Goods" {
                inclusion.keep = "Price < 10".into();
            }
        })
    };
    let small = configuration();
    let world = World::of(fixture(Target::MainServer, small.clone(), keep(&small)));
    let goods = |price: &str| world.main.add("Catalog.Goods", &[("Description", "x".into()), ("Price", number(price))]);
    let (cheap, cheaper, dear) = (goods("5"), goods("4"), goods("50"));
    let device = world.device_over(fixture(Target::StandaloneServer, small.clone(), keep(&small)));
    assert!(get(&device.base, &dear, "Price").is_none());
    set(&world.main, &cheap, "Price", number("11"));
    set(&world.main, &dear, "Price", number("9"));
    set(&device.base, &cheaper, "Price", number("12"));
    world.round(&device);
    assert!(get(&device.base, &cheap, "Price").is_none() && get(&device.base, &cheaper, "Price").is_none());
    assert_eq!(get(&device.base, &dear, "Price"), Some(number("9")));
    assert_eq!(get(&world.main, &cheaper, "Price"), Some(number("12")));
}

#[test]
fn x12_s93_excluded_attributes_and_resources_never_travel_and_stay_on_main() {
    let mut whole = configuration();
    let prices: twinshore_metadata::ObjectName = "InformationRegister.Prices".parse().expect("a name");
    let mut register = twinshore_metadata::ObjectDefinition::new(prices.clone());
    register.attributes =
        vec![attribute("Goods", "Catalog.Goods"), attribute("Price", "decimal(15.2)"), attribute("Cost", "decimal(15.2)")];
    register.register = Some(twinshore_metadata::RegisterDetails {
        kind: RegisterKind::Information,
        dimensions: vec!["Goods".into()],
        resources: vec!["Price".into(), "Cost".into()],
        periodic: false,
    });
    whole.objects.insert(prices.clone(), register);
    let except = |configuration: &Configuration| {
        composition(configuration, |name, inclusion| match name {
            "Document.Orders" => inclusion.except = vec!["attributes.Comment".parse().expect("a path")],
            "InformationRegister.Prices" => inclusion.except = vec!["resources.Cost".parse().expect("a path")],
            _ => {}
        })
    };
    let mut part = whole.clone();
    part.objects[&prices].attributes.retain(|a| a.name != "Cost");
    let orders = "Document.Orders".parse().expect("a name");
    part.objects.get_mut::<twinshore_metadata::ObjectName>(&orders).expect("orders").attributes.retain(|a| a.name != "Comment");

    let world = World::of(fixture(Target::MainServer, whole.clone(), except(&whole)));
    let customer = world.main.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
    let order = world.main.add("Document.Orders", &[("Counterparty", customer.into()), ("Comment", "ours".into())]);
    let tea = world.main.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let record = |price: &str, cost: Option<&str>| {
        let mut record: indexmap::IndexMap<String, Value> =
            [("Goods".to_owned(), tea.clone().into()), ("Price".to_owned(), number(price))].into();
        record.extend(cost.map(|cost| ("Cost".to_owned(), number(cost))));
        record
    };
    crate::registers::set_record(&world.main.unit(), &prices, &record("5", Some("3"))).expect("recorded");
    let device = world.device_over(fixture(Target::StandaloneServer, part.clone(), except(&part)));
    assert!(attention(&device.base.unit()).expect("a list").is_empty());
    set(&device.base, &order, "Total", number("7"));
    crate::registers::set_record(&device.base.unit(), &prices, &record("6", None)).expect("recorded");
    world.round(&device);
    assert_eq!(
        (get(&world.main, &order, "Comment"), get(&world.main, &order, "Total")),
        (Some("ours".into()), Some(number("7")))
    );
    let filter = [("Goods".to_owned(), tea.clone().into())].into();
    let now = crate::registers::last(&world.main.unit(), &prices, &filter, None).expect("readable").expect("there");
    assert_eq!((now["Price"].clone(), now["Cost"].clone()), (number("6"), number("3")));
    // S102: the key is gone on main, so it goes on the device.
    crate::registers::replace_record_set(&world.main.unit(), &prices, &filter, &[]).expect("removed");
    world.round(&device);
    assert!(crate::registers::last(&device.base.unit(), &prices, &filter, None).expect("readable").is_none());
}

#[test]
fn s95_without_the_right_to_the_plan_nothing_is_exchanged() {
    let mut with_plan = configuration();
    let plan = "ExchangePlan.Mobile".parse::<twinshore_metadata::ObjectName>().expect("a name");
    with_plan.objects.insert(plan.clone(), twinshore_metadata::ObjectDefinition::new(plan.clone()));
    let rights = RoleRights { use_: true, ..RoleRights::default() };
    with_plan.roles.get_mut("Administrator").expect("a role").rights.insert(plan, rights);
    let mut all = composition(&with_plan, |_, _| {});
    all.included.retain(|name, _| name.kind != ObjectKind::ExchangePlan);
    all.exchange = ExchangeSettings { plan: "Mobile".into(), ..ExchangeSettings::default() };
    let world = World::of(fixture(Target::MainServer, with_plan, all));
    let device = world.device();
    let seller = peer_of(&world, "ann", None, "Seller");
    let handshake = device.exchange.handshake("phone").expect("a handshake");
    assert!(matches!(world.run(seller.handshake(handshake)), Err(ServerError::AccessDenied { .. })));
    let request = device.exchange.request(10).expect("a request");
    assert!(matches!(world.run(seller.download(request)), Err(ServerError::AccessDenied { .. })));
}

#[test]
fn rights_hold_against_a_device_that_lies() {
    let world = World::new();
    let ann = world.main.add("Catalog.Users", &[("Description", "Ann".into())]);
    let mine = world
        .main
        .add("Catalog.Counterparties", &[("Description", "Mine".into()), ("TaxId", "1".into()), ("Owner", ann.clone().into())]);
    let other = world.main.add("Catalog.Counterparties", &[("Description", "Other".into())]);
    let peer = peer_of(&world, "ann", Some(ann.clone()), "Seller");
    let base = Fixture::new(Target::StandaloneServer);
    let rights = UserRights::new(base.engine.bundle(), "ann", Some(ann), &["Seller".to_owned()], "en");
    let exchange = DeviceExchange::new(base.engine.clone(), Arc::new(rights), BundleHash("1".into()));
    let shaken = world.run(peer.handshake(exchange.handshake("phone").expect("a handshake"))).expect("shaken");
    exchange.shaken(&shaken).expect("kept");
    let page = world.run(peer.download(exchange.request(100).expect("a request"))).expect("a page");
    let [ChangeItem::Object { reference, record, .. }] = page.items.as_slice() else { panic!("{page:?}") };
    assert!(*reference == mine && !record.attributes.contains_key("TaxId"), "{record:?}");

    let object = |reference: &Ref, values: &[(&str, &str)]| {
        let mut record = twinshore_metadata::Record::default();
        values.iter().for_each(|(name, value)| record.set(*name, *value));
        SentItem {
            item: ChangeItem::Object { reference: reference.clone(), version: 1, record },
            base_version: Some(1),
            changed: Vec::new(),
            user_name: "ann".into(),
        }
    };
    let strange = Ref::new("Catalog.Nowhere".parse().expect("a name"), uuid::Uuid::now_v7());
    let items = vec![
        object(&mine, &[("Description", "Renamed"), ("TaxId", "666")]),
        object(&other, &[("Description", "Taken")]),
        object(&strange, &[("Description", "x")]),
        SentItem { item: ChangeItem::ObjectDeletion { reference: mine.clone() }, ..object(&mine, &[]) },
    ];
    let message =
        UploadRequest { node: shaken.node.clone(), message_no: MessageNo(1), device_bundle: BundleHash("1".into()), items };
    let outcomes = world.run(peer.upload(message)).expect("taken").outcomes;
    assert!(matches!(outcomes[0], ItemOutcome::Accepted { .. }), "{outcomes:?}");
    assert!(outcomes[1..].iter().all(|o| matches!(o, ItemOutcome::NeedsAttention { .. })), "{outcomes:?}");
    assert_eq!(
        (get(&world.main, &mine, "Description"), get(&world.main, &mine, "TaxId"), get(&world.main, &other, "Description")),
        (Some("Renamed".into()), Some("1".into()), Some("Other".into()))
    );
    assert_eq!(attention(&world.main.unit()).expect("a list").len(), 3);
    assert!(revoke(&world.main.unit(), &shaken.node, true).expect("revoked"));
    assert!(world.run(peer.download(exchange.request(1).expect("a request"))).is_err());
    assert!(nodes(&world.main.unit()).expect("nodes")[0].revoked);
}

#[test]
fn what_is_included_later_comes_with_what_was_there_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut less = composition(&configuration(), |_, _| {});
    less.included.retain(|name, _| name.to_string() != "Catalog.Goods");
    let engine = Fixture::open_with(&folder, Target::MainServer, configuration(), less);
    let before = Fixture { engine, folder };
    let tea = before.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let Fixture { engine, folder } = before;
    drop(engine);
    let engine = Fixture::open(&folder, Target::MainServer, configuration());
    let world = World::of(Fixture { engine, folder });
    let device = world.device();
    assert_eq!(get(&device.base, &tea, "Description"), Some("Tea".into()));
}

#[test]
fn x7_after_a_new_beginning_the_device_has_what_main_has_and_its_own_unsent() {
    let world = World::new();
    let gone = world.main.add("Catalog.Goods", &[("Description", "Gone".into())]);
    let kept = world.main.add("Catalog.Goods", &[("Description", "Kept".into())]);
    let device = world.device();
    let own = device.base.add("Catalog.Goods", &[("Description", "Own".into())]);
    // As after a restored backup of main: the item is not there and no deletion tells it.
    let writer = world.main.engine.database().writer().expect("the writer");
    writer.execute("DELETE FROM \"Catalog.Goods\" WHERE \"Ref\" = ?1", [gone.id.as_bytes()]).expect("gone");
    writer.execute("DELETE FROM _changes WHERE key = ?1", [gone.id.as_bytes()]).expect("gone");
    drop(writer);
    let writer = device.base.engine.database().writer().expect("the writer");
    crate::schema::set_setting(&writer, "exchange.received", "99999").expect("set");
    drop(writer);
    world.round(&device);
    assert!(get(&device.base, &gone, "Description").is_none());
    assert!(get(&device.base, &kept, "Description").is_some() && get(&world.main, &own, "Description").is_some());
}

#[test]
fn what_is_on_its_way_is_not_overwritten_and_what_follows_builds_on_it() {
    let world = World::new();
    let item = world.main.add("Catalog.Goods", &[("Description", "A".into()), ("Price", number("1"))]);
    let device = world.device();
    set(&device.base, &item, "Description", "B");
    let message = device.exchange.next_message(10).expect("a message").expect("something waits");
    set(&device.base, &item, "Price", number("2"));
    set(&world.main, &item, "Photo", Value::Empty);
    let page = world.run(world.peer.download(device.exchange.request(100).expect("a request"))).expect("a page");
    device.exchange.apply_page(&page).expect("applied");
    assert_eq!(get(&device.base, &item, "Description"), Some("B".into()));
    let response = world.run(world.peer.upload(message)).expect("taken");
    device.exchange.acknowledged(&response).expect("acknowledged");
    set(&world.main, &item, "Description", "C");
    let next = device.exchange.next_message(10).expect("a message").expect("the second change");
    assert_eq!(next.items[0].changed, ["Price"]);
    world.round(&device);
    world.round(&device);
    for fixture in [&world.main, &device.base] {
        assert_eq!((get(fixture, &item, "Description"), get(fixture, &item, "Price")), (Some("C".into()), Some(number("2"))));
    }
    assert!(conflicts(&world.main.unit()).expect("conflicts").is_empty());
}

#[test]
fn c15_a_wanted_item_comes_with_the_next_page() {
    let world = World::new();
    let device = world.device();
    let tea = world.main.add("Catalog.Goods", &[("Description", "Tea".into())]);
    device.exchange.want(std::slice::from_ref(&tea)).expect("asked");
    let mut request = device.exchange.request(100).expect("a request");
    request.from = twinshore_protocol::ChangePosition(9_999);
    let page = world.run(world.peer.download(request)).expect("a page");
    assert_eq!(page.items.len(), 1);
    world.round(&device);
    assert!(device.exchange.request(1).expect("a request").wanted.is_empty());
}

#[test]
fn x10_main_wins_for_constants_and_the_other_value_is_kept() {
    let mut with_constant = configuration();
    let rate: twinshore_metadata::ObjectName = "Constant.Rate".parse().expect("a name");
    let mut constant = twinshore_metadata::ObjectDefinition::new(rate.clone());
    constant.attributes = vec![attribute("Value", "decimal(5.2)")];
    with_constant.objects.insert(rate.clone(), constant);
    let all = || composition(&with_constant, |_, _| {});
    let world = World::of(fixture(Target::MainServer, with_constant.clone(), all()));
    let device = world.device_over(fixture(Target::StandaloneServer, with_constant.clone(), all()));
    let put = |fixture: &Fixture, value: &str| crate::constants::set(&fixture.unit(), &rate, number(value)).expect("set");
    let both = || {
        let read = |fixture: &Fixture| crate::constants::get(&fixture.unit(), &rate).expect("readable");
        (read(&world.main), read(&device.base))
    };
    put(&device.base, "1");
    world.round(&device);
    assert_eq!(both(), (number("1"), number("1")));
    put(&world.main, "2");
    put(&device.base, "3");
    world.round(&device);
    assert_eq!(both(), (number("2"), number("2")));
    assert_eq!(attention(&device.base.unit()).expect("a list").len(), 1);
    // The other order: main's value comes before the device's left.
    put(&world.main, "4");
    put(&device.base, "5");
    let page = world.run(world.peer.download(device.exchange.request(100).expect("a request"))).expect("a page");
    device.exchange.apply_page(&page).expect("applied");
    assert_eq!((both(), device.exchange.state().expect("a state").pending), ((number("4"), number("4")), 0));
    assert_eq!(attention(&device.base.unit()).expect("a list").len(), 2);
}

#[test]
fn what_is_no_longer_included_holds_up_neither_side() {
    let without_goods = || {
        let mut less = composition(&configuration(), |_, _| {});
        less.included.retain(|name, _| name.to_string() != "Catalog.Goods");
        less
    };
    let world = World::new();
    let device = world.device();
    let goods = [("before", false), ("gone", true)].map(|(name, gone)| {
        let item = world.main.add("Catalog.Goods", &[("Description", name.into())]);
        if gone {
            objects::delete(&world.main.unit(), &item, &objects::NoHandlers).expect("deleted");
        }
        item
    });
    device.base.add("Catalog.Goods", &[("Description", "unsent".into())]);
    let reopened = |world: World| {
        let Fixture { engine, folder } = world.main;
        drop((engine, world.peer));
        let engine = Fixture::open_with(&folder, Target::MainServer, configuration(), without_goods());
        World::of(Fixture { engine, folder })
    };
    let world = reopened(world);
    let user = world.main.add("Catalog.Users", &[("Description", "Ann".into())]);
    let mut part = configuration();
    part.objects.shift_remove(&goods[0].object);
    let Fixture { engine, folder } = device.base;
    drop((engine, device.exchange));
    let engine = Fixture::open_with(&folder, Target::StandaloneServer, part, without_goods());
    let device = world.device_over(Fixture { engine, folder });
    world.round(&device);
    assert_eq!(get(&device.base, &user, "Description"), Some("Ann".into()));
    assert_eq!(device.exchange.state().expect("a state").pending, 0);
    let waiting = attention(&device.base.unit()).expect("a list");
    assert!(waiting.len() == 1 && waiting[0].message.contains("Catalog.Goods"), "{waiting:?}");
}
