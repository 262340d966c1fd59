//! Who asks: the bearer token of a request.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use twinshore_protocol::ServerError;
use uuid::Uuid;

use crate::{AppError, AppState};

/// The user and device of a good token. A handler that takes this is closed to everybody else.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Sign-in name.
    pub user_name: String,
    /// Device the token was given to.
    pub device: Uuid,
    /// How long the token is still good.
    pub good_for: Duration,
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(ServerError::SessionExpired)?
            .to_owned();
        state.authenticate(token).await
    }
}
