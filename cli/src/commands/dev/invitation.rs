//! A link with a one-time code that signs a person in on a phone.

use twinshore_client::SignInLink;
use twinshore_engine::Engine;
use twinshore_simulator::{Invitation, Workshop as _};

use super::workshop::Bench;
use crate::commands::CommandError;
use crate::{output, qr};

/// Makes a link for a user of a main server that phones reach at an address; good for so many seconds, once.
pub fn invitation(engine: &Engine, server: &str, user: &str, lasts_s: i64) -> Result<Invitation, CommandError> {
    let given = engine.invite(user, lasts_s)?;
    let given =
        given.ok_or_else(|| CommandError::Argument(format!("there is no user {user}; `twinshore user list` tells who is")))?;
    let link =
        SignInLink { server: server.trim_end_matches('/').to_owned(), user: user.to_owned(), code: given.code }.to_string();
    if SignInLink::parse(&link, true).is_err() {
        let message = format!("{server} is not the address of a main server; write it like https://main.example");
        return Err(CommandError::Argument(message));
    }
    let code = qr::rows(&link);
    let until = given.expires_at.with_timezone(&chrono::Local).format("%H:%M").to_string();
    Ok(Invitation { link, code, until })
}

/// Shows a link and its code in the terminal.
pub fn show(given: &Invitation, user: &str) {
    if let Some(drawn) = qr::for_terminal(&given.link) {
        output::line(drawn.trim_end());
    }
    output::line(&given.link);
    output::line(format_args!("signs {user} in on a phone, once, until {}", given.until));
}

/// Shows a new one for a user of the development server.
pub fn show_invitation(bench: &Bench, user: &str) {
    match bench.invite(user) {
        Ok(given) => {
            show(&given, user);
            output::line("press Enter for a new one");
        }
        Err(why) => output::fault(&why),
    }
}
