//! A context: the modules of one bundle on one side, ready to be called.
//!
//! Module variables live as long as the context, so it belongs to one user's session: servers make one for each call, a client
//! keeps one. A context stays on its thread.
//!
//! While module code runs and waits for its host, the host may not [`ModuleContext::call`] the same context: a handler that it
//! needs meanwhile runs in another one. It may [`ModuleContext::start`] and [`ModuleContext::complete`], which take their turn
//! when the running code rests. `Done` functions are told when no module code runs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::function::Args;
use rquickjs::{Context, Ctx, Function, Object, Persistent, Promise, Runtime};
use serde_json::Value as Json;
use twinshore_metadata::{CompiledModule, ModuleName, Value};

use crate::shared::{Shared, Work};
use crate::sources::{Names, Sources};
use crate::stack::{self, Entered, Place};
use crate::{Argument, CallLimits, Done, HostApi, HostError, ModuleError, Outcome, answer, native};

/// Jobs that may still run to their end after the time was over: each is interrupted as soon as it does anything long.
const LAST_JOBS: u32 = 50_000;

/// On which side modules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The main server or the stand-alone server.
    Server,
    /// The client.
    Client,
    /// A program with an API of its own: the source of its prelude, a function of what `common.js` and `forms.js` give.
    Own(&'static str),
}

/// Modules of one bundle on one side.
pub struct ModuleContext {
    // Dropped in this order: persistent values before their context before the runtime.
    entry: Persistent<Object<'static>>,
    context: Context,
    runtime: Runtime,
    shared: Rc<Shared>,
    limits: CallLimits,
    made: Place,
    working: Cell<bool>,
    spent: Cell<bool>,
}

/// Module code runs until this is dropped.
struct Turn<'a> {
    shared: &'a Shared,
    _entered: Entered,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.shared.watch.stop();
        self.shared.entered.set(false);
    }
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
        let shared = Rc::new(Shared::new(side, modules, host));
        let made = Place::here();
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(limits.memory_bytes);
        runtime.set_max_stack_size(limits.stack_bytes);
        let watched = Rc::downgrade(&shared);
        runtime.set_interrupt_handler(Some(Box::new(move || watched.upgrade().is_none_or(|shared| shared.watch.is_over()))));
        let told = Rc::downgrade(&shared);
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |_, promise, reason, handled| {
            if let Some(shared) = told.upgrade() {
                native::note_rejection(&shared, &promise, &reason, handled);
            }
        })));
        runtime.set_loader(Names(Rc::clone(&shared)), Sources(Rc::clone(&shared)));
        let context = Context::full(&runtime).map_err(failed)?;
        let entry = context
            .with(|ctx| native::prepare(&ctx, &shared, common).map_err(|error| answer::failure(&ctx, &error, &shared.watch)))?;
        Ok(Self { entry, context, runtime, shared, limits, made, working: Cell::new(false), spent: Cell::new(false) })
    }

    /// True if the module is here and exports the function.
    pub fn exports(&self, module: &ModuleName, function: &str) -> bool {
        self.shared.modules.get(module).is_some_and(|m| m.exports.iter().any(|e| e == function))
    }

    /// Runs an exported function to its end, with all that it left running. The host answers at once; if it said that an answer
    /// comes later, the call is [`ModuleError::NeverSettles`]. A transaction that is open afterwards is the owner's to roll back:
    /// code that is stopped for a limit does not come to it.
    ///
    /// # Errors
    /// [`ModuleError`] for what it threw or used too much of.
    pub fn call(&self, module: &ModuleName, function: &str, arguments: &[Argument]) -> Result<Outcome, ModuleError> {
        if self.shared.entered.get() {
            return Err(ModuleError::Runtime("a host called the context that waits for it; it needs another one".into()));
        }
        let result =
            self.call_now(module, function, arguments).map_err(|error| error.or_at(|| self.shared.declared(module, function)));
        self.go_on();
        result
    }

    /// Starts an exported function; `done` is told when it settles, at once or after operations that the host answers later.
    pub fn start(&self, module: &ModuleName, function: &str, arguments: &[Argument], done: Done) {
        let call = self.shared.begin(done, module, function);
        let (module, function, arguments) = (module.clone(), function.to_owned(), arguments.to_vec());
        self.work(Work::Start { call, module, function, arguments });
    }

    /// Answers an operation that the host said comes later, and goes on with what waited for it.
    pub fn complete(&self, ticket: u64, result: Result<Value, HostError>) {
        self.work(Work::Answer { ticket, result });
    }

    /// Calls that have not settled yet.
    pub fn unsettled(&self) -> usize {
        self.shared.unsettled()
    }

    /// Lets go of every call without telling its owner: `Done` functions may hold what holds this context.
    pub fn abandon(&self) {
        self.shared.forget();
    }

    /// True if code went on after its time was over or keeps the memory full: nothing can be started any more, every call was
    /// settled with a limit. The owner makes a new context; module variables are lost.
    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }

    fn enter(&self) -> Result<Turn<'_>, ModuleError> {
        let entered = stack::enter(self.made, self.limits.stack_bytes).ok_or(ModuleError::limit("stack"))?;
        self.runtime.set_max_stack_size(entered.limit_bytes);
        self.shared.watch.start(self.limits.time_ms);
        self.shared.entered.set(true);
        Ok(Turn { shared: &self.shared, _entered: entered })
    }

    fn check_callable(&self, module: &ModuleName, function: &str) -> Result<(), ModuleError> {
        if !self.exports(module, function) {
            return Err(ModuleError::NotExported { module: module.clone(), function: function.to_owned() });
        }
        if self.spent.get() {
            return Err(ModuleError::limit("memory"));
        }
        Ok(())
    }

    fn call_now(&self, module: &ModuleName, function: &str, arguments: &[Argument]) -> Result<Outcome, ModuleError> {
        self.check_callable(module, function)?;
        let turn = self.enter()?;
        let result = self.context.with(|ctx| {
            let promise = self.invoke(&ctx, module, function, arguments)?;
            self.run_jobs(|| ctx.execute_pending_job());
            match promise.result::<String>() {
                Some(Ok(text)) => answer::read(&text, &self.shared.watch),
                Some(Err(error)) => Err(answer::failure(&ctx, &error, &self.shared.watch)),
                None if self.shared.watch.was_hit() => Err(self.out_of_time()),
                None => Err(ModuleError::NeverSettles { function: function.to_owned() }),
            }
        });
        drop(turn);
        self.shared.notice(&result);
        self.note(result.as_ref().err());
        result
    }

    fn out_of_time(&self) -> ModuleError {
        ModuleError::Limit { what: "time", position: self.shared.watch.place() }
    }

    fn work(&self, work: Work) {
        self.shared.work.borrow_mut().push_back(work);
        self.go_on();
    }

    /// Does the work that waits, now or after what is being done.
    fn go_on(&self) {
        if self.shared.entered.get() || self.working.replace(true) {
            return;
        }
        loop {
            let next = self.shared.work.borrow_mut().pop_front();
            let Some(work) = next else { break };
            self.take_turn(work);
            while let Some((done, result)) = self.shared.next_settled() {
                done(result);
            }
        }
        self.working.set(false);
    }

    fn take_turn(&self, work: Work) {
        let call = match &work {
            Work::Start { call, .. } => *call,
            Work::Answer { ticket, .. } => self.shared.awaited_by(*ticket),
        };
        self.shared.current.set(call);
        if let Err(error) = self.run(work) {
            self.shared.settle(call, Err(error));
        }
        let stopped = self.shared.watch.was_hit().then(|| self.out_of_time());
        if let Some(error) = &stopped
            && !self.shared.settle(call, Err(error.clone()))
        {
            tracing::warn!("module code that nobody awaits ran out of time");
        }
        self.note(stopped.as_ref());
    }

    fn run(&self, work: Work) -> Result<(), ModuleError> {
        if let Work::Start { module, function, .. } = &work {
            self.check_callable(module, function)?;
        }
        let _turn = self.enter()?;
        self.context.with(|ctx| {
            let done = match work {
                Work::Start { call, module, function, arguments } => {
                    let promise = self.invoke(&ctx, &module, &function, &arguments)?;
                    self.watch_promise(&ctx, &promise, call)
                }
                Work::Answer { ticket, result } => self.entry.clone().restore(&ctx).and_then(|entry| {
                    let complete: Function<'_> = entry.get("complete")?;
                    complete.call((ticket as f64, answer::of_host(result).to_string()))
                }),
            };
            done.map_err(|error| answer::failure(&ctx, &error, &self.shared.watch))?;
            self.run_jobs(|| ctx.execute_pending_job());
            Ok(())
        })
    }

    fn invoke<'js>(
        &self,
        ctx: &Ctx<'js>,
        module: &ModuleName,
        function: &str,
        arguments: &[Argument],
    ) -> Result<Promise<'js>, ModuleError> {
        let file = self.shared.modules.get(module).map(|m| m.file.clone()).unwrap_or_default();
        let text = Json::Array(arguments.iter().map(Argument::to_json).collect()).to_string();
        let run = || -> rquickjs::Result<Promise<'js>> {
            let entry = self.entry.clone().restore(ctx)?;
            let invoke: Function<'js> = entry.get("invoke")?;
            invoke.call((file, function, text))
        };
        run().map_err(|error| answer::failure(ctx, &error, &self.shared.watch))
    }

    fn watch_promise<'js>(&self, ctx: &Ctx<'js>, promise: &Promise<'js>, call: u64) -> rquickjs::Result<()> {
        let shared = Rc::downgrade(&self.shared);
        let resolved = Function::new(ctx.clone(), move |text: String| {
            if let Some(shared) = shared.upgrade() {
                shared.settle(call, answer::read(&text, &shared.watch));
            }
        })?;
        let shared = Rc::downgrade(&self.shared);
        let rejected = Function::new(ctx.clone(), move |ctx: Ctx<'js>, reason: rquickjs::Value<'js>| {
            if let Some(shared) = shared.upgrade() {
                let error = ctx.throw(reason);
                shared.settle(call, Err(answer::failure(&ctx, &error, &shared.watch)));
            }
        })?;
        let mut args = Args::new(ctx.clone(), 2);
        args.this(promise.clone())?;
        args.push_arg(resolved)?;
        args.push_arg(rejected)?;
        promise.then()?.call_arg::<()>(args)
    }

    /// Runs what is ready to run. Code that goes on after its time is over makes the context a spent one.
    fn run_jobs(&self, execute: impl Fn() -> bool) {
        let mut last = LAST_JOBS;
        while execute() {
            if self.shared.watch.is_over() {
                last -= 1;
                if last == 0 {
                    self.spent.set(true);
                    return;
                }
            }
        }
    }

    /// After a turn: what nobody awaited is said, what can't go on is ended.
    fn note(&self, error: Option<&ModuleError>) {
        let rejected = self.shared.rejected.take();
        if error.is_none() {
            for text in rejected.into_values() {
                let text = format!("Nobody awaits a call that failed: {text}");
                self.shared.host.call("log", vec![Value::String(text)]);
            }
        }
        if self.shared.out_of_memory.take() {
            self.runtime.run_gc();
            let used = usize::try_from(self.runtime.memory_usage().malloc_size).unwrap_or(0);
            self.spent.set(self.spent.get() || used > self.limits.memory_bytes / 4 * 3);
        }
        if self.spent.get() {
            self.shared.settle_all(&ModuleError::limit("memory"));
        }
    }
}

impl Drop for ModuleContext {
    fn drop(&mut self) {
        self.shared.forget();
    }
}
