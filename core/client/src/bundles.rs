//! The configuration's file on the device: downloaded in parts, checked by its hash, put in place whole (A1, A5).
//!
//! Invariant: `device-bundle.zst` is the configuration that the local database follows; `next-bundle.zst` is a whole and sound one
//! that it is to follow. A kill between the two steps of an update is seen by the database, which knows what it follows.

use std::io;
use std::path::{Path, PathBuf};

use twinshore_metadata::{BundleHash, DeviceBundle};

/// Files of a base folder.
#[derive(Debug, Clone)]
pub struct BundleFiles {
    folder: PathBuf,
}

impl BundleFiles {
    /// Files of a folder, which is made if it does not exist.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The configuration that the database follows.
    pub fn current(&self) -> Option<DeviceBundle> {
        read(&self.folder.join("device-bundle.zst"))
    }

    /// The configuration that it is to follow.
    pub fn next(&self) -> Option<DeviceBundle> {
        read(&self.next_path())
    }

    fn next_path(&self) -> PathBuf {
        self.folder.join("next-bundle.zst")
    }

    /// What came so far of a configuration.
    pub fn part(&self, hash: &BundleHash) -> PathBuf {
        self.folder.join(format!("{}.part", hash.0.get(..16).unwrap_or(&hash.0)))
    }

    /// A configuration that came inside the app, as `packed-bundle.zst` in the client's folder, becomes a part that is whole: if it is
    /// the one that is wanted, nothing of it is downloaded.
    pub fn take_packed(&self, hash: &BundleHash, client: &Path) {
        let (packed, part) = (client.join("packed-bundle.zst"), self.part(hash));
        if !part.exists() && read(&packed).is_some_and(|bundle| bundle.hash() == *hash) {
            let _ = std::fs::copy(&packed, &part);
        }
    }

    /// A part that turns out to be whole and sound becomes the next configuration; none if it is neither.
    ///
    /// # Errors
    /// If the folder can't be written.
    pub fn complete(&self, hash: &BundleHash) -> io::Result<Option<DeviceBundle>> {
        let part = self.part(hash);
        let Some(bundle) = read(&part).filter(|bundle| bundle.hash() == *hash && is_sound(bundle)) else { return Ok(None) };
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, self.next_path())?;
        self.forget_parts();
        Ok(Some(bundle))
    }

    /// The database follows the next configuration now.
    ///
    /// # Errors
    /// If the folder can't be written.
    pub fn followed(&self) -> io::Result<()> {
        std::fs::rename(self.next_path(), self.folder.join("device-bundle.zst"))
    }

    /// The database can't follow the next configuration.
    pub fn drop_next(&self) {
        let _ = std::fs::remove_file(self.next_path());
    }

    /// Parts of configurations that are not offered any more only take room.
    fn forget_parts(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "part")) {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn read(path: &Path) -> Option<DeviceBundle> {
    let packed = std::fs::read(path).ok()?;
    serde_json::from_slice(&zstd::decode_all(packed.as_slice()).ok()?).ok()
}

fn is_sound(bundle: &DeviceBundle) -> bool {
    bundle.standalone.is_sound() && bundle.client_of_main.is_sound() && bundle.client_of_standalone.is_sound()
}

/// True if a database that follows `before` loses columns or tables when it follows `after` (A7).
pub fn leaves_something(before: &DeviceBundle, after: &DeviceBundle) -> bool {
    let (before, after) = (&before.standalone.configuration, &after.standalone.configuration);
    before.objects.values().any(|object| {
        let Some(new) = after.object(&object.name) else { return true };
        let gone = object.all_attributes().iter().any(|a| new.attribute(&a.name).is_none_or(|n| n.types != a.types));
        let tables = object.tables.iter().any(|table| {
            new.table(&table.name).is_none_or(|new| {
                table.columns.iter().any(|c| !new.columns.iter().any(|n| n.name == c.name && n.types == c.types))
            })
        });
        gone || tables
    })
}
