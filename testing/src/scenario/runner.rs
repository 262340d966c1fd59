//! Runs scenarios side by side, each in a world of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use twinshore_metadata::Value;

use super::configurations::{Configurations, Patch, Prepared};
use super::files::{self, FileProblem, ScenarioFile};
use super::main_verbs::patch_of;
use super::player::{self, Declared, THREAD_STACK_BYTES};
use super::report::{Failure, Played, Report, Verdict};
use super::stage::Stage;

/// Happenings that a failure shows.
const SHOWN: usize = 40;
/// Time of a scenario that says nothing else.
const LIMIT: Duration = Duration::from_secs(60);
/// A configuration begins with this file.
const HEAD: &str = "configuration.yaml";

/// What to run and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Configuration's folder, folder of scenarios, or one file.
    pub path: PathBuf,
    /// Only scenarios whose name or file holds this text.
    pub filter: Option<String>,
    /// Scenarios at a time; none for one a core.
    pub jobs: Option<usize>,
    /// Where chance begins; none takes one by chance.
    pub seed: Option<u64>,
    /// Time of a scenario that says nothing else; none for a minute.
    pub limit: Option<Duration>,
}

/// A scenario to be played.
struct Planned {
    file: Arc<ScenarioFile>,
    index: usize,
    declared: Declared,
    skip: Option<String>,
}

struct Plan {
    scenarios: Vec<Planned>,
    broken: Vec<String>,
    is_partial: bool,
}

fn plan(options: &Options) -> Result<Plan, FileProblem> {
    let (found, problems) = files::find(&options.path)?;
    let mut broken: Vec<String> = problems.into_iter().map(|problem| problem.0).collect();
    let mut scenarios = Vec::new();
    for file in found {
        let file = Arc::new(file);
        match on_thread({
            let file = Arc::clone(&file);
            move || player::declared(&file)
        }) {
            Ok(all) => scenarios.extend(all.into_iter().enumerate().map(|(index, declared)| Planned {
                file: Arc::clone(&file),
                index,
                declared,
                skip: None,
            })),
            Err(problem) => broken.push(problem),
        }
    }
    if let Some(filter) = options.filter.as_ref().filter(|filter| !filter.is_empty()) {
        let filter = filter.to_lowercase();
        let fits = |text: &str| text.to_lowercase().contains(&filter);
        scenarios.retain(|planned| fits(&planned.declared.name) || fits(&planned.file.shown));
    }
    let is_partial = scenarios.iter().any(|planned| planned.declared.only);
    if is_partial {
        scenarios.retain(|planned| planned.declared.only);
    }
    for planned in &mut scenarios {
        planned.skip = Some(planned.declared.skip.clone()).filter(|reason| !reason.is_empty());
    }
    Ok(Plan { scenarios, broken, is_partial })
}

/// Runs on a thread with a stack for module code.
fn on_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    let thread = std::thread::Builder::new().name("scenario".into()).stack_size(THREAD_STACK_BYTES).spawn(work);
    let failed = |text: &dyn std::fmt::Display| Err(format!("the thread of a scenario failed: {text}"));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => failed(&"it panicked"),
        Err(error) => failed(&error),
    }
}

/// What there is to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Scenarios in the order of their files.
    pub scenarios: Vec<Listed>,
    /// Files that can't be played, with why.
    pub broken: Vec<String>,
    /// A file has `scenario.only`: others are not listed.
    pub is_partial: bool,
}

/// A scenario of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is declared: `file:line:column`.
    pub place: String,
    /// Name.
    pub name: String,
    /// Why it is not played; none if it is.
    pub skipped: Option<String>,
}

/// The scenarios of a path.
///
/// # Errors
/// [`FileProblem`] if there is nothing to play.
pub fn list(options: &Options) -> Result<Listing, FileProblem> {
    let plan = plan(options)?;
    let listed =
        |planned: Planned| Listed { place: planned.declared.place, name: planned.declared.name, skipped: planned.skip };
    let scenarios = plan.scenarios.into_iter().map(listed).collect();
    Ok(Listing { scenarios, broken: plan.broken, is_partial: plan.is_partial })
}

/// Folders whose files scenarios depend on: the scenarios' own and the configurations they play with. Those that can be told now:
/// a path that can't be played gives itself.
pub fn sources(options: &Options) -> BTreeSet<PathBuf> {
    let root = if options.path.is_file() { options.path.parent().unwrap_or(Path::new(".")) } else { &options.path };
    // An empty parent is the folder that the command runs in.
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let planned = plan(options).map(|plan| plan.scenarios).unwrap_or_default();
    let configurations = planned.iter().filter_map(|planned| configuration_of(planned).ok());
    let all = configurations.chain([root.to_owned()]).filter_map(|folder| folder.canonicalize().ok());
    let all: BTreeSet<PathBuf> = all.collect();
    // A folder within another one is looked at with it.
    let inside = |folder: &PathBuf| all.iter().any(|other| other != folder && folder.starts_with(other));
    all.iter().filter(|folder| !inside(folder)).cloned().collect()
}

/// Plays scenarios; `told` hears of each as it ends.
///
/// # Errors
/// [`FileProblem`] if there is nothing to play.
pub fn run(options: &Options, mut told: impl FnMut(&Played)) -> Result<Report, FileProblem> {
    let plan = plan(options)?;
    let seed = options.seed.unwrap_or_else(rand::random);
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let jobs = options.jobs.unwrap_or(cores).clamp(1, 64);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("scenarios")
        .enable_all()
        .build()
        .map_err(|error| FileProblem(format!("scenarios can't be run: {error}")))?;
    let shared = Arc::new(Shared {
        scenarios: plan.scenarios,
        next: AtomicUsize::new(0),
        configurations: Configurations::default(),
        seed,
        limit: options.limit.unwrap_or(LIMIT),
        runtime: runtime.handle().clone(),
    });
    let (ended, receive) = mpsc::channel();
    let mut threads = Vec::new();
    for _ in 0..jobs.min(shared.scenarios.len()) {
        let (shared, ended) = (Arc::clone(&shared), ended.clone());
        let thread = std::thread::Builder::new().name("scenario".into()).stack_size(THREAD_STACK_BYTES);
        threads.push(thread.spawn(move || shared.play_all(&ended)).map_err(|error| FileProblem(error.to_string()))?);
    }
    drop(ended);
    let mut played: Vec<Option<Played>> = Vec::new();
    played.resize_with(shared.scenarios.len(), || None);
    for (at, one) in receive {
        told(&one);
        played[at] = Some(one);
    }
    for (at, place) in played.iter_mut().enumerate() {
        // Its thread is gone: what was played is failed rather than forgotten.
        place.get_or_insert_with(|| {
            let planned = &shared.scenarios[at];
            let failure = Failure::of_text("the runner broke while it played this scenario", &planned.declared.place);
            played_as(planned, Verdict::Failed(Box::new(failure)), Duration::ZERO)
        });
    }
    threads.into_iter().for_each(|thread| drop(thread.join()));
    runtime.shutdown_timeout(Duration::from_secs(5));
    Ok(Report { played: played.into_iter().flatten().collect(), broken: plan.broken, seed, is_partial: plan.is_partial })
}

fn played_as(planned: &Planned, verdict: Verdict, took: Duration) -> Played {
    Played {
        file: planned.file.shown.clone(),
        name: planned.declared.name.clone(),
        place: planned.declared.place.clone(),
        took,
        verdict,
    }
}

/// What the threads of a run share.
struct Shared {
    scenarios: Vec<Planned>,
    next: AtomicUsize,
    configurations: Configurations,
    seed: u64,
    limit: Duration,
    runtime: tokio::runtime::Handle,
}

impl Shared {
    fn play_all(&self, ended: &mpsc::Sender<(usize, Played)>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(planned) = self.scenarios.get(at) else { return };
            let begun = Instant::now();
            let verdict = match &planned.skip {
                Some(reason) => Verdict::Skipped { reason: reason.clone() },
                None => self.play(planned).map_or(Verdict::Passed, |failure| Verdict::Failed(Box::new(failure))),
            };
            if ended.send((at, played_as(planned, verdict, begun.elapsed()))).is_err() {
                return;
            }
        }
    }

    fn play(&self, planned: &Planned) -> Option<Failure> {
        let prepared = match self.configuration(planned) {
            Ok(prepared) => prepared,
            Err(problem) => return Some(Failure::of_text(problem, &planned.declared.place)),
        };
        // Each scenario has a seed of its own, so that the order they run in changes nothing.
        let seed = self.seed ^ fingerprint(&planned.declared.name);
        let stage = Stage::new(self.runtime.clone(), prepared, planned.file.folder.clone(), seed);
        let seconds = planned.declared.limit_seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
        let limit = seconds.map_or(self.limit, |seconds| Duration::from_secs_f64(seconds.min(86_400.0)));
        let failure = player::play(&planned.file, planned.index, &planned.declared, &stage, limit);
        let failure = failure.map(|failure| Failure { last: stage.timeline.last(SHOWN), ..failure });
        self.runtime.block_on(stage.close());
        failure
    }

    fn configuration(&self, planned: &Planned) -> Result<Arc<Prepared>, String> {
        let folder = configuration_of(planned)?;
        let patch: Patch = patch_of(
            planned
                .declared
                .patch
                .iter()
                .map(|(path, text)| (path.clone(), Value::from_json(text).unwrap_or_default()))
                .collect(),
        );
        self.configurations.get(&folder, &patch)
    }
}

/// Folder of the configuration that a scenario plays with.
fn configuration_of(planned: &Planned) -> Result<PathBuf, String> {
    let file = &planned.file;
    match &planned.declared.configuration {
        Some(named) => Ok(file.folder.join(named)),
        None => head_above(&file.folder).ok_or_else(|| {
            format!("{}: no folder above it holds a {HEAD}; name one: {{ configuration: \"../my-app\" }}", file.shown)
        }),
    }
}

/// The nearest folder above that holds a configuration.
fn head_above(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find(|above| above.join(HEAD).is_file()).map(Path::to_owned)
}

/// A number that a name always gives.
fn fingerprint(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
