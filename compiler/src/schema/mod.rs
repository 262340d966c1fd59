//! JSON Schemas of the YAML files, for editors: completion, texts at the pointer, and mistakes while typing.
//!
//! The keys are declared here once as types with their meaning; tests hold them to the readers, key by key and word by word, in both
//! directions, so a key that one of them knows and the other does not fails the build. Editors see shapes only: what names mean is
//! checked by `twinshore check`.

mod files;
mod forms;
mod objects;
mod words;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use twinshore_metadata::ObjectKind;

/// A schema and the files that it describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFile {
    /// Name of the schema's file.
    pub name: String,
    /// Pattern of the files that it describes, from the configuration's folder.
    pub describes: String,
    /// The schema, JSON.
    pub text: String,
}

/// Schemas of all files of a configuration.
pub fn schemas() -> Vec<SchemaFile> {
    let mut all = vec![
        file::<files::Head>("configuration", "configuration.yaml"),
        file::<files::Sections>("subsystems", "subsystems.yaml"),
        file::<files::Offline>("offline", "offline.yaml"),
        file::<files::Role>("roles", "roles/*.yaml"),
    ];
    all.extend(ObjectKind::ALL.into_iter().map(folder));
    all
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft07().into_generator()
}

fn file<T: JsonSchema>(name: &str, describes: &str) -> SchemaFile {
    let mut generator = generator();
    let root = generator.subschema_for::<T>();
    whole(name, describes, &mut generator, root.to_value())
}

/// The files of a folder: objects, and forms beside them.
fn folder(kind: ObjectKind) -> SchemaFile {
    let mut generator = generator();
    let object = objects::schema(kind, &mut generator);
    let form = generator.subschema_for::<forms::Form>();
    let is_form = json!({ "anyOf": [{ "required": ["form"] }, { "required": ["items"] }] });
    let either = json!({ "if": is_form, "then": form, "else": object });
    whole(kind.folder(), &format!("{}/*/*.yaml", kind.folder()), &mut generator, either)
}

fn whole(name: &str, describes: &str, generator: &mut SchemaGenerator, root: Value) -> SchemaFile {
    let mut all = Map::new();
    all.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    if let Value::Object(root) = root {
        all.extend(root);
    }
    // A reference takes no siblings in this draft, so the root holds it in a list.
    if let Some(reference) = all.remove("$ref") {
        all.insert("allOf".into(), json!([{ "$ref": reference }]));
    }
    all.insert("definitions".into(), Value::Object(generator.take_definitions(true)));
    let mut schema = Value::Object(all);
    without_null(&mut schema);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    SchemaFile { name: format!("{name}.json"), describes: describes.to_owned(), text: text + "\n" }
}

/// A key that may be left out is left out, not empty.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(without_null),
        Value::Object(all) => {
            all.values_mut().for_each(without_null);
            let is_null = |value: &Value| value == &json!({ "type": "null" });
            if let Some(Value::Array(choices)) = all.get_mut("anyOf") {
                choices.retain(|choice| !is_null(choice));
                if let [Value::Object(only)] = choices.as_slice() {
                    let only = only.clone();
                    all.remove("anyOf");
                    // The key's own text beside what it refers to.
                    match only.get("$ref") {
                        Some(_) if !all.is_empty() => drop(all.insert("allOf".into(), json!([only]))),
                        _ => all.extend(only),
                    }
                }
            }
            if let Some(Value::Array(types)) = all.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    all.insert("type".into(), only);
                }
            }
        }
        _ => {}
    }
}

/// The schema of a text with a shape.
fn text_like(pattern: &str) -> Schema {
    schemars::json_schema!({ "type": "string", "pattern": pattern })
}

#[cfg(test)]
mod tests;
