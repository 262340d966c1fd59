//! A phone between two runs of its app: a test looks at its files, or damages them.

use std::path::Path;
use std::sync::Arc;

use crate::{Link, Phone, PhoneError, PhoneSetup};

/// A phone whose app is not running.
pub struct StoppedPhone {
    /// Link to the main server.
    pub link: Arc<Link>,
    pub(crate) name: String,
    pub(crate) setup: PhoneSetup,
}

impl StoppedPhone {
    /// Folder of everything the phone keeps.
    pub fn directory(&self) -> &Path {
        &self.setup.directory
    }

    /// Starts the app.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn start(&self) -> Result<Phone, PhoneError> {
        Phone::start(Arc::clone(&self.link), self.name.clone(), self.setup.clone())
    }
}
