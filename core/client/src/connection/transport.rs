//! The way of requests to the main server, as a port: HTTP on devices, the main server's router in process in tests.
//!
//! What matters to the caller of a call that failed is whether it can have reached the main server at all (R17); what matters to
//! the person is what stands in the way.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;

/// Bytes of an answer as they come.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The request did not leave: repeating it is safe.
    #[error("the request could not be sent: {0}")]
    NotSent(Obstacle),
    /// It may have left; the answer, or the rest of it, did not come.
    #[error("the answer did not come: {cause}")]
    NoAnswer {
        /// For the log.
        cause: String,
    },
}

/// What stands between the device and the main server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Nobody answers at the address.
    #[error("nobody answers ({0})")]
    Unreachable(String),
    /// The name of the main server has no address here.
    #[error("its name is not known here ({0})")]
    Name(String),
    /// A secure connection could not be made. It is never made without checking.
    #[error("no secure connection: {fault:?} ({cause})")]
    Certificate {
        /// What is wrong with the certificate that was shown.
        fault: CertificateFault,
        /// For the log.
        cause: String,
    },
}

/// What is wrong with the certificate that was shown as the main server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Its time is over, or this device's date is wrong.
    Expired,
    /// Its time has not come, or this device's date is wrong.
    NotYetValid,
    /// It belongs to another name.
    OtherName,
    /// Nobody whom this device trusts issued it.
    UnknownIssuer,
    /// Whoever issued it took it back.
    Revoked,
    /// There is none that can be read: the other end does not speak TLS, or another one.
    None,
}

/// Sends requests. The implementation limits how long making a connection may take; how long an answer may take is the caller's.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request to a main server; gives status and headers as soon as they are there.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<BodyStream>, TransportError>;
}

/// Why a call had no answer of the main server, for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The request did not leave.
    Obstacle(Obstacle),
    /// The link broke before the answer was there.
    Cut,
    /// Nothing came within the time of a call.
    Silence,
    /// Somebody else answered: a sign-in page of a Wi-Fi, a proxy.
    Foreign {
        /// HTTP status.
        status: u16,
    },
    /// The main server, or who stands before it, says that it is not in service.
    OutOfService,
}

impl Trouble {
    pub(super) fn of(error: &TransportError) -> Self {
        match error {
            TransportError::NotSent(obstacle) => Self::Obstacle(obstacle.clone()),
            TransportError::NoAnswer { .. } => Self::Cut,
        }
    }
}
