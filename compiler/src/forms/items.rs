//! Elements of a form file: the tree of `items:` made flat.

use twinshore_metadata::{
    ColumnDefinition, ElementDefinition, ElementKind, FormDefinition, GroupDirection, InputKind, ListDefinition,
    ObjectDefinition, ObjectName, SortDirection, SortKey, StandardPeriod, Title,
};

use super::read_events;
use crate::diagnostics::{Diagnostics, Place, closest};
use crate::objects::{References, unavailable};
use crate::reader::{Reader, parse_node, title};
use crate::yaml::{Content, Node};

/// Reads elements into a form.
pub struct Items<'a> {
    /// Object of the form.
    pub owner: &'a ObjectDefinition,
    /// File that is read.
    pub file: &'a str,
    /// Form that gets them.
    pub form: &'a mut FormDefinition,
    /// Place of each element.
    pub places: Vec<Place>,
    /// Objects that are named.
    pub references: &'a mut References,
    /// What is wrong.
    pub diagnostics: &'a mut Diagnostics,
}

/// Keys that say what an element is.
const LEADS: [&str; 11] =
    ["field", "table", "list", "group", "pages", "page", "commandBar", "command", "label", "popup", "period"];

impl Items<'_> {
    /// Reads a list of elements.
    pub fn read_all(&mut self, node: &Node, parent: Option<u32>) {
        let Content::List(items) = &node.content else {
            self.diagnostics.error(
                "wrong-type",
                &node.place(self.file),
                "a list of elements is expected here",
                "write `- field: Name` lines",
            );
            return;
        };
        for item in items {
            self.read_one(item, parent);
        }
    }

    fn read_one(&mut self, node: &Node, parent: Option<u32>) {
        let place = node.place(self.file);
        if let (Some(command), Some(index)) = (node.text(), parent.filter(|index| self.holds_commands(*index))) {
            return self.button(command, index, &place);
        }
        let Content::Map(entries) = &node.content else {
            self.diagnostics.error("wrong-type", &place, "an element is expected here", "write `field: Name`");
            return;
        };
        let lead = LEADS.into_iter().find(|lead| entries.iter().any(|(k, _)| k.text() == Some(lead)));
        let Some(lead) = lead else {
            let first = entries.first().and_then(|(k, _)| k.text()).unwrap_or_default();
            self.diagnostics.error("unknown-key", &place, format!("`{first}` is not an element"), closest(first, LEADS));
            return;
        };
        let mut reader = Reader::new(self.file, node, self.diagnostics);
        let subject = reader.take(lead).expect("the lead was found among the keys");
        let (kind, base) = self.kind(lead, subject, &mut reader);
        let name = reader.text("name", self.diagnostics).unwrap_or(base);
        let title = reader.title("title", self.diagnostics);
        let choices = if lead == "field" { reader.list("choices", self.diagnostics) } else { Vec::new() };
        let index = u32::try_from(self.form.elements.len()).unwrap_or(u32::MAX);
        let events = read_events(self.file, reader.take("events"), self.diagnostics);
        let element = ElementDefinition {
            name,
            parent,
            kind,
            title,
            choices,
            events,
            visible: reader.boolean("visible", true, self.diagnostics),
            read_only: reader.boolean("readOnly", false, self.diagnostics),
            on_main_server_unavailable: unavailable(&mut reader, self.diagnostics),
        };
        let buttons = matches!(element.kind, ElementKind::CommandBar) && matches!(subject.content, Content::List(_));
        let ends = match &element.kind {
            ElementKind::Period { start, end, .. } => vec![start.clone(), end.clone()],
            _ => Vec::new(),
        };
        let holds = element.kind.holds_others() && ends.is_empty();
        self.form.elements.push(element);
        self.places.push(place.clone());
        for path in ends {
            let kind = ElementKind::Field { path: path.clone(), input: InputKind::Auto };
            self.inside(&path, kind, index, &place);
        }
        if buttons {
            self.read_all(subject, Some(index));
        }
        if let (true, Some(items)) = (holds, reader.take("items")) {
            self.read_all(items, Some(index));
        }
        reader.finish(self.diagnostics);
    }

    /// True in a command bar or a pop-up, at any depth: a bare name is a command there.
    fn holds_commands(&self, index: u32) -> bool {
        let mut at = Some(index);
        while let Some(element) = at.and_then(|index| self.form.elements.get(index as usize)) {
            if matches!(element.kind, ElementKind::CommandBar | ElementKind::Popup { .. }) {
                return true;
            }
            at = element.parent;
        }
        false
    }

    fn button(&mut self, command: &str, parent: u32, place: &Place) {
        self.inside(command, ElementKind::Button { command: command.to_owned() }, parent, place);
    }

    /// An element that is said by the one that holds it.
    fn inside(&mut self, base: &str, kind: ElementKind, parent: u32, place: &Place) {
        self.form.elements.push(ElementDefinition::plain(&self.free_name(base), Some(parent), kind));
        self.places.push(place.clone());
    }

    fn free_name(&self, base: &str) -> String {
        let taken = |name: &str| self.form.elements.iter().any(|e| e.name == name);
        if !taken(base) {
            return base.to_owned();
        }
        (2..).map(|n| format!("{base}{n}")).find(|name| !taken(name)).unwrap_or_else(|| base.to_owned())
    }

    fn kind(&mut self, lead: &str, subject: &Node, reader: &mut Reader<'_>) -> (ElementKind, String) {
        let text = subject.text().unwrap_or_default().to_owned();
        match lead {
            "field" => {
                let input = self.input(reader);
                (ElementKind::Field { path: text.clone(), input }, self.free_name(&text))
            }
            "table" => (ElementKind::Table { columns: self.columns(reader), path: text.clone() }, self.free_name(&text)),
            "list" => {
                let object: Option<ObjectName> =
                    if text.is_empty() || text == "self" { None } else { parse_node(self.file, subject, self.diagnostics) };
                if let Some(object) = &object {
                    self.references.push((object.clone(), subject.place(self.file)));
                }
                let list = ListDefinition {
                    object: object.unwrap_or_else(|| self.owner.name.clone()),
                    columns: self.columns(reader),
                    order: self.order(reader),
                    filter: reader.text("filter", self.diagnostics).unwrap_or_default(),
                };
                (ElementKind::List(list), self.free_name("List"))
            }
            "group" => {
                let direction = self.direction(reader);
                let collapsible = reader.boolean("collapsible", false, self.diagnostics);
                (ElementKind::Group { direction, collapsible }, self.free_name(&text))
            }
            "popup" => {
                let icon = reader.text("icon", self.diagnostics).unwrap_or_default();
                (ElementKind::Popup { icon }, self.free_name(&text))
            }
            "period" => (self.period(subject, reader), self.free_name("period")),
            "pages" => (ElementKind::Pages, self.free_name(&text)),
            "page" => (ElementKind::Page, self.free_name(&text)),
            "commandBar" => {
                let name = if text.is_empty() { "commandBar" } else { &text };
                (ElementKind::CommandBar, self.free_name(name))
            }
            "command" => (ElementKind::Button { command: text.clone() }, self.free_name(&text)),
            _ => (ElementKind::Label, self.free_name(&text)),
        }
    }

    fn direction(&mut self, reader: &mut Reader<'_>) -> GroupDirection {
        match reader.text("direction", self.diagnostics).as_deref() {
            Some("horizontal") => GroupDirection::Horizontal,
            None | Some("vertical") => GroupDirection::Vertical,
            Some(other) => {
                let message = format!("`{other}` is not a direction");
                self.diagnostics.error("wrong-value", reader.place(), message, "known: vertical, horizontal");
                GroupDirection::Vertical
            }
        }
    }

    /// `period: { start: From, end: To }`.
    fn period(&mut self, subject: &Node, reader: &mut Reader<'_>) -> ElementKind {
        let mut ends = Reader::new(self.file, subject, self.diagnostics);
        let mut end = |key: &'static str| match ends.text(key, self.diagnostics) {
            Some(path) => path,
            None => {
                let message = format!("a period needs the attribute of its {key}");
                self.diagnostics.error("missing", ends.place(), message, "write `period: { start: From, end: To }`");
                String::new()
            }
        };
        let (start, end) = (end("start"), end("end"));
        ends.finish(self.diagnostics);
        let chosen: Vec<StandardPeriod> = reader.list("choices", self.diagnostics);
        let choices = if chosen.is_empty() { StandardPeriod::ALL.to_vec() } else { chosen };
        ElementKind::Period { start, end, choices }
    }

    fn input(&mut self, reader: &mut Reader<'_>) -> InputKind {
        match reader.text("input", self.diagnostics).as_deref() {
            None | Some("auto") => InputKind::Auto,
            Some("multiline") => InputKind::Multiline,
            Some("switch") => InputKind::Switch,
            Some("checkbox") => InputKind::CheckBox,
            Some("radio") => InputKind::Radio,
            Some("label") => InputKind::Label,
            Some("progress") => InputKind::Progress,
            Some("track") => InputKind::Track,
            Some(other) => {
                let known = ["auto", "multiline", "switch", "checkbox", "radio", "label", "progress", "track"];
                let advice = closest(other, known);
                self.diagnostics.error("wrong-value", reader.place(), format!("`{other}` is not an input"), advice);
                InputKind::Auto
            }
        }
    }

    fn columns(&mut self, reader: &mut Reader<'_>) -> Vec<ColumnDefinition> {
        let Some(node) = reader.take("columns") else { return Vec::new() };
        let Content::List(items) = &node.content else {
            self.diagnostics.error(
                "wrong-type",
                &node.place(self.file),
                "`columns` is a list",
                "write `columns: [Code, Description]`",
            );
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| {
                if let Some(path) = item.text() {
                    return Some(ColumnDefinition { path: path.to_owned(), title: Title::default(), read_only: false });
                }
                let mut reader = Reader::new(self.file, item, self.diagnostics);
                let column = ColumnDefinition {
                    path: reader.text("path", self.diagnostics)?,
                    title: reader.take("title").map(|n| title(self.file, n, self.diagnostics)).unwrap_or_default(),
                    read_only: reader.boolean("readOnly", false, self.diagnostics),
                };
                reader.finish(self.diagnostics);
                Some(column)
            })
            .collect()
    }

    fn order(&mut self, reader: &mut Reader<'_>) -> Vec<SortKey> {
        reader
            .list::<String>("order", self.diagnostics)
            .into_iter()
            .map(|key| match key.strip_prefix('-') {
                Some(path) => SortKey { path: path.to_owned(), direction: SortDirection::Descending },
                None => SortKey { path: key, direction: SortDirection::Ascending },
            })
            .collect()
    }
}
