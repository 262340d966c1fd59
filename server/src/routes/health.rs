//! Probes of operators.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use twinshore_protocol::ServerError;

use crate::{AppError, AppState};

/// The process answers.
pub async fn alive() -> StatusCode {
    StatusCode::OK
}

/// The database answers and the server is not stopping.
pub async fn ready(State(state): State<AppState>) -> StatusCode {
    let stopping = *state.stopping().borrow();
    if !stopping && state.blocking(|engine| engine.ping()).await.is_ok() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

/// There is no such route.
pub async fn no_route() -> Response {
    let mut response = AppError(ServerError::Malformed { what: "there is no such address".into() }).into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
