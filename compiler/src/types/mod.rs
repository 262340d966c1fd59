//! Declarations for editors and the TypeScript compiler: what module code of a configuration sees, on a server and on the client.
//!
//! What the platform offers is written once in `runtime/`; what the configuration has is described from what it was compiled to, and
//! functions of other modules from their sources. A configuration names its things in full (`Item<"Document.Orders">`), as it does
//! everywhere else, so any name that an object may have can be said.

mod describe;
mod signatures;

use std::path::Path;

use twinshore_metadata::{Configuration, ModuleName, ModulePlace, ObjectKind, ObjectName};

use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::source;
use describe::Describer;
use signatures::{Signature, signatures};

/// A file to write, with its path in the configuration's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// What `twinshore types` writes.
#[derive(Debug, Default)]
pub struct Types {
    /// What is wrong with the configuration; without errors there are declarations of its own.
    pub diagnostics: Vec<Diagnostic>,
    /// Files that belong to the tool: they are written anew.
    pub files: Vec<GeneratedFile>,
    /// Files that belong to the author: they are written only if they are not there.
    pub once: Vec<GeneratedFile>,
}

/// Folder of what is generated.
pub const TYPES_FOLDER: &str = "types";

/// Exported functions of modules.
struct Modules(Vec<(ModuleName, Vec<Signature>)>);

impl Modules {
    fn read(folder: &Path) -> Self {
        let sources = source::read(folder, &mut Diagnostics::default());
        let of_one = |source: source::Source| {
            let parts: Vec<&str> = source.file.split('/').collect();
            let object = match parts.as_slice() {
                [folder, name, _] => {
                    ObjectKind::ALL.into_iter().find(|kind| kind.folder() == *folder).map(|kind| ObjectName::new(kind, *name))
                }
                _ => None,
            };
            let name = crate::modules::name_of(&source.file, object.as_ref()).ok()?;
            Some((name, signatures(&source.text)))
        };
        Self(sources.into_iter().filter(|source| source.file.ends_with(".ts")).filter_map(of_one).collect())
    }

    fn of(&self, wanted: &ModuleName) -> &[Signature] {
        self.0.iter().find(|(name, _)| name == wanted).map_or(&[], |(_, all)| all)
    }

    fn common(&self, name: &str, place: ModulePlace) -> &[Signature] {
        self.of(&ModuleName::Common(name.to_owned(), place))
    }
}

/// Describes a configuration for editors.
pub fn types(folder: &Path) -> Types {
    let compilation = crate::compile(folder);
    let mut all = Types { files: fixed(), once: once(), diagnostics: compilation.diagnostics };
    let has_errors = all.diagnostics.iter().any(|d| d.severity == Severity::Error);
    if let Some(bundles) = compilation.bundles.filter(|_| !has_errors) {
        all.files.extend(of_configuration(&bundles.main.configuration, &Modules::read(folder)));
    }
    all
}

fn of_configuration(configuration: &Configuration, modules: &Modules) -> [GeneratedFile; 3] {
    let describer = Describer { configuration, modules };
    [
        file("configuration.d.ts", describer.both()),
        file("server/configuration.d.ts", describer.server()),
        file("client/configuration.d.ts", describer.client()),
    ]
}

fn file(path: &str, text: impl Into<String>) -> GeneratedFile {
    GeneratedFile { path: format!("{TYPES_FOLDER}/{path}"), text: text.into() }
}

/// What does not depend on the configuration.
fn fixed() -> Vec<GeneratedFile> {
    let mut all = vec![
        file("common.d.ts", include_str!("runtime/common.d.ts")),
        file("server/server.d.ts", include_str!("runtime/server.d.ts")),
        file("client/client.d.ts", include_str!("runtime/client.d.ts")),
        file("server/tsconfig.json", project(&["../../**/*.server.ts", "../../**/*.object.ts"], &["../*.d.ts", "*.d.ts"])),
        file("client/tsconfig.json", project(&["../../**/*.client.ts"], &["../*.d.ts", "*.d.ts"])),
        file("scenarios/tsconfig.json", project(&["../../tests/**/*.ts"], &["*.d.ts"])),
        // A project of nothing would be a mistake, and a configuration may have no scenarios yet.
        file("scenarios/scenarios.d.ts", "// Scenarios know their verbs by tests/testing.d.ts.\nexport {};\n"),
    ];
    all.extend(crate::schema::schemas().into_iter().map(|schema| file(&format!("schemas/{}", schema.name), schema.text)));
    all
}

/// A project of the TypeScript compiler: one for each side, since what is global on one is not on the other.
fn project(sources: &[&str], declarations: &[&str]) -> String {
    let include: Vec<&str> = sources.iter().chain(declarations).copied().collect();
    let project = serde_json::json!({
        "compilerOptions": {
            "target": "es2023",
            "lib": ["es2023"],
            "module": "esnext",
            "moduleResolution": "bundler",
            "moduleDetection": "force",
            "types": [],
            "strict": true,
            "noImplicitAny": false,
            "useUnknownInCatchVariables": false,
            // Both branches of a directive are there for the compiler.
            "allowUnreachableCode": true,
            "composite": true,
            "emitDeclarationOnly": true,
            "rootDir": "../..",
            "outDir": "../../.twinshore/types"
        },
        "include": include,
        "exclude": ["../../node_modules"]
    });
    serde_json::to_string_pretty(&project).unwrap_or_default() + "\n"
}

/// Where editors look first.
fn once() -> Vec<GeneratedFile> {
    let own = |path: &str, value: serde_json::Value| GeneratedFile {
        path: path.to_owned(),
        text: serde_json::to_string_pretty(&value).unwrap_or_default() + "\n",
    };
    let path = |side: &str| serde_json::json!({ "path": format!("{TYPES_FOLDER}/{side}") });
    let schemas: serde_json::Map<_, _> = crate::schema::schemas()
        .into_iter()
        .map(|schema| (format!("./{TYPES_FOLDER}/schemas/{}", schema.name), schema.describes.into()))
        .collect();
    vec![
        own(
            "tsconfig.json",
            serde_json::json!({ "files": [], "references": [path("server"), path("client"), path("scenarios")] }),
        ),
        own(".vscode/settings.json", serde_json::json!({ "yaml.schemas": schemas })),
    ]
}

#[cfg(test)]
mod tests;
