//! The demo with a few items and with handlers that misbehave.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rusqlite::Connection;
use twinshore_client::view::{FormEvent, FormView, ModeView, ScreenView};
use twinshore_client::{FilePlatform, Platform as _};
use twinshore_engine::rights::UserRights;
use twinshore_engine::storage::is_plain;
use twinshore_engine::{Engine, Unit, objects};
use twinshore_metadata::Value;
use twinshore_protocol::WriteAction;
use twinshore_testing::{FixtureBuilder, LinkState, Phone, StoppedPhone, World, open_device_database};

/// Commands of the order form that misbehave, on the client and on the form's server.
pub const COMMANDS: [&str; 6] = ["loopHere", "eatHere", "recurseHere", "loopThere", "eatThere", "recurseThere"];

const CLIENT: &str = "
const kept: any[] = [];
export function loopHere(form: any): void {
  while (true) Math.sin(1); // loops
}
export function eatHere(form: any): void { while (true) kept.push(new Array(1000).fill(0)); } // eats
export function recurseHere(form: any): void {
  recurseHere(form); // recurses
}
export async function loopThere(form: any): Promise<void> { await form.server.loops(); }
export async function eatThere(form: any): Promise<void> { await form.server.eats(); }
export async function recurseThere(form: any): Promise<void> { await form.server.recurses(); }
export async function askThere(form: any): Promise<void> {
  try { await form.server.hint(); } catch (error: any) { form.Comment = `${error.code}, ${mainServerAvailable()}`; }
}
";

const SERVER: &str = "
const kept: any[] = [];
export function loops(form: any): void {
  while (true) Math.sin(1); // loops
}
export function eats(form: any): void { while (true) kept.push(new Array(1000).fill(0)); } // eats
export function recurses(form: any): void {
  recurses(form); // recurses
}
";

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales")
}

/// The demo with a few items, and the user ann.
pub fn world() -> World {
    filled(World::of_folder(demo()).expect("a world"))
}

/// The demo whose order form has the commands of [`COMMANDS`], and the file with the line of each.
pub fn misbehaving() -> (World, tempfile::TempDir, impl Fn(&str) -> String) {
    let read = |path: &str| std::fs::read_to_string(demo().join(path)).expect(path);
    let (client, server) = ("documents/Orders/Item.form.client.ts", "documents/Orders/Item.form.server.ts");
    let form = read("documents/Orders/Item.form.yaml");
    let all = [&COMMANDS[..], &["askThere"]].concat();
    let commands: String = all.iter().map(|name| format!("  {name}: {{ title: {name}, handler: {name} }}\n")).collect();
    let form =
        form.replace("\nitems:", &format!("\n{}items:", commands)).replace("      - write\n", "      - write\n      - BAD\n");
    let form = form.replace("BAD", &all.join("\n      - "));
    let texts = [(client, read(client) + CLIENT), (server, read(server) + SERVER)];
    let fixture = FixtureBuilder::of_folder(&demo()).expect("the demo").file("documents/Orders/Item.form.yaml", form);
    let fixture = texts.iter().fold(fixture, |fixture, (path, text)| fixture.file(*path, text.clone()));
    let folder = fixture.write().expect("a folder");
    let world = filled(World::of_folder(folder.path()).expect("a world"));
    let place = move |command: &str| {
        let (path, text) = &texts[usize::from(command.ends_with("There"))];
        let mark = format!("// {}", command.trim_end_matches("Here").trim_end_matches("There"));
        let line = text.lines().position(|line| line.contains(&mark)).expect("a marked line") + 1;
        format!("{path}:{line}:")
    };
    (world, folder, place)
}

pub fn filled(world: World) -> World {
    let engine = world.engine().expect("running");
    world.add_user("ann", "secret", &["Seller"]).expect("a user");
    add(&engine, "Catalog.Employees", &[("Description", "ann".into()), ("Login", "ann".into())]);
    add_goods(&engine, "Green tea");
    add(&engine, "Catalog.Counterparties", &[("Description", "Harbour Cafe".into())]);
    world
}

pub fn add_goods(engine: &Engine, name: &str) {
    add(engine, "Catalog.Goods", &[("Description", name.into())]);
}

fn add(engine: &Engine, object: &str, values: &[(&str, Value)]) {
    let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
    let unit = Rc::new(Unit::new(engine, user));
    let values: IndexMap<String, Value> = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let state = objects::new_object(&unit, &object.parse().expect("a name"), None, &values).expect("a new item");
    objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
}

pub async fn signed_in(phone: Phone) -> Phone {
    phone.sign_in("ann", "secret").await;
    phone.until_available(true).await;
    phone
}

/// A new order from a server; on the stand-alone one in Poor connection.
pub async fn new_order(phone: &Phone, mode: ModeView) -> FormView {
    phone.set_mode(mode).await;
    let list = phone.open("Document.Orders.List").await;
    let order = phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    assert_eq!(order.used_server, if mode == ModeView::Normal { "main" } else { "standalone" });
    order
}

/// Without a connection: an order that is saved on the device only, and typed into since.
pub async fn leave_unsent(phone: &Phone, saved: &str, typed: &str) {
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    let order = new_order(phone, ModeView::PoorConnection).await;
    phone.choose(order.form, "Counterparty", "Harbour").await;
    phone.set(order.form, "Comment", saved).await;
    phone.execute(order.form, "write");
    phone.until_form(order.form, "the write", |view| (!view.modified).then_some(())).await;
    // What the write causes besides is over too: what is typed next is not typed into the middle of it.
    phone.client().settled().await;
    phone.set(order.form, "Comment", typed).await;
}

/// Comments of the orders on main.
pub fn orders(world: &World) -> Vec<String> {
    let reader = world.engine().expect("running").database().reader().expect("a reader");
    texts(&reader, "SELECT \"Comment\" FROM \"Document.Orders\"")
}

/// First column of a query over a file of a phone, read beside the running app.
pub fn read_file(path: &Path, query: &str) -> Vec<String> {
    texts(&open_device_database(path).expect("a database"), query)
}

fn texts(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

/// Makes the databases of a stopped phone plain and takes their keys away: as an earlier version of the app left them.
pub fn as_an_earlier_version(phone: &StoppedPhone) -> [PathBuf; 2] {
    let files = [phone.directory().join("client.db"), base(phone.directory())];
    for path in &files {
        let connection = open_device_database(path).expect("a database");
        let plain = path.with_extension("plain");
        connection.execute("ATTACH DATABASE ?1 AS plain KEY ''", [plain.to_string_lossy()]).expect("attached");
        connection.query_row("SELECT sqlcipher_export('plain')", [], |_| Ok(())).expect("exported");
        let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).expect("its id");
        connection.execute_batch(&format!("PRAGMA plain.application_id = {id}")).expect("set");
        connection.execute_batch("DETACH DATABASE plain").expect("detached");
        drop(connection);
        std::fs::rename(&plain, path).expect("in its place");
        assert!(is_plain(path));
    }
    let secrets = secrets(phone.directory());
    for name in names_of_keys(phone.directory()) {
        secrets.set_secret(&name, None).expect("taken away");
    }
    files
}

/// The secret store of a phone.
pub fn secrets(directory: &Path) -> FilePlatform {
    FilePlatform::new(directory.join("secrets.json"))
}

/// Names of the keys in it.
pub fn names_of_keys(directory: &Path) -> Vec<String> {
    let text = std::fs::read(directory.join("secrets.json")).expect("secrets");
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&text).expect("secrets are JSON");
    all.into_iter().map(|(name, _)| name).filter(|name| name.starts_with("key.")).collect()
}

/// The stand-alone server's file of a phone.
pub fn base(directory: &Path) -> PathBuf {
    let entries = std::fs::read_dir(directory).expect("a folder").flatten();
    let bases: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|p| p.is_dir() && p.join("base.db").exists()).collect();
    assert_eq!(bases.len(), 1, "{bases:?}");
    bases[0].join("base.db")
}

/// Names of the goods on a phone.
pub fn goods(directory: &Path) -> usize {
    read_file(&base(directory), "SELECT \"Description\" FROM \"Catalog.Goods\"").len()
}

/// Position up to which main's changes are on a phone.
pub fn received(directory: &Path) -> u64 {
    let kept = read_file(&base(directory), "SELECT value FROM _settings WHERE name = 'exchange.received'");
    kept.first().map_or(0, |text| text.parse().expect("a position"))
}

/// How often a phone began anew (X7): never, if it goes on from its position.
pub fn beginnings(directory: &Path) -> usize {
    read_file(&base(directory), "SELECT value FROM _settings WHERE name = 'exchange.generation'").len()
}

/// Waits until the first download stops, and gives what is told.
pub async fn until_the_download_stops(phone: &Phone) -> String {
    phone
        .until("the trouble", |view| match &view.screen {
            ScreenView::Download(download) if !download.error.is_empty() => Some(download.error.clone()),
            _ => None,
        })
        .await
}

/// Waits until the first download has brought so many things.
pub async fn until_downloaded(phone: &Phone, things: u64) {
    phone
        .until("some data", |view| match &view.screen {
            ScreenView::Download(download) => (download.step.contains("data") && download.done >= things).then_some(()),
            _ => None,
        })
        .await;
}

/// Waits until the app can be worked with.
pub async fn until_work(phone: &Phone) {
    phone.until("the app", |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
}
