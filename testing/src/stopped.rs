//! A phone between two runs of its app: a test looks at its files, or damages them.

use std::path::Path;
use std::sync::Arc;

use twinshore_client::view::BeginAnewView;
use twinshore_client::{Client, ClientError, ClientOptions, FilePlatform};

use crate::device_files::secrets_in;
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

    /// What the person is offered whose app did not start.
    ///
    /// # Errors
    /// [`PhoneError`] if the way to the main server can't be made.
    pub fn offer_to_begin_anew(&self, error: &ClientError) -> Result<Option<BeginAnewView>, PhoneError> {
        Ok(Client::offer_to_begin_anew(error, &self.options()?))
    }

    /// Begins anew, as a person does who agrees to the offer.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn begin_anew(&self) -> Result<(), PhoneError> {
        Ok(Client::begin_anew(&self.options()?)?)
    }

    fn options(&self) -> Result<ClientOptions, PhoneError> {
        let platform = FilePlatform::new(secrets_in(&self.setup.directory));
        Phone::options(&self.link, &self.name, &self.setup, Arc::new(platform))
    }
}
