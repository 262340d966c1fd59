//! Lists on forms: a window of rows that is read on, searched, sorted, and refreshed when data change.

use std::rc::Rc;

use twinshore_metadata::{ObjectName, Ref, SortDirection, SortKey};
use twinshore_protocol::{Comparison, ListAnchor, ListCondition, ListKey, ListPageRequest, ListPageResponse};

use super::App;
use crate::UsedServer;
use crate::forms::session::{ListState, row_id};
use crate::view::ListDirection;

/// Which rows are asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// From the start.
    Start,
    /// The end.
    End,
    /// More at an end of the window.
    More(ListDirection),
    /// The window as it is, anew.
    Again,
    /// From a row on (F13).
    Place(ListKey),
}

impl App {
    /// Reads rows of a list; an answer that comes after a newer question is dropped.
    pub async fn read_list(self: &Rc<Self>, form: u32, element: u32, wanted: Wanted) {
        let Some(open) = self.form(form) else { return };
        let (server, request, generation) = {
            let mut session = open.session.borrow_mut();
            let server = session.server;
            let Some(list) = session.lists.get_mut(&element) else { return };
            if let Wanted::More(_) = wanted
                && list.loading
            {
                return;
            }
            list.generation += 1;
            list.loading = true;
            (server, self.page_request(list, &wanted), list.generation)
        };
        self.publish();
        let result = self.call(server, "list-page", |s| async move { s.list_page(request).await }).await;
        let Some(open) = self.form(form) else { return };
        let mut session = open.session.borrow_mut();
        let Some(list) = session.lists.get_mut(&element).filter(|l| l.generation == generation) else { return };
        list.loading = false;
        match result {
            Ok(page) => {
                list.error = String::new();
                take_page(list, page, &wanted, self.options.settings.list_window);
            }
            Err(error) => list.error = self.error_text(&error),
        }
        drop(session);
        self.publish();
    }

    fn page_request(&self, list: &ListState, wanted: &Wanted) -> ListPageRequest {
        let first = list.rows.first().map(|r| r.key.clone());
        let last = list.rows.last().map(|r| r.key.clone());
        let page = self.options.settings.list_page;
        let (anchor, limit) = match wanted {
            Wanted::Start => (ListAnchor::Start, page),
            Wanted::End => (ListAnchor::End, page),
            Wanted::Place(key) => (ListAnchor::At(key.clone()), page),
            Wanted::More(ListDirection::After) => (last.map_or(ListAnchor::Start, ListAnchor::After), page),
            Wanted::More(ListDirection::Before) => (first.map_or(ListAnchor::Start, ListAnchor::Before), page),
            Wanted::Again => {
                let rows = u32::try_from(list.rows.len()).unwrap_or(page).max(page);
                (first.filter(|_| list.more_before).map_or(ListAnchor::Start, ListAnchor::At), rows)
            }
        };
        ListPageRequest {
            object: list.definition.object.clone(),
            columns: list.definition.columns.iter().map(|c| c.path.clone()).collect(),
            order: list.order.clone(),
            filter: list.definition.filter.clone(),
            conditions: list.conditions.clone(),
            search: list.search.clone(),
            parent: (list.search.is_empty() && list.conditions.is_empty()).then(|| list.path.last().cloned()),
            anchor,
            limit,
        }
    }

    /// Searches; every question replaces the one before.
    pub async fn search(self: &Rc<Self>, form: u32, element: u32, text: String) {
        self.change_list(form, element, |list| list.search = text);
        self.read_list(form, element, Wanted::Start).await;
    }

    /// Sorts by a column, the other way if it is sorted by it.
    pub async fn sort(self: &Rc<Self>, form: u32, element: u32, column: String) {
        self.change_list(form, element, |list| {
            let ascending = list.order.first().is_some_and(|k| k.path == column && k.direction == SortDirection::Ascending);
            let direction = if ascending { SortDirection::Descending } else { SortDirection::Ascending };
            list.order = vec![SortKey { path: column, direction }];
        });
        self.read_list(form, element, Wanted::Start).await;
    }

    /// Shows only rows that have in a column what this row has there.
    pub async fn filter_by_row(self: &Rc<Self>, form: u32, element: u32, row: &str, column: String) {
        self.change_list(form, element, |list| {
            let at = list.definition.columns.iter().position(|c| c.path == column);
            let found = list.rows.iter().find(|r| row_id(r) == row);
            let Some(value) = at.zip(found).and_then(|(at, row)| row.cells.get(at)).cloned() else { return };
            list.conditions.retain(|c| c.path != column);
            list.conditions.push(ListCondition { path: column, comparison: Comparison::Equal, value });
        });
        self.read_list(form, element, Wanted::Start).await;
    }

    /// Lifts the filter of a column; an empty name lifts all.
    pub async fn clear_filter(self: &Rc<Self>, form: u32, element: u32, column: &str) {
        self.change_list(form, element, |list| list.conditions.retain(|c| !column.is_empty() && c.path != column));
        self.read_list(form, element, Wanted::Start).await;
    }

    /// Shows what is in a group; none is the top.
    pub async fn enter_group(self: &Rc<Self>, form: u32, element: u32, group: Option<Ref>) {
        self.change_list(form, element, |list| match group {
            None => list.path.clear(),
            Some(group) => match list.path.iter().position(|g| *g == group) {
                Some(at) => list.path.truncate(at + 1),
                None => list.path.push(group),
            },
        });
        self.read_list(form, element, Wanted::Start).await;
    }

    fn change_list(&self, form: u32, element: u32, change: impl FnOnce(&mut ListState)) {
        if let Some(open) = self.form(form)
            && let Some(list) = open.session.borrow_mut().lists.get_mut(&element)
        {
            change(list);
        }
    }

    /// Reads lists anew that show these objects (all if none are named), where the person is.
    pub async fn refresh_lists(self: &Rc<Self>, server: Option<UsedServer>, objects: Option<&[ObjectName]>) {
        let mut wanted = Vec::new();
        for (id, open) in self.forms.borrow().iter() {
            let session = open.session.borrow();
            if server.is_some_and(|s| s != session.server) {
                continue;
            }
            for (element, list) in &session.lists {
                if objects.is_none_or(|o| o.contains(&list.definition.object)) {
                    wanted.push((*id, *element));
                }
            }
        }
        for (form, element) in wanted {
            self.read_list(form, element, Wanted::Again).await;
        }
    }
}

fn take_page(list: &mut ListState, page: ListPageResponse, wanted: &Wanted, window: usize) {
    match wanted {
        Wanted::More(ListDirection::After) => {
            list.rows.extend(page.rows);
            list.more_after = page.more_after;
            let extra = list.rows.len().saturating_sub(window);
            if extra > 0 {
                list.rows.drain(..extra);
                list.more_before = true;
            }
        }
        Wanted::More(ListDirection::Before) => {
            list.rows.splice(0..0, page.rows);
            list.more_before = page.more_before;
            if list.rows.len() > window {
                list.rows.truncate(window);
                list.more_after = true;
            }
        }
        Wanted::Start | Wanted::End | Wanted::Again | Wanted::Place(_) => {
            list.rows = page.rows;
            list.more_before = page.more_before;
            list.more_after = page.more_after;
        }
    }
    if !list.rows.iter().any(|r| row_id(r) == list.current) {
        list.current = String::new();
    }
}
