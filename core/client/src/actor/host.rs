//! What module code on the client may ask for.

use std::rc::{Rc, Weak};

use indexmap::IndexMap;
use twinshore_metadata::{Bundle, FormName, ObjectKind, ObjectName, Ref, Value};
use twinshore_modules::{HostApi, HostError, HostReply};
use twinshore_protocol::{CallId, FormCallRequest, ModuleCallRequest, ServerError, WriteAction};
use uuid::Uuid;

use super::calls::Caller;
use super::reopen::WantedBy;
use super::{App, Asking};
use crate::call_journal::CallRequest;
use crate::forms::session::{Awaited, FormSession, OpenParameters};
use crate::reopening::FillOptions;
use crate::view::MessageKind;
use crate::{Mode, Route, UsedServer};

/// The host of one of the client's two contexts.
pub struct ClientHost {
    app: Weak<App>,
    server: UsedServer,
}

type Reply = Result<Value, HostError>;

/// Operations that wait for a person or a server.
const LATER: [&str; 14] = [
    "server.call",
    "mainServer.call",
    "form.server",
    "form.write",
    "form.close",
    "form.reopen",
    "form.open",
    "form.openForResult",
    "form.reopenAll",
    "option.get",
    "session.parameter",
    "ask",
    "call.repeat",
    "device.use",
];

/// Carries out an operation for somebody outside as for module code, to its end.
pub async fn operate(app: &Rc<App>, operation: &str, arguments: Vec<Value>) -> Reply {
    if operation == "mode.set" {
        let mode = mode_of(&arguments).ok_or_else(no_mode)?;
        return app.set_mode(mode).map(|()| Value::Empty).map_err(|error| host_error(app, error));
    }
    if LATER.contains(&operation) { later(app, operation, arguments).await } else { now(app, operation, arguments) }
}

fn mode_of(arguments: &[Value]) -> Option<Mode> {
    arguments.first().and_then(Value::as_text).and_then(Mode::parse)
}

fn no_mode() -> HostError {
    wrong("a mode is wanted: Mode.Normal, Mode.Offline or Mode.PoorConnection")
}

impl ClientHost {
    /// The host of the context that runs forms of a server.
    pub const fn new(app: Weak<App>, server: UsedServer) -> Self {
        Self { app, server }
    }
}

fn wrong(what: &str) -> HostError {
    HostError::new("WrongArgument", what)
}

/// An error of a server as module code sees it.
pub fn host_error(app: &App, error: ServerError) -> HostError {
    let mut host = HostError::new(error.code(), app.error_text(&error));
    match error {
        ServerError::MainServerUnavailable { reason } => {
            let text = serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            host.details = Value::Structure(vec![("reason".into(), text.into())]);
        }
        ServerError::CallOutcomeUnknown { call_id } | ServerError::CallCancelled { call_id } => {
            host.details = Value::Structure(vec![("callId".into(), call_id.0.to_string().into())]);
        }
        ServerError::Module { code: Some(code), details, .. } => {
            host.code = code;
            host.details = details;
        }
        _ => {}
    }
    host
}

impl HostApi for ClientHost {
    fn call(&self, operation: &str, arguments: Vec<Value>) -> HostReply {
        let Some(app) = self.app.upgrade() else {
            return HostReply::Ready(Err(HostError::new("Stopped", "The app is closing.")));
        };
        match operation {
            _ if LATER.contains(&operation) => {
                let ticket = app.tickets.replace(app.tickets.get() + 1);
                let (operation, server) = (operation.to_owned(), self.server);
                app.spawn_caused(move |app| async move {
                    let result = later(&app, &operation, arguments).await;
                    app.complete(server, ticket, result);
                });
                HostReply::Later(ticket)
            }
            "mode.set" => {
                let Some(mode) = mode_of(&arguments) else { return HostReply::Ready(Err(no_mode())) };
                HostReply::Ready(app.set_mode(mode).map(|()| Value::Empty).map_err(|error| host_error(&app, error)))
            }
            _ => HostReply::Ready(now(&app, operation, arguments)),
        }
    }
}

struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    fn value(&mut self) -> Value {
        self.0.next().unwrap_or_default()
    }

    fn text(&mut self) -> Result<String, HostError> {
        match self.value() {
            Value::String(text) => Ok(text),
            _ => Err(wrong("a text is wanted")),
        }
    }

    fn form(&mut self) -> Result<u32, HostError> {
        use rust_decimal::prelude::ToPrimitive as _;
        match self.value() {
            Value::Decimal(number) => number.to_u32().ok_or_else(|| wrong("a form is wanted")),
            _ => Err(wrong("a form is wanted")),
        }
    }

    fn list(&mut self) -> Vec<Value> {
        match self.value() {
            Value::List(items) => items,
            _ => Vec::new(),
        }
    }

    fn fields(&mut self) -> IndexMap<String, Value> {
        match self.value() {
            Value::Structure(fields) => fields.into_iter().collect(),
            _ => IndexMap::new(),
        }
    }
}

/// Operations that are answered at once.
fn now(app: &Rc<App>, operation: &str, arguments: Vec<Value>) -> Reply {
    let mut arguments = Arguments(arguments.into_iter());
    match operation {
        "form.get" | "form.set" | "form.rows" | "form.row.set" | "form.row.add" | "form.row.remove" | "form.row.clear"
        | "form.info" | "form.setInfo" | "form.element.get" | "form.element.set" => {
            let form = arguments.form()?;
            let open = app.form(form).ok_or_else(|| HostError::new("FormClosed", "The form is closed."))?;
            if operation == "form.info" {
                return Ok(info(app, &open.session.borrow()));
            }
            if operation == "form.element.get" {
                let (name, property) = (arguments.text()?, arguments.text()?);
                let view = app.draw(&open.session.borrow());
                return Ok(element_property(&view, &name, &property));
            }
            let mut session = open.session.borrow_mut();
            if session.handed_over && !matches!(operation, "form.get" | "form.rows") {
                return Err(handed_over());
            }
            form_operation(&mut session, operation, &mut arguments)
        }
        "form.all" => {
            let forms = app.state.borrow().order.clone();
            Ok(Value::List(forms.into_iter().map(|form| Value::Decimal(form.into())).collect()))
        }
        "form.fill" => {
            let (new, old) = (arguments.form()?, arguments.form()?);
            let options = fill_options(&arguments.fields());
            let report = app.fill(new, old, &options).map_err(|error| host_error(app, error))?;
            let names = |all: Vec<String>| Value::List(all.into_iter().map(Value::String).collect());
            Ok(Value::Structure(vec![
                ("copied".into(), names(report.copied)),
                ("skipped".into(), names(report.skipped)),
                ("conflicts".into(), names(report.conflicts)),
            ]))
        }
        "object.predefined" => {
            let object: ObjectName = arguments.text()?.parse().map_err(|_| wrong("the full name of an object is wanted"))?;
            let name = arguments.text()?;
            let known = object.kind == ObjectKind::Enumeration || object.kind == ObjectKind::Catalog;
            if known {
                Ok(Value::Ref(Ref::new(object.clone(), Bundle::fixed_id(&object, &name))))
            } else {
                Err(wrong("only enums and catalogs have fixed items"))
            }
        }
        "call.unknown" => Ok(app.unknown_calls()),
        "mainServer.available" => Ok(app.is_available().into()),
        "mode.get" => Ok(app.state.borrow().mode.name().into()),
        "message" => {
            app.message(MessageKind::Info, arguments.text()?, 0);
            Ok(Value::Empty)
        }
        "log" => {
            tracing::info!(target: "configuration", "{}", arguments.text()?);
            Ok(Value::Empty)
        }
        "now" => Ok(Value::Date(app.local_time())),
        "session" => {
            let work = app.work().ok_or_else(|| HostError::new("SessionExpired", "Nobody is signed in."))?;
            let session = work.session.borrow();
            Ok(Value::Structure(vec![
                ("user".into(), session.user.clone().map_or(Value::Empty, Value::Ref)),
                ("userName".into(), session.user_name.as_str().into()),
                ("roles".into(), Value::List(session.roles.iter().map(|r| r.as_str().into()).collect())),
                ("language".into(), app.state.borrow().language.as_str().into()),
                ("server".into(), app.session_server().name().into()),
            ]))
        }
        other => Err(HostError::new("NotExported", format!("{other} does not exist on the client."))),
    }
}

fn info(app: &App, session: &FormSession) -> Value {
    let available = session.server == UsedServer::Standalone || app.is_available();
    Value::Structure(vec![
        ("usedServer".into(), session.server.name().into()),
        ("modified".into(), session.modified.into()),
        ("key".into(), session.key.clone().map_or(Value::Empty, Value::Ref)),
        ("isNew".into(), session.is_new.into()),
        ("title".into(), session.title.clone().unwrap_or_default().into()),
        ("available".into(), available.into()),
        ("parameters".into(), Value::Structure(session.parameters_for_code().into_iter().collect())),
        ("name".into(), session.definition.name.to_string().into()),
        ("tables".into(), Value::List(session.table_names().into_iter().map(Value::String).collect())),
    ])
}

fn element_property(view: &crate::view::FormView, name: &str, property: &str) -> Value {
    let Some(element) = view.elements.iter().find(|e| e.name == name) else { return Value::Empty };
    match property {
        "visible" => element.visible.into(),
        "enabled" => element.enabled.into(),
        "readOnly" => element.read_only.into(),
        "title" => element.title.as_str().into(),
        "choices" => Value::List(element.choices.iter().map(|choice| choice.text.as_str().into()).collect()),
        _ => Value::Empty,
    }
}

fn form_operation(session: &mut FormSession, operation: &str, arguments: &mut Arguments) -> Reply {
    match operation {
        "form.get" => {
            let name = arguments.text()?;
            if session.attribute(&name).is_none() {
                return Err(HostError::new(
                    "NotInComposition",
                    format!("{} has no attribute {name} here.", session.definition.name),
                ));
            }
            Ok(session.record.get(&name).clone())
        }
        "form.set" => {
            let name = arguments.text()?;
            let types = session.types(&name, None).ok_or_else(|| {
                HostError::new("NotInComposition", format!("{} has no attribute {name} here.", session.definition.name))
            })?;
            let value = types.coerce(arguments.value());
            if !types.accepts(&value) {
                return Err(wrong(&format!("the value does not fit {name}")));
            }
            session.typed.remove(&name);
            session.set(&name, value);
            Ok(Value::Empty)
        }
        "form.rows" => {
            let rows = session.record.rows(&arguments.text()?).iter().map(|row| {
                let values = Value::Structure(row.values.clone().into_iter().collect());
                Value::Structure(vec![("id".into(), row.id.to_string().into()), ("values".into(), values)])
            });
            Ok(Value::List(rows.collect()))
        }
        "form.row.set" => {
            let (table, row, column) = (arguments.text()?, row_id(arguments)?, arguments.text()?);
            let types =
                session.types(&table, Some(&column)).ok_or_else(|| wrong(&format!("{table} has no column {column}")))?;
            let value = types.coerce(arguments.value());
            if !types.accepts(&value) {
                return Err(wrong(&format!("the value does not fit {table}.{column}")));
            }
            let line = session.row_mut(&table, row).ok_or_else(|| wrong("the row is gone"))?;
            if line.get(&column) != &value {
                line.values.insert(column.clone(), value.clone());
                session.changed_table(&table);
                let key = FormSession::cell_key(&table, row, &column);
                session.typed.remove(&key);
                session.conflicts.remove(&key);
            }
            Ok(value)
        }
        "form.row.add" => {
            let table = arguments.text()?;
            let values = arguments.fields();
            let id = session.add_row(&table, values, None).ok_or_else(|| wrong(&format!("there is no table {table}")))?;
            Ok(id.to_string().into())
        }
        "form.row.remove" => {
            let (table, row) = (arguments.text()?, row_id(arguments)?);
            if let Some(rows) = session.record.tables.get_mut(&table) {
                rows.retain(|r| r.id != row);
                session.changed_table(&table);
            }
            Ok(Value::Empty)
        }
        "form.row.clear" => {
            let table = arguments.text()?;
            let had_rows = session.record.tables.get_mut(&table).is_some_and(|rows| !std::mem::take(rows).is_empty());
            if had_rows {
                session.changed_table(&table);
            }
            Ok(Value::Empty)
        }
        "form.setInfo" => {
            for (name, value) in arguments.fields() {
                match (name.as_str(), value) {
                    ("modified", Value::Boolean(modified)) => session.modified = modified,
                    ("title", Value::String(title)) => session.title = Some(title),
                    _ => return Err(wrong("only `modified` and `title` can be set")),
                }
            }
            Ok(Value::Empty)
        }
        _ => {
            let (name, property) = (arguments.text()?, arguments.text()?);
            let value = arguments.value();
            let change = session.overrides.entry(name).or_default();
            match (property.as_str(), value) {
                ("visible", Value::Boolean(b)) => change.visible = Some(b),
                ("enabled", Value::Boolean(b)) => change.enabled = Some(b),
                ("readOnly", Value::Boolean(b)) => change.read_only = Some(b),
                ("title", Value::String(text)) => change.title = Some(text),
                ("choices", Value::Empty) => change.choices = None,
                ("choices", Value::List(texts)) if texts.iter().all(|text| text.as_text().is_some()) => {
                    change.choices = Some(texts.iter().filter_map(Value::as_text).map(str::to_owned).collect());
                }
                _ => {
                    let told =
                        "`visible`, `enabled` and `readOnly` are true or false, `title` is a text, `choices` a list of texts";
                    return Err(wrong(told));
                }
            }
            Ok(Value::Empty)
        }
    }
}

fn row_id(arguments: &mut Arguments) -> Result<Uuid, HostError> {
    arguments.text()?.parse().map_err(|_| wrong("a row is wanted"))
}

fn fill_options(fields: &IndexMap<String, Value>) -> FillOptions {
    let names = |key: &str| match fields.get(key) {
        Some(Value::List(items)) => Some(items.iter().filter_map(|v| v.as_text().map(str::to_owned)).collect::<Vec<_>>()),
        _ => None,
    };
    FillOptions {
        only: names("only"),
        except: names("except").unwrap_or_default(),
        all: fields.get("mode").and_then(Value::as_text) == Some("all"),
    }
}

/// Operations that wait for a person or a server.
async fn later(app: &Rc<App>, operation: &str, arguments: Vec<Value>) -> Reply {
    let mut arguments = Arguments(arguments.into_iter());
    match operation {
        "server.call" => {
            let (module, method, values) = (arguments.text()?, arguments.text()?, arguments.list());
            let name = ObjectName::new(ObjectKind::Module, module.clone());
            let priority = app.work().and_then(|w| w.device.standalone.composition.priority(&name));
            match app.route(priority) {
                Route::To(server) => module_call(app, server, module, method, values).await,
                Route::Unavailable(reason) => {
                    let error = ServerError::MainServerUnavailable { reason };
                    app.refused(&format!("{module}.{method}"), &error);
                    Err(host_error(app, error))
                }
            }
        }
        "mainServer.call" => {
            let (module, method, values) = (arguments.text()?, arguments.text()?, arguments.list());
            module_call(app, UsedServer::Main, module, method, values).await
        }
        "device.use" => {
            let (name, texts) = (arguments.text()?, arguments.list());
            let request = super::device::request(&name, &texts).ok_or_else(|| wrong(&format!("no device does {name}")))?;
            app.use_device(request).await
        }
        "option.get" => app.functional_option(&arguments.text()?).await,
        "session.parameter" => app.session_parameter(&arguments.text()?).await,
        "call.repeat" => {
            let id = arguments.text()?.parse().map_err(|_| wrong("the id of a call is wanted: `error.details.callId`"))?;
            app.repeat_call(CallId(id)).await.map_err(|error| host_error(app, error))
        }
        "form.server" => {
            let (form, method, values) = (arguments.form()?, arguments.text()?, arguments.list());
            form_call(app, form, method, values).await
        }
        "form.write" => {
            let form = arguments.form()?;
            refuse_handed_over(app, form)?;
            let action = match arguments.fields().get("post") {
                Some(Value::Boolean(true)) => WriteAction::Post,
                Some(Value::Boolean(false)) => WriteAction::Unpost,
                _ => WriteAction::Write,
            };
            app.write(form, action).await.map(|()| Value::Empty).map_err(|error| host_error(app, error))
        }
        "form.close" => {
            let form = arguments.form()?;
            refuse_handed_over(app, form)?;
            let result = arguments.value();
            if let Some(open) = app.form(form)
                && let Some(awaited) = open.session.borrow_mut().awaited.as_mut()
            {
                awaited.result = result;
            }
            app.close(form).await;
            Ok(Value::Empty)
        }
        "form.reopen" => {
            let form = arguments.form()?;
            let to = match arguments.fields().get("to").and_then(Value::as_text) {
                Some("main") => UsedServer::Main,
                Some("standalone") => UsedServer::Standalone,
                _ => app.server_of(form).map_or(UsedServer::Standalone, UsedServer::other),
            };
            app.reopen(form, to, WantedBy::Code).await.map(|_| Value::Empty).map_err(|error| host_error(app, error))
        }
        "form.reopenAll" => {
            let fields = arguments.fields();
            let to = match fields.get("to").and_then(Value::as_text) {
                Some("main") => UsedServer::Main,
                _ => UsedServer::Standalone,
            };
            let only = match fields.get("forms") {
                Some(Value::List(forms)) => Some(forms.iter().filter_map(number).collect::<Vec<u32>>()),
                _ => None,
            };
            Ok(Value::List(app.reopen_all(to, only.as_deref()).await))
        }
        "form.open" => {
            let (name, options) = open_options(app, &mut arguments)?;
            let opened = app.open_form(&name, options.parameters, options.server, None).await;
            opened.map(|form| Value::Decimal(form.into())).map_err(|error| host_error(app, error))
        }
        "form.openForResult" => {
            let (name, options) = open_options(app, &mut arguments)?;
            let (done, result) = tokio::sync::oneshot::channel();
            let awaited =
                Awaited { owner: options.owner, multiple: options.multiple, chosen: Vec::new(), result: Value::Empty, done };
            app.open_form_for(&name, options.parameters, options.server, None, Some(awaited))
                .await
                .map_err(|error| host_error(app, error))?;
            let _asking = Asking::new(app);
            // A form that is gone without a word gave nothing.
            let _waits = app.rest.waits_for_person();
            Ok(result.await.unwrap_or_default())
        }
        _ => {
            let text = arguments.text()?;
            let buttons: Vec<(String, String)> =
                arguments.list().into_iter().filter_map(|v| v.as_text().map(|t| (t.to_owned(), t.to_owned()))).collect();
            let buttons = if buttons.is_empty() { vec![("OK".to_owned(), "OK".to_owned())] } else { buttons };
            Ok(app.ask(text, buttons).await.map_or(Value::Empty, Value::String))
        }
    }
}

/// How code opens a form.
struct OpenOptions {
    parameters: OpenParameters,
    server: Option<UsedServer>,
    owner: u32,
    multiple: bool,
}

fn open_options(app: &App, arguments: &mut Arguments) -> Result<(FormName, OpenOptions), HostError> {
    let name = resolve_form(app, &arguments.text()?)?;
    let fields = arguments.fields();
    let structure = |key: &str| match fields.get(key) {
        Some(Value::Structure(fields)) => fields.iter().cloned().collect(),
        _ => IndexMap::new(),
    };
    let options = OpenOptions {
        parameters: OpenParameters {
            key: fields.get("key").and_then(Value::as_ref_value).cloned(),
            filling_values: structure("fillingValues"),
            parameters: structure("parameters"),
            ..OpenParameters::default()
        },
        server: match fields.get("server").and_then(Value::as_text) {
            Some("main") => Some(UsedServer::Main),
            Some("standalone") => Some(UsedServer::Standalone),
            None | Some("auto") => None,
            Some(_) => return Err(wrong("`server` is \"main\", \"standalone\" or \"auto\"")),
        },
        owner: fields.get("owner").and_then(number).unwrap_or(0),
        multiple: fields.get("multiple") == Some(&Value::Boolean(true)),
    };
    Ok((name, options))
}

fn number(value: &Value) -> Option<u32> {
    use rust_decimal::prelude::ToPrimitive as _;
    match value {
        Value::Decimal(number) => number.to_u32(),
        _ => None,
    }
}

fn handed_over() -> HostError {
    HostError::new("FormClosed", "The form is being reopened: its data can be read, nothing else.")
}

/// The old form of a reopening is there to be read; its server is not (F9).
fn refuse_handed_over(app: &App, form: u32) -> Result<(), HostError> {
    let over = app.form(form).is_some_and(|open| open.session.borrow().handed_over);
    if over { Err(handed_over()) } else { Ok(()) }
}

/// `Catalog.Goods.Item`, or `Catalog.Goods` for the object's own form.
fn resolve_form(app: &App, text: &str) -> Result<FormName, HostError> {
    let work = app.work().ok_or_else(|| wrong("nobody is signed in"))?;
    let configuration = &work.device.client_of_main.configuration;
    if let Ok(name) = text.parse::<FormName>()
        && configuration.form(&name).is_some()
    {
        return Ok(name);
    }
    let object = text.parse::<ObjectName>().ok().and_then(|o| configuration.object(&o));
    object.and_then(super::interface::main_form).ok_or_else(|| wrong(&format!("there is no form {text}")))
}

async fn module_call(app: &Rc<App>, server: UsedServer, module: String, method: String, values: Vec<Value>) -> Reply {
    let request = ModuleCallRequest { call_id: CallId::new(), module, method, arguments: values };
    let answer = app.module_call(server, Caller::Form(0), request).await;
    answer.map(|response| response.result).map_err(|error| host_error(app, error))
}

/// A function of the form's server module, on the form's own server (R5).
async fn form_call(app: &Rc<App>, form: u32, method: String, values: Vec<Value>) -> Reply {
    refuse_handed_over(app, form)?;
    let open = app.form(form).ok_or_else(|| HostError::new("FormClosed", "The form is closed."))?;
    let (server, request) = {
        let session = open.session.borrow();
        let request = FormCallRequest {
            call_id: CallId::new(),
            form: session.definition.name.clone(),
            key: session.key.clone(),
            is_new: session.is_new,
            record: session.record.clone(),
            parameters: session.parameters_for_code(),
            method: method.clone(),
            arguments: values,
        };
        (session.server, request)
    };
    let (what, sent) = (format!("form-call {method}"), request.record.clone());
    let kept = CallRequest::Form(request.clone());
    let call = app.effect(server, &what, Caller::Form(form), &kept, |s| async move { s.form_call(request).await });
    let response = call.await.map_err(|error| host_error(app, error))?;
    for message in response.messages {
        app.message(MessageKind::Info, message.text, form);
    }
    let mut session = open.session.borrow_mut();
    session.modified |= session.is_of_object(&response.changes);
    session.merge(&sent, response.changes);
    Ok(response.result)
}
