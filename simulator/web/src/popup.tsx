// Pop-up menus: a button that opens a menu over everything, worked with by touch or keys.

import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Drawing } from "./form";
import { Icon } from "./icons";
import type { Element } from "./views";
import { word } from "./words";

const GAP_PX = 4;

export function PopupElement({ element, icon, drawing }: { element: Element; icon: string; drawing: Drawing }) {
  const id = useId();
  const [open, setOpen] = useState<"first" | "last" | undefined>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  const title = element.title || word(drawing.language, "more");
  // Unlike what is not there, what can't be used any more closes its menu.
  const shown = open !== undefined && element.enabled;
  const close = (focus: boolean) => {
    setOpen(undefined);
    if (focus) button.current?.focus();
  };
  return (
    <span class="popup" data-element={element.name}>
      <button type="button" ref={button} disabled={!element.enabled} title={element.hint || title} aria-haspopup="menu" aria-expanded={shown} aria-controls={shown ? id : undefined}
        aria-label={element.title ? undefined : title} data-popup={element.name} onClick={() => setOpen(open ? undefined : "first")}
        onKeyDown={(e) => {
          if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
          e.preventDefault();
          setOpen(e.key === "ArrowDown" ? "first" : "last");
        }}>
        {(icon || !element.title) && <Icon name={icon || "more"} />}
        {element.title && <span>{element.title}</span>}
        {element.title && <Icon name="down" />}
      </button>
      {shown && <Menu id={id} title={title} element={element} drawing={drawing} button={button.current} begin={open} close={close} />}
    </span>
  );
}

interface MenuProps {
  id: string;
  title: string;
  element: Element;
  drawing: Drawing;
  button: HTMLButtonElement | null;
  begin: "first" | "last";
  close: (focus: boolean) => void;
}

function Menu({ id, title, element, drawing, button, begin, close }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (menu.current && button) place(menu.current, button);
    move(menu.current, begin);
  }, []);
  useEffect(() => {
    const outside = (e: Event) => {
      if (e.target instanceof Node && !menu.current?.contains(e.target) && !button?.contains(e.target)) close(false);
    };
    const moved = (e: Event) => e.target instanceof Node && !menu.current?.contains(e.target) && close(false);
    const gone = () => close(false);
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("scroll", moved, true);
    window.addEventListener("resize", gone);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("scroll", moved, true);
      window.removeEventListener("resize", gone);
    };
  }, []);
  const keys = (e: KeyboardEvent) => {
    const ways: Record<string, Way> = { ArrowDown: "next", ArrowUp: "previous", Home: "first", End: "last" };
    const way = ways[e.key];
    if (e.key === "Escape" || e.key === "Tab") {
      // The menu stands beside the text: the way on begins at its button.
      if (e.key === "Escape") e.preventDefault();
      e.stopPropagation();
      close(true);
    } else if (way) {
      e.preventDefault();
      move(menu.current, way);
    } else if (e.key.length === 1 && /\S/.test(e.key)) {
      seek(menu.current, e.key);
    }
  };
  return (
    <div class="popup-menu" id={id} ref={menu} role="menu" aria-label={title} onKeyDown={keys}
      onFocusOut={(e) => e.relatedTarget instanceof Node && !menu.current?.contains(e.relatedTarget) && !button?.contains(e.relatedTarget) && close(false)}>
      <Entries of={element.id} drawing={drawing} close={close} />
    </div>
  );
}

/** Buttons one below the other; a group is a part of the menu under its title. */
function Entries({ of, drawing, close }: { of: number; drawing: Drawing; close: (focus: boolean) => void }) {
  return (
    <>
      {(drawing.children.get(of) ?? []).filter((entry) => entry.visible).map((entry) => {
        if (entry.kind.kind === "group")
          return (
            <div class="popup-part" role="group" aria-label={entry.title} key={entry.id} data-element={entry.name}>
              {entry.title && <p aria-hidden="true">{entry.title}</p>}
              <Entries of={entry.id} drawing={drawing} close={close} />
            </div>
          );
        if (entry.kind.kind !== "button") return null;
        const { command } = entry.kind;
        return (
          <button type="button" role="menuitem" tabIndex={-1} key={entry.id} aria-disabled={!entry.enabled} data-command={command} data-element={entry.name}
            onClick={() => {
              // One that can't be used can be reached, so that its reason is read.
              if (!entry.enabled) return;
              close(true);
              drawing.phone.dispatch(drawing.form.form, { event: "execute", command });
            }}>
            <span>{entry.title}</span>
            {entry.hint && <small>{entry.hint}</small>}
          </button>
        );
      })}
    </>
  );
}

type Way = "first" | "last" | "next" | "previous";

function items(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}

function move(menu: HTMLElement | null, way: Way): void {
  const all = items(menu);
  const at = all.findIndex((item) => item === document.activeElement);
  const to = { first: 0, last: all.length - 1, next: (at + 1) % all.length, previous: (at - 1 + all.length) % all.length }[way];
  all[to]?.focus({ preventScroll: way === "first" });
}

/** The next entry that begins with what was typed. */
function seek(menu: HTMLElement | null, letter: string): void {
  const all = items(menu);
  const at = all.findIndex((item) => item === document.activeElement);
  const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  order.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter.toLocaleLowerCase()))?.focus();
}

/** Below the button or above it, where there is room on the phone's screen, on the side where the language begins. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const room = (button.closest(".screen") ?? document.body).getBoundingClientRect();
  const at = button.getBoundingClientRect();
  const below = room.bottom - at.bottom;
  const above = at.top - room.top;
  const up = below < menu.offsetHeight + GAP_PX && above > below;
  menu.style.maxBlockSize = `${Math.max(below, above) - 2 * GAP_PX}px`;
  menu.style.top = `${up ? Math.max(room.top + GAP_PX, at.top - menu.offsetHeight - GAP_PX) : at.bottom + GAP_PX}px`;
  const wanted = getComputedStyle(button).direction === "rtl" ? at.right - menu.offsetWidth : at.left;
  menu.style.left = `${Math.max(room.left + GAP_PX, Math.min(wanted, room.right - menu.offsetWidth - GAP_PX))}px`;
}
