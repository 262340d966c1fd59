//! Small configurations written within a test: files by path, put into a temporary folder.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::WorldError;

/// Collects the files of a configuration.
#[derive(Debug, Default, Clone)]
pub struct FixtureBuilder {
    files: Vec<(PathBuf, String)>,
}

impl FixtureBuilder {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with the files of a folder.
    ///
    /// # Errors
    /// [`WorldError::Start`] if it can't be read.
    pub fn of_folder(folder: &Path) -> Result<Self, WorldError> {
        let mut builder = Self::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(name) = path.strip_prefix(folder) {
                    let name = name.to_owned();
                    if let Ok(text) = std::fs::read_to_string(&path) {
                        builder.files.push((name, text));
                    }
                }
            }
        }
        Ok(builder)
    }

    /// Adds a file, or puts it in the place of one with the same path.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let path = path.into();
        self.files.retain(|(known, _)| *known != path);
        self.files.push((path, text.into()));
        self
    }

    /// Takes a file away.
    #[must_use]
    pub fn without(mut self, path: impl AsRef<Path>) -> Self {
        self.files.retain(|(known, _)| known != path.as_ref());
        self
    }

    /// Writes the files to a new folder, which is gone when the answer is dropped.
    ///
    /// # Errors
    /// [`WorldError::Start`].
    pub fn write(&self) -> Result<TempDir, WorldError> {
        let folder = tempfile::Builder::new().prefix("twinshore-fixture-").tempdir()?;
        for (path, text) in &self.files {
            let path = folder.path().join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, text)?;
        }
        Ok(folder)
    }
}
