//! The command as an operator runs it: real processes, real files.

mod run;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use run::{done, refused, text, twinshore};

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales")
}

/// A place for a database, and the demo's folder, as texts.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn with_database(&self, arguments: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
        all.extend(["--database".into(), self.file("main.db")]);
        all
    }

    fn done(&self, arguments: &[&str]) -> String {
        let all = self.with_database(arguments);
        done(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let all = self.with_database(arguments);
        refused(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[test]
fn a_sound_configuration_is_checked_and_reported() {
    let demo = demo().display().to_string();
    assert!(done(&["check", &demo]).contains("0 errors"));
    let report = done(&["report", &demo, "--json"]);
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert!(report["objects"].as_array().expect("objects").iter().any(|o| o["name"] == "Catalog.Goods"));
}

#[test]
fn a_broken_configuration_names_file_line_and_column() {
    let place = Place::new();
    std::fs::write(place.file("configuration.yaml"), "name: Broken\ntitel: Wrong\n").expect("written");
    let folder = place.folder.path().display().to_string();
    let complaint = refused(&["check", &folder]);
    assert!(complaint.contains("configuration.yaml:2:1") && complaint.contains("titel"), "{complaint}");
    for line in text(&twinshore(&["check", &folder, "--json"]).stdout).lines() {
        let diagnostic: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(diagnostic["line"].is_number());
    }
    assert!(refused(&["serve", &folder, "--port", "0"]).contains("titel"));
    assert!(!refused(&["check", "/nowhere"]).is_empty());
}

#[test]
fn users_are_added_listed_and_disabled() {
    let (place, demo) = (Place::new(), demo().display().to_string());
    place.done(&["user", "add", &demo, "ann", "--role", "Seller", "--password", "secret1"]);
    assert!(place.done(&["user", "list", &demo]).contains("ann\tSeller\tmay work"));
    place.done(&["user", "disable", &demo, "ann"]);
    assert!(place.done(&["user", "list", &demo]).contains("disabled"));
    assert!(place.refused(&["user", "add", &demo, "bob", "--role", "Boss", "--password", "secret1"]).contains("no role Boss"));
    assert!(place.refused(&["user", "add", &demo, "bob", "--password", "1"]).contains("at least"));
    assert!(place.refused(&["user", "disable", &demo, "nobody"]).contains("no user"));
}

#[test]
fn a_table_is_read_and_a_wrong_line_is_named() {
    let (place, demo) = (Place::new(), demo().display().to_string());
    let mut table = String::from("name,lat\n");
    (0..2_500).for_each(|i| table.push_str(&format!("Place {i},{}.5\n", i % 80)));
    std::fs::write(place.file("places.csv"), &table).expect("written");
    let file = place.file("places.csv");
    let import =
        ["import", "csv", &demo, &file, "--object", "Catalog.Places", "--map", "Description=name", "--map", "Latitude=lat"];
    assert!(place.done(&import).starts_with("2500 rows"));
    std::fs::write(place.file("places.csv"), "name,lat\nA,1\nB,north\n").expect("written");
    assert!(place.refused(&import).contains("line 3"));
    let wrong = ["import", "csv", &demo, &file, "--object", "Catalog.Places", "--map", "Nothing=name"];
    assert!(place.refused(&wrong).contains("no attribute Nothing"));
}

#[test]
fn a_backup_is_restored_and_a_damaged_one_is_not() {
    let (place, demo) = (Place::new(), demo().display().to_string());
    place.done(&["user", "add", &demo, "ann", "--role", "Seller", "--password", "secret1"]);
    let copy = place.file("copy.db");
    place.done(&["backup", &demo, &copy]);
    assert!(place.refused(&["backup", &demo, &copy]).contains("exists already"));
    place.done(&["user", "disable", &demo, "ann"]);
    assert!(place.refused(&["restore", &demo, &copy]).contains("--replace"));
    let mut bytes = std::fs::read(&copy).expect("a copy");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0x55);
    std::fs::write(place.file("damaged.db"), bytes).expect("written");
    assert!(place.refused(&["restore", &demo, &place.file("damaged.db"), "--replace"]).contains("can't be used"));
    assert!(place.done(&["user", "list", &demo]).contains("disabled"));
    place.done(&["restore", &demo, &copy, "--replace"]);
    assert!(place.done(&["user", "list", &demo]).contains("may work"));
}

/// A served demo; ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn commands_beside_a_database_of_another_configuration_refuse_and_change_nothing() {
    let place = Place::new();
    let write = |path: &str, text: &str| {
        let path = place.folder.path().join("app").join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("configuration.yaml", "name: Shop\nversion: \"1.0\"\nlanguages: { en: English }\n");
    write("roles/Seller.yaml", "role: Seller\nrights:\n  Catalog.Goods: read\n");
    write("catalogs/Goods/Goods.yaml", "catalog: Goods\ndescription: 50\n");
    let app = place.file("app");
    place.done(&["user", "add", &app, "ann", "--role", "Seller", "--password", "secret1"]);
    write("catalogs/Goods/Goods.yaml", "catalog: Goods\ndescription: 50\nattributes:\n  Price: { type: decimal(15.2) }\n");
    for command in [&["user", "list", &app][..], &["user", "disable", &app, "ann"]] {
        let complaint = place.refused(command);
        assert!(complaint.contains("another configuration") && complaint.contains("Publish"), "{complaint}");
    }
    write("catalogs/Goods/Goods.yaml", "catalog: Goods\ndescription: 50\n");
    assert!(place.done(&["user", "list", &app]).contains("may work"));
}

#[test]
fn serve_tells_its_address_answers_and_stops_when_asked() {
    let (place, demo) = (Place::new(), demo().display().to_string());
    let child = Command::new(env!("CARGO_BIN_EXE_twinshore"))
        .args(["serve", &demo, "--port", "0", "--database", &place.file("main.db")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command runs");
    let mut served = Served(child);
    let mut line = String::new();
    BufReader::new(served.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on http://").expect("the address");
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").expect("sent");
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).expect("an answer");
    assert!(answer.contains("200"), "{answer}");
    let stopped = Command::new("kill").arg(served.0.id().to_string()).status().expect("kill runs");
    assert!(stopped.success());
    assert!(served.0.wait().expect("it ends").success());
}

#[test]
fn an_operator_gives_out_a_link_that_signs_a_user_in() {
    let place = Place::new();
    let demo = demo().display().to_string();
    place.done(&["user", "add", &demo, "ann", "--role", "Seller", "--password", "secret"]);
    let told = place.done(&["user", "invite", &demo, "ann", "--server", "https://main.example/"]);
    let link = told.lines().find(|line| line.starts_with("twinshore://")).expect("a link");
    assert!(link.starts_with("twinshore://sign-in?server=https%3A%2F%2Fmain.example&user=ann&code="), "{link}");
    assert!(told.contains("once, until ") && told.contains('█'), "{told}");
    assert!(
        place.refused(&["user", "invite", &demo, "eve", "--server", "https://main.example"]).contains("there is no user eve")
    );
    assert!(place.refused(&["user", "invite", &demo, "ann", "--server", "main.example"]).contains("https://main.example"));
    assert!(
        place
            .refused(&["user", "invite", &demo, "ann", "--server", "https://main.example", "--minutes", "0"])
            .contains("minutes")
    );
}
