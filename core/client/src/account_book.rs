//! Accounts of this device in the platform's secret store: who signed in, with their tokens.
//!
//! Accounts of other main servers (tenants) are left alone: an app that is set to another main server sees its own only (A4).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use twinshore_protocol::SessionResponse;

use crate::account::{Account, Contact, Tries, account_id, base_folder};
use crate::{Platform, PlatformError, Tokens};

/// Accounts of all main servers on this device.
const INDEX: &str = "accounts";
/// Tokens of wiped accounts whose main server has not been told yet.
const WIPED: &str = "wiped";

#[derive(Clone, Serialize, Deserialize)]
struct Row {
    id: String,
    main_server: String,
}

/// The accounts of one main server.
pub struct AccountBook {
    platform: Arc<dyn Platform>,
    main_server: String,
    all: RefCell<BTreeMap<String, Account>>,
    index: RefCell<Vec<Row>>,
}

impl AccountBook {
    /// Reads the accounts of a main server.
    ///
    /// # Errors
    /// If the secret store can't be read: it must not be taken for an empty one.
    pub fn load(
        platform: Arc<dyn Platform>,
        main_server: &str,
        directory: &Path,
        now: DateTime<Utc>,
    ) -> Result<Self, PlatformError> {
        let index: Vec<Row> = read(&*platform, INDEX)?.unwrap_or_default();
        let mut all = BTreeMap::new();
        for row in index.iter().filter(|row| row.main_server == main_server) {
            if let Some(account) = read::<Account>(&*platform, &name_of(&row.id))? {
                all.insert(row.id.clone(), account);
            }
        }
        let book = Self { platform, main_server: main_server.to_owned(), all: all.into(), index: index.into() };
        if book.all.borrow().is_empty() {
            book.adopt(directory, now)?;
        }
        Ok(book)
    }

    /// A device of the first version knew one person only.
    fn adopt(&self, directory: &Path, now: DateTime<Utc>) -> Result<(), PlatformError> {
        #[derive(Deserialize)]
        struct SignedIn {
            session: SessionResponse,
            verifier: String,
            complete: bool,
        }
        let Some(old) = read::<SignedIn>(&*self.platform, "signed-in")? else { return Ok(()) };
        let base = base_folder(&self.main_server, &old.session.user_name);
        let folder = directory.join(&base);
        if folder.is_dir() && !folder.join("device-bundle.zst").exists() {
            let _ = std::fs::rename(directory.join("device-bundle.zst"), folder.join("device-bundle.zst"));
        }
        let id = account_id(&self.main_server, &old.session.user_name);
        if let Some(tokens) = read::<Tokens>(&*self.platform, "tokens")? {
            self.keep_tokens(&id, Some(&tokens))?;
        }
        self.keep(Account {
            id,
            base,
            session: old.session,
            verifier: old.verifier,
            pin: None,
            complete: old.complete,
            grace_days: 14,
            contact: Contact::at(now),
            tries: Tries::default(),
            barred: None,
        })?;
        self.platform.set_secret("signed-in", None)?;
        self.platform.set_secret("tokens", None)
    }

    /// Names of those who can sign in without a connection, for the sign-in screen.
    pub fn names(&self) -> Vec<String> {
        let all = self.all.borrow();
        all.values().filter(|account| account.complete).map(|account| account.session.user_name.clone()).collect()
    }

    /// An account by its id.
    pub fn get(&self, id: &str) -> Option<Account> {
        self.all.borrow().get(id).cloned()
    }

    /// An account by the name of its user.
    pub fn find(&self, user_name: &str) -> Option<Account> {
        self.get(&account_id(&self.main_server, user_name.trim()))
    }

    /// Keeps an account.
    ///
    /// # Errors
    /// If the secret store can't be written.
    pub fn keep(&self, account: Account) -> Result<(), PlatformError> {
        write(&*self.platform, &name_of(&account.id), Some(&account))?;
        let known = self.index.borrow().iter().any(|row| row.id == account.id);
        if !known {
            let mut index = self.index.borrow().clone();
            index.push(Row { id: account.id.clone(), main_server: self.main_server.clone() });
            write(&*self.platform, INDEX, Some(&index))?;
            *self.index.borrow_mut() = index;
        }
        self.all.borrow_mut().insert(account.id.clone(), account);
        Ok(())
    }

    /// Changes an account and keeps it.
    ///
    /// # Errors
    /// If the secret store can't be written; the account is as it was then.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Account)) -> Result<(), PlatformError> {
        let Some(mut account) = self.get(id) else { return Ok(()) };
        change(&mut account);
        self.keep(account)
    }

    /// Time went on for all accounts; kept with the next [`Self::keep_all`].
    pub fn tick(&self, now: DateTime<Utc>, elapsed: Duration) {
        for account in self.all.borrow_mut().values_mut() {
            account.contact.tick(now, elapsed);
            account.tries.waited(elapsed);
        }
    }

    /// True if somebody has to wait because of wrong tries.
    pub fn is_waiting(&self) -> bool {
        self.all.borrow().values().any(|account| account.tries.wait().is_some())
    }

    /// Keeps what [`Self::tick`] changed.
    ///
    /// # Errors
    /// If the secret store can't be written.
    pub fn keep_all(&self) -> Result<(), PlatformError> {
        let all: Vec<Account> = self.all.borrow().values().cloned().collect();
        all.iter().try_for_each(|account| write(&*self.platform, &name_of(&account.id), Some(account)))
    }

    /// Takes an account away with its secrets.
    ///
    /// # Errors
    /// If the secret store can't be written.
    pub fn forget(&self, id: &str) -> Result<(), PlatformError> {
        self.keep_tokens(id, None)?;
        self.platform.set_secret(&name_of(id), None)?;
        let index: Vec<Row> = self.index.borrow().iter().filter(|row| row.id != id).cloned().collect();
        write(&*self.platform, INDEX, Some(&index))?;
        *self.index.borrow_mut() = index;
        self.all.borrow_mut().remove(id);
        Ok(())
    }

    /// Tokens of an account.
    ///
    /// # Errors
    /// If the secret store can't be read: that is not the same as having none.
    pub fn tokens(&self, id: &str) -> Result<Option<Tokens>, PlatformError> {
        read(&*self.platform, &format!("tokens.{id}"))
    }

    /// Keeps tokens of an account.
    ///
    /// # Errors
    /// If the secret store can't be written.
    pub fn keep_tokens(&self, id: &str, tokens: Option<&Tokens>) -> Result<(), PlatformError> {
        write(&*self.platform, &format!("tokens.{id}"), tokens)
    }

    /// Keeps tokens of the person they name.
    ///
    /// # Errors
    /// If the secret store can't be written.
    pub fn keep_new_tokens(&self, tokens: &Tokens) -> Result<(), PlatformError> {
        self.keep_tokens(&account_id(&self.main_server, &tokens.user_name), Some(tokens))
    }

    /// Tokens by which main is told of wipes.
    pub fn wiped(&self) -> Vec<Tokens> {
        read(&*self.platform, WIPED).ok().flatten().unwrap_or_default()
    }

    /// Keeps them until main was told.
    ///
    /// # Errors
    /// If the secret store can't be written.
    pub fn keep_wiped(&self, tokens: &[Tokens]) -> Result<(), PlatformError> {
        write(&*self.platform, WIPED, (!tokens.is_empty()).then_some(&tokens))
    }
}

fn name_of(id: &str) -> String {
    format!("account.{id}")
}

/// What is there and can't be understood must not be taken for nothing: the person would seem to be signed out.
fn read<T: DeserializeOwned>(platform: &dyn Platform, name: &str) -> Result<Option<T>, PlatformError> {
    let Some(text) = platform.secret(name)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| PlatformError::Secrets(format!("{name} is damaged")))
}

fn write<T: Serialize>(platform: &dyn Platform, name: &str, value: Option<&T>) -> Result<(), PlatformError> {
    let text = value.map(|value| serde_json::to_string(value).unwrap_or_default());
    platform.set_secret(name, text.as_deref())
}
