//! Lists on forms: a window of rows that is read on, searched, sorted, and refreshed when data change.

use std::collections::HashSet;
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
        list.answers += 1;
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

/// Takes an answer. More rows than the window holds are let go at its other end.
fn take_page(list: &mut ListState, page: ListPageResponse, wanted: &Wanted, window: usize) {
    if matches!(wanted, Wanted::More(_)) {
        // A row that was changed meanwhile may stand elsewhere now: it is where it was read last, and there once.
        let read: HashSet<String> = page.rows.iter().map(row_id).collect();
        list.rows.retain(|row| !read.contains(&row_id(row)));
    }
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
    if matches!(wanted, Wanted::Start | Wanted::End | Wanted::Place(_)) {
        list.placed = list.answers;
        list.at_end = *wanted == Wanted::End;
    }
    if !list.rows.iter().any(|r| row_id(r) == list.current) {
        list.current = String::new();
    }
}

#[cfg(test)]
mod tests {
    use twinshore_metadata::ListDefinition;
    use twinshore_protocol::ListRow;
    use uuid::Uuid;

    use super::*;
    use crate::forms::session::ListState;

    const WINDOW: usize = 6;

    fn row(n: u128) -> ListRow {
        let name: ObjectName = "Catalog.Places".parse().expect("a name");
        let reference = Some(Ref::new(name, Uuid::from_u128(n)));
        ListRow { key: ListKey(Vec::new()), reference, cells: Vec::new(), is_group: false, deletion_mark: false, posted: None }
    }

    fn page(rows: impl IntoIterator<Item = u128>, more_before: bool, more_after: bool) -> ListPageResponse {
        ListPageResponse { rows: rows.into_iter().map(row).collect(), more_before, more_after }
    }

    /// A list that was answered with these pages.
    fn list(pages: impl IntoIterator<Item = (Wanted, ListPageResponse)>) -> ListState {
        let definition = ListDefinition {
            object: "Catalog.Places".parse().expect("a name"),
            columns: Vec::new(),
            order: Vec::new(),
            filter: String::new(),
        };
        let mut list = ListState::new(definition);
        for (wanted, page) in pages {
            list.answers += 1;
            take_page(&mut list, page, &wanted, WINDOW);
        }
        list
    }

    fn ids(list: &ListState) -> Vec<u128> {
        list.rows.iter().filter_map(|r| Some(r.reference.as_ref()?.id.as_u128())).collect()
    }

    const AFTER: Wanted = Wanted::More(ListDirection::After);
    const BEFORE: Wanted = Wanted::More(ListDirection::Before);

    #[test]
    fn a_window_lets_go_at_one_end_what_it_reads_at_the_other() {
        let down = [(Wanted::Start, page(1..=4, false, true)), (AFTER, page(5..=8, true, true))];
        let list = list(down.clone());
        assert_eq!((ids(&list), list.more_before, list.more_after), ((3..=8).collect(), true, true));
        let list = self::list(down.into_iter().chain([(BEFORE, page(1..=2, false, true))]));
        assert_eq!((ids(&list), list.more_before, list.more_after), ((1..=6).collect(), false, true));
    }

    #[test]
    fn a_row_that_moved_while_a_list_was_read_on_is_there_once() {
        let moved = list([(Wanted::Start, page(1..=4, false, true)), (AFTER, page([5, 2], true, true))]);
        assert_eq!(ids(&moved), [1, 3, 4, 5, 2]);
        let moved = list([(Wanted::Place(ListKey(Vec::new())), page(5..=8, true, false)), (BEFORE, page([4, 7], true, true))]);
        assert_eq!(ids(&moved), [4, 7, 5, 6, 8]);
    }

    #[test]
    fn a_shell_is_told_when_other_rows_are_seen_and_from_which_end() {
        let list = |pages: Vec<(Wanted, ListPageResponse)>| {
            let list = list(pages);
            (list.answers, list.placed, list.at_end)
        };
        let start = (Wanted::Start, page(1..=4, false, true));
        assert_eq!(list(vec![start.clone()]), (1, 1, false));
        assert_eq!(list(vec![start.clone(), (AFTER, page(5..=8, true, true))]), (2, 1, false));
        let end = (Wanted::End, page(96..=99, true, false));
        assert_eq!(list(vec![start.clone(), end.clone()]), (2, 2, true));
        assert_eq!(list(vec![start.clone(), end.clone(), (Wanted::Again, page(96..=99, true, false))]), (3, 2, true));
        assert_eq!(list(vec![start.clone(), end, start]), (3, 3, false));
    }
}
