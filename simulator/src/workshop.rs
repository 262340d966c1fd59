//! The work on a configuration while its phones run: what was checked and published, and links that sign real phones in.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::host::Host;

/// What became of something that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Number, growing.
    pub number: u64,
    /// Time of day.
    pub time: String,
    /// It is served now.
    pub good: bool,
    /// What happened.
    pub text: String,
    /// Mistakes with their places, or what else there is to say.
    pub lines: Vec<String>,
}

/// A link that signs a person in on a phone, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// The link.
    pub link: String,
    /// The link as a code for cameras, row by row: `#` is dark.
    pub code: Vec<String>,
    /// Until when it is good.
    pub until: String,
}

/// Who works on the configuration.
pub trait Workshop: Send + Sync {
    /// What happened, newest last.
    fn notices(&self) -> watch::Receiver<Vec<Notice>>;
    /// A link for a user; why not otherwise.
    ///
    /// # Errors
    /// For the person who asked.
    fn invite(&self, user: &str) -> Result<Invitation, String>;
}

/// Who is to be signed in.
#[derive(Debug, Deserialize)]
pub struct Invite {
    user: String,
}

/// `GET /api/workshop`: a stream of lists of notices, whole each time; nothing where nobody works on the configuration.
pub async fn notices(State(host): State<Host>) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, StatusCode> {
    let mut notices = host.workshop().ok_or(StatusCode::NO_CONTENT)?.notices();
    notices.mark_changed();
    let stream = stream::unfold(notices, |mut notices| async move {
        notices.changed().await.ok()?;
        let text = serde_json::to_string(&*notices.borrow_and_update()).unwrap_or_default();
        Some((Ok(Event::default().data(text)), notices))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// `POST /api/workshop/invite`
pub async fn invite(State(host): State<Host>, Json(request): Json<Invite>) -> Result<Json<Invitation>, (StatusCode, String)> {
    let workshop =
        Arc::clone(host.workshop().ok_or((StatusCode::NOT_FOUND, "Nobody works on this configuration.".to_owned()))?);
    let invited = tokio::task::spawn_blocking(move || workshop.invite(&request.user)).await;
    let invited = invited.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    invited.map(Json).map_err(|why| (StatusCode::CONFLICT, why))
}
