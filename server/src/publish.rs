//! From a configuration folder to what the main server runs and devices download.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use twinshore_compiler::Severity;
use twinshore_engine::{Engine, OpenOptions};
use twinshore_metadata::Bundle;
use twinshore_protocol::Clock;

use crate::ServeError;
use crate::config::Published;

/// Compiles a configuration folder. Warnings go to the log.
///
/// # Errors
/// [`ServeError::Configuration`] with the diagnostics.
pub fn publish(folder: &Path) -> Result<Published, ServeError> {
    let compilation = twinshore_compiler::compile(folder);
    let errors: Vec<String> =
        compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
    match compilation.bundles {
        Some(bundles) if errors.is_empty() => {
            for warning in compilation.diagnostics.iter().filter(|d| d.severity == Severity::Warning) {
                tracing::warn!("{warning}");
            }
            Ok(Published { main: bundles.main, device: Some(bundles.device) })
        }
        _ => Err(ServeError::Configuration { folder: folder.to_owned(), diagnostics: errors.join("\n") }),
    }
}

/// Opens the engine of a bundle over a database file.
pub(crate) fn open_engine(bundle: Bundle, path: PathBuf, clock: Arc<dyn Clock>) -> Result<Engine, ServeError> {
    Engine::open(OpenOptions { bundle: Arc::new(bundle), database: path.clone(), clock, utc_offset_s: 0 })
        .map_err(|error| ServeError::Database { path, cause: error.to_string() })
}
