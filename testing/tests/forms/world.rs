//! A small configuration in which every rule of forms shows, a main server of it, and phones.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tempfile::TempDir;
use twinshore_client::Settings;
use twinshore_client::view::{FormAvailability, FormEvent, FormView, ModeView};
use twinshore_engine::rights::UserRights;
use twinshore_engine::{Engine, Unit, objects};
use twinshore_metadata::{Ref, TableRow, Value};
use twinshore_protocol::WriteAction;
use twinshore_testing::{FixtureBuilder, LinkState, Phone, World, hasty_settings};

const CONFIGURATION: &str = "
name: Forms
title: Forms
version: '1'
languages: { en: English, ru: Russian }
";

const OFFLINE: &str = "
use:
  Catalog.Goods: { priority: standalone }
  Document.Orders: { except: [attributes.Discount] }
  Catalog.Notes: {}
  CommonForm.Desk: {}
  Module.Main: { priority: main-only }
roles: [Seller]
";

const ROLE: &str = "
role: Seller
rights:
  Catalog.Goods: all
  Catalog.Contracts: all
  Catalog.Notes: all
  Document.Orders: all
  CommonForm.Desk: use
  Module.Main: use
";

const SUBSYSTEMS: &str = "
- name: Work
  content: [Catalog.Goods, Catalog.Contracts, Catalog.Notes, Document.Orders, CommonForm.Desk]
";

const GOODS: &str = "
catalog: Goods
code: { type: string(9), auto: true }
attributes: { Price: decimal(15.2) }
";

const CONTRACTS: &str = "
catalog: Contracts
code: { type: string(9), auto: true }
attributes: { Text: string(100) }
";

const NOTES: &str = "
catalog: Notes
code: { type: string(9), auto: true }
attributes: { Text: string(100), More: string(100) }
";

const NOTES_FORM: &str = "
form: Item
attributes: { Preview: spreadsheet }
items:
  - commandBar: [write]
  - field: Description
  - field: Text
  - field: More
  - field: Preview
";

const ORDERS: &str = "
document: Orders
number: { type: string(11), auto: true, reset: never }
attributes:
  Comment: string(100)
  Phone: string(20)
  Discount: decimal(15.2)
  Paid: boolean
  Contract: Catalog.Contracts
  Begins: date
  Ends: date
  About: [Catalog.Goods, Catalog.Notes, string(50)]
tables:
  Lines: { Goods: Catalog.Goods, Quantity: decimal(15.3) }
";

/// The order's form: handlers misbehave as the text of `Trouble` says, which names the handler and what it does.
const ORDERS_FORM: &str = "
form: Item
attributes:
  Trouble: string(50)
  Seen: string(500)
tables: { Found: { Name: string(20) } }
events: { whenReopening: takeOver }
commands:
  openDesk: { title: Desk, form: CommonForm.Desk.Main }
  askContract: { title: Contract, handler: askContract, target: Catalog.Contracts }
  pickGoods: { title: Pick, handler: pickGoods }
  pickMany: { title: Pick many, handler: pickMany }
  goOver: { title: Over, handler: goOver }
  saveHere: { title: Save, handler: saveHere }
  report: { title: Report, handler: report }
  openAgain: { title: Again, handler: openAgain }
  arrange: { title: Arrange, handler: arrange }
items:
  - commandBar:
      - post
      - write
      - writeAndClose
      - popup: more
        title: More
        icon: settings
        items: [askContract, { group: picking, title: Pick, items: [pickGoods, pickMany] }, goOver, { command: unpost }]
      - popup: rare
        items: [{ command: reread, visible: false }]
      - saveHere
      - { popup: strict, title: Strict, items: [report, openAgain], onMainServerUnavailable: makeInaccessible }
  - pages: main
    items:
      - page: header
        items:
          - field: Number
          - field: Date
          - { field: Comment, events: { change: commentChanged } }
          - { field: Phone, onMainServerUnavailable: makeInaccessible }
          - field: Discount
          - field: Paid
          - field: Contract
          - { period: { start: Begins, end: Ends }, title: Validity, events: { change: periodChanged } }
          - { field: About, onMainServerUnavailable: dontChangeBehavior, events: { startChoice: chooseAbout } }
          - field: Trouble
          - field: Seen
      - page: lines
        items:
          - { table: Lines, columns: [Goods, Quantity], events: { rowChange: lineChanged } }
          - { table: Found, columns: [Name] }
";

const ORDERS_CLIENT: &str = "
function does(form: any, handler: string): void {
  const [where, what] = String(form.Trouble ?? '').split(' ');
  if (where !== handler) return;
  if (what === 'throws') throw new Error(`${handler} fails`);
  if (what === 'loops') while (true) Math.sin(1);
  if (what === 'waits') throw new WaitsForever();
}
class WaitsForever extends Error {}
async function acts(form: any, handler: string): Promise<void> {
  try { does(form, handler); } catch (error) {
    if (error instanceof WaitsForever) await new Promise(() => undefined);
    throw error;
  }
}
function seen(form: any, what: string): void { form.Seen = `${form.Seen} ${what}`.trim(); }
const trace = (what: string) => message(`trace ${what}`);

export async function onOpen(form: any): Promise<void> {
  if (form.parameters.reopening) trace(`onOpen ${form.usedServer}`);
  if (form.Comment === 'fails in onOpen') throw new Error('onOpen fails');
}
export async function beforeReopening(form: any, event: any): Promise<void> {
  event.data.trouble = form.Trouble;
  trace(`beforeReopening ${form.usedServer}`);
  if (form.Trouble === 'beforeReopening cancels') event.cancel = true;
  if (form.Trouble === 'beforeReopening changes') { form.Comment = 'changed by code'; throw new Error('changed and failed'); }
  if (form.Trouble === 'whenReopening alone') event.standardProcessing = false;
  await acts(form, 'beforeReopening');
}
export async function takeOver(form: any, previous: any, event: any): Promise<void> {
  trace(`whenReopening ${previous.Comment} ${previous.Lines.length} ${form.Comment ?? ''}`.trim());
  if (event.data.trouble === 'whenReopening asks') await ask('ready?', ['yes']);
  if (event.data.trouble === 'whenReopening writes') previous.Comment = 'spoilt';
  if (event.data.trouble === 'whenReopening calls') await previous.server.stamp();
  if (event.data.trouble === 'whenReopening own') {
    const report = form.fillWhenReopening(previous, { only: ['Comment', 'Discount'] });
    seen(form, `copied ${report.copied} skipped ${report.skipped} conflicts ${report.conflicts}`);
    event.standardProcessing = false;
  }
  if (event.data.trouble === 'whenReopening alone') seen(form, `standard=${event.standardProcessing}`);
  form.Trouble = event.data.trouble;
  await acts(form, 'whenReopening');
}
export async function onClose(form: any, reason: any): Promise<void> {
  log(`closed ${reason}`);
  if (reason === 'reopened') trace(`onClose ${form.usedServer} ${reason}`);
  await acts(form, 'onClose');
}
export function beforeWrite(form: any, event: any): void {
  if (form.Trouble === 'beforeWrite cancels') event.cancel = true;
  does(form, 'beforeWrite');
}
export function afterWrite(form: any): void { does(form, 'afterWrite'); }
export function whenShownAgain(form: any): void { seen(form, 'shown again'); }
export async function commentChanged(form: any): Promise<void> { await acts(form, 'change'); }
export function lineChanged(form: any, event: any): void { does(form, 'rowChange'); }
export function ifMainServerAvailabilityChanged(form: any, event: any): void {
  seen(form, `${event.available ? 'back' : 'lost'}:${form.usedServer}`);
  if (form.Trouble === 'stays') event.standardProcessing = false;
  if (form.Trouble === 'goes') form.reopen();
  does(form, 'event');
}
export function periodChanged(form: any, event: any): void {
  seen(form, `${event.element} ${form.Begins?.date() ?? '-'} ${form.Ends?.date() ?? '-'}`);
}
/** Does what the text of `Trouble` says to an element: `more enabled false`. */
export function arrange(form: any): void {
  const [name, property, value] = String(form.Trouble).split(' ');
  form.element(name)[property] = value === 'true';
}
export async function askContract(form: any): Promise<void> { form.Seen = await MainOnly(); }
async function MainOnly(): Promise<string> { return Main.whoami(); }
export async function pickGoods(form: any): Promise<void> {
  const chosen = await openForResult('Catalog.Goods.Choice', { owner: form });
  seen(form, chosen ? `picked ${chosen.presentation}` : 'picked nothing');
}
export async function pickMany(form: any): Promise<void> {
  const chosen = await openForResult('Catalog.Goods.Choice', { owner: form, multiple: true });
  seen(form, `picked ${(chosen ?? []).map((c: any) => c.presentation).join('+')}`);
}
export async function chooseAbout(form: any, event: any): Promise<void> {
  if (form.Trouble !== 'own choice') return;
  event.standardProcessing = false;
  form.About = 'chosen by hand';
}
export async function goOver(form: any): Promise<void> {
  try { await form.reopen(); } catch (error: any) { seen(form, `${error.code}:${error.details.reason}`); }
}
export async function saveHere(form: any): Promise<void> { await form.write(); }
export async function report(form: any): Promise<void> {
  const lines = await reopenAll({ to: 'standalone', filter: (one: any) => one.Comment !== 'not me' });
  message('report ' + lines.map((l: any) => `${l.form} ${l.reopened} ${l.reason}`).join('; '));
}
export async function openAgain(form: any): Promise<void> { await openForm('Document.Orders.Item', { key: form.key }); }
";

const ORDERS_SERVER: &str = "
export function onCreateAtServer(form: any, parameters: any): void {
  if (parameters.reopening) message(`trace onCreateAtServer ${session.server}`);
  if (parameters.reopening) form.Found.add({ Name: session.server });
}
export function stamp(form: any): void { form.Comment = 'stamped'; }
";

const DESK_FORM: &str = "
form: Main
purpose: free
attributes:
  Text: string(50)
  Identifier: uuid
  Day: date
  Moment: datetime
  Hour: time
  Amount: decimal(10.2)
  Flag: boolean
  Many: text
  Kind: Enum.Kinds
  Any: [Enum.Kinds, Catalog.Goods, decimal(10.2)]
lists: { Values: Catalog.Goods }
without: [openOffline]
items:
  - { field: Text }
  - { field: Identifier }
  - { field: Day }
  - { field: Moment }
  - { field: Hour }
  - { field: Amount }
  - { field: Flag, input: checkbox }
  - { field: Many }
  - { field: Kind, input: radio }
  - { field: Any }
  - { table: Values, columns: [Value, Presentation, Check] }
";

/// Its files.
pub fn fixture() -> FixtureBuilder {
    FixtureBuilder::new()
        .file("configuration.yaml", CONFIGURATION)
        .file("offline.yaml", OFFLINE)
        .file("subsystems.yaml", SUBSYSTEMS)
        .file("roles/Seller.yaml", ROLE)
        .file("catalogs/Goods/Goods.yaml", GOODS)
        .file("catalogs/Contracts/Contracts.yaml", CONTRACTS)
        .file("catalogs/Notes/Notes.yaml", NOTES)
        .file("catalogs/Notes/Item.form.yaml", NOTES_FORM)
        .file("enums/Kinds/Kinds.yaml", "enum: Kinds\nvalues: { Good: Good, Bad: Bad }\n")
        .file("documents/Orders/Orders.yaml", ORDERS)
        .file("documents/Orders/Item.form.yaml", ORDERS_FORM)
        .file("documents/Orders/Item.form.client.ts", ORDERS_CLIENT)
        .file("documents/Orders/Item.form.server.ts", ORDERS_SERVER)
        .file("common-forms/Desk/Desk.yaml", "commonForm: Desk\n")
        .file("common-forms/Desk/Main.form.yaml", DESK_FORM)
        .file("modules/Main/Main.yaml", "module: Main\nserverCall: true\n")
        .file("modules/Main/Main.server.ts", "export function whoami(): string { return session.server; }\n")
}

/// A main server with users, goods, and one order of each user.
pub struct Shore {
    pub world: World,
    _files: TempDir,
}

pub fn shore() -> Shore {
    of(&fixture())
}

pub fn of(fixture: &FixtureBuilder) -> Shore {
    let files = fixture.write().expect("files");
    let world = World::of_folder(files.path()).expect("a world");
    for name in ["ann", "bob"] {
        world.add_user(name, "secret", &["Seller"]).expect("a user");
    }
    Shore { world, _files: files }
}

impl Shore {
    pub fn engine(&self) -> Engine {
        self.world.engine().expect("running")
    }

    pub fn add(&self, object: &str, values: &[(&str, Value)]) -> Ref {
        self.write(object, values, &[], None)
    }

    /// An order with lines of text goods.
    pub fn order(&self, comment: &str, quantities: &[i64]) -> Ref {
        self.write("Document.Orders", &[("Comment", comment.into())], quantities, None)
    }

    fn write(&self, object: &str, values: &[(&str, Value)], quantities: &[i64], key: Option<&Ref>) -> Ref {
        let engine = self.engine();
        let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
        let unit = Rc::new(Unit::new(&engine, user));
        let values: IndexMap<String, Value> = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
        let mut state = match key {
            Some(key) => objects::read(&unit, key).expect("asked").expect("an item"),
            None => objects::new_object(&unit, &object.parse().expect("a name"), None, &values).expect("a new item"),
        };
        state.record.attributes.extend(values);
        for quantity in quantities {
            let mut row = TableRow::new();
            row.values.insert("Quantity".into(), Value::Decimal((*quantity).into()));
            state.record.tables.entry("Lines".into()).or_default().push(row);
        }
        objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written").reference
    }

    /// Somebody changes an item on main.
    pub fn change(&self, key: &Ref, values: &[(&str, Value)]) {
        self.write("", values, &[], Some(key));
    }

    /// Somebody changes lines of an order on main.
    pub fn change_lines(&self, key: &Ref, change: impl FnOnce(&mut Vec<TableRow>)) {
        let engine = self.engine();
        let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
        let unit = Rc::new(Unit::new(&engine, user));
        let mut state = objects::read(&unit, key).expect("asked").expect("an item");
        change(state.record.tables.entry("Lines".into()).or_default());
        objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
    }

    /// A value of an item on main; nothing if there is no such item.
    pub fn value(&self, key: &Ref, name: &str) -> Option<Value> {
        let engine = self.engine();
        let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
        let unit = Rc::new(Unit::new(&engine, user));
        objects::read(&unit, key).expect("asked").map(|state| state.record.get(name).clone())
    }

    pub fn comments(&self) -> Vec<String> {
        let engine = self.engine();
        let reader = engine.database().reader().expect("a reader");
        let mut statement = reader.prepare("SELECT \"Comment\" FROM \"Document.Orders\" ORDER BY 1").expect("a table");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }

    pub async fn phone(&self, user: &str) -> Phone {
        let settings = Settings { reopening_handler_time: Duration::from_secs(1), ..hasty_settings() };
        let folder = self.world.device_folder(user).expect("a folder");
        let phone = Phone::with(&self.world, user, folder, settings).expect("a phone");
        phone.sign_in(user, "secret").await;
        phone.until_available(true).await;
        phone.until_exchanged().await;
        phone
    }
}

pub async fn cut(phone: &Phone) {
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
}

pub async fn restore(phone: &Phone) {
    phone.link.set(LinkState::Good);
    phone.until_available(true).await;
}

pub async fn new_order(phone: &Phone) -> FormView {
    let list = phone.open("Document.Orders.List").await.form;
    let order = phone.opened_by(list, FormEvent::Execute { command: "create".into() }).await;
    phone.execute(list, "close");
    phone.until_gone(list).await;
    order
}

/// What handlers said of themselves, in order.
pub async fn traces(phone: &Phone) -> Vec<String> {
    let messages = phone.view().await.messages;
    messages.iter().filter_map(|m| m.text.strip_prefix("trace ").map(str::to_owned)).collect()
}

/// Opens the item whose row holds a text, from a list.
pub async fn open_row(phone: &Phone, list: &str, text: &str) -> FormView {
    let list = phone.open(list).await.form;
    let (element, row) = row_with(phone, list, text).await;
    let form = phone.opened_by(list, FormEvent::OpenRow { element, row }).await;
    phone.execute(list, "close");
    phone.until_gone(list).await;
    form
}

pub async fn row_with(phone: &Phone, list: u32, text: &str) -> (u32, String) {
    phone
        .until_form(list, &format!("a row with {text}"), |view| {
            let element = view.elements.iter().find(|e| e.name == "List")?;
            let rows = &element.table.as_ref()?.rows;
            let row = rows.iter().find(|row| row.cells.iter().any(|cell| cell.text.contains(text)))?;
            Some((element.id, row.id.clone()))
        })
        .await
}

/// Reopens by the person's command; gives the new form.
pub async fn reopen(phone: &Phone, form: u32, command: &str) -> FormView {
    let new = phone.opened_by(form, FormEvent::Execute { command: command.into() }).await;
    phone.until_gone(form).await;
    new
}

/// Text of an element.
pub async fn text(phone: &Phone, form: u32, name: &str) -> String {
    phone.element(form, name).await.text
}

/// Types into a cell and waits until it is there.
pub async fn set_cell(phone: &Phone, form: u32, table: &str, row: usize, column: &str, text: &str) {
    let element = phone.element(form, table).await;
    let rows = element.table.as_ref().expect("a table");
    let at = rows.columns.iter().position(|c| c.name == column).expect("a column");
    let id = rows.rows[row].id.clone();
    let event = FormEvent::SetCell {
        element: element.id,
        row: id.clone(),
        column: column.into(),
        text: text.into(),
        input_version: element.input_version + 1,
    };
    phone.client().dispatch(form, event);
    phone
        .until_form(form, "the cell", |view| {
            let table = view.elements.iter().find(|e| e.name == table)?.table.as_ref()?;
            table.rows.iter().find(|r| r.id == id && r.cells[at].text == text).map(drop)
        })
        .await;
}

/// Texts of the cells of a table, row by row.
pub async fn cells(phone: &Phone, form: u32, table: &str) -> Vec<Vec<String>> {
    let rows = phone.rows(form, table).await;
    rows.into_iter().map(|row| row.cells.into_iter().map(|c| c.text).collect()).collect()
}

pub async fn element_id(phone: &Phone, form: u32, name: &str) -> u32 {
    phone.element(form, name).await.id
}

pub async fn until_locked_form(phone: &Phone, form: u32) {
    phone
        .until_form(form, "the form to be unavailable", |view| {
            matches!(view.availability, FormAvailability::Unavailable { .. }).then_some(())
        })
        .await;
}

pub async fn until_editable(phone: &Phone, form: u32) {
    phone
        .until_form(form, "the form to be available", |view| (view.availability == FormAvailability::Available).then_some(()))
        .await;
}

/// Answers the question that is asked.
pub async fn answer(phone: &Phone, button: &str) -> String {
    let (id, text) = phone
        .until("a question", |view| {
            let dialog = view.dialog.as_ref()?;
            dialog.buttons.iter().any(|b| b.id == button).then(|| (dialog.id, dialog.text.clone()))
        })
        .await;
    phone.client().answer_dialog(id, button.to_owned());
    phone.until("the question to go", |view| (view.dialog.as_ref().map(|d| d.id) != Some(id)).then_some(())).await;
    text
}

/// Writes and waits until nothing is unsaved.
pub async fn write(phone: &Phone, form: u32) {
    phone.execute(form, "write");
    phone.until_form(form, "the write", |view| (!view.modified).then_some(())).await;
}

/// A form that goes on in Poor connection.
pub async fn poor(phone: &Phone) {
    phone.set_mode(ModeView::PoorConnection).await;
}
