//! Main's side as a device sees it: handshakes here, messages in `upload`, pages in `download`.

use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use twinshore_metadata::{BundleHash, ObjectKind, ObjectName};
use twinshore_protocol::{
    ChangePosition, DownloadRequest, ExchangePage, ExchangePeer, HandshakeRequest, HandshakeResponse, MessageNo, NodeCode,
    ServerError, UnavailableReason, UploadRequest, UploadResponse,
};

use super::{DeviceBundles, HandlersFactory, download, nodes, upload};
use crate::changes;
use crate::rights::{Action, UserRights};
use crate::{Engine, EngineError, Unit};

/// The exchange as one user's devices see it.
#[derive(Clone)]
pub struct MainExchange {
    engine: Engine,
    user: Arc<UserRights>,
    bundles: Arc<DeviceBundles>,
    handlers: HandlersFactory,
}

impl MainExchange {
    /// The exchange for a user, with devices of these configurations.
    pub fn new(engine: Engine, user: Arc<UserRights>, bundles: Arc<DeviceBundles>, handlers: HandlersFactory) -> Self {
        Self { engine, user, bundles, handlers }
    }

    /// A unit for the user, who must have the right to the exchange plan. A plan that no role names is everybody's.
    fn unit(&self) -> Result<Rc<Unit>, EngineError> {
        let bundle = self.engine.bundle();
        let plan = ObjectName::new(ObjectKind::ExchangePlan, bundle.composition.exchange.plan.clone());
        let named = bundle.configuration.roles.values().any(|role| role.rights.contains_key(&plan));
        if named && !self.user.may(Action::Use, &plan) {
            self.user.check(Action::Read, &plan, &plan.name)?;
        }
        Ok(Rc::new(Unit::new(&self.engine, Arc::clone(&self.user))))
    }

    fn shake_hands(&self, request: &HandshakeRequest) -> Result<HandshakeResponse, EngineError> {
        let unit = self.unit()?;
        unit.transaction(|connection| {
            nodes::drop_inactive(&unit, connection)?;
            let (node, moved) = nodes::of_device(&unit, connection, request)?;
            let last = changes::last_position(connection)?;
            let content = nodes::content(&unit);
            let had = node.content.as_deref().unwrap_or(&content);
            // A lost answer is no reason to begin anew; numbers that can't be are (X7), and so are other rights or another
            // composition: rows may belong on the device that did not before.
            let reset = moved || request.received > last || request.sent_no.0 < node.accepted_no || had != content;
            if reset {
                nodes::accepted(connection, &node.code, 0, "")?;
                // What the device once sent it may have lost.
                connection.execute("UPDATE _changes SET origin = '' WHERE origin = ?1", [&node.code])?;
            }
            let from = if reset { ChangePosition(0) } else { request.received };
            nodes::received(&unit, connection, &node.code, from.0)?;
            nodes::confirmed(connection, &node.code, from.0)?;
            nodes::set_content(connection, &node.code, &content)?;
            nodes::forget_deletions(connection)?;
            let waiting: i64 = connection.query_row(
                "SELECT count(*) FROM _changes WHERE position > ?1 AND origin <> ?2",
                rusqlite::params![i64::try_from(from.0).unwrap_or(i64::MAX), node.code],
                |row| row.get(0),
            )?;
            Ok(HandshakeResponse {
                node: NodeCode(node.code),
                reset,
                accepted_no: MessageNo(if reset { 0 } else { node.accepted_no }),
                last,
                waiting: u64::try_from(waiting).unwrap_or(0),
                bundle: self.bundles.state(&request.device_bundle),
            })
        })
    }
}

impl MainExchange {
    /// Posting runs module code, which needs a thread of the engine's own with a deep stack.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ServerError> {
        let this = self.clone();
        self.engine.shared().calls.run(move || (work(&this).map_err(Into::into), ()), |()| ()).await
    }
}

#[async_trait]
impl ExchangePeer for MainExchange {
    async fn handshake(&self, request: HandshakeRequest) -> Result<HandshakeResponse, ServerError> {
        self.run(move |this| this.shake_hands(&request)).await
    }

    async fn upload(&self, request: UploadRequest) -> Result<UploadResponse, ServerError> {
        self.run(move |this| {
            let unit = this.unit()?;
            let handlers = (this.handlers)(&unit);
            check_known(this.bundles.takes_messages_of(&request.device_bundle), &request.device_bundle)?;
            let composition = this.bundles.earlier.get(&request.device_bundle);
            let composition = composition.map_or_else(|| &unit.engine().bundle().composition, |earlier| &**earlier);
            upload::accept(&unit, &request, composition, handlers.as_ref())
        })
        .await
    }

    async fn download(&self, request: DownloadRequest) -> Result<ExchangePage, ServerError> {
        self.run(move |this| {
            check_known(this.bundles.understands(&request.device_bundle), &request.device_bundle)?;
            download::select(&*this.unit()?, &request)
        })
        .await
    }
}

/// What a device of another configuration sends or asks for can't be understood: it has to be updated first (A5).
fn check_known(known: bool, device: &BundleHash) -> Result<(), EngineError> {
    if known {
        return Ok(());
    }
    tracing::info!(bundle = %device, "a device with another configuration is to be updated first");
    Err(EngineError::Refused(ServerError::MainServerUnavailable { reason: UnavailableReason::UpdateNeeded }))
}
