//! The real transport: HTTP by reqwest, TLS by rustls with the system's certificates.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use twinshore_protocol::ServerError;

use super::transport::{BodyStream, CertificateFault, Obstacle, Transport, TransportError};
use crate::Settings;

/// Finds the addresses of names.
pub trait Names: Send + Sync {
    /// Addresses of a name.
    ///
    /// # Errors
    /// If it has none here.
    fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// Where names and certificates are not judged as the system judges them.
#[derive(Clone, Default)]
pub struct HttpOptions {
    /// Finds addresses in the system's place.
    pub names: Option<Arc<dyn Names>>,
    /// Certificates of authorities that are trusted besides the system's, as PEM.
    pub authorities: Vec<Vec<u8>>,
}

/// Requests over HTTP.
pub struct HttpTransport(reqwest::Client);

impl HttpTransport {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// If the system's certificates can't be read.
    pub fn new(settings: &Settings) -> Result<Self, ServerError> {
        Self::with(settings, HttpOptions::default())
    }

    /// Nothing is sent yet.
    ///
    /// # Errors
    /// If certificates can't be read.
    pub fn with(settings: &Settings, options: HttpOptions) -> Result<Self, ServerError> {
        // Smaller than the other one that rustls knows, which counts on phones. Set already means set by this or by the program's wish.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let wrong =
            |error: reqwest::Error| ServerError::Malformed { what: format!("the settings of the connection ({error})") };
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(names) = options.names {
            builder = builder.dns_resolver(Resolver(names));
        }
        let authorities =
            options.authorities.iter().map(|pem| reqwest::Certificate::from_pem(pem)).collect::<Result<Vec<_>, _>>();
        let authorities = authorities.map_err(wrong)?;
        if !authorities.is_empty() {
            builder = builder.tls_certs_merge(authorities);
        }
        builder.build().map(Self).map_err(wrong)
    }
}

/// The port of names, as reqwest asks it.
struct Resolver(Arc<dyn Names>);

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let found = self.0.addresses(name.as_str());
        Box::pin(async move {
            let addresses = found?.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
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
    TransportError::NotSent(if let Some(secure) = causes(error).find_map(of_tls) {
        Obstacle::Certificate { fault: fault_of(secure), cause: secure.to_string() }
    } else if chain(error).contains("dns") {
        Obstacle::Name(cause)
    } else {
        Obstacle::Unreachable(cause)
    })
}

/// The error of TLS in a cause; an I/O error holds it without naming it as its source, and may hold another one that does.
fn of_tls<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(found) = cause.downcast_ref() {
        return Some(found);
    }
    of_tls(cause.downcast_ref::<std::io::Error>()?.get_ref()?)
}

const fn fault_of(error: &rustls::Error) -> CertificateFault {
    use rustls::CertificateError as E;
    match error {
        rustls::Error::InvalidCertificate(E::Expired | E::ExpiredContext { .. }) => CertificateFault::Expired,
        rustls::Error::InvalidCertificate(E::NotValidYet | E::NotValidYetContext { .. }) => CertificateFault::NotYetValid,
        rustls::Error::InvalidCertificate(E::NotValidForName | E::NotValidForNameContext { .. }) => CertificateFault::OtherName,
        rustls::Error::InvalidCertificate(E::Revoked) => CertificateFault::Revoked,
        rustls::Error::InvalidCertificate(_) => CertificateFault::UnknownIssuer,
        _ => CertificateFault::None,
    }
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
