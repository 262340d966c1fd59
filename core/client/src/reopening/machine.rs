//! The six steps of a reopening as a machine without I/O (F9): it says what is next, its driver does it.
//!
//! Invariant: whatever fails before the new form has taken the place leaves by one way, which closes the new form and thaws the
//! old one.

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReopeningEvent {
    /// The form can be reopened (F8) and somebody wants it.
    Started,
    /// `beforeReopening` of the old form ended.
    Asked {
        /// It set `cancel`.
        cancelled: bool,
        /// `standardProcessing` as it left it.
        standard: bool,
    },
    /// The other server made the new form; its server handlers ran.
    Opened,
    /// `onOpen` of the new form ended.
    Shown,
    /// `whenReopening` of the new form ended.
    Told {
        /// `standardProcessing` as it left it.
        standard: bool,
    },
    /// What was typed is in the new form.
    Filled,
    /// `onClose` of the old form ended, well or not.
    Closed,
    /// The last thing asked for did not work out: an error, a limit, a server that can't be reached.
    Failed,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReopeningInstruction {
    /// The old form takes no more input.
    Freeze,
    /// Run `beforeReopening` of the old form.
    RunBeforeReopening,
    /// From now on module code can read the old form, but neither change it nor call its server.
    HandOver,
    /// Open the form on the other server, with the same parameters.
    Open,
    /// Run `onOpen` of the new form.
    RunOnOpen,
    /// Run `whenReopening` of the new form.
    RunWhenReopening {
        /// `standardProcessing` it begins with.
        standard: bool,
    },
    /// `fillWhenReopening`.
    Fill,
    /// Pages, rows, search and focus as they were (F13).
    CopyLook,
    /// The new form's draft takes the place of the old one's, in one transaction.
    SwapDrafts,
    /// Run `onClose` of the old form with the reason `reopened`.
    RunOnClose,
    /// The new form takes the old one's place, its owner and whoever waits for its result; the old one is gone.
    TakePlace,
    /// The new form is gone.
    CloseNew,
    /// The old form is as it was before and takes input again.
    Thaw,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Not begun.
    #[default]
    Idle,
    /// The old form is frozen and being asked.
    Frozen,
    /// The old form agreed; the new one is being made.
    Asked { standard: bool },
    /// The new form is there; its `onOpen` runs.
    Opened { standard: bool },
    /// The new form is being told of the old one.
    Shown,
    /// The new form is being filled.
    Told,
    /// The new form has everything; the old one is being closed.
    Filled,
    /// Done.
    Swapped,
    /// Given up.
    Abandoned,
}

/// One reopening.
#[derive(Debug, Default)]
pub struct Reopening {
    state: State,
}

impl Reopening {
    /// What is next.
    pub fn step(&mut self, event: ReopeningEvent) -> Vec<ReopeningInstruction> {
        use ReopeningEvent as E;
        use ReopeningInstruction as I;
        let finish = || vec![I::CopyLook, I::SwapDrafts, I::RunOnClose];
        let (state, instructions) = match (self.state, event) {
            (State::Idle, E::Started) => (State::Frozen, vec![I::Freeze, I::RunBeforeReopening]),
            (State::Frozen, E::Asked { cancelled: false, standard }) => (State::Asked { standard }, vec![I::HandOver, I::Open]),
            (State::Asked { standard }, E::Opened) => (State::Opened { standard }, vec![I::RunOnOpen]),
            (State::Opened { standard }, E::Shown) => (State::Shown, vec![I::RunWhenReopening { standard }]),
            (State::Shown, E::Told { standard: true }) => (State::Told, vec![I::Fill]),
            (State::Shown, E::Told { standard: false }) | (State::Told, E::Filled) => (State::Filled, finish()),
            (State::Filled, E::Closed) => (State::Swapped, vec![I::TakePlace]),
            // Too late to go back: the draft of the new form is the one that is kept.
            (State::Filled | State::Swapped, E::Failed) => (State::Swapped, vec![I::TakePlace]),
            (State::Frozen, E::Asked { cancelled: true, .. } | E::Failed) | (State::Asked { .. }, E::Failed) => {
                (State::Abandoned, vec![I::Thaw])
            }
            (State::Opened { .. } | State::Shown | State::Told, E::Failed) => (State::Abandoned, vec![I::CloseNew, I::Thaw]),
            // Nothing else can happen in these states; what comes twice changes nothing.
            (state, _) => (state, Vec::new()),
        };
        self.state = state;
        instructions
    }

    /// True once the new form has the place of the old one.
    pub fn is_done(&self) -> bool {
        self.state == State::Swapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Step {
        event: ReopeningEvent,
        instructions: Vec<ReopeningInstruction>,
    }

    fn check(golden: &str) -> Reopening {
        let steps: Vec<Step> = serde_json::from_str(golden).expect("a golden run");
        let mut machine = Reopening::default();
        for (at, step) in steps.iter().enumerate() {
            assert_eq!(machine.step(step.event), step.instructions, "step {at}: {:?}", step.event);
        }
        machine
    }

    #[test]
    fn f9_the_whole_way() {
        assert!(check(include_str!("golden/whole.json")).is_done());
    }

    #[test]
    fn f9_without_standard_processing_nothing_is_filled() {
        assert!(check(include_str!("golden/own_processing.json")).is_done());
    }

    #[test]
    fn f9_the_old_form_may_stop_it() {
        assert!(!check(include_str!("golden/cancelled.json")).is_done());
    }

    #[test]
    fn f9_a_failure_at_any_step_closes_the_new_form_and_thaws_the_old_one() {
        use ReopeningEvent as E;
        use ReopeningInstruction as I;
        let way = [E::Started, E::Asked { cancelled: false, standard: true }, E::Opened, E::Shown, E::Told { standard: true }];
        for steps in 1..=way.len() {
            let mut machine = Reopening::default();
            way[..steps].iter().for_each(|event| drop(machine.step(*event)));
            let left = machine.step(E::Failed);
            let expected = if steps < 3 { vec![I::Thaw] } else { vec![I::CloseNew, I::Thaw] };
            assert_eq!(left, expected, "after {:?}", way[steps - 1]);
            assert!(!machine.is_done());
            assert!(machine.step(E::Failed).is_empty() && machine.step(E::Filled).is_empty(), "it goes on after {steps}");
        }
    }

    #[test]
    fn f9_once_the_draft_is_the_new_ones_there_is_no_way_back() {
        let mut machine = check(include_str!("golden/filled.json"));
        assert_eq!(machine.step(ReopeningEvent::Failed), [ReopeningInstruction::TakePlace]);
        assert!(machine.is_done());
    }
}
