//! Schemas say what the readers understand, nothing more and nothing less.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::schemas;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source;

/// Begins every key and word that nobody knows.
const UNKNOWN: &str = "zzzzzzzzzz";
/// More than a choice has ways.
const WAYS: usize = 12;

fn examples() -> [PathBuf; 3] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    ["examples/field-sales", "examples/fixture", "android/testing/showcase"].map(|folder| root.join(folder))
}

fn schema_of(file: &str) -> Option<Value> {
    let fits = |describes: &str| {
        let (wanted, given): (Vec<_>, Vec<_>) = (describes.split('/').collect(), file.split('/').collect());
        wanted.len() == given.len() && wanted.iter().zip(&given).all(|(w, g)| w == g || w.starts_with('*'))
    };
    let found = schemas().into_iter().find(|schema| fits(&schema.describes))?;
    serde_json::from_str(&found.text).ok()
}

// ---- what people write fits --------------------------------------------------------------------------------------------------

/// Why a value does not fit a schema, as far as our schemas go.
fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let inner = |schema: &Value, value: &Value, path: &str| faults(root, schema, value, path);
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return inner(&root["definitions"][name], value, path);
    }
    let mut all = Vec::new();
    if let Some(condition) = schema.get("if") {
        let branch = if inner(condition, value, path).is_empty() { "then" } else { "else" };
        all.extend(inner(&schema[branch], value, path));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(inner(part, value, path));
    }
    for choices in [&schema["anyOf"], &schema["oneOf"]] {
        let Some(choices) = choices.as_array() else { continue };
        if choices.iter().all(|choice| !inner(choice, value, path).is_empty()) {
            all.push(format!("{path}: {value} fits no choice"));
        }
    }
    if let Some(expected) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        all.push(format!("{path}: {value} is none of {expected:?}"));
    }
    if let Some(word) = schema.get("const").filter(|word| *word != value) {
        all.push(format!("{path}: {value} is not {word}"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        _ => false,
    };
    if !types.is_empty() && !types.iter().any(|name| is(name)) {
        all.push(format!("{path}: {value} is no {types:?}"));
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate().filter(|_| schema["items"].is_object()) {
        all.extend(inner(&schema["items"], item, &format!("{path}[{at}]")));
    }
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.as_object().is_some_and(|fields| !fields.contains_key(required)) {
            all.push(format!("{path}: {required} is missing"));
        }
    }
    for (key, field) in value.as_object().into_iter().flatten() {
        let here = format!("{path}.{key}");
        match (schema["properties"].get(key), &schema["additionalProperties"]) {
            (Some(known), _) => all.extend(inner(known, field, &here)),
            (None, Value::Bool(false)) => all.push(format!("{here} is not known")),
            (None, other) if other.is_object() => all.extend(inner(other, field, &here)),
            _ => {}
        }
    }
    all
}

#[test]
fn every_file_of_the_examples_fits_its_schema() {
    let mut seen = 0;
    for folder in examples() {
        for source in source::read(&folder, &mut Diagnostics::default()) {
            if !source.file.ends_with(".yaml") {
                continue;
            }
            let schema = schema_of(&source.file).unwrap_or_else(|| panic!("no schema for {}", source.file));
            let value: Value = serde_saphyr::from_str(&source.text).expect("YAML");
            let value = if value.is_null() { json!({}) } else { value };
            let found = faults(&schema, &schema, &value, "");
            assert!(found.is_empty(), "{}: {found:#?}", source.file);
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen} files were seen");
}

#[test]
fn what_is_wrong_does_not_fit() {
    let wrong = [
        ("catalogs/Goods/Goods.yaml", json!({ "catalog": "Goods", "hierarchial": true })),
        ("catalogs/Goods/Goods.yaml", json!({ "catalog": "Goods", "description": "long" })),
        ("catalogs/Goods/Item.form.yaml", json!({ "form": "Item", "items": [{ "feld": "Price" }] })),
        ("catalogs/Goods/Item.form.yaml", json!({ "form": "Item", "items": [{ "field": "Price", "input": "big" }] })),
        ("offline.yaml", json!({ "use": { "Catalog.Goods": { "priority": "maine" } } })),
        ("roles/Seller.yaml", json!({ "role": "Seller", "rights": { "Catalog.Goods": "reed" } })),
        ("subsystems.yaml", json!([{ "title": "Sales" }])),
    ];
    for (file, value) in wrong {
        let schema = schema_of(file).expect("a schema");
        assert!(!faults(&schema, &schema, &value, "").is_empty(), "{file}: {value}");
    }
}

// ---- schemas and readers know the same ---------------------------------------------------------------------------------------

/// Makes a document that has every key of a schema, with one key beside them that nobody knows.
struct Sampler<'s> {
    root: &'s Value,
    /// Which way is taken at every choice.
    way: usize,
    /// Words are wrong.
    wrong_words: bool,
    /// Keys by the unknown one beside them; words by the wrong one in their place.
    known: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

impl Sampler<'_> {
    fn mark(&self, known: BTreeSet<String>) -> String {
        let mut all = self.known.borrow_mut();
        let name = format!("{UNKNOWN}{}", all.len());
        all.insert(name.clone(), known);
        name
    }

    fn sample(&self, schema: &Value, depth: usize) -> Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
            return self.sample(&self.root["definitions"][name], depth);
        }
        if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
            return self.sample(only, depth);
        }
        if let Some(words) = words_of(schema) {
            return match self.wrong_words {
                true => self.mark(words).into(),
                false => words.iter().nth(self.way % words.len()).cloned().into(),
            };
        }
        if let Some(choices) = [&schema["anyOf"], &schema["oneOf"]].into_iter().find_map(Value::as_array) {
            return self.sample(&choices[self.way % choices.len()], depth);
        }
        let of_type = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        match of_type {
            Some("object") => self.object(schema, depth),
            Some("array") if depth > 6 => json!([]),
            Some("array") => json!([self.sample(&schema["items"], depth + 1)]),
            Some("boolean") => json!(true),
            Some("integer" | "number") => json!(1),
            _ => json!("Catalog.Goods"),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let mut fields = Map::new();
        let known = schema["properties"].as_object();
        for (key, inner) in known.into_iter().flatten() {
            fields.insert(key.clone(), self.sample(inner, depth + 1));
        }
        if schema["additionalProperties"].is_object() {
            fields.insert("Catalog.Goods".into(), self.sample(&schema["additionalProperties"], depth + 1));
        } else {
            let keys = known.into_iter().flatten().map(|(key, _)| key.clone()).collect();
            fields.insert(self.mark(keys), json!(true));
        }
        fields.into()
    }
}

/// Words that a schema lists.
fn words_of(schema: &Value) -> Option<BTreeSet<String>> {
    let texts = |all: &[Value]| all.iter().map(|word| word.as_str().map(str::to_owned)).collect();
    if let Some(all) = schema["enum"].as_array() {
        return texts(all);
    }
    let each: Vec<BTreeSet<String>> = schema["oneOf"]
        .as_array()?
        .iter()
        .map(|choice| match choice.get("const") {
            Some(word) => texts(std::slice::from_ref(word)),
            None => choice["enum"].as_array().and_then(|all| texts(all)),
        })
        .collect::<Option<_>>()?;
    Some(each.into_iter().flatten().collect())
}

/// What the readers say of a document in the place of a file.
fn read(file: &str, document: &Value) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write("catalogs/Goods/Goods.yaml", "catalog: Goods\n");
    write("configuration.yaml", "name: App\n");
    // JSON is YAML.
    write(file, &document.to_string());
    crate::compile(folder.path()).diagnostics
}

/// A document in the place of each kind of file, for each way that its schema offers.
fn for_each_document(wrong_words: bool, check: impl Fn(&str, &BTreeMap<String, BTreeSet<String>>, &[Diagnostic])) {
    for schema in schemas() {
        let root: Value = serde_json::from_str(&schema.text).expect("JSON");
        let object = schema.describes.replace("/*/*.yaml", "/Goods/Goods.yaml").replace("roles/*", "roles/Seller");
        let mut documents = vec![(object.clone(), root.get("else").unwrap_or(&root))];
        documents.extend(root.get("then").map(|form| (object.replace("Goods.yaml", "Item.form.yaml"), form)));
        for (file, part) in documents {
            for way in 0..WAYS {
                let sampler = Sampler { root: &root, way, wrong_words, known: RefCell::default() };
                let document = sampler.sample(part, 0);
                check(&format!("{file}, way {way}: {document}"), &sampler.known.borrow(), &read(&file, &document));
            }
        }
    }
}

fn listed(advice: &str) -> Option<BTreeSet<String>> {
    advice.strip_prefix("known: ").map(|all| all.split(", ").map(str::to_owned).collect())
}

fn quoted(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
}

#[test]
fn schemas_and_readers_know_the_same_keys() {
    let seen = RefCell::new(0);
    for_each_document(false, |document, known, diagnostics| {
        for diagnostic in diagnostics.iter().filter(|d| d.code == "unknown-key") {
            let name = quoted(&diagnostic.message);
            assert!(name.starts_with(UNKNOWN), "the schema has the key {name}, the reader does not: {document}");
            let Some(mut of_reader) = listed(&diagnostic.advice) else { continue };
            // The reader of elements takes it of every element.
            if !known[name].contains("items") {
                of_reader.remove("items");
            }
            assert_eq!(known[name], of_reader, "{document}");
            *seen.borrow_mut() += 1;
        }
    });
    assert!(*seen.borrow() > 300, "{} maps were compared", seen.borrow());
}

#[test]
fn schemas_and_readers_know_the_same_words() {
    let seen = RefCell::new(BTreeSet::new());
    for_each_document(true, |document, known, diagnostics| {
        for diagnostic in diagnostics.iter().filter(|d| d.code == "wrong-value") {
            let (Some(words), Some(of_reader)) = (known.get(quoted(&diagnostic.message)), listed(&diagnostic.advice)) else {
                continue;
            };
            assert_eq!(*words, of_reader, "{document}");
            seen.borrow_mut().insert(of_reader);
        }
    });
    assert!(seen.borrow().len() >= 7, "{:?}", seen.borrow());
}
