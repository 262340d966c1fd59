//! M1 to M9: what a person sees when the main server goes, comes back, is slow, or when somebody else answers in its place.

use std::time::Duration;

use twinshore_client::view::{FormAvailability, FormEvent, InterfaceView, ModeView};
use twinshore_client::{CertificateFault, Obstacle};
use twinshore_testing::Fate;

use super::world::{ORDER_LIST, PANEL, Shore, ask, shore, shore_with, told, until_work};

const EVENTS: &[&str] = &["start", "application", "panel", "the application stumbles"];

/// Loses the main server by a call that meets this fate; gives the banner.
async fn lost_by(fate: Fate) -> String {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    way.set(fate);
    ann.client().open(ORDER_LIST.into());
    ann.until_available(false).await;
    let banner = ann.view().await.status.banner;
    assert!(banner.contains("go on with everything that is on this device"), "{banner}");
    way.set(Fate::Answered);
    shore.until_back(&ann, &way).await;
    assert_eq!(ann.view().await.status.banner, "");
    banner
}

#[tokio::test]
async fn m2_a_captive_portal_that_answers_200_to_everything_is_no_main_server() {
    let banner = lost_by(Fate::Foreign(200)).await;
    assert!(banner.contains("something else answered in its place"), "{banner}");
}

#[tokio::test]
async fn m2_a_main_server_that_is_not_in_service_is_told_so() {
    let banner = lost_by(Fate::Foreign(503)).await;
    assert!(banner.contains("not in service now"), "{banner}");
}

#[tokio::test]
async fn m2_a_name_that_is_not_known_here_points_at_the_vpn() {
    let banner = lost_by(Fate::NotSent(Obstacle::Name("no such host".into()))).await;
    assert!(banner.contains("VPN"), "{banner}");
}

#[tokio::test]
async fn m2_a_certificate_that_can_not_be_trusted_is_never_trusted_and_is_named() {
    let obstacle = Obstacle::Certificate { fault: CertificateFault::Expired, cause: "for the log".into() };
    let banner = lost_by(Fate::NotSent(obstacle)).await;
    assert!(banner.contains("not safe, so nothing was sent") && banner.contains("has expired"), "{banner}");
}

#[tokio::test]
async fn m3_an_idle_loss_is_noticed_by_two_heartbeats_and_nobody_does_anything() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    let heartbeats = || way.requests().iter().filter(|path| *path == "/api/hello").count();
    let before = heartbeats();
    let passed = shore.until_known(&ann, &way, false).await;
    assert!(passed >= Duration::from_secs(15) && passed <= Duration::from_secs(60), "{passed:?}");
    assert_eq!(heartbeats() - before, 2);
    assert_eq!(ann.view().await.status.effective_mode, ModeView::Offline);
    assert_eq!(ann.view().await.status.mode, ModeView::Normal);
}

#[tokio::test]
async fn m3_a_vpn_that_comes_up_late_is_tried_at_once_on_the_platforms_word() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    way.set(Fate::Silence);
    ann.client().open(ORDER_LIST.into());
    // The call waits for its answer; the person cuts the wait short, the link is still believed.
    shore.clock.until_somebody_waits(Duration::from_secs(1)).await;
    way.set(Fate::NotSent(Obstacle::Name("no such host".into())));
    ann.client().open("Catalog.Contracts.List".into());
    ann.until_available(false).await;
    let asked = way.requests().len();
    way.set(Fate::Answered);
    shore.clock.advance(6);
    ann.client().link_changed(twinshore_client::LinkFacts { connected: true, ..Default::default() });
    ann.until_available(true).await;
    assert!(way.requests().len() > asked);
}

#[tokio::test]
async fn m6_events_come_to_the_application_first_then_to_forms_newest_first_and_none_at_start() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    assert_eq!(told(&ann, EVENTS).await, ["start true"]);
    ann.set_mode(ModeView::PoorConnection).await;
    let local = ann.open(PANEL).await;
    assert_eq!(local.used_server, "standalone");
    ann.set_mode(ModeView::Normal).await;
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    ann.client().open(ORDER_LIST.into());
    ann.until_told("panel standalone false").await;
    let stumbles = "the application stumbles (application.client.ts:4:13)";
    let lost = ["start true", "application false false", stumbles, "panel standalone false"];
    assert_eq!(told(&ann, EVENTS).await, lost, "an error in one handler stops no other");
    way.set(Fate::Answered);
    shore.until_back(&ann, &way).await;
    ann.until_told("panel standalone true").await;
    let back = ["application true true", stumbles, "panel standalone true"];
    assert_eq!(told(&ann, EVENTS).await[lost.len()..], back);
}

#[tokio::test]
async fn m6_offline_by_hand_is_told_both_ways_and_stays_after_a_restart() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    ann.set_mode(ModeView::Offline).await;
    ann.until_told("application false false").await;
    assert!(!ann.view().await.status.available);
    let ann = ann.restart().expect("started again");
    until_work(&ann).await;
    ann.until_told("start false").await;
    assert_eq!(ann.view().await.status.mode, ModeView::Offline);
    let asked = way.requests().len();
    let panel = ann.open(PANEL).await;
    assert_eq!(ask(&ann, &panel, "available").await, "false");
    shore.clock.advance(600);
    assert_eq!(
        ask(&ann, &panel, "whoami").await,
        "standalone standalone MainServerUnavailable(offline_mode) MainServerUnavailable(offline_mode)"
    );
    assert_eq!(way.requests().len(), asked, "in Offline mode the main server sees no request");
    ann.set_mode(ModeView::Normal).await;
    ann.until_available(true).await;
    ann.until_told("application true true").await;
    assert_eq!(told(&ann, &["start"]).await, ["start false"]);
}

#[tokio::test]
async fn m5_a_configuration_that_forbids_a_mode_refuses_it_to_the_person_and_to_code() {
    let head = "name: Modes\ntitle: Modes\nversion: \"1\"\nlanguages: { en: English }\nofflineByHand: false\npoorConnectionByHand: false\n";
    let shore = shore_with(&[("configuration.yaml", head)]);
    let (ann, _) = shore.ann().await;
    let status = ann.view().await.status;
    assert!(!status.offline_by_hand && !status.poor_connection_by_hand);
    ann.client().set_mode(ModeView::PoorConnection);
    ann.until_told("does not allow that mode").await;
    let panel = ann.open(PANEL).await;
    assert_eq!(ask(&ann, &panel, "goOffline").await, "Refused()");
    assert_eq!(ann.view().await.status.mode, ModeView::Normal);
}

/// What is enabled of the menu, the home page and the sections.
async fn enabled(ann: &twinshore_testing::Phone) -> Vec<(String, bool)> {
    let view = ann.view().await;
    let items = view.sections.iter().flat_map(|s| s.items.iter().map(|i| (i.id.clone(), i.enabled)));
    let sections = view.sections.iter().map(|s| (s.id.clone(), s.enabled));
    let home = view.home.iter().map(|part| (format!("home {}", part.id), part.enabled && part.hint.is_empty()));
    items.chain(sections).chain(home).collect()
}

#[tokio::test]
async fn m7_what_is_not_on_the_device_is_greyed_and_comes_back() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let all = enabled(&ann).await;
    assert!(all.len() >= 9 && all.iter().all(|(_, enabled)| *enabled), "{all:?}");
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    ann.client().open(ORDER_LIST.into());
    ann.until_available(false).await;
    let greyed: Vec<String> = enabled(&ann).await.into_iter().filter(|(_, e)| !e).map(|(id, _)| id).collect();
    assert_eq!(greyed, ["Catalog.Contracts.List", "Report.Sales.Report", "Office", "home Report.Sales.Report"]);
    way.set(Fate::Answered);
    shore.until_back(&ann, &way).await;
    assert_eq!(enabled(&ann).await, all);
    ann.set_mode(ModeView::PoorConnection).await;
    assert_eq!(enabled(&ann).await, all, "in Poor connection they go to the main server");
}

#[tokio::test]
async fn m9_choosing_a_mode_leaves_main_forms_on_main() {
    let shore = shore();
    let (ann, _) = shore.ann().await;
    let list = ann.open(ORDER_LIST).await;
    let order = ann.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    assert_eq!(order.used_server, "main");
    ann.set_mode(ModeView::PoorConnection).await;
    ann.until_form(order.form, "goes on", |view| (view.availability == FormAvailability::Available).then_some(())).await;
    ann.set_mode(ModeView::Offline).await;
    ann.until_form(order.form, "unavailable", |view| {
        matches!(view.availability, FormAvailability::Unavailable { can_open_offline: true, .. }).then_some(())
    })
    .await;
}

/// One call that takes so long in all, half of it each way or all of it in the server.
async fn slow_call(shore: &Shore, fate: fn(Duration) -> Fate, waits: &[u64]) -> String {
    let (ann, way) = shore.ann().await;
    way.next("/api/call/open_form", fate(Duration::from_millis(waits[0])));
    ann.client().open(ORDER_LIST.into());
    for ms in waits {
        shore.clock.until_somebody_waits(Duration::from_millis(*ms)).await;
        shore.clock.advance_by(Duration::from_millis(*ms));
    }
    let offer = ann.until("the offer", |view| view.offer.clone()).await;
    assert_eq!(offer.modes, [ModeView::PoorConnection, ModeView::Offline]);
    let view = ann.view().await;
    assert_eq!((view.status.mode, view.status.available), (ModeView::Normal, true), "nothing switches by itself");
    offer.text
}

#[tokio::test]
async fn m4_a_slow_link_and_a_busy_server_are_told_apart() {
    let text = slow_call(&shore(), Fate::Slow, &[4_600, 4_600]).await;
    assert!(text.contains("A request took up to 9.2 s, 9.") && text.contains("s of it on the way"), "{text}");
    let text = slow_call(&shore(), Fate::Busy, &[9_300]).await;
    assert!(text.contains("the main server is busy, it worked 9.3 s of it"), "{text}");
}

#[tokio::test]
async fn s16_in_user_mode_offline_nothing_is_asked_of_main_at_a_start_either() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    ann.set_mode(ModeView::Offline).await;
    let stopped = ann.kill().await;
    let before = way.requests().len();
    let ann = stopped.start().expect("started");
    until_work(&ann).await;
    ann.until_told("start false").await;
    ann.client().settled().await;
    assert_eq!(way.requests()[before..], Vec::<String>::new());
    ann.set_mode(ModeView::Normal).await;
    ann.until_available(true).await;
    ann.until_exchanged().await;
}

fn items(view: &InterfaceView) -> usize {
    view.sections.iter().map(|section| section.items.len()).sum()
}

#[tokio::test]
async fn a3_roles_that_changed_on_main_are_here_at_the_next_connect() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    assert!(items(&ann.view().await) > 0);
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    ann.client().open(ORDER_LIST.into());
    ann.until_available(false).await;
    shore.world.add_user("ann", "secret", &[]).expect("a user without roles");
    way.set(Fate::Answered);
    shore.until_back(&ann, &way).await;
    ann.until("an empty menu", |view| (items(view) == 0).then_some(())).await;
}
