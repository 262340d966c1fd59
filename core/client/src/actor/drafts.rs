//! What is typed is kept in the client's file; while there is no room, it is on the screen, and keeping it is tried again.

use std::rc::Rc;

use super::App;
use crate::ClientError;
use crate::forms::render;
use crate::forms::session::FormSession;
use crate::store::KeptDraft;
use crate::view::MessageKind;

impl App {
    /// A failure of the client's own file is told, want of room once; what was typed stays in memory.
    pub fn check_store<T>(&self, result: Result<T, ClientError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let no_room = matches!(error, ClientError::NoRoom);
                if !no_room || !self.unkept.replace(true) {
                    self.message(MessageKind::Error, self.client_error_text(&error), 0);
                }
                if no_room {
                    self.no_room.notify_one();
                }
                None
            }
        }
    }

    /// Keeps what is typed into a form, or drops the draft if nothing is. False if it is on the screen only.
    pub fn keep_draft(&self, form: &FormSession) -> bool {
        if !form.has_typed() {
            self.drop_draft(&form.draft.to_string());
            return true;
        }
        self.check_store(self.store.keep_draft(&self.draft_of(form))).is_some()
    }

    /// A draft is done with; if it can't be taken out of the file now, it is not offered, and taken out later.
    pub fn drop_draft(&self, id: &str) {
        if self.check_store(self.store.drop_draft(id)).is_none() {
            self.done_drafts.borrow_mut().insert(id.to_owned());
        }
    }

    /// The draft of a form as it is kept.
    pub fn draft_of(&self, form: &FormSession) -> KeptDraft {
        KeptDraft {
            id: form.draft.to_string(),
            title: render::title(form, &self.state.borrow().language),
            when: self.options.clock.now().to_rfc3339(),
            content: serde_json::to_string(&form.draft_content()).unwrap_or_default(),
        }
    }

    /// Keeps what is typed into every form. False if something is on the screen only.
    #[must_use]
    pub fn keep_all_drafts(&self) -> bool {
        let open: Vec<_> = self.forms.borrow().values().cloned().collect();
        let unkept = open.iter().filter(|open| !self.keep_draft(&open.session.borrow())).count();
        unkept == 0
    }

    /// While something could not be kept, tries again; a person who frees some space has nothing else to do.
    pub async fn keep_when_there_is_room(self: Rc<Self>) {
        loop {
            self.no_room.notified().await;
            while self.unkept.get() {
                tokio::time::sleep(self.options.settings.store_retry).await;
                if self.stopping.get() {
                    return;
                }
                if self.keep_what_is_not_kept() {
                    self.unkept.set(false);
                    self.message(MessageKind::Info, self.say("kept-again"), 0);
                }
                self.publish();
            }
        }
    }

    fn keep_what_is_not_kept(&self) -> bool {
        let mode = self.state.borrow().mode;
        // New drafts first: a kill in between leaves two rather than none.
        if self.store.set("mode", &mode).is_err() || !self.keep_all_drafts() {
            return false;
        }
        let done: Vec<String> = self.done_drafts.borrow().iter().cloned().collect();
        done.into_iter().all(|id| {
            let in_use = |open: &Rc<super::OpenForm>| {
                let session = open.session.borrow();
                session.has_typed() && session.draft.to_string() == id
            };
            let gone = self.forms.borrow().values().any(in_use) || self.store.drop_draft(&id).is_ok();
            gone && self.done_drafts.borrow_mut().remove(&id)
        })
    }
}
