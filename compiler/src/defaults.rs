//! Forms that the platform makes where the configuration has none.

use std::collections::BTreeMap;

use twinshore_metadata::{
    ColumnDefinition, ElementDefinition, ElementKind, FormDefinition, FormPurpose, InputKind, ListDefinition, ObjectDefinition,
    ObjectKind, Title,
};

/// Columns of a generated list at most.
const LIST_COLUMNS: usize = 4;

/// Adds the forms an object lacks.
pub fn add_forms(object: &mut ObjectDefinition) {
    let wanted: &[(FormPurpose, &str)] = match object.name.kind {
        ObjectKind::Catalog | ObjectKind::Document => {
            &[(FormPurpose::Item, "Item"), (FormPurpose::List, "List"), (FormPurpose::Choice, "Choice")]
        }
        ObjectKind::InformationRegister | ObjectKind::AccumulationRegister => &[(FormPurpose::List, "List")],
        ObjectKind::Constant => &[(FormPurpose::Item, "Item")],
        _ => &[],
    };
    for (purpose, name) in wanted {
        if object.forms.iter().all(|f| f.purpose != *purpose && f.name.form != *name) {
            let elements = if *purpose == FormPurpose::Item { item(object) } else { list(object, *purpose) };
            object.forms.push(FormDefinition {
                name: object.form_name(name),
                purpose: *purpose,
                title: Title::default(),
                attributes: Vec::new(),
                elements,
                commands: Vec::new(),
                without_commands: Vec::new(),
                events: BTreeMap::new(),
                priority: None,
                generated: true,
            });
        }
    }
    fill_lists(object);
}

/// Lists that name no columns get the usual ones.
fn fill_lists(object: &mut ObjectDefinition) {
    let usual = columns(object);
    let name = object.name.clone();
    for form in &mut object.forms {
        for element in &mut form.elements {
            match &mut element.kind {
                ElementKind::List(list) if list.columns.is_empty() && list.object == name => list.columns.clone_from(&usual),
                _ => {}
            }
        }
    }
}

fn bar(elements: &mut Vec<ElementDefinition>, commands: &[&str]) {
    let at = u32::try_from(elements.len()).unwrap_or(0);
    elements.push(ElementDefinition::plain("commandBar", None, ElementKind::CommandBar));
    elements.extend(
        commands.iter().map(|c| ElementDefinition::plain(c, Some(at), ElementKind::Button { command: (*c).to_owned() })),
    );
}

fn item(object: &ObjectDefinition) -> Vec<ElementDefinition> {
    let mut elements = Vec::new();
    match object.name.kind {
        ObjectKind::Document => bar(&mut elements, &["post", "write"]),
        _ => bar(&mut elements, &["writeAndClose", "write"]),
    }
    let hidden = ["DeletionMark", "IsGroup", "Posted"];
    for attribute in object.all_attributes().iter().filter(|a| !hidden.contains(&a.name.as_str())) {
        elements.push(ElementDefinition::plain(
            &attribute.name,
            None,
            ElementKind::Field { path: attribute.name.clone(), input: InputKind::Auto },
        ));
    }
    for table in &object.tables {
        let columns = table
            .columns
            .iter()
            .map(|c| ColumnDefinition { path: c.name.clone(), title: Title::default(), read_only: false })
            .collect();
        elements.push(ElementDefinition::plain(&table.name, None, ElementKind::Table { path: table.name.clone(), columns }));
    }
    elements
}

fn list(object: &ObjectDefinition, purpose: FormPurpose) -> Vec<ElementDefinition> {
    let mut elements = Vec::new();
    if purpose == FormPurpose::List && object.name.kind.is_stored_object() {
        bar(&mut elements, &["create", "copy", "markDeletion", "refresh"]);
    } else if purpose == FormPurpose::Choice {
        bar(&mut elements, &["choose", "refresh"]);
    } else {
        bar(&mut elements, &["refresh"]);
    }
    let list =
        ListDefinition { object: object.name.clone(), columns: columns(object), order: Vec::new(), filter: String::new() };
    elements.push(ElementDefinition::plain("List", None, ElementKind::List(list)));
    elements
}

fn columns(object: &ObjectDefinition) -> Vec<ColumnDefinition> {
    let first: &[&str] = match object.name.kind {
        ObjectKind::Catalog => &["Description", "Code"],
        ObjectKind::Document => &["Number", "Date"],
        _ => &["Period"],
    };
    let all = object.all_attributes();
    let standard = first.iter().filter(|name| all.iter().any(|a| a.name == **name)).map(|name| (*name).to_owned());
    let own = object
        .attributes
        .iter()
        .filter(|a| !a.types.is_big() && !a.types.0.contains(&twinshore_metadata::AttributeType::Text))
        .map(|a| a.name.clone());
    standard
        .chain(own)
        .take(LIST_COLUMNS)
        .map(|path| ColumnDefinition { path, title: Title::default(), read_only: false })
        .collect()
}
