//! Closing forms: nothing that was typed goes without the person's word (F3).

use std::rc::Rc;

use twinshore_metadata::Value;
use twinshore_modules::Argument;
use twinshore_protocol::{ServerError, WriteAction};

use super::{App, OpenForm};
use crate::UsedServer;
use crate::view::{FormAvailability, MessageKind};
use crate::words;

/// What the person wants with unsaved changes.
enum Unsaved {
    /// There are none, or they may go.
    Close,
    /// They are kept as a draft.
    Keep,
    /// The form stays.
    Stay,
}

impl App {
    /// Closes a form, after asking what becomes of unsaved changes (F3).
    pub async fn close(self: &Rc<Self>, form: u32) {
        let Some(open) = self.form(form) else { return };
        {
            let mut session = open.session.borrow_mut();
            // Who presses twice is asked once.
            if session.frozen || session.closing {
                return;
            }
            session.closing = true;
        }
        let answer = self.may_close(form, &open).await;
        open.session.borrow_mut().closing = false;
        match answer {
            Ok(Unsaved::Close) => self.close_now(form, false).await,
            Ok(Unsaved::Keep) => self.close_now(form, true).await,
            Ok(Unsaved::Stay) => {}
            Err(error) => self.show_code_error(&error, form),
        }
    }

    /// `onClose`, and the form is gone.
    pub async fn close_now(self: &Rc<Self>, form: u32, keep_draft: bool) {
        self.form_event(form, "onClose", &[Argument::Value("closed".into())]).await;
        if let Some(open) = self.form(form).filter(|_| !keep_draft) {
            self.drop_draft(&open.session.borrow().draft.to_string());
        }
        self.drop_form(form, 0);
    }

    async fn may_close(self: &Rc<Self>, form: u32, open: &Rc<OpenForm>) -> Result<Unsaved, ServerError> {
        let event = Argument::Event(Value::Structure(vec![("cancel".into(), false.into())]));
        if let Some(outcome) = self.form_event(form, "beforeClose", &[event]).await
            && outcome.arguments.get(1).and_then(|e| e.field("cancel")) == Some(&Value::Boolean(true))
        {
            return Ok(Unsaved::Stay);
        }
        let (typed, is_item, lost) = {
            let session = open.session.borrow();
            let lost = session.server == UsedServer::Main && !self.is_available();
            (session.has_typed(), session.main_object().is_some(), lost || session.pending_write.is_some())
        };
        if !typed || !(is_item || lost) {
            return Ok(Unsaved::Close);
        }
        let language = self.state.borrow().language.clone();
        let buttons = self.close_buttons(open, lost, &language);
        let answer = self.ask(words::say(&language, "unsaved").to_owned(), buttons).await;
        match answer.as_deref() {
            Some("save") => {
                self.write(form, WriteAction::Write).await?;
                // What was typed while it was being saved is not saved yet.
                Ok(if open.session.borrow().has_typed() { Unsaved::Stay } else { Unsaved::Close })
            }
            Some("discard") => {
                let mut session = open.session.borrow_mut();
                session.modified = false;
                session.touched = false;
                session.typed.clear();
                Ok(Unsaved::Close)
            }
            Some("keep-draft") => {
                // A form that is on the screen only stays there.
                if !self.keep_draft(&open.session.borrow()) {
                    self.message(MessageKind::Error, self.client_error_text(&crate::ClientError::NoRoom), form);
                    return Ok(Unsaved::Stay);
                }
                self.message(MessageKind::Info, words::say(&language, "kept-draft"), 0);
                Ok(Unsaved::Keep)
            }
            Some("openOffline") => {
                open.session.borrow_mut().closing = false;
                self.reopen_or_tell(form, UsedServer::Standalone).await;
                Ok(Unsaved::Stay)
            }
            _ => Ok(Unsaved::Stay),
        }
    }

    /// What can't be saved now can be kept; what can be opened offline goes on there.
    fn close_buttons(&self, open: &Rc<OpenForm>, lost: bool, language: &str) -> Vec<(String, String)> {
        let say = |key: &str| (key.to_owned(), words::say(language, key).to_owned());
        let offline = matches!(
            self.form_availability(&open.session.borrow()),
            FormAvailability::Unavailable { can_open_offline: true, .. }
        );
        let mut buttons = Vec::new();
        match lost {
            true => {
                buttons.extend(offline.then(|| say("openOffline")));
                buttons.push(say("keep-draft"));
            }
            false => buttons.push(say("save")),
        }
        buttons.extend([say("discard"), say("cancel")]);
        buttons
    }
}
