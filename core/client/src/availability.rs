//! Is the main server there? (M3, M4) A machine without I/O: what counts is that the main server answers; the platform's facts
//! only make it ask sooner.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{Mode, Settings};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvailabilityEvent {
    /// A call was answered.
    CallAnswered {
        /// How long it took.
        took: Duration,
    },
    /// A call could not reach the main server or lost its answer.
    CallFailed,
    /// A probe was answered by the main server.
    ProbeAnswered,
    /// A probe was not.
    ProbeFailed,
    /// The platform says that something about the link changed.
    LinkChanged,
    /// The person signed in: the main server has just answered.
    SignedIn,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AvailabilityInstruction {
    /// Tell everybody.
    Announce {
        /// As it is now.
        available: bool,
    },
    /// Ask the main server at once.
    Probe,
    /// Offer Poor connection and Offline (M4).
    OfferSlower {
        /// What was measured.
        reason: SlowReason,
    },
    /// Offer to go back to Normal (M4).
    OfferNormal,
}

/// Why the link counts as slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlowReason {
    /// Most of the last calls were slow; the longest of them.
    Often {
        /// Longest.
        longest: Duration,
    },
    /// One call was very slow.
    Once {
        /// That call.
        took: Duration,
    },
}

/// Calls that are looked at for the offer of a slower mode.
const LOOKED_AT: usize = 5;
/// Slow ones among them.
const SLOW_ONES: usize = 3;
/// Fast calls in a row for the offer to go back.
const FAST_IN_A_ROW: u32 = 10;

/// The machine.
#[derive(Debug)]
pub struct Availability {
    available: bool,
    missed: u32,
    answers: u32,
    recent: VecDeque<Duration>,
    fast: u32,
    offered: Option<DateTime<Utc>>,
}

impl Availability {
    /// Not available until the main server has answered.
    pub const fn new() -> Self {
        Self { available: false, missed: 0, answers: 0, recent: VecDeque::new(), fast: 0, offered: None }
    }

    /// The last known state.
    pub const fn is_available(&self) -> bool {
        self.available
    }

    /// True if the last calls were slow.
    pub fn is_slow(&self, settings: &Settings) -> bool {
        self.recent.iter().filter(|took| **took > settings.slow_call).count() >= SLOW_ONES
    }

    /// Time until the next probe.
    pub const fn next_probe(&self, settings: &Settings) -> Duration {
        if self.available { settings.heartbeat } else { settings.probe }
    }

    /// Takes what happened; tells what to do.
    pub fn step(
        &mut self,
        event: AvailabilityEvent,
        mode: Mode,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Vec<AvailabilityInstruction> {
        use AvailabilityEvent as Event;
        match event {
            Event::CallAnswered { took } => {
                self.missed = 0;
                self.measure(took, mode, settings, now)
            }
            Event::CallFailed => self.lose(),
            Event::ProbeAnswered if self.available => {
                self.missed = 0;
                Vec::new()
            }
            Event::ProbeAnswered => {
                self.answers += 1;
                if self.answers >= settings.answers_to_come_back {
                    self.come_back()
                } else {
                    vec![AvailabilityInstruction::Probe]
                }
            }
            Event::ProbeFailed => {
                self.answers = 0;
                self.missed += 1;
                if self.missed >= settings.heartbeats_missed { self.lose() } else { Vec::new() }
            }
            Event::LinkChanged => vec![AvailabilityInstruction::Probe],
            Event::SignedIn => {
                if self.available {
                    Vec::new()
                } else {
                    self.come_back()
                }
            }
        }
    }

    fn lose(&mut self) -> Vec<AvailabilityInstruction> {
        self.answers = 0;
        self.recent.clear();
        self.fast = 0;
        if !std::mem::replace(&mut self.available, false) {
            return Vec::new();
        }
        vec![AvailabilityInstruction::Announce { available: false }]
    }

    fn come_back(&mut self) -> Vec<AvailabilityInstruction> {
        self.available = true;
        self.missed = 0;
        self.answers = 0;
        vec![AvailabilityInstruction::Announce { available: true }]
    }

    fn measure(&mut self, took: Duration, mode: Mode, settings: &Settings, now: DateTime<Utc>) -> Vec<AvailabilityInstruction> {
        self.recent.push_back(took);
        if self.recent.len() > LOOKED_AT {
            self.recent.pop_front();
        }
        self.fast = if took < settings.fast_call { self.fast + 1 } else { 0 };
        let pause = chrono::Duration::from_std(settings.offer_pause).unwrap_or_default();
        if self.offered.is_some_and(|last| now - last < pause) {
            return Vec::new();
        }
        let offer = match mode {
            Mode::Normal if took > settings.very_slow_call => {
                Some(AvailabilityInstruction::OfferSlower { reason: SlowReason::Once { took } })
            }
            Mode::Normal if self.is_slow(settings) => {
                let longest = self.recent.iter().copied().max().unwrap_or(took);
                Some(AvailabilityInstruction::OfferSlower { reason: SlowReason::Often { longest } })
            }
            Mode::PoorConnection if self.fast >= FAST_IN_A_ROW => Some(AvailabilityInstruction::OfferNormal),
            _ => None,
        };
        if offer.is_some() {
            self.offered = Some(now);
        }
        offer.into_iter().collect()
    }
}

impl Default for Availability {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::AvailabilityEvent as Event;
    use super::AvailabilityInstruction as Do;
    use super::*;

    fn run(availability: &mut Availability, events: &[Event]) -> Vec<Do> {
        let now = DateTime::from_timestamp(0, 0).expect("a time");
        events.iter().flat_map(|event| availability.step(*event, Mode::Normal, &Settings::default(), now)).collect()
    }

    fn available() -> Availability {
        let mut availability = Availability::new();
        run(&mut availability, &[Event::SignedIn]);
        availability
    }

    fn slow(seconds: u64) -> Event {
        Event::CallAnswered { took: Duration::from_secs(seconds) }
    }

    #[test]
    fn m3_a_failed_call_loses_the_main_server_at_once_and_is_told_once() {
        assert_eq!(run(&mut available(), &[Event::CallFailed, Event::CallFailed]), [Do::Announce { available: false }]);
    }

    #[test]
    fn m3_one_missed_heartbeat_is_no_loss_and_two_are() {
        assert_eq!(run(&mut available(), &[Event::ProbeFailed, Event::ProbeAnswered, Event::ProbeFailed]), []);
        assert_eq!(run(&mut available(), &[Event::ProbeFailed, Event::ProbeFailed]), [Do::Announce { available: false }]);
    }

    #[test]
    fn m3_the_main_server_is_back_when_it_answered_twice_in_a_row() {
        let mut availability = available();
        run(&mut availability, &[Event::CallFailed]);
        assert_eq!(
            run(&mut availability, &[Event::ProbeAnswered, Event::ProbeFailed, Event::ProbeAnswered]),
            [Do::Probe, Do::Probe]
        );
        assert_eq!(run(&mut availability, &[Event::ProbeAnswered]), [Do::Announce { available: true }]);
    }

    #[test]
    fn m2_what_the_platform_says_only_makes_it_ask() {
        assert_eq!(run(&mut available(), &[Event::LinkChanged]), [Do::Probe]);
    }

    #[test]
    fn m4_three_slow_calls_of_five_are_offered_once() {
        let mut availability = available();
        let offered = run(&mut availability, &[slow(4), slow(0), slow(4), slow(4), slow(4), slow(9)]);
        assert_eq!(offered, [Do::OfferSlower { reason: SlowReason::Often { longest: Duration::from_secs(4) } }]);
        assert_eq!(
            run(&mut available(), &[slow(9)]),
            [Do::OfferSlower { reason: SlowReason::Once { took: Duration::from_secs(9) } }]
        );
    }

    #[test]
    fn m4_ten_fast_calls_in_poor_connection_offer_the_way_back() {
        let mut availability = available();
        let now = DateTime::from_timestamp(0, 0).expect("a time");
        let offers: Vec<Do> =
            (0..12).flat_map(|_| availability.step(slow(0), Mode::PoorConnection, &Settings::default(), now)).collect();
        assert_eq!(offers, [Do::OfferNormal]);
    }
}
