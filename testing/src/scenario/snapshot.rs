//! The files of an app as they are at one moment: what a process that is killed then leaves behind.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use tempfile::TempDir;

/// Copies that are tried until nothing changes meanwhile.
const TRIES: u32 = 20;

/// A folder at a moment.
pub(super) struct Snapshot(TempDir);

impl Snapshot {
    /// Copies a folder; again, if something in it changed meanwhile.
    pub(super) fn take(folder: &Path) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            let before = state(folder)?;
            let copy = tempfile::Builder::new().prefix("twinshore-kill-").tempdir()?;
            copy_all(folder, copy.path())?;
            tries += 1;
            if tries == TRIES || state(folder)? == before {
                return Ok(Self(copy));
            }
        }
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

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            // Shared memory of a database is made anew from its log.
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
