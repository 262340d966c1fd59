//! Composition scenarios of the fixture that are about building it (their numbers are in the names).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use twinshore_compiler::{Compilation, Diagnostic, Severity, compile};
use twinshore_engine::{Engine, OpenOptions};
use twinshore_metadata::{Bundle, FormPurpose, ModuleName, ObjectName};
use twinshore_protocol::SystemClock;
use twinshore_testing::FixtureBuilder;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fixture")
}

fn name(text: &str) -> ObjectName {
    text.parse().expect("a name")
}

fn built() -> Compilation {
    sound(compile(&folder()))
}

/// The fixture with other files; one that exists gives way.
fn with(files: &[(&str, &str)]) -> Compilation {
    let mut builder = FixtureBuilder::of_folder(&folder()).expect("the fixture");
    for (file, text) in files {
        builder = builder.file(*file, *text);
    }
    let folder = builder.write().expect("a folder");
    compile(folder.path())
}

/// The fixture with one file changed.
fn changed(file: &str, from: &str, to: &str) -> Compilation {
    let text = std::fs::read_to_string(folder().join(file)).expect("a file of the fixture");
    assert!(text.contains(from), "{file} has no {from}");
    with(&[(file, &text.replace(from, to))])
}

fn sound(compilation: Compilation) -> Compilation {
    let errors: Vec<String> =
        compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
    assert!(compilation.bundles.is_some(), "{}", errors.join("\n"));
    compilation
}

fn local(compilation: &Compilation) -> &Bundle {
    &compilation.bundles.as_ref().expect("bundles").device.standalone
}

fn tables(bundle: &Bundle) -> (BTreeSet<String>, impl Fn(&str) -> BTreeSet<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("base.db");
    let options =
        OpenOptions { bundle: Arc::new(bundle.clone()), database, key: None, clock: Arc::new(SystemClock), utc_offset_s: 0 };
    let engine = Engine::open(options).expect("an engine");
    let names = |sql: &str, parameter: &str| -> BTreeSet<String> {
        let reader = engine.database().reader().expect("a reader");
        let mut statement = reader.prepare(sql).expect("a statement");
        let rows = statement.query_map([parameter], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("names")
    };
    let all = names("SELECT name FROM sqlite_master WHERE type = ?1", "table");
    let columns: Vec<(String, BTreeSet<String>)> =
        all.iter().map(|table| (table.clone(), names("SELECT name FROM pragma_table_info(?1)", table))).collect();
    (all, move |table| columns.iter().find(|(name, _)| name == table).map(|(_, c)| c.clone()).unwrap_or_default())
}

#[test]
fn s01_the_local_database_has_tables_of_what_is_included_and_of_nothing_else() {
    let compilation = built();
    let (all, _) = tables(local(&compilation));
    for table in
        ["Catalog.Counterparties", "Catalog.Goods", "Document.Orders", "Document.Orders.Lines", "AccumulationRegister.Stock"]
    {
        assert!(all.contains(table), "{table} is missing: {all:?}");
    }
    assert!(!all.iter().any(|table| table.starts_with("Catalog.Contracts")), "{all:?}");
    let (whole, _) = tables(&compilation.bundles.as_ref().expect("bundles").main);
    assert!(whole.contains("Catalog.Contracts"));
}

#[test]
fn s02_an_excluded_attribute_has_no_column_and_no_element() {
    let compilation = built();
    let bundle = local(&compilation);
    let (_, columns) = tables(bundle);
    assert!(columns("Catalog.Counterparties").contains("TaxId"));
    assert!(!columns("Catalog.Counterparties").contains("History"));
    assert!(!columns("Catalog.Goods").contains("Photo") && !columns("Document.Orders").contains("Discount"));
    let customers = bundle.configuration.object(&name("Catalog.Counterparties")).expect("included");
    let item = customers.default_form(FormPurpose::Item).expect("a form");
    let names: Vec<&str> = item.elements.iter().map(|e| e.name.as_str()).collect();
    assert!(names.contains(&"TaxId") && !names.contains(&"History"), "{names:?}");
    // C11: the group that held nothing else is gone, the list's column too.
    assert!(!names.contains(&"archive"), "{names:?}");
    let list = serde_json::to_string(customers.default_form(FormPurpose::List).expect("a form")).expect("JSON");
    assert!(list.contains("TaxId") && !list.contains("History"), "{list}");
}

#[test]
fn s05_a_new_big_attribute_stays_on_the_main_server_and_the_report_says_so() {
    let compilation = sound(changed("catalogs/Notes/Notes.yaml", "attributes:", "attributes:\n  Attachment: binary"));
    let notes = local(&compilation).configuration.object(&name("Catalog.Notes")).expect("included");
    assert!(notes.attribute("Attachment").is_none() && notes.attribute("Text").is_some());
    let reported = compilation.report.objects.iter().find(|o| o.name == name("Catalog.Notes")).expect("reported");
    assert_eq!(reported.excluded, ["attributes.Attachment"]);
    let note = compilation.diagnostics.iter().find(|d| d.code == "big-attribute" && d.message.contains("Attachment"));
    assert_eq!(note.map(|d| d.severity), Some(Severity::Note));
    // Asked for by name it comes.
    let text = std::fs::read_to_string(folder().join("offline.yaml")).expect("the composition");
    let asked = text.replace("Catalog.Notes: {}", "Catalog.Notes: { include: [attributes.Attachment] }");
    let notes_yaml = std::fs::read_to_string(folder().join("catalogs/Notes/Notes.yaml")).expect("notes");
    let notes_yaml = notes_yaml.replace("attributes:", "attributes:\n  Attachment: binary");
    let compilation = sound(with(&[("offline.yaml", &asked), ("catalogs/Notes/Notes.yaml", &notes_yaml)]));
    let notes = local(&compilation).configuration.object(&name("Catalog.Notes")).expect("included");
    assert!(notes.attribute("Attachment").is_some());
}

#[test]
fn s05_a_big_column_of_a_tabular_section_stays_on_the_main_server_too() {
    let compilation = sound(changed("documents/Orders/Orders.yaml", "    Qty:", "    Scan: picture\n    Qty:"));
    let orders = local(&compilation).configuration.object(&name("Document.Orders")).expect("included");
    let columns: Vec<&str> = orders.table("Lines").expect("lines").columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(columns, ["Goods", "Qty", "Price", "Sum"]);
    assert!(compilation.diagnostics.iter().any(|d| d.code == "big-attribute" && d.message.contains("Lines.Scan")));
}

fn warnings<'c>(compilation: &'c Compilation, code: &'c str) -> impl Iterator<Item = &'c Diagnostic> {
    compilation.diagnostics.iter().filter(move |d| d.code == code)
}

#[test]
fn s06_a_call_of_what_is_not_there_is_a_warning_with_its_line() {
    let compilation = built();
    let [warning] = warnings(&compilation, "not-in-composition").collect::<Vec<_>>()[..] else {
        panic!("{:#?}", compilation.diagnostics)
    };
    assert_eq!((warning.severity, warning.place.file.as_str()), (Severity::Warning, "catalogs/Goods/Item.form.server.ts"));
    let text = std::fs::read_to_string(folder().join(&warning.place.file)).expect("the module");
    let line = text.lines().nth(warning.place.line as usize - 1).expect("the line");
    assert!(line.contains("CM2.whoami()"), "{line}");
    assert!(warning.advice.contains("MainServer.CM2.whoami"), "{warning}");
}

#[test]
fn s06_objects_and_queries_that_are_not_there_are_told_too() {
    let code = r#"
export function a() { return Catalogs.Contracts.find({}); }
export function b() { return query("SELECT Description FROM Catalog.Contracts"); }
export function c() { return query(`SELECT O.Discount AS D FROM Document.Orders AS O`); }
export function d() { return query("SELECT Contract, Counterparty.History AS H FROM Document.Orders"); }
//#if !MobileApplicationServer
export function e() { return Catalogs.Contracts.find({}); }
//#endif
export function f() { return query("SELECT Comment, Counterparty.TaxId AS T FROM Document.Orders"); }
"#;
    let compilation = sound(with(&[("modules/SM1/SM1.server.ts", code)]));
    let lines: Vec<u32> = warnings(&compilation, "not-in-composition")
        .filter(|d| d.place.file == "modules/SM1/SM1.server.ts")
        .map(|d| d.place.line)
        .collect();
    assert_eq!(lines, [2, 3, 4, 5], "{:#?}", compilation.diagnostics);
}

#[test]
fn s09_a_path_through_an_external_reference_is_a_warning() {
    let compilation = built();
    let [warning] = warnings(&compilation, "external-path").collect::<Vec<_>>()[..] else {
        panic!("{:#?}", compilation.diagnostics)
    };
    assert_eq!(warning.place.file, "modules/LM3/LM3.server.ts");
    assert!(warning.message.contains("Contract.Date is NULL"), "{warning}");
}

const DELIVERY: &str = "enum: Delivery\nvalues: [Pickup, Courier]\n";

#[test]
fn s11_an_enumeration_that_is_used_comes_by_itself_and_the_report_says_why() {
    let orders = std::fs::read_to_string(folder().join("documents/Orders/Orders.yaml")).expect("orders");
    let used = orders.replace("attributes:", "attributes:\n  Delivery: Enum.Delivery");
    let files = [("enums/Delivery/Delivery.yaml", DELIVERY), ("documents/Orders/Orders.yaml", used.as_str())];
    let compilation = sound(with(&files));
    let reported = compilation.report.objects.iter().find(|o| o.name == name("Enum.Delivery")).expect("pulled in");
    assert_eq!(reported.pulled_in_by, "Document.Orders.Delivery");
    assert!(local(&compilation).configuration.object(&name("Enum.Delivery")).is_some());
}

#[test]
fn s11_code_and_forms_pull_in_what_they_name_and_excluded_attributes_do_not() {
    let enumeration = ("enums/Delivery/Delivery.yaml", DELIVERY);
    let why = |compilation: &Compilation| {
        compilation.report.objects.iter().find(|o| o.name == name("Enum.Delivery")).map(|o| o.pulled_in_by.clone())
    };
    assert_eq!(why(&sound(with(&[enumeration]))), None);
    let code = "export function f() {\n  return Enums.Delivery.Courier;\n}\n";
    let named = sound(with(&[enumeration, ("modules/SM1/SM1.server.ts", code)]));
    assert_eq!(why(&named).as_deref(), Some("modules/SM1/SM1.server.ts:2"));
    let form = "form: Item\nattributes:\n  Way: Enum.Delivery\nitems: [ { field: Way } ]\n";
    let shown = sound(with(&[enumeration, ("catalogs/Notes/Item.form.yaml", form)]));
    assert_eq!(why(&shown).as_deref(), Some("Catalog.Notes.Item.Way"));
    let orders = std::fs::read_to_string(folder().join("documents/Orders/Orders.yaml")).expect("orders");
    let offline = std::fs::read_to_string(folder().join("offline.yaml")).expect("the composition");
    let excluded = [
        enumeration,
        ("documents/Orders/Orders.yaml", &orders.replace("attributes:", "attributes:\n  Delivery: Enum.Delivery")),
        ("offline.yaml", &offline.replace("[attributes.Discount]", "[attributes.Discount, attributes.Delivery]")),
    ];
    assert_eq!(why(&sound(with(&excluded))), None);
}

#[test]
fn s34_main_server_used_on_the_main_server_is_an_error() {
    let code = "export function f() {\n  return MainServer.CM2.whoami();\n}\n";
    let compilation = with(&[("modules/CM2/CM2.server.ts", code)]);
    let error = compilation.diagnostics.iter().find(|d| d.code == "main-server").expect("an error");
    assert_eq!(
        (error.severity, error.place.file.as_str(), error.place.line),
        (Severity::Error, "modules/CM2/CM2.server.ts", 2)
    );
    assert!(compilation.bundles.is_none());
    // Also in a module that runs on both: what runs on main must not have it.
    assert!(with(&[("modules/SM1/SM1.server.ts", code)]).bundles.is_none());
}

#[test]
fn s81_the_dead_branch_is_in_no_bundle_of_the_other_server() {
    let compilation = built();
    let bundles = compilation.bundles.as_ref().expect("bundles");
    let module = ModuleName::Common("SM1".into(), twinshore_metadata::ModulePlace::Server);
    let (main, device) = (&bundles.main.modules[&module].code, &bundles.device.standalone.modules[&module].code);
    assert!(main.contains("branch of the main server") && !main.contains("branch of the stand-alone server"));
    assert!(device.contains("branch of the stand-alone server") && !device.contains("branch of the main server"));
    assert_eq!(main.lines().count(), device.lines().count());
}

#[test]
fn s81_imports_of_the_dead_branch_are_absent() {
    let code = "//#if !MobileApplicationServer\nimport { heavy } from 'heavy';\n//#endif\nexport function f() {}\n";
    let compilation = with(&[("modules/SM1/SM1.server.ts", code)]);
    let module = ModuleName::Common("SM1".into(), twinshore_metadata::ModulePlace::Server);
    let device = &local(&sound(compilation)).modules[&module].code.clone();
    assert!(!device.contains("heavy"), "{device}");
}

#[test]
fn s82_a_module_wrapped_whole_is_empty_on_the_device() {
    let compilation = built();
    let bundles = compilation.bundles.as_ref().expect("bundles");
    let module = ModuleName::Object(name("Catalog.Notes"));
    assert_eq!(bundles.main.modules[&module].exports, ["beforeWrite"]);
    let device = &bundles.device.standalone.modules[&module];
    assert!(device.exports.is_empty() && device.code.trim().is_empty(), "{device:?}");
}

#[test]
fn c3_a_dimension_tells_records_apart_and_can_not_be_excluded() {
    let compilation =
        changed("offline.yaml", "AccumulationRegister.Stock: {}", "AccumulationRegister.Stock: { except: [attributes.Goods] }");
    assert!(compilation.diagnostics.iter().any(|d| d.code == "dimension"), "{:#?}", compilation.diagnostics);
    let resource = changed(
        "offline.yaml",
        "AccumulationRegister.Stock: {}",
        "AccumulationRegister.Stock: { except: [resources.Quantity] }",
    );
    let stock = local(&sound(resource)).configuration.object(&name("AccumulationRegister.Stock")).expect("included").clone();
    assert!(stock.attribute("Goods").is_some() && stock.attribute("Quantity").is_none());
}

#[test]
fn p5_a_priority_of_a_module_without_a_server_half_is_noted() {
    let text = std::fs::read_to_string(folder().join("offline.yaml")).expect("the composition");
    let offline = text.replace("Module.Inner: {}", "Module.Inner: {}\n  Module.Texts: { priority: standalone }");
    let files = [
        ("offline.yaml", offline.as_str()),
        ("modules/Texts/Texts.yaml", "module: Texts\n"),
        ("modules/Texts/Texts.client.ts", "export function hello() { return 'hello'; }\n"),
    ];
    let compilation = sound(with(&files));
    assert!(compilation.diagnostics.iter().any(|d| d.code == "client-priority" && d.severity == Severity::Note));
}

#[test]
fn x1_a_plan_says_which_changes_are_noted_by_themselves() {
    let plan = "exchangePlan: Mobile\ncontent: { Catalog.Goods: auto, Document.Orders: byCode }\n";
    let compilation = sound(with(&[("exchange-plans/Mobile/Mobile.yaml", plan)]));
    let main = &compilation.bundles.as_ref().expect("bundles").main.configuration;
    let content = &main.object(&name("ExchangePlan.Mobile")).expect("a plan").plan_content;
    assert_eq!(content, &[(name("Catalog.Goods"), true), (name("Document.Orders"), false)]);
    let wrong = with(&[("exchange-plans/Mobile/Mobile.yaml", "exchangePlan: Mobile\ncontent: { Catalog.Goods: never }\n")]);
    assert!(wrong.diagnostics.iter().any(|d| d.code == "wrong-value" && d.place.line == 2), "{:#?}", wrong.diagnostics);
}

#[test]
fn c17_a_functional_option_comes_with_what_it_governs() {
    let why = |governs: &str| {
        let text = format!("functionalOption: Discounts\ngoverns: {governs}\n");
        let compilation = sound(with(&[("functional-options/Discounts/Discounts.yaml", &text)]));
        let found = compilation.report.objects.iter().find(|o| o.name == name("FunctionalOption.Discounts"));
        found.map(|o| o.pulled_in_by.clone())
    };
    assert_eq!(
        why("[Report.Sales, Document.Orders.attributes.Comment]").as_deref(),
        Some("Document.Orders.attributes.Comment")
    );
    assert_eq!(why("[Report.Sales, Document.Orders.attributes.Discount]"), None);
    let code = "export function f() { return functionalOption(\"Discounts\"); }\n";
    let option = ("functional-options/Discounts/Discounts.yaml", "functionalOption: Discounts\n");
    let named = sound(with(&[option, ("modules/SM1/SM1.server.ts", code)]));
    let found = named.report.objects.iter().find(|o| o.name == name("FunctionalOption.Discounts")).expect("pulled in");
    assert_eq!(found.pulled_in_by, "modules/SM1/SM1.server.ts:1");
    let wrong = "functionalOption: Discounts\ngoverns: [Document.Orders.attributes.Coment]\n";
    let wrong = with(&[("functional-options/Discounts/Discounts.yaml", wrong)]);
    assert!(
        wrong.diagnostics.iter().any(|d| d.code == "unknown-child" && d.advice.contains("Comment")),
        "{:#?}",
        wrong.diagnostics
    );
}
