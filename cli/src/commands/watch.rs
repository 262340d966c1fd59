//! Sources of a configuration that are watched: what a person saves at once is one change.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::CommandError;

/// Editors write a file in several steps; what follows within this time is one change.
const ONE_CHANGE: Duration = Duration::from_millis(200);

/// Folders whose sources are watched, with all that is in them.
pub struct Sources {
    watcher: RecommendedWatcher,
    changes: Receiver<notify::Result<Event>>,
    folders: BTreeSet<PathBuf>,
}

fn failed(error: notify::Error) -> CommandError {
    CommandError::Argument(format!("the files can't be watched: {error}"))
}

impl Sources {
    /// Watches nothing yet.
    pub fn new() -> Result<Self, CommandError> {
        let (told, changes) = channel();
        Ok(Self { watcher: notify::recommended_watcher(told).map_err(failed)?, changes, folders: BTreeSet::new() })
    }

    /// Watches a folder too.
    pub fn add(&mut self, folder: PathBuf) -> Result<(), CommandError> {
        if !self.folders.contains(&folder) {
            self.watcher.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
            self.folders.insert(folder);
        }
        Ok(())
    }

    /// What is watched.
    pub const fn folders(&self) -> &BTreeSet<PathBuf> {
        &self.folders
    }

    /// Waits for a change of sources; none if none can come any more.
    pub fn next_change(&self) -> Option<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::new();
        while changed.is_empty() {
            changed.extend(self.sources_of(self.changes.recv().ok()?));
        }
        while let Ok(event) = self.changes.recv_timeout(ONE_CHANGE) {
            changed.extend(self.sources_of(event));
        }
        Some(changed)
    }

    /// The sources that an event is about. Reading is no change: whoever waits reads them.
    fn sources_of(&self, event: notify::Result<Event>) -> Vec<PathBuf> {
        let Ok(event) = event else { return Vec::new() };
        if !matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)) {
            return Vec::new();
        }
        event.paths.into_iter().filter(|path| self.is_source(path)).collect()
    }

    /// Declarations are written by ourselves, and what is hidden is no part of a configuration.
    fn is_source(&self, path: &Path) -> bool {
        let inside = self.folders.iter().find_map(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
        let is_aside = inside.components().any(|part| match part {
            Component::Normal(name) => name == "node_modules" || name.to_string_lossy().starts_with('.'),
            _ => false,
        });
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        !is_aside && !name.ends_with(".d.ts") && (name.ends_with(".ts") || name.ends_with(".yaml"))
    }
}

/// Paths as they are shown: from where the command runs.
pub fn names(paths: &BTreeSet<PathBuf>) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let shown = |path: &PathBuf| match path.strip_prefix(&here) {
        Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
        Ok(inside) => inside.display().to_string(),
        Err(_) => path.display().to_string(),
    };
    paths.iter().map(shown).collect::<Vec<_>>().join(", ")
}
