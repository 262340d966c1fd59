//! Who may work on this device without asking the main server, and for how long (A2, A3). Decisions without I/O.
//!
//! Invariants: wrong tries are counted before a secret is looked at; waiting goes by the time the app runs, which nobody can set;
//! the days since the last contact never become fewer by setting the clock back.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use twinshore_protocol::{BarReason, SessionResponse};

/// Wrong tries that cost nothing (A2).
const FREE_TRIES: u32 = 5;
/// The first wait; doubles with each further wrong try.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// Digits of a PIN.
const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=12;

/// A person who signed in on this device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Id on this device.
    pub id: String,
    /// Folder of the local database (A4).
    pub base: String,
    /// What main told last.
    pub session: SessionResponse,
    /// Argon2id verifier of the password.
    pub verifier: String,
    /// Argon2id verifier of the PIN, if there is one.
    #[serde(default)]
    pub pin: Option<String>,
    /// The first download of data was finished.
    pub complete: bool,
    /// Days of work allowed since the last contact.
    pub grace_days: u32,
    /// When main was last reached.
    pub contact: Contact,
    /// Wrong tries.
    #[serde(default)]
    pub tries: Tries,
    /// Main refused this account; only signing in with a connection helps.
    #[serde(default)]
    pub barred: Option<BarReason>,
}

impl Account {
    /// True if the days without contact are used up.
    pub fn is_expired(&self) -> bool {
        self.contact.without() > TimeDelta::days(i64::from(self.grace_days))
    }
}

/// How long the main server was not reached, by a clock that only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(with = "chrono::serde::ts_seconds")]
    last: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_seconds")]
    latest: DateTime<Utc>,
}

impl Contact {
    /// Main is reached now.
    pub const fn at(now: DateTime<Utc>) -> Self {
        Self { last: now, latest: now }
    }

    /// Time went on: `elapsed` since this was called last, whatever the clock says.
    pub fn tick(&mut self, now: DateTime<Utc>, elapsed: Duration) {
        let elapsed = TimeDelta::from_std(elapsed).unwrap_or_default();
        self.latest = now.max(self.latest + elapsed);
    }

    /// Time since main was last reached.
    pub fn without(&self) -> TimeDelta {
        self.latest - self.last
    }

    /// When main was last reached.
    pub const fn last(&self) -> DateTime<Utc> {
        self.last
    }
}

/// Wrong tries in a row, and what is still to be waited because of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    wrong: u32,
    wait_ms: u64,
}

impl Tries {
    /// What is still to be waited before the next try.
    pub const fn wait(&self) -> Option<Duration> {
        if self.wait_ms == 0 { None } else { Some(Duration::from_millis(self.wait_ms)) }
    }

    /// The app ran for so long.
    pub fn waited(&mut self, time: Duration) {
        self.wait_ms = self.wait_ms.saturating_sub(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }

    /// A try begins: it counts as wrong until it turns out right.
    pub fn begin(&mut self) {
        self.wrong = self.wrong.saturating_add(1);
        if let Some(beyond) = self.wrong.checked_sub(FREE_TRIES) {
            let wait = FIRST_WAIT.saturating_mul(1 << beyond.min(10)).min(LONGEST_WAIT);
            self.wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        }
    }

    /// The try was right.
    pub fn right(&mut self) {
        *self = Self::default();
    }
}

/// True for a PIN that may be chosen: digits, not all the same.
pub fn is_good_pin(pin: &str) -> bool {
    let digits = pin.chars().all(|c| c.is_ascii_digit());
    let first = pin.chars().next();
    digits && PIN_DIGITS.contains(&pin.len()) && pin.chars().any(|c| Some(c) != first)
}

/// Id of a person at a main server on this device.
pub fn account_id(main_server: &str, user_name: &str) -> String {
    let name = format!("{main_server} {}", user_name.to_lowercase());
    blake3::hash(name.as_bytes()).to_hex()[..16].to_owned()
}

/// Folder of the local database: one for each main server and person (A4).
pub fn base_folder(main_server: &str, user_name: &str) -> String {
    format!("base-{}", account_id(main_server, user_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + days)
    }

    #[test]
    fn a2_a_clock_set_back_does_not_give_more_days() {
        let mut contact = Contact::at(day(0));
        contact.tick(day(13), Duration::ZERO);
        assert_eq!(contact.without(), TimeDelta::days(13));
        contact.tick(day(1), Duration::ZERO);
        assert_eq!(contact.without(), TimeDelta::days(13));
        // While the app runs the days go on even if the clock stands behind.
        contact.tick(day(1), Duration::from_secs(2 * 86_400));
        assert_eq!(contact.without(), TimeDelta::days(15));
    }

    #[test]
    fn a2_five_wrong_tries_cost_nothing_and_each_further_one_doubles_the_wait() {
        let mut tries = Tries::default();
        for _ in 0..FREE_TRIES - 1 {
            tries.begin();
            assert_eq!(tries.wait(), None);
        }
        tries.begin();
        assert_eq!(tries.wait(), Some(Duration::from_secs(30)));
        tries.waited(Duration::from_secs(29));
        assert_eq!(tries.wait(), Some(Duration::from_secs(1)));
        tries.waited(Duration::from_secs(5));
        tries.begin();
        assert_eq!(tries.wait(), Some(Duration::from_secs(60)));
        (0..40).for_each(|_| tries.begin());
        assert_eq!(tries.wait(), Some(LONGEST_WAIT));
        tries.right();
        assert_eq!((tries, tries.wait()), (Tries::default(), None));
    }

    #[test]
    fn a_pin_is_of_four_digits_at_least_and_not_of_one_digit() {
        for (pin, good) in [("1", false), ("1111", false), ("12a4", false), ("2580", true), ("1234567890123", false)] {
            assert_eq!(is_good_pin(pin), good, "{pin}");
        }
    }

    #[test]
    fn a4_each_main_server_and_person_has_a_folder_of_its_own() {
        let (ann, bob) = (base_folder("https://a", "Ann"), base_folder("https://a", "bob"));
        assert_ne!(ann, bob);
        assert_eq!(ann, base_folder("https://a", "ann"));
        assert_ne!(ann, base_folder("https://b", "ann"));
    }
}
