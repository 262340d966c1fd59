//! Every route of the main server, on one page.
//!
//! | route | body → answer |
//! |---|---|
//! | `POST /api/sign-in` | `SignInRequest` → `SignInResponse` |
//! | `POST /api/sign-in-with-code` | `CodeSignInRequest` → `SignInResponse`; a code is good once |
//! | `POST /api/refresh` | `RefreshRequest` → `SignInResponse` |
//! | `POST /api/sign-out` | – → – |
//! | `POST /api/wiped` | – → –; a barred device tells that it removed its user's data |
//! | `GET /api/hello` | → `HelloResponse`; cheap, for probes (M3) |
//! | `POST /api/call/{name}` | request of `ApplicationServer::{name}` → its response |
//! | `POST /api/exchange/{handshake,upload,download}` | request of `ExchangePeer` → its response |
//! | `GET /api/device-bundle/{hash}` | → zstd of the device bundle's JSON, with `Range` |
//! | `GET /api/events?from=N` | → server-sent events `{"last": N}` while the change log grows; `{"published": true}` where devices follow at once |
//! | `GET /livez`, `GET /readyz` | → 200 when alive, when ready |
//!
//! All but sign-in, refresh and health need `Authorization: Bearer TOKEN`. Refusals are `ServerError` as JSON with a fitting
//! status. `server-timing: main;dur=MS` says how long the server worked itself. Every answer of ours has the header `twinshore-protocol`: an answer without it is somebody else's (a captive portal).
//! Bodies may be compressed with zstd both ways.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use crate::AppState;
use crate::middleware::{identify, limit_time, refuse_outdated};
use crate::routes::{account, bundle, call, events, exchange, health};
use crate::watch::show;

/// The routes over a state.
pub fn router(state: AppState) -> Router {
    let limits = state.limits();
    let bodies = |bytes: usize| (DefaultBodyLimit::max(bytes), RequestDecompressionLayer::new());
    let calls = Router::new()
        .route("/api/sign-in", post(account::sign_in))
        .route("/api/sign-in-with-code", post(account::sign_in_with_code))
        .route("/api/refresh", post(account::refresh))
        .route("/api/sign-out", post(account::sign_out))
        .route("/api/wiped", post(account::wiped))
        .route("/api/hello", get(account::hello))
        .route("/api/call/{name}", post(call::call).layer(from_fn_with_state(state.clone(), refuse_outdated)))
        .layer(from_fn_with_state(state.clone(), show))
        .layer(bodies(limits.call_bytes))
        .layer(from_fn_with_state(state.clone(), limit_time))
        .layer(CompressionLayer::new());
    let exchange = Router::new()
        .route("/api/exchange/handshake", post(exchange::handshake))
        .route("/api/exchange/upload", post(exchange::upload))
        .route("/api/exchange/download", post(exchange::download))
        .layer(from_fn_with_state(state.clone(), show))
        .layer(bodies(limits.message_bytes))
        .layer(from_fn_with_state(state.clone(), limit_time))
        .layer(CompressionLayer::new());
    Router::new()
        .merge(calls)
        .merge(exchange)
        .route("/api/device-bundle/{hash}", get(bundle::device_bundle))
        .route("/api/events", get(events::events))
        .route("/livez", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(health::no_route)
        .layer(from_fn(identify))
        .with_state(state)
}
