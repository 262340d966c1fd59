//! Time of the client: what it is, how long things took, waiting. One port, so that tests own all of it.
//!
//! Wall time may be set back and forth by a person or a network; whatever is measured or waited for goes by
//! [`Timers::elapsed`], which never goes back.

use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use twinshore_protocol::{Clock, SystemClock};

/// A wait that ends by itself; dropped, it is forgotten.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock that can also be waited by.
pub trait Timers: Clock {
    /// Time since a moment that stays the same while the process lives. Never goes back; whether it counts the time a device
    /// sleeps is the platform's matter.
    fn elapsed(&self) -> Duration;
    /// Ends after so much of [`Timers::elapsed`], counted from this call.
    fn sleep(&self, time: Duration) -> Sleep;
}

#[expect(clippy::disallowed_methods, reason = "the machine's own time enters here and nowhere else")]
impl Timers for SystemClock {
    fn elapsed(&self) -> Duration {
        static START: OnceLock<std::time::Instant> = OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }

    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(time))
    }
}

/// What a future gives, or none if it takes longer.
pub(crate) async fn within<T>(timers: &dyn Timers, time: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        result = future => Some(result),
        () = timers.sleep(time) => None,
    }
}
