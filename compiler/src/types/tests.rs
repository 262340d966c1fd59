//! What editors are told of a configuration.

use std::path::Path;

use super::signatures::signatures;
use super::*;

fn of_fixture() -> Types {
    types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fixture"))
}

fn text<'t>(all: &'t Types, path: &str) -> &'t str {
    &all.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is written")).text
}

/// Lines that hold a text.
fn line<'t>(text: &'t str, part: &str) -> &'t str {
    text.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no line has {part}"))
}

#[test]
fn each_side_is_told_of_modules_as_it_may_call_them() {
    let all = of_fixture();
    let (server, client) = (text(&all, "types/server/configuration.d.ts"), text(&all, "types/client/configuration.d.ts"));
    assert!(server.contains("declare const Inner: {"), "a module that nobody may call from outside is there for servers");
    assert!(!client.contains("declare const Inner"), "and not for the client");
    assert!(server.contains("  whoami(): string;"), "{server}");
    assert!(client.contains("  whoami(): Promise<Awaited<string>>;"), "{client}");
    assert!(line(client, "readonly CM2:").contains("Promise<"), "R6: through MainServer too");
}

#[test]
fn a_form_has_the_attributes_of_its_item_and_its_own() {
    let all = of_fixture();
    let both = text(&all, "types/configuration.d.ts");
    let form = line(both, "\"Document.Orders.ByHand\": {");
    for part in [
        "Number: string",
        "get Lines(): Table<\"Document.Orders.Lines\">",
        "Counterparty: RefTo<\"Catalog.Counterparties\"> | null",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
}

#[test]
fn exact_numbers_are_read_as_such_and_made_of_any_number() {
    let all = of_fixture();
    let lines = line(text(&all, "types/configuration.d.ts"), "Quantity(): Decimal");
    assert!(lines.contains("set Quantity(value: Numeric | null)"), "{lines}");
}

#[test]
fn types_that_only_one_file_knows_are_not_told_to_others() {
    let found = signatures(
        "interface Own { a: string }\n\
         /** Price of it. */\nexport async function price(goods: Ref<\"Catalog.Goods\">, on?: DateTime, own?: Own): Promise<Decimal> {}\n\
         export const twice = ({ a }: any, n = 2, ...rest: number[]) => a;\n\
         export function own(value: Own[]): Own { return value[0]; }\n\
         function hidden() {}\n",
    );
    let told: Vec<String> = found.iter().map(|f| format!("{}({}): {}", f.name, f.parameters.join(", "), f.result)).collect();
    assert_eq!(
        told,
        [
            "price(goods: Ref<\"Catalog.Goods\">, on?: DateTime, own?: any): Promise<Decimal>",
            "twice(value1: any, n?: any, ...others: any[]): any",
            "own(value: any): any",
        ]
    );
    assert_eq!(found[0].comment, "/** Price of it. */");
    assert!(signatures("export function broken( {").is_empty());
}

#[test]
fn a_broken_configuration_is_told_and_the_rest_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("configuration.yaml"), "nam: App\n").expect("written");
    let all = types(folder.path());
    assert!(all.diagnostics.iter().any(|d| d.code == "unknown-key"));
    assert!(all.files.iter().any(|file| file.path == "types/schemas/catalogs.json"));
    assert!(all.files.iter().all(|file| !file.path.ends_with("configuration.d.ts")));
}
