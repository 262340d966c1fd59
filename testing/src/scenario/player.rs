//! Plays scenarios: one module context on one thread, fed with answers until the scenario ends or its time is over.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use twinshore_metadata::Value;
use twinshore_modules::{Argument, CallLimits, HostApi, HostReply, ModuleContext, ModuleError, Outcome, Side};

use super::arguments::{Reply, trouble};
use super::files::{ScenarioFile, entry};
use super::host::ScenarioHost;
use super::report::Failure;
use super::stage::Stage;

const PRELUDE: &str = include_str!("library/prelude.js");
/// Code of a scenario may run so long without awaiting anything.
const TURN: Duration = Duration::from_secs(10);
/// Memory of a scenario's values.
const MEMORY_BYTES: usize = 256 << 20;
/// Stack of a scenario's code; threads that play have room for it and for what the world needs.
const STACK_BYTES: usize = 2 << 20;
/// Stack of a thread that plays.
pub(super) const THREAD_STACK_BYTES: usize = 8 << 20;

/// A scenario as its file declares it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) skip: String,
    pub(super) only: bool,
    pub(super) limit_seconds: Option<f64>,
    pub(super) configuration: Option<String>,
    pub(super) patch: serde_json::Map<String, serde_json::Value>,
}

/// What a scenario said at its end.
#[derive(Debug, Deserialize)]
struct Said {
    message: String,
    expected: Option<String>,
    received: Option<String>,
    places: Vec<String>,
}

fn limits(time: Duration) -> CallLimits {
    let time_ms = u64::try_from(time.min(TURN).as_millis()).unwrap_or(u64::MAX);
    CallLimits { time_ms, memory_bytes: MEMORY_BYTES, stack_bytes: STACK_BYTES }
}

/// Nobody is there while a file is only asked what it declares.
struct Nobody;

impl HostApi for Nobody {
    fn call(&self, operation: &str, _: Vec<Value>) -> HostReply {
        match operation {
            "note" | "log" | "verb" | "verb.ended" => HostReply::Ready(Ok(Value::Empty)),
            "world.random" => HostReply::Ready(Ok(Value::Decimal(rust_decimal::Decimal::ZERO))),
            other => HostReply::Ready(Err(trouble(format!("{other}: there is no world outside of a scenario")))),
        }
    }
}

/// What a file declares.
pub(super) fn declared(file: &ScenarioFile) -> Result<Vec<Declared>, String> {
    let told = |error: &ModuleError| told(file, error, None);
    let context = ModuleContext::new(Side::Own(PRELUDE), Arc::clone(&file.modules), &[], limits(TURN), Rc::new(Nobody));
    let context = context.map_err(|error| told(&error))?;
    let outcome = context.call(&entry(), "list", &[]).map_err(|error| told(&error))?;
    let text = outcome.result.as_text().unwrap_or_default();
    serde_json::from_str(text).map_err(|error| format!("{}: its scenarios can't be listed: {error}", file.shown))
}

/// An error with its place.
fn told(file: &ScenarioFile, error: &ModuleError, fallback: Option<&str>) -> String {
    match error.position().map(ToString::to_string) {
        Some(position) => format!("{position}: {error}"),
        None => format!("{}: {error}", fallback.unwrap_or(&file.shown)),
    }
}

/// Plays a scenario; none if it went well.
pub(super) fn play(
    file: &ScenarioFile,
    index: usize,
    scenario: &Declared,
    stage: &Arc<Stage>,
    limit: Duration,
) -> Option<Failure> {
    let (answers, received) = mpsc::channel();
    let host = Rc::new(ScenarioHost::new(Arc::clone(stage), answers));
    let made = ModuleContext::new(Side::Own(PRELUDE), Arc::clone(&file.modules), &[], limits(limit), Rc::clone(&host) as _);
    let context = match made {
        Ok(context) => context,
        Err(error) => return Some(Failure::of_error(&error, &scenario.place)),
    };
    let ended: Rc<RefCell<Option<Result<Outcome, ModuleError>>>> = Rc::default();
    let slot = Rc::clone(&ended);
    let arguments = [Argument::Value(Value::Decimal(index.into()))];
    context.start(&entry(), "run", &arguments, Box::new(move |result| *slot.borrow_mut() = Some(result)));
    let failure = feed(&context, &ended, &received, limit);
    context.abandon();
    match failure {
        Fed::Ended(Ok(outcome)) => judged(outcome.result.as_text().unwrap_or_default(), &scenario.place),
        Fed::Ended(Err(error)) => Some(Failure::of_error(&error, &scenario.place)),
        Fed::OutOfTime => Some(out_of_time(&host, scenario, limit)),
    }
}

enum Fed {
    Ended(Result<Outcome, ModuleError>),
    OutOfTime,
}

/// Gives the scenario its answers until it ends.
fn feed(
    context: &ModuleContext,
    ended: &RefCell<Option<Result<Outcome, ModuleError>>>,
    received: &Receiver<(u64, Reply)>,
    limit: Duration,
) -> Fed {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(result) = ended.borrow_mut().take() {
            return Fed::Ended(result);
        }
        match received.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok((ticket, reply)) => context.complete(ticket, reply),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Fed::OutOfTime,
        }
    }
}

fn judged(text: &str, otherwise: &str) -> Option<Failure> {
    match serde_json::from_str::<Option<Said>>(text) {
        Ok(None) => None,
        Ok(Some(said)) => Some(Failure {
            message: said.message,
            expected: said.expected,
            received: said.received,
            places: if said.places.is_empty() { vec![otherwise.to_owned()] } else { said.places },
            last: Vec::new(),
        }),
        Err(error) => Some(Failure::of_text(format!("the scenario's end can't be read: {error}"), "")),
    }
}

fn out_of_time(host: &ScenarioHost, scenario: &Declared, limit: Duration) -> Failure {
    let waits = host.under_way();
    let text = match waits.as_slice() {
        [] => "it awaits something that never comes: a promise of its own".to_owned(),
        some => {
            let each: Vec<String> = some.iter().map(|(what, place)| format!("{what} ({place})")).collect();
            format!("it waits for {}", each.join(", "))
        }
    };
    let place = waits.iter().find(|(_, place)| !place.is_empty()).map_or(scenario.place.as_str(), |(_, place)| place);
    Failure::of_text(format!("the scenario did not end in {} s: {text}", limit.as_secs_f32()), place)
}
