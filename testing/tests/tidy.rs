//! The house rules that a machine can hold: who may depend on whom, how long files are, how modules begin.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines above which a file fails; files want to stay under 400.
const LINES_LIMIT: usize = 800;

/// Room, what of ours it may use, what of others it must not use. `style.md` of the house, as a table.
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    ("openssl-sys", &[], &["tokio", "rusqlite", "reqwest", "rquickjs", "axum", "uniffi"]),
    ("metadata", &[], &["tokio", "rusqlite", "reqwest", "rquickjs", "axum", "uniffi"]),
    ("protocol", &["metadata"], &["tokio", "rusqlite", "reqwest", "rquickjs", "axum", "uniffi"]),
    ("words", &["metadata", "protocol"], &["tokio", "rusqlite", "reqwest", "rquickjs", "axum", "uniffi"]),
    ("modules", &["metadata"], &["rusqlite", "reqwest", "axum", "uniffi"]),
    ("engine", &["metadata", "protocol", "modules", "words"], &["reqwest", "axum", "uniffi"]),
    ("client", &["metadata", "protocol", "modules", "engine", "words"], &["uniffi", "axum", "android_logger", "oslog"]),
    ("bindings", &["client", "metadata"], &["rusqlite", "axum"]),
    ("bindings-generator", &[], &["axum"]),
    ("compiler", &["metadata"], &["rusqlite", "tokio", "axum", "uniffi"]),
    ("server", &["metadata", "protocol", "engine", "compiler"], &["uniffi", "oxc_parser"]),
    ("testing", &["metadata", "protocol", "modules", "engine", "client", "compiler", "server"], &["axum", "uniffi"]),
    ("simulator", &["metadata", "protocol", "client", "testing", "server", "compiler"], &["uniffi"]),
    (
        "twinshore",
        &["metadata", "protocol", "engine", "client", "compiler", "server", "simulator", "testing"],
        &["axum", "uniffi"],
    ),
];

/// Libraries that only some rooms may use.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("axum", &["server", "simulator"]),
    ("uniffi", &["bindings", "bindings-generator"]),
    ("oxc_parser", &["compiler"]),
    ("oxc_transformer", &["compiler"]),
    ("rquickjs", &["modules"]),
];

struct Package {
    room: String,
    uses: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("testing lies in the workspace").to_owned()
}

/// Packages of the workspace with what they use outside of their tests.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let room = |name: &str| name.strip_prefix("twinshore-").unwrap_or(name).to_owned();
    json["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| Package {
            room: room(package["name"].as_str().expect("a name")),
            uses: package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .filter(|d| d["kind"] != "dev")
                .map(|d| d["name"].as_str().expect("a name").to_owned())
                .collect(),
        })
        .collect()
}

/// Sources of ours by path, `tests` included.
fn sources() -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" && name != "generated" {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                found.insert(path.strip_prefix(root()).expect("within the workspace").to_owned(), text);
            }
        }
    }
    found
}

fn report(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn dependencies_point_one_way() {
    let mut faults = Vec::new();
    for package in packages() {
        let Some((_, ours, never)) = ROOMS.iter().find(|(room, ..)| *room == package.room) else {
            faults.push(format!("{}: a room without a line in the table", package.room));
            continue;
        };
        for used in &package.uses {
            let of_ours = used.strip_prefix("twinshore-");
            if of_ours.is_some_and(|room| !ours.contains(&room)) || never.contains(&used.as_str()) {
                faults.push(format!("{} must not use {used}", package.room));
            }
        }
    }
    report("edges that the table of rooms does not have", &faults);
}

#[test]
fn libraries_of_one_room_stay_there() {
    let packages = packages();
    let faults: Vec<_> = ONLY_IN
        .iter()
        .flat_map(|(library, rooms)| {
            packages
                .iter()
                .filter(|p| p.uses.contains(*library) && !rooms.contains(&p.room.as_str()))
                .map(move |p| format!("{library} in {}", p.room))
        })
        .collect();
    report("libraries outside of their rooms", &faults);
}

#[test]
fn files_stay_short_and_begin_with_what_they_are_for() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > LINES_LIMIT {
            faults.push(format!("{}: {lines} lines, {LINES_LIMIT} at most", path.display()));
        }
        if !text.starts_with("//!") && !text.is_empty() {
            faults.push(format!("{}: does not begin with `//!`", path.display()));
        }
    }
    report("files", &faults);
}

#[test]
fn heads_of_crates_say_what_they_are_for_and_hold_no_code() {
    let mut faults = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| path.ends_with("src/lib.rs")) {
        for line in text.lines() {
            let code =
                ["fn ", "pub fn ", "struct ", "pub struct ", "impl ", "enum ", "pub enum "].iter().any(|c| line.starts_with(c));
            if code {
                faults.push(format!("{}: `{line}`", path.display()));
            }
        }
    }
    report("code in lib.rs", &faults);
}

#[test]
fn tests_neither_sleep_nor_are_switched_off() {
    let this = Path::new("testing/tests/tidy.rs");
    let mut faults = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| path != this) {
        let tests = text.find("#[cfg(test)]").map_or("", |start| &text[start..]);
        let is_test = path.components().any(|c| c.as_os_str() == "tests") || path.ends_with("tests.rs");
        let tests = if is_test { text.as_str() } else { tests };
        for (number, line) in tests.lines().enumerate() {
            if line.contains("#[ignore") || line.contains("thread::sleep") || line.contains("time::sleep(") {
                faults.push(format!("{}: line {} of its tests: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    report("tests", &faults);
}

#[test]
fn the_java_half_of_certificates_is_of_the_same_version() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("a file of the repository");
    let lock = read("Cargo.lock");
    let rust_half = lock.split("name = \"rustls-platform-verifier-android\"\nversion = \"").nth(1).expect("in the lock file");
    let version = rust_half.split('"').next().expect("a version");
    let gradle = read("android/settings.gradle.kts");
    let java_half = format!("\"org.rustls\", \"rustls-platform-verifier\").version(\"{version}\")");
    assert!(gradle.contains(&java_half), "android/settings.gradle.kts has another version than Cargo.lock's {version}");
}
