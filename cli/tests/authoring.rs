//! Beginning a configuration and telling editors of it, as an author does: real processes, real files.

mod run;

use std::path::Path;

use run::{done, refused};

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn a_new_configuration_is_sound_and_its_scenarios_play() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("field-visits");
    let shown = folder.display().to_string();
    let told = done(&["new", &shown, "--title", "Field \"visits\""]);
    assert!(told.contains("twinshore dev"), "{told}");
    let head = read(&folder, "configuration.yaml");
    assert!(head.contains("name: FieldVisits") && head.contains("en: \"Field visits\""), "{head}");
    let checked = done(&["check", &shown]);
    assert_eq!(checked.trim(), "0 errors, 0 warnings");
    let played = done(&["test", &shown]);
    assert!(played.contains("2 passed, 0 failed"), "{played}");
    let again = done(&["types", &shown]);
    assert!(again.contains("0 were written"), "types are written with a new configuration: {again}");
}

#[test]
fn nothing_of_anybody_is_overwritten_by_a_new_configuration() {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(place.path().join(".git")).expect("a folder");
    std::fs::write(place.path().join("notes.txt"), "mine").expect("written");
    let shown = place.path().display().to_string();
    let told = refused(&["new", &shown]);
    assert!(told.contains("notes.txt is there") && told.contains("new or empty"), "{told}");
    std::fs::remove_file(place.path().join("notes.txt")).expect("removed");
    done(&["new", &shown]);
}

#[test]
fn editors_are_told_of_what_a_configuration_has_now() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("app");
    let shown = folder.display().to_string();
    done(&["new", &shown]);
    assert!(read(&folder, "types/configuration.d.ts").contains("Phone: string"));
    assert!(read(&folder, "tests/testing.d.ts").contains("declare module \"@twinshore/testing\""));
    std::fs::write(folder.join("tsconfig.json"), "{}").expect("written");
    let object = read(&folder, "catalogs/Customers/Customers.yaml");
    let changed = object.replace("attributes:", "attributes:\n  Limit: { type: decimal(15.2) }");
    std::fs::write(folder.join("catalogs/Customers/Customers.yaml"), changed).expect("written");
    done(&["types", &shown]);
    let declared = read(&folder, "types/configuration.d.ts");
    assert!(declared.contains("get Limit(): Decimal; set Limit(value: Numeric | null);"), "{declared}");
    assert_eq!(read(&folder, "tsconfig.json"), "{}", "the author's own file stays");
}

#[test]
fn a_mistake_is_told_with_its_place_and_schemas_are_there_to_mend_it() {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::write(place.path().join("configuration.yaml"), "name: App\nhome: [Catalog.Nothing]\n").expect("written");
    let shown = place.path().display().to_string();
    let told = refused(&["types", &shown]);
    assert!(told.contains("configuration.yaml:2") && told.contains("Catalog.Nothing"), "{told}");
    assert!(place.path().join("types/schemas/configuration.json").exists());
    assert!(!place.path().join("types/configuration.d.ts").exists());
    assert!(refused(&["types", "/nowhere/at/all"]).contains("there is no such folder"));
}
