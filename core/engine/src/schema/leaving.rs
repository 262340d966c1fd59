//! What leaves a device's database with an update (A7): tables and columns that its configuration does not have any more.
//!
//! The client keeps unsent changes as messages first, and what comes back later is asked of main again; so nothing is left behind
//! that nobody may see. On the main server nothing is ever dropped.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use twinshore_metadata::{ObjectKind, ObjectName};

use super::Table;
use crate::storage::quoted;
use crate::{EngineError, search};

/// Drops what is not wanted; `retyped` are attributes whose values can't follow their new type, by table.
pub fn drop_what_left(
    connection: &Connection,
    wanted: &BTreeMap<String, Table>,
    retyped: &BTreeSet<(String, String)>,
) -> Result<(), EngineError> {
    for name in tables_of_objects(connection)? {
        let object = object_of(&name);
        let Some(table) = wanted.get(&name) else {
            drop_table(connection, &name, object.as_ref())?;
            continue;
        };
        let existing = columns(connection, &name)?;
        let is_wanted = |column: &String| {
            let attribute = column.split('.').next().unwrap_or(column);
            table.columns.iter().any(|(wanted, _)| wanted == column) && !retyped.contains(&(name.clone(), attribute.to_owned()))
        };
        let leaving: Vec<&String> = existing.iter().filter(|column| !is_wanted(column)).collect();
        let is_new = |(column, _): &&(String, String)| !existing.contains(column);
        let information = object.as_ref().is_some_and(|o| o.kind == ObjectKind::InformationRegister);
        if information && (!leaving.is_empty() || table.columns.iter().any(|column| is_new(&column))) {
            // Its records are found by what they hold: main sends them anew.
            drop_table(connection, &name, None)?;
        } else if !leaving.is_empty() {
            if let Some(object) = &object {
                search::forget(connection, object)?;
            }
            leaving.into_iter().try_for_each(|column| drop_column(connection, &name, column))?;
        }
    }
    Ok(())
}

fn tables_of_objects(connection: &Connection) -> Result<Vec<String>, EngineError> {
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%.%'")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| object_of(name).is_some()).collect())
}

/// The object of a table: `Document.Orders.Lines` is of `Document.Orders`.
fn object_of(table: &str) -> Option<ObjectName> {
    let mut parts = table.splitn(3, '.');
    format!("{}.{}", parts.next()?, parts.next()?).parse().ok()
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, EngineError> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    Ok(statement.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn drop_table(connection: &Connection, table: &str, object: Option<&ObjectName>) -> Result<(), EngineError> {
    if let Some(object) = object {
        search::forget(connection, object)?;
        for of_object in ["_main_versions", "_wanted", "_touched", "_unindexed"] {
            connection.execute(&format!("DELETE FROM {of_object} WHERE object = ?1"), [object.to_string()])?;
        }
    }
    Ok(connection.execute_batch(&format!("DROP TABLE {}", quoted(table)))?)
}

fn drop_column(connection: &Connection, table: &str, column: &str) -> Result<(), EngineError> {
    let mut statement = connection.prepare(
        "SELECT l.name FROM pragma_index_list(?1) l JOIN pragma_index_info(l.name) i WHERE i.name = ?2 AND l.origin = 'c'",
    )?;
    let indexes = statement.query_map([table, column], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for index in indexes {
        connection.execute_batch(&format!("DROP INDEX {}", quoted(&index)))?;
    }
    Ok(connection.execute_batch(&format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(column)))?)
}
