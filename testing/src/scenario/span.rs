//! Spans of time as people write them, and the clock of a world.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use twinshore_client::{Sleep, Timers};
use twinshore_protocol::Clock;

/// `"15 days"`, `"2 h 30 min"`, `"-2 days"`, `"250 ms"`.
///
/// # Errors
/// What is wrong with the text.
pub(super) fn parse(text: &str) -> Result<TimeDelta, String> {
    let wrong = || format!("“{text}” is not a span of time; write it like 15 days, 2 h 30 min, 90 s or 250 ms");
    let (text, sign) = text.trim().strip_prefix('-').map_or((text.trim(), 1), |rest| (rest, -1));
    let mut rest = text.trim_start();
    let mut milliseconds: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let unit: f64 = match &rest[..letters] {
            "ms" | "milliseconds" | "millisecond" => 1.0,
            "s" | "sec" | "second" | "seconds" => 1e3,
            "m" | "min" | "minute" | "minutes" => 60e3,
            "h" | "hour" | "hours" => 3_600e3,
            "d" | "day" | "days" => 86_400e3,
            "w" | "week" | "weeks" => 604_800e3,
            _ => return Err(wrong()),
        };
        milliseconds = milliseconds.saturating_add((number * unit).round() as i64);
        rest = rest[letters..].trim_start();
    }
    if milliseconds == 0 && text.is_empty() {
        return Err(wrong());
    }
    TimeDelta::try_milliseconds(milliseconds.saturating_mul(sign)).ok_or_else(wrong)
}

/// Where the clocks of worlds begin: noon of 2 March 2026, a Monday.
const BEGIN_S: i64 = 1_772_452_800;

/// Time that goes as the machine's does and can be moved on; clones share it.
#[derive(Clone)]
pub(super) struct WorldClock {
    begun: Instant,
    moved: Arc<watch::Sender<Duration>>,
}

impl WorldClock {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), moved: Arc::new(watch::channel(Duration::ZERO).0) }
    }

    /// Moves time on: whoever waits by it and is due goes on.
    pub(super) fn advance(&self, by: Duration) {
        self.moved.send_modify(|moved| *moved = moved.saturating_add(by));
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed().saturating_add(*self.moved.borrow())
    }

    async fn sleep_until(self, end: Duration) {
        let mut moved = self.moved.subscribe();
        loop {
            moved.mark_unchanged();
            let left = end.saturating_sub(self.elapsed());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives as long as this clock.
                _ = moved.changed() => {}
            }
        }
    }
}

impl Clock for WorldClock {
    fn now(&self) -> DateTime<Utc> {
        let begin = DateTime::from_timestamp(BEGIN_S, 0).unwrap_or_default();
        let gone = TimeDelta::from_std(self.elapsed()).unwrap_or_default();
        begin.checked_add_signed(gone).unwrap_or(begin)
    }
}

/// Time of a phone: the world's, with a wall clock that is wrong by so much.
pub(super) struct PhoneClock {
    world: WorldClock,
    wrong: Mutex<TimeDelta>,
}

impl PhoneClock {
    pub(super) fn new(world: WorldClock, wrong: TimeDelta) -> Self {
        Self { world, wrong: Mutex::new(wrong) }
    }

    pub(super) fn advance(&self, span: TimeDelta) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        *wrong = wrong.checked_add(&span).unwrap_or(*wrong);
    }
}

impl Clock for PhoneClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.world.now();
        now.checked_add_signed(*self.wrong.lock().unwrap_or_else(PoisonError::into_inner)).unwrap_or(now)
    }
}

impl Timers for PhoneClock {
    fn elapsed(&self) -> Duration {
        self.world.elapsed()
    }

    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(self.world.clone().sleep_until(self.world.elapsed().saturating_add(time)))
    }
}

/// A span that can't be negative.
pub(super) fn positive(text: &str) -> Result<Duration, String> {
    parse(text)?.to_std().map_err(|_| format!("“{text}” goes backwards; time only moves on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, milliseconds) in [
            ("15 days", 15 * 86_400_000),
            ("2 h 30 min", 9_000_000),
            ("90 s", 90_000),
            ("250ms", 250),
            ("1.5 min", 90_000),
            ("-2 days", -172_800_000),
            ("0 s", 0),
        ] {
            assert_eq!(parse(text).expect(text).num_milliseconds(), milliseconds, "{text}");
        }
        for text in ["", "soon", "15", "15 fortnights", "days"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
