//! Applying the composition: what of the configuration exists on the device (C1–C17).

use std::collections::BTreeMap;

use twinshore_metadata::{
    AttributeDefinition, AttributeType, ChildKind, Composition, Configuration, ElementKind, FormAttribute, FormDefinition,
    GroupDirection, Inclusion, ObjectDefinition, ObjectKind, ObjectName, Priority,
};

/// Enumerations that attributes of included things use, and functional options that govern them, are pulled in (C17).
pub fn pull_in(composition: &mut Composition, configuration: &Configuration) {
    let mut wanted: BTreeMap<ObjectName, String> = BTreeMap::new();
    for name in composition.included.keys() {
        let Some(object) = configuration.object(name) else { continue };
        for (attribute, place) in used_attributes(object, composition) {
            for target in attribute.types.references().filter(|t| t.kind == ObjectKind::Enumeration) {
                wanted.entry(target.clone()).or_insert_with(|| place.clone());
            }
        }
    }
    for option in configuration.of_kind(ObjectKind::FunctionalOption) {
        let here = option.governs.iter().find(|governed| match &governed.child {
            Some(child) => !composition.excludes(&governed.object, child.kind, &child.name),
            None => composition.includes(&governed.object),
        });
        if let Some(governed) = here {
            wanted.insert(option.name.clone(), governed.to_string());
        }
    }
    pull_in_named(composition, wanted);
}

/// Attributes, columns and form attributes that the device has of an object, with their full names.
fn used_attributes<'o>(object: &'o ObjectDefinition, composition: &Composition) -> Vec<(&'o AttributeDefinition, String)> {
    let name = &object.name;
    let excludes = |kind, child: &str| composition.excludes(name, kind, child);
    let mut all: Vec<_> = object
        .attributes
        .iter()
        .filter(|a| !excludes(ChildKind::Attributes, &a.name) && !excludes(ChildKind::Resources, &a.name))
        .map(|a| (a, format!("{name}.{}", a.name)))
        .collect();
    for table in object.tables.iter().filter(|t| !excludes(ChildKind::Tables, &t.name)) {
        let columns = table.columns.iter().map(|c| (c, format!("{}.{}", table.name, c.name)));
        all.extend(columns.filter(|(_, p)| !excludes(ChildKind::Columns, p)).map(|(c, p)| (c, format!("{name}.{p}"))));
    }
    for form in object.forms.iter().filter(|f| !excludes(ChildKind::Forms, &f.name.form)) {
        for attribute in &form.attributes {
            match attribute {
                FormAttribute::Value(a) => all.push((a, format!("{}.{}", form.name, a.name))),
                FormAttribute::Table(t) => {
                    all.extend(t.columns.iter().map(|c| (c, format!("{}.{}.{}", form.name, t.name, c.name))));
                }
            }
        }
    }
    all
}

/// Includes these with their reasons, where they are not included already.
pub fn pull_in_named(composition: &mut Composition, wanted: BTreeMap<ObjectName, String>) {
    for (name, reason) in wanted {
        composition.included.entry(name).or_insert_with(|| Inclusion { pulled_in_by: reason, ..Inclusion::default() });
    }
}

/// The part of the configuration that the device has.
pub fn device_configuration(configuration: &Configuration, composition: &Composition) -> Configuration {
    let mut device = configuration.clone();
    device.objects.retain(|name, _| {
        composition.inclusion(name).is_some_and(|i| i.priority != Priority::MainOnly || name.kind != ObjectKind::Module)
    });
    device.modules_elsewhere = configuration
        .of_kind(ObjectKind::Module)
        .filter(|module| !device.objects.contains_key(&module.name))
        .map(|module| module.name.name.clone())
        .collect();
    for object in device.objects.values_mut() {
        reduce(object, composition);
    }
    device.roles.retain(|name, _| composition.roles.contains(name) || composition.restriction_roles.contains(name));
    for role in device.roles.values_mut() {
        role.rights.retain(|object, _| composition.includes(object));
    }
    for section in &mut device.subsystems {
        section.content.retain(|object| composition.includes(object));
    }
    device.home_page.retain(|form| composition.form_priority(form).is_some());
    if let Some((catalog, _)) = &device.users
        && !composition.includes(catalog)
    {
        device.users = None;
    }
    device
}

fn reduce(object: &mut ObjectDefinition, composition: &Composition) {
    let name = object.name.clone();
    object.attributes.retain(|a| {
        !composition.excludes(&name, ChildKind::Attributes, &a.name)
            && !composition.excludes(&name, ChildKind::Resources, &a.name)
    });
    object.tables.retain(|t| !composition.excludes(&name, ChildKind::Tables, &t.name));
    for table in &mut object.tables {
        table.columns.retain(|c| !composition.excludes(&name, ChildKind::Columns, &format!("{}.{}", table.name, c.name)));
    }
    object.commands.retain(|c| !composition.excludes(&name, ChildKind::Commands, &c.name));
    object.forms.retain(|f| !composition.excludes(&name, ChildKind::Forms, &f.name.form));
    if let Some(register) = &mut object.register {
        register.resources.retain(|r| object.attributes.iter().any(|a| a.name == *r));
    }
    let standard: Vec<String> = object.all_attributes().into_iter().map(|a| a.name).collect();
    let shape = object.clone();
    for form in &mut object.forms {
        reduce_form(form, &shape, &standard, composition);
    }
}

/// Elements of what is not here go; groups left empty vanish (C11).
fn reduce_form(form: &mut FormDefinition, object: &ObjectDefinition, attributes: &[String], composition: &Composition) {
    let own = |path: &str| form.attributes.iter().any(|a| a.name() == path);
    let table_columns = |path: &str| -> Option<Vec<String>> {
        let own = form.attributes.iter().find_map(|a| match a {
            FormAttribute::Table(t) if t.name == path => Some(t),
            _ => None,
        });
        own.or_else(|| object.table(path)).map(|t| t.columns.iter().map(|c| c.name.clone()).collect())
    };
    let mut keep: Vec<bool> = Vec::with_capacity(form.elements.len());
    let mut elements = form.elements.clone();
    for element in &mut elements {
        let here = match &mut element.kind {
            ElementKind::Field { path, .. } => own(path) || attributes.contains(path),
            ElementKind::Table { path, columns } => table_columns(path).is_some_and(|known| {
                columns.retain(|c| known.contains(&c.path));
                !columns.is_empty()
            }),
            ElementKind::List(list) => {
                let listed = list.object.clone();
                list.columns.retain(|c| {
                    let first = c.path.split('.').next().unwrap_or_default();
                    !composition.excludes(&listed, ChildKind::Attributes, first)
                });
                composition.includes(&listed)
            }
            ElementKind::Button { command } => {
                let of_object = object.commands.iter().any(|c| c.name == *command);
                let of_form = form.commands.iter().any(|c| c.name == *command);
                of_object || of_form || crate::check::STANDARD_COMMANDS.contains(&command.as_str())
            }
            ElementKind::Period { start, end, .. } => {
                let ends = [&*start, &*end].map(|path| own(path) || attributes.contains(path));
                if ends[0] != ends[1] {
                    // What is left of it is an ordinary field.
                    element.kind = ElementKind::Group { direction: GroupDirection::Vertical, collapsible: false };
                }
                ends.contains(&true)
            }
            _ => true,
        };
        keep.push(here);
    }
    drop_empty(&elements, &mut keep);
    form.elements = renumbered(elements, &keep);
}

fn drop_empty(elements: &[twinshore_metadata::ElementDefinition], keep: &mut [bool]) {
    for at in (0..elements.len()).rev() {
        let children = |at: usize| elements.iter().enumerate().filter(move |(_, e)| e.parent == u32::try_from(at).ok());
        let had = children(at).count() > 0;
        if elements[at].kind.holds_others() && had && children(at).all(|(child, _)| !keep[child]) {
            keep[at] = false;
        }
    }
}

fn renumbered(
    elements: Vec<twinshore_metadata::ElementDefinition>,
    keep: &[bool],
) -> Vec<twinshore_metadata::ElementDefinition> {
    let mut places: Vec<Option<u32>> = Vec::with_capacity(elements.len());
    let mut kept: Vec<twinshore_metadata::ElementDefinition> = Vec::new();
    for (element, keep) in elements.into_iter().zip(keep) {
        let parent = element.parent.map(|p| places.get(p as usize).copied().flatten());
        if !keep || parent == Some(None) {
            places.push(None);
            continue;
        }
        places.push(u32::try_from(kept.len()).ok());
        kept.push(twinshore_metadata::ElementDefinition { parent: parent.flatten(), ..element });
    }
    kept
}

/// Bytes a row of an object takes on the device, roughly.
pub fn row_bytes(object: &ObjectDefinition) -> u64 {
    let one = |t: &AttributeType| match t {
        AttributeType::String(length) => u64::from(*length).min(40),
        AttributeType::Text => 200,
        AttributeType::Decimal { .. } => 6,
        AttributeType::Boolean => 1,
        AttributeType::Date(_) => 19,
        AttributeType::Uuid | AttributeType::Ref(_) => 17,
        _ => 20_000,
    };
    let of =
        |all: &[AttributeDefinition]| -> u64 { all.iter().map(|a| a.types.0.iter().map(one).max().unwrap_or(0) + 1).sum() };
    18 + of(&object.all_attributes())
}
