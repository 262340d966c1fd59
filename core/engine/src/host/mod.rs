//! What module code may ask of a server: the operations of `twinshore_modules::HostApi` over a unit of work.
//!
//! A host lives as long as one call. Module code that is called while other module code waits (a handler of an item that is
//! being written) gets a context of its own from the host's pool, so contexts are never entered twice.
//! A call is all or nothing: its first write begins a transaction that ends with the call; a call of the main server from a
//! device commits what came before it, so that no lock is held across the network (R8).

mod arguments;
mod calls;
mod errors;
mod forms;
mod handlers;
mod objects;
mod ready;
mod registers;
mod session;
mod temporary;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use twinshore_metadata::{ModuleName, ModulePlace, Value};
use twinshore_modules::{Argument, CallLimits, HostApi, HostError, HostReply, ModuleContext, ModuleError, Outcome};
use twinshore_protocol::{Limit, Message, ServerError};

use crate::forms::FormData;
use crate::jobs::NewJob;
use crate::rights::UserRights;
use crate::{Engine, EngineError, Unit};

pub(crate) use handlers::ModuleHandlers;
pub(crate) use ready::{Recipe, prepare};

use arguments::Arguments;

/// Module code that calls module code through writes, at most.
const NESTING: usize = 6;
/// Messages of one call at most.
const MESSAGES: usize = 100;

/// One call's host.
pub(crate) struct ServerHost {
    me: Weak<ServerHost>,
    pub(crate) unit: Rc<Unit>,
    limits: CallLimits,
    idle: RefCell<Vec<ModuleContext>>,
    nesting: Cell<usize>,
    /// The call is one transaction from its first write on; jobs and writes of the platform are not.
    whole: bool,
    /// That transaction is open.
    implicit: Cell<bool>,
    /// Transactions that module code opened (R8), each with the number of jobs that were started before it.
    explicit: RefCell<Vec<usize>>,
    /// Something was written that a repeat of the call must not write again (R17).
    effects: Cell<bool>,
    messages: RefCell<Vec<Message>>,
    forms: RefCell<Vec<FormData>>,
    jobs: RefCell<Vec<NewJob>>,
    parameters: session::Parameters,
}

impl ServerHost {
    fn new(unit: Rc<Unit>, limits: CallLimits, whole: bool) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            unit,
            limits,
            idle: RefCell::default(),
            nesting: Cell::new(0),
            whole,
            implicit: Cell::new(false),
            explicit: RefCell::default(),
            effects: Cell::new(false),
            messages: RefCell::default(),
            forms: RefCell::default(),
            jobs: RefCell::default(),
            parameters: session::Parameters::default(),
        })
    }

    /// Host of a call of a client.
    pub(crate) fn for_call(engine: &Engine, user: Arc<UserRights>) -> Rc<Self> {
        Self::new(Rc::new(Unit::new(engine, user)), engine.limits().call, true)
    }

    /// Host of a background job; of the platform's own if there is no user.
    pub(crate) fn for_job(engine: &Engine, user_name: &str) -> Result<Rc<Self>, ServerError> {
        let user = if user_name.is_empty() {
            UserRights::platform(&engine.bundle().configuration)
        } else {
            engine.rights(user_name)?
        };
        Ok(Self::new(Rc::new(Unit::new(engine, Arc::new(user))), engine.limits().job, false))
    }

    /// Host over somebody's unit, who commits.
    pub(crate) fn over(unit: &Rc<Unit>) -> Rc<Self> {
        Self::new(Rc::clone(unit), unit.engine().limits().call, false)
    }

    /// Handlers of items, by this host's module code.
    pub(crate) fn handlers(&self) -> ModuleHandlers {
        ModuleHandlers::new(self.me())
    }

    fn me(&self) -> Rc<Self> {
        self.me.upgrade().expect("a host is only used through its Rc")
    }

    /// Texts for the person so far.
    pub(crate) fn take_messages(&self) -> Vec<Message> {
        self.messages.take()
    }

    /// The contexts that the call used: they may be let go of when its answer is given, for that takes its time.
    pub(crate) fn take_contexts(&self) -> Vec<ModuleContext> {
        self.idle.take()
    }

    /// True if the call wrote something.
    pub(crate) fn had_effects(&self) -> bool {
        self.effects.get()
    }

    /// Before anything is written.
    pub(crate) fn before_effect(&self) -> Result<(), EngineError> {
        self.effects.set(true);
        if self.whole && !self.implicit.get() {
            self.unit.begin()?;
            self.implicit.set(true);
        }
        Ok(())
    }

    /// Commits the call's own transaction, if module code has none open.
    fn commit_implicit(&self) -> Result<(), EngineError> {
        if self.implicit.get() {
            self.unit.commit()?;
            self.implicit.set(false);
        }
        Ok(())
    }

    fn begin_transaction(&self) -> Result<(), EngineError> {
        self.before_effect()?;
        self.unit.begin()?;
        self.explicit.borrow_mut().push(self.jobs.borrow().len());
        Ok(())
    }

    /// Ends module code's innermost transaction; false if it has none.
    fn end_transaction(&self, commit: bool) -> Result<bool, EngineError> {
        let Some(jobs) = self.explicit.borrow_mut().pop() else { return Ok(false) };
        if commit {
            self.unit.commit()?;
        } else {
            self.jobs.borrow_mut().truncate(jobs);
            self.unit.rollback()?;
        }
        Ok(true)
    }

    /// Ends the call well: commits, starts its jobs.
    pub(crate) fn finish(&self) -> Result<(), EngineError> {
        while self.end_transaction(false)? {
            // A transaction that module code never ended is undone, as if it had failed.
        }
        self.commit_implicit()?;
        self.jobs.take().into_iter().for_each(|job| self.unit.engine().enqueue(job));
        Ok(())
    }

    /// True if the module is here and exports the function.
    pub(crate) fn exports(&self, module: &ModuleName, function: &str) -> bool {
        let modules = &self.unit.engine().shared().recipe.modules;
        modules.get(module).is_some_and(|m| m.exports.iter().any(|e| e == function))
    }

    /// Runs an exported function of a module.
    pub(crate) fn run(&self, module: &ModuleName, function: &str, arguments: &[Argument]) -> Result<Outcome, EngineError> {
        if self.nesting.get() >= NESTING {
            return Err(ServerError::limit(Limit::Nesting, function).into());
        }
        let kept = self.idle.borrow_mut().pop();
        let context = match kept {
            Some(context) => context,
            None => self.new_context().map_err(|error| refusal(module, error))?,
        };
        self.nesting.set(self.nesting.get() + 1);
        let result = context.call(module, function, arguments);
        self.nesting.set(self.nesting.get() - 1);
        if !matches!(result, Err(ModuleError::Limit { .. } | ModuleError::Runtime(_))) {
            self.idle.borrow_mut().push(context);
        }
        result.map_err(|error| refusal(module, error))
    }

    fn new_context(&self) -> Result<ModuleContext, ModuleError> {
        ready::take(&self.unit.engine().shared().recipe, self.limits, Weak::clone(&self.me))
    }

    /// Runs an exported function of a common module, whoever asks.
    pub(crate) fn call_common(&self, module: &str, method: &str, arguments: Vec<Value>) -> Result<Value, EngineError> {
        let name = ModuleName::Common(module.to_owned(), ModulePlace::Server);
        if !self.exports(&name, method) {
            return Err(self.no_such_function(module, method));
        }
        let arguments: Vec<_> = arguments.into_iter().map(Argument::Value).collect();
        Ok(self.run(&name, method, &arguments)?.result)
    }

    /// The refusal for a common module's function that is not here: excluded (C10) or nowhere.
    pub(crate) fn no_such_function(&self, module: &str, method: &str) -> EngineError {
        let here = self
            .unit
            .engine()
            .shared()
            .recipe
            .modules
            .keys()
            .any(|name| matches!(name, ModuleName::Common(n, _) if n == module));
        if self.unit.engine().is_standalone() && !here {
            EngineError::not_in_composition(format!("Module.{module}"))
        } else {
            ServerError::NotExported { module: module.to_owned(), method: method.to_owned() }.into()
        }
    }

    fn answer(&self, operation: &str, arguments: Vec<Value>) -> Result<Value, HostError> {
        let mut arguments = Arguments::new(operation, arguments);
        let group = operation.split('.').next().unwrap_or_default();
        match group {
            "object" | "ref" | "constant" | "option" => self.answer_object(operation, &mut arguments),
            "query" | "register" | "exchange" => self.answer_register(operation, &mut arguments),
            "form" => self.answer_form(operation, &mut arguments),
            "temporary" => self.answer_temporary(operation, &mut arguments),
            _ => self.answer_call(operation, &mut arguments),
        }
    }
}

/// Contexts hold this, not the host: the host owns its contexts. One that stands ready has no host yet.
#[derive(Default)]
struct HostLink(RefCell<Weak<ServerHost>>);

impl HostApi for HostLink {
    fn call(&self, operation: &str, arguments: Vec<Value>) -> HostReply {
        HostReply::Ready(match self.0.borrow().upgrade() {
            Some(host) => {
                let language = &host.unit.user().language;
                host.answer(operation, arguments).map_err(|error| errors::in_language(error, language))
            }
            None => Err(errors::wrong("The call has ended.")),
        })
    }
}

/// What a failure of module code is to the caller.
fn refusal(module: &ModuleName, error: ModuleError) -> EngineError {
    let position = error.position().map(ToString::to_string);
    match error {
        ModuleError::Thrown { message, code, details, stack } => {
            let typed = code.as_deref().and_then(|code| errors::from_exception(code, &details));
            tracing::info!(%module, position, stack = stack.len(), "module code threw");
            typed.unwrap_or(ServerError::Module { message, code, details, position }).into()
        }
        ModuleError::NotExported { module, function } => {
            ServerError::NotExported { module: module.to_string(), method: function }.into()
        }
        ModuleError::Limit { what, .. } => {
            let place = position.map(|place| format!(", {place}")).unwrap_or_default();
            ServerError::limit(Limit::of_call(what), format!("{module}{place}")).into()
        }
        other @ (ModuleError::NeverSettles { .. } | ModuleError::Runtime(_)) => {
            ServerError::Module { message: other.to_string(), code: None, details: Value::Empty, position }.into()
        }
    }
}

/// A failure of the engine as module code sees it.
fn seen(error: impl Into<ServerError>) -> HostError {
    errors::to_host(&error.into())
}
