//! What came of the scenarios, for people and for machines.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use twinshore_modules::ModuleError;

use super::timeline::Happening;

/// Why a scenario failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What was expected, if something was.
    pub expected: Option<String>,
    /// What came instead.
    pub received: Option<String>,
    /// Places in scenario files, innermost first: `file:line:column`.
    pub places: Vec<String>,
    /// The last that happened in the world.
    pub last: Vec<Happening>,
}

impl Failure {
    /// A failure without expectations.
    pub(super) fn of_text(message: impl Into<String>, place: &str) -> Self {
        let places = if place.is_empty() { Vec::new() } else { vec![place.to_owned()] };
        Self { message: message.into(), expected: None, received: None, places, last: Vec::new() }
    }

    /// Code that was stopped or threw where nothing could catch it.
    pub(super) fn of_error(error: &ModuleError, otherwise: &str) -> Self {
        let mut failure = Self::of_text(error.to_string(), otherwise);
        let places: Vec<String> = match error {
            ModuleError::Thrown { stack, .. } => stack.iter().map(ToString::to_string).collect(),
            other => other.position().map(ToString::to_string).into_iter().collect(),
        };
        let own: Vec<String> = places.into_iter().filter(|place| !place.starts_with('<')).collect();
        if !own.is_empty() {
            failure.places = own;
        }
        failure
    }
}

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub enum Verdict {
    /// Everything held.
    Passed,
    /// Something did not.
    Failed(Box<Failure>),
    /// It was not played.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// A scenario with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Played {
    /// File.
    pub file: String,
    /// Name.
    pub name: String,
    /// Where it is declared.
    pub place: String,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub verdict: Verdict,
}

impl Played {
    /// For people, over some lines; a failed one with everything that helps.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let took = self.took.as_secs_f32();
        let name = &self.name;
        // Writing to a text never fails.
        let _ = match &self.verdict {
            Verdict::Passed => write!(text, "ok     {name} ({took:.1} s)"),
            Verdict::Skipped { reason } => write!(text, "skip   {name}: {reason}"),
            Verdict::Failed(_) => write!(text, "FAILED {name} ({took:.1} s)"),
        };
        if let Verdict::Failed(failure) = &self.verdict {
            text.push('\n');
            text.push_str(&failure.text());
        }
        text
    }
}

impl Failure {
    fn text(&self) -> String {
        let mut text = String::new();
        for (index, place) in self.places.iter().take(5).enumerate() {
            let _ = writeln!(text, "  {} {place}", if index == 0 { "at" } else { "  from" });
        }
        let _ = writeln!(text, "  {}", indented(&self.message));
        if let Some(expected) = &self.expected {
            let _ = writeln!(text, "    expected: {}", indented(expected));
        }
        if let Some(received) = &self.received {
            let _ = writeln!(text, "    received: {}", indented(received));
        }
        if !self.last.is_empty() {
            let _ = writeln!(text, "  what happened last:");
        }
        for happening in &self.last {
            let place = if happening.place.is_empty() { String::new() } else { format!("  ({})", happening.place) };
            let seconds = happening.at_ms as f64 / 1000.0;
            let _ = writeln!(text, "    {seconds:8.3} {:10} {}{place}", happening.who, happening.what);
        }
        text.truncate(text.trim_end().len());
        text
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Scenarios in the order of their files.
    pub played: Vec<Played>,
    /// Files that could not be played.
    pub broken: Vec<String>,
    /// Where chance began; the same seed gives the same run.
    pub seed: u64,
    /// A file has `scenario.only`: others were not played.
    pub is_partial: bool,
}

impl Report {
    fn count(&self, which: impl Fn(&Verdict) -> bool) -> usize {
        self.played.iter().filter(|played| which(&played.verdict)).count()
    }

    /// Scenarios that passed.
    pub fn passed(&self) -> usize {
        self.count(|verdict| *verdict == Verdict::Passed)
    }

    /// Scenarios that failed, and files that could not be played.
    pub fn failed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Failed(_))) + self.broken.len()
    }

    /// Scenarios that were not played.
    pub fn skipped(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Skipped { .. }))
    }

    /// The last line: `12 passed, 0 failed`.
    pub fn summary(&self) -> String {
        let mut text = format!("{} passed, {} failed", self.passed(), self.failed());
        if self.skipped() > 0 {
            let _ = write!(text, ", {} skipped", self.skipped());
        }
        text
    }

    /// The report as JUnit's XML, one test suite a file.
    pub fn junit(&self) -> String {
        let mut files: Vec<&str> = self.played.iter().map(|played| played.file.as_str()).collect();
        files.dedup();
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(
            xml,
            "<testsuites name=\"twinshore test\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">",
            self.played.len() + self.broken.len(),
            self.failed() - self.broken.len(),
            self.broken.len(),
            self.skipped(),
            self.played.iter().map(|p| p.took.as_secs_f64()).sum::<f64>()
        );
        for file in files {
            let of_file: Vec<&Played> = self.played.iter().filter(|played| played.file == file).collect();
            let count = |which: fn(&Verdict) -> bool| of_file.iter().filter(|p| which(&p.verdict)).count();
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\">",
                escaped(file),
                of_file.len(),
                count(|verdict| matches!(verdict, Verdict::Failed(_))),
                count(|verdict| matches!(verdict, Verdict::Skipped { .. })),
                of_file.iter().map(|p| p.took.as_secs_f64()).sum::<f64>()
            );
            for played in of_file {
                xml.push_str(&test_case(played));
            }
            xml.push_str("  </testsuite>\n");
        }
        for problem in &self.broken {
            let file = problem.split(':').next().unwrap_or("file");
            let _ = writeln!(
                xml,
                "  <testsuite name=\"{0}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" time=\"0\">\n    <testcase classname=\"{0}\" name=\"can be played\" time=\"0\">\n      <error message=\"{1}\"/>\n    </testcase>\n  </testsuite>",
                escaped(file),
                escaped(problem)
            );
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}

fn test_case(played: &Played) -> String {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
        escaped(&played.file),
        escaped(&played.name),
        played.took.as_secs_f64()
    );
    match &played.verdict {
        Verdict::Passed => format!("{head}/>\n"),
        Verdict::Skipped { reason } => format!("{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", escaped(reason)),
        Verdict::Failed(failure) => format!(
            "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
            escaped(&failure.message),
            escaped(&failure.text())
        ),
    }
}

/// A text inside of XML; characters that XML can't have are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            c if c.is_control() && c != '\t' => {}
            c => safe.push(c),
        }
    }
    safe
}
