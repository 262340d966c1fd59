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

/// The table R2. `priority` is none for what is not in the composition; `available` is what the main server is, whatever the mode,
/// with the reason why it is not.
pub const fn route(priority: Option<Priority>, mode: Mode, available: Result<(), UnavailableReason>) -> Route {
    use Route::{To, Unavailable};
    use UsedServer::{Main, Standalone};
    let main = match (mode, available) {
        (Mode::Offline, _) => Unavailable(UnavailableReason::OfflineMode),
        (Mode::Normal | Mode::PoorConnection, Err(reason)) => Unavailable(reason),
        (Mode::Normal | Mode::PoorConnection, Ok(())) => To(Main),
    };
    match (priority, mode) {
        (None | Some(Priority::MainOnly), _) => main,
        (Some(Priority::Main), Mode::Normal) if available.is_ok() => To(Main),
        (Some(Priority::Main | Priority::Standalone), _) => To(Standalone),
    }
}

/// The server of calls that belong to no object: session, roles, predefined values, functional options (R14).
pub const fn session_server(mode: Mode, available: Result<(), UnavailableReason>) -> UsedServer {
    match (mode, available) {
        (Mode::Normal, Ok(())) => UsedServer::Main,
        _ => UsedServer::Standalone,
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
                let state = if available { Ok(()) } else { Err(NoConnection) };
                assert_eq!(route(priority, mode, state), expect, "{priority:?} {mode:?} available: {available}");
            }
        }
    }

    #[test]
    fn r2_why_the_main_server_can_not_be_called_is_told() {
        for reason in [NoConnection, UnavailableReason::UpdateNeeded, UnavailableReason::SignInNeeded] {
            assert_eq!(route(None, Mode::Normal, Err(reason)), Unavailable(reason));
            assert_eq!(route(None, Mode::PoorConnection, Err(reason)), Unavailable(reason));
            assert_eq!(route(None, Mode::Offline, Err(reason)), Unavailable(OfflineMode));
        }
    }

    #[test]
    fn r14_calls_of_no_object_go_to_main_in_normal_mode_only() {
        assert_eq!(session_server(Mode::Normal, Ok(())), Main);
        for (mode, available) in [
            (Mode::Normal, Err(NoConnection)),
            (Mode::Offline, Ok(())),
            (Mode::PoorConnection, Ok(())),
            (Mode::PoorConnection, Err(NoConnection)),
        ] {
            assert_eq!(session_server(mode, available), Standalone, "{mode:?}");
        }
    }

    #[test]
    fn m2_offline_comes_by_itself_and_poor_connection_stays_chosen() {
        assert_eq!(Mode::Normal.effective(false), Mode::Offline);
        assert_eq!(Mode::PoorConnection.effective(true), Mode::PoorConnection);
        assert_eq!(Mode::Offline.effective(true), Mode::Offline);
    }
}
