//! Whole configurations.

use std::path::Path;

use twinshore_metadata::{ElementKind, FormPurpose, ModuleName, ModulePlace, ObjectName, Target};

use super::*;

fn good(folder: &Path) -> Compilation {
    let compilation = compile(folder);
    let errors: Vec<String> =
        compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
    assert!(compilation.bundles.is_some(), "{}", errors.join("\n"));
    compilation
}

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn name(text: &str) -> ObjectName {
    text.parse().expect("a name")
}

#[test]
fn the_demo_compiles_and_its_hash_is_the_same_each_time() {
    let first = good(&example("field-sales")).bundles.expect("bundles");
    let second = good(&example("field-sales")).bundles.expect("bundles");
    assert_eq!(first.device.hash(), second.device.hash());
    assert_eq!(first.main.hash, second.main.hash);
    assert!(first.main.is_sound());
}

#[test]
fn c2_what_is_excluded_is_not_on_the_device() {
    let bundles = good(&example("field-sales")).bundles.expect("bundles");
    let device = &bundles.device.standalone.configuration;
    let customers = device.object(&name("Catalog.Counterparties")).expect("included");
    assert!(customers.attribute("History").is_none() && customers.attribute("Phone").is_some());
    assert!(customers.form("Merge").is_none());
    let form = customers.default_form(FormPurpose::Item).expect("a form");
    assert!(form.elements.iter().all(|e| e.name != "History"));
    assert!(device.object(&name("Catalog.Contracts")).is_none());
    assert!(bundles.main.configuration.object(&name("Catalog.Contracts")).is_some());
}

#[test]
fn c5_a_big_attribute_stays_on_the_main_server_and_the_developer_is_told() {
    let compilation = good(&example("field-sales"));
    let device = compilation.bundles.expect("bundles").device.standalone.configuration;
    assert!(device.object(&name("Catalog.Goods")).expect("included").attribute("Picture").is_none());
    assert!(compilation.diagnostics.iter().any(|d| d.code == "big-attribute" && d.message.contains("Picture")));
}

#[test]
fn c17_an_enumeration_is_pulled_in_and_the_report_says_why() {
    let compilation = good(&example("field-sales"));
    let rating = compilation.report.objects.iter().find(|o| o.name == name("Enum.Rating")).expect("pulled in");
    assert_eq!(rating.pulled_in_by, "Catalog.Counterparties.Rating");
}

#[test]
fn p3_code_of_one_side_is_not_in_the_bundle_of_another() {
    let bundles = good(&example("field-sales")).bundles.expect("bundles");
    let orders = ModuleName::Object(name("Document.Orders"));
    let main = &bundles.main.modules[&orders].code;
    let device = &bundles.device.standalone.modules[&orders].code;
    assert!(main.contains("movements.Sales") && !device.contains("movements.Sales"));
    assert_eq!(main.lines().count(), device.lines().count());
    for bundle in
        [&bundles.main, &bundles.device.standalone, &bundles.device.client_of_main, &bundles.device.client_of_standalone]
    {
        let client = matches!(bundle.target, Target::ClientOfMain | Target::ClientOfStandalone);
        for module in bundle.modules.keys() {
            let on_client = matches!(
                module,
                ModuleName::Application | ModuleName::Common(_, ModulePlace::Client) | ModuleName::Form(_, ModulePlace::Client)
            );
            assert_eq!(on_client, client, "{module} in {:?}", bundle.target);
        }
    }
    assert!(!bundles.device.standalone.modules.contains_key(&ModuleName::Common("Prices".into(), ModulePlace::Server)));
}

#[test]
fn p4_code_of_each_of_the_five_targets_is_checked() {
    let only = |condition: &str| format!("export function f() {{}}\n//#if {condition}\nexport function g( {{\n//#endif\n");
    for (place, condition) in [
        ("server", "Server && !MobileApplicationServer"),
        ("server", "MobileApplicationServer"),
        ("client", "MobileClient"),
        ("client", "Client && !MobileClient"),
    ] {
        let file = format!("modules/A/A.{place}.ts");
        let code = only(condition);
        let files = [
            ("modules/A/A.yaml", "module: A\nserverCall: true\n"),
            (file.as_str(), code.as_str()),
            ("offline.yaml", "use:\n  Module.A: {}\n"),
        ];
        let found = broken(&files);
        let told = found.iter().any(|d| d.severity == Severity::Error && d.place.file == file && d.place.line >= 3);
        assert!(told, "{condition}: {found:?}");
    }
}

#[test]
fn p4_what_only_a_browser_would_run_goes_nowhere() {
    let code = "export function onStart() {}\n//#if !MobileClient\nconst browser = 1;\n//#endif\n";
    let folder = written(&[("configuration.yaml", "name: Small\n"), ("application.client.ts", code)]);
    let bundles = good(folder.path()).bundles.expect("bundles");
    for bundle in
        [&bundles.main, &bundles.device.standalone, &bundles.device.client_of_main, &bundles.device.client_of_standalone]
    {
        assert!(!bundle.modules.values().any(|module| module.code.contains("browser")), "{:?}", bundle.target);
    }
}

/// A configuration of these files.
fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

fn broken(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let mut all = vec![
        ("configuration.yaml", "name: Broken\n"),
        ("catalogs/Goods/Goods.yaml", "catalog: Goods\nattributes:\n  Price: decimal(15.2)\n"),
    ];
    all.extend(files);
    compile(written(&all).path()).diagnostics
}

fn check(files: &[(&str, &str)], expect: &str) {
    let found: Vec<String> = broken(files).iter().map(|d| d.to_string().replace('\n', "")).collect();
    assert!(found.iter().any(|d| d.contains(expect)), "expected {expect}\nfound {}", found.join("\n"));
}

#[test]
fn every_mistake_is_told_with_its_place_and_what_to_do() {
    check(
        &[("catalogs/A/A.yaml", "catalog: A\natributes: {}\n")],
        "catalogs/A/A.yaml:2:1: error[unknown-key]: `atributes` is not a key here  help: did you mean `attributes`?",
    );
    check(
        &[("catalogs/A/A.yaml", "catalog: A\nattributes:\n  B: { type: Catalog.Good }\n")],
        "A.yaml:3:14: error[unknown-object]: there is no Catalog.Good in the configuration  help: did you mean `Catalog.Goods`?",
    );
    check(&[("catalogs/A/A.yaml", "catalog: A\nattributes:\n  B: { type: strnig(5) }\n")], "A.yaml:3:14: error[wrong-value]");
    check(
        &[("catalogs/A/A.yaml", "catalog: A\nattributes:\n  Code: string(5)\ncode: { type: string(9) }\n")],
        "two things called `Code`",
    );
    check(
        &[("catalogs/A/A.yaml", "catalog: A\nhierarchical: perhaps\n")],
        "A.yaml:2:15: error[wrong-type]: `hierarchical` is true or false",
    );
    check(&[("catalogs/A/A.yaml", "catalog: [A\n")], "error[yaml]");
    check(
        &[("catalogs/Goods/Item.form.yaml", "form: Item\nitems:\n  - field: Prize\n")],
        "Item.form.yaml:3:5: error[unknown-path]: there is no attribute `Prize` for this form  help: did you mean `Price`?",
    );
    check(
        &[("catalogs/Goods/Item.form.yaml", "form: Item\nitems:\n  - { field: Price, events: { change: counted } }\n")],
        "exports no function `counted`",
    );
    check(
        &[("catalogs/Goods/Item.form.yaml", "form: Item\nitems:\n  - command: psot\n")],
        "there is no command `psot`  help: did you mean `post`?",
    );
    check(
        &[("offline.yaml", "use:\n  Catalog.Goods: { except: [attributes.Colour] }\n")],
        "Catalog.Goods has no attributes.Colour",
    );
    check(&[("offline.yaml", "use:\n  Catalog.Goods: { except: [attributes.Description] }\n")], "standard attribute");
    check(&[("offline.yaml", "use:\n  Catalog.Goods: { keep: 'Prise > 1' }\n")], "has no attribute `Prise`");
    check(&[("offline.yaml", "use:\n  Catalog.Goods: { keep: 'Price >' }\n")], "error[condition]");
    check(&[("offline.yaml", "roles: [Nobody]\n")], "there is no role `Nobody`");
    check(
        &[("roles/R.yaml", "role: R\nrights:\n  Catalog.Goods: reed\n")],
        "`reed` is not a right  help: did you mean `read`?",
    );
    check(
        &[("catalogs/Goods/Goods.object.ts", "export function beforeWrite(o) {\n  let x = ;\n}\n")],
        "Goods.object.ts:2:11: error[syntax]",
    );
    check(&[("catalogs/Goods/Goods.object.ts", "//#if Server\n")], "Goods.object.ts:1:1: error[directive]");
    check(&[("catalogs/Goods/Goods.ts", "")], "error[module-name]");
    check(&[("things/A/A.yaml", "a: 1\n")], "this file is not understood");
}

#[test]
fn s6_a_call_of_a_module_that_is_not_on_the_device_is_a_warning_with_its_place() {
    let files = [
        ("modules/CM2/CM2.yaml", "module: CM2\nserverCall: true\n"),
        ("modules/CM2/CM2.server.ts", "export function whoami() { return 1; }\n"),
        ("modules/SM1/SM1.yaml", "module: SM1\nserverCall: true\n"),
        ("modules/SM1/SM1.server.ts", "export function f() {\n  return CM2.whoami();\n}\n"),
        ("offline.yaml", "use:\n  Module.SM1: {}\n"),
    ];
    let found = broken(&files);
    let warning = found.iter().find(|d| d.code == "not-in-composition").expect("a warning");
    assert_eq!(
        (warning.severity, warning.place.file.as_str(), warning.place.line),
        (Severity::Warning, "modules/SM1/SM1.server.ts", 2)
    );
    assert!(found.iter().all(|d| d.severity != Severity::Error));
}

#[test]
fn s34_the_main_server_has_no_main_server_to_call() {
    let files =
        [("modules/A/A.yaml", "module: A\n"), ("modules/A/A.server.ts", "export function f() { return MainServer.B.g(); }\n")];
    assert!(broken(&files).iter().any(|d| d.code == "main-server"));
}

#[test]
fn a_folder_that_is_not_there_or_holds_nothing_is_an_error() {
    assert!(compile(Path::new("/nowhere/at/all")).bundles.is_none());
    let empty = tempfile::tempdir().expect("a folder");
    assert!(compile(empty.path()).diagnostics.iter().any(|d| d.code == "no-head"));
}

#[test]
fn f10c_a_form_that_can_not_be_reopened_as_it_is_is_reported() {
    let warned = |handler: &str| {
        let form = "form: Item\nattributes: { Preview: spreadsheet }\nitems:\n  - field: Preview\n";
        let folder = written(&[
            ("configuration.yaml", "name: Small\nversion: '1'\n"),
            ("offline.yaml", "use:\n  Catalog.Notes: {}\n"),
            ("catalogs/Notes/Notes.yaml", "catalog: Notes\n"),
            ("catalogs/Notes/Item.form.yaml", form),
            ("catalogs/Notes/Item.form.client.ts", handler),
        ]);
        let found = good(folder.path()).diagnostics.into_iter().find(|d| d.code == "complex-attribute").expect("reported");
        assert!(found.message.contains("Preview") && found.place.file == "catalogs/Notes/Item.form.yaml", "{found}");
        found.severity
    };
    assert_eq!(warned("export {};\n"), Severity::Warning);
    assert_eq!(warned("export function whenReopening(form, previous, event) {}\n"), Severity::Note);
}

fn form(items: &str) -> Vec<(&'static str, String)> {
    let head = "form: Item\nattributes: { From: date, To: date, Till: datetime, Hour: time }\nitems:\n";
    vec![("catalogs/Goods/Item.form.yaml", format!("{head}{items}"))]
}

fn check_form(items: &str, expect: &str) {
    let files = form(items);
    check(&files.iter().map(|(file, text)| (*file, text.as_str())).collect::<Vec<_>>(), expect);
}

#[test]
fn mistakes_in_popups_are_told_with_what_to_do() {
    check_form(
        "  - { popup: more, items: [write, { field: Price }] }\n",
        "Item.form.yaml:4:35: error[popup]: `Price` has no place in the pop-up `more`  help: put only commands and groups of commands into it",
    );
    check_form(
        "  - commandBar: [write, { popup: more, items: [{ popup: inner, items: [copy] }] }]\n",
        "error[popup]: the pop-up `inner` lies in the pop-up `more`  help: make `inner` a group with a title",
    );
    check_form("  - { popup: more, items: [] }\n", "error[popup]: the pop-up `more` holds no command");
    check_form("  - { popup: more, items: [{ group: none, items: [] }] }\n", "the pop-up `more` holds no command");
    check_form(
        "  - commandBar: [wriet]\n",
        "Item.form.yaml:4:18: error[unknown-command]: there is no command `wriet`  help: did you mean `write`?",
    );
    check_form("  - write\n", "error[wrong-type]: an element is expected here");
    check_form("  - { popap: more, items: [copy] }\n", "`popap` is not an element  help: did you mean `popup`?");
}

#[test]
fn mistakes_in_periods_are_told_with_what_to_do() {
    check_form(
        "  - period: { start: From }\n",
        "Item.form.yaml:4:13: error[missing]: a period needs the attribute of its end  help: write `period: { start: From, end: To }`",
    );
    check_form(
        "  - period: { start: From, end: Too }\n",
        "there is no attribute `Too` for this form  help: did you mean `To`?",
    );
    check_form("  - period: { start: From, end: From }\n", "error[period]: `From` is both ends of the period");
    check_form("  - period: { start: From, end: Price }\n", "`Price` is no end of a period  help: make it a `date`");
    check_form("  - period: { start: Hour, end: To }\n", "`Hour` is no end of a period");
    check_form(
        "  - period: { start: From, end: Till }\n",
        "error[period]: `From` and `Till` are of different types  help: make both `date`, or both `datetime`",
    );
    check_form(
        "  - { period: { start: From, end: To }, choices: [today, thisCentury] }\n",
        "`thisCentury` is not a standard period; known: any, today",
    );
}

#[test]
fn mistakes_in_bars_and_choices_are_told_with_what_to_do() {
    check_form("  - { field: From, input: progress }\n", "error[input]: `From` is no number, so it is no part of a whole");
    check_form(
        "  - { field: Price, input: track }\n",
        "error[input]: the track of `Price` has no ends  help: give the attribute `min` and a greater `max`",
    );
    check_form("  - { field: Price, input: progres }\n", "`progres` is not an input  help: did you mean `progress`?");
    check_form("  - { field: From, choices: [2026-01-01, soon] }\n", "error[choices]: `soon` is no value of `From`");
    check_form("  - { label: hello, choices: [a] }\n", "error[unknown-key]: `choices` is not a key here");
}

#[test]
fn c11_a_popup_and_a_period_keep_what_the_device_has_of_them() {
    let folder = written(&[
        ("configuration.yaml", "name: Small\nversion: '1'\n"),
        (
            "offline.yaml",
            "use:\n  Catalog.Deals: { except: [attributes.Ends, attributes.Opens, attributes.Shuts, commands.far] }\n",
        ),
        (
            "catalogs/Deals/Deals.yaml",
            "catalog: Deals\nattributes: { Begins: date, Ends: date, Opens: date, Shuts: date, From: date, To: date }\ncommands:\n  far: { title: Far, form: Catalog.Deals.List }\n",
        ),
        (
            "catalogs/Deals/Item.form.yaml",
            "form: Item\nitems:\n  - commandBar: [write, { popup: some, items: [far, reread] }, { popup: gone, items: [{ group: g, items: [far] }] }]\n  - { period: { start: Begins, end: Ends }, name: half }\n  - { period: { start: Opens, end: Shuts }, name: none }\n  - { period: { start: From, end: To }, name: whole, choices: [any, today] }\n",
        ),
    ]);
    let bundles = good(folder.path()).bundles.expect("bundles");
    let names = |configuration: &twinshore_metadata::Configuration| -> Vec<String> {
        let deals = configuration.object(&name("Catalog.Deals")).expect("included");
        deals.default_form(FormPurpose::Item).expect("a form").elements.iter().map(|e| e.name.clone()).collect()
    };
    assert_eq!(
        names(&bundles.device.standalone.configuration),
        ["commandBar", "write", "some", "reread", "half", "Begins", "whole", "From", "To"]
    );
    assert_eq!(names(&bundles.main.configuration).len(), 17);
    let device = bundles.device.standalone.configuration;
    let form = device.object(&name("Catalog.Deals")).expect("included").default_form(FormPurpose::Item).expect("a form");
    let kind = |name: &str| &form.elements.iter().find(|e| e.name == name).expect(name).kind;
    assert!(matches!(kind("half"), ElementKind::Group { .. }), "one end is an ordinary field: {:?}", kind("half"));
    assert!(matches!(kind("whole"), ElementKind::Period { choices, .. } if choices.len() == 2));
}
