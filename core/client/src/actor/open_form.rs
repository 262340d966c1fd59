//! An open form with those who watch it: drawn anew when it was lent for change, or when what it depends on is different.

use std::cell::{BorrowError, BorrowMutError, Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

use twinshore_metadata::{ObjectName, Priority};

use super::{App, is_main_only};
use crate::forms::render::{self, Surroundings};
use crate::forms::session::FormSession;
use crate::view::{FormAvailability, FormView, diff};
use crate::{Route, UsedServer};

/// A form with those who watch it.
pub(crate) struct OpenForm {
    pub session: Watched<FormSession>,
    /// As told last.
    pub last: RefCell<FormView>,
    /// Where `last` was drawn.
    around: RefCell<Surroundings>,
    /// Handlers of a form run one after another.
    pub turn: tokio::sync::Mutex<()>,
}

/// A value that knows whether it was lent for change.
pub(crate) struct Watched<T> {
    value: RefCell<T>,
    changed: Cell<bool>,
}

impl<T> Watched<T> {
    pub fn new(value: T) -> Self {
        Self { value: RefCell::new(value), changed: Cell::new(true) }
    }

    pub fn borrow(&self) -> Ref<'_, T> {
        self.value.borrow()
    }

    pub fn borrow_mut(&self) -> RefMut<'_, T> {
        self.changed.set(true);
        self.value.borrow_mut()
    }

    pub fn try_borrow(&self) -> Result<Ref<'_, T>, BorrowError> {
        self.value.try_borrow()
    }

    pub fn try_borrow_mut(&self) -> Result<RefMut<'_, T>, BorrowMutError> {
        self.changed.set(true);
        self.value.try_borrow_mut()
    }

    /// True if it was lent for change since this was asked last.
    fn take_changed(&self) -> bool {
        self.changed.replace(false)
    }
}

impl App {
    /// An open form.
    pub fn form(&self, form: u32) -> Option<Rc<OpenForm>> {
        self.forms.borrow().get(&form).cloned()
    }

    /// Makes an open form of a session; nobody has been told of it.
    pub fn hold(&self, session: FormSession) -> OpenForm {
        let around = self.surroundings(&session);
        let last = FormView { revision: 1, ..self.draw_in(&session, &around) };
        OpenForm {
            session: Watched::new(session),
            last: last.into(),
            around: around.into(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Tells observers what changed: the interface whole, forms as patches.
    pub fn publish(self: &Rc<Self>) {
        let forms: Vec<Rc<OpenForm>> = self.forms.borrow().values().cloned().collect();
        for form in forms {
            self.refresh(&form);
        }
        if self.dirty.replace(false) {
            self.state.borrow_mut().revision += 1;
            let view = self.interface();
            for observer in self.observers.borrow().values() {
                observer.interface_changed(view.clone());
            }
        }
    }

    /// Draws a form anew, if it may look different, and tells its observers the patch.
    pub fn refresh_form(self: &Rc<Self>, form: u32) {
        if let Some(open) = self.form(form) {
            self.refresh(&open);
        }
    }

    fn refresh(self: &Rc<Self>, open: &OpenForm) {
        let changed = open.session.take_changed();
        let session = open.session.borrow();
        let around = self.surroundings(&session);
        if !changed && around == *open.around.borrow() {
            return;
        }
        let view = self.draw_in(&session, &around);
        *open.around.borrow_mut() = around;
        let Some(patch) = diff::diff(&open.last.borrow(), &view) else { return };
        if patch.header.is_some() {
            self.changed();
        }
        *open.last.borrow_mut() = FormView { revision: patch.revision, ..view };
        for (of, observer) in self.form_observers.borrow().values() {
            if *of == session.id {
                observer.patched(patch.clone());
            }
        }
    }

    /// The view of a form, drawn whole whatever was told: what patches have made of the last one.
    pub fn fresh_view(&self, open: &OpenForm) -> FormView {
        FormView { revision: open.last.borrow().revision, ..self.draw(&open.session.borrow()) }
    }

    /// The view of a form with revision 0.
    pub fn draw(&self, session: &FormSession) -> FormView {
        self.draw_in(session, &self.surroundings(session))
    }

    fn draw_in(&self, session: &FormSession, around: &Surroundings) -> FormView {
        let work = self.work();
        let is_local = |object: &ObjectName| {
            work.as_ref().is_some_and(|w| w.device.standalone.composition.includes(object) && !is_main_only(w, object))
        };
        render::render(session, around, &is_local)
    }

    /// Whether a form can be worked with.
    pub fn form_availability(&self, session: &FormSession) -> FormAvailability {
        render::availability(session, &self.surroundings(session))
    }

    /// What the look of a form depends on besides the form.
    fn surroundings(&self, session: &FormSession) -> Surroundings {
        let priority = self.form_priority(&session.definition.name);
        let available = self.is_available();
        Surroundings {
            available,
            in_composition: priority.is_some_and(|priority| priority != Priority::MainOnly),
            can_open_from_main: session.server == UsedServer::Standalone
                && available
                && session.owner().is_none()
                // Lists and other forms say so only where they would open from main now.
                && (session.main_object().is_some() || self.route(priority) == Route::To(UsedServer::Main)),
            language: self.language(),
            today: self.local_time().date(),
        }
    }
}
