//! What the sources say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders whose code speaks to people.
const ROOMS: [&str; 8] = [
    "core/words/src",
    "core/engine/src",
    "core/client/src",
    "bindings/src",
    "server/src",
    "simulator/src",
    "testing/src",
    "cli/src",
];

/// Functions that say a text by its key.
const SAYING: [&str; 4] = ["say", "say_with", "said", "with_detail"];

/// A text that code says.
pub struct Said {
    /// File and line.
    pub place: String,
    pub key: String,
    /// Names of what is given, where they stand in the call.
    pub given: Option<BTreeSet<String>>,
}

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace").to_owned();
    let mut folders: Vec<PathBuf> = ROOMS.iter().map(|room| root.join(room)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
                found.push((path.strip_prefix(&root).expect("within").to_owned(), text[..tests].to_owned()));
            }
        }
    }
    found
}

/// All string literals.
pub fn literals() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in sources() {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            found.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// Calls with their key written in them.
pub fn said() -> Vec<Said> {
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (at, _) in text.match_indices('(') {
            let function: String = text[..at]
                .chars()
                .rev()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .collect();
            if !SAYING.contains(&function.as_str()) {
                continue;
            }
            let arguments = arguments(&text[at + 1..]);
            let Some(at_key) = arguments.iter().position(|argument| literal(argument).is_some()) else { continue };
            let line = text[..at].lines().count();
            found.push(Said {
                place: format!("{}:{line}", path.display()),
                key: literal(arguments[at_key]).unwrap_or_default().to_owned(),
                given: given(function.as_str(), arguments.get(at_key + 1).copied()),
            });
        }
    }
    assert!(found.len() > 40, "the calls are found");
    found
}

/// The arguments of a call, from behind its bracket.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start, mut found) = (0, false, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                found.push(text[start..at].trim());
                return found;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn literal(argument: &str) -> Option<&str> {
    argument.strip_prefix('"')?.strip_suffix('"').filter(|key| !key.contains('"'))
}

/// Names in `&[("title", …), …]`; none if they are made elsewhere.
fn given(function: &str, argument: Option<&str>) -> Option<BTreeSet<String>> {
    if function == "with_detail" {
        return Some(BTreeSet::from(["what".to_owned()]));
    }
    let Some(argument) = argument.filter(|argument| !argument.is_empty()) else {
        return (function == "say").then(BTreeSet::new);
    };
    let list = argument.strip_prefix("&[")?;
    let names = list.match_indices("(\"").filter(|(at, _)| !list[..*at].ends_with('!'));
    Some(names.filter_map(|(at, _)| list[at + 2..].split('"').next()).map(str::to_owned).collect())
}
