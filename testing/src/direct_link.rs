//! A way to the main server without a socket: requests go straight to its routes, and what happens to each is scripted, so that
//! every run is the same.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Request, Response, StatusCode};
use tokio::runtime::Handle;
use tokio::sync::watch;
use twinshore_client::{BodyStream, Obstacle, Timers, Transport, TransportError};
use twinshore_server::InProcess;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is answered.
    Answered,
    /// It does not leave the device.
    NotSent(Obstacle),
    /// The main server carries it out; the answer does not come.
    AnswerLost,
    /// The answer breaks off after so many bytes of its body.
    AnswerCut(usize),
    /// Nothing comes, ever: a half-open connection.
    Silence,
    /// Somebody else answers: a captive portal, a proxy, a load balancer.
    Foreign(u16),
    /// The link takes so long to the main server, and as long back.
    Slow(Duration),
    /// The main server takes so long, and says so.
    Busy(Duration),
}

type Find = dyn Fn() -> Option<(InProcess, Handle)> + Send + Sync;

/// The way. A standing fate holds for every request that has none of its own.
pub struct DirectLink {
    main: Box<Find>,
    clock: Arc<dyn Timers>,
    script: Mutex<Script>,
    /// Requests that the main server works on.
    flying: watch::Sender<usize>,
}

/// A request on its way.
struct Flight<'l>(&'l watch::Sender<usize>);

impl<'l> Flight<'l> {
    fn new(flying: &'l watch::Sender<usize>) -> Self {
        flying.send_modify(|count| *count += 1);
        Self(flying)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

struct Script {
    standing: Fate,
    next: VecDeque<(String, Fate)>,
    seen: Vec<String>,
}

impl DirectLink {
    pub(crate) fn new(main: impl Fn() -> Option<(InProcess, Handle)> + Send + Sync + 'static, clock: Arc<dyn Timers>) -> Self {
        let script = Script { standing: Fate::Answered, next: VecDeque::new(), seen: Vec::new() };
        Self { main: Box::new(main), clock, script: Mutex::new(script), flying: watch::channel(0).0 }
    }

    /// From now on, for requests that have no fate of their own.
    pub fn set(&self, fate: Fate) {
        self.script().standing = fate;
    }

    /// For the next request whose path holds `path`.
    pub fn next(&self, path: &str, fate: Fate) {
        self.script().next.push_back((path.to_owned(), fate));
    }

    /// Paths of all requests so far, in order, whatever became of them.
    pub fn requests(&self) -> Vec<String> {
        self.script().seen.clone()
    }

    /// Waits until the main server works on no request of this way: time may go on without running out for one.
    pub async fn until_quiet(&self) {
        let mut flying = self.flying.subscribe();
        // The sender lives as long as this.
        let _ = flying.wait_for(|count| *count == 0).await;
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fate_of(&self, path: &str) -> Fate {
        let mut script = self.script();
        script.seen.push(path.to_owned());
        match script.next.iter().position(|(part, _)| path.contains(part.as_str())) {
            Some(at) => script.next.remove(at).map_or(Fate::Answered, |(_, fate)| fate),
            None => script.standing.clone(),
        }
    }

    /// Runs where the main server runs: its end ends the answer.
    async fn carry(&self, request: Request<Bytes>) -> Result<Response<BodyStream>, TransportError> {
        let refused = || TransportError::NotSent(Obstacle::Unreachable("the main server is down".into()));
        let _flight = Flight::new(&self.flying);
        let (routes, runtime) = (self.main)().ok_or_else(refused)?;
        let answer = runtime.spawn(async move { routes.answer(request).await }).await.map_err(lost)?;
        Ok(answer.map(|body| Box::pin(body.map(|chunk| chunk.map_err(lost))) as BodyStream))
    }
}

fn lost(cause: impl ToString) -> TransportError {
    TransportError::NoAnswer { cause: cause.to_string() }
}

/// The first bytes of a body, then its end in the middle.
fn cut(body: BodyStream, bytes: usize) -> BodyStream {
    let parts = body.scan(bytes, |left, chunk| {
        let part = chunk.map(|mut chunk| {
            chunk.truncate(*left);
            *left -= chunk.len();
            chunk
        });
        std::future::ready(part.as_ref().is_ok_and(|part| !part.is_empty()).then_some(part))
    });
    Box::pin(parts.chain(stream::once(async { Err(lost("cut in the middle")) })))
}

#[async_trait]
impl Transport for DirectLink {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<BodyStream>, TransportError> {
        match self.fate_of(request.uri().path()) {
            Fate::Answered => self.carry(request).await,
            Fate::NotSent(obstacle) => Err(TransportError::NotSent(obstacle)),
            Fate::AnswerLost => {
                self.carry(request).await?;
                Err(lost("lost on the way"))
            }
            Fate::AnswerCut(bytes) => self.carry(request).await.map(|answer| answer.map(|body| cut(body, bytes))),
            Fate::Silence => std::future::pending().await,
            Fate::Foreign(status) => {
                let page: BodyStream = Box::pin(stream::once(async { Ok(Bytes::from_static(b"<html>Free Wi-Fi</html>")) }));
                let mut answer = Response::new(page);
                *answer.status_mut() = StatusCode::from_u16(status).map_err(lost)?;
                Ok(answer)
            }
            Fate::Slow(way) => {
                self.clock.sleep(way).await;
                let answer = self.carry(request).await;
                self.clock.sleep(way).await;
                answer
            }
            Fate::Busy(time) => {
                let mut answer = self.carry(request).await?;
                self.clock.sleep(time).await;
                let said = format!("main;dur={}", time.as_millis()).parse().map_err(lost)?;
                answer.headers_mut().insert("server-timing", said);
                Ok(answer)
            }
        }
    }
}
