//! Temporary storage (R16).

use twinshore_metadata::Value;
use twinshore_modules::HostError;

use super::arguments::Arguments;
use super::errors::wrong;
use super::{ServerHost, seen};
use crate::temporary;

impl ServerHost {
    pub(super) fn answer_temporary(&self, operation: &str, arguments: &mut Arguments) -> Result<Value, HostError> {
        match operation {
            "temporary.put" => {
                self.before_effect().map_err(seen)?;
                temporary::put(&self.unit, &arguments.value()).map(Value::String).map_err(seen)
            }
            "temporary.get" => {
                let found = temporary::get(&self.unit, &arguments.text()?).map_err(seen)?;
                Ok(found.unwrap_or_default())
            }
            "temporary.delete" => {
                let address = arguments.text()?;
                self.before_effect().map_err(seen)?;
                temporary::delete(&self.unit, &address).map_err(seen)?;
                Ok(Value::Empty)
            }
            _ => Err(wrong(format!("A server does not offer {operation}."))),
        }
    }
}
