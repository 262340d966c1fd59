//! Tables of the platform itself.

use rusqlite::{Connection, OptionalExtension};

use crate::EngineError;

/// Columns that came after the first databases were made.
const ADDED: &[(&str, &str, &str)] = &[
    ("_touched", "origin", "TEXT NOT NULL DEFAULT ''"),
    ("_main_versions", "generation", "INTEGER NOT NULL DEFAULT 0"),
    ("_nodes", "content", "TEXT"),
    ("_nodes", "confirmed", "INTEGER NOT NULL DEFAULT 0"),
    ("_devices", "ordered", "TEXT NOT NULL DEFAULT ''"),
    ("_devices", "wiped", "INTEGER"),
];

/// Creates what is missing.
pub fn create(connection: &Connection) -> Result<(), EngineError> {
    connection.execute_batch(
        r#"
        CREATE TABLE IF NOT EXISTS _settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _constants (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _users (
            name TEXT PRIMARY KEY COLLATE person, verifier TEXT NOT NULL, roles TEXT NOT NULL, language TEXT NOT NULL,
            item BLOB, disabled INTEGER NOT NULL DEFAULT 0, wrong_tries INTEGER NOT NULL DEFAULT 0, locked_until TEXT
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _numbers (object TEXT NOT NULL, period TEXT NOT NULL, prefix TEXT NOT NULL, last INTEGER NOT NULL,
            PRIMARY KEY (object, period, prefix)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _changes (
            position INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, key BLOB NOT NULL, kind TEXT NOT NULL,
            origin TEXT NOT NULL, user TEXT NOT NULL, base_version INTEGER, changed TEXT, sent_no INTEGER, UNIQUE (object, key)
        );
        CREATE TABLE IF NOT EXISTS _touched (object TEXT NOT NULL, id BLOB NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
            origin TEXT NOT NULL DEFAULT '', PRIMARY KEY (object, id, name)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _main_versions (object TEXT NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL,
            generation INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (object, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _unindexed (object TEXT NOT NULL, id BLOB NOT NULL, PRIMARY KEY (object, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _wanted (seq INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, id BLOB NOT NULL, UNIQUE (object, id));
        CREATE TABLE IF NOT EXISTS _in_flight (object TEXT NOT NULL, key BLOB NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (object, key)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _nodes (
            code TEXT PRIMARY KEY, device BLOB UNIQUE, name TEXT NOT NULL, user TEXT NOT NULL, accepted_no INTEGER NOT NULL DEFAULT 0,
            received INTEGER NOT NULL DEFAULT 0, last_outcomes TEXT, last_contact TEXT, revoked INTEGER NOT NULL DEFAULT 0, content TEXT, confirmed INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _frozen (seq INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS _published (seq INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, content BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS _conflicts (id BLOB PRIMARY KEY, node TEXT NOT NULL, made TEXT NOT NULL, content TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS _attention (id BLOB PRIMARY KEY, made TEXT NOT NULL, node TEXT NOT NULL, object TEXT NOT NULL, item BLOB,
            message TEXT NOT NULL, content TEXT NOT NULL) WITHOUT ROWID;
        "#,
    )?;
    for tables in crate::accounts::TABLES {
        connection.execute_batch(tables)?;
    }
    connection.execute_batch(crate::journal::TABLES)?;
    connection.execute_batch(crate::jobs::TABLES)?;
    connection.execute_batch(crate::temporary::TABLES)?;
    connection.execute_batch("CREATE INDEX IF NOT EXISTS _deletions ON _changes (position) WHERE kind = 'deletion'")?;
    for (table, column, declaration) in ADDED {
        let there: bool = connection.prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2")?.exists([table, column])?;
        if !there {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column} {declaration}"))?;
        }
    }
    Ok(())
}

/// A setting of the database.
pub fn setting(connection: &Connection, name: &str) -> Result<Option<String>, EngineError> {
    Ok(connection.query_row("SELECT value FROM _settings WHERE name = ?1", [name], |row| row.get(0)).optional()?)
}

/// Sets one.
pub fn set_setting(connection: &Connection, name: &str, value: &str) -> Result<(), EngineError> {
    connection.execute("INSERT INTO _settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", [name, value])?;
    Ok(())
}
