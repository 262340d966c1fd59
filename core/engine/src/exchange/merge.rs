//! What becomes of a device's change that meets main's (X10, X12). Pure.

use twinshore_metadata::{ObjectKind, Record};

/// The merged item and what lost.
#[derive(Debug, PartialEq)]
pub struct Merged {
    /// Main's item with the device's changes that stand.
    pub record: Record,
    /// Names that both changed.
    pub conflicts: Vec<String>,
    /// True if the device's values stand for them.
    pub device_won: bool,
    /// The values that lost.
    pub losing: Record,
}

/// Whose values stand where both changed the same, if no handler says otherwise: main's, but in documents that are not posted.
pub fn device_wins(kind: ObjectKind, posted_on_main: bool) -> bool {
    kind == ObjectKind::Document && !posted_on_main
}

/// Puts the device's change over main's item. `changed` names what the device changed (all it sent if empty),
/// `touched` what main changed since the version the device knew.
pub fn merge(device_won: bool, main: &Record, device: &Record, changed: &[String], touched: &[String]) -> Merged {
    let mut merged = Merged { record: main.clone(), conflicts: Vec::new(), device_won, losing: Record::default() };
    let is_changed = |name: &String| changed.is_empty() || changed.contains(name);
    for (name, value) in device.attributes.iter().filter(|(name, _)| is_changed(name)) {
        let ours = main.get(name);
        let both = touched.contains(name) && ours != value;
        if both {
            merged.conflicts.push(name.clone());
            merged.losing.attributes.insert(name.clone(), if device_won { ours.clone() } else { value.clone() });
        }
        if !both || device_won {
            merged.record.attributes.insert(name.clone(), value.clone());
        }
    }
    for (name, rows) in device.tables.iter().filter(|(name, _)| is_changed(name)) {
        let both = touched.contains(name) && main.tables.get(name) != Some(rows);
        if both {
            merged.conflicts.push(name.clone());
            let losing = if device_won { main.rows(name).to_vec() } else { rows.clone() };
            merged.losing.tables.insert(name.clone(), losing);
        }
        if !both || device_won {
            let mut rows = rows.clone();
            keep_columns_of_main(main, name, &mut rows);
            merged.record.tables.insert(name.clone(), rows);
        }
    }
    merged
}

/// Columns the device does not have keep main's values, row by row (X12).
fn keep_columns_of_main(main: &Record, table: &str, rows: &mut [twinshore_metadata::TableRow]) {
    for row in rows {
        if let Some(before) = main.rows(table).iter().find(|r| r.id == row.id) {
            for (column, value) in &before.values {
                row.values.entry(column.clone()).or_insert_with(|| value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use twinshore_metadata::Value;

    fn record(values: &[(&str, &str)]) -> Record {
        let mut record = Record::default();
        for (name, value) in values {
            record.set(*name, *value);
        }
        record
    }

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn x10_different_fields_merge_without_conflict() {
        let main = record(&[("Name", "new"), ("Phone", "1"), ("History", "long")]);
        let device = record(&[("Name", "old"), ("Phone", "2")]);
        let merged = merge(false, &main, &device, &names(&["Phone"]), &names(&["Name"]));
        assert_eq!(merged.record, record(&[("Name", "new"), ("Phone", "2"), ("History", "long")]));
        assert!(merged.conflicts.is_empty());
    }

    #[test]
    fn x10_the_same_field_goes_to_main_in_catalogs_and_to_the_device_in_unposted_documents() {
        let (main, device) = (record(&[("Comment", "main")]), record(&[("Comment", "device")]));
        let both = names(&["Comment"]);
        for (kind, posted, wins, loses) in [
            (ObjectKind::Catalog, false, "main", "device"),
            (ObjectKind::Document, false, "device", "main"),
            (ObjectKind::Document, true, "main", "device"),
        ] {
            let merged = merge(device_wins(kind, posted), &main, &device, &both, &both);
            assert_eq!(merged.record.get("Comment"), &Value::from(wins), "{kind:?} {posted}");
            assert_eq!(merged.losing.get("Comment"), &Value::from(loses), "{kind:?} {posted}");
            assert_eq!(merged.conflicts, both);
        }
    }
}
