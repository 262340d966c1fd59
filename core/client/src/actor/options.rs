//! What client code and the interface ask of the session without a form: functional options (what is off is not offered, C17) and
//! session parameters.

use std::rc::Rc;

use twinshore_engine::options;
use twinshore_metadata::{Configuration, ObjectKind, ObjectName, Value};
use twinshore_modules::HostError;
use twinshore_protocol::ServerError;

use super::host::host_error;
use super::{App, Work};
use crate::routing::UsedServer;

impl App {
    /// R14: the session's server tells, which is the stand-alone one in effective Offline and in Poor connection.
    pub async fn functional_option(self: &Rc<Self>, name: &str) -> Result<Value, HostError> {
        let object = ObjectName::new(ObjectKind::FunctionalOption, name);
        let server = self.session_server_with(&object)?;
        let session = self.call(server, "session", |s| async move { s.session().await }).await;
        let session = session.map_err(|error| host_error(self, error))?;
        Ok(session.options.iter().any(|on| on == name).into())
    }

    /// R14, R19: what the session's server makes of a session parameter that is for client code, too.
    pub async fn session_parameter(self: &Rc<Self>, name: &str) -> Result<Value, HostError> {
        let object = ObjectName::new(ObjectKind::SessionParameter, name);
        let server = self.session_server_with(&object)?;
        let asked = name.to_owned();
        let told = self.call(server, "session parameter", |s| async move { s.session_parameter(asked).await }).await;
        told.map_err(|error| host_error(self, error))
    }

    /// The session's server, if its configuration has the object.
    fn session_server_with(self: &Rc<Self>, object: &ObjectName) -> Result<UsedServer, HostError> {
        let server = self.session_server();
        let known = |configuration: &Configuration| configuration.object(object).is_some();
        if self.work().is_some_and(|work| known(&work.bundle(server).configuration)) {
            return Ok(server);
        }
        Err(host_error(self, ServerError::NotInComposition { name: object.to_string() }))
    }
}

/// True if the options that govern an object are all off. Those that are on the device are as fresh as its data; others are as
/// the main server told at sign-in.
pub fn is_off(work: &Work, object: &ObjectName) -> bool {
    let governed = work.device.client_of_main.configuration.governed(object);
    let Some((_, names)) = governed.into_iter().find(|(governed, _)| governed.child.is_none()) else { return false };
    let local = &work.device.standalone.configuration;
    !names.iter().any(|name| {
        if local.object(&ObjectName::new(ObjectKind::FunctionalOption, *name)).is_some() {
            options::is_on_device(&work.engine, name)
        } else {
            work.session.borrow().options.iter().any(|on| on == name)
        }
    })
}
