//! Text index of catalogs: parts of words in any case and alphabet, found in a few milliseconds among hundreds of thousands of items.
//!
//! Kept by triggers, so every way of writing keeps it right. The index knows trigrams; a shorter word is all trigrams that begin
//! with it. What is found so often that following the list's order meets it soon is looked for in the rows themselves.

use rusqlite::{Connection, OptionalExtension};
use twinshore_metadata::{AttributeType, ObjectDefinition, ObjectKind, ObjectName, TypeSet};

use crate::schema::{set_setting, setting};
use crate::storage::{Lease, quoted};
use crate::{EngineError, Unit};

/// Characters of the index's terms.
const TERM: usize = 3;
/// Terms that begin with a short word above which the word is everywhere.
const TERMS: usize = 200;
/// Found items above which reading the list in its order is quicker.
const FEW: i64 = 2_000;

/// How the index is made; another number makes it anew.
const VERSION: u32 = 3;
/// Triggers of an index, by what they follow.
const EVENTS: [&str; 5] = ["added", "changed", "removed", "added later", "changed later"];
/// While this setting is there, triggers only note what is to be indexed.
const DEFERRED: &str = "search.deferred";

/// Runs many writes in one transaction and indexes their texts at its end: the index is written at every savepoint otherwise,
/// which costs as much as the writes themselves.
///
/// # Errors
/// Those of `work`; everything it wrote is undone then.
pub fn in_bulk<T>(unit: &Unit, work: impl FnOnce(&Lease) -> Result<T, EngineError>) -> Result<T, EngineError> {
    unit.transaction(|connection| {
        if setting(connection, DEFERRED)?.is_some() {
            return work(connection);
        }
        set_setting(connection, DEFERRED, "1")?;
        let result = work(connection)?;
        for object in unit.configuration().of_kind(ObjectKind::Catalog).filter(|o| has_index(o)) {
            catch_up(connection, object)?;
        }
        connection.execute("DELETE FROM _unindexed", [])?;
        connection.execute("DELETE FROM _settings WHERE name = ?1", [DEFERRED])?;
        Ok(result)
    })
}

fn catch_up(connection: &Lease, object: &ObjectDefinition) -> Result<(), EngineError> {
    let (table, items, words) = (quoted(&object.name.to_string()), items(object), words(object));
    let noted = format!("{items} i JOIN _unindexed u ON u.object = ?1 AND u.id = i.\"Ref\"");
    connection
        .prepare_cached(&format!("DELETE FROM {words} WHERE rowid IN (SELECT i.id FROM {noted})"))?
        .execute([object.name.to_string()])?;
    connection
        .prepare_cached(&format!(
            "INSERT INTO {words} (rowid, text) SELECT i.id, {} FROM {noted} JOIN {table} t ON t.\"Ref\" = i.\"Ref\"",
            text_of(object, "t")
        ))?
        .execute([object.name.to_string()])?;
    Ok(())
}

/// All searched texts of a row as one; two more characters, so that its last ones begin a term too.
fn text_of(object: &ObjectDefinition, row: &str) -> String {
    let names = attributes(object);
    names.iter().map(|n| format!("coalesce({row}.{}, '')", quoted(n))).collect::<Vec<_>>().join(" || char(10) || ")
        + " || char(10) || char(10)"
}

/// Attributes whose texts are searched.
pub fn attributes(object: &ObjectDefinition) -> Vec<String> {
    object
        .all_attributes()
        .iter()
        .filter(|a| matches!(a.name.as_str(), "Description" | "Code" | "Number") || a.index && is_text(&a.types))
        .map(|a| a.name.clone())
        .collect()
}

pub fn is_text(types: &TypeSet) -> bool {
    matches!(types.single(), Some(AttributeType::String(_) | AttributeType::Text))
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

fn terms(object: &ObjectDefinition) -> String {
    quoted(&format!("_terms {}", object.name))
}

/// Takes the index of an object away.
///
/// # Errors
/// If the database fails.
pub fn forget(connection: &Connection, object: &ObjectName) -> Result<(), EngineError> {
    for event in EVENTS {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {}", quoted(&format!("_search {object} {event}"))))?;
    }
    for part in ["_terms", "_items", "_words"] {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", quoted(&format!("{part} {object}"))))?;
    }
    connection.execute("DELETE FROM _settings WHERE name = ?1", [format!("search {object}")])?;
    Ok(())
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
    let (key, state) = (format!("search {}", object.name), format!("{VERSION} {}", names.join(",")));
    if setting(connection, &key)?.as_deref() == Some(state.as_str()) {
        return Ok(());
    }
    let (table, items, words) = (quoted(&object.name.to_string()), items(object), words(object));
    let trigger = |event: &str| quoted(&format!("_search {} {event}", object.name));
    let terms = terms(object);
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {terms}"))?;
    for event in EVENTS {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {}", trigger(event)))?;
    }
    let differs = names.iter().map(|n| format!("OLD.{0} IS NOT NEW.{0}", quoted(n))).collect::<Vec<_>>().join(" OR ");
    let columns = names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", ");
    connection.execute_batch(&format!(
        "DROP TABLE IF EXISTS {items}; DROP TABLE IF EXISTS {words};
         CREATE TABLE {items} (id INTEGER PRIMARY KEY, \"Ref\" BLOB NOT NULL UNIQUE);
         CREATE VIRTUAL TABLE {words} USING fts5(text, content='', contentless_delete=1, tokenize='trigram');
         CREATE VIRTUAL TABLE {terms} USING fts5vocab({words}, row);
         INSERT INTO {items} (\"Ref\") SELECT \"Ref\" FROM {table};
         INSERT INTO {words} (rowid, text) SELECT i.id, {of_row} FROM {items} i JOIN {table} t ON t.\"Ref\" = i.\"Ref\";
         CREATE TRIGGER {added} AFTER INSERT ON {table} WHEN NOT {deferred} BEGIN
             INSERT INTO {items} (\"Ref\") VALUES (NEW.\"Ref\");
             INSERT INTO {words} (rowid, text) VALUES ({new_id}, {of_new});
         END;
         CREATE TRIGGER {added_later} AFTER INSERT ON {table} WHEN {deferred} BEGIN
             INSERT INTO {items} (\"Ref\") VALUES (NEW.\"Ref\");
             {note}
         END;
         CREATE TRIGGER {changed} AFTER UPDATE OF {columns} ON {table} WHEN NOT {deferred} AND ({differs}) BEGIN
             DELETE FROM {words} WHERE rowid = {new_id};
             INSERT INTO {words} (rowid, text) VALUES ({new_id}, {of_new});
         END;
         CREATE TRIGGER {changed_later} AFTER UPDATE OF {columns} ON {table} WHEN {deferred} AND ({differs}) BEGIN
             {note}
         END;
         CREATE TRIGGER {removed} AFTER DELETE ON {table} BEGIN
             DELETE FROM {words} WHERE rowid = (SELECT id FROM {items} WHERE \"Ref\" = OLD.\"Ref\");
             DELETE FROM {items} WHERE \"Ref\" = OLD.\"Ref\";
         END;",
        added = trigger("added"),
        added_later = trigger("added later"),
        changed = trigger("changed"),
        changed_later = trigger("changed later"),
        removed = trigger("removed"),
        deferred = format_args!("EXISTS (SELECT 1 FROM _settings WHERE name = '{DEFERRED}')"),
        note = format_args!("INSERT OR IGNORE INTO _unindexed VALUES ('{}', NEW.\"Ref\");", object.name),
        of_row = text_of(object, "t"),
        of_new = text_of(object, "NEW"),
        new_id = format_args!("(SELECT id FROM {items} WHERE \"Ref\" = NEW.\"Ref\")"),
    ))?;
    set_setting(connection, &key, &state)
}

/// What the index says to a search.
pub struct Found<'w> {
    /// Condition on the reference.
    pub condition: String,
    /// Its parameter.
    pub pattern: String,
    /// Words that the index can't tell about: they are everywhere.
    pub rest: Vec<&'w str>,
}

/// Condition on `reference` that holds for items with all of these words, its value being parameter number `parameter`.
/// None if the index can't help: there is none, or so many items fit that the list's order meets them sooner.
///
/// # Errors
/// If the database fails.
pub fn condition<'w>(
    connection: &Lease,
    object: &ObjectDefinition,
    reference: &str,
    wanted: &[&'w str],
    parameter: usize,
) -> Result<Option<Found<'w>>, EngineError> {
    if !has_index(object) {
        return Ok(None);
    }
    let phrase = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let (mut parts, mut rest) = (Vec::new(), Vec::new());
    let nothing = || Found { condition: format!("?{parameter} IS NULL"), pattern: String::new(), rest: Vec::new() };
    for word in wanted {
        // No text has a NUL, and one would end the pattern in its middle.
        if word.contains('\0') {
            return Ok(Some(nothing()));
        }
        if word.chars().count() >= TERM {
            parts.push(phrase(word));
            continue;
        }
        let begun = terms_with(connection, object, word)?;
        match begun.len() {
            // No item has it.
            0 => return Ok(Some(nothing())),
            1..=TERMS => parts.push(format!("({})", begun.iter().map(|t| phrase(t)).collect::<Vec<_>>().join(" OR "))),
            _ => rest.push(*word),
        }
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let (items, words, pattern) = (items(object), words(object), parts.join(" AND "));
    let count = format!("SELECT count(*) FROM (SELECT 1 FROM {words} WHERE {words} MATCH ?1 LIMIT {})", FEW + 1);
    let found: Option<i64> = connection.prepare_cached(&count)?.query_row([&pattern], |row| row.get(0)).optional()?;
    if found.is_none_or(|found| found > FEW) {
        return Ok(None);
    }
    let condition = format!(
        "{reference} IN (SELECT i.\"Ref\" FROM {words} JOIN {items} i ON i.id = {words}.rowid WHERE {words} MATCH ?{parameter})"
    );
    Ok(Some(Found { condition, pattern, rest }))
}

/// Terms of the index that begin with a short word, a few more than are useful at most.
fn terms_with(connection: &Lease, object: &ObjectDefinition, word: &str) -> Result<Vec<String>, EngineError> {
    let from = word.to_lowercase();
    let to = format!("{from}\u{10FFFF}");
    let sql = format!("SELECT term FROM {} WHERE term >= ?1 AND term <= ?2 LIMIT {}", terms(object), TERMS + 1);
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map([from, to], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
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
        let Found { condition, pattern, rest } =
            condition(&connection, &object, "\"Ref\"", words, 1).expect("runs").expect("the index can tell");
        assert!(rest.is_empty());
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
        for words in [&["зел"][..], &["ЧАЙ", "лён"], &["\"утр"], &["000001"], &["Ч"], &["АЙ", "й"], &["зе", "утро"], &["01"]]
        {
            assert_eq!(found(&fixture, words), id, "{words:?}");
        }
        rename(&fixture, &tea, "Black tea");
        assert!(found(&fixture, &["чай"]).is_empty() && found(&fixture, &["ча"]).is_empty());
        assert!(found(&fixture, &["qz"]).is_empty() && found(&fixture, &["tea", "qz"]).is_empty());
        assert_eq!(found(&fixture, &["LACK"]), id);
        objects::delete(&fixture.unit(), &tea, &objects::NoHandlers).expect("deleted");
        assert!(found(&fixture, &["black"]).is_empty());
    }

    #[test]
    fn texts_written_in_bulk_are_found_after_it_and_not_when_it_was_undone() {
        let fixture = Fixture::new(Target::MainServer);
        let tea = fixture.add("Catalog.Goods", &[("Description", "Black tea".into())]);
        let unit = fixture.unit();
        let write = |name: &str| {
            let values = [("Description".to_owned(), name.into())].into();
            let state = objects::new_object(&unit, &tea.object, None, &values).expect("new");
            objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers)
        };
        let undone = in_bulk(&unit, |_| write("Green tea").and(Err::<(), _>(EngineError::refused("no"))));
        assert!(undone.is_err());
        let cocoa = in_bulk(&unit, |_| {
            let cocoa = write("Cocoa")?;
            let mut state = objects::read(&unit, &tea)?.expect("there");
            state.record.set("Description", "White tea");
            objects::write(&unit, state, WriteAction::Write, &objects::NoHandlers)?;
            Ok(cocoa.reference)
        })
        .expect("written");
        assert_eq!(found(&fixture, &["coco"]), [cocoa.id.as_bytes().to_vec()]);
        assert_eq!(found(&fixture, &["white"]), [tea.id.as_bytes().to_vec()]);
        assert!(found(&fixture, &["green"]).is_empty() && found(&fixture, &["black"]).is_empty());
        rename(&fixture, &tea, "Red tea");
        assert_eq!(found(&fixture, &["red"]).len(), 1);
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
