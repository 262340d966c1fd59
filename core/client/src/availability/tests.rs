//! Golden runs of the machine, and single rules.

use proptest::prelude::*;

use super::AvailabilityEvent as Event;
use super::AvailabilityInstruction as Do;
use super::*;

/// A machine with its time.
struct Run {
    machine: Availability,
    mode: Mode,
    settings: Settings,
    now: Moment,
}

impl Run {
    fn new() -> Self {
        let now = Moment { elapsed: Duration::ZERO, wall: DateTime::UNIX_EPOCH };
        Self { machine: Availability::new(), mode: Mode::Normal, settings: Settings::default(), now }
    }

    /// Somebody works and the main server is there.
    fn there() -> Self {
        let mut run = Self::new();
        run.all(&[Event::SignedIn, Event::Working, Event::Started]);
        assert!(run.machine.is_available());
        run
    }

    fn step(&mut self, event: Event) -> Vec<Do> {
        self.machine.step(event, self.mode, &self.settings, self.now)
    }

    fn all(&mut self, events: &[Event]) -> Vec<Do> {
        events.iter().flat_map(|event| self.step(*event)).collect()
    }

    fn pass(&mut self, ms: u64) {
        self.now.elapsed += Duration::from_millis(ms);
        self.now.wall += chrono::TimeDelta::milliseconds(i64::try_from(ms).expect("a short time"));
    }

    /// Time goes on as long as the machine waits; ticks it. Probes are answered or not.
    fn live(&mut self, seconds: u64, answers: bool) -> Vec<(u64, Do)> {
        let end = self.now.elapsed + Duration::from_secs(seconds);
        let mut done = Vec::new();
        let mut said = Vec::new();
        loop {
            let event = if said.contains(&Do::Probe) {
                if answers { Event::ProbeAnswered(quick()) } else { Event::ProbeFailed }
            } else if said.contains(&Do::CheckConfiguration) {
                Event::ConfigurationChecked { fits: true }
            } else {
                let wait = self.machine.wait(self.mode, &self.settings, self.now).unwrap_or(Duration::MAX);
                if self.now.elapsed.saturating_add(wait) > end {
                    return done;
                }
                self.pass(u64::try_from(wait.as_millis()).expect("a short time"));
                Event::Tick
            };
            said = self.step(event);
            done.extend(said.iter().map(|what| (self.now.elapsed.as_secs(), *what)));
        }
    }
}

const fn quick() -> CallTime {
    CallTime { took: Duration::from_millis(80), server: None }
}

const fn call(took_ms: u64, server_ms: u64) -> Event {
    Event::CallAnswered(CallTime { took: Duration::from_millis(took_ms), server: Some(Duration::from_millis(server_ms)) })
}

const LOST: [Do; 2] = [Do::Changed { available: false }, Do::Announce { available: false }];
const BACK: [Do; 2] = [Do::Changed { available: true }, Do::Announce { available: true }];

fn announced(done: &[Do]) -> Vec<bool> {
    done.iter().filter_map(|what| if let Do::Announce { available } = what { Some(*available) } else { None }).collect()
}

#[test]
fn m3_a_failed_call_loses_the_main_server_at_once_and_is_told_once() {
    assert_eq!(Run::there().all(&[Event::CallFailed, Event::CallFailed]), LOST);
}

#[test]
fn m3_one_missed_heartbeat_is_no_loss_and_two_are() {
    assert_eq!(Run::there().all(&[Event::ProbeFailed, Event::ProbeAnswered(quick()), Event::ProbeFailed]), []);
    assert_eq!(Run::there().all(&[Event::ProbeFailed, Event::ProbeFailed]), LOST);
}

#[test]
fn m3_an_idle_loss_is_noticed_by_two_heartbeats() {
    let mut run = Run::there();
    let done = run.live(40, false);
    assert_eq!(done.iter().filter(|(_, what)| *what == LOST[1]).map(|(at, _)| *at).collect::<Vec<_>>(), [30]);
}

#[test]
fn m3_the_main_server_is_back_after_two_answers_within_ten_seconds_and_the_check() {
    let mut run = Run::there();
    run.step(Event::CallFailed);
    run.pass(60_000);
    assert_eq!(
        run.all(&[Event::ProbeAnswered(quick()), Event::ProbeFailed, Event::ProbeAnswered(quick())]),
        [Do::Probe, Do::Probe]
    );
    run.pass(11_000);
    assert_eq!(run.step(Event::ProbeAnswered(quick())), [Do::Probe], "eleven seconds later it is the first of two again");
    run.pass(9_000);
    assert_eq!(run.step(Event::ProbeAnswered(quick())), [Do::CheckConfiguration]);
    assert!(run.machine.is_checking() && !run.machine.is_available());
    assert_eq!(run.step(Event::ConfigurationChecked { fits: true }), BACK);
}

#[test]
fn a5_a_configuration_that_does_not_fit_keeps_it_away_with_its_reason() {
    let mut run = Run::there();
    run.step(Event::CallFailed);
    run.pass(60_000);
    run.all(&[Event::ProbeAnswered(quick()), Event::ProbeAnswered(quick()), Event::ConfigurationChecked { fits: false }]);
    assert_eq!(run.machine.state(), Err(UnavailableReason::UpdateNeeded));
    assert_eq!(Run::there().step(Event::ConfigurationChecked { fits: false }), LOST);
}

#[test]
fn m3_a_return_within_the_quiet_time_waits_for_its_end() {
    let mut run = Run::there();
    run.step(Event::CallFailed);
    let done = run.live(20, true);
    let told: Vec<_> = done.into_iter().filter(|(_, what)| matches!(what, Do::Changed { .. } | Do::Announce { .. })).collect();
    assert_eq!(told, [(5, BACK[0]), (5, BACK[1])]);
}

#[test]
fn m3_a_loss_within_the_quiet_time_holds_at_once_and_is_told_only_if_it_lasts() {
    let back_again = |answers: bool| {
        let mut run = Run::there();
        run.step(Event::CallFailed);
        run.live(10, true);
        // Told at 5 s that it is back.
        run.now.elapsed = Duration::from_secs(6);
        assert_eq!(run.step(Event::CallFailed), [LOST[0]]);
        assert!(!run.machine.is_available());
        run.live(30, answers).into_iter().filter(|(_, what)| matches!(what, Do::Announce { .. })).collect::<Vec<_>>()
    };
    assert_eq!(back_again(true), []);
    assert_eq!(back_again(false), [(10, LOST[1])]);
}

#[test]
fn m2_what_the_platform_says_only_makes_it_ask() {
    let mut run = Run::there();
    assert_eq!(run.step(Event::LinkChanged), [Do::Probe]);
    assert!(run.machine.is_available());
    run.all(&[Event::ProbeAnswered(quick()), Event::CallFailed]);
    assert_eq!(run.step(Event::LinkChanged), [Do::Probe], "a VPN that comes up late is tried at once");
    assert!(!run.machine.is_available());
}

#[test]
fn m3_heartbeats_are_sent_in_the_foreground_only_and_one_is_enough_on_return() {
    let mut run = Run::there();
    assert_eq!(run.step(Event::Foreground(false)), []);
    assert_eq!(run.machine.wait(run.mode, &run.settings, run.now), None);
    run.pass(3_600_000);
    assert_eq!(run.step(Event::Tick), []);
    assert_eq!(run.step(Event::Foreground(true)), [Do::Probe]);
    assert_eq!(run.step(Event::ProbeFailed), LOST);
}

#[test]
fn m3_a_device_that_wakes_asks_at_once() {
    let mut run = Run::there();
    run.pass(2_000);
    run.now.wall += chrono::TimeDelta::minutes(40);
    assert_eq!(run.step(Event::Tick), [Do::Probe]);
    assert_eq!(run.step(Event::ProbeFailed), LOST);
    // A clock set back is no sleep.
    let mut run = Run::there();
    run.now.wall -= chrono::TimeDelta::days(400);
    assert_eq!(run.step(Event::Tick), []);
}

#[test]
fn m3_an_answered_call_is_as_good_as_a_heartbeat() {
    let mut run = Run::there();
    run.pass(14_000);
    run.step(call(100, 20));
    run.pass(1_000);
    assert_eq!(run.step(Event::Tick), []);
    run.pass(14_000);
    assert_eq!(run.step(Event::Tick), [Do::Probe]);
}

#[test]
fn m6_nothing_is_told_at_start_and_a_later_change_is() {
    let mut run = Run::new();
    assert_eq!(run.step(Event::Working), [Do::Probe]);
    assert!(run.machine.is_asking(Mode::Normal) && !run.machine.is_asking(Mode::Offline));
    let done = run.all(&[
        Event::ProbeAnswered(quick()),
        Event::ProbeAnswered(quick()),
        Event::ConfigurationChecked { fits: true },
        Event::Started,
    ]);
    assert_eq!(announced(&done), [] as [bool; 0]);
    assert!(run.machine.is_available());

    let mut run = Run::new();
    assert_eq!(announced(&run.all(&[Event::Working, Event::ProbeFailed, Event::Started])), [] as [bool; 0]);
    assert!(!run.machine.is_asking(Mode::Normal) && !run.machine.is_available());
    let back = [Event::ProbeAnswered(quick()), Event::ProbeAnswered(quick()), Event::ConfigurationChecked { fits: true }];
    assert_eq!(announced(&run.all(&back)), [true]);
}

#[test]
fn m6_entering_and_leaving_offline_by_hand_is_told() {
    let mut run = Run::there();
    run.mode = Mode::Offline;
    assert_eq!(run.step(Event::ModeChanged), [LOST[1]]);
    run.pass(6_000);
    run.mode = Mode::PoorConnection;
    assert_eq!(run.step(Event::ModeChanged), [Do::Probe, BACK[1]]);
    run.pass(6_000);
    run.mode = Mode::Normal;
    assert_eq!(run.step(Event::ModeChanged), []);
}

#[test]
fn a_session_that_ended_is_not_asked_for_until_the_person_signs_in() {
    let mut run = Run::there();
    assert_eq!(run.step(Event::SignInNeeded), LOST);
    assert_eq!(run.machine.state(), Err(UnavailableReason::SignInNeeded));
    run.pass(60_000);
    assert_eq!(run.all(&[Event::LinkChanged, Event::Tick, Event::CallFailed]), []);
    assert_eq!(run.machine.state(), Err(UnavailableReason::SignInNeeded));
    assert_eq!(run.step(Event::SignedIn), BACK);
}

#[test]
fn m4_three_slow_calls_of_five_are_offered_once_with_what_was_measured() {
    let mut run = Run::there();
    let offered = run.all(&[call(4_100, 300), call(10, 1), call(4_000, 20), call(3_500, 20), call(4_000, 20), call(9_000, 20)]);
    let [Do::Offer(Offer::Slower(reason))] = offered[..] else { panic!("{offered:?}") };
    assert!(reason.often && !reason.longest.is_server_busy());
    assert_eq!((reason.longest.took.as_millis(), reason.longest.link().map(|l| l.as_millis())), (4_100, Some(3_800)));
    run.pass(599_000);
    assert_eq!(run.step(call(9_000, 20)), []);
    run.pass(1_000);
    assert!(matches!(run.step(call(9_000, 20))[..], [Do::Offer(Offer::Slower(_))]));
}

#[test]
fn m4_a_busy_server_is_told_from_a_slow_link() {
    let offered = Run::there().step(call(9_000, 8_700));
    let [Do::Offer(Offer::Slower(reason))] = offered[..] else { panic!("{offered:?}") };
    assert!(!reason.often && reason.longest.is_server_busy());
}

#[test]
fn m4_ten_fast_calls_in_poor_connection_offer_the_way_back() {
    let mut run = Run::there();
    run.mode = Mode::PoorConnection;
    let offers = run.all(&[call(80, 10); 12]);
    assert_eq!(offers, [Do::Offer(Offer::Normal)]);
    // Heartbeats count, too: who works on the device calls nothing.
    let mut run = Run::there();
    run.mode = Mode::PoorConnection;
    let offers = run.live(200, true).into_iter().filter(|(_, what)| *what == Do::Offer(Offer::Normal)).count();
    assert_eq!(offers, 1);
}

#[test]
fn m4_who_chooses_poor_connection_is_not_asked_to_leave_it_at_once() {
    let mut run = Run::there();
    assert_eq!(run.all(&[call(80, 10); 30]), []);
    run.mode = Mode::PoorConnection;
    assert_eq!(run.step(Event::ModeChanged), []);
    assert_eq!(run.all(&[call(80, 10); 9]), []);
    assert_eq!(run.step(call(80, 10)), [Do::Offer(Offer::Normal)]);
    // That offer keeps nobody from being offered the other way.
    run.mode = Mode::Normal;
    run.step(Event::ModeChanged);
    assert!(matches!(run.step(call(9_000, 20))[..], [Do::Offer(Offer::Slower(_))]));
}

/// Runs of the machine as lists of events and what was to be done; new ones are added to the file.
#[test]
fn golden_runs_hold() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Golden {
        name: String,
        #[serde(default)]
        mode: Mode,
        steps: Vec<(u64, Event, Vec<String>)>,
    }
    let runs: Vec<Golden> = serde_json::from_str(include_str!("golden.json")).expect("the file of runs");
    for golden in runs {
        let mut run = Run::there();
        run.mode = golden.mode;
        for (at, (ms, event, expect)) in golden.steps.into_iter().enumerate() {
            run.pass(ms);
            let done: Vec<String> = run.step(event).iter().map(name_of).collect();
            assert_eq!(done, expect, "{}, step {at}: {event:?}", golden.name);
        }
    }
}

fn name_of(what: &Do) -> String {
    match what {
        Do::Probe => "probe".into(),
        Do::CheckConfiguration => "checkConfiguration".into(),
        Do::Changed { available } => if *available { "there" } else { "away" }.into(),
        Do::Announce { available } => if *available { "tellBack" } else { "tellLost" }.into(),
        Do::Offer(Offer::Normal) => "offerNormal".into(),
        Do::Offer(Offer::Slower(_)) => "offerSlower".into(),
    }
}

fn any_event() -> impl Strategy<Value = (u64, Event, Mode)> {
    let event = prop_oneof![
        3 => Just(Event::CallFailed),
        6 => Just(Event::ProbeAnswered(quick())),
        2 => Just(Event::ProbeFailed),
        4 => Just(Event::ConfigurationChecked { fits: true }),
        1 => Just(Event::ConfigurationChecked { fits: false }),
        1 => Just(Event::LinkChanged),
        1 => any::<bool>().prop_map(Event::Foreground),
        1 => Just(Event::SignedIn),
        1 => Just(Event::SignInNeeded),
        1 => Just(Event::ModeChanged),
        4 => Just(Event::Tick),
        2 => (0_u64..10_000).prop_map(|ms| call(ms, ms / 3)),
    ];
    let mode = prop_oneof![6 => Just(Mode::Normal), 1 => Just(Mode::Offline), 1 => Just(Mode::PoorConnection)];
    (0_u64..4_000, event, mode)
}

proptest! {
    #[test]
    fn m3_no_sequence_tells_twice_within_the_quiet_time(events in prop::collection::vec(any_event(), 1..200)) {
        let mut run = Run::there();
        let mut told: Option<(Duration, bool)> = None;
        let mut shown = true;
        for (ms, event, mode) in events {
            run.pass(ms);
            run.mode = mode;
            for what in run.step(event) {
                match what {
                    Do::Announce { available } => {
                        if let Some((at, value)) = told {
                            prop_assert!(run.now.elapsed.checked_sub(at).is_some_and(|since| since >= run.settings.quiet));
                            prop_assert_ne!(value, available);
                        }
                        prop_assert_eq!(available, run.machine.is_available() && mode != Mode::Offline);
                        told = Some((run.now.elapsed, available));
                    }
                    Do::Changed { available } => {
                        prop_assert_ne!(shown, available);
                        shown = available;
                    }
                    _ => {}
                }
            }
            prop_assert_eq!(shown, run.machine.is_available());
            // A failed call is a loss at once, whatever was before.
            prop_assert!(event != Event::CallFailed || !run.machine.is_available());
        }
        // Left alone with a good link, code knows in the end what is.
        run.mode = Mode::Normal;
        run.all(&[Event::Foreground(true), Event::SignedIn, Event::ModeChanged]);
        run.live(60, true);
        prop_assert!(run.machine.is_available());
        prop_assert!(told.is_none_or(|(_, value)| value) || run.machine.told);
    }
}
