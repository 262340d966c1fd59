// Numbers as parts of a whole: looked at, or set by moving a mark.

import { useId, useState } from "preact/hooks";
import { Conflict } from "./field";
import type { Drawing } from "./form";
import { useTyping } from "./typing";
import type { Element } from "./views";

export function ProgressElement({ element, share }: { element: Element; share: number }) {
  const id = useId();
  return (
    <div class="field bar-field" data-element={element.name}>
      <span class="bar-head"><label for={id} class="caption">{element.title}</label><output class="caption">{element.text}</output></span>
      <progress id={id} value={share} max={1} aria-valuetext={element.text} />
    </div>
  );
}

export function TrackElement({ element, track, drawing }: { element: Element; track: { value: number; min: number; max: number; step: number }; drawing: Drawing }) {
  const id = useId();
  // While the mark is moved the client need not know; it is told where the mark was left.
  const [moved, setMoved] = useState<number | undefined>(undefined);
  const [left, leave] = useTyping(drawing.phone, String(track.value), element.input_version, (text, inputVersion) =>
    drawing.phone.dispatch(drawing.form.form, { event: "setText", element: element.id, text, inputVersion }));
  const note = element.error || element.hint;
  const shown = moved ?? Number(left);
  return (
    <div class={`field bar-field ${element.enabled ? "" : "off"}`} data-element={element.name}>
      <span class="bar-head"><label for={id} class="caption">{element.title}</label><output class="caption" for={id}>{shown === track.value ? element.text : String(shown)}</output></span>
      <input id={id} type="range" min={track.min} max={track.max} step={track.step} value={shown} aria-valuetext={element.text}
        aria-describedby={note ? `${id}-note` : undefined} disabled={!element.enabled || element.read_only}
        onInput={(e) => setMoved(e.currentTarget.valueAsNumber)} onChange={(e) => { setMoved(undefined); leave(e.currentTarget.value); }} />
      {note && <p id={`${id}-note`} class={element.error ? "error" : "hint"}>{note}</p>}
      {element.conflict && <Conflict theirs={element.conflict.theirs} drawing={drawing} take={() => drawing.phone.dispatch(drawing.form.form, { event: "takeTheirs", element: element.id })} />}
    </div>
  );
}
