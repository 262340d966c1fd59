//! Who may sign in at a development server: everybody that is named, with all roles.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use twinshore_engine::rights::UserRights;
use twinshore_engine::users::{self, User};
use twinshore_engine::{Engine, EngineError, Unit, objects};
use twinshore_metadata::{Ref, Value};
use twinshore_protocol::WriteAction;

/// Password of everybody; the server listens on this machine unless it is told otherwise.
pub const PASSWORD: &str = "develop";

/// Adds those who are not there, and gives everybody the roles that the configuration has now.
pub fn add(engine: &Engine, names: &[String]) -> Result<(), EngineError> {
    let configuration = &engine.bundle().configuration;
    let roles: Vec<String> = configuration.roles.keys().cloned().collect();
    let catalog = configuration.users.as_ref().map(|(catalog, _)| catalog.clone());
    for name in names {
        let known = users::get(&*engine.database().reader()?, name, catalog.as_ref())?;
        let user = match known {
            Some(known) if known.roles == roles => continue,
            Some(known) => User { roles: roles.clone(), ..known },
            None => User {
                name: name.clone(),
                verifier: users::verifier(PASSWORD)?,
                roles: roles.clone(),
                language: "en".into(),
                item: item(engine, name),
                disabled: false,
            },
        };
        users::put(&*engine.database().writer()?, &user)?;
    }
    Ok(())
}

/// The user's item in the catalog that the configuration names for it, so that conditions on the current user find somebody. Without
/// one the person works all the same.
fn item(engine: &Engine, name: &str) -> Option<Ref> {
    let (catalog, attribute) = engine.bundle().configuration.users.clone()?;
    let made = || {
        let unit = Rc::new(Unit::new(engine, Arc::new(UserRights::platform(&engine.bundle().configuration))));
        let handlers = engine.handlers()(&unit);
        let mut values: IndexMap<String, Value> = [(attribute.clone(), Value::from(name))].into_iter().collect();
        if let Some(known) = objects::find(&unit, &catalog, &values)? {
            return Ok(known);
        }
        values.insert("Description".into(), name.into());
        let state = objects::new_object(&unit, &catalog, None, &values)?;
        objects::write(&unit, state, WriteAction::Write, handlers.as_ref()).map(|state| state.reference)
    };
    made().inspect_err(|error: &EngineError| tracing::warn!(%error, user = name, "the user has no item in {catalog}")).ok()
}
