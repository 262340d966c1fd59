//! `twinshore demo`: a main server with the demo's data, and two phones in the browser.

mod filler;

use std::path::{Path, PathBuf};

use clap::Args;
use twinshore_engine::users;
use twinshore_simulator::{PhoneSetup, Simulator};

use self::filler::Filler;
use super::{CommandError, open_engine};
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Demo {
    /// Configuration folder
    #[arg(long, default_value = "examples/field-sales")]
    configuration: PathBuf,
    /// Folder for the databases of the main server and the phones
    #[arg(long, default_value = ".cache/demo")]
    directory: PathBuf,
    /// Table of places, made by scripts/data
    #[arg(long)]
    places: Option<PathBuf>,
    /// Port of the page; 0 takes a free one
    #[arg(long, default_value_t = 4173)]
    port: u16,
}

impl Demo {
    /// Serves until it is stopped.
    pub async fn run(self) -> Result<(), CommandError> {
        let file = |cause| CommandError::File { path: self.directory.clone(), cause };
        std::fs::create_dir_all(&self.directory).map_err(file)?;
        let database = self.directory.join("main.db");
        let program = std::env::current_exe().map_err(file)?;
        self.fill(&database, &program)?;
        let running = twinshore_server::serve(twinshore_server::Config::new(&self.configuration, &database)).await?;
        output::line(format_args!("main server on {}", running.url()));
        let phones = ["ann", "bob"].map(|name| PhoneSetup { name: name.into(), user: name.into() }).into();
        let simulator = Simulator::new(program, self.directory.join("phones"), running.address(), phones)
            .map_err(|error| CommandError::Argument(error.to_string()))?;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", self.port)).await.map_err(file)?;
        let address = listener.local_addr().map_err(file)?;
        output::line(format_args!("sign in as ann or bob, password: demo"));
        output::line(format_args!("simulator on http://{address}"));
        tokio::select! {
            result = simulator.serve(listener) => result.map_err(|error| CommandError::Argument(error.to_string())),
            _ = tokio::signal::ctrl_c() => {
                running.stop().await;
                Ok(())
            }
        }
    }

    /// Fills a new database: users, goods, customers, orders; places from the table.
    fn fill(&self, database: &Path, program: &Path) -> Result<(), CommandError> {
        let engine = open_engine(&self.configuration, Some(database.to_owned()))?;
        let reader = engine.database().reader()?;
        if !users::names(&reader)?.is_empty() {
            return Ok(());
        }
        drop(reader);
        drop(engine);
        if let Some(places) = &self.places {
            output::line(format_args!("reading places …"));
            let status = std::process::Command::new(program)
                .args(["import", "csv"])
                .args([self.configuration.as_path(), places.as_path()])
                .args(["--object", "Catalog.Places", "--database"])
                .arg(database)
                .status()
                .map_err(|cause| CommandError::File { path: places.clone(), cause })?;
            if !status.success() {
                return Err(CommandError::Argument("the places could not be read".into()));
            }
        }
        let engine = open_engine(&self.configuration, Some(database.to_owned()))?;
        Filler::new(&engine).run().map_err(CommandError::from)
    }
}
