//! What may be asked of an application server, and what travels in exchange; in process or over HTTP.
//!
//! May use `metadata` only. The engine serves these requests, the client asks them, `server` and `client::connection`
//! carry them over HTTP. Views for shells are another vocabulary and never appear here.
//!
//! Main types: [`ApplicationServer`], [`ExchangePeer`], [`ServerError`], [`CallId`], [`ChangeItem`], [`ExchangePage`], [`Clock`].

mod calls;
mod clock;
mod error;
mod exchange;
mod forms;
mod lists;
mod session;

use async_trait::async_trait;
use twinshore_metadata::Value;

pub use calls::{CallId, JobState, Message, ModuleCallRequest, ModuleCallResponse};
pub use clock::{Clock, SystemClock};
pub use error::{BarReason, CodeRefusal, Limit, ServerError, StoragePlace, UnavailableReason};
pub use exchange::{
    BundleState, ChangeItem, ChangePosition, Conflict, DownloadRequest, ExchangePage, HandshakeRequest, HandshakeResponse,
    ItemOutcome, MessageNo, NodeCode, SentItem, UploadRequest, UploadResponse,
};
pub use forms::{
    FormCallRequest, FormCallResponse, LockRequest, LockResponse, MarkDeletionRequest, OpenFormRequest, OpenFormResponse,
    PresentationsRequest, PresentationsResponse, WriteAction, WriteFormRequest, WriteFormResponse,
};
pub use lists::{
    Comparison, FindRequest, FindResponse, ListAnchor, ListCondition, ListKey, ListPageRequest, ListPageResponse, ListRow,
    SuggestRequest, SuggestResponse,
};
pub use session::{
    CodeSignInRequest, HelloResponse, ObjectRights, RefreshRequest, SessionResponse, SignInRequest, SignInResponse,
};

/// Version of everything in this crate; a change of a wire type raises it and a snapshot. History: 2 has locks (F14); 3 has
/// one-time sign-in codes, and main servers whose devices follow a configuration at once; 4 has session parameters for client code.
pub const PROTOCOL_VERSION: u32 = 4;
/// Oldest version a main server of this build accepts.
pub const OLDEST_PROTOCOL_VERSION: u32 = 1;

/// One application server as one user's session sees it: the main server over HTTP or the stand-alone server in process.
/// Forms can't tell which one they talk to.
#[async_trait]
#[allow(missing_docs)]
pub trait ApplicationServer: Send + Sync {
    /// Who the session is, with rights.
    async fn session(&self) -> Result<SessionResponse, ServerError>;
    /// Server half of opening a form: reads the object, runs `onCreateAtServer` and `onReadAtServer`.
    async fn open_form(&self, request: OpenFormRequest) -> Result<OpenFormResponse, ServerError>;
    /// Runs a function of the form's server module (R5).
    async fn form_call(&self, request: FormCallRequest) -> Result<FormCallResponse, ServerError>;
    /// Writes the form's object, posts or unposts it.
    async fn write_form(&self, request: WriteFormRequest) -> Result<WriteFormResponse, ServerError>;
    /// A page of a dynamic list, by key.
    async fn list_page(&self, request: ListPageRequest) -> Result<ListPageResponse, ServerError>;
    /// Items whose presentation or code fits a typed text.
    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestResponse, ServerError>;
    /// The first item with these values.
    async fn find(&self, request: FindRequest) -> Result<FindResponse, ServerError>;
    /// Runs an exported function of a common module that may be called from outside.
    async fn module_call(&self, request: ModuleCallRequest) -> Result<ModuleCallResponse, ServerError>;
    /// Keeps others from an item, or lets them in again (F14).
    async fn lock(&self, request: LockRequest) -> Result<LockResponse, ServerError>;
    /// Sets or clears the deletion mark.
    async fn mark_deletion(&self, request: MarkDeletionRequest) -> Result<(), ServerError>;
    /// Presentations of references (C14).
    async fn presentations(&self, request: PresentationsRequest) -> Result<PresentationsResponse, ServerError>;
    /// What this server's session module makes of a session parameter that client code may read, by name (R14, R19).
    async fn session_parameter(&self, name: String) -> Result<Value, ServerError>;
    /// State of a background job of this server (R15).
    async fn job_state(&self, id: uuid::Uuid) -> Result<JobState, ServerError>;
}

/// The other side of the exchange as a device sees it: the main server.
#[async_trait]
pub trait ExchangePeer: Send + Sync {
    /// Agrees on the node and on where both sides stand (X7).
    async fn handshake(&self, request: HandshakeRequest) -> Result<HandshakeResponse, ServerError>;
    /// Takes a message of the device (X3, X4): all of it or nothing.
    async fn upload(&self, request: UploadRequest) -> Result<UploadResponse, ServerError>;
    /// Changes after a position; asking from a position acknowledges all before it.
    async fn download(&self, request: DownloadRequest) -> Result<ExchangePage, ServerError>;
}
