//! Reading the folder of a configuration: in a fixed order, within limits, never outside of it.

use std::path::Path;

use crate::diagnostics::{Diagnostics, Place};

/// Bytes of one file at most.
const MAXIMUM_FILE: u64 = 4 << 20;
/// Files at most.
const MAXIMUM_FILES: usize = 20_000;
/// Folders inside folders at most.
const MAXIMUM_DEPTH: usize = 8;

/// A source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path within the folder, with `/`.
    pub file: String,
    /// Content.
    pub text: String,
}

/// Every `.yaml` and `.ts` file of a folder, by path.
pub fn read(folder: &Path, diagnostics: &mut Diagnostics) -> Vec<Source> {
    let mut all = Vec::new();
    if folder.is_dir() {
        walk(folder, folder, 0, &mut all, diagnostics);
    } else {
        diagnostics.error(
            "no-folder",
            &Place::file(folder.display().to_string()),
            "there is no such folder",
            "name the folder that holds configuration.yaml",
        );
    }
    all.sort_by(|a, b| a.file.cmp(&b.file));
    all
}

fn walk(root: &Path, folder: &Path, depth: usize, all: &mut Vec<Source>, diagnostics: &mut Diagnostics) {
    let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            return diagnostics.error(
                "unreadable",
                &Place::file(shown(folder)),
                format!("the folder can't be read: {error}"),
                "",
            );
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') || name == "node_modules" || name == "tests" {
            continue;
        }
        if kind.is_symlink() {
            diagnostics.error("symlink", &Place::file(shown(&path)), "links are not followed", "put the file itself here");
        } else if kind.is_dir() && depth < MAXIMUM_DEPTH {
            walk(root, &path, depth + 1, all, diagnostics);
        } else if kind.is_file() && (name.ends_with(".yaml") || (name.ends_with(".ts") && !name.ends_with(".d.ts"))) {
            if all.len() >= MAXIMUM_FILES {
                return diagnostics.error(
                    "too-many",
                    &Place::file(shown(&path)),
                    format!("there are more than {MAXIMUM_FILES} files"),
                    "",
                );
            }
            all.extend(read_file(&path, shown(&path), diagnostics));
        }
    }
}

fn read_file(path: &Path, file: String, diagnostics: &mut Diagnostics) -> Option<Source> {
    let place = Place::file(file.clone());
    match std::fs::metadata(path).map(|m| m.len()) {
        Ok(size) if size > MAXIMUM_FILE => {
            diagnostics.error("too-big", &place, format!("the file has {size} bytes; {MAXIMUM_FILE} are allowed"), "split it");
            return None;
        }
        _ => {}
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Some(Source { file, text: text.replace("\r\n", "\n") }),
        Err(error) => {
            diagnostics.error("unreadable", &place, format!("the file can't be read: {error}"), "save it as UTF-8");
            None
        }
    }
}
