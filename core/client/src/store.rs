//! The client's own file: drafts of what was typed, the mode, who works. Encrypted (A2); committed data survive kill -9 (WAL).

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_engine::EngineError;
use twinshore_engine::storage::DatabaseKey;

use crate::{ClientError, Platform, keys};

/// Rows of the log of typed text kept.
pub struct ClientStore(Connection);

/// A draft as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// Id: that of the form while it was open.
    pub id: String,
    /// Who typed it: drafts of one person are never shown to another.
    pub user: String,
    /// Heading of the form.
    pub title: String,
    /// When it was last typed into, RFC 3339.
    pub when: String,
    /// Form, data, base: JSON.
    pub content: String,
}

impl ClientStore {
    /// The file of a device, with its key from the secret store.
    ///
    /// # Errors
    /// As [`keys::key_of`] and [`Self::open`].
    pub fn of_device(directory: &Path, platform: &dyn Platform) -> Result<Self, ClientError> {
        let path = directory.join("client.db");
        let key = keys::key_of(platform, keys::CLIENT, &path)?;
        Self::open(&path, &key)
    }

    /// Opens or creates the file. A damaged file is refused and left alone: drafts may be saved from it.
    ///
    /// # Errors
    /// [`ClientError::WrongKey`], [`ClientError::Damaged`], [`ClientError::NoRoom`], [`ClientError::Storage`].
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, ClientError> {
        Self::open_as_it_is(path, key).map_err(|error| error.of_file(path))
    }

    fn open_as_it_is(path: &Path, key: &DatabaseKey) -> Result<Self, ClientError> {
        let connection = Connection::open(path)?;
        key.unlock(&connection)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let read = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        if read.as_ref().is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::NotADatabase)) {
            return Err(EngineError::Key { path: path.to_owned() }.into());
        }
        read?;
        // The file is small: what is damaged is found before anything is written to it.
        let sound: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if sound != "ok" {
            return Err(ClientError::Damaged { file: path.file_name().unwrap_or_default().to_string_lossy().into_owned() });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS drafts (id TEXT PRIMARY KEY, title TEXT NOT NULL, made TEXT NOT NULL, content TEXT NOT NULL, user TEXT NOT NULL DEFAULT '') WITHOUT ROWID;",
        )?;
        Self::follow_older(&connection)?;
        connection.execute_batch(crate::call_journal::TABLES)?;
        Ok(Self(connection))
    }

    pub(crate) const fn connection(&self) -> &Connection {
        &self.0
    }

    /// Drafts of a file of the first version are given to the account of the person they name.
    pub fn give_drafts(&self, user_name: &str, account: &str) {
        if let Err(error) = self.0.execute("UPDATE drafts SET user = ?2 WHERE user = ?1", [user_name, account]) {
            tracing::warn!(%error, "drafts could not be given to their account");
        }
    }

    /// All drafts of an account are gone for good.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn drop_drafts_of(&self, account: &str) -> Result<(), ClientError> {
        self.0.execute("DELETE FROM drafts WHERE user = ?1", [account])?;
        // What was deleted lies in the log until it is written back.
        self.0.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        Ok(())
    }

    /// A file of the first version does not say whose drafts it holds: they are those of who worked last.
    fn follow_older(connection: &Connection) -> Result<(), ClientError> {
        let known: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM pragma_table_info('drafts') WHERE name = 'user')",
            [],
            |row| row.get(0),
        )?;
        if !known {
            connection.execute_batch(
                "ALTER TABLE drafts ADD COLUMN user TEXT NOT NULL DEFAULT '';
                 UPDATE drafts SET user = COALESCE((SELECT json_extract(value, '$') FROM settings WHERE name = 'user'), '');",
            )?;
        }
        Ok(())
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
                "INSERT INTO drafts (id, title, made, content, user) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET title = ?2, made = ?3, content = ?4, user = ?5",
            )?
            .execute(params![draft.id, draft.title, draft.when, draft.content, draft.user])?;
        Ok(())
    }

    /// A person's drafts, newest first: id, title, and when they were last typed into.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn drafts(&self, user: &str) -> Result<Vec<(String, String, String)>, ClientError> {
        let mut statement =
            self.0.prepare_cached("SELECT id, title, made FROM drafts WHERE user = ?1 ORDER BY made DESC, id DESC")?;
        let rows = statement.query_map([user], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A person's draft.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn draft(&self, id: &str, user: &str) -> Result<Option<KeptDraft>, ClientError> {
        let mut statement =
            self.0.prepare_cached("SELECT id, title, made, content, user FROM drafts WHERE id = ?1 AND user = ?2")?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(KeptDraft { id: row.get(0)?, title: row.get(1)?, when: row.get(2)?, content: row.get(3)?, user: row.get(4)? })
        };
        Ok(statement.query_row([id, user], read).optional()?)
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
        let content = "typed ".repeat(2_000);
        KeptDraft { id: id.into(), user: "ann".into(), title: "Order".into(), when: "2026".into(), content }
    }

    #[test]
    fn a_damaged_file_is_refused_by_its_name_and_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, key) = (folder.path().join("client.db"), DatabaseKey::random());
        {
            let store = ClientStore::open(&path, &key).expect("a store");
            (0..20).for_each(|n| store.keep_draft(&draft(&n.to_string())).expect("kept"));
        }
        let whole = std::fs::read(&path).expect("a file");
        let mut scratched = whole.clone();
        scratched[whole.len() / 2..whole.len() / 2 + 6_000].fill(0x5a);
        for damaged in [whole[..whole.len() / 2].to_vec(), scratched, b"not a database, and long enough to tell".repeat(100)] {
            std::fs::write(&path, &damaged).expect("damaged");
            let error = ClientStore::open(&path, &key).err().expect("refused").to_string();
            assert!(error.contains("client.db") && error.contains("administrator"), "{error}");
            assert!(std::fs::read(&path).expect("still there") == damaged, "it was changed");
        }
        std::fs::write(&path, &whole).expect("repaired");
        assert_eq!(ClientStore::open(&path, &key).expect("a store").drafts("ann").expect("drafts").len(), 20);
    }

    #[test]
    fn f19_drafts_of_two_people_are_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = ClientStore::open(&folder.path().join("client.db"), &DatabaseKey::random()).expect("a store");
        store.keep_draft(&draft("of ann")).expect("kept");
        store.keep_draft(&KeptDraft { user: "bob".into(), ..draft("of bob") }).expect("kept");
        let ids = |user: &str| store.drafts(user).expect("drafts").into_iter().map(|d| d.0).collect::<Vec<_>>();
        assert_eq!((ids("ann"), ids("bob")), (vec!["of ann".to_owned()], vec!["of bob".to_owned()]));
        assert_eq!(store.draft("of ann", "bob").expect("asked"), None);
        assert_eq!(store.draft("of ann", "ann").expect("asked"), Some(draft("of ann")));
    }

    #[test]
    fn f19_drafts_of_a_file_of_the_first_version_belong_to_who_worked_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, key) = (folder.path().join("client.db"), DatabaseKey::random());
        Connection::open(&path)
            .and_then(|old| {
                key.unlock(&old)?;
                old.execute_batch(
                    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                     CREATE TABLE drafts (id TEXT PRIMARY KEY, title TEXT NOT NULL, made TEXT NOT NULL, content TEXT NOT NULL) WITHOUT ROWID;
                     INSERT INTO settings VALUES ('user', '\"ann\"');
                     INSERT INTO drafts VALUES ('1', 'Order', '2026', '{}');",
                )
            })
            .expect("an old file");
        let store = ClientStore::open(&path, &key).expect("a store");
        assert_eq!(store.drafts("ann").expect("drafts").len(), 1);
        assert!(store.drafts("bob").expect("drafts").is_empty());
    }
}
