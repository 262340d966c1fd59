//! A form as shells draw it: texts formatted, states decided.

use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive as _;
use twinshore_metadata::{
    AttributeDefinition, AttributeType, ChartKind, CommandAction, CommandTarget, Configuration, DateParts, ElementDefinition,
    ElementKind, GroupDirection, InputKind, ListDefinition, ObjectKind, ObjectName, OnMainServerUnavailable, SortDirection,
    StandardPeriod, TypeSet, Value, text,
};
use twinshore_protocol::ListCondition;
use uuid::Uuid;

use super::session::{FormSession, ListState, number, row_id};
use super::{period, words};
use crate::UsedServer;
use crate::actor::locked_text;
use crate::view::{
    CellView, ChartPointView, ChartView, ChoiceView, ColumnView, ConflictView, ElementKindView, ElementView, FieldKind,
    FilterView, FormAvailability, FormView, RowView, SpreadsheetCellView, SpreadsheetView, TableView,
};

/// Rows of the other server that a conflict shows, and cells of each.
const ROWS_OF_A_CONFLICT: usize = 5;
const CELLS_OF_A_ROW: usize = 3;

/// What a form's look depends on besides the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The main server can be called.
    pub available: bool,
    /// The same form is in the composition.
    pub in_composition: bool,
    /// "Open from main server" may be offered.
    pub can_open_from_main: bool,
    /// Language.
    pub language: String,
    /// The day where the device is.
    pub today: NaiveDate,
}

/// Whether a form can be worked with (F2).
pub fn availability(form: &FormSession, around: &Surroundings) -> FormAvailability {
    if form.frozen {
        return FormAvailability::Frozen;
    }
    if !is_lost(form, around) {
        return FormAvailability::Available;
    }
    // What is not known of a write would be written twice (F12).
    let can_open_offline = around.in_composition
        && form.pending_write.is_none()
        && !form.definition.without_commands.iter().any(|c| c == "openOffline");
    FormAvailability::Unavailable { reason: words::say(&around.language, "form-unavailable").to_owned(), can_open_offline }
}

fn is_lost(form: &FormSession, around: &Surroundings) -> bool {
    form.server == UsedServer::Main && !around.available && !form.not_locked
}

/// The whole view, with revision 0; `is_local` says whether an object exists on the stand-alone server.
pub fn render(form: &FormSession, around: &Surroundings, is_local: &dyn Fn(&ObjectName) -> bool) -> FormView {
    let locked = locked_text(form, &around.language);
    let drawing = Drawing {
        form,
        around,
        is_local,
        closed: is_lost(form, around) || form.frozen,
        locked: !locked.is_empty(),
        locale: text::Locale::of(&around.language),
    };
    FormView {
        form: form.id,
        revision: 0,
        name: form.definition.name.to_string(),
        title: title(form, &around.language),
        used_server: form.server.name().to_owned(),
        availability: availability(form, around),
        modified: form.has_typed(),
        waiting: form.waiting,
        can_open_from_main: around.can_open_from_main
            && !form.frozen
            && !form.definition.without_commands.iter().any(|c| c == "openFromMainServer"),
        left_behind: form.left_behind.clone(),
        locked,
        focus: form.focus,
        elements: drawing.elements(),
    }
}

/// Heading of a form, with the number of items chosen in it.
pub fn title(form: &FormSession, language: &str) -> String {
    let title = plain_title(form, language);
    match form.awaited.as_ref().map(|a| a.chosen.len()).filter(|chosen| *chosen > 0) {
        Some(chosen) => format!("{title} ({}: {chosen})", words::say(language, "chosen")),
        None => title,
    }
}

/// Set by code, of the form, or of its item.
fn plain_title(form: &FormSession, language: &str) -> String {
    if let Some(title) = &form.title {
        return title.clone();
    }
    if !form.definition.title.is_empty() {
        return form.definition.title.text(language).to_owned();
    }
    let Some(object) = &form.object else { return form.definition.name.to_string() };
    match form.main_object() {
        Some(_) if form.is_new => format!("{} ({})", object.singular().text(language), words::say(language, "new")),
        Some(_) => match form.key.as_ref().and_then(|k| k.presentation.clone()).filter(|p| !p.is_empty()) {
            Some(presentation) if object.name.kind == ObjectKind::Document => presentation,
            Some(presentation) => format!("{presentation} ({})", object.singular().text(language)),
            None => object.singular().text(language).to_owned(),
        },
        None => object.title.text(language).to_owned(),
    }
}

struct Drawing<'a> {
    form: &'a FormSession,
    around: &'a Surroundings,
    is_local: &'a dyn Fn(&ObjectName) -> bool,
    closed: bool,
    /// Somebody else edits the item (F14).
    locked: bool,
    locale: text::Locale,
}

impl Drawing<'_> {
    fn language(&self) -> &str {
        &self.around.language
    }

    /// All elements; what holds others and can't be used takes them along.
    fn elements(&self) -> Vec<ElementView> {
        let mut views: Vec<ElementView> = Vec::with_capacity(self.form.definition.elements.len());
        for (at, definition) in self.form.definition.elements.iter().enumerate() {
            let mut view = self.element(number(at), definition);
            if let Some(parent) = definition.parent.and_then(|parent| views.get(parent as usize))
                && !parent.enabled
            {
                view.enabled = false;
                if view.hint.is_empty() {
                    view.hint.clone_from(&parent.hint);
                }
            }
            view.read_only |= definition.parent.is_some_and(|parent| self.is_closed_period(parent));
            views.push(view);
        }
        self.hide_empty(&mut views);
        views
    }

    /// A period that can't be changed: neither can its ends.
    fn is_closed_period(&self, element: u32) -> bool {
        self.form.definition.elements.get(element as usize).is_some_and(|period| {
            let by_code = self.form.overrides.get(&period.name).and_then(|change| change.read_only);
            period::ends_of(period).is_some() && (period.read_only || by_code == Some(true))
        })
    }

    /// A pop-up, a part of one, and a period in which nothing is to be seen are not drawn.
    fn hide_empty(&self, views: &mut [ElementView]) {
        let mut shown = vec![false; views.len()];
        let mut in_popup = vec![false; views.len()];
        for (at, view) in views.iter().enumerate() {
            let around = view.parent.is_some_and(|parent| in_popup[parent as usize]);
            in_popup[at] = around || matches!(view.kind, ElementKindView::Popup { .. });
        }
        for at in (0..views.len()).rev() {
            let view = &mut views[at];
            if matches!(view.kind, ElementKindView::Popup { .. } | ElementKindView::Period)
                || (in_popup[at] && matches!(view.kind, ElementKindView::Group { .. }))
            {
                view.visible &= shown[at];
            }
            if let (true, Some(parent)) = (view.visible, view.parent) {
                shown[parent as usize] = true;
            }
        }
    }

    fn element(&self, id: u32, definition: &ElementDefinition) -> ElementView {
        let mut view = ElementView {
            id,
            parent: definition.parent,
            name: definition.name.clone(),
            kind: ElementKindView::Label,
            title: definition.title.text(self.language()).to_owned(),
            text: String::new(),
            checked: false,
            visible: definition.visible,
            enabled: true,
            read_only: self.closed || self.locked || definition.read_only,
            required: false,
            hint: String::new(),
            error: String::new(),
            conflict: None,
            choices: Vec::new(),
            table: None,
            input_version: self.form.input_versions.get(&id).copied().unwrap_or(0),
        };
        match &definition.kind {
            ElementKind::Field { path, input } => self.field(&mut view, definition, path, *input),
            ElementKind::Table { path, columns } => {
                self.table(&mut view, path, columns, definition.on_main_server_unavailable);
            }
            ElementKind::List(_) => self.list(&mut view),
            ElementKind::Group { direction, collapsible } => {
                view.kind =
                    ElementKindView::Group { horizontal: *direction == GroupDirection::Horizontal, collapsible: *collapsible };
            }
            ElementKind::Pages => {
                let first = self.form.definition.elements.iter().position(|e| e.parent == Some(id)).map(number);
                view.kind = ElementKindView::Pages { active: self.form.pages.get(&id).copied().or(first) };
            }
            ElementKind::Page => view.kind = ElementKindView::Page,
            ElementKind::CommandBar => view.kind = ElementKindView::CommandBar,
            ElementKind::Popup { icon } => {
                view.kind = ElementKindView::Popup { icon: icon.clone() };
                view.enabled &= !self.closed;
            }
            ElementKind::Period { start, end, choices } => self.period(&mut view, definition, [start, end], choices),
            ElementKind::Button { command } => self.button(&mut view, command),
            ElementKind::Label => {}
        }
        if !matches!(definition.kind, ElementKind::Field { .. } | ElementKind::Button { .. }) {
            let external = matches!(&definition.kind, ElementKind::List(list) if !(self.is_local)(&list.object));
            self.follow_main_server(&mut view, definition.on_main_server_unavailable, external);
        }
        if let Some(change) = self.form.overrides.get(&definition.name) {
            view.visible = change.visible.unwrap_or(view.visible);
            view.enabled = change.enabled.unwrap_or(true) && view.enabled;
            view.read_only = change.read_only.unwrap_or(false) || view.read_only;
            if let Some(title) = &change.title {
                view.title.clone_from(title);
            }
        }
        view
    }

    /// Rights are about the object; what lives in the form only may always be typed into.
    fn may_change(&self, path: &str) -> bool {
        let own = self.form.definition.attributes.iter().any(|a| a.name() == path);
        own || self.form.can_write
    }

    fn field(&self, view: &mut ElementView, definition: &ElementDefinition, path: &str, input: InputKind) {
        let Some(attribute) = self.form.attribute(path) else { return };
        let value = self.form.record.get(path);
        if view.title.is_empty() {
            view.title = attribute.title.text(self.language()).to_owned();
        }
        view.visible &= !self.form.hidden.iter().any(|h| h == path);
        view.read_only |= attribute.read_only || !self.may_change(path) || self.form.read_only.iter().any(|r| r == path);
        view.required = attribute.required;
        view.kind = self.field_kind(&attribute, value, input);
        view.text = text::format(value, &attribute.types, &self.locale, Some(&self.form.configuration));
        view.checked = *value == Value::Boolean(true);
        if let Some((typed, error)) = self.form.typed.get(path) {
            view.text.clone_from(typed);
            view.error.clone_from(error);
        }
        if let Some(error) = self.form.errors.get(path) {
            view.error.clone_from(error);
        }
        if let Some(theirs) = self.form.conflicts.get(path) {
            view.conflict = Some(ConflictView {
                theirs: text::format(theirs, &attribute.types, &self.locale, Some(&self.form.configuration)),
            });
        }
        view.choices = self.choices(view.id, &attribute.types);
        if view.choices.is_empty() {
            view.choices = self.offers(view, definition);
        }
        self.follow_main_server(view, definition.on_main_server_unavailable, self.is_external(&attribute.types));
    }

    fn period(&self, view: &mut ElementView, definition: &ElementDefinition, ends: [&String; 2], choices: &[StandardPeriod]) {
        let language = self.language();
        view.kind = ElementKindView::Period;
        if view.title.is_empty() {
            view.title = words::say(language, "period").to_owned();
        }
        view.text = period::text_of(self.form, definition, self.around.today, &self.locale);
        view.choices = choices
            .iter()
            .map(|period| ChoiceView { id: period.to_string(), text: words::say(language, period::word(*period)).to_owned() })
            .collect();
        if period::is_wrong(self.form, definition) {
            view.error = words::say(language, "period-wrong").to_owned();
        }
        for path in ends {
            let fixed = self.form.attribute(path).is_none_or(|attribute| attribute.read_only);
            view.read_only |= fixed || !self.may_change(path) || self.form.read_only.iter().any(|r| r == path);
        }
    }

    fn is_inaccessible(&self, behaviour: OnMainServerUnavailable, external: bool) -> bool {
        let lost = self.form.server == UsedServer::Standalone && !self.around.available;
        lost && match behaviour {
            OnMainServerUnavailable::MakeInaccessible => true,
            OnMainServerUnavailable::DontChangeBehavior => false,
            OnMainServerUnavailable::Auto => external,
        }
    }

    fn is_external(&self, types: &TypeSet) -> bool {
        types.references().any(|object| !(self.is_local)(object))
    }

    /// F5: what is tied to something that is only on the main server is inaccessible without it.
    fn follow_main_server(&self, view: &mut ElementView, behaviour: OnMainServerUnavailable, external: bool) {
        if self.is_inaccessible(behaviour, external) {
            view.enabled = false;
            view.hint = words::say(self.language(), "needs-connection").to_owned();
        }
    }

    fn field_kind(&self, attribute: &AttributeDefinition, value: &Value, input: InputKind) -> ElementKindView {
        match value {
            Value::Spreadsheet(sheet) => {
                let cell = |c: &twinshore_metadata::SpreadsheetCell| SpreadsheetCellView {
                    text: c.text.clone(),
                    bold: c.bold,
                    end: c.end,
                };
                let rows = sheet.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
                return ElementKindView::Spreadsheet { sheet: SpreadsheetView { columns: sheet.columns.clone(), rows } };
            }
            Value::Chart(chart) => {
                let point = |p: &twinshore_metadata::ChartPoint| {
                    let number = rust_decimal::Decimal::try_from(p.value).unwrap_or_default().round_dp(2);
                    ChartPointView {
                        label: p.label.clone(),
                        value: p.value,
                        text: text::format_number(number, None, &self.locale),
                    }
                };
                return ElementKindView::Chart {
                    chart: ChartView { pie: chart.kind == ChartKind::Pie, points: chart.points.iter().map(point).collect() },
                };
            }
            Value::Picture(picture) => {
                let base64 = Value::Binary(picture.bytes.clone()).to_json()["$binary"].as_str().unwrap_or_default().to_owned();
                return ElementKindView::Picture { media_type: picture.media_type.clone(), base64 };
            }
            _ => {}
        }
        match attribute.types.single() {
            Some(AttributeType::Spreadsheet) => {
                ElementKindView::Spreadsheet { sheet: SpreadsheetView { columns: Vec::new(), rows: Vec::new() } }
            }
            Some(AttributeType::PieChart | AttributeType::BarChart) => ElementKindView::Chart {
                chart: ChartView { pie: attribute.types.single() == Some(&AttributeType::PieChart), points: Vec::new() },
            },
            Some(AttributeType::Picture) => ElementKindView::Picture { media_type: String::new(), base64: String::new() },
            Some(AttributeType::Decimal { scale, .. }) if matches!(input, InputKind::Progress | InputKind::Track) => {
                bar(attribute, value, input, *scale)
            }
            _ => ElementKindView::Field { field: input_kind(&attribute.types, input) },
        }
    }

    /// What a field of typed text offers: what holds the typed text, or all if that is one of them already.
    fn offers(&self, view: &ElementView, definition: &ElementDefinition) -> Vec<ChoiceView> {
        let all = self.form.offered(definition);
        let typed = view.text.trim().to_lowercase();
        let whole = typed.is_empty() || all.iter().any(|text| text.to_lowercase() == typed);
        all.into_iter()
            .filter(|text| whole || text.to_lowercase().contains(&typed))
            .map(|text| ChoiceView { id: text.clone(), text })
            .collect()
    }

    /// Values of enumerations, or suggestions for what is typed.
    fn choices(&self, element: u32, types: &TypeSet) -> Vec<ChoiceView> {
        if let Some((of, found)) = &self.form.suggestions
            && *of == element
        {
            return found.iter().map(|r| ChoiceView { id: r.to_string(), text: r.text() }).collect();
        }
        self.values(types)
    }

    /// Values of the enumerations among the types.
    fn values(&self, types: &TypeSet) -> Vec<ChoiceView> {
        types
            .references()
            .filter(|o| o.kind == ObjectKind::Enumeration)
            .filter_map(|o| self.form.configuration.object(o))
            .flat_map(|o| {
                o.values
                    .iter()
                    .map(|v| ChoiceView { id: format!("{}:{}", o.name, v.id), text: v.title.text(self.language()).to_owned() })
            })
            .collect()
    }

    /// What the person narrowed a list to.
    fn filters(&self, state: &ListState, titles: &[ColumnView]) -> Vec<FilterView> {
        let types = list_columns(&self.form.configuration, &state.definition);
        let of = |condition: &ListCondition| {
            let at = titles.iter().position(|column| column.name == condition.path)?;
            let text = text::format(&condition.value, &types.get(at)?.1, &self.locale, Some(&self.form.configuration));
            Some(FilterView { column: condition.path.clone(), title: titles[at].title.clone(), text })
        };
        state.conditions.iter().filter_map(of).collect()
    }

    fn table(
        &self,
        view: &mut ElementView,
        path: &str,
        columns: &[twinshore_metadata::ColumnDefinition],
        behaviour: OnMainServerUnavailable,
    ) {
        view.kind = ElementKindView::Table;
        let Some(attributes) = self.form.columns(path) else { return };
        if view.title.is_empty()
            && let Some(table) = self.form.main_object().and_then(|o| o.table(path))
        {
            view.title = table.title.text(self.language()).to_owned();
        }
        view.read_only |= !self.may_change(path);
        view.visible &= !self.form.hidden.iter().any(|h| h == path);
        if let Some(error) = self.form.errors.get(path) {
            view.error.clone_from(error);
        }
        if let Some(theirs) = self.form.row_conflicts.get(path) {
            view.conflict = Some(ConflictView { theirs: self.rows_text(theirs, columns, &attributes) });
        }
        if let Some((of, found)) = &self.form.suggestions
            && *of == view.id
        {
            view.choices = found.iter().map(|r| ChoiceView { id: r.to_string(), text: r.text() }).collect();
        }
        let shown: Vec<(&twinshore_metadata::ColumnDefinition, &AttributeDefinition)> =
            columns.iter().filter_map(|c| Some((c, attributes.iter().find(|a| a.name == c.path)?))).collect();
        let rows = self.form.record.rows(path).iter().map(|row| RowView {
            id: row.id.to_string(),
            cells: shown.iter().map(|(_, a)| self.cell(path, row.id, a, row.get(&a.name))).collect(),
            is_group: false,
            deletion_mark: false,
            posted: false,
            pending: false,
        });
        view.table = Some(TableView {
            rows: rows.collect(),
            columns: shown
                .iter()
                .map(|(column, attribute)| ColumnView {
                    name: column.path.clone(),
                    title: if column.title.is_empty() {
                        attribute.title.text(self.language())
                    } else {
                        column.title.text(self.language())
                    }
                    .to_owned(),
                    field: input_kind(&attribute.types, InputKind::Auto),
                    read_only: column.read_only
                        || attribute.read_only
                        || self.is_inaccessible(behaviour, self.is_external(&attribute.types)),
                    choices: self.values(&attribute.types),
                    sorted: 0,
                })
                .collect(),
            current_row: self.form.current_rows.get(&view.id).cloned().unwrap_or_default(),
            ..TableView::default()
        });
    }

    /// Rows of the other server in a line: what they begin with.
    fn rows_text(
        &self,
        rows: &[twinshore_metadata::TableRow],
        columns: &[twinshore_metadata::ColumnDefinition],
        attributes: &[AttributeDefinition],
    ) -> String {
        let shown = |row: &twinshore_metadata::TableRow| {
            let cells = columns.iter().filter_map(|c| attributes.iter().find(|a| a.name == c.path));
            let text = |a: &AttributeDefinition| {
                text::format(row.get(&a.name), &a.types, &self.locale, Some(&self.form.configuration))
            };
            cells.map(text).filter(|t| !t.is_empty()).take(CELLS_OF_A_ROW).collect::<Vec<_>>().join(" ")
        };
        let more = if rows.len() > ROWS_OF_A_CONFLICT { " …" } else { "" };
        let all = rows.iter().take(ROWS_OF_A_CONFLICT).map(shown).collect::<Vec<_>>().join("; ");
        if rows.is_empty() { words::say(self.language(), "no-rows").to_owned() } else { format!("{all}{more}") }
    }

    fn cell(&self, table: &str, row: Uuid, attribute: &AttributeDefinition, value: &Value) -> CellView {
        let key = FormSession::cell_key(table, row, &attribute.name);
        if let Some((text, error)) = self.form.typed.get(&key) {
            return CellView { text: text.clone(), checked: false, error: error.clone(), conflict: None };
        }
        let error = self.form.errors.get(&key).cloned().unwrap_or_default();
        let text = |value: &Value| text::format(value, &attribute.types, &self.locale, Some(&self.form.configuration));
        let conflict = self.form.conflicts.get(&key).map(|theirs| ConflictView { theirs: text(theirs) });
        CellView { text: text(value), checked: *value == Value::Boolean(true), error, conflict }
    }

    fn list(&self, view: &mut ElementView) {
        view.kind = ElementKindView::List;
        let Some(state) = self.form.lists.get(&view.id) else { return };
        view.error.clone_from(&state.error);
        view.enabled = !self.closed;
        let columns = list_columns(&self.form.configuration, &state.definition);
        let rows = state.rows.iter().map(|row| RowView {
            id: row_id(row),
            cells: row
                .cells
                .iter()
                .zip(&columns)
                .map(|(value, (_, types))| CellView {
                    // A group has no price: a zero there would read as one.
                    text: if row.is_group && *value == types.default_value() {
                        String::new()
                    } else {
                        text::format(value, types, &self.locale, Some(&self.form.configuration))
                    },
                    checked: *value == Value::Boolean(true),
                    error: String::new(),
                    conflict: None,
                })
                .collect(),
            is_group: row.is_group,
            deletion_mark: row.deletion_mark,
            posted: row.posted.unwrap_or(false),
            pending: false,
        });
        let titled: Vec<ColumnView> = state
            .definition
            .columns
            .iter()
            .zip(&columns)
            .map(|(column, (title, types))| ColumnView {
                name: column.path.clone(),
                title: if column.title.is_empty() { title.text(self.language()) } else { column.title.text(self.language()) }
                    .to_owned(),
                field: input_kind(types, InputKind::Auto),
                read_only: true,
                choices: Vec::new(),
                sorted: sorted(state, &column.path),
            })
            .collect();
        view.table = Some(TableView {
            rows: rows.collect(),
            filters: self.filters(state, &titled),
            columns: titled,
            more_before: state.more_before,
            more_after: state.more_after,
            loading: state.loading,
            answers: state.answers,
            placed: state.placed,
            at_end: state.at_end,
            search: state.search.clone(),
            path: state.path.iter().map(|r| ChoiceView { id: r.id.to_string(), text: r.text() }).collect(),
            current_row: state.current.clone(),
        });
    }

    /// The form is about items of a list, not about one item.
    fn is_list(&self) -> bool {
        !self.form.lists.is_empty() && self.form.main_object().is_none()
    }

    fn button(&self, view: &mut ElementView, command: &str) {
        let own = self.form.definition.commands.iter().find(|c| c.name == command);
        let of_object = || self.form.object.as_ref().and_then(|o| o.commands.iter().find(|c| c.name == command));
        view.kind = ElementKindView::Button {
            command: command.to_owned(),
            primary: matches!(command, "post" | "writeAndClose" | "create" | "postAndClose" | "choose"),
            of_row: own.is_none() && self.is_list() && matches!(command, "copy" | "markDeletion" | "createBasedOn"),
        };
        match own.or_else(of_object) {
            Some(definition) => {
                if view.title.is_empty() {
                    view.title = definition.title.text(self.language()).to_owned();
                }
                let local = |object: &ObjectName| (self.is_local)(object);
                let external = match (&definition.target, &definition.action) {
                    (CommandTarget::Object(object), _) => !local(object),
                    (CommandTarget::None, CommandAction::OpenForm(form)) => !local(&form.owner),
                    (CommandTarget::None, CommandAction::Handler(_)) => false,
                };
                self.follow_main_server(view, definition.on_main_server_unavailable, external);
                view.visible &= !self.form.definition.without_commands.iter().any(|c| c == command);
            }
            None => {
                if view.title.is_empty() {
                    view.title = words::say(self.language(), command).to_owned();
                }
                let writes = matches!(command, "write" | "writeAndClose" | "post" | "unpost" | "postAndClose");
                let posts = matches!(command, "post" | "unpost" | "postAndClose");
                view.visible &= (!writes || self.form.can_write) && (!posts || self.form.can_post);
                let chooses = self.form.choosing.is_some() || self.form.awaited.is_some();
                view.visible &= command != "choose" || chooses;
                view.visible &= command != "createBasedOn" || !self.form.based_on_this().is_empty();
                view.visible &= !self.form.definition.without_commands.iter().any(|c| c == command);
            }
        }
        view.enabled &= !self.closed;
    }
}

fn sorted(state: &ListState, path: &str) -> i8 {
    match state.order.first().filter(|key| key.path == path).map(|key| key.direction) {
        Some(SortDirection::Ascending) => 1,
        Some(SortDirection::Descending) => -1,
        None => 0,
    }
}

/// Titles and types of a list's columns.
pub fn list_columns(configuration: &Configuration, list: &ListDefinition) -> Vec<(twinshore_metadata::Title, TypeSet)> {
    list.columns
        .iter()
        .map(|column| {
            let mut object = configuration.object(&list.object).cloned();
            let mut found = None;
            for name in column.path.split('.') {
                let Some(attribute) = object.as_ref().and_then(|o| o.attribute(name)) else { break };
                object = attribute.types.references().next().and_then(|o| configuration.object(o)).cloned();
                found = Some((attribute.title, attribute.types));
            }
            found.unwrap_or_else(|| {
                (twinshore_metadata::Title::english(column.path.clone()), TypeSet(vec![AttributeType::Text]))
            })
        })
        .collect()
}

/// A number between its limits, which are 0 and 100 where the attribute has none.
fn bar(attribute: &AttributeDefinition, value: &Value, input: InputKind, scale: u8) -> ElementKindView {
    let number = |number: rust_decimal::Decimal| number.to_f64().unwrap_or_default();
    let (min, max) = (attribute.min.map_or(0.0, number), attribute.max.map_or(100.0, number));
    let value = match value {
        Value::Decimal(value) => number(*value).clamp(min, max.max(min)),
        _ => min,
    };
    match input {
        InputKind::Track => ElementKindView::Track { value, min, max, step: 0.1_f64.powi(scale.into()) },
        _ => ElementKindView::Progress { share: if max > min { (value - min) / (max - min) } else { 0.0 } },
    }
}

fn input_kind(types: &TypeSet, input: InputKind) -> FieldKind {
    let enumeration = types.references().any(|o| o.kind == ObjectKind::Enumeration);
    match (input, types.single()) {
        (InputKind::Label, _) => FieldKind::Label,
        (InputKind::Multiline, _) | (_, Some(AttributeType::Text)) => FieldKind::Multiline,
        (InputKind::Radio, _) if enumeration => FieldKind::Radio,
        (InputKind::CheckBox, _) => FieldKind::CheckBox,
        (InputKind::Switch, _) | (_, Some(AttributeType::Boolean)) => FieldKind::Switch,
        (_, Some(AttributeType::Decimal { .. })) => FieldKind::Number,
        (_, Some(AttributeType::Date(DateParts::Date))) => FieldKind::Date,
        (_, Some(AttributeType::Date(DateParts::Time))) => FieldKind::Time,
        (_, Some(AttributeType::Date(DateParts::DateTime))) => FieldKind::DateTime,
        (_, Some(AttributeType::Ref(object))) if object.kind == ObjectKind::Enumeration => FieldKind::Choice,
        (_, Some(AttributeType::Ref(_))) | (_, None) => FieldKind::Reference,
        _ => FieldKind::Text,
    }
}
