//! Requests of an application server, by the name of the trait's method.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinshore_protocol::{ApplicationServer, ServerError};

use crate::auth::SignedIn;
use crate::{AppError, AppState};

/// `POST /api/call/{name}`
///
/// # Errors
/// What the engine refuses.
pub async fn call(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    let body = body?;
    let session = state.session(&signed_in);
    match name.as_str() {
        "session" => answer(session.session().await),
        "open_form" => answer(session.open_form(read(&body)?).await),
        "form_call" => answer(session.form_call(read(&body)?).await),
        "write_form" => answer(session.write_form(read(&body)?).await),
        "list_page" => answer(session.list_page(read(&body)?).await),
        "suggest" => answer(session.suggest(read(&body)?).await),
        "find" => answer(session.find(read(&body)?).await),
        "module_call" => answer(session.module_call(read(&body)?).await),
        "lock" => answer(session.lock(read(&body)?).await),
        "mark_deletion" => answer(session.mark_deletion(read(&body)?).await),
        "presentations" => answer(session.presentations(read(&body)?).await),
        "session_parameter" => answer(session.session_parameter(read(&body)?).await),
        "job_state" => answer(session.job_state(read(&body)?).await),
        _ => Err(AppError::malformed(format!("there is no call `{}`", name.chars().take(40).collect::<String>()))),
    }
}

/// Reads a request. Depth is limited by serde_json, size by the route.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    serde_json::from_slice(body).map_err(|error| AppError::malformed(error.to_string()))
}

/// Writes an answer.
pub fn answer<T: Serialize>(result: Result<T, ServerError>) -> Result<Response, AppError> {
    Ok(Json(result?).into_response())
}
