//! Signing in by a link with a one-time code: real main server, real clients, real links.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use twinshore_client::view::{MessageKind, ScreenView};
use twinshore_client::{Settings, SignInLink};
use twinshore_engine::accounts::CODE_S;
use twinshore_server::Source;
use twinshore_testing::{LinkState, Phone, PhoneSetup, ShiftedClock, World, hasty_settings};

/// The fixture with the user ann, and the main server's time.
fn world() -> (World, ShiftedClock) {
    let clock = ShiftedClock::default();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fixture");
    let world = World::new(Source::Folder(fixture), Arc::new(clock.clone())).expect("a world");
    world.add_user("ann", "secret", &["Seller"]).expect("a user");
    (world, clock)
}

/// A phone of a development build, which knows the main server by its own address too.
fn phone_in(world: &World, name: &str, language: &str) -> Phone {
    let known_as = world.main_url().into_iter().collect();
    let settings = Settings { plain_links: true, known_as, ..hasty_settings() };
    let setup = PhoneSetup::new(world.device_folder(name).expect("a folder"), settings);
    Phone::set_up(world, name, PhoneSetup { language: language.into(), ..setup }).expect("a phone")
}

fn phone(world: &World, name: &str) -> Phone {
    phone_in(world, name, "en")
}

fn link_of(server: &str, user: &str, code: &str) -> String {
    SignInLink { server: server.into(), user: user.into(), code: code.into() }.to_string()
}

/// A new link for a user.
fn link(world: &World, user: &str) -> String {
    let given = world.engine().expect("running").invite(user, CODE_S).expect("a database").expect("a user");
    link_of(&world.main_url().expect("running"), user, &given.code)
}

async fn at_sign_in(phone: &Phone) {
    phone.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { busy: false, .. }).then_some(())).await;
}

/// Follows a link that lets nobody in; gives what is told.
async fn refused(phone: &Phone, link: &str) -> String {
    at_sign_in(phone).await;
    phone.refused_by(|client| client.sign_in_by_link(link.to_owned())).await
}

async fn let_in(phone: &Phone, link: &str) {
    at_sign_in(phone).await;
    phone.client().sign_in_by_link(link.to_owned());
    phone.until("the app", |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
}

#[tokio::test]
async fn a2_a_link_signs_in_one_device_once_and_offline_sign_in_works_afterwards() {
    let (world, _) = world();
    let link = link(&world, "ann");
    let first = phone(&world, "first");
    let_in(&first, &link).await;
    assert_eq!(first.view().await.status.user_name, "ann");
    let second = phone(&world, "second");
    let told = refused(&second, &link).await;
    assert!(told.contains("used already") && told.contains("administrator"), "{told}");
    first.client().sign_out();
    at_sign_in(&first).await;
    first.link.set(LinkState::Lost);
    first.sign_in("ann", "secret").await;
}

#[tokio::test]
async fn a_code_that_is_wrong_or_too_old_is_told_apart_in_both_languages() {
    let (world, clock) = world();
    let main = world.main_url().expect("running");
    let (english, russian) = (phone(&world, "english"), phone_in(&world, "russian", "ru"));
    let guess = link_of(&main, "ann", "00112233445566778899aabbccddeeff");
    assert!(refused(&english, &guess).await.contains("does not know this sign-in code"));
    assert!(refused(&russian, &guess).await.contains("не знает этого кода"));
    let old = link(&world, "ann");
    clock.pass(Duration::from_secs(u64::try_from(CODE_S).expect("a time") + 1));
    assert!(refused(&english, &old).await.contains("time of this sign-in code is over"));
    assert!(refused(&russian, &old).await.contains("Время этого кода для входа вышло"));
}

#[tokio::test]
async fn hostile_links_and_links_to_other_servers_reach_nobody() {
    let (world, _) = world();
    let english = phone(&world, "english");
    let elsewhere = link_of("https://evil.example", "ann", "00112233445566778899aabbccddeeff");
    for hostile in
        ["", "https://evil.example/?code=1", "twinshore://open/Catalog.Goods.List", "twinshore://sign-in?server=x&user=ann"]
    {
        let told = refused(&english, hostile).await;
        assert!(told.contains("not a sign-in link") && told.contains("Nothing was sent"), "{hostile}: {told}");
        let told = refused(&english, &elsewhere).await;
        assert!(told.contains("https://evil.example") && told.contains("Nothing was sent there"), "{told}");
    }
    let russian = phone_in(&world, "russian", "ru");
    assert!(refused(&russian, &elsewhere).await.contains("на другой основной сервер"));
    assert!(english.log().is_empty(), "no call was made: {:?}", english.log());
}

#[tokio::test]
async fn a_build_for_people_takes_protected_addresses_only() {
    let (world, _) = world();
    let known_as = world.main_url().into_iter().collect();
    let folder = world.device_folder("ann").expect("a folder");
    let phone = Phone::with(&world, "ann", folder, Settings { known_as, ..hasty_settings() }).expect("a phone");
    let told = refused(&phone, &link(&world, "ann")).await;
    assert!(told.contains("without a protected connection"), "{told}");
}

#[tokio::test]
async fn a_link_throws_nobody_out_who_works() {
    let (world, _) = world();
    world.add_user("bob", "secret", &["Seller"]).expect("a user");
    let phone = phone(&world, "ann");
    let_in(&phone, &link(&world, "ann")).await;
    let of_bob = link(&world, "bob");
    phone.client().sign_in_by_link(of_bob.clone());
    let told = phone.until_told("Somebody works in the app").await;
    assert!(told.contains("Sign out first"), "{told}");
    let view = phone.view().await;
    assert_eq!((view.status.user_name.as_str(), view.messages.last().map(|m| m.kind)), ("ann", Some(MessageKind::Warning)));
    phone.client().sign_out();
    let_in(&phone, &of_bob).await;
}

#[tokio::test]
async fn without_a_connection_a_link_is_not_used_up() {
    let (world, _) = world();
    let phone = phone(&world, "ann");
    phone.link.set(LinkState::Lost);
    let link = link(&world, "ann");
    assert!(!refused(&phone, &link).await.is_empty());
    phone.link.set(LinkState::Good);
    let_in(&phone, &link).await;
}

#[tokio::test]
async fn a3_a_code_of_a_disabled_user_lets_nobody_in() {
    let (world, _) = world();
    let link = link(&world, "ann");
    world.engine().expect("running").disable_user("ann", true).expect("disabled");
    let phone = phone(&world, "ann");
    assert!(refused(&phone, &link).await.contains("may not work any more"));
}

#[tokio::test]
async fn guessing_codes_gets_slow_and_keeps_nobody_from_the_password() {
    let (world, _) = world();
    let phone = phone(&world, "ann");
    let main = world.main_url().expect("running");
    for guess in 0..5 {
        refused(&phone, &link_of(&main, "ann", &format!("{guess:032x}"))).await;
    }
    let told = refused(&phone, &link_of(&main, "ann", &format!("{:032x}", 77))).await;
    assert!(told.contains("Wait"), "{told}");
    phone.sign_in("ann", "secret").await;
}
