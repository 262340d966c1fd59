// Expectations: compare by value, fail with what was expected, what came, and where.
import { host, Decimal, DateTime, Failure, Ref, TwinshoreError, at, closed, guarded, here, places, plain, show, underWay } from "<testing/world>";

const isNumeric = (value) => typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
const padded = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);

/** The same value; undefined if these kinds are not compared by value. */
const byValue = (a, b) => {
  if (a instanceof Decimal || b instanceof Decimal) {
    const [number, other] = a instanceof Decimal ? [a, b] : [b, a];
    return (other instanceof Decimal || isNumeric(other)) && number.eq(other);
  }
  if (a instanceof DateTime || b instanceof DateTime) {
    const text = (value) => (value instanceof DateTime ? String(value) : typeof value === "string" ? padded(value) : null);
    return text(a) !== null && text(a) === text(b);
  }
  if (a instanceof Ref || b instanceof Ref) return a instanceof Ref && a.equals(b);
  return undefined;
};

const same = (a, b) => byValue(a, b) ?? Object.is(a, b);

const isPlain = (value) => typeof value === "object" && value !== null;

const equal = (a, b, partly = false, depth = 0) => {
  const direct = byValue(a, b);
  if (direct !== undefined) return direct;
  if (Object.is(a, b)) return true;
  if (!isPlain(a) || !isPlain(b) || depth > 50) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return a.length === b.length && a.every((item, index) => equal(item, b[index], partly, depth + 1));
  const names = Object.keys(b);
  if (!partly && Object.keys(a).filter((name) => a[name] !== undefined).length !== names.filter((name) => b[name] !== undefined).length) return false;
  return names.every((name) => equal(a[name], b[name], partly, depth + 1));
};

const compare = (word, test) => (received, than) => ({ ok: test(plain(received), plain(than)), expected: `${word} ${show(than)}` });

// name → (received, …expected) → {ok, expected}: what is expected in words.
const CHECKS = {
  toBe: (received, expected) => ({ ok: same(received, expected), expected: show(expected) }),
  toEqual: (received, expected) => ({ ok: equal(received, expected), expected: show(expected) }),
  toMatchObject: (received, expected) => ({ ok: equal(received, expected, true), expected: `at least ${show(expected)}` }),
  toContain: (received, expected) => ({
    ok: typeof received === "string" ? received.includes(String(expected)) : Array.isArray(received) && received.some((item) => equal(item, expected)),
    expected: `something with ${show(expected)}`,
  }),
  toMatch: (received, pattern) => ({
    ok: typeof received === "string" && (pattern instanceof RegExp ? pattern.test(received) : received.includes(pattern)),
    expected: `a text like ${show(pattern)}`,
  }),
  toBeTruthy: (received) => ({ ok: Boolean(received), expected: "something true" }),
  toBeFalsy: (received) => ({ ok: !received, expected: "something false" }),
  toBeNull: (received) => ({ ok: received === null, expected: "null" }),
  toBeUndefined: (received) => ({ ok: received === undefined, expected: "undefined" }),
  toBeDefined: (received) => ({ ok: received !== undefined, expected: "something defined" }),
  toHaveLength: (received, length) => ({ ok: received?.length === length, expected: `a length of ${length}` }),
  toBeGreaterThan: compare("more than", (a, b) => a > b),
  toBeGreaterThanOrEqual: compare("at least", (a, b) => a >= b),
  toBeLessThan: compare("less than", (a, b) => a < b),
  toBeLessThanOrEqual: compare("at most", (a, b) => a <= b),
  toBeCloseTo: (received, value, digits = 2) => ({
    ok: Math.abs(plain(received) - plain(value)) < 10 ** -digits / 2,
    expected: `about ${show(value)}`,
  }),
};

const thrown = (error, text) => text === undefined || (text instanceof RegExp ? text.test(error.message) : error.message.includes(text));
const coded = (error, code, details) => error?.code === code && (details === undefined || equal(error.details, details, true));

/** Checks of an error: `error` is undefined if nothing was thrown. */
const ERRORS = {
  toThrow: (error, text) => ({ ok: error !== undefined && thrown(error, text), expected: text === undefined ? "an error" : `an error like ${show(text)}` }),
  toThrowCode: (error, code, details) => ({
    ok: error !== undefined && coded(error, code, details),
    expected: `an error with the code ${code}${details === undefined ? "" : ` and ${show(details)}`}`,
  }),
};

const told = (error) => (error === undefined ? "no error" : show(error));

const judge = (name, what, not, { ok, expected }, received, stack) => {
  if (ok !== not) return;
  const subject = what ? `${what}: ` : "";
  throw new Failure(`${subject}expect(…)${not ? ".not" : ""}.${name} failed`, `${not ? "not " : ""}${expected}`, received, stack);
};

const unawaited = (received, stack) => {
  if (received instanceof Promise) throw new Failure("expect(…) was given a promise: write await before it, or use .resolves or .rejects", "a value", "a promise", stack);
};

const ofErrors = closed("expect(…).rejects");
const ofValues = closed("expect(…).resolves");

class Expectation {
  constructor(received, what, not = false) {
    Object.assign(this, { received, what, negated: not });
  }

  get not() {
    return new Expectation(this.received, this.what, !this.negated);
  }

  get rejects() {
    const { received, what, negated } = this;
    const table = {};
    for (const [name, check] of Object.entries(ERRORS)) {
      table[name] = (...expected) => {
        const stack = here();
        return awaited(`expect(…).rejects.${name}`, stack, async () => {
          let error;
          try {
            await (typeof received === "function" ? received() : received);
          } catch (caught) {
            error = caught;
          }
          judge(name, what, negated, check(error, ...expected), told(error), stack);
        });
      };
    }
    return ofErrors(table);
  }

  get resolves() {
    const { received, what, negated } = this;
    const table = {};
    for (const [name, check] of Object.entries(CHECKS)) {
      table[name] = (...expected) => {
        const stack = here();
        return awaited(`expect(…).resolves.${name}`, stack, async () => {
          const value = await Promise.resolve(received).catch((error) => { throw at(error, stack); });
          judge(name, what, negated, check(value, ...expected), show(value), stack);
        });
      };
    }
    return ofValues(table);
  }
}

let waits = 0;
/** Something the scenario must await. */
/** Numbers of waits, beside those of verbs. */
const WAITS_FROM = 1e9;

const awaited = (label, stack, work) => {
  const key = `expect ${++waits}`;
  const place = places(stack)[0] ?? "";
  const number = WAITS_FROM + waits;
  underWay.set(key, { label, place });
  host("verb", number, label, place);
  const done = work().finally(() => {
    underWay.delete(key);
    host("verb.ended", number);
  });
  done.catch(() => {});
  return done;
};

for (const [name, check] of Object.entries(CHECKS)) {
  Expectation.prototype[name] = function (...expected) {
    const stack = here();
    unawaited(this.received, stack);
    judge(name, this.what, this.negated, check(this.received, ...expected), show(this.received), stack);
  };
}

for (const [name, check] of Object.entries(ERRORS)) {
  Expectation.prototype[name] = function (...expected) {
    const stack = here();
    if (typeof this.received !== "function") throw new Failure(`${name} wants a function; for a promise write await expect(…).rejects.${name}(…)`, "a function", show(this.received), stack);
    let error;
    try {
      this.received();
    } catch (caught) {
      error = caught;
    }
    judge(name, this.what, this.negated, check(error, ...expected), told(error), stack);
  };
}

guarded(Expectation, "expect(…)");

export const expect = (received, what) => new Expectation(received, what);

/** Waits until a condition holds: looks again after each event of the world, never sleeps. */
export const until = (condition, what) => {
  const stack = here();
  return awaited(what ? `until ${what}` : "until a condition holds", stack, async () => {
    const wait = host("until.begin", places(stack)[0] ?? "");
    let last = "nothing";
    for (;;) {
      const seen = host("until.seen");
      try {
        const value = await condition();
        if (value) return value;
        last = show(value);
      } catch (error) {
        if (!(error instanceof Failure || error instanceof TwinshoreError)) throw at(error, stack);
        last = error.received ?? show(error);
      }
      const more = await host("until.changed", wait, seen);
      if (!more) throw new Failure(`waited in vain${what ? ` for ${what}` : ""}`, what ?? "the condition to hold", `${last}, to the end`, stack);
    }
  });
};
