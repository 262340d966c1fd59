//! The form whose server half runs, by its number.

use std::cell::RefMut;

use twinshore_metadata::Value;
use twinshore_modules::HostError;

use super::arguments::{Arguments, fields, rows_value, structure};
use super::errors::wrong;
use super::{ServerHost, seen};
use crate::forms::FormData;

impl ServerHost {
    /// Lends a form's data to module code under a number.
    pub(crate) fn lend_form(&self, form: FormData) -> u32 {
        let mut forms = self.forms.borrow_mut();
        forms.push(form);
        u32::try_from(forms.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes the last lent form back.
    pub(crate) fn take_form(&self) -> Option<FormData> {
        self.forms.borrow_mut().pop()
    }

    pub(super) fn answer_form(&self, operation: &str, arguments: &mut Arguments) -> Result<Value, HostError> {
        let number = arguments.index()?.ok_or_else(|| wrong("The number of a form was expected."))?;
        let mut form = RefMut::filter_map(self.forms.borrow_mut(), |forms| forms.get_mut(number))
            .map_err(|_| wrong("The form is not here."))?;
        match operation {
            "form.get" => form.get(&arguments.text()?).map_err(seen),
            "form.set" => {
                let attribute = arguments.text()?;
                form.set(&attribute, arguments.value()).map_err(seen)?;
                Ok(Value::Empty)
            }
            "form.rows" => Ok(rows_value(form.rows(&arguments.text()?).map_err(seen)?)),
            "form.row.set" => {
                let (table, row, column) = (arguments.text()?, arguments.id()?, arguments.text()?);
                form.set_cell(&table, row, &column, arguments.value()).map_err(seen)
            }
            "form.row.add" => {
                let (table, values) = (arguments.text()?, arguments.values()?);
                let id = form.add_row(&table, values.into_iter().collect(), arguments.index()?).map_err(seen)?;
                Ok(Value::Uuid(id))
            }
            "form.row.remove" => {
                let (table, row) = (arguments.text()?, arguments.id()?);
                form.remove_row(&table, row).map_err(seen)?;
                Ok(Value::Empty)
            }
            "form.row.clear" => {
                form.clear(&arguments.text()?).map_err(seen)?;
                Ok(Value::Empty)
            }
            "form.info" => Ok(self.form_info(&form)),
            _ => Err(wrong(format!("A form's server half does not have {operation}."))),
        }
    }

    fn form_info(&self, form: &FormData) -> Value {
        let server = if self.unit.engine().is_standalone() { "standalone" } else { "main" };
        structure([
            ("usedServer", server.into()),
            ("key", form.key.clone().map_or(Value::Empty, Value::Ref)),
            ("isNew", form.is_new.into()),
            ("name", form.name.as_str().into()),
            ("title", form.title.as_str().into()),
            ("available", true.into()),
            ("parameters", fields(form.parameters.clone())),
            ("tables", Value::List(form.tables().map(Value::from).collect())),
        ])
    }
}
