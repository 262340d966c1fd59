//! From a configuration folder to what the main server runs and devices download.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinshore_compiler::Severity;
use twinshore_engine::storage::Database;
use twinshore_engine::{Engine, EngineError, OpenOptions, schema};
use twinshore_metadata::Bundle;
use twinshore_protocol::Clock;

use crate::ServeError;
use crate::config::{Published, Source};
use crate::live::Stage;

/// Compiles a configuration folder. Warnings go to the log.
///
/// # Errors
/// [`ServeError::Configuration`] with the diagnostics.
pub fn publish(folder: &Path) -> Result<Published, ServeError> {
    let compilation = twinshore_compiler::compile(folder);
    let errors: Vec<String> =
        compilation.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
    match compilation.bundles {
        Some(bundles) if errors.is_empty() => {
            for warning in compilation.diagnostics.iter().filter(|d| d.severity == Severity::Warning) {
                tracing::warn!("{warning}");
            }
            Ok(Published { main: bundles.main, device: Some(bundles.device) })
        }
        _ => Err(ServeError::Configuration { folder: folder.to_owned(), diagnostics: errors.join("\n") }),
    }
}

/// Opens the engine of a bundle over a database file.
pub(crate) fn open_engine(bundle: Bundle, path: PathBuf, clock: Arc<dyn Clock>) -> Result<Engine, ServeError> {
    Engine::open(OpenOptions { bundle: Arc::new(bundle), database: path.clone(), key: None, clock, utc_offset_s: 0 })
        .map_err(|error| ServeError::Database { path, cause: error.to_string() })
}

/// Settings of the database through which `twinshore publish` and the server that runs talk.
const WISH: &str = "publish.wish";
const ANSWER: &str = "publish.answer";

/// What became of a wish to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishAnswer {
    /// The wish.
    pub wish: String,
    /// What went wrong; empty if it is served now.
    pub error: String,
    /// Why devices have to be updated first; empty if they may put it off.
    pub obstacles: Vec<String>,
}

/// Asks a server that runs over a database to read its configuration anew; gives the wish's name.
///
/// # Errors
/// If the database fails.
pub fn wish_to_publish(database: &Arc<Database>) -> Result<String, EngineError> {
    let wish = uuid::Uuid::now_v7().to_string();
    schema::set_setting(&*database.writer()?, WISH, &wish)?;
    Ok(wish)
}

/// The server's answer to a wish; none until it has answered.
///
/// # Errors
/// If the database fails.
pub fn publish_answer(database: &Arc<Database>, wish: &str) -> Result<Option<PublishAnswer>, EngineError> {
    let text = schema::setting(&*database.reader()?, ANSWER)?;
    Ok(text.and_then(|text| serde_json::from_str::<PublishAnswer>(&text).ok()).filter(|answer| answer.wish == wish))
}

/// Publishes if somebody wished for it since the last time.
pub(crate) fn answer_request(stage: &Stage, source: Source) {
    let database = Arc::clone(stage.now().engine.database());
    let wished = || -> Result<Option<String>, EngineError> {
        let Some(wish) = schema::setting(&*database.reader()?, WISH)? else { return Ok(None) };
        Ok(publish_answer(&database, &wish)?.is_none().then_some(wish))
    };
    let Ok(Some(wish)) = wished() else { return };
    let result = crate::serve::read(source).and_then(|published| stage.publish(published));
    let answer = match result {
        Ok(publication) => PublishAnswer { wish, error: String::new(), obstacles: publication.obstacles },
        Err(error) => {
            tracing::error!(%error, "the new configuration is not served; the old one goes on");
            PublishAnswer { wish, error: error.to_string(), obstacles: Vec::new() }
        }
    };
    let text = serde_json::to_string(&answer).unwrap_or_default();
    if let Err(error) = database.writer().and_then(|writer| schema::set_setting(&writer, ANSWER, &text)) {
        tracing::error!(%error, "the answer to a wish to publish could not be kept");
    }
}

/// How hard a publication is packed for the database.
const PACK_LEVEL: i32 = 9;

/// A publication as the database keeps it.
pub(crate) fn pack(published: &Published) -> Result<Vec<u8>, ServeError> {
    let text = serde_json::to_vec(published).map_err(|error| ServeError::Pack(error.to_string()))?;
    zstd::encode_all(text.as_slice(), PACK_LEVEL).map_err(|error| ServeError::Pack(error.to_string()))
}

/// A publication from the database; none if this build can't read it.
pub(crate) fn unpack(packed: &[u8]) -> Option<Published> {
    let text = zstd::decode_all(packed).ok()?;
    serde_json::from_slice(&text).ok()
}
