//! What may never be lost: what was typed and what was saved, by the tag that each item bears.

use std::collections::{BTreeMap, BTreeSet};

use super::action::{Field, Kind};
use super::world::Row;

/// An item that the person made.
#[derive(Debug, Clone)]
pub struct Paper {
    pub kind: Kind,
    /// Typed and not saved: in an open form, or in a draft.
    pub typed: BTreeMap<Field, String>,
    /// Saved last: on the server that took it, and on main after the exchange.
    pub saved: BTreeMap<Field, String>,
    /// Its tag was typed and not saved yet.
    pub is_new: bool,
}

#[derive(Debug, Default)]
pub struct Model {
    pub papers: BTreeMap<String, Paper>,
    /// Comments of items of others that the device has ever had.
    pub seen_on_device: BTreeSet<String>,
    next: u64,
}

/// Both databases, by kind and tag.
pub struct Databases {
    pub main: Vec<BTreeMap<String, Row>>,
    pub device: Vec<BTreeMap<String, Row>>,
}

impl Row {
    fn get(&self, field: Field) -> &str {
        match field {
            Field::Comment => &self.comment,
            Field::Phone => &self.phone,
        }
    }

    pub fn holds(&self, values: &BTreeMap<Field, String>) -> bool {
        values.iter().all(|(field, value)| self.get(*field) == value)
    }
}

impl Databases {
    pub fn main(&self, kind: Kind, tag: &str) -> Option<&Row> {
        self.main.get(kind as usize)?.get(tag)
    }

    pub fn device(&self, kind: Kind, tag: &str) -> Option<&Row> {
        self.device.get(kind as usize)?.get(tag)
    }

    /// The server has the newest of an item, so that saving there is no conflict.
    pub fn may_save(&self, paper: &Paper, tag: &str, at_main: bool) -> bool {
        match (self.main(paper.kind, tag), self.device(paper.kind, tag)) {
            (None, None) => true,
            (Some(main), Some(device)) => main == device,
            (Some(_), None) => at_main,
            (None, Some(_)) => !at_main,
        }
    }
}

impl Model {
    /// A text that was never typed before.
    pub fn text(&mut self, beginning: &str) -> String {
        self.next += 1;
        format!("{beginning}{}", self.next)
    }

    pub fn begin(&mut self, kind: Kind) -> String {
        let tag = self.text("tag-");
        let paper = Paper { kind, typed: BTreeMap::new(), saved: BTreeMap::new(), is_new: true };
        self.papers.insert(tag.clone(), paper);
        tag
    }

    /// What a server holds now counts as saved, whatever the person was told of it.
    pub fn resolve(&mut self, databases: &Databases, tag: &str, at_main: bool) {
        let Some(paper) = self.papers.get_mut(tag) else { return };
        let row = if at_main { databases.main(paper.kind, tag) } else { databases.device(paper.kind, tag) };
        if row.is_some_and(|row| row.holds(&paper.typed)) {
            paper.saved.append(&mut paper.typed);
            paper.is_new = false;
        }
    }

    /// The person threw away what was not saved.
    pub fn discard(&mut self, tag: &str) {
        let Some(paper) = self.papers.get_mut(tag) else { return };
        paper.typed.clear();
        if paper.is_new {
            self.papers.remove(tag);
        }
    }

    /// Every saved value is on a server; `everywhere` after an exchange: on main.
    pub fn check_saved(&self, databases: &Databases, exchanged: bool) -> Result<(), String> {
        for (tag, paper) in self.papers.iter().filter(|(_, paper)| !paper.is_new) {
            let main = databases.main(paper.kind, tag);
            let device = databases.device(paper.kind, tag).filter(|_| !exchanged);
            if ![main, device].into_iter().flatten().any(|row| row.holds(&paper.saved)) {
                return Err(format!("{tag} was saved as {:?}; main has {main:?}, the device {device:?}", paper.saved));
            }
        }
        Ok(())
    }

    /// Papers with something that is not saved.
    pub fn unsaved(&self) -> impl Iterator<Item = (&String, &Paper)> {
        self.papers.iter().filter(|(_, paper)| paper.is_new || !paper.typed.is_empty())
    }
}
