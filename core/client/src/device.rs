//! What module code may want of the device's hardware and other apps, and what comes of it.

/// What is wanted of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceRequest {
    /// A photo, taken now.
    TakePhoto,
    /// The text of a barcode or QR code before the camera.
    ScanBarcode,
    /// Where the device is.
    Locate,
    /// The dialler with a number; the person starts the call.
    Dial {
        /// As it was typed.
        number: String,
    },
    /// A text for another app that the person chooses.
    Share {
        /// The text.
        text: String,
    },
    /// A notice that is seen also when the app is not.
    Notify {
        /// Heading.
        title: String,
        /// What happened.
        text: String,
    },
}

impl DeviceRequest {
    /// Key of its name in the texts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TakePhoto => "device-camera",
            Self::ScanBarcode => "device-barcode",
            Self::Locate => "device-place",
            Self::Dial { .. } => "device-dial",
            Self::Share { .. } => "device-share",
            Self::Notify { .. } => "device-notice",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum DeviceAnswer {
    /// It is done, or handed over to the person.
    Done,
    /// The person did not want to.
    Cancelled,
    /// A photo.
    Photo {
        /// Media type, for example `image/jpeg`.
        media_type: String,
        /// The picture's file.
        bytes: Vec<u8>,
    },
    /// Text of a code.
    Barcode {
        /// As it is in the code.
        text: String,
    },
    /// Where the device is.
    Place {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// It is within so many metres.
        accuracy_m: f64,
    },
}

/// Why the device did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// It can't.
    #[error("the device can't do it")]
    Absent,
    /// The person or whoever runs the device does not allow it.
    #[error("the app may not do it")]
    Refused,
    /// It went wrong.
    #[error("{0}")]
    Failed(String),
}
