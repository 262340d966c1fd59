//! Carries out a list of actions on a real client and a real main server, and looks after each whether everything holds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use twinshore_client::view::{FormEvent, FormView, InterfaceView, ModeView, ScreenView};
use twinshore_client::{Obstacle, Settings, Subscription, UsedServer};
use twinshore_metadata::{Ref, Value};
use twinshore_modules::HostError;
use twinshore_server::{Published, Source};
use twinshore_testing::{DirectLink, Fate, Phone, PhoneSetup};

use super::action::{Action, Field, Kind};
use super::judge::{allowed, module_priority, server_of, tag_of};
use super::model::{Databases, Model};
use super::shell::Shells;
use super::world::{self, KINDS, MODULES, Shore};

/// What does not happen within this time does not happen.
const PATIENCE: Duration = Duration::from_secs(20);
/// The client learns within this time of a loss or a return, whatever it does.
const KNOWN_WITHIN: Duration = Duration::from_secs(120);
/// Looks for rest before it counts as unrest.
const LOOKS: usize = 200;

pub type Outcome<T = ()> = Result<T, String>;

/// A client with its shells.
struct Running {
    phone: Phone,
    shells: Arc<Shells>,
    _watching: Subscription,
}

impl Running {
    fn new(phone: Phone) -> Self {
        let shells = Shells::new(phone.client().clone());
        let watching = phone.client().observe(Arc::clone(&shells) as _);
        Self { phone, shells, _watching: watching }
    }
}

pub struct Run<'p> {
    published: &'p [Published; 2],
    version: usize,
    pub(super) shore: Shore,
    way: Arc<DirectLink>,
    running: Option<Running>,
    pub(super) model: Model,
    /// Requests leave the device.
    pub(super) good: bool,
    /// Entries of the client's log that were looked at.
    pub(super) logged: usize,
    /// Main has another configuration than the device.
    pub(super) outdated: bool,
}

/// Runs a list of actions from a new main server to the proof that nothing was lost.
pub async fn run(published: &[Published; 2], actions: &[Action]) -> Outcome {
    let mut run = Run::begin(published).await?;
    let mut outcome = Ok(());
    for (n, action) in actions.iter().enumerate() {
        outcome = run.step(action).await.map_err(|error| format!("at action {n}, {action:?}: {error}"));
        if outcome.is_err() {
            break;
        }
    }
    if outcome.is_ok() {
        outcome = run.end().await.map_err(|error| format!("at the end: {error}"));
    }
    if let Some(running) = run.running.take() {
        running.phone.kill().await;
    }
    tokio::task::block_in_place(|| drop(run));
    outcome
}

impl<'p> Run<'p> {
    async fn begin(published: &'p [Published; 2]) -> Outcome<Self> {
        let shore = world::shore(&published[0]);
        let way = shore.world.direct_link(Arc::new(shore.clock.clone()));
        let setup = PhoneSetup {
            clock: Arc::new(shore.clock.clone()),
            transport: Some(Arc::clone(&way) as _),
            ..PhoneSetup::new(shore.world.device_folder("ann").map_err(|e| e.to_string())?, Settings::default())
        };
        let phone = Phone::set_up(&shore.world, "ann", setup).map_err(|error| error.to_string())?;
        let running = Some(Running::new(phone));
        let model = Model::default();
        let mut run = Self { published, version: 0, shore, way, running, model, good: true, logged: 0, outdated: false };
        run.phone().sign_in("ann", "secret").await;
        run.phone().until_available(true).await;
        run.phone().until_exchanged().await;
        run.rest().await?;
        run.shore.record.take();
        run.logged = run.phone().log().len();
        Ok(run)
    }

    pub(super) fn phone(&self) -> &Phone {
        &self.running.as_ref().expect("runs between actions").phone
    }

    pub(super) async fn view(&self) -> InterfaceView {
        self.phone().view().await
    }

    /// Waits until nothing goes on that no time is needed for.
    async fn rest(&self) -> Outcome<InterfaceView> {
        let mut before = None;
        for _ in 0..LOOKS {
            let settling = async {
                self.phone().client().settled().await;
                self.way.until_quiet().await;
            };
            tokio::time::timeout(PATIENCE, settling).await.map_err(|_| "the client does not come to rest")?;
            let view = self.view().await;
            let state = (view.revision, self.way.requests().len(), view.status.exchange.running);
            if before == Some(state) && !state.2 {
                return Ok(view);
            }
            before = Some(state);
            tokio::task::yield_now().await;
        }
        // A round may wait for the main server by the clock: that is rest, too.
        Ok(self.view().await)
    }

    /// Time goes on to the next one who waits.
    async fn pass(&self) -> Outcome<Duration> {
        self.way.until_quiet().await;
        // In user mode Offline nobody looks at the clock.
        let wake_check = Settings::default().wake_check;
        let due = self.shore.clock.next_due().map_or(wake_check, |due| due.min(wake_check));
        self.shore.clock.advance_by(due);
        self.rest().await?;
        Ok(due)
    }

    /// Time goes on until the client knows whether the main server is there.
    async fn until_known(&self, available: bool) -> Outcome {
        let mut passed = Duration::ZERO;
        while self.view().await.status.available != available {
            passed += self.pass().await?;
            if passed > KNOWN_WITHIN {
                return Err(format!("availability did not become {available} within {passed:?}"));
            }
        }
        Ok(())
    }

    fn databases(&self, device: Option<&twinshore_engine::Engine>) -> Outcome<Databases> {
        let main = self.shore.world.engine().ok_or("main is down")?;
        let main = KINDS.map(|kind| world::rows(&main, kind)).into_iter().collect::<Outcome<_>>()?;
        let kinds = &KINDS[..2];
        let device = match device {
            Some(device) => kinds.iter().map(|kind| world::rows(device, *kind)).collect::<Outcome<_>>()?,
            None => Vec::new(),
        };
        Ok(Databases { main, device })
    }

    pub(super) async fn both(&self) -> Outcome<Databases> {
        let device = self.phone().client().stand_alone().await;
        self.databases(device.as_ref())
    }

    /// Open forms of items, by their views.
    pub(super) async fn forms(&self) -> Outcome<Vec<FormView>> {
        let mut forms = Vec::new();
        for window in self.view().await.windows {
            forms.extend(self.running.as_ref().expect("runs").shells.agreed(window.form).await?);
        }
        Ok(forms)
    }

    async fn form(&self, at: usize) -> Outcome<Option<FormView>> {
        let mut forms = self.forms().await?;
        Ok(if forms.is_empty() { None } else { Some(forms.swap_remove(at % forms.len())) })
    }

    // ---- actions ----------------------------------------------------------------------------------------------------------

    async fn step(&mut self, action: &Action) -> Outcome {
        let before = self.rest().await?;
        self.shore.record.take();
        self.act(action, &before).await?;
        let after = self.rest().await?;
        self.check_routes(action, &before, &after)?;
        self.check().await
    }

    async fn act(&mut self, action: &Action, before: &InterfaceView) -> Outcome {
        match action {
            Action::New(kind) => self.new_item(*kind, before).await,
            Action::Open(at) => self.open(*at, before).await,
            Action::Type { form, field } => self.type_into(*form, *field).await,
            Action::Save(form) => self.save(*form).await,
            Action::Close { form, keep } => self.close(*form, *keep).await,
            Action::Reopen(form) => self.reopen(*form).await,
            Action::TakeDraft(at) => self.take_draft(*at).await,
            Action::Call(module) => self.call(*module, before).await,
            Action::Cut { noticed } => {
                self.good = false;
                self.way.set(Fate::NotSent(Obstacle::Unreachable("no way".into())));
                if *noticed { self.until_known(false).await } else { Ok(()) }
            }
            Action::LoseAnswer => {
                self.way.next("write-form", Fate::AnswerLost);
                Ok(())
            }
            Action::Restore { noticed } => self.restore(*noticed).await,
            Action::Mode(mode) => {
                self.phone().client().set_mode(*mode);
                Ok(())
            }
            Action::Exchange => self.exchange().await,
            Action::Pass => self.pass().await.map(drop),
            Action::ChangeOnMain(n) => {
                let (kind, tag) = (KINDS[*n], format!("seed-{n}"));
                let id = self.both().await?.main(kind, &tag).map(|row| row.id);
                let comment = self.model.text("main-");
                self.shore.write(kind, &tag, id, &comment);
                Ok(())
            }
            Action::Kill | Action::Stop => self.restart(matches!(action, Action::Kill)).await,
            Action::Update => self.update().await,
        }
    }

    async fn operation(&self, name: &str, arguments: Vec<Value>) -> Outcome<Result<Value, HostError>> {
        let carried = self.phone().client().operation(name, arguments);
        tokio::time::timeout(PATIENCE, carried).await.map_err(|_| format!("{name} does not end"))
    }

    async fn open_form(&self, kind: Kind, options: Value, before: &InterfaceView) -> Outcome<Option<FormView>> {
        let name = format!("{}.Item", kind.object());
        let opened = self.operation("form.open", vec![name.into(), options]).await?;
        let after = self.rest().await?;
        let Ok(Value::Decimal(number)) = opened else {
            return self.check_refused(kind.priority(), before, &after).map(|()| None);
        };
        let number = u32::try_from(number).map_err(|error| error.to_string())?;
        let known = before.windows.iter().any(|window| window.form == number);
        let view = self.phone().client().form_view(number).await.ok_or("the form that was opened is not there")?;
        if !known && !allowed(kind.priority(), before, &after).contains(&Some(server_of(&view))) {
            return Err(format!("R2: a form of {kind:?} opened on {}", view.used_server));
        }
        Ok(Some(view))
    }

    async fn new_item(&mut self, kind: Kind, before: &InterfaceView) -> Outcome {
        let Some(view) = self.open_form(kind, Value::Structure(Vec::new()), before).await? else { return Ok(()) };
        let tag = self.model.begin(kind);
        self.set(&view, "Tag", &tag)
    }

    /// Opens an item that is not open and has no draft.
    async fn open(&mut self, at: usize, before: &InterfaceView) -> Outcome {
        let databases = self.both().await?;
        let open: BTreeSet<String> = self.forms().await?.iter().map(tag_of).collect();
        let seeds = KINDS.into_iter().enumerate().map(|(n, kind)| (kind, format!("seed-{n}")));
        let papers = self.model.papers.iter().filter(|(_, p)| !p.is_new && p.typed.is_empty());
        let all: Vec<_> =
            seeds.chain(papers.map(|(tag, p)| (p.kind, tag.clone()))).filter(|(_, tag)| !open.contains(tag)).collect();
        if all.is_empty() {
            return Ok(());
        }
        let (kind, tag) = &all[at % all.len()];
        let (main, device) = (databases.main(*kind, tag), databases.device(*kind, tag));
        let Some(row) = main.or(device) else { return Err(format!("{tag} is nowhere")) };
        // What is on one server only is not found on the other.
        if main.is_none() || (device.is_none() && *kind != Kind::Contracts) {
            return Ok(());
        }
        let key = Value::Ref(Ref::new(kind.object().parse().map_err(|_| "a name")?, row.id));
        self.open_form(*kind, Value::Structure(vec![("key".into(), key)]), before).await.map(drop)
    }

    fn set(&self, view: &FormView, name: &str, text: &str) -> Outcome {
        let element = view.elements.iter().find(|e| e.name == name).ok_or_else(|| format!("no field {name}"))?;
        let input_version = element.input_version + 1;
        let event = FormEvent::SetText { element: element.id, text: text.to_owned(), input_version };
        self.phone().client().dispatch(view.form, event);
        Ok(())
    }

    async fn type_into(&mut self, form: usize, field: Field) -> Outcome {
        let Some(view) = self.form(form).await? else { return Ok(()) };
        let tag = tag_of(&view);
        let can = view.elements.iter().any(|e| e.name == field.name() && e.enabled && !e.read_only);
        if !can || !self.model.papers.contains_key(&tag) {
            return Ok(());
        }
        let text = self.model.text("typed-");
        self.set(&view, field.name(), &text)?;
        if let Some(paper) = self.model.papers.get_mut(&tag) {
            paper.typed.insert(field, text);
        }
        Ok(())
    }

    async fn save(&mut self, form: usize) -> Outcome {
        let Some(view) = self.form(form).await? else { return Ok(()) };
        let (tag, databases) = (tag_of(&view), self.both().await?);
        let at_main = server_of(&view) == UsedServer::Main;
        let Some(paper) = self.model.papers.get(&tag) else { return Ok(()) };
        if !databases.may_save(paper, &tag, at_main) {
            return Ok(());
        }
        self.phone().execute(view.form, "write");
        self.rest().await?;
        self.model.resolve(&self.both().await?, &tag, at_main);
        let after = self.phone().client().form_view(view.form).await;
        // A draft may be open beside the item it belongs to: what is typed in the one is not saved by the other.
        let elsewhere =
            self.forms().await?.iter().any(|other| other.form != view.form && other.modified && tag_of(other) == tag);
        let unsaved = self.model.papers.get(&tag).is_some_and(|p| p.is_new || !p.typed.is_empty());
        if unsaved && !elsewhere && after.is_some_and(|after| !after.modified) {
            return Err(format!("{tag} looks saved and is not"));
        }
        Ok(())
    }

    async fn close(&mut self, form: usize, keep: bool) -> Outcome {
        let Some(view) = self.form(form).await? else { return Ok(()) };
        self.phone().execute(view.form, "close");
        let asked = self.rest().await?.dialog;
        if let Some(dialog) = asked {
            let has = |id: &&str| dialog.buttons.iter().any(|button| button.id == *id);
            let button = if keep { ["keep-draft"].into_iter().find(has) } else { Some("discard").filter(has) };
            self.phone().client().answer_dialog(dialog.id, button.unwrap_or("cancel").to_owned());
            self.rest().await?;
            if button == Some("discard") {
                self.model.discard(&tag_of(&view));
            }
        }
        Ok(())
    }

    async fn reopen(&mut self, form: usize) -> Outcome {
        let Some(view) = self.form(form).await? else { return Ok(()) };
        let command = if server_of(&view) == UsedServer::Main { "openOffline" } else { "openFromMainServer" };
        self.phone().execute(view.form, command);
        self.answer_questions().await
    }

    /// Questions that no action is about are put off.
    async fn answer_questions(&self) -> Outcome {
        while let Some(dialog) = self.rest().await?.dialog {
            let put_off = dialog.buttons.iter().find(|b| b.id == "keep-draft").or(dialog.buttons.last());
            let button = put_off.map(|b| b.id.clone()).unwrap_or_default();
            self.phone().client().answer_dialog(dialog.id, button);
        }
        Ok(())
    }

    async fn take_draft(&mut self, at: usize) -> Outcome {
        let drafts = self.view().await.drafts;
        if !drafts.is_empty() {
            self.phone().client().take_draft(drafts[at % drafts.len()].id.clone());
            self.answer_questions().await?;
        }
        Ok(())
    }

    async fn call(&self, module: usize, before: &InterfaceView) -> Outcome {
        let name = MODULES[module];
        let answer = self.operation("server.call", vec![name.into(), "whoami".into()]).await?;
        let after = self.rest().await?;
        match answer {
            Ok(answer) => {
                let allowed = allowed(module_priority(module), before, &after);
                let said = answer.as_text().unwrap_or_default().to_owned();
                let fits = allowed.iter().flatten().any(|server| server.name() == said);
                if fits { Ok(()) } else { Err(format!("R2: {name} ran on {said}, allowed is {allowed:?}")) }
            }
            Err(_) => self.check_refused(module_priority(module), before, &after),
        }
    }

    async fn restore(&mut self, noticed: bool) -> Outcome {
        self.good = true;
        self.way.set(Fate::Answered);
        let offline = self.view().await.status.mode == ModeView::Offline;
        if noticed && !offline && !self.outdated { self.until_known(true).await } else { Ok(()) }
    }

    async fn exchange(&self) -> Outcome {
        let exchanged = tokio::time::timeout(PATIENCE, self.phone().client().exchange());
        let Ok(()) = exchanged.await.map_err(|_| "the exchange does not end")? else { return Ok(()) };
        self.rest().await?;
        let databases = self.both().await?;
        self.model.check_saved(&databases, true)?;
        for (main, device) in databases.main.iter().zip(&databases.device) {
            if main != device {
                return Err(format!("after the exchange main has {main:#?}, the device {device:#?}"));
            }
        }
        Ok(())
    }

    async fn restart(&mut self, kill: bool) -> Outcome {
        let Some(Running { phone, shells, _watching }) = self.running.take() else { return Ok(()) };
        drop((_watching, shells));
        let stopped = if kill { phone.kill().await } else { phone.stop().await };
        self.running = Some(Running::new(stopped.start().map_err(|error| error.to_string())?));
        self.logged = 0;
        let started = self.phone().try_until(PATIENCE, |view| matches!(view.screen, ScreenView::Work).then_some(()));
        // Start handlers wait by the clock to learn whether the main server is there.
        let clock = async {
            loop {
                let due = self.shore.clock.until_due_within(Settings::default().start_wait).await;
                self.way.until_quiet().await;
                self.shore.clock.advance_by(due);
            }
        };
        tokio::select! {
            started = started => started.ok_or("the app does not start")?,
            () = clock => {}
        }
        Ok(())
    }

    /// Main gets the other configuration; the device takes it when the person signs in with a connection.
    async fn update(&mut self) -> Outcome {
        if !self.good || self.view().await.status.mode == ModeView::Offline {
            return Ok(());
        }
        self.version = 1 - self.version;
        let source = Source::Published(Box::new(self.published[self.version].clone()));
        tokio::task::block_in_place(|| self.shore.world.update(source)).map_err(|error| error.to_string())?;
        self.phone().client().sign_out();
        self.phone().sign_in("ann", "secret").await;
        self.until_known(true).await
    }

    // ---- what always holds ------------------------------------------------------------------------------------------------

    /// With a good link every draft can be taken up, everything typed is there, and everything saved is on main, once.
    async fn end(&mut self) -> Outcome {
        self.phone().client().set_mode(ModeView::Normal);
        self.restore(true).await?;
        self.exchange().await?;
        for draft in self.rest().await?.drafts {
            self.phone().client().take_draft(draft.id);
            self.answer_questions().await?;
        }
        let forms = self.forms().await?;
        self.check_typed(&forms, 0)?;
        self.check().await
    }
}
