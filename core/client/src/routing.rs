//! Which server takes a call (R2). Pure.

use serde::{Deserialize, Serialize};
use twinshore_metadata::Priority;
use twinshore_protocol::UnavailableReason;

use crate::Mode;

/// The server a form or a call uses (F1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UsedServer {
    /// The main server.
    Main,
    /// The stand-alone server of the device.
    Standalone,
}

impl UsedServer {
    /// `main` or `standalone`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Standalone => "standalone",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Main => Self::Standalone,
            Self::Standalone => Self::Main,
        }
    }
}

/// Where a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To this server.
    To(UsedServer),
    /// Nowhere: E of the table.
    Unavailable(UnavailableReason),
}

/// The table R2. `priority` is none for what is not in the composition; `available` is what the main server is, whatever the mode.
pub const fn route(priority: Option<Priority>, mode: Mode, available: bool) -> Route {
    use Route::{To, Unavailable};
    use UsedServer::{Main, Standalone};
    let main = match mode {
        Mode::Offline => Unavailable(UnavailableReason::OfflineMode),
        Mode::Normal | Mode::PoorConnection if !available => Unavailable(UnavailableReason::NoConnection),
        Mode::Normal | Mode::PoorConnection => To(Main),
    };
    match (priority, mode) {
        (None | Some(Priority::MainOnly), _) => main,
        (Some(Priority::Main), Mode::Normal) if available => To(Main),
        (Some(Priority::Main | Priority::Standalone), _) => To(Standalone),
    }
}

#[cfg(test)]
mod tests {
    use super::Route::{To, Unavailable};
    use super::UsedServer::{Main, Standalone};
    use super::*;
    use UnavailableReason::{NoConnection, OfflineMode};

    #[test]
    fn r2_the_whole_table() {
        let columns = [
            (Mode::Normal, true),
            (Mode::Normal, false),
            (Mode::Offline, true),
            (Mode::Offline, false),
            (Mode::PoorConnection, true),
            (Mode::PoorConnection, false),
        ];
        let none = Unavailable(NoConnection);
        let off = Unavailable(OfflineMode);
        for (priority, expect) in [
            (Some(Priority::Main), [To(Main), To(Standalone), To(Standalone), To(Standalone), To(Standalone), To(Standalone)]),
            (Some(Priority::Standalone), [To(Standalone); 6]),
            (Some(Priority::MainOnly), [To(Main), none, off, off, To(Main), none]),
            (None, [To(Main), none, off, off, To(Main), none]),
        ] {
            for ((mode, available), expect) in columns.into_iter().zip(expect) {
                assert_eq!(route(priority, mode, available), expect, "{priority:?} {mode:?} available: {available}");
            }
        }
    }

    #[test]
    fn m2_offline_comes_by_itself_and_poor_connection_stays_chosen() {
        assert_eq!(Mode::Normal.effective(false), Mode::Offline);
        assert_eq!(Mode::PoorConnection.effective(true), Mode::PoorConnection);
        assert_eq!(Mode::Offline.effective(true), Mode::Offline);
    }
}
