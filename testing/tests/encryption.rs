//! What lies on a device is encrypted, and its keys are in the device's secret store only (A2): real main server, real clients.

#[allow(dead_code, reason = "shared with the tests of trouble")]
#[path = "trouble/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use twinshore_client::Platform as _;
use twinshore_client::view::{ModeView, ScreenView};
use twinshore_engine::storage::is_plain;
use twinshore_testing::{LinkState, Phone, World, device_key};

use world::{
    as_an_earlier_version, base, goods, leave_unsent, names_of_keys, orders, read_file, secrets, signed_in, until_work,
};

const TYPED: &str = "typed-and-kept";
const SAVED: &str = "saved-on-the-device";

async fn until_refused(phone: &Phone) -> String {
    phone
        .until("the trouble", |view| match &view.screen {
            ScreenView::SignIn { error, busy: false, .. } if !error.is_empty() => Some(error.clone()),
            _ => None,
        })
        .await
}

/// Ann's phone without a connection: an order saved on the device only, and one that is typed.
async fn used(world: &World) -> Phone {
    let ann = signed_in(Phone::new(world, "ann").expect("a phone")).await;
    leave_unsent(&ann, SAVED, TYPED).await;
    ann
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

/// Files in which a text stands, in one of the encodings that SQLite and JSON have.
fn holders(folder: &Path, text: &str) -> Vec<PathBuf> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        [text.as_bytes(), &wide].iter().any(|text| bytes.windows(text.len()).any(|part| part == *text))
    };
    files_under(folder).into_iter().filter(holds).collect()
}

#[tokio::test]
async fn a2_nothing_that_was_typed_saved_or_loaded_stands_in_the_files_of_a_device() {
    let world = world::world();
    let ann = used(&world).await;
    let directory = ann.directory().to_owned();
    // "Green tea" came with the first download; the world's own file shows that the search finds what is there.
    let texts = [TYPED, SAVED, "Green tea"];
    let none: Vec<PathBuf> = Vec::new();
    let check = || {
        for text in texts {
            assert_eq!(holders(&directory, text), none, "{text} can be read");
        }
        let databases: Vec<PathBuf> =
            files_under(&directory).into_iter().filter(|path| path.extension().is_some_and(|e| e == "db")).collect();
        assert_eq!(databases.len(), 2);
        assert!(!databases.iter().any(|path| is_plain(path) || Connection::open(path).and_then(peek).is_ok()));
    };
    // While the app runs (what was written is in the logs beside the databases), after a kill, and after an orderly end.
    assert!(directory.join("client.db-wal").exists());
    check();
    let ann = ann.kill().await;
    check();
    let ann = ann.start().expect("started");
    until_work(&ann).await;
    drop(ann.stop().await);
    check();
    let drafts = read_file(&directory.join("client.db"), "SELECT content FROM drafts");
    assert!(drafts.iter().any(|draft| draft.contains(TYPED)), "{drafts:?}");
    assert_eq!(read_file(&base(&directory), "SELECT \"Comment\" FROM \"Document.Orders\""), [SAVED]);
}

fn peek(connection: Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
}

#[tokio::test]
async fn a2_the_main_servers_database_is_plain_so_that_operators_can_back_it_up() {
    let world = world::world();
    let engine = world.engine().expect("running");
    assert!(is_plain(engine.database().path()));
}

#[tokio::test]
async fn a2_a4_each_account_and_the_app_itself_have_keys_of_their_own_which_outlive_the_app() {
    let world = world::world();
    world.add_user("bob", "secret2", &["Seller"]).expect("a user");
    let phone = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    phone.client().sign_out();
    phone.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { .. }).then_some(())).await;
    phone.sign_in("bob", "secret2").await;
    let directory = phone.directory().to_owned();
    let keys = || -> Vec<String> {
        let secrets = secrets(&directory);
        names_of_keys(&directory).iter().map(|name| secrets.secret(name).expect("readable").expect("a key")).collect()
    };
    let before = keys();
    assert_eq!((before.len(), before.iter().collect::<BTreeSet<_>>().len()), (3, 3));
    assert!(before.iter().all(|key| key.len() == 64 && holders(&directory, key) == [directory.join("secrets.json")]));
    let phone = phone.restart().expect("started");
    until_work(&phone).await;
    drop(phone.stop().await);
    assert_eq!(keys(), before);
}

#[tokio::test]
async fn a2_a_plain_device_of_an_earlier_version_is_encrypted_at_its_start_and_loses_nothing() {
    let world = world::world();
    let ann = used(&world).await.stop().await;
    let files = as_an_earlier_version(&ann);
    assert!(files.iter().all(|path| is_plain(path)) && !holders(ann.directory(), TYPED).is_empty());
    // An earlier try was killed half way.
    for path in &files {
        std::fs::write(format!("{}.encrypting", path.display()), "half a copy").expect("a file");
    }
    let ann = ann.start().expect("started");
    until_work(&ann).await;
    assert!(!files.iter().any(|path| is_plain(path)));
    for text in [TYPED, SAVED, "Green tea", "half a copy"] {
        assert_eq!(holders(ann.directory(), text), Vec::<PathBuf>::new(), "{text} can be read");
    }
    assert_eq!(goods(ann.directory()), 1);
    ann.link.set(LinkState::Good);
    ann.until_available(true).await;
    ann.set_mode(ModeView::Normal).await;
    ann.until_exchanged().await;
    assert_eq!((orders(&world), ann.view().await.drafts.len()), (vec![SAVED.to_owned()], 1));
}

#[tokio::test]
async fn a2_a_device_whose_keys_are_gone_says_so_and_leaves_its_files_as_they_are() {
    let world = world::world();
    let ann = used(&world).await.stop().await;
    let directory = ann.directory().to_owned();
    let files = [directory.join("client.db"), base(&directory)];
    let bytes = files.each_ref().map(|path| std::fs::read(path).expect("a file"));
    let kept = std::fs::read(directory.join("secrets.json")).expect("secrets");
    // The whole store is empty.
    std::fs::remove_file(directory.join("secrets.json")).expect("emptied");
    let error = ann.start().err().expect("refused").to_string();
    for said in [
        "client.db",
        "its key is not",
        "main server has is safe",
        "left as it is",
        "administrator",
        "begin anew on this device",
    ] {
        assert!(error.contains(said), "{error}");
    }
    assert!(!directory.join("secrets.json").exists(), "a new key was made");
    // Only the account's key is gone: signing in again, even with a connection, begins nothing anew.
    std::fs::write(directory.join("secrets.json"), &kept).expect("put back");
    let account = format!("key.{}", files[1].parent().and_then(Path::file_name).expect("a folder").to_string_lossy());
    secrets(&directory).set_secret(&account, None).expect("taken away");
    let started = ann.start().expect("the app itself starts");
    let told = until_refused(&started).await;
    assert!(told.contains("base.db") && told.contains("its key is not") && told.contains("administrator"), "{told}");
    started.link.set(LinkState::Good);
    assert_eq!(started.sign_in_refused("ann", "secret").await, told);
    let ann = started.stop().await;
    assert_eq!(secrets(&directory).secret(&account).expect("readable"), None);
    assert!(std::fs::read(&files[1]).expect("a file") == bytes[1], "the database was changed");
    // The keys are found again, and so is everything else.
    std::fs::write(directory.join("secrets.json"), &kept).expect("put back");
    ann.link.set(LinkState::Lost);
    let ann = ann.start().expect("started");
    until_work(&ann).await;
    assert_eq!(ann.view().await.drafts.len(), 1);
    drop(ann.stop().await);
    assert_eq!(read_file(&files[1], "SELECT \"Comment\" FROM \"Document.Orders\""), [SAVED]);
}

#[tokio::test]
async fn a2_a_database_of_another_device_does_not_fit_the_key_here_and_is_left_alone() {
    let world = world::world();
    let ann = used(&world).await.stop().await;
    let file = base(ann.directory());
    let theirs = signed_in(Phone::new(&world, "other").expect("a phone")).await.stop().await;
    let copied = std::fs::read(base(theirs.directory())).expect("a file");
    let own = std::fs::read(&file).expect("a file");
    std::fs::write(&file, &copied).expect("copied");
    let started = ann.start().expect("the app itself starts");
    let told = until_refused(&started).await;
    assert!(told.contains("base.db") && told.contains("does not fit its key") && told.contains("another device"), "{told}");
    drop(started.stop().await);
    assert!(std::fs::read(&file).expect("a file") == copied, "it was changed");
    std::fs::write(&file, &own).expect("put back");
    let ann = ann.start().expect("started");
    until_work(&ann).await;
}

#[tokio::test]
async fn a2_a_secret_store_that_cannot_be_read_is_told_and_is_not_taken_for_a_signed_out_device() {
    let world = world::world();
    let ann = used(&world).await.stop().await;
    let path = ann.directory().join("secrets.json");
    let kept = std::fs::read_to_string(&path).expect("secrets");
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&kept).expect("secrets are JSON");
    // The store as a whole, then each secret of the account alone.
    let damaged = all.keys().filter(|name| !name.starts_with("key.")).map(|name| {
        let mut all = all.clone();
        all.insert(name.clone(), "{".into());
        serde_json::to_string(&all).expect("JSON")
    });
    for content in std::iter::once("{".to_owned()).chain(damaged) {
        std::fs::write(&path, &content).expect("damaged");
        let told = match ann.start() {
            Err(error) => error.to_string(),
            Ok(started) => until_refused(&started).await,
        };
        assert!(told.contains("secret store failed") || told.contains("safe place for passwords"), "{told}");
        assert_eq!(std::fs::read_to_string(&path).expect("secrets"), content, "it was changed");
    }
    std::fs::write(&path, &kept).expect("repaired");
    let ann = ann.start().expect("started");
    until_work(&ann).await;
    assert_eq!(ann.view().await.drafts.len(), 1);
}

#[tokio::test]
async fn a3_a_wipe_takes_the_key_away_and_what_a_kill_left_of_the_folder_goes_at_the_next_start() {
    let world = world::world();
    let phone = signed_in(Phone::new(&world, "ann").expect("a phone")).await;
    let (directory, file) = (phone.directory().to_owned(), base(phone.directory()));
    assert!(device_key(&file).is_some());
    let engine = world.engine().expect("running");
    let device = engine.devices().expect("devices").first().expect("a device").device;
    // What was set aside of the account goes with it; of others it stays.
    let name = file.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned();
    let aside = [name.as_str(), "base-of-another"].map(|of| directory.join(format!("set-aside/20260101T000000000Z-{of}")));
    aside.iter().for_each(|folder| std::fs::create_dir_all(folder).expect("a folder"));
    assert!(engine.order_device(device, Some("ann"), twinshore_engine::accounts::DeviceOrder::Wipe).expect("ordered"));
    let told = until_refused(&phone).await;
    assert!(told.contains("removed your data"), "{told}");
    assert!(!file.exists() && device_key(&file).is_none());
    assert_eq!(names_of_keys(&directory), ["key.client"]);
    assert_eq!(aside.each_ref().map(|folder| folder.exists()), [false, true]);
    let phone = phone.stop().await;
    let left =
        directory.join(format!("wiped-{}", file.parent().and_then(Path::file_name).expect("a folder").to_string_lossy()));
    std::fs::create_dir(&left).expect("a folder");
    std::fs::write(left.join("base.db"), "what a kill left").expect("a file");
    let phone = phone.start().expect("started");
    phone.until("the sign-in", |view| matches!(view.screen, ScreenView::SignIn { .. }).then_some(())).await;
    assert!(!left.exists());
}
