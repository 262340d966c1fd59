//! The device bundle: one immutable file by hash, so that a cut download goes on where it stopped (A1).

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use twinshore_metadata::BundleHash;
use twinshore_protocol::ServerError;

use crate::auth::SignedIn;
use crate::{AppError, AppState};

/// `GET /api/device-bundle/{hash}`, with `Range: bytes=N-` or `bytes=N-M`.
///
/// # Errors
/// `NotFound` as `Malformed` if the hash is not the current one: the device asks which one is and starts anew.
pub async fn device_bundle(
    State(state): State<AppState>,
    _signed_in: SignedIn,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let file = state
        .live()
        .device
        .filter(|file| file.hash == BundleHash(hash))
        .ok_or_else(|| AppError::malformed("this configuration is no longer offered; ask for the current one"))?;
    let size = file.packed.len();
    let range = match headers.get(header::RANGE) {
        None => None,
        Some(text) => Some(parse_range(text, size).ok_or(ServerError::Malformed { what: "the range".into() })?),
    };
    let (status, start, end) =
        range.map_or((StatusCode::OK, 0, size), |(start, end)| (StatusCode::PARTIAL_CONTENT, start, end));
    let mut response = Response::new(Body::from(file.packed.slice(start..end)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zstd"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, immutable"));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", file.packed_hash)) {
        headers.insert(header::ETAG, tag);
    }
    if range.is_some()
        && let Ok(text) = HeaderValue::from_str(&format!("bytes {start}-{}/{size}", end.saturating_sub(1)))
    {
        headers.insert(header::CONTENT_RANGE, text);
    }
    Ok(response)
}

/// Start and end (exclusive) of a range that lies in a file of so many bytes.
fn parse_range(text: &HeaderValue, size: usize) -> Option<(usize, usize)> {
    let (start, end) = text.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let start: usize = start.parse().ok()?;
    let end = if end.is_empty() { size } else { end.parse::<usize>().ok()?.checked_add(1)?.min(size) };
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &'static str, expect: Option<(usize, usize)>) {
        assert_eq!(parse_range(&HeaderValue::from_static(text), 100), expect, "{text}");
    }

    #[test]
    fn ranges_are_taken_as_asked_or_not_at_all() {
        check("bytes=0-", Some((0, 100)));
        check("bytes=40-59", Some((40, 60)));
        check("bytes=99-500", Some((99, 100)));
        check("bytes=100-", None);
        check("bytes=50-40", None);
        check("bytes=-5", None);
        check("bytes=1-18446744073709551615", None);
        check("lines=1-2", None);
    }
}
