//! The configuration that is measured: a big catalog, an order with lines, a module that does nothing.

use std::rc::Rc;
use std::sync::Arc;

use twinshore_engine::rights::UserRights;
use twinshore_engine::{Engine, EngineError, Unit, in_bulk, objects};
use twinshore_metadata::{Ref, TableRow, Value};
use twinshore_protocol::WriteAction;
use twinshore_testing::FixtureBuilder;

/// Items of the big catalog.
pub const PLACES: u32 = 140_000;
/// Lines of the order.
const LINES: u32 = 100;

const FILES: &[(&str, &str)] = &[
    ("configuration.yaml", "name: Figures\ntitle: Figures\nversion: \"1\"\nlanguages: { en: English }\n"),
    ("subsystems.yaml", "- { name: Work, title: Work, content: [Document.Orders, Catalog.Places] }\n"),
    (
        "catalogs/Places/Places.yaml",
        "catalog: Places\ntitle: Places\ncode: { type: string(9), auto: true }\ndescription: 100\nattributes: { Country: string(2), Latitude: decimal(9.5), Longitude: decimal(9.5) }\n",
    ),
    (
        "documents/Orders/Orders.yaml",
        "document: Orders\ntitle: Orders\nnumber: { type: string(11), auto: true, reset: year }\nattributes: { Comment: string(200) }\ntables:\n  Lines: { Place: Catalog.Places, Quantity: decimal(15.3), Price: decimal(15.2) }\n",
    ),
    ("modules/AtHand/AtHand.yaml", "module: AtHand\nserverCall: true\n"),
    ("modules/AtHand/AtHand.server.ts", "export function nothing(): void {}\n"),
    (
        "roles/Seller.yaml",
        "role: Seller\ntitle: Seller\nrights:\n  Catalog.Places: all\n  Document.Orders: all\n  Module.AtHand: use\n",
    ),
    (
        "offline.yaml",
        "use:\n  Catalog.Places: { priority: standalone }\n  Document.Orders: {}\n  Module.AtHand: { priority: standalone }\nroles: [Seller]\n",
    ),
];

pub fn fixture() -> FixtureBuilder {
    FILES.iter().fold(FixtureBuilder::new(), |fixture, (path, text)| fixture.file(*path, *text))
}

fn name(at: u32) -> String {
    const PARTS: [&str; 12] = ["ber", "lin", "mos", "kva", "Ло", "ндон", "par", "is", "ос", "ака", "rio", "sur"];
    let part = |n: u32| PARTS[(n % 12) as usize];
    format!("{}{}{} {}{}", part(at * 7), part(at / 12), part(at / 144), part(at / 1728), at * 7919 % 99_991)
}

fn unit(engine: &Engine) -> Rc<Unit> {
    Rc::new(Unit::new(engine, Arc::new(UserRights::platform(&engine.bundle().configuration))))
}

/// Writes the items and the order on main.
pub fn fill(engine: &Engine) {
    let unit = unit(engine);
    let places = "Catalog.Places".parse().expect("a name");
    let write = || {
        let mut last = None;
        for at in 0..PLACES {
            let values = [("Description".to_owned(), name(at).into()), ("Country".to_owned(), "DE".into())].into();
            let state = objects::new_object(&unit, &places, None, &values)?;
            last = Some(objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers)?);
        }
        Ok::<_, EngineError>(last)
    };
    let place = in_bulk(&unit, |_| write()).expect("written").expect("an item");
    let place = Value::Ref(place.reference);
    let mut order =
        objects::new_object(&unit, &"Document.Orders".parse().expect("a name"), None, &Default::default()).expect("new");
    let lines = (0..LINES).map(|n| {
        let values = [("Place".to_owned(), place.clone()), ("Quantity".to_owned(), Value::Decimal(n.into()))];
        TableRow { values: values.into(), ..TableRow::new() }
    });
    order.record.tables.insert("Lines".into(), lines.collect());
    objects::write(&unit, order, WriteAction::Write, &objects::NoHandlers).expect("written");
}

/// The order.
pub fn order_key(engine: &Engine) -> Value {
    let reader = engine.database().reader().expect("a reader");
    let id: Vec<u8> = reader.query_row("SELECT \"Ref\" FROM \"Document.Orders\"", [], |row| row.get(0)).expect("an order");
    Value::Ref(Ref::new("Document.Orders".parse().expect("a name"), uuid::Uuid::from_slice(&id).expect("an id")))
}
