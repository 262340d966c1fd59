//! Encrypting in a process that is killed, over a database with everything that the engine puts into one.

use std::process::{Command, Stdio};

use rusqlite::config::DbConfig;
use twinshore_metadata::{Ref, Target};

use super::*;
use crate::fixture::Fixture;
use crate::storage::Database;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Tells a run of this program that it is to encrypt the file that the variable names, and nothing else.
const CHILD: &str = "TWINSHORE_ENCRYPT";

fn key() -> DatabaseKey {
    DatabaseKey::from_text(KEY).expect("a key")
}

/// A plain database, closed, part of it in the log as a kill leaves it.
fn plain() -> (tempfile::TempDir, Ref) {
    let fixture = Fixture::new(Target::StandaloneServer);
    let item = fixture.add("Catalog.Goods", &[("Description", "Green tea".into())]);
    (0..2_000).for_each(|n| drop(fixture.add("Catalog.Goods", &[("Description", format!("Tea {n}").into())])));
    let Fixture { engine, folder } = fixture;
    let writer = engine.database().writer().expect("the writer");
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).expect("set");
    writer.execute_batch("PRAGMA user_version = 7").expect("set");
    drop(writer);
    drop(engine);
    assert!(folder.path().join("base.db-wal").exists());
    (folder, item)
}

/// Opens what there is as an engine does and finds everything.
fn check_whole(folder: tempfile::TempDir, item: &Ref, key: DatabaseKey) {
    let path = folder.path().join("base.db");
    let engine = Fixture::open_encrypted(&folder, Target::StandaloneServer, key);
    let fixture = Fixture { engine, folder };
    let read = crate::objects::read(&fixture.unit(), item).expect("readable").expect("there");
    assert_eq!(read.record.get("Description"), &"Green tea".into());
    fixture.add("Catalog.Goods", &[("Description", "Black tea".into())]);
    let reader = fixture.engine.database().reader().expect("a reader");
    let number = |sql: &str| reader.query_row(sql, [], |row| row.get::<_, i64>(0)).expect(sql);
    assert_eq!(number("SELECT count(*) FROM \"Catalog.Goods\" WHERE \"Description\" LIKE '%tea%'"), 2_002);
    assert_eq!(number("SELECT user_version FROM pragma_user_version"), 7);
    let sound: String = reader.pragma_query_value(None, "integrity_check", |row| row.get(0)).expect("a check");
    assert_eq!(sound, "ok");
    assert!(!is_plain(&path) && !beside(&path, ".encrypting").exists());
    let bytes = std::fs::read(&path).expect("the file");
    assert!(!bytes.windows(9).any(|part| part == b"Green tea"), "the file can be read");
}

#[test]
fn a2_a_plain_database_is_brought_under_its_key_with_everything_in_it() {
    let (folder, item) = plain();
    let path = folder.path().join("base.db");
    let before = std::fs::metadata(&path).expect("a file").len();
    std::fs::write(beside(&path, ".encrypting"), "what an earlier try left half way").expect("a file");
    encrypt(&path, &key()).expect("encrypted");
    assert!(before > 0);
    // A second time nothing is done.
    let bytes = std::fs::read(&path).expect("a file");
    encrypt(&path, &key()).expect("nothing to do");
    assert!(std::fs::read(&path).expect("a file") == bytes);
    check_whole(folder, &item, key());
}

/// Not a test by itself: the process that the next test kills.
#[test]
fn child_that_encrypts() {
    if let Some(path) = std::env::var_os(CHILD) {
        encrypt(Path::new(&path), &key()).expect("encrypted");
    }
}

/// Starts the child, and kills it as soon as the new file has grown to a part of the old one.
fn killed_at(path: &Path, part: f64) -> bool {
    let wanted = (std::fs::metadata(path).expect("a file").len() as f64 * part) as u64;
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "storage::encrypt::tests::child_that_encrypts"])
        .env(CHILD, path)
        .stdout(Stdio::null())
        .spawn()
        .expect("a child");
    let new = beside(path, ".encrypting");
    loop {
        if let Some(status) = child.try_wait().expect("its state") {
            assert!(status.success());
            return false;
        }
        if std::fs::metadata(&new).is_ok_and(|file| file.len() >= wanted) {
            child.kill().expect("killed");
            child.wait().expect("ended");
            return true;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a2_a_kill_at_any_moment_of_encrypting_leaves_one_of_the_two_whole() {
    let (folder, item) = plain();
    let path = folder.path().join("base.db");
    let mut killed_before_the_end = 0;
    for part in [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0] {
        if killed_at(&path, part) && is_plain(&path) {
            killed_before_the_end += 1;
        }
        if !is_plain(&path) {
            break;
        }
    }
    assert!(killed_before_the_end > 0, "the child was never killed in the middle");
    encrypt(&path, &key()).expect("taken up again");
    check_whole(folder, &item, key());
}

#[test]
fn a2_without_room_the_plain_database_stays_and_the_half_copy_goes() {
    let (folder, item) = plain();
    let path = folder.path().join("base.db");
    gather(&path).expect("gathered");
    let bytes = std::fs::read(&path).expect("a file");
    // A folder in the place of the copy stands for every way in which it can't be written.
    let new = beside(&path, ".encrypting");
    std::fs::create_dir(&new).expect("in the way");
    assert!(encrypt(&path, &key()).is_err());
    assert!(std::fs::read(&path).expect("a file") == bytes, "it was changed");
    std::fs::remove_dir(&new).expect("out of the way");
    encrypt(&path, &key()).expect("encrypted");
    check_whole(folder, &item, key());
}

#[test]
fn a2_a_database_in_use_and_a_damaged_one_are_not_encrypted() {
    let (folder, _) = plain();
    let path = folder.path().join("base.db");
    {
        let database = Database::open(&path).expect("a database");
        let reader = database.reader().expect("a reader");
        reader.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").expect("reading");
        let error = encrypt(&path, &key()).expect_err("refused").to_string();
        assert!(error.contains("in use"), "{error}");
    }
    assert!(is_plain(&path));
    let mut bytes = std::fs::read(&path).expect("a file");
    let (from, to) = (4_096, bytes.len());
    bytes[from..to].fill(0x5a);
    std::fs::write(&path, &bytes).expect("damaged");
    let error = encrypt(&path, &key()).expect_err("refused").to_string();
    assert!(error.contains("damaged"), "{error}");
    assert!(std::fs::read(&path).expect("a file") == bytes, "it was changed");
}
