//! `twinshore pack DIR FILE`: what devices download of a configuration, as a file for a branded app.

use std::path::PathBuf;

use clap::Args;
use twinshore_server::{DeviceFile, publish};

use super::CommandError;
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Pack {
    /// Configuration folder
    folder: PathBuf,
    /// File to write
    file: PathBuf,
}

impl Pack {
    /// Writes the file that the main server gives to devices.
    pub fn run(self) -> Result<(), CommandError> {
        let device = publish(&self.folder)?.device;
        let device = device.ok_or_else(|| CommandError::Argument("this configuration has no offline.yaml".into()))?;
        let packed = DeviceFile::pack(&device)?.packed;
        std::fs::write(&self.file, &packed).map_err(|cause| CommandError::File { path: self.file.clone(), cause })?;
        output::line(format_args!("{} ({} bytes) holds {}", self.file.display(), packed.len(), device.hash()));
        Ok(())
    }
}
