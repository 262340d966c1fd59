//! Answers cut in the middle, and a slow link.

use std::time::Duration;

use twinshore_client::Settings;
use twinshore_client::view::ModeView;
use twinshore_testing::{LinkState, Phone, World, hasty_settings};

use super::world::{
    add_goods, beginnings, goods, misbehaving, new_order, orders, received, signed_in, until_downloaded,
    until_the_download_stops, until_work, world,
};

fn phone(world: &World, settings: Settings) -> Phone {
    Phone::with(world, "ann", world.device_folder("ann").expect("a folder"), settings).expect("a phone")
}

#[tokio::test]
async fn a1_a_configuration_cut_in_the_middle_goes_on_from_there() {
    let world = world();
    let ann = phone(&world, hasty_settings());
    ann.link.cut_answer("/api/device-bundle/", 3_000);
    ann.client().sign_in("ann".into(), "secret".into());
    let told = until_the_download_stops(&ann).await;
    assert!(told.contains("no connection with the main server"), "{told}");
    assert_eq!(ann.link.answers_cut(), 1);
    let entries = |folder: &std::path::Path| std::fs::read_dir(folder).expect("a folder").flatten();
    let base = entries(ann.directory()).find(|e| e.path().is_dir()).expect("the folder of ann's database");
    let part = entries(&base.path()).find(|e| e.path().extension().is_some_and(|e| e == "part"));
    let part = part.expect("what came so far");
    let had = part.metadata().expect("its length").len();
    assert!(had > 0);
    let whole = {
        let before = ann.link.traffic().bytes_down;
        // The rest is asked for, and again cut: progress adds up.
        ann.link.cut_answer("/api/device-bundle/", 3_000);
        ann.client().retry_download();
        ann.until("the second cut", |_| (ann.link.answers_cut() == 2).then_some(())).await;
        until_the_download_stops(&ann).await;
        ann.link.traffic().bytes_down - before
    };
    assert!(whole < 10_000, "{whole} bytes came for 3000");
    assert!(part.metadata().expect("its length").len() > had);
    ann.client().retry_download();
    until_work(&ann).await;
    assert!(!part.path().exists());
}

#[tokio::test]
async fn a1_data_cut_in_the_middle_go_on_from_their_position() {
    let world = world();
    let engine = world.engine().expect("running");
    (0..60).for_each(|n| add_goods(&engine, &format!("Product {n}")));
    let ann = phone(&world, Settings { exchange_page: 5, ..hasty_settings() });
    let folder = ann.directory().to_owned();
    ann.link.set(LinkState::Slow { latency_ms: 50, bytes_per_s: 10_000_000 });
    ann.client().sign_in("ann".into(), "secret".into());
    until_downloaded(&ann, 10).await;
    ann.link.cut_answer("/api/exchange/download", 200);
    let told = until_the_download_stops(&ann).await;
    assert!(told.contains("no connection with the main server"), "{told}");
    let (position, had) = (received(&folder), goods(&folder));
    assert!(position > 0 && had > 0 && had < 61, "{position} {had}");
    ann.link.set(LinkState::Good);
    ann.client().retry_download();
    until_work(&ann).await;
    assert_eq!((goods(&folder), beginnings(&folder)), (61, 0));

    // While somebody works, the exchange goes on by itself.
    ann.until_available(true).await;
    let cut = ann.link.answers_cut();
    ann.link.cut_answer("/api/exchange/download", 200);
    (0..30).for_each(|n| add_goods(&engine, &format!("New product {n}")));
    ann.client().exchange_now();
    ann.until("the rest", |view| {
        (ann.link.answers_cut() > cut && goods(&folder) == 91 && view.status.exchange.error.is_empty()).then_some(())
    })
    .await;
    assert_eq!(beginnings(&folder), 0);
}

#[tokio::test]
async fn r17_a_write_whose_answer_is_cut_is_unknown_and_happens_once() {
    let world = world();
    let ann = signed_in(phone(&world, hasty_settings())).await;
    let order = new_order(&ann, ModeView::Normal).await;
    ann.choose(order.form, "Counterparty", "Harbour").await;
    for (round, bytes) in [0, 40].into_iter().enumerate() {
        let comment = format!("round {round}");
        ann.set(order.form, "Comment", &comment).await;
        ann.link.cut_answer("/api/call/write_form", bytes);
        ann.execute(order.form, "write");
        ann.until("the cut", |view| {
            let unknown = view.messages.iter().filter(|m| m.text.contains("It isn't known whether")).count();
            (unknown > round).then_some(())
        })
        .await;
        ann.until("the log", |_| {
            (ann.log().iter().filter(|entry| entry.error == "CallOutcomeUnknown").count() == round + 1).then_some(())
        })
        .await;
        // Main has it, the phone does not know; what was typed is still there.
        assert_eq!(orders(&world), std::slice::from_ref(&comment));
        assert_eq!(ann.element(order.form, "Comment").await.text, comment);
        ann.until_form(order.form, "unsaved", |view| view.modified.then_some(())).await;
        ann.until_available(true).await;
        ann.execute(order.form, "write");
        ann.until_form(order.form, "the write", |view| (!view.modified).then_some(())).await;
        assert_eq!(orders(&world), [comment]);
    }
}

#[tokio::test]
async fn r17_a_call_of_a_form_whose_answer_is_cut_is_told_and_can_be_repeated() {
    let world = world();
    let ann = signed_in(phone(&world, hasty_settings())).await;
    let order = new_order(&ann, ModeView::Normal).await;
    ann.set(order.form, "Comment", "typed before").await;
    ann.link.cut_answer("/api/call/form_call", 10);
    ann.choose(order.form, "Counterparty", "Harbour").await;
    ann.until_told("The connection was lost before the answer came").await;
    assert_eq!(ann.element(order.form, "Comment").await.text, "typed before");
    assert_eq!(ann.element(order.form, "Counterparty").await.text, "Harbour Cafe");
    ann.until_available(true).await;
    ann.choose(order.form, "Counterparty", "Harbour").await;
    ann.until_form(order.form, "the hint", |view| {
        view.elements.iter().find(|e| e.name == "Hint" && e.text.contains("First order")).map(drop)
    })
    .await;
}

#[tokio::test]
async fn r17_code_that_learns_of_the_loss_finds_the_main_server_not_available() {
    let (world, _folder, _) = misbehaving();
    let ann = signed_in(phone(&world, hasty_settings())).await;
    let order = new_order(&ann, ModeView::Normal).await;
    for bytes in [0, 10] {
        ann.set(order.form, "Comment", "typed before").await;
        ann.link.cut_answer("/api/call/form_call", bytes);
        ann.execute(order.form, "askThere");
        ann.until_form(order.form, "what the code found", |view| {
            view.elements.iter().find(|e| e.name == "Comment" && e.text == "CallOutcomeUnknown, false").map(drop)
        })
        .await;
        ann.until_available(true).await;
    }
}

#[tokio::test]
async fn m4_a_slow_link_is_offered_once_with_what_was_measured_and_nothing_switches() {
    let world = world();
    let slow_call = Duration::from_millis(60);
    let settings = Settings { slow_call, very_slow_call: Duration::from_secs(60), ..hasty_settings() };
    let ann = signed_in(phone(&world, settings)).await;
    ann.link.set(LinkState::Slow { latency_ms: 60, bytes_per_s: 10_000_000 });
    let mut offer = None;
    for _ in 0..5 {
        let list = ann.open("Catalog.Counterparties.List").await;
        assert_eq!(list.used_server, "main");
        ann.execute(list.form, "close");
        ann.until_gone(list.form).await;
        offer = offer.or(ann.view().await.offer);
    }
    let offer = offer.expect("an offer");
    let measured = offer.text.split("up to ").nth(1).and_then(|rest| rest.split(" s").next()).map(str::parse::<f32>);
    assert!(measured.is_some_and(|seconds| seconds.is_ok_and(|seconds| seconds > 0.0)), "{}", offer.text);
    assert_eq!(offer.modes, [ModeView::PoorConnection, ModeView::Offline]);
    let view = ann.view().await;
    assert_eq!((view.status.mode, view.status.effective_mode), (ModeView::Normal, ModeView::Normal));
    assert!(view.status.available);

    // Kept as it is: no new offer, whatever else is slow.
    ann.client().answer_offer(None);
    for _ in 0..4 {
        let list = ann.open("Catalog.Counterparties.List").await;
        assert_eq!(list.used_server, "main");
        assert_eq!(ann.view().await.offer, None);
        ann.execute(list.form, "close");
        ann.until_gone(list.form).await;
    }
    assert_eq!(ann.view().await.status.mode, ModeView::Normal);
    ann.client().answer_offer(Some(ModeView::PoorConnection));
    ann.until("the mode", |view| (view.status.mode == ModeView::PoorConnection).then_some(())).await;
    assert_eq!(ann.open("Catalog.Counterparties.List").await.used_server, "standalone");
}
