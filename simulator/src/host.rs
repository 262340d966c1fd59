//! The host: phones' processes, their links, and the page.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::broadcast;
use twinshore_testing::{Link, LinkError, LinkState};

use crate::workshop::{self, Workshop};

/// Lines kept for a page that is slow.
const LINES_KEPT: usize = 4096;

/// A phone of the desk.
#[derive(Debug, Clone)]
pub struct PhoneSetup {
    /// Name, also of its folder.
    pub name: String,
    /// User suggested at sign-in.
    pub user: String,
}

/// The simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// No port, no process.
    #[error("the simulator could not start: {0}")]
    Start(#[from] std::io::Error),
    /// No link.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// How a link is set from the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LinkSetting {
    condition: String,
    latency_ms: u64,
    kilobits_per_s: u64,
}

impl LinkSetting {
    fn state(&self) -> Option<LinkState> {
        Some(match self.condition.as_str() {
            "good" => LinkState::Good,
            "slow" => LinkState::Slow {
                latency_ms: self.latency_ms.min(120_000),
                bytes_per_s: (self.kilobits_per_s.max(1) * 1000) / 8,
            },
            "lost" => LinkState::Lost,
            "flapping" => LinkState::Flapping { up_ms: 4000, down_ms: 4000 },
            "halfOpen" => LinkState::HalfOpen,
            "captivePortal" => LinkState::CaptivePortal,
            _ => return None,
        })
    }
}

struct Phone {
    setup: PhoneSetup,
    link: Link,
    setting: Mutex<LinkSetting>,
    process: tokio::sync::Mutex<Option<(Child, ChildStdin)>>,
    lines: broadcast::Sender<String>,
}

/// The host of the phones.
pub struct Simulator {
    phones: BTreeMap<String, Arc<Phone>>,
    program: PathBuf,
    directory: PathBuf,
    known_as: Vec<String>,
    workshop: Option<Arc<dyn Workshop>>,
}

impl Simulator {
    /// A simulator of phones of a main server. `program phone …` is run for each of them.
    ///
    /// # Errors
    /// [`SimulatorError`] if there are no ports.
    pub fn new(
        program: PathBuf,
        directory: PathBuf,
        main_server: SocketAddr,
        setups: Vec<PhoneSetup>,
    ) -> Result<Self, SimulatorError> {
        let phones = setups
            .into_iter()
            .map(|setup| {
                let setting = LinkSetting { condition: "good".into(), latency_ms: 1800, kilobits_per_s: 256 };
                let phone = Phone {
                    link: Link::to(main_server)?,
                    setting: setting.into(),
                    process: tokio::sync::Mutex::default(),
                    lines: broadcast::channel(LINES_KEPT).0,
                    setup,
                };
                Ok((phone.setup.name.clone(), Arc::new(phone)))
            })
            .collect::<Result<_, LinkError>>()?;
        Ok(Self { phones, program, directory, known_as: Vec::new(), workshop: None })
    }

    /// Sign-in links may name the main server by this address: phones reach it through their links.
    #[must_use]
    pub fn known_as(mut self, address: &str) -> Self {
        self.known_as.push(address.to_owned());
        self
    }

    /// The page shows the work on the configuration too.
    #[must_use]
    pub fn in_workshop(mut self, workshop: Arc<dyn Workshop>) -> Self {
        self.workshop = Some(workshop);
        self
    }

    /// Who works on the configuration, if somebody does.
    pub(crate) const fn workshop(&self) -> Option<&Arc<dyn Workshop>> {
        self.workshop.as_ref()
    }

    /// Starts the phones and serves the page until the listener ends.
    ///
    /// # Errors
    /// [`SimulatorError`] if a phone can't be started.
    pub async fn serve(self, listener: tokio::net::TcpListener) -> Result<(), SimulatorError> {
        let simulator = Arc::new(self);
        for phone in simulator.phones.values() {
            simulator.start(phone).await?;
        }
        let router = Router::new()
            .route("/api/phones", get(phones))
            .route("/api/phones/{name}/kill", post(kill))
            .route("/api/phones/{name}/start", post(start))
            .route("/api/phones/{name}/link", post(set_link))
            .route("/api/workshop", get(workshop::notices))
            .route("/api/workshop/invite", post(workshop::invite))
            .route("/phones/{name}/socket", get(socket))
            .fallback(crate::page::file)
            .with_state(simulator);
        Ok(axum::serve(listener, router).await?)
    }

    async fn start(&self, phone: &Arc<Phone>) -> std::io::Result<()> {
        let mut process = phone.process.lock().await;
        if process.is_some() {
            return Ok(());
        }
        let mut child = tokio::process::Command::new(&self.program)
            .arg("phone")
            .arg("--directory")
            .arg(self.directory.join(&phone.setup.name))
            .arg("--main-server")
            .arg(phone.link.url())
            .arg("--name")
            .arg(format!("{}'s phone", phone.setup.name))
            .args(self.known_as.iter().flat_map(|address| ["--known-as", address]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Ok(()) };
        *process = Some((child, input));
        let reader = Arc::clone(phone);
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                // Nobody watching is fine.
                let _ = reader.lines.send(line);
            }
            reader.process.lock().await.take();
            let _ = reader.lines.send(r#"{"is":"process","running":false}"#.to_owned());
        });
        let _ = phone.lines.send(r#"{"is":"process","running":true}"#.to_owned());
        Ok(())
    }

    fn phone(&self, name: &str) -> Result<&Arc<Phone>, StatusCode> {
        self.phones.get(name).ok_or(StatusCode::NOT_FOUND)
    }
}

/// What every route looks at.
pub(crate) type Host = Arc<Simulator>;

async fn phones(State(host): State<Host>) -> Json<serde_json::Value> {
    let all: Vec<_> = host
        .phones
        .values()
        .map(|phone| {
            let link = phone.setting.lock().unwrap_or_else(PoisonError::into_inner).clone();
            serde_json::json!({ "name": phone.setup.name, "user": phone.setup.user, "link": link })
        })
        .collect();
    Json(all.into())
}

/// kill -9: the process gets no chance to save anything.
async fn kill(State(host): State<Host>, Path(name): Path<String>) -> Result<StatusCode, StatusCode> {
    let phone = host.phone(&name)?;
    if let Some((child, _)) = phone.process.lock().await.as_mut() {
        let _ = child.start_kill();
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn start(State(host): State<Host>, Path(name): Path<String>) -> Result<StatusCode, (StatusCode, String)> {
    let phone = host.phone(&name).map_err(|code| (code, "There is no such phone.".to_owned()))?;
    host.start(phone).await.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_link(
    State(host): State<Host>,
    Path(name): Path<String>,
    Json(setting): Json<LinkSetting>,
) -> Result<StatusCode, (StatusCode, String)> {
    let phone = Arc::clone(host.phone(&name).map_err(|code| (code, "There is no such phone.".to_owned()))?);
    let state = setting
        .state()
        .ok_or_else(|| (StatusCode::BAD_REQUEST, format!("`{}` is not a condition of a link.", setting.condition)))?;
    *phone.setting.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    // Setting waits until the state holds.
    let _ = tokio::task::spawn_blocking(move || phone.link.set(state)).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn socket(State(host): State<Host>, Path(name): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    match host.phone(&name) {
        Ok(phone) => {
            let phone = Arc::clone(phone);
            upgrade.on_upgrade(move |socket| carry(socket, phone))
        }
        Err(code) => code.into_response(),
    }
}

/// Carries lines both ways until the page leaves.
async fn carry(socket: WebSocket, phone: Arc<Phone>) {
    let (mut to_page, mut from_page) = socket.split();
    let mut lines = phone.lines.subscribe();
    let running = phone.process.lock().await.is_some();
    let state = format!(r#"{{"is":"process","running":{running}}}"#);
    if to_page.send(Message::Text(state.into())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Ok(line) => if to_page.send(Message::Text(line.into())).await.is_err() { return },
                // The page was too slow: it asks for everything anew.
                Err(broadcast::error::RecvError::Lagged(_)) => give(&phone, r#"{"do":"hello"}"#).await,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            message = from_page.next() => match message {
                Some(Ok(Message::Text(text))) if !text.contains('\n') => give(&phone, &text).await,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

async fn give(phone: &Phone, line: &str) {
    if let Some((_, input)) = phone.process.lock().await.as_mut() {
        let _ = input.write_all(format!("{line}\n").as_bytes()).await;
    }
}
