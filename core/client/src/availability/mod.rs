//! Is the main server there? (M3, M4, A5) A machine without I/O: what counts is that the main server answers; the platform's facts
//! only make it ask sooner.
//!
//! Lost is known at once. Back is only who answered twice in a short time and passed the check of the configuration. What is told
//! to the configuration's code (M6) changes at most once in [`Settings::quiet`]: a loss within it is told later if it lasts, a
//! return waits for its end.

mod pace;

use std::time::Duration;

use chrono::{DateTime, Utc};
use twinshore_protocol::UnavailableReason;

use crate::{Mode, Settings};

use pace::Pace;
pub use pace::{CallTime, Offer, SlowReason};

/// A moment by both clocks. They part while the device sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Never goes back; all waiting goes by it.
    pub elapsed: Duration,
    /// Of the wall clock.
    pub wall: DateTime<Utc>,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AvailabilityEvent {
    /// The main server answered a sign-in.
    SignedIn,
    /// Nobody works any more.
    SignedOut,
    /// Somebody works: from now on it is watched.
    Working,
    /// The start handlers run: changes from now on are told (M6).
    Started,
    /// A call that the person waited for was answered.
    CallAnswered(CallTime),
    /// A call that nobody waited for was answered.
    BackgroundAnswered(CallTime),
    /// A call could not reach the main server or lost its answer.
    CallFailed,
    /// A probe was answered by the main server.
    ProbeAnswered(CallTime),
    /// A probe was not.
    ProbeFailed,
    /// The main server answers and wants the person to sign in again.
    SignInNeeded,
    /// The configuration on the device was compared with the main server's (A5).
    ConfigurationChecked {
        /// The device may work with the main server.
        fits: bool,
    },
    /// The platform says that something about the link changed. Never believed, only a reason to ask (M2).
    LinkChanged,
    /// The app comes to the foreground or leaves it: heartbeats are sent there only.
    Foreground(bool),
    /// The person or code chose a mode.
    ModeChanged,
    /// The time of [`Availability::wait`] is over.
    Tick,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvailabilityInstruction {
    /// Ask the main server at once; a probe on its way is given up.
    Probe,
    /// Compare the configuration with what the last answered probe said; tell `ConfigurationChecked`.
    CheckConfiguration,
    /// It can be called from now on, or can't: what is drawn changes.
    Changed {
        /// As it is now.
        available: bool,
    },
    /// Tell the configuration's code (M6).
    Announce {
        /// What `mainServerAvailable()` gives now.
        available: bool,
    },
    /// Offer another mode (M4).
    Offer(Offer),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing is known yet.
    Unknown,
    /// It does not answer, or may not be used.
    Away,
    /// It answered once.
    Answered { at: Duration },
    /// It answered twice; the configuration is compared.
    Checking,
    /// All is well; the quiet time is waited for.
    Passed,
    /// It can be called.
    There,
}

/// The machine.
#[derive(Debug)]
pub struct Availability {
    phase: Phase,
    reason: UnavailableReason,
    /// Somebody works with a session.
    working: bool,
    foreground: bool,
    /// Changes are told.
    started: bool,
    told: bool,
    told_at: Option<Duration>,
    missed: u32,
    next_probe: Duration,
    probing: bool,
    last: Option<Moment>,
    /// As it was at the last event.
    mode: Mode,
    pace: Pace,
}

impl Default for Availability {
    fn default() -> Self {
        Self::new()
    }
}

impl Availability {
    /// Not available until the main server has answered.
    pub fn new() -> Self {
        Self {
            phase: Phase::Unknown,
            reason: UnavailableReason::NoConnection,
            working: false,
            foreground: true,
            started: false,
            told: false,
            told_at: None,
            missed: 0,
            next_probe: Duration::ZERO,
            probing: false,
            last: None,
            mode: Mode::Normal,
            pace: Pace::default(),
        }
    }

    /// The last known state; why not, if not.
    ///
    /// # Errors
    /// Why it is not available.
    pub fn state(&self) -> Result<(), UnavailableReason> {
        if self.is_available() { Ok(()) } else { Err(self.reason) }
    }

    /// The last known state.
    pub fn is_available(&self) -> bool {
        self.phase == Phase::There
    }

    /// It answers; whether the configuration fits is being found out (A5). Counts as not available.
    pub const fn is_checking(&self) -> bool {
        matches!(self.phase, Phase::Checking | Phase::Passed)
    }

    /// It is being found out for the first time whether it is there.
    pub fn is_asking(&self, mode: Mode) -> bool {
        self.may_probe(mode) && !matches!(self.phase, Phase::There | Phase::Away)
    }

    /// The last calls were slow.
    pub fn is_slow(&self, settings: &Settings) -> bool {
        self.pace.is_slow(settings)
    }

    /// Time until `Tick` is wanted; none if nothing is waited for.
    pub fn wait(&self, mode: Mode, settings: &Settings, now: Moment) -> Option<Duration> {
        let probe = (self.may_probe(mode) && !self.probing).then_some(self.next_probe);
        let awake = self.may_probe(mode).then_some(now.elapsed + settings.wake_check);
        let untold = self.phase == Phase::Passed || self.started && self.told != self.told_value(mode);
        let tell = if untold { self.told_at.map(|told| told + settings.quiet) } else { None };
        [probe, awake, tell].into_iter().flatten().min().map(|due| due.saturating_sub(now.elapsed))
    }

    /// Takes what happened; tells what to do.
    pub fn step(
        &mut self,
        event: AvailabilityEvent,
        mode: Mode,
        settings: &Settings,
        now: Moment,
    ) -> Vec<AvailabilityInstruction> {
        let was = self.is_available();
        let mut out = Vec::new();
        let slept = self.slept(settings, now);
        if slept && self.may_probe(mode) {
            self.ask_strictly(settings, now, &mut out);
        }
        self.take(event, mode, settings, now, &mut out);
        let nothing_to_tell = !self.started || self.told == (mode != Mode::Offline);
        if self.phase == Phase::Passed && (nothing_to_tell || self.is_quiet_over(settings, now)) {
            self.phase = Phase::There;
            self.next_probe = now.elapsed + settings.heartbeat;
        }
        let is = self.is_available();
        if was != is {
            out.push(AvailabilityInstruction::Changed { available: is });
        }
        let value = self.told_value(mode);
        if self.started && value != self.told && self.is_quiet_over(settings, now) {
            self.told = value;
            self.told_at = Some(now.elapsed);
            out.push(AvailabilityInstruction::Announce { available: value });
        }
        out
    }

    fn take(
        &mut self,
        event: AvailabilityEvent,
        mode: Mode,
        settings: &Settings,
        now: Moment,
        out: &mut Vec<AvailabilityInstruction>,
    ) {
        use AvailabilityEvent as Event;
        let before = std::mem::replace(&mut self.mode, mode);
        let left_offline = before == Mode::Offline && mode != Mode::Offline;
        if before != mode {
            self.pace.mode_changed();
        }
        match event {
            Event::SignedIn => self.signed_in(settings, now),
            Event::SignedOut => {
                *self = Self { foreground: self.foreground, last: self.last, told_at: self.told_at, mode, ..Self::new() };
            }
            Event::Working => {
                self.working = true;
                // Who has to sign in again would only hear so once more; in user mode Offline nothing is asked (R2).
                let may_ask = mode != Mode::Offline && self.reason != UnavailableReason::SignInNeeded;
                if self.phase != Phase::There && may_ask {
                    self.ask(now, out);
                }
            }
            Event::Started => {
                self.started = true;
                self.told = self.told_value(mode);
            }
            Event::CallAnswered(call) => {
                self.answered(settings, now);
                out.extend(self.pace.call(call, mode, settings, now.elapsed).map(AvailabilityInstruction::Offer));
            }
            Event::BackgroundAnswered(call) => {
                self.answered(settings, now);
                out.extend(self.pace.any_call(call, mode, settings, now.elapsed).map(AvailabilityInstruction::Offer));
            }
            Event::CallFailed => self.lose(UnavailableReason::NoConnection, settings, now),
            Event::ProbeAnswered(call) => self.probe_answered(call, mode, settings, now, out),
            Event::ProbeFailed => self.probe_failed(settings, now),
            Event::SignInNeeded => self.lose(UnavailableReason::SignInNeeded, settings, now),
            Event::ConfigurationChecked { fits: true } if self.phase == Phase::Checking => self.phase = Phase::Passed,
            Event::ConfigurationChecked { fits: true } => {}
            Event::ConfigurationChecked { fits: false } => self.lose(UnavailableReason::UpdateNeeded, settings, now),
            Event::LinkChanged if self.may_probe(mode) => self.ask(now, out),
            Event::LinkChanged => {}
            Event::Foreground(here) => {
                let was = std::mem::replace(&mut self.foreground, here);
                if here && !was && self.may_probe(mode) {
                    self.ask_strictly(settings, now, out);
                }
            }
            // Nobody asked while the person worked offline.
            Event::ModeChanged if left_offline && self.may_probe(mode) => self.ask_strictly(settings, now, out),
            Event::ModeChanged => {}
            Event::Tick if self.may_probe(mode) && !self.probing && self.next_probe <= now.elapsed => self.ask(now, out),
            Event::Tick => {}
        }
    }

    /// What the configuration's code is told (R10): false while the person works offline.
    fn told_value(&self, mode: Mode) -> bool {
        self.is_available() && mode != Mode::Offline
    }

    fn is_quiet_over(&self, settings: &Settings, now: Moment) -> bool {
        self.told_at.is_none_or(|told| now.elapsed.saturating_sub(told) >= settings.quiet)
    }

    fn may_probe(&self, mode: Mode) -> bool {
        self.working && self.foreground && mode != Mode::Offline && self.reason != UnavailableReason::SignInNeeded
    }

    fn ask(&mut self, now: Moment, out: &mut Vec<AvailabilityInstruction>) {
        self.probing = true;
        self.next_probe = now.elapsed;
        if !out.contains(&AvailabilityInstruction::Probe) {
            out.push(AvailabilityInstruction::Probe);
        }
    }

    /// Asks where the last answer is old: one missed heartbeat is enough then.
    fn ask_strictly(&mut self, settings: &Settings, now: Moment, out: &mut Vec<AvailabilityInstruction>) {
        self.missed = self.missed.max(settings.heartbeats_missed.saturating_sub(1));
        self.pace.forget();
        self.ask(now, out);
    }

    /// The wall clock went on much further than time did: the device slept.
    fn slept(&mut self, settings: &Settings, now: Moment) -> bool {
        let Some(last) = self.last.replace(now) else { return false };
        let by_wall = (now.wall - last.wall).to_std().unwrap_or_default();
        by_wall.saturating_sub(now.elapsed.saturating_sub(last.elapsed)) >= settings.sleep_gap
    }

    fn signed_in(&mut self, settings: &Settings, now: Moment) {
        self.reason = UnavailableReason::NoConnection;
        self.missed = 0;
        self.phase = Phase::There;
        self.next_probe = now.elapsed + settings.heartbeat;
    }

    /// An answer is as good as a heartbeat.
    fn answered(&mut self, settings: &Settings, now: Moment) {
        self.missed = 0;
        if self.is_available() && !self.probing {
            self.next_probe = now.elapsed + settings.heartbeat;
        }
    }

    fn probe_answered(
        &mut self,
        call: CallTime,
        mode: Mode,
        settings: &Settings,
        now: Moment,
        out: &mut Vec<AvailabilityInstruction>,
    ) {
        self.probing = false;
        self.missed = 0;
        self.next_probe = now.elapsed + if self.is_available() { settings.heartbeat } else { settings.probe };
        match self.phase {
            Phase::There => {
                out.extend(self.pace.any_call(call, mode, settings, now.elapsed).map(AvailabilityInstruction::Offer));
            }
            Phase::Answered { at } if now.elapsed.saturating_sub(at) <= settings.answers_within => {
                self.phase = Phase::Checking;
                out.push(AvailabilityInstruction::CheckConfiguration);
            }
            Phase::Unknown | Phase::Away | Phase::Answered { .. } => {
                self.phase = Phase::Answered { at: now.elapsed };
                if self.may_probe(mode) {
                    self.ask(now, out);
                }
            }
            Phase::Checking | Phase::Passed => {}
        }
    }

    fn probe_failed(&mut self, settings: &Settings, now: Moment) {
        self.probing = false;
        self.missed = self.missed.saturating_add(1);
        if !self.is_available() || self.missed >= settings.heartbeats_missed {
            self.lose(UnavailableReason::NoConnection, settings, now);
        } else {
            self.next_probe = now.elapsed + settings.heartbeat;
        }
    }

    fn lose(&mut self, reason: UnavailableReason, settings: &Settings, now: Moment) {
        // Who has to sign in again, or to update, learns nothing new from a lost link.
        let holds =
            !self.is_available() && reason == UnavailableReason::NoConnection && self.reason == UnavailableReason::SignInNeeded;
        if !holds {
            self.reason = reason;
        }
        self.phase = Phase::Away;
        self.pace.forget();
        if !self.probing {
            self.next_probe = now.elapsed + settings.probe;
        }
    }
}

#[cfg(test)]
mod tests;
