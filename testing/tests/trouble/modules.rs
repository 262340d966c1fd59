//! Module code that loops, eats memory or recurses: the error names its file and line, the form and the app go on.

use std::time::Duration;

use twinshore_client::Settings;
use twinshore_client::view::ModeView;
use twinshore_engine::ServerLimits;
use twinshore_testing::{Phone, hasty_settings};

use super::world::{COMMANDS, misbehaving, new_order, orders, signed_in};

const TIME: Duration = Duration::from_millis(300);

async fn misbehaves(mode: ModeView) {
    let (world, _folder, place) = misbehaving();
    let mut limits = ServerLimits::default();
    limits.call.time_ms = TIME.as_millis().try_into().expect("a number");
    world.engine().expect("running").set_limits(limits);
    let settings = Settings { handler_time: TIME, standalone_call_time: TIME, ..hasty_settings() };
    let directory = world.device_folder("ann").expect("a folder");
    let ann = signed_in(Phone::with(&world, "ann", directory, settings).expect("a phone")).await;
    let order = new_order(&ann, mode).await;
    for (round, command) in COMMANDS.iter().enumerate() {
        let comment = format!("typed before {command}");
        ann.set(order.form, "Comment", &comment).await;
        ann.execute(order.form, command);
        let told = ann.until_told(&place(command)).await;
        assert!(told.to_lowercase().contains("stopped") && told.contains("more than"), "{told}");
        assert_eq!(ann.element(order.form, "Comment").await.text, comment);
        // Handlers of the client and of the form's server go on: this one asks the server for the hint.
        let element = ann.element(order.form, "Counterparty").await.id;
        ann.client().dispatch(order.form, twinshore_client::view::FormEvent::Clear { element });
        ann.until_form(order.form, "no hint", |view| {
            view.elements.iter().find(|e| e.name == "Hint" && e.text.is_empty()).map(drop)
        })
        .await;
        ann.choose(order.form, "Counterparty", "Harbour").await;
        ann.until_form(order.form, &format!("the hint of round {round}"), |view| {
            view.elements.iter().find(|e| e.name == "Hint" && e.text.contains("First order")).map(drop)
        })
        .await;
    }
    ann.execute(order.form, "write");
    ann.until_form(order.form, "the write", |view| (!view.modified).then_some(())).await;
    ann.until_exchanged().await;
    assert_eq!(orders(&world), ["typed before recurseThere"]);
}

#[tokio::test]
async fn code_of_a_form_from_main_that_uses_too_much_is_named_and_the_form_goes_on() {
    misbehaves(ModeView::Normal).await;
}

#[tokio::test]
async fn code_of_a_form_from_the_standalone_server_that_uses_too_much_is_named_and_the_form_goes_on() {
    misbehaves(ModeView::PoorConnection).await;
}
