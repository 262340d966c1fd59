//! `reopenAll` (F16): every form of one server, those that were opened for a result before those that wait for them; one report.

use std::rc::Rc;

use twinshore_metadata::Value;
use twinshore_protocol::ServerError;

use super::super::App;
use super::WantedBy;
use crate::UsedServer;

impl App {
    /// Reopens forms of the other server; of those named, if some are. What does not work out stays as it is and is in the report.
    pub async fn reopen_all(self: &Rc<Self>, to: UsedServer, only: Option<&[u32]>) -> Vec<Value> {
        let mut forms: Vec<u32> = self.state.borrow().order.clone();
        forms.retain(|form| only.is_none_or(|only| only.contains(form)) && self.server_of(*form) == Some(to.other()));
        forms.sort_by_key(|form| std::cmp::Reverse(self.depth(*form)));
        let mut report = Vec::new();
        for form in forms {
            let Some(open) = self.form(form) else { continue };
            let (name, title) = {
                let view = open.last.borrow();
                (view.name.clone(), view.title.clone())
            };
            let result = self.reopen(form, to, WantedBy::Code).await;
            report.push(line(self, name, title, result));
        }
        report
    }

    /// How many forms wait for each other above this one.
    fn depth(&self, form: u32) -> usize {
        let owner = |form: u32| self.form(form).and_then(|open| open.session.borrow().owner());
        std::iter::successors(owner(form), |form| owner(*form)).take(self.forms.borrow().len()).count()
    }
}

fn line(app: &App, name: String, title: String, result: Result<u32, ServerError>) -> Value {
    let (code, message) = match &result {
        Ok(_) => (String::new(), String::new()),
        Err(ServerError::Module { code: Some(code), message, .. }) => (code.clone(), message.clone()),
        Err(error) => (error.code().to_owned(), app.error_text(error)),
    };
    let reason = match &result {
        Err(ServerError::Module { details, .. }) => details.field("reason").cloned().unwrap_or_default(),
        _ => Value::Empty,
    };
    Value::Structure(vec![
        ("form".into(), name.into()),
        ("title".into(), title.into()),
        ("reopened".into(), result.is_ok().into()),
        ("code".into(), code.into()),
        ("reason".into(), reason),
        ("message".into(), message.into()),
    ])
}
