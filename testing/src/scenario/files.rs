//! Scenario files: found in a folder, stripped of their types, put together with what they import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use twinshore_compiler::{Declarations, Diagnostic, check_types, strip_types};
use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace};

use super::DECLARATIONS;

/// End of the names of scenario files.
const ENDING: &str = ".scenario.ts";
/// Files of one folder of tests at most.
const MAXIMUM_FILES: usize = 2_000;
/// Bytes of one file at most.
const MAXIMUM_BYTES: u64 = 4 << 20;
/// Folders inside folders at most.
const MAXIMUM_DEPTH: usize = 8;

/// Modules of the library by the names they are imported under.
const LIBRARY: [(&str, &str, &str); 6] = [
    ("@twinshore/testing", "<testing/scenario>", include_str!("library/scenario.js")),
    ("<testing/world>", "<testing/world>", include_str!("library/world.js")),
    ("<testing/expect>", "<testing/expect>", include_str!("library/expect.js")),
    ("<testing/server>", "<testing/server>", include_str!("library/server.js")),
    ("<testing/phone>", "<testing/phone>", include_str!("library/phone.js")),
    ("<testing/form>", "<testing/form>", include_str!("library/form.js")),
];

/// A file that is no scenario file, or a folder without any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileProblem(pub String);

/// A scenario file ready to be played.
#[derive(Debug, Clone)]
pub(super) struct ScenarioFile {
    /// Path as it is shown and as stacks name it.
    pub(super) shown: String,
    /// Folder that holds it.
    pub(super) folder: PathBuf,
    /// Everything that its context may import, the entry included.
    pub(super) modules: Arc<BTreeMap<ModuleName, CompiledModule>>,
}

fn name(text: &str) -> ModuleName {
    ModuleName::Common(text.to_owned(), ModulePlace::Client)
}

/// The module whose functions `list` and `run` the player calls.
pub(super) fn entry() -> ModuleName {
    name("<entry>")
}

/// The folder of a configuration that holds its scenarios.
pub fn tests_folder(folder: &Path) -> PathBuf {
    let inside = folder.join("tests");
    if inside.is_dir() { inside } else { folder.to_owned() }
}

/// The scenario files of a path: a configuration's folder, a folder of scenarios, or one file. Broken files are problems of their
/// own; the others can be played.
///
/// # Errors
/// If there is nothing to play.
pub(super) fn find(path: &Path) -> Result<(Vec<ScenarioFile>, Vec<FileProblem>), FileProblem> {
    let (root, only) = if path.is_file() {
        (path.parent().unwrap_or(Path::new(".")).to_owned(), Some(path.to_owned()))
    } else if path.is_dir() {
        (tests_folder(path), None)
    } else {
        return Err(FileProblem(format!("{}: there is no such file or folder", path.display())));
    };
    let mut paths = Vec::new();
    walk(&root, 0, &mut paths)?;
    paths.sort();
    let scenarios: Vec<&PathBuf> = paths
        .iter()
        .filter(|found| found.to_string_lossy().ends_with(ENDING) && only.as_ref().is_none_or(|only| only == *found))
        .collect();
    if scenarios.is_empty() {
        return Err(FileProblem(format!("{}: there are no files named *{ENDING}", root.display())));
    }
    let declared = Declarations::read(DECLARATIONS);
    let mut problems = Vec::new();
    let mut helpers = Vec::new();
    for path in paths.iter().filter(|found| !found.to_string_lossy().ends_with(ENDING)) {
        match compiled(&declared, path) {
            Ok(module) => helpers.push(module),
            Err(problem) => problems.push(problem),
        }
    }
    let mut files = Vec::new();
    for path in scenarios {
        match compiled(&declared, path) {
            Ok(module) => files.push(file(path, module, &helpers)),
            Err(problem) => problems.push(problem),
        }
    }
    Ok((files, problems))
}

fn walk(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), FileProblem> {
    let unreadable = |error: std::io::Error| FileProblem(format!("{}: it can't be read: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(unreadable)?;
        if name.starts_with('.') || name == "node_modules" || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() && depth < MAXIMUM_DEPTH {
            walk(&entry.path(), depth + 1, paths)?;
        } else if kind.is_file() && name.ends_with(".ts") && !name.ends_with(".d.ts") {
            if paths.len() == MAXIMUM_FILES {
                return Err(FileProblem(format!("{}: there are more than {MAXIMUM_FILES} files", folder.display())));
            }
            paths.push(entry.path());
        }
    }
    Ok(())
}

/// A path as it is shown: from where the command runs, if it lies there, with `/`.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn compiled(declared: &Declarations, path: &Path) -> Result<CompiledModule, FileProblem> {
    let file = shown(path);
    let unreadable = |error: std::io::Error| FileProblem(format!("{file}: it can't be read: {error}"));
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAXIMUM_BYTES {
        return Err(FileProblem(format!("{file}: it has more than {MAXIMUM_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let told = |diagnostics: Vec<Diagnostic>| {
        let lines: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        FileProblem(lines.join("\n"))
    };
    let code = strip_types(&file, &text).map_err(told)?;
    let misfits = check_types(declared, &file, &text);
    if misfits.is_empty() { Ok(CompiledModule { file, code, exports: Vec::new() }) } else { Err(told(misfits)) }
}

fn file(path: &Path, module: CompiledModule, helpers: &[CompiledModule]) -> ScenarioFile {
    let shown = module.file.clone();
    let code = format!("import {};\nexport {{ list, run }} from \"@twinshore/testing\";\n", serde_json::Value::from(&*shown));
    let start = CompiledModule { file: "<entry>".into(), code, exports: vec!["list".into(), "run".into()] };
    let library = LIBRARY.iter().map(|(imported, file, code)| {
        (name(imported), CompiledModule { file: (*file).into(), code: (*code).into(), exports: Vec::new() })
    });
    let own = helpers.iter().cloned().chain([module]).map(|module| (name(&module.file), module));
    let modules = library.chain(own).chain([(entry(), start)]).collect();
    ScenarioFile { shown, folder: path.parent().unwrap_or(Path::new(".")).to_owned(), modules: Arc::new(modules) }
}
