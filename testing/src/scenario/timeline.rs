//! What happened in a world, in order: shown when a scenario fails, and what waiting conditions look at anew.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;
use tokio::sync::watch;

/// Happenings kept.
const KEPT: usize = 400;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// Milliseconds since the scenario began.
    pub at_ms: u64,
    /// Who it is about: a device, `main`, `scenario`.
    pub who: String,
    /// What happened.
    pub what: String,
    /// Place in the scenario file that did it; empty if it happened by itself.
    pub place: String,
}

/// Happenings of one world.
pub(super) struct Timeline {
    begun: Instant,
    happenings: Mutex<VecDeque<Happening>>,
    changes: watch::Sender<u64>,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), happenings: Mutex::default(), changes: watch::channel(0).0 }
    }

    /// Notes something.
    pub(super) fn note(&self, who: &str, what: impl Into<String>) {
        self.note_at(who, what, "");
    }

    /// Notes something that the scenario did.
    pub(super) fn note_at(&self, who: &str, what: impl Into<String>, place: &str) {
        let at_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let happening = Happening { at_ms, who: who.to_owned(), what: what.into(), place: place.to_owned() };
        let mut happenings = self.happenings.lock().unwrap_or_else(PoisonError::into_inner);
        // A condition that is looked at again and again is one line.
        if happenings.back().is_some_and(|last| last.what == happening.what && last.place == happening.place && last.who == who)
        {
            return;
        }
        if happenings.len() == KEPT {
            happenings.pop_front();
        }
        happenings.push_back(happening);
        drop(happenings);
        self.stir();
    }

    /// Something changed that conditions may look at.
    pub(super) fn stir(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// How often something changed so far.
    pub(super) fn seen(&self) -> u64 {
        *self.changes.borrow()
    }

    /// Lets others say that something changed.
    pub(super) fn stirrer(&self) -> watch::Sender<u64> {
        self.changes.clone()
    }

    /// Told when something changes.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The last happenings.
    pub(super) fn last(&self, count: usize) -> Vec<Happening> {
        let happenings = self.happenings.lock().unwrap_or_else(PoisonError::into_inner);
        happenings.iter().skip(happenings.len().saturating_sub(count)).cloned().collect()
    }
}
