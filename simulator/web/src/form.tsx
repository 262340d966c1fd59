// A form: its head, its state, and its elements by kind.

import { useEffect, useRef } from "preact/hooks";
import { FieldElement } from "./field";
import { Icon } from "./icons";
import { ListElement } from "./list";
import { childrenOf } from "./patches";
import { PeriodElement } from "./period";
import { ChartElement, PictureElement, SpreadsheetElement } from "./pictures";
import type { Phone } from "./phone";
import { PopupElement } from "./popup";
import { TableElement } from "./table";
import type { Element, Form } from "./views";
import { word } from "./words";

export interface Drawing {
  phone: Phone;
  form: Form;
  language: string;
  children: Map<number | null, Element[]>;
}

export function FormScreen({ phone, form, language }: { phone: Phone; form: Form; language: string }) {
  const drawing: Drawing = { phone, form, language, children: childrenOf(form) };
  const say = (key: Parameters<typeof word>[1]) => word(language, key);
  const execute = (command: string) => phone.dispatch(form.form, { event: "execute", command });
  const { availability } = form;
  const article = useRef<HTMLElement>(null);
  // A form that is drawn anew, perhaps in the place of another, has the focus where the person was.
  useEffect(() => {
    const name = form.elements.find((element) => element.id === form.focus)?.name;
    if (name) article.current?.querySelector<HTMLElement>(`[data-element="${CSS.escape(name)}"] :is(input, textarea, select)`)?.focus();
  }, [form.form]);
  return (
    <article ref={article} class={`form ${availability.state}`} data-form={form.name} data-server={form.used_server} aria-busy={form.waiting}
      onKeyDown={(e) => { if (e.key === "s" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); execute("write"); } }}>
      <header class="form-head">
        <h2>{form.title}{form.modified && <b class="dot" title="*"> •</b>}</h2>
        <span class={`server ${form.used_server}`} data-test="server">
          <Icon name={form.used_server === "main" ? "cloud" : "phone"} />
          {say(form.used_server === "main" ? "main" : "standalone")}
        </span>
        <button type="button" class="icon" aria-label={say("close")} data-command="close" onClick={() => execute("close")}>×</button>
      </header>
      {form.waiting && <progress class="waiting" aria-label={say("working")} />}
      {availability.state === "unavailable" && (
        <div class="state-bar unavailable" role="alert">
          <p>{availability.reason}</p>
          {availability.can_open_offline && (
            <button type="button" class="primary" data-command="openOffline" onClick={() => execute("openOffline")}>{say("openOffline")}</button>
          )}
        </div>
      )}
      {form.locked && (
        <div class="state-bar unavailable" role="alert">
          <p>{form.locked}</p>
          <button type="button" data-command="tryAgain" onClick={() => execute("tryAgain")}>{say("retry")}</button>
        </div>
      )}
      {form.can_open_from_main && (
        <div class="state-bar">
          <button type="button" data-command="openFromMainServer" onClick={() => execute("openFromMainServer")}><Icon name="cloud" /> {say("openFromMain")}</button>
        </div>
      )}
      {form.left_behind.length > 0 && (
        <p class="state-bar left-behind" role="status">{say("leftBehind")} <b>{form.left_behind.join(", ")}</b></p>
      )}
      <div class="elements"><Children of={null} drawing={drawing} /></div>
    </article>
  );
}

function Children({ of, drawing }: { of: number | null; drawing: Drawing }) {
  return (
    <>
      {(drawing.children.get(of) ?? []).filter((element) => element.visible).map((element) => (
        <ElementDrawing key={element.id} element={element} drawing={drawing} />
      ))}
    </>
  );
}

function ElementDrawing({ element, drawing }: { element: Element; drawing: Drawing }) {
  switch (element.kind.kind) {
    case "field":
      return <FieldElement element={element} field={element.kind.field} drawing={drawing} />;
    case "table":
      return <TableElement element={element} drawing={drawing} />;
    case "list":
      return <ListElement element={element} drawing={drawing} />;
    case "button":
      return <Button element={element} command={element.kind.command} primary={element.kind.primary} drawing={drawing} />;
    case "commandBar":
      return <div class="command-bar" role="toolbar"><Children of={element.id} drawing={drawing} /></div>;
    case "popup":
      return <PopupElement element={element} icon={element.kind.icon} drawing={drawing} />;
    case "period":
      return <PeriodElement element={element} drawing={drawing}><Children of={element.id} drawing={drawing} /></PeriodElement>;
    case "group":
      return <Group element={element} kind={element.kind} drawing={drawing} />;
    case "pages":
      return <Pages element={element} active={element.kind.active} drawing={drawing} />;
    case "page":
      return <Children of={element.id} drawing={drawing} />;
    case "label":
      return <p class="label" data-element={element.name}>{element.text || element.title}</p>;
    case "picture":
      return <PictureElement element={element} kind={element.kind} />;
    case "chart":
      return <Framed element={element}><ChartElement chart={element.kind.chart} title={element.title} /></Framed>;
    case "spreadsheet":
      return <Framed element={element}><SpreadsheetElement sheet={element.kind.sheet} /></Framed>;
  }
}

function Framed({ element, children }: { element: Element; children: preact.ComponentChildren }) {
  return (
    <figure class="framed" data-element={element.name}>
      {element.title && <figcaption>{element.title}</figcaption>}
      {children}
    </figure>
  );
}

function Button({ element, command, primary, drawing }: { element: Element; command: string; primary: boolean; drawing: Drawing }) {
  return (
    <button type="button" class={primary ? "primary" : ""} disabled={!element.enabled} title={element.hint} data-command={command} data-element={element.name}
      onClick={() => drawing.phone.dispatch(drawing.form.form, { event: "execute", command })}>
      {element.title}
    </button>
  );
}

function Group({ element, kind, drawing }: { element: Element; kind: { horizontal: boolean; collapsible: boolean }; drawing: Drawing }) {
  const inside = <div class={kind.horizontal ? "group horizontal" : "group"}><Children of={element.id} drawing={drawing} /></div>;
  if (kind.collapsible)
    return <details class="fold" open><summary>{element.title}</summary>{inside}</details>;
  return element.title ? <fieldset class="titled"><legend>{element.title}</legend>{inside}</fieldset> : inside;
}

function Pages({ element, active, drawing }: { element: Element; active: number | null; drawing: Drawing }) {
  const pages = (drawing.children.get(element.id) ?? []).filter((page) => page.visible);
  const shown = pages.find((page) => page.id === active) ?? pages[0];
  const turn = (step: number) => {
    const next = pages[pages.findIndex((page) => page.id === shown?.id) + step];
    if (next) drawing.phone.dispatch(drawing.form.form, { event: "activatePage", element: next.id });
  };
  return (
    <div class="pages">
      <div class="tabs" role="tablist" onKeyDown={(e) => { if (e.key === "ArrowRight") turn(1); if (e.key === "ArrowLeft") turn(-1); }}>
        {pages.map((page) => (
          <button type="button" role="tab" key={page.id} aria-selected={page.id === shown?.id} tabIndex={page.id === shown?.id ? 0 : -1} data-page={page.name}
            onClick={() => drawing.phone.dispatch(drawing.form.form, { event: "activatePage", element: page.id })}>
            {page.title}
          </button>
        ))}
      </div>
      {shown && <div class="page" role="tabpanel"><Children of={shown.id} drawing={drawing} /></div>}
    </div>
  );
}

