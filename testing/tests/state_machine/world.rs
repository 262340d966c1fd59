//! The configuration in which every rule shows, main servers of it with a record of requests, and what both databases hold.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use twinshore_engine::rights::UserRights;
use twinshore_engine::{Engine, Unit, objects};
use twinshore_metadata::{Ref, Value};
use twinshore_protocol::WriteAction;
use twinshore_server::{Published, RequestWatch, Source, WatchedRequest, publish};
use twinshore_testing::{FixtureBuilder, ManualClock, World, WorldOptions};
use uuid::Uuid;

use super::action::Kind;

pub const KINDS: [Kind; 3] = [Kind::Orders, Kind::Notes, Kind::Contracts];
pub const MODULES: [&str; 4] = ["AtMain", "AtHand", "MainOnly", "Absent"];
/// What only main has.
pub const SECRET: &str = "of main";

impl Kind {
    pub const fn object(self) -> &'static str {
        match self {
            Self::Orders => "Document.Orders",
            Self::Notes => "Document.Notes",
            Self::Contracts => "Document.Contracts",
        }
    }
}

const CONFIGURATION: &str = "name: Machine\ntitle: Machine\nversion: \"V\"\nlanguages: { en: English }\n";
const OFFLINE: &str = "
use:
  Document.Orders: { except: [attributes.Secret] }
  Document.Notes: { priority: standalone, except: [attributes.Secret] }
  Module.AtMain: {}
  Module.AtHand: { priority: standalone }
  Module.MainOnly: { priority: main-only }
roles: [Seller]
";
const ROLE: &str = "
role: Seller
rights:
  Document.Orders: all
  Document.Notes: all
  Document.Contracts: all
  Module.AtMain: use
  Module.AtHand: use
  Module.MainOnly: use
  Module.Absent: use
";
const SUBSYSTEMS: &str = "- { name: Work, content: [Document.Orders, Document.Notes, Document.Contracts] }\n";
const ATTRIBUTES: &str = "attributes: { Tag: string(40), Comment: string(100), Phone: string(100), Secret: string(100) }\n";
const FORM: &str = "
form: Item
attributes: { Place: string(20) }
items:
  - commandBar: [write]
  - field: Tag
  - field: Comment
  - field: Phone
  - field: Secret
  - field: Place
";
const FORM_SERVER: &str =
    "export function onCreateAtServer(form: any, parameters: any): void { form.Place = session.server; }\n";
const WHOAMI: &str = "export function whoami(): string { return session.server; }\n";

fn fixture(version: &str) -> FixtureBuilder {
    let mut fixture = FixtureBuilder::new()
        .file("configuration.yaml", CONFIGURATION.replace('V', version))
        .file("offline.yaml", OFFLINE)
        .file("subsystems.yaml", SUBSYSTEMS)
        .file("roles/Seller.yaml", ROLE);
    for name in ["Orders", "Notes", "Contracts"] {
        let number = "number: { type: string(11), auto: true, reset: never }";
        fixture = fixture
            .file(format!("documents/{name}/{name}.yaml"), format!("document: {name}\n{number}\n{ATTRIBUTES}"))
            .file(format!("documents/{name}/Item.form.yaml"), FORM)
            .file(format!("documents/{name}/Item.form.server.ts"), FORM_SERVER);
    }
    for name in MODULES {
        fixture = fixture
            .file(format!("modules/{name}/{name}.yaml"), format!("module: {name}\nserverCall: true\n"))
            .file(format!("modules/{name}/{name}.server.ts"), WHOAMI);
    }
    fixture
}

/// Two configurations that differ in their version only, compiled once.
pub fn configurations() -> [Published; 2] {
    ["1", "2"].map(|version| {
        let folder = fixture(version).write().expect("files");
        publish(folder.path()).expect("a configuration without errors")
    })
}

/// Main's own record of what it was asked.
#[derive(Default)]
pub struct Record(Mutex<Vec<String>>);

impl RequestWatch for Record {
    fn arrived<'a>(&'a self, request: &'a WatchedRequest) -> BoxFuture<'a, ()> {
        self.0.lock().expect("held").push(format!("{} {}", request.request, request.name));
        Box::pin(async {})
    }

    fn answered<'a>(&'a self, _: &'a WatchedRequest, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

impl Record {
    /// Requests since the last look.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("held"))
    }
}

/// A main server with ann and items that others change.
pub struct Shore {
    pub world: World,
    pub clock: ManualClock,
    pub record: Arc<Record>,
}

pub fn shore(published: &Published) -> Shore {
    let (clock, record) = (ManualClock::at(chrono::Utc::now()), Arc::new(Record::default()));
    let world = World::of(WorldOptions {
        at_once: false,
        source: Source::Published(Box::new(published.clone())),
        clock: Arc::new(clock.clone()),
        watch: Some(Arc::clone(&record) as _),
    })
    .expect("a world");
    world.add_user("ann", "secret", &["Seller"]).expect("a user");
    let shore = Shore { world, clock, record };
    for (n, kind) in KINDS.into_iter().enumerate() {
        shore.write(kind, &format!("seed-{n}"), None, &format!("main-{n}"));
    }
    shore
}

impl Shore {
    /// Somebody else writes an item on main.
    pub fn write(&self, kind: Kind, tag: &str, id: Option<Uuid>, comment: &str) {
        let engine = self.world.engine().expect("running");
        let user = Arc::new(UserRights::platform(&engine.bundle().configuration));
        let unit = Rc::new(Unit::new(&engine, user));
        let object = kind.object().parse().expect("a name");
        let mut state = match id {
            Some(id) => objects::read(&unit, &Ref::new(object, id)).expect("asked").expect("an item"),
            None => objects::new_object(&unit, &object, None, &Default::default()).expect("a new item"),
        };
        for (name, value) in [("Tag", tag), ("Comment", comment), ("Secret", SECRET)] {
            state.record.attributes.insert(name.into(), Value::from(value));
        }
        objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
    }
}

/// An item as a database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: Uuid,
    pub comment: String,
    pub phone: String,
}

/// All items of a kind by tag; two of one tag are one too many.
pub fn rows(engine: &Engine, kind: Kind) -> Result<BTreeMap<String, Row>, String> {
    let reader = engine.database().reader().map_err(|error| error.to_string())?;
    let sql = format!("SELECT \"Ref\", \"Tag\", \"Comment\", \"Phone\" FROM \"{}\"", kind.object());
    let mut statement = reader.prepare(&sql).map_err(|error| error.to_string())?;
    let read = |row: &rusqlite::Row<'_>| {
        let id: Vec<u8> = row.get(0)?;
        let text = |at| Ok::<String, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
        Ok((text(1)?, Row { id: Uuid::from_slice(&id).unwrap_or_default(), comment: text(2)?, phone: text(3)? }))
    };
    let found = statement.query_map([], read).map_err(|error| error.to_string())?;
    let mut all = BTreeMap::new();
    for row in found {
        let (tag, row) = row.map_err(|error| error.to_string())?;
        if let Some(twin) = all.insert(tag.clone(), row.clone()) {
            return Err(format!("{tag} is there twice: {twin:?} and {row:?}"));
        }
    }
    Ok(all)
}
