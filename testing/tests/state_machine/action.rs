//! What can happen, as a list that shrinks. Numbers choose among what is there when the action comes.

use proptest::prelude::*;
use twinshore_client::view::ModeView;

/// Mean length of a list of actions.
pub const MEAN: usize = 40;

/// Where a value is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Comment,
    Phone,
}

impl Field {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comment => "Comment",
            Self::Phone => "Phone",
        }
    }
}

/// What an item is of, and with it the priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Included, priority main.
    Orders,
    /// Included, priority stand-alone.
    Notes,
    /// Not included.
    Contracts,
}

#[derive(Debug, Clone)]
pub enum Action {
    New(Kind),
    Open(usize),
    Type {
        form: usize,
        field: Field,
    },
    Save(usize),
    Close {
        form: usize,
        keep: bool,
    },
    Reopen(usize),
    TakeDraft(usize),
    /// A module of each priority and one that is not included is asked where it runs.
    Call(usize),
    /// Requests no longer leave the device; the client may be told so by time.
    Cut {
        noticed: bool,
    },
    /// The next write of a form is carried out, and its answer is lost.
    LoseAnswer,
    Restore {
        noticed: bool,
    },
    Mode(ModeView),
    Exchange,
    Pass,
    /// Somebody else changes an item on main.
    ChangeOnMain(usize),
    Kill,
    Stop,
    /// Main gets another configuration; the person signs in anew when there is a connection.
    Update,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Orders), Just(Kind::Notes), Just(Kind::Contracts)]
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![Just(Field::Comment), Just(Field::Phone)]
}

fn action() -> impl Strategy<Value = Action> {
    let mode = prop_oneof![Just(ModeView::Normal), Just(ModeView::Offline), Just(ModeView::PoorConnection)];
    prop_oneof![
        8 => kind().prop_map(Action::New),
        6 => any::<usize>().prop_map(Action::Open),
        20 => (any::<usize>(), field()).prop_map(|(form, field)| Action::Type { form, field }),
        10 => any::<usize>().prop_map(Action::Save),
        5 => (any::<usize>(), any::<bool>()).prop_map(|(form, keep)| Action::Close { form, keep }),
        9 => any::<usize>().prop_map(Action::Reopen),
        5 => any::<usize>().prop_map(Action::TakeDraft),
        5 => (0usize..4).prop_map(Action::Call),
        6 => any::<bool>().prop_map(|noticed| Action::Cut { noticed }),
        2 => Just(Action::LoseAnswer),
        7 => any::<bool>().prop_map(|noticed| Action::Restore { noticed }),
        6 => mode.prop_map(Action::Mode),
        4 => Just(Action::Exchange),
        5 => Just(Action::Pass),
        3 => (0usize..3).prop_map(Action::ChangeOnMain),
        3 => Just(Action::Kill),
        1 => Just(Action::Stop),
        1 => Just(Action::Update),
    ]
}

pub fn actions() -> impl Strategy<Value = Vec<Action>> {
    proptest::collection::vec(action(), 1..2 * MEAN)
}
