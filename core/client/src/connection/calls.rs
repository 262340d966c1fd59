//! Each request of the protocol as a call of the main server.

use async_trait::async_trait;
use twinshore_metadata::Value;
use twinshore_protocol::*;
use uuid::Uuid;

use super::MainServerConnection;
use super::answers::of_call;

#[async_trait]
impl ApplicationServer for MainServerConnection {
    async fn session(&self) -> Result<SessionResponse, ServerError> {
        // The app asks by itself: it tells nothing of the link's pace (M4). Coming back waits for it, so it waits as a probe does.
        of_call(self.with_session("session", "call/session", Some(&()), self.settings.probe_timeout, false).await, None)
    }

    async fn open_form(&self, request: OpenFormRequest) -> Result<OpenFormResponse, ServerError> {
        of_call(self.call("open-form", &request).await, None)
    }

    async fn form_call(&self, request: FormCallRequest) -> Result<FormCallResponse, ServerError> {
        of_call(self.call("form-call", &request).await, Some(request.call_id))
    }

    async fn write_form(&self, request: WriteFormRequest) -> Result<WriteFormResponse, ServerError> {
        of_call(self.call("write-form", &request).await, Some(request.call_id))
    }

    async fn list_page(&self, request: ListPageRequest) -> Result<ListPageResponse, ServerError> {
        of_call(self.call("list-page", &request).await, None)
    }

    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestResponse, ServerError> {
        of_call(self.call("suggest", &request).await, None)
    }

    async fn find(&self, request: FindRequest) -> Result<FindResponse, ServerError> {
        of_call(self.call("find", &request).await, None)
    }

    async fn module_call(&self, request: ModuleCallRequest) -> Result<ModuleCallResponse, ServerError> {
        of_call(self.call("module-call", &request).await, Some(request.call_id))
    }

    async fn lock(&self, request: LockRequest) -> Result<LockResponse, ServerError> {
        of_call(self.call("lock", &request).await, None)
    }

    async fn mark_deletion(&self, request: MarkDeletionRequest) -> Result<(), ServerError> {
        of_call(self.call("mark-deletion", &request).await, Some(request.call_id))
    }

    async fn presentations(&self, request: PresentationsRequest) -> Result<PresentationsResponse, ServerError> {
        of_call(self.call("presentations", &request).await, None)
    }

    async fn session_parameter(&self, name: String) -> Result<Value, ServerError> {
        of_call(self.call("session-parameter", &name).await, None)
    }

    async fn job_state(&self, id: Uuid) -> Result<JobState, ServerError> {
        of_call(self.call("job-state", &id).await, None)
    }
}

#[async_trait]
impl ExchangePeer for MainServerConnection {
    async fn handshake(&self, request: HandshakeRequest) -> Result<HandshakeResponse, ServerError> {
        of_call(
            self.with_session("handshake", "exchange/handshake", Some(&request), self.settings.call_timeout, false).await,
            None,
        )
    }

    async fn upload(&self, request: UploadRequest) -> Result<UploadResponse, ServerError> {
        of_call(
            self.with_session("upload", "exchange/upload", Some(&request), self.settings.call_timeout * 4, false).await,
            None,
        )
    }

    async fn download(&self, request: DownloadRequest) -> Result<ExchangePage, ServerError> {
        of_call(
            self.with_session("download", "exchange/download", Some(&request), self.settings.call_timeout * 4, false).await,
            None,
        )
    }
}
