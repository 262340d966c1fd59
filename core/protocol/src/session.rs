//! Who works, and with which rights.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twinshore_metadata::{BundleHash, ObjectName, Ref};
use uuid::Uuid;

use crate::ChangePosition;

/// What the session's user may do with an object; for the interface only, the engine checks again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct ObjectRights {
    pub read: bool,
    pub insert: bool,
    pub update: bool,
    pub delete: bool,
    pub post: bool,
    #[serde(rename = "use")]
    pub use_: bool,
}

/// The session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionResponse {
    /// Sign-in name.
    pub user_name: String,
    /// Item of the users' catalog, if the configuration names one.
    pub user: Option<Ref>,
    /// Roles.
    pub roles: Vec<String>,
    /// Language of the user.
    pub language: String,
    /// Rights by object; an object that is absent may not be used at all.
    pub rights: BTreeMap<ObjectName, ObjectRights>,
    /// What devices should run (A5).
    pub device_bundle: Option<BundleHash>,
    /// Functional options of this server that are on (C17, R14).
    #[serde(default)]
    pub options: Vec<String>,
}

/// First sign-in on a device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// Sign-in name.
    pub user_name: String,
    /// Password.
    pub password: String,
    /// Id the device gave itself.
    pub device: Uuid,
    /// Name the person knows the device by.
    pub device_name: String,
    /// Version the device speaks.
    pub protocol_version: u32,
}

impl std::fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInRequest")
            .field("user_name", &self.user_name)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// First sign-in on a device with a code that an operator gave out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSignInRequest {
    /// Sign-in name.
    pub user_name: String,
    /// One-time code.
    pub code: String,
    /// Id the device gave itself.
    pub device: Uuid,
    /// Name the person knows the device by.
    pub device_name: String,
    /// Version the device speaks.
    pub protocol_version: u32,
}

impl std::fmt::Debug for CodeSignInRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeSignInRequest")
            .field("user_name", &self.user_name)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// A session of the main server.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SignInResponse {
    /// Bearer token of requests; short-lived.
    pub token: String,
    /// Seconds it is good for.
    pub expires_in_s: u64,
    /// Exchanged for a new token; changes with each use.
    pub refresh_token: String,
    /// Argon2id verifier (PHC string) for signing in without a connection (A2).
    pub offline_verifier: String,
    /// Days of work allowed since the last contact (A2).
    pub offline_grace_days: u32,
    /// The session.
    pub session: SessionResponse,
}

impl std::fmt::Debug for SignInResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInResponse").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Exchanges a refresh token for a new session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshRequest {
    /// The last refresh token.
    pub refresh_token: String,
    /// Device it belongs to.
    pub device: Uuid,
}

impl std::fmt::Debug for RefreshRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefreshRequest").field("device", &self.device).finish_non_exhaustive()
    }
}

/// Answer of the cheap probe that tells a device that its main server is there and knows it (M3, A5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloResponse {
    /// User of the token.
    pub user_name: String,
    /// What devices should run.
    pub device_bundle: Option<BundleHash>,
    /// Earlier configurations that devices may go on with while they put the update off (A6).
    #[serde(default)]
    pub compatible: Vec<BundleHash>,
    /// Version the main server speaks.
    pub protocol_version: u32,
    /// Last position of the change log.
    pub last: ChangePosition,
    /// Devices follow what they should run at once, without asking the person: while an app is being developed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
}
