//! The patch between two views of a form. Pure: applying it to the first gives the second.

use super::{ElementChange, ElementView, FormPatch, FormView, RowView, TableView};

/// What changed; none if nothing did. The patch's revision is one above `before`'s.
pub fn diff(before: &FormView, after: &FormView) -> Option<FormPatch> {
    let mut changes = Vec::new();
    for element in &after.elements {
        match before.elements.iter().find(|e| e.id == element.id) {
            None => changes.push(ElementChange::Element { element: without_rows(element) }),
            Some(old) if old != element => {
                let (old_bare, new_bare) = (without_rows(old), without_rows(element));
                if old_bare != new_bare {
                    changes.push(ElementChange::Element { element: new_bare });
                }
                changes.extend(rows(element.id, rows_of(old), rows_of(element)));
                continue;
            }
            Some(_) => continue,
        }
        changes.extend(rows(element.id, &[], rows_of(element)));
    }
    let header = (head(before) != head(after)).then(|| head(after));
    if changes.is_empty() && header.is_none() {
        return None;
    }
    Some(FormPatch { form: after.form, revision: before.revision + 1, header, changes })
}

/// The form after a patch, as a shell makes it.
pub fn apply(before: &FormView, patch: &FormPatch) -> FormView {
    let mut after = patch.header.clone().unwrap_or_else(|| head(before));
    after.revision = patch.revision;
    after.elements.clone_from(&before.elements);
    for change in &patch.changes {
        match change {
            ElementChange::Element { element } => match after.elements.iter_mut().find(|e| e.id == element.id) {
                Some(old) => {
                    let kept = old.table.take().map(|t| t.rows).unwrap_or_default();
                    *old = element.clone();
                    if let Some(table) = &mut old.table {
                        table.rows = kept;
                    }
                }
                None => after.elements.push(element.clone()),
            },
            ElementChange::Rows { element, start, removed, rows } => {
                let table = after.elements.iter_mut().find(|e| e.id == *element).and_then(|e| e.table.as_mut());
                if let Some(table) = table {
                    let start = *start as usize;
                    table.rows.splice(start..start + *removed as usize, rows.iter().cloned());
                }
            }
        }
    }
    after
}

fn head(form: &FormView) -> FormView {
    FormView { elements: Vec::new(), revision: 0, ..clone_head(form) }
}

fn clone_head(form: &FormView) -> FormView {
    FormView {
        form: form.form,
        revision: form.revision,
        name: form.name.clone(),
        title: form.title.clone(),
        used_server: form.used_server.clone(),
        availability: form.availability.clone(),
        modified: form.modified,
        waiting: form.waiting,
        can_open_from_main: form.can_open_from_main,
        left_behind: form.left_behind.clone(),
        locked: form.locked.clone(),
        focus: form.focus,
        elements: Vec::new(),
    }
}

fn without_rows(element: &ElementView) -> ElementView {
    let mut bare = element.clone();
    if let Some(table) = &mut bare.table {
        table.rows = Vec::new();
    }
    bare
}

fn rows_of(element: &ElementView) -> &[RowView] {
    element.table.as_ref().map_or(&[], |t: &TableView| &t.rows)
}

/// Runs of changed rows: what stays is not told, also where rows go at one end and come at the other.
fn rows(element: u32, before: &[RowView], after: &[RowView]) -> Vec<ElementChange> {
    if let Some((gone, kept)) = moved_on(before, after) {
        let come = run(element, kept, &[], &after[kept..]);
        return run(element, 0, &before[..gone], &[]).into_iter().chain(come).collect();
    }
    if let Some((come, kept)) = moved_on(after, before) {
        let gone = run(element, kept, &before[kept..], &[]);
        return gone.into_iter().chain(run(element, 0, &[], &after[..come])).collect();
    }
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let end = before[start..].iter().rev().zip(after[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    run(element, start, &before[start..before.len() - end], &after[start..after.len() - end]).into_iter().collect()
}

/// A window of a list that was read on: how many rows went at its start, and how many stay.
fn moved_on(from: &[RowView], to: &[RowView]) -> Option<(usize, usize)> {
    let first = to.first()?;
    let gone = from.iter().position(|row| row.id == first.id).filter(|gone| *gone > 0)?;
    let kept = from.len() - gone;
    (to.get(..kept)? == &from[gone..]).then_some((gone, kept))
}

fn run(element: u32, start: usize, gone: &[RowView], come: &[RowView]) -> Option<ElementChange> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (!gone.is_empty() || !come.is_empty()).then(|| ElementChange::Rows {
        element,
        start: number(start),
        removed: number(gone.len()),
        rows: come.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;
    use proptest::prelude::*;

    fn element(id: u32, text: &str, rows: Option<Vec<u8>>) -> ElementView {
        ElementView {
            id,
            parent: None,
            name: format!("e{id}"),
            kind: ElementKindView::Label,
            title: String::new(),
            text: text.to_owned(),
            checked: false,
            visible: true,
            enabled: true,
            read_only: false,
            required: false,
            hint: String::new(),
            error: String::new(),
            conflict: None,
            choices: Vec::new(),
            table: rows.map(|rows| TableView {
                rows: rows
                    .into_iter()
                    .map(|n| RowView {
                        id: n.to_string(),
                        cells: vec![CellView {
                            text: format!("{}", n % 3),
                            checked: false,
                            error: String::new(),
                            conflict: None,
                        }],
                        is_group: false,
                        deletion_mark: false,
                        posted: false,
                        pending: false,
                    })
                    .collect(),
                ..TableView::default()
            }),
            input_version: 0,
        }
    }

    fn form(revision: u64, title: &str, elements: Vec<ElementView>) -> FormView {
        FormView {
            form: 1,
            revision,
            name: "F".into(),
            title: title.into(),
            used_server: "main".into(),
            availability: FormAvailability::Available,
            modified: false,
            waiting: false,
            can_open_from_main: false,
            left_behind: Vec::new(),
            locked: String::new(),
            focus: None,
            elements,
        }
    }

    fn any_form() -> impl Strategy<Value = FormView> {
        ("[ab]", "[ab]{0,2}", proptest::collection::vec(0u8..8, 0..8), proptest::collection::vec(0u8..8, 0..8)).prop_map(
            |(title, text, rows, others)| {
                form(7, &title, vec![element(1, &text, None), element(2, "", Some(rows)), element(3, &text, Some(others))])
            },
        )
    }

    /// What a patch says of rows that went from one to the other: start, removed, how many come.
    fn runs(before: std::ops::Range<u8>, after: std::ops::Range<u8>) -> Vec<(u32, u32, usize)> {
        let of = |rows: std::ops::Range<u8>| form(1, "", vec![element(1, "", Some(rows.collect()))]);
        let patch = diff(&of(before), &of(after)).expect("a change");
        let rows = |change: &ElementChange| match change {
            ElementChange::Rows { start, removed, rows, .. } => Some((*start, *removed, rows.len())),
            ElementChange::Element { .. } => None,
        };
        patch.changes.iter().filter_map(rows).collect()
    }

    #[test]
    fn of_a_window_that_moves_on_only_what_goes_and_comes_is_told() {
        assert_eq!(runs(0..60, 0..80), [(60, 0, 20)]);
        assert_eq!(runs(0..60, 20..80), [(0, 20, 0), (40, 0, 20)]);
        assert_eq!(runs(20..80, 0..60), [(40, 20, 0), (0, 0, 20)]);
        assert_eq!(runs(20..80, 0..80), [(0, 0, 20)]);
        assert_eq!(runs(0..60, 60..80), [(0, 60, 20)]);
    }

    proptest! {
        #[test]
        fn a_patch_applied_to_the_old_view_gives_the_new_one(before in any_form(), after in any_form()) {
            match diff(&before, &after) {
                None => prop_assert_eq!(&before, &after),
                Some(patch) => {
                    let mut expected = after.clone();
                    expected.revision = 8;
                    prop_assert_eq!(apply(&before, &patch), expected);
                }
            }
        }
    }
}
