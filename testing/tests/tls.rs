//! The way to a main server with TLS: a certificate that can't be trusted is never trusted, nothing is sent, and the person reads why.

#[path = "tls/front.rs"]
mod front;
#[allow(dead_code, reason = "shared with the tests of trouble")]
#[path = "trouble/world.rs"]
mod world;

use std::sync::Arc;

use twinshore_client::view::ModeView;
use twinshore_client::{HttpOptions, HttpTransport, Names};
use twinshore_testing::{Link, LinkState, MAIN_NAME, Phone, PhoneSetup, World, hasty_settings};

use front::{Authority, Front, Valid};
use world::{new_order, orders, signed_in};

/// A main server behind TLS, and a phone that trusts an authority.
struct Shore {
    world: World,
    authority: Authority,
    front: Front,
}

impl Shore {
    async fn new(shown: impl FnOnce(&Authority) -> tokio_rustls::rustls::ServerConfig) -> Self {
        let world = world::world();
        let authority = Authority::new();
        let front = Front::before(world.address().expect("running"), shown(&authority)).await;
        Self { world, authority, front }
    }

    fn phone(&self) -> Phone {
        let link = self.world.link().expect("a link");
        link.retarget(self.front.address);
        let settings = hasty_settings();
        let options = HttpOptions { names: Some(Arc::clone(&link) as Arc<dyn Names>), authorities: vec![self.authority.pem()] };
        let setup = PhoneSetup {
            transport: Some(Arc::new(HttpTransport::with(&settings, options).expect("a transport"))),
            main_server: Some(link.secure_url()),
            ..PhoneSetup::new(self.world.device_folder("ann").expect("a folder"), settings)
        };
        Phone::start(link, "ann".into(), setup).expect("a phone")
    }
}

/// A phone that is shown such a certificate lets nobody in and says why; the main server hears nothing.
async fn refused(shown: impl FnOnce(&Authority) -> tokio_rustls::rustls::ServerConfig, why: &str) {
    let shore = Shore::new(shown).await;
    let phone = shore.phone();
    let told = phone.sign_in_refused("ann", "secret").await;
    assert!(told.contains("not safe, so nothing was sent") && told.contains(why), "{told}");
    assert_eq!(shore.front.trusted(), 0, "no secure connection was made");
}

#[tokio::test]
async fn m2_a_trusted_certificate_lets_everything_work() {
    let shore = Shore::new(|authority| authority.issue(MAIN_NAME, Valid::Now)).await;
    let phone = signed_in(shore.phone()).await;
    let order = new_order(&phone, ModeView::Normal).await;
    phone.set(order.form, "Comment", "over TLS").await;
    phone.choose(order.form, "Counterparty", "Harbour").await;
    phone.execute(order.form, "write");
    phone.until_form(order.form, "the write", |view| (!view.modified).then_some(())).await;
    assert_eq!(orders(&shore.world), ["over TLS"]);
    assert!(shore.front.trusted() > 0);
}

#[tokio::test]
async fn m2_a_certificate_that_nobody_known_issued_is_refused() {
    refused(|_| Authority::new().issue(MAIN_NAME, Valid::Now), "issued by nobody whom this device trusts").await;
}

#[tokio::test]
async fn m2_an_expired_certificate_is_refused() {
    refused(|authority| authority.issue(MAIN_NAME, Valid::Past), "has expired").await;
}

#[tokio::test]
async fn m2_a_certificate_of_the_future_is_refused() {
    refused(|authority| authority.issue(MAIN_NAME, Valid::Future), "not valid yet").await;
}

#[tokio::test]
async fn m2_a_certificate_of_another_name_is_refused() {
    refused(|authority| authority.issue("bank.example", Valid::Now), "belongs to another server").await;
}

#[tokio::test]
async fn m2_who_does_not_speak_tls_is_told_so() {
    let shore = Shore::new(|authority| authority.issue(MAIN_NAME, Valid::Now)).await;
    let phone = shore.phone();
    phone.link.set(LinkState::NoTls);
    let told = phone.sign_in_refused("ann", "secret").await;
    assert!(told.contains("not safe, so nothing was sent") && told.contains("does not speak a secure language"), "{told}");
}

/// Resets what is open, so that the next call makes a connection anew.
async fn elsewhere(phone: &Phone, link: &Link) {
    link.set(LinkState::Lost);
    phone.until_available(false).await;
    link.set(LinkState::Good);
}

#[tokio::test]
async fn m2_a_certificate_that_changes_while_working_ends_the_connection_and_loses_nothing() {
    let shore = Shore::new(|authority| authority.issue(MAIN_NAME, Valid::Now)).await;
    let phone = signed_in(shore.phone()).await;
    let order = new_order(&phone, ModeView::Normal).await;
    phone.set(order.form, "Comment", "typed before").await;
    let trusted = shore.front.trusted();
    shore.front.show(Authority::new().issue(MAIN_NAME, Valid::Now));
    elsewhere(&phone, &phone.link).await;
    let banner =
        phone.until("the reason", |view| view.status.banner.contains("certificate").then(|| view.status.banner.clone())).await;
    assert!(banner.contains("issued by nobody whom this device trusts"), "{banner}");
    assert!(!phone.view().await.status.available);
    assert_eq!(shore.front.trusted(), trusted, "nobody was trusted meanwhile");
    assert_eq!(phone.element(order.form, "Comment").await.text, "typed before");
    shore.front.show(shore.authority.issue(MAIN_NAME, Valid::Now));
    phone.until_available(true).await;
    phone.choose(order.form, "Counterparty", "Harbour").await;
    phone.execute(order.form, "write");
    phone.until_form(order.form, "the write", |view| (!view.modified).then_some(())).await;
    assert_eq!(orders(&shore.world), ["typed before"]);
}
