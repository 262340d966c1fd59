//! `twinshore phone`: a phone whose shell is a page; started by the simulator.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use twinshore_simulator::{PhoneOptions, run_phone};

use super::CommandError;

/// Arguments.
#[derive(Debug, Args)]
pub struct Phone {
    /// Folder of the phone
    #[arg(long)]
    directory: PathBuf,
    /// Address of the main server
    #[arg(long)]
    main_server: String,
    /// Other address of the main server, as sign-in links name it
    #[arg(long)]
    known_as: Vec<String>,
    /// Name of the device
    #[arg(long)]
    name: String,
}

impl Phone {
    /// Runs until standard input ends.
    pub async fn run(self) -> Result<(), CommandError> {
        // A person at the simulator waits for what happens: heartbeats come sooner than on a phone that saves its battery.
        let settings = twinshore_client::Settings {
            heartbeat: Duration::from_secs(2),
            probe: Duration::from_secs(1),
            probe_timeout: Duration::from_secs(8),
            plain_links: true,
            known_as: self.known_as,
            ..Default::default()
        };
        let options = PhoneOptions { directory: self.directory, main_server: self.main_server, name: self.name, settings };
        run_phone(options).await.map_err(|error| CommandError::Argument(error.to_string()))
    }
}
