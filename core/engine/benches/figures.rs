//! Figures of lists, search, the first download and encryption over a big catalog: `cargo bench -p twinshore-engine`. Printed, never
//! asserted.

// Printing is what it is for.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use twinshore_engine::exchange::{DeviceExchange, MainExchange};
use twinshore_engine::objects::{self, NoHandlers};
use twinshore_engine::rights::UserRights;
use twinshore_engine::storage::DatabaseKey;
use twinshore_engine::{Engine, EngineError, OpenOptions, Unit, in_bulk, lists};
use twinshore_metadata::*;
use twinshore_protocol::{ExchangePeer, ListAnchor, ListPageRequest, SuggestRequest, SystemClock, WriteAction};

const ROWS: u32 = 140_000;
/// Rows of the devices that are compared: more than their page cache holds.
const DEVICE_ROWS: u32 = 60_000;

fn configuration() -> Configuration {
    let attribute = |name: &str, types: &str| AttributeDefinition::new(name, TypeSet::one(types.parse().expect("a type")));
    let mut places = ObjectDefinition::new("Catalog.Places".parse().expect("a name"));
    places.description_length = 100;
    places.code = Some(CodeDefinition { length: 9, auto: true, reset: NumberPeriod::Never });
    places.attributes =
        vec![attribute("Country", "string(2)"), attribute("Latitude", "decimal(9.5)"), attribute("Longitude", "decimal(9.5)")];
    let everything =
        RoleDefinition { name: "All".into(), title: Title::english("All"), administrator: true, rights: BTreeMap::new() };
    Configuration {
        name: "Figures".into(),
        title: Title::english("Figures"),
        version: "1".into(),
        languages: vec![Language { code: "en".into(), name: "English".into() }],
        objects: [(places.name.clone(), places)].into(),
        roles: [("All".to_owned(), everything)].into(),
        subsystems: Vec::new(),
        home_page: Vec::new(),
        offline_by_hand: true,
        poor_connection_by_hand: true,
        sign_in: SignInRules::default(),
        users: None,
        modules_elsewhere: Default::default(),
    }
}

fn open(folder: &std::path::Path, target: Target, key: Option<DatabaseKey>) -> Engine {
    let configuration = configuration();
    let included = configuration.objects.keys().map(|name| (name.clone(), Inclusion::default())).collect();
    let composition = Composition { included, ..Composition::default() };
    Engine::open(OpenOptions {
        bundle: Arc::new(Bundle::new(target, configuration, composition, BTreeMap::new())),
        database: folder.join(format!("{target:?}.db")),
        key,
        clock: Arc::new(SystemClock),
        utc_offset_s: 0,
    })
    .expect("an engine")
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what:<60} {:>10.2} ms", start.elapsed().as_secs_f64() * 1000.0);
    result
}

fn name(at: u32) -> String {
    const PARTS: [&str; 12] = ["ber", "lin", "mos", "kva", "Ло", "ндон", "par", "is", "ос", "ака", "rio", "sur"];
    let part = |n: u32| PARTS[(n % 12) as usize];
    format!("{}{}{} {}{}", part(at * 7), part(at / 12), part(at / 144), part(at / 1728), at * 7919 % 99_991)
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open(folder.path(), Target::MainServer, None);
    let rights = Arc::new(UserRights::new(engine.bundle(), "ann", None, &["All".to_owned()], "en"));
    let unit = Rc::new(Unit::new(&engine, Arc::clone(&rights)));
    let places: ObjectName = "Catalog.Places".parse().expect("a name");
    let write = |rows: std::ops::Range<u32>| {
        for at in rows {
            let values = [
                ("Description".to_owned(), name(at).into()),
                ("Latitude".to_owned(), Value::Decimal(rust_decimal::Decimal::new(i64::from(at), 5))),
            ]
            .into();
            let state = objects::new_object(&unit, &places, None, &values).expect("new");
            objects::write(&unit, state, WriteAction::Write, &NoHandlers).expect("written");
        }
        Ok::<(), EngineError>(())
    };
    timed("write 2,000 items, each in a transaction", || write(0..2_000).expect("written"));
    timed(&format!("write {} items in bulk", ROWS - 2_000), || in_bulk(&unit, |_| write(2_000..ROWS)).expect("written"));
    let request = |anchor: ListAnchor, order: &str, search: &str| ListPageRequest {
        object: places.clone(),
        columns: vec!["Description".into(), "Code".into(), "Country".into()],
        order: vec![SortKey { path: order.into(), direction: SortDirection::Descending }],
        filter: String::new(),
        conditions: Vec::new(),
        search: search.into(),
        parent: None,
        anchor,
        limit: 50,
    };
    let page = |what: &str, request: ListPageRequest| timed(what, || lists::page(&unit, &request).expect("a page"));
    page("list: first page, statements not prepared yet", request(ListAnchor::Start, "Description", ""));
    page("list: first page", request(ListAnchor::Start, "Description", ""));
    page("list: last page", request(ListAnchor::End, "Description", ""));
    let mut at = page("list: first page by code", request(ListAnchor::Start, "Code", ""));
    for _ in 0..1_000 {
        let last = at.rows.last().expect("a row").key.clone();
        at = lists::page(&unit, &request(ListAnchor::After(last), "Code", "")).expect("a page");
    }
    let last = at.rows.last().expect("a row").key.clone();
    page("list: page 1,001 by code", request(ListAnchor::After(last), "Code", ""));
    page("list: first page by an attribute without an index", request(ListAnchor::Start, "Latitude", ""));
    for search in ["77777", "ндон 4242", "berlin", "zzzzz", "os", "zq", "бер"] {
        page(&format!("search: {search}"), request(ListAnchor::Start, "Description", search));
    }
    for text in ["ber", "ндон", "zzzz", "zz"] {
        let request = SuggestRequest { objects: vec![places.clone()], text: text.into(), limit: 20 };
        timed(&format!("suggest: {text}"), || lists::suggest(&unit, &request).expect("suggestions"));
    }
    drop(unit);
    exchange(folder.path(), engine, rights);
    encryption();
}

/// The same work on a plain device and on an encrypted one, in turns, and what the second takes of the first's time.
fn encryption() {
    let devices = [None, Some(DatabaseKey::random())].map(|key| {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = open(folder.path(), Target::StandaloneServer, key.clone());
        (folder, key, engine)
    });
    let rights = Arc::new(UserRights::new(devices[0].2.bundle(), "ann", None, &["All".to_owned()], "en"));
    let places: ObjectName = "Catalog.Places".parse().expect("a name");
    let add = |unit: &Rc<Unit>, rows: std::ops::Range<u32>| {
        rows.map(|at| {
            let values = [("Description".to_owned(), name(at).into())].into();
            let state = objects::new_object(unit, &places, None, &values).expect("new");
            objects::write(unit, state, WriteAction::Write, &NoHandlers).expect("written").reference
        })
        .collect::<Vec<Ref>>()
    };
    let compared = |what: &str, work: &mut dyn FnMut(usize, &Rc<Unit>)| {
        let times = [0, 1].map(|at| {
            let unit = Rc::new(Unit::new(&devices[at].2, Arc::clone(&rights)));
            let start = Instant::now();
            work(at, &unit);
            start.elapsed().as_secs_f64() * 1000.0
        });
        let [plain, encrypted] = times;
        println!("{what:<52} {plain:>9.2} ms plain {encrypted:>9.2} ms encrypted, ratio {:.2}", encrypted / plain);
    };
    let mut items: [Vec<Ref>; 2] = Default::default();
    compared(&format!("device: write {DEVICE_ROWS} items in bulk"), &mut |at, unit| {
        in_bulk(unit, |_| {
            items[at] = add(unit, 0..DEVICE_ROWS);
            Ok::<(), EngineError>(())
        })
        .expect("written");
    });
    compared("device: write 500 items, each in a transaction", &mut |_, unit| drop(add(unit, DEVICE_ROWS..DEVICE_ROWS + 500)));
    compared("device: read 2,000 items here and there", &mut |at, unit| {
        let far_apart = items[at].iter().cycle().step_by(7_919).take(2_000);
        far_apart.for_each(|item| drop(objects::read(unit, item).expect("read")));
    });
    let page = |unit: &Rc<Unit>, anchor: ListAnchor, search: &str| {
        let request = ListPageRequest {
            object: places.clone(),
            columns: vec!["Description".into(), "Code".into()],
            order: vec![SortKey { path: "Description".into(), direction: SortDirection::Ascending }],
            filter: String::new(),
            conditions: Vec::new(),
            search: search.into(),
            parent: None,
            anchor,
            limit: 50,
        };
        lists::page(unit, &request).expect("a page")
    };
    compared("device: 100 pages of a list", &mut |_, unit| {
        let mut at = page(unit, ListAnchor::Start, "");
        for _ in 0..100 {
            at = page(unit, ListAnchor::After(at.rows.last().expect("a row").key.clone()), "");
        }
    });
    for search in ["77777", "ндон 42", "zzzzz"] {
        compared(&format!("device: search: {search}"), &mut |_, unit| drop(page(unit, ListAnchor::Start, search)));
    }
    let mut devices = devices.map(Some);
    let times = [0, 1].map(|at| {
        let (folder, key, engine) = devices[at].take().expect("a device");
        drop(engine);
        let start = Instant::now();
        let engine = open(folder.path(), Target::StandaloneServer, key);
        let unit = Rc::new(Unit::new(&engine, Arc::clone(&rights)));
        page(&unit, ListAnchor::Start, "");
        start.elapsed().as_secs_f64() * 1000.0
    });
    println!(
        "{:<52} {:>9.2} ms plain {:>9.2} ms encrypted, ratio {:.2}",
        "device: start with this database, to the first page",
        times[0],
        times[1],
        times[1] / times[0]
    );
}

fn exchange(folder: &std::path::Path, engine: Engine, rights: Arc<UserRights>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    let main = MainExchange::new(engine, Arc::clone(&rights), Arc::default(), Arc::new(|_| Rc::new(NoHandlers)));
    let phone = DeviceExchange::new(
        open(folder, Target::StandaloneServer, Some(DatabaseKey::random())),
        rights,
        BundleHash("1".into()),
    );
    let shaken = runtime.block_on(main.handshake(phone.handshake("phone").expect("a handshake"))).expect("shaken");
    phone.shaken(&shaken).expect("kept");
    let (mut selecting, mut applying, mut rows, mut bytes) = (0.0, 0.0, 0, 0);
    loop {
        let request = phone.request(1_000).expect("a request");
        let start = Instant::now();
        let page = runtime.block_on(main.download(request)).expect("a page");
        selecting += start.elapsed().as_secs_f64();
        rows += page.items.len();
        let json = serde_json::to_vec(&page).expect("JSON");
        bytes += zstd::encode_all(json.as_slice(), 3).expect("compressed").len();
        let start = Instant::now();
        phone.apply_page(&page).expect("applied");
        applying += start.elapsed().as_secs_f64();
        if !page.more {
            break;
        }
    }
    let rate = |seconds: f64| rows as f64 / seconds;
    println!("first download: {rows} things, {:.1} MB compressed", bytes as f64 / 1e6);
    println!("first download, main selects: {selecting:.1} s, {:.0} things/s", rate(selecting));
    println!("first download, device applies: {applying:.1} s, {:.0} things/s", rate(applying));
    for target in [Target::MainServer, Target::StandaloneServer] {
        let size = std::fs::metadata(folder.join(format!("{target:?}.db"))).map_or(0, |m| m.len());
        println!("{target:?} database: {:.1} MB", size as f64 / 1e6);
    }
}
