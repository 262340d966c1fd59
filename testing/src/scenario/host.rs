//! What the library asks of the world: operations that are answered at once, and verbs that are answered later.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use serde::Serialize;
use twinshore_client::LinkFacts;
use twinshore_metadata::Value;
use twinshore_modules::{HostApi, HostError, HostReply};
use twinshore_protocol::Clock;

use super::arguments::{Arguments, Reply, trouble};
use super::stage::{PATIENCE, Stage};
use super::{data, main_verbs, phone_verbs, span};

/// A look at an app that takes longer is no look.
const LOOK: Duration = Duration::from_secs(10);

/// Operations that are answered at once; all others are verbs.
const AT_ONCE: [&str; 22] = [
    "verb",
    "verb.ended",
    "note",
    "log",
    "until.begin",
    "until.seen",
    "world.random",
    "world.seed",
    "world.report",
    "world.diagnostics",
    "time.now",
    "main.calls",
    "main.running",
    "phone.view",
    "phone.form",
    "phone.ask",
    "phone.log",
    "phone.messages",
    "phone.traffic",
    "phone.running",
    "phone.now",
    "object.predefined",
];

/// Operations on a phone that do something and are answered at once.
const PHONE_AT_ONCE: [&str; 3] = ["phone.cutAnswer", "phone.osReports", "phone.clock"];

/// The host of a scenario's module context.
pub(super) struct ScenarioHost {
    stage: Arc<Stage>,
    answers: Sender<(u64, Reply)>,
    tickets: Cell<u64>,
    /// Verbs that run, by number: what they are and where they were called.
    verbs: RefCell<BTreeMap<u64, (String, String)>>,
}

impl ScenarioHost {
    pub(super) fn new(stage: Arc<Stage>, answers: Sender<(u64, Reply)>) -> Self {
        Self { stage, answers, tickets: Cell::new(0), verbs: RefCell::default() }
    }

    /// Verbs that have not ended: what the scenario waits for.
    pub(super) fn under_way(&self) -> Vec<(String, String)> {
        self.verbs.borrow().values().cloned().collect()
    }

    fn at_once(&self, operation: &str, arguments: Vec<Value>) -> Reply {
        let mut arguments = Arguments::new(arguments);
        let stage = &self.stage;
        match operation {
            "verb" => {
                let number = arguments.number()? as u64;
                let (what, place) = (arguments.text()?, arguments.text()?);
                stage.timeline.note_at("scenario", what.clone(), &place);
                self.verbs.borrow_mut().insert(number, (what, place));
                Ok(Value::Empty)
            }
            "verb.ended" => {
                self.verbs.borrow_mut().remove(&(arguments.number()? as u64));
                Ok(Value::Empty)
            }
            "note" | "log" => {
                stage.timeline.note("scenario", format!("notes: {}", arguments.text()?));
                Ok(Value::Empty)
            }
            "until.begin" => Ok(Value::Date(chrono::Utc::now().naive_utc())),
            "until.seen" => Ok(Value::Decimal(stage.timeline.seen().into())),
            "world.random" => Ok(Value::Decimal(Decimal::from_f64(stage.random()).unwrap_or_default())),
            "world.seed" => Ok(stage.seed.to_string().into()),
            "world.report" => json(&stage.configuration().report),
            "world.diagnostics" => json(&stage.configuration().diagnostics),
            "time.now" => Ok(Value::Date(stage.clock.now().naive_utc())),
            "main.calls" => json(&stage.requests.seen()),
            "main.running" => Ok(stage.engine().is_some().into()),
            "object.predefined" => {
                let (object, name) = (arguments.object()?, arguments.text()?);
                let reference =
                    twinshore_metadata::Ref::new(object.clone(), twinshore_metadata::Bundle::fixed_id(&object, &name));
                Ok(Value::Ref(reference))
            }
            _ => self.of_phone(operation, arguments),
        }
    }

    fn of_phone(&self, operation: &str, mut arguments: Arguments) -> Reply {
        let handset = self.stage.handset(arguments.number()?)?;
        match operation {
            "phone.view" => {
                let client = handset.client()?;
                json(&self.look(async move { client.interface_view().await })?.map_err(|error| trouble(error.to_string()))?)
            }
            "phone.form" => {
                let (client, form) = (handset.client()?, arguments.form()?);
                json(&self.look(async move { client.form_view(form).await })?)
            }
            "phone.ask" => {
                let (client, name, values) = (handset.client()?, arguments.text()?, arguments.list());
                self.look(async move { client.operation(&name, values).await })?
            }
            "phone.log" => json(&handset.log()),
            "phone.messages" => json(&handset.messages()),
            "phone.traffic" => {
                let traffic = handset.link.traffic();
                json(&serde_json::json!({
                    "connections": traffic.connections, "bytesUp": traffic.bytes_up, "bytesDown": traffic.bytes_down,
                }))
            }
            "phone.running" => Ok(handset.is_running().into()),
            "phone.now" => Ok(Value::Date(handset.clock.now().naive_utc())),
            "phone.clock" => {
                handset.clock.advance(span::parse(&arguments.text()?).map_err(trouble)?);
                Ok(Value::Empty)
            }
            "phone.cutAnswer" => {
                let (request, bytes) = (arguments.text()?, arguments.number()? as u64);
                handset.link.cut_answer(&request, bytes);
                Ok(Value::Empty)
            }
            _ => {
                let facts = arguments.fields();
                let fact = |name: &str, otherwise: bool| match facts.get(name) {
                    Some(Value::Boolean(fact)) => *fact,
                    _ => otherwise,
                };
                let facts = LinkFacts {
                    connected: fact("connected", true),
                    metered: fact("metered", false),
                    captive_portal: fact("captivePortal", false),
                };
                handset.client()?.link_changed(facts);
                Ok(Value::Empty)
            }
        }
    }

    /// Waits for an app on its own thread. Scenarios have a thread that is nobody else's.
    fn look<T>(&self, look: impl Future<Output = T>) -> Result<T, HostError> {
        let looked = self.stage.handle.block_on(async { tokio::time::timeout(LOOK, look).await });
        looked.map_err(|_| trouble(format!("the app did not answer in {} s: its thread is busy", LOOK.as_secs())))
    }
}

fn json(value: &impl Serialize) -> Reply {
    serde_json::to_string(value).map(Value::String).map_err(|error| trouble(error.to_string()))
}

impl HostApi for ScenarioHost {
    fn call(&self, operation: &str, arguments: Vec<Value>) -> HostReply {
        if AT_ONCE.contains(&operation) || PHONE_AT_ONCE.contains(&operation) {
            return HostReply::Ready(self.at_once(operation, arguments));
        }
        let ticket = self.tickets.get() + 1;
        self.tickets.set(ticket);
        let (stage, answers, operation) = (Arc::clone(&self.stage), self.answers.clone(), operation.to_owned());
        self.stage.handle.spawn(async move {
            let reply = perform(&stage, &operation, Arguments::new(arguments)).await;
            // A scenario that has ended waits for nothing.
            let _ = answers.send((ticket, reply));
        });
        HostReply::Later(ticket)
    }
}

/// Carries out a verb.
async fn perform(stage: &Arc<Stage>, operation: &str, mut arguments: Arguments) -> Reply {
    match operation.split_once('.') {
        Some(("main", verb)) => main_verbs::perform(stage, verb, arguments).await,
        Some(("phone", verb)) => phone_verbs::perform(stage, verb, arguments).await,
        Some(("local", verb)) => {
            let handset = stage.handset(arguments.number()?)?;
            let engine = handset.client()?.stand_alone().await;
            let engine = engine.ok_or_else(|| trouble(format!("nobody is signed in on {}", handset.device)))?;
            let user = handset.client()?.interface_view().await.map(|view| view.status.user_name).unwrap_or_default();
            data::perform(engine, verb.to_owned(), Arguments::new(arguments.rest()), user).await
        }
        Some(("until", _)) => changed(stage, arguments).await,
        Some(("time", _)) => {
            phone_verbs::advance(stage, &arguments.text()?).await?;
            Ok(Value::Empty)
        }
        Some(("world", "open")) => {
            let users = serde_json::to_value(Value::Structure(arguments.fields().into_iter().collect()))
                .and_then(serde_json::from_value)
                .map_err(|error| trouble(format!("the users can't be read: {error}")))?;
            stage.open(users).await?;
            Ok(Value::Empty)
        }
        Some(("world", _)) => {
            phone_verbs::all_settled(stage).await?;
            Ok(Value::Empty)
        }
        _ => Err(trouble(format!("there is no operation {operation}"))),
    }
}

/// Waits for the next change after those seen; false when the patience of the wait is at its end.
async fn changed(stage: &Stage, mut arguments: Arguments) -> Reply {
    let begun = match arguments.value() {
        Value::Date(begun) => begun,
        _ => return Err(trouble("the beginning of a wait is wanted")),
    };
    let seen = match arguments.value() {
        Value::Decimal(seen) => seen.to_u64().unwrap_or_default(),
        _ => 0,
    };
    let gone = (chrono::Utc::now().naive_utc() - begun).to_std().unwrap_or_default();
    let Some(left) = PATIENCE.checked_sub(gone) else { return Ok(false.into()) };
    let mut changes = stage.timeline.changes();
    let changed = tokio::time::timeout(left, changes.wait_for(|count| *count > seen)).await;
    Ok(changed.is_ok().into())
}
