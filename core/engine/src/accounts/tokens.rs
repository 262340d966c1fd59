//! Tokens and devices in the database.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use twinshore_protocol::{BarReason, ServerError};
use uuid::Uuid;

use super::secret::{hash, random};
use crate::EngineError;

/// An access token is good for an hour.
pub const TOKEN_S: i64 = 3_600;
/// A refresh token is good for thirty days.
pub const REFRESH_S: i64 = 30 * 24 * 3_600;
const TOKEN_BYTES: usize = 32;

/// Tables of this module.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS _devices (
    device TEXT NOT NULL,
    user_name TEXT NOT NULL,
    device_name TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    last_seen INTEGER NOT NULL,
    ordered TEXT NOT NULL DEFAULT '',
    wiped INTEGER,
    PRIMARY KEY (device, user_name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _tokens (
    hash TEXT PRIMARY KEY,
    is_refresh INTEGER NOT NULL,
    device TEXT NOT NULL,
    user_name TEXT NOT NULL,
    generation INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS _tokens_by_device ON _tokens (device, user_name);
";

/// Tokens as they are given out, once.
#[derive(Clone)]
pub struct TokenPair {
    /// Bearer token.
    pub token: String,
    /// Refresh token.
    pub refresh_token: String,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenPair")
    }
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// Sign-in name.
    pub user_name: String,
    /// Device it was given to.
    pub device: Uuid,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What the operator wants of a device that may be in wrong hands (A3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceOrder {
    /// Nothing.
    #[default]
    None,
    /// It lets nobody at the user's data; they stay on it.
    Lock,
    /// It removes the user's data at its next contact.
    Wipe,
    /// It has removed them.
    Wiped,
}

impl DeviceOrder {
    const fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Lock => "lock",
            Self::Wipe => "wipe",
            Self::Wiped => "wiped",
        }
    }

    fn of(text: &str) -> Self {
        [Self::Lock, Self::Wipe, Self::Wiped].into_iter().find(|order| order.text() == text).unwrap_or_default()
    }

    /// What the device is told instead of an answer.
    const fn bar(self) -> Option<BarReason> {
        match self {
            Self::None => None,
            Self::Lock | Self::Wiped => Some(BarReason::DeviceLocked),
            Self::Wipe => Some(BarReason::DeviceWiped),
        }
    }
}

/// A device as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Id the device gave itself.
    pub device: Uuid,
    /// Its user.
    pub user_name: String,
    /// Name the person knows it by.
    pub device_name: String,
    /// May no longer sign in.
    pub revoked: bool,
    /// Last sign-in or renewal.
    pub last_seen: DateTime<Utc>,
    /// What is ordered.
    pub order: DeviceOrder,
    /// When it told that it removed its data.
    pub wiped: Option<DateTime<Utc>>,
}

/// Tokens and devices over a connection that may write.
pub struct TokenStore<'c> {
    connection: &'c Connection,
    now: DateTime<Utc>,
}

impl<'c> TokenStore<'c> {
    /// The store at a moment.
    pub const fn new(connection: &'c Connection, now: DateTime<Utc>) -> Self {
        Self { connection, now }
    }

    /// Registers a device at sign-in and gives its first tokens. Tokens the device had before are gone.
    pub fn sign_in(&self, user_name: &str, device: Uuid, device_name: &str) -> Result<TokenPair, EngineError> {
        if self.is_revoked(user_name, device)? {
            return Err(ServerError::Barred { reason: BarReason::DeviceLocked }.into());
        }
        self.connection.execute("DELETE FROM _tokens WHERE expires <= ?1", [self.now.timestamp()])?;
        self.forget(user_name, device)?;
        self.connection.execute(
            "INSERT INTO _devices (device, user_name, device_name, last_seen) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (device, user_name) DO UPDATE SET device_name = ?3, last_seen = ?4",
            params![device.to_string(), user_name, device_name, self.now.timestamp()],
        )?;
        self.give(user_name, device, 1)
    }

    /// New tokens for a refresh token.
    pub fn refresh(&self, refresh_token: &str, device: Uuid) -> Result<(String, TokenPair), EngineError> {
        let known = self
            .connection
            .query_row(
                "SELECT user_name, generation FROM _tokens
                 WHERE hash = ?1 AND is_refresh = 1 AND device = ?2 AND expires > ?3",
                params![hash(refresh_token), device.to_string(), self.now.timestamp()],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
            )
            .optional()?;
        let (user_name, generation) = known.ok_or(ServerError::SessionExpired)?;
        if self.is_revoked(&user_name, device)? {
            return Err(ServerError::SessionExpired.into());
        }
        // Tokens given for the same refresh token before never reached the device.
        self.connection.execute(
            "DELETE FROM _tokens WHERE device = ?1 AND user_name = ?2 AND generation > ?3",
            params![device.to_string(), user_name, generation],
        )?;
        self.connection.execute(
            "UPDATE _devices SET last_seen = ?3 WHERE device = ?1 AND user_name = ?2",
            params![device.to_string(), user_name, self.now.timestamp()],
        )?;
        let pair = self.give(&user_name, device, generation + 1)?;
        Ok((user_name, pair))
    }

    /// Whose an access token is, and if it was used for the first time just now.
    pub fn authenticate(&self, token: &str) -> Result<(Authenticated, bool), EngineError> {
        let known = self
            .connection
            .query_row(
                "SELECT t.user_name, t.device, t.expires, t.confirmed, COALESCE(d.ordered, '') FROM _tokens t
                 LEFT JOIN _devices d ON d.device = t.device AND d.user_name = t.user_name
                 WHERE t.hash = ?1 AND t.is_refresh = 0 AND t.expires > ?2",
                params![hash(token), self.now.timestamp()],
                |row| {
                    let order = DeviceOrder::of(&row.get::<_, String>(4)?);
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, bool>(3)?, order))
                },
            )
            .optional()?;
        let (user_name, device, expires, confirmed, order) = known.ok_or(ServerError::SessionExpired)?;
        if let Some(reason) = order.bar() {
            return Err(ServerError::Barred { reason }.into());
        }
        let device = device.parse().map_err(|_| ServerError::SessionExpired)?;
        let expires_at = DateTime::from_timestamp(expires, 0).ok_or(ServerError::SessionExpired)?;
        Ok((Authenticated { user_name, device, expires_at }, !confirmed))
    }

    /// Notes that a token reached its device: older refresh tokens end.
    pub fn confirm(&self, token: &str) -> Result<(), EngineError> {
        let hash = hash(token);
        self.connection.execute("UPDATE _tokens SET confirmed = 1 WHERE hash = ?1", [&hash])?;
        self.connection.execute(
            "DELETE FROM _tokens WHERE is_refresh = 1 AND EXISTS (
                 SELECT 1 FROM _tokens AS used WHERE used.hash = ?1 AND used.device = _tokens.device
                 AND used.user_name = _tokens.user_name AND used.generation > _tokens.generation)",
            [&hash],
        )?;
        Ok(())
    }

    /// Ends all tokens of a user's device.
    pub fn forget(&self, user_name: &str, device: Uuid) -> Result<(), EngineError> {
        self.connection
            .execute("DELETE FROM _tokens WHERE device = ?1 AND user_name = ?2", params![device.to_string(), user_name])?;
        Ok(())
    }

    /// Forbids a device, or lets it work again.
    pub fn revoke(&self, device: Uuid, revoked: bool) -> Result<bool, EngineError> {
        let changed = self
            .connection
            .execute("UPDATE _devices SET revoked = ?2 WHERE device = ?1", params![device.to_string(), revoked])?;
        if revoked {
            self.connection.execute("DELETE FROM _tokens WHERE device = ?1", [device.to_string()])?;
        }
        Ok(changed > 0)
    }

    /// Orders something of a device, for one of its users or all of them.
    pub fn order(&self, device: Uuid, user_name: Option<&str>, order: DeviceOrder) -> Result<bool, EngineError> {
        let changed = self.connection.execute(
            "UPDATE _devices SET ordered = ?3, wiped = NULL WHERE device = ?1 AND user_name = COALESCE(?2, user_name)",
            params![device.to_string(), user_name, order.text()],
        )?;
        Ok(changed > 0)
    }

    /// The device of a token has removed its user's data as it was ordered to.
    pub fn wiped(&self, token: &str) -> Result<bool, EngineError> {
        let hash = hash(token);
        let changed = self.connection.execute(
            "UPDATE _devices SET ordered = 'wiped', wiped = ?2 WHERE ordered = 'wipe' AND EXISTS (
                 SELECT 1 FROM _tokens t WHERE t.hash = ?1 AND t.device = _devices.device AND t.user_name = _devices.user_name)",
            params![hash, self.now.timestamp()],
        )?;
        self.connection.execute(
            "DELETE FROM _tokens WHERE EXISTS (SELECT 1 FROM _tokens AS told WHERE told.hash = ?1
                 AND told.device = _tokens.device AND told.user_name = _tokens.user_name)",
            [&hash],
        )?;
        Ok(changed > 0)
    }

    /// All devices, the last seen first.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, EngineError> {
        let mut statement = self.connection.prepare(
            "SELECT device, user_name, device_name, revoked, last_seen, ordered, wiped FROM _devices ORDER BY last_seen DESC",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(DeviceRow {
                device: row.get::<_, String>(0)?.parse().unwrap_or_default(),
                user_name: row.get(1)?,
                device_name: row.get(2)?,
                revoked: row.get(3)?,
                last_seen: DateTime::from_timestamp(row.get(4)?, 0).unwrap_or_default(),
                order: DeviceOrder::of(&row.get::<_, String>(5)?),
                wiped: row.get::<_, Option<i64>>(6)?.and_then(|at| DateTime::from_timestamp(at, 0)),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn is_revoked(&self, user_name: &str, device: Uuid) -> Result<bool, EngineError> {
        let revoked = self
            .connection
            .query_row(
                "SELECT revoked FROM _devices WHERE device = ?1 AND user_name = ?2",
                params![device.to_string(), user_name],
                |row| row.get(0),
            )
            .optional()?;
        Ok(revoked.unwrap_or(false))
    }

    fn give(&self, user_name: &str, device: Uuid, generation: i64) -> Result<TokenPair, EngineError> {
        let pair = TokenPair { token: random::<TOKEN_BYTES>(), refresh_token: random::<TOKEN_BYTES>() };
        for (token, is_refresh, lasts) in [(&pair.token, false, TOKEN_S), (&pair.refresh_token, true, REFRESH_S)] {
            self.connection.execute(
                "INSERT INTO _tokens (hash, is_refresh, device, user_name, generation, expires)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    hash(token),
                    is_refresh,
                    device.to_string(),
                    user_name,
                    generation,
                    (self.now + TimeDelta::seconds(lasts)).timestamp()
                ],
            )?;
        }
        Ok(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: Uuid = Uuid::from_u128(7);

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(TABLES).expect("tables");
        connection
    }

    fn user(store: &TokenStore<'_>, token: &str) -> Option<String> {
        store.authenticate(token).ok().map(|(session, _)| session.user_name)
    }

    #[test]
    fn a_token_ends_after_its_time_and_a_refresh_token_gives_a_new_one() {
        let connection = connection();
        let start = DateTime::UNIX_EPOCH;
        let first = TokenStore::new(&connection, start).sign_in("ann", DEVICE, "phone").expect("tokens");
        let later = TokenStore::new(&connection, start + TimeDelta::seconds(TOKEN_S));
        assert_eq!(user(&later, &first.token), None);
        assert_eq!(user(&later, &first.refresh_token), None);
        let (name, second) = later.refresh(&first.refresh_token, DEVICE).expect("new tokens");
        assert_eq!((name.as_str(), user(&later, &second.token).as_deref()), ("ann", Some("ann")));
        assert!(later.refresh(&second.refresh_token, Uuid::from_u128(8)).is_err());
    }

    #[test]
    fn r17_a_lost_answer_to_a_refresh_signs_nobody_out_but_a_used_refresh_token_is_dead() {
        let connection = connection();
        let store = TokenStore::new(&connection, DateTime::UNIX_EPOCH);
        let first = store.sign_in("ann", DEVICE, "phone").expect("tokens");
        let (_, lost) = store.refresh(&first.refresh_token, DEVICE).expect("new tokens, which get lost");
        let (_, second) = store.refresh(&first.refresh_token, DEVICE).expect("asked again");
        assert_eq!(user(&store, &lost.token), None);
        store.confirm(&second.token).expect("used");
        assert!(store.refresh(&first.refresh_token, DEVICE).is_err());
        assert!(store.refresh(&second.refresh_token, DEVICE).is_ok());
    }

    #[test]
    fn a_revoked_device_is_out_at_once_and_stays_out() {
        let connection = connection();
        let store = TokenStore::new(&connection, DateTime::UNIX_EPOCH);
        let pair = store.sign_in("ann", DEVICE, "phone").expect("tokens");
        assert!(store.revoke(DEVICE, true).expect("revoked"));
        assert_eq!(user(&store, &pair.token), None);
        assert!(store.refresh(&pair.refresh_token, DEVICE).is_err());
        let refused = store.sign_in("ann", DEVICE, "phone").err();
        let locked = ServerError::Barred { reason: BarReason::DeviceLocked };
        assert!(matches!(refused, Some(EngineError::Refused(ref said)) if *said == locked), "{refused:?}");
        assert!(store.devices().expect("devices")[0].revoked);
    }

    #[test]
    fn the_database_never_holds_a_token() {
        let connection = connection();
        let pair = TokenStore::new(&connection, DateTime::UNIX_EPOCH).sign_in("ann", DEVICE, "phone").expect("tokens");
        let mut statement = connection.prepare("SELECT hash FROM _tokens").expect("a table");
        let hashes: Vec<String> =
            statement.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("texts");
        assert!(!hashes.contains(&pair.token) && !hashes.contains(&pair.refresh_token));
    }
}
