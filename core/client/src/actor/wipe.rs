//! Main refuses an account (A3): nobody gets at its data on this device any more, or they are removed.
//!
//! Invariant: a wipe takes the key away before anything else that takes time; what a kill leaves of the folder nobody can read, and
//! the next start removes it.

use std::io::ErrorKind;
use std::path::Path;
use std::rc::Rc;

use twinshore_protocol::{BarReason, ServerError};

use super::App;
use crate::account::Account;
use crate::keys;

/// Folders of wiped accounts are called so until they are gone: a later sign-in of the same person finds nothing of them.
const WIPED: &str = "wiped-";

impl App {
    /// Main refuses this account (A3): nobody gets at its data here, or they are removed.
    pub async fn barred(self: &Rc<Self>, reason: BarReason) {
        let Some(account) = self.account() else { return };
        let text = self.error_text(&ServerError::Barred { reason });
        if reason == BarReason::DeviceWiped {
            self.wipe(&account).await;
        } else {
            if !self.keep_all_drafts() {
                tracing::warn!("some typed text could not be kept before the account was locked");
            }
            self.change_account(|account| account.barred = Some(reason));
            self.leave();
        }
        self.sign_in_screen(account.session.user_name, text, false);
    }

    /// Removes an account with all that belongs to it, and tells main (A3).
    async fn wipe(self: &Rc<Self>, account: &Account) {
        let mut wiped = self.accounts.wiped();
        // Tokens that can't be read can't tell main; the data go all the same.
        wiped.extend(self.accounts.tokens(&account.id).ok().flatten());
        let kept = self.accounts.keep_wiped(&wiped);
        self.leave();
        take_away(&self.options.directory, &account.base);
        let locked = keys::forget_key(&*self.options.platform, &account.base);
        self.check_store(self.store.drop_drafts_of(&account.id));
        let wiped_of = |folder: &str| self.options.directory.join(format!("{WIPED}{folder}"));
        crate::set_aside::give_up(&self.options.directory, &account.base, wiped_of);
        remove_leftovers(&self.options.directory);
        let forgotten = self.accounts.forget(&account.id);
        for error in [kept, locked, forgotten].into_iter().filter_map(Result::err) {
            tracing::error!(%error, "the secret store refused while an account was wiped");
        }
        self.tell_wipes().await;
    }

    /// Tells main of wipes that it does not know of yet.
    pub async fn tell_wipes(self: &Rc<Self>) {
        let wiped = self.accounts.wiped();
        if wiped.is_empty() {
            return;
        }
        let mut left = Vec::new();
        for tokens in wiped {
            // Any other answer: told, or told before.
            if let Err(ServerError::MainServerUnavailable { .. } | ServerError::CallOutcomeUnknown { .. }) =
                self.connection.wiped(&tokens).await
            {
                left.push(tokens);
            }
        }
        if let Err(error) = self.accounts.keep_wiped(&left) {
            tracing::warn!(%error, "what main is to be told of wipes could not be kept");
        }
    }
}

fn take_away(directory: &Path, base: &str) {
    let folder = directory.join(base);
    let aside = directory.join(format!("{WIPED}{base}"));
    // Left by a wipe of the same account that was killed.
    let _ = std::fs::remove_dir_all(&aside);
    match std::fs::rename(&folder, &aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::error!(%error, "the folder of a wiped account could not be taken away");
            let _ = std::fs::remove_dir_all(&folder);
        }
        _ => {}
    }
}

/// Removes what wipes have taken away.
pub(super) fn remove_leftovers(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(WIPED)) {
        if let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::error!(%error, "the folder of a wiped account could not be removed");
        }
    }
}
