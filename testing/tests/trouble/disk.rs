//! A full disk: the phone's folder is a small file system of its own.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use twinshore_client::Settings;
use twinshore_client::view::{ModeView, ScreenView};
use twinshore_testing::{LinkState, Phone, World, hasty_settings};

use super::world::{
    add_goods, as_an_earlier_version, base, beginnings, goods, new_order, orders, read_file, received, signed_in,
    until_downloaded, until_the_download_stops, until_work, world,
};

/// A small disk, gone when dropped. Phones on it are stopped before.
pub struct Disk(PathBuf);

impl Disk {
    /// None, said loudly, where no file system may be mounted.
    pub fn of(world: &World, name: &str, bytes: u64) -> Option<Self> {
        let folder = world.device_folder(name).expect("a folder");
        let size = format!("size={bytes}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).output();
        match mount {
            Ok(output) if output.status.success() => Some(Self(folder)),
            Ok(output) => skipped(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => skipped(&error.to_string()),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.0.clone()
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Leaves no room at all.
    pub fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.ballast()).expect("the ballast");
        let mut block = vec![1; 64 << 10];
        while !block.is_empty() {
            if file.write_all(&block).is_err() {
                block.truncate(block.len() / 2);
            }
        }
    }

    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast");
    }
}

fn skipped(why: &str) -> Option<Disk> {
    // Past what a test's output is captured by: a full disk that is not tested must be seen.
    let _ = writeln!(std::io::stderr(), "skipped: no file system can be mounted here, so a full disk is not tested: {why}");
    None
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn settings() -> Settings {
    Settings { store_retry: std::time::Duration::from_millis(50), ..hasty_settings() }
}

#[tokio::test]
async fn a_full_disk_is_told_and_everything_goes_on_when_there_is_room() {
    let world = world();
    let Some(disk) = Disk::of(&world, "ann", 32 << 20) else { return };
    let ann = signed_in(Phone::with(&world, "ann", disk.path(), settings()).expect("a phone")).await;
    let order = new_order(&ann, ModeView::PoorConnection).await;
    ann.choose(order.form, "Counterparty", "Harbour").await;
    ann.until_exchanged().await;
    let position = received(&disk.path());
    disk.fill();

    // Typing: the text is on the screen, and that it is only there is told once.
    ann.set(order.form, "Comment", "typed on a full disk").await;
    ann.until_told("There is no room left on this device: what you type now can't be kept").await;
    ann.set(order.form, "Comment", "typed on a full disk, more").await;
    let view = ann.view().await;
    assert_eq!(view.messages.iter().filter(|m| m.text.contains("no room left")).count(), 1);
    assert_eq!(ann.element(order.form, "Comment").await.text, "typed on a full disk, more");

    // Saving: refused, and the form stays as it is.
    ann.execute(order.form, "write");
    ann.until_told("There is no room left on this device to store this").await;
    ann.until_form(order.form, "unsaved", |view| view.modified.then_some(())).await;

    // Signing out would take the form with what is on the screen only.
    ann.client().sign_out();
    ann.until("the refusal", |view| {
        (view.messages.iter().filter(|m| m.text.contains("can't be kept")).count() == 2).then_some(())
    })
    .await;
    assert!(matches!(ann.view().await.screen, ScreenView::Work));

    // The exchange: main's change can't be applied, and says so.
    add_goods(&world.engine().expect("running"), "Coffee");
    ann.until("the exchange to fail", |view| view.status.exchange.error.contains("no room left").then_some(())).await;
    assert_eq!(received(&disk.path()), position);
    assert_eq!(goods(&disk.path()), 1);

    disk.free();
    ann.until_told("There is room again").await;
    let drafts = read_file(&disk.path().join("client.db"), "SELECT content FROM drafts");
    assert!(drafts.iter().any(|draft| draft.contains("typed on a full disk, more")), "{drafts:?}");
    ann.until("the exchange", |view| (view.status.exchange.error.is_empty() && goods(&disk.path()) == 2).then_some(())).await;
    assert!(received(&disk.path()) > position);
    ann.execute(order.form, "write");
    ann.until_form(order.form, "the write", |view| (!view.modified).then_some(())).await;
    ann.until_exchanged().await;
    assert_eq!(orders(&world), ["typed on a full disk, more"]);
    drop(ann.stop().await);
}

#[tokio::test]
async fn a_form_that_can_not_be_kept_is_not_closed_as_a_draft() {
    let world = world();
    let Some(disk) = Disk::of(&world, "ann", 32 << 20) else { return };
    let ann = signed_in(Phone::with(&world, "ann", disk.path(), settings()).expect("a phone")).await;
    let order = new_order(&ann, ModeView::Normal).await;
    disk.fill();
    ann.set(order.form, "Comment", "typed on a full disk").await;
    ann.until_told("can't be kept").await;
    ann.link.set(LinkState::Lost);
    ann.until_available(false).await;
    ann.execute(order.form, "close");
    let question = ann.until("the question", |view| view.dialog.clone()).await;
    ann.client().answer_dialog(question.id, "keep-draft".into());
    ann.until("the refusal", |view| {
        (view.messages.iter().filter(|m| m.text.contains("can't be kept")).count() == 2).then_some(())
    })
    .await;
    assert_eq!(ann.element(order.form, "Comment").await.text, "typed on a full disk");
    disk.free();
    ann.until_told("There is room again").await;
    ann.execute(order.form, "close");
    let question = ann.until("the question again", |view| view.dialog.clone()).await;
    ann.client().answer_dialog(question.id, "keep-draft".into());
    ann.until_gone(order.form).await;
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
    drop(ann.stop().await);
}

#[tokio::test]
async fn an_app_without_room_to_start_says_so_and_starts_later() {
    let world = world();
    let Some(disk) = Disk::of(&world, "ann", 32 << 20) else { return };
    disk.fill();
    let error = Phone::with(&world, "ann", disk.path(), settings()).err().expect("refused").to_string();
    assert!(error.contains("no room left on this device"), "{error}");
    disk.free();
    let ann = signed_in(Phone::with(&world, "ann", disk.path(), settings()).expect("a phone")).await;
    let order = new_order(&ann, ModeView::Normal).await;
    ann.set(order.form, "Comment", "typed before").await;
    let ann = ann.stop().await;
    disk.fill();
    let told = match ann.start() {
        Err(error) => error.to_string(),
        Ok(started) => {
            let told = started
                .until("the trouble", |view| match &view.screen {
                    ScreenView::SignIn { error, .. } if !error.is_empty() => Some(error.clone()),
                    _ => None,
                })
                .await;
            drop(started.stop().await);
            told
        }
    };
    assert!(told.contains("no room left on this device"), "{told}");
    disk.free();
    let ann = ann.start().expect("started");
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
    drop(ann.stop().await);
}

#[tokio::test]
async fn a2_without_room_to_encrypt_what_an_earlier_version_left_the_app_says_so_and_loses_nothing() {
    let world = world();
    let Some(disk) = Disk::of(&world, "ann", 32 << 20) else { return };
    let ann = signed_in(Phone::with(&world, "ann", disk.path(), settings()).expect("a phone")).await;
    let order = new_order(&ann, ModeView::PoorConnection).await;
    ann.set(order.form, "Comment", "typed before").await;
    let ann = ann.stop().await;
    let secrets = ann.directory().join("secrets.json");
    let with_keys = std::fs::read(&secrets).expect("secrets");
    let files = as_an_earlier_version(&ann);
    let plain = files.each_ref().map(|path| std::fs::read(path).expect("a file"));
    // Without room for a key, and with a key but without room for the encrypted file.
    for keys_are_kept in [false, true] {
        if keys_are_kept {
            std::fs::write(&secrets, &with_keys).expect("keys");
        }
        disk.fill();
        let error = ann.start().err().expect("refused").to_string();
        assert!(error.contains("no room left"), "{error}");
        for (path, plain) in files.iter().zip(&plain) {
            assert!(std::fs::read(path).expect("a file") == *plain, "{} was changed", path.display());
        }
        disk.free();
    }
    let ann = ann.start().expect("started");
    ann.until("the draft", |view| view.drafts.first().map(drop)).await;
    assert!(!files.iter().any(|path| twinshore_engine::storage::is_plain(path)));
    assert_eq!((base(&disk.path()), goods(&disk.path())), (files[1].clone(), 1));
    drop(ann.stop().await);
}

#[tokio::test]
async fn a1_a_first_download_onto_a_disk_that_is_too_small_goes_on_when_there_is_room() {
    let world = world();
    let engine = world.engine().expect("running");
    (0..600).for_each(|n| add_goods(&engine, &format!("Product {n} {}", "with a long name ".repeat(8))));
    let Some(disk) = Disk::of(&world, "ann", 32 << 20) else { return };
    let ann = Phone::with(&world, "ann", disk.path(), Settings { exchange_page: 20, ..settings() }).expect("a phone");
    // The disk fills up while the data come, page by page.
    ann.link.set(LinkState::Slow { latency_ms: 50, bytes_per_s: 10_000_000 });
    ann.client().sign_in("ann".into(), "secret".into());
    until_downloaded(&ann, 100).await;
    disk.fill();
    let told = until_the_download_stops(&ann).await;
    assert!(told.contains("no room left on this device"), "{told}");
    let (position, had) = (received(&disk.path()), goods(&disk.path()));
    assert!(position > 0 && had > 0 && had < 601, "{position} {had}");
    ann.link.set(LinkState::Good);
    disk.free();
    ann.client().retry_download();
    until_work(&ann).await;
    assert_eq!(goods(&disk.path()), 601);
    assert!(received(&disk.path()) > position);
    assert_eq!(beginnings(&disk.path()), 0);
    drop(ann.stop().await);
}
