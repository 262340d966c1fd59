//! New configurations reach devices that work (A5–A7): real main server, real clients, real links.

#[allow(dead_code, reason = "shared with the tests of trouble")]
#[path = "trouble/world.rs"]
mod world;

use std::path::Path;
use std::sync::Arc;

use twinshore_client::view::{DialogView, FormEvent, FormView, InterfaceView, ModeView, ScreenView};
use twinshore_client::{SystemClock, Timers};
use twinshore_server::Source;
use twinshore_testing::{FixtureBuilder, LinkState, Phone, PhoneSetup, World, hasty_settings, open_device_database};

use world::{add_goods, base, new_order, orders, read_file, signed_in, until_work};

const COUNTERPARTIES: &str = "catalogs/Counterparties/Counterparties.yaml";
const PHONE: &str = "  Phone: { type: string(30), title: { en: Phone, ru: Телефон } }\n";

fn demo() -> FixtureBuilder {
    FixtureBuilder::of_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales")).expect("the demo")
}

fn text(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales");
    std::fs::read_to_string(folder.join(path)).expect(path)
}

fn changed(path: &str, from: &str, to: &str) -> FixtureBuilder {
    let text = text(path);
    assert!(text.contains(from), "{path} has no {from}");
    demo().file(path, text.replace(from, to))
}

/// The demo with one more attribute of goods: devices may put it off.
fn with_brand() -> (Source, tempfile::TempDir) {
    let folder = changed("catalogs/Goods/Goods.yaml", "  Unit: ", "  Brand: { type: string(30) }\n  Unit: ")
        .file("catalogs/Goods/List.form.yaml", text("catalogs/Goods/List.form.yaml").replace("Price, Unit", "Price, Brand"))
        .write()
        .expect("a folder");
    (Source::Folder(folder.path().to_owned()), folder)
}

/// The demo without the telephone numbers of counterparties: an old configuration can't be worked with.
fn without_phones() -> (Source, tempfile::TempDir) {
    let form = text("catalogs/Counterparties/Item.form.yaml");
    let form = form.replace("      - { field: Phone, onMainServerUnavailable: dontChangeBehavior }\n", "");
    let list = text("catalogs/Counterparties/List.form.yaml").replace("TaxId, Phone, ", "TaxId, ");
    let folder = changed(COUNTERPARTIES, PHONE, "")
        .file("catalogs/Counterparties/Item.form.yaml", form)
        .file("catalogs/Counterparties/List.form.yaml", list)
        .write()
        .expect("a folder");
    (Source::Folder(folder.path().to_owned()), folder)
}

async fn ann(world: &World) -> Phone {
    signed_in(Phone::new(world, "ann").expect("a phone")).await
}

async fn until_asked(phone: &Phone) -> DialogView {
    phone.until("the question", |view| view.dialog.clone()).await
}

fn set_brand(world: &World) {
    let engine = world.engine().expect("running");
    let writer = engine.database().writer().expect("the writer");
    writer.execute("UPDATE \"Catalog.Goods\" SET \"Brand\" = 'Leaf & Co'", []).expect("a brand");
}

async fn until_told_of_a_brand(phone: &Phone) {
    let list = phone.open("Catalog.Goods.List").await;
    phone
        .until_form(list.form, "the brand", |view| {
            let rows = view.elements.iter().filter_map(|e| e.table.as_ref()).flat_map(|t| &t.rows);
            rows.flat_map(|row| &row.cells).any(|cell| cell.text == "Leaf & Co").then_some(())
        })
        .await;
}

/// A new order from the list that is open already.
async fn another_order(phone: &Phone) -> FormView {
    let list = phone.view().await.windows.first().expect("the list").form;
    phone.opened_by(list, FormEvent::Execute { command: "create".into() }).await
}

/// A saved order that main does not have yet.
async fn saved_offline(phone: &Phone, comment: &str) {
    let order = new_order(phone, ModeView::PoorConnection).await;
    phone.choose(order.form, "Counterparty", "Harbour").await;
    phone.set(order.form, "Comment", comment).await;
    phone.execute(order.form, "write");
    phone.until_form(order.form, "the order is saved", |view| (!view.modified).then_some(())).await;
    phone.execute(order.form, "close");
    phone.until_gone(order.form).await;
}

fn is_lost_for_want_of_an_update(view: &InterfaceView) -> Option<()> {
    (!view.status.available && view.status.banner.contains("needs an update")).then_some(())
}

#[tokio::test]
async fn s77_a5_found_at_the_start_it_is_followed_before_work_and_rows_and_unsent_changes_stay() {
    let world = world::world();
    let phone = ann(&world).await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    saved_offline(&phone, "before the update").await;
    let stopped = phone.stop().await;
    let (source, _folder) = with_brand();
    let publication = world.publish(source).expect("published");
    assert_eq!(publication.obstacles, Vec::<String>::new());
    set_brand(&world);
    stopped.link.set(LinkState::Good);
    let phone = stopped.start().expect("started");
    until_work(&phone).await;
    // A7: what is new here is asked of main, though main changed no row.
    phone.until_exchanged().await;
    until_told_of_a_brand(&phone).await;
    assert_eq!(orders(&world), ["before the update"]);
    assert!(phone.view().await.dialog.is_none());
}

#[tokio::test]
async fn s78_a5_an_incompatible_one_found_on_reconnect_is_put_off_and_work_goes_on_offline() {
    let world = world::world();
    let phone = ann(&world).await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    let (source, _folder) = without_phones();
    let publication = world.publish(source).expect("published");
    assert!(publication.obstacles.iter().any(|why| why.contains("Catalog.Counterparties.Phone is gone")), "{publication:?}");
    phone.link.set(LinkState::Good);
    let question = until_asked(&phone).await;
    assert!(question.text.contains("main server can't work with the old one"), "{}", question.text);
    phone.client().answer_dialog(question.id, "later".into());
    phone.until("the banner", is_lost_for_want_of_an_update).await;
    assert!(phone.view().await.status.update_waits);
    // The old version works with what is here, and keeps what is written.
    saved_offline(&phone, "with the old version").await;
    let view = phone.view().await;
    let contracts = view.sections.iter().flat_map(|s| &s.items).find(|i| i.id.starts_with("Catalog.Contracts")).cloned();
    assert!(contracts.is_some_and(|item| !item.enabled));
    assert!(!view.status.available);
    // At the next start it is followed, and what waited is sent.
    let phone = phone.restart().expect("started");
    until_work(&phone).await;
    phone.set_mode(ModeView::Normal).await;
    phone.until_available(true).await;
    phone.until_exchanged().await;
    assert_eq!(orders(&world), ["with the old version"]);
}

#[tokio::test]
async fn s78_a6_accepted_it_keeps_what_was_typed_as_a_draft_and_unsent_changes() {
    let world = world::world();
    let phone = ann(&world).await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    saved_offline(&phone, "not sent yet").await;
    let order = another_order(&phone).await;
    phone.set(order.form, "Comment", "not saved yet").await;
    let (source, _folder) = without_phones();
    world.publish(source).expect("published");
    phone.link.set(LinkState::Good);
    let question = until_asked(&phone).await;
    phone.client().answer_dialog(question.id, "update".into());
    phone.until_told("The app is updated").await;
    phone.set_mode(ModeView::Normal).await;
    phone.until_available(true).await;
    phone.until_exchanged().await;
    assert_eq!(orders(&world), ["not sent yet"]);
    let view = phone.view().await;
    assert!(view.windows.is_empty());
    let draft = view.drafts.first().expect("the draft").id.clone();
    phone.client().take_draft(draft);
    let form = phone.until("the form", |view| view.windows.first().map(|w| w.form)).await;
    assert_eq!(phone.element(form, "Comment").await.text, "not saved yet");
}

#[tokio::test]
async fn s79_a6_a_compatible_one_may_be_put_off_and_calls_and_exchange_go_on() {
    let world = world::world();
    let phone = ann(&world).await;
    let (source, _folder) = with_brand();
    world.publish(source).expect("published");
    let question = until_asked(&phone).await;
    assert!(question.text.contains("everything goes on working"), "{}", question.text);
    phone.client().answer_dialog(question.id, "later".into());
    phone.until("no question", |view| view.dialog.is_none().then_some(())).await;
    let list = phone.open("Catalog.Counterparties.List").await;
    assert_eq!(list.used_server, "main");
    saved_offline(&phone, "exchanged by the old version").await;
    add_goods(&world.engine().expect("running"), "New tea");
    phone.client().exchange_now();
    phone.until_exchanged().await;
    assert_eq!(orders(&world), ["exchanged by the old version"]);
    let goods = phone.open("Catalog.Goods.List").await;
    phone
        .until_form(goods.form, "what main sent", |view| {
            let rows = view.elements.iter().filter_map(|e| e.table.as_ref()).flat_map(|t| &t.rows);
            rows.flat_map(|row| &row.cells).any(|cell| cell.text == "New tea").then_some(())
        })
        .await;
    let view = phone.view().await;
    assert!(view.status.available && view.dialog.is_none() && view.status.update_waits);
    assert!(!phone.log().iter().any(|entry| entry.error == "MainServerUnavailable"));
    // Whoever said later may say now, any time.
    phone.client().update_now();
    phone.until_told("The app is updated").await;
    assert!(!phone.view().await.status.update_waits);
}

#[tokio::test]
async fn a7_a_value_typed_into_an_attribute_that_goes_reaches_main() {
    let world = world::world();
    let phone = ann(&world).await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    phone.set_mode(ModeView::PoorConnection).await;
    let list = phone.open("Catalog.Counterparties.List").await;
    let customer = phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    phone.set(customer.form, "Description", "Corner shop").await;
    phone.set(customer.form, "Phone", "555 01 02").await;
    phone.execute(customer.form, "writeAndClose");
    phone.until_gone(customer.form).await;
    // The attribute stays on main and leaves devices.
    let folder = changed("offline.yaml", "except: [attributes.History,", "except: [attributes.Phone, attributes.History,");
    let folder = folder.write().expect("a folder");
    world.publish(Source::Folder(folder.path().to_owned())).expect("published");
    phone.link.set(LinkState::Good);
    let question = until_asked(&phone).await;
    phone.client().answer_dialog(question.id, "update".into());
    phone.until_told("The app is updated").await;
    phone.until_available(true).await;
    phone.until_exchanged().await;
    let engine = world.engine().expect("running");
    let reader = engine.database().reader().expect("a reader");
    let sql = "SELECT \"Phone\" FROM \"Catalog.Counterparties\" WHERE \"Description\" = 'Corner shop'";
    let kept: String = reader.query_row(sql, [], |row| row.get(0)).expect("the customer");
    assert_eq!(kept, "555 01 02");
    let columns = read_file(&base(phone.directory()), "SELECT name FROM pragma_table_info('Catalog.Counterparties')");
    assert!(!columns.contains(&"Phone".to_owned()), "{columns:?}");
}

#[tokio::test]
async fn a5_an_update_that_was_cut_goes_on_where_it_stopped() {
    let world = world::world();
    let phone = ann(&world).await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    let (source, _folder) = without_phones();
    world.publish(source).expect("published");
    phone.link.set(LinkState::Good);
    let question = until_asked(&phone).await;
    phone.link.set(LinkState::CutAfter { bytes: 6_000 });
    phone.client().answer_dialog(question.id, "update".into());
    phone.until_told("did not arrive whole").await;
    until_work(&phone).await;
    phone.link.set(LinkState::Good);
    let again = phone.until("the question again", |view| view.dialog.clone().filter(|dialog| dialog.id != question.id)).await;
    phone.client().answer_dialog(again.id, "update".into());
    phone.until_told("The app is updated").await;
    phone.until_available(true).await;
}

#[tokio::test]
async fn a6_a_database_that_cannot_follow_stays_with_the_old_version_and_says_so() {
    let world = world::world();
    let phone = ann(&world).await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    saved_offline(&phone, "kept").await;
    let stopped = phone.stop().await;
    let path = base(stopped.directory());
    // Somebody's index holds on to a column that has to go.
    let connection = open_device_database(&path).expect("a database");
    connection.execute_batch("CREATE INDEX phones ON \"Catalog.Counterparties\" (length(\"Phone\"))").expect("an index");
    drop(connection);
    let (source, _folder) = without_phones();
    world.publish(source).expect("published");
    stopped.link.set(LinkState::Good);
    let phone = stopped.start().expect("started");
    let told = phone.until_told("could not be brought to the new version").await;
    assert!(told.contains("nothing was lost") && told.contains("administrator"), "{told}");
    until_work(&phone).await;
    phone.until("the banner", is_lost_for_want_of_an_update).await;
    saved_offline(&phone, "kept too").await;
    let kept = read_file(&path, "SELECT \"Comment\" FROM \"Document.Orders\" ORDER BY 1");
    assert_eq!(kept, ["kept", "kept too"]);
    assert!(matches!(phone.view().await.screen, ScreenView::Work));
}

#[tokio::test]
async fn a5_a_configuration_with_errors_is_not_published_and_the_old_one_is_served_on() {
    let world = world::world();
    let folder = changed(COUNTERPARTIES, "type: Enum.Rating", "type: Enum.Ratings").write().expect("a folder");
    let error = world.publish(Source::Folder(folder.path().to_owned())).expect_err("refused").to_string();
    assert!(error.contains("Counterparties.yaml"), "{error}");
    let phone = ann(&world).await;
    assert_eq!(phone.open("Catalog.Counterparties.List").await.used_server, "main");
}

#[tokio::test]
async fn a8_start_handlers_run_with_main_available_or_not_and_nobody_is_told_of_a_change() {
    let handler = "export function onStart(): void { message(`start ${mainServerAvailable()}`); }
export function ifMainServerAvailabilityChanged(event: any): void { message(`changed ${event.available}`); }
";
    let folder = demo().file("application.client.ts", handler).write().expect("a folder");
    let world = world::filled(World::of_folder(folder.path()).expect("a world"));
    let phone = ann(&world).await;
    phone.until_told("start true").await;
    phone.link.set(LinkState::Lost);
    phone.until_told("changed false").await;
    let phone = phone.restart().expect("started");
    phone.until_told("start false").await;
    let phone = {
        phone.link.set(LinkState::Good);
        phone.restart().expect("started")
    };
    phone.until_told("start true").await;
    let changes: Vec<String> =
        phone.view().await.messages.iter().map(|m| m.text.clone()).filter(|t| t.contains("changed")).collect();
    assert_eq!(changes, Vec::<String>::new());
}

#[tokio::test]
async fn a4_who_leaves_while_an_update_is_followed_comes_back_to_the_new_configuration() {
    let world = world::world();
    let stopped = ann(&world).await.stop().await;
    let (source, _folder) = without_phones();
    world.publish(source).expect("published");
    stopped.link.set(LinkState::Slow { latency_ms: 100, bytes_per_s: 40_000 });
    let phone = stopped.start().expect("started");
    phone.until("the update", |view| matches!(view.screen, ScreenView::Download(_)).then_some(())).await;
    phone.client().sign_out();
    stopped.link.set(LinkState::Good);
    phone.sign_in("ann", "secret").await;
    phone.until_available(true).await;
    let columns = read_file(&base(phone.directory()), "SELECT name FROM pragma_table_info('Catalog.Counterparties')");
    assert!(!columns.contains(&"Phone".to_owned()), "{columns:?}");
}

/// A phone of a new world whose app holds these bytes as its configuration: whether it works, and how often it asked main for one.
async fn first_start_with(packed: &[u8]) -> usize {
    let world = world::world();
    let clock: Arc<dyn Timers> = Arc::new(SystemClock);
    let way = world.direct_link(Arc::clone(&clock));
    let folder = world.device_folder("ann").expect("a folder");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("packed-bundle.zst"), packed).expect("written");
    let setup = PhoneSetup { transport: Some(Arc::clone(&way) as _), ..PhoneSetup::new(folder, hasty_settings()) };
    let phone = signed_in(Phone::set_up(&world, "ann", setup).expect("a phone")).await;
    until_work(&phone).await;
    phone.until_exchanged().await;
    let goods = phone.open("Catalog.Goods.List").await;
    assert_eq!(goods.used_server, "standalone");
    way.requests().iter().filter(|path| path.contains("bundle")).count()
}

#[tokio::test]
async fn a1_a_configuration_that_came_inside_the_app_is_not_downloaded() {
    let folder = demo().write().expect("a folder");
    let pack = |folder: &Path| {
        let device = twinshore_server::publish(folder).expect("sound").device.expect("a composition");
        twinshore_server::DeviceFile::pack(&device).expect("packed").packed
    };
    let wanted = pack(folder.path());
    assert_eq!(first_start_with(&wanted).await, 0);
    let (_, other) = with_brand();
    assert!(first_start_with(&pack(other.path())).await > 0, "another one is of no use");
    assert!(first_start_with(&wanted[..wanted.len() / 2]).await > 0, "neither is half of one");
}
