//! `twinshore user add | list | invite | disable | enable`: people who may sign in.

use std::io::Read as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use twinshore_engine::users::{self, User as Person};

use super::{CommandError, dev, open_beside};
use crate::output;

/// Characters a password has at least.
const PASSWORD_CHARACTERS: usize = 6;

/// Arguments.
#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Args)]
struct Place {
    /// Configuration folder
    folder: PathBuf,
    /// Database file [default: DIR/.twinshore/main.db]
    #[arg(long)]
    database: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a user, or give one a new password and roles; the password is read from standard input unless given
    Add {
        #[command(flatten)]
        place: Place,
        /// Sign-in name
        name: String,
        /// Role; may be repeated
        #[arg(long = "role")]
        roles: Vec<String>,
        /// Password; other programs of this machine can see it here
        #[arg(long)]
        password: Option<String>,
        /// Language code
        #[arg(long, default_value = "en")]
        language: String,
    },
    /// List users
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Forbid a user to work; sessions end at once
    Disable {
        #[command(flatten)]
        place: Place,
        /// Sign-in name
        name: String,
    },
    /// Give out a link and a code that sign a user in on a phone, once and for a short time
    Invite {
        #[command(flatten)]
        place: Place,
        /// Sign-in name
        name: String,
        /// Address at which phones reach the main server
        #[arg(long, value_name = "URL")]
        server: String,
        /// Minutes that the code is good for, a day at most
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1440))]
        minutes: u16,
    },
    /// Let a disabled user work again
    Enable {
        #[command(flatten)]
        place: Place,
        /// Sign-in name
        name: String,
    },
}

impl User {
    /// Carries out the action.
    pub fn run(self) -> Result<(), CommandError> {
        match self.action {
            Action::Add { place, name, roles, password, language } => add(place, name, roles, password, language),
            Action::List { place } => list(place),
            Action::Invite { place, name, server, minutes } => invite(place, &name, &server, minutes),
            Action::Disable { place, name } => disable(place, &name, true),
            Action::Enable { place, name } => disable(place, &name, false),
        }
    }
}

fn add(place: Place, name: String, roles: Vec<String>, password: Option<String>, language: String) -> Result<(), CommandError> {
    let engine = open_beside(&place.folder, place.database)?;
    let known = &engine.bundle().configuration.roles;
    if let Some(unknown) = roles.iter().find(|role| !known.contains_key(*role)) {
        let names = known.keys().cloned().collect::<Vec<_>>().join(", ");
        return Err(CommandError::Argument(format!("there is no role {unknown}; roles: {names}")));
    }
    let password = match password {
        Some(password) => password,
        None => password_from_input()?,
    };
    if password.chars().count() < PASSWORD_CHARACTERS {
        return Err(CommandError::Argument(format!("a password has at least {PASSWORD_CHARACTERS} characters")));
    }
    let verifier = users::verifier(&password)?;
    let person = Person { name: name.clone(), verifier, roles, language, item: None, disabled: false };
    users::put(&*engine.database().writer()?, &person)?;
    output::line(format_args!("{name} may sign in"));
    Ok(())
}

fn password_from_input() -> Result<String, CommandError> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|cause| CommandError::File { path: "standard input".into(), cause })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn list(place: Place) -> Result<(), CommandError> {
    let engine = open_beside(&place.folder, place.database)?;
    let reader = engine.database().reader()?;
    for name in users::names(&reader)? {
        if let Some(user) = users::get(&reader, &name, None)? {
            let state = if user.disabled { "disabled" } else { "may work" };
            output::line(format_args!("{name}\t{}\t{state}", user.roles.join(", ")));
        }
    }
    Ok(())
}

fn invite(place: Place, name: &str, server: &str, minutes: u16) -> Result<(), CommandError> {
    let engine = open_beside(&place.folder, place.database)?;
    let given = dev::invitation(&engine, server, name, i64::from(minutes) * 60)?;
    dev::show(&given, name);
    if server.starts_with("http:") {
        output::line("apps that are not development builds take https addresses only");
    }
    Ok(())
}

fn disable(place: Place, name: &str, disabled: bool) -> Result<(), CommandError> {
    let engine = open_beside(&place.folder, place.database)?;
    if !engine.disable_user(name, disabled)? {
        return Err(CommandError::Argument(format!("there is no user {name}")));
    }
    output::line(format_args!("{name} {}", if disabled { "is disabled" } else { "may work" }));
    Ok(())
}
