//! Following a new configuration at once, where the main server wants it so: while somebody develops an app, what they save reaches
//! the open phone by itself. Forms come back as they were, with what was typed in them.

use std::rc::Rc;

use twinshore_metadata::FormName;

use super::App;
use super::updates::Offer;
use crate::forms::session::OpenParameters;
use crate::view::ScreenView;

/// A form that was open before.
enum Shown {
    /// Something was typed into it: its draft has it.
    Typed(String),
    /// It is read anew.
    Untouched(FormName, Box<OpenParameters>),
}

impl App {
    /// Follows a configuration without asking, once. Handlers that run end before; what they ask the person is answered before.
    pub(super) async fn follow_at_once(self: &Rc<Self>, offer: Offer) {
        let working = || matches!(self.state.borrow().screen, ScreenView::Work);
        if !working() || self.state.borrow_mut().update.asked.replace(offer.hash.clone()).as_ref() == Some(&offer.hash) {
            return;
        }
        self.until_code_rests().await;
        // A newer one may have come meanwhile: that one is followed.
        let is_newest = self.state.borrow().update.offer.as_ref() == Some(&offer);
        if !working() || !is_newest {
            return;
        }
        let (shown, active) = self.what_is_shown();
        if self.update_in_place(&offer).await.is_err() {
            return;
        }
        let mut front = 0;
        for (form, number) in shown {
            let before = self.state.borrow().active;
            match form {
                Shown::Typed(draft) => self.take_draft(&draft).await,
                Shown::Untouched(name, parameters) => drop(self.open_or_tell(&name, *parameters, None, None).await),
            }
            // The form that was in front is so again.
            let opened = self.state.borrow().active;
            if number == active && opened != before {
                front = opened;
            }
        }
        self.activate(front);
        self.publish();
    }

    /// Waits until no module code runs.
    async fn until_code_rests(&self) {
        while self.handlers.get() > 0 {
            self.code_ended.notified().await;
        }
    }

    /// Open forms in the order of windows with their numbers, and the one in front. Forms that somebody waits for are left out: who
    /// waited is gone with the old configuration.
    fn what_is_shown(&self) -> (Vec<(Shown, u32)>, u32) {
        let state = self.state.borrow();
        let shown = state.order.iter().filter_map(|number| {
            let open = self.form(*number)?;
            let session = open.session.borrow();
            if session.owner().is_some() || session.awaited.is_some() {
                return None;
            }
            let form = if session.has_draft() {
                Shown::Typed(session.draft.to_string())
            } else {
                let mut parameters = session.parameters.clone();
                if !session.is_new {
                    parameters.key.clone_from(&session.key);
                    parameters.copy_of = None;
                }
                Shown::Untouched(session.definition.name.clone(), Box::new(parameters))
            };
            Some((form, *number))
        });
        (shown.collect(), state.active)
    }
}
