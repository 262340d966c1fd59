//! What the client says to the person. The texts are in `core/words/texts`, one file for each language; here are the client's own
//! troubles.

use twinshore_engine::EngineError;
use twinshore_modules::ModuleError;
use twinshore_protocol::{Limit, ServerError};
pub use twinshore_words::{Argument, error_text, parse_error_text, say, say_with, thrown_text};

use crate::{ClientError, PlatformError};

/// What happened, what is safe, what to do.
pub fn client_error_text(language: &str, error: &ClientError) -> String {
    let with_detail = |key: &str, what: String| say_with(language, key, &[("what", what.into())]);
    match error {
        ClientError::Folder(error) => with_detail("error-folder", error.to_string()),
        ClientError::NoRoom | ClientError::Platform(PlatformError::NoRoom) => say(language, "error-no-room").to_owned(),
        ClientError::Damaged { file } => say_with(language, "error-damaged", &[("file", file.as_str().into())]),
        ClientError::KeyLost { file } => say_with(language, "error-key-lost", &[("file", file.as_str().into())]),
        ClientError::WrongKey { file } => say_with(language, "error-wrong-key", &[("file", file.as_str().into())]),
        ClientError::Storage(error) => with_detail("error-store", error.to_string()),
        ClientError::Engine(error) => engine_error_text(language, error),
        ClientError::Server(error) => error_text(language, error),
        ClientError::Platform(PlatformError::Secrets(what)) => with_detail("error-secrets", what.clone()),
        ClientError::Platform(PlatformError::Biometrics(what)) => with_detail("error-biometrics", what.clone()),
        ClientError::Stopped => say(language, "error-stopped").to_owned(),
    }
}

/// An error of module code: its own text, or what the platform says of it.
pub fn module_error_text(language: &str, error: &ModuleError) -> String {
    match error {
        ModuleError::Thrown { message, code, details: _, stack } => {
            let place = stack.first().map(ToString::to_string);
            thrown_text(language, code.as_deref(), message, place.as_deref())
        }
        ModuleError::NotExported { module, function } => {
            error_text(language, &ServerError::NotExported { module: module.to_string(), method: function.clone() })
        }
        ModuleError::Limit { what, position } => {
            let place = position.as_ref().map(ToString::to_string).unwrap_or_default();
            error_text(language, &ServerError::limit(Limit::of_call(what), place))
        }
        ModuleError::NeverSettles { function } => {
            say_with(language, "error-never-settles", &[("function", function.as_str().into())])
        }
        ModuleError::Runtime(what) => say_with(language, "error-modules", &[("what", what.as_str().into())]),
    }
}

fn engine_error_text(language: &str, error: &EngineError) -> String {
    match error {
        EngineError::Database(what) => say_with(language, "error-database", &[("what", what.to_string().into())]),
        EngineError::Key { path } => {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            say_with(language, "error-wrong-key", &[("file", file.into())])
        }
        EngineError::Open { path: _, what } => say_with(language, "error-database", &[("what", what.as_str().into())]),
        EngineError::StorageFull => say(language, "error-storage-full").to_owned(),
        EngineError::Migration { object, attribute, what } => {
            let arguments = [
                ("object", object.to_string().into()),
                ("attribute", attribute.as_str().into()),
                ("what", what.as_str().into()),
            ];
            say_with(language, "error-migration", &arguments)
        }
        EngineError::Refused(error) => error_text(language, error),
        // The engine answers a repeated call itself; nobody is told of it.
        EngineError::Repeated => error_text(language, &ServerError::TryLater { seconds: 1 }),
        EngineError::Corrupt { table, column } => {
            say_with(language, "error-database", &[("what", format!("{table}.{column}").into())])
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use twinshore_metadata::{ModuleName, Value};
    use twinshore_words::languages;

    use super::*;

    fn broken() -> rusqlite::Error {
        rusqlite::Error::InvalidQuery
    }

    /// The trouble that follows, so that none is forgotten: a new one does not compile.
    fn after(error: &ClientError) -> Option<ClientError> {
        use ClientError as C;
        use EngineError as E;
        Some(match error {
            C::Folder(_) => C::NoRoom,
            C::NoRoom => C::Damaged { file: "client.db".into() },
            C::Damaged { .. } => C::KeyLost { file: "client.db".into() },
            C::KeyLost { .. } => C::WrongKey { file: "base.db".into() },
            C::WrongKey { .. } => C::Storage(broken()),
            C::Storage(_) => C::Engine(E::Database(broken())),
            C::Engine(E::Database(_)) => {
                C::Engine(E::Open { path: "base.db".into(), what: "it belongs to another program".into() })
            }
            C::Engine(E::Open { .. }) => C::Engine(E::Key { path: "base.db".into() }),
            C::Engine(E::Key { .. }) => C::Engine(E::StorageFull),
            C::Engine(E::StorageFull) => {
                let object = "Catalog.Goods".parse().expect("a name");
                C::Engine(E::Migration { object, attribute: "Price".into(), what: "2 digits would be lost".into() })
            }
            C::Engine(E::Migration { .. }) => C::Engine(E::Refused(ServerError::full())),
            C::Engine(E::Refused(_)) => C::Engine(E::Corrupt { table: "Catalog.Goods".into(), column: "Price".into() }),
            C::Engine(E::Corrupt { .. } | E::Repeated) => C::Server(ServerError::SessionExpired),
            C::Server(_) => C::Platform(PlatformError::Secrets("locked".into())),
            C::Platform(PlatformError::Secrets(_)) => C::Platform(PlatformError::NoRoom),
            C::Platform(PlatformError::NoRoom) => C::Platform(PlatformError::Biometrics("no reader".into())),
            C::Platform(PlatformError::Biometrics(_)) => C::Stopped,
            C::Stopped => return None,
        })
    }

    fn module_errors() -> [ModuleError; 5] {
        let module = ModuleName::Application;
        [
            ModuleError::Thrown { message: "Not enough tea.".into(), code: None, details: Value::Empty, stack: Vec::new() },
            ModuleError::NotExported { module, function: "onStart".into() },
            ModuleError::Limit { what: "memory", position: None },
            ModuleError::NeverSettles { function: "onStart".into() },
            ModuleError::Runtime("no memory".into()),
        ]
    }

    #[test]
    fn every_trouble_of_the_app_reads_well() {
        let mut page = String::new();
        for error in std::iter::successors(Some(ClientError::Folder(std::io::Error::other("read-only"))), after) {
            for language in languages() {
                let _ = writeln!(page, "{language}: {}", client_error_text(language, &error));
            }
        }
        for error in module_errors() {
            for language in languages() {
                let _ = writeln!(page, "{language}: {}", module_error_text(language, &error));
            }
        }
        assert!(!page.contains(" error-"), "{page}");
        insta::assert_snapshot!(page);
    }
}
