//! Signing in and out, and the probe.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use twinshore_protocol::{
    CodeRefusal, CodeSignInRequest, HelloResponse, OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION, RefreshRequest, ServerError,
    SignInRequest, SignInResponse,
};

use crate::auth::{SignedIn, bearer};
use crate::{AppError, AppState};

/// Longest name and password taken; a longer one is wrong anyway, and hashing it would cost.
const NAME_CHARACTERS: usize = 200;

/// `POST /api/sign-in`
///
/// # Errors
/// `SignInRefused`, `TryLater`, `Malformed` for a protocol that is too old or too new.
pub async fn sign_in(
    State(state): State<AppState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Result<Json<SignInRequest>, JsonRejection>,
) -> Result<Json<SignInResponse>, AppError> {
    let Json(request) = request?;
    check_version(request.protocol_version)?;
    if request.user_name.chars().count() > NAME_CHARACTERS || request.password.chars().count() > NAME_CHARACTERS {
        return Err(ServerError::SignInRefused.into());
    }
    let gate = state.gate();
    let (name, address) = (request.user_name.to_lowercase(), address.ip().to_string());
    if let Some(seconds) = gate.wait_s(&name, &address, state.now()) {
        return Err(ServerError::TryLater { seconds }.into());
    }
    let result = state.sign_in(request).await;
    match &result {
        Ok(_) => gate.right(&name),
        Err(ServerError::SignInRefused) => gate.wrong(&name, &address, state.now()),
        Err(_) => {}
    }
    Ok(Json(result?))
}

fn check_version(version: u32) -> Result<(), AppError> {
    if (OLDEST_PROTOCOL_VERSION..=PROTOCOL_VERSION).contains(&version) {
        return Ok(());
    }
    Err(AppError::malformed(format!("protocol {version}; update the app")))
}

/// `POST /api/sign-in-with-code`
///
/// # Errors
/// `CodeRefused`, `TryLater`, `Malformed` for a protocol that is too old or too new.
pub async fn sign_in_with_code(
    State(state): State<AppState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Result<Json<CodeSignInRequest>, JsonRejection>,
) -> Result<Json<SignInResponse>, AppError> {
    let Json(request) = request?;
    check_version(request.protocol_version)?;
    if request.user_name.chars().count() > NAME_CHARACTERS || request.code.chars().count() > NAME_CHARACTERS {
        return Err(ServerError::CodeRefused { reason: CodeRefusal::Unknown }.into());
    }
    // Who guesses codes keeps nobody from signing in with a password: codes are counted for themselves.
    let (name, address) = (format!("code {}", request.user_name.to_lowercase()), address.ip().to_string());
    if let Some(seconds) = state.gate().wait_s(&name, &address, state.now()) {
        return Err(ServerError::TryLater { seconds }.into());
    }
    let result = state.sign_in_with_code(request).await;
    match &result {
        Ok(_) => state.gate().right(&name),
        Err(ServerError::CodeRefused { .. }) => state.gate().wrong(&name, &address, state.now()),
        Err(_) => {}
    }
    Ok(Json(result?))
}

/// `POST /api/refresh`
///
/// # Errors
/// `SessionExpired` if the refresh token is used up, revoked or too old.
pub async fn refresh(
    State(state): State<AppState>,
    request: Result<Json<RefreshRequest>, JsonRejection>,
) -> Result<Json<SignInResponse>, AppError> {
    let Json(request) = request?;
    Ok(Json(state.refresh(request).await?))
}

/// `POST /api/sign-out`
///
/// # Errors
/// Only faults of ours.
pub async fn sign_out(State(state): State<AppState>, signed_in: SignedIn) -> Result<Json<()>, AppError> {
    state.blocking(move |engine| engine.sign_out(&signed_in.user_name, signed_in.device)).await?;
    Ok(Json(()))
}

/// `POST /api/wiped`: a device has removed its user's data as it was ordered to. Its token still names it, though it is barred.
///
/// # Errors
/// `SessionExpired` if nothing was ordered.
pub async fn wiped(State(state): State<AppState>, headers: HeaderMap) -> Result<Json<()>, AppError> {
    let token = bearer(&headers).ok_or(ServerError::SessionExpired)?.to_owned();
    let told = state.blocking(move |engine| engine.device_wiped(&token)).await?;
    if told { Ok(Json(())) } else { Err(ServerError::SessionExpired.into()) }
}

/// `GET /api/hello`
///
/// # Errors
/// `SessionExpired`.
pub async fn hello(State(state): State<AppState>, signed_in: SignedIn) -> Result<Json<HelloResponse>, AppError> {
    let bundles = state.live().bundles;
    Ok(Json(HelloResponse {
        user_name: signed_in.user_name,
        device_bundle: bundles.current.clone(),
        compatible: bundles.compatible.clone(),
        protocol_version: PROTOCOL_VERSION,
        last: *state.changes().borrow(),
        at_once: state.at_once(),
    }))
}
