//! `twinshore report DIR`: the composition report.

use std::path::PathBuf;

use clap::Args;
use twinshore_compiler::{Severity, compile};

use super::CommandError;
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Report {
    /// Configuration folder
    folder: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Report {
    /// Prints what goes to devices.
    pub fn run(self) -> Result<(), CommandError> {
        let compilation = compile(&self.folder);
        if compilation.bundles.is_none() {
            let errors = compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
            return Err(CommandError::Configuration(format!("{errors} errors; see `twinshore check`: errors were")));
        }
        if self.json {
            let json = serde_json::to_string_pretty(&compilation.report);
            output::line(json.map_err(|error| CommandError::Argument(error.to_string()))?);
        } else {
            output::line(compilation.report);
        }
        Ok(())
    }
}
