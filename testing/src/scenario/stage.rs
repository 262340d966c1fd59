//! The world of one scenario: a main server, phones, clocks, and what happened.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::runtime::Handle;
use twinshore_engine::Engine;
use twinshore_engine::users::{User, verifier};
use twinshore_metadata::Value;
use twinshore_modules::HostError;
use twinshore_server::Source;

use super::arguments::{Arguments, trouble};
use super::configurations::Prepared;
use super::data;
use super::handset::Handset;
use super::requests::Requests;
use super::span::WorldClock;
use super::timeline::Timeline;
use crate::{World, WorldOptions};

/// What does not happen within this time does not happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A person with an account.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Account {
    roles: Vec<String>,
    password: String,
    language: String,
    #[serde(default)]
    item: Option<Value>,
}

/// The world of one scenario.
pub(super) struct Stage {
    pub(super) handle: Handle,
    pub(super) timeline: Timeline,
    pub(super) clock: WorldClock,
    pub(super) requests: Arc<Requests>,
    pub(super) seed: u64,
    /// The configuration, as it is now.
    configuration: Mutex<Arc<Prepared>>,
    /// Folder that configurations named in the scenario are found from.
    pub(super) folder: PathBuf,
    world: Mutex<Option<Arc<World>>>,
    pub(super) phones: Mutex<Vec<Arc<Handset>>>,
    first_user: Mutex<String>,
    chance: Mutex<StdRng>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    pub(super) fn new(handle: Handle, configuration: Arc<Prepared>, folder: PathBuf, seed: u64) -> Arc<Self> {
        let stage = Arc::new(Self {
            handle,
            timeline: Timeline::new(),
            clock: WorldClock::new(),
            requests: Arc::default(),
            seed,
            configuration: Mutex::new(configuration),
            folder,
            world: Mutex::default(),
            phones: Mutex::default(),
            first_user: Mutex::default(),
            chance: Mutex::new(StdRng::seed_from_u64(seed)),
        });
        stage.requests.of(&stage);
        stage
    }

    /// The configuration that the main server runs.
    pub(super) fn configuration(&self) -> Arc<Prepared> {
        Arc::clone(&lock(&self.configuration))
    }

    /// A figure from 0 to 1 by the run's seed.
    pub(super) fn random(&self) -> f64 {
        lock(&self.chance).random_range(0.0..1.0)
    }

    /// Starts the main server with its users.
    pub(super) async fn open(self: &Arc<Self>, users: BTreeMap<String, Account>) -> Result<(), HostError> {
        let stage = Arc::clone(self);
        let made = move || {
            let watch: Arc<dyn twinshore_server::RequestWatch> = Arc::clone(&stage.requests) as _;
            World::of(WorldOptions {
                at_once: false,
                source: Source::Published(Box::new(stage.configuration().published.clone())),
                clock: Arc::new(stage.clock.clone()),
                watch: Some(watch),
            })
        };
        let world = tokio::task::spawn_blocking(made).await.map_err(|error| trouble(error.to_string()))?;
        *lock(&self.world) = Some(Arc::new(world.map_err(|error| trouble(error.to_string()))?));
        self.follow_main();
        for (name, account) in users {
            self.put_user(name, account).await?;
        }
        Ok(())
    }

    /// The world, once it is open.
    pub(super) fn world(&self) -> Result<Arc<World>, HostError> {
        lock(&self.world).clone().ok_or_else(|| trouble("the world is not open"))
    }

    /// The main server's engine; none while it is down.
    pub(super) fn engine(&self) -> Option<Engine> {
        self.world().ok()?.engine()
    }

    /// The main server's engine.
    pub(super) fn running_engine(&self) -> Result<Engine, HostError> {
        self.engine().ok_or_else(|| trouble("the main server is down: start it with main.start()"))
    }

    /// Whoever calls modules when no user is named.
    pub(super) fn first_user(&self) -> String {
        lock(&self.first_user).clone()
    }

    /// Adds or replaces a user, with their item in the users' catalog if the configuration has one.
    pub(super) async fn put_user(&self, name: String, account: Account) -> Result<(), HostError> {
        let engine = self.running_engine()?;
        let bundle = Arc::clone(engine.bundle());
        if let Some(unknown) = account.roles.iter().find(|role| !bundle.configuration.roles.contains_key(*role)) {
            let known: Vec<&str> = bundle.configuration.roles.keys().map(String::as_str).collect();
            return Err(trouble(format!("{name}: there is no role {unknown}; there are {}", known.join(", "))));
        }
        {
            let mut first = lock(&self.first_user);
            if first.is_empty() {
                first.clone_from(&name);
            }
        }
        if let Some((catalog, attribute)) = &bundle.configuration.users {
            self.put_item(&engine, catalog, attribute, &name, &account).await?;
        }
        let user = User {
            name,
            verifier: known_verifier(&account.password)?,
            roles: account.roles,
            language: account.language,
            item: None,
            disabled: false,
        };
        self.world()?.put_user(&user).map_err(|error| trouble(error.to_string()))
    }

    async fn put_item(
        &self,
        engine: &Engine,
        catalog: &twinshore_metadata::ObjectName,
        attribute: &str,
        name: &str,
        account: &Account,
    ) -> Result<(), HostError> {
        let login = vec![(attribute.to_owned(), Value::from(name))];
        let catalog = Value::String(catalog.to_string());
        let find = Arguments::new(vec![catalog.clone(), Value::Structure(login.clone())]);
        let known = data::perform(engine.clone(), "find".into(), find, String::new()).await?;
        let mut fields = match &account.item {
            Some(Value::Structure(fields)) => fields.clone(),
            _ => Vec::new(),
        };
        if let Value::Ref(known) = known {
            let set = Arguments::new(vec![Value::Ref(known), Value::Structure(fields)]);
            return data::perform(engine.clone(), "set".into(), set, String::new()).await.map(drop);
        }
        for (field, value) in login.into_iter().chain([("Description".to_owned(), Value::from(name))]) {
            if !fields.iter().any(|(known, _)| *known == field) {
                fields.push((field, value));
            }
        }
        let create = Arguments::new(vec![catalog, Value::Structure(fields)]);
        data::perform(engine.clone(), "create".into(), create, String::new()).await.map(drop).map_err(|error| {
            let message =
                format!("the item of the user {name} could not be written: {}; give its fields as `item`", error.message);
            HostError { message, ..error }
        })
    }

    /// Kills the main server.
    pub(super) fn kill_main(&self) {
        if let Ok(world) = self.world() {
            world.kill_main();
        }
        self.timeline.note("main", "is down");
    }

    /// Starts the main server, over its database as it is.
    pub(super) fn start_main(&self) -> Result<(), HostError> {
        self.world()?.start_main().map_err(|error| trouble(error.to_string()))?;
        self.timeline.note("main", "runs");
        self.follow_main();
        Ok(())
    }

    /// Publishes another configuration.
    pub(super) fn update_main(&self, next: Arc<Prepared>) -> Result<(), HostError> {
        let source = Source::Published(Box::new(next.published.clone()));
        let world = self.world()?;
        let put = if self.engine().is_some() { world.publish(source).map(drop) } else { world.update(source) };
        put.map_err(|error| trouble(error.to_string()))?;
        *lock(&self.configuration) = next;
        self.timeline.note("main", "runs with another configuration");
        self.follow_main();
        Ok(())
    }

    /// Conditions look again when main's data change.
    fn follow_main(&self) {
        let Some(engine) = self.engine() else { return };
        let mut notices = engine.notices();
        drop(engine);
        let changes = self.timeline.stirrer();
        self.handle.spawn(async move {
            while !matches!(notices.recv().await, Err(tokio::sync::broadcast::error::RecvError::Closed)) {
                changes.send_modify(|count| *count += 1);
            }
        });
    }

    /// A phone by number.
    pub(super) fn handset(&self, phone: usize) -> Result<Arc<Handset>, HostError> {
        lock(&self.phones).get(phone).cloned().ok_or_else(|| trouble("there is no such phone"))
    }

    /// Number of the phone with a device name.
    pub(super) fn phone_named(&self, device: &str) -> Option<usize> {
        lock(&self.phones).iter().position(|phone| phone.device == device)
    }

    /// Kills a phone as `kill -9` does, and waits until it has ended.
    pub(super) async fn kill_phone(&self, phone: usize, how: &str) {
        if let Ok(handset) = self.handset(phone) {
            handset.kill(how).await;
        }
    }

    /// Ends everything; the folder is gone afterwards.
    pub(super) async fn close(&self) {
        let phones: Vec<Arc<Handset>> = lock(&self.phones).drain(..).collect();
        for phone in phones {
            let _ = tokio::time::timeout(PATIENCE, phone.kill("")).await;
        }
        let world = lock(&self.world).take();
        let _ = tokio::task::spawn_blocking(move || drop(world)).await;
    }
}

/// Verifiers take a while to make, and scenarios have few passwords.
fn known_verifier(password: &str) -> Result<String, HostError> {
    static KNOWN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    if let Some(known) = lock(&KNOWN).get(password) {
        return Ok(known.clone());
    }
    let made = verifier(password).map_err(|error| trouble(error.to_string()))?;
    lock(&KNOWN).insert(password.to_owned(), made.clone());
    Ok(made)
}
