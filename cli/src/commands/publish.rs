//! `twinshore publish DIR`: the server that runs over the configuration serves it as it is now, without a stop (A5).

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use twinshore_engine::storage::Database;
use twinshore_server::{publish, publish_answer, wish_to_publish};

use super::{CommandError, database_of};
use crate::output;

/// A server that runs answers within this time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the answer is looked for.
const LOOK: Duration = Duration::from_millis(200);

/// Arguments.
#[derive(Debug, Args)]
pub struct Publish {
    /// Configuration folder
    folder: PathBuf,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
}

impl Publish {
    /// Checks the configuration, then waits until it is served.
    pub async fn run(self) -> Result<(), CommandError> {
        publish(&self.folder)?;
        let database = Database::open(&database_of(&self.folder, self.database)?)?;
        let wish = wish_to_publish(&database)?;
        let answered = async {
            loop {
                if let Some(answer) = publish_answer(&database, &wish)? {
                    return Ok::<_, CommandError>(answer);
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let Ok(answer) = tokio::time::timeout(PATIENCE, answered).await else {
            output::line(format_args!("no server runs over this database; the next one that starts serves the configuration"));
            return Ok(());
        };
        let answer = answer?;
        if !answer.error.is_empty() {
            return Err(CommandError::Argument(format!("not published, the old configuration is served on: {}", answer.error)));
        }
        output::line(format_args!("published"));
        if answer.obstacles.is_empty() {
            output::line(format_args!("devices may put the update off"));
        } else {
            output::line(format_args!("devices work offline until they are updated, because"));
            answer.obstacles.iter().for_each(|why| output::line(format_args!("  {why}")));
        }
        Ok(())
    }
}
