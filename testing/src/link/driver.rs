//! The link's loop: owns the port and the connections, carries out orders.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc as queue, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::{Counters, LinkState, Order, Trap, connection};

/// Connections that wait to be accepted at most.
const BACKLOG: u32 = 128;

/// The link's port: open, or held without listening, so that it refuses and nobody else takes it.
pub(super) enum Port {
    Open(TcpListener, SocketAddr),
    Shut(TcpSocket, SocketAddr),
}

impl Port {
    pub(super) fn open_any() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = socket.local_addr()?;
        Ok(Self::Open(socket.listen(BACKLOG)?, address))
    }

    pub(super) const fn address(&self) -> SocketAddr {
        match self {
            Self::Open(_, address) | Self::Shut(_, address) => *address,
        }
    }

    fn opened(self) -> io::Result<Self> {
        match self {
            Self::Shut(socket, address) => Ok(Self::Open(socket.listen(BACKLOG)?, address)),
            open => Ok(open),
        }
    }

    fn shut(self) -> io::Result<Self> {
        match self {
            Self::Open(listener, address) => {
                drop(listener);
                let socket = TcpSocket::new_v4()?;
                socket.set_reuseaddr(true)?;
                socket.bind(address)?;
                Ok(Self::Shut(socket, address))
            }
            shut => Ok(shut),
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        match self {
            Self::Open(listener, _) => listener.accept().await.map(|(stream, _)| stream),
            Self::Shut(..) => std::future::pending().await,
        }
    }
}

/// The loop.
pub(super) struct Driver {
    port: Option<Port>,
    target: SocketAddr,
    counters: Arc<Counters>,
    trap: Arc<Trap>,
    /// What the open connections obey; a new value even if the state is the same, so that byte counts start again.
    rule: watch::Sender<LinkState>,
    connections: JoinSet<()>,
    flapping: Option<Flapping>,
}

struct Flapping {
    up: Duration,
    down: Duration,
    is_up: bool,
    turn: Instant,
}

impl Driver {
    pub(super) fn new(port: Port, target: SocketAddr, counters: Arc<Counters>, trap: Arc<Trap>) -> Self {
        let (rule, _) = watch::channel(LinkState::Good);
        Self { port: Some(port), target, counters, trap, rule, connections: JoinSet::new(), flapping: None }
    }

    pub(super) async fn run(mut self, mut orders: queue::UnboundedReceiver<Order>) {
        loop {
            let Some(port) = self.port.as_ref() else { return };
            let turn = self.flapping.as_ref().map(|f| f.turn);
            tokio::select! {
                order = orders.recv() => match order {
                    None => return,
                    Some(Order::Set(state, done)) => {
                        self.set(state).await;
                        let _ = done.send(());
                    }
                    Some(Order::Target(target, done)) => {
                        self.target = target;
                        self.connections.shutdown().await;
                        let _ = done.send(());
                    }
                },
                () = wait_until(turn) => self.flap().await,
                stream = port.accept() => {
                    if let Ok(stream) = stream {
                        self.counters.connections.fetch_add(1, Ordering::Relaxed);
                        let counters = Arc::clone(&self.counters);
                        let trap = Arc::clone(&self.trap);
                        self.connections.spawn(connection::run(stream, self.target, self.rule.subscribe(), counters, trap));
                    }
                }
                Some(_) = self.connections.join_next() => {}
            }
        }
    }

    async fn set(&mut self, state: LinkState) {
        self.flapping = None;
        if let LinkState::Flapping { up_ms, down_ms } = state {
            let up = Duration::from_millis(up_ms.max(1));
            let down = Duration::from_millis(down_ms.max(1));
            self.flapping = Some(Flapping { up, down, is_up: true, turn: Instant::now() + up });
            self.hold(LinkState::Good).await;
        } else {
            self.hold(state).await;
        }
    }

    async fn flap(&mut self) {
        let Some(flapping) = self.flapping.as_mut() else { return };
        flapping.is_up = !flapping.is_up;
        flapping.turn += if flapping.is_up { flapping.up } else { flapping.down };
        let state = if flapping.is_up { LinkState::Good } else { LinkState::Lost };
        self.hold(state).await;
    }

    async fn hold(&mut self, state: LinkState) {
        let was = self.rule.send_replace(state);
        let lost = matches!(state, LinkState::Lost | LinkState::NoName);
        let other_end = (state.answers_itself() || was.answers_itself()) && state != was;
        if lost || other_end {
            self.connections.shutdown().await;
        }
        let port = self.port.take();
        self.port = match port.map(|port| if lost { port.shut() } else { port.opened() }) {
            Some(Ok(port)) => Some(port),
            Some(Err(error)) => {
                tracing::error!(%error, "the link lost its port");
                None
            }
            None => None,
        };
    }
}

async fn wait_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
