//! `twinshore check DIR`: everything that is wrong with a configuration.

use std::path::PathBuf;

use clap::Args;
use twinshore_compiler::{Severity, compile};

use super::CommandError;
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Check {
    /// Configuration folder
    folder: PathBuf,
    /// Print JSON, one diagnostic a line
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Prints diagnostics; fails if there are errors.
    pub fn run(self) -> Result<(), CommandError> {
        let compilation = compile(&self.folder);
        for diagnostic in &compilation.diagnostics {
            if self.json {
                let json = serde_json::to_string(diagnostic).map_err(|error| CommandError::Argument(error.to_string()))?;
                output::line(json);
            } else {
                output::line(diagnostic);
            }
        }
        let count = |severity| compilation.diagnostics.iter().filter(|d| d.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let summary = format!("{errors} errors, {warnings} warnings");
        if errors > 0 {
            return Err(CommandError::Configuration(summary));
        }
        if !self.json {
            output::line(summary);
        }
        Ok(())
    }
}
