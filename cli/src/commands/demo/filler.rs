//! The demo's own data: goods with pictures, customers, contracts, orders, a visit, and the users ann and bob.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use twinshore_engine::rights::UserRights;
use twinshore_engine::users::{self, User};
use twinshore_engine::{Engine, EngineError, Unit, objects};
use twinshore_metadata::{Bundle, ObjectName, Picture, Ref, TableRow, Value};
use twinshore_protocol::WriteAction;

/// A picture in PNG.
type Png = &'static [u8];
/// Name, price, unit, picture.
type Product = (&'static str, &'static str, &'static str, Png);

const TEA: Png = include_bytes!("../../../../examples/field-sales/pictures/tea.png");
const COFFEE: Png = include_bytes!("../../../../examples/field-sales/pictures/coffee.png");
const CHOCOLATE: Png = include_bytes!("../../../../examples/field-sales/pictures/chocolate.png");
const HONEY: Png = include_bytes!("../../../../examples/field-sales/pictures/honey.png");
const SWEETS: Png = include_bytes!("../../../../examples/field-sales/pictures/sweets.png");
const WATER: Png = include_bytes!("../../../../examples/field-sales/pictures/water.png");

/// Groups with their products.
const GOODS: [(&str, &[Product]); 4] = [
    (
        "Tea",
        &[
            ("Green tea, 100 g", "4.20", "pack", TEA),
            ("Black tea, 100 g", "3.80", "pack", TEA),
            ("Herbal tea, 50 g", "3.10", "pack", TEA),
            ("Oolong, 100 g", "8.90", "pack", TEA),
        ],
    ),
    (
        "Coffee",
        &[
            ("Espresso beans, 1 kg", "14.50", "kg", COFFEE),
            ("Filter coffee, 500 g", "7.90", "pack", COFFEE),
            ("Decaf beans, 1 kg", "16.20", "kg", COFFEE),
        ],
    ),
    (
        "Sweets",
        &[
            ("Dark chocolate, 100 g", "2.40", "bar", CHOCOLATE),
            ("Honey, 500 g", "6.70", "jar", HONEY),
            ("Marzipan, 200 g", "4.90", "pack", SWEETS),
            ("Halva, 300 g", "3.60", "pack", SWEETS),
        ],
    ),
    (
        "Water",
        &[
            ("Still water, 0.5 l", "0.60", "bottle", WATER),
            ("Sparkling water, 0.5 l", "0.65", "bottle", WATER),
            ("Still water, 19 l", "5.20", "bottle", WATER),
        ],
    ),
];
const CUSTOMERS: [&str; 12] = [
    "Harbour Café",
    "North Pier Grill",
    "Lighthouse Bakery",
    "Old Town Kiosk",
    "Riverside School",
    "Seaview Hotel",
    "Station Buffet",
    "Market Corner Shop",
    "Hilltop Diner",
    "Ferry Terminal Bar",
    "Botanic Garden Café",
    "City Library Canteen",
];

/// Writes the demo's own data.
pub struct Filler {
    unit: Rc<Unit>,
    handlers: Rc<dyn objects::ObjectHandlers>,
}

impl Filler {
    /// Writes to this engine, with its handlers.
    pub fn new(engine: &Engine) -> Self {
        let unit = Rc::new(Unit::new(engine, Arc::new(UserRights::platform(&engine.bundle().configuration))));
        let handlers = engine.handlers()(&unit);
        Self { unit, handlers }
    }

    /// Writes everything.
    pub fn run(&self) -> Result<(), EngineError> {
        let ann = self.add(
            "Catalog.Employees",
            &[("Description", "Ann Shore".into()), ("Login", "ann".into()), ("Phone", "+1 555 0101".into())],
        )?;
        let bob = self.add(
            "Catalog.Employees",
            &[("Description", "Bob Harbor".into()), ("Login", "bob".into()), ("Phone", "+1 555 0102".into())],
        )?;
        self.user("ann", &["Seller"], &ann)?;
        self.user("bob", &["Seller", "Manager"], &bob)?;
        let goods = self.goods()?;
        let mut orders = 0_u32;
        for (at, name) in CUSTOMERS.iter().enumerate() {
            let customer = self.customer(at, name, if at % 2 == 0 { &ann } else { &bob })?;
            let contract = self.add(
                "Catalog.Contracts",
                &[
                    ("Description", format!("Supply contract {}", at + 1).into()),
                    ("Counterparty", customer.clone().into()),
                    ("Limit", number("5000")),
                ],
            )?;
            for _ in 0..=at % 3 {
                orders += 1;
                self.order(orders, &customer, &contract, &goods)?;
            }
        }
        self.add(
            "Document.Visits",
            &[
                ("Counterparty", self.first("Catalog.Counterparties")?.into()),
                ("Employee", ann.into()),
                ("Result", fixed("Enum.VisitResult", "Ordered").into()),
                ("Note", "Wants a tasting next week".into()),
            ],
        )?;
        Ok(())
    }

    fn goods(&self) -> Result<Vec<(Ref, Value)>, EngineError> {
        let mut all = Vec::new();
        for (group, items) in GOODS {
            let parent = self.add("Catalog.Goods", &[("Description", group.into()), ("IsGroup", true.into())])?;
            for (name, price, unit, picture) in items {
                let price = number(price);
                let item = self.add(
                    "Catalog.Goods",
                    &[
                        ("Description", (*name).into()),
                        ("Price", price.clone()),
                        ("Unit", (*unit).into()),
                        ("Parent", parent.clone().into()),
                        ("Picture", png(picture)),
                    ],
                )?;
                all.push((item, price));
            }
        }
        Ok(all)
    }

    fn customer(&self, at: usize, name: &str, manager: &Ref) -> Result<Ref, EngineError> {
        let rating = fixed("Enum.Rating", ["Good", "Usual", "Risky"][at % 3]);
        let mut values = vec![
            ("Description", name.into()),
            ("TaxId", format!("77{:08}", 10_203_040 + at * 7).into()),
            ("Phone", format!("+1 555 02{at:02}").into()),
            ("Rating", rating.into()),
            ("Manager", manager.clone().into()),
            ("History", "Customer since the opening. Pays on time. Prefers deliveries before noon.".into()),
        ];
        let place = objects::find(&self.unit, &parse("Catalog.Places"), &[("Country".to_owned(), Value::from("GB"))].into())?;
        if let Some(place) = place {
            values.push(("Place", place.into()));
        }
        self.add("Catalog.Counterparties", &values)
    }

    fn order(&self, number_: u32, customer: &Ref, contract: &Ref, goods: &[(Ref, Value)]) -> Result<(), EngineError> {
        let mut state = objects::new_object(&self.unit, &parse("Document.Orders"), None, &IndexMap::new())?;
        let date = self.unit.engine().now() - chrono::Duration::days(i64::from(number_ % 40));
        state.record.set("Date", Value::Date(date.date().and_hms_opt(9 + number_ % 8, number_ % 60, 0).unwrap_or(date)));
        state.record.set("Counterparty", customer.clone());
        state.record.set("Contract", contract.clone());
        let lines = (0..2 + number_ as usize % 3).map(|line| {
            let (item, price) = &goods[(number_ as usize * 3 + line * 5) % goods.len()];
            let mut row = TableRow::new();
            row.values.insert("Goods".into(), item.clone().into());
            row.values.insert("Quantity".into(), Value::Decimal((u32::try_from(line).unwrap_or(0) + 1 + number_ % 4).into()));
            row.values.insert("Price".into(), price.clone());
            row
        });
        state.record.tables.insert("Lines".into(), lines.collect());
        objects::write(&self.unit, state, WriteAction::Post, self.handlers.as_ref()).map(drop)
    }

    fn add(&self, object: &str, values: &[(&str, Value)]) -> Result<Ref, EngineError> {
        let values = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
        let state = objects::new_object(&self.unit, &parse(object), None, &values)?;
        Ok(objects::write(&self.unit, state, WriteAction::Write, self.handlers.as_ref())?.reference)
    }

    fn first(&self, object: &str) -> Result<Ref, EngineError> {
        objects::find(&self.unit, &parse(object), &IndexMap::new())?
            .ok_or_else(|| EngineError::refused(format!("{object} is empty")))
    }

    fn user(&self, name: &str, roles: &[&str], item: &Ref) -> Result<(), EngineError> {
        let user = User {
            name: name.into(),
            verifier: users::verifier("demo")?,
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            language: "en".into(),
            item: Some(item.clone()),
            disabled: false,
        };
        users::put(&*self.unit.engine().database().writer()?, &user)
    }
}

fn parse(name: &str) -> ObjectName {
    name.parse().expect("names written here are full names")
}

fn fixed(object: &str, value: &str) -> Ref {
    let object = parse(object);
    let id = Bundle::fixed_id(&object, value);
    Ref::new(object, id)
}

fn number(text: &str) -> Value {
    Value::Decimal(text.parse().expect("numbers written here are numbers"))
}

fn png(bytes: Png) -> Value {
    Value::Picture(Picture { media_type: "image/png".into(), bytes: bytes.to_vec() })
}
