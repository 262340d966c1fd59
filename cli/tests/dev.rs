//! `twinshore dev` as an author uses it: real processes, real files, and a phone's own process behind it.

#[allow(dead_code, reason = "shared with the tests of kills")]
#[path = "run/process.rs"]
mod process;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use process::Process;

/// A new configuration, in work, and a phone of ann's beside those on the page.
struct Bench {
    dev: Process,
    phone: Process,
    // Dropped last: the processes use it.
    place: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let app = place.path().join("app").display().to_string();
        assert!(Command::new(env!("CARGO_BIN_EXE_twinshore")).args(["new", &app]).output().expect("runs").status.success());
        let mut dev = Process::start(&["dev", &app, "--port", "0", "--server-port", "0"]);
        let server = dev.until("the server", |line| line.strip_prefix("main server on ").map(str::to_owned));
        let link = dev.until("the link", |line| line.starts_with("twinshore://sign-in?").then(|| line.to_owned()));
        dev.until_line("watching ");
        let folder = place.path().join("phone").display().to_string();
        let mut phone = Process::start(&[
            "phone",
            "--directory",
            &folder,
            "--main-server",
            &server,
            "--known-as",
            &server,
            "--name",
            "test",
        ]);
        phone.tell(&json!({ "do": "hello" }));
        phone.until("the sign-in", |line| (screen(line)? == "signIn").then_some(()));
        phone.tell(&json!({ "do": "signInByLink", "link": link }));
        phone.until("the app", |line| (screen(line)? == "work").then_some(()));
        Self { dev, phone, place }
    }

    fn file(&self, file: &str) -> PathBuf {
        self.place.path().join("app").join(file)
    }

    /// Saves a file as an editor does.
    fn save(&self, file: &str, from: &str, to: &str) {
        let path = self.file(file);
        let text = std::fs::read_to_string(&path).expect(file);
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("saved");
    }

    /// A new visit with a comment that was typed.
    fn typed_visit(&mut self) -> u64 {
        self.phone.tell(&json!({ "do": "open", "item": "Document.Visits.Item" }));
        let view = self.phone.until("the form", |line| form_named(line, "Document.Visits.Item"));
        let form = view["form"].as_u64().expect("a number");
        let id = element(&view, "Comment").expect("the field")["id"].clone();
        let typed = json!({ "event": "setText", "element": id, "text": "call first", "inputVersion": 1 });
        self.phone.tell(&json!({ "do": "dispatch", "form": form, "event": typed }));
        self.phone.until("the text", |line| line.contains("call first").then_some(()));
        form
    }
}

fn message(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok()
}

fn screen(line: &str) -> Option<String> {
    Some(message(line)?["view"]["screen"]["screen"].as_str()?.to_owned())
}

fn form_named(line: &str, name: &str) -> Option<Value> {
    let message = message(line)?;
    (message["is"] == "form" && message["view"]["name"] == name).then(|| message["view"].clone())
}

fn element(view: &Value, name: &str) -> Option<Value> {
    view["elements"].as_array()?.iter().find(|element| element["name"] == name).cloned()
}

const FORM: &str = "documents/Visits/Item.form.yaml";

#[test]
fn a6_a_saved_file_reaches_an_open_phone_with_what_was_typed_and_a_broken_one_changes_nothing() {
    let mut bench = Bench::new();
    let first = bench.typed_visit();
    bench.save(FORM, "  - { field: Result, input: radio }", "  - { feld: Result }");
    let told = bench.dev.until_line("is not an element");
    assert!(told.contains("documents/Visits/Item.form.yaml:6"), "{told}");
    bench.dev.until_line("not published, phones go on with what they have");
    // The phone works on: the list opens on the old configuration.
    bench.phone.tell(&json!({ "do": "open", "item": "Catalog.Customers.List" }));
    bench.phone.until("a list", |line| form_named(line, "Catalog.Customers.List").map(drop));
    bench.phone.tell(&json!({ "do": "activate", "form": first }));
    bench.save(
        FORM,
        "  - { feld: Result }",
        "  - { label: Hint, title: Was somebody there? }\n  - { field: Result, input: radio }",
    );
    bench.dev.until_line("published, open phones follow");
    let next = bench.phone.until("the new form", |line| {
        let view = form_named(line, "Document.Visits.Item")?;
        element(&view, "Hint").map(|_| view)
    });
    assert_ne!(next["form"].as_u64(), Some(first));
    let comment = element(&next, "Comment").expect("the field");
    if comment["text"] != "call first" {
        // Filled right after it was shown.
        bench.phone.until("the typed text", |line| (line.contains("call first") && line.contains("\"patch\"")).then_some(()));
    }
    bench.phone.until("both forms", |line| (message(line)?["view"]["windows"].as_array()?.len() == 2).then_some(()));
    let declared = std::fs::read_to_string(bench.file("types/client/configuration.d.ts")).expect("types");
    assert!(declared.contains("\"Hint\""), "editors know of it too");
}

#[test]
fn code_that_was_saved_runs_without_a_restart() {
    let mut bench = Bench::new();
    std::fs::write(
        bench.file("application.client.ts"),
        "export function onStart(): void {\n  message(\"Good morning, harbour\");\n}\n",
    )
    .expect("saved");
    bench.dev.until_line("published, open phones follow");
    bench.phone.until_line("Good morning, harbour");
}

#[test]
fn a_configuration_that_begins_broken_is_waited_for() {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::write(place.path().join("configuration.yaml"), "nam: App\n").expect("written");
    let folder = place.path().display().to_string();
    let mut dev = Process::start(&["dev", &folder, "--port", "0", "--server-port", "0"]);
    dev.until_line("`nam` is not a key here");
    dev.until_line("waiting until this is mended");
    std::fs::write(place.path().join("configuration.yaml"), "name: App\n").expect("written");
    dev.until_line("main server on ");
    dev.until_line("simulator on ");
    assert!(Path::new(&folder).join(".twinshore/dev/main.db").exists());
}
