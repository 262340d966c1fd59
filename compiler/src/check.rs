//! What can be checked only when everything is known: references, paths of forms, handlers, conditions.

use std::collections::BTreeMap;

use sqlparser::ast::{Expr, VisitorMut};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use twinshore_metadata::{
    AttributeType, CommandAction, Composition, Configuration, DateParts, ElementKind, FormAttribute, FormPurpose, ModuleName,
    ModulePlace, ObjectDefinition, ObjectName, Priority,
};

use crate::diagnostics::{Diagnostics, Place, closest};
use crate::forms::FormDraft;
use crate::objects::References;

/// Commands of the platform that forms may put on buttons.
pub const STANDARD_COMMANDS: [&str; 16] = [
    "write",
    "post",
    "unpost",
    "writeAndClose",
    "postAndClose",
    "close",
    "reread",
    "create",
    "createGroup",
    "copy",
    "markDeletion",
    "refresh",
    "openOffline",
    "openFromMainServer",
    "choose",
    "tryAgain",
];

/// Every referenced object exists.
pub fn references(configuration: &Configuration, references: &References, diagnostics: &mut Diagnostics) {
    for (name, place) in references {
        if configuration.object(name).is_none() {
            let known: Vec<String> = configuration.objects.keys().map(ToString::to_string).collect();
            let advice = closest(&name.to_string(), known.iter().map(String::as_str));
            diagnostics.error("unknown-object", place, format!("there is no {name} in the configuration"), advice);
        }
    }
}

/// Names that paths of a form may begin with.
fn names(owner: &ObjectDefinition, draft: &FormDraft) -> (Vec<String>, Vec<String>) {
    let mut attributes: Vec<String> = Vec::new();
    let mut tables: Vec<String> = Vec::new();
    if draft.form.purpose == FormPurpose::Item
        || owner.name.kind.prefix() == "DataProcessor"
        || owner.name.kind.prefix() == "Report"
    {
        attributes.extend(owner.all_attributes().into_iter().map(|a| a.name));
        tables.extend(owner.tables.iter().map(|t| t.name.clone()));
    }
    for attribute in &draft.form.attributes {
        match attribute {
            FormAttribute::Value(a) => attributes.push(a.name.clone()),
            FormAttribute::Table(t) => tables.push(t.name.clone()),
        }
    }
    (attributes, tables)
}

/// Paths, columns, commands and handlers of a form.
pub fn form(
    configuration: &Configuration,
    exports: &BTreeMap<ModuleName, Vec<String>>,
    draft: &FormDraft,
    diagnostics: &mut Diagnostics,
) {
    let Some(owner) = configuration.object(&draft.form.name.owner) else { return };
    let (attributes, tables) = names(owner, draft);
    let module = ModuleName::Form(draft.form.name.clone(), ModulePlace::Client);
    let exported = exports.get(&module).map(Vec::as_slice).unwrap_or_default();
    let mut handler = |name: &str, place: &Place| {
        if !exported.iter().any(|e| e == name) {
            let advice = format!("write `export function {name}(form) {{ … }}` in {}.form.client.ts", draft.form.name.form);
            diagnostics.error("no-handler", place, format!("the form's client module exports no function `{name}`"), advice);
        }
    };
    for name in draft.form.events.values() {
        handler(name, &draft.place);
    }
    for command in &draft.form.commands {
        if let CommandAction::Handler(name) = &command.action {
            handler(name, &draft.place);
        }
    }
    for (element, place) in draft.form.elements.iter().zip(&draft.places) {
        for name in element.events.values() {
            handler(name, place);
        }
    }
    for (at, (element, place)) in draft.form.elements.iter().zip(&draft.places).enumerate() {
        match &element.kind {
            ElementKind::Field { path, .. } if !attributes.contains(path) => {
                let advice = closest(path, attributes.iter().map(String::as_str));
                diagnostics.error("unknown-path", place, format!("there is no attribute `{path}` for this form"), advice);
            }
            ElementKind::Table { path, columns } => {
                let own = draft.form.attributes.iter().find_map(|a| match a {
                    FormAttribute::Table(t) if t.name == *path => Some(t),
                    _ => None,
                });
                let Some(table) = own.or_else(|| owner.table(path).filter(|_| tables.contains(path))) else {
                    let advice = closest(path, tables.iter().map(String::as_str));
                    diagnostics.error("unknown-path", place, format!("there is no table `{path}` for this form"), advice);
                    continue;
                };
                for column in columns.iter().filter(|c| table.columns.iter().all(|t| t.name != c.path)) {
                    let advice = closest(&column.path, table.columns.iter().map(|c| c.name.as_str()));
                    diagnostics.error(
                        "unknown-path",
                        place,
                        format!("the table `{path}` has no column `{}`", column.path),
                        advice,
                    );
                }
            }
            ElementKind::List(list) => {
                for path in list.columns.iter().map(|c| &c.path).chain(list.order.iter().map(|k| &k.path)) {
                    self::path(configuration, &list.object, path, place, diagnostics);
                }
                if !list.filter.is_empty() {
                    condition(configuration, &list.object, &list.filter, place, diagnostics);
                }
            }
            ElementKind::Button { command } => {
                let own = draft.form.commands.iter().chain(&owner.commands).any(|c| c.name == *command);
                if !own && !STANDARD_COMMANDS.contains(&command.as_str()) {
                    let all = draft.form.commands.iter().map(|c| c.name.as_str()).chain(STANDARD_COMMANDS);
                    diagnostics.error(
                        "unknown-command",
                        place,
                        format!("there is no command `{command}`"),
                        closest(command, all),
                    );
                }
            }
            ElementKind::Period { start, end, .. } => period(owner, draft, [start, end], place, diagnostics),
            ElementKind::Popup { .. } => popup(draft, at, place, diagnostics),
            _ => {}
        }
    }
}

/// A pop-up holds buttons and groups of buttons, and no further pop-ups: a menu in a menu is hard to hit on a phone.
fn popup(draft: &FormDraft, at: usize, place: &Place, diagnostics: &mut Diagnostics) {
    let elements = &draft.form.elements;
    let name = &elements[at].name;
    let mut inside = vec![false; elements.len()];
    inside[at] = true;
    let mut empty = true;
    for (index, element) in elements.iter().enumerate().skip(at + 1) {
        if !element.parent.is_some_and(|parent| inside[parent as usize]) {
            continue;
        }
        inside[index] = true;
        match element.kind {
            ElementKind::Button { .. } => empty = false,
            ElementKind::Group { .. } => {}
            ElementKind::Popup { .. } => {
                let advice = format!("make `{}` a group with a title", element.name);
                let message = format!("the pop-up `{}` lies in the pop-up `{name}`", element.name);
                diagnostics.error("popup", &draft.places[index], message, advice);
            }
            _ => {
                let message = format!("`{}` has no place in the pop-up `{name}`", element.name);
                diagnostics.error("popup", &draft.places[index], message, "put only commands and groups of commands into it");
            }
        }
    }
    if empty {
        let advice = "write the commands that it holds, for example `items: [copy, markDeletion]`";
        diagnostics.error("popup", place, format!("the pop-up `{name}` holds no command"), advice);
    }
}

/// The ends of a period are two attributes of one type: days, or moments.
fn period(owner: &ObjectDefinition, draft: &FormDraft, ends: [&String; 2], place: &Place, diagnostics: &mut Diagnostics) {
    if ends[0] == ends[1] {
        let message = format!("`{}` is both ends of the period", ends[0]);
        return diagnostics.error("period", place, message, "name two attributes, for example `{ start: From, end: To }`");
    }
    let own = |path: &str| {
        draft.form.attributes.iter().find_map(|a| match a {
            FormAttribute::Value(a) if a.name == path => Some(a.types.clone()),
            _ => None,
        })
    };
    let types = ends.map(|path| own(path).or_else(|| owner.attribute(path).map(|a| a.types)));
    // What is not there is told of the field.
    let [Some(start), Some(end)] = types else { return };
    for (path, types) in ends.into_iter().zip([&start, &end]) {
        if !matches!(types.single(), Some(AttributeType::Date(DateParts::Date | DateParts::DateTime))) {
            let message = format!("`{path}` is no end of a period");
            return diagnostics.error("period", place, message, "make it a `date` or a `datetime`");
        }
    }
    if start != end {
        let message = format!("`{}` and `{}` are of different types", ends[0], ends[1]);
        diagnostics.error("period", place, message, "make both `date`, or both `datetime`");
    }
}

/// Forms that both servers have and that can't be filled as they are when they are reopened (F10c).
pub fn reopening(
    composition: &Composition,
    exports: &BTreeMap<ModuleName, Vec<String>>,
    draft: &FormDraft,
    diagnostics: &mut Diagnostics,
) {
    let complex: Vec<&str> = draft.form.complex_attributes().collect();
    let on_both = composition.form_priority(&draft.form.name).is_some_and(|priority| priority != Priority::MainOnly);
    if complex.is_empty() || !on_both {
        return;
    }
    let names = complex.join(", ");
    let handler = draft.form.events.get("whenReopening").map_or("whenReopening", String::as_str);
    let module = ModuleName::Form(draft.form.name.clone(), ModulePlace::Client);
    if exports.get(&module).is_some_and(|all| all.iter().any(|name| name == handler)) {
        let message =
            format!("{names} can't be copied when the form is reopened; `{handler}` has to leave it out with `except`");
        return diagnostics.note("complex-attribute", &draft.place, message);
    }
    let advice = format!(
        "export `whenReopening(form, previous, event)` from {}.form.client.ts, call `form.fillWhenReopening(previous, {{ except: [\"{}\"] }})` in it and set `event.standardProcessing = false`",
        draft.form.name.form,
        complex.join("\", \"")
    );
    let message = format!("this form can't be reopened from the other server: {names} can't be copied");
    diagnostics.warning("complex-attribute", &draft.place, message, advice);
}

/// A dotted path from an object.
pub fn path(configuration: &Configuration, object: &ObjectName, path: &str, place: &Place, diagnostics: &mut Diagnostics) {
    let mut current = configuration.object(object);
    for name in path.split('.') {
        let Some(definition) = current else { return };
        if name == "Ref" || name == "Recorder" || name == "LineNumber" {
            return;
        }
        let Some(attribute) = definition.attribute(name) else {
            let known: Vec<String> = definition.all_attributes().into_iter().map(|a| a.name).collect();
            let advice = closest(name, known.iter().map(String::as_str));
            diagnostics.error("unknown-path", place, format!("{} has no attribute `{name}`", definition.name), advice);
            return;
        };
        let mut targets = attribute.types.references();
        current = targets.next().filter(|_| attribute.types.single().is_some()).and_then(|o| configuration.object(o));
    }
}

/// A condition over an object's attributes.
pub fn condition(configuration: &Configuration, object: &ObjectName, text: &str, place: &Place, diagnostics: &mut Diagnostics) {
    let parsed = Parser::new(&GenericDialect {}).try_with_sql(text).and_then(|mut parser| {
        let node = parser.parse_expr()?;
        parser.expect_token(&sqlparser::tokenizer::Token::EOF).map(|_| node)
    });
    let mut node = match parsed {
        Ok(node) => node,
        Err(error) => {
            return diagnostics.error(
                "condition",
                place,
                format!("`{text}` is not a condition: {error}"),
                "write for example `Date >= today() - days(90)`",
            );
        }
    };
    struct Paths(Vec<String>);
    impl VisitorMut for Paths {
        type Break = ();
        fn pre_visit_expr(&mut self, node: &mut Expr) -> std::ops::ControlFlow<()> {
            match node {
                Expr::Identifier(name) => self.0.push(name.value.clone()),
                Expr::CompoundIdentifier(names) => {
                    self.0.push(names.iter().map(|n| n.value.clone()).collect::<Vec<_>>().join("."))
                }
                _ => {}
            }
            std::ops::ControlFlow::Continue(())
        }
    }
    let mut paths = Paths(Vec::new());
    let _ = sqlparser::ast::VisitMut::visit(&mut node, &mut paths);
    for found in paths.0.iter().filter(|p| !p.starts_with("Enum.")) {
        path(configuration, object, found, place, diagnostics);
    }
}
