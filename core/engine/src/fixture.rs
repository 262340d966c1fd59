//! A small configuration and an engine over it, for this crate's tests.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use twinshore_metadata::*;
use twinshore_protocol::SystemClock;

use crate::rights::UserRights;
use crate::storage::DatabaseKey;
use crate::{Engine, OpenOptions, Unit};

/// An attribute `name: type`.
pub fn attribute(name: &str, types: &str) -> AttributeDefinition {
    AttributeDefinition::new(name, TypeSet::one(types.parse().expect("a type")))
}

fn object(name: &str) -> ObjectDefinition {
    ObjectDefinition::new(name.parse().expect("a name"))
}

/// Goods, Counterparties, Orders that post to Stock, Rating.
pub fn configuration() -> Configuration {
    let mut goods = object("Catalog.Goods");
    goods.code = Some(CodeDefinition { length: 9, auto: true, reset: NumberPeriod::Never });
    goods.description_length = 100;
    goods.hierarchical = true;
    goods.attributes = vec![attribute("Price", "decimal(15.2)"), attribute("Photo", "picture")];
    let mut counterparties = object("Catalog.Counterparties");
    counterparties.description_length = 100;
    counterparties.attributes =
        vec![attribute("TaxId", "string(20)"), attribute("Rating", "Enum.Rating"), attribute("Owner", "Catalog.Users")];
    let mut users = object("Catalog.Users");
    users.description_length = 50;
    let mut orders = object("Document.Orders");
    orders.item_title = Title::english("Order");
    orders.code = Some(CodeDefinition { length: 11, auto: true, reset: NumberPeriod::Year });
    orders.attributes = vec![
        attribute("Counterparty", "Catalog.Counterparties"),
        attribute("Contract", "Catalog.Contracts"),
        attribute("Comment", "string(200)"),
        attribute("Total", "decimal(15.2)"),
    ];
    orders.attributes[0].required = true;
    let mut quantity = attribute("Quantity", "decimal(15.3)");
    quantity.min = Some(0.into());
    orders.tables = vec![TableDefinition {
        name: "Lines".into(),
        title: Title::english("Lines"),
        columns: vec![attribute("Goods", "Catalog.Goods"), quantity, attribute("Price", "decimal(15.2)")],
    }];
    orders.posts_to = vec!["AccumulationRegister.Stock".parse().expect("a name")];
    let mut stock = object("AccumulationRegister.Stock");
    stock.attributes = vec![attribute("Goods", "Catalog.Goods"), attribute("Quantity", "decimal(15.3)")];
    stock.register = Some(RegisterDetails {
        kind: RegisterKind::Balance,
        dimensions: vec!["Goods".into()],
        resources: vec!["Quantity".into()],
        periodic: false,
    });
    let mut rating = object("Enum.Rating");
    rating.values = ["Good", "Bad"]
        .map(|name| EnumerationValue {
            name: name.into(),
            id: Bundle::fixed_id(&rating.name, name),
            title: Title::english(name),
        })
        .into();
    let seller = RoleDefinition {
        name: "Seller".into(),
        title: Title::english("Seller"),
        administrator: false,
        rights: [
            ("Catalog.Goods", RoleRights { read: Some(String::new()), ..RoleRights::default() }),
            (
                "Catalog.Counterparties",
                RoleRights {
                    read: Some("Owner = currentUser()".into()),
                    insert: true,
                    update: true,
                    hidden: vec!["TaxId".into()],
                    ..RoleRights::default()
                },
            ),
        ]
        .map(|(name, rights)| (name.parse().expect("a name"), rights))
        .into(),
    };
    let admin = RoleDefinition {
        name: "Administrator".into(),
        title: Title::english("Administrator"),
        administrator: true,
        rights: BTreeMap::new(),
    };
    Configuration {
        name: "Small".into(),
        title: Title::english("Small"),
        version: "1".into(),
        languages: vec![Language { code: "en".into(), name: "English".into() }],
        objects: [goods, counterparties, users, orders, stock, rating].into_iter().map(|o| (o.name.clone(), o)).collect(),
        roles: [seller, admin].into_iter().map(|r| (r.name.clone(), r)).collect(),
        subsystems: Vec::new(),
        home_page: Vec::new(),
        offline_by_hand: true,
        poor_connection_by_hand: true,
        sign_in: SignInRules::default(),
        users: None,
        modules_elsewhere: Vec::new(),
    }
}

/// An engine over a new database that lives as long as the folder.
pub struct Fixture {
    pub engine: Engine,
    pub folder: tempfile::TempDir,
}

impl Fixture {
    pub fn new(target: Target) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Self::open(&folder, target, configuration());
        Self { engine, folder }
    }

    pub fn open(folder: &tempfile::TempDir, target: Target, configuration: Configuration) -> Engine {
        let included = configuration.objects.keys().map(|name| (name.clone(), Inclusion::default())).collect();
        let composition = Composition { included, ..Composition::default() };
        Self::open_with(folder, target, configuration, composition)
    }

    /// The same with a composition of its own.
    pub fn open_with(
        folder: &tempfile::TempDir,
        target: Target,
        configuration: Configuration,
        composition: Composition,
    ) -> Engine {
        Self::open_bundle(folder, Bundle::new(target, configuration, composition, BTreeMap::new()), None)
    }

    /// The same over an encrypted database.
    pub fn open_encrypted(folder: &tempfile::TempDir, target: Target, key: DatabaseKey) -> Engine {
        let configuration = configuration();
        let included = configuration.objects.keys().map(|name| (name.clone(), Inclusion::default())).collect();
        let composition = Composition { included, ..Composition::default() };
        Self::open_bundle(folder, Bundle::new(target, configuration, composition, BTreeMap::new()), Some(key))
    }

    fn open_bundle(folder: &tempfile::TempDir, bundle: Bundle, key: Option<DatabaseKey>) -> Engine {
        Engine::open(OpenOptions {
            bundle: Arc::new(bundle),
            database: folder.path().join("base.db"),
            key,
            clock: Arc::new(SystemClock),
            utc_offset_s: 0,
        })
        .expect("an engine")
    }

    pub fn unit(&self) -> Rc<Unit> {
        self.unit_as("admin", None, "Administrator")
    }

    pub fn unit_as(&self, name: &str, user: Option<Ref>, role: &str) -> Rc<Unit> {
        Rc::new(Unit::new(&self.engine, Arc::new(UserRights::new(self.engine.bundle(), name, user, &[role.to_owned()], "en"))))
    }

    /// Writes a new item.
    pub fn add(&self, object: &str, values: &[(&str, Value)]) -> Ref {
        let unit = self.unit();
        let values: IndexMap<String, Value> = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
        let state = crate::objects::new_object(&unit, &object.parse().expect("a name"), None, &values).expect("a new item");
        crate::objects::write(&unit, state, twinshore_protocol::WriteAction::Write, &crate::objects::NoHandlers)
            .expect("written")
            .reference
    }
}

/// A number.
pub fn number(text: &str) -> Value {
    Value::Decimal(text.parse().expect("a number"))
}
