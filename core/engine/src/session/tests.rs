//! Calls of clients as clients see them: modules, forms, transactions, jobs, on both servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use indexmap::IndexMap;
use serde_json::json;
use twinshore_metadata::*;
use twinshore_modules::CallLimits;
use twinshore_protocol::*;
use uuid::Uuid;

use crate::fixture::{attribute, configuration, number};
use crate::users::{self, User};
use crate::{Engine, MainServerCalls, OpenOptions, ServerLimits};

mod conflicts;
mod options;
mod temporary;
mod threads;

/// A server with modules, and the user ann.
struct Server {
    folder: tempfile::TempDir,
    target: Target,
    modules: Vec<(&'static str, &'static str)>,
    engine: Engine,
}

fn common(name: &str, server_call: bool) -> (ObjectName, ObjectDefinition) {
    let mut module = ObjectDefinition::new(format!("Module.{name}").parse().expect("a name"));
    module.server_call = server_call;
    (module.name.clone(), module)
}

fn forms(object: &mut ObjectDefinition, attributes: Vec<FormAttribute>) {
    let form = |name: &str, purpose| FormDefinition {
        name: object.form_name(name),
        purpose,
        title: Title::default(),
        attributes: attributes.clone(),
        elements: Vec::new(),
        commands: Vec::new(),
        without_commands: Vec::new(),
        events: BTreeMap::new(),
        priority: None,
        generated: false,
    };
    object.forms = vec![form("Item", FormPurpose::Item), form("List", FormPurpose::List)];
}

fn whole(target: Target, modules: &[(&'static str, &'static str)]) -> Bundle {
    let mut configuration = configuration();
    for name in ["Catalog.Goods", "Catalog.Counterparties", "Document.Orders"] {
        let own = vec![
            FormAttribute::Value(attribute("Note", "string(50)")),
            FormAttribute::Table(TableDefinition {
                name: "Found".into(),
                title: Title::english("Found"),
                columns: vec![attribute("Sum", "decimal(10.2)")],
            }),
        ];
        forms(configuration.objects.get_mut(&name.parse::<ObjectName>().expect("a name")).expect("an object"), own);
    }
    configuration.objects.extend([common("Open", true), common("Closed", false), common("Jobs", true)]);
    let mut rating = ObjectDefinition::new("FunctionalOption.Rating".parse().expect("a name"));
    rating.attributes = vec![attribute("Value", "boolean")];
    rating.governs = ["Catalog.Counterparties.attributes.Rating", "Catalog.Counterparties.commands.rate"]
        .map(|text| text.parse().expect("a name"))
        .into();
    configuration.objects.insert(rating.name.clone(), rating);
    for (name, types) in [("Shore", "string(20)"), ("Depth", "decimal(5.1)"), ("OfMain", "string(20)")] {
        let mut parameter = ObjectDefinition::new(format!("SessionParameter.{name}").parse().expect("a name"));
        parameter.attributes = vec![attribute("Value", types)];
        if name != "OfMain" || target == Target::MainServer {
            configuration.objects.insert(parameter.name.clone(), parameter);
        }
    }
    configuration.modules_elsewhere = vec!["Elsewhere".into()];
    if target == Target::StandaloneServer {
        let goods = configuration.objects.get_mut(&"Catalog.Goods".parse::<ObjectName>().expect("a name")).expect("goods");
        goods.attributes.retain(|a| a.name != "Photo");
    }
    let inclusion = |name: &ObjectName| Inclusion {
        except: if name.name == "Goods" { vec!["attributes.Photo".parse().expect("a path")] } else { Vec::new() },
        ..Inclusion::default()
    };
    let included = configuration.objects.keys().map(|name| (name.clone(), inclusion(name))).collect();
    let compiled = modules
        .iter()
        .map(|(name, code)| {
            let exports = code
                .split("export ")
                .skip(1)
                .filter_map(|rest| Some(rest.split("function ").nth(1)?.split('(').next()?.to_owned()))
                .collect();
            let name = ModuleName::try_from((*name).to_owned()).expect("a module's name");
            let module = CompiledModule { file: format!("{name}.ts"), code: (*code).to_owned(), exports };
            (name, module)
        })
        .collect();
    Bundle::new(target, configuration, Composition { included, ..Composition::default() }, compiled)
}

impl Server {
    fn new(target: Target, modules: &[(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Self::open(&folder, target, modules);
        let server = Self { folder, target, modules: modules.to_vec(), engine };
        server.add_user("ann", "Administrator");
        server.add_user("sam", "Seller");
        server
    }

    fn main(modules: &[(&'static str, &'static str)]) -> Self {
        Self::new(Target::MainServer, modules)
    }

    fn device(modules: &[(&'static str, &'static str)]) -> Self {
        Self::new(Target::StandaloneServer, modules)
    }

    fn open(folder: &tempfile::TempDir, target: Target, modules: &[(&'static str, &'static str)]) -> Engine {
        let engine = Engine::open(OpenOptions {
            bundle: Arc::new(whole(target, modules)),
            database: folder.path().join("base.db"),
            key: None,
            clock: Arc::new(SystemClock),
            utc_offset_s: 0,
        })
        .expect("an engine");
        let call = CallLimits { time_ms: 400, ..CallLimits::default() };
        engine.set_limits(ServerLimits { call, job: call });
        engine
    }

    /// The process dies and starts again.
    fn restart(self) -> Self {
        let Self { folder, target, modules, engine } = self;
        drop(engine);
        let engine = Self::open(&folder, target, &modules);
        Self { folder, target, modules, engine }
    }

    fn add_user(&self, name: &str, role: &str) {
        let user = User {
            name: name.into(),
            verifier: "none".into(),
            roles: vec![role.into()],
            language: "en".into(),
            item: None,
            disabled: false,
        };
        users::put(&self.engine.database().writer().expect("the writer"), &user).expect("kept");
    }

    async fn call(&self, method: &str, arguments: Vec<Value>) -> Result<Value, ServerError> {
        self.call_of("Open", method, arguments).await
    }

    async fn call_of(&self, module: &str, method: &str, arguments: Vec<Value>) -> Result<Value, ServerError> {
        let request = ModuleCallRequest { call_id: CallId::new(), module: module.into(), method: method.into(), arguments };
        self.engine.session("ann").module_call(request).await.map(|r| r.result)
    }

    async fn form(&self, request: serde_json::Value) -> Result<OpenFormResponse, ServerError> {
        self.engine.session("ann").open_form(serde_json::from_value(request).expect("a request")).await
    }

    async fn write(
        &self,
        form: &str,
        opened: &OpenFormResponse,
        record: Record,
        action: WriteAction,
    ) -> Result<WriteFormResponse, ServerError> {
        let request = WriteFormRequest {
            call_id: CallId::new(),
            form: form.parse().expect("a form"),
            key: opened.key.clone().expect("a key"),
            is_new: opened.is_new,
            version: opened.version,
            record,
            action,
        };
        self.engine.session("ann").write_form(request).await
    }

    async fn count(&self, object: &str) -> usize {
        let request = json!({"object": object, "columns": [], "limit": 500});
        let page = self.engine.session("ann").list_page(serde_json::from_value(request).expect("a request")).await;
        page.expect("a page").rows.len()
    }
}

/// A main server that remembers what it was asked.
#[derive(Default)]
struct Remembering(Mutex<Vec<String>>);

impl MainServerCalls for Remembering {
    fn available(&self) -> Option<bool> {
        Some(true)
    }

    fn call(&self, module: &str, method: &str, _: Vec<Value>) -> Result<Value, ServerError> {
        self.0.lock().expect("not poisoned").push(format!("{module}.{method}"));
        Ok("from main".into())
    }
}

const WHOAMI: (&str, &str) = ("Module.Open.server", "export function whoami() { return session.server; }");

#[tokio::test]
async fn r4_a_module_runs_on_the_server_that_was_asked() {
    assert_eq!(Server::main(&[WHOAMI]).call("whoami", vec![]).await, Ok("main".into()));
    assert_eq!(Server::device(&[WHOAMI]).call("whoami", vec![]).await, Ok("standalone".into()));
}

#[tokio::test]
async fn r6_what_is_not_exported_or_not_open_to_calls_is_refused() {
    let server = Server::main(&[WHOAMI, ("Module.Closed.server", "export function f() { return 1; }")]);
    for (module, method) in [("Open", "nothing"), ("Closed", "f"), ("Nowhere", "f"), ("Open", "__proto__")] {
        let refused = server.call_of(module, method, vec![]).await;
        assert!(matches!(refused, Err(ServerError::NotExported { .. })), "{module}.{method}: {refused:?}");
    }
}

#[tokio::test]
async fn c10_a_module_that_is_not_in_the_composition_is_named() {
    let code = "export function f() { return Elsewhere.whoami(); } export function g() { try { return Elsewhere.whoami(); } catch (e) { return e.code; } }";
    let server = Server::device(&[("Module.Open.server", code)]);
    assert_eq!(server.call("f", vec![]).await, Err(ServerError::NotInComposition { name: "Module.Elsewhere".into() }));
    assert_eq!(server.call("g", vec![]).await, Ok("NotInComposition".into()));
    let refused = server.call_of("Elsewhere", "whoami", vec![]).await;
    assert!(matches!(refused, Err(ServerError::NotInComposition { .. })));
}

#[tokio::test]
async fn c14_c16_what_the_device_does_not_have_is_told_by_name() {
    let code = "
        export function photo() { return Catalogs.Goods.create({ Description: 'Tea' }).Photo; }
        export function contract(order) { return order.Contract.Date; }
        export function order() { const o = Documents.Orders.create({ Contract: new Ref('Catalog.Contracts', '00000000-0000-0000-0000-000000000001'), Counterparty: customer() }); o.write(); return o.ref; }
        function customer() { const c = Catalogs.Counterparties.create({ Description: 'Ltd' }); c.write(); return c.ref; }";
    let server = Server::device(&[("Module.Open.server", code)]);
    assert_eq!(server.call("photo", vec![]).await, Err(ServerError::NotInComposition { name: "Catalog.Goods.Photo".into() }));
    let order = server.call("order", vec![]).await.expect("written");
    let refused = server.call("contract", vec![order]).await;
    assert!(
        matches!(&refused, Err(ServerError::ExternalReference { object, .. }) if object == "Catalog.Contracts"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn r6_r8_the_main_server_is_called_outside_of_transactions_only() {
    let code = "
        export function plain() { return MainServer.Prices.current(1); }
        export function inside() { return transaction(() => MainServer.Prices.current(1)); }
        export function after() { Catalogs.Goods.create({ Description: 'Tea' }).write(); MainServer.Prices.current(1); throw new Error('late'); }
        export function available() { return mainServerAvailable() === undefined ? 'undefined' : mainServerAvailable(); }";
    let handler = ("Catalog.Counterparties.object", "export function beforeWrite() { MainServer.Prices.current(1); }");
    let write =
        ("Module.Jobs.server", "export function write() { Catalogs.Counterparties.create({ Description: 'Ltd' }).write(); }");
    let server = Server::device(&[("Module.Open.server", code), handler, write]);
    assert_eq!(server.call("available", vec![]).await, Ok("undefined".into()));
    assert!(matches!(server.call("plain", vec![]).await, Err(ServerError::MainServerUnavailable { .. })));
    let main = Arc::new(Remembering::default());
    server.engine.set_main_server(Arc::clone(&main) as _);
    assert_eq!(server.call("available", vec![]).await, Ok(true.into()));
    assert_eq!(server.call("plain", vec![]).await, Ok("from main".into()));
    assert_eq!(server.call("inside", vec![]).await, Err(ServerError::MainServerInTransaction));
    assert_eq!(server.call_of("Jobs", "write", vec![]).await, Err(ServerError::MainServerInTransaction));
    assert!(server.call("after", vec![]).await.is_err());
    assert_eq!(server.count("Catalog.Goods").await, 1, "what came before the call of main is committed");
    assert_eq!(*main.0.lock().expect("not poisoned"), ["Prices.current", "Prices.current"]);
}

#[tokio::test]
async fn r9_main_has_no_main_server() {
    let server = Server::main(&[("Module.Open.server", "export function f() { return MainServer.Prices.current(1); }")]);
    assert!(matches!(server.call("f", vec![]).await, Err(ServerError::Refused { .. })));
}

#[tokio::test]
async fn a_call_is_all_or_nothing_and_transactions_within_it_too() {
    let code = "
        const add = (name) => Catalogs.Goods.create({ Description: name }).write();
        export function fails() { add('a'); add('b'); throw new Error('no'); }
        export async function half() { add('a'); try { await transaction(async () => { add('b'); throw new Error('no'); }); } catch {} add('c'); }
        export function open() { add('a'); throw new Error('x'); }";
    for server in [Server::main(&[("Module.Open.server", code)]), Server::device(&[("Module.Open.server", code)])] {
        assert!(matches!(server.call("fails", vec![]).await, Err(ServerError::Module { message, .. }) if message == "no"));
        assert_eq!(server.count("Catalog.Goods").await, 0);
        server.call("half", vec![]).await.expect("written");
        assert_eq!(server.count("Catalog.Goods").await, 2);
    }
}

#[tokio::test]
async fn module_variables_end_with_the_call() {
    let server = Server::main(&[("Module.Open.server", "let n = 0; export function count() { n += 1; return n; }")]);
    for _ in 0..3 {
        assert_eq!(server.call("count", vec![]).await, Ok(number("1")));
    }
}

#[tokio::test]
async fn an_endless_loop_is_stopped_and_others_are_served() {
    let code = "export function spin() { while (true) {} } export function write() { Catalogs.Goods.create({ Description: 'x' }).write(); while (true) {} }";
    let server = Server::main(&[("Module.Open.server", code), ("Module.Jobs.server", "export function ok() { return 1; }")]);
    for method in ["spin", "write"] {
        assert!(matches!(server.call(method, vec![]).await, Err(ServerError::LimitExceeded { .. })), "{method}");
    }
    assert_eq!(server.call_of("Jobs", "ok", vec![]).await, Ok(number("1")));
    assert_eq!(server.count("Catalog.Goods").await, 0);
}

const ORDER: (&str, &str) = (
    "Document.Orders.object",
    "export function filling(order, values) { order.Comment = 'new'; }
     export function beforeWrite(order) { if (order.Comment === 'bad') throw new Error('This comment is not allowed.'); order.Total = order.Lines.sum('Price'); }
     export function posting(order, movements) { for (const line of order.Lines) movements.Stock.add({ Receipt: true, Goods: line.Goods, Quantity: line.Quantity }); }",
);

#[tokio::test]
async fn an_item_is_filled_checked_and_posted_by_its_handlers() {
    let code = "
        export function sell() {
            const goods = Catalogs.Goods.create({ Description: 'Tea' }); goods.write();
            const customer = Catalogs.Counterparties.create({ Description: 'Ltd' }); customer.write();
            const order = Documents.Orders.create({ Counterparty: customer.ref });
            const filled = order.Comment;
            order.Lines.add({ Goods: goods.ref, Quantity: 3, Price: decimal('1.50') });
            order.write({ post: true });
            return { filled, total: order.Total, stock: AccumulationRegisters.Stock.balance({ filter: { Goods: goods.ref } })[0].Quantity };
        }
        export function refuse(order) { const o = Documents.Orders.get(order); o.Comment = 'bad'; o.write(); }
        export function find() { return Documents.Orders.find({ Comment: 'new' }); }";
    let server = Server::main(&[("Module.Open.server", code), ORDER]);
    let sold = server.call("sell", vec![]).await.expect("sold").to_json();
    assert_eq!(sold, json!({"filled": "new", "total": {"$decimal": "1.5"}, "stock": {"$decimal": "3"}}));
    let order = server.call("find", vec![]).await.expect("found");
    let refused = server.call("refuse", vec![order]).await;
    assert!(
        matches!(&refused, Err(ServerError::Refused { message, .. }) if message == "This comment is not allowed."),
        "{refused:?}"
    );
}

const ORDER_FORM: (&str, &str) = (
    "Document.Orders.Item.server",
    "export function onCreateAtServer(form, parameters) { form.Note = `${parameters.from ?? ''} ${form.isNew} ${parameters.reopening ?? ''}`.trim(); }
     export function onReadAtServer(form) { form.Found.add({ Sum: 7 }); }
     export function count(form, by) { form.Total = form.Lines.sum('Price').mul(by); form.Lines[0].Price = 9; message('counted'); return form.Note; }
     export function add(form) { Catalogs.Goods.create({ Description: 'Tea' }).write(); return 1; }
     export function wrong(form) { form.Total = 'text'; }",
);

#[tokio::test]
async fn a_form_opens_with_the_items_and_its_own_attributes() {
    let server = Server::main(&[ORDER, ORDER_FORM]);
    let id = Uuid::now_v7();
    let opened = server
        .form(json!({
            "form": "Document.Orders.Item", "new_id": id, "parameters": {"from": "list"}, "reopening": true,
            "filling_values": {"Comment": "mine", "Excluded": 1},
        }))
        .await
        .expect("opened");
    assert_eq!((opened.is_new, opened.can_write, opened.can_post, opened.version), (true, true, true, 0));
    assert_eq!(opened.key.as_ref().expect("a key").id, id);
    assert_eq!(opened.record.get("Comment"), &Value::from("new"));
    assert_eq!(opened.record.get("Note"), &Value::from("list true true"));
    assert!(opened.record.tables.contains_key("Lines") && opened.record.rows("Found").is_empty());
}

#[tokio::test]
async fn r5_a_form_call_works_on_the_sent_data_and_answers_what_changed() {
    let server = Server::main(&[ORDER, ORDER_FORM]);
    let opened = server.form(json!({"form": "Document.Orders.Item"})).await.expect("opened");
    let mut record = opened.record.clone();
    let mut row = TableRow::new();
    row.values = IndexMap::from([("Price".into(), number("2"))]);
    record.tables.insert("Lines".into(), vec![row.clone()]);
    let call = |method: &str, record: Record| FormCallRequest {
        call_id: CallId::new(),
        form: "Document.Orders.Item".parse().expect("a form"),
        key: opened.key.clone(),
        is_new: true,
        record,
        parameters: IndexMap::new(),
        method: method.into(),
        arguments: vec![number("2.5")],
    };
    let session = server.engine.session("ann");
    let answer = session.form_call(call("count", record.clone())).await.expect("counted");
    assert_eq!(answer.changes.attributes.len(), 1);
    assert_eq!(answer.changes.get("Total"), &number("5"));
    assert_eq!(answer.changes.rows("Lines")[0].get("Price"), &number("9"));
    assert_eq!(answer.changes.rows("Lines")[0].id, row.id);
    assert_eq!(answer.messages[0].text, "counted");
    let wrong = session.form_call(call("wrong", record.clone())).await;
    assert!(matches!(wrong, Err(ServerError::Refused { .. })), "{wrong:?}");
    let absent = session.form_call(call("toString", record.clone())).await;
    assert!(matches!(absent, Err(ServerError::NotExported { .. })));
    let request = call("add", record);
    session.form_call(request.clone()).await.expect("added");
    session.form_call(request).await.expect("answered from the journal");
    assert_eq!(server.count("Catalog.Goods").await, 1);
}

#[tokio::test]
async fn a_written_form_gives_number_version_and_presentation_and_a_repeat_the_same() {
    let server = Server::main(&[
        ORDER,
        (
            "Module.Open.server",
            "export function c() { const c = Catalogs.Counterparties.create({ Description: 'Ltd' }); c.write(); return c.ref; }",
        ),
    ]);
    let customer = server.call("c", vec![]).await.expect("a customer");
    let opened = server.form(json!({"form": "Document.Orders.Item"})).await.expect("opened");
    let mut record = opened.record.clone();
    record.set("Counterparty", customer);
    let request = WriteFormRequest {
        call_id: CallId::new(),
        form: "Document.Orders.Item".parse().expect("a form"),
        key: opened.key.clone().expect("a key"),
        is_new: true,
        version: 0,
        record: record.clone(),
        action: WriteAction::Post,
    };
    let session = server.engine.session("ann");
    let written = session.write_form(request.clone()).await.expect("written");
    assert_eq!(session.write_form(request).await.expect("repeated"), written);
    assert_eq!(written.version, 1);
    assert_eq!(written.record.get("Posted"), &Value::Boolean(true));
    assert!(written.key.presentation.as_ref().is_some_and(|p| p.starts_with("Order ")));
    let conflict = server.write("Document.Orders.Item", &opened, record, WriteAction::Write).await;
    assert!(matches!(conflict, Err(ServerError::VersionConflict { .. })), "{conflict:?}");
    let again = server.form(json!({"form": "Document.Orders.Item", "key": written.key})).await.expect("opened");
    let kept = server.write("Document.Orders.Item", &again, again.record.clone(), WriteAction::Write).await.expect("written");
    assert_eq!((kept.version, kept.record.get("Posted")), (2, &Value::Boolean(true)));
    let copy = server.form(json!({"form": "Document.Orders.Item", "copy_of": kept.key})).await.expect("opened");
    assert!(copy.is_new && copy.record.get("Number").is_blank() && !copy.record.get("Counterparty").is_blank());
}

#[tokio::test]
async fn attributes_that_a_user_may_not_see_stay_on_the_server() {
    let server = Server::main(&[]);
    let opened = server.form(json!({"form": "Catalog.Counterparties.Item"})).await.expect("opened");
    let mut record = opened.record.clone();
    record.set("Description", "Ltd");
    record.set("TaxId", "secret");
    let written = server.write("Catalog.Counterparties.Item", &opened, record, WriteAction::Write).await.expect("written");
    let sam = server.engine.session("sam");
    let request: OpenFormRequest = serde_json::from_value(json!({"form": "Catalog.Goods.Item"})).expect("a request");
    let goods = sam.open_form(request).await.expect("opened");
    assert!(!goods.can_write);
    for form in ["Catalog.Goods.Item", "Catalog.Goods.List"] {
        let request: OpenFormRequest = serde_json::from_value(json!({"form": form})).expect("a request");
        let offered = sam.open_form(request.clone()).await.expect("opened").off_commands;
        assert_eq!(offered, ["create", "createGroup", "copy", "markDeletion", "createBasedOn"], "sam reads {form} only");
        let offered = server.engine.session("ann").open_form(request).await.expect("opened").off_commands;
        assert_eq!(offered, ["createBasedOn"], "nothing is based on goods");
    }
    let request = json!({"form": "Catalog.Counterparties.Item", "key": written.key});
    let hidden = sam.open_form(serde_json::from_value(request).expect("a request")).await;
    assert!(matches!(hidden, Err(ServerError::NotFound { .. })), "not sam's row: {hidden:?}");
    let orders = sam.open_form(serde_json::from_value(json!({"form": "Document.Orders.Item"})).expect("a request")).await;
    assert!(matches!(orders, Err(ServerError::AccessDenied { .. })));
    let new = sam.open_form(serde_json::from_value(json!({"form": "Catalog.Counterparties.Item"})).expect("a request")).await;
    let new = new.expect("opened");
    // By right, and by a functional option that is off.
    assert_eq!(new.hidden, ["TaxId", "Rating"]);
    for name in &new.hidden {
        assert!(!new.record.attributes.contains_key(name), "{name}");
    }
}

const JOBS: (&str, &str) = (
    "Module.Jobs.server",
    "export function add(name) { Catalogs.Goods.create({ Description: name }).write(); return MainServerless(); }
     function MainServerless() { return session.userName; }
     export function fail() { throw new Error('no'); }
     export function main() { return MainServer.Prices.current(1); }
     export function start(method, ...args) { return BackgroundJobs.start('Jobs.' + method, args); }
     export function startAndFail() { BackgroundJobs.start('Jobs.add', ['Tea']); throw new Error('no'); }",
);

async fn ended(server: &Server, id: Uuid) -> JobState {
    let session = server.engine.session("ann");
    for _ in 0..200_000 {
        match session.job_state(id).await.expect("a job of ann") {
            JobState::Queued | JobState::Running => tokio::task::yield_now().await,
            state => return state,
        }
    }
    panic!("the job never ends");
}

async fn start(server: &Server, arguments: &[&str]) -> Uuid {
    let arguments = arguments.iter().map(|a| Value::from(*a)).collect();
    match server.call_of("Jobs", "start", arguments).await.expect("started") {
        Value::String(id) => id.parse().expect("an id"),
        Value::Uuid(id) => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r15_jobs_run_on_the_server_that_starts_them_and_tell_their_state() {
    let server = Server::device(&[JOBS]);
    server.engine.set_main_server(Arc::new(Remembering::default()));
    let id = start(&server, &["add", "Tea"]).await;
    assert_eq!(ended(&server, id).await, JobState::Done { result: "ann".into() });
    assert_eq!(server.count("Catalog.Goods").await, 1);
    let id = start(&server, &["fail"]).await;
    assert_eq!(ended(&server, id).await, JobState::Failed { message: "no".into() });
    let id = start(&server, &["main"]).await;
    assert_eq!(ended(&server, id).await, JobState::Done { result: "from main".into() });
    assert!(server.engine.session("sam").job_state(id).await.is_err());
    assert!(server.call_of("Jobs", "startAndFail", vec![]).await.is_err());
    assert!(server.call_of("Jobs", "start", vec!["nothing".into()]).await.is_err());
}

#[tokio::test]
async fn r15_who_opens_the_database_beside_a_server_interrupts_no_job_and_changes_no_table() {
    let server = Server::main(&[JOBS]);
    let id = Uuid::now_v7();
    let writer = server.engine.database().writer().expect("the writer");
    crate::jobs::insert(&writer, id, "ann", "Jobs.add", server.engine.clock().now()).expect("noted");
    drop(writer);
    let beside = |bundle: Bundle| {
        Engine::open_beside(OpenOptions {
            bundle: Arc::new(bundle),
            database: server.folder.path().join("base.db"),
            key: None,
            clock: Arc::new(SystemClock),
            utc_offset_s: 0,
        })
    };
    let engine = beside(whole(Target::MainServer, &[JOBS])).expect("opened");
    assert!(engine.rights("ann").is_ok());
    assert_eq!(server.engine.session("ann").job_state(id).await, Ok(JobState::Queued));
    let mut other = whole(Target::MainServer, &[JOBS]).configuration;
    let goods = other.objects.get_mut(&"Catalog.Goods".parse::<ObjectName>().expect("a name")).expect("goods");
    goods.attributes.push(attribute("Brand", "string(20)"));
    let other = Bundle::new(Target::MainServer, other, Composition::default(), BTreeMap::new());
    let refused = beside(other).err().expect("refused").to_string();
    assert!(refused.contains("another configuration"), "{refused}");
    let reader = server.engine.database().reader().expect("a reader");
    let sql = "SELECT count(*) FROM pragma_table_info('Catalog.Goods') WHERE name = 'Brand'";
    assert_eq!(reader.query_row(sql, [], |row| row.get::<_, i64>(0)), Ok(0));
}

const PARAMETERS: [(&str, &str); 2] = [
    (
        "Session.server",
        "let times = 0;
         export function setSessionParameters(parameters) {
           times += 1;
           parameters.Shore = session.server + ' of ' + session.userName;
           parameters.Depth = times;
           parameters.OfMain = 'only there';
         }",
    ),
    (
        "Module.Open.server",
        "export function shore() { return session.parameters.Shore; }
         export function twice() { return [session.parameters.Depth, session.parameters.Depth, session.parameters.Shore]; }
         export function ofMain() { return session.parameters.OfMain; }
         export function unknown() { return session.parameters.Breadth; }
         export function set() { session.parameters.Shore = 'mine'; return session.parameters.Shore; }",
    ),
];

#[tokio::test]
async fn r19_each_server_sets_the_parameters_of_its_own_session() {
    let (main, device) = (Server::main(&PARAMETERS), Server::device(&PARAMETERS));
    assert_eq!(main.call("shore", vec![]).await, Ok("main of ann".into()));
    assert_eq!(device.call("shore", vec![]).await, Ok("standalone of ann".into()));
    // Once a call, anew in the next: nothing of one call or user is left for another.
    for _ in 0..2 {
        let expect = Value::List(vec![Value::Decimal(1.into()), Value::Decimal(1.into()), "main of ann".into()]);
        assert_eq!(main.call("twice", vec![]).await, Ok(expect));
    }
    assert_eq!(main.call("ofMain", vec![]).await, Ok("only there".into()));
    let absent = device.call("ofMain", vec![]).await;
    assert_eq!(absent, Err(ServerError::NotInComposition { name: "SessionParameter.OfMain".into() }));
    assert!(main.call("unknown", vec![]).await.is_err());
    assert!(main.call("set", vec![]).await.is_err(), "only the session module sets them");
}

#[tokio::test]
async fn r19_a_session_module_that_errs_is_told_and_one_that_is_not_there_sets_nothing() {
    let shore = ("Module.Open.server", "export function shore() { return session.parameters.Shore ?? 'nothing'; }");
    assert_eq!(Server::main(&[shore]).call("shore", vec![]).await, Ok("nothing".into()));
    for (code, told) in [
        ("parameters.Breadth = 1;", "no such session parameter"),
        ("parameters.Depth = 'deep';", "another type"),
        ("parameters.Shore = session.parameters.Depth;", "keep the value in a variable"),
        ("throw new Error('no chart');", "no chart"),
    ] {
        let text = format!("export function setSessionParameters(parameters) {{ {code} }}");
        let server = Server::main(&[shore, ("Session.server", Box::leak(text.into_boxed_str()))]);
        let error = server.call("shore", vec![]).await.expect_err(code).to_string();
        assert!(error.contains(told), "{code}: {error}");
    }
}

#[tokio::test]
async fn r15_after_a_restart_a_job_that_ran_is_interrupted() {
    let server = Server::device(&[JOBS]);
    let id = Uuid::now_v7();
    let writer = server.engine.database().writer().expect("the writer");
    crate::jobs::insert(&writer, id, "ann", "Jobs.add", server.engine.clock().now()).expect("noted");
    drop(writer);
    let server = server.restart();
    assert_eq!(server.engine.session("ann").job_state(id).await, Ok(JobState::Interrupted));
}

#[tokio::test]
async fn a_user_who_may_not_work_has_no_session() {
    let server = Server::main(&[WHOAMI]);
    for name in ["nobody", ""] {
        assert_eq!(server.engine.session(name).session().await.map(|s| s.user_name), Err(ServerError::SessionExpired));
    }
    server.engine.disable_user("ann", true).expect("disabled");
    assert_eq!(server.call("whoami", vec![]).await, Err(ServerError::SessionExpired));
}

#[tokio::test]
async fn a_module_needs_the_right_to_use_it() {
    let server = Server::main(&[WHOAMI]);
    let request =
        ModuleCallRequest { call_id: CallId::new(), module: "Open".into(), method: "whoami".into(), arguments: Vec::new() };
    let refused = server.engine.session("sam").module_call(request).await;
    assert!(matches!(refused, Err(ServerError::AccessDenied { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_hidden_attribute_can_not_be_asked_for_in_any_way() {
    let server = Server::main(&[]);
    let sam = server.engine.session("sam");
    let object = "Catalog.Counterparties";
    for request in [
        json!({"object": object, "columns": [], "order": [{"path": "TaxId"}], "limit": 5}),
        json!({"object": object, "columns": [], "filter": "TaxId = '7'", "limit": 5}),
        json!({"object": object, "columns": [], "conditions": [{"path": "TaxId", "comparison": "equal", "value": "7"}], "limit": 5}),
    ] {
        let answer = sam.list_page(serde_json::from_value(request.clone()).expect("a request")).await;
        assert!(matches!(answer, Err(ServerError::AccessDenied { .. })), "{request}: {answer:?}");
    }
    // A list goes on without the column.
    let request = json!({"object": object, "columns": ["TaxId"], "limit": 5});
    let page = sam.list_page(serde_json::from_value(request).expect("a request")).await.expect("a page");
    assert!(page.rows.iter().all(|row| row.cells == [Value::Empty]));
    let find = json!({"object": object, "values": {"TaxId": "7"}});
    let answer = sam.find(serde_json::from_value(find).expect("a request")).await;
    assert!(matches!(answer, Err(ServerError::AccessDenied { .. })), "{answer:?}");
}

const COUNT: (&str, &str) = (
    "Module.Open.server",
    "export function add(name) { Catalogs.Goods.create({ Description: name }).write(); return name; }
     export function slow(name) { const until = Date.now() + 60; while (Date.now() < until) {} return add(name); }",
);

fn goods_call(call_id: CallId, method: &str, name: &str) -> ModuleCallRequest {
    ModuleCallRequest { call_id, module: "Open".into(), method: method.into(), arguments: vec![name.into()] }
}

#[tokio::test]
async fn r17_the_same_call_twice_at_once_has_one_effect_and_one_answer() {
    let server = Server::main(&[COUNT]);
    let session = server.engine.session("ann");
    for round in 0..5 {
        let call = CallId::new();
        let both = tokio::join!(
            session.module_call(goods_call(call, "slow", "Tea")),
            session.module_call(goods_call(call, "slow", "Coffee"))
        );
        let (Ok(first), Ok(second)) = both else { panic!("{both:?}") };
        assert_eq!(first, second);
        assert_eq!(server.count("Catalog.Goods").await, round + 1);
    }
}

#[tokio::test]
async fn r17_a_strangers_id_neither_gives_a_result_nor_takes_its_place() {
    let server = Server::main(&[COUNT]);
    server.add_user("bob", "Administrator");
    let call = CallId::new();
    let of = |name: &str, goods: &str| {
        let (session, request) = (server.engine.session(name), goods_call(call, "add", goods));
        async move { session.module_call(request).await.map(|answer| answer.result) }
    };
    assert_eq!(of("ann", "Tea").await, Ok("Tea".into()));
    assert_eq!(of("bob", "Coffee").await, Ok("Coffee".into()), "bob's call is bob's own");
    assert_eq!(of("ann", "again").await, Ok("Tea".into()), "ann's result is still there");
    assert_eq!(server.count("Catalog.Goods").await, 2);
}

#[tokio::test]
async fn r17_an_id_is_good_for_its_own_kind_of_call_only() {
    let server = Server::main(&[COUNT]);
    let session = server.engine.session("ann");
    let call_id = CallId::new();
    session.module_call(goods_call(call_id, "add", "Tea")).await.expect("added");
    let reference = Ref::new("Catalog.Goods".parse().expect("a name"), Uuid::now_v7());
    let marked = session.mark_deletion(MarkDeletionRequest { call_id, reference, mark: true }).await;
    assert!(matches!(marked, Err(ServerError::Refused { .. })), "{marked:?}");
}
