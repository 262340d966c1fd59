//! What is wrong with a configuration, where, and what to do.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but something will not be there on some server (C10).
    Warning,
    /// There are no bundles until it is mended.
    Error,
}

/// A place in a source file; line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Path within the configuration, with `/`.
    pub file: String,
    /// Line; 0 if the whole file is meant.
    pub line: u32,
    /// Column.
    pub column: u32,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0 }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Stable code, for example `unknown-key`.
    pub code: &'static str,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do; empty if the message says it.
    pub advice: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        if self.place.line > 0 {
            write!(f, "{}:{}:{}: ", self.place.file, self.place.line, self.place.column)?;
        } else {
            write!(f, "{}: ", self.place.file)?;
        }
        write!(f, "{word}[{}]: {}", self.code, self.message)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.advice) }
    }
}

/// Collects diagnostics, so that all of them are told at once.
#[derive(Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Notes an error.
    pub fn error(&mut self, code: &'static str, place: &Place, message: impl Into<String>, advice: impl Into<String>) {
        self.add(Severity::Error, code, place, message, advice);
    }

    /// Notes a warning.
    pub fn warning(&mut self, code: &'static str, place: &Place, message: impl Into<String>, advice: impl Into<String>) {
        self.add(Severity::Warning, code, place, message, advice);
    }

    /// Notes something worth knowing.
    pub fn note(&mut self, code: &'static str, place: &Place, message: impl Into<String>) {
        self.add(Severity::Note, code, place, message, "");
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let new = Diagnostic { severity, code, place: place.clone(), message: message.into(), advice: advice.into() };
        if !self.0.contains(&new) {
            self.0.push(new);
        }
    }

    /// True if bundles can't be made.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }
}

/// `did you mean …` for a name that is not known.
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let best = known.iter().map(|k| (distance(name, k), *k)).min();
    match best {
        Some((d, k)) if d <= 2.max(name.chars().count() / 3) => format!("did you mean `{k}`?"),
        _ if !known.is_empty() && known.len() <= 20 => format!("known: {}", known.join(", ")),
        _ => String::new(),
    }
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (before + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            before = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}
