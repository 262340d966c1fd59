//! Files of a phone that are damaged when the app starts: a clear message, no panic, and the file stays as it is.

use std::path::Path;

use twinshore_client::view::{ModeView, ScreenView};
use twinshore_testing::{Phone, StoppedPhone};

use super::world::{base, new_order, signed_in, world};

/// A phone with an order that is typed and one that is saved on the phone only.
async fn used(world: &twinshore_testing::World) -> StoppedPhone {
    let ann = signed_in(Phone::new(world, "ann").expect("a phone")).await;
    let order = new_order(&ann, ModeView::PoorConnection).await;
    ann.set(order.form, "Comment", "typed before").await;
    ann.stop().await
}

/// The file as garbage, cut short, and with its first page overwritten.
fn damages(whole: &[u8]) -> [Vec<u8>; 3] {
    let mut scratched = whole.to_vec();
    scratched[..100].fill(0);
    [b"no database at all ".repeat(1_000), whole[..whole.len() / 2].to_vec(), scratched]
}

fn without_logs(file: &Path) {
    for log in ["-wal", "-shm"] {
        let path = format!("{}{log}", file.display());
        assert!(!Path::new(&path).exists(), "{path} is there although the app has ended");
    }
}

#[tokio::test]
async fn a_damaged_file_of_the_app_is_told_at_the_start_and_left_alone() {
    let world = world();
    let ann = used(&world).await;
    let file = ann.directory().join("client.db");
    without_logs(&file);
    let whole = std::fs::read(&file).expect("the file");
    for damaged in damages(&whole) {
        std::fs::write(&file, &damaged).expect("damaged");
        let error = ann.start().err().expect("refused").to_string();
        assert!(error.contains("client.db") && error.contains("damaged") && error.contains("administrator"), "{error}");
        assert!(std::fs::read(&file).expect("the file") == damaged, "the file was changed");
    }
    std::fs::write(&file, &whole).expect("repaired");
    let ann = ann.start().expect("started");
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
}

#[tokio::test]
async fn a_damaged_database_is_told_at_the_start_and_left_alone() {
    let world = world();
    let ann = used(&world).await;
    let file = base(ann.directory());
    without_logs(&file);
    let whole = std::fs::read(&file).expect("the file");
    for damaged in damages(&whole) {
        std::fs::write(&file, &damaged).expect("damaged");
        let started = ann.start().expect("the app itself starts");
        let error = started
            .until("the trouble", |view| match &view.screen {
                ScreenView::SignIn { error, .. } if !error.is_empty() => Some(error.clone()),
                _ => None,
            })
            .await;
        assert!(error.contains("base.db") && error.contains("damaged") && error.contains("administrator"), "{error}");
        // Signing in again does not make it better, nor worse.
        let again = started.sign_in_refused("ann", "secret").await;
        assert_eq!(again, error);
        drop(started.stop().await);
        assert!(std::fs::read(&file).expect("the file") == damaged, "the file was changed");
    }
    std::fs::write(&file, &whole).expect("repaired");
    let ann = ann.start().expect("started");
    ann.until("the app", |view| matches!(view.screen, ScreenView::Work).then_some(())).await;
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
}
