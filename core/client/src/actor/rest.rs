//! Knows when the client is at rest: everything that requests and events caused has ended.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

/// What is under way.
#[derive(Default)]
pub struct Rest(Rc<Counts>);

#[derive(Default)]
struct Counts {
    caused: Cell<u32>,
    asked: Cell<u32>,
    person: Cell<u32>,
    changed: Notify,
}

/// Something is under way until this is dropped.
pub struct UnderWay(Rc<Counts>, fn(&Counts) -> &Cell<u32>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let count = (self.1)(&self.0);
        count.set(count.get() - 1);
        self.0.changed.notify_waiters();
    }
}

impl Rest {
    fn begin(&self, count: fn(&Counts) -> &Cell<u32>) -> UnderWay {
        let cell = count(&self.0);
        cell.set(cell.get() + 1);
        UnderWay(Rc::clone(&self.0), count)
    }

    /// Something that a request or an event caused begins.
    pub fn caused(&self) -> UnderWay {
        self.begin(|counts| &counts.caused)
    }

    /// A server is asked.
    pub fn asked(&self) -> UnderWay {
        self.begin(|counts| &counts.asked)
    }

    /// A question or an open form waits for the person.
    pub fn waits_for_person(&self) -> UnderWay {
        let waits = self.begin(|counts| &counts.person);
        self.0.changed.notify_waiters();
        waits
    }

    /// Waits for rest. While something waits for the person, what waits for it in turn counts as ended.
    pub async fn settled(&self) {
        loop {
            // Made before the look, so that no change is missed.
            let changed = self.0.changed.notified();
            let counts = &self.0;
            if counts.caused.get() == 0 || (counts.person.get() > 0 && counts.asked.get() == 0) {
                return;
            }
            changed.await;
        }
    }
}
