// The way to the world that scenarios play in: verbs that know where they were called, and what is under way.
export const { host, Ref, Decimal, DateTime, TwinshoreError } = globalThis[Symbol.for("twinshore.testing")];

/** A number of the host as JavaScript's own: counts and numbers of phones are small. */
export const plain = (value) => (value instanceof Decimal ? value.toNumber() : Number(value));

/** Places of scenario files in a stack, innermost first: `tests/a.scenario.ts:3:5`. */
export const places = (stack) => {
  const found = [];
  for (const line of String(stack ?? "").split("\n")) {
    const place = /\(?([^()\s]+:\d+(?::\d+)?)\)?$/.exec(line.trim())?.[1];
    if (place && !place.startsWith("<") && !line.includes("(<")) found.push(place);
  }
  return found;
};

/** Where the scenario called. */
export const here = () => new Error().stack;

/** An error that the scenario sees at the place that it called from. */
export const at = (error, stack) => {
  if (error instanceof Error && places(error.stack).length === 0) error.stack = stack;
  return error;
};

export class Failure extends Error {
  constructor(message, expected, received, stack) {
    super(message);
    this.name = "Failure";
    this.expected = expected;
    this.received = received;
    if (stack) this.stack = stack;
  }
}

/** What the library does not have: a slip of the scenario's author, so nothing waits for it to come true. */
export class Mistake extends TypeError {}

/** How many letters apart two names are. */
const apart = (a, b) => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) next.push(Math.min(row[j] + (a[i] === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row[b.length];
};

/** `; did you mean …?` for a name that is not known. */
export const meant = (name, known) => {
  const near = known.map((other) => [apart(name.toLowerCase(), other.toLowerCase()), other]).sort(([a], [b]) => a - b)[0];
  if (near && near[0] <= Math.max(2, name.length / 3)) return `; did you mean ${near[1]}?`;
  return known.length > 0 && known.length <= 30 ? `; there are ${known.join(", ")}` : "";
};

// Asked of every object by JavaScript itself.
const ASKED_OF_ALL = new Set(["then", "toJSON"]);

const namesOf = (object) => {
  const own = Object.getOwnPropertyNames(object);
  const kind = Object.getPrototypeOf(object);
  const inherited = kind && !guards.has(kind) && kind !== Object.prototype ? Object.getOwnPropertyNames(kind) : [];
  return [...own, ...inherited].filter((name) => name !== "constructor");
};

const guards = new Set();

/** At the end of a chain of prototypes: whatever nobody before it has is a slip. */
const guard = (what) => {
  const made = new Proxy(Object.prototype, {
    get(target, name, receiver) {
      if (typeof name === "symbol" || name in target || ASKED_OF_ALL.has(name)) return Reflect.get(target, name, receiver);
      throw new Mistake(`${what} has no ${name}${meant(name, namesOf(receiver))}`);
    },
  });
  guards.add(made);
  return made;
};

/** Objects of a class have what they have, and asking for more fails. */
export const guarded = (Class, what) => { Object.setPrototypeOf(Class.prototype, guard(what)); };

/** An object that has what it has, and asking for more fails. */
export const closed = (what) => {
  const made = guard(what);
  return (object) => Object.setPrototypeOf(object, made);
};

/** Options with these names and no others. */
export const only = (given, what, known) => {
  if (given === undefined || given === null) return {};
  if (typeof given !== "object" || Array.isArray(given)) throw new Mistake(`${what} are {name: value}, not ${show(given)}`);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Mistake(`${what} have no ${unknown}${meant(unknown, known)}`);
  return given;
};

// Verbs that were called and have not ended, with their places: what nobody awaits is told at the end.
export const underWay = new Map();
let verbs = 0;

/** Runs a verb: noted in the timeline, its errors told at the place of its call. */
export const verb = (label, values, work) => {
  const stack = here();
  const place = places(stack)[0] ?? "";
  const number = ++verbs;
  underWay.set(number, { label, place });
  host("verb", number, `${label}(${values.map(brief).join(", ")})`, place);
  const done = (async () => {
    try {
      return await work();
    } catch (error) {
      throw at(error, stack);
    } finally {
      underWay.delete(number);
      host("verb.ended", number);
    }
  })();
  // A verb that nobody awaits and that fails is told as not awaited, not as a rejection.
  done.catch(() => {});
  return done;
};

/** Gives a class verbs; `label` says of whom they are. */
export const give = (Class, table) => {
  for (const [name, work] of Object.entries(table)) {
    Class.prototype[name] = function (...values) {
      return verb(`${this.label}.${name}`, values, () => work.apply(this, values));
    };
  }
};

const brief = (value) => {
  const text = show(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

/** A value as people read it. */
export const show = (value, indent = "") => {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (value instanceof Decimal) return `decimal ${value}`;
  if (value instanceof DateTime) return `date ${value}`;
  if (value instanceof Ref) return `${value.object} ${value.presentation ? JSON.stringify(value.presentation) : value.id}`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return `${value.code ? `${value.code}: ` : ""}${value.message}`;
  if (value instanceof Promise) return "a promise (write await before it)";
  if ("label" in value && typeof value.label === "string") return value.label;
  const more = `${indent}  `;
  if (Array.isArray(value)) return inside("[", value.map((item) => show(item, more)), "]", indent);
  return inside("{", Object.keys(value).map((name) => `${name}: ${show(value[name], more)}`), "}", indent);
};

const inside = (open, parts, close, indent) => {
  if (parts.length === 0) return open + close;
  const line = `${open} ${parts.join(", ")} ${close}`;
  if (line.length <= 100 && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(",\n")}\n${indent}${close}`;
};
