//! Clocks that tests own: one that stands still until it is moved, and the machine's own, moved.
//!
//! Whoever waits by the one that stands still is woken when the test comes to that moment, in order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{oneshot, watch};
use twinshore_client::{Sleep, SystemClock, Timers};
use twinshore_protocol::Clock;

/// Time that tests own; clones share it.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    time: Mutex<Time>,
    /// Counts waits that began, so that a test can wait for one.
    began: watch::Sender<u64>,
}

#[derive(Debug)]
struct Time {
    now: DateTime<Utc>,
    elapsed: Duration,
    /// By moment, then by order of asking.
    waits: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
    next: u64,
}

impl ManualClock {
    /// A clock that stands at a moment.
    pub fn at(moment: DateTime<Utc>) -> Self {
        let time = Time { now: moment, elapsed: Duration::ZERO, waits: BTreeMap::new(), next: 0 };
        Self(Arc::new(Shared { time: Mutex::new(time), began: watch::channel(0).0 }))
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.time.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves time on by seconds.
    pub fn advance(&self, seconds: u64) {
        self.advance_by(Duration::from_secs(seconds));
    }

    /// Moves time on. What falls due on the way is woken in its order, each at its own moment.
    pub fn advance_by(&self, by: Duration) {
        let end = self.time().elapsed + by;
        loop {
            let mut time = self.time();
            let due = time.waits.first_entry().filter(|wait| wait.key().0 <= end).map(|wait| wait.remove_entry());
            let moment = due.as_ref().map_or(end, |((moment, _), _)| *moment).max(time.elapsed);
            let passed = moment.saturating_sub(time.elapsed);
            time.elapsed = moment;
            time.now += TimeDelta::from_std(passed).unwrap_or_default();
            drop(time);
            match due {
                // One who waits no longer has dropped the other end.
                Some((_, wake)) => drop(wake.send(())),
                None => return,
            }
        }
    }

    /// Sets the wall clock, as a person or a network does; nobody who waits is woken. A device that slept finds it so.
    pub fn set(&self, moment: DateTime<Utc>) {
        self.time().now = moment;
    }

    /// Time until the next one who waits is due; none if nobody waits.
    pub fn next_due(&self) -> Option<Duration> {
        let mut time = self.time();
        time.waits.retain(|_, wake| !wake.is_closed());
        let first = time.waits.first_key_value().map(|((due, _), _)| *due)?;
        Some(first.saturating_sub(time.elapsed))
    }

    /// Waits until somebody waits for no longer than this; gives how long the first one waits.
    pub async fn until_due_within(&self, limit: Duration) -> Duration {
        let mut began = self.0.began.subscribe();
        loop {
            if let Some(due) = self.next_due().filter(|due| *due <= limit) {
                return due;
            }
            if began.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until somebody waits for exactly so long from now on: a client that sleeps till its next heartbeat, for instance.
    pub async fn until_somebody_waits(&self, time: Duration) {
        let mut began = self.0.began.subscribe();
        loop {
            let due = self.time().elapsed + time;
            let found = self.time().waits.iter().any(|((at, _), wake)| *at == due && !wake.is_closed());
            if found || began.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Default for ManualClock {
    /// Noon of 2 March 2026, a Monday.
    fn default() -> Self {
        Self::at(DateTime::from_timestamp(1_772_452_800, 0).expect("a moment within range"))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.time().now
    }
}

impl Timers for ManualClock {
    fn elapsed(&self) -> Duration {
        self.time().elapsed
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        let (wake, woken) = oneshot::channel();
        let mut time = self.time();
        if wait.is_zero() {
            return Box::pin(std::future::ready(()));
        }
        time.next += 1;
        let key = (time.elapsed + wait, time.next);
        time.waits.insert(key, wake);
        drop(time);
        self.0.began.send_modify(|count| *count += 1);
        Box::pin(async move {
            if woken.await.is_err() {
                // The clock is gone: time stands still for ever.
                std::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_wait_are_woken_in_order_each_at_its_moment() {
        let clock = ManualClock::default();
        let start = clock.now();
        let woken = Arc::new(Mutex::new(Vec::new()));
        let waits: Vec<_> = [30, 10, 20, 10]
            .into_iter()
            .enumerate()
            .map(|(n, seconds)| {
                let (wait, woken) = (clock.sleep(Duration::from_secs(seconds)), Arc::clone(&woken));
                async move {
                    wait.await;
                    woken.lock().expect("held").push((n, seconds));
                }
            })
            .collect();
        let forgotten = clock.sleep(Duration::from_secs(1));
        drop(forgotten);
        assert_eq!(clock.next_due(), Some(Duration::from_secs(10)));
        clock.advance(25);
        let mut all = Box::pin(futures::future::join_all(waits));
        assert!(futures::poll!(&mut all).is_pending());
        let early = woken.lock().expect("held").clone();
        assert_eq!(early, [(1, 10), (2, 20), (3, 10)]);
        assert_eq!((clock.now() - start).num_seconds(), 25);
        assert_eq!(clock.next_due(), Some(Duration::from_secs(5)));
        clock.advance(5);
        all.await;
        assert_eq!(clock.elapsed(), Duration::from_secs(30));
    }
}

/// The machine's time, moved by a test: clones share it.
#[derive(Debug, Clone, Default)]
pub struct ShiftedClock {
    moved: Arc<Mutex<Moved>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Moved {
    wall: TimeDelta,
    elapsed: Duration,
}

impl ShiftedClock {
    /// Lets time pass: days go by in which nothing happens.
    pub fn pass(&self, time: Duration) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.elapsed += time;
        moved.wall += TimeDelta::from_std(time).unwrap_or_default();
    }

    /// Lets time pass while the device is off: nothing on it runs.
    pub fn pass_while_off(&self, time: Duration) {
        self.set_by(TimeDelta::from_std(time).unwrap_or_default());
    }

    /// A person sets the device's clock; no time passes.
    pub fn set_by(&self, difference: TimeDelta) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).wall += difference;
    }

    fn moved(&self) -> Moved {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.moved().wall
    }
}

impl Timers for ShiftedClock {
    fn elapsed(&self) -> Duration {
        SystemClock.elapsed() + self.moved().elapsed
    }

    fn sleep(&self, time: Duration) -> Sleep {
        SystemClock.sleep(time)
    }
}
