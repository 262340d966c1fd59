//! What must hold whatever happened: nothing lost, no call on a server that R2 forbids, no form with another server's data.

use twinshore_client::view::{FormView, InterfaceView, ModeView};
use twinshore_client::{Mode, Route, UsedServer, route};
use twinshore_metadata::Priority;
use twinshore_protocol::UnavailableReason;

use super::action::{Action, Kind};
use super::run::{Outcome, Run};
use super::world::{KINDS, SECRET};

impl Run<'_> {
    /// Nothing may be refused that a server takes by R2, unless the request does not get through.
    pub(super) fn check_refused(&self, priority: Option<Priority>, before: &InterfaceView, after: &InterfaceView) -> Outcome {
        let allowed = allowed(priority, before, after);
        let excused = allowed.contains(&None) || (!self.good && allowed.contains(&Some(UsedServer::Main))) || self.outdated;
        if excused { Ok(()) } else { Err(format!("R2: refused, though {allowed:?} would take it: {:#?}", after.messages)) }
    }

    pub(super) fn check_routes(&mut self, action: &Action, before: &InterfaceView, after: &InterfaceView) -> Outcome {
        let asked = self.shore.record.take();
        let log = self.phone().log();
        let new = log.get(self.logged..).unwrap_or_default().to_vec();
        self.logged = log.len();
        let offline = [before, after].iter().all(|view| view.status.mode == ModeView::Offline);
        if offline && !asked.is_empty() {
            return Err(format!("R2: in user mode Offline main was asked {asked:?}"));
        }
        let unreachable = [before, after].iter().all(|view| !view.status.available) && !matches!(action, Action::Update);
        if let Some(entry) = new.iter().find(|entry| entry.server == "main" && (offline || unreachable)) {
            return Err(format!("R2: a call went to main while it could not be called: {entry:?}"));
        }
        Ok(())
    }

    pub(super) async fn check(&mut self) -> Outcome {
        let databases = self.both().await?;
        for (n, kind) in KINDS.into_iter().enumerate() {
            let row = databases.device(kind, &format!("seed-{n}"));
            self.model.seen_on_device.extend(row.map(|row| row.comment.clone()));
        }
        self.model.check_saved(&databases, false)?;
        let forms = self.forms().await?;
        for view in &forms {
            self.check_belongs(view)?;
        }
        self.check_typed(&forms, self.view().await.drafts.len())
    }

    /// A form holds only what its own server gave it.
    pub(super) fn check_belongs(&self, view: &FormView) -> Outcome {
        let text = |name: &str| view.elements.iter().find(|e| e.name == name && e.visible).map(|e| e.text.as_str());
        let of_main = server_of(view) == UsedServer::Main;
        let place = text("Place").unwrap_or_default();
        // A new item takes all its attributes along (F10e); of an item that was read, what nobody changed is the new server's (F10d).
        if tag_of(view).starts_with("seed-") && place != view.used_server {
            return Err(format!("a form of {} shows what {place} made", view.used_server));
        }
        if !of_main && text("Secret").is_some() {
            return Err("a form of the device shows what only main has".into());
        }
        if tag_of(view).starts_with("seed-") {
            let comment = text("Comment").unwrap_or_default();
            if of_main && text("Secret") != Some(SECRET) {
                return Err(format!("a form of main does not show what main has: {:?}", text("Secret")));
            }
            if !of_main && !self.model.seen_on_device.contains(comment) {
                return Err(format!("a form of the device shows {comment}, which the device never had"));
            }
        }
        Ok(())
    }

    /// Everything typed and not saved is in an open form or in a draft.
    pub(super) fn check_typed(&self, forms: &[FormView], drafts: usize) -> Outcome {
        let mut hidden = Vec::new();
        for (tag, paper) in self.model.unsaved() {
            let Some(view) = forms.iter().find(|view| tag_of(view) == *tag) else {
                hidden.push(tag);
                continue;
            };
            for (field, value) in &paper.typed {
                let shown = view.elements.iter().find(|e| e.name == field.name()).map(|e| e.text.as_str());
                if shown != Some(value) {
                    return Err(format!("{tag}: {value} was typed into {field:?}, and the form shows {shown:?}"));
                }
            }
        }
        if hidden.len() > drafts {
            return Err(format!("{hidden:?} are in no form, and there are {drafts} drafts"));
        }
        Ok(())
    }
}

impl Kind {
    pub const fn priority(self) -> Option<Priority> {
        match self {
            Self::Orders => Some(Priority::Main),
            Self::Notes => Some(Priority::Standalone),
            Self::Contracts => None,
        }
    }
}

pub const fn module_priority(module: usize) -> Option<Priority> {
    match module {
        0 => Some(Priority::Main),
        1 => Some(Priority::Standalone),
        2 => Some(Priority::MainOnly),
        _ => None,
    }
}

/// What R2 gives for what was known when the call began or ended; none for a refusal.
pub fn allowed(priority: Option<Priority>, before: &InterfaceView, after: &InterfaceView) -> Vec<Option<UsedServer>> {
    let server = |view: &InterfaceView| {
        let available = if view.status.available { Ok(()) } else { Err(UnavailableReason::NoConnection) };
        match route(priority, Mode::of(view.status.mode), available) {
            Route::To(server) => Some(server),
            Route::Unavailable(_) => None,
        }
    };
    vec![server(before), server(after)]
}

pub fn server_of(view: &FormView) -> UsedServer {
    if view.used_server == UsedServer::Main.name() { UsedServer::Main } else { UsedServer::Standalone }
}

/// What names the item of a form.
pub fn tag_of(view: &FormView) -> String {
    view.elements.iter().find(|e| e.name == "Tag").map(|e| e.text.clone()).unwrap_or_default()
}
