// Applying patches: pure, so that it can be proven that all patches give the same as a fresh view.

import type { Element, Form, FormPatch, Table } from "./views";

/** The form after the patch; none if the patch does not follow the form's revision, so that a fresh view is needed. */
export function applyPatch(form: Form, patch: FormPatch): Form | undefined {
  if (patch.revision !== form.revision + 1) return undefined;
  const elements = new Map(form.elements.map((element) => [element.id, element]));
  for (const change of patch.changes) {
    if (change.change === "element") {
      elements.set(change.element.id, withRows(change.element, elements.get(change.element.id)));
    } else {
      const element = elements.get(change.element);
      if (!element) return undefined;
      const table = element.table ?? emptyTable();
      const rows = table.rows.slice();
      rows.splice(change.start, change.removed, ...change.rows);
      elements.set(element.id, { ...element, table: { ...table, rows } });
    }
  }
  const header = patch.header ?? form;
  return { ...header, revision: patch.revision, elements: [...elements.values()] };
}

/** An element change leaves rows to the row changes: they stay as they were. */
function withRows(element: Element, before: Element | undefined): Element {
  if (!before?.table) return element;
  const table = element.table ? { ...element.table, rows: before.table.rows } : before.table;
  return { ...element, table };
}

function emptyTable(): Table {
  return { columns: [], rows: [], more_before: false, more_after: false, loading: false, answers: 0, placed: 0, at_end: false, search: "", path: [], filters: [], current_row: "" };
}

/** Elements by the element that holds them, in order of drawing. */
export function childrenOf(form: Form): Map<number | null, Element[]> {
  const children = new Map<number | null, Element[]>();
  for (const element of form.elements) {
    const siblings = children.get(element.parent);
    if (siblings) siblings.push(element);
    else children.set(element.parent, [element]);
  }
  return children;
}
