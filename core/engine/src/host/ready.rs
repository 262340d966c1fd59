//! A context that stands ready on each thread of calls: making one costs more than most calls do.
//!
//! Nothing of it was evaluated, so a call finds it as if it had been made for it. Invariant: neither a context that stands ready nor
//! its making holds an engine: whoever ends one may rely on its files being closed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use twinshore_metadata::{CompiledModule, ModuleName};
use twinshore_modules::{CallLimits, ModuleContext, ModuleError, Side};

use super::{HostLink, ServerHost};

thread_local! {
    static READY: RefCell<Option<Ready>> = const { RefCell::new(None) };
}

/// What contexts of a server are made of.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) modules: Arc<BTreeMap<ModuleName, CompiledModule>>,
    /// Names of all common modules of the configuration.
    pub(crate) common: Arc<[String]>,
}

struct Ready {
    recipe: Recipe,
    limits: CallLimits,
    link: Rc<HostLink>,
    context: ModuleContext,
}

impl Ready {
    fn new(recipe: &Recipe, limits: CallLimits) -> Result<Self, ModuleError> {
        let (recipe, link) = (recipe.clone(), Rc::new(HostLink::default()));
        let modules = Arc::clone(&recipe.modules);
        let context = ModuleContext::new(Side::Server, modules, &recipe.common, limits, Rc::clone(&link) as _)?;
        Ok(Self { recipe, limits, link, context })
    }

    fn fits(&self, recipe: &Recipe, limits: CallLimits) -> bool {
        Arc::ptr_eq(&self.recipe.modules, &recipe.modules) && self.limits == limits
    }
}

/// A context for a host: the one that stands ready, or a new one.
pub(super) fn take(recipe: &Recipe, limits: CallLimits, host: Weak<ServerHost>) -> Result<ModuleContext, ModuleError> {
    let ready = match READY.take().filter(|ready| ready.fits(recipe, limits)) {
        Some(ready) => ready,
        None => Ready::new(recipe, limits)?,
    };
    ready.link.0.replace(host);
    Ok(ready.context)
}

/// Between two calls of this thread: the next one shall not wait for its context.
pub(crate) fn prepare(recipe: &Recipe, limits: CallLimits) {
    if recipe.modules.is_empty() || READY.with_borrow(|ready| ready.as_ref().is_some_and(|ready| ready.fits(recipe, limits))) {
        return;
    }
    match Ready::new(recipe, limits) {
        Ok(ready) => drop(READY.replace(Some(ready))),
        Err(error) => tracing::warn!(%error, "no context could be made ready"),
    }
}
