//! The files that are not of one object: `configuration.yaml`, `subsystems.yaml`, `roles/*.yaml`, `offline.yaml`.

use twinshore_metadata::{
    ChildKind, ChildPath, Composition, Configuration, ExchangeSettings, FormName, FormPurpose, Inclusion, Language,
    ObjectDefinition, ObjectKind, ObjectName, RoleDefinition, RoleRights, SignInRules, SubsystemDefinition, Title,
};

use crate::diagnostics::{Diagnostics, Place};
use crate::forms::read_priority;
use crate::objects::{References, seconds};
use crate::reader::{Reader, check_name, entries, parse_list, parse_node};
use crate::yaml::{Content, Node};

/// Reads `configuration.yaml` into the head of a configuration; home page entries are resolved later.
pub fn read_head(
    file: &str,
    node: &Node,
    configuration: &mut Configuration,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Place)> {
    let mut reader = Reader::new(file, node, diagnostics);
    if let Some(name) = reader.text("name", diagnostics) {
        check_name(&name, reader.place(), diagnostics);
        configuration.name = name;
    } else {
        diagnostics.error("missing-key", reader.place(), "`name` is missing", "write `name: MyApp`");
    }
    configuration.title = reader.title("title", diagnostics);
    configuration.version = reader.text("version", diagnostics).unwrap_or_else(|| "1".into());
    if let Some(node) = reader.take("languages") {
        configuration.languages = match &node.content {
            Content::Map(_) => entries(file, node, diagnostics)
                .into_iter()
                .map(|(code, _, name)| Language { name: name.text().unwrap_or(&code).to_owned(), code })
                .collect(),
            _ => parse_list::<String>(file, node, diagnostics)
                .into_iter()
                .map(|code| Language { name: code.clone(), code })
                .collect(),
        };
    }
    configuration.offline_by_hand = reader.boolean("offlineByHand", true, diagnostics);
    configuration.poor_connection_by_hand = reader.boolean("poorConnectionByHand", true, diagnostics);
    if let Some(node) = reader.take("signIn") {
        configuration.sign_in = sign_in(file, node, diagnostics);
    }
    if let Some(node) = reader.take("users") {
        let mut users = Reader::new(file, node, diagnostics);
        let catalog: Option<ObjectName> = users.parsed("catalog", diagnostics);
        let attribute = users.text("attribute", diagnostics).unwrap_or_else(|| "Description".into());
        if let Some(catalog) = catalog {
            references.push((catalog.clone(), node.place(file)));
            configuration.users = Some((catalog, attribute));
        }
        users.finish(diagnostics);
    }
    let home = reader.take("home").map(|node| match &node.content {
        Content::List(items) => items.iter().filter_map(|item| Some((item.text()?.to_owned(), item.place(file)))).collect(),
        _ => Vec::new(),
    });
    reader.finish(diagnostics);
    home.unwrap_or_default()
}

fn sign_in(file: &str, node: &Node, diagnostics: &mut Diagnostics) -> SignInRules {
    let mut reader = Reader::new(file, node, diagnostics);
    let usual = SignInRules::default();
    let time = |text: Option<String>, otherwise: u64, place: &Place, diagnostics: &mut Diagnostics| match text {
        None => otherwise,
        Some(text) => seconds(&text).unwrap_or_else(|| {
            diagnostics.error("wrong-type", place, format!("`{text}` is not a time"), "write `30s`, `5m` or `never`");
            otherwise
        }),
    };
    let place = node.place(file);
    let lock = reader.text("lockAfter", diagnostics);
    let rules = SignInRules {
        offline_days: reader.parsed("offlineDays", diagnostics).unwrap_or(usual.offline_days),
        pin: reader.parsed("pin", diagnostics).unwrap_or(usual.pin),
        lock_after_s: time(lock, usual.lock_after_s, &place, diagnostics),
    };
    reader.finish(diagnostics);
    rules
}

/// Form of a home page entry: a form's full name, or an object whose list or only form is meant.
pub fn home_form(configuration: &Configuration, text: &str, place: &Place, diagnostics: &mut Diagnostics) -> Option<FormName> {
    let form = text
        .parse::<FormName>()
        .ok()
        .filter(|name| configuration.form(name).is_some())
        .or_else(|| main_form(configuration.object(&text.parse().ok()?)?));
    if form.is_none() {
        diagnostics.error(
            "unknown-form",
            place,
            format!("`{text}` is not a form and has none"),
            "name a form (`Catalog.Goods.List`) or an object that has one",
        );
    }
    form
}

/// The form that a menu item of an object opens.
pub fn main_form(object: &ObjectDefinition) -> Option<FormName> {
    [FormPurpose::List, FormPurpose::Free, FormPurpose::Item]
        .into_iter()
        .find_map(|p| object.default_form(p))
        .map(|f| f.name.clone())
}

/// Reads `subsystems.yaml`.
pub fn read_subsystems(
    file: &str,
    node: &Node,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<SubsystemDefinition> {
    let Content::List(items) = &node.content else {
        diagnostics.error(
            "wrong-type",
            &node.place(file),
            "a list of sections is expected here",
            "write `- name: Sales` lines",
        );
        return Vec::new();
    };
    let mut all = Vec::new();
    for item in items {
        let mut reader = Reader::new(file, item, diagnostics);
        let name = reader.text("name", diagnostics).unwrap_or_default();
        check_name(&name, reader.place(), diagnostics);
        let texts = reader.title("title", diagnostics);
        let icon = reader.text("icon", diagnostics).unwrap_or_default();
        let content: Vec<ObjectName> = reader.take("content").map(|n| parse_list(file, n, diagnostics)).unwrap_or_default();
        references.extend(content.iter().map(|c| (c.clone(), item.place(file))));
        reader.finish(diagnostics);
        all.push(SubsystemDefinition {
            title: if texts.is_empty() { Title::english(name.clone()) } else { texts },
            name,
            icon,
            content,
        });
    }
    all
}

/// Reads a role; conditions with their places are checked later.
pub fn read_role(
    file: &str,
    node: &Node,
    references: &mut References,
    conditions: &mut Vec<(ObjectName, String, Place)>,
    diagnostics: &mut Diagnostics,
) -> RoleDefinition {
    let mut reader = Reader::new(file, node, diagnostics);
    let name = reader.text("role", diagnostics).unwrap_or_else(|| {
        diagnostics.error(
            "no-name",
            reader.place(),
            "the file does not say which role it describes",
            "begin it with `role: Name`",
        );
        String::new()
    });
    let texts = reader.title("title", diagnostics);
    let administrator = reader.boolean("administrator", false, diagnostics);
    let mut rights = std::collections::BTreeMap::new();
    for (object, place, node) in reader.entries("rights", diagnostics) {
        match object.parse::<ObjectName>() {
            Ok(object) => {
                references.push((object.clone(), place.clone()));
                let given = read_rights(file, node, diagnostics);
                if let Some(condition) = given.read.as_ref().filter(|c| !c.is_empty()) {
                    conditions.push((object.clone(), condition.clone(), node.place(file)));
                }
                rights.insert(object, given);
            }
            Err(error) => diagnostics.error("name", &place, error.to_string(), ""),
        }
    }
    reader.finish(diagnostics);
    RoleDefinition { title: if texts.is_empty() { Title::english(name.clone()) } else { texts }, name, administrator, rights }
}

fn read_rights(file: &str, node: &Node, diagnostics: &mut Diagnostics) -> RoleRights {
    let mut rights = RoleRights::default();
    if let Content::Map(_) = &node.content {
        let mut reader = Reader::new(file, node, diagnostics);
        rights.read = match reader.take("read").map(|n| (&n.content, n)) {
            None | Some((Content::Boolean(false), _)) => None,
            Some((Content::Boolean(true), _)) => Some(String::new()),
            Some((_, n)) => parse_node(file, n, diagnostics),
        };
        rights.insert = reader.boolean("insert", false, diagnostics);
        rights.update = reader.boolean("update", false, diagnostics);
        rights.delete = reader.boolean("delete", false, diagnostics);
        rights.post = reader.boolean("post", false, diagnostics);
        rights.use_ = reader.boolean("use", false, diagnostics);
        rights.hidden = reader.list("hidden", diagnostics);
        rights.read_only = reader.list("readOnly", diagnostics);
        reader.finish(diagnostics);
        return rights;
    }
    for word in parse_list::<String>(file, node, diagnostics) {
        match word.as_str() {
            "read" => rights.read = Some(String::new()),
            "insert" => rights.insert = true,
            "update" => rights.update = true,
            "delete" => rights.delete = true,
            "post" => rights.post = true,
            "use" => rights.use_ = true,
            "all" => {
                rights = RoleRights {
                    read: Some(String::new()),
                    insert: true,
                    update: true,
                    delete: true,
                    post: true,
                    use_: true,
                    ..RoleRights::default()
                };
            }
            other => {
                let advice = crate::diagnostics::closest(other, ["read", "insert", "update", "delete", "post", "use", "all"]);
                diagnostics.error("wrong-value", &node.place(file), format!("`{other}` is not a right"), advice);
            }
        }
    }
    rights
}

/// Reads `offline.yaml` over a checked configuration (C1–C8).
pub fn read_composition(
    file: &str,
    node: &Node,
    configuration: &Configuration,
    references: &mut References,
    conditions: &mut Vec<(ObjectName, String, Place)>,
    diagnostics: &mut Diagnostics,
) -> Composition {
    let mut reader = Reader::new(file, node, diagnostics);
    let mut composition =
        Composition { exchange: read_exchange(file, reader.take("exchange"), diagnostics), ..Composition::default() };
    for (text, place, node) in reader.entries("use", diagnostics) {
        let object: ObjectName = match text.parse() {
            Ok(object) => object,
            Err(error) => {
                diagnostics.error("name", &place, format!("{error}"), "");
                continue;
            }
        };
        references.push((object.clone(), place));
        let Some(definition) = configuration.object(&object) else { continue };
        let inclusion = read_inclusion(file, node, definition, diagnostics);
        if !inclusion.keep.is_empty() {
            conditions.push((object.clone(), inclusion.keep.clone(), node.place(file)));
        }
        composition.included.insert(object, inclusion);
    }
    composition.roles = known_roles(reader.list("roles", diagnostics), configuration, reader.place(), diagnostics);
    composition.restriction_roles =
        known_roles(reader.list("restrictionRoles", diagnostics), configuration, reader.place(), diagnostics);
    reader.finish(diagnostics);
    composition
}

fn known_roles(names: Vec<String>, configuration: &Configuration, place: &Place, diagnostics: &mut Diagnostics) -> Vec<String> {
    for name in names.iter().filter(|n| !configuration.roles.contains_key(*n)) {
        let advice = crate::diagnostics::closest(name, configuration.roles.keys().map(String::as_str));
        diagnostics.error("unknown-role", place, format!("there is no role `{name}`"), advice);
    }
    names
}

fn read_exchange(file: &str, node: Option<&Node>, diagnostics: &mut Diagnostics) -> ExchangeSettings {
    let mut settings = ExchangeSettings::default();
    let Some(node) = node else { return settings };
    let mut reader = Reader::new(file, node, diagnostics);
    settings.plan = reader.text("plan", diagnostics).unwrap_or_default();
    settings.on_change = reader.boolean("onChange", true, diagnostics);
    settings.transaction_items =
        reader.parsed("transactionItems", diagnostics).unwrap_or(settings.transaction_items).clamp(1, 5_000);
    for (key, target) in
        [("period", &mut settings.period_s), ("dropInactiveNodesAfter", &mut settings.drop_inactive_nodes_after_s)]
    {
        if let Some(text) = reader.text(key, diagnostics) {
            match seconds(&text) {
                Some(seconds) => *target = seconds,
                None => diagnostics.error(
                    "wrong-value",
                    reader.place(),
                    format!("`{text}` is not a time"),
                    "write 300s, 5m, 2h, 1d or never",
                ),
            }
        }
    }
    reader.finish(diagnostics);
    settings
}

fn read_inclusion(file: &str, node: &Node, object: &ObjectDefinition, diagnostics: &mut Diagnostics) -> Inclusion {
    let mut reader = Reader::new(file, node, diagnostics);
    let except: Vec<ChildPath> = reader.list("except", diagnostics);
    let only: Option<Vec<ChildPath>> = reader.take("only").map(|n| parse_list(file, n, diagnostics));
    let include: Vec<ChildPath> = reader.list("include", diagnostics);
    let place = reader.place().clone();
    for path in except.iter().chain(only.iter().flatten()).chain(&include) {
        check_child(object, path, &place, diagnostics);
    }
    let mut inclusion =
        Inclusion { priority: read_priority(&mut reader, diagnostics).unwrap_or_default(), except, ..Inclusion::default() };
    inclusion.keep = reader.text("keep", diagnostics).unwrap_or_default();
    if let Some(only) = &only {
        inclusion
            .except
            .extend(children(object).into_iter().filter(|c| only.iter().any(|o| o.kind == c.kind) && !only.contains(c)));
    }
    keep_big_things_away(
        object,
        &mut inclusion,
        |path| include.contains(path) || only.as_ref().is_some_and(|o| o.contains(path)),
        &place,
        diagnostics,
    );
    inclusion.form_priorities = object.forms.iter().filter_map(|f| Some((f.name.form.clone(), f.priority?))).collect();
    inclusion.except.sort();
    inclusion.except.dedup();
    reader.finish(diagnostics);
    inclusion
}

/// What is big stays off the device unless it is asked for (C5).
fn keep_big_things_away(
    object: &ObjectDefinition,
    inclusion: &mut Inclusion,
    asked: impl Fn(&ChildPath) -> bool,
    place: &Place,
    diagnostics: &mut Diagnostics,
) {
    // A constant has one value: it is in or the constant is out.
    if object.name.kind == ObjectKind::Constant {
        return;
    }
    let attributes = object.attributes.iter().map(|a| (a, ChildKind::Attributes, a.name.clone()));
    let columns = object
        .tables
        .iter()
        .flat_map(|t| t.columns.iter().map(move |c| (c, ChildKind::Columns, format!("{}.{}", t.name, c.name))));
    for (_, kind, name) in attributes.chain(columns).filter(|(a, ..)| a.types.is_big()) {
        let path = ChildPath { kind, name };
        if !asked(&path) && !inclusion.except.contains(&path) {
            let message =
                format!("{}.{} is big and stays on the main server; `include: [{path}]` brings it in", object.name, path.name);
            diagnostics.note("big-attribute", place, message);
            inclusion.except.push(path);
        }
    }
}

fn children(object: &ObjectDefinition) -> Vec<ChildPath> {
    let path = |kind, name: &str| ChildPath { kind, name: name.to_owned() };
    let is_key = |name: &String| object.register.as_ref().is_some_and(|r| r.dimensions.contains(name));
    let mut all: Vec<ChildPath> =
        object.attributes.iter().filter(|a| !is_key(&a.name)).map(|a| path(ChildKind::Attributes, &a.name)).collect();
    for table in &object.tables {
        all.push(path(ChildKind::Tables, &table.name));
        all.extend(table.columns.iter().map(|c| path(ChildKind::Columns, &format!("{}.{}", table.name, c.name))));
    }
    all.extend(object.forms.iter().map(|f| path(ChildKind::Forms, &f.name.form)));
    all.extend(object.commands.iter().map(|c| path(ChildKind::Commands, &c.name)));
    if let Some(register) = &object.register {
        all.extend(register.resources.iter().map(|r| path(ChildKind::Resources, r)));
    }
    all
}

/// What functional options govern exists.
pub fn check_governed(configuration: &Configuration, diagnostics: &mut Diagnostics) {
    for option in configuration.of_kind(ObjectKind::FunctionalOption) {
        let place = Place::file(format!("{}/{1}/{1}.yaml", option.name.kind.folder(), option.name.name));
        for governed in &option.governs {
            let (Some(object), Some(child)) = (configuration.object(&governed.object), &governed.child) else { continue };
            let mut known: Vec<String> = children(object).iter().map(ToString::to_string).collect();
            known.extend(object.forms.iter().flat_map(|f| &f.commands).map(|c| format!("commands.{}", c.name)));
            if !known.contains(&child.to_string()) {
                let advice = crate::diagnostics::closest(&child.to_string(), known.iter().map(String::as_str));
                diagnostics.error("unknown-child", &place, format!("{} has no {child}", object.name), advice);
            }
        }
    }
}

fn check_child(object: &ObjectDefinition, path: &ChildPath, place: &Place, diagnostics: &mut Diagnostics) {
    let all = children(object);
    if path.kind == ChildKind::Attributes && object.standard_attributes().iter().any(|a| a.name == path.name) {
        diagnostics.error(
            "standard-attribute",
            place,
            format!("{} is a standard attribute; it can't be excluded", path.name),
            "",
        );
    } else if path.kind == ChildKind::Attributes && object.register.as_ref().is_some_and(|r| r.dimensions.contains(&path.name))
    {
        let message = format!("{} is a dimension: it tells records apart, so it can't be excluded", path.name);
        diagnostics.error("dimension", place, message, "");
    } else if !all.contains(path) {
        let known: Vec<String> = all.iter().map(ToString::to_string).collect();
        let advice = crate::diagnostics::closest(&path.to_string(), known.iter().map(String::as_str));
        diagnostics.error("unknown-child", place, format!("{} has no {path}", object.name), advice);
    }
}
