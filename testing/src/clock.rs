//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use twinshore_protocol::Clock;

/// Time that tests own; clones share it.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl ManualClock {
    /// A clock that stands at a moment.
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self { now: Arc::new(Mutex::new(moment)) }
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += TimeDelta::seconds(seconds);
    }

    /// Sets the clock.
    pub fn set(&self, moment: DateTime<Utc>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = moment;
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
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
