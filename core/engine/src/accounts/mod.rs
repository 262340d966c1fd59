//! Sessions of people on devices: signing in, tokens and their renewal, devices and their revocation.
//!
//! Tokens are random and opaque; the database holds only their hashes. A refresh token may be used again until the tokens it
//! gave were used once: an answer lost on a bad link signs nobody out.

mod codes;
mod secret;
mod tokens;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use twinshore_protocol::{BarReason, CodeSignInRequest, RefreshRequest, ServerError, SignInRequest, SignInResponse};
use uuid::Uuid;

use crate::locks::SessionId;
use crate::{Engine, EngineError, Unit, session, users};

pub(crate) const TABLES: [&str; 2] = [tokens::TABLES, codes::TABLES];

use codes::CodeStore;
pub use codes::{CODE_S, LONGEST_CODE_S};
pub use tokens::{Authenticated, DeviceOrder, DeviceRow, TokenPair};
use tokens::{TOKEN_S, TokenStore};

/// A one-time code that lets a user in on a new device.
#[derive(Clone)]
pub struct Invitation {
    /// The code, told once.
    pub code: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Engine {
    /// Checks a password, registers the device, gives tokens.
    ///
    /// # Errors
    /// `SignInRefused`, `TryLater`, `Barred` for a disabled user or a revoked device.
    pub fn sign_in(&self, request: &SignInRequest) -> Result<SignInResponse, ServerError> {
        let now = self.clock().now();
        let writer = self.database().writer()?;
        let user = users::sign_in(&writer, &request.user_name, &request.password, now)?;
        let pair = TokenStore::new(&writer, now).sign_in(&user.name, request.device, &request.device_name)?;
        drop(writer);
        self.answer(&user.name, pair)
    }

    /// Gives out a one-time code for a user, good for so many seconds; none if there is no such user.
    ///
    /// # Errors
    /// If the database fails.
    pub fn invite(&self, user_name: &str, lasts_s: i64) -> Result<Option<Invitation>, EngineError> {
        let writer = self.database().writer()?;
        let Some(user) = users::get(&writer, user_name, None)? else { return Ok(None) };
        let (code, expires_at) = CodeStore::new(&writer, self.clock().now()).give(&user.name, lasts_s)?;
        Ok(Some(Invitation { code, expires_at }))
    }

    /// Uses a one-time code up, registers the device, gives tokens.
    ///
    /// # Errors
    /// `CodeRefused`, `Barred` for a user who may not work, `AccessDenied` for a revoked device.
    pub fn sign_in_with_code(&self, request: &CodeSignInRequest) -> Result<SignInResponse, ServerError> {
        let now = self.clock().now();
        let writer = self.database().writer()?;
        CodeStore::new(&writer, now).take(&request.user_name, &request.code)?;
        let user = users::get(&writer, &request.user_name, None)?.ok_or(ServerError::SignInRefused)?;
        if user.disabled {
            return Err(ServerError::Barred { reason: BarReason::UserDisabled });
        }
        let pair = TokenStore::new(&writer, now).sign_in(&user.name, request.device, &request.device_name)?;
        drop(writer);
        self.answer(&user.name, pair)
    }

    /// Gives new tokens for a refresh token.
    ///
    /// # Errors
    /// `SessionExpired`.
    pub fn refresh(&self, request: &RefreshRequest) -> Result<SignInResponse, ServerError> {
        let writer = self.database().writer()?;
        let (user_name, pair) = TokenStore::new(&writer, self.clock().now()).refresh(&request.refresh_token, request.device)?;
        drop(writer);
        self.check_may_work(&user_name)?;
        self.answer(&user_name, pair)
    }

    /// A device that knows its token is told plainly why it is refused (A3).
    fn check_may_work(&self, user_name: &str) -> Result<(), ServerError> {
        let user = users::get(&*self.database().reader()?, user_name, None)?;
        match user {
            Some(user) if user.disabled => Err(ServerError::Barred { reason: BarReason::UserDisabled }),
            Some(_) => Ok(()),
            None => Err(ServerError::SessionExpired),
        }
    }

    fn answer(&self, user_name: &str, pair: TokenPair) -> Result<SignInResponse, ServerError> {
        let unit = Unit::new(self, Arc::new(self.rights(user_name)?));
        let user = users::get(&*self.database().reader()?, user_name, None)?.ok_or(ServerError::SessionExpired)?;
        Ok(SignInResponse {
            token: pair.token,
            expires_in_s: TOKEN_S.unsigned_abs(),
            refresh_token: pair.refresh_token,
            offline_verifier: user.verifier,
            offline_grace_days: self.bundle().configuration.sign_in.offline_days,
            session: session::session_response(&unit)?,
        })
    }

    /// Whose a token is.
    ///
    /// # Errors
    /// `SessionExpired`; `Barred` for a user or device that may not work any more.
    pub fn authenticate(&self, token: &str) -> Result<Authenticated, ServerError> {
        let now = self.clock().now();
        let (session, first) = TokenStore::new(&*self.database().reader()?, now).authenticate(token)?;
        self.check_may_work(&session.user_name)?;
        if first {
            TokenStore::new(&*self.database().writer()?, now).confirm(token)?;
        }
        Ok(session)
    }

    /// Ends the session of a user on a device.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sign_out(&self, user_name: &str, device: Uuid) -> Result<(), ServerError> {
        self.shared().locks.end(&SessionId { user_name: user_name.to_owned(), device });
        Ok(TokenStore::new(&*self.database().writer()?, self.clock().now()).forget(user_name, device)?)
    }

    /// Devices that ever signed in.
    ///
    /// # Errors
    /// If the database fails.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, EngineError> {
        TokenStore::new(&*self.database().reader()?, self.clock().now()).devices()
    }

    /// Forbids a device, or lets it work again; false if no such device ever signed in.
    ///
    /// # Errors
    /// If the database fails.
    pub fn revoke_device(&self, device: Uuid, revoked: bool) -> Result<bool, EngineError> {
        TokenStore::new(&*self.database().writer()?, self.clock().now()).revoke(device, revoked)
    }

    /// Orders something of a device, for one of its users or all of them; false if none of them ever signed in on it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn order_device(&self, device: Uuid, user_name: Option<&str>, order: DeviceOrder) -> Result<bool, EngineError> {
        TokenStore::new(&*self.database().writer()?, self.clock().now()).order(device, user_name, order)
    }

    /// A device tells that it removed its user's data as it was ordered to; its session ends. False if nobody ordered it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn device_wiped(&self, token: &str) -> Result<bool, ServerError> {
        Ok(TokenStore::new(&*self.database().writer()?, self.clock().now()).wiped(token)?)
    }

    /// Forbids a user, or lets them work again; false if there is no such user.
    ///
    /// # Errors
    /// If the database fails.
    pub fn disable_user(&self, user_name: &str, disabled: bool) -> Result<bool, EngineError> {
        let writer = self.database().writer()?;
        let Some(mut user) = users::get(&writer, user_name, self.bundle().configuration.users.as_ref().map(|(c, _)| c))? else {
            return Ok(false);
        };
        user.disabled = disabled;
        users::put(&writer, &user)?;
        Ok(true)
    }
}
