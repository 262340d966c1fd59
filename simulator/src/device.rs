//! What module code wants of the phone's hardware and other apps: whoever sits at the page gives it, through the same port that real
//! phones use.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use twinshore_client::{DeviceAnswer, DeviceError, DeviceRequest, FilePlatform, Platform, PlatformError};

/// What is wanted, as the page draws it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "wish", rename_all = "camelCase")]
pub enum DeviceWish {
    /// A photo.
    Photo,
    /// The text of a code.
    Barcode,
    /// Where the phone is.
    Place,
    /// The dialler with a number.
    Dial { number: String },
    /// A text for another app.
    Share { text: String },
    /// A notice.
    Notice { title: String, text: String },
}

impl DeviceWish {
    fn of(request: &DeviceRequest) -> Self {
        match request.clone() {
            DeviceRequest::TakePhoto => Self::Photo,
            DeviceRequest::ScanBarcode => Self::Barcode,
            DeviceRequest::Locate => Self::Place,
            DeviceRequest::Dial { number } => Self::Dial { number },
            DeviceRequest::Share { text } => Self::Share { text },
            DeviceRequest::Notify { title, text } => Self::Notice { title, text },
        }
    }

    /// It is handed over and seen; nobody waits for what the person does with it, as on a phone.
    const fn is_handed_over(&self) -> bool {
        matches!(self, Self::Dial { .. } | Self::Share { .. } | Self::Notice { .. })
    }
}

/// What the page gives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "answer", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PageAnswer {
    /// A picture's file.
    Photo { media_type: String, base64: String },
    /// Text of a code.
    Barcode { text: String },
    /// Degrees north and east, metres.
    Place { latitude: f64, longitude: f64, accuracy: f64 },
    /// The person did not want to, or has seen it.
    Cancelled,
    /// The app may not.
    Refused,
    /// The phone can't.
    Absent,
}

impl PageAnswer {
    fn outcome(self) -> Result<DeviceAnswer, DeviceError> {
        Ok(match self {
            Self::Photo { media_type, base64 } => {
                let bytes = STANDARD.decode(&base64).map_err(|error| DeviceError::Failed(error.to_string()))?;
                DeviceAnswer::Photo { media_type, bytes }
            }
            Self::Barcode { text } => DeviceAnswer::Barcode { text },
            Self::Place { latitude, longitude, accuracy } => DeviceAnswer::Place { latitude, longitude, accuracy_m: accuracy },
            Self::Cancelled => DeviceAnswer::Cancelled,
            Self::Refused => return Err(DeviceError::Refused),
            Self::Absent => return Err(DeviceError::Absent),
        })
    }
}

type Waiting = Sender<Result<DeviceAnswer, DeviceError>>;

/// Takes all wishes with their numbers.
type Told = dyn Fn(&[(u64, DeviceWish)]) + Send + Sync;

/// Wishes that the page has not answered or put away.
#[derive(Default)]
struct Wishes {
    last: u64,
    open: BTreeMap<u64, (DeviceWish, Option<Waiting>)>,
}

/// The device of a simulated phone: secrets in a file, everything else on the page.
pub struct PageDevice {
    secrets: FilePlatform,
    wishes: Mutex<Wishes>,
    /// Tells the page that the wishes are other ones now.
    changed: Box<Told>,
}

impl PageDevice {
    /// A device with its secrets; `changed` is told all wishes whenever they change.
    pub fn new(secrets: FilePlatform, changed: impl Fn(&[(u64, DeviceWish)]) + Send + Sync + 'static) -> Self {
        Self { secrets, wishes: Mutex::default(), changed: Box::new(changed) }
    }

    fn wishes(&self) -> std::sync::MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the page what is wanted.
    pub fn show(&self) {
        let open: Vec<_> = self.wishes().open.iter().map(|(id, (wish, _))| (*id, wish.clone())).collect();
        (self.changed)(&open);
    }

    /// The page gives what was wanted, or puts it away.
    pub fn answer(&self, id: u64, answer: PageAnswer) {
        let taken = self.wishes().open.remove(&id);
        if let Some((_, Some(waiting))) = taken {
            // Code that no longer waits is fine.
            let _ = waiting.send(answer.outcome());
        }
        self.show();
    }

    /// Nobody will answer any more.
    pub fn close(&self) {
        self.wishes().open.clear();
    }
}

impl Platform for PageDevice {
    fn secret(&self, name: &str) -> Result<Option<String>, PlatformError> {
        self.secrets.secret(name)
    }

    fn set_secret(&self, name: &str, value: Option<&str>) -> Result<(), PlatformError> {
        self.secrets.set_secret(name, value)
    }

    fn utc_offset_s(&self) -> i32 {
        self.secrets.utc_offset_s()
    }

    fn has_biometrics(&self) -> bool {
        self.secrets.has_biometrics()
    }

    fn confirm_person(&self, reason: &str) -> Result<bool, PlatformError> {
        self.secrets.confirm_person(reason)
    }

    fn use_device(&self, request: DeviceRequest) -> Result<DeviceAnswer, DeviceError> {
        let wish = DeviceWish::of(&request);
        let handed_over = wish.is_handed_over();
        let (waiting, answered) = channel();
        {
            let mut wishes = self.wishes();
            wishes.last += 1;
            let id = wishes.last;
            wishes.open.insert(id, (wish, (!handed_over).then_some(waiting)));
        }
        self.show();
        if handed_over {
            return Ok(DeviceAnswer::Done);
        }
        answered.recv().unwrap_or(Ok(DeviceAnswer::Cancelled))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::Receiver;

    use super::*;

    /// What a page is told.
    type Page = Vec<(u64, DeviceWish)>;

    /// A device, and a way to wait for the next wishes that its page is told.
    fn device() -> (Arc<PageDevice>, Receiver<Page>, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let (told, wishes) = channel();
        let device = PageDevice::new(FilePlatform::new(folder.path().join("secrets.json")), move |all: &[_]| {
            let _ = told.send(all.to_vec());
        });
        (Arc::new(device), wishes, folder)
    }

    fn asked(device: &Arc<PageDevice>, request: DeviceRequest) -> std::thread::JoinHandle<Result<DeviceAnswer, DeviceError>> {
        let device = Arc::clone(device);
        std::thread::spawn(move || device.use_device(request))
    }

    #[test]
    fn code_waits_for_what_the_page_gives() {
        let (device, wishes, _folder) = device();
        for (request, wish, answer, outcome) in [
            (
                DeviceRequest::ScanBarcode,
                DeviceWish::Barcode,
                PageAnswer::Barcode { text: "4006381333931".into() },
                Ok(DeviceAnswer::Barcode { text: "4006381333931".into() }),
            ),
            (
                DeviceRequest::TakePhoto,
                DeviceWish::Photo,
                PageAnswer::Photo { media_type: "image/png".into(), base64: "AQID".into() },
                Ok(DeviceAnswer::Photo { media_type: "image/png".into(), bytes: vec![1, 2, 3] }),
            ),
            (DeviceRequest::Locate, DeviceWish::Place, PageAnswer::Refused, Err(DeviceError::Refused)),
            (DeviceRequest::Locate, DeviceWish::Place, PageAnswer::Absent, Err(DeviceError::Absent)),
            (DeviceRequest::TakePhoto, DeviceWish::Photo, PageAnswer::Cancelled, Ok(DeviceAnswer::Cancelled)),
        ] {
            let waits = asked(&device, request);
            let told = wishes.recv().expect("the page is told");
            assert_eq!(told[0].1, wish);
            device.answer(told[0].0, answer);
            assert_eq!(waits.join().expect("answered"), outcome);
            assert!(wishes.recv().expect("the page is told").is_empty());
        }
    }

    #[test]
    fn what_is_handed_over_is_shown_until_it_is_put_away_and_nobody_waits() {
        let (device, wishes, _folder) = device();
        let done = device.use_device(DeviceRequest::Dial { number: "+1 555 0101".into() });
        assert_eq!(done, Ok(DeviceAnswer::Done));
        let told = wishes.recv().expect("the page is told");
        assert_eq!(told[0].1, DeviceWish::Dial { number: "+1 555 0101".into() });
        device.answer(told[0].0, PageAnswer::Cancelled);
        assert!(wishes.recv().expect("the page is told").is_empty());
    }

    #[test]
    fn a_phone_that_ends_keeps_nobody_waiting() {
        let (device, wishes, _folder) = device();
        let waits = asked(&device, DeviceRequest::TakePhoto);
        wishes.recv().expect("the page is told");
        device.close();
        assert_eq!(waits.join().expect("ended"), Ok(DeviceAnswer::Cancelled));
    }
}
