//! Beginning anew on a device whose files nobody can read (A2): after the person agreed, and without a byte lost that could be read once
//! the key is found.

use std::path::{Path, PathBuf};

use twinshore_client::view::{DialogView, ModeView, ScreenView};
use twinshore_client::{ClientError, Platform as _};
use twinshore_engine::storage::DatabaseKey;
use twinshore_testing::{LinkState, Phone, PhoneError, StoppedPhone, World, open_with_key};

use super::disk::Disk;
use super::world::{base, goods, leave_unsent, names_of_keys, orders, read_file, secrets, signed_in, until_work, world};

const TYPED: &str = "typed and not saved";
const SAVED: &str = "saved and not sent";

/// Ann's phone with an order that is saved on the phone only and one that is typed, ended without a connection.
async fn used(world: &World) -> StoppedPhone {
    fill(signed_in(Phone::new(world, "ann").expect("a phone")).await).await
}

async fn fill(ann: Phone) -> StoppedPhone {
    leave_unsent(&ann, SAVED, TYPED).await;
    ann.set_mode(ModeView::Normal).await;
    ann.stop().await
}

/// Takes a secret away; gives it for whoever finds it again.
fn lose(directory: &Path, name: &str) -> String {
    let secrets = secrets(directory);
    let kept = secrets.secret(name).expect("readable").expect("a secret");
    secrets.set_secret(name, None).expect("taken away");
    kept
}

fn key_of_base(file: &Path) -> String {
    format!("key.{}", file.parent().and_then(Path::file_name).expect("a folder").to_string_lossy())
}

fn refused(ann: &StoppedPhone) -> ClientError {
    match ann.start().err().expect("refused") {
        PhoneError::Client(error) => error,
        other => panic!("{other}"),
    }
}

/// What was set aside: folders' names without their times, oldest first.
fn set_aside(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory.join("set-aside")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort_by_key(|path| path.to_string_lossy().split_once("Z-").map(|(_, name)| name.to_owned()));
    found
}

/// First column of a query over a database that was set aside, by the key of its time.
fn read_aside(file: &Path, key: &str, query: &str) -> Vec<String> {
    let connection = open_with_key(file, &DatabaseKey::from_text(key).expect("a key")).expect("a database");
    let mut statement = connection.prepare(query).expect("the key fits");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

/// The sign-in that offers to begin anew; gives what it tells.
async fn until_offered(phone: &Phone) -> String {
    phone
        .until("the offer", |view| match &view.screen {
            ScreenView::SignIn { error, begin_anew, busy: false, .. } if !begin_anew.is_empty() => Some(error.clone()),
            _ => None,
        })
        .await
}

async fn question(phone: &Phone) -> DialogView {
    phone.client().begin_account_anew();
    phone.until("the question", |view| view.dialog.clone()).await
}

#[tokio::test]
async fn a2_a_device_that_lost_all_its_keys_begins_anew_after_a_question_and_what_it_had_can_be_read_once_the_keys_are_found() {
    let world = world();
    let ann = used(&world).await;
    let directory = ann.directory().to_owned();
    let files = [base(&directory), directory.join("client.db")];
    let bytes = files.each_ref().map(|path| std::fs::read(path).expect("a file"));
    let keys = [key_of_base(&files[0]), "key.client".to_owned()].map(|name| lose(&directory, &name));
    std::fs::remove_file(directory.join("secrets.json")).expect("emptied");

    let offer = ann.offer_to_begin_anew(&refused(&ann)).expect("asked").expect("an offer");
    assert!(offer.question.contains("not sent yet") && offer.question.contains("main server has is safe"), "{offer:?}");
    // Asking changes nothing, and neither does starting again.
    refused(&ann);
    for (file, bytes) in files.iter().zip(&bytes) {
        assert!(std::fs::read(file).expect("a file") == *bytes);
    }
    assert!(!directory.join("set-aside").exists());

    ann.begin_anew().expect("begun");
    ann.link.set(LinkState::Good);
    let anew = signed_in(ann.start().expect("started")).await;
    assert!(anew.view().await.drafts.is_empty());
    assert_eq!((goods(&directory), orders(&world)), (1, Vec::new()));
    drop(anew.stop().await);
    let aside = set_aside(&directory);
    let kept = [aside[0].join("base.db"), aside[1].join("client.db")];
    for (file, bytes) in kept.iter().zip(&bytes) {
        assert!(std::fs::read(file).expect("a file") == *bytes, "{} was changed", file.display());
    }
    assert_eq!(read_aside(&kept[0], &keys[0], "SELECT \"Comment\" FROM \"Document.Orders\""), [SAVED]);
    let drafts = read_aside(&kept[1], &keys[1], "SELECT content FROM drafts");
    assert!(drafts.iter().any(|draft| draft.contains(TYPED)), "{drafts:?}");
}

#[tokio::test]
async fn a2_a_device_whose_own_file_is_damaged_begins_anew_and_what_was_saved_still_reaches_main_once() {
    let world = world();
    let ann = used(&world).await;
    let file = ann.directory().join("client.db");
    let damaged = b"no database at all ".repeat(1_000);
    std::fs::write(&file, &damaged).expect("damaged");
    let offer = ann.offer_to_begin_anew(&refused(&ann)).expect("asked").expect("an offer");
    assert!(offer.question.contains("client.db") && offer.question.contains("What was saved is safe"), "{offer:?}");
    ann.begin_anew().expect("begun");
    let aside = set_aside(ann.directory());
    assert!(aside.len() == 1 && std::fs::read(aside[0].join("client.db")).expect("a file") == damaged, "{aside:?}");
    ann.link.set(LinkState::Good);
    let ann = signed_in(ann.start().expect("started")).await;
    ann.until_exchanged().await;
    assert_eq!(orders(&world), [SAVED]);
}

#[tokio::test]
async fn a2_one_account_begins_anew_while_the_other_goes_on_and_its_typed_text_is_still_there() {
    let world = world();
    world.add_user("bob", "secret2", &["Seller"]).expect("a user");
    let ann = used(&world).await;
    let directory = ann.directory().to_owned();
    let file = base(&directory);
    let bytes = std::fs::read(&file).expect("a file");
    let key = lose(&directory, &key_of_base(&file));
    let phone = ann.start().expect("the app itself starts");
    let told = until_offered(&phone).await;
    assert!(told.contains("base.db") && told.contains("begin anew on this device"), "{told}");

    // Who does not want to changes nothing.
    let asked = question(&phone).await;
    assert!(asked.text.contains("for ann") && asked.text.contains("not sent yet"), "{}", asked.text);
    phone.client().answer_dialog(asked.id, "leave".into());
    phone.client().settled().await;
    assert_eq!(until_offered(&phone).await, told);
    assert!(std::fs::read(&file).expect("a file") == bytes && set_aside(&directory).is_empty());

    // Bob works meanwhile.
    phone.link.set(LinkState::Good);
    phone.sign_in("bob", "secret2").await;
    phone.until_exchanged().await;
    phone.client().sign_out();
    phone
        .until("the sign-in", |view| {
            matches!(&view.screen, ScreenView::SignIn { begin_anew, .. } if begin_anew.is_empty()).then_some(())
        })
        .await;

    phone.client().sign_in("ann".into(), "secret".into());
    until_offered(&phone).await;
    let asked = question(&phone).await;
    phone.client().answer_dialog(asked.id, "begin-anew".into());
    until_work(&phone).await;
    phone.until_exchanged().await;
    let drafts = phone.view().await.drafts;
    assert_eq!(drafts.len(), 1, "{drafts:?}");
    drop(phone.stop().await);
    let aside = set_aside(&directory);
    assert!(aside.len() == 1 && std::fs::read(aside[0].join("base.db")).expect("a file") == bytes, "{aside:?}");
    assert_eq!(read_aside(&aside[0].join("base.db"), &key, "SELECT \"Comment\" FROM \"Document.Orders\""), [SAVED]);
    assert_eq!(read_file(&file, "SELECT \"Description\" FROM \"Catalog.Goods\""), ["Green tea"]);
    assert_eq!(names_of_keys(&directory).len(), 3);
}

#[tokio::test]
async fn a2_a_secret_store_that_can_not_be_read_now_offers_nothing_and_nothing_is_set_aside() {
    let world = world();
    let ann = used(&world).await;
    let path = ann.directory().join("secrets.json");
    let kept = std::fs::read(&path).expect("secrets");
    std::fs::write(&path, "{").expect("locked");
    let error = refused(&ann);
    assert!(matches!(error, ClientError::Platform(_)), "{error}");
    assert_eq!(ann.offer_to_begin_anew(&error).expect("asked"), None);
    let error = ann.begin_anew().expect_err("refused").to_string();
    assert!(error.contains("secret store failed"), "{error}");
    // Locked only after the start had found the key missing.
    let lost = ClientError::KeyLost { file: "client.db".into() };
    assert_eq!(ann.offer_to_begin_anew(&lost).expect("asked"), None);
    assert!(!ann.directory().join("set-aside").exists());
    std::fs::write(&path, &kept).expect("unlocked");
    let ann = ann.start().expect("started");
    until_work(&ann).await;
    assert_eq!(ann.view().await.drafts.len(), 1);
}

#[tokio::test]
async fn a2_a_key_that_is_found_before_the_person_agrees_keeps_everything_where_it_is() {
    let world = world();
    let ann = used(&world).await;
    let directory = ann.directory().to_owned();
    let file = base(&directory);
    let key = lose(&directory, "key.client");
    assert!(ann.offer_to_begin_anew(&refused(&ann)).expect("asked").is_some());
    secrets(&directory).set_secret("key.client", Some(&key)).expect("found");
    ann.begin_anew().expect("nothing is to be done");
    let name = key_of_base(&file);
    let key = lose(&directory, &name);
    let phone = ann.start().expect("started");
    until_offered(&phone).await;
    let asked = question(&phone).await;
    secrets(&directory).set_secret(&name, Some(&key)).expect("found");
    phone.client().answer_dialog(asked.id, "begin-anew".into());
    until_work(&phone).await;
    assert_eq!(phone.view().await.drafts.len(), 1);
    drop(phone.stop().await);
    assert_eq!(read_file(&file, "SELECT \"Comment\" FROM \"Document.Orders\""), [SAVED]);
    assert!(!directory.join("set-aside").exists());
}

#[tokio::test]
async fn a2_an_account_with_a_pin_that_begins_anew_asks_for_it_before_anything_is_downloaded() {
    let world = world();
    let ann = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    ann.client().choose_pin();
    ann.until("the choice", |view| matches!(view.screen, ScreenView::ChoosePin { .. }).then_some(())).await;
    ann.client().set_pin(Some("2580".into()));
    until_work(&ann).await;
    let ann = ann.stop().await;
    let file = base(ann.directory());
    lose(ann.directory(), &key_of_base(&file));
    let phone = ann.start().expect("started");
    let locked = |view: &twinshore_client::view::InterfaceView| {
        matches!(view.screen, ScreenView::Lock { busy: false, .. }).then_some(())
    };
    phone.until("the lock", locked).await;
    phone.client().unlock("2580".into());
    until_offered(&phone).await;
    let asked = question(&phone).await;
    phone.client().answer_dialog(asked.id, "begin-anew".into());
    phone.until("the lock again", locked).await;
    assert!(!file.exists());
    phone.client().unlock("2580".into());
    until_work(&phone).await;
    assert_eq!(goods(phone.directory()), 1);
}

#[tokio::test]
async fn a2_on_a_full_disk_nothing_is_set_aside_and_it_works_when_there_is_room() {
    let world = world();
    let Some(disk) = Disk::of(&world, "ann", 32 << 20) else { return };
    let settings = twinshore_testing::hasty_settings();
    let ann = fill(signed_in(Phone::with(&world, "ann", disk.path(), settings).expect("a phone")).await).await;
    let file = disk.path().join("client.db");
    let bytes = std::fs::read(&file).expect("a file");
    lose(&disk.path(), "key.client");
    disk.fill();
    let error = ann.begin_anew().expect_err("refused").to_string();
    assert!(error.contains("no room left"), "{error}");
    assert!(std::fs::read(&file).expect("a file") == bytes && set_aside(&disk.path()).is_empty());
    disk.free();
    ann.begin_anew().expect("begun");
    assert!(!file.exists());
    ann.link.set(LinkState::Good);
    let ann = signed_in(ann.start().expect("started")).await;
    ann.until_exchanged().await;
    assert_eq!(orders(&world), [SAVED]);
    drop(ann.stop().await);
}
