//! One connection through the link: two directions that obey the link's state.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::budget::{Budget, Direction};
use super::{Counters, LinkState, Trap};

/// Bytes read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// Chunks under way in one direction; a full queue makes the sender wait, as a real link does.
const QUEUE_CHUNKS: usize = 64;

const PORTAL_PAGE: &str = "<html><body><h1>Free Wi-Fi</h1><p>Sign in to go on.</p></body></html>";
const UNAVAILABLE_PAGE: &str = "<html><body><h1>503</h1><p>The upstream is not available.</p></body></html>";
/// Neither a TLS record nor HTTP.
const NO_TLS: &str = "220 mail.example ESMTP ready\r\n";

/// Carries one connection until either side ends it or the link cuts it.
pub(super) async fn run(
    client: TcpStream,
    target: SocketAddr,
    rule: watch::Receiver<LinkState>,
    counters: Arc<Counters>,
    trap: Arc<Trap>,
) {
    // A dropped stream must look like a dead link, not like a polite goodbye.
    let _ = client.set_zero_linger();
    let _ = client.set_nodelay(true);
    let state = *rule.borrow();
    if state.answers_itself() {
        let _ = answer_in_its_place(client, state).await;
        return;
    }
    if wait_while_half_open(&mut rule.clone()).await.is_err() {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = server.set_nodelay(true);
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let cut = Cut { trap, left: AtomicU64::new(u64::MAX) };
    let up = carry(client_in, server_out, Direction::Up, rule.clone(), &counters.bytes_up, &cut);
    let down = carry(server_in, client_out, Direction::Down, rule, &counters.bytes_down, &cut);
    let _ = tokio::try_join!(up, down);
}

async fn answer_in_its_place(mut client: TcpStream, state: LinkState) -> io::Result<()> {
    let mut request = vec![0; CHUNK_BYTES];
    let _ = client.read(&mut request).await?;
    let page = |status: &str, page: &str| {
        let length = page.len();
        format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{page}")
    };
    let answer = match state {
        LinkState::CaptivePortal => page("200 OK", PORTAL_PAGE),
        LinkState::Unavailable => page("503 Service Unavailable", UNAVAILABLE_PAGE),
        _ => NO_TLS.to_owned(),
    };
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await?;
    // The client reads to the end before the stream is dropped, else the reset would eat the page.
    while client.read(&mut request).await? > 0 {}
    Ok(())
}

async fn wait_while_half_open(rule: &mut watch::Receiver<LinkState>) -> Result<LinkState, watch::error::RecvError> {
    rule.wait_for(|state| *state != LinkState::HalfOpen).await.map(|state| *state)
}

/// One direction. Chunks wait in a queue until they are due, so that latency does not limit the rate.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    mut rule: watch::Receiver<LinkState>,
    passed: &AtomicU64,
    cut_of: &Cut,
) -> io::Result<()> {
    let mut waiting: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut ended = false;
    let mut budget = Budget::of(*rule.borrow_and_update(), direction);
    loop {
        let due = waiting.front().map(|(due, _)| (*due).max(budget.free_at));
        tokio::select! {
            biased;
            changed = rule.changed() => {
                changed.map_err(|_| cut())?;
                budget = Budget::of(wait_while_half_open(&mut rule).await.map_err(|_| cut())?, direction);
                rule.mark_unchanged();
            }
            () = wait_until(due), if due.is_some() => {
                let Some((_, chunk)) = waiting.pop_front() else { continue };
                if *rule.borrow() == LinkState::HalfOpen {
                    waiting.push_front((Instant::now(), chunk));
                    wait_while_half_open(&mut rule).await.map_err(|_| cut())?;
                    continue;
                }
                let allowed = cut_of.allow(direction, &chunk[..budget.allow(chunk.len())]);
                to.write_all(&chunk[..allowed]).await?;
                passed.fetch_add(allowed as u64, Ordering::Relaxed);
                if allowed < chunk.len() {
                    return Err(cut());
                }
            }
            count = from.read(&mut buffer), if !ended && waiting.len() < QUEUE_CHUNKS => {
                let count = count?;
                ended = count == 0;
                if count > 0 {
                    waiting.push_back((budget.due(count), buffer[..count].to_vec()));
                }
            }
        }
        if ended && waiting.is_empty() {
            return to.shutdown().await;
        }
    }
}

fn cut() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

async fn wait_until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        sleep_until(moment).await;
    }
}

/// The trap of one connection.
struct Cut {
    trap: Arc<Trap>,
    /// Bytes of answers that may still pass; `u64::MAX` while the trap has not sprung here.
    left: AtomicU64,
}

impl Cut {
    /// How much of a chunk may pass.
    fn allow(&self, direction: Direction, chunk: &[u8]) -> usize {
        if direction == Direction::Up {
            if let Some(bytes) = self.trap.spring(chunk) {
                self.left.store(bytes, Ordering::Relaxed);
            }
            return chunk.len();
        }
        let left = self.left.load(Ordering::Relaxed);
        if left == u64::MAX {
            return chunk.len();
        }
        let allowed = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.left.store(left - allowed as u64, Ordering::Relaxed);
        allowed
    }
}
