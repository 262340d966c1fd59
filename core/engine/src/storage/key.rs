//! Keys of encrypted databases (A2): SQLCipher, every page encrypted and authenticated.
//!
//! Invariant: a database that has a key is never opened without it, and a file that does not fit its key is left as it is.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rand::RngCore as _;
use rusqlite::Connection;
use zeroize::{Zeroize as _, Zeroizing};

/// First bytes of a database that is not encrypted.
const PLAIN: &[u8] = b"SQLite format 3\0";
const KEY_BYTES: usize = 32;

/// Key of a database: 256 random bits, so nothing has to be derived from it and opening costs no time. Overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseKey([u8; KEY_BYTES]);

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey")
    }
}

impl Drop for DatabaseKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl DatabaseKey {
    /// A new key.
    pub fn random() -> Self {
        let mut bytes = [0; KEY_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// A key from a secret store; none if it is no key.
    pub fn from_text(text: &str) -> Option<Self> {
        let digits: Vec<u8> =
            text.chars().map(|digit| digit.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
        let digits = Zeroizing::new(digits);
        if digits.len() != 2 * KEY_BYTES {
            return None;
        }
        let mut key = Self([0; KEY_BYTES]);
        for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Some(key)
    }

    /// The key for a secret store.
    pub fn to_text(&self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY_BYTES));
        for byte in self.0 {
            text.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
        }
        text
    }

    /// Gives a connection the key, before anything else is done with it. A key that does not fit is noticed at the first reading.
    ///
    /// # Errors
    /// If SQLCipher is not built in: the key would be passed over in silence, and the file would stay plain.
    pub fn unlock(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.query_row("PRAGMA cipher_version", [], |_| Ok(()))?;
        // What goes wrong is told by us; SQLCipher would write it to the device's log or to standard error besides.
        connection.pragma_update(None, "cipher_log_level", "NONE")?;
        let raw = Zeroizing::new(format!("x'{}'", *self.to_text()));
        connection.pragma_update(None, "key", &*raw)?;
        // Processors of phones have instructions for it; SHA-512, which SQLCipher takes by itself, is slower on most.
        connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")
    }
}

/// True for a database that is not encrypted; false for one that is, and for no database.
pub fn is_plain(path: &Path) -> bool {
    let mut head = [0; PLAIN.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == PLAIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EngineError;
    use crate::storage::Database;

    #[test]
    fn a2_a_key_is_written_and_read_as_text_and_shows_nothing() {
        let (one, other) = (DatabaseKey::random(), DatabaseKey::random());
        assert_ne!(one, other);
        assert_eq!(DatabaseKey::from_text(&one.to_text()), Some(one.clone()));
        assert_eq!(format!("{one:?}"), "DatabaseKey");
        for text in ["", "12", &"g".repeat(64), &"é".repeat(32), &"0".repeat(63), &"0".repeat(65)] {
            assert_eq!(DatabaseKey::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn a2_a_database_is_read_with_its_key_only_and_left_as_it_is_otherwise() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("base.db");
        let key = DatabaseKey::random();
        {
            let database = Database::open_with(&path, Some(key.clone())).expect("a database");
            let writer = database.writer().expect("the writer");
            writer.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES ('in clear words')").expect("a row");
            drop(writer);
            for name in ["base.db", "base.db-wal"] {
                let bytes = std::fs::read(folder.path().join(name)).expect("a file");
                assert!(!bytes.is_empty() && !bytes.windows(8).any(|part| part == b"in clear"), "{name} is readable");
            }
        }
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!is_plain(&path) && !bytes.windows(8).any(|part| part == b"in clear"));
        for wrong in [None, Some(DatabaseKey::random())] {
            let keyed = wrong.is_some();
            match Database::open_with(&path, wrong).err().expect("refused") {
                EngineError::Key { path: named } => assert!(keyed && named == path),
                EngineError::Open { .. } => assert!(!keyed),
                other => panic!("{other}"),
            }
        }
        assert!(std::fs::read(&path).expect("a file") == bytes, "it was changed");
        let database = Database::open_with(&path, Some(key)).expect("its key");
        let rows: i64 =
            database.reader().expect("a reader").query_row("SELECT count(*) FROM t", [], |r| r.get(0)).expect("rows");
        assert_eq!(rows, 1);
    }

    #[test]
    fn a2_a_database_that_was_written_over_openssl_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("base.db");
        std::fs::write(&path, include_bytes!("key/openssl.sqlcipher")).expect("a file");
        let key = DatabaseKey::from_text("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef").expect("a key");
        let database = Database::open_with(&path, Some(key)).expect("its key");
        let row: String = database.reader().expect("a reader").query_row("SELECT a FROM t", [], |r| r.get(0)).expect("a row");
        assert_eq!(row, "written over OpenSSL");
    }
}
