//! A TCP proxy between a client and its main server that can be made slow, bad or dead while it runs.
//!
//! What a state does is done to real connections: lost means that the port refuses and open connections are reset.
//! [`Link::set`] returns when the state holds: from then on no byte passes that the state forbids.

mod budget;
mod connection;
mod driver;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc as queue;
use twinshore_client::Names;

/// How the link behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum LinkState {
    /// Passes everything at once.
    #[default]
    Good,
    /// Passes everything late and slowly.
    #[serde(rename_all = "camelCase")]
    Slow {
        /// Delay of each byte, each way.
        latency_ms: u64,
        /// Bytes a second, each way and connection.
        bytes_per_s: u64,
    },
    /// Passes everything as these figures say.
    Shaped(LinkFigures),
    /// Refuses; open connections are reset.
    Lost,
    /// Accepts and keeps connections, but nothing passes; what was sent arrives when the link is good again.
    HalfOpen,
    /// Good and lost by turns.
    #[serde(rename_all = "camelCase")]
    Flapping {
        /// Length of a good spell.
        up_ms: u64,
        /// Length of a lost spell.
        down_ms: u64,
    },
    /// Each connection is reset after so many more bytes of answers.
    CutAfter {
        /// Bytes.
        bytes: u64,
    },
    /// Requests pass; the connection is reset when the answer begins (R17: the outcome is unknown).
    CutAnswers,
    /// Some Wi-Fi's sign-in page answers instead of the main server.
    CaptivePortal,
    /// A proxy on the way answers that the service is not available (503).
    Unavailable,
    /// Whoever takes the connection does not speak TLS: a client that wants it fails at the handshake, one that doesn't gets nothing
    /// it understands.
    NoTls,
    /// The network is another one, and its names don't know the main server: open connections are reset, new ones have no address.
    NoName,
}

/// A link in figures. What is 0 does not limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkFigures {
    /// Delay of each byte, each way.
    pub latency_ms: u64,
    /// A chunk may be so much later; order is kept.
    pub jitter_ms: u64,
    /// Bytes a second, each way and connection.
    pub bytes_per_second: u64,
    /// Part of the segments that are lost and sent again: what TCP makes of loss is lateness.
    pub loss_percent: u8,
    /// Each connection is reset after so many more bytes of answers.
    pub cut_after_bytes: Option<u64>,
    /// Where jitter and loss begin to count; the same seed gives the same link.
    pub seed: u64,
}

impl LinkState {
    /// Answers connections itself, in the main server's place.
    pub(crate) const fn answers_itself(self) -> bool {
        matches!(self, Self::CaptivePortal | Self::Unavailable | Self::NoTls)
    }
}

/// Name of every main server behind a link.
pub const MAIN_NAME: &str = "main.twinshore.test";

/// What passed since the link was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LinkTraffic {
    /// Connections accepted.
    pub connections: u64,
    /// Bytes from the client to the main server.
    pub bytes_up: u64,
    /// Bytes from the main server to the client.
    pub bytes_down: u64,
}

/// A link could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No port, no thread or no runtime.
    #[error("the link could not be made: {0}")]
    Start(#[from] std::io::Error),
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    bytes_up: AtomicU64,
    bytes_down: AtomicU64,
}

/// An answer that will be cut, once.
#[derive(Debug, Default)]
struct Trap {
    set: std::sync::Mutex<Option<(String, u64)>>,
    sprung: AtomicU64,
}

impl Trap {
    /// Bytes of the answer that may pass, if these are the first bytes of the request that is waited for.
    fn spring(&self, request: &[u8]) -> Option<u64> {
        let mut set = self.set.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let line = request.split(|byte| *byte == b'\r').next().map(String::from_utf8_lossy)?;
        let (_, bytes) = set.take_if(|(path, _)| line.contains(path.as_str()))?;
        self.sprung.fetch_add(1, Ordering::Relaxed);
        Some(bytes)
    }
}

enum Order {
    Set(LinkState, mpsc::Sender<()>),
    Target(SocketAddr, mpsc::Sender<()>),
}

/// A controllable link to one main server. Lives on a thread of its own and ends when dropped.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    orders: Option<queue::UnboundedSender<Order>>,
    counters: Arc<Counters>,
    trap: Arc<Trap>,
    state: std::sync::Mutex<LinkState>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// A good link to a main server.
    ///
    /// # Errors
    /// [`LinkError`] if there is no port or thread to be had.
    pub fn to(target: SocketAddr) -> Result<Self, LinkError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let port = {
            // Entered, not run: the caller may be on a runtime's thread.
            let _entered = runtime.enter();
            driver::Port::open_any()?
        };
        let address = port.address();
        let counters = Arc::new(Counters::default());
        let (orders, received) = queue::unbounded_channel();
        let trap = Arc::new(Trap::default());
        let driver = driver::Driver::new(port, target, Arc::clone(&counters), Arc::clone(&trap));
        let thread = std::thread::Builder::new().name("link".into()).spawn(move || runtime.block_on(driver.run(received)))?;
        Ok(Self { address, orders: Some(orders), counters, trap, state: std::sync::Mutex::default(), thread: Some(thread) })
    }

    /// Address that clients use instead of the main server's, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same by name, for clients that ask this link for addresses ([`Names`]).
    pub fn named_url(&self) -> String {
        format!("http://{MAIN_NAME}:{}", self.address.port())
    }

    /// The same where a main server with TLS is at the other end.
    pub fn secure_url(&self) -> String {
        format!("https://{MAIN_NAME}:{}", self.address.port())
    }

    /// Changes how the link behaves; holds when this returns.
    pub fn set(&self, state: LinkState) {
        *self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = state;
        self.order(|done| Order::Set(state, done));
    }

    /// Lets the next request whose first line holds `path` through and resets its connection after so many bytes of the answer.
    pub fn cut_answer(&self, path: &str, bytes: u64) {
        *self.trap.set.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((path.to_owned(), bytes));
    }

    /// Answers cut by [`Link::cut_answer`] so far.
    pub fn answers_cut(&self) -> u64 {
        self.trap.sprung.load(Ordering::Relaxed)
    }

    /// Points the link to another main server (one that was started again on another port).
    pub fn retarget(&self, target: SocketAddr) {
        self.order(|done| Order::Target(target, done));
    }

    /// How the link was last told to behave.
    pub fn state(&self) -> LinkState {
        *self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What passed so far.
    pub fn traffic(&self) -> LinkTraffic {
        LinkTraffic {
            connections: self.counters.connections.load(Ordering::Relaxed),
            bytes_up: self.counters.bytes_up.load(Ordering::Relaxed),
            bytes_down: self.counters.bytes_down.load(Ordering::Relaxed),
        }
    }

    fn order(&self, order: impl FnOnce(mpsc::Sender<()>) -> Order) {
        let (done, held) = mpsc::channel();
        let sent = self.orders.as_ref().is_some_and(|orders| orders.send(order(done)).is_ok());
        if sent {
            // The driver answers within a turn of its loop; it only stops when the link is dropped.
            let _ = held.recv();
        }
    }
}

impl Names for Link {
    fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        let unknown = |why: &str| std::io::Error::new(std::io::ErrorKind::NotFound, format!("{name}: {why}"));
        match self.state() {
            LinkState::NoName => Err(unknown("no answer from the name server")),
            _ if name == MAIN_NAME => Ok(vec![self.address.ip()]),
            _ => Err(unknown("there is no such name")),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
