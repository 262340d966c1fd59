//! A phone's process and a main server's, driven by a seed, one of them killed again and again.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Deserialize;
use serde_json::{Value, json};
use twinshore_client::view::{FormAvailability, FormPatch, FormView, InterfaceView, ScreenView, diff};

use super::files::{copy, read_main, read_phone};
use super::model::{Found, Model, comment_of};
use super::process::{PATIENCE, Process};

/// Lines that a victim tells before it is killed, at most.
const LINES: u32 = 160;
/// Of so many kills one comes right after something was asked for, whatever was told.
const AT_A_REQUEST: u32 = 3;

/// Questions, forms and drafts that are brought to an end, at most.
const TURNS: u32 = 60;

/// Things that a person does between two kills, at most.
const STEPS: u32 = 2_000;

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Phone,
    Main,
}

/// The moment has come.
struct Killed;

type Step<T = ()> = Result<T, Killed>;

/// When the next kill comes.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After so many lines.
    Line(u32),
    /// Right after so many requests.
    Request(u32),
    /// Never.
    Never,
}

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
enum Message {
    Interface {
        view: Box<InterfaceView>,
    },
    Form {
        view: Box<FormView>,
    },
    Patch {
        patch: Box<FormPatch>,
    },
    Closed {
        form: u32,
    },
    #[serde(other)]
    Other,
}

pub struct Run {
    random: StdRng,
    victim: Victim,
    moment: Moment,
    model: Model,
    phone: Process,
    main: Process,
    port: u16,
    interface: Option<InterfaceView>,
    forms: BTreeMap<u32, FormView>,
    /// Orders that forms belong to.
    names: BTreeMap<u32, String>,
    input: u64,
    // Dropped last: the processes use it.
    place: tempfile::TempDir,
}

fn configuration() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fixture").display().to_string()
}

fn database(place: &Path) -> PathBuf {
    place.join("main/main.db")
}

fn start_main(place: &Path, port: u16) -> Process {
    let database = database(place).display().to_string();
    let mut main = Process::start(&["serve", &configuration(), "--port", &port.to_string(), "--database", &database]);
    main.until_line("listening on ");
    main
}

fn start_phone(place: &Path, port: u16) -> Process {
    let (folder, server) = (place.join("phone").display().to_string(), format!("http://127.0.0.1:{port}"));
    Process::start(&["phone", "--directory", &folder, "--main-server", &server, "--name", "test"])
}

impl Run {
    pub fn new(seed: u64, victim: Victim) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let file = database(place.path()).display().to_string();
        std::fs::create_dir(place.path().join("main")).expect("a folder");
        let add = ["user", "add", &configuration(), "ann", "--role", "Manager", "--password", "secret1", "--database", &file];
        assert!(Command::new(env!("CARGO_BIN_EXE_twinshore")).args(add).output().expect("runs").status.success());
        // A main server comes back where it was.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        Self {
            random: StdRng::seed_from_u64(seed),
            victim,
            moment: Moment::Never,
            model: Model::default(),
            main: start_main(place.path(), port),
            phone: start_phone(place.path(), port),
            port,
            interface: None,
            forms: BTreeMap::new(),
            names: BTreeMap::new(),
            input: 0,
            place,
        }
    }

    /// Works and is killed, so many times; then everything is brought to its end.
    pub fn play(mut self, kills: u64) {
        for kill in 1..=kills {
            self.moment = if self.random.random_ratio(1, AT_A_REQUEST) {
                Moment::Request(self.random.random_range(1..=8))
            } else {
                Moment::Line(self.random.random_range(1..=LINES))
            };
            let mut steps = 0;
            while self.work().is_ok() {
                steps += 1;
                assert!(steps < STEPS, "nothing comes of what is done:\n{}", self.phone.told());
            }
            self.check(&format!("after kill {kill}"));
            self.start_again();
        }
        self.moment = Moment::Never;
        let Ok(()) = self.bring_to_an_end() else { panic!("nobody was to be killed") };
    }

    // ---- lines and kills --------------------------------------------------------------------------------------------------

    fn kill(&mut self) -> Killed {
        match self.victim {
            Victim::Phone => {
                self.phone.kill();
                // What it told before the kill was on the screen.
                while let Some(line) = self.phone.next_line(|| "the end".into()) {
                    self.take(&line);
                }
            }
            Victim::Main => self.main.kill(),
        }
        Killed
    }

    fn ask(&mut self, command: &Value) -> Step {
        self.phone.tell(command);
        match &mut self.moment {
            Moment::Request(left) => {
                *left -= 1;
                if *left == 0 { Err(self.kill()) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn dispatch(&mut self, form: u32, event: &Value) -> Step {
        self.ask(&json!({ "do": "dispatch", "form": form, "event": event }))
    }

    /// Reads on until there is an answer.
    fn until<T>(&mut self, what: &str, look: impl Fn(&Self) -> Option<T>) -> Step<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return Ok(found);
            }
            // Lines that tell of something else come all the time.
            assert!(begun.elapsed() < PATIENCE, "waited for {what} in vain; told last:\n{}", self.phone.told());
            let there = &self.forms;
            let about = || {
                let forms =
                    there.values().map(|form| (form.form, &form.availability, &form.locked, form.modified, comment_of(form)));
                format!("{what} (forms: {:?})", forms.collect::<Vec<_>>())
            };
            let Some(line) = self.phone.next_line(about) else { panic!("the phone ended by itself:\n{}", self.phone.told()) };
            self.hear(&line)?;
        }
    }

    fn hear(&mut self, line: &str) -> Step {
        self.take(line);
        match &mut self.moment {
            Moment::Line(left) => {
                *left -= 1;
                if *left == 0 { Err(self.kill()) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, line: &str) {
        // A line that the kill cut was not told.
        let Ok(message) = serde_json::from_str(line) else { return };
        match message {
            Message::Interface { view } => self.interface = Some(*view),
            Message::Form { view } => {
                self.model.see(&view);
                self.forms.insert(view.form, *view);
            }
            Message::Patch { patch } => {
                if let Some(form) = self.forms.get_mut(&patch.form).filter(|form| form.revision + 1 == patch.revision) {
                    *form = diff::apply(form, &patch);
                    self.model.see(form);
                }
            }
            Message::Closed { form } => drop(self.forms.remove(&form)),
            Message::Other => {}
        }
    }

    fn start_again(&mut self) {
        match self.victim {
            Victim::Main => self.main = start_main(self.place.path(), self.port),
            Victim::Phone => {
                self.phone = start_phone(self.place.path(), self.port);
                (self.interface, self.forms, self.names) = (None, BTreeMap::new(), BTreeMap::new());
                self.model.killed();
            }
        }
    }

    /// Whoever was killed left everything that was shown.
    fn check(&self, when: &str) {
        let copied = tempfile::tempdir().expect("a folder");
        let mut found = Found::default();
        if self.victim == Victim::Phone {
            copy(&self.place.path().join("phone"), &copied.path().join("phone"));
            read_phone(&copied.path().join("phone"), &mut found);
        } else {
            // The phone works on: what only it has is looked at in the end.
            copy(&self.place.path().join("main"), &copied.path().join("main"));
            return self.check_main(when, &copied.path().join("main/main.db"));
        }
        read_main(&database(self.place.path()), &mut found);
        self.tell(when, self.model.complaints(&found));
    }

    fn check_main(&self, when: &str, file: &Path) {
        let mut found = Found::default();
        read_main(file, &mut found);
        self.tell(when, self.model.complaints_of_main(&found));
    }

    fn tell(&self, when: &str, wrong: Vec<String>) {
        assert!(wrong.is_empty(), "{when}:\n{}\ntold last:\n{}", wrong.join("\n"), self.phone.told());
    }

    // ---- what a person does -----------------------------------------------------------------------------------------------

    fn view(&self) -> Option<&InterfaceView> {
        self.interface.as_ref()
    }

    fn is_at_work(&self) -> bool {
        self.view().is_some_and(|view| view.screen == ScreenView::Work)
    }

    /// Something that a person does now, to its end.
    fn work(&mut self) -> Step {
        while let Some(line) = self.phone.line_now() {
            self.hear(&line)?;
        }
        if !self.is_at_work() {
            return self.come_in();
        }
        if let Some((id, button)) = self.question() {
            return self.answer(id, &button);
        }
        let forms = self.numbers();
        let drafts: Vec<String> =
            self.view().map(|view| view.drafts.iter().map(|d| d.id.clone()).collect()).unwrap_or_default();
        let mode = ["normal", "poorConnection", "offline"][self.random.random_range(0..3)];
        match self.random.random_range(0..12) {
            0 | 1 if forms.len() < 3 => self.open_new(),
            2 if !drafts.is_empty() && forms.len() < 4 => {
                let id = drafts[self.random.random_range(0..drafts.len())].clone();
                self.take_draft(&id)
            }
            3 => self.set_mode(mode),
            4 => self.ask(&json!({ "do": "exchangeNow" })),
            _ if forms.is_empty() => self.open_new(),
            what => {
                let form = forms[self.random.random_range(0..forms.len())];
                match what {
                    5..8 => self.type_comment(form),
                    8 => self.type_line(form),
                    9 | 10 => self.write(form),
                    // Whatever comes of it: a question, or a form that stays because it was typed into meanwhile.
                    _ => self.dispatch(form, &json!({ "event": "execute", "command": "close" })),
                }
            }
        }
    }

    fn come_in(&mut self) -> Step {
        let ready = self.until("a screen", |run| match &run.view()?.screen {
            ScreenView::SignIn { busy: false, .. } => Some(json!({ "do": "signIn", "user": "ann", "password": "secret1" })),
            ScreenView::Download(download) if !download.error.is_empty() => Some(json!({ "do": "retryDownload" })),
            ScreenView::Work => Some(json!({ "do": "showMenu" })),
            _ => None,
        })?;
        // The screen that is there is answered once.
        self.interface = None;
        self.ask(&ready)?;
        self.ask(&json!({ "do": "hello" }))?;
        self.until("a view", |run| run.view().map(drop))
    }

    /// The question on the screen, with an answer that keeps what was typed.
    fn question(&self) -> Option<(u64, String)> {
        let dialog = self.view()?.dialog.as_ref()?;
        let keeps = dialog.buttons.iter().find(|button| button.id == "keep-draft").or(dialog.buttons.first());
        Some((dialog.id, keeps?.id.clone()))
    }

    fn answer(&mut self, id: u64, button: &str) -> Step {
        self.model.may_save();
        self.ask(&json!({ "do": "answerDialog", "id": id, "button": button }))?;
        self.until("the next", |run| (run.question().map(|(next, _)| next) != Some(id)).then_some(()))
    }

    /// What ends a wait besides what is waited for: a question, a message, a server that can't be called.
    fn obstacle(&self, form: Option<u32>, messages: u64) -> bool {
        // A form that is gone was closed by what was asked for before.
        let closed = form.is_some_and(|form| {
            let usable = |form: &FormView| form.availability == FormAvailability::Available && form.locked.is_empty();
            !self.forms.get(&form).is_some_and(usable)
        });
        closed || self.view().is_some_and(|view| view.dialog.is_some()) || self.last_message() > messages || !self.is_at_work()
    }

    fn last_message(&self) -> u64 {
        self.view().and_then(|view| view.messages.last()).map_or(0, |message| message.id)
    }

    /// Waits for something, or for what keeps it from coming.
    fn or_obstacle(&mut self, what: &str, form: Option<u32>, messages: u64, look: impl Fn(&Self) -> bool) -> Step {
        self.until(what, |run| (look(run) || run.obstacle(form, messages)).then_some(()))
    }

    fn numbers(&self) -> Vec<u32> {
        self.forms.keys().copied().collect()
    }

    fn has_beside(&self, before: &[u32]) -> bool {
        self.forms.keys().any(|form| !before.contains(form))
    }

    fn open_new(&mut self) -> Step {
        let (before, messages) = (self.numbers(), self.last_message());
        self.ask(&json!({ "do": "open", "item": "Document.Orders.Item" }))?;
        self.or_obstacle("a new form", None, messages, |run| run.has_beside(&before))
    }

    fn take_draft(&mut self, id: &str) -> Step {
        let (before, messages) = (self.numbers(), self.last_message());
        self.ask(&json!({ "do": "takeDraft", "id": id }))?;
        let id = id.to_owned();
        self.or_obstacle("the draft", None, messages, |run| {
            run.has_beside(&before) || run.view().is_some_and(|view| view.drafts.iter().all(|draft| draft.id != id))
        })
    }

    fn set_mode(&mut self, mode: &str) -> Step {
        self.ask(&json!({ "do": "setMode", "mode": mode }))?;
        let wanted = json!(mode);
        self.until("the mode", |run| (json!(run.view()?.status.mode) == wanted).then_some(()))
    }

    /// The order that a form shows; a new one gets a name.
    fn order_of(&mut self, form: u32) -> Option<String> {
        let usable = |view: &&FormView| view.availability == FormAvailability::Available && view.locked.is_empty();
        let shown = Model::name_of(&comment_of(self.forms.get(&form).filter(usable)?));
        // What was typed may not be shown yet.
        let name = shown.or_else(|| self.names.get(&form).cloned()).unwrap_or_else(|| format!("order{}", self.model.next()));
        self.names.insert(form, name.clone());
        Some(name)
    }

    fn element(&self, form: u32, name: &str) -> Option<u32> {
        self.forms.get(&form)?.elements.iter().find(|element| element.name == name).map(|element| element.id)
    }

    fn type_comment(&mut self, form: u32) -> Step {
        let Some((element, order)) = self.element(form, "Comment").zip(self.order_of(form)) else { return Ok(()) };
        let comment = self.model.type_comment(&order);
        self.input += 1;
        let (messages, version) = (self.last_message(), self.input);
        let event = json!({ "event": "setText", "element": element, "text": comment, "inputVersion": version });
        self.dispatch(form, &event)?;
        self.or_obstacle("the text", Some(form), messages, |run| {
            run.forms.get(&form).is_none_or(|view| comment_of(view) == comment)
        })
    }

    fn type_line(&mut self, form: u32) -> Step {
        let known = self.forms.get(&form).is_some_and(|view| !comment_of(view).is_empty());
        let Some((element, order)) = self.element(form, "Lines").zip(self.order_of(form)).filter(|_| known) else {
            return Ok(());
        };
        let rows = |run: &Self| -> Vec<String> {
            let element = run.forms.get(&form).and_then(|view| view.elements.iter().find(|e| e.id == element));
            let table = element.and_then(|element| element.table.as_ref());
            table.map(|table| table.rows.iter().map(|row| row.id.clone()).collect()).unwrap_or_default()
        };
        let (before, messages) = (rows(self), self.last_message());
        self.dispatch(form, &json!({ "event": "addRow", "element": element }))?;
        self.or_obstacle("a line", Some(form), messages, |run| rows(run).len() > before.len())?;
        let Some(row) = rows(self).into_iter().find(|row| !before.contains(row)) else { return Ok(()) };
        let quantity = self.model.type_quantity(&order);
        self.input += 1;
        let event = json!({ "event": "setCell", "element": element, "row": row, "column": "Qty", "text": quantity.to_string(), "inputVersion": self.input });
        self.dispatch(form, &event)?;
        let name = order.clone();
        self.or_obstacle("the quantity", Some(form), messages, |run| {
            !run.forms.contains_key(&form) || run.model.orders.get(&name).is_some_and(|order| order.quantities[&quantity])
        })
    }

    fn write(&mut self, form: u32) -> Step {
        let modified = self.forms.get(&form).is_some_and(|view| view.modified && !comment_of(view).is_empty());
        let Some(order) = self.order_of(form).filter(|_| modified) else { return Ok(()) };
        let messages = self.last_message();
        self.model.save(&order);
        self.dispatch(form, &json!({ "event": "execute", "command": "write" }))?;
        self.or_obstacle("the write", Some(form), messages, |run| run.forms.get(&form).is_none_or(|view| !view.modified))
    }

    fn close(&mut self, form: u32) -> Step {
        self.dispatch(form, &json!({ "event": "execute", "command": "close" }))?;
        let messages = self.last_message();
        self.or_obstacle("the form to close", None, messages, |run| !run.forms.contains_key(&form))
    }

    // ---- the end ----------------------------------------------------------------------------------------------------------

    /// Everything that is left is taken up, written and sent: each order is on the main server once, as it was last shown.
    fn bring_to_an_end(&mut self) -> Step {
        while !self.is_at_work() {
            self.come_in()?;
        }
        self.set_mode("normal")?;
        for turn in 0.. {
            // It may be lost once more: a call that the kill has cut is noticed late.
            self.until("the main server", |run| run.view()?.status.available.then_some(()))?;
            let forms = || self.forms.values().map(|form| (form.form, form.modified, comment_of(form))).collect::<Vec<_>>();
            let view = || self.view().map(|view| (&view.drafts, &view.dialog, view.messages.last(), &view.status.exchange));
            assert!(turn < TURNS, "what is left can't be written: {:?} {:?}\n{}", forms(), view(), self.phone.told());
            if let Some((id, button)) = self.question() {
                self.answer(id, &button)?;
            } else if let Some(form) = self.forms.keys().next().copied() {
                self.write(form)?;
                if self.question().is_none() {
                    self.close(form)?;
                }
            } else if let Some(id) = self.view().and_then(|view| view.drafts.first()).map(|draft| draft.id.clone()) {
                self.take_draft(&id)?;
            } else {
                // Rounds that run already may have begun before the last write, and a view on its way tells more.
                self.exchange()?;
                self.exchange()?;
                if self.forms.is_empty() && self.view().is_some_and(|view| view.drafts.is_empty() && view.dialog.is_none()) {
                    break;
                }
            }
        }
        self.check_main("in the end", &database(self.place.path()));
        let mut found = Found::default();
        read_main(&database(self.place.path()), &mut found);
        self.tell("in the end", self.model.complaints(&found));
        Ok(())
    }

    fn exchange(&mut self) -> Step {
        let before = self.view().map(|view| view.status.exchange.last.clone());
        self.ask(&json!({ "do": "exchangeNow" }))?;
        self.until("the exchange", |run| {
            let exchange = &run.view()?.status.exchange;
            (before.as_ref() != Some(&exchange.last) && exchange.pending == 0 && !exchange.running && exchange.error.is_empty())
                .then_some(())
        })
    }
}
