//! Modules by their names and files: evaluated at their first use, found by `import`.

use std::rc::Rc;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::{Ctx, Module, Object};
use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace};

use crate::Side;
use crate::shared::Shared;

/// A common module's half of a side.
pub fn common_name(side: Side, module: &str) -> ModuleName {
    let place = match side {
        Side::Server => ModulePlace::Server,
        Side::Client | Side::Own(_) => ModulePlace::Client,
    };
    ModuleName::Common(module.to_owned(), place)
}

/// The namespace of the module of a file. Evaluates it if it was not yet, without letting other work run meanwhile
/// (unless the module itself awaits).
pub fn namespace<'js>(ctx: &Ctx<'js>, file: &str) -> rquickjs::Result<Object<'js>> {
    let specifier = serde_json::Value::from(file);
    let link = Module::declare(
        ctx.clone(),
        format!("<link {file}>"),
        format!("import * as module from {specifier}; export {{ module }};"),
    )?;
    let (module, evaluated) = link.eval()?;
    if evaluated.state() != rquickjs::promise::PromiseState::Resolved {
        evaluated.finish::<rquickjs::Value<'_>>()?;
    }
    module.get("module")
}

fn of_file<'a>(shared: &'a Shared, file: &str) -> Option<&'a CompiledModule> {
    shared.modules.values().find(|module| module.file == file)
}

/// The file that `./name` or `../name` means in a file of the same folder tree, with or without `.ts`.
fn beside(shared: &Shared, base: &str, name: &str) -> Option<String> {
    if !name.starts_with("./") && !name.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    [path.clone(), format!("{path}.ts")].into_iter().find(|path| of_file(shared, path).is_some())
}

/// `import … from "Prices"` means the common module's half of this side, `"./helpers"` the file beside.
pub struct Names(pub Rc<Shared>);

impl Resolver for Names {
    fn resolve<'js>(
        &mut self,
        _: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        let common = self.0.modules.get(&common_name(self.0.side, name));
        let found = common.or_else(|| of_file(&self.0, name)).map(|module| module.file.clone());
        match found.or_else(|| beside(&self.0, base, name)) {
            Some(file) => Ok(file),
            None => Err(rquickjs::Error::new_resolving_message(
                base,
                name,
                "no common module of this name has a half for this side, and no such file lies there",
            )),
        }
    }
}

/// Sources by their files, so that errors name them.
pub struct Sources(pub Rc<Shared>);

impl Loader for Sources {
    fn load<'js>(&mut self, ctx: &Ctx<'js>, name: &str, _: Option<ImportAttributes<'js>>) -> rquickjs::Result<Module<'js>> {
        match of_file(&self.0, name) {
            Some(module) => Module::declare(ctx.clone(), name, module.code.as_str()),
            None => Err(rquickjs::Error::new_loading(name)),
        }
    }
}
