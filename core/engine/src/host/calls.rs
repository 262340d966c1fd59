//! Sessions, messages, transactions, jobs, and calls of other modules and of the main server.

use twinshore_metadata::Value;
use twinshore_modules::HostError;
use twinshore_protocol::{JobState, Message, ServerError};
use uuid::Uuid;

use super::arguments::{Arguments, structure};
use super::errors::wrong;
use super::{MESSAGES, ServerHost, seen};
use crate::jobs::{self, NewJob};
use crate::objects;

impl ServerHost {
    pub(super) fn answer_call(&self, operation: &str, arguments: &mut Arguments) -> Result<Value, HostError> {
        match operation {
            "session" => Ok(self.session()),
            "session.parameter" => self.session_parameter(&arguments.text()?).map_err(seen),
            "now" => Ok(Value::Date(self.unit.engine().now())),
            "message" => {
                let text = arguments.text()?;
                let mut messages = self.messages.borrow_mut();
                if messages.len() < MESSAGES {
                    messages.push(Message { text, attribute: None });
                }
                Ok(Value::Empty)
            }
            "log" => {
                tracing::info!(user = self.unit.user().user_name, text = arguments.text()?, "module code logs");
                Ok(Value::Empty)
            }
            "transaction.begin" => self.begin_transaction().map(|()| Value::Empty).map_err(seen),
            "transaction.commit" | "transaction.rollback" => {
                let ended = self.end_transaction(operation == "transaction.commit").map_err(seen)?;
                if ended { Ok(Value::Empty) } else { Err(wrong("No transaction is open.")) }
            }
            "job.start" => self.start_job(arguments),
            "job.state" => {
                let id = arguments.id()?;
                let connection = self.unit.connection().map_err(seen)?;
                let state = jobs::get(&connection, id, &self.unit.user().user_name).map_err(seen)?;
                Ok(state.map_or(Value::Empty, |state| job_value(&state)))
            }
            // The prelude finds functions of this server by itself; what comes here is not on this server (R4).
            "server.call" => {
                let (module, method) = (arguments.text()?, arguments.text()?);
                Err(seen(self.no_such_function(&module, &method)))
            }
            "mainServer.available" => {
                Ok(self.unit.engine().main_server().and_then(|main| main.available()).map_or(Value::Empty, Value::Boolean))
            }
            "mainServer.call" => self.call_main(arguments),
            _ => Err(wrong(format!("A server does not offer {operation}."))),
        }
    }

    fn session(&self) -> Value {
        let user = self.unit.user();
        let mut reference = user.user.clone();
        if let Some(reference) = &mut reference {
            // Without a presentation the reference is as good.
            let _ = objects::present(&self.unit, std::slice::from_mut(reference));
        }
        let server = if self.unit.engine().is_standalone() { "standalone" } else { "main" };
        structure([
            ("user", reference.map_or(Value::Empty, Value::Ref)),
            ("userName", user.user_name.as_str().into()),
            ("roles", Value::List(user.roles.iter().map(|role| role.as_str().into()).collect())),
            ("language", user.language.as_str().into()),
            ("server", server.into()),
        ])
    }

    fn start_job(&self, arguments: &mut Arguments) -> Result<Value, HostError> {
        let path = arguments.text()?;
        let (module, method) = path.split_once('.').ok_or_else(|| wrong("A job is written as `Module.method`."))?;
        let name = twinshore_metadata::ModuleName::Common(module.to_owned(), twinshore_metadata::ModulePlace::Server);
        if !self.exports(&name, method) {
            return Err(seen(self.no_such_function(module, method)));
        }
        let user_name = self.unit.user().user_name.clone();
        let job = NewJob {
            id: Uuid::now_v7(),
            user_name: user_name.clone(),
            module: module.to_owned(),
            method: method.to_owned(),
            arguments: arguments.list()?,
        };
        let id = job.id;
        self.before_effect().map_err(seen)?;
        let now = self.unit.engine().clock().now();
        self.unit.transaction(|connection| jobs::insert(connection, id, &user_name, &path, now)).map_err(seen)?;
        self.jobs.borrow_mut().push(job);
        Ok(Value::Uuid(id))
    }

    /// R6 to R9. What this call wrote before is committed first: no lock is held across the network.
    fn call_main(&self, arguments: &mut Arguments) -> Result<Value, HostError> {
        let engine = self.unit.engine();
        let (module, method) = (arguments.text()?, arguments.text()?);
        if !engine.is_standalone() {
            let message = "MainServer exists on the stand-alone server and the client; this code runs on the main server.";
            return Err(seen(ServerError::Refused { message: message.into(), attribute: None, row: None }));
        }
        let own_transaction = self.unit.in_transaction() && !self.implicit.get();
        if !self.explicit.borrow().is_empty() || self.nesting.get() > 1 && self.unit.in_transaction() || own_transaction {
            return Err(seen(ServerError::MainServerInTransaction));
        }
        self.commit_implicit().map_err(seen)?;
        let Some(main) = engine.main_server() else {
            let reason = twinshore_protocol::UnavailableReason::NoConnection;
            return Err(seen(ServerError::MainServerUnavailable { reason }));
        };
        main.call(&module, &method, arguments.list()?).map_err(seen)
    }
}

/// `{state, result?, message?}`
fn job_value(state: &JobState) -> Value {
    let (name, more) = match state {
        JobState::Queued => ("queued", None),
        JobState::Running => ("running", None),
        JobState::Done { result } => ("done", Some(("result", result.clone()))),
        JobState::Failed { message } => ("failed", Some(("message", message.as_str().into()))),
        JobState::Interrupted => ("interrupted", None),
    };
    let mut fields = vec![("state".to_owned(), name.into())];
    fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    Value::Structure(fields)
}
