//! The `twinshore` command: checks, serves and looks after configurations and their databases.
//!
//! One file a subcommand; each only parses and prints, the work is done in the crates.

mod commands;
mod output;
mod qr;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "twinshore", version, about = "Business apps for phones, with and without a connection")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a configuration
    New(commands::new::New),
    /// Check a configuration folder
    Check(commands::check::Check),
    /// Write what editors want to know of a configuration: declarations for modules, schemas for YAML
    Types(commands::types::Types),
    /// Serve a configuration as a main server
    Serve(commands::serve::Serve),
    /// Run the scenarios of a configuration
    Test(commands::test::Test),
    /// Serve a changed configuration without stopping the server that runs
    Publish(commands::publish::Publish),
    /// Write what devices download of a configuration into a file, for an app that brings it along
    Pack(commands::pack::Pack),
    /// Tell what of a configuration goes to devices, and why
    Report(commands::report::Report),
    /// Add, list and disable users
    User(commands::user::User),
    /// List, revoke, lock and wipe devices
    Device(commands::device::Device),
    /// Read data from other programs
    Import(commands::import::Import),
    /// Copy the database of a main server while it runs
    Backup(commands::backup::Backup),
    /// Put a copy in the place of a database
    Restore(commands::backup::Restore),
    /// Show a main server and two phones in the browser
    Demo(commands::demo::Demo),
    /// Work on a configuration: phones in the browser follow what is saved
    Dev(commands::dev::Dev),
    /// Run a phone for the simulator
    #[command(hide = true)]
    Phone(commands::phone::Phone),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log(&arguments.command);
    let result = match arguments.command {
        Command::New(new) => new.run(),
        Command::Check(check) => check.run(),
        Command::Types(types) => types.run(),
        Command::Serve(serve) => serve.run().await,
        Command::Test(test) => test.run().await,
        Command::Publish(publish) => publish.run().await,
        Command::Pack(pack) => pack.run(),
        Command::Report(report) => report.run(),
        Command::User(user) => user.run(),
        Command::Dev(dev) => dev.run().await,
        Command::Device(device) => device.run(),
        Command::Import(import) => import.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Demo(demo) => demo.run().await,
        Command::Phone(phone) => phone.run().await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Everything is said already, and the last line is the count.
        Err(commands::CommandError::Scenarios) => ExitCode::FAILURE,
        Err(error) => {
            output::fault(&error);
            ExitCode::FAILURE
        }
    }
}

/// Log lines go to standard error; `TWINSHORE_LOG` sets what is logged (`info`, `twinshore_engine=debug`).
/// Scenarios break links and servers on purpose and tell themselves what happened: theirs are not logged unless asked for.
fn start_log(command: &Command) {
    let otherwise = if matches!(command, Command::Test(_)) { "off" } else { "warn,twinshore=info" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("TWINSHORE_LOG").unwrap_or_else(|_| otherwise.into());
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).with_target(false).init();
}
