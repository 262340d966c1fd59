//! Wakes devices: a stream that tells that the change log has grown, never what changed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream};
use serde::Deserialize;
use twinshore_protocol::{ChangePosition, ServerError};

use crate::auth::SignedIn;
use crate::{AppError, AppState};

/// Silence after which a comment is sent, so that a dead link is noticed by both sides.
const KEEP_ALIVE_S: u64 = 15;

/// Where the device stands.
#[derive(Debug, Deserialize)]
pub struct From {
    #[serde(default)]
    from: u64,
}

/// `GET /api/events?from=N`: an event `{"last": N}` at once if the log is past N, then one each time it grows. Where devices follow a
/// configuration at once, an event `{"published": true}` says that there is one.
/// The stream ends when the token does or when the server stops; the device then connects again.
///
/// # Errors
/// `TryLater` if too many devices listen already.
pub async fn events(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(from): Query<From>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, AppError> {
    let place = state.listener_place().ok_or(ServerError::TryLater { seconds: 60 })?;
    let mut changes = state.changes();
    changes.mark_changed();
    let stopping = state.stopping();
    let (publications, at_once) = (state.publications(), state.at_once());
    let end = tokio::time::Instant::now() + signed_in.good_for;
    let listener = (changes, publications, stopping, ChangePosition(from.from), place);
    let stream = stream::unfold(listener, move |(mut changes, mut publications, mut stopping, mut seen, place)| async move {
        loop {
            let published = tokio::select! {
                changed = changes.changed() => changed.ok().map(|()| false)?,
                published = publications.changed(), if at_once => published.ok().map(|()| true)?,
                _ = stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep_until(end) => return None,
            };
            if published {
                let event = Event::default().data("{\"published\":true}");
                return Some((Ok(event), (changes, publications, stopping, seen, place)));
            }
            let last = *changes.borrow_and_update();
            if last > seen {
                seen = last;
                let event = Event::default().data(format!("{{\"last\":{}}}", last.0));
                return Some((Ok(event), (changes, publications, stopping, seen, place)));
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(KEEP_ALIVE_S))))
}
