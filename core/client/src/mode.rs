//! Modes: what the person chose and what routing uses (M1, M2).

use serde::{Deserialize, Serialize};

use crate::view::ModeView;

/// Chosen by the person, for the whole configuration; kept across restarts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Mode {
    #[default]
    Normal,
    Offline,
    PoorConnection,
}

impl Mode {
    /// The effective mode: Offline if the person chose it or the main server is not available (M2).
    pub const fn effective(self, available: bool) -> Self {
        if available { self } else { Self::Offline }
    }

    /// For shells.
    pub const fn view(self) -> ModeView {
        match self {
            Self::Normal => ModeView::Normal,
            Self::Offline => ModeView::Offline,
            Self::PoorConnection => ModeView::PoorConnection,
        }
    }

    /// From a shell.
    pub const fn of(view: ModeView) -> Self {
        match view {
            ModeView::Normal => Self::Normal,
            ModeView::Offline => Self::Offline,
            ModeView::PoorConnection => Self::PoorConnection,
        }
    }

    /// From module code: `Mode.Normal` is `"normal"`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "normal" => Some(Self::Normal),
            "offline" => Some(Self::Offline),
            "poorConnection" => Some(Self::PoorConnection),
            _ => None,
        }
    }

    /// For module code.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Offline => "offline",
            Self::PoorConnection => "poorConnection",
        }
    }
}
