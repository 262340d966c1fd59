//! How fast calls are, and what makes them slow (M4): the link or the main server, which says how long it worked itself.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{Mode, Settings};

/// How long a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CallTime {
    /// From the request to the whole answer.
    pub took: Duration,
    /// Of it the main server's own work, if it said so.
    pub server: Option<Duration>,
}

impl CallTime {
    /// What the link took; none if the main server did not say what it took itself.
    pub fn link(&self) -> Option<Duration> {
        self.server.map(|server| self.took.saturating_sub(server))
    }

    /// The main server took the larger part.
    pub fn is_server_busy(&self) -> bool {
        self.link().is_some_and(|link| link < self.took / 2)
    }
}

/// Why the person is offered another mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct SlowReason {
    /// The longest of the slow calls.
    pub longest: CallTime,
    /// Several of the last calls were slow, not one alone.
    pub often: bool,
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Poor connection or Offline.
    Slower(SlowReason),
    /// Back to Normal.
    Normal,
}

/// The last calls.
#[derive(Debug, Default)]
pub struct Pace {
    recent: VecDeque<CallTime>,
    fast: u32,
    /// When another mode was offered last, and when the way back was: one says nothing of the other.
    slower_offered: Option<Duration>,
    normal_offered: Option<Duration>,
}

impl Pace {
    /// The last calls were slow.
    pub fn is_slow(&self, settings: &Settings) -> bool {
        self.recent.iter().filter(|call| call.took > settings.slow_call).count() >= settings.slow_calls
    }

    /// What was measured no longer holds; when something was offered last still does.
    pub fn forget(&mut self) {
        self.recent.clear();
        self.fast = 0;
    }

    /// Calls in another mode tell nothing of this one: who has just chosen Poor connection is not asked to leave it at once.
    pub const fn mode_changed(&mut self) {
        self.fast = 0;
    }

    /// Takes a call of the person.
    pub fn call(&mut self, call: CallTime, mode: Mode, settings: &Settings, now: Duration) -> Option<Offer> {
        self.recent.push_back(call);
        while self.recent.len() > settings.calls_looked_at {
            self.recent.pop_front();
        }
        self.any_call(call, mode, settings, now).or_else(|| self.offer_slower(call, mode, settings, now))
    }

    /// Takes a call nobody waits for (a heartbeat, the exchange): it tells that the link is fast again.
    pub fn any_call(&mut self, call: CallTime, mode: Mode, settings: &Settings, now: Duration) -> Option<Offer> {
        self.fast = if call.took < settings.fast_call { self.fast.saturating_add(1) } else { 0 };
        let wanted = mode == Mode::PoorConnection && self.fast >= settings.fast_in_a_row;
        (wanted && may_offer(&mut self.normal_offered, settings, now)).then_some(Offer::Normal)
    }

    fn offer_slower(&mut self, call: CallTime, mode: Mode, settings: &Settings, now: Duration) -> Option<Offer> {
        let often = self.is_slow(settings);
        let slow = often || call.took > settings.very_slow_call;
        if mode != Mode::Normal || !slow || !may_offer(&mut self.slower_offered, settings, now) {
            return None;
        }
        let longest = if often { self.recent.iter().copied().max_by_key(|call| call.took).unwrap_or(call) } else { call };
        Some(Offer::Slower(SlowReason { longest, often }))
    }
}

fn may_offer(offered: &mut Option<Duration>, settings: &Settings, now: Duration) -> bool {
    let may = offered.is_none_or(|last| now.saturating_sub(last) >= settings.offer_pause);
    if may {
        *offered = Some(now);
    }
    may
}
