//! `twinshore types DIR`: what editors and the TypeScript compiler want to know of a configuration.

use std::path::{Path, PathBuf};

use clap::Args;
use twinshore_compiler::{GeneratedFile, Severity, types};
use twinshore_testing::scenario::DECLARATIONS;

use super::CommandError;
use crate::output;

/// Name of the declarations beside scenarios.
pub const SCENARIO_TYPES: &str = "testing.d.ts";

/// Arguments.
#[derive(Debug, Args)]
pub struct Types {
    /// Configuration folder
    folder: PathBuf,
}

impl Types {
    /// Writes declarations and schemas; what is wrong with the configuration is told.
    pub fn run(self) -> Result<(), CommandError> {
        let written = write(&self.folder)?;
        output::line(format_args!("{} files are up to date, {} were written", written.in_all, written.changed));
        match written.errors {
            0 => Ok(()),
            errors => {
                let told = format!("{errors} errors, so declarations of its own objects were not written; they were");
                Err(CommandError::Configuration(told))
            }
        }
    }
}

/// What was written.
pub struct Written {
    /// Files that belong to the tool.
    pub in_all: usize,
    /// Files that were not there or said something else.
    pub changed: usize,
    /// Mistakes of the configuration.
    pub errors: usize,
}

/// Writes what editors want to know; tells what is wrong with the configuration.
pub fn write(folder: &Path) -> Result<Written, CommandError> {
    let found = types(folder);
    let errors: Vec<_> = found.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    errors.iter().for_each(output::line);
    if errors.iter().any(|error| error.code == "no-folder") {
        return Err(CommandError::Configuration("1 errors, 0 warnings".into()));
    }
    let mut files = found.files;
    if folder.join("tests").is_dir() {
        files.push(GeneratedFile { path: format!("tests/{SCENARIO_TYPES}"), text: DECLARATIONS.to_owned() });
    }
    let mut changed = 0;
    for file in &files {
        changed += usize::from(write_if_new(&folder.join(&file.path), &file.text)?);
    }
    for file in &found.once {
        let path = folder.join(&file.path);
        if !path.exists() {
            write_if_new(&path, &file.text)?;
            output::line(format_args!("written once, yours from now on: {}", file.path));
        }
    }
    Ok(Written { in_all: files.len(), changed, errors: errors.len() })
}

/// An editor that watches a file is not woken for nothing.
pub fn write_if_new(path: &Path, text: &str) -> Result<bool, CommandError> {
    if std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(false);
    }
    let failed = |cause| CommandError::File { path: path.to_owned(), cause };
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)?;
    Ok(true)
}
