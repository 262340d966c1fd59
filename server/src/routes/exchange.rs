//! Exchange with devices.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use twinshore_protocol::ExchangePeer;

use super::call::{answer, read};
use crate::auth::SignedIn;
use crate::{AppError, AppState};

/// `POST /api/exchange/handshake`
///
/// # Errors
/// What the engine refuses.
pub async fn handshake(
    State(state): State<AppState>,
    signed_in: SignedIn,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    answer(state.exchange_peer(&signed_in).await?.handshake(read(&body?)?).await)
}

/// `POST /api/exchange/upload`
///
/// # Errors
/// What the engine refuses.
pub async fn upload(
    State(state): State<AppState>,
    signed_in: SignedIn,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    answer(state.exchange_peer(&signed_in).await?.upload(read(&body?)?).await)
}

/// `POST /api/exchange/download`
///
/// # Errors
/// What the engine refuses.
pub async fn download(
    State(state): State<AppState>,
    signed_in: SignedIn,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    answer(state.exchange_peer(&signed_in).await?.download(read(&body?)?).await)
}
