// Fields: one input for each kind of value, with what is wrong, what is offered, and what the other server has.

import { useId, useState } from "preact/hooks";
import type { Drawing } from "./form";
import { Icon } from "./icons";
import { useTyping } from "./typing";
import type { Choice, Element, FieldKind, FormEvent } from "./views";
import { word } from "./words";

export function FieldElement({ element, field, drawing }: { element: Element; field: FieldKind; drawing: Drawing }) {
  const id = useId();
  const send = (event: FormEvent) => drawing.phone.dispatch(drawing.form.form, event);
  const off = !element.enabled;
  const note = element.error || element.hint;
  const noteId = note ? `${id}-note` : undefined;
  if (field === "label")
    return <p class="field shown" data-element={element.name}><span class="caption">{element.title}</span><span>{element.text}</span></p>;
  return (
    <div class={`field ${field} ${element.error ? "wrong" : ""} ${off ? "off" : ""}`} data-element={element.name}>
      {field !== "switch" && field !== "checkBox" && (
        <label for={id} class="caption">{element.title}{element.required && <b class="required" aria-hidden="true"> *</b>}</label>
      )}
      <Input id={id} noteId={noteId} element={element} field={field} drawing={drawing} send={send} />
      {note && <p id={noteId} class={element.error ? "error" : "hint"} role={element.error ? "alert" : undefined}>{note}</p>}
      {element.conflict && <Conflict theirs={element.conflict.theirs} drawing={drawing} take={() => send({ event: "takeTheirs", element: element.id })} />}
    </div>
  );
}

interface InputProps {
  id: string;
  noteId: string | undefined;
  element: Element;
  field: FieldKind;
  drawing: Drawing;
  send: (event: FormEvent) => void;
}

function Input({ id, noteId, element, field, drawing, send }: InputProps) {
  const common = { id, "aria-describedby": noteId, "aria-invalid": element.error !== "", "aria-required": element.required, disabled: !element.enabled };
  switch (field) {
    case "switch":
    case "checkBox":
      return (
        <label class="check">
          <input {...common} type="checkbox" role={field === "switch" ? "switch" : undefined} class={field} checked={element.checked}
            disabled={!element.enabled || element.read_only}
            onChange={(e) => send({ event: "setChecked", element: element.id, checked: e.currentTarget.checked })} />
          {element.title}
        </label>
      );
    case "choice":
      return (
        <select {...common} disabled={!element.enabled || element.read_only} onChange={(e) => choose(e.currentTarget.value, element, send)}>
          <option value=""></option>
          {element.choices.map((choice) => <option key={choice.id} value={choice.id} selected={choice.text === element.text}>{choice.text}</option>)}
        </select>
      );
    case "radio":
      return (
        <div class="radios" role="radiogroup" aria-describedby={noteId}>
          {element.choices.map((choice) => (
            <label key={choice.id}>
              <input type="radio" name={id} checked={choice.text === element.text} disabled={!element.enabled || element.read_only} onChange={() => choose(choice.id, element, send)} /> {choice.text}
            </label>
          ))}
        </div>
      );
    case "reference":
      return <ReferenceInput common={common} element={element} drawing={drawing} send={send} />;
    default:
      return <TextInput common={common} element={element} field={field} drawing={drawing} send={send} />;
  }
}

function choose(choice: string, element: Element, send: (event: FormEvent) => void): void {
  send(choice ? { event: "choose", element: element.id, choice } : { event: "clear", element: element.id });
}

type Common = Record<string, unknown>;

function TextInput({ common, element, field, drawing, send }: { common: Common; element: Element; field: FieldKind; drawing: Drawing; send: (event: FormEvent) => void }) {
  const [text, type] = useTyping(drawing.phone, element.text, element.input_version, (typed, inputVersion) =>
    send({ event: "setText", element: element.id, text: typed, inputVersion }));
  const input = { ...common, readOnly: element.read_only, value: text };
  if (element.choices.length > 0 && field !== "multiline")
    return <OfferingInput common={common} element={element} field={field} text={text} type={type} send={send} />;
  if (field === "multiline") return <textarea {...input} rows={3} onInput={(e) => type(e.currentTarget.value)} />;
  return <input {...input} type="text" inputMode={field === "number" ? "decimal" : "text"} autocomplete="off" onInput={(e) => type(e.currentTarget.value)} />;
}

/** What is typed, with texts to take instead. */
function OfferingInput({ common, element, field, text, type, send }: { common: Common; element: Element; field: FieldKind; text: string; type: (text: string) => void; send: (event: FormEvent) => void }) {
  const [asked, setAsked] = useState(false);
  const open = asked && element.enabled && !element.read_only && !(element.choices.length === 1 && element.choices[0]?.text === text);
  const take = (choice: Choice) => {
    setAsked(false);
    send({ event: "choose", element: element.id, choice: choice.id });
  };
  return (
    <div class="with-buttons">
      <input {...common} type="text" role="combobox" aria-expanded={open} aria-autocomplete="list" inputMode={field === "number" ? "decimal" : "text"} autocomplete="off"
        readOnly={element.read_only} value={text} onInput={(e) => { setAsked(true); type(e.currentTarget.value); }} onClick={() => setAsked(true)}
        onKeyDown={(e) => { if (e.key === "ArrowDown") setAsked(true); if (e.key === "Escape") setAsked(false); const first = element.choices[0]; if (e.key === "Enter" && open && first) take(first); }}
        onBlur={() => setTimeout(() => setAsked(false), 200)} />
      {open && (
        <ul class="suggestions" role="listbox">
          {element.choices.map((choice) => (
            <li key={choice.id}><button type="button" role="option" onMouseDown={(e) => e.preventDefault()} onClick={() => take(choice)}>{choice.text}</button></li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ReferenceInput({ common, element, drawing, send }: { common: Common; element: Element; drawing: Drawing; send: (event: FormEvent) => void }) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const say = (key: Parameters<typeof word>[1]) => word(drawing.language, key);
  const closed = !element.enabled || element.read_only;
  const pick = (choice: Choice) => {
    setTyped(undefined);
    send({ event: "choose", element: element.id, choice: choice.id });
  };
  return (
    <div class="with-buttons">
      <input {...common} type="text" role="combobox" autocomplete="off" aria-expanded={typed !== undefined && element.choices.length > 0}
        readOnly={element.read_only} value={typed ?? element.text}
        onInput={(e) => { setTyped(e.currentTarget.value); send({ event: "suggest", element: element.id, text: e.currentTarget.value }); }}
        onKeyDown={(e) => { if (e.key === "Escape") setTyped(undefined); const first = element.choices[0]; if (e.key === "Enter" && typed !== undefined && first) pick(first); }}
        onBlur={() => setTimeout(() => setTyped(undefined), 200)} />
      {!closed && element.text !== "" && <button type="button" class="icon" aria-label={`${say("clear")}: ${element.title}`} onClick={() => send({ event: "clear", element: element.id })}>×</button>}
      {element.text !== "" && <button type="button" class="icon" aria-label={`${say("open")}: ${element.title}`} disabled={!element.enabled} onClick={() => send({ event: "openValue", element: element.id })}><Icon name="document" /></button>}
      {!closed && <button type="button" class="icon" aria-label={`${say("choose")}: ${element.title}`} data-test="choose" onClick={() => send({ event: "openChoice", element: element.id })}><Icon name="list" /></button>}
      {typed !== undefined && element.choices.length > 0 && (
        <ul class="suggestions" role="listbox">
          {element.choices.map((choice) => (
            <li key={choice.id}><button type="button" role="option" onMouseDown={(e) => e.preventDefault()} onClick={() => pick(choice)}>{choice.text}</button></li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The other server's value, one tap away. */
export function Conflict({ theirs, drawing, take }: { theirs: string; drawing: Drawing; take: () => void }) {
  return (
    <p class="conflict" role="status">
      {word(drawing.language, "conflict")} <b>{theirs || "—"}</b>{" "}
      <button type="button" disabled={drawing.form.availability.state !== "available"} onClick={(e) => { e.preventDefault(); take(); }}>{word(drawing.language, "take")}</button>
    </p>
  );
}
