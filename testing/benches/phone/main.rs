//! What a person waits for, on a real client with 140,000 items and a real main server beside it: `scripts/bench`.
//! Printed, never asserted; where a machine's own pace would tell more than ours, as a ratio within one run.

// Printing is what it is for.
#![allow(clippy::print_stdout)]

mod app;
mod figures;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use twinshore_client::view::{FormEvent, FormView, InterfaceView, LogEntryView, ModeView, ScreenView};
use twinshore_client::{Client, ClientObserver, ClientOptions, FilePlatform, Settings, UsedServer};
use twinshore_engine::Engine;
use twinshore_metadata::Value;
use twinshore_protocol::{ApplicationServer, CallId, ModuleCallRequest, SystemClock};
use twinshore_testing::{Phone, World};

use figures::{Figures, memory_mb, milliseconds};

/// Set for a client in a process of its own: the folder it starts over.
const CHILD: &str = "TWINSHORE_BENCH_PHONE";
/// Address of the main server for such a client.
const MAIN: &str = "TWINSHORE_BENCH_MAIN";
const LOCAL_CALLS: usize = 1_000;
/// Nobody touches a phone sooner again: what a server does between two calls is not in the figures.
const BETWEEN_CALLS: Duration = Duration::from_millis(10);
const KEYSTROKES: usize = 500;
const OPENINGS: usize = 100;
const REOPENINGS: usize = 50;
const STARTS: usize = 5;
/// What does not come within this time does not come.
const LONGEST_DOWNLOAD: Duration = Duration::from_secs(600);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    match std::env::var(CHILD) {
        Ok(folder) => runtime.block_on(child(Path::new(&folder))),
        Err(_) => runtime.block_on(all()),
    }
}

async fn all() {
    let folder = app::fixture().write().expect("files");
    let world = World::of_folder(folder.path()).expect("a main server");
    world.add_user("ann", "secret", &["Seller"]).expect("a user");
    let engine = world.engine().expect("running");
    let filling = Instant::now();
    app::fill(&engine);
    println!("main server: {} items written in {:.1} s", app::PLACES, filling.elapsed().as_secs_f64());

    let phone =
        Phone::with(&world, "ann", world.device_folder("ann").expect("a folder"), Settings::default()).expect("a phone");
    first_download(&phone).await;
    let local = phone.client().stand_alone().await.expect("a stand-alone server");
    phone.set_mode(ModeView::PoorConnection).await;
    calls(&phone, &local).await;
    lists(&phone).await;
    let order = app::order_key(&engine);
    items(&phone, &order).await;
    phone.set_mode(ModeView::Normal).await;
    reopenings(&phone, &order).await;
    let stopped = phone.stop().await;
    starts(stopped.directory(), &stopped.link.named_url());
    println!("\nfiles on the phone: {:.1} MB", figures::folder_mb(stopped.directory()));
}

/// First sign-in: the configuration, then every item.
async fn first_download(phone: &Phone) {
    let began = Instant::now();
    phone.client().sign_in("ann".into(), "secret".into());
    let work = phone.try_until(LONGEST_DOWNLOAD, |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
    work.expect("the first download ends");
    let took = began.elapsed();
    let rows = f64::from(app::PLACES) / took.as_secs_f64();
    println!("first start, from the sign-in to the menu: {:.1} s, {rows:.0} items/s", took.as_secs_f64());
}

/// A call of module code on the stand-alone server, against the same call made inside of that server.
async fn calls(phone: &Phone, local: &Engine) {
    let session = local.session("ann");
    let mut inside = Figures::new("call inside of the stand-alone server");
    let mut outside = Figures::new("call client -> stand-alone server -> back");
    for _ in 0..LOCAL_CALLS {
        let request = ModuleCallRequest {
            module: "AtHand".into(),
            method: "nothing".into(),
            arguments: Vec::new(),
            call_id: CallId(uuid::Uuid::new_v4()),
        };
        let began = Instant::now();
        session.module_call(request).await.expect("an answer");
        inside.add(began.elapsed());
        tokio::time::sleep(BETWEEN_CALLS).await;
        let began = Instant::now();
        phone.client().operation("server.call", vec!["AtHand".into(), "nothing".into()]).await.expect("an answer");
        outside.add(began.elapsed());
        tokio::time::sleep(BETWEEN_CALLS).await;
    }
    inside.print();
    outside.print();
    let beyond = outside.median().saturating_sub(inside.median());
    println!("{:<52} {:>8.3} ms (wanted: under 0.3)", "  beyond the handler's own work", milliseconds(beyond));
    println!("{:<52} {:>8.2}", "  ratio", outside.median().as_secs_f64() / inside.median().as_secs_f64());
}

/// The list form of the big catalog, till its first rows are there.
async fn lists(phone: &Phone) {
    let mut opened = Figures::new("list form of 140,000 items opens (p95 under 10)");
    for _ in 0..OPENINGS {
        let began = Instant::now();
        let list = phone.open("Catalog.Places.List").await;
        phone
            .until_form(list.form, "rows", |view| {
                view.elements.iter().any(|e| e.table.as_ref().is_some_and(|table| !table.rows.is_empty())).then_some(())
            })
            .await;
        opened.add(began.elapsed());
        close(phone, &list).await;
    }
    opened.print();
}

async fn open_order(phone: &Phone, order: &Value) -> FormView {
    let options = Value::Structure(vec![("key".into(), order.clone())]);
    let number = phone.client().operation("form.open", vec!["Document.Orders.Item".into(), options]).await.expect("a form");
    let Value::Decimal(number) = number else { unreachable!("the number of a form") };
    let form = u32::try_from(number).expect("a number");
    phone.until_form(form, "the order", |view| Some(view.clone())).await
}

async fn close(phone: &Phone, view: &FormView) {
    phone.execute(view.form, "close");
    phone.until_gone(view.form).await;
}

/// The form of an item with 100 lines, and typing into it.
async fn items(phone: &Phone, order: &Value) {
    let mut opened = Figures::new("item form with 100 lines opens locally (p95 under 15)");
    for _ in 0..OPENINGS {
        let began = Instant::now();
        let view = open_order(phone, order).await;
        opened.add(began.elapsed());
        assert_eq!(view.used_server, UsedServer::Standalone.name());
        close(phone, &view).await;
    }
    opened.print();
    let view = open_order(phone, order).await;
    let comment = view.elements.iter().find(|e| e.name == "Comment").expect("a comment").clone();
    let mut typed = Figures::new("keystroke to patch (p95 under 2)");
    for n in 0..KEYSTROKES {
        let text = format!("typed {n}");
        let input_version = comment.input_version + 1 + n as u64;
        let began = Instant::now();
        phone.client().dispatch(view.form, FormEvent::SetText { element: comment.id, text: text.clone(), input_version });
        phone
            .until_form(view.form, "the text", |view| {
                view.elements.iter().any(|e| e.id == comment.id && e.text == text).then_some(())
            })
            .await;
        typed.add(began.elapsed());
    }
    typed.print();
    phone.execute(view.form, "close");
    let dialog = phone.until("the question", |view| view.dialog.clone()).await;
    phone.client().answer_dialog(dialog.id, "discard".into());
    phone.until_gone(view.form).await;
}

/// "Open offline" with something typed.
async fn reopenings(phone: &Phone, order: &Value) {
    phone.until_available(true).await;
    let mut reopened = Figures::new("reopening main -> stand-alone (p95 under 60)");
    for n in 0..REOPENINGS {
        let view = open_order(phone, order).await;
        assert_eq!(view.used_server, UsedServer::Main.name());
        phone.set(view.form, "Comment", &format!("typed {n}")).await;
        let began = Instant::now();
        let new = phone.opened_by(view.form, FormEvent::Execute { command: "openOffline".into() }).await;
        reopened.add(began.elapsed());
        assert_eq!(new.used_server, UsedServer::Standalone.name());
        phone.execute(new.form, "close");
        let dialog = phone.until("the question", |view| view.dialog.clone()).await;
        phone.client().answer_dialog(dialog.id, "discard".into());
        phone.until_gone(new.form).await;
    }
    reopened.print();
}

/// Starts of the client in processes of their own, as a phone starts it.
fn starts(folder: &Path, main_server: &str) {
    println!("\nstart of a client with {} items, in a process of its own, no connection:", app::PLACES);
    for _ in 0..STARTS {
        let this = std::env::current_exe().expect("this program");
        let status = std::process::Command::new(this).env(CHILD, folder).env(MAIN, main_server).status().expect("a process");
        assert!(status.success(), "the client did not start and end well: {status}");
    }
}

/// Hears each view of the interface.
struct Ear(watch::Sender<Option<InterfaceView>>);

impl ClientObserver for Ear {
    fn interface_changed(&self, view: InterfaceView) {
        self.0.send_replace(Some(view));
    }

    fn logged(&self, _: LogEntryView) {}
}

/// One start: to the first menu, then a list; the memory that this took.
async fn child(folder: &Path) {
    let began = Instant::now();
    let client = Client::start(ClientOptions {
        platform: Arc::new(FilePlatform::new(folder.join("secrets.json"))),
        directory: folder.to_owned(),
        main_server: std::env::var(MAIN).expect("an address"),
        device_name: "ann".into(),
        language: "en".into(),
        clock: Arc::new(SystemClock),
        transport: None,
        settings: Settings::default(),
    })
    .expect("a client");
    let (sender, mut views) = watch::channel(None);
    let _hearing = client.observe(Arc::new(Ear(sender)));
    let shows = |look: fn(&InterfaceView) -> bool| move |view: &Option<InterfaceView>| view.as_ref().is_some_and(look);
    views.wait_for(shows(|view| matches!(view.screen, ScreenView::Work))).await.expect("the menu");
    let menu = began.elapsed();
    let at_menu = memory_mb();
    client.open("Catalog.Places.List".into());
    views.wait_for(shows(|view| !view.windows.is_empty())).await.expect("the list");
    client.settled().await;
    println!(
        "  first menu after {:.0} ms (under 200); resident memory {at_menu:.0} MB, with a list open {:.0} MB (under 80)",
        milliseconds(menu),
        memory_mb()
    );
    client.stop();
    client.ended().await;
}
