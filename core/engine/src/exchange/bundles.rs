//! Which configurations of devices main works with (A5–A7).

use std::collections::BTreeMap;
use std::sync::Arc;

use twinshore_metadata::{BundleHash, Composition};
use twinshore_protocol::BundleState;

/// Configurations of devices as main knows them.
#[derive(Debug, Clone, Default)]
pub struct DeviceBundles {
    /// What devices should run; none if main has nothing for devices: then it asks for nothing.
    pub current: Option<BundleHash>,
    /// Earlier ones that may go on (A6).
    pub compatible: Vec<BundleHash>,
    /// Earlier ones whose messages are taken (A7), with what they exchanged.
    pub earlier: BTreeMap<BundleHash, Arc<Composition>>,
}

impl DeviceBundles {
    /// State of a device's configuration.
    pub fn state(&self, device: &BundleHash) -> BundleState {
        match &self.current {
            Some(current) if current != device && self.compatible.contains(device) => {
                BundleState::Compatible { current: current.clone() }
            }
            Some(current) if current != device => BundleState::Incompatible { current: current.clone() },
            _ => BundleState::Current,
        }
    }

    /// True if main's changes can be told to a device with this configuration.
    pub fn understands(&self, device: &BundleHash) -> bool {
        !matches!(self.state(device), BundleState::Incompatible { .. })
    }

    /// True if messages made under this configuration are taken.
    pub fn takes_messages_of(&self, device: &BundleHash) -> bool {
        self.understands(device) || self.earlier.contains_key(device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> BundleHash {
        BundleHash(text.into())
    }

    #[test]
    fn a7_messages_of_earlier_configurations_are_taken_and_a6_only_compatible_ones_go_on() {
        let bundles = DeviceBundles {
            current: Some(hash("c")),
            compatible: vec![hash("b")],
            earlier: [(hash("a"), Arc::default()), (hash("b"), Arc::default())].into(),
        };
        assert_eq!(bundles.state(&hash("c")), BundleState::Current);
        assert_eq!(bundles.state(&hash("b")), BundleState::Compatible { current: hash("c") });
        assert_eq!(bundles.state(&hash("a")), BundleState::Incompatible { current: hash("c") });
        assert_eq!(
            [("a", true), ("b", true), ("z", false)].map(|(h, _)| bundles.takes_messages_of(&hash(h))),
            [true, true, false]
        );
        assert_eq!(DeviceBundles::default().state(&hash("z")), BundleState::Current);
    }
}
