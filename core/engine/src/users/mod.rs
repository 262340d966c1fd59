//! Users of this server: passwords, roles, delays after wrong tries (A2).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use chrono::{DateTime, Duration, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use twinshore_metadata::Ref;
use twinshore_protocol::{BarReason, ServerError};

use crate::EngineError;

/// Wrong tries before a delay (A2).
pub const FREE_TRIES: u32 = 5;
const FIRST_DELAY_S: i64 = 30;
const LONGEST_DELAY_S: i64 = 3600;

/// A user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Sign-in name, without regard to case.
    pub name: String,
    /// Argon2id verifier as a PHC string.
    pub verifier: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Language code.
    pub language: String,
    /// Item of the users' catalog.
    pub item: Option<Ref>,
    /// May not work.
    pub disabled: bool,
}

/// A verifier for a password.
///
/// # Errors
/// If the system has no randomness.
pub fn verifier(password: &str) -> Result<String, EngineError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| EngineError::refused(format!("The password can't be kept: {error}.")))
}

/// True if the password fits the verifier.
pub fn fits(password: &str, verifier: &str) -> bool {
    PasswordHash::new(verifier).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Adds or replaces a user.
///
/// # Errors
/// If the database fails.
pub fn put(connection: &Connection, user: &User) -> Result<(), EngineError> {
    let item = user.item.as_ref().map(|r| r.id.as_bytes().to_vec());
    connection.execute(
        "INSERT INTO _users (name, verifier, roles, language, item, disabled) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name) DO UPDATE SET verifier = ?2, roles = ?3, language = ?4, item = ?5, disabled = ?6, wrong_tries = 0, locked_until = NULL",
        params![user.name, user.verifier, user.roles.join(","), user.language, item, user.disabled],
    )?;
    Ok(())
}

/// A user by name.
///
/// # Errors
/// If the database fails.
pub fn get(
    connection: &Connection,
    name: &str,
    catalog: Option<&twinshore_metadata::ObjectName>,
) -> Result<Option<User>, EngineError> {
    let row = connection
        .query_row("SELECT name, verifier, roles, language, item, disabled FROM _users WHERE name = ?1", [name], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get::<_, String>(2)?,
                row.get(3)?,
                row.get::<_, Option<Vec<u8>>>(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    Ok(row.map(|(name, verifier, roles, language, item, disabled)| User {
        name,
        verifier,
        roles: roles.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        language,
        item: catalog
            .zip(item.and_then(|bytes| uuid::Uuid::from_slice(&bytes).ok()))
            .map(|(object, id)| Ref::new(object.clone(), id)),
        disabled,
    }))
}

/// Names of all users.
///
/// # Errors
/// If the database fails.
pub fn names(connection: &Connection) -> Result<Vec<String>, EngineError> {
    Ok(connection
        .prepare("SELECT name FROM _users ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Checks a password; counts wrong tries and makes the next ones wait (A2).
///
/// # Errors
/// [`ServerError::SignInRefused`], [`ServerError::TryLater`], [`ServerError::Barred`] for a disabled user.
pub fn sign_in(connection: &Connection, name: &str, password: &str, now: DateTime<Utc>) -> Result<User, EngineError> {
    let refused = EngineError::Refused(ServerError::SignInRefused);
    let Some(user) = get(connection, name, None)? else {
        // The same work as for a known name, so that the time tells nothing.
        let _ = verifier(password);
        return Err(refused);
    };
    let (tries, locked): (u32, Option<String>) =
        connection.query_row("SELECT wrong_tries, locked_until FROM _users WHERE name = ?1", [&user.name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if let Some(until) = locked.and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
        && until > now
    {
        let seconds = u64::try_from((until.with_timezone(&Utc) - now).num_seconds().max(1)).unwrap_or(1);
        return Err(EngineError::Refused(ServerError::TryLater { seconds }));
    }
    let fits = fits(password, &user.verifier);
    if fits && user.disabled {
        // Only who knows the password learns it.
        return Err(EngineError::Refused(ServerError::Barred { reason: BarReason::UserDisabled }));
    }
    if !fits {
        let tries = tries + 1;
        let until = (tries >= FREE_TRIES).then(|| (now + delay(tries)).to_rfc3339());
        connection.execute(
            "UPDATE _users SET wrong_tries = ?2, locked_until = ?3 WHERE name = ?1",
            params![user.name, tries, until],
        )?;
        return Err(refused);
    }
    connection.execute("UPDATE _users SET wrong_tries = 0, locked_until = NULL WHERE name = ?1", [&user.name])?;
    Ok(user)
}

fn delay(tries: u32) -> Duration {
    let doublings = tries.saturating_sub(FREE_TRIES).min(10);
    Duration::seconds((FIRST_DELAY_S << doublings).min(LONGEST_DELAY_S))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Database;

    #[test]
    fn a2_five_wrong_tries_make_the_next_one_wait_even_with_the_right_password() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("a.db")).expect("a database");
        let writer = database.writer().expect("the writer");
        crate::schema::create_platform_tables(&writer).expect("tables");
        let user = User {
            name: "ann".into(),
            verifier: verifier("secret").expect("a verifier"),
            roles: vec!["Seller".into()],
            language: "en".into(),
            item: None,
            disabled: false,
        };
        put(&writer, &user).expect("kept");
        let now = Utc::now();
        for _ in 0..FREE_TRIES {
            let error = sign_in(&writer, "Ann", "guess", now).expect_err("wrong");
            assert!(matches!(error, EngineError::Refused(ServerError::SignInRefused)));
        }
        let error = sign_in(&writer, "ann", "secret", now).expect_err("must wait");
        assert!(matches!(error, EngineError::Refused(ServerError::TryLater { seconds: 1..=30 })));
        assert_eq!(sign_in(&writer, "ann", "secret", now + Duration::seconds(31)).expect("in").roles, ["Seller"]);
    }

    #[test]
    fn only_who_knows_the_password_learns_that_a_user_is_blocked() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("a.db")).expect("a database");
        let writer = database.writer().expect("the writer");
        crate::schema::create_platform_tables(&writer).expect("tables");
        let user = User {
            name: "ann".into(),
            verifier: verifier("secret").expect("a verifier"),
            roles: Vec::new(),
            language: "en".into(),
            item: None,
            disabled: true,
        };
        put(&writer, &user).expect("kept");
        let refusal = |password: &str| sign_in(&writer, "ann", password, Utc::now()).expect_err("refused").to_string();
        assert_eq!(refusal("guess"), ServerError::SignInRefused.to_string());
        assert!(refusal("secret").contains("may not work any more"));
    }
}
