// Tabular sections: each row a card of cells on a phone, edited in place.

import { useState } from "preact/hooks";
import type { Drawing } from "./form";
import { Conflict } from "./field";
import { Icon } from "./icons";
import { useTyping } from "./typing";
import type { Cell, Column, Element, Row } from "./views";
import { word } from "./words";

export function TableElement({ element, drawing }: { element: Element; drawing: Drawing }) {
  const table = element.table;
  const say = (key: Parameters<typeof word>[1]) => word(drawing.language, key);
  const closed = element.read_only || !element.enabled;
  if (!table) return null;
  return (
    <section class="table" data-element={element.name} aria-label={element.title}>
      {element.title && <h3>{element.title}</h3>}
      {element.error && <p class="error" role="alert">{element.error}</p>}
      {element.hint && <p class="hint">{element.hint}</p>}
      {element.conflict && <Conflict theirs={element.conflict.theirs} drawing={drawing} take={() => drawing.phone.dispatch(drawing.form.form, { event: "takeTheirs", element: element.id })} />}
      {table.rows.map((row, index) => (
        <div class={row.id === table.current_row ? "row-card current" : "row-card"} key={row.id} data-row={index}
          onFocusCapture={() => row.id !== table.current_row && drawing.phone.dispatch(drawing.form.form, { event: "selectRow", element: element.id, row: row.id })}>
          <span class="row-number">{index + 1}</span>
          <div class="cells">
            {table.columns.map((column, at) => (
              <CellInput key={column.name} element={element} row={row} column={column} cell={row.cells[at] ?? { text: "", checked: false, error: "", conflict: null }} closed={closed} drawing={drawing} />
            ))}
          </div>
          {!closed && (
            <button type="button" class="icon" aria-label={`${say("remove")} ${index + 1}`}
              onClick={() => drawing.phone.dispatch(drawing.form.form, { event: "removeRow", element: element.id, row: row.id })}>×</button>
          )}
        </div>
      ))}
      {!closed && (
        <button type="button" class="add-row" data-test="add-row" onClick={() => drawing.phone.dispatch(drawing.form.form, { event: "addRow", element: element.id })}>+ {say("addRow")}</button>
      )}
    </section>
  );
}

interface CellProps {
  element: Element;
  row: Row;
  column: Column;
  cell: Cell;
  closed: boolean;
  drawing: Drawing;
}

function CellInput({ element, row, column, cell, closed, drawing }: CellProps) {
  const where = { element: element.id, row: row.id, column: column.name };
  const [text, type] = useTyping(drawing.phone, cell.text, element.input_version, (typed, inputVersion) =>
    drawing.phone.dispatch(drawing.form.form, column.field === "reference" ? { event: "suggestCell", ...where, text: typed } : { event: "setCell", ...where, text: typed, inputVersion }));
  const [asked, setAsked] = useState(false);
  const readOnly = closed || column.read_only;
  const offered = asked && column.field === "reference" && element.choices.length > 0;
  return (
    <label class={`cell ${column.field} ${cell.error ? "wrong" : ""}`} data-column={column.name}>
      <span class="caption">{column.title}</span>
      {readOnly ? <output>{cell.text}</output> : column.choices.length > 0 ? (
        <select value={column.choices.find((choice) => choice.text === cell.text)?.id ?? ""} aria-invalid={cell.error !== ""}
          onChange={(e) => drawing.phone.dispatch(drawing.form.form, { event: "chooseCell", ...where, choice: e.currentTarget.value })}>
          <option value="" hidden />
          {column.choices.map((choice) => <option key={choice.id} value={choice.id}>{choice.text}</option>)}
        </select>
      ) : (
        <span class="with-buttons">
          <input type="text" inputMode={column.field === "number" ? "decimal" : "text"} autocomplete="off" value={text} aria-invalid={cell.error !== ""}
            onInput={(e) => { setAsked(true); type(e.currentTarget.value); }} onBlur={() => setTimeout(() => setAsked(false), 200)} />
          {column.field === "reference" && (
            <button type="button" class="icon" aria-label={`${word(drawing.language, "choose")}: ${column.title}`} data-test="choose"
              onClick={(e) => { e.preventDefault(); drawing.phone.dispatch(drawing.form.form, { event: "openCellChoice", ...where }); }}><Icon name="list" /></button>
          )}
          {offered && (
            <ul class="suggestions" role="listbox">
              {element.choices.map((choice) => (
                <li key={choice.id}>
                  <button type="button" role="option" onMouseDown={(e) => e.preventDefault()}
                    onClick={(e) => { e.preventDefault(); setAsked(false); drawing.phone.dispatch(drawing.form.form, { event: "chooseCell", ...where, choice: choice.id }); }}>
                    {choice.text}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </span>
      )}
      {cell.error && <small class="error" role="alert">{cell.error}</small>}
      {cell.conflict && <Conflict theirs={cell.conflict.theirs} drawing={drawing} take={() => drawing.phone.dispatch(drawing.form.form, { event: "takeTheirsCell", ...where })} />}
    </label>
  );
}
