//! Refusals on their way into module code and back: a typed refusal that module code lets pass stays typed (C10, C14, C16).

use serde_json::{Map, Value as Json};
use twinshore_metadata::Value;
use twinshore_modules::HostError;
use twinshore_protocol::ServerError;
use twinshore_words::error_text;

/// What module code sees of a refusal: its code, its text, and its fields as details.
pub fn to_host(error: &ServerError) -> HostError {
    if let ServerError::Module { message, code: Some(code), details, .. } = error {
        return HostError { code: code.clone(), message: message.clone(), details: details.clone() };
    }
    let details = serde_json::to_value(error)
        .ok()
        .and_then(|json| match json {
            Json::Object(mut fields) => {
                fields.remove("error");
                Value::from_json(&Json::Object(fields)).ok()
            }
            _ => None,
        })
        .unwrap_or_default();
    HostError { code: error.code().into(), message: error.to_string(), details }
}

/// The refusal behind an exception that module code let pass, if it is one of the platform's.
pub fn from_exception(code: &str, details: &Value) -> Option<ServerError> {
    let mut fields = match details.to_json() {
        Json::Object(fields) => fields,
        Json::Null => Map::new(),
        _ => return None,
    };
    let mut tag = code.to_owned();
    tag.get_mut(..1)?.make_ascii_lowercase();
    fields.insert("error".into(), Json::String(tag));
    serde_json::from_value(Json::Object(fields)).ok()
}

/// The refusal with the text that the person would read, since module code may show it.
pub fn in_language(mut error: HostError, language: &str) -> HostError {
    if let Some(refusal) = from_exception(&error.code, &error.details) {
        error.message = error_text(language, &refusal);
    }
    error
}

/// A refusal of module code's own making: a wrong argument or a wrong name.
pub fn wrong(message: impl Into<String>) -> HostError {
    HostError::new("WrongArgument", message)
}

#[cfg(test)]
mod tests {
    use twinshore_metadata::Ref;
    use twinshore_protocol::{CallId, UnavailableReason};

    use super::*;

    fn check(error: ServerError) {
        let seen = to_host(&error);
        assert_eq!(seen.code, error.code());
        assert_eq!(from_exception(&seen.code, &seen.details), Some(error));
    }

    #[test]
    fn c10_refusals_survive_the_way_through_module_code() {
        check(ServerError::NotInComposition { name: "Catalog.Goods.Photo".into() });
        check(ServerError::ExternalReference { name: "Contract.Date".into(), object: "Catalog.Contracts".into() });
        check(ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection });
        check(ServerError::CallOutcomeUnknown { call_id: CallId::new() });
        check(ServerError::MainServerInTransaction);
        check(ServerError::NotFound { reference: Ref::new("Catalog.Goods".parse().expect("name"), uuid::Uuid::nil()) });
        check(ServerError::Refused { message: "No".into(), attribute: Some("Total".into()), row: None });
    }

    #[test]
    fn an_exception_of_the_configurations_own_is_no_refusal_of_ours() {
        assert_eq!(from_exception("StockTooLow", &Value::Empty), None);
        assert_eq!(from_exception("", &Value::Empty), None);
        assert_eq!(from_exception("NotInComposition", &Value::Boolean(true)), None);
    }
}
