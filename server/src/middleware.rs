//! What every request passes: an id, a log line, the protocol's header, a limit of time.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;
use twinshore_protocol::{Limit, PROTOCOL_VERSION, ServerError};

use crate::{AppError, AppState};

/// Header that tells our answers from those of a captive portal.
pub const PROTOCOL_HEADER: HeaderName = HeaderName::from_static("twinshore-protocol");
/// Standard header that tells how long the server worked on the answer.
const TIMING_HEADER: HeaderName = HeaderName::from_static("server-timing");
/// Header in which a device says which configuration it runs.
pub const BUNDLE_HEADER: HeaderName = HeaderName::from_static("twinshore-bundle");
const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, logs it (never its body or headers), marks the answer as ours.
pub async fn identify(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7().simple().to_string();
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    async {
        let start = std::time::Instant::now();
        let mut response = next.run(request).await;
        let took = start.elapsed();
        tracing::info!(status = response.status().as_u16(), ms = took.as_millis() as u64, "answered");
        // A device tells a slow link from a busy server by it (M4).
        if let Ok(timing) = HeaderValue::from_str(&format!("main;dur={:.1}", took.as_secs_f64() * 1_000.0)) {
            response.headers_mut().insert(TIMING_HEADER, timing);
        }
        response.headers_mut().insert(PROTOCOL_HEADER, HeaderValue::from(PROTOCOL_VERSION));
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID_HEADER, id);
        }
        response
    }
    .instrument(span)
    .await
}

/// Refuses calls of devices whose configuration is too old to be understood (A5). They may still ask what is new, and send what
/// they have (A7).
pub async fn refuse_outdated(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let bundle = request.headers().get(BUNDLE_HEADER).and_then(|value| value.to_str().ok());
    match state.live().check_device(bundle) {
        Ok(()) => next.run(request).await,
        Err(error) => AppError(error).into_response(),
    }
}

/// Ends a request that takes too long. A call that already runs goes on to its own limit; its result is kept for a repeat (R17).
pub async fn limit_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(state.limits().request_s);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError(ServerError::limit(Limit::RequestTime, "")).into_response(),
    }
}
