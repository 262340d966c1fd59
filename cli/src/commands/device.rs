//! `twinshore device list | revoke | lock | wipe | allow`: devices that signed in.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use twinshore_engine::Engine;
use twinshore_engine::accounts::{DeviceOrder, DeviceRow};
use uuid::Uuid;

use super::{CommandError, open_beside};
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
    /// Lock a device that may be in wrong hands: nobody gets at the data on it; they stay there
    Lock(Target),
    /// Remove the data from a device at its next contact; `list` tells when it was done
    Wipe(Target),
    /// Let a revoked, locked or wiped device work again
    Allow {
        /// Id of the device, as listed
        device: Uuid,
    },
}

#[derive(Debug, Args)]
struct Target {
    /// Id of the device, as listed
    device: Uuid,
    /// Only the data of this user [default: of everybody who signed in on it]
    #[arg(long)]
    user: Option<String>,
}

fn state(device: &DeviceRow) -> String {
    match (device.order, device.revoked, device.wiped) {
        (DeviceOrder::Wiped, _, Some(at)) => format!("wiped {}", at.format("%Y-%m-%d %H:%M")),
        (DeviceOrder::Wiped, ..) => "wiped".into(),
        (DeviceOrder::Wipe, ..) => "to be wiped".into(),
        (DeviceOrder::Lock, ..) => "locked".into(),
        (DeviceOrder::None, true, _) => "revoked".into(),
        (DeviceOrder::None, false, _) => "may work".into(),
    }
}

fn order(engine: &Engine, target: &Target, order: DeviceOrder, done: &str) -> Result<(), CommandError> {
    if !engine.order_device(target.device, target.user.as_deref(), order)? {
        return Err(CommandError::Argument(format!("device {} never signed in for such a user", target.device)));
    }
    output::line(format_args!("{} {done}", target.device));
    Ok(())
}

impl Device {
    /// Carries out the action.
    pub fn run(self) -> Result<(), CommandError> {
        let engine = open_beside(&self.folder, self.database)?;
        let (device, revoked) = match self.action {
            Action::List => {
                for device in engine.devices()? {
                    let state = state(&device);
                    let seen = device.last_seen.format("%Y-%m-%d %H:%M");
                    output::line(format_args!(
                        "{}\t{}\t{}\t{seen}\t{state}",
                        device.device, device.user_name, device.device_name
                    ));
                }
                return Ok(());
            }
            Action::Lock(target) => return order(&engine, &target, DeviceOrder::Lock, "is locked at its next contact"),
            Action::Wipe(target) => return order(&engine, &target, DeviceOrder::Wipe, "is wiped at its next contact"),
            Action::Revoke { device } => (device, true),
            Action::Allow { device } => {
                engine.order_device(device, None, DeviceOrder::None)?;
                (device, false)
            }
        };
        if !engine.revoke_device(device, revoked)? {
            return Err(CommandError::Argument(format!("device {device} never signed in")));
        }
        output::line(format_args!("{device} {}", if revoked { "is revoked" } else { "may work" }));
        Ok(())
    }
}
