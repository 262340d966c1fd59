//! Long answers, part by part: the configuration for devices, and news of changes.

use ::http::{StatusCode, header};
use bytes::Bytes;
use futures::StreamExt;
use twinshore_metadata::BundleHash;
use twinshore_protocol::{ChangePosition, ServerError, UnavailableReason};

use super::answers::{of_call, refusal};
use super::{BodyStream, MainServerConnection, request};
use crate::time::within;

/// Bytes of one event at most; a longer one is none of ours.
const MAXIMUM_EVENT: usize = 10_000;

impl MainServerConnection {
    /// Bytes of the device bundle from `start` on, with the whole size.
    ///
    /// # Errors
    /// `MainServerUnavailable` if the link is lost; what came so far is given to `part` before.
    pub async fn device_bundle(
        &self,
        hash: &BundleHash,
        start: u64,
        mut part: impl FnMut(&[u8], u64),
    ) -> Result<(), ServerError> {
        let token = self.token().map(|t| t.token).unwrap_or_default();
        let url = self.url(&format!("device-bundle/{hash}"));
        let request = request(&url, None, Some(&token), (start > 0).then_some(start))?;
        let response = of_call(self.send(request).await, None)?;
        self.check_is_ours(&response)?;
        let status = response.status();
        if !status.is_success() {
            let body = self.read(response).await?;
            return Err(refusal(&body, status));
        }
        let length = response.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let total = start + length.unwrap_or(0);
        let mut body = response.into_body();
        while let Some(chunk) = self.next_part(&mut body).await? {
            part(&chunk, total);
        }
        Ok(())
    }

    /// The next part of a long answer; a link that says nothing for too long is lost.
    async fn next_part(&self, body: &mut BodyStream) -> Result<Option<Bytes>, ServerError> {
        let lost = ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection };
        match within(&*self.timers, self.settings.silence, body.next()).await {
            Some(None) => Ok(None),
            Some(Some(Ok(chunk))) => Ok(Some(chunk)),
            Some(Some(Err(_))) | None => Err(lost),
        }
    }

    /// Listens for changes on main until the link is lost; `wake` gets what main says.
    ///
    /// # Errors
    /// `MainServerUnavailable`, `SessionExpired`.
    pub async fn listen(&self, from: ChangePosition, mut wake: impl FnMut(Wake)) -> Result<(), ServerError> {
        let token = self.token().map(|t| t.token).unwrap_or_default();
        let url = self.url(&format!("events?from={}", from.0));
        let response = of_call(self.send(request(&url, None, Some(&token), None)?).await, None)?;
        self.check_is_ours(&response)?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(ServerError::SessionExpired);
        }
        let mut text = String::new();
        let mut body = response.into_body();
        while let Some(chunk) = self.next_part(&mut body).await? {
            text.push_str(&String::from_utf8_lossy(&chunk));
            while let Some(end) = text.find('\n') {
                let line: String = text.drain(..=end).collect();
                if let Some(data) = line.trim().strip_prefix("data:")
                    && let Ok(json) = serde_json::from_str::<serde_json::Value>(data)
                    && let Some(said) = Wake::of(&json)
                {
                    wake(said);
                }
            }
            if text.len() > MAXIMUM_EVENT {
                text.clear();
            }
        }
        Ok(())
    }
}

/// What main says to who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The change log has grown to here.
    Changed(ChangePosition),
    /// There is another configuration, which is followed at once.
    Published,
}

impl Wake {
    fn of(json: &serde_json::Value) -> Option<Self> {
        if json.get("published").is_some() {
            return Some(Self::Published);
        }
        json.get("last").and_then(serde_json::Value::as_u64).map(|last| Self::Changed(ChangePosition(last)))
    }
}
