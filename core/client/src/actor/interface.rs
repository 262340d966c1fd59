//! Everything around forms as shells draw it: menu, status, windows.

use twinshore_metadata::{FormName, FormPurpose, ObjectDefinition, ObjectKind, ObjectName, SubsystemDefinition};

use super::App;
use super::options::is_off;
use crate::forms::words;
use crate::view::*;
use crate::{Mode, Route};

impl App {
    /// The whole view.
    pub fn interface(&self) -> InterfaceView {
        // Who has not unlocked the app sees nothing of what is in it.
        let hidden = matches!(self.state.borrow().screen, ScreenView::Lock { .. } | ScreenView::SignIn { .. });
        let (drafts, sections, home, waiting, attention) = if hidden {
            Default::default()
        } else {
            (self.drafts(), self.sections(), self.home(), self.waiting_view(), self.attention())
        };
        let state = self.state.borrow();
        let forms = self.forms.borrow();
        let windows = state
            .order
            .iter()
            .filter(|_| !hidden)
            .filter_map(|id| forms.get(id))
            .map(|open| {
                let last = open.last.borrow();
                WindowView {
                    form: last.form,
                    title: last.title.clone(),
                    modified: last.modified,
                    used_server: last.used_server.clone(),
                    available: last.availability == FormAvailability::Available,
                }
            })
            .collect();
        InterfaceView {
            revision: state.revision,
            screen: state.screen.clone(),
            status: self.status(),
            home,
            sections,
            windows,
            active: state.active,
            dialog: state.dialogs.first().map(|(dialog, _)| dialog.clone()),
            offer: state.offer.clone(),
            waiting,
            messages: state.messages.clone(),
            drafts,
            attention,
        }
    }

    fn status(&self) -> StatusView {
        let state = self.state.borrow();
        let available = state.availability.is_available();
        let slow = state.availability.is_slow(&self.options.settings);
        let work = self.work.borrow();
        let configuration = work.as_ref().map(|w| &w.device.client_of_main.configuration);
        StatusView {
            mode: state.mode.view(),
            effective_mode: state.mode.effective(available).view(),
            available: available && state.mode != Mode::Offline,
            link: match (available, slow) {
                (false, _) => LinkQuality::None,
                (true, true) => LinkQuality::Slow,
                (true, false) => LinkQuality::Good,
            },
            banner: self.banner(),
            offline_by_hand: configuration.is_none_or(|c| c.offline_by_hand),
            poor_connection_by_hand: configuration.is_none_or(|c| c.poor_connection_by_hand),
            exchange: state.exchange.clone(),
            user_name: state.user_name.clone(),
            update_waits: state.update.is_put_off(),
            pin_by_hand: configuration.is_some_and(|c| c.sign_in.pin != twinshore_metadata::PinPolicy::Off),
            title: configuration.map(|c| c.title.text(&state.language).to_owned()).unwrap_or_default(),
            language: state.language.clone(),
        }
    }

    /// The menu: what the user may use, greyed where it can't be reached now (M7).
    fn sections(&self) -> Vec<MenuSectionView> {
        let Some(work) = self.work() else { return Vec::new() };
        let configuration = &work.device.client_of_main.configuration;
        configuration
            .subsystems
            .iter()
            .filter_map(|section| {
                let items: Vec<MenuItemView> =
                    section.content.iter().filter_map(|object| self.item(section, configuration.object(object)?)).collect();
                let language = &self.state.borrow().language;
                (!items.is_empty()).then(|| MenuSectionView {
                    id: section.name.clone(),
                    title: section.title.text(language).to_owned(),
                    icon: section.icon.clone(),
                    enabled: items.iter().any(|i| i.enabled),
                    items,
                })
            })
            .collect()
    }

    /// The home page: parts that are not on this device stay, as placeholders, while the main server can't be called (M7).
    fn home(&self) -> Vec<HomePartView> {
        let Some(work) = self.work() else { return Vec::new() };
        let configuration = &work.device.client_of_main.configuration;
        let parts = configuration.home_page.iter().filter_map(|form| {
            let item = self.form_item(form, configuration.object(&form.owner)?, "")?;
            Some(HomePartView { id: item.id, title: item.title, icon: item.icon, enabled: item.enabled, hint: item.hint })
        });
        parts.collect()
    }

    fn item(&self, section: &SubsystemDefinition, object: &ObjectDefinition) -> Option<MenuItemView> {
        self.form_item(&main_form(object)?, object, &section.icon)
    }

    /// A way to a form, if the user may see its object.
    fn form_item(&self, form: &FormName, object: &ObjectDefinition, section_icon: &str) -> Option<MenuItemView> {
        let work = self.work()?;
        let rights = work.session.borrow().rights.get(&object.name).copied()?;
        let visible = if object.name.kind.is_stored_object()
            || object.name.kind.is_register()
            || object.name.kind == ObjectKind::Constant
        {
            rights.read
        } else {
            rights.use_
        };
        if !visible {
            return None;
        }
        if is_off(&work, &object.name) {
            return None;
        }
        let enabled = matches!(self.route(self.form_priority(form)), Route::To(_));
        let language = self.state.borrow().language.clone();
        Some(MenuItemView {
            id: form.to_string(),
            title: object.title.text(&language).to_owned(),
            icon: icon(&object.name, section_icon).to_owned(),
            enabled,
            hint: if enabled { String::new() } else { words::say(&language, "needs-connection").to_owned() },
        })
    }

    /// Priority of a form; none if it is not in the composition.
    pub fn form_priority(&self, form: &FormName) -> Option<twinshore_metadata::Priority> {
        self.work()?.device.standalone.composition.form_priority(form)
    }

    fn drafts(&self) -> Vec<DraftView> {
        let open: Vec<String> = self.forms.borrow().values().map(|f| f.session.borrow().draft.to_string()).collect();
        let user = self.state.borrow().account.clone();
        let drafts = self.store.drafts(&user).unwrap_or_default();
        drafts
            .into_iter()
            .filter(|(id, ..)| !open.contains(id) && !self.done_drafts.borrow().contains(id))
            .map(|(id, title, when)| DraftView { id, title, when })
            .collect()
    }

    fn attention(&self) -> Vec<AttentionView> {
        self.attention_items()
            .into_iter()
            .map(|item| AttentionView {
                id: item.id.to_string(),
                title: item.reference.map(|r| r.text()).unwrap_or_default(),
                text: item.message,
            })
            .collect()
    }
}

/// The form that a menu item of an object opens.
pub(crate) fn main_form(object: &ObjectDefinition) -> Option<FormName> {
    [FormPurpose::List, FormPurpose::Free, FormPurpose::Item]
        .into_iter()
        .find_map(|p| object.default_form(p))
        .map(|f| f.name.clone())
}

const fn icon<'a>(object: &ObjectName, section: &'a str) -> &'a str {
    match object.kind {
        ObjectKind::Document => "document",
        ObjectKind::Report => "chart",
        ObjectKind::DataProcessor | ObjectKind::Constant => "settings",
        ObjectKind::CommonForm => "calendar",
        ObjectKind::Catalog => "list",
        _ => section,
    }
}
