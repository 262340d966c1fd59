//! The files of an app as they are at one moment: what a process that is killed then leaves behind.
//!
//! Nothing is asked of the databases: a log is copied beside its database as it is, nothing is written back from it, and nobody's locks or
//! shared memory come along, since whoever opens the files after a kill makes them anew from the log. SIGKILL itself, of real
//! processes, is in `cli/tests/kills.rs`.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use tempfile::TempDir;

/// Copies that are tried until nothing changes meanwhile.
const TRIES: u32 = 200;

/// A folder at a moment.
pub(super) struct Snapshot(TempDir);

impl Snapshot {
    /// Copies a folder; again, if something in it changed meanwhile.
    ///
    /// # Errors
    /// If a file can't be read, or the folder is never at rest: a copy of several moments is none that a kill leaves.
    pub(super) fn take(folder: &Path) -> io::Result<Self> {
        for _ in 0..TRIES {
            let before = state(folder)?;
            let copy = tempfile::Builder::new().prefix("twinshore-kill-").tempdir()?;
            copy_all(folder, copy.path())?;
            // Times of files are coarse: two writes may have one. Whatever changed while it was copied differs from its copy now.
            if state(folder)? == before && is_copy(folder, copy.path())? {
                return Ok(Self(copy));
            }
        }
        Err(io::Error::other("its files change without a pause"))
    }

    /// Makes the folder what it was.
    pub(super) fn put_back(self, folder: &Path) {
        let replaced = std::fs::remove_dir_all(folder).and_then(|()| copy_all(self.0.path(), folder));
        if let Err(error) = replaced {
            tracing::warn!(%error, folder = %folder.display(), "the phone's folder could not be put back");
        }
    }
}

/// Paths, sizes and times of a folder's files.
fn state(folder: &Path) -> io::Result<Vec<(std::path::PathBuf, u64, Option<SystemTime>)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => all.extend(state(&entry.path())?),
            Ok(metadata) => all.push((entry.path(), metadata.len(), metadata.modified().ok())),
            // It went meanwhile; the next look sees that.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    all.sort();
    Ok(all)
}

/// Shared memory of a database is made anew from its log.
fn is_left_out(entry: &std::fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().ends_with("-shm")
}

/// True if a copy has the bytes that the folder has now.
fn is_copy(folder: &Path, copy: &Path) -> io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let twin = copy.join(entry.file_name());
        let same = if entry.file_type()?.is_dir() {
            is_copy(&entry.path(), &twin)?
        } else {
            is_left_out(&entry) || (twin.exists() && std::fs::read(entry.path())? == std::fs::read(twin)?)
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else if !is_left_out(&entry) {
            match std::fs::copy(entry.path(), &target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_put_back_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name);
        std::fs::create_dir(file("base")).expect("a folder");
        std::fs::write(file("base/a.db"), "before").expect("written");
        std::fs::write(file("a.db-shm"), "memory").expect("written");
        let kept = Snapshot::take(folder.path()).expect("kept");
        std::fs::write(file("base/a.db"), "after").expect("written");
        std::fs::write(file("new"), "after").expect("written");
        kept.put_back(folder.path());
        assert_eq!(std::fs::read_to_string(file("base/a.db")).expect("there"), "before");
        assert!(!file("new").exists() && !file("a.db-shm").exists());
    }
}
