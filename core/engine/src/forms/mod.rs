//! Server half of forms: opening, calls of the form's server module, writing. The server keeps nothing of a form between calls:
//! the data come with each call and what changed goes back (R5).

mod basis;
mod data;
mod open;
mod write;

use twinshore_metadata::{FormDefinition, FormName, ModuleName, ModulePlace, Ref, Value};
use twinshore_modules::Argument;
use twinshore_protocol::{FormCallRequest, FormCallResponse, ServerError};

use crate::host::ServerHost;
use crate::rights::Action;
use crate::{EngineError, journal, objects};

pub(crate) use data::{FormData, FormShape};
pub(crate) use open::open;
pub(crate) use write::{mark_deletion, write};

/// Definition of a form.
fn definition(host: &ServerHost, name: &FormName) -> Result<FormDefinition, EngineError> {
    let object = host.unit.object(&name.owner)?;
    match object.form(&name.form) {
        Some(form) => Ok(form.clone()),
        None if host.unit.engine().is_standalone() => Err(EngineError::not_in_composition(name)),
        None => Err(EngineError::refused(format!("There is no form {name} in the configuration."))),
    }
}

/// Refuses a form whose object the user may not see or use.
fn check_access(host: &ServerHost, form: &FormDefinition) -> Result<(), EngineError> {
    let owner = &form.name.owner;
    let data =
        owner.kind.is_stored_object() || owner.kind.is_register() || owner.kind == twinshore_metadata::ObjectKind::Constant;
    let action = if data { Action::Read } else { Action::Use };
    let title = host.unit.object(owner)?.title.text(&host.unit.user().language).to_owned();
    host.unit.user().check(action, owner, &title)
}

/// Runs a handler of the form's server module over the form's data; gives what it returned and the data after it.
fn run(
    host: &ServerHost,
    form: &FormName,
    method: &str,
    data: FormData,
    arguments: Vec<Argument>,
) -> Result<(Value, FormData), EngineError> {
    let module = ModuleName::Form(form.clone(), ModulePlace::Server);
    let number = host.lend_form(data);
    let mut all = vec![Argument::Form(number)];
    all.extend(arguments);
    let result = host.run(&module, method, &all);
    let data = host.take_form().ok_or_else(|| EngineError::refused("The form's data are gone."))?;
    Ok((result?.result, data))
}

fn title(host: &ServerHost, form: &FormDefinition) -> String {
    let language = &host.unit.user().language;
    let own = form.title.text(language);
    if own.is_empty() {
        host.unit.object(&form.name.owner).map_or_else(|_| String::new(), |o| o.title.text(language).to_owned())
    } else {
        own.to_owned()
    }
}

/// Calls a function of the form's server module.
pub(crate) fn call(host: &ServerHost, request: FormCallRequest) -> Result<FormCallResponse, EngineError> {
    let form = definition(host, &request.form)?;
    check_access(host, &form)?;
    let module = ModuleName::Form(form.name.clone(), ModulePlace::Server);
    if !host.exports(&module, &request.method) {
        return Err(ServerError::NotExported { module: form.name.to_string(), method: request.method }.into());
    }
    let shape = FormShape::of(host.unit.configuration(), &form);
    let mut data = FormData::new(shape, form.name.to_string(), request.record);
    data.title = title(host, &form);
    data.key = request.key;
    data.is_new = request.is_new;
    data.parameters = request.parameters;
    let arguments = request.arguments.into_iter().map(Argument::Value).collect();
    let (result, data) = run(host, &form.name, &request.method, data, arguments)?;
    let mut changes = data.changes();
    for name in host.unit.user().hidden(&form.name.owner) {
        changes.attributes.shift_remove(&name);
    }
    objects::present_record(&host.unit, &mut changes)?;
    let response = FormCallResponse { result, changes, messages: host.take_messages() };
    keep(host, request.call_id, &response)?;
    Ok(response)
}

/// Keeps the result of a call that wrote something, in the transaction that wrote it (R17).
pub(crate) fn keep<T: serde::Serialize>(
    host: &ServerHost,
    call: twinshore_protocol::CallId,
    response: &T,
) -> Result<(), EngineError> {
    if host.had_effects() {
        host.unit.transaction(|connection| journal::keep(&host.unit, connection, call, response))?;
    }
    host.finish()
}

/// The reference a form without items of its own is known by: constants, records of registers.
fn reference_of(form: &FormName, id: uuid::Uuid) -> Ref {
    Ref::new(form.owner.clone(), id)
}
