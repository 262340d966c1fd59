//! What an answer means: whose it is, a refusal, an unknown outcome, none at all (R17).

use std::time::Duration;

use ::http::{HeaderMap, Request, Response, StatusCode};
use bytes::Bytes;
use futures::StreamExt;
use twinshore_protocol::{CallId, Limit, ServerError, UnavailableReason};
use uuid::Uuid;

use super::{BodyStream, MainServerConnection, TransportError, Trouble};

/// Header of every answer of a main server.
const PROTOCOL_HEADER: &str = "twinshore-protocol";
/// Header that tells how long the main server worked itself.
const TIMING_HEADER: &str = "server-timing";
/// Bytes of one answer at most.
const MAXIMUM_ANSWER: usize = 64 << 20;

impl MainServerConnection {
    /// Only answers with our protocol's header are the main server's. A gateway that waited in vain for it may have passed the
    /// request on (R17); everybody else who answers in its place has not.
    pub(super) fn check_is_ours(&self, response: &Response<BodyStream>) -> Result<(), ServerError> {
        let (status, ours) = (response.status(), response.headers().contains_key(PROTOCOL_HEADER));
        if ours && status != StatusCode::SERVICE_UNAVAILABLE {
            return Ok(());
        }
        let out_of_service = status == StatusCode::SERVICE_UNAVAILABLE;
        self.note(Some(if out_of_service { Trouble::OutOfService } else { Trouble::Foreign { status: status.as_u16() } }));
        if !ours && matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) {
            return Err(ServerError::CallOutcomeUnknown { call_id: CallId(Uuid::nil()) });
        }
        Err(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection })
    }

    pub(super) async fn send(&self, request: Request<Bytes>) -> Result<Response<BodyStream>, ServerError> {
        self.transport.send(request).await.map_err(|error| self.outcome(&error))
    }

    /// The meaning of a failed exchange: not sent, or sent without an answer.
    pub(super) fn outcome(&self, error: &TransportError) -> ServerError {
        tracing::debug!(%error, "no answer of the main server");
        self.note(Some(Trouble::of(error)));
        match error {
            TransportError::NotSent(_) => ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection },
            TransportError::NoAnswer { .. } => ServerError::CallOutcomeUnknown { call_id: CallId(Uuid::nil()) },
        }
    }

    pub(super) async fn read(&self, response: Response<BodyStream>) -> Result<Vec<u8>, ServerError> {
        let (mut stream, mut body) = (response.into_body(), Vec::new());
        while let Some(chunk) = stream.next().await {
            body.extend_from_slice(&chunk.map_err(|error| self.outcome(&error))?);
            if body.len() > MAXIMUM_ANSWER {
                return Err(ServerError::limit(Limit::AnswerSize, ""));
            }
        }
        Ok(body)
    }
}

/// How long the main server says it worked itself: `server-timing: main;dur=12.5`, in milliseconds.
pub(super) fn own_time(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(TIMING_HEADER)?.to_str().ok()?;
    let ms: f64 = text.strip_prefix("main;dur=")?.parse().ok()?;
    Duration::try_from_secs_f64(ms / 1_000.0).ok()
}

/// What the main server refused with.
pub(super) fn refusal(body: &[u8], status: StatusCode) -> ServerError {
    let said = serde_json::from_slice::<ServerError>(body).map(ServerError::of_main);
    said.unwrap_or(match status {
        StatusCode::UNAUTHORIZED => ServerError::SessionExpired,
        _ => ServerError::Malformed { what: format!("status {status}") },
    })
}

/// An unknown outcome names the call; a call that changes nothing is simply unavailable.
pub(super) fn of_call<T>(result: Result<T, ServerError>, call: Option<CallId>) -> Result<T, ServerError> {
    match (result, call) {
        (Err(ServerError::CallOutcomeUnknown { .. }), Some(call_id)) => Err(ServerError::CallOutcomeUnknown { call_id }),
        (Err(ServerError::CallOutcomeUnknown { .. }), None) => {
            Err(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection })
        }
        (result, _) => result,
    }
}

#[cfg(test)]
mod tests {
    use twinshore_protocol::StoragePlace;

    use super::*;

    #[test]
    fn a_full_main_server_is_not_told_as_a_full_device() {
        for body in [br#"{"error":"storageFull"}"#.as_slice(), br#"{"error":"storageFull","place":"here"}"#] {
            let error = refusal(body, StatusCode::INSUFFICIENT_STORAGE);
            assert_eq!(error, ServerError::StorageFull { place: StoragePlace::MainServer });
        }
    }

    #[test]
    fn a_refusal_that_was_cut_short_is_told_by_its_status() {
        let body = br#"{"error":"accessDenied","wh"#;
        assert_eq!(refusal(body, StatusCode::UNAUTHORIZED), ServerError::SessionExpired);
        assert_eq!(refusal(body, StatusCode::FORBIDDEN), ServerError::Malformed { what: "status 403 Forbidden".into() });
    }
}
