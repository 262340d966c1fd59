//! Beginning anew for one account whose database on this device can't be read (A2): offered at the sign-in, done after a question. Other
//! accounts go on as they are.

use std::rc::Rc;

use super::App;
use crate::account::Account;
use crate::forms::words;
use crate::{ClientError, set_aside};

/// The answer that begins anew.
const YES: &str = "begin-anew";
/// The answer that changes nothing.
const NO: &str = "leave";

/// A database that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    account: String,
    file: String,
}

impl App {
    /// An account could not be opened: the person reads why at the sign-in, and may begin anew if only that helps.
    pub(super) fn could_not_open(self: &Rc<Self>, account: &Account, error: &ClientError) {
        let text = self.client_error_text(error);
        let unreadable = error.unreadable_file().map(|file| Unreadable { account: account.id.clone(), file: file.to_owned() });
        self.show_sign_in(account.session.user_name.clone(), text, false, unreadable);
    }

    /// The person wants to begin anew, and is asked once more.
    pub(super) async fn begin_anew(self: &Rc<Self>) {
        let Some(unreadable) = self.state.borrow().unreadable.clone() else { return };
        let Some(account) = self.accounts.get(&unreadable.account) else { return };
        let user = account.session.user_name.clone();
        let question = words::say_with(
            &self.language(),
            "begin-anew-account",
            &[("user", user.into()), ("file", unreadable.file.as_str().into())],
        );
        // First what is done without a second thought.
        let buttons = [(NO, "begin-anew-no"), (YES, "begin-anew-yes")];
        let buttons = buttons.map(|(id, key)| (id.to_owned(), self.say(key).to_owned()));
        let answer = self.ask(question, buttons.into()).await;
        // Somebody else may be on the way in by now.
        if answer.as_deref() != Some(YES) || self.state.borrow().unreadable.as_ref() != Some(&unreadable) {
            return;
        }
        self.sign_in_screen(account.session.user_name.clone(), "", true);
        let begun = {
            let _door = self.at_the_door().await;
            self.give_up_database(&account).await
        };
        match begun {
            // As after a start: whoever protects the app with a PIN is asked for it.
            Ok(()) => Rc::clone(self).resume_work().await,
            Err(error) => self.could_not_open(&account, &error),
        }
    }

    /// Sets the database of an account aside, unless it opens by now.
    async fn give_up_database(self: &Rc<Self>, account: &Account) -> Result<(), ClientError> {
        let files = self.files(account)?;
        let error = match self.open_work(account, &files).await {
            Ok(()) => {
                self.close_work();
                return Ok(());
            }
            Err(error) if error.unreadable_file().is_some() => error,
            Err(error) => return Err(error),
        };
        let (directory, base) = (self.options.directory.clone(), account.base.clone());
        let (now, language) = (self.options.clock.now(), self.language());
        let moved = tokio::task::spawn_blocking(move || set_aside::set_aside(&directory, &base, now, &language, &error));
        moved.await.map_err(|error| ClientError::Folder(std::io::Error::other(error)))?
    }

    /// Data that were taken away, or set aside, have to be downloaded again: without them nobody works (A1).
    pub(super) fn check_complete(&self, account: &Account) {
        if account.complete && !self.database_of(account).exists() {
            self.change_account(|account| account.complete = false);
        }
    }
}
