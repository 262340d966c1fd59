//! Refusals in the person's language. Every variant has a text: a new one does not compile without.

use std::time::Duration;

use rust_decimal::Decimal;
use twinshore_metadata::DateParts;
use twinshore_metadata::text::{Locale, ParseError, format_number};
use twinshore_protocol::{BarReason, CodeRefusal, Limit, ServerError, StoragePlace, UnavailableReason};

use crate::{say, say_with};

/// Kinds of errors that JavaScript itself throws.
const JAVASCRIPT: [&str; 7] =
    ["TypeError", "ReferenceError", "RangeError", "SyntaxError", "URIError", "EvalError", "InternalError"];

/// What happened, what is safe, what to do. Texts that a server's code wrote for the person pass as they are.
pub fn error_text(language: &str, error: &ServerError) -> String {
    let said = |key: &str, arguments: &[_]| say_with(language, key, arguments);
    match error {
        ServerError::MainServerUnavailable { reason } => unavailable_text(language, *reason).to_owned(),
        ServerError::CallOutcomeUnknown { call_id: _ } => said("error-outcome-unknown", &[]),
        ServerError::CallCancelled { call_id: _ } => said("error-cancelled", &[]),
        ServerError::AccessDenied { what } => said("error-access-denied", &[("what", what.as_str().into())]),
        ServerError::NotFound { reference } => said("error-not-found", &[("item", reference.text().into())]),
        ServerError::NotInComposition { name } => said("error-not-in-composition", &[("name", name.as_str().into())]),
        ServerError::ExternalReference { name, object } => {
            said("error-external-reference", &[("name", name.as_str().into()), ("object", object.as_str().into())])
        }
        ServerError::NotExported { module, method } => {
            said("error-not-exported", &[("module", module.as_str().into()), ("method", method.as_str().into())])
        }
        ServerError::VersionConflict { reference } => said("error-version-conflict", &[("item", reference.text().into())]),
        ServerError::Locked { reference, by } => {
            said("error-locked", &[("item", reference.text().into()), ("by", by.as_str().into())])
        }
        ServerError::Refused { message, attribute: _, row: _ } => message.clone(),
        ServerError::Module { message, code, details: _, position } => {
            thrown_text(language, code.as_deref(), message, position.as_deref())
        }
        ServerError::MainServerInTransaction => said("error-main-server-in-transaction", &[]),
        ServerError::WrongServer => said("error-wrong-server", &[]),
        ServerError::LimitExceeded { limit, what } => {
            let limit = limit_text(language, *limit);
            let what = if what.is_empty() { limit.to_owned() } else { format!("{limit} ({what})") };
            said("error-limit", &[("what", what.into())])
        }
        ServerError::SignInRefused => said("error-sign-in-refused", &[]),
        ServerError::CodeRefused { reason } => match reason {
            CodeRefusal::Unknown => said("error-code-unknown", &[]),
            CodeRefusal::Expired => said("error-code-expired", &[]),
            CodeRefusal::Used => said("error-code-used", &[]),
        },
        ServerError::TryLater { seconds } => said("error-try-later", &[("wait", Duration::from_secs(*seconds).into())]),
        ServerError::SessionExpired => said("error-session-expired", &[]),
        ServerError::Barred { reason } => match reason {
            BarReason::UserDisabled => said("error-user-disabled", &[]),
            BarReason::DeviceLocked => said("error-device-locked", &[]),
            BarReason::DeviceWiped => said("error-device-wiped", &[]),
        },
        ServerError::StorageFull { place: StoragePlace::Here } => said("error-storage-full", &[]),
        ServerError::StorageFull { place: StoragePlace::MainServer } => said("error-storage-full-main", &[]),
        ServerError::MessageNumberRejected { number, accepted } => {
            said("error-message-number", &[("number", (*number).into()), ("accepted", (*accepted).into())])
        }
        ServerError::Malformed { what } => said("error-malformed", &[("what", what.as_str().into())]),
        ServerError::Internal { report } => said("error-internal", &[("report", report.as_str().into())]),
    }
}

/// What module code threw: its own words pass; a mistake in the code is told as one, with its place for the administrator.
pub fn thrown_text(language: &str, code: Option<&str>, message: &str, place: Option<&str>) -> String {
    // Errors of JavaScript's own carry their kind.
    if !code.is_some_and(|code| JAVASCRIPT.contains(&code)) {
        return message.to_owned();
    }
    let what = place.map_or_else(|| message.to_owned(), |place| format!("{message}, {place}"));
    say_with(language, "error-mistake", &[("what", what.into())])
}

fn unavailable_text(language: &str, reason: UnavailableReason) -> &'static str {
    match reason {
        UnavailableReason::NoConnection => say(language, "error-no-connection"),
        UnavailableReason::OfflineMode => say(language, "error-offline-mode"),
        UnavailableReason::UpdateNeeded => say(language, "error-update-needed"),
        UnavailableReason::SignInNeeded => say(language, "error-sign-in-needed"),
    }
}

fn limit_text(language: &str, limit: Limit) -> &'static str {
    match limit {
        Limit::CallTime => say(language, "limit-call-time"),
        Limit::CallMemory => say(language, "limit-call-memory"),
        Limit::CallStack => say(language, "limit-call-stack"),
        Limit::Nesting => say(language, "limit-nesting"),
        Limit::QueryTime => say(language, "limit-query-time"),
        Limit::QuerySize => say(language, "limit-query-size"),
        Limit::QueryRows => say(language, "limit-query-rows"),
        Limit::References => say(language, "limit-references"),
        Limit::TableRows => say(language, "limit-table-rows"),
        Limit::MessageSize => say(language, "limit-message-size"),
        Limit::RequestSize => say(language, "limit-request-size"),
        Limit::RequestTime => say(language, "limit-request-time"),
        Limit::AnswerSize => say(language, "limit-answer-size"),
        Limit::Unknown => say(language, "limit-unknown"),
    }
}

/// What to type instead.
pub fn parse_error_text(language: &str, error: &ParseError) -> String {
    let said = |key: &str, arguments: &[_]| say_with(language, key, arguments);
    match error {
        ParseError::NotANumber(text) => {
            let example = format_number(Decimal::new(12345, 1), None, &Locale::of(language));
            said("parse-number", &[("text", text.as_str().into()), ("example", example.into())])
        }
        ParseError::TooManyDigits { digits, scale: 0 } => said("parse-whole", &[("digits", u32::from(*digits).into())]),
        ParseError::TooManyDigits { digits, scale } => {
            said("parse-digits", &[("digits", u32::from(*digits).into()), ("scale", u32::from(*scale).into())])
        }
        ParseError::TooLong(length) => said("parse-long", &[("length", (*length).into())]),
        ParseError::NotADate { parts, text, example } => {
            let key = if *parts == DateParts::Time { "parse-time" } else { "parse-date" };
            said(key, &[("text", text.as_str().into()), ("example", example.as_str().into())])
        }
        ParseError::NotAnIdentifier(text) => said("parse-identifier", &[("text", text.as_str().into())]),
        ParseError::NotTyped => said("parse-choose", &[]),
    }
}
