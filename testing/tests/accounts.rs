//! Who may work on a device, with a connection and without one (A1–A4, C7): real main server, real clients, real links.

#[allow(dead_code, reason = "shared with the tests of trouble")]
#[path = "trouble/world.rs"]
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use twinshore_client::view::{ElementKindView, FormEvent, FormView, ModeView, ScreenView};
use twinshore_engine::accounts::DeviceOrder;
use twinshore_engine::rights::Action;
use twinshore_testing::{FixtureBuilder, LinkState, Phone, ShiftedClock, World};
use uuid::Uuid;

use world::{goods, new_order, orders, read_file, signed_in, until_the_download_stops, until_work};

const DAY: Duration = Duration::from_secs(86_400);

async fn until_sign_in(phone: &Phone) -> String {
    phone
        .until("the sign-in", |view| match &view.screen {
            ScreenView::SignIn { error, busy: false, .. } => Some(error.clone()),
            _ => None,
        })
        .await
}

async fn until_locked(phone: &Phone) -> String {
    phone
        .until("the lock", |view| match &view.screen {
            ScreenView::Lock { error, busy: false, .. } => Some(error.clone()),
            _ => None,
        })
        .await
}

async fn choose_pin(phone: &Phone, pin: &str) {
    phone.client().choose_pin();
    phone.until("the question for a PIN", |view| matches!(view.screen, ScreenView::ChoosePin { .. }).then_some(())).await;
    phone.client().set_pin(Some(pin.into()));
    until_work(phone).await;
}

/// Tries a PIN and gives what is told.
async fn refused_pin(phone: &Phone, pin: &str) -> String {
    phone.refused_by(|client| client.unlock(pin.into())).await
}

async fn wrong_five_times(phone: &Phone) {
    for _ in 0..5 {
        assert_eq!(refused_pin(phone, "9999").await, "The PIN is wrong.");
    }
}

/// Ann's phone with a PIN, and the time that it goes by.
async fn with_pin(world: &World) -> (Phone, ShiftedClock) {
    let clock = ShiftedClock::default();
    let phone = signed_in(Phone::with_clock(world, "ann", Arc::new(clock.clone())).expect("a phone")).await;
    choose_pin(&phone, "2580").await;
    (phone, clock)
}

fn device(world: &World) -> Uuid {
    world.engine().expect("running").devices().expect("devices").first().expect("a device").device
}

fn bases(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).expect("a folder").flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("base-")).count()
}

/// A new order from the list that is open already.
async fn another_order(phone: &Phone) -> FormView {
    let list = phone.view().await.windows.first().expect("the list").form;
    phone.opened_by(list, FormEvent::Execute { command: "create".into() }).await
}

/// A saved order that main does not have yet, and a form with typed text.
/// A form shows a button of a command.
fn offers(form: &FormView, command: &str) -> bool {
    let of = |kind: &ElementKindView| matches!(kind, ElementKindView::Button { command: own, .. } if own == command);
    form.elements.iter().any(|element| element.visible && of(&element.kind))
}

async fn leave_work_behind(phone: &Phone) {
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    let order = new_order(phone, ModeView::PoorConnection).await;
    phone.choose(order.form, "Counterparty", "Harbour").await;
    phone.set(order.form, "Comment", "not sent").await;
    phone.execute(order.form, "write");
    phone.until_form(order.form, "the order is saved", |view| (!view.modified).then_some(())).await;
    phone.execute(order.form, "close");
    phone.until_gone(order.form).await;
    let order = another_order(phone).await;
    phone.set(order.form, "Comment", "not saved").await;
}

#[tokio::test]
async fn s73_a1_the_first_start_needs_the_main_server_and_goes_on_where_it_was_cut() {
    let world = world::world();
    let phone = Phone::new(&world, "ann").expect("a phone");
    phone.link.set(LinkState::Lost);
    let told = phone.sign_in_refused("ann", "secret").await;
    assert!(told.contains("first sign-in on this device needs a connection"), "{told}");
    assert_eq!(bases(phone.directory()), 0);
    // Half of the app arrives.
    phone.link.set(LinkState::CutAfter { bytes: 12_000 });
    phone.client().sign_in("ann".into(), "secret".into());
    let told = until_the_download_stops(&phone).await;
    assert!(!told.is_empty());
    phone.link.set(LinkState::Good);
    phone.client().retry_download();
    until_work(&phone).await;
    assert_eq!(goods(phone.directory()), 1);
}

#[tokio::test]
async fn a1_who_is_no_longer_known_in_the_first_download_signs_in_again_and_goes_on() {
    let world = world::world();
    let phone = Phone::new(&world, "ann").expect("a phone");
    phone.link.set(LinkState::CutAfter { bytes: 12_000 });
    phone.client().sign_in("ann".into(), "secret".into());
    until_the_download_stops(&phone).await;
    world.engine().expect("running").sign_out("ann", device(&world)).expect("forgotten");
    phone.link.set(LinkState::Good);
    // No repeating helps: the download asks who it is, and so does the next start.
    phone.client().retry_download();
    let told = until_sign_in(&phone).await;
    assert!(told.contains("Sign in again"), "{told}");
    let phone = phone.restart().expect("started");
    until_sign_in(&phone).await;
    phone.sign_in("ann", "secret").await;
    assert_eq!(goods(phone.directory()), 1);
}

#[tokio::test]
async fn s74_a2_wrong_pins_make_one_wait_whatever_the_clock_says_and_however_often_the_app_starts() {
    let world = world::world();
    let (phone, clock) = with_pin(&world).await;
    phone.link.set(LinkState::Lost);
    let phone = phone.restart().expect("started");
    until_locked(&phone).await;
    let view = phone.view().await;
    assert!(view.sections.is_empty() && view.windows.is_empty() && view.drafts.is_empty(), "{view:?}");
    wrong_five_times(&phone).await;
    assert!(refused_pin(&phone, "2580").await.contains("Keep the app open for"));
    clock.set_by(TimeDelta::days(1));
    assert!(refused_pin(&phone, "2580").await.contains("Keep the app open for"));
    let phone = phone.stop().await.start().expect("started");
    until_locked(&phone).await;
    assert!(refused_pin(&phone, "2580").await.contains("Keep the app open for"));
    clock.pass(Duration::from_secs(31));
    phone.client().unlock("2580".into());
    until_work(&phone).await;
}

#[tokio::test]
async fn s74_a2_after_the_days_without_contact_everything_is_kept_and_signing_in_needs_a_connection() {
    let world = world::world();
    let clock = ShiftedClock::default();
    let phone = signed_in(Phone::with_clock(&world, "ann", Arc::new(clock.clone())).expect("a phone")).await;
    leave_work_behind(&phone).await;
    let stopped = phone.stop().await;
    clock.pass_while_off(13 * DAY);
    let phone = stopped.start().expect("started");
    until_work(&phone).await;
    // Setting the clock back gives no more days.
    clock.set_by(TimeDelta::days(-10));
    clock.pass(2 * DAY);
    let told = until_sign_in(&phone).await;
    assert!(told.contains("more than 14 days") && told.contains("kept"), "{told}");
    assert!(phone.sign_in_refused("ann", "secret").await.contains("more than 14 days"));
    phone.link.set(LinkState::Good);
    let phone = signed_in(phone).await;
    phone.set_mode(ModeView::Normal).await;
    phone.until_exchanged().await;
    assert_eq!(orders(&world), ["not sent"]);
    assert_eq!(phone.view().await.drafts.len(), 1);
}

#[tokio::test]
async fn a2_a_finger_unlocks_after_a_while_in_the_background_and_another_one_does_not() {
    let world = world::world();
    let (phone, clock) = with_pin(&world).await;
    phone.platform().set_finger(false);
    let order = new_order(&phone, ModeView::Normal).await;
    phone.client().suspend();
    phone.set(order.form, "Comment", "typed").await;
    clock.pass(Duration::from_secs(301));
    phone.client().resume();
    until_locked(&phone).await;
    assert!(phone.refused_by(|client| client.unlock_with_biometrics()).await.contains("not recognised"));
    phone.platform().set_finger(true);
    phone.client().unlock_with_biometrics();
    until_work(&phone).await;
    assert_eq!(phone.element(order.form, "Comment").await.text, "typed");
}

#[tokio::test]
async fn a2_where_a_pin_is_required_nobody_works_without_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales");
    let text = std::fs::read_to_string(folder.join("configuration.yaml")).expect("a configuration");
    let fixture = FixtureBuilder::of_folder(&folder).expect("the demo");
    let folder = fixture.file("configuration.yaml", format!("{text}signIn: {{ pin: required, offlineDays: 3 }}\n")).write();
    let folder = folder.expect("a folder");
    let world = world::filled(World::of_folder(folder.path()).expect("a world"));
    let phone = Phone::new(&world, "ann").expect("a phone");
    phone.client().sign_in("ann".into(), "secret".into());
    let asked = |error: &'static str| {
        phone.until("the question for a PIN", move |view| match &view.screen {
            ScreenView::ChoosePin { error: told, required: true } => told.contains(error).then_some(()),
            _ => None,
        })
    };
    asked("").await;
    phone.client().set_pin(None);
    asked("needs a PIN").await;
    phone.client().set_pin(Some("1111".into()));
    asked("4 to 12 digits").await;
    phone.client().set_pin(Some("2580".into()));
    until_work(&phone).await;
    let phone = phone.restart().expect("started");
    until_locked(&phone).await;
    phone.client().unlock("2580".into());
    until_work(&phone).await;
}

#[tokio::test]
async fn s76_a4_two_main_servers_on_one_device_have_two_databases_and_no_row_crosses() {
    let (first, second) = (world::world(), world::world());
    world::add_goods(&second.engine().expect("running"), "Only there");
    let directory = first.device_folder("shared").expect("a folder");
    let settings = twinshore_testing::hasty_settings();
    let here = signed_in(Phone::with(&first, "tablet", directory.clone(), settings.clone()).expect("a phone")).await;
    leave_work_behind(&here).await;
    let here = here.stop().await;
    let there = Phone::with(&second, "tablet", directory.clone(), settings).expect("a phone");
    assert_eq!(until_sign_in(&there).await, "");
    let there = signed_in(there).await;
    there.until_exchanged().await;
    let view = there.view().await;
    assert!(view.drafts.is_empty() && view.status.exchange.pending == 0);
    let there = there.stop().await;
    assert_eq!(bases(&directory), 2);
    let names = |folder: &Path| read_file(&folder.join("base.db"), "SELECT \"Description\" FROM \"Catalog.Goods\" ORDER BY 1");
    let mut all: Vec<Vec<String>> = std::fs::read_dir(&directory)
        .expect("a folder")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("base-"))
        .map(|entry| names(&entry.path()))
        .collect();
    all.sort();
    assert_eq!(all, [vec!["Green tea"], vec!["Green tea", "Only there"]]);
    drop(there);
    here.link.set(LinkState::Good);
    let here = here.start().expect("started");
    let here = signed_in(here).await;
    here.set_mode(ModeView::Normal).await;
    here.until_exchanged().await;
    assert_eq!((orders(&first), orders(&second)), (vec!["not sent".to_owned()], Vec::new()));
    assert_eq!(here.view().await.drafts.len(), 1);
}

#[tokio::test]
async fn a4_another_user_of_the_device_sees_nothing_of_the_first_one_who_finds_everything_again() {
    let world = world::world();
    world.add_user("bob", "secret2", &["Seller"]).expect("a user");
    let phone = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    leave_work_behind(&phone).await;
    phone.client().sign_out();
    until_sign_in(&phone).await;
    phone.link.set(LinkState::Good);
    phone.sign_in("bob", "secret2").await;
    phone.set_mode(ModeView::Normal).await;
    phone.until_exchanged().await;
    assert!(phone.view().await.drafts.is_empty());
    assert!(orders(&world).is_empty());
    assert_eq!(bases(phone.directory()), 2);
    phone.client().sign_out();
    until_sign_in(&phone).await;
    let users = phone.view().await.screen;
    assert!(matches!(users, ScreenView::SignIn { users, .. } if users.len() == 2));
    // Without a connection too.
    phone.link.set(LinkState::Lost);
    assert!(phone.sign_in_refused("ann", "secret2").await.starts_with("The name or the password is wrong."));
    phone.sign_in("ann", "secret").await;
    let view = phone.view().await;
    assert_eq!((view.drafts.len(), view.status.exchange.pending), (1, 1));
    phone.link.set(LinkState::Good);
    phone.until_available(true).await;
    phone.until_exchanged().await;
    assert_eq!(orders(&world), ["not sent"]);
}

#[tokio::test]
async fn a3_a_locked_device_lets_nobody_in_until_the_operator_allows_it_and_keeps_everything() {
    let world = world::world();
    let phone = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    leave_work_behind(&phone).await;
    let engine = world.engine().expect("running");
    assert!(engine.order_device(device(&world), Some("ann"), DeviceOrder::Lock).expect("ordered"));
    phone.link.set(LinkState::Good);
    assert!(until_sign_in(&phone).await.contains("locked this device"));
    phone.link.set(LinkState::Lost);
    assert!(phone.sign_in_refused("ann", "secret").await.contains("locked this device"));
    let phone = phone.restart().expect("started");
    assert!(until_sign_in(&phone).await.is_empty());
    assert!(phone.sign_in_refused("ann", "secret").await.contains("locked this device"));
    engine.order_device(device(&world), None, DeviceOrder::None).expect("allowed");
    phone.link.set(LinkState::Good);
    let phone = signed_in(phone).await;
    phone.set_mode(ModeView::Normal).await;
    phone.until_exchanged().await;
    assert_eq!((orders(&world), phone.view().await.drafts.len()), (vec!["not sent".to_owned()], 1));
}

#[tokio::test]
async fn a3_a_wiped_device_has_nothing_left_of_the_user_says_so_and_tells_main() {
    let world = world::world();
    world.add_user("bob", "secret2", &["Seller"]).expect("a user");
    let phone = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    phone.client().sign_out();
    until_sign_in(&phone).await;
    phone.sign_in("bob", "secret2").await;
    phone.client().sign_out();
    until_sign_in(&phone).await;
    phone.sign_in("ann", "secret").await;
    phone.until_available(true).await;
    leave_work_behind(&phone).await;
    let engine = world.engine().expect("running");
    assert!(engine.order_device(device(&world), Some("ann"), DeviceOrder::Wipe).expect("ordered"));
    // The way is cut when the device would tell that it is done: it tells later.
    phone.link.set(LinkState::Good);
    assert!(until_sign_in(&phone).await.contains("removed your data"));
    let view = phone.view().await;
    assert!(matches!(view.screen, ScreenView::SignIn { users, .. } if users == ["bob"]));
    assert_eq!(bases(phone.directory()), 1);
    let secrets = std::fs::read_to_string(phone.directory().join("secrets.json")).expect("secrets");
    assert!(!secrets.contains("ann"), "{secrets}");
    let drafts = read_file(&phone.directory().join("client.db"), "SELECT title FROM drafts");
    assert_eq!(drafts, Vec::<String>::new());
    let told = engine.devices().expect("devices").into_iter().find(|d| d.user_name == "ann").expect("ann's device");
    assert_eq!((told.order, told.wiped.is_some()), (DeviceOrder::Wiped, true));
    // Who finds the device can't begin anew on it; bob works on.
    assert!(phone.sign_in_refused("ann", "secret").await.contains("locked this device"));
    phone.sign_in("bob", "secret2").await;
}

#[tokio::test]
async fn s12_c7_offline_a_manager_has_no_more_rights_than_the_restriction_roles() {
    let world = world::world();
    world.add_user("bob", "secret2", &["Seller", "Manager"]).expect("a user");
    let bob = Phone::new(&world, "bob").expect("a phone");
    bob.sign_in("bob", "secret2").await;
    bob.link.set(LinkState::Lost);
    bob.until_available(false).await;
    let on_main = world.engine().expect("running").rights("bob").expect("rights");
    assert!(on_main.may(Action::Insert, &"Catalog.Goods".parse().expect("a name")));
    let list = bob.open("Catalog.Goods.List").await;
    assert!(!offers(&list, "create") && !offers(&list, "markDeletion"), "commands that he may not use here");
    let goods = bob.open("Catalog.Goods.Item").await;
    assert!(!offers(&goods, "writeAndClose"));
    // What the restriction role allows he may.
    let list = bob.open("Document.Orders.List").await;
    assert!(offers(&list, "create"));
    bob.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
}
