//! `twinshore test DIR`: plays the scenarios of a configuration.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use twinshore_testing::scenario::{DECLARATIONS, Options, Report, list, run, sources, tests_folder};

use super::CommandError;
use super::types::SCENARIO_TYPES;
use super::watch::{Sources, names};
use crate::output;

/// Arguments.
#[derive(Debug, Args)]
pub struct Test {
    /// Configuration folder, folder of scenarios, or one scenario file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Play only scenarios whose name or file holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Scenarios at a time [default: one a core]
    #[arg(long)]
    jobs: Option<usize>,
    /// Begin chance here, to play a run again
    #[arg(long)]
    seed: Option<u64>,
    /// Seconds that a scenario may take if it says nothing else
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    limit: u64,
    /// Play again when a file of the configuration or of the scenarios changes
    #[arg(long)]
    watch: bool,
    /// Say which scenarios there are and play none
    #[arg(long)]
    list: bool,
    /// Write the outcome as JUnit's XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the outcome as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the declarations for editors into the folder of scenarios and play none
    #[arg(long)]
    types: bool,
}

fn written(path: &Path, text: &str) -> Result<(), CommandError> {
    std::fs::write(path, text).map_err(|cause| CommandError::File { path: path.to_owned(), cause })
}

impl Test {
    /// Plays, lists or writes; fails if a scenario does.
    pub async fn run(self) -> Result<(), CommandError> {
        // Scenarios have runtimes of their own and block.
        let run = tokio::task::spawn_blocking(move || self.run_here());
        run.await.unwrap_or_else(|error| Err(CommandError::Argument(error.to_string())))
    }

    fn run_here(self) -> Result<(), CommandError> {
        if self.types {
            let path = tests_folder(&self.path).join(SCENARIO_TYPES);
            written(&path, DECLARATIONS)?;
            output::line(format_args!("written: {}", path.display()));
            return Ok(());
        }
        if self.list {
            return self.list();
        }
        if self.watch { self.watch_and_play() } else { self.play() }
    }

    fn list(&self) -> Result<(), CommandError> {
        let listing = list(&self.options()).map_err(|problem| CommandError::Argument(problem.0))?;
        for scenario in &listing.scenarios {
            let skipped = scenario.skipped.as_ref().map(|reason| format!("  (skipped: {reason})")).unwrap_or_default();
            output::line(format_args!("{}  {}{skipped}", scenario.place, scenario.name));
        }
        listing.broken.iter().for_each(|problem| output::line(format_args!("BROKEN {problem}")));
        if listing.is_partial {
            output::line("Only scenarios marked with scenario.only are listed.");
        }
        match (listing.broken.is_empty(), listing.scenarios.is_empty()) {
            (false, _) => Err(CommandError::Scenarios),
            (true, true) => Err(nothing_fits()),
            (true, false) => Ok(()),
        }
    }

    fn options(&self) -> Options {
        Options {
            path: self.path.clone(),
            filter: self.filter.clone(),
            jobs: self.jobs,
            seed: self.seed,
            limit: Some(Duration::from_secs(self.limit)),
        }
    }

    fn play(&self) -> Result<(), CommandError> {
        let report = run(&self.options(), |played| output::line(played.text()));
        let report = report.map_err(|problem| CommandError::Argument(problem.0))?;
        for problem in &report.broken {
            output::line(format_args!("BROKEN {problem}"));
        }
        self.keep(&report)?;
        if report.is_partial {
            output::line("Only scenarios marked with scenario.only were played.");
        }
        output::line(format_args!("seed {}", report.seed));
        output::line(report.summary());
        let nothing = report.played.is_empty() && report.broken.is_empty();
        if nothing {
            return Err(nothing_fits());
        }
        if report.failed() > 0 { Err(CommandError::Scenarios) } else { Ok(()) }
    }

    fn keep(&self, report: &Report) -> Result<(), CommandError> {
        if let Some(path) = &self.junit {
            written(path, &report.junit())?;
        }
        if let Some(path) = &self.json {
            let json = serde_json::to_string_pretty(report).map_err(|error| CommandError::Argument(error.to_string()))?;
            written(path, &json)?;
        }
        Ok(())
    }

    /// Plays at each change, until the person ends it. What does not play is told, and the next change may mend it.
    fn watch_and_play(&self) -> Result<(), CommandError> {
        let mut watched = Sources::new()?;
        loop {
            // Before playing: what is changed meanwhile is played again. A scenario may name another configuration by now.
            for folder in sources(&self.options()) {
                watched.add(folder)?;
            }
            match self.play() {
                Ok(()) | Err(CommandError::Scenarios) => {}
                Err(error) => output::fault(&error),
            }
            output::line(format_args!("waiting for changes in {}", names(watched.folders())));
            let Some(changed) = watched.next_change() else { return Ok(()) };
            output::line(format_args!("changed: {}", names(&changed)));
        }
    }
}

fn nothing_fits() -> CommandError {
    CommandError::Argument("no scenario fits".into())
}
