//! Text index of catalogs: parts of words in any case and alphabet, found in a few milliseconds among hundreds of thousands of items.
//!
//! Kept by triggers, so every way of writing keeps it right. Trigrams need three characters; shorter words are looked for in the
//! rows themselves, and so is what is found so often that following the list's order meets it soon.

use rusqlite::{Connection, OptionalExtension};
use twinshore_metadata::{AttributeType, ObjectDefinition, ObjectKind};

use crate::EngineError;
use crate::schema::{set_setting, setting};
use crate::storage::{Lease, quoted};

/// Characters of a word that the index can find.
const SHORTEST: usize = 3;
/// Found items above which reading the list in its order is quicker.
const FEW: i64 = 2_000;

/// Attributes whose texts are searched.
pub fn attributes(object: &ObjectDefinition) -> Vec<String> {
    let is_text =
        |types: &twinshore_metadata::TypeSet| matches!(types.single(), Some(AttributeType::String(_) | AttributeType::Text));
    object
        .all_attributes()
        .iter()
        .filter(|a| matches!(a.name.as_str(), "Description" | "Code" | "Number") || a.index && is_text(&a.types))
        .map(|a| a.name.clone())
        .collect()
}

fn has_index(object: &ObjectDefinition) -> bool {
    object.name.kind == ObjectKind::Catalog && !attributes(object).is_empty()
}

fn items(object: &ObjectDefinition) -> String {
    quoted(&format!("_items {}", object.name))
}

fn words(object: &ObjectDefinition) -> String {
    quoted(&format!("_words {}", object.name))
}

/// Creates the index of an object, or makes it anew when other attributes are searched than before.
///
/// # Errors
/// If the database fails.
pub fn create(connection: &Connection, object: &ObjectDefinition) -> Result<(), EngineError> {
    if !has_index(object) {
        return Ok(());
    }
    let names = attributes(object);
    let key = format!("search {}", object.name);
    if setting(connection, &key)?.as_deref() == Some(names.join(",").as_str()) {
        return Ok(());
    }
    let (table, items, words) = (quoted(&object.name.to_string()), items(object), words(object));
    let trigger = |event: &str| quoted(&format!("_search {} {event}", object.name));
    let text = |row: &str| {
        names.iter().map(|n| format!("coalesce({row}.{}, '')", quoted(n))).collect::<Vec<_>>().join(" || char(10) || ")
    };
    let differs = names.iter().map(|n| format!("OLD.{0} IS NOT NEW.{0}", quoted(n))).collect::<Vec<_>>().join(" OR ");
    let columns = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
    let id = |row: &str| format!("(SELECT id FROM {items} WHERE \"Ref\" = {row}.\"Ref\")");
    connection.execute_batch(&format!(
        "DROP TRIGGER IF EXISTS {added}; DROP TRIGGER IF EXISTS {changed}; DROP TRIGGER IF EXISTS {removed};
         DROP TABLE IF EXISTS {items}; DROP TABLE IF EXISTS {words};
         CREATE TABLE {items} (id INTEGER PRIMARY KEY, \"Ref\" BLOB NOT NULL UNIQUE);
         CREATE VIRTUAL TABLE {words} USING fts5(text, content='', contentless_delete=1, tokenize='trigram');
         INSERT INTO {items} (\"Ref\") SELECT \"Ref\" FROM {table};
         INSERT INTO {words} (rowid, text) SELECT i.id, {of_row} FROM {items} i JOIN {table} t ON t.\"Ref\" = i.\"Ref\";
         CREATE TRIGGER {added} AFTER INSERT ON {table} BEGIN
             INSERT INTO {items} (\"Ref\") VALUES (NEW.\"Ref\");
             INSERT INTO {words} (rowid, text) VALUES ({new_id}, {of_new});
         END;
         CREATE TRIGGER {changed} AFTER UPDATE OF {columns} ON {table} WHEN {differs} BEGIN
             DELETE FROM {words} WHERE rowid = {new_id};
             INSERT INTO {words} (rowid, text) VALUES ({new_id}, {of_new});
         END;
         CREATE TRIGGER {removed} AFTER DELETE ON {table} BEGIN
             DELETE FROM {words} WHERE rowid = {old_id};
             DELETE FROM {items} WHERE \"Ref\" = OLD.\"Ref\";
         END;",
        added = trigger("added"),
        changed = trigger("changed"),
        removed = trigger("removed"),
        of_row = text("t"),
        of_new = text("NEW"),
        new_id = id("NEW"),
        old_id = id("OLD"),
    ))?;
    set_setting(connection, &key, &names.join(","))
}

/// Condition on `reference` that holds for items with all of these words, as far as the index can tell, with its parameter.
/// None if the index can't help: no index, short words only, or so many items that the list's order meets them sooner.
///
/// # Errors
/// If the database fails.
pub fn condition(
    connection: &Lease,
    object: &ObjectDefinition,
    reference: &str,
    wanted: &[&str],
    parameter: usize,
) -> Result<Option<(String, String)>, EngineError> {
    let long: Vec<String> = wanted
        .iter()
        .filter(|word| word.chars().count() >= SHORTEST)
        // A NUL would end the pattern in the middle of a word.
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"").replace('\0', " ")))
        .collect();
    if long.is_empty() || !has_index(object) {
        return Ok(None);
    }
    let (items, words, pattern) = (items(object), words(object), long.join(" AND "));
    let count = format!("SELECT count(*) FROM (SELECT 1 FROM {words} WHERE {words} MATCH ?1 LIMIT {})", FEW + 1);
    let found: Option<i64> = connection.prepare_cached(&count)?.query_row([&pattern], |row| row.get(0)).optional()?;
    if found.is_none_or(|found| found > FEW) {
        return Ok(None);
    }
    let condition = format!(
        "{reference} IN (SELECT i.\"Ref\" FROM {words} JOIN {items} i ON i.id = {words}.rowid WHERE {words} MATCH ?{parameter})"
    );
    Ok(Some((condition, pattern)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use crate::objects;
    use twinshore_metadata::{Ref, Target};
    use twinshore_protocol::WriteAction;

    fn found(fixture: &Fixture, words: &[&str]) -> Vec<Vec<u8>> {
        let unit = fixture.unit();
        let name = "Catalog.Goods".parse().expect("a name");
        let object = unit.object(&name).expect("there").clone();
        let connection = unit.connection().expect("a connection");
        let (condition, pattern) =
            condition(&connection, &object, "\"Ref\"", words, 1).expect("runs").expect("the index can tell");
        let sql = format!("SELECT \"Ref\" FROM \"Catalog.Goods\" WHERE {condition}");
        let mut statement = connection.prepare(&sql).expect("a statement");
        let rows = statement.query_map([pattern], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("ids")
    }

    fn rename(fixture: &Fixture, item: &Ref, name: &str) {
        let unit = fixture.unit();
        let mut state = objects::read(&unit, item).expect("readable").expect("there");
        state.record.set("Description", name);
        objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers).expect("written");
    }

    #[test]
    fn the_index_follows_writes_changes_and_deletions() {
        let fixture = Fixture::new(Target::MainServer);
        let tea = fixture.add("Catalog.Goods", &[("Description", "Чай Зелёный \"Утро\"".into())]);
        fixture.add("Catalog.Goods", &[("Description", "Coffee".into())]);
        let id = vec![tea.id.as_bytes().to_vec()];
        for words in [&["зел"][..], &["ЧАЙ", "лён"], &["\"утр"], &["000001"]] {
            assert_eq!(found(&fixture, words), id, "{words:?}");
        }
        rename(&fixture, &tea, "Black tea");
        assert!(found(&fixture, &["чай"]).is_empty());
        assert_eq!(found(&fixture, &["LACK"]), id);
        objects::delete(&fixture.unit(), &tea, &objects::NoHandlers).expect("deleted");
        assert!(found(&fixture, &["black"]).is_empty());
    }

    #[test]
    fn an_index_made_later_knows_what_was_written_before() {
        let fixture = Fixture::new(Target::MainServer);
        let tea = fixture.add("Catalog.Goods", &[("Description", "Black tea".into())]);
        let writer = fixture.engine.database().writer().expect("the writer");
        set_setting(&writer, "search Catalog.Goods", "Description").expect("set");
        let configuration = crate::fixture::configuration();
        create(&writer, &configuration.objects[&tea.object]).expect("made anew");
        drop(writer);
        assert_eq!(found(&fixture, &["tea"]), [tea.id.as_bytes().to_vec()]);
    }
}
