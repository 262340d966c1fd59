//! What lies on the disks of a phone and of a main server, read from copies: whoever starts next finds the files as the kill left them.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use twinshore_testing::open_device_database;

use super::model::Found;

/// A copy of a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

/// What a phone's folder holds.
pub fn read_phone(folder: &Path, found: &mut Found) {
    let client = folder.join("client.db");
    if client.exists() {
        let database = sound(open_device_database(&client).expect("a database"), &client);
        if has(&database, "drafts") {
            found.drafts = texts(&database, "SELECT content FROM drafts");
        }
    }
    for base in bases(folder) {
        let database = sound(open_device_database(&base).expect("a database"), &base);
        read_orders(&database, &mut found.device, &mut found.quantities, &mut found.losing);
    }
}

/// What a main server's database holds.
pub fn read_main(file: &Path, found: &mut Found) {
    let database = Connection::open(file).expect("a database");
    database.create_collation("person", |a, b| a.cmp(b)).expect("an order");
    read_orders(&sound(database, file), &mut found.main, &mut found.quantities, &mut found.losing);
}

fn read_orders(database: &Connection, comments: &mut Vec<String>, quantities: &mut Vec<String>, losing: &mut Vec<String>) {
    if has(database, "Document.Orders") {
        comments.extend(texts(database, "SELECT \"Comment\" FROM \"Document.Orders\""));
        for journal in ["_conflicts", "_attention"] {
            losing.extend(texts(database, &format!("SELECT content FROM {journal}")));
        }
        quantities.extend(texts(database, "SELECT CAST(\"Qty\" AS TEXT) FROM \"Document.Orders.Lines\""));
    }
}

fn bases(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.path().join("base.db")).filter(|file| file.exists()).collect()
}

fn sound(database: Connection, file: &Path) -> Connection {
    let said = texts(&database, "PRAGMA integrity_check");
    assert_eq!(said, ["ok"], "{}", file.display());
    database
}

fn has(database: &Connection, table: &str) -> bool {
    let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    database.query_row(count, [table], |row| row.get::<_, i64>(0)).expect("a count") > 0
}

fn texts(database: &Connection, query: &str) -> Vec<String> {
    let mut statement = database.prepare(query).expect(query);
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).expect("rows");
    rows.map(|text| text.expect("a text").unwrap_or_default()).collect()
}
