//! What the person looked at goes over to the new form, where it has it (F13, F17). Best effort, never an error.

use twinshore_metadata::{Configuration, ListDefinition};

use super::super::lists::Wanted;
use crate::forms::session::FormSession;

/// Pages, current rows, focus, searches, filters, groups and orders.
pub(super) fn copy(old: &FormSession, new: &mut FormSession) {
    let there = |element: u32| old.element_name(element).and_then(|name| new.element_named(name));
    let pages: Vec<(u32, u32)> = old.pages.iter().filter_map(|(pages, page)| Some((there(*pages)?, there(*page)?))).collect();
    let rows: Vec<(u32, String)> =
        old.current_rows.iter().filter_map(|(table, row)| Some((there(*table)?, row.clone()))).collect();
    let lists: Vec<(u32, u32)> = old.lists.keys().filter_map(|list| Some((*list, there(*list)?))).collect();
    let focus = old.focus.and_then(there);
    new.pages.extend(pages);
    new.current_rows.extend(rows);
    new.focus = focus.or(new.focus);
    let configuration = std::sync::Arc::clone(&new.configuration);
    for (from, to) in lists {
        let (Some(before), Some(list)) = (old.lists.get(&from), new.lists.get_mut(&to)) else { continue };
        list.search.clone_from(&before.search);
        list.current.clone_from(&before.current);
        if before.definition.object == list.definition.object {
            list.path.clone_from(&before.path);
        }
        let conditions = before.conditions.iter().filter(|c| list.definition.columns.iter().any(|own| own.path == c.path));
        list.conditions = conditions.cloned().collect();
        let order: Vec<_> =
            before.order.iter().filter(|key| exists(&configuration, &list.definition, &key.path)).cloned().collect();
        if !order.is_empty() {
            list.order = order;
        }
    }
}

/// True if a list can be ordered by a path here.
fn exists(configuration: &Configuration, list: &ListDefinition, path: &str) -> bool {
    let mut object = configuration.object(&list.object);
    path.split('.').all(|name| {
        let Some(attribute) = object.and_then(|o| o.attribute(name)) else { return false };
        object = attribute.types.references().next().and_then(|o| configuration.object(o));
        true
    })
}

/// From where the new list is read: at the row the old one's window began with, if both have one order.
pub(super) fn place(old: &FormSession, new: &FormSession, element: u32) -> Wanted {
    let before = new.element_name(element).and_then(|name| old.lists.get(&old.element_named(name)?));
    let (Some(before), Some(list)) = (before, new.lists.get(&element)) else { return Wanted::Start };
    if before.order != list.order || !before.more_before {
        return Wanted::Start;
    }
    before.rows.first().map_or(Wanted::Start, |row| Wanted::Place(row.key.clone()))
}
