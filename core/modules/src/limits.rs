//! How much a call of module code may use.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::SourcePosition;

/// Limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// Milliseconds of running, operations of the host included; waiting for an answer that comes later and for the main server
    /// does not count.
    pub time_ms: u64,
    /// Bytes of the whole context.
    pub memory_bytes: usize,
    /// Bytes of stack, from the outermost call of module code on its thread. Threads that run modules need as much again.
    pub stack_bytes: usize,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self { time_ms: 5_000, memory_bytes: 64 << 20, stack_bytes: 1 << 20 }
    }
}

/// Watches the time of the call that runs.
#[derive(Debug)]
pub struct Watch {
    deadline: Cell<Option<Instant>>,
    hit: Cell<bool>,
    place: RefCell<Option<SourcePosition>>,
}

impl Watch {
    /// A watch that lets everything run.
    pub const fn new() -> Self {
        Self { deadline: Cell::new(None), hit: Cell::new(false), place: RefCell::new(None) }
    }

    /// A call begins.
    pub fn start(&self, time_ms: u64) {
        self.hit.set(false);
        self.place.take();
        self.deadline.set(Instant::now().checked_add(Duration::from_millis(time_ms)));
    }

    /// The call ended.
    pub fn stop(&self) {
        self.deadline.set(None);
    }

    /// Time that was not the code's.
    pub fn forgive(&self, spent: Duration) {
        self.deadline.set(self.deadline.get().and_then(|deadline| deadline.checked_add(spent)));
    }

    /// True if the time is over; remembered until the next call.
    pub fn is_over(&self) -> bool {
        let over = self.deadline.get().is_some_and(|deadline| Instant::now() > deadline);
        if over {
            self.hit.set(true);
        }
        over
    }

    /// Code was stopped here; the first such place counts.
    pub fn note_place(&self, place: SourcePosition) {
        self.place.borrow_mut().get_or_insert(place);
    }

    /// Where the last call was stopped, if that was seen.
    pub fn place(&self) -> Option<SourcePosition> {
        self.place.borrow().clone()
    }

    /// True if the last call ran out of time.
    pub const fn was_hit(&self) -> bool {
        self.hit.get()
    }
}
