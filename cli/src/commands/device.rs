//! `twinshore device list | revoke | allow`: devices that signed in.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{CommandError, open_engine};
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Device {
    /// Configuration folder
    folder: PathBuf,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List devices, the last seen first
    List,
    /// Forbid a device; its session ends at once
    Revoke {
        /// Id of the device, as listed
        device: Uuid,
    },
    /// Let a revoked device work again
    Allow {
        /// Id of the device, as listed
        device: Uuid,
    },
}

impl Device {
    /// Carries out the action.
    pub fn run(self) -> Result<(), CommandError> {
        let engine = open_engine(&self.folder, self.database)?;
        let (device, revoked) = match self.action {
            Action::List => {
                for device in engine.devices()? {
                    let state = if device.revoked { "revoked" } else { "may work" };
                    let seen = device.last_seen.format("%Y-%m-%d %H:%M");
                    output::line(format_args!(
                        "{}\t{}\t{}\t{seen}\t{state}",
                        device.device, device.user_name, device.device_name
                    ));
                }
                return Ok(());
            }
            Action::Revoke { device } => (device, true),
            Action::Allow { device } => (device, false),
        };
        if !engine.revoke_device(device, revoked)? {
            return Err(CommandError::Argument(format!("device {device} never signed in")));
        }
        output::line(format_args!("{device} {}", if revoked { "is revoked" } else { "may work" }));
        Ok(())
    }
}
