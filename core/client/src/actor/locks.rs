//! Locks (F14): the first thing typed into an item asks its server to keep others out; typing never waits for the answer. If
//! somebody else types, the form can only be read, with everything that was typed in it, until they are done.
//!
//! A lock lives on its server as long as the session gives signs of life; versions are checked on every write anyway.

use std::rc::Rc;

use twinshore_protocol::{LockRequest, ServerError};

use super::App;
use super::input::{field_path, table_path};
use crate::UsedServer;
use crate::forms::period;
use crate::forms::session::{EditLock, FormSession};
use crate::view::MessageKind;
use crate::words;

impl App {
    /// The person changed something: it is kept before anything else happens, then others are kept out.
    pub fn edited(self: &Rc<Self>, form: u32, element: u32) {
        let Some(open) = self.form(form) else { return };
        {
            let mut session = open.session.borrow_mut();
            session.touched = true;
            let names = edited_names(&session, element);
            session.touched_own |= session.definition.attributes.iter().any(|own| names.iter().any(|name| name == own.name()));
        }
        self.keep_draft(&open.session.borrow());
        if self.should_lock(&open.session.borrow()) {
            open.session.borrow_mut().lock = EditLock::Asked;
            self.spawn_caused(move |app| async move {
                let _ = app.ask_for_lock(form).await;
            });
        }
    }

    fn should_lock(&self, session: &FormSession) -> bool {
        let stored = session.main_object().is_some_and(|object| object.name.kind.is_stored_object());
        stored
            && !session.is_new
            && session.has_typed()
            && session.lock == EditLock::None
            && self.server(session.server).is_ok()
    }

    /// True if others are kept out now.
    async fn ask_for_lock(self: &Rc<Self>, form: u32) -> bool {
        let Some(open) = self.form(form) else { return false };
        let (server, reference) = {
            let session = open.session.borrow();
            (session.server, session.key.clone())
        };
        let Some(reference) = reference else { return false };
        let request = LockRequest { reference, lock: true };
        let answer = self.call(server, "lock", |s| async move { s.lock(request).await }).await;
        let mut session = open.session.borrow_mut();
        session.lock = match answer.map(|a| a.held_by) {
            Ok(None) => EditLock::Held,
            Ok(Some(by)) => EditLock::Refused { by },
            // Without an answer nobody is kept out; the version is checked when it is written.
            Err(_) => EditLock::None,
        };
        let held = session.lock == EditLock::Held;
        let gone = self.form(form).is_none();
        if held && (gone || !session.has_typed()) {
            // Saved or closed before the answer came.
            self.release_lock(&session);
            session.lock = EditLock::None;
        }
        held
    }

    /// Lets others in.
    pub fn release_lock(self: &Rc<Self>, session: &FormSession) {
        if session.lock != EditLock::Held || self.server(session.server).is_err() {
            return;
        }
        let (server, Some(reference)) = (session.server, session.key.clone()) else { return };
        let request = LockRequest { reference, lock: false };
        self.spawn_caused(move |app| async move {
            // A lock that can't be given back dies with its session.
            drop(app.call(server, "unlock", |s| async move { s.lock(request).await }).await);
        });
    }

    /// The person tries again; what was written meanwhile comes in under what is typed.
    pub async fn try_again(self: &Rc<Self>, form: u32) {
        if !self.ask_for_lock(form).await {
            return self.tell_still_locked(form);
        }
        let Some(open) = self.form(form) else { return };
        match self.ask_again(form).await {
            Ok(theirs) if theirs.version != open.session.borrow().version => {
                let result = self.put_together(form, &theirs);
                let language = self.state.borrow().language.clone();
                match result {
                    Ok(report) if report.conflicts.is_empty() => {}
                    Ok(_) => self.message(MessageKind::Warning, words::say(&language, "conflicts"), form),
                    Err(error) => self.show_error(&error, form),
                }
            }
            Ok(_) | Err(ServerError::NotFound { .. }) => {}
            Err(error) => self.show_error(&error, form),
        }
    }

    /// The form's band says who edits the item; whoever asked again is answered, too.
    fn tell_still_locked(&self, form: u32) {
        let text = self.form(form).map(|open| locked_text(&open.session.borrow(), &self.state.borrow().language));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.message(MessageKind::Warning, text, form);
        }
    }

    /// The main server is back: its locks may have died (F4), so they are asked for anew.
    pub fn lock_again(self: &Rc<Self>) {
        let forms: Vec<u32> = self.forms.borrow().keys().copied().collect();
        for form in forms {
            let Some(open) = self.form(form) else { continue };
            let again = {
                let mut session = open.session.borrow_mut();
                let mine = session.server == UsedServer::Main && matches!(session.lock, EditLock::Held | EditLock::None);
                if mine {
                    session.lock = EditLock::None;
                }
                mine && session.has_typed() && !session.frozen
            };
            if again && self.should_lock(&open.session.borrow()) {
                open.session.borrow_mut().lock = EditLock::Asked;
                self.spawn_caused(move |app| async move {
                    let _ = app.ask_for_lock(form).await;
                });
            }
        }
    }
}

/// Attributes and tables that an element changes.
fn edited_names(session: &FormSession, element: u32) -> Vec<String> {
    let ends = session.definition.elements.get(element as usize).and_then(period::ends_of);
    match ends {
        Some(ends) => ends.map(str::to_owned).to_vec(),
        None => field_path(session, element).or_else(|| table_path(session, element)).into_iter().collect(),
    }
}

/// Why nothing can be typed for now; empty for nothing.
pub fn locked_text(session: &FormSession, language: &str) -> String {
    match &session.lock {
        EditLock::Refused { by } => words::say_with(language, "locked-by", &[("by", by.as_str().into())]),
        _ => String::new(),
    }
}
