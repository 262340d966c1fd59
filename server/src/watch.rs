//! Lets the owner of a main server see its requests: tests and scenarios stop it, or a device, at a named one.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use uuid::Uuid;

use crate::{AppError, AppState};

/// Bytes of a refusal that are read for its code.
const REFUSAL_BYTES: usize = 64 * 1024;

/// A request as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedRequest {
    /// What is asked: the last part of the route (`write_form`, `module_call`, `upload`, `hello`, `sign-in`).
    pub request: String,
    /// What it is about: module and method, form, object; empty if nothing is named.
    pub name: String,
    /// Who asks; empty before the sign-in.
    pub user_name: String,
    /// From which device.
    pub device: Option<Uuid>,
}

/// Sees requests. A request waits for what these give: an owner that kills the server never answers.
pub trait RequestWatch: Send + Sync {
    /// A request came whole; it is carried out afterwards.
    fn arrived<'a>(&'a self, request: &'a WatchedRequest) -> BoxFuture<'a, ()>;
    /// It was carried out, with the code of its error or nothing; the answer leaves afterwards.
    fn answered<'a>(&'a self, request: &'a WatchedRequest, error: &'a str) -> BoxFuture<'a, ()>;
}

/// A watch that is shared.
pub type SharedWatch = Arc<dyn RequestWatch>;

/// Shows requests to the owner's watch, if there is one.
pub(crate) async fn show(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(watch) = state.watch() else { return next.run(request).await };
    match seen(&state, request).await {
        // A task of its own: a request whose sender is gone is carried out all the same.
        Ok((watched, request)) => tokio::spawn(async move { pass(&*watch, &watched, request, next).await })
            .await
            .unwrap_or_else(|error| AppError::internal(&error).into_response()),
        Err(error) => error.into_response(),
    }
}

async fn pass(watch: &dyn RequestWatch, watched: &WatchedRequest, request: Request, next: Next) -> Response {
    watch.arrived(watched).await;
    let response = next.run(request).await;
    if response.status().is_success() {
        watch.answered(watched, "").await;
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, REFUSAL_BYTES).await.unwrap_or_default();
    let code = serde_json::from_slice::<twinshore_protocol::ServerError>(&bytes).map_or("Refused", |error| error.code());
    watch.answered(watched, code).await;
    Response::from_parts(parts, Body::from(bytes))
}

async fn seen(state: &AppState, request: Request) -> Result<(WatchedRequest, Request), AppError> {
    let (parts, body) = request.into_parts();
    let token = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let signed_in = match token {
        Some(token) => state.authenticate(token.to_owned()).await.ok(),
        None => None,
    };
    let limit = state.limits().message_bytes;
    let bytes = to_bytes(body, limit).await.map_err(|error| AppError::malformed(error.to_string()))?;
    let watched = WatchedRequest {
        request: parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        name: name_in(&bytes),
        user_name: signed_in.as_ref().map(|s| s.user_name.clone()).unwrap_or_default(),
        device: signed_in.map(|s| s.device),
    };
    Ok((watched, Request::from_parts(parts, Body::from(bytes))))
}

/// What the body names.
fn name_in(body: &Bytes) -> String {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else { return String::new() };
    let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    match (text("module"), text("method")) {
        (module, method) if !module.is_empty() => format!("{module}.{method}"),
        (_, method) if !method.is_empty() => format!("{}.{method}", text("form")),
        _ => ["form", "object", "user_name"].into_iter().map(text).find(|found| !found.is_empty()).unwrap_or_default(),
    }
}
