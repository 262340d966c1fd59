//! A context that stands ready on each thread of calls: making one costs more than most calls do.
//!
//! Nothing of it was evaluated, so a call finds it as if it had been made for it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use twinshore_metadata::{CompiledModule, ModuleName};
use twinshore_modules::{CallLimits, ModuleContext, ModuleError, Side};

use super::{HostLink, ServerHost};
use crate::session::Shared;

thread_local! {
    static READY: RefCell<Option<Ready>> = const { RefCell::new(None) };
}

struct Ready {
    modules: Arc<BTreeMap<ModuleName, CompiledModule>>,
    limits: CallLimits,
    link: Rc<HostLink>,
    context: ModuleContext,
}

impl Ready {
    fn new(shared: &Shared, limits: CallLimits) -> Result<Self, ModuleError> {
        let (modules, link) = (Arc::clone(&shared.modules), Rc::new(HostLink::default()));
        let context = ModuleContext::new(Side::Server, Arc::clone(&modules), &shared.common, limits, Rc::clone(&link) as _)?;
        Ok(Self { modules, limits, link, context })
    }

    fn fits(&self, shared: &Shared, limits: CallLimits) -> bool {
        Arc::ptr_eq(&self.modules, &shared.modules) && self.limits == limits
    }
}

/// A context for a host: the one that stands ready, or a new one.
pub(super) fn take(shared: &Shared, limits: CallLimits, host: Weak<ServerHost>) -> Result<ModuleContext, ModuleError> {
    let ready = match READY.take().filter(|ready| ready.fits(shared, limits)) {
        Some(ready) => ready,
        None => Ready::new(shared, limits)?,
    };
    ready.link.0.replace(host);
    Ok(ready.context)
}

/// Between two calls of this thread: the next one shall not wait for its context.
pub(crate) fn prepare(shared: &Shared, limits: CallLimits) {
    if shared.modules.is_empty() || READY.with_borrow(|ready| ready.as_ref().is_some_and(|ready| ready.fits(shared, limits))) {
        return;
    }
    match Ready::new(shared, limits) {
        Ok(ready) => drop(READY.replace(Some(ready))),
        Err(error) => tracing::warn!(%error, "no context could be made ready"),
    }
}
