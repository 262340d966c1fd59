//! Every number of the client, with its unit; tests and the simulator shorten some.

use std::time::Duration;

/// Settings of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Sign-in links may lead to a main server without TLS: development builds only.
    pub plain_links: bool,
    /// Other addresses of the main server that sign-in links may name: those behind the app's own way to it.
    pub known_as: Vec<String>,
    /// Time between heartbeats while available (M3).
    pub heartbeat: Duration,
    /// Heartbeats missed before the main server counts as lost (M3).
    pub heartbeats_missed: u32,
    /// Time between probes while not available.
    pub probe: Duration,
    /// Two answers within this time and the main server counts as back (M3).
    pub answers_within: Duration,
    /// Changes of availability are told to the configuration's code at most this often (M3).
    pub quiet: Duration,
    /// The clock is looked at so often, to notice that the device slept.
    pub wake_check: Duration,
    /// The wall clock went on by so much more than time did: the device slept, and the main server is asked at once.
    pub sleep_gap: Duration,
    /// Start handlers wait so long to learn whether the main server is there.
    pub start_wait: Duration,
    /// A probe that takes longer has failed.
    pub probe_timeout: Duration,
    /// At the start the main server is asked for news at most this long; then work begins without it (A5, A8).
    pub start_check: Duration,
    /// A call that takes longer has failed.
    pub call_timeout: Duration,
    /// Making a connection takes at most this long.
    pub connect_timeout: Duration,
    /// A long answer (the configuration, wake-ups) that brings nothing for so long has lost its link; the main server says
    /// something every 15 s.
    pub silence: Duration,
    /// Pause before listening for changes again.
    pub listen_retry: Duration,
    /// A call above this is slow (M4).
    pub slow_call: Duration,
    /// One call above this is reason enough for the offer (M4).
    pub very_slow_call: Duration,
    /// Last calls that are looked at for the offer of a slower mode (M4).
    pub calls_looked_at: usize,
    /// Slow ones among them are reason enough for the offer (M4).
    pub slow_calls: usize,
    /// A call below this is fast (M4).
    pub fast_call: Duration,
    /// Fast calls in a row for the offer to go back to Normal (M4).
    pub fast_in_a_row: u32,
    /// Time before the offer is made again (M4).
    pub offer_pause: Duration,
    /// A call that runs longer shows that it is waited for (R18).
    pub waiting_shown_after: Duration,
    /// A handler of a reopening that waits longer, for a person or a server, ends it (F9).
    pub reopening_handler_time: Duration,
    /// Time of a call of module code on the client.
    pub handler_time: Duration,
    /// Time of a call of module code on the stand-alone server.
    pub standalone_call_time: Duration,
    /// Time between tries to keep what could not be kept, while there is no room.
    pub store_retry: Duration,
    /// First and longest pause after a failed exchange round (X8).
    pub exchange_retry: (Duration, Duration),
    /// Things of a page of the exchange.
    pub exchange_page: u32,
    /// Rows of a page of a list.
    pub list_page: u32,
    /// Rows of a list kept in memory.
    pub list_window: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plain_links: false,
            known_as: Vec::new(),
            heartbeat: Duration::from_secs(15),
            heartbeats_missed: 2,
            probe: Duration::from_secs(3),
            answers_within: Duration::from_secs(10),
            quiet: Duration::from_secs(5),
            wake_check: Duration::from_secs(5),
            sleep_gap: Duration::from_secs(30),
            start_wait: Duration::from_secs(2),
            probe_timeout: Duration::from_secs(10),
            start_check: Duration::from_secs(3),
            call_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            silence: Duration::from_secs(45),
            listen_retry: Duration::from_secs(1),
            slow_call: Duration::from_secs(3),
            very_slow_call: Duration::from_secs(8),
            calls_looked_at: 5,
            slow_calls: 3,
            fast_call: Duration::from_secs(1),
            fast_in_a_row: 10,
            offer_pause: Duration::from_secs(600),
            waiting_shown_after: Duration::from_secs(1),
            reopening_handler_time: Duration::from_secs(300),
            handler_time: Duration::from_secs(5),
            standalone_call_time: Duration::from_secs(20),
            store_retry: Duration::from_secs(3),
            exchange_retry: (Duration::from_secs(2), Duration::from_secs(300)),
            exchange_page: 1000,
            list_page: 60,
            list_window: 360,
        }
    }
}
