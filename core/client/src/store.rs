//! The client's own file: drafts of what was typed, the mode, who works. Committed data survive kill -9 (WAL).

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ClientError;

/// Rows of the log of typed text kept.
pub struct ClientStore(Connection);

/// A draft as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// Id: that of the form while it was open.
    pub id: String,
    /// Heading of the form.
    pub title: String,
    /// When it was last typed into, RFC 3339.
    pub when: String,
    /// Form, data, base: JSON.
    pub content: String,
}

impl ClientStore {
    /// Opens or creates the file. A damaged file is refused and left alone: drafts may be saved from it.
    ///
    /// # Errors
    /// [`ClientError::Damaged`], [`ClientError::NoRoom`], [`ClientError::Storage`].
    pub fn open(path: &Path) -> Result<Self, ClientError> {
        Self::open_as_it_is(path).map_err(|error| error.of_file(path))
    }

    fn open_as_it_is(path: &Path) -> Result<Self, ClientError> {
        let connection = Connection::open(path)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // The file is small: what is damaged is found before anything is written to it.
        let sound: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if sound != "ok" {
            return Err(ClientError::Damaged { file: path.file_name().unwrap_or_default().to_string_lossy().into_owned() });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS drafts (id TEXT PRIMARY KEY, title TEXT NOT NULL, made TEXT NOT NULL, content TEXT NOT NULL) WITHOUT ROWID;",
        )?;
        Ok(Self(connection))
    }

    /// A setting; none if it can't be read.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.find(name).ok().flatten()
    }

    /// A setting, where a file that can't be read must not be taken for one without it.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn find<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ClientError> {
        let text: Option<String> =
            self.0.query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0)).optional()?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn set<T: Serialize>(&self, name: &str, value: &T) -> Result<(), ClientError> {
        let text = serde_json::to_string(value).unwrap_or_default();
        self.0.execute("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", [name, &text])?;
        Ok(())
    }

    /// Keeps what is typed into a form.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn keep_draft(&self, draft: &KeptDraft) -> Result<(), ClientError> {
        self.0
            .prepare_cached(
                "INSERT INTO drafts VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET title = ?2, made = ?3, content = ?4",
            )?
            .execute(params![draft.id, draft.title, draft.when, draft.content])?;
        Ok(())
    }

    /// Drafts, newest first.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn drafts(&self) -> Result<Vec<KeptDraft>, ClientError> {
        let mut statement = self.0.prepare_cached("SELECT id, title, made, content FROM drafts ORDER BY made DESC")?;
        let rows = statement.query_map([], |row| {
            Ok(KeptDraft { id: row.get(0)?, title: row.get(1)?, when: row.get(2)?, content: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A draft is done with.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn drop_draft(&self, id: &str) -> Result<(), ClientError> {
        self.0.prepare_cached("DELETE FROM drafts WHERE id = ?1")?.execute([id])?;
        Ok(())
    }

    /// A reopened form's draft takes the place of the old one: a kill leaves exactly one of them.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn replace_draft(&self, old: &str, new: &KeptDraft) -> Result<(), ClientError> {
        let transaction = self.0.unchecked_transaction()?;
        self.drop_draft(old)?;
        self.keep_draft(new)?;
        Ok(transaction.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(id: &str) -> KeptDraft {
        KeptDraft { id: id.into(), title: "Order".into(), when: "2026".into(), content: "typed ".repeat(2_000) }
    }

    #[test]
    fn a_damaged_file_is_refused_by_its_name_and_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("client.db");
        {
            let store = ClientStore::open(&path).expect("a store");
            (0..20).for_each(|n| store.keep_draft(&draft(&n.to_string())).expect("kept"));
        }
        let whole = std::fs::read(&path).expect("a file");
        let mut scratched = whole.clone();
        scratched[whole.len() / 2..whole.len() / 2 + 6_000].fill(0x5a);
        for damaged in [whole[..whole.len() / 2].to_vec(), scratched, b"not a database, and long enough to tell".repeat(100)] {
            std::fs::write(&path, &damaged).expect("damaged");
            let error = ClientStore::open(&path).err().expect("refused").to_string();
            assert!(error.contains("client.db") && error.contains("administrator"), "{error}");
            assert!(std::fs::read(&path).expect("still there") == damaged, "it was changed");
        }
        std::fs::write(&path, &whole).expect("repaired");
        assert_eq!(ClientStore::open(&path).expect("a store").drafts().expect("drafts").len(), 20);
    }
}
