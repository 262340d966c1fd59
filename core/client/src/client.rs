//! The handle that shells hold.
//!
//! The client itself lives on a thread of its own and owns all its state; every method here sends it a request and returns
//! at once. Observers are called from that thread, in order, and must return quickly.

use crate::view::{FormPatch, FormView, InterfaceView, LogEntryView};

/// Told about everything around forms. The first call after subscribing brings the whole view.
pub trait ClientObserver: Send + Sync {
    /// The interface changed.
    fn interface_changed(&self, view: InterfaceView);
    /// A call was made.
    fn logged(&self, entry: LogEntryView);
}

/// Told about one form. The first call after subscribing is `reset`.
pub trait FormObserver: Send + Sync {
    /// The whole form.
    fn reset(&self, view: FormView);
    /// What changed; one patch an event.
    fn patched(&self, patch: FormPatch);
    /// The form is gone. If it was reopened, `successor` is the form that took its place, else 0.
    fn closed(&self, successor: u32);
}
