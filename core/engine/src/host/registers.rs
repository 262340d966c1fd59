//! Queries, registers, exchange plans.

use chrono::NaiveDateTime;
use twinshore_metadata::{ObjectName, Value};
use twinshore_modules::HostError;

use super::arguments::{Arguments, fields, names};
use super::errors::wrong;
use super::{ServerHost, seen};
use crate::registers::{self, Slice};
use crate::{changes, query};

impl ServerHost {
    pub(super) fn answer_register(&self, operation: &str, arguments: &mut Arguments) -> Result<Value, HostError> {
        match operation {
            "query" => {
                let text = arguments.text()?;
                rows(query::run(&self.unit, &text, &arguments.values()?).map_err(seen)?)
            }
            "register.balance" => {
                let (register, slice) = slice(arguments)?;
                rows(registers::balance(&self.unit, &register, &slice).map_err(seen)?)
            }
            "register.turnovers" => {
                let (register, slice) = slice(arguments)?;
                rows(registers::turnovers(&self.unit, &register, &slice).map_err(seen)?)
            }
            "register.last" => {
                let (register, slice) = slice(arguments)?;
                let record = registers::last(&self.unit, &register, &slice.filter, slice.to).map_err(seen)?;
                Ok(record.map_or(Value::Empty, fields))
            }
            "register.set" => {
                let register = arguments.object_name()?;
                let values = arguments.values()?;
                self.before_effect().map_err(seen)?;
                registers::set_record(&self.unit, &register, &values).map_err(seen)?;
                Ok(Value::Empty)
            }
            "register.remove" => {
                let register = arguments.object_name()?;
                let values = arguments.values()?;
                self.before_effect().map_err(seen)?;
                registers::remove_record(&self.unit, &register, &values).map_err(seen)?;
                Ok(Value::Empty)
            }
            "exchange.record" => {
                let plan = arguments.object_name()?;
                self.unit.object(&plan).map_err(seen)?;
                let reference = arguments.reference()?;
                self.before_effect().map_err(seen)?;
                let key = changes::ChangeKey::Object(reference);
                self.unit.transaction(|connection| changes::record_again(&self.unit, connection, &key)).map_err(seen)?;
                Ok(Value::Empty)
            }
            _ => Err(wrong(format!("A server does not offer {operation}."))),
        }
    }
}

#[allow(clippy::unnecessary_wraps)]
fn rows(rows: Vec<indexmap::IndexMap<String, Value>>) -> Result<Value, HostError> {
    Ok(Value::List(rows.into_iter().map(fields).collect()))
}

/// `[register, {at?, from?, to?, filter?, dimensions?}]`
fn slice(arguments: &mut Arguments) -> Result<(ObjectName, Slice), HostError> {
    let register = arguments.object_name()?;
    let mut values = arguments.values()?;
    let mut moment = |name: &str| -> Result<Option<NaiveDateTime>, HostError> {
        match values.shift_remove(name) {
            None | Some(Value::Empty) => Ok(None),
            Some(Value::Date(moment)) => Ok(Some(moment)),
            Some(_) => Err(wrong(format!("`{name}` is a date."))),
        }
    };
    let (at, from, to) = (moment("at")?, moment("from")?, moment("to")?);
    let filter = match values.shift_remove("filter") {
        Some(Value::Structure(filter)) => filter.into_iter().collect(),
        _ => indexmap::IndexMap::new(),
    };
    let dimensions = values.shift_remove("dimensions").map(|list| names(&list)).unwrap_or_default();
    Ok((register, Slice { from, to: to.or(at), filter, dimensions }))
}
