//! Statements that must end in time. SQLite asks this thread's deadline every few thousand steps.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// Steps of SQLite's machine between two looks at the clock.
const STEPS: std::ffi::c_int = 10_000;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.progress_handler(STEPS, Some(|| DEADLINE.get().is_some_and(|end| Instant::now() > end)))
}

struct Restore(Option<Instant>);

impl Drop for Restore {
    fn drop(&mut self) {
        DEADLINE.set(self.0);
    }
}

/// Runs `work`; its statements are interrupted when the time is up. The nearest deadline counts.
pub fn within<T>(limit: Duration, work: impl FnOnce() -> T) -> T {
    let before = DEADLINE.get();
    let end = Instant::now() + limit;
    let _restore = Restore(before);
    DEADLINE.set(Some(before.map_or(end, |outer| outer.min(end))));
    work()
}
