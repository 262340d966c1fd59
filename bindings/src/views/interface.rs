//! What is around forms: the screen, menu, messages, the state of link and exchange.

use twinshore_client::view::{
    AttentionView, ChoiceView, DialogView, DownloadView, DraftView, ExchangeView, HomePartView, InterfaceView, LinkQuality,
    LogEntryView, MenuItemView, MenuSectionView, MessageKind, MessageView, ModeView, OfferView, ScreenView, StatusView,
    WaitingView, WindowView,
};

/// What fills the screen.
#[uniffi::remote(Enum)]
pub enum ScreenView {
    /// Name and password are asked for.
    SignIn {
        /// Last user name.
        user_name: String,
        /// Why the last try failed; empty for nothing.
        error: String,
        /// Signing in is under way.
        busy: bool,
        /// Those who worked on this device before and can sign in without a connection.
        users: Vec<String>,
        /// The button that begins anew for an account whose database on this device can't be read; empty if none is.
        begin_anew: String,
    },
    /// The PIN is asked for, or a finger or face (A2).
    Lock {
        /// Who works.
        user_name: String,
        /// Why the last try failed; empty for nothing.
        error: String,
        /// Unlocking is under way.
        busy: bool,
        /// The platform can be asked for a finger or face.
        biometrics: bool,
    },
    /// A new PIN is asked for.
    ChoosePin {
        /// Why the last one was not taken; empty for nothing.
        error: String,
        /// Nobody works without one; else an empty one takes it away.
        required: bool,
    },
    /// First download (A1).
    Download(DownloadView),
    /// The app.
    Work,
}

/// Progress of the first download.
#[uniffi::remote(Record)]
pub struct DownloadView {
    /// What is being done, for the person.
    pub step: String,
    /// Share that is done, of `total`.
    pub done: u64,
    /// The whole in the same unit; 0 if unknown.
    pub total: u64,
    /// How far it is and how fast, for the person; empty if there is nothing to tell yet.
    pub figures: String,
    /// What stopped it; empty while it goes on. It resumes where it stopped.
    pub error: String,
}

/// Mode of the app.
#[uniffi::remote(Enum)]
pub enum ModeView {
    Normal,
    Offline,
    PoorConnection,
}

/// How good the link is.
#[uniffi::remote(Enum)]
pub enum LinkQuality {
    Good,
    Slow,
    None,
}

/// State of the exchange.
#[uniffi::remote(Record)]
pub struct ExchangeView {
    /// A round runs.
    pub running: bool,
    /// Changes that wait to be sent.
    pub pending: u64,
    /// Time of the last good round, ISO; empty for never.
    pub last: String,
    /// What went wrong last; empty for nothing.
    pub error: String,
}

/// The mark in the app's title (M8).
#[uniffi::remote(Record)]
pub struct StatusView {
    /// Chosen by the person.
    pub mode: ModeView,
    /// What routing uses (M2).
    pub effective_mode: ModeView,
    /// The main server can be called.
    pub available: bool,
    /// Link.
    pub link: LinkQuality,
    /// Why the main server can't be called, for the person; empty if it can.
    pub banner: String,
    /// The person may choose Offline, Poor connection (M5).
    pub offline_by_hand: bool,
    /// See `offline_by_hand`.
    pub poor_connection_by_hand: bool,
    /// Exchange.
    pub exchange: ExchangeView,
    /// Who works.
    pub user_name: String,
    /// The person may choose a PIN.
    pub pin_by_hand: bool,
    /// A new configuration was found and put off: the person may follow it now (A6).
    pub update_waits: bool,
    /// Title of the app.
    pub title: String,
    /// Language code.
    pub language: String,
}

/// An item of the menu.
#[uniffi::remote(Record)]
pub struct MenuItemView {
    /// Sent back when chosen: full name of a form.
    pub id: String,
    /// Caption.
    pub title: String,
    /// Name of an icon.
    pub icon: String,
    /// Can be chosen.
    pub enabled: bool,
    /// "Needs connection" or nothing (M7).
    pub hint: String,
}

/// A section of the menu.
#[uniffi::remote(Record)]
pub struct MenuSectionView {
    /// Name.
    pub id: String,
    /// Caption.
    pub title: String,
    /// Name of an icon.
    pub icon: String,
    /// Something in it can be chosen.
    pub enabled: bool,
    /// Items.
    pub items: Vec<MenuItemView>,
}

/// How loud a message is.
#[uniffi::remote(Enum)]
pub enum MessageKind {
    Info,
    Warning,
    Error,
}

/// A text for the person.
#[uniffi::remote(Record)]
pub struct MessageView {
    /// Number, growing.
    pub id: u64,
    /// How loud.
    pub kind: MessageKind,
    /// The text.
    pub text: String,
    /// Form it is about; 0 for none.
    pub form: u32,
}

/// A question.
#[uniffi::remote(Record)]
pub struct DialogView {
    /// Number.
    pub id: u64,
    /// Question.
    pub text: String,
    /// Buttons: id and caption.
    pub buttons: Vec<ChoiceView>,
}

/// Offer of another mode on a slow link (M4): not modal.
#[uniffi::remote(Record)]
pub struct OfferView {
    /// Why, with the measured figures.
    pub text: String,
    /// Modes offered; empty choice keeps the mode.
    pub modes: Vec<ModeView>,
}

/// A call that takes long (R18): drawn over everything, with a way out.
#[uniffi::remote(Record)]
pub struct WaitingView {
    /// Number; sent back to wait no longer.
    pub id: u64,
    /// What is waited for.
    pub text: String,
}

/// A part of the home page (M7): opens its form, or says that it needs a connection.
#[uniffi::remote(Record)]
pub struct HomePartView {
    /// Sent back when chosen, as a menu item.
    pub id: String,
    /// Caption.
    pub title: String,
    /// Name of an icon.
    pub icon: String,
    /// Can be opened now; else a placeholder is drawn.
    pub enabled: bool,
    /// "Needs connection" or nothing.
    pub hint: String,
}

/// An open form in the order of windows.
#[uniffi::remote(Record)]
pub struct WindowView {
    /// Form.
    pub form: u32,
    /// Heading.
    pub title: String,
    /// Has unsaved changes.
    pub modified: bool,
    /// `main` or `standalone`.
    pub used_server: String,
    /// Can be worked with.
    pub available: bool,
}

/// Typed text kept from a form that was closed or killed (F19).
#[uniffi::remote(Record)]
pub struct DraftView {
    /// Id.
    pub id: String,
    /// Heading of the form.
    pub title: String,
    /// When it was typed, ISO.
    pub when: String,
}

/// A thing that needs a person: a conflict, a document that could not be posted, an item that could not be applied.
#[uniffi::remote(Record)]
pub struct AttentionView {
    /// Id.
    pub id: String,
    /// Item.
    pub title: String,
    /// What happened.
    pub text: String,
}

/// Which server took a call: the live log.
#[uniffi::remote(Record)]
pub struct LogEntryView {
    /// Number, growing.
    pub id: u64,
    /// Time, ISO with milliseconds.
    pub time: String,
    /// `main`, `standalone` or `refused`.
    pub server: String,
    /// What was called.
    pub call: String,
    /// How long it took.
    pub ms: u64,
    /// Error code; empty if it went well.
    pub error: String,
}

/// Everything around forms, whole; it is small and sent again when it changes.
#[uniffi::remote(Record)]
pub struct InterfaceView {
    /// Grows with each change.
    pub revision: u64,
    /// What fills the screen.
    pub screen: ScreenView,
    /// Status.
    pub status: StatusView,
    /// Home page: what the configuration puts before the menu.
    pub home: Vec<HomePartView>,
    /// Menu.
    pub sections: Vec<MenuSectionView>,
    /// Open forms; the last is in front.
    pub windows: Vec<WindowView>,
    /// Number of the form in front; 0 for the menu.
    pub active: u32,
    /// Question that waits.
    pub dialog: Option<DialogView>,
    /// Slow-link offer.
    pub offer: Option<OfferView>,
    /// What the person waits for.
    pub waiting: Option<WaitingView>,
    /// Last messages, newest last.
    pub messages: Vec<MessageView>,
    /// Drafts that can be taken up.
    pub drafts: Vec<DraftView>,
    /// Things that need a person.
    pub attention: Vec<AttentionView>,
}
