//! The main server's routes without a socket: for tests, which own what happens on the way.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use tower::ServiceExt;

/// Address that requests in process seem to come from.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Answers requests in process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct InProcess(Router);

impl InProcess {
    pub(crate) const fn new(router: Router) -> Self {
        Self(router)
    }

    /// Answers a request as if it came from this machine.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<BodyDataStream> {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(ConnectInfo(HERE));
        let Ok(response) = self.0.clone().oneshot(request).await;
        response.map(Body::into_data_stream)
    }
}
