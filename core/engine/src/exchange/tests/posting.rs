//! Documents posted on the device, and pages that do not fit on the disk.

use indexmap::IndexMap;
use twinshore_protocol::ChangePosition;

use super::*;
use crate::objects::{Movements, ObjectState};

/// Each line takes its goods from the stock; more than ten are refused.
struct Shop;

impl ObjectHandlers for Shop {
    fn filling(&self, _: &mut ObjectState, _: &IndexMap<String, Value>) -> Result<(), EngineError> {
        Ok(())
    }

    fn before_write(&self, _: &mut ObjectState) -> Result<(), EngineError> {
        Ok(())
    }

    fn on_write(&self, _: &mut ObjectState) -> Result<(), EngineError> {
        Ok(())
    }

    fn before_delete(&self, _: &ObjectState) -> Result<(), EngineError> {
        Ok(())
    }

    fn posting(&self, object: &ObjectState) -> Result<Movements, EngineError> {
        let records = object.record.rows("Lines").iter().map(|row| {
            let values = ["Goods", "Quantity"].map(|name| (name.to_owned(), row.get(name).clone()));
            values.into_iter().chain([("Receipt".to_owned(), false.into())]).collect()
        });
        Ok(vec![("AccumulationRegister.Stock".parse().expect("a name"), records.collect())])
    }
}

/// Main refuses to post what moves more than ten.
struct Strict;

impl ObjectHandlers for Strict {
    fn filling(&self, object: &mut ObjectState, values: &IndexMap<String, Value>) -> Result<(), EngineError> {
        Shop.filling(object, values)
    }

    fn before_write(&self, object: &mut ObjectState) -> Result<(), EngineError> {
        Shop.before_write(object)
    }

    fn on_write(&self, object: &mut ObjectState) -> Result<(), EngineError> {
        Shop.on_write(object)
    }

    fn before_delete(&self, object: &ObjectState) -> Result<(), EngineError> {
        Shop.before_delete(object)
    }

    fn posting(&self, object: &ObjectState) -> Result<Movements, EngineError> {
        let ten = number("10");
        let too_many = |value: &Value| matches!((value, &ten), (Value::Decimal(a), Value::Decimal(b)) if a > b);
        if object.record.rows("Lines").iter().any(|row| too_many(row.get("Quantity"))) {
            return Err(EngineError::refused("Not enough tea."));
        }
        Shop.posting(object)
    }
}

fn stock(fixture: &Fixture) -> Vec<Value> {
    let text = "SELECT Quantity FROM AccumulationRegister.Stock.Balance";
    let rows = crate::query::run(&fixture.unit(), text, &Default::default()).expect("a balance");
    rows.into_iter().map(|row| row["Quantity"].clone()).collect()
}

fn shop() -> (World, Device, Ref, Ref) {
    let mut world = World::new();
    world.peer =
        MainExchange::new(world.main.engine.clone(), admin(&world.main), Arc::default(), Arc::new(|_| Rc::new(Strict)));
    let customer = world.main.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
    let tea = world.main.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let device = world.device();
    (world, device, customer, tea)
}

fn posted(device: &Device, customer: &Ref, tea: &Ref, quantity: &str) -> ObjectState {
    let unit = device.base.unit();
    let line = Value::Structure(vec![("Goods".into(), tea.clone().into()), ("Quantity".into(), number(quantity))]);
    let values = [("Counterparty".to_owned(), customer.clone().into()), ("Lines".to_owned(), Value::List(vec![line]))].into();
    let order = objects::new_object(&unit, &"Document.Orders".parse().expect("a name"), None, &values).expect("an order");
    objects::write(&unit, order, WriteAction::Post, &Shop).expect("posted here")
}

#[test]
fn x13_what_is_posted_on_the_device_is_posted_on_main_once() {
    let (world, device, customer, tea) = shop();
    let order = posted(&device, &customer, &tea, "2.5");
    let message = device.exchange.next_message(10).expect("a message").expect("something waits");
    world.run(world.peer.upload(message)).expect("taken, the answer is lost");
    world.round(&device);
    world.round(&device);
    for fixture in [&world.main, &device.base] {
        assert_eq!(get(fixture, &order.reference, "Posted"), Some(true.into()));
        assert_eq!(stock(fixture), [number("-2.5")]);
    }
    let state = objects::read(&world.main.unit(), &order.reference).expect("readable").expect("there");
    assert_eq!(state.record.rows("Lines"), order.record.rows("Lines"));
}

#[test]
fn x13_what_can_not_be_posted_on_main_needs_attention_on_both_sides_until_it_can() {
    let (world, device, customer, tea) = shop();
    let order = posted(&device, &customer, &tea, "11");
    assert_eq!(stock(&device.base), [number("-11")]);
    world.round(&device);
    for fixture in [&world.main, &device.base] {
        assert_eq!(get(fixture, &order.reference, "Posted"), Some(false.into()));
        assert!(stock(fixture).is_empty());
        let waiting = attention(&fixture.unit()).expect("a list");
        assert_eq!((waiting.len(), waiting[0].message.as_str()), (1, "Not enough tea."));
    }
    let unit = device.base.unit();
    let mut state = objects::read(&unit, &order.reference).expect("readable").expect("there");
    state.record.tables["Lines"][0].values.insert("Quantity".into(), number("3"));
    objects::write(&unit, state, WriteAction::Post, &Shop).expect("posted again");
    world.round(&device);
    for fixture in [&world.main, &device.base] {
        assert_eq!((get(fixture, &order.reference, "Posted"), stock(fixture)), (Some(true.into()), vec![number("-3")]));
        assert!(attention(&fixture.unit()).expect("a list").is_empty());
    }
}

#[test]
fn s88_without_room_in_the_middle_of_a_page_nothing_of_it_is_kept_and_all_comes_later() {
    let world = World::new();
    let device = world.device();
    let items: Vec<Ref> = (0..200)
        .map(|at| world.main.add("Catalog.Goods", &[("Description", format!("{at} {}", "long ".repeat(18)).into())]))
        .collect();
    let before = device.exchange.state().expect("a state");
    let limit = |pages: &str| {
        let writer = device.base.engine.database().writer().expect("the writer");
        let now: i64 = writer.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number");
        let most = if pages.is_empty() { (now + 5).to_string() } else { pages.to_owned() };
        let _: i64 = writer.query_row(&format!("PRAGMA max_page_count = {most}"), [], |row| row.get(0)).expect("set");
    };
    limit("");
    let page = world.run(world.peer.download(device.exchange.request(500).expect("a request"))).expect("a page");
    assert!(matches!(device.exchange.apply_page(&page), Err(EngineError::StorageFull)));
    assert_eq!(device.exchange.state().expect("a state"), before);
    assert!(items.iter().all(|item| get(&device.base, item, "Code").is_none()));
    limit("1000000");
    device.exchange.apply_page(&page).expect("applied");
    assert!(items.iter().all(|item| get(&device.base, item, "Code").is_some()));
    assert!(device.exchange.state().expect("a state").received > ChangePosition(0));
}
