//! Form files: `Item.form.yaml`.

mod items;

use std::collections::BTreeMap;

use twinshore_metadata::{
    AttributeDefinition, AttributeType, FormAttribute, FormDefinition, FormName, FormPurpose, ObjectDefinition, ObjectKind,
    Priority, TableDefinition, Title, TypeSet,
};

use crate::diagnostics::{Diagnostics, Place, closest};
use crate::objects::{References, read_attributes, read_commands, read_tables};
use crate::reader::{Reader, check_name, parse_node};
use crate::yaml::Node;
use items::Items;

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
