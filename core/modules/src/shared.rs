//! What a context and the functions that it gives to JavaScript share: the host, the time, the calls that run.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use twinshore_metadata::{CompiledModule, ModuleName, Value};

use crate::limits::Watch;
use crate::{Argument, Done, HostApi, HostError, ModuleError, Outcome, Side, SourcePosition};

/// What a client's context has to do next. Owners may ask for it at any moment, also while module code runs.
pub enum Work {
    /// Start a call.
    Start { call: u64, module: ModuleName, function: String, arguments: Vec<Argument> },
    /// Go on with what waited for an answer.
    Answer { ticket: u64, result: Result<Value, HostError> },
}

/// What a context and its functions share.
pub struct Shared {
    pub side: Side,
    pub modules: Arc<BTreeMap<ModuleName, CompiledModule>>,
    pub host: Rc<dyn HostApi>,
    pub watch: Watch,
    /// Module code runs now.
    pub entered: Cell<bool>,
    /// The call that runs or whose answer came.
    pub current: Cell<u64>,
    pub work: RefCell<VecDeque<Work>>,
    /// Promises that were rejected and that nobody looks at, with what they were rejected with.
    pub rejected: RefCell<BTreeMap<u64, String>>,
    /// A call ran out of memory.
    pub out_of_memory: Cell<bool>,
    running: RefCell<HashMap<u64, (Done, ModuleName, String)>>,
    settled: RefCell<VecDeque<(Done, Result<Outcome, ModuleError>)>>,
    tickets: RefCell<HashMap<u64, u64>>,
    last: Cell<u64>,
}

impl Shared {
    pub fn new(side: Side, modules: Arc<BTreeMap<ModuleName, CompiledModule>>, host: Rc<dyn HostApi>) -> Self {
        Self {
            side,
            modules,
            host,
            watch: Watch::new(),
            entered: Cell::new(false),
            current: Cell::new(0),
            work: RefCell::default(),
            rejected: RefCell::default(),
            out_of_memory: Cell::new(false),
            running: RefCell::default(),
            settled: RefCell::default(),
            tickets: RefCell::default(),
            last: Cell::new(0),
        }
    }

    /// A started call of a function, by its number from now on.
    pub fn begin(&self, done: Done, module: &ModuleName, function: &str) -> u64 {
        let call = self.last.get() + 1;
        self.last.set(call);
        self.running.borrow_mut().insert(call, (done, module.clone(), function.to_owned()));
        call
    }

    /// The call ended; its owner is told when module code rests. False if it had ended before.
    pub fn settle(&self, call: u64, result: Result<Outcome, ModuleError>) -> bool {
        self.notice(&result);
        match self.running.borrow_mut().remove(&call) {
            Some((done, module, function)) => {
                let result = result.map_err(|error| error.or_at(|| self.declared(&module, &function)));
                self.settled.borrow_mut().push_back((done, result));
                true
            }
            None => false,
        }
    }

    /// Where a function of a module is declared: names code that was stopped where no place could be noted.
    pub fn declared(&self, module: &ModuleName, function: &str) -> Option<SourcePosition> {
        let compiled = self.modules.get(module)?;
        let heading = format!("function {function}");
        let line = compiled.code.lines().position(|line| {
            line.split_once(&heading).is_some_and(|(_, rest)| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })?;
        let line = u32::try_from(line).ok()? + 1;
        Some(SourcePosition { file: compiled.file.clone(), line, column: 1, function: Some(function.to_owned()) })
    }

    /// Looks at how a call ended.
    pub fn notice(&self, result: &Result<Outcome, ModuleError>) {
        if matches!(result, Err(ModuleError::Limit { what: "memory", .. })) {
            self.out_of_memory.set(true);
        }
    }

    /// Ends every call alike.
    pub fn settle_all(&self, error: &ModuleError) {
        let calls: Vec<u64> = self.running.borrow().keys().copied().collect();
        for call in calls {
            self.settle(call, Err(error.clone()));
        }
        self.tickets.borrow_mut().clear();
    }

    /// A call that ended and whose owner was not told yet.
    pub fn next_settled(&self) -> Option<(Done, Result<Outcome, ModuleError>)> {
        self.settled.borrow_mut().pop_front()
    }

    /// Calls that have not ended.
    pub fn unsettled(&self) -> usize {
        self.running.borrow().len()
    }

    /// The call that runs waits for an answer.
    pub fn await_answer(&self, ticket: u64) {
        self.tickets.borrow_mut().insert(ticket, self.current.get());
    }

    /// The call that waited for an answer; 0 if none did.
    pub fn awaited_by(&self, ticket: u64) -> u64 {
        self.tickets.borrow_mut().remove(&ticket).unwrap_or(0)
    }

    /// What never ended holds functions of the owner, which may hold the context: lets them go.
    pub fn forget(&self) {
        let (running, settled) = (self.running.take(), self.settled.take());
        self.work.take();
        drop((running, settled));
    }
}
