//! Object files: `catalogs/Goods/Goods.yaml` and the like.

use twinshore_metadata::{
    AttributeDefinition, Bundle, CodeDefinition, CommandAction, CommandDefinition, CommandTarget, EnumerationValue, Governed,
    NumberPeriod, ObjectDefinition, ObjectKind, ObjectName, OnMainServerUnavailable, PredefinedItem, RegisterDetails,
    RegisterKind, ScheduledJobDetails, TableDefinition, Title, TypeSet, Value,
};

use crate::diagnostics::{Diagnostics, Place, closest};
use crate::reader::{Reader, check_name, entries, parse_list, parse_node, title};
use crate::yaml::{Content, Node};

/// References to other objects, to be checked when all are known.
pub type References = Vec<(ObjectName, Place)>;

/// First key of an object file, by kind.
pub const fn kind_key(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Catalog => "catalog",
        ObjectKind::Document => "document",
        ObjectKind::Enumeration => "enum",
        ObjectKind::Constant => "constant",
        ObjectKind::AccumulationRegister => "accumulationRegister",
        ObjectKind::InformationRegister => "informationRegister",
        ObjectKind::Report => "report",
        ObjectKind::DataProcessor => "dataProcessor",
        ObjectKind::CommonForm => "commonForm",
        ObjectKind::Module => "module",
        ObjectKind::ExchangePlan => "exchangePlan",
        ObjectKind::ScheduledJob => "scheduledJob",
        ObjectKind::FunctionalOption => "functionalOption",
        ObjectKind::SessionParameter => "sessionParameter",
    }
}

/// Reads an object.
pub fn read(
    kind: ObjectKind,
    folder: &str,
    file: &str,
    node: &Node,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> ObjectDefinition {
    let mut reader = Reader::new(file, node, diagnostics);
    let name = reader.text(kind_key(kind), diagnostics).unwrap_or_else(|| {
        let message = format!("the file does not say what it describes; begin it with `{}: {folder}`", kind_key(kind));
        diagnostics.error("no-name", reader.place(), message, "");
        folder.to_owned()
    });
    check_name(&name, reader.place(), diagnostics);
    if name != folder {
        diagnostics.error("name", reader.place(), format!("`{name}` lies in the folder `{folder}`"), "give both the same name");
    }
    let mut object = ObjectDefinition::new(ObjectName::new(kind, name));
    let texts = reader.title("title", diagnostics);
    if !texts.is_empty() {
        object.title = texts;
    }
    object.item_title = reader.title("itemTitle", diagnostics);
    match kind {
        ObjectKind::Catalog => {
            read_catalog(&mut object, file, &mut reader, diagnostics);
            object.based_on = referenced(&mut reader, "basedOn", file, references, diagnostics);
        }
        ObjectKind::Document => {
            object.code = reader.take("number").map(|node| read_code(file, node, diagnostics));
            object.posts_to = referenced(&mut reader, "postsTo", file, references, diagnostics);
            object.based_on = referenced(&mut reader, "basedOn", file, references, diagnostics);
        }
        ObjectKind::Enumeration => object.values = read_values(&object.name, file, &mut reader, diagnostics),
        ObjectKind::Constant => read_value(&mut object, file, &mut reader, references, diagnostics),
        ObjectKind::SessionParameter => {
            read_value(&mut object, file, &mut reader, references, diagnostics);
            object.client_may_read = reader.boolean("client", false, diagnostics);
        }
        ObjectKind::FunctionalOption => {
            // C17: off until it is known to be on.
            object.attributes =
                vec![AttributeDefinition::new("Value", TypeSet::one(twinshore_metadata::AttributeType::Boolean))];
            object.governs = read_governed(&mut reader, file, references, diagnostics);
        }
        ObjectKind::AccumulationRegister | ObjectKind::InformationRegister => {
            read_register(&mut object, kind, file, &mut reader, references, diagnostics)
        }
        ObjectKind::Module => object.server_call = reader.boolean("serverCall", false, diagnostics),
        ObjectKind::ExchangePlan => {
            object.plan_content = read_content(&mut reader, file, references, diagnostics);
        }
        ObjectKind::ScheduledJob => object.scheduled_job = read_job(&mut reader, diagnostics),
        ObjectKind::Report | ObjectKind::DataProcessor | ObjectKind::CommonForm => {}
    }
    if kind.is_stored_object() || matches!(kind, ObjectKind::Report | ObjectKind::DataProcessor) {
        object.attributes = read_attributes("attributes", file, &mut reader, references, diagnostics);
        object.tables = read_tables("tables", file, &mut reader, references, diagnostics);
        object.commands = read_commands(file, &mut reader, references, diagnostics);
    }
    check_duplicates(&object, reader.place(), diagnostics);
    reader.finish(diagnostics);
    object
}

fn read_catalog(object: &mut ObjectDefinition, file: &str, reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) {
    object.code = reader.take("code").map(|node| read_code(file, node, diagnostics));
    object.description_length = reader.parsed("description", diagnostics).unwrap_or(100);
    object.hierarchical = reader.boolean("hierarchical", false, diagnostics);
    for (name, place, node) in reader.entries("predefined", diagnostics) {
        check_name(&name, &place, diagnostics);
        let mut item = Reader::new(file, node, diagnostics);
        let texts = item.title("description", diagnostics);
        object.predefined.push(PredefinedItem {
            id: Bundle::fixed_id(&object.name, &name),
            code: item.text("code", diagnostics),
            description: if texts.is_empty() { Title::english(name.clone()) } else { texts },
            is_group: item.boolean("group", false, diagnostics),
            name,
        });
        item.finish(diagnostics);
    }
}

fn read_code(file: &str, node: &Node, diagnostics: &mut Diagnostics) -> CodeDefinition {
    let mut reader = Reader::new(file, node, diagnostics);
    let length = match reader.types("type", diagnostics) {
        Some(TypeSet(types)) => match types.as_slice() {
            [twinshore_metadata::AttributeType::String(length)] => *length,
            _ => {
                diagnostics.error("wrong-value", &node.place(file), "codes and numbers are texts", "write `type: string(9)`");
                9
            }
        },
        None => 9,
    };
    let auto = reader.boolean("auto", true, diagnostics);
    let reset = match reader.text("reset", diagnostics).as_deref() {
        None | Some("never") => NumberPeriod::Never,
        Some("year") => NumberPeriod::Year,
        Some("month") => NumberPeriod::Month,
        Some("day") => NumberPeriod::Day,
        Some(other) => {
            diagnostics.error(
                "wrong-value",
                reader.place(),
                format!("`{other}` is not a period"),
                "known: never, year, month, day",
            );
            NumberPeriod::Never
        }
    };
    reader.finish(diagnostics);
    CodeDefinition { length, auto, reset }
}

fn read_values(
    object: &ObjectName,
    file: &str,
    reader: &mut Reader<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<EnumerationValue> {
    let Some(node) = reader.take("values") else { return Vec::new() };
    let named: Vec<(String, Place, Title)> = match &node.content {
        Content::List(items) => {
            items.iter().filter_map(|item| Some((item.text()?.to_owned(), item.place(file), Title::default()))).collect()
        }
        _ => entries(file, node, diagnostics)
            .into_iter()
            .map(|(name, place, node)| (name, place, title(file, node, diagnostics)))
            .collect(),
    };
    named
        .into_iter()
        .map(|(name, place, texts)| {
            check_name(&name, &place, diagnostics);
            let title = if texts.is_empty() { Title::english(name.clone()) } else { texts };
            EnumerationValue { id: Bundle::fixed_id(object, &name), title, name }
        })
        .collect()
}

fn read_value(
    object: &mut ObjectDefinition,
    file: &str,
    reader: &mut Reader<'_>,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) {
    let place = reader.place().clone();
    let types = reader.types("type", diagnostics).unwrap_or_else(|| {
        diagnostics.error("missing-key", &place, "`type` is missing", "write `type: string(100)`");
        TypeSet(vec![twinshore_metadata::AttributeType::Text])
    });
    references.extend(types.references().map(|r| (r.clone(), place.clone())));
    let mut attribute = AttributeDefinition::new("Value", types);
    attribute.title = object.title.clone();
    attribute.default = reader.take("default").and_then(|node| default_value(file, node, &attribute, diagnostics));
    object.attributes = vec![attribute];
}

fn read_register(
    object: &mut ObjectDefinition,
    kind: ObjectKind,
    file: &str,
    reader: &mut Reader<'_>,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) {
    let dimensions = read_attributes("dimensions", file, reader, references, diagnostics);
    let resources = read_attributes("resources", file, reader, references, diagnostics);
    let register_kind = if kind == ObjectKind::InformationRegister {
        RegisterKind::Information
    } else {
        match reader.text("kind", diagnostics).as_deref() {
            None | Some("balance") => RegisterKind::Balance,
            Some("turnover") => RegisterKind::Turnover,
            Some(other) => {
                diagnostics.error(
                    "wrong-value",
                    reader.place(),
                    format!("`{other}` is not a kind of register"),
                    "known: balance, turnover",
                );
                RegisterKind::Balance
            }
        }
    };
    let periodic = kind == ObjectKind::InformationRegister && reader.boolean("periodic", false, diagnostics);
    let names = |all: &[AttributeDefinition]| all.iter().map(|a| a.name.clone()).collect();
    object.register =
        Some(RegisterDetails { kind: register_kind, dimensions: names(&dimensions), resources: names(&resources), periodic });
    object.attributes = dimensions
        .into_iter()
        .chain(resources)
        .chain(read_attributes("attributes", file, reader, references, diagnostics))
        .collect();
}

fn read_job(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Option<ScheduledJobDetails> {
    let module = reader.text("module", diagnostics)?;
    let method = reader.text("method", diagnostics)?;
    let every_s = reader.text("every", diagnostics).and_then(|text| seconds(&text)).unwrap_or(3600);
    Some(ScheduledJobDetails { module, method, every_s })
}

/// `300s`, `5m`, `2h`, `1d`, `never` (0) or plain seconds.
pub fn seconds(text: &str) -> Option<u64> {
    if text == "never" {
        return Some(0);
    }
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

fn referenced(
    reader: &mut Reader<'_>,
    key: &'static str,
    file: &str,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<ObjectName> {
    let Some(node) = reader.take(key) else { return Vec::new() };
    let all: Vec<ObjectName> = parse_list(file, node, diagnostics);
    references.extend(all.iter().map(|name| (name.clone(), node.place(file))));
    all
}

fn read_governed(
    reader: &mut Reader<'_>,
    file: &str,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<Governed> {
    let Some(node) = reader.take("governs") else { return Vec::new() };
    let all: Vec<Governed> = parse_list(file, node, diagnostics);
    references.extend(all.iter().map(|governed| (governed.object.clone(), node.place(file))));
    all
}

/// Content of an exchange plan: a list, or objects with how their changes are noted: `auto` or `byCode` (X1).
fn read_content(
    reader: &mut Reader<'_>,
    file: &str,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<(ObjectName, bool)> {
    let Some(node) = reader.take("content") else { return Vec::new() };
    let mut content: Vec<(ObjectName, bool)> = Vec::new();
    if !matches!(node.content, Content::Map(_)) {
        content.extend(parse_list(file, node, diagnostics).into_iter().map(|name| (name, true)));
    } else {
        for (name, place, how) in entries(file, node, diagnostics) {
            let by_itself = match how.text() {
                Some("auto") => true,
                Some("byCode") => false,
                _ => {
                    let advice = "known: auto, byCode";
                    diagnostics.error("wrong-value", &how.place(file), "how changes are noted is expected here", advice);
                    continue;
                }
            };
            match name.parse() {
                Ok(name) => content.push((name, by_itself)),
                Err(error) => diagnostics.error("name", &place, format!("{error}"), ""),
            }
        }
    }
    references.extend(content.iter().map(|(name, _)| (name.clone(), node.place(file))));
    content
}

/// Attributes of an object, a form or a register.
pub fn read_attributes(
    key: &'static str,
    file: &str,
    reader: &mut Reader<'_>,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<AttributeDefinition> {
    reader
        .entries(key, diagnostics)
        .into_iter()
        .map(|(name, place, node)| read_attribute(&name, &place, file, node, references, diagnostics))
        .collect()
}

/// One attribute: its type alone, or keys.
pub fn read_attribute(
    name: &str,
    place: &Place,
    file: &str,
    node: &Node,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> AttributeDefinition {
    check_name(name, place, diagnostics);
    let missing = TypeSet(vec![twinshore_metadata::AttributeType::Text]);
    if !matches!(node.content, Content::Map(_)) {
        let types: Vec<_> = parse_list(file, node, diagnostics);
        if types.is_empty() && node.content == Content::Null {
            diagnostics.error("missing-key", place, format!("`{name}` has no type"), format!("write `{name}: string(50)`"));
        }
        let types = if types.is_empty() { missing } else { TypeSet(types) };
        references.extend(types.references().map(|r| (r.clone(), node.place(file))));
        return AttributeDefinition::new(name, types);
    }
    let mut reader = Reader::new(file, node, diagnostics);
    let written = reader.take("type");
    let types = written
        .map(|node| TypeSet(parse_list(file, node, diagnostics)))
        .filter(|types| !types.0.is_empty())
        .unwrap_or_else(|| {
            if written.is_none() {
                diagnostics.error(
                    "missing-key",
                    place,
                    format!("`{name}` has no type"),
                    format!("write `{name}: {{ type: string(50) }}`"),
                );
            }
            missing
        });
    let type_place = written.unwrap_or(node).place(file);
    references.extend(types.references().map(|r| (r.clone(), type_place.clone())));
    let mut attribute = AttributeDefinition::new(name, types);
    let texts = reader.title("title", diagnostics);
    if !texts.is_empty() {
        attribute.title = texts;
    }
    attribute.required = reader.boolean("required", false, diagnostics);
    attribute.index = reader.boolean("index", false, diagnostics);
    attribute.read_only = reader.boolean("readOnly", false, diagnostics);
    attribute.min = reader.parsed("min", diagnostics);
    attribute.max = reader.parsed("max", diagnostics);
    attribute.default = reader.take("default").and_then(|node| default_value(file, node, &attribute, diagnostics));
    reader.finish(diagnostics);
    attribute
}

fn default_value(file: &str, node: &Node, attribute: &AttributeDefinition, diagnostics: &mut Diagnostics) -> Option<Value> {
    use twinshore_metadata::text::{Locale, parse};
    let text: String = parse_node(file, node, diagnostics)?;
    if let Some(object) = attribute.types.references().find(|o| o.kind == ObjectKind::Enumeration) {
        return Some(Value::Ref(twinshore_metadata::Ref::new(object.clone(), Bundle::fixed_id(object, &text))));
    }
    match parse(&text, &attribute.types, &Locale::of("en")) {
        Ok(value) => Some(value),
        Err(error) => {
            diagnostics.error(
                "wrong-value",
                &node.place(file),
                format!("`{text}` can't be the value of `{}`: {error}", attribute.name),
                "",
            );
            None
        }
    }
}

/// Tabular sections.
pub fn read_tables(
    key: &'static str,
    file: &str,
    reader: &mut Reader<'_>,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<TableDefinition> {
    let mut all = Vec::new();
    for (name, place, node) in reader.entries(key, diagnostics) {
        check_name(&name, &place, diagnostics);
        let mut title = Title::english(name.clone());
        let mut columns = Vec::new();
        for (column, place, node) in entries(file, node, diagnostics) {
            if column == "title" {
                title = crate::reader::title(file, node, diagnostics);
            } else {
                columns.push(read_attribute(&column, &place, file, node, references, diagnostics));
            }
        }
        all.push(TableDefinition { name, title, columns });
    }
    all
}

/// Commands of an object or a form.
pub fn read_commands(
    file: &str,
    reader: &mut Reader<'_>,
    references: &mut References,
    diagnostics: &mut Diagnostics,
) -> Vec<CommandDefinition> {
    let mut all = Vec::new();
    for (name, place, node) in reader.entries("commands", diagnostics) {
        check_name(&name, &place, diagnostics);
        let mut reader = Reader::new(file, node, diagnostics);
        let texts = reader.title("title", diagnostics);
        let action = match (reader.text("handler", diagnostics), reader.take("form")) {
            (None, Some(form)) => match parse_node(file, form, diagnostics) {
                Some(form) => CommandAction::OpenForm(form),
                None => continue,
            },
            (Some(handler), _) => CommandAction::Handler(handler),
            (None, None) => CommandAction::Handler(name.clone()),
        };
        let target = reader.take("target").and_then(|node| {
            let object: ObjectName = parse_node(file, node, diagnostics)?;
            references.push((object.clone(), node.place(file)));
            Some(object)
        });
        all.push(CommandDefinition {
            title: if texts.is_empty() { Title::english(name.clone()) } else { texts },
            action,
            target: target.map_or(CommandTarget::None, CommandTarget::Object),
            on_main_server_unavailable: unavailable(&mut reader, diagnostics),
            name,
        });
        reader.finish(diagnostics);
    }
    all
}

/// `onMainServerUnavailable` of an element or a command (F5).
pub fn unavailable(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> OnMainServerUnavailable {
    match reader.text("onMainServerUnavailable", diagnostics).as_deref() {
        None | Some("auto") => OnMainServerUnavailable::Auto,
        Some("makeInaccessible") => OnMainServerUnavailable::MakeInaccessible,
        Some("dontChangeBehavior") => OnMainServerUnavailable::DontChangeBehavior,
        Some(other) => {
            let advice = closest(other, ["auto", "makeInaccessible", "dontChangeBehavior"]);
            diagnostics.error("wrong-value", reader.place(), format!("`{other}` is not a behaviour"), advice);
            OnMainServerUnavailable::Auto
        }
    }
}

fn check_duplicates(object: &ObjectDefinition, place: &Place, diagnostics: &mut Diagnostics) {
    let mut names: Vec<String> = object.all_attributes().into_iter().map(|a| a.name).collect();
    names.extend(object.tables.iter().map(|t| t.name.clone()));
    names.push("Ref".into());
    names.sort();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        diagnostics.error(
            "duplicate",
            place,
            format!("{} has two things called `{}`", object.name, pair[0]),
            "standard attributes count too; rename one",
        );
    }
}
