//! `twinshore test` as QA runs it: real processes over files that change.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What does not happen within this time does not happen.
const PATIENCE: Duration = Duration::from_secs(120);

const SHOP: &str = r#"
import { expect, scenario } from "@twinshore/testing";

scenario("prices <add up> & \"hold\"", async ({ main }) => {
  await main.create("Catalog.Goods", { Description: "Tea", Price: "4.20" });
  expect(await main.count("Catalog.Goods")).toBe(1);
});

scenario.skip("later", "waits for the new price list");
"#;

/// A configuration in a folder of its own, with one scenario file.
struct App(tempfile::TempDir);

impl App {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = Self(folder);
        app.write("configuration.yaml", "name: Shop\nversion: \"1.0\"\nlanguages: { en: English }\n");
        app.write(
            "catalogs/Goods/Goods.yaml",
            "catalog: Goods\ndescription: 50\nattributes:\n  Price: { type: decimal(15.2) }\n",
        );
        app.write("tests/shop.scenario.ts", SHOP);
        app
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        // Whole at once, as good editors do: whoever watches never sees half of it.
        let half = path.with_extension("half");
        std::fs::write(&half, text).expect("written");
        std::fs::rename(half, path).expect("renamed");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn test(&self, arguments: &[&str]) -> Output {
        command(self.0.path(), arguments).output().expect("the command runs")
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twinshore"));
    command.arg("test").arg(folder).args(arguments);
    command
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn list_names_each_scenario_with_its_place_and_plays_none() {
    let app = App::new();
    let listed = app.test(&["--list"]);
    let lines: Vec<String> = said(&listed).lines().map(str::to_owned).collect();
    assert!(listed.status.success(), "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("tests/shop.scenario.ts:4:1  prices <add up> & \"hold\""), "{lines:?}");
    assert!(lines[1].ends_with("later  (skipped: waits for the new price list)"), "{lines:?}");
    let none = app.test(&["--list", "--filter", "no such"]);
    assert!(!none.status.success() && said(&none).contains("no scenario fits"), "{}", said(&none));
    app.write("tests/wrong.scenario.ts", "import { scenari } from \"@twinshore/testing\";\n");
    let broken = app.test(&["--list"]);
    assert!(!broken.status.success());
    assert!(said(&broken).contains("wrong.scenario.ts:1:10: error[unknown-import]"), "{}", said(&broken));
}

#[test]
fn junit_holds_what_passed_failed_was_skipped_and_could_not_be_played() {
    let app = App::new();
    app.write(
        "tests/fails.scenario.ts",
        "import { expect, scenario } from \"@twinshore/testing\";\nscenario(\"fails\", () => { expect(\"a\\u0007<b>\").toBe(\"c\"); });\n",
    );
    app.write("tests/broken.scenario.ts", "const = ;\n");
    let file = app.path("out.xml");
    let played = app.test(&["--junit", &file.display().to_string()]);
    assert!(!played.status.success());
    assert_eq!(String::from_utf8_lossy(&played.stderr), "", "nothing but the outcome is told");
    assert!(said(&played).contains("1 passed, 2 failed, 1 skipped"), "{}", said(&played));
    let xml = std::fs::read_to_string(&file).expect("written");
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "), "{xml}");
    assert!(xml.contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""), "{xml}");
    assert!(xml.contains("name=\"prices &lt;add up&gt; &amp; &quot;hold&quot;\""), "{xml}");
    assert!(xml.contains("<failure message=\"expect(…).toBe failed\">") && xml.contains("<skipped message="), "{xml}");
    assert!(xml.contains("<error message=") && xml.contains("broken.scenario.ts:1:7"), "{xml}");
    assert!(is_well_formed(&xml), "{xml}");
    let nowhere = app.test(&["--filter", "prices", "--junit", "/nowhere/out.xml"]);
    assert!(!nowhere.status.success() && said(&nowhere).contains("/nowhere/out.xml"), "{}", said(&nowhere));
}

/// Each tag ends as it began, and no character stands where XML has none.
fn is_well_formed(xml: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for part in xml.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { return false };
        if text.contains(|c: char| c.is_control() && c != '\n') {
            return false;
        }
        match tag.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(_) => return false,
            None if tag.ends_with('/') || tag.starts_with('?') => {}
            None => open.push(tag.split_whitespace().next().unwrap_or_default()),
        }
    }
    open.is_empty()
}

/// A command that watches; ends with the test.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path) -> Self {
        let mut command = command(folder, &["--watch"]);
        // One pipe for both, so that lines come in the order in which they were written.
        let (read, write) = std::io::pipe().expect("a pipe");
        let child = command.stdout(write.try_clone().expect("a pipe")).stderr(write).spawn().expect("the command runs");
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(read).lines().map_while(Result::ok) {
                if told.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Lines up to the one that holds a text.
    fn until(&self, text: &str) -> String {
        let mut all = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => all.push(line),
                Err(_) => panic!("waited for “{text}” in vain: {all:#?}"),
            }
            if all.last().is_some_and(|line| line.contains(text)) {
                return all.join("\n");
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watch_plays_again_when_a_scenario_or_the_configuration_changes_whatever_is_wrong_meanwhile() {
    let app = App::new();
    // One file is named: its configuration is watched all the same.
    let watching = Watching::start(&app.path("tests/shop.scenario.ts"));
    let first = watching.until("waiting for changes");
    assert!(first.contains("1 passed, 0 failed, 1 skipped"), "{first}");
    app.write("tests/shop.scenario.ts", &SHOP.replace("toBe(1)", "toBe(2)"));
    let failed = watching.until("waiting for changes");
    assert!(failed.contains("changed: ") && failed.contains("shop.scenario.ts"), "{failed}");
    assert!(failed.contains("0 passed, 1 failed"), "{failed}");
    app.write("tests/shop.scenario.ts", &SHOP.replace("main.count", "main.cout"));
    let mistyped = watching.until("waiting for changes");
    assert!(mistyped.contains("error[unknown-member]: MainServer has no `cout`"), "{mistyped}");
    std::fs::remove_file(app.path("tests/shop.scenario.ts")).expect("removed");
    let gone = watching.until("waiting for changes");
    assert!(gone.contains("there is no such file") || gone.contains("no files named"), "{gone}");
    app.write("tests/shop.scenario.ts", SHOP);
    let again = watching.until("waiting for changes");
    assert!(again.contains("1 passed, 0 failed"), "{again}");
    app.write("catalogs/Goods/Goods.yaml", "catalog: Goods\ndescription: 50\n");
    let without = watching.until("waiting for changes");
    assert!(without.contains("Goods.yaml") && without.contains("0 passed, 1 failed"), "{without}");
}
