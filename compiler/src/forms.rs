//! Form files: `Item.form.yaml`.

use std::collections::BTreeMap;

use twinshore_metadata::{
    AttributeDefinition, AttributeType, ColumnDefinition, ElementDefinition, ElementKind, FormAttribute, FormDefinition,
    FormName, FormPurpose, GroupDirection, InputKind, ListDefinition, ObjectDefinition, ObjectKind, ObjectName,
    OnMainServerUnavailable, Priority, SortDirection, SortKey, TableDefinition, Title, TypeSet,
};

use crate::diagnostics::{Diagnostics, Place, closest};
use crate::objects::{References, read_attributes, read_commands, read_tables, unavailable};
use crate::reader::{Reader, check_name, parse_list, parse_node, title};
use crate::yaml::{Content, Node};

/// Characters of a text of a value list.
const VALUE_TEXT: u32 = 150;

/// A form with the places of its parts.
pub struct FormDraft {
    /// The form.
    pub form: FormDefinition,
    /// Place of each element.
    pub places: Vec<Place>,
    /// Place of the file's head.
    pub place: Place,
}

/// Reads a form of `owner`.
pub fn read(
    owner: &ObjectDefinition,
    stem: &str,
    file: &str,
    node: &Node,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> FormDraft {
    let mut reader = Reader::new(file, node, diagnostics);
    let place = reader.place().clone();
    let name = reader.text("form", diagnostics).unwrap_or_else(|| stem.to_owned());
    if name != stem {
        diagnostics.error("name", &place, format!("the form `{name}` lies in `{stem}.form.yaml`"), "give both the same name");
    }
    check_name(&name, &place, diagnostics);
    let purpose = purpose(owner, &name, &mut reader, diagnostics);
    let mut attributes: Vec<FormAttribute> = read_attributes("attributes", file, &mut reader, references, diagnostics)
        .into_iter()
        .map(FormAttribute::Value)
        .collect();
    attributes.extend(read_tables("tables", file, &mut reader, references, diagnostics).into_iter().map(FormAttribute::Table));
    let lists = read_attributes("lists", file, &mut reader, references, diagnostics);
    attributes.extend(lists.into_iter().map(value_list).map(FormAttribute::Table));
    let mut form = FormDefinition {
        name: FormName::new(owner.name.clone(), name),
        purpose,
        title: reader.title("title", diagnostics),
        attributes,
        elements: Vec::new(),
        commands: read_commands(file, &mut reader, references, diagnostics),
        without_commands: reader.list("without", diagnostics),
        events: read_events(file, reader.take("events"), diagnostics),
        priority: read_priority(&mut reader, diagnostics),
        generated: false,
    };
    let mut items = Items { owner, file, form: &mut form, places: Vec::new(), references, diagnostics };
    if let Some(node) = reader.take("items") {
        items.read_all(node, None);
    }
    let places = items.places;
    check_names(&form, &places, diagnostics);
    check_collisions(owner, &form, &place, diagnostics);
    reader.finish(diagnostics);
    FormDraft { form, places, place }
}

/// A value list is a table of the form: the value, a text for it, and a mark.
fn value_list(values: AttributeDefinition) -> TableDefinition {
    let column =
        |name: &str, title: Title, types: TypeSet| AttributeDefinition { title, ..AttributeDefinition::new(name, types) };
    let text = |english: &str, russian: &str| {
        Title([("en".to_owned(), english.to_owned()), ("ru".to_owned(), russian.to_owned())].into_iter().collect())
    };
    TableDefinition {
        columns: vec![
            column("Value", text("Value", "Значение"), values.types),
            column("Presentation", text("Text", "Представление"), TypeSet::one(AttributeType::String(VALUE_TEXT))),
            column("Check", text("Marked", "Пометка"), TypeSet::one(AttributeType::Boolean)),
        ],
        title: values.title,
        name: values.name,
    }
}

fn purpose(owner: &ObjectDefinition, name: &str, reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> FormPurpose {
    match reader.text("purpose", diagnostics).as_deref() {
        Some("item") => FormPurpose::Item,
        Some("list") => FormPurpose::List,
        Some("choice") => FormPurpose::Choice,
        Some("free") => FormPurpose::Free,
        Some(other) => {
            diagnostics.error(
                "wrong-value",
                reader.place(),
                format!("`{other}` is not a purpose"),
                "known: item, list, choice, free",
            );
            FormPurpose::Free
        }
        None if owner.name.kind.is_stored_object()
            || owner.name.kind.is_register()
            || owner.name.kind == ObjectKind::Constant =>
        {
            match name {
                "List" => FormPurpose::List,
                "Choice" => FormPurpose::Choice,
                "Item" => FormPurpose::Item,
                _ => FormPurpose::Free,
            }
        }
        None => FormPurpose::Free,
    }
}

/// `priority:` of a form or an inclusion.
pub fn read_priority(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Option<Priority> {
    match reader.text("priority", diagnostics).as_deref() {
        None => None,
        Some("main") => Some(Priority::Main),
        Some("standalone") => Some(Priority::Standalone),
        Some("main-only") => Some(Priority::MainOnly),
        Some(other) => {
            let advice = closest(other, ["main", "standalone", "main-only"]);
            diagnostics.error("wrong-value", reader.place(), format!("`{other}` is not a priority"), advice);
            None
        }
    }
}

fn read_events(file: &str, node: Option<&Node>, diagnostics: &mut Diagnostics) -> BTreeMap<String, String> {
    let Some(node) = node else { return BTreeMap::new() };
    crate::reader::entries(file, node, diagnostics)
        .into_iter()
        .filter_map(|(event, _, handler)| Some((event, parse_node::<String>(file, handler, diagnostics)?)))
        .collect()
}

struct Items<'a> {
    owner: &'a ObjectDefinition,
    file: &'a str,
    form: &'a mut FormDefinition,
    places: Vec<Place>,
    references: &'a mut References,
    diagnostics: &'a mut Diagnostics,
}

const LEADS: [&str; 9] = ["field", "table", "list", "group", "pages", "page", "commandBar", "command", "label"];

impl Items<'_> {
    fn read_all(&mut self, node: &Node, parent: Option<u32>) {
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
        let index = u32::try_from(self.form.elements.len()).unwrap_or(u32::MAX);
        let events = read_events(self.file, reader.take("events"), self.diagnostics);
        let element = ElementDefinition {
            name,
            parent,
            kind,
            title,
            events,
            visible: reader.boolean("visible", true, self.diagnostics),
            read_only: reader.boolean("readOnly", false, self.diagnostics),
            on_main_server_unavailable: unavailable(&mut reader, self.diagnostics),
        };
        let holds = matches!(
            element.kind,
            ElementKind::Group { .. } | ElementKind::Pages | ElementKind::Page | ElementKind::CommandBar
        );
        let buttons = matches!(element.kind, ElementKind::CommandBar) && matches!(subject.content, Content::List(_));
        self.form.elements.push(element);
        self.places.push(place);
        if buttons {
            for command in parse_list::<String>(self.file, subject, self.diagnostics) {
                self.button(&command, index, &subject.place(self.file));
            }
        }
        if let (true, Some(items)) = (holds, reader.take("items")) {
            self.read_all(items, Some(index));
        }
        reader.finish(self.diagnostics);
    }

    fn button(&mut self, command: &str, parent: u32, place: &Place) {
        self.form.elements.push(ElementDefinition {
            name: self.free_name(command),
            parent: Some(parent),
            kind: ElementKind::Button { command: command.to_owned() },
            title: Title::default(),
            events: BTreeMap::new(),
            visible: true,
            read_only: false,
            on_main_server_unavailable: OnMainServerUnavailable::Auto,
        });
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
                let direction = match reader.text("direction", self.diagnostics).as_deref() {
                    Some("horizontal") => GroupDirection::Horizontal,
                    None | Some("vertical") => GroupDirection::Vertical,
                    Some(other) => {
                        self.diagnostics.error(
                            "wrong-value",
                            reader.place(),
                            format!("`{other}` is not a direction"),
                            "known: vertical, horizontal",
                        );
                        GroupDirection::Vertical
                    }
                };
                (
                    ElementKind::Group { direction, collapsible: reader.boolean("collapsible", false, self.diagnostics) },
                    self.free_name(&text),
                )
            }
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

    fn input(&mut self, reader: &mut Reader<'_>) -> InputKind {
        match reader.text("input", self.diagnostics).as_deref() {
            None | Some("auto") => InputKind::Auto,
            Some("multiline") => InputKind::Multiline,
            Some("switch") => InputKind::Switch,
            Some("checkbox") => InputKind::CheckBox,
            Some("radio") => InputKind::Radio,
            Some("label") => InputKind::Label,
            Some(other) => {
                let advice = closest(other, ["auto", "multiline", "switch", "checkbox", "radio", "label"]);
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

fn check_names(form: &FormDefinition, places: &[Place], diagnostics: &mut Diagnostics) {
    for (at, element) in form.elements.iter().enumerate() {
        if form.elements[..at].iter().any(|e| e.name == element.name) {
            diagnostics.error(
                "duplicate",
                &places[at],
                format!("two elements are called `{}`", element.name),
                "give one another `name:`",
            );
        }
    }
}

/// Attributes of the form and of its object share one namespace.
fn check_collisions(owner: &ObjectDefinition, form: &FormDefinition, place: &Place, diagnostics: &mut Diagnostics) {
    if form.purpose != FormPurpose::Item {
        return;
    }
    for attribute in &form.attributes {
        let name = attribute.name();
        if owner.attribute(name).is_some() || owner.table(name).is_some() {
            diagnostics.error(
                "duplicate",
                place,
                format!("the form attribute `{name}` has the name of an attribute of {}", owner.name),
                "rename it",
            );
        }
    }
}
