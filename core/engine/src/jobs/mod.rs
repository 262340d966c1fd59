//! Background jobs of this process and scheduled jobs (R15). A job belongs to the server that started it.

mod store;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use twinshore_metadata::{ObjectKind, Value};
use twinshore_protocol::{JobState, ServerError};
use uuid::Uuid;

use crate::host::ServerHost;
use crate::{Engine, EngineError};

pub(crate) use store::{TABLES, get, insert, interrupt_all};

/// A job that waits for the end of the call that started it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewJob {
    pub id: Uuid,
    pub user_name: String,
    pub module: String,
    pub method: String,
    pub arguments: Vec<Value>,
}

impl Engine {
    /// Puts a job in the queue. Its row is written already.
    pub(crate) fn enqueue(&self, job: NewJob) {
        let engine = self.clone();
        let id = job.id;
        if let Err(error) = self.shared().jobs.start(move || engine.run_job(&job)) {
            self.note(id, &JobState::Failed { message: error.to_string() });
        }
    }

    fn run_job(&self, job: &NewJob) {
        self.note(job.id, &JobState::Running);
        let state = match self.run_job_method(job) {
            Ok(result) => JobState::Done { result },
            Err(error) => {
                tracing::warn!(job = %job.id, module = job.module, method = job.method, %error, "a job failed");
                JobState::Failed { message: error.to_string() }
            }
        };
        self.note(job.id, &state);
    }

    fn run_job_method(&self, job: &NewJob) -> Result<Value, ServerError> {
        let host = ServerHost::for_job(self, &job.user_name)?;
        let result = host.call_common(&job.module, &job.method, job.arguments.clone())?;
        host.finish()?;
        Ok(result)
    }

    fn note(&self, id: Uuid, state: &JobState) {
        let noted = self.database().writer().and_then(|writer| store::set(&writer, id, state, self.clock().now()));
        if let Err(error) = noted {
            tracing::error!(job = %id, %error, "the state of a job could not be kept");
        }
    }

    /// Starts scheduled jobs whose time has come. Whoever owns the engine calls this every few seconds.
    ///
    /// # Errors
    /// If the database fails.
    pub fn start_due_jobs(&self) -> Result<(), EngineError> {
        let now = self.clock().now();
        let mut due = Vec::new();
        for object in self.bundle().configuration.of_kind(ObjectKind::ScheduledJob) {
            let Some(details) = &object.scheduled_job else { continue };
            let writer = self.database().writer()?;
            if store::take_due(&writer, &object.name.to_string(), details.every_s, now)? {
                due.push(self.new_job(&writer, "", &details.module, &details.method, now)?);
            }
        }
        due.into_iter().for_each(|job| self.enqueue(job));
        Ok(())
    }

    fn new_job(
        &self,
        connection: &Connection,
        user_name: &str,
        module: &str,
        method: &str,
        now: DateTime<Utc>,
    ) -> Result<NewJob, EngineError> {
        let id = Uuid::now_v7();
        insert(connection, id, user_name, &format!("{module}.{method}"), now)?;
        Ok(NewJob { id, user_name: user_name.into(), module: module.into(), method: method.into(), arguments: Vec::new() })
    }
}
