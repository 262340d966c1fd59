//! States of jobs in the database, so that a job whose process died is known as interrupted (R15).

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use twinshore_protocol::{JobState, ServerError};
use uuid::Uuid;

use crate::EngineError;

/// Ended jobs are remembered for a week.
const MEMORY_DAYS: i64 = 7;

/// Tables of this module.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS _jobs (
    id TEXT PRIMARY KEY,
    user_name TEXT NOT NULL,
    method TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    changed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _scheduled_jobs (name TEXT PRIMARY KEY, last_start INTEGER NOT NULL) WITHOUT ROWID;
";

const fn is_open(state: &JobState) -> bool {
    matches!(state, JobState::Queued | JobState::Running)
}

/// Notes a new job.
pub fn insert(connection: &Connection, id: Uuid, user_name: &str, method: &str, now: DateTime<Utc>) -> Result<(), EngineError> {
    connection.execute(
        "INSERT INTO _jobs (id, user_name, method, state, is_open, changed) VALUES (?1, ?2, ?3, ?4, 1, ?5)",
        params![id.to_string(), user_name, method, text_of(&JobState::Queued)?, now.timestamp()],
    )?;
    Ok(())
}

/// Notes the state of a job.
pub fn set(connection: &Connection, id: Uuid, state: &JobState, now: DateTime<Utc>) -> Result<(), EngineError> {
    connection.execute(
        "UPDATE _jobs SET state = ?2, is_open = ?3, changed = ?4 WHERE id = ?1",
        params![id.to_string(), text_of(state)?, is_open(state), now.timestamp()],
    )?;
    Ok(())
}

/// State of a job of a user; none if this server has no such job.
pub fn get(connection: &Connection, id: Uuid, user_name: &str) -> Result<Option<JobState>, EngineError> {
    let text: Option<String> = connection
        .query_row("SELECT state FROM _jobs WHERE id = ?1 AND user_name = ?2", params![id.to_string(), user_name], |row| {
            row.get(0)
        })
        .optional()?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| malformed(&error))).transpose()
}

/// Calls every open job interrupted: the process that ran them is gone. Forgets old ones.
pub fn interrupt_all(connection: &Connection, now: DateTime<Utc>) -> Result<(), EngineError> {
    connection.execute(
        "UPDATE _jobs SET state = ?1, is_open = 0, changed = ?2 WHERE is_open = 1",
        params![text_of(&JobState::Interrupted)?, now.timestamp()],
    )?;
    let oldest = now - TimeDelta::days(MEMORY_DAYS);
    connection.execute("DELETE FROM _jobs WHERE is_open = 0 AND changed < ?1", [oldest.timestamp()])?;
    Ok(())
}

/// True if a scheduled job is due; notes its start then. The first start is one period after the server first saw it.
pub fn take_due(connection: &Connection, name: &str, every_s: u64, now: DateTime<Utc>) -> Result<bool, EngineError> {
    let last: Option<i64> =
        connection.query_row("SELECT last_start FROM _scheduled_jobs WHERE name = ?1", [name], |row| row.get(0)).optional()?;
    let period = i64::try_from(every_s).unwrap_or(i64::MAX);
    let due = last.is_some_and(|last| now.timestamp().saturating_sub(last) >= period);
    if due || last.is_none() {
        connection.execute(
            "INSERT INTO _scheduled_jobs (name, last_start) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET last_start = ?2",
            params![name, now.timestamp()],
        )?;
    }
    Ok(due)
}

fn text_of(state: &JobState) -> Result<String, EngineError> {
    serde_json::to_string(state).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> EngineError {
    ServerError::Malformed { what: format!("the state of a job: {error}") }.into()
}

#[cfg(test)]
mod tests {
    use twinshore_metadata::Value;

    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(TABLES).expect("tables");
        connection
    }

    #[test]
    fn r15_a_job_that_was_running_when_the_process_died_is_interrupted() {
        let connection = connection();
        let now = DateTime::UNIX_EPOCH;
        let (running, done) = (Uuid::now_v7(), Uuid::now_v7());
        for id in [running, done] {
            insert(&connection, id, "ann", "Reports.rebuild", now).expect("inserted");
        }
        set(&connection, running, &JobState::Running, now).expect("set");
        set(&connection, done, &JobState::Done { result: Value::Boolean(true) }, now).expect("set");
        interrupt_all(&connection, now).expect("restarted");
        assert_eq!(get(&connection, running, "ann").expect("read"), Some(JobState::Interrupted));
        assert_eq!(get(&connection, done, "ann").expect("read"), Some(JobState::Done { result: Value::Boolean(true) }));
        assert_eq!(get(&connection, done, "bob").expect("read"), None);
    }

    #[test]
    fn a_scheduled_job_is_due_once_a_period_and_not_at_once() {
        let connection = connection();
        let due = |s: i64| take_due(&connection, "ScheduledJob.Clean", 60, DateTime::UNIX_EPOCH + TimeDelta::seconds(s));
        assert!(!due(0).expect("read"));
        assert!(!due(59).expect("read"));
        assert!(due(60).expect("read"));
        assert!(!due(61).expect("read"));
        assert!(due(500).expect("read"));
    }
}
