//! The real transport: HTTP by reqwest, TLS by rustls with the system's certificates.

use std::error::Error;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use twinshore_protocol::ServerError;

use super::transport::{BodyStream, Obstacle, Transport, TransportError};
use crate::Settings;

/// Requests over HTTP.
pub struct HttpTransport(reqwest::Client);

impl HttpTransport {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// If the system's certificates can't be read.
    pub fn new(settings: &Settings) -> Result<Self, ServerError> {
        reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map(Self)
            .map_err(|error| ServerError::Malformed { what: format!("the settings of the connection ({error})") })
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<BodyStream>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(|error| meaning(&error))?;
        let response = self.0.execute(request).await.map_err(|error| meaning(&error))?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        let body = response.bytes_stream().map(|chunk| chunk.map_err(|error| meaning(&error)));
        let body: BodyStream = Box::pin(body);
        answer.body(body).map_err(|error| TransportError::NoAnswer { cause: error.to_string() })
    }
}

fn meaning(error: &reqwest::Error) -> TransportError {
    let cause = deepest(error);
    if error.is_builder() || error.is_redirect() {
        return TransportError::NotSent(Obstacle::Unreachable(cause));
    }
    if !error.is_connect() {
        return TransportError::NoAnswer { cause };
    }
    let chain = chain(error);
    TransportError::NotSent(if chain.contains("certificate") || chain.contains("tls") {
        let host = error.url().and_then(|url| url.host_str()).unwrap_or_default();
        Obstacle::Certificate(format!("{host}: {cause}").trim_start_matches(": ").to_owned())
    } else if chain.contains("dns") {
        Obstacle::Name(cause)
    } else {
        Obstacle::Unreachable(cause)
    })
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(|cause| cause.to_string().to_lowercase()).collect::<Vec<_>>().join(": ")
}
