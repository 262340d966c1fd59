//! `twinshore backup` and `twinshore restore`: copies of a main server's database.

use std::path::{Path, PathBuf};

use clap::Args;
use rusqlite::backup::{Backup as Pages, StepResult};
use rusqlite::{Connection, OpenFlags};
use twinshore_engine::EngineError;
use twinshore_engine::storage::Database;
use twinshore_protocol::ServerError;

use super::{CommandError, database_of};
use crate::output;

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Configuration folder
    folder: PathBuf,
    /// File of the copy; must not exist
    copy: PathBuf,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// Configuration folder
    folder: PathBuf,
    /// File of the copy
    copy: PathBuf,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
    /// Replace a database that exists
    #[arg(long)]
    replace: bool,
}

impl Backup {
    /// Copies the database as of one moment; the main server may go on meanwhile.
    pub fn run(self) -> Result<(), CommandError> {
        let database = existing(database_of(&self.folder, self.database)?)?;
        if self.copy.exists() {
            return Err(CommandError::Argument(format!("{} exists already", self.copy.display())));
        }
        let from = open(&database)?;
        let mut to = Connection::open(&self.copy).map_err(EngineError::from)?;
        // All pages in one step are the database of one moment.
        let copied = Pages::new(&from, &mut to).and_then(|pages| pages.step(-1)).map_err(EngineError::from)?;
        if copied != StepResult::Done {
            let _ = std::fs::remove_file(&self.copy);
            return Err(ServerError::TryLater { seconds: 5 }.into());
        }
        let bytes = std::fs::metadata(&self.copy).map_or(0, |m| m.len());
        output::line(format_args!("{} ({:.1} MB)", self.copy.display(), bytes as f64 / 1e6));
        Ok(())
    }
}

impl Restore {
    /// Puts the copy in the place of the database. The main server must not run.
    pub fn run(self) -> Result<(), CommandError> {
        let copy = existing(self.copy)?;
        let database = database_of(&self.folder, self.database)?;
        if database.exists() && !self.replace {
            return Err(CommandError::Argument(format!("{} exists; add --replace", database.display())));
        }
        let file = |path: &Path, cause| CommandError::File { path: path.to_owned(), cause };
        let waiting = database.with_extension("restoring");
        std::fs::copy(&copy, &waiting).map_err(|cause| file(&waiting, cause))?;
        if let Err(error) = check(&waiting) {
            let _ = std::fs::remove_file(&waiting);
            return Err(error);
        }
        for side in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{side}", database.display()));
        }
        std::fs::rename(&waiting, &database).map_err(|cause| file(&database, cause))?;
        output::line(format_args!("restored to {}", database.display()));
        Ok(())
    }
}

fn existing(path: PathBuf) -> Result<PathBuf, CommandError> {
    if path.is_file() { Ok(path) } else { Err(CommandError::Argument(format!("there is no {}", path.display()))) }
}

fn open(path: &Path) -> Result<Connection, CommandError> {
    Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(EngineError::from)?)
}

/// A copy that was cut or changed, or is something else, is not put anywhere.
fn check(copy: &Path) -> Result<(), CommandError> {
    let damaged = |what: String| CommandError::Argument(format!("the copy can't be used: {what}"));
    let database = Database::open(copy).map_err(|error| damaged(error.to_string()))?;
    let reader = database.reader()?;
    let found: Result<String, _> = reader.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match found {
        Ok(text) if text == "ok" => Ok(()),
        Ok(text) => Err(damaged(text)),
        Err(error) => Err(damaged(error.to_string())),
    }
}
