//! Verbs on the main server.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot;
use twinshore_metadata::Value;

use super::arguments::{Arguments, Reply, trouble};
use super::configurations::{Configurations, Patch};
use super::requests::{Point, Trap, Victim};
use super::stage::{Account, PATIENCE, Stage};
use super::{data, phone_verbs};

/// Carries out a verb.
pub(super) async fn perform(stage: &Arc<Stage>, verb: &str, mut arguments: Arguments) -> Reply {
    if data::knows(verb) {
        let engine = stage.running_engine()?;
        return data::perform(engine, verb.to_owned(), arguments, stage.first_user()).await;
    }
    match verb {
        "kill" => {
            blocking(stage, |stage| {
                stage.kill_main();
                Ok(Value::Empty)
            })
            .await
        }
        "start" => blocking(stage, |stage| stage.start_main().map(|()| Value::Empty)).await,
        "killAt" => {
            let (request, when) = (arguments.text()?, arguments.text()?);
            let point = match when.as_str() {
                "before" => Point::Arrived,
                "after" => Point::Answered,
                other => return Err(trouble(format!("“{other}” is no point of a request; write \"before\" or \"after\""))),
            };
            trapped(stage, request, point, Victim::Main).await
        }
        "update" => {
            let next = next_configuration(stage, arguments.value())?;
            blocking(stage, move |stage| {
                let configuration = stage.configuration();
                let (folder, patch) = match next {
                    Next::Files(files) => (configuration.folder.clone(), merged(&configuration.patch, files)),
                    Next::Folder(folder) => (folder, Patch::new()),
                };
                let prepared = Configurations::default().get(&folder, &patch).map_err(trouble)?;
                stage.update_main(prepared).map(|()| Value::Empty)
            })
            .await
        }
        "file" => file(stage, &arguments.text()?).map(Value::String),
        "user" => {
            let name = arguments.text()?;
            let account: Account = serde_json::to_value(arguments.value())
                .and_then(serde_json::from_value)
                .map_err(|error| trouble(format!("the user {name} can't be read: {error}")))?;
            stage.put_user(name, account).await?;
            Ok(Value::Empty)
        }
        "disableUser" => {
            let (name, disabled) = (arguments.text()?, arguments.flag());
            let engine = stage.running_engine()?;
            let known = engine.disable_user(&name, disabled).map_err(super::arguments::engine_refused)?;
            if known { Ok(Value::Empty) } else { Err(trouble(format!("there is no user {name}"))) }
        }
        other => Err(trouble(format!("the main server has no verb {other}"))),
    }
}

/// Text of a file of the configuration that the main server runs.
fn file(stage: &Stage, path: &str) -> Result<String, twinshore_modules::HostError> {
    let configuration = stage.configuration();
    if let Some((_, text)) = configuration.patch.iter().find(|(patched, _)| patched == path) {
        return text.clone().ok_or_else(|| trouble(format!("{path} was taken away")));
    }
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let read = if inside { std::fs::read_to_string(configuration.folder.join(path)).ok() } else { None };
    read.ok_or_else(|| trouble(format!("the configuration has no file {path}")))
}

enum Next {
    Files(Patch),
    Folder(PathBuf),
}

fn next_configuration(stage: &Stage, value: Value) -> Result<Next, twinshore_modules::HostError> {
    match value {
        Value::String(folder) => Ok(Next::Folder(stage.folder.join(folder))),
        Value::Structure(fields) => match fields.into_iter().next() {
            Some((_, Value::Structure(files))) => Ok(Next::Files(patch_of(files))),
            _ => Err(trouble("files to put over the configuration are wanted: {path: text}")),
        },
        _ => Err(trouble("a folder or files are wanted")),
    }
}

/// Files by path; what is no text takes the file away.
pub(super) fn patch_of(files: Vec<(String, Value)>) -> Patch {
    files.into_iter().map(|(path, text)| (path, text.as_text().map(str::to_owned))).collect()
}

fn merged(before: &Patch, files: Patch) -> Patch {
    let all: BTreeMap<String, Option<String>> = before.iter().cloned().chain(files).collect();
    all.into_iter().collect()
}

async fn blocking(stage: &Arc<Stage>, work: impl FnOnce(&Stage) -> Reply + Send + 'static) -> Reply {
    let stage = Arc::clone(stage);
    tokio::task::spawn_blocking(move || work(&stage)).await.unwrap_or_else(|error| Err(trouble(error.to_string())))
}

/// Waits until somebody is killed at a named request.
pub(super) async fn trapped(stage: &Arc<Stage>, request: String, point: Point, victim: Victim) -> Reply {
    let (done, happened) = oneshot::channel();
    stage.requests.set_trap(Trap { request: request.clone(), point, victim, done });
    match tokio::time::timeout(PATIENCE, happened).await {
        Ok(Ok(())) => {
            if victim == Victim::Main {
                phone_verbs::breathe(stage).await;
            }
            Ok(Value::Empty)
        }
        _ => {
            let seen = stage.requests.names();
            Err(trouble(format!("no request {request} came in {} s; what came: {}", PATIENCE.as_secs(), seen.join(", "))))
        }
    }
}
