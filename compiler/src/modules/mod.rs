//! Modules: directives resolved for a target, types taken away, lines kept.

mod directives;
mod strip;

use std::collections::BTreeMap;

use twinshore_metadata::{CompiledModule, FormName, ModuleName, ModulePlace, ObjectName, Target};

use crate::diagnostics::{Diagnostic, Diagnostics, Place};
use crate::source::Source;

pub use strip::{GlobalUse, QueryText, place};

/// A module source with its name.
#[derive(Debug, Clone)]
pub struct ModuleSource {
    /// Name.
    pub name: ModuleName,
    /// Source.
    pub source: Source,
}

/// A module compiled for a target, with what it calls.
pub struct Compiled {
    /// The module.
    pub module: CompiledModule,
    /// Members of globals it uses (`Prices.current`), with their places.
    pub uses: Vec<GlobalUse>,
    /// Queries whose whole text is known.
    pub queries: Vec<QueryText>,
}

/// The name of a module from its path: `modules/Prices/Prices.server.ts`, `documents/Orders/Orders.object.ts`,
/// `documents/Orders/Item.form.client.ts`, `application.client.ts`, `session.server.ts`.
pub fn name_of(file: &str, object: Option<&ObjectName>) -> Result<ModuleName, String> {
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".ts");
    if file == "application.client.ts" {
        return Ok(ModuleName::Application);
    }
    if file == "session.server.ts" {
        return Ok(ModuleName::Session);
    }
    let object = object.ok_or_else(|| "it lies beside no object; modules lie in the folder of their object".to_owned())?;
    let parts: Vec<&str> = stem.split('.').collect();
    let place = |text: &str| match text {
        "client" => Some(ModulePlace::Client),
        "server" => Some(ModulePlace::Server),
        _ => None,
    };
    match parts.as_slice() {
        [name, "object"] if *name == object.name => Ok(ModuleName::Object(object.clone())),
        [form, "form", side] if place(side).is_some() => {
            Ok(ModuleName::Form(FormName::new(object.clone(), *form), place(side).unwrap_or(ModulePlace::Client)))
        }
        [name, side]
            if *name == object.name && place(side).is_some() && object.kind == twinshore_metadata::ObjectKind::Module =>
        {
            Ok(ModuleName::Common(object.name.clone(), place(side).unwrap_or(ModulePlace::Client)))
        }
        _ => Err(format!(
            "its name does not say where it runs; write {0}.object.ts, Form.form.client.ts, Form.form.server.ts, {0}.client.ts or {0}.server.ts",
            object.name
        )),
    }
}

/// Where a module's code runs.
pub const fn place_of(name: &ModuleName) -> ModulePlace {
    match name {
        ModuleName::Common(_, place) | ModuleName::Form(_, place) => *place,
        ModuleName::Object(_) | ModuleName::Session => ModulePlace::Server,
        ModuleName::Application => ModulePlace::Client,
    }
}

/// Compiles a module for a target.
pub fn compile(source: &Source, target: Target, diagnostics: &mut Diagnostics) -> Option<Compiled> {
    let text = directives::resolve(&source.file, &source.text, target.symbols(), diagnostics)?;
    let stripped = strip::strip(&source.file, &text, diagnostics)?;
    let module = CompiledModule { file: source.file.clone(), code: stripped.code, exports: stripped.exports };
    Some(Compiled { module, uses: stripped.uses, queries: stripped.queries })
}

/// JavaScript of a TypeScript file that is no part of a configuration: its types taken away, lines and columns kept.
///
/// # Errors
/// What is wrong with it, with places.
pub fn strip_types(file: &str, text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut diagnostics = Diagnostics::default();
    match strip::strip(file, text, &mut diagnostics) {
        Some(stripped) => Ok(stripped.code),
        None => Err(diagnostics.0),
    }
}

/// Modules by name; two sources of one name are an error.
pub fn index(all: Vec<ModuleSource>, diagnostics: &mut Diagnostics) -> BTreeMap<ModuleName, Source> {
    let mut index = BTreeMap::new();
    for module in all {
        if let Some(before) = index.insert(module.name, module.source.clone()) {
            let place = Place::file(module.source.file.clone());
            diagnostics.error("duplicate", &place, format!("{} describes the same module", before.file), "remove one");
        }
    }
    index
}
