//! `twinshore demo`: a main server with the demo's data, and two phones in the browser.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use clap::Args;
use indexmap::IndexMap;
use twinshore_engine::rights::UserRights;
use twinshore_engine::users::{self, User};
use twinshore_engine::{Engine, EngineError, Unit, objects};
use twinshore_metadata::{Bundle, ObjectName, Ref, TableRow, Value};
use twinshore_protocol::WriteAction;
use twinshore_simulator::{PhoneSetup, Simulator};

use super::{CommandError, open_engine};
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Demo {
    /// Configuration folder
    #[arg(long, default_value = "examples/field-sales")]
    configuration: PathBuf,
    /// Folder for the databases of the main server and the phones
    #[arg(long, default_value = ".cache/demo")]
    directory: PathBuf,
    /// Table of places, made by scripts/data
    #[arg(long)]
    places: Option<PathBuf>,
    /// Port of the page; 0 takes a free one
    #[arg(long, default_value_t = 4173)]
    port: u16,
}

impl Demo {
    /// Serves until it is stopped.
    pub async fn run(self) -> Result<(), CommandError> {
        let file = |cause| CommandError::File { path: self.directory.clone(), cause };
        std::fs::create_dir_all(&self.directory).map_err(file)?;
        let database = self.directory.join("main.db");
        let program = std::env::current_exe().map_err(file)?;
        self.fill(&database, &program)?;
        let running = twinshore_server::serve(twinshore_server::Config::new(&self.configuration, &database)).await?;
        output::line(format_args!("main server on {}", running.url()));
        let phones = ["ann", "bob"].map(|name| PhoneSetup { name: name.into(), user: name.into() }).into();
        let simulator = Simulator::new(program, self.directory.join("phones"), running.address(), phones)
            .map_err(|error| CommandError::Argument(error.to_string()))?;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", self.port)).await.map_err(file)?;
        let address = listener.local_addr().map_err(file)?;
        output::line(format_args!("sign in as ann or bob, password: demo"));
        output::line(format_args!("simulator on http://{address}"));
        tokio::select! {
            result = simulator.serve(listener) => result.map_err(|error| CommandError::Argument(error.to_string())),
            _ = tokio::signal::ctrl_c() => {
                running.stop().await;
                Ok(())
            }
        }
    }

    /// Fills a new database: users, goods, customers, orders; places from the table.
    fn fill(&self, database: &Path, program: &Path) -> Result<(), CommandError> {
        let engine = open_engine(&self.configuration, Some(database.to_owned()))?;
        let reader = engine.database().reader()?;
        if !users::names(&reader)?.is_empty() {
            return Ok(());
        }
        drop(reader);
        drop(engine);
        if let Some(places) = &self.places {
            output::line(format_args!("reading places …"));
            let status = std::process::Command::new(program)
                .args(["import", "csv"])
                .args([self.configuration.as_path(), places.as_path()])
                .args(["--object", "Catalog.Places", "--database"])
                .arg(database)
                .status()
                .map_err(|cause| CommandError::File { path: places.clone(), cause })?;
            if !status.success() {
                return Err(CommandError::Argument("the places could not be read".into()));
            }
        }
        let engine = open_engine(&self.configuration, Some(database.to_owned()))?;
        Filler::new(&engine).run().map_err(CommandError::from)
    }
}

/// Name, price, unit.
type Product = (&'static str, &'static str, &'static str);

/// Groups with their products.
const GOODS: [(&str, &[Product]); 4] = [
    (
        "Tea",
        &[
            ("Green tea, 100 g", "4.20", "pack"),
            ("Black tea, 100 g", "3.80", "pack"),
            ("Herbal tea, 50 g", "3.10", "pack"),
            ("Oolong, 100 g", "8.90", "pack"),
        ],
    ),
    (
        "Coffee",
        &[
            ("Espresso beans, 1 kg", "14.50", "kg"),
            ("Filter coffee, 500 g", "7.90", "pack"),
            ("Decaf beans, 1 kg", "16.20", "kg"),
        ],
    ),
    (
        "Sweets",
        &[
            ("Dark chocolate, 100 g", "2.40", "bar"),
            ("Honey, 500 g", "6.70", "jar"),
            ("Marzipan, 200 g", "4.90", "pack"),
            ("Halva, 300 g", "3.60", "pack"),
        ],
    ),
    (
        "Water",
        &[
            ("Still water, 0.5 l", "0.60", "bottle"),
            ("Sparkling water, 0.5 l", "0.65", "bottle"),
            ("Still water, 19 l", "5.20", "bottle"),
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
struct Filler {
    unit: Rc<Unit>,
    handlers: Rc<dyn objects::ObjectHandlers>,
}

impl Filler {
    fn new(engine: &Engine) -> Self {
        let unit = Rc::new(Unit::new(engine, Arc::new(UserRights::platform(&engine.bundle().configuration))));
        let handlers = engine.handlers()(&unit);
        Self { unit, handlers }
    }

    fn run(&self) -> Result<(), EngineError> {
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
            for (name, price, unit) in items {
                let price = number(price);
                let item = self.add(
                    "Catalog.Goods",
                    &[
                        ("Description", (*name).into()),
                        ("Price", price.clone()),
                        ("Unit", (*unit).into()),
                        ("Parent", parent.clone().into()),
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
