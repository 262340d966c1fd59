//! Why the main server can't be called, in words for the person (M8): what happened, what is safe, what to do.

use twinshore_protocol::UnavailableReason;

use super::App;
use crate::{CertificateFault, Mode, Obstacle, Trouble, words};

impl App {
    /// The banner under the app's title; empty while the main server can be called.
    pub fn banner(&self) -> String {
        let state = self.state.borrow();
        let (mode, checking, main) = (state.mode, state.availability.is_checking(), state.availability.state());
        let language = state.language.clone();
        drop(state);
        let said = match main {
            _ if mode == Mode::Offline => words::say(&language, "offline-mode"),
            Ok(()) => "",
            Err(_) if checking => words::say(&language, "checking-configuration"),
            Err(UnavailableReason::UpdateNeeded) => words::say(&language, "update-needed"),
            Err(UnavailableReason::SignInNeeded) => words::say(&language, "sign-in-needed"),
            Err(UnavailableReason::NoConnection | UnavailableReason::OfflineMode) => {
                let lost = words::say(&language, "no-connection");
                let why = self.connection.trouble().and_then(|trouble| trouble_text(&language, &trouble));
                return why.map_or_else(|| lost.to_owned(), |why| format!("{lost} {why}"));
            }
        };
        said.to_owned()
    }
}

/// What stands in the way, where the person can do something about it.
pub(super) fn trouble_text(language: &str, trouble: &Trouble) -> Option<String> {
    match trouble {
        Trouble::Foreign { .. } => Some(words::say(language, "strange-answer").to_owned()),
        Trouble::OutOfService => Some(words::say(language, "out-of-service").to_owned()),
        Trouble::Obstacle(Obstacle::Name(_)) => Some(words::say(language, "name-unknown").to_owned()),
        Trouble::Obstacle(Obstacle::Certificate { fault, .. }) => {
            let key = match fault {
                CertificateFault::Expired => "certificate-expired",
                CertificateFault::NotYetValid => "certificate-not-yet-valid",
                CertificateFault::OtherName => "certificate-of-another",
                CertificateFault::UnknownIssuer => "certificate-unknown",
                CertificateFault::Revoked => "certificate-revoked",
                CertificateFault::None => "certificate-none",
            };
            let (unsafe_, why) = (words::say(language, "connection-not-safe"), words::say(language, key));
            Some(format!("{unsafe_} {why}"))
        }
        Trouble::Obstacle(Obstacle::Unreachable(_)) | Trouble::Cut | Trouble::Silence => None,
    }
}
