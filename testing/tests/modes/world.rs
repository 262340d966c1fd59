//! A small configuration with a module of each kind of priority, and a phone whose way and time the test owns.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use twinshore_client::Settings;
use twinshore_client::view::{FormView, ScreenView};
use twinshore_engine::rights::UserRights;
use twinshore_engine::{Engine, Unit, objects};
use twinshore_protocol::WriteAction;
use twinshore_testing::{DirectLink, FixtureBuilder, ManualClock, Phone, PhoneSetup, World};

pub const PANEL: &str = "CommonForm.Panel.Main";
pub const ORDER_LIST: &str = "Document.Orders.List";

const FILES: &[(&str, &str)] = &[
    (
        "configuration.yaml",
        "name: Modes\ntitle: Modes\nversion: \"1\"\nlanguages: { en: English }\nhome: [Report.Sales, Catalog.Goods]\n",
    ),
    (
        "subsystems.yaml",
        "- { name: Work, title: Work, icon: cart, content: [Document.Orders, Catalog.Goods, Catalog.Contracts, CommonForm.Panel] }
- { name: Office, title: Office, icon: folder, content: [Report.Sales] }\n",
    ),
    ("catalogs/Goods/Goods.yaml", "catalog: Goods\ntitle: Goods\ncode: { type: string(9), auto: true }\ndescription: 100\n"),
    (
        "catalogs/Contracts/Contracts.yaml",
        "catalog: Contracts\ntitle: Contracts\ncode: { type: string(9), auto: true }\ndescription: 100\n",
    ),
    (
        "documents/Orders/Orders.yaml",
        "document: Orders\ntitle: Orders\nnumber: { type: string(11), auto: true, reset: year }\nattributes:\n  Comment: { type: string(200) }\n",
    ),
    ("reports/Sales/Sales.yaml", "report: Sales\ntitle: Sales\n"),
    ("reports/Sales/Report.form.yaml", "form: Report\ntitle: Sales\nattributes:\n  From: { type: date }\nitems:\n  - field: From\n"),
    ("modules/SM1/SM1.yaml", "module: SM1\nserverCall: true\n"),
    (
        "modules/SM1/SM1.server.ts",
        "let calls = 0;
export function whoami(): string { return session.server; }
export function shore(): string { calls += 1; return `${session.parameters.Shore} ${calls}`; }\n",
    ),
    ("session-parameters/Shore/Shore.yaml", "sessionParameter: Shore\ntype: string(50)\nclient: true\n"),
    ("session-parameters/Depth/Depth.yaml", "sessionParameter: Depth\ntype: string(50)\n"),
    ("session-parameters/OfMain/OfMain.yaml", "sessionParameter: OfMain\ntype: string(50)\nclient: true\n"),
    (
        "session.server.ts",
        "export function setSessionParameters(parameters: any): void {
  parameters.Shore = `${session.server} of ${session.userName}`;
  parameters.OfMain = 'only there';
}\n",
    ),
    ("modules/CM2/CM2.yaml", "module: CM2\nserverCall: true\n"),
    (
        "modules/CM2/CM2.server.ts",
        "export function whoami(): string { return session.server; }
export function who(): string { return session.userName; }
export function state(id: string): any { return BackgroundJobs.state(id)?.state ?? 'not found'; }
export function add(name: string): string { const goods = Catalogs.Goods.create({ Description: name }); goods.write(); return name; }\n",
    ),
    ("modules/LM3/LM3.yaml", "module: LM3\nserverCall: true\n"),
    (
        "modules/LM3/LM3.server.ts",
        "export function whoami(): string { return session.server; }
export function start(): string { return BackgroundJobs.start('LM3.who', []); }
export function state(id: string): any { return BackgroundJobs.state(id); }
export function shore(): string { return session.parameters.Shore; }
export function who(): string {
//#if MobileApplicationServer
  return MainServer.CM2.who();
//#else
  return 'here';
//#endif
}\n",
    ),
    ("modules/MO4/MO4.yaml", "module: MO4\nserverCall: true\n"),
    ("modules/MO4/MO4.server.ts", "export function whoami(): string { return session.server; }\n"),
    (
        "application.client.ts",
        "export function onStart(): void { message(`start ${mainServerAvailable()}`); }
export function ifMainServerAvailabilityChanged(event: any): void {
  message(`application ${event.available} ${mainServerAvailable()}`);
  throw new Error('the application stumbles');
}\n",
    ),
    ("common-forms/Panel/Panel.yaml", "commonForm: Panel\ntitle: Panel\n"),
    (
        "common-forms/Panel/Main.form.yaml",
        "form: Main
title: Panel
attributes:
  Answer: { type: string(300) }
  Given: { type: string(300) }
commands:
  whoami: { title: whoami, handler: whoami }
  add: { title: add, handler: add }
  repeat: { title: repeat, handler: repeat }
  unknown: { title: unknown, handler: unknown }
  hop: { title: hop, handler: hop }
  locked: { title: locked, handler: locked }
  absent: { title: absent, handler: absent }
  available: { title: available, handler: available }
  goOffline: { title: goOffline, handler: goOffline }
  job: { title: job, handler: job }
  jobOnMain: { title: jobOnMain, handler: jobOnMain }
  shores: { title: shores, handler: shores }
  mine: { title: mine, handler: mine }
  secret: { title: secret, handler: secret }
items:
  - field: Answer
  - field: Given
  - command: whoami
",
    ),
    (
        "common-forms/Panel/Main.form.client.ts",
        "async function attempt(call: any): Promise<string> {
  try { return String(await call()); } catch (error: any) { return `${error.code}(${error.details?.reason ?? ''})`; }
}
export async function whoami(form: any): Promise<void> {
  const answers = [
    await attempt(() => SM1.whoami()), await attempt(() => LM3.whoami()), await attempt(() => CM2.whoami()), await attempt(() => MO4.whoami()),
  ];
  form.Answer = answers.join(' ');
}
export async function add(form: any): Promise<void> {
  form.Answer = '';
  try { form.Answer = await CM2.add(form.Given); }
  catch (error: any) { form.Given = error.details?.callId ?? ''; form.Answer = `${error.code} ${mainServerAvailable()}`; }
}
export async function repeat(form: any): Promise<void> { form.Answer = await attempt(() => repeatCall(form.Given)); }
export function unknown(form: any): void {
  const calls = unknownCalls();
  form.Given = calls[0]?.callId ?? '';
  form.Answer = `${calls.length} ${calls[0]?.call ?? ''}`.trim();
}
export async function hop(form: any): Promise<void> { form.Answer = await attempt(() => form.server.hop()); }
export async function locked(form: any): Promise<void> { form.Answer = await attempt(() => form.server.locked()); }
export async function absent(form: any): Promise<void> { form.Answer = await attempt(() => form.server.absent()); }
export function available(form: any): void { form.Answer = String(mainServerAvailable()); }
export async function goOffline(form: any): Promise<void> { form.Answer = await attempt(() => setMode(Mode.Offline)); }
export async function job(form: any): Promise<void> {
  if (form.Given === '' || form.Given === null) { form.Given = await LM3.start(); form.Answer = 'started'; return; }
  const state = await LM3.state(form.Given);
  form.Answer = `${state?.state} ${state?.result ?? ''}`;
}
export async function jobOnMain(form: any): Promise<void> { form.Answer = await attempt(() => CM2.state(form.Given)); }
export async function shores(form: any): Promise<void> {
  form.Answer = `${await attempt(() => SM1.shore())}, ${await attempt(() => LM3.shore())}`;
}
export async function mine(form: any): Promise<void> { form.Answer = await attempt(() => sessionParameter('Shore')); }
export async function secret(form: any): Promise<void> {
  form.Answer = `${await attempt(() => sessionParameter('Depth'))} ${await attempt(() => sessionParameter('OfMain'))}`;
}
export function ifMainServerAvailabilityChanged(form: any, event: any): void {
  message(`panel ${form.usedServer} ${event.available}`);
}
",
    ),
    (
        "common-forms/Panel/Main.form.server.ts",
        "export async function hop(form: any): Promise<string> {
//#if MobileApplicationServer
  return `${SM1.whoami()} ${await MainServer.CM2.whoami()}`;
//#else
  return 'on main';
//#endif
}
export async function locked(form: any): Promise<any> {
//#if MobileApplicationServer
  return await transaction(async () => MainServer.CM2.whoami());
//#endif
}
export async function absent(form: any): Promise<any> {
//#if MobileApplicationServer
  return await MainServer.CM2.nothing();
//#endif
}
",
    ),
    (
        "roles/Seller.yaml",
        "role: Seller
title: Seller
rights:
  Catalog.Goods: [read, insert, update, delete]
  Catalog.Contracts: [read, insert, update, delete]
  Document.Orders: all
  Report.Sales: use
  CommonForm.Panel: use
  Module.SM1: use
  Module.CM2: use
  Module.LM3: use
  Module.MO4: use
",
    ),
    (
        "offline.yaml",
        "exchange: { onChange: true, period: 300s, transactionItems: 1000, dropInactiveNodesAfter: never }
use:
  Catalog.Goods: { priority: standalone }
  Document.Orders: {}
  CommonForm.Panel: { priority: standalone }
  Module.SM1: {}
  Module.LM3: { priority: standalone }
  Module.MO4: { priority: main-only }
  SessionParameter.Shore: {}
  SessionParameter.Depth: {}
roles: [Seller]
",
    ),
];

/// A main server of the configuration with ann in it, and its time.
pub struct Shore {
    pub world: World,
    pub clock: ManualClock,
    _folder: TempDir,
}

pub fn shore() -> Shore {
    shore_with(&[])
}

pub fn shore_with(files: &[(&str, &str)]) -> Shore {
    let fixture = FILES.iter().chain(files).fold(FixtureBuilder::new(), |fixture, (path, text)| fixture.file(*path, *text));
    let folder = fixture.write().expect("a folder");
    let world = World::of_folder(folder.path()).expect("a world");
    world.add_user("ann", "secret", &["Seller"]).expect("a user");
    Shore { world, clock: ManualClock::at(chrono::Utc::now()), _folder: folder }
}

impl Shore {
    /// A phone signed in as ann, with its way.
    pub async fn ann(&self) -> (Phone, Arc<DirectLink>) {
        let way = self.world.direct_link(Arc::new(self.clock.clone()));
        let setup = PhoneSetup {
            clock: Arc::new(self.clock.clone()),
            transport: Some(Arc::clone(&way) as _),
            ..PhoneSetup::new(self.world.device_folder("ann").expect("a folder"), Settings::default())
        };
        let phone = Phone::set_up(&self.world, "ann", setup).expect("a phone");
        phone.sign_in("ann", "secret").await;
        phone.until_available(true).await;
        phone.until_exchanged().await;
        (phone, way)
    }

    /// Writes an item on the main server.
    pub fn add(&self, object: &str, name: &str) {
        let engine = self.world.engine().expect("running");
        let unit = Rc::new(Unit::new(&engine, Arc::new(UserRights::platform(&engine.bundle().configuration))));
        let values = [("Description".to_owned(), name.into())].into_iter().collect();
        let state = objects::new_object(&unit, &object.parse().expect("a name"), None, &values).expect("a new item");
        objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
    }

    /// Items of a catalog on a phone, by name.
    pub async fn here(&self, phone: &Phone, object: &str) -> Vec<String> {
        let engine = phone.client().stand_alone().await.expect("somebody works");
        column(&engine, &format!("SELECT \"Description\" FROM \"{object}\" ORDER BY 1"))
    }

    /// Objects of the items that a phone will ask main for.
    pub async fn wanted(&self, phone: &Phone) -> Vec<String> {
        let engine = phone.client().stand_alone().await.expect("somebody works");
        column(&engine, "SELECT object FROM _wanted ORDER BY seq")
    }

    /// Goods on the main server, by name.
    pub fn goods(&self) -> Vec<String> {
        column(&self.world.engine().expect("running"), "SELECT \"Description\" FROM \"Catalog.Goods\" ORDER BY 1")
    }

    /// Comments of orders on the main server.
    pub fn orders(&self) -> Vec<String> {
        column(&self.world.engine().expect("running"), "SELECT \"Comment\" FROM \"Document.Orders\" ORDER BY 1")
    }

    /// Time goes on, wait by wait, until the phone knows that the main server is there, or is not; gives how much.
    pub async fn until_known(&self, phone: &Phone, way: &DirectLink, available: bool) -> Duration {
        let mut passed = Duration::ZERO;
        loop {
            // Whoever watches the main server has looked at the new time, and what it asked then is answered.
            self.clock.until_due_within(Settings::default().wake_check).await;
            phone.client().settled().await;
            way.until_quiet().await;
            if phone.view().await.status.available == available {
                return passed;
            }
            // Who watches the main server looks at the clock at least so often.
            let due = self.clock.until_due_within(Settings::default().wake_check).await;
            self.clock.advance_by(due);
            passed += due;
            assert!(passed < Duration::from_secs(120), "nothing changed in {passed:?}");
        }
    }

    /// Time goes on until the main server is back.
    pub async fn until_back(&self, phone: &Phone, way: &DirectLink) {
        self.until_known(phone, way, true).await;
    }
}

fn column(engine: &Engine, sql: &str) -> Vec<String> {
    let reader = engine.database().reader().expect("a reader");
    let mut statement = reader.prepare(sql).expect("a table");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

/// Runs a command of the panel and gives what it answers.
pub async fn ask(phone: &Phone, panel: &FormView, command: &str) -> String {
    phone.set(panel.form, "Answer", "?").await;
    phone.execute(panel.form, command);
    answer(phone, panel).await
}

/// The panel's answer, once there is one.
pub async fn answer(phone: &Phone, panel: &FormView) -> String {
    phone
        .until_form(panel.form, "an answer", |view| {
            let field = view.elements.iter().find(|e| e.name == "Answer")?;
            (!field.text.is_empty() && field.text != "?").then(|| field.text.clone())
        })
        .await
}

/// Messages whose text begins so, oldest first.
pub async fn told(phone: &Phone, beginnings: &[&str]) -> Vec<String> {
    let texts = phone.view().await.messages.into_iter().map(|message| message.text);
    texts.filter(|text| beginnings.iter().any(|beginning| text.starts_with(beginning))).collect()
}

pub async fn until_work(phone: &Phone) {
    phone.until("the app", |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
}
