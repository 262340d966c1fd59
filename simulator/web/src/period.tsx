// Periods: two fields, and a standard period that sets both.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Drawing } from "./form";
import type { Element } from "./views";
import { word } from "./words";

export function PeriodElement({ element, drawing, children }: { element: Element; drawing: Drawing; children: ComponentChildren }) {
  const id = useId();
  const note = element.error || element.hint;
  const chosen = element.choices.find((choice) => choice.text === element.text);
  return (
    <fieldset class={`period ${element.error ? "wrong" : ""}`} data-element={element.name} aria-describedby={note ? `${id}-note` : undefined}>
      <legend class="caption">{element.title}</legend>
      {element.choices.length > 0 && (
        <select aria-label={word(drawing.language, "standardPeriod")} disabled={!element.enabled || element.read_only} value={chosen?.id ?? ""} data-test="period"
          onChange={(e) => e.currentTarget.value && drawing.phone.dispatch(drawing.form.form, { event: "choose", element: element.id, choice: e.currentTarget.value })}>
          {!chosen && <option value="">{element.text}</option>}
          {element.choices.map((choice) => <option key={choice.id} value={choice.id}>{choice.text}</option>)}
        </select>
      )}
      <div class="group horizontal">{children}</div>
      {note && <p id={`${id}-note`} class={element.error ? "error" : "hint"} role={element.error ? "alert" : undefined}>{note}</p>}
    </fieldset>
  );
}
