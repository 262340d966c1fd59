//! What a person typed and saw: whatever the screen has shown must outlive a kill.

use std::collections::BTreeMap;

use twinshore_client::view::FormView;

/// An order, known by the beginning of its comment.
#[derive(Debug, Default)]
pub struct Order {
    /// The last comment that the screen showed as taken.
    pub shown: Option<String>,
    /// Comments typed after that one.
    pub typed: Vec<String>,
    /// The comment of the last write that the screen showed as done, and whether main did it.
    pub saved: Option<(String, bool)>,
    /// Comments whose write was asked for since: a kill leaves open which of them were written.
    asked: Vec<String>,
    /// Quantities of lines that the screen showed, and those that were typed only.
    pub quantities: BTreeMap<u32, bool>,
    /// A write was asked for.
    saving: bool,
}

impl Order {
    /// Comments that are as new as what was shown.
    pub fn is_current(&self, comment: &str) -> bool {
        self.shown.as_deref() == Some(comment) || self.typed.iter().any(|typed| typed == comment)
    }

    fn follows(&self, saved: &str, comment: &str) -> bool {
        saved == comment || self.asked.iter().any(|asked| asked == comment) || self.is_current(comment)
    }
}

/// All orders by their names.
#[derive(Debug, Default)]
pub struct Model {
    pub orders: BTreeMap<String, Order>,
    /// Grows with everything that is typed, so that each text is met once.
    last: u32,
}

/// Orders as they lie on a disk.
#[derive(Debug, Default)]
pub struct Found {
    pub drafts: Vec<String>,
    /// Comments of orders on the device, and on the main server.
    pub device: Vec<String>,
    pub main: Vec<String>,
    /// What did not stand where both servers had changed an order: kept for the person, so not lost.
    pub losing: Vec<String>,
    /// Quantities of their lines, in thousandths.
    pub quantities: Vec<String>,
}

impl Found {
    fn is_losing(&self, comment: &str) -> bool {
        self.losing.iter().any(|content| content.contains(comment))
    }
}

impl Model {
    /// A number that was not there before; six digits, so that it is found among others.
    pub fn next(&mut self) -> u32 {
        self.last += 1;
        100_000 + self.last
    }

    /// The order that a comment belongs to.
    pub fn name_of(comment: &str) -> Option<String> {
        Some(comment.split_once('/')?.0.to_owned())
    }

    /// A comment for an order is being typed.
    pub fn type_comment(&mut self, order: &str) -> String {
        let comment = format!("{order}/{}", self.next());
        self.orders.entry(order.to_owned()).or_default().typed.push(comment.clone());
        comment
    }

    /// A quantity is being typed.
    pub fn type_quantity(&mut self, order: &str) -> u32 {
        let quantity = self.next();
        self.orders.entry(order.to_owned()).or_default().quantities.insert(quantity, false);
        quantity
    }

    /// A write is being asked for.
    pub fn save(&mut self, order: &str) {
        let order = self.orders.entry(order.to_owned()).or_default();
        order.saving = true;
        order.asked.extend(order.typed.last().or(order.shown.as_ref()).cloned());
    }

    /// A question is being answered: it may have been whether to write what is typed.
    pub fn may_save(&mut self) {
        for order in self.orders.values_mut() {
            order.asked.extend(order.typed.last().or(order.shown.as_ref()).cloned());
        }
    }

    /// The process was killed: nothing that was asked for goes on.
    pub fn killed(&mut self) {
        self.orders.values_mut().for_each(|order| order.saving = false);
    }

    /// The screen shows a form.
    pub fn see(&mut self, form: &FormView) {
        let comment = comment_of(form);
        let Some(order) = Self::name_of(&comment).and_then(|name| self.orders.get_mut(&name)) else { return };
        if let Some(at) = order.typed.iter().position(|typed| *typed == comment) {
            order.typed.drain(..=at);
            order.shown = Some(comment.clone());
        }
        let texts = quantities_of(form);
        for (quantity, shown) in &mut order.quantities {
            *shown |= texts.iter().any(|text| text.starts_with(&quantity.to_string()));
        }
        if order.saving && !form.modified && order.is_current(&comment) {
            order.saving = false;
            order.saved = Some((comment, form.used_server == "main"));
            order.asked.clear();
        }
    }

    /// What is wrong with a main server's database: what it wrote and told is not there, or something is there twice.
    pub fn complaints_of_main(&self, found: &Found) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, order) in &self.orders {
            let theirs = || found.main.iter().filter(|comment| Self::name_of(comment).as_ref() == Some(name));
            if theirs().count() > 1 {
                wrong.push(format!("{name} is there twice: {:?}", found.main));
            }
            if let Some((last, true)) = &order.saved
                && !theirs().any(|comment| order.follows(last, comment))
                && !found.is_losing(last)
            {
                wrong.push(format!("{name}: what main told as written is lost: {order:?}"));
            }
        }
        wrong
    }

    /// What is wrong with what was found after a kill.
    pub fn complaints(&self, found: &Found) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, order) in &self.orders {
            let of = |places: &[String]| places.iter().filter(|comment| Self::name_of(comment).as_ref() == Some(name)).count();
            if of(&found.device) > 1 || of(&found.main) > 1 {
                wrong.push(format!("{name} is there twice: {:?} {:?}", found.device, found.main));
            }
            let saved = || found.device.iter().chain(&found.main);
            let drafted = |wanted: &dyn Fn(&str) -> bool| found.drafts.iter().flat_map(|draft| comments_in(draft)).any(wanted);
            let kept = || saved().any(|c| order.is_current(c)) || drafted(&|c| order.is_current(c));
            if order.shown.as_ref().is_some_and(|shown| !kept() && !found.is_losing(shown)) {
                wrong.push(format!("{name}: what was shown is lost: {order:?}"));
            }
            if let Some((last, on_main)) = &order.saved
                && !found.main.iter().chain(if *on_main { &[][..] } else { &found.device }).any(|c| order.follows(last, c))
                && !found.is_losing(last)
            {
                wrong.push(format!("{name}: what was saved is lost: {order:?}"));
            }
            for (quantity, _) in order.quantities.iter().filter(|(_, shown)| **shown) {
                let (text, thousandths) = (quantity.to_string(), format!("{quantity}000"));
                if !found.drafts.iter().chain(&found.losing).any(|kept| kept.contains(&text))
                    && !found.quantities.contains(&thousandths)
                {
                    wrong.push(format!("{name}: the line of {quantity} is lost"));
                }
            }
        }
        wrong
    }
}

/// All comments in a text.
fn comments_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '/')).filter(|word| word.contains('/'))
}

/// The comment that a form shows.
pub fn comment_of(form: &FormView) -> String {
    form.elements.iter().find(|element| element.name == "Comment").map(|element| element.text.clone()).unwrap_or_default()
}

/// Quantities that a form shows, as they were typed.
pub fn quantities_of(form: &FormView) -> Vec<String> {
    let table = form.elements.iter().find(|element| element.name == "Lines").and_then(|element| element.table.as_ref());
    let Some(table) = table else { return Vec::new() };
    let Some(at) = table.columns.iter().position(|column| column.name == "Qty") else { return Vec::new() };
    let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
    cells.map(|cell| cell.text.chars().filter(char::is_ascii_digit).collect()).collect()
}
