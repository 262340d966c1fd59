//! What goes wrong in module code, with its place in the TypeScript source.

use std::fmt;

use twinshore_metadata::{ModuleName, Value};

/// A place in a source file. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePosition {
    /// Path within the configuration.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Column; 0 if unknown.
    pub column: u32,
    /// Function, if it has a name.
    pub function: Option<String>,
}

impl fmt::Display for SourcePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A call of module code that did not end well.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModuleError {
    /// The code threw.
    #[error("{message}")]
    Thrown {
        /// Text of the error.
        message: String,
        /// Code of a `TwinshoreError`, or the kind of an error of JavaScript's own: `TypeError`.
        code: Option<String>,
        /// Its details.
        details: Value,
        /// Places from the innermost call outwards, those of the platform left out.
        stack: Vec<SourcePosition>,
    },
    /// No such exported function.
    #[error("{module} exports no function {function}")]
    NotExported {
        /// Module.
        module: ModuleName,
        /// Function.
        function: String,
    },
    /// It used more than allowed.
    #[error("Stopped: the {what} is more than a call may use{}.", at(position.as_ref()))]
    Limit {
        /// What: `time`, `memory`, `stack`.
        what: &'static str,
        /// Where it was stopped (a loop that calls nothing: its function), else the function that was called.
        position: Option<SourcePosition>,
    },
    /// It waits for something that never comes.
    #[error("{function} never ends: it awaits a promise that nothing settles")]
    NeverSettles {
        /// Function.
        function: String,
    },
    /// The runtime could not be made.
    #[error("the module runtime failed: {0}")]
    Runtime(String),
}

impl ModuleError {
    /// Innermost place in the configuration.
    pub fn position(&self) -> Option<&SourcePosition> {
        match self {
            Self::Thrown { stack, .. } => stack.first(),
            Self::Limit { position, .. } => position.as_ref(),
            _ => None,
        }
    }

    /// A limit whose place is not known: where memory or stack are at an end, nothing could be noted.
    pub(crate) const fn limit(what: &'static str) -> Self {
        Self::Limit { what, position: None }
    }

    /// The error with a place, if it has none and may have one.
    pub(crate) fn or_at(self, place: impl FnOnce() -> Option<SourcePosition>) -> Self {
        match self {
            Self::Limit { what, position: None } => Self::Limit { what, position: place() },
            other => other,
        }
    }
}

fn at(position: Option<&SourcePosition>) -> String {
    position.map(|position| format!(" ({position})")).unwrap_or_default()
}

/// Places in a QuickJS stack text: lines `    at function (file:line:column)`; those of preludes (`<…>`) are left out.
pub fn parse_stack(text: &str) -> Vec<SourcePosition> {
    text.lines().filter_map(parse_frame).filter(|p| !p.file.starts_with('<') && p.file != "native").collect()
}

fn parse_frame(line: &str) -> Option<SourcePosition> {
    let rest = line.trim().strip_prefix("at ")?;
    let (function, place) = match rest.strip_suffix(')').and_then(|r| r.rsplit_once(" (")) {
        Some((function, place)) => (Some(function.to_owned()), place),
        None => (None, rest),
    };
    let mut parts = place.rsplitn(3, ':');
    let last = parts.next()?;
    let middle = parts.next()?;
    let (file, line, column) = match (parts.next(), middle.parse::<u32>()) {
        (Some(file), Ok(line)) => (file.to_owned(), line, last.parse().unwrap_or(0)),
        (None, _) => (middle.to_owned(), last.parse().ok()?, 0),
        (Some(file), Err(_)) => (format!("{file}:{middle}"), last.parse().ok()?, 0),
    };
    Some(SourcePosition { file, line, column, function: function.filter(|f| !f.starts_with('<')) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_a_stack_and_preludes_left_out() {
        let stack = "    at recount (documents/Orders/Item.form.server.ts:12:7)\n    at <anonymous> (<prelude>:3)\n    at apply (native)\n";
        let places = parse_stack(stack);
        assert_eq!(places.len(), 1);
        assert_eq!(places[0].to_string(), "documents/Orders/Item.form.server.ts:12:7");
        assert_eq!(places[0].function.as_deref(), Some("recount"));
    }
}
