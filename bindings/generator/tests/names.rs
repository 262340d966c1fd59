//! The generated sides have the names that shells import; a settings file that is not read would only be warned of.

use std::path::{Path, PathBuf};
use std::process::Command;

// Links the library, so that it is built before this test runs.
use twinshore as _;

fn generate(language: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = Path::new(env!("CARGO_BIN_EXE_uniffi-bindgen"));
    let name = format!("{}twinshore{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = program.parent().expect("a folder of programs").join("deps").join(name);
    let folder = tempfile::tempdir().expect("a folder");
    let status = Command::new(program)
        .current_dir(&root)
        .args(["generate", "--language", language, "--no-format", "--config", "uniffi.toml", "--out-dir"])
        .args([folder.path(), library.as_path()])
        .status()
        .expect("the generator runs");
    assert!(status.success(), "{language} from {}", library.display());
    let mut folders = vec![folder.path().to_owned()];
    let mut files = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() { folders.push(entry) } else { files.push(entry) }
        }
    }
    (folder, files)
}

#[test]
fn the_kotlin_side_is_one_package_of_our_name() {
    let (_folder, files) = generate("kotlin");
    let [file] = files.as_slice() else { panic!("one file is wanted: {files:?}") };
    let text = std::fs::read_to_string(file).expect("a text");
    assert!(text.lines().any(|line| line == "package dev.twinshore"), "another package in {}", file.display());
    assert!(text.contains("class MobileClient"), "the client is missing");
}

#[test]
fn the_swift_side_is_one_module_of_our_name() {
    let (_folder, files) = generate("swift");
    let named = |name: &str| files.iter().any(|file| file.file_name().is_some_and(|n| n == name));
    assert!(named("Twinshore.swift"), "{files:?}");
    assert_eq!(files.iter().filter(|file| file.extension().is_some_and(|e| e == "swift")).count(), 1, "{files:?}");
}
