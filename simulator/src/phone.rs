//! A phone's process: a client whose shell is a page far away. Commands come as lines of JSON on standard input, views go as lines
//! on standard output. The process ends when its input does.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedReceiver;
use twinshore_client::view::{BeginAnewView, FormEvent, FormPatch, FormView, InterfaceView, LogEntryView, ModeView};
use twinshore_client::words::client_error_text;
use twinshore_client::{
    Client, ClientError, ClientObserver, ClientOptions, FilePlatform, FormObserver, Settings, Subscription,
};

use crate::device::{DeviceWish, PageAnswer, PageDevice};

/// Bytes of one command at most: a photo of 8 MiB in base64 fits.
const MAXIMUM_COMMAND: usize = 12 << 20;

/// How to start a phone.
pub struct PhoneOptions {
    /// Folder of the phone.
    pub directory: PathBuf,
    /// Address of the main server, usually of a link to it.
    pub main_server: String,
    /// Name of the device.
    pub name: String,
    /// Numbers.
    pub settings: Settings,
}

/// What the page asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
enum Command {
    Hello,
    Dispatch {
        form: u32,
        event: FormEvent,
    },
    SignIn {
        user: String,
        password: String,
    },
    SignInByLink {
        link: String,
    },
    SignOut,
    Unlock {
        pin: String,
    },
    UnlockWithBiometrics,
    ChoosePin,
    SetPin {
        pin: Option<String>,
    },
    RetryDownload,
    /// What the person asks of an app that could not start, and only then.
    Start,
    BeginAnew,
    BeginAccountAnew,
    UpdateNow,
    Open {
        item: String,
    },
    Activate {
        form: u32,
    },
    ShowMenu,
    SetMode {
        mode: ModeView,
    },
    AnswerDialog {
        id: u64,
        button: String,
    },
    AnswerOffer {
        mode: Option<ModeView>,
    },
    CancelWait {
        id: u64,
    },
    TakeDraft {
        id: String,
    },
    DiscardDraft {
        id: String,
    },
    ExchangeNow,
    SetLanguage {
        language: String,
    },
    AnswerDevice {
        id: u64,
        answer: PageAnswer,
    },
    Suspend,
    Resume,
}

/// What the page is told.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
enum Message<'m> {
    Interface {
        view: &'m InterfaceView,
    },
    Logged {
        entry: &'m LogEntryView,
    },
    Form {
        view: &'m FormView,
    },
    Patch {
        patch: &'m FormPatch,
    },
    Closed {
        form: u32,
        successor: u32,
    },
    Device {
        wanted: Vec<Wanted<'m>>,
    },
    #[serde(rename_all = "camelCase")]
    Failed {
        reason: &'m str,
        begin_anew: Option<&'m BeginAnewView>,
        language: &'m str,
    },
}

/// Something that module code wants of the phone.
#[derive(Debug, Serialize)]
struct Wanted<'m> {
    id: u64,
    wish: &'m DeviceWish,
}

fn tell(message: &Message<'_>) {
    let Ok(mut line) = serde_json::to_vec(message) else { return };
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    // When nobody reads any more the process is about to end.
    let _ = out.write_all(&line).and_then(|()| out.flush());
}

/// Keeps every open form observed.
struct Shell {
    client: Client,
    forms: Mutex<HashMap<u32, Subscription>>,
    me: Weak<Shell>,
}

struct FormShell {
    form: u32,
    shell: Weak<Shell>,
}

impl ClientObserver for Shell {
    fn interface_changed(&self, view: InterfaceView) {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        for window in &view.windows {
            forms.entry(window.form).or_insert_with(|| {
                let observer = FormShell { form: window.form, shell: self.me.clone() };
                self.client.observe_form(window.form, Arc::new(observer))
            });
        }
        drop(forms);
        tell(&Message::Interface { view: &view });
    }

    fn logged(&self, entry: LogEntryView) {
        tell(&Message::Logged { entry: &entry });
    }
}

impl FormObserver for FormShell {
    fn reset(&self, view: FormView) {
        tell(&Message::Form { view: &view });
    }

    fn patched(&self, patch: FormPatch) {
        tell(&Message::Patch { patch: &patch });
    }

    fn closed(&self, successor: u32) {
        tell(&Message::Closed { form: self.form, successor });
        if let Some(shell) = self.shell.upgrade() {
            shell.forms.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.form);
        }
    }
}

/// Runs a phone until its standard input ends.
///
/// # Errors
/// [`ClientError`] if the client can't start.
pub async fn run_phone(options: PhoneOptions) -> Result<(), ClientError> {
    std::fs::create_dir_all(&options.directory)?;
    let platform = FilePlatform::new(options.directory.join("secrets.json"));
    // The finger of whoever sits at the simulator fits.
    platform.set_finger(true);
    let device = Arc::new(PageDevice::new(platform, |open: &[(u64, DeviceWish)]| {
        tell(&Message::Device { wanted: open.iter().map(|(id, wish)| Wanted { id: *id, wish }).collect() });
    }));
    let mut lines = read_lines();
    let options = ClientOptions {
        platform: Arc::clone(&device) as _,
        directory: options.directory,
        main_server: options.main_server,
        device_name: options.name,
        language: "en".into(),
        clock: Arc::new(twinshore_client::SystemClock),
        transport: None,
        settings: options.settings,
    };
    let Some(client) = started(options, &mut lines).await else { return Ok(()) };
    let shell = Arc::new_cyclic(|me| Shell { client: client.clone(), forms: Mutex::default(), me: me.clone() });
    let mut interface = client.observe(Arc::clone(&shell) as Arc<dyn ClientObserver>);
    while let Some(line) = lines.recv().await {
        if line.len() > MAXIMUM_COMMAND {
            tracing::warn!("a command is too long");
            continue;
        }
        match serde_json::from_str(&line) {
            Ok(Command::Hello) => {
                shell.forms.lock().unwrap_or_else(PoisonError::into_inner).clear();
                interface = client.observe(Arc::clone(&shell) as Arc<dyn ClientObserver>);
                device.show();
            }
            Ok(Command::AnswerDevice { id, answer }) => device.answer(id, answer),
            Ok(command) => carry_out(&client, command),
            Err(error) => tracing::warn!(%error, "a command can't be understood"),
        }
    }
    drop(interface);
    device.close();
    client.stop();
    // A process must not end while its files are being closed.
    client.ended().await;
    Ok(())
}

/// Starts the client, as often as it takes; none if the input ends before. What keeps it from starting is told, and the person may begin
/// anew.
async fn started(mut options: ClientOptions, lines: &mut UnboundedReceiver<String>) -> Option<Client> {
    let mut error = match Client::start(options.clone()) {
        Ok(client) => return Some(client),
        Err(error) => error,
    };
    loop {
        tell(&Message::Failed {
            reason: &client_error_text(&options.language, &error),
            begin_anew: Client::offer_to_begin_anew(&error, &options).as_ref(),
            language: &options.language,
        });
        let ready = match serde_json::from_str(&lines.recv().await?) {
            Ok(Command::Start) => Ok(()),
            Ok(Command::BeginAnew) => Client::begin_anew(&options),
            Ok(Command::SetLanguage { language }) => {
                options.language = language;
                continue;
            }
            _ => continue,
        };
        match ready.and_then(|()| Client::start(options.clone())) {
            Ok(client) => return Some(client),
            Err(new) => error = new,
        }
    }
}

/// Lines of standard input, read on a thread that blocks on it.
fn read_lines() -> UnboundedReceiver<String> {
    let (found, lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            if found.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn carry_out(client: &Client, command: Command) {
    match command {
        // They are taken before.
        Command::Hello | Command::AnswerDevice { .. } | Command::Start | Command::BeginAnew => {}
        Command::Dispatch { form, event } => client.dispatch(form, event),
        Command::SignIn { user, password } => client.sign_in(user, password),
        Command::SignInByLink { link } => client.sign_in_by_link(link),
        Command::SignOut => client.sign_out(),
        Command::Unlock { pin } => client.unlock(pin),
        Command::UnlockWithBiometrics => client.unlock_with_biometrics(),
        Command::ChoosePin => client.choose_pin(),
        Command::SetPin { pin } => client.set_pin(pin),
        Command::RetryDownload => client.retry_download(),
        Command::BeginAccountAnew => client.begin_account_anew(),
        Command::UpdateNow => client.update_now(),
        Command::Open { item } => client.open(item),
        Command::Activate { form } => client.activate(form),
        Command::ShowMenu => client.show_menu(),
        Command::SetMode { mode } => client.set_mode(mode),
        Command::AnswerDialog { id, button } => client.answer_dialog(id, button),
        Command::AnswerOffer { mode } => client.answer_offer(mode),
        Command::CancelWait { id } => client.cancel_wait(id),
        Command::TakeDraft { id } => client.take_draft(id),
        Command::DiscardDraft { id } => client.discard_draft(id),
        Command::ExchangeNow => client.exchange_now(),
        Command::SetLanguage { language } => client.set_language(language),
        Command::Suspend => client.suspend(),
        Command::Resume => client.resume(),
    }
}
