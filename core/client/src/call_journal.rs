//! Calls of the main server that left and whose outcome is not known (R17), in the client's own file: a call is kept before it is
//! sent and forgotten when its outcome is known, so that it can be repeated under its id after a lost link and after kill -9.
//!
//! Only the same user repeats a call: the main server's results belong to users.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use twinshore_protocol::{CallId, FormCallRequest, MarkDeletionRequest, ModuleCallRequest, WriteFormRequest};

use crate::ClientError;
use crate::store::ClientStore;

/// Hours after which the main server no longer knows a result; a repeat would be a new call.
const KEPT_HOURS: i64 = 24;

/// Tables of this module.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, user TEXT NOT NULL, owner TEXT NOT NULL, what TEXT NOT NULL, made TEXT NOT NULL,
    request TEXT NOT NULL) WITHOUT ROWID;
";

/// A call with effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "call", content = "request", rename_all = "camelCase")]
pub enum CallRequest {
    /// Of a common module.
    Module(ModuleCallRequest),
    /// Of a form's server module.
    Form(FormCallRequest),
    /// Writes a form's object.
    Write(WriteFormRequest),
    /// Sets or clears a deletion mark.
    Mark(MarkDeletionRequest),
}

impl CallRequest {
    /// Its id.
    pub const fn id(&self) -> CallId {
        match self {
            Self::Module(request) => request.call_id,
            Self::Form(request) => request.call_id,
            Self::Write(request) => request.call_id,
            Self::Mark(request) => request.call_id,
        }
    }
}

/// A call as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptCall {
    /// Who called.
    pub user: String,
    /// Draft of the form that called; empty for none.
    pub owner: String,
    /// What was called, for people.
    pub what: String,
    /// When, RFC 3339.
    pub made: String,
    /// The request, word for word.
    pub request: CallRequest,
}

impl ClientStore {
    /// Keeps a call that is about to be sent; false if it was kept before and is repeated.
    ///
    /// # Errors
    /// [`ClientError::NoRoom`], [`ClientError::Storage`].
    pub fn begin_call(&self, call: &KeptCall) -> Result<bool, ClientError> {
        let text = serde_json::to_string(&call.request).unwrap_or_default();
        let kept = self
            .connection()
            .prepare_cached(
                "INSERT OR IGNORE INTO calls (id, user, owner, what, made, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![call.request.id().0.to_string(), call.user, call.owner, call.what, call.made, text])?;
        Ok(kept > 0)
    }

    /// The outcome of a call is known.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn end_call(&self, id: CallId) -> Result<(), ClientError> {
        self.connection().prepare_cached("DELETE FROM calls WHERE id = ?1")?.execute([id.0.to_string()])?;
        Ok(())
    }

    /// A call of a user whose outcome is not known.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn unknown_call(&self, user: &str, id: CallId) -> Result<Option<KeptCall>, ClientError> {
        let found = self
            .connection()
            .prepare_cached("SELECT user, owner, what, made, request FROM calls WHERE user = ?1 AND id = ?2")?
            .query_row([user, &id.0.to_string()], read)
            .optional()?;
        Ok(found.flatten())
    }

    /// Calls of a user whose outcome is not known, oldest first.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn unknown_calls(&self, user: &str) -> Result<Vec<KeptCall>, ClientError> {
        let sql = "SELECT user, owner, what, made, request FROM calls WHERE user = ?1 ORDER BY made, id";
        let mut statement = self.connection().prepare_cached(sql)?;
        let found = statement.query_map([user], read)?.collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Forgets what the main server has forgotten.
    ///
    /// # Errors
    /// [`ClientError::Storage`].
    pub fn forget_old_calls(&self, now: DateTime<Utc>) -> Result<(), ClientError> {
        let oldest = (now - TimeDelta::hours(KEPT_HOURS)).to_rfc3339();
        self.connection().execute("DELETE FROM calls WHERE made < ?1", [oldest])?;
        Ok(())
    }
}

/// None for a request that this version of the app can't read.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<KeptCall>> {
    let request: String = row.get(4)?;
    let Ok(request) = serde_json::from_str(&request) else { return Ok(None) };
    Ok(Some(KeptCall { user: row.get(0)?, owner: row.get(1)?, what: row.get(2)?, made: row.get(3)?, request }))
}

#[cfg(test)]
mod tests {
    use twinshore_engine::storage::DatabaseKey;

    use super::*;

    fn call(user: &str, made: DateTime<Utc>) -> KeptCall {
        let request = ModuleCallRequest {
            call_id: CallId::new(),
            module: "CM2".into(),
            method: "add".into(),
            arguments: vec!["tea".into()],
        };
        KeptCall {
            user: user.into(),
            owner: String::new(),
            what: "CM2.add".into(),
            made: made.to_rfc3339(),
            request: CallRequest::Module(request),
        }
    }

    #[test]
    fn r17_a_call_is_kept_word_for_word_for_its_user_until_its_outcome_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, key) = (folder.path().join("client.db"), DatabaseKey::random());
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let kept = call("ann", now);
        ClientStore::open(&path, &key).expect("a store").begin_call(&kept).expect("kept");
        // The app was killed and starts again.
        let store = ClientStore::open(&path, &key).expect("a store");
        assert_eq!(store.unknown_call("ann", kept.request.id()).expect("read"), Some(kept.clone()));
        assert_eq!(store.unknown_call("bob", kept.request.id()).expect("read"), None);
        assert_eq!(store.unknown_calls("ann").expect("read"), std::slice::from_ref(&kept));
        store.end_call(kept.request.id()).expect("forgotten");
        assert_eq!(store.unknown_calls("ann").expect("read"), []);
    }

    #[test]
    fn r17_what_the_main_server_has_forgotten_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = ClientStore::open(&folder.path().join("client.db"), &DatabaseKey::random()).expect("a store");
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(10);
        let (old, new) = (call("ann", now - TimeDelta::hours(25)), call("ann", now - TimeDelta::hours(23)));
        for kept in [&old, &new] {
            store.begin_call(kept).expect("kept");
        }
        store.forget_old_calls(now).expect("forgotten");
        assert_eq!(store.unknown_calls("ann").expect("read"), [new]);
    }
}
