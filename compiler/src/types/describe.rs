//! A configuration as declarations.

use std::fmt::Write as _;

use twinshore_metadata::{
    AttributeDefinition, AttributeType, Configuration, FormAttribute, FormDefinition, FormPurpose, ModuleName, ModulePlace,
    ObjectDefinition, ObjectKind, ObjectName, TableDefinition, Title, TypeSet,
};

use super::Modules;
use super::signatures::Signature;

const HEAD: &str = "// Written by `twinshore types`; changes here are lost.\n";

/// Names that can't be declared as a constant.
const RESERVED: [&str; 47] = [
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Who is told a type: who reads a value, or who gives one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Reading,
    Giving,
}

/// Writes declarations of a configuration.
pub(super) struct Describer<'c> {
    pub(super) configuration: &'c Configuration,
    pub(super) modules: &'c Modules,
}

impl Describer<'_> {
    fn objects(&self) -> impl Iterator<Item = &ObjectDefinition> {
        self.configuration.objects.values()
    }

    fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &ObjectDefinition> {
        self.objects().filter(move |object| object.name.kind == kind)
    }

    fn forms(&self) -> impl Iterator<Item = (&ObjectDefinition, &FormDefinition)> {
        self.objects().flat_map(|object| object.forms.iter().map(move |form| (object, form)))
    }

    /// What both sides have: the shapes of items, rows and forms.
    pub(super) fn both(&self) -> String {
        let mut out = HEAD.to_owned();
        let referable = || self.objects().filter(|object| object.name.kind.has_references());
        interface(&mut out, "Attributes of items, by full name of the object.", "ItemAttributes", |out| {
            for object in referable() {
                member(out, &object.title, &object.name, &fields(&object.all_attributes(), For::Reading));
            }
        });
        interface(&mut out, "What a new item is made of.", "ItemValues", |out| {
            for object in referable() {
                let tables = object.tables.iter().map(|table| given_rows(&table.name, &table_name(&object.name, &table.name)));
                let all = join([fields(&object.all_attributes(), For::Giving), tables.collect()]);
                member(out, &object.title, &object.name, &all);
            }
        });
        interface(&mut out, "Tabular sections of items.", "ItemTables", |out| {
            for object in referable() {
                member(out, &object.title, &object.name, &tables(&object.name, &object.tables));
            }
        });
        for (name, comment, purpose) in
            [("Rows", "Rows of tables.", For::Reading), ("RowValues", "What a new row is made of.", For::Giving)]
        {
            interface(&mut out, comment, name, |out| self.rows(out, purpose));
        }
        interface(&mut out, "Data of forms.", "FormData", |out| {
            self.forms().for_each(|(object, form)| member(out, &form.title, &form.name, &form_data(object, form)));
        });
        interface(&mut out, "Values of enumerations.", "Enums", |out| {
            for object in self.of_kind(ObjectKind::Enumeration) {
                let values = object
                    .values
                    .iter()
                    .map(|value| format!("{}readonly {}: RefTo<\"{}\">; ", comment(&value.title), value.name, object.name));
                let _ = writeln!(out, "  readonly {}: {{ {}}};", object.name.name, values.collect::<String>());
            }
        });
        interface(&mut out, "Session parameters.", "SessionParameters", |out| {
            for object in self.of_kind(ObjectKind::SessionParameter) {
                out.push_str(&value_of(object).map(|value| field(&object.name.name, &value, For::Reading)).unwrap_or_default());
                out.push('\n');
            }
        });
        interface(&mut out, "Session parameters that client code may read.", "ClientSessionParameters", |out| {
            for object in self.of_kind(ObjectKind::SessionParameter).filter(|object| object.client_may_read) {
                out.push_str(&value_of(object).map(|value| field(&object.name.name, &value, For::Reading)).unwrap_or_default());
                out.push('\n');
            }
        });
        names(&mut out, "RoleName", self.configuration.roles.keys().map(String::as_str));
        names(&mut out, "FunctionalOptionName", self.of_kind(ObjectKind::FunctionalOption).map(|o| o.name.name.as_str()));
        out
    }

    fn rows(&self, out: &mut String, purpose: For) {
        for object in self.objects() {
            for table in &object.tables {
                member(out, &table.title, &table_name(&object.name, &table.name), &fields(&table.columns, purpose));
            }
            if object.name.kind.is_register() {
                member(out, &object.title, &object.name, &fields(&object.all_attributes(), purpose));
            }
        }
        for (_, form) in self.forms() {
            for table in own_tables(form) {
                member(out, &table.title, &table_name(&form.name, &table.name), &fields(&table.columns, purpose));
            }
        }
    }

    /// What only servers have: data, and common modules by their server halves.
    pub(super) fn server(&self) -> String {
        let mut out = HEAD.to_owned();
        for (name, kind) in [("Catalogs", ObjectKind::Catalog), ("Documents", ObjectKind::Document)] {
            interface(&mut out, "Items by object.", name, |out| {
                for object in self.of_kind(kind) {
                    let full = &object.name;
                    let known = object.predefined.iter().map(|item| format!("readonly {}: RefTo<\"{full}\">; ", item.name));
                    let _ = writeln!(
                        out,
                        "  {}readonly {}: StoredObjects<\"{full}\"> & {{ {}}};",
                        comment(&object.title),
                        full.name,
                        known.collect::<String>()
                    );
                }
            });
        }
        interface(&mut out, "Movements by document.", "DocumentMovements", |out| {
            for object in self.of_kind(ObjectKind::Document) {
                let registers =
                    object.posts_to.iter().map(|register| format!("readonly {}: Table<\"{register}\">; ", register.name));
                member(out, &object.title, &object.name, &registers.collect::<String>());
            }
        });
        interface(&mut out, "Constants.", "Constants", |out| {
            for object in self.of_kind(ObjectKind::Constant) {
                let Some(value) = value_of(object) else { continue };
                let (read, given) = (ts(&value.types, For::Reading), ts(&value.types, For::Giving));
                let _ = writeln!(
                    out,
                    "  {}readonly {}: {{ get(): {read}; set(value: {given}): void }};",
                    comment(&object.title),
                    object.name.name
                );
            }
        });
        self.registers(&mut out);
        interface(&mut out, "Exchange plans.", "ExchangePlans", |out| {
            for object in self.of_kind(ObjectKind::ExchangePlan) {
                let _ = writeln!(out, "  readonly {}: {{ recordChanges(ref: Ref): void }};", object.name.name);
            }
        });
        interface(&mut out, "Functional options.", "FunctionalOptions", |out| {
            for object in self.of_kind(ObjectKind::FunctionalOption) {
                let _ = writeln!(out, "  readonly {}: {{ get(): boolean; set(value: boolean): void }};", object.name.name);
            }
        });
        for object in self.of_kind(ObjectKind::Module) {
            let functions = self.modules.common(&object.name.name, ModulePlace::Server);
            module(&mut out, object, functions.iter().map(|function| (function, function.result.clone())));
        }
        self.main_server(&mut out, |result| result);
        out
    }

    fn registers(&self, out: &mut String) {
        interface(out, "Sums that documents move.", "AccumulationRegisters", |out| {
            for object in self.of_kind(ObjectKind::AccumulationRegister) {
                let (sums, filter) = (fields(&keys_and_sums(object), For::Reading), fields(&keys(object), For::Giving));
                let slice = format!("filter?: {{ {filter}}}; dimensions?: string[]");
                let _ = writeln!(
                    out,
                    "  {}readonly {}: {{ balance(slice?: {{ at?: DateTime; {slice} }}): {{ {sums}}}[]; \
turnovers(slice?: {{ from?: DateTime; to?: DateTime; {slice} }}): {{ {sums}}}[] }};",
                    comment(&object.title),
                    object.name.name
                );
            }
        });
        interface(out, "Facts by their keys.", "InformationRegisters", |out| {
            for object in self.of_kind(ObjectKind::InformationRegister) {
                let (name, filter) = (&object.name, fields(&keys(object), For::Giving));
                let _ = writeln!(
                    out,
                    "  {}readonly {}: {{ last(slice?: {{ at?: DateTime; filter?: {{ {filter}}} }}): Row<\"{name}\"> | undefined; \
set(values: RowValues[\"{name}\"]): void; remove(values: RowValues[\"{name}\"]): void }};",
                    comment(&object.title),
                    name.name
                );
            }
        });
    }

    /// What only the client has: forms with their server halves, and common modules that are called from it.
    pub(super) fn client(&self) -> String {
        let mut out = HEAD.to_owned();
        interface(&mut out, "Server halves of forms.", "FormServers", |out| {
            for (_, form) in self.forms() {
                let half = ModuleName::Form(form.name.clone(), ModulePlace::Server);
                let functions = self.modules.of(&half).iter().map(|function| {
                    let told = function.parameters.iter().skip(1).cloned().collect::<Vec<_>>().join(", ");
                    format!("{}({told}): {}; ", function.name, later(function.result.clone()))
                });
                member(out, &Title::default(), &form.name, &functions.collect::<String>());
            }
        });
        interface(&mut out, "Elements of forms.", "FormElements", |out| {
            for (_, form) in self.forms() {
                let elements: Vec<String> = form.elements.iter().map(|element| format!("\"{}\"", element.name)).collect();
                let elements = if elements.is_empty() { "never".into() } else { elements.join(" | ") };
                let _ = writeln!(out, "  \"{}\": {elements};", form.name);
            }
        });
        for object in self.of_kind(ObjectKind::Module) {
            let here = self.modules.common(&object.name.name, ModulePlace::Client);
            let there = self.modules.common(&object.name.name, ModulePlace::Server).iter();
            let called = there.filter(|f| object.server_call && here.iter().all(|own| own.name != f.name));
            let own = here.iter().map(|function| (function, function.result.clone()));
            module(&mut out, object, own.chain(called.map(|function| (function, later(function.result.clone())))));
        }
        self.main_server(&mut out, later);
        out
    }

    /// Modules that may be called from outside, through `MainServer`.
    fn main_server(&self, out: &mut String, result: impl Fn(String) -> String) {
        interface(out, "Modules of the main server that may be called (R6).", "MainServerModules", |out| {
            for object in self.of_kind(ObjectKind::Module).filter(|object| object.server_call) {
                let functions = self.modules.common(&object.name.name, ModulePlace::Server);
                let all = functions
                    .iter()
                    .map(|f| format!("{}({}): {}; ", f.name, f.parameters.join(", "), result(f.result.clone())));
                let _ = writeln!(out, "  readonly {}: {{ {}}};", object.name.name, all.collect::<String>());
            }
        });
    }
}

/// What is called over a link is awaited.
fn later(result: String) -> String {
    format!("Promise<Awaited<{result}>>")
}

fn interface(out: &mut String, comment: &str, name: &str, members: impl FnOnce(&mut String)) {
    let _ = writeln!(out, "\n/** {comment} */\ninterface {name} {{");
    members(out);
    out.push_str("}\n");
}

fn member(out: &mut String, title: &Title, name: &dyn std::fmt::Display, fields: &str) {
    let _ = writeln!(out, "  {}\"{name}\": {{ {fields}}};", comment(title));
}

fn names<'n>(out: &mut String, name: &str, all: impl Iterator<Item = &'n str>) {
    let all: Vec<String> = all.map(|one| format!("\"{one}\"")).collect();
    let _ = writeln!(out, "\ntype {name} = {};", if all.is_empty() { "never".into() } else { all.join(" | ") });
}

fn module<'f>(out: &mut String, object: &ObjectDefinition, functions: impl Iterator<Item = (&'f Signature, String)>) {
    let name = &object.name.name;
    let functions: Vec<_> = functions.collect();
    if RESERVED.contains(&name.as_str()) || functions.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n/** The common module {name}. */\ndeclare const {name}: {{");
    for (function, result) in functions {
        let comment = if function.comment.is_empty() { String::new() } else { format!("  {}\n", function.comment) };
        let _ = writeln!(out, "{comment}  {}({}): {result};", function.name, function.parameters.join(", "));
    }
    out.push_str("};\n");
}

fn comment(title: &Title) -> String {
    let text = title.text("en").replace("*/", "* /");
    if text.is_empty() { String::new() } else { format!("/** {text} */ ") }
}

fn join(parts: [String; 2]) -> String {
    parts.concat()
}

fn table_name(owner: &dyn std::fmt::Display, table: &str) -> String {
    format!("{owner}.{table}")
}

fn value_of(object: &ObjectDefinition) -> Option<AttributeDefinition> {
    object.attributes.first().cloned()
}

fn of_register(object: &ObjectDefinition, wanted: impl Fn(&str) -> bool) -> Vec<AttributeDefinition> {
    object.attributes.iter().filter(|attribute| wanted(&attribute.name)).cloned().collect()
}

fn keys(object: &ObjectDefinition) -> Vec<AttributeDefinition> {
    let Some(register) = &object.register else { return Vec::new() };
    of_register(object, |name| register.dimensions.iter().any(|key| key == name))
}

fn keys_and_sums(object: &ObjectDefinition) -> Vec<AttributeDefinition> {
    let Some(register) = &object.register else { return Vec::new() };
    of_register(object, |name| register.dimensions.iter().chain(&register.resources).any(|key| key == name))
}

fn fields(all: &[AttributeDefinition], purpose: For) -> String {
    all.iter().map(|attribute| field(&attribute.name, attribute, purpose)).collect()
}

fn field(name: &str, attribute: &AttributeDefinition, purpose: For) -> String {
    let title = if attribute.title.text("en") == name { String::new() } else { comment(&attribute.title) };
    let (read, given) = (ts(&attribute.types, For::Reading), ts(&attribute.types, For::Giving));
    match purpose {
        For::Giving => format!("{title}{name}?: {given}; "),
        For::Reading if attribute.types.0.iter().any(|t| matches!(t, AttributeType::Decimal { .. })) => {
            // It is exact when it is read, whatever it was made of.
            format!("{title}get {name}(): {read}; set {name}(value: {given}); ")
        }
        For::Reading => format!("{title}{name}: {read}; "),
    }
}

fn tables(owner: &dyn std::fmt::Display, all: &[TableDefinition]) -> String {
    all.iter().map(|table| table_field(&table.name, &table_name(owner, &table.name))).collect()
}

fn table_field(name: &str, full: &str) -> String {
    format!("get {name}(): Table<\"{full}\">; set {name}(rows: Iterable<RowValues[\"{full}\"]>); ")
}

fn given_rows(name: &str, full: &str) -> String {
    format!("{name}?: Iterable<RowValues[\"{full}\"]>; ")
}

fn own_tables(form: &FormDefinition) -> impl Iterator<Item = &TableDefinition> {
    form.attributes.iter().filter_map(|attribute| match attribute {
        FormAttribute::Table(table) => Some(table),
        FormAttribute::Value(_) => None,
    })
}

/// Attributes of the object, if the form is of one item, and of the form itself.
fn form_data(object: &ObjectDefinition, form: &FormDefinition) -> String {
    let of_item = form.purpose == FormPurpose::Item;
    let data = of_item || matches!(object.name.kind, ObjectKind::Report | ObjectKind::DataProcessor);
    let mut all = String::new();
    if data {
        all += &fields(&object.all_attributes(), For::Reading);
        all += &tables(&object.name, &object.tables);
    }
    for attribute in &form.attributes {
        all += &match attribute {
            FormAttribute::Value(value) => field(&value.name, value, For::Reading),
            FormAttribute::Table(table) => table_field(&table.name, &table_name(&form.name, &table.name)),
        };
    }
    all
}

/// The TypeScript of a type.
fn ts(types: &TypeSet, purpose: For) -> String {
    let mut all: Vec<String> = types.0.iter().map(|one| one_ts(one, purpose)).collect();
    let always = types.0.len() == 1
        && matches!(
            types.0[0],
            AttributeType::String(_) | AttributeType::Text | AttributeType::Boolean | AttributeType::Decimal { .. }
        );
    if !always || purpose == For::Giving {
        all.push("null".into());
    }
    all.dedup();
    all.join(" | ")
}

fn one_ts(one: &AttributeType, purpose: For) -> String {
    let reference = |object: &ObjectName| format!("RefTo<\"{object}\">");
    match (one, purpose) {
        (AttributeType::String(_) | AttributeType::Text | AttributeType::Uuid, _) => "string".into(),
        (AttributeType::Decimal { .. }, For::Reading) => "Decimal".into(),
        (AttributeType::Decimal { .. }, For::Giving) => "Numeric".into(),
        (AttributeType::Boolean, _) => "boolean".into(),
        (AttributeType::Date(_), _) => "DateTime".into(),
        // What a reference is given for may be read as one: only its object counts.
        (AttributeType::Ref(object), For::Giving) => format!("Ref<\"{object}\">"),
        (AttributeType::Ref(object), For::Reading) => reference(object),
        (AttributeType::Binary, _) => "Binary".into(),
        (AttributeType::Picture, _) => "Picture".into(),
        (AttributeType::Spreadsheet, _) => "Spreadsheet".into(),
        (AttributeType::PieChart | AttributeType::BarChart, _) => "Chart".into(),
    }
}
