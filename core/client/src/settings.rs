//! Every number of the client, with its unit; tests and the simulator shorten some.

use std::time::Duration;

/// Settings of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Time between heartbeats while available (M3).
    pub heartbeat: Duration,
    /// Heartbeats missed before the main server counts as lost (M3).
    pub heartbeats_missed: u32,
    /// Time between probes while not available.
    pub probe: Duration,
    /// Answered probes before the main server counts as back (M3).
    pub answers_to_come_back: u32,
    /// A probe that takes longer has failed.
    pub probe_timeout: Duration,
    /// A call that takes longer has failed.
    pub call_timeout: Duration,
    /// Making a connection takes at most this long.
    pub connect_timeout: Duration,
    /// A call above this is slow (M4).
    pub slow_call: Duration,
    /// One call above this is reason enough for the offer (M4).
    pub very_slow_call: Duration,
    /// A call below this is fast (M4).
    pub fast_call: Duration,
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
            heartbeat: Duration::from_secs(15),
            heartbeats_missed: 2,
            probe: Duration::from_secs(3),
            answers_to_come_back: 2,
            probe_timeout: Duration::from_secs(10),
            call_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            slow_call: Duration::from_secs(3),
            very_slow_call: Duration::from_secs(8),
            fast_call: Duration::from_secs(1),
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
