//! Whose way in, and whose work, something belongs to: what was begun for somebody who has left is not brought to its end for
//! whoever came after (A4).

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::{Mutex, MutexGuard, Notify};
use twinshore_protocol::ServerError;

use super::{App, Work};

/// From coming in to leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit(u64);

#[derive(Default)]
pub struct Visits {
    now: Cell<u64>,
    ended: Notify,
    /// One way in at a time: each opens the database.
    door: Mutex<()>,
}

/// Why a way in ends before work.
pub enum Stopped {
    /// The person left meanwhile: nothing is to be done or told any more.
    Left,
    /// The person sees why.
    Told,
}

impl App {
    /// Ends the visit that lasts; what it waits for from main is given up. The next one begins.
    pub fn end_visit(&self) -> Visit {
        self.visits.now.set(self.visits.now.get() + 1);
        self.visits.ended.notify_waiters();
        self.visit()
    }

    pub fn visit(&self) -> Visit {
        Visit(self.visits.now.get())
    }

    /// An error if the visit is over.
    pub fn still(&self, visit: Visit) -> Result<(), Stopped> {
        if self.visit() == visit { Ok(()) } else { Err(Stopped::Left) }
    }

    /// Work that was opened is worked with, unless it was opened for somebody who has left.
    pub fn work_with(&self, work: Work, visit: Visit) {
        if self.still(visit).is_ok() {
            *self.work.borrow_mut() = Some(Rc::new(work));
        }
    }

    /// Waits until nobody else is on the way in.
    pub async fn at_the_door(&self) -> MutexGuard<'_, ()> {
        self.visits.door.lock().await
    }

    /// Waits for main only as long as the person is here.
    pub async fn while_here<T>(&self, asked: impl Future<Output = Result<T, ServerError>>) -> Result<T, ServerError> {
        tokio::select! {
            biased;
            () = self.visits.ended.notified() => Err(ServerError::SessionExpired),
            answer = asked => answer,
        }
    }
}
