//! Code of the stand-alone server that names what stays on the main server (C10, C14): it compiles, and the line is told.
//! What it uses by name and comes by itself is found here too (C17).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, TableFactor, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use twinshore_metadata::{ChildKind, Composition, Configuration, ObjectDefinition, ObjectKind, ObjectName, Priority};

use crate::diagnostics::{Diagnostics, Place};
use crate::modules::Compiled;

/// Globals whose members are objects of a kind.
const COLLECTIONS: [(&str, ObjectKind); 7] = [
    ("Catalogs", ObjectKind::Catalog),
    ("Documents", ObjectKind::Document),
    ("Enums", ObjectKind::Enumeration),
    ("Constants", ObjectKind::Constant),
    ("AccumulationRegisters", ObjectKind::AccumulationRegister),
    ("InformationRegisters", ObjectKind::InformationRegister),
    ("FunctionalOptions", ObjectKind::FunctionalOption),
];

fn collected(object: &str, member: &str) -> Option<ObjectName> {
    let (_, kind) = COLLECTIONS.iter().find(|(name, _)| *name == object)?;
    Some(ObjectName::new(*kind, member))
}

/// Enumerations and functional options that code of the device names, each with the first line that does.
pub fn wanted<'m>(modules: impl Iterator<Item = &'m Compiled>, configuration: &Configuration) -> BTreeMap<ObjectName, String> {
    let mut wanted: BTreeMap<ObjectName, String> = BTreeMap::new();
    for used in modules.flat_map(|module| &module.uses) {
        let Some(object) = collected(&used.object, &used.member) else { continue };
        let comes = matches!(object.kind, ObjectKind::Enumeration | ObjectKind::FunctionalOption);
        if comes && configuration.object(&object).is_some() {
            let line = format!("{}:{}", used.place.file, used.place.line);
            wanted.entry(object).and_modify(|known| *known = line.clone().min(known.clone())).or_insert(line);
        }
    }
    wanted
}

/// Warns of every line of a module of the stand-alone server that names what is not there.
pub fn warn(module: &Compiled, configuration: &Configuration, composition: &Composition, diagnostics: &mut Diagnostics) {
    for used in &module.uses {
        let common = ObjectName::new(ObjectKind::Module, used.object.clone());
        if configuration.object(&common).is_some() {
            if composition.priority(&common).is_none_or(|p| p == Priority::MainOnly) {
                let advice = format!("call it as MainServer.{}.{}(…), or include it in offline.yaml", used.object, used.member);
                not_here(&common, "call", &used.place, advice, diagnostics);
            }
            continue;
        }
        if let Some(object) = collected(&used.object, &used.member)
            && configuration.object(&object).is_some()
            && !composition.includes(&object)
        {
            let advice =
                format!("put it between `//#if !MobileApplicationServer` and `//#endif`, or include {object} in offline.yaml");
            not_here(&object, "line", &used.place, advice, diagnostics);
        }
    }
    for query in &module.queries {
        Query { configuration, composition, place: &query.place, diagnostics }.check(&query.text);
    }
}

fn not_here(object: &ObjectName, what: &str, place: &Place, advice: String, diagnostics: &mut Diagnostics) {
    let message = format!("{object} is not on the stand-alone server; this {what} will throw NotInComposition there");
    diagnostics.warning("not-in-composition", place, message, advice);
}

/// Names of a query: tables with the names they go by, and paths.
#[derive(Default)]
struct Names {
    tables: Vec<(Vec<String>, String)>,
    paths: Vec<Vec<String>>,
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, .. } = factor {
            let names: Vec<String> = name.0.iter().filter_map(|p| p.as_ident()).map(|i| i.value.clone()).collect();
            let known_as = alias.as_ref().map_or_else(|| names.last().cloned().unwrap_or_default(), |a| a.name.value.clone());
            self.tables.push((names, known_as));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, node: &Expr) -> ControlFlow<()> {
        match node {
            Expr::Identifier(name) => self.paths.push(vec![name.value.clone()]),
            Expr::CompoundIdentifier(names) => self.paths.push(names.iter().map(|n| n.value.clone()).collect()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

struct Query<'c> {
    configuration: &'c Configuration,
    composition: &'c Composition,
    place: &'c Place,
    diagnostics: &'c mut Diagnostics,
}

impl Query<'_> {
    /// A text that is no query is told when it runs.
    fn check(&mut self, text: &str) {
        let Ok(statements) = Parser::parse_sql(&GenericDialect {}, text) else { return };
        let mut names = Names::default();
        for statement in &statements {
            let _ = statement.visit(&mut names);
        }
        let mut tables: Vec<(&ObjectDefinition, Option<&str>, &str)> = Vec::new();
        for (table, known_as) in &names.tables {
            let [kind, name, rest @ ..] = table.as_slice() else { continue };
            let Some(object) =
                format!("{kind}.{name}").parse().ok().and_then(|name: ObjectName| self.configuration.object(&name))
            else {
                continue;
            };
            if !self.composition.includes(&object.name) {
                let advice = format!("ask the main server through MainServer, or include {} in offline.yaml", object.name);
                not_here(&object.name, "query", self.place, advice, self.diagnostics);
                continue;
            }
            let section = rest.first().map(String::as_str).filter(|section| object.table(section).is_some());
            tables.push((object, section, known_as));
        }
        for path in &names.paths {
            self.path(&tables, path);
        }
    }

    fn path(&mut self, tables: &[(&ObjectDefinition, Option<&str>, &str)], path: &[String]) {
        let named = tables.iter().find(|(_, _, known_as)| path.len() > 1 && path[0] == *known_as);
        let rest = if named.is_some() { &path[1..] } else { path };
        let candidates = tables.iter().filter(|table| named.is_none_or(|n| n.2 == table.2));
        for (object, section, _) in candidates {
            if self.follow(object, *section, rest) {
                return;
            }
        }
    }

    /// True if the path begins in this table.
    fn follow(&mut self, object: &ObjectDefinition, section: Option<&str>, path: &[String]) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        let attribute = match section {
            Some(section) => object.table(section).and_then(|t| t.columns.iter().find(|c| c.name == *first)).cloned(),
            None => object.attribute(first),
        };
        let Some(attribute) = attribute else { return false };
        let excluded = match section {
            Some(section) => self.composition.excludes(&object.name, ChildKind::Columns, &format!("{section}.{first}")),
            None => {
                self.composition.excludes(&object.name, ChildKind::Attributes, first)
                    || self.composition.excludes(&object.name, ChildKind::Resources, first)
            }
        };
        if excluded {
            let message = format!(
                "{}.{first} is not on the stand-alone server; this query will throw NotInComposition there",
                object.name
            );
            let advice = "leave it out there with `//#if !MobileApplicationServer`, or include it in offline.yaml";
            self.diagnostics.warning("not-in-composition", self.place, message, advice);
            return true;
        }
        let Some(next) = rest.first() else { return true };
        let mut targets = attribute.types.references();
        let Some(target) = targets.next().filter(|_| attribute.types.single().is_some()) else { return true };
        if target.kind == ObjectKind::Enumeration {
            return true;
        }
        if !self.composition.includes(target) {
            let message = format!(
                "{target} is not on the stand-alone server: {first}.{next} is NULL there (only the reference itself is known)"
            );
            let advice = format!("use {first} alone, or include {target} in offline.yaml");
            self.diagnostics.warning("external-path", self.place, message, advice);
            return true;
        }
        if let Some(object) = self.configuration.object(target) {
            self.follow(object, None, rest);
        }
        true
    }
}
