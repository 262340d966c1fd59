import { describe, expect, it } from "vitest";
import { applyPatch, childrenOf } from "../src/patches";
import type { Element, Form, Row } from "../src/views";

const row = (id: string, text = id): Row => ({
  id, cells: [{ text, checked: false, error: "", conflict: null }], is_group: false, deletion_mark: false, posted: false, pending: false,
});

const element = (id: number, changes: Partial<Element> = {}): Element => ({
  id, parent: null, name: `e${id}`, kind: { kind: "field", field: "text" }, title: "", text: "", checked: false, visible: true,
  enabled: true, read_only: false, required: false, hint: "", error: "", conflict: null, choices: [], table: null, input_version: 0, ...changes,
});

const table = (rows: Row[]) => ({
  columns: [], rows, more_before: false, more_after: false, loading: false, answers: 0, placed: 0, at_end: false, search: "", path: [], filters: [], current_row: "",
});

const form = (elements: Element[]): Form => ({
  form: 1, revision: 4, name: "Document.Orders.Item", title: "Order", used_server: "main", availability: { state: "available" },
  modified: false, waiting: false, can_open_from_main: false, left_behind: [], locked: "", focus: null, elements,
});

describe("applying a patch", () => {
  it("replaces an element and keeps the order of drawing", () => {
    const after = applyPatch(form([element(1), element(2)]), {
      form: 1, revision: 5, header: null, changes: [{ change: "element", element: element(1, { text: "typed" }) }],
    });
    expect(after?.elements.map((e) => [e.id, e.text])).toEqual([[1, "typed"], [2, ""]]);
    expect(after?.revision).toBe(5);
  });

  it("takes rows out of a list and puts others in their place", () => {
    const list = element(1, { table: table([row("a"), row("b"), row("c")]) });
    const after = applyPatch(form([list]), {
      form: 1, revision: 5, header: null, changes: [{ change: "rows", element: 1, start: 1, removed: 1, rows: [row("x"), row("y")] }],
    });
    expect(after?.elements[0]?.table?.rows.map((r) => r.id)).toEqual(["a", "x", "y", "c"]);
  });

  it("takes what goes at one end of a window and what comes at the other", () => {
    const list = element(1, { table: table([row("a"), row("b"), row("c")]) });
    const after = applyPatch(form([list]), {
      form: 1, revision: 5, header: null, changes: [
        { change: "rows", element: 1, start: 0, removed: 2, rows: [] },
        { change: "rows", element: 1, start: 1, removed: 0, rows: [row("d"), row("e")] },
      ],
    });
    expect(after?.elements[0]?.table?.rows.map((r) => r.id)).toEqual(["c", "d", "e"]);
  });

  it("keeps rows when only the state of a list changes", () => {
    const list = element(1, { table: table([row("a")]) });
    const after = applyPatch(form([list]), {
      form: 1, revision: 5, header: null, changes: [{ change: "element", element: element(1, { table: { ...table([]), loading: true } }) }],
    });
    expect(after?.elements[0]?.table).toMatchObject({ loading: true, rows: [{ id: "a" }] });
  });

  it("asks for a fresh view when a patch is missing", () => {
    expect(applyPatch(form([]), { form: 1, revision: 7, header: null, changes: [] })).toBeUndefined();
  });

  it("takes the head of the form from the patch and the elements from before", () => {
    const before = form([element(1)]);
    const header: Form = { ...before, elements: [], modified: true, availability: { state: "unavailable", reason: "lost", can_open_offline: true } };
    const after = applyPatch(before, { form: 1, revision: 5, header, changes: [] });
    expect(after?.modified).toBe(true);
    expect(after?.elements).toHaveLength(1);
  });
});

it("finds the elements inside an element in order", () => {
  const children = childrenOf(form([element(1), element(2, { parent: 1 }), element(3, { parent: 1 })]));
  expect(children.get(1)?.map((e) => e.id)).toEqual([2, 3]);
});
