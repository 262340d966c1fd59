//! The exchange while the configuration of a device changes (A6, A7).

use std::collections::BTreeMap;

use twinshore_metadata::{AttributeDefinition, Composition, Configuration, ObjectName, TypeSet};

use super::*;
use crate::fixture::configuration;

fn hash(text: &str) -> BundleHash {
    BundleHash(text.into())
}

/// Main has published configuration 2; devices with 1 may send, and go on if it is compatible.
fn publish(world: &mut World, compatible: bool) {
    let composition = Arc::new(world.main.engine.bundle().composition.clone());
    let bundles = DeviceBundles {
        current: Some(hash("2")),
        compatible: if compatible { vec![hash("1")] } else { Vec::new() },
        earlier: BTreeMap::from([(hash("1"), composition)]),
    };
    let handlers: HandlersFactory = Arc::new(|_| Rc::new(objects::NoHandlers));
    world.peer = MainExchange::new(world.main.engine.clone(), admin(&world.main), Arc::new(bundles), handlers);
}

/// The device follows another configuration, over the same database.
fn update(device: Device, configuration: Configuration) -> Device {
    let Device { base, exchange } = device;
    drop(exchange);
    let Fixture { engine, folder } = base;
    drop(engine);
    let engine = Fixture::open(&folder, Target::StandaloneServer, configuration);
    let base = Fixture { engine, folder };
    let exchange = DeviceExchange::new(base.engine.clone(), admin(&base), hash("2"));
    Device { base, exchange }
}

fn without(object: &str, attribute: &str) -> Configuration {
    let mut configuration = configuration();
    let name: ObjectName = object.parse().expect("a name");
    let object = configuration.objects.get_mut(&name).expect("an object");
    object.attributes.retain(|a| a.name != attribute);
    configuration
}

fn columns(device: &Device, table: &str) -> Vec<String> {
    let reader = device.base.engine.database().reader().expect("a reader");
    let mut statement = reader.prepare("SELECT name FROM pragma_table_info(?1)").expect("a query");
    let names = statement.query_map([table], |row| row.get(0)).expect("rows");
    names.collect::<Result<_, _>>().expect("names")
}

#[test]
fn a7_unsent_values_of_a_column_that_goes_are_kept_as_messages_and_reach_main() {
    let mut world = World::new();
    let device = world.device();
    let shop = device.base.add("Catalog.Counterparties", &[("Description", "Shop".into()), ("TaxId", "7701".into())]);
    let cafe = device.base.add("Catalog.Counterparties", &[("Description", "Cafe".into()), ("TaxId", "7702".into())]);
    assert_eq!(device.exchange.freeze(1).expect("frozen"), 2);
    assert_eq!(device.exchange.freeze(1).expect("frozen already"), 0);
    publish(&mut world, false);
    let device = update(device, without("Catalog.Counterparties", "TaxId"));
    assert!(!columns(&device, "Catalog.Counterparties").contains(&"TaxId".to_owned()));
    assert_eq!(device.exchange.state().expect("a state").pending, 2);
    set(&device.base, &cafe, "Description", "Cafe by the harbour");
    world.round(&device);
    assert_eq!(get(&world.main, &shop, "TaxId"), Some("7701".into()));
    assert_eq!(get(&world.main, &cafe, "TaxId"), Some("7702".into()));
    assert_eq!(get(&world.main, &cafe, "Description"), Some("Cafe by the harbour".into()));
    assert_eq!(device.exchange.state().expect("a state").pending, 0);
}

#[test]
fn a7_a_column_that_comes_or_changes_its_type_is_asked_of_main_and_rows_stay() {
    let mut world = World::new();
    let item = world.main.add("Catalog.Goods", &[("Description", "Tea".into()), ("Price", number("4.20"))]);
    let device = update(world.device(), without("Catalog.Goods", "Price"));
    publish(&mut world, false);
    world.round(&device);
    assert!(!columns(&device, "Catalog.Goods").contains(&"Price".to_owned()));
    let mine = device.base.add("Catalog.Goods", &[("Description", "Made here".into())]);
    let device = update(device, configuration());
    assert_ne!(get(&device.base, &item, "Price"), Some(number("4.2")));
    world.round(&device);
    assert_eq!(get(&device.base, &item, "Price"), Some(number("4.2")));
    assert_eq!(get(&world.main, &mine, "Description"), Some("Made here".into()));
    let mut retyped = configuration();
    let name: ObjectName = "Catalog.Goods".parse().expect("a name");
    let goods = retyped.objects.get_mut(&name).expect("goods");
    goods.attributes[0] = AttributeDefinition::new("Price", TypeSet::one("string(10)".parse().expect("a type")));
    let device = update(device, retyped);
    assert_eq!(get(&device.base, &item, "Description"), Some("Tea".into()));
    assert_ne!(get(&device.base, &item, "Price"), Some(number("4.2")));
}

#[test]
fn a5_an_unknown_configuration_gets_nothing_and_a6_a_compatible_one_goes_on() {
    let mut world = World::new();
    let device = world.device();
    let item = world.main.add("Catalog.Goods", &[("Description", "Tea".into())]);
    publish(&mut world, false);
    world.shake(&device);
    let refused = world.run(world.peer.download(device.exchange.request(3).expect("a request"))).expect_err("refused");
    assert_eq!(refused, ServerError::MainServerUnavailable { reason: twinshore_protocol::UnavailableReason::UpdateNeeded });
    publish(&mut world, true);
    world.round(&device);
    assert_eq!(get(&device.base, &item, "Description"), Some("Tea".into()));
}

#[test]
fn a7_what_a_device_sends_for_an_attribute_that_is_gone_on_main_is_kept_for_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Fixture::open(&folder, Target::MainServer, without("Catalog.Counterparties", "TaxId"));
    let mut world = World::of(Fixture { engine, folder });
    let device = world.device();
    publish(&mut world, false);
    let earlier: Composition = device.base.engine.bundle().composition.clone();
    assert!(earlier.includes(&"Catalog.Counterparties".parse().expect("a name")));
    let shop = device.base.add("Catalog.Counterparties", &[("Description", "Shop".into()), ("TaxId", "7701".into())]);
    world.shake(&device);
    let message = device.exchange.next_message(10).expect("a message").expect("one waits");
    let response = world.run(world.peer.upload(message)).expect("accepted");
    device.exchange.acknowledged(&response).expect("acknowledged");
    assert_eq!(get(&world.main, &shop, "Description"), Some("Shop".into()));
    let kept = attention(&world.main.unit()).expect("readable");
    assert!(kept.len() == 1 && kept[0].message.contains("TaxId does not exist any more"), "{kept:?}");
}
