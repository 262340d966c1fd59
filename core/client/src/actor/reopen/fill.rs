//! `fillWhenReopening` (F10) over open forms, and the comparison after somebody else wrote the same item (F14).

use twinshore_metadata::{FormAttribute, Value};
use twinshore_protocol::ServerError;

use super::super::App;
use super::Reason;
use crate::forms::session::FormSession;
use crate::reopening::{FillOptions, FillPlan, FillReport, Sides, fill_plan};
use crate::view::MessageKind;
use crate::words;

impl App {
    /// The new form gets what was typed into the old one.
    pub fn fill(&self, new: u32, old: u32, options: &FillOptions) -> Result<FillReport, ServerError> {
        let (Some(from), Some(to)) = (self.form(old), self.form(new)) else { return Err(self.cant(Reason::Closed)) };
        if from.session.borrow().id == to.session.borrow().id {
            return Err(self.cant(Reason::SameServer));
        }
        let before = from.session.borrow();
        let mut session = to.session.borrow_mut();
        let shape = session.shape();
        let theirs = session.record.clone();
        // A form that nobody typed into is opened anew (F11); what lives in it only still comes along.
        let is_new = before.is_new && before.has_typed();
        let sides = Sides { base: &before.base, mine: &before.record, theirs: &theirs, is_new };
        let plan = fill_plan(&sides, &before.shape(), &shape, options).map_err(|error| self.in_words(error))?;
        session.take(&plan);
        take_marks(&before, &mut session, &plan);
        session.modified |= before.modified || plan.touches_object(&shape);
        session.touched |= before.touched;
        session.touched_own |= before.touched_own;
        let mut report = plan.report();
        // A text that is no value yet is left behind by name, too.
        for key in before.typed.keys().filter(|key| !session.typed.contains_key(*key)) {
            let name = match key.split('/').collect::<Vec<_>>().as_slice() {
                [table, _, column] => format!("{table}.{column}"),
                _ => key.clone(),
            };
            if !report.skipped.contains(&name) {
                report.skipped.push(name);
            }
        }
        let language = self.state.borrow().language.clone();
        session.left_behind = report.skipped.iter().map(|name| title_of(&before, name, &language)).collect();
        let server = session.server.name();
        let name = session.definition.name.to_string();
        drop(session);
        self.tell_author(server, &name, &report);
        if !report.conflicts.is_empty() {
            self.message(MessageKind::Warning, words::say(&language, "conflicts"), new);
        }
        Ok(report)
    }

    /// F10c in the person's language.
    fn in_words(&self, error: ServerError) -> ServerError {
        let ServerError::Module { code, details, position, .. } = error else { return error };
        let names = match details.field("names") {
            Some(Value::List(names)) => names.iter().filter_map(Value::as_text).collect::<Vec<_>>().join(", "),
            _ => String::new(),
        };
        let message = words::say_with(&self.state.borrow().language, "reopen-unsupported", &[("names", names.into())]);
        ServerError::Module { message, code, details, position }
    }

    /// F10h: the report stands in the log of calls.
    fn tell_author(&self, server: &str, form: &str, report: &FillReport) {
        let list = |names: &[String]| if names.is_empty() { "-".to_owned() } else { names.join(" ") };
        let (copied, skipped, conflicts) = (list(&report.copied), list(&report.skipped), list(&report.conflicts));
        tracing::info!(target: "configuration", form, %copied, %skipped, %conflicts, "filled when reopening");
        let what = format!("fill {form}: copied {copied}, skipped {skipped}, conflicts {conflicts}");
        self.logged(server, &what, std::time::Duration::ZERO, None);
    }

    /// The other's version comes in under what is typed; what both changed is marked.
    pub fn put_together(&self, form: u32, theirs: &twinshore_protocol::OpenFormResponse) -> Result<FillReport, ServerError> {
        let Some(open) = self.form(form) else { return Err(self.cant(Reason::Closed)) };
        let mut session = open.session.borrow_mut();
        let shape = session.shape();
        let except = shape.own().cloned().collect();
        let options = FillOptions { except, ..FillOptions::default() };
        let (base, mine, typed) = (session.base.clone(), session.record.clone(), session.typed.clone());
        let sides = Sides { base: &base, mine: &mine, theirs: &theirs.record, is_new: false };
        let plan = fill_plan(&sides, &shape, &shape, &options)?;
        session.reread(theirs.record.clone(), theirs.version);
        session.take(&plan);
        session.typed = typed;
        session.forget_what_is_gone();
        session.modified = plan.touches_object(&shape);
        session.touched = true;
        self.keep_draft(&session);
        Ok(plan.report())
    }
}

/// Typed texts and conflicts nobody looked at yet go over where the new form has a place for them.
fn take_marks(before: &FormSession, session: &mut FormSession, plan: &FillPlan) {
    session.typed.extend(before.typed.iter().map(|(key, typed)| (key.clone(), typed.clone())));
    let open = |key: &str| !plan.skipped.iter().any(|s| s == key) && before.record.get(key) == session.record.get(key);
    let conflicts: Vec<_> = before
        .conflicts
        .iter()
        .filter(|(key, _)| !key.contains('/') && open(key))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    for (key, theirs) in conflicts {
        session.conflicts.entry(key).or_insert(theirs);
    }
    session.forget_what_is_gone();
}

/// Title of an attribute, a table, or `Table.Column`.
pub(in crate::actor) fn title_of(session: &FormSession, name: &str, language: &str) -> String {
    if let Some((table, column)) = name.split_once('.') {
        let title = session.columns(table).and_then(|all| all.into_iter().find(|c| c.name == column)).map(|c| c.title);
        let column = title.map_or_else(|| column.to_owned(), |title| title.text(language).to_owned());
        return format!("{}: {column}", title_of(session, table, language));
    }
    let own = session.definition.attributes.iter().find_map(|a| match a {
        FormAttribute::Table(t) if t.name == name => Some(t.title.text(language).to_owned()),
        _ => None,
    });
    let of_object = || session.main_object()?.table(name).map(|t| t.title.text(language).to_owned());
    own.or_else(|| session.attribute(name).map(|a| a.title.text(language).to_owned()))
        .or_else(of_object)
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| name.to_owned())
}
