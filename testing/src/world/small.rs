//! A configuration made in code, for tests of what lies below the compiler: one catalog, one document, a few modules.

use std::collections::BTreeMap;

use twinshore_metadata::{
    AttributeDefinition, Bundle, CodeDefinition, CompiledModule, Composition, Configuration, DeviceBundle, FormDefinition,
    FormPurpose, Inclusion, Language, ModuleName, NumberPeriod, ObjectDefinition, RoleDefinition, RoleRights, TableDefinition,
    Target, Title, TypeSet,
};
use twinshore_server::Published;

fn attribute(name: &str, types: &str) -> AttributeDefinition {
    AttributeDefinition::new(name, TypeSet::one(types.parse().expect("a type of the fixture")))
}

fn object(name: &str) -> ObjectDefinition {
    ObjectDefinition::new(name.parse().expect("a name of the fixture"))
}

fn form(object: &ObjectDefinition, name: &str, purpose: FormPurpose) -> FormDefinition {
    FormDefinition {
        name: object.form_name(name),
        purpose,
        title: Title::default(),
        attributes: Vec::new(),
        elements: Vec::new(),
        commands: Vec::new(),
        without_commands: Vec::new(),
        events: BTreeMap::new(),
        priority: None,
        generated: true,
    }
}

fn with_forms(mut object: ObjectDefinition) -> ObjectDefinition {
    object.forms = vec![form(&object, "Item", FormPurpose::Item), form(&object, "List", FormPurpose::List)];
    object
}

fn configuration() -> Configuration {
    let mut goods = object("Catalog.Goods");
    goods.code = Some(CodeDefinition { length: 9, auto: true, reset: NumberPeriod::Never });
    goods.description_length = 100;
    goods.attributes = vec![attribute("Price", "decimal(15.2)")];
    let mut orders = object("Document.Orders");
    orders.item_title = Title::english("Order");
    orders.code = Some(CodeDefinition { length: 11, auto: true, reset: NumberPeriod::Year });
    orders.attributes = vec![attribute("Comment", "string(200)"), attribute("Total", "decimal(15.2)")];
    orders.tables = vec![TableDefinition {
        name: "Lines".into(),
        title: Title::english("Lines"),
        columns: vec![attribute("Goods", "Catalog.Goods"), attribute("Quantity", "decimal(15.3)")],
    }];
    let mut prices = object("Module.Prices");
    prices.server_call = true;
    let seller = RoleDefinition {
        name: "Seller".into(),
        title: Title::english("Seller"),
        administrator: false,
        rights: ["Catalog.Goods", "Document.Orders", "Module.Prices"]
            .map(|name| {
                let rights = RoleRights {
                    read: Some(String::new()),
                    insert: true,
                    update: true,
                    delete: true,
                    post: true,
                    use_: true,
                    ..RoleRights::default()
                };
                (name.parse().expect("a name of the fixture"), rights)
            })
            .into(),
    };
    Configuration {
        name: "Small".into(),
        title: Title::english("Small"),
        version: "1".into(),
        languages: vec![Language { code: "en".into(), name: "English".into() }],
        objects: [with_forms(goods), with_forms(orders), prices].into_iter().map(|o| (o.name.clone(), o)).collect(),
        roles: [(seller.name.clone(), seller)].into_iter().collect(),
        subsystems: Vec::new(),
        home_page: Vec::new(),
        offline_by_hand: true,
        poor_connection_by_hand: true,
        sign_in: twinshore_metadata::SignInRules::default(),
        users: None,
        modules_elsewhere: Vec::new(),
    }
}

const PRICES: &str = "
export function whoami() { return session.server; }
export function add(name) { const item = Catalogs.Goods.create({ Description: name }); item.write(); return item.ref; }
export function spin() { while (true) {} }
";

/// Goods, Orders and a module Prices with `whoami`, `add(name)` and `spin`; a role Seller; everything on devices too.
pub fn small_configuration() -> Published {
    let configuration = configuration();
    let included = configuration.objects.keys().map(|name| (name.clone(), Inclusion::default())).collect();
    let composition = Composition { included, roles: vec!["Seller".into()], ..Composition::default() };
    let exports = ["whoami", "add", "spin"].map(str::to_owned).into();
    let prices = CompiledModule { file: "modules/Prices/Prices.server.ts".into(), code: PRICES.into(), exports };
    let name = ModuleName::try_from("Module.Prices.server".to_owned()).expect("a name of the fixture");
    let server: BTreeMap<_, _> = [(name, prices)].into();
    let bundle =
        |target, modules: &BTreeMap<_, _>| Bundle::new(target, configuration.clone(), composition.clone(), modules.clone());
    let client = BTreeMap::new();
    Published {
        main: bundle(Target::MainServer, &server),
        device: Some(DeviceBundle {
            standalone: bundle(Target::StandaloneServer, &server),
            client_of_main: bundle(Target::ClientOfMain, &client),
            client_of_standalone: bundle(Target::ClientOfStandalone, &client),
        }),
    }
}
