//! What the client needs of the device it runs on; shells implement it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::device::{DeviceAnswer, DeviceError, DeviceRequest};

/// What the platform knows of the link. Facts only start a probe (M2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// There is a network.
    pub connected: bool,
    /// It costs money.
    pub metered: bool,
    /// It wants a sign-in page first.
    pub captive_portal: bool,
}

/// A secret could not be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// The store refused.
    #[error("the secret store failed: {0}")]
    Secrets(String),
    /// The store has no room for it.
    #[error("there is no room left on this device for a secret")]
    NoRoom,
    /// Nobody could be asked for a finger or face.
    #[error("the person could not be asked for a finger or face: {0}")]
    Biometrics(String),
}

/// The device.
pub trait Platform: Send + Sync {
    /// A secret by name, from the platform's secret store; none only if nothing is kept under it.
    ///
    /// # Errors
    /// If the store can't be read, also for a while: that must not be taken for nothing.
    fn secret(&self, name: &str) -> Result<Option<String>, PlatformError>;
    /// Keeps a secret; none removes it.
    ///
    /// # Errors
    /// If the store can't be written.
    fn set_secret(&self, name: &str, value: Option<&str>) -> Result<(), PlatformError>;
    /// Seconds east of UTC.
    fn utc_offset_s(&self) -> i32;
    /// True if the person can be asked for a finger or face.
    fn has_biometrics(&self) -> bool {
        false
    }
    /// Asks for a finger or face, with a reason to show; waits for the answer. Called on a thread that may wait.
    ///
    /// # Errors
    /// If the platform can't ask now.
    fn confirm_person(&self, reason: &str) -> Result<bool, PlatformError> {
        let _ = reason;
        Err(PlatformError::Biometrics("this device has none".into()))
    }
    /// Does what module code wants of the device; waits for the person. Called on a thread that may wait.
    ///
    /// # Errors
    /// If the device can't, or the app may not.
    fn use_device(&self, request: DeviceRequest) -> Result<DeviceAnswer, DeviceError> {
        let _ = request;
        Err(DeviceError::Absent)
    }
}

/// Secrets in a file that only its owner may read, and a finger that fits or not: for the simulator and tests. Phones have secret
/// stores.
pub struct FilePlatform {
    path: PathBuf,
    lock: Mutex<()>,
    finger: Mutex<Option<bool>>,
}

impl FilePlatform {
    /// Secrets in this file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, lock: Mutex::new(()), finger: Mutex::new(None) }
    }

    /// The device can ask for a finger from now on; it fits or not.
    pub fn set_finger(&self, fits: bool) {
        *self.finger.lock().unwrap_or_else(PoisonError::into_inner) = Some(fits);
    }

    fn read(&self) -> Result<BTreeMap<String, String>, PlatformError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| PlatformError::Secrets(e.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(PlatformError::Secrets(error.to_string())),
        }
    }

    fn write(&self, all: &BTreeMap<String, String>) -> std::io::Result<()> {
        use std::io::Write as _;
        let new = self.path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&serde_json::to_vec(all)?)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)
    }
}

impl Platform for FilePlatform {
    fn secret(&self, name: &str) -> Result<Option<String>, PlatformError> {
        let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.read()?.remove(name))
    }

    fn set_secret(&self, name: &str, value: Option<&str>) -> Result<(), PlatformError> {
        let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read()?;
        match value {
            Some(value) => all.insert(name.to_owned(), value.to_owned()),
            None => all.remove(name),
        };
        self.write(&all).map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => PlatformError::NoRoom,
            _ => PlatformError::Secrets(error.to_string()),
        })
    }

    fn utc_offset_s(&self) -> i32 {
        chrono::Local::now().offset().local_minus_utc()
    }

    fn has_biometrics(&self) -> bool {
        self.finger.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn confirm_person(&self, _: &str) -> Result<bool, PlatformError> {
        let finger = *self.finger.lock().unwrap_or_else(PoisonError::into_inner);
        finger.ok_or_else(|| PlatformError::Biometrics("this device has none".into()))
    }
}
