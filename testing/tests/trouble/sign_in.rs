//! Signing in that does not work: a clear message, and nothing is changed on the phone.

use twinshore_client::view::{ModeView, ScreenView};
use twinshore_testing::{LinkState, Phone};

use super::world::{new_order, signed_in, world};

/// Names and lengths of what a phone keeps, but for the logs of its databases.
fn kept(phone: &Phone) -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(phone.directory()).expect("a folder").flatten();
    let mut kept: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().expect("its length").len()))
        .filter(|(name, _)| !name.starts_with("client.db-"))
        .collect();
    kept.sort();
    kept
}

const WRONG: &str = "The name or the password is wrong.";

#[tokio::test]
async fn a2_a_wrong_password_is_refused_and_what_is_kept_stays() {
    let world = world();
    let ann = Phone::new(&world, "ann").expect("a phone");
    ann.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { .. }).then_some(())).await;
    let before = kept(&ann);
    assert!(ann.sign_in_refused("ann", "wrong").await.starts_with(WRONG));
    assert!(ann.sign_in_refused("nobody", "secret").await.starts_with(WRONG));
    assert_eq!(kept(&ann), before);

    let ann = signed_in(ann).await;
    let order = new_order(&ann, ModeView::Normal).await;
    ann.set(order.form, "Comment", "typed before").await;
    ann.client().sign_out();
    ann.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { .. }).then_some(())).await;
    let before = kept(&ann);
    assert!(ann.sign_in_refused("ann", "wrong").await.starts_with(WRONG));
    // Without a connection it is checked against what the last sign-in left.
    ann.link.set(LinkState::Lost);
    assert!(ann.sign_in_refused("ann", "wrong").await.starts_with(WRONG));
    assert_eq!(kept(&ann), before);
    ann.link.set(LinkState::Good);
    let ann = signed_in(ann).await;
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
}

#[tokio::test]
async fn a_blocked_user_is_told_so_and_keeps_what_was_typed() {
    let world = world();
    let ann = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    let order = new_order(&ann, ModeView::Normal).await;
    ann.set(order.form, "Comment", "typed before").await;
    world.engine().expect("running").disable_user("ann", true).expect("blocked");
    // A3: at the next contact nobody gets at the data any more; what was typed is a draft.
    ann.until("the refusal", |view| match &view.screen {
        ScreenView::SignIn { error, .. } if error.contains("may not work any more") => Some(()),
        _ => None,
    })
    .await;
    assert!(ann.sign_in_refused("ann", "secret").await.contains("may not work any more"));
    // Who does not know the password learns nothing.
    assert!(ann.sign_in_refused("ann", "wrong").await.starts_with(WRONG));
    world.engine().expect("running").disable_user("ann", false).expect("allowed again");
    let ann = signed_in(ann).await;
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
}

#[tokio::test]
async fn a_page_of_somebody_else_is_no_main_server() {
    let world = world();
    let ann = Phone::new(&world, "ann").expect("a phone");
    ann.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { .. }).then_some(())).await;
    let before = kept(&ann);
    ann.link.set(LinkState::CaptivePortal);
    let told = ann.sign_in_refused("ann", "secret").await;
    assert!(told.contains("something else answered") && told.contains("Wi-Fi"), "{told}");
    assert_eq!(kept(&ann), before);
    // A main server that is not there at all is another trouble.
    ann.link.set(LinkState::Lost);
    assert!(ann.sign_in_refused("ann", "secret").await.contains("needs a connection"));
    ann.link.set(LinkState::Good);
    let ann = signed_in(ann).await;

    // Later the page takes the main server away, but nothing else.
    let order = new_order(&ann, ModeView::Normal).await;
    ann.set(order.form, "Comment", "typed before").await;
    ann.link.set(LinkState::CaptivePortal);
    ann.until_available(false).await;
    assert_eq!(ann.element(order.form, "Comment").await.text, "typed before");
    ann.link.set(LinkState::Good);
    ann.until_available(true).await;
    ann.execute(order.form, "close");
    ann.until("the question", |view| view.dialog.clone()).await;
}
