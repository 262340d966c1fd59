// What modules see on every side: values, errors, calls of other modules. Evaluated once in each context.
// `native` is what Rust offers: host(operation, argumentsJson), decimal(operation, a, b, scale), period(name, today), find(module, function),
// namespace(file).
(native) => {
  "use strict";
  const MAXIMUM_DEPTH = 64;
  const MAXIMUM_TEXT = 4000;
  const json = { parse: JSON.parse, stringify: JSON.stringify };
  const waiting = new Map();

  class TwinshoreError extends Error {
    constructor(code, message, details) {
      super(message);
      this.name = "TwinshoreError";
      this.code = code;
      this.details = details ?? {};
    }
  }

  // ---- values -------------------------------------------------------------------------------------------------------------

  const operand = (value) => {
    if (value instanceof Decimal) return value.text;
    if (typeof value === "number" && Number.isFinite(value)) return String(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value === "string") return value;
    if (value === null || value === undefined) return "0";
    throw new TypeError(`${describe(value)} is not a number`);
  };

  class Decimal {
    constructor(value) {
      this.text = native.decimal("of", operand(value), "0", 0);
      Object.freeze(this);
    }
    add(other) { return counted(native.decimal("add", this.text, operand(other), 0)); }
    sub(other) { return counted(native.decimal("sub", this.text, operand(other), 0)); }
    mul(other) { return counted(native.decimal("mul", this.text, operand(other), 0)); }
    div(other, scale) { return counted(native.decimal("div", this.text, operand(other), scale ?? -1)); }
    round(scale) { return counted(native.decimal("round", this.text, "0", scale ?? 0)); }
    neg() { return counted(native.decimal("sub", "0", this.text, 0)); }
    abs() { return this.text.startsWith("-") ? this.neg() : this; }
    cmp(other) { return Number(native.decimal("cmp", this.text, operand(other), 0)); }
    eq(other) { return this.cmp(other) === 0; }
    lt(other) { return this.cmp(other) < 0; }
    gt(other) { return this.cmp(other) > 0; }
    lte(other) { return this.cmp(other) <= 0; }
    gte(other) { return this.cmp(other) >= 0; }
    isZero() { return this.cmp(0) === 0; }
    toNumber() { return Number(this.text); }
    toString() { return this.text; }
    toJSON() { return this.text; }
    [Symbol.toPrimitive](hint) {
      if (hint === "string") return this.text;
      throw new TypeError("Operators don't work on exact numbers: use add, sub, mul, div, cmp, or toNumber() if a binary fraction is fine");
    }
  }

  // A number whose text the host wrote.
  const counted = (text) => {
    const number = Object.create(Decimal.prototype);
    number.text = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
    return Object.freeze(number);
  };

  const twoDigits = (number) => String(number).padStart(2, "0");

  const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?Z?)?$/;

  class DateTime {
    constructor(text) {
      const [, day, minute, second] = ISO.exec(String(text)) ?? [];
      const full = `${day}T${minute ?? "00:00"}:${second ?? "00"}`;
      this.ms = Date.parse(`${full}Z`);
      // A day that the month doesn't have would become one of the next month.
      if (Number.isNaN(this.ms) || this.toString() !== full) throw new TypeError(`${describe(text)} is not a date; write it like 2026-01-31T14:30:00`);
      Object.freeze(this);
    }
    static at(ms) { return new DateTime(new Date(ms).toISOString()); }
    get year() { return new Date(this.ms).getUTCFullYear(); }
    get month() { return new Date(this.ms).getUTCMonth() + 1; }
    get day() { return new Date(this.ms).getUTCDate(); }
    get hour() { return new Date(this.ms).getUTCHours(); }
    get minute() { return new Date(this.ms).getUTCMinutes(); }
    get second() { return new Date(this.ms).getUTCSeconds(); }
    addDays(days) { return DateTime.at(this.ms + days * 86400000); }
    addSeconds(seconds) { return DateTime.at(this.ms + seconds * 1000); }
    startOfDay() { return DateTime.at(this.ms - (((this.ms % 86400000) + 86400000) % 86400000)); }
    date() { return `${String(this.year).padStart(4, "0")}-${twoDigits(this.month)}-${twoDigits(this.day)}`; }
    valueOf() { return this.ms; }
    toString() { return new Date(this.ms).toISOString().slice(0, 19); }
    toJSON() { return this.toString(); }
  }

  class Ref {
    constructor(object, id, presentation) {
      this.object = object;
      this.id = id;
      this.presentation = presentation ?? "";
    }
    equals(other) { return other instanceof Ref && other.id === this.id && other.object === this.object; }
    toString() { return this.presentation || `${this.object} ${this.id}`; }
  }

  class Special {
    constructor(form) { this.form = form; }
  }

  const describe = (value) => {
    try {
      return typeof value === "object" && value !== null ? (value.constructor?.name ?? "an object") : String(value);
    } catch {
      return "a value";
    }
  };

  const asData = Symbol("data");
  const isForm = (value) => typeof value === "object" && value !== null && value[formId] !== undefined;
  const formId = Symbol("form id");

  // Kinds of objects that would silently lose what they hold.
  const NO_DATA = [Promise, Map, Set, WeakMap, WeakSet, RegExp, Error, ArrayBuffer];

  const refuse = (value) => {
    if (value instanceof Promise) throw new TypeError("A promise can't be kept or sent: write await before the call");
    if (ArrayBuffer.isView(value) || NO_DATA.some((kind) => value instanceof kind)) throw new TypeError(`${describe(value)} can't be kept or sent: only data can`);
    if (isForm(value)) throw new TypeError("A form can't be kept or sent: only its data can");
  };

  // A value in the form of the host; see Value::to_json.
  const marshal = (value, depth = 0) => {
    if (depth > MAXIMUM_DEPTH) throw new TypeError("the value is nested too deeply or contains itself");
    switch (typeof value) {
      case "undefined": return null;
      case "boolean": return value;
      // Half of a character, as it is left when a text is cut, is no text.
      case "string": return value.toWellFormed();
      case "number":
        if (!Number.isFinite(value)) throw new TypeError(`${value} is not a number that can be kept`);
        return { $decimal: String(value) };
      case "bigint": return { $decimal: String(value) };
      case "object": break;
      default: throw new TypeError(`${describe(value)} can't be kept or sent: only data can`);
    }
    if (value === null) return null;
    if (value instanceof Decimal) return { $decimal: value.text };
    if (value instanceof DateTime) return { $date: value.toString() };
    if (value instanceof Ref) return value.presentation ? { $ref: value.object, id: value.id, presentation: value.presentation } : { $ref: value.object, id: value.id };
    if (value instanceof Special) return value.form;
    if (value instanceof Date) return { $date: DateTime.at(value.getTime()).toString() };
    if (typeof value[asData] === "function") return marshal(value[asData](), depth + 1);
    if (Array.isArray(value)) return Array.from(value, (item) => marshal(item, depth + 1));
    refuse(value);
    const fields = {};
    for (const name of Object.keys(value)) {
      if (name.startsWith("$")) throw new TypeError(`the name ${name} can't begin with $`);
      put(fields, name.toWellFormed(), marshal(value[name], depth + 1));
    }
    return fields;
  };

  // Sets a property of any name, `__proto__` too.
  const put = (fields, name, value) => {
    if (name === "__proto__") Object.defineProperty(fields, name, { value, writable: true, enumerable: true, configurable: true });
    else fields[name] = value;
  };

  // What an attribute holds after it was assigned: numbers are exact, there is no undefined.
  const kept = (value) => {
    if (typeof value === "number" || typeof value === "bigint") return new Decimal(marshal(value).$decimal);
    return value ?? null;
  };

  // Sides put their own kinds of arguments here: forms, objects, movements.
  const revivers = {
    $decimal: counted,
    $date: (text) => new DateTime(text),
    $uuid: (text) => text,
    $ref: (object, form) => side.ref(new Ref(object, form.id, form.presentation)),
    $event: (fields) => {
      const event = revive(fields);
      event.data ??= {};
      return event;
    },
  };

  const revive = (form) => {
    if (form === null || typeof form !== "object") return form;
    if (Array.isArray(form)) return form.map(revive);
    const tag = Object.keys(form)[0];
    if (tag?.startsWith("$")) return revivers[tag] ? revivers[tag](form[tag], form) : new Special(form);
    const fields = {};
    for (const name of Object.keys(form)) put(fields, name, revive(form[name]));
    return fields;
  };

  // ---- the host -----------------------------------------------------------------------------------------------------------

  const failure = (error) => new TwinshoreError(error.code, error.message, revive(error.details ?? null));

  // Operations after which what was read of forms is still true.
  const QUIET = new Set(["form.get", "form.rows", "form.info", "form.row.set", "form.element.get", "form.element.set", "session", "session.parameter", "now", "log", "object.predefined"]);
  let epoch = 0;

  const host = (operation, ...values) => {
    if (!QUIET.has(operation)) epoch += 1;
    const answer = json.parse(native.host(operation, json.stringify(values.map((value) => marshal(value)))));
    if (answer.error) throw failure(answer.error);
    if (answer.later === undefined) return revive(answer.ok ?? null);
    return new Promise((resolve, reject) => waiting.set(answer.later, { resolve, reject }));
  };

  const complete = (ticket, text) => {
    epoch += 1;
    const promise = waiting.get(ticket);
    if (!promise) return;
    waiting.delete(ticket);
    const answer = json.parse(text);
    if (answer.error) promise.reject(failure(answer.error));
    else promise.resolve(revive(answer.ok ?? null));
  };

  const methods = (call) => new Proxy({}, { get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : (...values) => call(name, values)) });

  // What differs by side: how references are read, and what waits for another machine.
  const side = { ref: (ref) => ref, later: host };
  const globals = {
    Decimal, DateTime, Ref, TwinshoreError,
    decimal: (value) => new Decimal(value),
    dateTime: (text) => new DateTime(text),
    now: () => host("now"),
    today: () => host("now").startOfDay(),
    standardPeriod: (name) => {
      const [start, end] = native.period(String(name), host("now").date()).map((day) => new DateTime(day));
      return { start: start ?? null, end: end ?? null };
    },
    spreadsheet: (columns, rows) => new Special({
      $spreadsheet: {
        columns: columns.map(String),
        rows: rows.map((row) => row.map((cell) => (cell !== null && typeof cell === "object" && "text" in cell && !(cell instanceof Decimal)
          ? { text: String(cell.text), bold: cell.bold === true, end: cell.end === true }
          : { text: String(cell ?? "") }))),
      },
    }),
    pieChart: (points) => chart("pie", points),
    barChart: (points) => chart("bar", points),
    message: (text) => host("message", String(text)),
    log: (text) => host("log", String(text)),
    mainServerAvailable: () => host("mainServer.available") ?? undefined,
    MainServer: new Proxy({}, { get: (_, module) => (typeof module === "symbol" || module === "then" ? undefined : methods((method, values) => side.later("mainServer.call", module, method, values))) }),
    Enums: named((object) => named((name) => host("object.predefined", `Enum.${object}`, name))),
    session: {
      get user() { return host("session").user; },
      get userName() { return host("session").userName; },
      get roles() { return host("session").roles; },
      get language() { return host("session").language; },
      get server() { return host("session").server; },
      isInRole: (role) => host("session").roles.includes(role),
      parameters: named((name) => host("session.parameter", name)),
    },
  };

  function chart(kind, points) {
    return new Special({ $chart: { kind, points: points.map((point) => ({ label: String(point.label), value: Number(point.value instanceof Decimal ? point.value.text : point.value) })) } });
  }

  // An object whose every property is found by its name.
  function named(find) {
    return new Proxy(Object.freeze({}), { get: (_, name) => (typeof name === "symbol" || name === "then" ? undefined : find(name)) });
  }

  // ---- calls --------------------------------------------------------------------------------------------------------------

  const namespaces = new Map();
  const namespace = (file) => {
    let found = namespaces.get(file);
    if (!found) {
      found = native.namespace(file);
      namespaces.set(file, found);
    }
    return found;
  };

  // Common modules by their names: the half of this side if it exports the function, else the host knows.
  const commonModule = (name) => methods((method, values) => {
    const file = native.find(name, method);
    return file ? namespace(file)[method](...values) : side.later("server.call", name, method, values);
  });

  const invoke = async (file, name, text) => {
    try {
      epoch += 1;
      const values = json.parse(text).map(revive);
      const result = await namespace(file)[name](...values);
      return json.stringify({ ok: marshal(result), out: values.map((value) => (isForm(value) ? null : marshal(value))) });
    } catch (error) {
      return json.stringify({ error: explain(error) });
    }
  };

  const attempt = (read, otherwise) => {
    try {
      return read();
    } catch {
      return otherwise;
    }
  };

  const explain = (error) => {
    // What QuickJS throws when there is no memory left for an error.
    if (error === null) return { kind: "InternalError", message: "out of memory" };
    const text = (read) => attempt(() => String(read() ?? "").slice(0, MAXIMUM_TEXT).toWellFormed(), "");
    const known = attempt(() => error instanceof TwinshoreError, false);
    return {
      message: text(() => error?.message) || text(() => error) || "an error without a text",
      code: known ? text(() => error.code) : null,
      details: known ? attempt(() => marshal(error.details), null) : null,
      kind: text(() => error?.name),
      stack: text(() => error?.stack),
    };
  };

  // Nothing turns a text into code.
  const forbid = () => {
    delete globalThis.eval;
    delete globalThis.Function;
    for (const kind of [() => {}, async () => {}, function* () {}, async function* () {}]) {
      Object.defineProperty(Object.getPrototypeOf(kind), "constructor", { value: undefined });
    }
  };

  // What module code sees by name: the platform's API and common modules.
  const offer = (common) => {
    forbid();
    for (const [name, value] of Object.entries(globals)) globalThis[name] = value;
    for (const name of common) globalThis[name] = commonModule(name);
  };

  return { host, revive, revivers, marshal, kept, asData, formId, side, globals, named, methods, offer, invoke, complete, epoch: () => epoch, Ref, Decimal };
};
