//! A context: the modules of one bundle on one side, ready to be called.
//!
//! Module variables live as long as the context, so it belongs to one user's session: servers make one for each call, a client
//! keeps one. A context stays on its thread.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::function::{Args, Func};
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::{Context, Ctx, Function, Module, Object, Persistent, Promise, Runtime};
use serde_json::{Value as Json, json};
use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace, Value};

use crate::error::parse_stack;
use crate::limits::Watch;
use crate::{CallLimits, HostApi, HostError, HostReply, ModuleError, decimal};

const COMMON: &str = include_str!("prelude/common.js");
const FORMS: &str = include_str!("prelude/forms.js");
const SERVER: &str = include_str!("prelude/server.js");
const CLIENT: &str = include_str!("prelude/client.js");

/// On which side modules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The main server or the stand-alone server.
    Server,
    /// The client.
    Client,
}

/// An argument of a handler.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A value.
    Value(Value),
    /// A form, by the number that the host's `form.*` operations know it by.
    Form(u32),
    /// An item: `{object, id, isNew, version, attributes, tables}`. What the handler made of it is in [`Outcome::arguments`].
    Object(Value),
    /// Named values that the handler may change: `{standardProcessing: true}`.
    Event(Value),
    /// Movements of these registers, by name. What was added is in [`Outcome::arguments`]: `{register: [record]}`.
    Movements(Vec<String>),
}

impl Argument {
    fn to_json(&self) -> Json {
        match self {
            Self::Value(value) => value.to_json(),
            Self::Form(form) => json!({ "$form": form }),
            Self::Object(state) => json!({ "$object": state.to_json() }),
            Self::Event(fields) => json!({ "$event": fields.to_json() }),
            Self::Movements(registers) => json!({ "$movements": registers }),
        }
    }
}

/// What a call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What the function returned.
    pub result: Value,
    /// What became of each argument; `Empty` for forms.
    pub arguments: Vec<Value>,
}

/// Told when a started call settles.
pub type Done = Box<dyn FnOnce(Result<Outcome, ModuleError>)>;

/// What the context and the functions it gives to JavaScript share.
struct Shared {
    side: Side,
    modules: Arc<BTreeMap<ModuleName, CompiledModule>>,
    host: Rc<dyn HostApi>,
    watch: Watch,
    running: RefCell<HashMap<u64, (Done, String)>>,
    next: Cell<u64>,
}

/// Modules of one bundle on one side.
pub struct ModuleContext {
    // Dropped in this order: persistent values before their context before the runtime.
    entry: Persistent<Object<'static>>,
    context: Context,
    runtime: Runtime,
    shared: Rc<Shared>,
    limits: CallLimits,
}

impl ModuleContext {
    /// Prepares the modules; none is evaluated before it is needed. `common` names every common module of the whole configuration,
    /// so that a bare name means it on this side too.
    ///
    /// # Errors
    /// [`ModuleError::Runtime`] if there is no memory.
    pub fn new(
        side: Side,
        modules: Arc<BTreeMap<ModuleName, CompiledModule>>,
        common: &[String],
        limits: CallLimits,
        host: Rc<dyn HostApi>,
    ) -> Result<Self, ModuleError> {
        let failed = |error: rquickjs::Error| ModuleError::Runtime(error.to_string());
        let shared =
            Rc::new(Shared { side, modules, host, watch: Watch::new(), running: RefCell::default(), next: Cell::new(1) });
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(limits.memory_bytes);
        runtime.set_max_stack_size(limits.stack_bytes);
        let watched = Rc::downgrade(&shared);
        runtime.set_interrupt_handler(Some(Box::new(move || watched.upgrade().is_none_or(|shared| shared.watch.is_over()))));
        runtime.set_loader(Names(Rc::clone(&shared)), Sources(Rc::clone(&shared)));
        let context = Context::full(&runtime).map_err(failed)?;
        let entry = context.with(|ctx| prepare(&ctx, &shared, common)).map_err(failed)?;
        Ok(Self { entry, context, runtime, shared, limits })
    }

    /// True if the module is here and exports the function.
    pub fn exports(&self, module: &ModuleName, function: &str) -> bool {
        self.shared.modules.get(module).is_some_and(|m| m.exports.iter().any(|e| e == function))
    }

    /// Runs an exported function to its end.
    ///
    /// # Errors
    /// [`ModuleError`] for what it threw or used too much of.
    pub fn call(&self, module: &ModuleName, function: &str, arguments: &[Argument]) -> Result<Outcome, ModuleError> {
        let outer = self.shared.watch.start(self.limits.time_ms);
        let result = self.context.with(|ctx| {
            let promise = self.invoke(&ctx, module, function, arguments)?;
            match promise.finish::<String>() {
                Ok(text) => self.read(&text),
                Err(rquickjs::Error::WouldBlock) if !self.shared.watch.was_hit() => {
                    Err(ModuleError::NeverSettles { function: function.to_owned() })
                }
                Err(error) => Err(self.failure(&ctx, &error)),
            }
        });
        if outer {
            self.shared.watch.stop();
        }
        result
    }

    /// Starts an exported function; `done` is told when it settles, at once or after operations that the host answers later.
    pub fn start(&self, module: &ModuleName, function: &str, arguments: &[Argument], done: Done) {
        let outer = self.shared.watch.start(self.limits.time_ms);
        let call = self.shared.next.replace(self.shared.next.get() + 1);
        self.shared.running.borrow_mut().insert(call, (done, function.to_owned()));
        let started = self.context.with(|ctx| {
            let promise = self.invoke(&ctx, module, function, arguments)?;
            self.watch_promise(&promise, call).map_err(|error| self.failure(&ctx, &error))
        });
        if let Err(error) = started {
            self.settle(call, Err(error));
        }
        self.run_jobs(outer);
    }

    /// Answers an operation that the host said comes later, and goes on with what waited for it.
    pub fn complete(&self, ticket: u64, result: Result<Value, HostError>) {
        let outer = self.shared.watch.start(self.limits.time_ms);
        self.context.with(|ctx| {
            let answered = self.entry.clone().restore(&ctx).and_then(|entry| {
                let complete: Function<'_> = entry.get("complete")?;
                complete.call::<_, ()>((ticket as f64, answer(result).to_string()))
            });
            if let Err(error) = answered {
                tracing::warn!(%error, "an answer could not be given to module code");
            }
        });
        self.run_jobs(outer);
    }

    /// Calls that have not settled yet.
    pub fn unsettled(&self) -> usize {
        self.shared.running.borrow().len()
    }

    fn invoke<'js>(
        &self,
        ctx: &Ctx<'js>,
        module: &ModuleName,
        function: &str,
        arguments: &[Argument],
    ) -> Result<Promise<'js>, ModuleError> {
        if !self.exports(module, function) {
            return Err(ModuleError::NotExported { module: module.clone(), function: function.to_owned() });
        }
        let text = Json::Array(arguments.iter().map(Argument::to_json).collect()).to_string();
        let run = || -> rquickjs::Result<Promise<'js>> {
            let namespace = namespace(ctx, &self.shared, module)?;
            let target: Function<'js> = namespace.get(function)?;
            let entry = self.entry.clone().restore(ctx)?;
            let invoke: Function<'js> = entry.get("invoke")?;
            invoke.call((target, text))
        };
        run().map_err(|error| self.failure(ctx, &error))
    }

    fn watch_promise(&self, promise: &Promise<'_>, call: u64) -> rquickjs::Result<()> {
        let ctx = promise.ctx().clone();
        let shared = Rc::downgrade(&self.shared);
        let settled = Function::new(ctx.clone(), move |text: String| {
            if let Some(shared) = shared.upgrade() {
                settle(&shared, call, read(&text, &shared.watch));
            }
        })?;
        let mut args = Args::new(ctx, 1);
        args.this(promise.clone())?;
        args.push_arg(settled)?;
        promise.then()?.call_arg::<()>(args)
    }

    fn run_jobs(&self, outer: bool) {
        while self.runtime.is_job_pending() {
            if self.runtime.execute_pending_job().is_err() && self.shared.watch.was_hit() {
                break;
            }
        }
        if outer {
            self.shared.watch.stop();
        }
        if self.shared.watch.was_hit() {
            // Which of the calls was stopped can't be told; those that wait for the host go on waiting.
            let stopped: Vec<u64> = self.shared.running.borrow().keys().copied().max().into_iter().collect();
            for call in stopped {
                self.settle(call, Err(ModuleError::Limit { what: "time" }));
            }
        }
    }

    fn settle(&self, call: u64, result: Result<Outcome, ModuleError>) {
        settle(&self.shared, call, result);
    }

    fn read(&self, text: &str) -> Result<Outcome, ModuleError> {
        read(text, &self.shared.watch)
    }

    /// The error of an exception that JavaScript could not turn into a text itself.
    fn failure(&self, ctx: &Ctx<'_>, error: &rquickjs::Error) -> ModuleError {
        if self.shared.watch.was_hit() {
            ctx.catch();
            return ModuleError::Limit { what: "time" };
        }
        let caught = ctx.catch();
        let Some(exception) = caught.as_exception() else {
            let text = caught.as_string().and_then(|s| s.to_string().ok());
            return thrown(text.unwrap_or_else(|| error.to_string()), None, Value::Empty, "");
        };
        let message = exception.message().unwrap_or_else(|| error.to_string());
        thrown(message, None, Value::Empty, &exception.stack().unwrap_or_default())
    }
}

impl Drop for ModuleContext {
    fn drop(&mut self) {
        // What never settled holds functions of its owner, which may hold this context.
        self.shared.running.borrow_mut().clear();
    }
}

fn settle(shared: &Shared, call: u64, result: Result<Outcome, ModuleError>) {
    let entry = shared.running.borrow_mut().remove(&call);
    if let Some((done, _)) = entry {
        done(result);
    }
}

fn prepare(ctx: &Ctx<'_>, shared: &Rc<Shared>, common: &[String]) -> rquickjs::Result<Persistent<Object<'static>>> {
    let native = native(ctx, shared)?;
    let prelude = |source: &str, name: &str| -> rquickjs::Result<Function<'_>> {
        let mut options = rquickjs::context::EvalOptions::default();
        options.filename = Some(format!("<{name}>"));
        ctx.eval_with_options(source.to_owned(), options)
    };
    let entry: Object<'_> = prelude(COMMON, "common")?.call((native,))?;
    let forms: Object<'_> = prelude(FORMS, "forms")?.call((entry.clone(),))?;
    let side = match shared.side {
        Side::Server => prelude(SERVER, "server")?,
        Side::Client => prelude(CLIENT, "client")?,
    };
    side.call::<_, ()>((entry.clone(), forms))?;
    let globals = ctx.globals();
    let offered: Object<'_> = entry.get("globals")?;
    for name in offered.keys::<String>() {
        let name = name?;
        globals.set(&name, offered.get::<_, rquickjs::Value<'_>>(&name)?)?;
    }
    let common_module: Function<'_> = entry.get("commonModule")?;
    for name in common {
        globals.set(name, common_module.call::<_, rquickjs::Value<'_>>((name,))?)?;
    }
    Ok(Persistent::save(ctx, entry))
}

fn native<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    let owner = Rc::downgrade(shared);
    native.set(
        "host",
        Func::from(move |operation: String, arguments: String| -> String {
            owner.upgrade().map_or_else(|| "{}".to_owned(), |shared| ask_host(&shared, &operation, &arguments).to_string())
        }),
    )?;
    native.set(
        "decimal",
        Func::from(|ctx: Ctx<'_>, operation: String, a: String, b: String, scale: i32| -> rquickjs::Result<String> {
            decimal::calculate(&operation, &a, &b, scale).map_err(|text| rquickjs::Exception::throw_range(&ctx, &text))
        }),
    )?;
    let owner = Rc::downgrade(shared);
    native.set(
        "exported",
        Func::from(move |module: String, function: String| -> bool {
            owner.upgrade().is_some_and(|shared| {
                shared.modules.get(&common_name(shared.side, &module)).is_some_and(|m| m.exports.contains(&function))
            })
        }),
    )?;
    let owner = Rc::downgrade(shared);
    native.set(
        "module",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, module: String| -> rquickjs::Result<Object<'js>> {
            let shared = owner.upgrade().ok_or(rquickjs::Error::Unknown)?;
            let name = common_name(shared.side, &module);
            namespace(&ctx, &shared, &name)
        })?,
    )?;
    Ok(native)
}

fn common_name(side: Side, module: &str) -> ModuleName {
    ModuleName::Common(module.to_owned(), if side == Side::Server { ModulePlace::Server } else { ModulePlace::Client })
}

fn ask_host(shared: &Shared, operation: &str, arguments: &str) -> Json {
    let values = match serde_json::from_str::<Value>(arguments) {
        Ok(Value::List(values)) => values,
        Ok(_) | Err(_) => return answer(Err(HostError::new("Malformed", "The arguments are not values."))),
    };
    match shared.host.call(operation, values) {
        HostReply::Ready(result) => answer(result),
        HostReply::Later(ticket) => json!({ "later": ticket }),
    }
}

fn answer(result: Result<Value, HostError>) -> Json {
    match result {
        Ok(value) => json!({ "ok": value.to_json() }),
        Err(error) => json!({ "error": { "code": error.code, "message": error.message, "details": error.details.to_json() } }),
    }
}

/// The namespace of a module, evaluated at its first use.
fn namespace<'js>(ctx: &Ctx<'js>, shared: &Shared, name: &ModuleName) -> rquickjs::Result<Object<'js>> {
    let module = shared
        .modules
        .get(name)
        .ok_or_else(|| rquickjs::Exception::throw_reference(ctx, &format!("there is no module {name} here")))?;
    let promise = Module::import(ctx, module.file.as_str())?;
    promise.finish()
}

fn read(text: &str, watch: &Watch) -> Result<Outcome, ModuleError> {
    let malformed = || ModuleError::Runtime("module code gave an answer that can't be read".into());
    let json: Json = serde_json::from_str(text).map_err(|_| malformed())?;
    let value = |json: &Json| Value::from_json(json).map_err(|_| malformed());
    if let Some(error) = json.get("error") {
        let field = |name: &str| error.get(name).and_then(Json::as_str);
        let message = field("message").unwrap_or_default();
        if watch.was_hit() || field("kind") == Some("InternalError") {
            let what = if message.contains("stack") {
                "stack"
            } else if message.contains("memory") {
                "memory"
            } else {
                "time"
            };
            return Err(ModuleError::Limit { what });
        }
        if field("kind") == Some("RangeError") && message.contains("call stack") {
            return Err(ModuleError::Limit { what: "stack" });
        }
        let details = error.get("details").map_or(Ok(Value::Empty), value)?;
        return Err(thrown(message.to_owned(), field("code").map(str::to_owned), details, field("stack").unwrap_or_default()));
    }
    let arguments = json.get("out").and_then(Json::as_array).into_iter().flatten().map(value).collect::<Result<_, _>>()?;
    Ok(Outcome { result: json.get("ok").map_or(Ok(Value::Empty), value)?, arguments })
}

fn thrown(message: String, code: Option<String>, details: Value, stack: &str) -> ModuleError {
    ModuleError::Thrown { message, code, details, stack: parse_stack(stack) }
}

/// `import … from "Prices"` means the common module's half of this side.
struct Names(Rc<Shared>);

impl Resolver for Names {
    fn resolve<'js>(
        &mut self,
        _: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        let common = self.0.modules.get(&common_name(self.0.side, name));
        match common.or_else(|| self.0.modules.values().find(|m| m.file == name)) {
            Some(module) => Ok(module.file.clone()),
            None => Err(rquickjs::Error::new_resolving_message(
                base,
                name,
                "no common module of this name has a half for this side",
            )),
        }
    }
}

/// Sources by their files, so that errors name them.
struct Sources(Rc<Shared>);

impl Loader for Sources {
    fn load<'js>(&mut self, ctx: &Ctx<'js>, name: &str, _: Option<ImportAttributes<'js>>) -> rquickjs::Result<Module<'js>> {
        match self.0.modules.values().find(|m| m.file == name) {
            Some(module) => Module::declare(ctx.clone(), name, module.code.as_str()),
            None => Err(rquickjs::Error::new_loading(name)),
        }
    }
}
