//! What is typed is kept in the client's file; while there is no room, it is on the screen, and keeping it is tried again.

use std::rc::Rc;

use twinshore_metadata::{TypeSet, Value, text};
use twinshore_protocol::ServerError;
use uuid::Uuid;

use super::App;
use super::reopen::title_of;
use crate::forms::render;
use crate::forms::session::{DraftContent, FormSession};
use crate::reopening::{FillOptions, FormShape, Sides, fill_plan};
use crate::store::KeptDraft;
use crate::view::MessageKind;
use crate::words;
use crate::{ClientError, Route, UsedServer};

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
        if !form.has_draft() {
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
            user: self.state.borrow().account.clone(),
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
                self.options.clock.sleep(self.options.settings.store_retry).await;
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
                session.has_draft() && session.draft.to_string() == id
            };
            let gone = self.forms.borrow().values().any(in_use) || self.store.drop_draft(&id).is_ok();
            gone && self.done_drafts.borrow_mut().remove(&id)
        })
    }

    /// Goes on with a draft: the form opens on the server that can be called now, with what was typed (F19).
    pub async fn take_draft(self: &Rc<Self>, id: &str) {
        let open = self.forms.borrow().values().map(|open| open.session.borrow().draft.to_string()).any(|draft| draft == id);
        // Who presses twice gets one form.
        if open || !self.taken_drafts.borrow_mut().insert(id.to_owned()) {
            return;
        }
        self.open_taken(id).await;
        self.taken_drafts.borrow_mut().remove(id);
    }

    async fn open_taken(self: &Rc<Self>, id: &str) {
        let user = self.state.borrow().account.clone();
        let Some(draft) = self.check_store(self.store.draft(id, &user)).flatten() else { return };
        let Ok(content) = serde_json::from_str::<DraftContent<'_>>(&draft.content) else {
            return self.show_draft(&draft.id, "draft-unreadable", draft.content).await;
        };
        if self.is_gone(&content) {
            return self.show_draft(&draft.id, "draft-form-gone", values_of(&content)).await;
        }
        let server = match self.route(self.form_priority(&content.form)) {
            // A write whose outcome is not known is repeated where it was made (R17).
            _ if content.pending_write.is_some() => content.server,
            Route::To(server) => server,
            Route::Unavailable(reason) => return self.show_error(&ServerError::MainServerUnavailable { reason }, 0),
        };
        match self.open_draft(&draft.id, &content, server).await {
            Ok(form) => {
                self.show_form(form);
                self.give_way_to(form).await;
            }
            Err(error) => {
                self.show_code_error(&error, 0);
                let language = self.state.borrow().language.clone();
                self.message(MessageKind::Info, words::say(&language, "draft-stays"), 0);
            }
        }
    }

    /// Other forms of the same item that keep nothing go: the person wanted the text of this one.
    async fn give_way_to(self: &Rc<Self>, form: u32) {
        let Some(open) = self.form(form) else { return };
        let (name, key) = {
            let session = open.session.borrow();
            (session.definition.name.clone(), session.key.clone())
        };
        let Some(key) = key else { return };
        let others: Vec<u32> = {
            let forms = self.forms.borrow();
            let sessions = forms.values().map(|open| open.session.borrow()).filter(|session| {
                let keeps = session.has_draft() || session.frozen || session.closing;
                session.id != form && session.shows(&name, Some(&key)) && !keeps
            });
            sessions.map(|session| session.id).collect()
        };
        for other in others {
            self.close_now(other, false).await;
        }
    }

    /// `onOpen` runs first, as in a reopening, so that it overwrites nothing that was typed.
    async fn open_draft(self: &Rc<Self>, id: &str, content: &DraftContent<'_>, server: UsedServer) -> Result<u32, ServerError> {
        let new_id = content.is_new.then(|| content.key.as_ref().map(|k| k.id)).flatten();
        let mut parameters = content.parameters.clone();
        if !content.is_new {
            parameters.key.clone_from(&content.key);
        }
        let response = self.ask_form(&content.form, &parameters, server, true, new_id).await?;
        let form = self.add_form(&content.form, parameters, server, response)?;
        self.run_on_open(form).await;
        self.fill_from_draft(form, content);
        if let (Some(open), Ok(id)) = (self.form(form), Uuid::parse_str(id)) {
            open.session.borrow_mut().draft = id;
        }
        self.read_lists(form).await;
        Ok(form)
    }

    /// What was typed lies over what the server has now; a write of unknown outcome stays what it was.
    fn fill_from_draft(&self, form: u32, content: &DraftContent<'_>) {
        let Some(open) = self.form(form) else { return };
        let mut session = open.session.borrow_mut();
        let shape = session.shape();
        let complex: Vec<String> = session.definition.complex_attributes().map(str::to_owned).collect();
        let old = shape_of_draft(content, &shape);
        let theirs = session.record.clone();
        let sides = Sides { base: &content.base, mine: &content.record, theirs: &theirs, is_new: content.is_new };
        match fill_plan(&sides, &old, &shape, &FillOptions { except: complex, ..FillOptions::default() }) {
            Ok(plan) => {
                session.take(&plan);
                let language = self.state.borrow().language.clone();
                session.left_behind = plan.skipped.iter().map(|name| title_of(&session, name, &language)).collect();
            }
            Err(error) => tracing::error!(%error, "a draft could not be filled in"),
        }
        for (key, theirs) in &content.conflicts {
            if session.record.get(key) == content.record.get(key) {
                session.conflicts.entry(key.clone()).or_insert_with(|| theirs.clone());
            }
        }
        session.row_conflicts.extend(content.row_conflicts.clone());
        session.typed.clone_from(&content.typed);
        session.forget_what_is_gone();
        session.modified |= content.modified;
        session.touched = true;
        // Whether some of it lives in the form only is not known any more; rather one draft too many than one too few.
        session.touched_own = !session.definition.attributes.is_empty();
        if session.server == content.server && session.is_new == content.is_new {
            session.pending_write.clone_from(&content.pending_write);
        }
    }

    /// True if an update took the form away.
    fn is_gone(&self, content: &DraftContent<'_>) -> bool {
        let there = |work: &super::Work| {
            let forms =
                [UsedServer::Main, UsedServer::Standalone].map(|s| work.bundle(s).configuration.form(&content.form).is_some());
            forms.contains(&true)
        };
        self.work().is_some_and(|work| !there(&work))
    }

    /// A draft that can't be opened any more: what was typed can be read and copied, and stays until the person throws it away.
    async fn show_draft(self: &Rc<Self>, id: &str, why: &str, values: String) {
        let language = self.state.borrow().language.clone();
        let say = |key: &str| (key.to_owned(), words::say(&language, key).to_owned());
        let text = format!("{}\n\n{values}", words::say(&language, why));
        if self.ask(text, vec![say("keep-draft"), say("discard")]).await.as_deref() == Some("discard") {
            self.drop_draft(id);
            self.changed();
        }
    }
}

/// The draft's own names: what the form does not have here is left behind by name, not forgotten.
fn shape_of_draft(content: &DraftContent<'_>, here: &FormShape) -> FormShape {
    here.with_names(content.record.attributes.keys().map(String::as_str), content.record.tables.keys().map(String::as_str))
}

/// What was typed, line by line.
fn values_of(content: &DraftContent<'_>) -> String {
    let locale = text::Locale::of("en");
    let changes = content.base.changes_to(&content.record);
    let show = |value: &Value| text::format(value, &TypeSet(Vec::new()), &locale, None);
    let attributes = changes.attributes.iter().map(|(name, value)| format!("{name}: {}", show(value)));
    let typed = content.typed.iter().map(|(name, (typed, _))| format!("{name}: {typed}"));
    let rows = changes.tables.iter().flat_map(|(name, rows)| {
        rows.iter().map(move |row| {
            let cells: Vec<String> = row.values.values().map(show).filter(|text| !text.is_empty()).collect();
            format!("{name}: {}", cells.join(" | "))
        })
    });
    attributes.chain(typed).chain(rows).collect::<Vec<_>>().join("\n")
}
