//! Views and patches agree on a real form: after random events all patches give the same as a fresh view.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use twinshore_client::FormObserver;
use twinshore_client::view::{FormEvent, FormPatch, FormView, diff};

use super::world::*;

/// Views asked for until one is the newest.
const LOOKS: usize = 100;

/// A shell: it has what it was told and nothing else.
#[derive(Default)]
struct Shell(Mutex<Option<FormView>>);

impl FormObserver for Shell {
    fn reset(&self, view: FormView) {
        *self.0.lock().expect("one thread") = Some(view);
    }

    fn patched(&self, patch: FormPatch) {
        let mut held = self.0.lock().expect("one thread");
        let before = held.take().expect("a patch comes after a view");
        assert_eq!(patch.revision, before.revision + 1, "no patch is lost");
        *held = Some(diff::apply(&before, &patch));
    }

    fn closed(&self, _: u32) {}
}

#[derive(Debug, Clone)]
enum Act {
    Type { field: usize, text: String },
    Check(bool),
    Add,
    Cell { row: usize, text: String },
    Remove(usize),
    Move { row: usize, up: bool },
    Page(bool),
    Select(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let text = "[a-c0-9x]{0,4}";
    let act = prop_oneof![
        (0usize..5, text).prop_map(|(field, text)| Act::Type { field, text }),
        any::<bool>().prop_map(Act::Check),
        Just(Act::Add),
        (0usize..6, text).prop_map(|(row, text)| Act::Cell { row, text }),
        (0usize..6).prop_map(Act::Remove),
        (0usize..6, any::<bool>()).prop_map(|(row, up)| Act::Move { row, up }),
        any::<bool>().prop_map(Act::Page),
        (0usize..6).prop_map(Act::Select),
    ];
    proptest::collection::vec(act, 1..30)
}

fn event(view: &FormView, act: &Act, version: u64) -> Option<FormEvent> {
    let id = |name: &str| view.elements.iter().find(|e| e.name == name).map(|e| e.id);
    let element = id("Lines")?;
    let row = |at: &usize| {
        let rows = &view.elements.iter().find(|e| e.id == element)?.table.as_ref()?.rows;
        rows.get(at % rows.len().max(1)).map(|row| row.id.clone())
    };
    Some(match act {
        Act::Type { field, text } => {
            let name = ["Comment", "Phone", "Discount", "Trouble", "Date"][*field];
            FormEvent::SetText { element: id(name)?, text: text.clone(), input_version: version }
        }
        Act::Check(checked) => FormEvent::SetChecked { element: id("Paid")?, checked: *checked },
        Act::Add => FormEvent::AddRow { element },
        Act::Cell { row: at, text } => {
            FormEvent::SetCell { element, row: row(at)?, column: "Quantity".into(), text: text.clone(), input_version: version }
        }
        Act::Remove(at) => FormEvent::RemoveRow { element, row: row(at)? },
        Act::Move { row: at, up } => FormEvent::MoveRow { element, row: row(at)?, up: *up },
        Act::Page(lines) => FormEvent::ActivatePage { element: id(if *lines { "lines" } else { "header" })? },
        Act::Select(at) => FormEvent::SelectRow { element, row: row(at)? },
    })
}

#[test]
fn all_patches_of_a_form_give_the_same_as_a_fresh_view() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let shore = shore();
    let (ann, order) = runtime.block_on(async {
        let ann = shore.phone("ann").await;
        poor(&ann).await;
        let order = new_order(&ann).await;
        (ann, order.form)
    });
    let shell = Arc::new(Shell::default());
    let _watching = ann.client().observe_form(order, Arc::clone(&shell) as Arc<dyn FormObserver>);
    let version = std::cell::Cell::new(1);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let result = runner.run(&acts(), |acts| {
        runtime.block_on(async {
            for act in &acts {
                let view = ann.client().form_view(order).await.expect("open");
                version.set(version.get() + 1);
                if let Some(event) = event(&view, act, version.get()) {
                    ann.client().dispatch(order, event);
                }
            }
            // A view that is asked for comes after the patches that lead to it; what goes on meanwhile makes another one.
            for _ in 0..LOOKS {
                let fresh = ann.client().form_view(order).await.expect("open");
                let held = shell.0.lock().expect("one thread").clone().expect("told");
                if held.revision == fresh.revision {
                    prop_assert_eq!(held, fresh);
                    return Ok(());
                }
            }
            Err(TestCaseError::fail("the shell never caught up"))
        })
    });
    runtime.block_on(async { drop(ann) });
    if let Err(error) = result {
        panic!("{error}");
    }
}
