//! Refusals as HTTP: a status for machines on the way, the [`ServerError`] as JSON for the client.

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use twinshore_protocol::{Limit, ServerError};

/// What a route ends with when it does not end well.
#[derive(Debug)]
pub struct AppError(pub ServerError);

impl AppError {
    /// A request that can't be understood.
    pub fn malformed(what: impl Into<String>) -> Self {
        Self(ServerError::Malformed { what: what.into() })
    }

    /// A fault of ours: the details go to the log under an id that the caller gets.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let report = uuid::Uuid::now_v7().simple().to_string();
        tracing::error!(%report, %cause, "internal error");
        Self(ServerError::Internal { report })
    }
}

impl From<ServerError> for AppError {
    fn from(error: ServerError) -> Self {
        Self(error)
    }
}

impl From<JsonRejection> for AppError {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self(too_large());
        }
        Self::malformed(rejection.body_text())
    }
}

impl From<BytesRejection> for AppError {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self(too_large());
        }
        Self::malformed(rejection.body_text())
    }
}

fn too_large() -> ServerError {
    ServerError::limit(Limit::RequestSize, "")
}

/// Status of a refusal.
pub const fn status(error: &ServerError) -> StatusCode {
    match error {
        ServerError::SignInRefused | ServerError::SessionExpired => StatusCode::UNAUTHORIZED,
        ServerError::AccessDenied { .. } | ServerError::Barred { .. } => StatusCode::FORBIDDEN,
        ServerError::NotFound { .. } | ServerError::NotExported { .. } => StatusCode::NOT_FOUND,
        ServerError::VersionConflict { .. } | ServerError::MessageNumberRejected { .. } | ServerError::Locked { .. } => {
            StatusCode::CONFLICT
        }
        ServerError::Malformed { .. } => StatusCode::BAD_REQUEST,
        ServerError::LimitExceeded { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        ServerError::TryLater { .. } => StatusCode::TOO_MANY_REQUESTS,
        ServerError::StorageFull { .. } => StatusCode::INSUFFICIENT_STORAGE,
        ServerError::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = (status(&self.0), Json(&self.0)).into_response();
        if let ServerError::TryLater { seconds } = self.0 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
