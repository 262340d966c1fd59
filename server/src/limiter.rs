//! Slows down those who guess passwords: after a few wrong tries each further one has to wait, longer each time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// First wait; doubles with each further wrong try.
const FIRST_WAIT_S: i64 = 5;
/// Longest wait.
const LONGEST_WAIT_S: i64 = 300;
/// A key is forgotten so long after its last wrong try.
const MEMORY_S: i64 = 900;
/// Keys remembered at most; the oldest are forgotten first.
const KEYS: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: DateTime<Utc>,
}

/// Wrong tries by key (a user's name, an address).
#[derive(Debug)]
pub struct SignInLimiter {
    /// Wrong tries that cost nothing.
    free_tries: u32,
    tries: Mutex<HashMap<String, Tries>>,
}

impl SignInLimiter {
    /// A limiter that lets so many wrong tries pass.
    pub fn new(free_tries: u32) -> Self {
        Self { free_tries, tries: Mutex::default() }
    }

    /// Seconds that a key still has to wait; none if it may try now.
    pub fn wait_s(&self, key: &str, now: DateTime<Utc>) -> Option<u64> {
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tries.get(key)?;
        let beyond = known.wrong.checked_sub(self.free_tries)?;
        let wait = FIRST_WAIT_S.saturating_mul(1 << beyond.min(10)).min(LONGEST_WAIT_S);
        let left = (known.last + TimeDelta::seconds(wait) - now).num_milliseconds();
        u64::try_from(left).ok().filter(|left| *left > 0).map(|left| left.div_ceil(1000))
    }

    /// Notes a wrong try.
    pub fn wrong(&self, key: &str, now: DateTime<Utc>) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= KEYS {
            tries.retain(|_, t| now - t.last < TimeDelta::seconds(MEMORY_S));
        }
        if tries.len() >= KEYS
            && let Some(oldest) = tries.iter().min_by_key(|(_, t)| t.last).map(|(key, _)| key.clone())
        {
            tries.remove(&oldest);
        }
        let known = tries.entry(key.to_owned()).or_insert(Tries { wrong: 0, last: now });
        if now - known.last >= TimeDelta::seconds(MEMORY_S) {
            known.wrong = 0;
        }
        known.wrong += 1;
        known.last = now;
    }

    /// Forgets a key that got in.
    pub fn right(&self, key: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// Limits by name and by address: few wrong tries for a name, more for an address, since many people may share one.
#[derive(Debug)]
pub struct SignInGate {
    names: SignInLimiter,
    addresses: SignInLimiter,
}

impl Default for SignInGate {
    fn default() -> Self {
        Self { names: SignInLimiter::new(5), addresses: SignInLimiter::new(50) }
    }
}

impl SignInGate {
    /// Seconds to wait before the next try.
    pub fn wait_s(&self, name: &str, address: &str, now: DateTime<Utc>) -> Option<u64> {
        self.names.wait_s(name, now).max(self.addresses.wait_s(address, now))
    }

    /// Notes a wrong try.
    pub fn wrong(&self, name: &str, address: &str, now: DateTime<Utc>) {
        self.names.wrong(name, now);
        self.addresses.wrong(address, now);
    }

    /// Forgets the wrong tries of a name that got in.
    pub fn right(&self, name: &str) {
        self.names.right(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_tries_cost_more_and_more_time_until_one_is_right() {
        let limiter = SignInLimiter::new(5);
        let mut now = DateTime::UNIX_EPOCH;
        for _ in 0..5 {
            assert_eq!(limiter.wait_s("ann", now), None);
            limiter.wrong("ann", now);
        }
        assert_eq!(limiter.wait_s("ann", now), Some(5));
        assert_eq!(limiter.wait_s("bob", now), None);
        now += TimeDelta::seconds(5);
        assert_eq!(limiter.wait_s("ann", now), None);
        limiter.wrong("ann", now);
        assert_eq!(limiter.wait_s("ann", now), Some(10));
        limiter.right("ann");
        assert_eq!(limiter.wait_s("ann", now), None);
    }

    #[test]
    fn no_number_of_names_fills_the_memory() {
        let limiter = SignInLimiter::new(5);
        for i in 0..KEYS + 50 {
            limiter.wrong(&i.to_string(), DateTime::UNIX_EPOCH);
        }
        assert!(limiter.tries.lock().expect("not poisoned").len() <= KEYS);
    }
}
