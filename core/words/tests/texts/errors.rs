//! All refusals on one page, in every language, for who reviews them.

use std::fmt::Write as _;

use twinshore_metadata::text::ParseError;
use twinshore_metadata::{DateParts, Ref, Value};
use twinshore_protocol::{BarReason, CallId, CodeRefusal, Limit, ServerError, StoragePlace, UnavailableReason};
use twinshore_words::{error_text, languages, parse_error_text};

fn order() -> Ref {
    let order = Ref::new("Document.Orders".parse().expect("a name"), uuid::Uuid::nil());
    order.presented("Order 000012")
}

/// The variant that follows, so that none is forgotten: a new one does not compile.
fn after(error: &ServerError) -> Option<ServerError> {
    use BarReason as B;
    use ServerError as E;
    use UnavailableReason as R;
    Some(match error {
        E::MainServerUnavailable { reason: R::NoConnection } => E::MainServerUnavailable { reason: R::OfflineMode },
        E::MainServerUnavailable { reason: R::OfflineMode } => E::MainServerUnavailable { reason: R::UpdateNeeded },
        E::MainServerUnavailable { reason: R::UpdateNeeded } => E::MainServerUnavailable { reason: R::SignInNeeded },
        E::MainServerUnavailable { reason: R::SignInNeeded } => E::CallOutcomeUnknown { call_id: CallId::new() },
        E::CallOutcomeUnknown { .. } => E::CallCancelled { call_id: CallId::new() },
        E::CallCancelled { .. } => E::AccessDenied { what: "…".into() },
        E::AccessDenied { .. } => E::NotFound { reference: order() },
        E::NotFound { .. } => E::NotInComposition { name: "Catalog.Contracts".into() },
        E::NotInComposition { .. } => E::ExternalReference { name: "Contract.Date".into(), object: "Catalog.Contracts".into() },
        E::ExternalReference { .. } => E::NotExported { module: "Prices".into(), method: "priceOf".into() },
        E::NotExported { .. } => E::VersionConflict { reference: order() },
        E::VersionConflict { .. } => E::Locked { reference: order(), by: "bob".into() },
        E::Locked { .. } => E::Refused { message: "…".into(), attribute: None, row: None },
        E::Refused { .. } => E::Module { message: "…".into(), code: None, details: Value::Empty, position: None },
        E::Module { .. } => E::MainServerInTransaction,
        E::MainServerInTransaction => E::WrongServer,
        E::WrongServer => E::limit(Limit::CallTime, "Module.Prices, modules/Prices.server.ts:12:3"),
        E::LimitExceeded { limit, .. } => match next_limit(*limit) {
            Some(limit) => E::limit(limit, ""),
            None => E::SignInRefused,
        },
        E::SignInRefused => E::CodeRefused { reason: CodeRefusal::Unknown },
        E::CodeRefused { reason: CodeRefusal::Unknown } => E::CodeRefused { reason: CodeRefusal::Expired },
        E::CodeRefused { reason: CodeRefusal::Expired } => E::CodeRefused { reason: CodeRefusal::Used },
        E::CodeRefused { reason: CodeRefusal::Used } => E::TryLater { seconds: 900 },
        E::TryLater { .. } => E::SessionExpired,
        E::SessionExpired => E::Barred { reason: B::UserDisabled },
        E::Barred { reason: B::UserDisabled } => E::Barred { reason: B::DeviceLocked },
        E::Barred { reason: B::DeviceLocked } => E::Barred { reason: B::DeviceWiped },
        E::Barred { reason: B::DeviceWiped } => E::full(),
        E::StorageFull { place: StoragePlace::Here } => E::full().of_main(),
        E::StorageFull { place: StoragePlace::MainServer } => E::MessageNumberRejected { number: 7, accepted: 1208 },
        E::MessageNumberRejected { .. } => E::Malformed { what: "status 418".into() },
        E::Malformed { .. } => E::Internal { report: "0197a1".into() },
        E::Internal { .. } => return None,
    })
}

fn next_limit(limit: Limit) -> Option<Limit> {
    Some(match limit {
        Limit::CallTime => Limit::CallMemory,
        Limit::CallMemory => Limit::CallStack,
        Limit::CallStack => Limit::Nesting,
        Limit::Nesting => Limit::QueryTime,
        Limit::QueryTime => Limit::QuerySize,
        Limit::QuerySize => Limit::QueryRows,
        Limit::QueryRows => Limit::References,
        Limit::References => Limit::TableRows,
        Limit::TableRows => Limit::MessageSize,
        Limit::MessageSize => Limit::RequestSize,
        Limit::RequestSize => Limit::RequestTime,
        Limit::RequestTime => Limit::AnswerSize,
        Limit::AnswerSize => Limit::Unknown,
        Limit::Unknown => return None,
    })
}

#[test]
fn every_refusal_reads_well() {
    let first = ServerError::MainServerUnavailable { reason: UnavailableReason::NoConnection };
    let mut page = String::new();
    for error in std::iter::successors(Some(first), after) {
        let _ = writeln!(page, "{}", error.code());
        for language in languages() {
            let text = error_text(language, &error);
            assert!(!text.starts_with("error-"), "{text} has no text");
            let _ = writeln!(page, "  {language}: {text}");
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn every_answer_to_typed_text_says_what_to_type() {
    let long = "12.345678".to_owned();
    let errors = [
        ParseError::NotANumber("12x".into()),
        ParseError::TooManyDigits { digits: 13, scale: 2 },
        ParseError::TooManyDigits { digits: 1, scale: 0 },
        ParseError::TooLong(1000),
        ParseError::NotADate { parts: DateParts::Date, text: "tomorrow".into(), example: "2026-01-31".into() },
        ParseError::NotADate { parts: DateParts::Time, text: long, example: "14:30".into() },
        ParseError::NotAnIdentifier("7".into()),
        ParseError::NotTyped,
    ];
    let mut page = String::new();
    for error in errors {
        for language in languages() {
            let _ = writeln!(page, "{language}: {}", parse_error_text(language, &error));
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn what_code_says_to_the_person_passes_and_a_mistake_in_code_is_told_as_one() {
    let thrown = |code: Option<&str>, message: &str| ServerError::Module {
        message: message.into(),
        code: code.map(str::to_owned),
        details: Value::Empty,
        position: Some("documents/Orders/Item.form.server.ts:12:7".into()),
    };
    for code in [None, Some("StockTooLow")] {
        assert_eq!(error_text("ru", &thrown(code, "Не хватает чая.")), "Не хватает чая.");
    }
    let told = error_text("ru", &thrown(Some("TypeError"), "x is undefined"));
    assert!(
        told.starts_with("Приложение здесь ошиблось (x is undefined, documents/Orders/Item.form.server.ts:12:7)."),
        "{told}"
    );
}
