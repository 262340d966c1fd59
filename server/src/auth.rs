//! Who asks: the bearer token of a request.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
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
    /// Language the person reads, if the request says so.
    pub language: Option<String>,
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let token = bearer(&parts.headers).ok_or(ServerError::SessionExpired)?.to_owned();
        let language = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(first_language);
        Ok(SignedIn { language, ..state.authenticate(token).await? })
    }
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The language a person reads, `ru` of `ru-RU,en;q=0.8`; none if the header names none.
fn first_language(header: &str) -> Option<String> {
    let first = header.split([',', ';', '-', '_']).next()?.trim();
    ((2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())).then(|| first.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::first_language;

    #[test]
    fn the_language_of_a_request_is_its_first_one() {
        for header in ["ru", "ru-RU,en;q=0.8", "RU_ru", " ru ;q=1"] {
            assert_eq!(first_language(header).as_deref(), Some("ru"), "{header}");
        }
        for header in ["", "*", "x", "русский", "klingon"] {
            assert_eq!(first_language(header), None, "{header}");
        }
    }
}
