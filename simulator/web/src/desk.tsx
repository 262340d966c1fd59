// The desk: phones side by side, what can be done to each from outside, and the log of which server took each call.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Phone } from "./phone";
import { PhoneScreen } from "./screen";
import { Workshop } from "./workshop";

interface Link {
  condition: string;
  latency_ms: number;
  kilobits_per_s: number;
}

interface PhoneSetup {
  name: string;
  user: string;
  link: Link;
}

const phones = signal<{ phone: Phone; setup: PhoneSetup }[]>([]);
const problem = signal("");

async function load(): Promise<void> {
  try {
    const setups = (await (await fetch("/api/phones")).json()) as PhoneSetup[];
    phones.value = setups.map((setup) => ({ phone: new Phone(setup.name), setup }));
    problem.value = "";
  } catch {
    problem.value = "The simulator does not answer. Is `scripts/demo` or `twinshore dev` running?";
    setTimeout(() => void load(), 1000);
  }
}
void load();

export function Desk() {
  return (
    <>
      <header class="desk-head">
        <h1>Twinshore</h1>
        <p>Phones and their main server. Cut a link and go on working.</p>
      </header>
      {problem.value && <p class="desk-problem" role="alert">{problem.value}</p>}
      <Workshop users={phones.value.map(({ setup }) => setup.user)} />
      <div class="desk">
        {phones.value.map(({ phone, setup }) => (
          <Stand key={phone.name} phone={phone} setup={setup} />
        ))}
      </div>
    </>
  );
}

function Stand({ phone, setup }: { phone: Phone; setup: PhoneSetup }) {
  const look = useRef(signal({ dark: false, rightToLeft: false })).current;
  return (
    <section class="stand" aria-label={phone.name} data-phone={phone.name}>
      <Outside phone={phone} setup={setup} look={look} />
      <div class="stand-body">
        <div class="phone" data-theme={look.value.dark ? "dark" : "light"} dir={look.value.rightToLeft ? "rtl" : "ltr"}>
          <PhoneScreen phone={phone} suggestedUser={setup.user} />
        </div>
        <CallLog phone={phone} />
      </div>
    </section>
  );
}

const conditions: [string, string][] = [
  ["good", "Good"], ["slow", "Slow"], ["lost", "Lost"], ["flapping", "Flapping"], ["halfOpen", "Silent"], ["captivePortal", "Captive portal"],
];

function Outside({ phone, setup, look }: { phone: Phone; setup: PhoneSetup; look: { value: { dark: boolean; rightToLeft: boolean } } }) {
  const link = useRef(signal(setup.link)).current;
  const setLink = (changes: Partial<Link>) => {
    link.value = { ...link.value, ...changes };
    void post(`/api/phones/${phone.name}/link`, link.value);
  };
  return (
    <div class="outside">
      <h2>{phone.name}</h2>
      <fieldset class="segments">
        <legend>Link</legend>
        {conditions.map(([id, text]) => (
          <label key={id} class={link.value.condition === id ? "segment on" : "segment"}>
            <input type="radio" name={`link-${phone.name}`} value={id} checked={link.value.condition === id} onChange={() => setLink({ condition: id })} />
            {text}
          </label>
        ))}
      </fieldset>
      {link.value.condition === "slow" && (
        <div class="figures">
          <label>
            Delay, ms
            <input type="number" min="0" max="60000" step="100" value={link.value.latency_ms} onChange={(e) => setLink({ latency_ms: e.currentTarget.valueAsNumber || 0 })} />
          </label>
          <label>
            kbit/s
            <input type="number" min="1" max="1000000" value={link.value.kilobits_per_s} onChange={(e) => setLink({ kilobits_per_s: e.currentTarget.valueAsNumber || 1 })} />
          </label>
        </div>
      )}
      <div class="outside-buttons">
        {phone.running.value ? (
          <button type="button" onClick={() => void post(`/api/phones/${phone.name}/kill`)}>Kill the app (kill -9)</button>
        ) : (
          <button type="button" class="start" onClick={() => void post(`/api/phones/${phone.name}/start`)}>Start the app</button>
        )}
        <label><input type="checkbox" checked={look.value.dark} onChange={(e) => (look.value = { ...look.value, dark: e.currentTarget.checked })} /> Dark</label>
        <label><input type="checkbox" checked={look.value.rightToLeft} onChange={(e) => (look.value = { ...look.value, rightToLeft: e.currentTarget.checked })} /> Right to left</label>
        <label>
          Language{" "}
          <select value={phone.interface.value?.status.language ?? phone.failed.value?.language ?? "en"} onChange={(e) => phone.send({ do: "setLanguage", language: e.currentTarget.value })}>
            <option value="en">English</option>
            <option value="ru">Русский</option>
          </select>
        </label>
      </div>
    </div>
  );
}

function CallLog({ phone }: { phone: Phone }) {
  const list = useRef<HTMLOListElement>(null);
  const entries = phone.log.value;
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [entries]);
  return (
    <aside class="log" aria-label={`Calls of ${phone.name}`}>
      <h3>Which server took the call</h3>
      <ol ref={list} tabIndex={0}>
        {entries.map((entry) => (
          <li key={`${entry.time}-${entry.id}`} class={entry.error ? "failed" : ""}>
            <span class={`tag ${entry.server}`}>{entry.server === "standalone" ? "device" : entry.server}</span>
            <span class="call">{entry.call}</span>
            <span class="ms">{entry.error || `${entry.ms} ms`}</span>
          </li>
        ))}
        {entries.length === 0 && <li class="none">No calls yet.</li>}
      </ol>
    </aside>
  );
}

async function post(path: string, body?: unknown): Promise<void> {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    problem.value = response.ok ? "" : await response.text();
  } catch {
    problem.value = "The simulator does not answer. Is `scripts/demo` running?";
  }
}
