//! Opening a form: the item with its first values, the form's own attributes, the handlers.

use indexmap::IndexMap;
use twinshore_metadata::{
    Configuration, ElementKind, FormDefinition, FormPurpose, ModuleName, ModulePlace, ObjectKind, Record, Ref, TableRow, Value,
};
use twinshore_modules::Argument;
use twinshore_protocol::{OpenFormRequest, OpenFormResponse};
use uuid::Uuid;

use super::{FormData, FormShape, basis, check_access, definition, reference_of, run, title};
use crate::host::ServerHost;
use crate::objects::{self, ObjectHandlers as _, ObjectState};
use crate::rights::{Action, UserRights};
use crate::{EngineError, constants, options, registers};

/// What a form shows.
struct Shown {
    record: Record,
    key: Option<Ref>,
    is_new: bool,
    version: i64,
}

/// Opens a form.
pub(crate) fn open(host: &ServerHost, request: OpenFormRequest) -> Result<OpenFormResponse, EngineError> {
    let form = definition(host, &request.form)?;
    check_access(host, &form)?;
    let shape = FormShape::of(host.unit.configuration(), &form);
    let mut shown = shown(host, &form, &request)?;
    let mut hidden = host.unit.user().hidden(&form.name.owner);
    let mut record = shape.initial();
    record.apply(std::mem::take(&mut shown.record));
    hide(&mut record, &hidden);
    let mut parameters = request.parameters;
    if request.reopening {
        parameters.insert("reopening".into(), true.into());
    }
    let mut data = FormData::new(shape, form.name.to_string(), record);
    data.title = title(host, &form);
    data.key = shown.key.clone();
    data.is_new = shown.is_new;
    data.parameters = parameters.clone();
    let mut record = run_handlers(host, &form, data, parameters)?.into_record();
    // What an option keeps away is there for handlers and not for the person.
    let off = options::off(&host.unit, &form.name.owner)?;
    hidden.extend(off.hidden);
    hide(&mut record, &hidden);
    objects::present_record(&host.unit, &mut record)?;
    if let Some(key) = &mut shown.key {
        objects::present(&host.unit, std::slice::from_mut(key))?;
    }
    host.finish()?;
    let user = host.unit.user();
    let owner = &form.name.owner;
    let mut off_commands = off.commands;
    off_commands.extend(denied(host.unit.configuration(), user, &form));
    Ok(OpenFormResponse {
        record,
        is_new: shown.is_new,
        version: shown.version,
        can_write: shown.key.is_some() && user.may(if shown.is_new { Action::Insert } else { Action::Update }, owner),
        can_post: shown.key.is_some() && owner.kind == ObjectKind::Document && user.may(Action::Post, owner),
        key: shown.key,
        read_only: user.read_only(owner),
        hidden,
        off_commands,
        messages: host.take_messages(),
    })
}

/// Standard commands of the form's list, or of its item, that the person has no right to carry out.
fn denied(configuration: &Configuration, user: &UserRights, form: &FormDefinition) -> Vec<String> {
    let listed = form.elements.iter().find_map(|element| match &element.kind {
        ElementKind::List(list) => Some(&list.object),
        _ => None,
    });
    let object = listed.unwrap_or(&form.name.owner);
    if !object.kind.is_stored_object() {
        return Vec::new();
    }
    let mut denied: Vec<&str> = Vec::new();
    if !user.may(Action::Insert, object) {
        denied.extend(["create", "createGroup", "copy"]);
    }
    if !(user.may(Action::Delete, object) && user.may(Action::Update, object)) {
        denied.push("markDeletion");
    }
    let based = configuration.objects.values().filter(|other| other.based_on.contains(object));
    if !based.map(|other| &other.name).any(|other| user.may(Action::Insert, other)) {
        denied.push("createBasedOn");
    }
    denied.into_iter().map(str::to_owned).collect()
}

fn hide(record: &mut Record, hidden: &[String]) {
    for name in hidden {
        record.attributes.shift_remove(name);
        record.tables.shift_remove(name);
    }
}

fn run_handlers(
    host: &ServerHost,
    form: &FormDefinition,
    mut data: FormData,
    parameters: IndexMap<String, Value>,
) -> Result<FormData, EngineError> {
    let module = ModuleName::Form(form.name.clone(), ModulePlace::Server);
    let is_read = data.key.is_some() && !data.is_new;
    if host.exports(&module, "onCreateAtServer") {
        let parameters = Argument::Value(Value::Structure(parameters.into_iter().collect()));
        data = run(host, &form.name, "onCreateAtServer", data, vec![parameters])?.1;
    }
    if is_read && host.exports(&module, "onReadAtServer") {
        data = run(host, &form.name, "onReadAtServer", data, Vec::new())?.1;
    }
    Ok(data)
}

fn shown(host: &ServerHost, form: &FormDefinition, request: &OpenFormRequest) -> Result<Shown, EngineError> {
    let owner = &form.name.owner;
    if form.purpose != FormPurpose::Item {
        return Ok(Shown { record: Record::default(), key: None, is_new: false, version: 0 });
    }
    match owner.kind {
        ObjectKind::Catalog | ObjectKind::Document => item(host, request),
        ObjectKind::Constant => {
            let mut record = Record::default();
            record.set("Value", constants::get(&host.unit, owner)?);
            Ok(Shown { record, key: Some(reference_of(&form.name, Uuid::nil())), is_new: false, version: 0 })
        }
        ObjectKind::InformationRegister => register_record(host, form, request),
        _ => Ok(Shown { record: Record::default(), key: None, is_new: false, version: 0 }),
    }
}

fn item(host: &ServerHost, request: &OpenFormRequest) -> Result<Shown, EngineError> {
    let unit = &host.unit;
    // An item that got its id on a device may have come here meanwhile: then it is that item (F12).
    let known = match (&request.key, request.new_id) {
        (None, Some(id)) => objects::read(unit, &reference_of(&request.form, id))?,
        _ => None,
    };
    if let Some(state) = known {
        return Ok(Shown { record: state.record, key: Some(state.reference), is_new: false, version: state.version });
    }
    let state = match (&request.key, &request.copy_of) {
        (Some(key), _) => objects::read(unit, key)?.ok_or_else(|| EngineError::not_found(key))?,
        (None, Some(original)) => copy(host, original, request.new_id)?,
        (None, None) => new(host, request)?,
    };
    Ok(Shown { record: state.record, key: Some(state.reference), is_new: state.is_new, version: state.version })
}

fn new(host: &ServerHost, request: &OpenFormRequest) -> Result<ObjectState, EngineError> {
    let object = host.unit.object(&request.form.owner)?.clone();
    // Values of attributes that this server does not have stay behind: the form of the other server may have more.
    let values: IndexMap<String, Value> = request
        .filling_values
        .iter()
        .filter(|(name, _)| object.attribute(name).is_some() || object.table(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut state = objects::new_object(&host.unit, &object.name, request.new_id, &values)?;
    if object.hierarchical {
        state.record.set("IsGroup", request.is_group);
    }
    let mut told = values.clone();
    if let Some(basis) = basis::of(&object, &request.parameters) {
        basis::fill(&host.unit, &object, &mut state, &basis, &values)?;
        told.insert(basis::BASIS.to_owned(), Value::Ref(basis));
    }
    host.handlers().filling(&mut state, &told)?;
    Ok(state)
}

/// A new item like another one: everything but what makes an item itself.
fn copy(host: &ServerHost, original: &Ref, id: Option<Uuid>) -> Result<ObjectState, EngineError> {
    let from = objects::read(&host.unit, original)?.ok_or_else(|| EngineError::not_found(original))?;
    let mut state = objects::new_object(&host.unit, &original.object, id, &IndexMap::new())?;
    for (name, value) in from.record.attributes {
        if !matches!(name.as_str(), "Code" | "Number" | "Date" | "Posted" | "DeletionMark") {
            state.record.attributes.insert(name, value);
        }
    }
    for (name, rows) in from.record.tables {
        let rows = rows.into_iter().map(|row| TableRow { id: Uuid::now_v7(), values: row.values }).collect();
        state.record.tables.insert(name, rows);
    }
    Ok(state)
}

fn register_record(host: &ServerHost, form: &FormDefinition, request: &OpenFormRequest) -> Result<Shown, EngineError> {
    let object = host.unit.object(&form.name.owner)?.clone();
    let dimensions = object.register.as_ref().map(|r| r.dimensions.clone()).unwrap_or_default();
    let filter: IndexMap<String, Value> =
        request.filling_values.iter().filter(|(n, _)| dimensions.contains(n)).map(|(n, v)| (n.clone(), v.clone())).collect();
    let stored =
        if filter.len() == dimensions.len() { registers::last(&host.unit, &object.name, &filter, None)? } else { None };
    let is_new = stored.is_none();
    let mut record = Record::default();
    for attribute in object.all_attributes() {
        record.set(attribute.name.clone(), attribute.initial_value());
    }
    let known = request.filling_values.iter().filter(|(n, _)| object.attribute(n).is_some());
    record.attributes.extend(known.map(|(n, v)| (n.clone(), v.clone())));
    record.attributes.extend(stored.unwrap_or_default());
    let id = request.new_id.unwrap_or_else(Uuid::now_v7);
    Ok(Shown { record, key: Some(reference_of(&form.name, id)), is_new, version: 0 })
}
