//! Operations on items, references and constants.

use rust_decimal::Decimal;
use twinshore_metadata::{Bundle, ObjectKind, Ref, Value};
use twinshore_modules::HostError;
use twinshore_protocol::{ServerError, WriteAction};
use uuid::Uuid;

use super::arguments::{Arguments, id_of, record_fields, record_of, structure};
use super::errors::wrong;
use super::{ServerHost, seen};
use crate::objects::{self, ObjectHandlers as _, ObjectState};
use crate::{EngineError, constants, options};

impl ServerHost {
    pub(super) fn answer_object(&self, operation: &str, arguments: &mut Arguments) -> Result<Value, HostError> {
        match operation {
            "object.get" => {
                let state = objects::read(&self.unit, &arguments.reference()?).map_err(seen)?;
                Ok(state.map_or(Value::Empty, |state| self.state_value(&state)))
            }
            "object.new" => self.new_item(arguments),
            "object.write" => self.write_item(arguments),
            "object.delete" => {
                let reference = arguments.reference()?;
                self.before_effect().map_err(seen)?;
                objects::delete(&self.unit, &reference, &self.handlers()).map_err(seen)?;
                Ok(Value::Empty)
            }
            "object.find" => {
                let name = arguments.object_name()?;
                let found = objects::find(&self.unit, &name, &arguments.values()?).map_err(seen)?;
                Ok(found.map_or(Value::Empty, Value::Ref))
            }
            "object.predefined" => self.predefined(arguments),
            "object.unknown" => {
                let name = arguments.object_name()?;
                Err(seen(objects::unknown_attribute(&self.unit, &name, &arguments.text()?)))
            }
            "ref.attribute" => self.attribute_of(arguments),
            "option.get" => options::is_on(&self.unit, &arguments.text()?).map(Value::Boolean).map_err(seen),
            "constant.get" => constants::get(&self.unit, &arguments.object_name()?).map_err(seen),
            "constant.set" => {
                let name = arguments.object_name()?;
                self.before_effect().map_err(seen)?;
                constants::set(&self.unit, &name, arguments.value()).map_err(seen)?;
                Ok(Value::Empty)
            }
            _ => Err(wrong(format!("A server does not offer {operation}."))),
        }
    }

    /// An item as module code sees it: `{object, id, isNew, version, attributes, tables, blank}`.
    pub(super) fn state_value(&self, state: &ObjectState) -> Value {
        let [attributes, tables] = record_fields(&state.record);
        let definitions = self.unit.object(&state.reference.object).map(|object| object.tables.as_slice()).unwrap_or_default();
        let blank = definitions
            .iter()
            .map(|table| {
                let columns = table.columns.iter().map(|column| (column.name.clone(), column.initial_value()));
                (table.name.clone(), Value::Structure(columns.collect()))
            })
            .collect();
        structure([
            ("object", state.reference.object.to_string().into()),
            ("id", state.reference.id.to_string().into()),
            ("isNew", state.is_new.into()),
            ("version", Decimal::from(state.version).into()),
            attributes,
            tables,
            ("blank", Value::Structure(blank)),
        ])
    }

    fn new_item(&self, arguments: &mut Arguments) -> Result<Value, HostError> {
        let name = arguments.object_name()?;
        let values = arguments.values()?;
        let mut state = objects::new_object(&self.unit, &name, None, &values).map_err(seen)?;
        self.handlers().filling(&mut state, &values).map_err(seen)?;
        Ok(self.state_value(&state))
    }

    fn write_item(&self, arguments: &mut Arguments) -> Result<Value, HostError> {
        let state = state_of(&arguments.value())?;
        let action = match arguments.value().field("post").and_then(Value::as_text) {
            Some("post") => WriteAction::Post,
            Some("unpost") => WriteAction::Unpost,
            _ => WriteAction::Write,
        };
        self.before_effect().map_err(seen)?;
        let written = objects::write(&self.unit, state, action, &self.handlers()).map_err(seen)?;
        Ok(self.state_value(&written))
    }

    fn predefined(&self, arguments: &mut Arguments) -> Result<Value, HostError> {
        let (name, item) = (arguments.object_name()?, arguments.text()?);
        let object = self.unit.object(&name).map_err(seen)?;
        let known = object.predefined.iter().any(|p| p.name == item) || object.values.iter().any(|v| v.name == item);
        if !known {
            return Err(seen(EngineError::refused(format!("{name} has no {item}."))));
        }
        let mut reference = Ref::new(name.clone(), Bundle::fixed_id(&name, &item));
        objects::present(&self.unit, std::slice::from_mut(&mut reference)).map_err(seen)?;
        Ok(Value::Ref(reference))
    }

    /// C14: through an external reference nothing can be read.
    fn attribute_of(&self, arguments: &mut Arguments) -> Result<Value, HostError> {
        let (reference, attribute) = (arguments.reference()?, arguments.text()?);
        let configuration = self.unit.configuration();
        let Some(object) = configuration.object(&reference.object) else {
            let name = format!("{}.{attribute}", reference.text());
            return Err(seen(ServerError::ExternalReference { name, object: reference.object.to_string() }));
        };
        if object.name.kind == ObjectKind::Enumeration {
            let value = object.values.iter().find(|v| v.id == reference.id);
            return match (attribute.as_str(), value) {
                ("name", Some(value)) => Ok(value.name.as_str().into()),
                _ => Err(seen(objects::unknown_attribute(&self.unit, &object.name, &attribute))),
            };
        }
        let state = objects::read(&self.unit, &reference).map_err(seen)?;
        let state = state.ok_or_else(|| seen(EngineError::not_found(&reference)))?;
        if let Some(value) = state.record.attributes.get(&attribute) {
            return Ok(value.clone());
        }
        Err(seen(objects::unknown_attribute(&self.unit, &object.name, &attribute)))
    }
}

/// An item as it came from module code.
pub(super) fn state_of(value: &Value) -> Result<ObjectState, HostError> {
    let part = |name: &str| value.field(name).ok_or_else(|| wrong("This is not an item."));
    let object = part("object")?.as_text().unwrap_or_default().parse().map_err(|error| wrong(format!("{error}")))?;
    let id: Uuid = id_of(part("id")?).ok_or_else(|| wrong("An item has an id."))?;
    let version = match part("version")? {
        Value::Decimal(number) => i64::try_from(number.trunc()).unwrap_or_default(),
        _ => 0,
    };
    let is_new = matches!(part("isNew")?, Value::Boolean(true));
    Ok(ObjectState { reference: Ref::new(object, id), is_new, version, record: record_of(value)? })
}
