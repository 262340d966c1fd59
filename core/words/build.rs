//! Embeds every language of `texts/`, so that adding a language is adding one file.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("texts");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "ftl"));
    files.sort();
    let mut code = String::from("&[");
    for path in files {
        let tag = path.file_stem().unwrap_or_default().to_string_lossy();
        let _ = write!(code, "({tag:?}, include_str!({:?})), ", path.display().to_string());
    }
    code.push(']');
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("languages.rs"), code)
}
