//! Keys of the databases on this device: random, one for each file, in the platform's secret store and nowhere else (A2).
//!
//! Invariants: a key is kept before anything is encrypted with it; a database whose key is gone is refused, never begun anew.

use std::path::Path;

use twinshore_engine::storage::{DatabaseKey, encrypt, is_plain};

use crate::{ClientError, Platform, PlatformError};

/// Name of the app's own file among the keys. The databases of accounts go by their folders.
pub const CLIENT: &str = "client";

/// The key of a file; made when the file is. A plain file of an earlier version is brought under its key first.
///
/// # Errors
/// [`ClientError::KeyLost`] if the file is there and its key is not; [`ClientError::Platform`] if the store can't be used.
pub fn key_of(platform: &dyn Platform, name: &str, path: &Path) -> Result<DatabaseKey, ClientError> {
    let lost = || ClientError::KeyLost { file: path.file_name().unwrap_or_default().to_string_lossy().into_owned() };
    let plain = is_plain(path);
    let encrypted = !plain && path.metadata().is_ok_and(|file| file.len() > 0);
    let key = match kept_key(platform, name)? {
        Some(key) => key,
        None if encrypted => return Err(lost()),
        None => new_key(platform, name)?,
    };
    if plain {
        encrypt(path, &key).map_err(|error| ClientError::from(error).of_file(path))?;
    }
    Ok(key)
}

/// The key of a file, if there is one. Something else in its place is none.
///
/// # Errors
/// If the store can't be read.
pub fn kept_key(platform: &dyn Platform, name: &str) -> Result<Option<DatabaseKey>, PlatformError> {
    Ok(platform.secret(&secret_name(name))?.and_then(|text| DatabaseKey::from_text(&text)))
}

/// A store that takes a key and does not give it back would cost the person everything at the next start.
fn new_key(platform: &dyn Platform, name: &str) -> Result<DatabaseKey, PlatformError> {
    let key = DatabaseKey::random();
    platform.set_secret(&secret_name(name), Some(&key.to_text()))?;
    match kept_key(platform, name)? {
        Some(kept) if kept == key => Ok(key),
        _ => Err(PlatformError::Secrets("it does not give back what it was given".into())),
    }
}

/// Nobody can read a file any more, wherever copies of it are.
///
/// # Errors
/// If the store can't be written.
pub fn forget_key(platform: &dyn Platform, name: &str) -> Result<(), PlatformError> {
    platform.set_secret(&secret_name(name), None)
}

fn secret_name(name: &str) -> String {
    format!("key.{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FilePlatform;
    use crate::store::ClientStore;

    struct Forgetful;

    impl Platform for Forgetful {
        fn secret(&self, _: &str) -> Result<Option<String>, PlatformError> {
            Ok(None)
        }

        fn set_secret(&self, _: &str, _: Option<&str>) -> Result<(), PlatformError> {
            Ok(())
        }

        fn utc_offset_s(&self) -> i32 {
            0
        }
    }

    fn device(folder: &tempfile::TempDir) -> (std::path::PathBuf, FilePlatform) {
        (folder.path().join("client.db"), FilePlatform::new(folder.path().join("secrets.json")))
    }

    #[test]
    fn a2_a_file_whose_key_is_gone_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, platform) = device(&folder);
        let key = key_of(&platform, CLIENT, &path).expect("a key");
        ClientStore::open(&path, &key).expect("a store").set("mode", &"kept").expect("kept");
        let bytes = std::fs::read(&path).expect("a file");
        forget_key(&platform, CLIENT).expect("forgotten");
        for put in [None, Some("not a key")] {
            platform.set_secret("key.client", put).expect("put");
            let error = key_of(&platform, CLIENT, &path).expect_err("refused");
            assert!(matches!(&error, ClientError::KeyLost { file } if file == "client.db"), "{error}");
            assert!(std::fs::read(&path).expect("a file") == bytes, "the file was changed");
            assert_eq!(platform.secret("key.client").expect("readable").as_deref(), put, "a new key was made");
        }
        platform.set_secret("key.client", Some(&key.to_text())).expect("put back");
        let key = key_of(&platform, CLIENT, &path).expect("the key");
        assert_eq!(ClientStore::open(&path, &key).expect("a store").get::<String>("mode").as_deref(), Some("kept"));
    }

    #[test]
    fn a2_a_file_does_not_open_with_another_ones_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, platform) = device(&folder);
        let key = key_of(&platform, CLIENT, &path).expect("a key");
        drop(ClientStore::open(&path, &key).expect("a store"));
        let other = key_of(&platform, "base-1", &folder.path().join("base.db")).expect("another key");
        assert_ne!(key, other);
        let bytes = std::fs::read(&path).expect("a file");
        let error = ClientStore::open(&path, &other).err().expect("refused");
        assert!(matches!(&error, ClientError::WrongKey { file } if file == "client.db"), "{error}");
        assert!(std::fs::read(&path).expect("a file") == bytes, "it was changed");
    }

    #[test]
    fn a2_nothing_is_encrypted_with_a_key_that_the_store_does_not_keep() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("client.db");
        std::fs::write(&path, "").expect("an empty file");
        let error = key_of(&Forgetful, CLIENT, &path).expect_err("refused").to_string();
        assert!(error.contains("does not give back"), "{error}");
    }

    #[test]
    fn a2_a_plain_file_of_an_earlier_version_is_brought_under_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, platform) = device(&folder);
        let plain = rusqlite::Connection::open(&path).expect("a database");
        plain
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                 INSERT INTO settings VALUES ('mode', '\"offline\"')",
            )
            .expect("the first version's file");
        drop(plain);
        let key = key_of(&platform, CLIENT, &path).expect("a key");
        assert!(!is_plain(&path));
        let store = ClientStore::open(&path, &key).expect("a store");
        assert_eq!(store.get::<String>("mode").as_deref(), Some("offline"));
        assert_eq!(key_of(&platform, CLIENT, &path).expect("the same key"), key);
    }
}
