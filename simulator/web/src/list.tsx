// Dynamic lists: a window of rows that is read on as the person nears an end.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Drawing } from "./form";
import { Icon } from "./icons";
import { useTyping } from "./typing";
import type { Element, FormEvent, Row, Table } from "./views";
import { word } from "./words";

const NEAR_PX = 600;

export function ListElement({ element, drawing }: { element: Element; drawing: Drawing }) {
  const rows = useRef<HTMLDivElement>(null);
  const asked = useRef(-1);
  const table = element.table;
  const send = (event: FormEvent) => drawing.phone.dispatch(drawing.form.form, event);
  const say = (key: Parameters<typeof word>[1]) => word(drawing.language, key);

  const readOn = () => {
    const box = rows.current;
    // Between two answers more is asked for once, and after a failure only when the person goes on.
    if (!box || !table || table.loading || asked.current === table.answers) return;
    const after = table.more_after && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    const before = table.more_before && box.scrollTop < NEAR_PX;
    if (!after && !before) return;
    asked.current = table.answers;
    send({ event: "readOn", element: element.id, direction: after ? "after" : "before" });
  };
  const failed = (element.error ?? "") !== "";
  useEffect(() => { if (!failed) readOn(); }, [table?.answers, table?.loading, failed]);
  // Other rows than were seen are seen from their start, or from the end that was jumped to.
  useLayoutEffect(() => {
    const box = rows.current;
    if (box && table) box.scrollTop = table.at_end ? box.scrollHeight : 0;
  }, [table?.placed]);
  if (!table) return null;
  return (
    <section class="list" data-element={element.name}>
      <div class="list-tools">
        <SearchBox element={element} table={table} drawing={drawing} />
        <SortButtons table={table} sort={(column) => send({ event: "sort", element: element.id, column })} />
      </div>
      <Filters element={element} table={table} send={send} say={say} />
      {table.path.length > 0 && (
        <nav class="path">
          <button type="button" onClick={() => send({ event: "openGroup", element: element.id, group: "" })}>{say("top")}</button>
          {table.path.map((group) => <button type="button" key={group.id} onClick={() => send({ event: "openGroup", element: element.id, group: group.id })}>{group.text}</button>)}
        </nav>
      )}
      {element.error && <p class="error" role="alert">{element.error}</p>}
      <div class="rows" ref={rows} onScroll={readOn} role="list" aria-busy={table.loading} data-test="rows"
        onKeyDown={(e) => {
          if (e.key === "End" && e.ctrlKey) send({ event: "jump", element: element.id, toEnd: true });
          if (e.key === "Home" && e.ctrlKey) send({ event: "jump", element: element.id, toEnd: false });
          if (e.key === "ArrowDown") focusRow(e.target, "nextElementSibling", e);
          if (e.key === "ArrowUp") focusRow(e.target, "previousElementSibling", e);
        }}>
        {table.rows.map((row) => (
          <ListRow key={row.id} row={row} table={table} current={row.id === table.current_row} closed={!element.enabled}
            open={() => send({ event: "openRow", element: element.id, row: row.id })}
            select={() => row.id !== table.current_row && send({ event: "selectRow", element: element.id, row: row.id })} />
        ))}
        {table.rows.length === 0 && <p class="none">{table.loading ? say("loading") : say("empty")}</p>}
      </div>
    </section>
  );
}

/** What the list is narrowed to, and narrowing it to rows like the chosen one. */
function Filters({ element, table, send, say }: { element: Element; table: Table; send: (event: FormEvent) => void; say: (key: Parameters<typeof word>[1]) => string }) {
  const open = table.columns.filter((column) => !table.filters.some((filter) => filter.column === column.name));
  if (table.filters.length === 0 && table.current_row === "") return null;
  return (
    <div class="sorts" data-test="filters">
      {table.filters.map((filter) => (
        <button type="button" class="on" key={filter.column} data-filter={filter.column} aria-label={`${say("clearFilter")}: ${filter.title}`}
          onClick={() => send({ event: "clearFilter", element: element.id, column: filter.column })}>{filter.title}: {filter.text || "—"} ×</button>
      ))}
      {table.current_row !== "" && open.length > 0 && (
        <select aria-label={say("likeChosen")} value="" data-test="filter"
          onChange={(e) => e.currentTarget.value && send({ event: "filterByRow", element: element.id, row: table.current_row, column: e.currentTarget.value })}>
          <option value="">{say("likeChosen")}</option>
          {open.map((column) => <option key={column.name} value={column.name}>{column.title}</option>)}
        </select>
      )}
    </div>
  );
}

function focusRow(target: EventTarget | null, way: "nextElementSibling" | "previousElementSibling", event: KeyboardEvent): void {
  const next = target instanceof HTMLElement ? target[way] : null;
  if (next instanceof HTMLElement) {
    event.preventDefault();
    next.focus();
  }
}

function SearchBox({ element, table, drawing }: { element: Element; table: Table; drawing: Drawing }) {
  const [text, type] = useTyping(drawing.phone, table.search, element.input_version, (typed) =>
    drawing.phone.dispatch(drawing.form.form, { event: "search", element: element.id, text: typed }));
  return (
    <label class="search">
      <Icon name="search" />
      <input type="search" placeholder={word(drawing.language, "search")} aria-label={word(drawing.language, "search")} value={text} onInput={(e) => type(e.currentTarget.value)} />
    </label>
  );
}

function SortButtons({ table, sort }: { table: Table; sort: (column: string) => void }) {
  return (
    <div class="sorts">
      {table.columns.map((column) => (
        <button type="button" key={column.name} class={column.sorted ? "on" : ""} aria-pressed={column.sorted !== 0} data-sort={column.name} onClick={() => sort(column.name)}>
          {column.title} {column.sorted > 0 ? "↑" : column.sorted < 0 ? "↓" : ""}
        </button>
      ))}
    </div>
  );
}

function ListRow({ row, table, current, closed, open, select }: { row: Row; table: Table; current: boolean; closed: boolean; open: () => void; select: () => void }) {
  const [first, ...rest] = row.cells;
  return (
    <button type="button" role="listitem" class={`list-row ${current ? "current" : ""} ${row.deletion_mark ? "marked" : ""}`} aria-disabled={closed}
      onClick={() => !closed && open()} data-test="row"
      // By keys only: what appears for the chosen row would move this one away from under a finger that is still down.
      onFocus={(e) => e.currentTarget.matches(":focus-visible") && select()}
      onContextMenu={(e) => { e.preventDefault(); select(); }}>
      {row.is_group && <Icon name="folder" />}
      <span class="row-texts">
        <span class="row-main">{first?.text || "—"}</span>
        <span class="row-rest">
          {rest.map((cell, at) => cell.text && <span key={table.columns[at + 1]?.name} title={table.columns[at + 1]?.title}>{cell.text}</span>)}
        </span>
      </span>
      {row.posted && <span class="posted" title="✓">✓</span>}
      {row.pending && <span class="to-send" title="↑">↑</span>}
    </button>
  );
}
