//! How people get into the app on a device (A2, A4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::NameError;

/// Whether people protect the app on their device with a PIN.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PinPolicy {
    /// Nobody is asked for one.
    Off,
    /// Who wants one sets one.
    #[default]
    Optional,
    /// Nobody works without one.
    Required,
}

impl PinPolicy {
    const ALL: [(Self, &'static str); 3] = [(Self::Off, "off"), (Self::Optional, "optional"), (Self::Required, "required")];
}

impl fmt::Display for PinPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(policy, _)| policy == self).map_or("", |(_, text)| text))
    }
}

impl FromStr for PinPolicy {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let known = Self::ALL.iter().find(|(_, t)| *t == text);
        known.map(|(policy, _)| *policy).ok_or_else(|| NameError::Kind(text.to_owned()))
    }
}

/// Rules of signing in on devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SignInRules {
    /// Days of work allowed since the last contact with the main server.
    pub offline_days: u32,
    /// PIN.
    pub pin: PinPolicy,
    /// Seconds in the background after which the PIN is asked for again.
    pub lock_after_s: u64,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self { offline_days: 14, pin: PinPolicy::Optional, lock_after_s: 300 }
    }
}

impl SignInRules {
    /// True for a configuration that says nothing of it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
