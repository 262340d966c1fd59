//! Shells of all open forms: each has what it was told and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use twinshore_client::view::{FormPatch, FormView, InterfaceView, LogEntryView, diff};
use twinshore_client::{Client, ClientObserver, FormObserver, Subscription};

/// What a shell of one form holds; and what is wrong with what it was told.
#[derive(Default)]
pub struct Held(Mutex<(Option<FormView>, Option<String>)>);

impl FormObserver for Held {
    fn reset(&self, view: FormView) {
        self.0.lock().expect("one thread").0 = Some(view);
    }

    fn patched(&self, patch: FormPatch) {
        let mut held = self.0.lock().expect("one thread");
        let Some(before) = held.0.take() else {
            held.1 = Some("a patch came before a view".into());
            return;
        };
        if patch.revision != before.revision + 1 {
            held.1 = Some(format!("patch {} came after revision {}", patch.revision, before.revision));
        }
        held.0 = Some(diff::apply(&before, &patch));
    }

    fn closed(&self, _: u32) {}
}

/// Views asked for until one is the newest.
const LOOKS: usize = 100;

/// Shells of all forms of a client.
pub struct Shells {
    client: Client,
    forms: Mutex<HashMap<u32, (Arc<Held>, Subscription)>>,
}

impl ClientObserver for Shells {
    fn interface_changed(&self, view: InterfaceView) {
        let mut forms = self.forms.lock().expect("one thread");
        for window in &view.windows {
            forms.entry(window.form).or_insert_with(|| {
                let held = Arc::new(Held::default());
                let watching = self.client.observe_form(window.form, Arc::clone(&held) as Arc<dyn FormObserver>);
                (held, watching)
            });
        }
    }

    fn logged(&self, _: LogEntryView) {}
}

impl Shells {
    pub fn new(client: Client) -> Arc<Self> {
        Arc::new(Self { client, forms: Mutex::default() })
    }

    /// Views and patches agree: a form's fresh view, once its shell has caught up with it.
    pub async fn agreed(&self, form: u32) -> Result<Option<FormView>, String> {
        let mut last = None;
        for _ in 0..LOOKS {
            let Some(fresh) = self.client.form_view(form).await else { return Ok(None) };
            let shell = self.forms.lock().expect("one thread").get(&form).map(|(held, _)| Arc::clone(held));
            let Some(shell) = shell else { continue };
            let (held, wrong) = self.read(&shell);
            if let Some(wrong) = wrong {
                return Err(format!("form {form}: {wrong}"));
            }
            match held {
                Some(held) if held == fresh => return Ok(Some(fresh)),
                Some(held) if held.revision == fresh.revision => {
                    return Err(format!("all patches give {held:#?}\nand a fresh view is {fresh:#?}"));
                }
                held => last = held.map(|held| held.revision),
            }
        }
        Err(format!("the shell of form {form} never caught up from {last:?}"))
    }

    fn read(&self, held: &Held) -> (Option<FormView>, Option<String>) {
        held.0.lock().expect("one thread").clone()
    }
}
