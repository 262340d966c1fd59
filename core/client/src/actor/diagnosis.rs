//! What a tester sends with a report: how the app stands, without anything a person typed and without names of people or items.

use serde_json::{Value, json};

use super::App;
use crate::view::ScreenView;

impl App {
    /// The app as it is now, as text of JSON.
    pub fn diagnosis(&self) -> String {
        let view = self.interface();
        let work = self.work.borrow();
        let configuration = work.as_ref().map(|work| {
            let device = &work.device;
            let configuration = &device.client_of_main.configuration;
            json!({ "name": configuration.name, "version": configuration.version, "hash": device.hash().to_string() })
        });
        let screen = match view.screen {
            ScreenView::SignIn { .. } => "signIn",
            ScreenView::Lock { .. } => "lock",
            ScreenView::ChoosePin { .. } => "choosePin",
            ScreenView::Download(_) => "download",
            ScreenView::Work => "work",
        };
        let status = view.status;
        let told = json!({
            "time": self.options.clock.now().to_rfc3339(),
            "app": {
                "version": env!("CARGO_PKG_VERSION"),
                "protocol": twinshore_protocol::PROTOCOL_VERSION,
                "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
                "device": self.options.device_name,
                "mainServer": self.options.main_server,
                "language": status.language,
            },
            "configuration": configuration,
            "screen": screen,
            "mode": { "chosen": status.mode, "inForce": status.effective_mode, "link": status.link, "banner": status.banner },
            "exchange": status.exchange,
            "drafts": view.drafts.len(),
            "attention": view.attention.len(),
            "forms": self.form_states(),
            "calls": *self.log.borrow(),
        });
        serde_json::to_string_pretty(&told).unwrap_or_default()
    }

    fn form_states(&self) -> Vec<Value> {
        let state = |open: &std::rc::Rc<super::OpenForm>| {
            let view = open.last.borrow();
            json!({
                "name": view.name,
                "server": view.used_server,
                "availability": view.availability,
                "modified": view.modified,
                "waiting": view.waiting,
                "locked": !view.locked.is_empty(),
                "revision": view.revision,
            })
        };
        self.forms.borrow().values().map(state).collect()
    }
}
