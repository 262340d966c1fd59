//! Tables of the database from the metadata of the bundle (C12), and following changes of the metadata.
//!
//! Physical names are the full names of the metadata, quoted: `"Catalog.Goods"`, `"Document.Orders.Lines"`,
//! `"AccumulationRegister.Stock"`. Tables of the platform begin with `_`.
//! A migration is one transaction; if it fails, the old structure stays.

mod leaving;
mod platform;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension};
use twinshore_metadata::{
    AttributeDefinition, AttributeType, Bundle, Configuration, ObjectDefinition, ObjectKind, ObjectName, RegisterKind, Target,
};

use crate::exchange::begin_anew;
use crate::storage::quoted;
use crate::storage::values::Column;
use crate::{EngineError, search};

pub use platform::{create as create_platform_tables, set_setting, setting};

const LAYOUT_SETTING: &str = "layout";
const BUNDLE_SETTING: &str = "bundle";

/// A table as it should be.
struct Table {
    name: String,
    columns: Vec<(String, String)>,
    key: Vec<String>,
    indexes: Vec<Vec<String>>,
}

/// Brings the database to the structure of the bundle and adds predefined items.
///
/// # Errors
/// [`EngineError::Migration`] if stored values can't follow; nothing is changed then.
pub fn migrate(connection: &Connection, bundle: &Bundle) -> Result<(), EngineError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    match migrate_inside(connection, bundle) {
        Ok(()) => Ok(connection.execute_batch("COMMIT")?),
        Err(error) => {
            connection.execute_batch("ROLLBACK")?;
            Err(error)
        }
    }
}

fn migrate_inside(connection: &Connection, bundle: &Bundle) -> Result<(), EngineError> {
    platform::create(connection)?;
    let wanted = layout(&bundle.configuration);
    let before: BTreeMap<String, String> =
        setting(connection, LAYOUT_SETTING)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let on_device = bundle.target == Target::StandaloneServer;
    let retyped = convert_types(connection, &before, &wanted, on_device)?;
    if on_device {
        let all = bundle.configuration.objects.values().flat_map(|object| tables(object, &bundle.configuration));
        leaving::drop_what_left(connection, &all.map(|table| (table.name.clone(), table)).collect(), &retyped)?;
    }
    for object in bundle.configuration.objects.values() {
        for table in tables(object, &bundle.configuration) {
            create_or_extend(connection, &table)?;
        }
        search::create(connection, object)?;
        if object.name.kind == ObjectKind::Catalog {
            add_predefined(connection, object, &bundle.configuration)?;
        }
    }
    let is_new = wanted.keys().any(|place| !before.contains_key(place)) || !retyped.is_empty();
    if on_device && is_new && !before.is_empty() {
        // Main has values for what is new here (A7).
        begin_anew(connection)?;
    }
    let text = serde_json::to_string(&wanted).expect("a map of texts is JSON");
    set_setting(connection, LAYOUT_SETTING, &text)?;
    set_setting(connection, BUNDLE_SETTING, &bundle.hash.0)
}

/// Hash of the bundle whose structure the database has; none if it has none yet.
pub fn published(connection: &Connection) -> Result<Option<String>, EngineError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_settings'";
    let tables: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if tables == 0 { Ok(None) } else { setting(connection, BUNDLE_SETTING) }
}

/// Type of every attribute, by `Object.Attribute`.
fn layout(configuration: &Configuration) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut add = |place: String, attributes: &[AttributeDefinition]| {
        for attribute in attributes {
            let types = attribute.types.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            all.insert(format!("{place}/{}", attribute.name), types);
        }
    };
    for object in configuration.objects.values() {
        add(object.name.to_string(), &object.all_attributes());
        for table in &object.tables {
            add(format!("{}.{}", object.name, table.name), &table.columns);
        }
    }
    all
}

/// Values whose type changed are converted where no information can be lost. Those that can't are refused; on a device they are
/// only named: main has them, and what was not sent is kept as a message.
fn convert_types(
    connection: &Connection,
    before: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
    on_device: bool,
) -> Result<BTreeSet<(String, String)>, EngineError> {
    let mut retyped = BTreeSet::new();
    for (place, new) in wanted {
        let Some(old) = before.get(place).filter(|old| *old != new) else { continue };
        let (table, column) = place.rsplit_once('/').unwrap_or((place, ""));
        let refuse = |what: String| {
            let object = table.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
            EngineError::Migration {
                object: object.parse().unwrap_or_else(|_| ObjectName::new(ObjectKind::Catalog, table)),
                attribute: column.to_owned(),
                what,
            }
        };
        match (old.parse::<AttributeType>(), new.parse::<AttributeType>()) {
            (Ok(AttributeType::String(_) | AttributeType::Text), Ok(AttributeType::String(_) | AttributeType::Text)) => {}
            (Ok(AttributeType::Date(_)), Ok(AttributeType::Date(_))) => {}
            (Ok(AttributeType::Decimal { digits: a, scale: from }), Ok(AttributeType::Decimal { digits: b, scale: to }))
                if a <= 18 && b <= 18 =>
            {
                if to > from {
                    let factor = 10_i64.pow(u32::from(to - from));
                    connection
                        .execute(&format!("UPDATE {} SET {c} = {c} * ?1", quoted(table), c = quoted(column)), [factor])?;
                } else if to < from && on_device {
                    retyped.insert((table.to_owned(), column.to_owned()));
                } else if to < from {
                    return Err(refuse(format!(
                        "it holds numbers of type {old}; digits after the point can't be taken away (wanted {new})"
                    )));
                }
            }
            _ if on_device => {
                retyped.insert((table.to_owned(), column.to_owned()));
            }
            _ => {
                let exists: Option<i64> = connection
                    .query_row(
                        &format!("SELECT 1 FROM {} WHERE {} IS NOT NULL LIMIT 1", quoted(table), quoted(column)),
                        [],
                        |row| row.get(0),
                    )
                    .optional()
                    .unwrap_or(None);
                if exists.is_some() {
                    return Err(refuse(format!(
                        "it holds values of type {old}, which can't become {new}; add a new attribute instead"
                    )));
                }
            }
        }
    }
    Ok(retyped)
}

fn tables(object: &ObjectDefinition, configuration: &Configuration) -> Vec<Table> {
    let columns_of = |attributes: &[AttributeDefinition]| -> Vec<(String, String)> {
        attributes.iter().flat_map(|a| Column::of(a, configuration).declarations()).map(|(n, d)| (n, d.to_owned())).collect()
    };
    let attributes = object.all_attributes();
    match object.name.kind {
        ObjectKind::Catalog | ObjectKind::Document => {
            let mut columns =
                vec![("Ref".to_owned(), "BLOB NOT NULL".to_owned()), ("Version".to_owned(), "INTEGER NOT NULL".to_owned())];
            columns.extend(columns_of(&attributes));
            let mut all =
                vec![Table { name: object.name.to_string(), columns, key: vec!["Ref".into()], indexes: indexes(object) }];
            for table in &object.tables {
                let mut columns = vec![
                    ("Ref".to_owned(), "BLOB NOT NULL".to_owned()),
                    ("LineNumber".to_owned(), "INTEGER NOT NULL".to_owned()),
                    ("RowId".to_owned(), "BLOB NOT NULL".to_owned()),
                ];
                columns.extend(columns_of(&table.columns));
                let key = vec!["Ref".to_owned(), "LineNumber".to_owned()];
                all.push(Table { name: format!("{}.{}", object.name, table.name), columns, key, indexes: Vec::new() });
            }
            all
        }
        ObjectKind::AccumulationRegister => {
            let mut columns = vec![
                ("Recorder".to_owned(), "BLOB NOT NULL".to_owned()),
                ("Recorder.type".to_owned(), "TEXT NOT NULL".to_owned()),
                ("LineNumber".to_owned(), "INTEGER NOT NULL".to_owned()),
            ];
            columns.extend(columns_of(&attributes));
            let indexes = register_indexes(object);
            vec![Table { name: object.name.to_string(), columns, key: vec!["Recorder".into(), "LineNumber".into()], indexes }]
        }
        ObjectKind::InformationRegister => {
            let mut columns = vec![("RecordId".to_owned(), "BLOB NOT NULL".to_owned())];
            columns.extend(columns_of(&attributes));
            vec![Table {
                name: object.name.to_string(),
                columns,
                key: vec!["RecordId".into()],
                indexes: register_indexes(object),
            }]
        }
        _ => Vec::new(),
    }
}

/// Indexes that make usual orders of lists and searches by code fast; the key follows by itself.
fn indexes(object: &ObjectDefinition) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let standard = object.standard_attributes();
    let has = |name: &str| standard.iter().any(|a| a.name == name);
    for name in ["Description", "Code", "Date", "Number"] {
        if has(name) {
            all.push(vec![name.to_owned()]);
        }
    }
    if has("Parent") {
        all.push(vec!["Parent".into(), "Description".into()]);
    }
    all.extend(object.attributes.iter().filter(|a| a.index).map(|a| vec![a.name.clone()]));
    all
}

fn register_indexes(object: &ObjectDefinition) -> Vec<Vec<String>> {
    let Some(register) = &object.register else { return Vec::new() };
    let mut all: Vec<Vec<String>> = register.dimensions.iter().map(|d| vec![d.clone()]).collect();
    if register.kind != RegisterKind::Information || register.periodic {
        all.push(vec!["Period".into()]);
    }
    all
}

fn create_or_extend(connection: &Connection, table: &Table) -> Result<(), EngineError> {
    let existing: HashSet<String> = connection
        .prepare("SELECT name FROM pragma_table_info(?1)")?
        .query_map([&table.name], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if existing.is_empty() {
        let columns = table
            .columns
            .iter()
            .map(|(name, declaration)| format!("{} {declaration}", quoted(name)))
            .collect::<Vec<_>>()
            .join(", ");
        let key = table.key.iter().map(|k| quoted(k)).collect::<Vec<_>>().join(", ");
        connection
            .execute_batch(&format!("CREATE TABLE {} ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID", quoted(&table.name)))?;
    } else {
        for (name, declaration) in table.columns.iter().filter(|(name, _)| !existing.contains(name)) {
            connection.execute_batch(&format!(
                "ALTER TABLE {} ADD COLUMN {} {declaration}",
                quoted(&table.name),
                quoted(name)
            ))?;
        }
    }
    for index in &table.indexes {
        let columns = index.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ");
        let name = quoted(&format!("{} by {}", table.name, index.join(", ")));
        connection.execute_batch(&format!("CREATE INDEX IF NOT EXISTS {name} ON {} ({columns})", quoted(&table.name)))?;
    }
    Ok(())
}

fn add_predefined(
    connection: &Connection,
    object: &ObjectDefinition,
    configuration: &Configuration,
) -> Result<(), EngineError> {
    let attributes = object.all_attributes();
    for item in &object.predefined {
        let mut names = vec!["Ref".to_owned(), "Version".to_owned()];
        let mut values: Vec<rusqlite::types::Value> = vec![item.id.as_bytes().to_vec().into(), 1.into()];
        for attribute in &attributes {
            let value = match attribute.name.as_str() {
                "Code" => item.code.clone().unwrap_or_default().into(),
                "Description" => item.description.text(configuration.default_language()).into(),
                "IsGroup" => item.is_group.into(),
                _ => attribute.initial_value(),
            };
            let column = Column::of(attribute, configuration);
            names.extend(column.names());
            values.extend(column.encode(&value)?);
        }
        let names = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
        let marks = vec!["?"; values.len()].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {} ({names}) VALUES ({marks})", quoted(&object.name.to_string()));
        connection.execute(&sql, rusqlite::params_from_iter(values))?;
    }
    Ok(())
}
