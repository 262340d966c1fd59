//! How the data of a form change other than by typing: answers of servers, a reopening, a failed one.
//!
//! Invariant: what was typed since a server was asked is never overwritten by its answer.

use std::collections::BTreeMap;

use twinshore_metadata::{FormAttribute, Record, Ref};

use super::session::{ElementOverride, FormSession, Typed};
use crate::reopening::{Conflict, FillOptions, FillPlan, Sides, fill_plan};

/// What a failed reopening gives back to the old form: all that code may have changed meanwhile.
#[derive(Debug, Clone)]
pub struct Before {
    record: Record,
    typed: Typed,
    modified: bool,
    errors: BTreeMap<String, String>,
    overrides: BTreeMap<String, ElementOverride>,
    title: Option<String>,
}

impl FormSession {
    /// What a reopening that fails gives back.
    pub fn before(&self) -> Before {
        Before {
            record: self.record.clone(),
            typed: self.typed.clone(),
            modified: self.modified,
            errors: self.errors.clone(),
            overrides: self.overrides.clone(),
            title: self.title.clone(),
        }
    }

    /// As it was.
    pub fn restore(&mut self, before: Before) {
        self.record = before.record;
        self.typed = before.typed;
        self.modified = before.modified;
        self.errors = before.errors;
        self.overrides = before.overrides;
        self.title = before.title;
        self.frozen = false;
        self.handed_over = false;
    }

    /// What handlers put into the form's own attributes while it opened is what the form read (F10d).
    pub fn opened(&mut self) {
        for attribute in &self.definition.attributes {
            let name = attribute.name();
            match attribute {
                FormAttribute::Value(_) => self.base.set(name, self.record.get(name).clone()),
                FormAttribute::Table(_) => drop(self.base.tables.insert(name.to_owned(), self.record.rows(name).to_vec())),
            }
        }
    }

    /// Puts what a fill planned; its conflicts are marked.
    pub fn take(&mut self, plan: &FillPlan) {
        for (name, value) in &plan.attributes {
            self.record.set(name.clone(), value.clone());
        }
        self.record.tables.extend(plan.tables.iter().cloned());
        for conflict in &plan.conflicts {
            match conflict {
                Conflict::Attribute { name, theirs } => drop(self.conflicts.insert(name.clone(), theirs.clone())),
                Conflict::Cell { table, row, column, theirs } => {
                    self.conflicts.insert(Self::cell_key(table, *row, column), theirs.clone());
                }
                Conflict::Rows { table, theirs } => drop(self.row_conflicts.insert(table.clone(), theirs.clone())),
            }
        }
    }

    /// Texts and marks of what the form does not have (any more) go: nobody could see them, let alone mend them.
    pub fn forget_what_is_gone(&mut self) {
        let there = |key: &str| match key.split('/').collect::<Vec<_>>().as_slice() {
            [table, row, column] => {
                let rows = self.record.rows(table).iter();
                rows.map(|r| r.id.to_string()).any(|id| id == *row) && self.types(table, Some(column)).is_some()
            }
            _ => self.attribute(key).is_some(),
        };
        let gone = |keys: Vec<&String>| keys.into_iter().filter(|key| !there(key)).cloned().collect::<Vec<String>>();
        let (typed, conflicts) = (gone(self.typed.keys().collect()), gone(self.conflicts.keys().collect()));
        typed.iter().for_each(|key| drop(self.typed.remove(key)));
        conflicts.iter().for_each(|key| drop(self.conflicts.remove(key)));
    }

    /// Takes the object as written; what was typed since it was sent stays, unsaved.
    pub fn written(&mut self, sent: &Record, key: Ref, version: i64, answer: Record) {
        self.key = Some(key.clone());
        self.parameters.key = Some(key);
        self.parameters.copy_of = None;
        self.version = version;
        self.is_new = false;
        let own = self.own_part(&self.base);
        self.base = sent.clone();
        self.base.apply(answer.clone());
        self.merge(sent, answer);
        let typed = std::mem::take(&mut self.typed);
        self.settled();
        self.typed = typed;
        self.pending_write = None;
        let since = self.base.changes_to(&self.record);
        self.touched |= !since.is_empty();
        self.modified = self.is_of_object(&since);
        self.base.apply(own);
        self.forget_what_is_gone();
    }

    /// Takes what a server answered to data that were sent to it; what was typed since stays.
    pub fn merge(&mut self, sent: &Record, answer: Record) {
        if self.record == *sent {
            return self.record.apply(answer);
        }
        let mut theirs = sent.clone();
        theirs.apply(answer);
        let shape = self.shape();
        let complex = self.definition.complex_attributes().map(str::to_owned).collect();
        let options = FillOptions { except: complex, ..FillOptions::default() };
        let sides = Sides { base: sent, mine: &self.record, theirs: &theirs, is_new: false };
        if let Ok(plan) = fill_plan(&sides, &shape, &shape, &options) {
            self.record = theirs;
            self.record.attributes.extend(plan.attributes);
            self.record.tables.extend(plan.tables);
        }
    }

    /// True if something of a part of the data belongs to the object.
    pub fn is_of_object(&self, part: &Record) -> bool {
        self.main_object().is_some_and(|object| {
            part.attributes.keys().any(|name| object.attribute(name).is_some())
                || part.tables.keys().any(|name| object.table(name).is_some())
        })
    }

    /// Takes the object as it was read anew; what lives in the form only stays.
    pub fn reread(&mut self, record: Record, version: i64) {
        let (kept, own) = (self.own_part(&self.record), self.own_part(&self.base));
        self.record = record;
        self.record.apply(kept);
        self.base = self.record.clone();
        self.base.apply(own);
        self.version = version;
        self.settled();
    }

    /// What lives in the form only: writing and reading anew leave it, and what it began with, as they are.
    fn own_part(&self, of: &Record) -> Record {
        let names: Vec<&str> = self.definition.attributes.iter().map(FormAttribute::name).collect();
        let own = |name: &String| names.contains(&name.as_str());
        Record {
            attributes: of.attributes.iter().filter(|(name, _)| own(name)).map(|(n, v)| (n.clone(), v.clone())).collect(),
            tables: of.tables.iter().filter(|(name, _)| own(name)).map(|(n, v)| (n.clone(), v.clone())).collect(),
        }
    }

    /// Nothing is typed that is not on the server.
    fn settled(&mut self) {
        self.modified = false;
        self.touched = self.touched_own;
        self.typed.clear();
        self.errors.clear();
        self.conflicts.clear();
        self.row_conflicts.clear();
        self.left_behind.clear();
    }
}
