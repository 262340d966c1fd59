//! Module code uses the device: the shell does it on a thread of its own, and the code awaits what comes of it.

use std::rc::Rc;
use std::sync::Arc;

use rust_decimal::Decimal;
use twinshore_metadata::{Picture, Value};
use twinshore_modules::HostError;

use super::{App, Asking};
use crate::device::{DeviceAnswer, DeviceError, DeviceRequest};
use crate::words;

/// A photo is at most so big: it becomes a value of a form and travels with it.
const PHOTO_BYTES: usize = 8 << 20;

/// A text for another app or a notice is at most so long.
const TEXT_CHARACTERS: usize = 100_000;

impl App {
    /// Carries out what module code wants of the device; no value if the person did not want to.
    pub async fn use_device(self: &Rc<Self>, request: DeviceRequest) -> Result<Value, HostError> {
        let name = request.word();
        let platform = Arc::clone(&self.options.platform);
        let asked = tokio::task::spawn_blocking(move || platform.use_device(request));
        let answer = {
            // The person is busy with the device: nobody waits for this code meanwhile.
            let _asking = Asking::new(self);
            let _waits = self.rest.waits_for_person();
            asked.await
        };
        match answer.unwrap_or_else(|error| Err(DeviceError::Failed(error.to_string()))) {
            Ok(answer) => value(answer).map_err(|error| self.device_error(name, &error)),
            Err(error) => Err(self.device_error(name, &error)),
        }
    }

    fn device_error(&self, name: &str, error: &DeviceError) -> HostError {
        let language = self.language();
        let what = words::say(&language, name);
        let (reason, text) = match error {
            DeviceError::Absent => ("absent", words::say_with(&language, "device-absent", &[("what", what.into())])),
            DeviceError::Refused => ("refused", words::say_with(&language, "device-refused", &[("what", what.into())])),
            DeviceError::Failed(why) => {
                let arguments = [("what", what.into()), ("why", why.as_str().into())];
                ("failed", words::say_with(&language, "device-failed", &arguments))
            }
        };
        let mut host = HostError::new("DeviceUnavailable", text);
        host.details = Value::Structure(vec![("reason".into(), reason.into())]);
        host
    }
}

/// What module code asks for, from the name and the texts it gives; none if there is no such thing.
pub fn request(name: &str, texts: &[Value]) -> Option<DeviceRequest> {
    let text = |at: usize| texts.get(at).and_then(Value::as_text).unwrap_or_default().chars().take(TEXT_CHARACTERS).collect();
    Some(match name {
        "takePhoto" => DeviceRequest::TakePhoto,
        "scanBarcode" => DeviceRequest::ScanBarcode,
        "locate" => DeviceRequest::Locate,
        "dial" => DeviceRequest::Dial { number: text(0) },
        "share" => DeviceRequest::Share { text: text(0) },
        "notify" => DeviceRequest::Notify { title: text(0), text: text(1) },
        _ => return None,
    })
}

fn value(answer: DeviceAnswer) -> Result<Value, DeviceError> {
    Ok(match answer {
        DeviceAnswer::Done => Value::Boolean(true),
        DeviceAnswer::Cancelled => Value::Empty,
        DeviceAnswer::Photo { bytes, .. } if bytes.len() > PHOTO_BYTES => {
            return Err(DeviceError::Failed(format!("{} MiB > {} MiB", bytes.len() >> 20, PHOTO_BYTES >> 20)));
        }
        DeviceAnswer::Photo { media_type, bytes } => Value::Picture(Picture { media_type, bytes }),
        DeviceAnswer::Barcode { text } => Value::String(text),
        DeviceAnswer::Place { latitude, longitude, accuracy_m } => Value::Structure(vec![
            ("latitude".into(), degrees(latitude)),
            ("longitude".into(), degrees(longitude)),
            ("accuracy".into(), degrees(accuracy_m)),
        ]),
    })
}

/// To a tenth of a metre on the ground; what is no number is none.
fn degrees(number: f64) -> Value {
    Decimal::try_from(number).map_or(Value::Empty, |number| Value::Decimal(number.round_dp(6).normalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_answers_with_values_and_nothing_that_is_no_number() {
        let place = DeviceAnswer::Place { latitude: 59.437_000_04, longitude: f64::NAN, accuracy_m: 12.5 };
        let Ok(Value::Structure(place)) = value(place) else { panic!("a place is a structure") };
        assert_eq!(place[0], ("latitude".into(), Value::Decimal("59.437".parse().unwrap())));
        assert_eq!(place[1], ("longitude".into(), Value::Empty));
        assert_eq!(value(DeviceAnswer::Cancelled), Ok(Value::Empty));
        assert_eq!(value(DeviceAnswer::Barcode { text: "4006381333931".into() }), Ok("4006381333931".into()));
        let huge = DeviceAnswer::Photo { media_type: "image/jpeg".into(), bytes: vec![0; PHOTO_BYTES + 1] };
        assert!(matches!(value(huge), Err(DeviceError::Failed(_))));
    }

    #[test]
    fn what_code_asks_of_a_device_is_one_of_a_few_things() {
        assert_eq!(request("dial", &["+1 555".into()]), Some(DeviceRequest::Dial { number: "+1 555".into() }));
        assert_eq!(
            request("notify", &["Done".into()]),
            Some(DeviceRequest::Notify { title: "Done".into(), text: String::new() })
        );
        assert_eq!(request("format", &[]), None);
    }
}
