//! Refusals of a server, as its caller needs them to act.

use serde::{Deserialize, Serialize};
use twinshore_metadata::{Ref, Value};

use crate::CallId;

/// Why the main server can't be called now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnavailableReason {
    /// It does not answer.
    NoConnection,
    /// The person works in Offline mode.
    OfflineMode,
    /// The configuration on the device is too old for it (A5).
    UpdateNeeded,
    /// The session ended and the person has to sign in again.
    SignInNeeded,
}

/// What may not be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Time of a call of module code.
    CallTime,
    /// Memory of a call of module code.
    CallMemory,
    /// Stack of a call of module code.
    CallStack,
    /// Handlers that cause one another.
    Nesting,
    /// Time of a query.
    QueryTime,
    /// Size of a query's text.
    QuerySize,
    /// Rows of a query's result.
    QueryRows,
    /// References asked for at once.
    References,
    /// Rows of a table of a form.
    TableRows,
    /// Things in a message of the exchange.
    MessageSize,
    /// Size of a request.
    RequestSize,
    /// Time of a request.
    RequestTime,
    /// Size of an answer.
    AnswerSize,
    /// Said by a server that does not tell.
    #[default]
    Unknown,
}

impl Limit {
    /// The limit of a call of module code: its `time`, `memory` or `stack`.
    pub fn of_call(what: &str) -> Self {
        match what {
            "time" => Self::CallTime,
            "memory" => Self::CallMemory,
            "stack" => Self::CallStack,
            _ => Self::Unknown,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::CallTime => "the time of a call",
            Self::CallMemory => "the memory of a call",
            Self::CallStack => "the stack of a call",
            Self::Nesting => "the nesting of handlers",
            Self::QueryTime => "the time of a query",
            Self::QuerySize => "the size of a query",
            Self::QueryRows => "the number of rows of a query",
            Self::References => "the number of references",
            Self::TableRows => "the number of rows",
            Self::MessageSize => "the size of a message",
            Self::RequestSize => "the size of the request",
            Self::RequestTime => "the time of the request",
            Self::AnswerSize => "the size of the answer",
            Self::Unknown => "what was asked for",
        }
    }
}

fn in_brackets(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(" ({what})") }
}

/// Where there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoragePlace {
    /// The engine's own machine; on the device what the stand-alone server says.
    #[default]
    Here,
    /// The main server's: the client that hears it from there says so.
    MainServer,
}

/// Why a one-time code lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeRefusal {
    /// There is no such code for this person.
    Unknown,
    /// Its time is over.
    Expired,
    /// It let somebody in already.
    Used,
}

impl CodeRefusal {
    const fn text(self) -> &'static str {
        match self {
            Self::Unknown => "The main server does not know this sign-in code.",
            Self::Expired => "The time of this sign-in code is over.",
            Self::Used => "This sign-in code was used already.",
        }
    }
}

/// Why the main server does not work with a user on a device any more (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarReason {
    /// The user may not work.
    UserDisabled,
    /// The operator locked the device for this user.
    DeviceLocked,
    /// The operator ordered that the user's data be removed from the device.
    DeviceWiped,
}

/// What a call ends with when it does not end well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum ServerError {
    /// E of rule R2.
    #[error("{}", unavailable_text(*reason))]
    MainServerUnavailable { reason: UnavailableReason },
    /// The call left and no answer came (R17).
    #[error(
        "The connection was lost before the answer came. It isn't known whether the main server carried out the request; repeating it is safe."
    )]
    CallOutcomeUnknown { call_id: CallId },
    /// The person cancelled the wait (R18).
    #[error("Cancelled. It isn't known whether the server carried out the request; repeating it is safe.")]
    CallCancelled { call_id: CallId },
    #[error("You have no right to do this: {what}.")]
    AccessDenied {
        /// In the language of the session.
        what: String,
    },
    /// Deleted or never here (C15).
    #[error("{} is not here: it was deleted or has not been sent to this device.", reference.text())]
    NotFound { reference: Ref },
    /// C10, C16.
    #[error(
        "{name} is not part of the offline mode composition, so it does not exist on this device. Connect to the main server to use it."
    )]
    NotInComposition { name: String },
    /// C14.
    #[error("{name} can't be read on this device: {object} is not part of the offline mode composition.")]
    ExternalReference { name: String, object: String },
    #[error(
        "{module}.{method} can't be called: there is no such exported function, or the module may not be called from outside."
    )]
    NotExported { module: String, method: String },
    /// Someone else wrote it meanwhile (F14).
    #[error("{} was changed by someone else meanwhile. Your text is kept: reread it, or reopen the form to compare.", reference.text())]
    VersionConflict { reference: Ref },
    /// Someone else edits it (F14).
    #[error("{} is being edited by {by}. Your text is kept: try again later.", reference.text())]
    Locked { reference: Ref, by: String },
    /// Checks or handlers refused the data.
    #[error("{message}")]
    Refused {
        message: String,
        /// Attribute it is about; `Table.Column` for tabular sections.
        attribute: Option<String>,
        /// Row number from 0.
        row: Option<u32>,
    },
    /// Module code threw.
    #[error("{message}")]
    Module {
        message: String,
        /// Code of a `TwinshoreError`.
        code: Option<String>,
        details: Value,
        /// `file:line:column` in the configuration, for developers.
        position: Option<String>,
    },
    /// R8.
    #[error("The main server can't be called inside a transaction.")]
    MainServerInTransaction,
    /// R16.
    #[error("This address belongs to the other server.")]
    WrongServer,
    /// Time, memory, size or number above what is allowed.
    #[error("Stopped: {}{} is more than allowed.", limit.text(), in_brackets(what))]
    LimitExceeded {
        #[serde(default)]
        limit: Limit,
        /// Where or of what, in names of the configuration or of its sources; may be empty.
        what: String,
    },
    /// Name or password is wrong.
    #[error("The name or the password is wrong.")]
    SignInRefused,
    /// The one-time code lets nobody in.
    #[error("{} Ask for a new one.", reason.text())]
    CodeRefused { reason: CodeRefusal },
    /// Too many tries.
    #[error("Too many tries. Wait {seconds} s and try again.")]
    TryLater { seconds: u64 },
    #[error("Your session has ended. Sign in again; nothing you typed is lost.")]
    SessionExpired,
    /// The main server works with this user on this device no longer (A3).
    #[error("{}", barred_text(*reason))]
    Barred { reason: BarReason },
    /// No room for the database.
    #[error("{}", full_text(*place))]
    StorageFull {
        #[serde(default)]
        place: StoragePlace,
    },
    /// X4: the number was accepted before.
    #[error("Message {number} was accepted before; the last accepted one is {accepted}.")]
    MessageNumberRejected { number: u64, accepted: u64 },
    /// The request or answer is malformed.
    #[error("The other side sent something that can't be understood: {what}. Nothing was changed.")]
    Malformed { what: String },
    /// A fault of ours; the details are in the log under this id.
    #[error("Something went wrong on the server (report {report}). Nothing was changed.")]
    Internal { report: String },
}

const fn unavailable_text(reason: UnavailableReason) -> &'static str {
    match reason {
        UnavailableReason::NoConnection => {
            "There is no connection with the main server. What you typed is kept; try again when the connection is back."
        }
        UnavailableReason::OfflineMode => "You work in Offline mode. Switch to Normal to use the main server.",
        UnavailableReason::UpdateNeeded => "The app needs an update before it can work with the main server.",
        UnavailableReason::SignInNeeded => "Sign in again to work with the main server.",
    }
}

const fn full_text(place: StoragePlace) -> &'static str {
    match place {
        StoragePlace::Here => "There is no room left on this device. Nothing was lost; free some space and try again.",
        StoragePlace::MainServer => {
            "There is no room left on the main server. Nothing was lost; ask the administrator to free some."
        }
    }
}

const fn barred_text(reason: BarReason) -> &'static str {
    match reason {
        BarReason::UserDisabled => {
            "This user may not work any more. What you typed and did not send is kept on this device. Ask the administrator."
        }
        BarReason::DeviceLocked => {
            "The administrator locked this device for you. What you typed and did not send is kept on it. Ask the administrator."
        }
        BarReason::DeviceWiped => "The administrator removed your data from this device. Sign in again if that was not meant.",
    }
}

impl ServerError {
    /// No room where the engine works.
    pub const fn full() -> Self {
        Self::StorageFull { place: StoragePlace::Here }
    }

    /// A refusal as heard from the main server: what is said of "here" is said of there.
    #[must_use]
    pub fn of_main(self) -> Self {
        match self {
            Self::StorageFull { .. } => Self::StorageFull { place: StoragePlace::MainServer },
            other => other,
        }
    }

    /// Something is more than allowed; `what` says where or of what, in names.
    pub fn limit(limit: Limit, what: impl Into<String>) -> Self {
        Self::LimitExceeded { limit, what: what.into() }
    }

    /// The main server does not know any more who asks: only a new sign-in helps.
    pub const fn wants_sign_in(&self) -> bool {
        matches!(self, Self::SessionExpired | Self::MainServerUnavailable { reason: UnavailableReason::SignInNeeded })
    }

    /// Stable code that module code sees as `error.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MainServerUnavailable { .. } => "MainServerUnavailable",
            Self::CallOutcomeUnknown { .. } => "CallOutcomeUnknown",
            Self::CallCancelled { .. } => "CallCancelled",
            Self::AccessDenied { .. } => "AccessDenied",
            Self::NotFound { .. } => "NotFound",
            Self::NotInComposition { .. } => "NotInComposition",
            Self::ExternalReference { .. } => "ExternalReference",
            Self::NotExported { .. } => "NotExported",
            Self::VersionConflict { .. } => "VersionConflict",
            Self::Locked { .. } => "Locked",
            Self::Refused { .. } => "Refused",
            Self::Module { .. } => "Module",
            Self::MainServerInTransaction => "MainServerInTransaction",
            Self::WrongServer => "WrongServer",
            Self::LimitExceeded { .. } => "LimitExceeded",
            Self::SignInRefused => "SignInRefused",
            Self::CodeRefused { .. } => "CodeRefused",
            Self::TryLater { .. } => "TryLater",
            Self::SessionExpired => "SessionExpired",
            Self::Barred { .. } => "Barred",
            Self::StorageFull { .. } => "StorageFull",
            Self::MessageNumberRejected { .. } => "MessageNumberRejected",
            Self::Malformed { .. } => "Malformed",
            Self::Internal { .. } => "Internal",
        }
    }
}
