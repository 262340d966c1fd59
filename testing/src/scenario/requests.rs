//! Requests of the main server as they come: kept for `main.calls()`, and the named points where something is killed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::future::BoxFuture;
use serde::Serialize;
use tokio::sync::oneshot;
use twinshore_protocol::Clock as _;
use twinshore_server::{RequestWatch, WatchedRequest};
use uuid::Uuid;

use super::stage::Stage;

/// Requests kept.
const KEPT: usize = 5_000;

/// A request that reached the main server.
#[derive(Debug, Clone, Serialize)]
pub(super) struct MainCall {
    user: String,
    device: String,
    request: String,
    name: String,
    time: String,
    error: String,
}

/// When something is done about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// It has arrived and is not carried out yet.
    Arrived,
    /// It was carried out and no byte of the answer has left.
    Answered,
}

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    Main,
    Phone(usize),
}

/// Something is killed at a named point, once.
pub(super) struct Trap {
    pub(super) request: String,
    pub(super) point: Point,
    pub(super) victim: Victim,
    pub(super) done: oneshot::Sender<()>,
}

/// Sees the requests of one world.
#[derive(Default)]
pub(super) struct Requests {
    stage: Mutex<Weak<Stage>>,
    seen: Mutex<Vec<MainCall>>,
    devices: Mutex<HashMap<Uuid, String>>,
    traps: Mutex<Vec<Trap>>,
}

impl Requests {
    /// Whose requests they are.
    pub(super) fn of(&self, stage: &Arc<Stage>) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(stage);
    }

    fn stage(&self) -> Option<Arc<Stage>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    /// Requests so far.
    pub(super) fn seen(&self) -> Vec<MainCall> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, call: MainCall) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < KEPT {
            seen.push(call);
        }
    }

    /// Kinds of the last requests, for those who wait in vain.
    pub(super) fn names(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<String> = Vec::new();
        for call in seen.iter().rev().filter(|call| !names_nothing(&call.request)).take(20) {
            if !names.contains(&call.request) {
                names.push(call.request.clone());
            }
        }
        names
    }

    /// Waits for a request.
    pub(super) fn set_trap(&self, trap: Trap) {
        self.traps.lock().unwrap_or_else(PoisonError::into_inner).push(trap);
    }

    fn spring(&self, request: &WatchedRequest, device: &str, point: Point) -> Option<Trap> {
        let stage = self.stage()?;
        let mut traps = self.traps.lock().unwrap_or_else(PoisonError::into_inner);
        let at = traps.iter().position(|trap| {
            let of_this = match trap.victim {
                Victim::Main => true,
                Victim::Phone(phone) => stage.phone_named(device) == Some(phone),
            };
            trap.point == point && of_this && (trap.request == request.request || trap.request == request.name)
        })?;
        Some(traps.remove(at))
    }

    fn device(&self, stage: &Stage, id: Option<Uuid>) -> String {
        let Some(id) = id else { return String::new() };
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = devices.get(&id) {
            return known.clone();
        }
        let rows = stage.engine().and_then(|engine| engine.devices().ok()).unwrap_or_default();
        devices.extend(rows.into_iter().map(|row| (row.device, row.device_name)));
        devices.get(&id).cloned().unwrap_or_default()
    }

    async fn strike(&self, stage: &Arc<Stage>, trap: Trap) {
        match trap.victim {
            Victim::Main => {
                stage.timeline.note("main", format!("killed at {}", trap.request));
                let killed = Arc::clone(stage);
                stage.handle.spawn_blocking(move || {
                    killed.kill_main();
                    let _ = trap.done.send(());
                });
                // The server's runtime ends, and this with it.
                std::future::pending::<()>().await;
            }
            Victim::Phone(phone) => {
                stage.kill_phone(phone, &format!("killed at {}", trap.request)).await;
                let _ = trap.done.send(());
            }
        }
    }
}

/// Heartbeats say nothing to a reader.
fn names_nothing(request: &str) -> bool {
    request == "hello"
}

impl RequestWatch for Requests {
    fn arrived<'a>(&'a self, request: &'a WatchedRequest) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some(stage) = self.stage() else { return };
            let device = self.device(&stage, request.device);
            if let Some(trap) = self.spring(request, &device, Point::Arrived) {
                self.strike(&stage, trap).await;
            }
        })
    }

    fn answered<'a>(&'a self, request: &'a WatchedRequest, error: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some(stage) = self.stage() else { return };
            let device = self.device(&stage, request.device);
            let call = MainCall {
                user: request.user_name.clone(),
                device: device.clone(),
                request: request.request.clone(),
                name: request.name.clone(),
                time: stage.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                error: error.to_owned(),
            };
            self.keep(call);
            stage.timeline.stir();
            if let Some(trap) = self.spring(request, &device, Point::Answered) {
                self.strike(&stage, trap).await;
            }
        })
    }
}
