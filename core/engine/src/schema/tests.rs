//! Databases of earlier versions are opened by this one, and nothing of them is lost.

use rusqlite::Connection;
use twinshore_metadata::{Ref, Target, Value};
use uuid::Uuid;

use crate::accounts::DeviceOrder;
use crate::fixture::{Fixture, configuration};
use crate::{objects, storage};

#[test]
fn a7_the_database_of_the_first_version_is_brought_to_this_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = Connection::open(folder.path().join("base.db")).expect("a database");
    storage::register_functions(&connection).expect("functions");
    connection.execute_batch(include_str!("first.sql")).expect("the first version's database");
    drop(connection);
    let engine = Fixture::open(&folder, Target::StandaloneServer, configuration());
    let fixture = Fixture { engine, folder };
    let item = Ref::new("Catalog.Goods".parse().expect("a name"), Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001));
    let tea = objects::read(&fixture.unit(), &item).expect("readable").expect("there");
    assert_eq!(tea.record.get("Description"), &Value::from("Tea"));
    let reader = fixture.engine.database().reader().expect("a reader");
    let count = |sql: &str| reader.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
    assert_eq!(count("SELECT count(*) FROM _changes WHERE object = 'Catalog.Goods'"), 1);
    assert_eq!(count("SELECT count(*) FROM pragma_table_info('Catalog.Goods') WHERE name = 'Weight'"), 0);
    // What is new is asked of main from the beginning.
    assert_eq!(count("SELECT count(*) FROM _settings WHERE name = 'exchange.received'"), 0);
    let devices = fixture.engine.devices().expect("devices");
    assert_eq!((devices[0].user_name.as_str(), devices[0].order), ("ann", DeviceOrder::None));
    drop(reader);
    let found = objects::read(&fixture.unit(), &item).expect("readable");
    assert!(found.is_some());
}
