//! Writing what a form shows, and marking for deletion. The result is kept in the transaction that writes (R17).

use indexmap::IndexMap;
use twinshore_metadata::{ObjectKind, Record};
use twinshore_protocol::{MarkDeletionRequest, ServerError, WriteFormRequest, WriteFormResponse};

use super::{FormShape, check_access, definition};
use crate::host::ServerHost;
use crate::objects::{self, ObjectState};
use crate::{EngineError, constants, journal, registers};

/// Writes the form's object.
pub(crate) fn write(host: &ServerHost, request: WriteFormRequest) -> Result<WriteFormResponse, EngineError> {
    let form = definition(host, &request.form)?;
    check_access(host, &form)?;
    if request.key.object != form.name.owner {
        return Err(ServerError::Malformed { what: format!("{} is no item of {}", request.key, form.name.owner) }.into());
    }
    let record = FormShape::of(host.unit.configuration(), &form).object_part(&request.record);
    let call_id = request.call_id;
    let response = host.unit.transaction(|connection| {
        let mut response = match form.name.owner.kind {
            ObjectKind::Catalog | ObjectKind::Document => write_item(host, request, record)?,
            ObjectKind::Constant => {
                constants::set(&host.unit, &form.name.owner, record.get("Value").clone())?;
                plain(request, record)
            }
            ObjectKind::InformationRegister => {
                registers::set_record(&host.unit, &form.name.owner, &record.attributes)?;
                plain(request, record)
            }
            _ => return Err(EngineError::refused(format!("{} holds nothing that could be written.", form.name.owner))),
        };
        for name in host.unit.user().hidden(&form.name.owner) {
            response.record.attributes.shift_remove(&name);
        }
        response.messages = host.take_messages();
        journal::keep(&host.unit, connection, call_id, &response)?;
        Ok(response)
    })?;
    host.finish()?;
    Ok(response)
}

fn plain(request: WriteFormRequest, record: Record) -> WriteFormResponse {
    WriteFormResponse { key: request.key, version: 0, record, messages: Vec::new() }
}

/// What the form does not have (hidden attributes) keeps its stored value; posting follows the action only.
fn write_item(host: &ServerHost, request: WriteFormRequest, mut record: Record) -> Result<WriteFormResponse, EngineError> {
    let base = if request.is_new {
        objects::new_object(&host.unit, &request.key.object, Some(request.key.id), &IndexMap::new())?
    } else {
        objects::read(&host.unit, &request.key)?.ok_or_else(|| EngineError::not_found(&request.key))?
    };
    record.attributes.shift_remove("Posted");
    record.attributes.shift_remove("DeletionMark");
    let mut merged = base.record;
    merged.apply(record);
    let state = ObjectState { reference: request.key, is_new: request.is_new, version: request.version, record: merged };
    let written = objects::write(&host.unit, state, request.action, &host.handlers())?;
    Ok(WriteFormResponse { key: written.reference, version: written.version, record: written.record, messages: Vec::new() })
}

/// Sets or clears a deletion mark.
pub(crate) fn mark_deletion(host: &ServerHost, request: &MarkDeletionRequest) -> Result<(), EngineError> {
    host.unit.transaction(|connection| {
        objects::mark_deletion(&host.unit, &request.reference, request.mark, &host.handlers())?;
        journal::keep(&host.unit, connection, request.call_id, &())
    })?;
    host.finish()
}
