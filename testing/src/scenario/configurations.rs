//! Configurations of scenarios: compiled once for all worlds that use them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use twinshore_compiler::{CompositionReport, Diagnostic, Severity, compile};
use twinshore_server::Published;

use crate::FixtureBuilder;

/// Files put over a configuration's; none takes a file away.
pub(super) type Patch = Vec<(String, Option<String>)>;

/// A compiled configuration.
pub(super) struct Prepared {
    /// Folder it came from.
    pub(super) folder: PathBuf,
    /// What was put over it.
    pub(super) patch: Patch,
    pub(super) published: Published,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) report: CompositionReport,
}

type Outcome = Result<Arc<Prepared>, String>;

/// A configuration that is compiled once; whoever comes second waits for the first.
type Place = Arc<Mutex<Option<Outcome>>>;

/// Configurations by folder and patch.
#[derive(Default)]
pub(super) struct Configurations(Mutex<HashMap<(PathBuf, Patch), Place>>);

impl Configurations {
    /// The compiled configuration of a folder with files put over it.
    ///
    /// # Errors
    /// The diagnostics, if it has errors.
    pub(super) fn get(&self, folder: &Path, patch: &Patch) -> Outcome {
        let place = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry((folder.to_owned(), patch.clone())).or_default())
        };
        let mut outcome = place.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.get_or_insert_with(|| prepare(folder, patch)).clone()
    }
}

fn prepare(folder: &Path, patch: &Patch) -> Outcome {
    let failed = |error: crate::WorldError| format!("the configuration in {} can't be patched: {error}", folder.display());
    let compilation = if patch.is_empty() {
        compile(folder)
    } else {
        let mut files = FixtureBuilder::of_folder(folder).map_err(failed)?;
        for (path, text) in patch {
            files = match text {
                Some(text) => files.file(path, text.clone()),
                None => files.without(path),
            };
        }
        compile(files.write().map_err(failed)?.path())
    };
    let Some(bundles) = compilation.bundles else {
        let errors: Vec<String> =
            compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
        return Err(format!("the configuration in {} has errors:\n{}", folder.display(), errors.join("\n")));
    };
    Ok(Arc::new(Prepared {
        folder: folder.to_owned(),
        patch: patch.clone(),
        published: Published { main: bundles.main, device: Some(bundles.device) },
        diagnostics: compilation.diagnostics,
        report: compilation.report,
    }))
}
