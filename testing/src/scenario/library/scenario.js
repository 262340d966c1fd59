// Scenarios of a file: declared at its evaluation, listed and run one by one.
import { host, Failure, Ref, closed, here, only, places, plain, show, underWay, verb } from "<testing/world>";
import { main } from "<testing/server>";
import { newPhone } from "<testing/phone>";
export { expect, until } from "<testing/expect>";

const declared = [];
let common = {};

const OPTIONS = ["configuration", "patch", "users", "prepare", "settings", "limitSeconds"];
const OF_A_USER = ["roles", "password", "language", "item"];

const checked = (options, what) => {
  only(options, what, OPTIONS);
  for (const [name, user] of Object.entries(options?.users ?? {})) {
    if (!Array.isArray(user)) only(user, `the user ${name}`, OF_A_USER);
  }
  return options ?? {};
};

const joined = (first, second) => ({
  ...first, ...second,
  users: { ...first.users, ...second.users },
  settings: { ...first.settings, ...second.settings },
  patch: { ...first.patch, ...second.patch },
  prepare: [...(first.prepare ?? []), ...(second.prepare ? [second.prepare].flat() : [])],
});

export const defaults = (options) => {
  common = joined(common, checked(options, "defaults"));
};

const declare = (name, body, options, more) => {
  if (typeof name !== "string" || (!more.skip && typeof body !== "function")) {
    throw new TypeError("a scenario has a name and a body: scenario(\"what holds\", async ({ phone }) => { … })");
  }
  const place = places(here())[0] ?? "";
  declared.push({ name, body, options: joined(common, checked(options, "the options of a scenario")), place, skip: "", only: false, ...more });
};

export const scenario = (name, body, options) => declare(name, body, options, {});
scenario.only = (name, body, options) => declare(name, body, options, { only: true });
scenario.skip = (name, reason, body, options) => declare(name, body, options, { skip: typeof reason === "string" ? reason : "no reason given" });

/** What the file declares, for the runner. */
export const list = () => JSON.stringify(declared.map(({ name, place, skip, only, options }) => ({
  name, place, skip, only, limitSeconds: options.limitSeconds ?? null, configuration: options.configuration ?? null, patch: options.patch ?? {},
})));

const world = closed("the world")({
  label: "world",
  settled: () => verb("world.settled", [], () => host("world.settled")),
  random: () => plain(host("world.random")),
  get seed() { return String(host("world.seed")); },
  note: (text) => { host("note", String(text)); },
  compositionReport: () => JSON.parse(host("world.report")),
  diagnostics: () => JSON.parse(host("world.diagnostics")),
});

const time = closed("time")({
  label: "time",
  advance: (span) => verb("time.advance", [span], () => host("time.advance", String(span))),
  get now() { return host("time.now"); },
});

const usersOf = (options) => Object.fromEntries(Object.entries(options.users ?? {}).map(([name, user]) => {
  const whole = Array.isArray(user) ? { roles: user } : user;
  return [name, { password: "secret", language: "en", ...whole }];
}));

const failureOf = (error) => ({
  message: error instanceof Error ? `${error.code && !error.message.includes(error.code) ? `${error.code}: ` : ""}${error.message}` : `thrown: ${show(error)}`,
  expected: error instanceof Failure ? error.expected : null,
  received: error instanceof Failure ? error.received : null,
  places: places(error?.stack),
});

const aWorld = closed("what a scenario is given");

const forgotten = () => [...underWay.values()].map(({ label, place }) => ({ label, place }));

/** Runs a scenario; gives a text of JSON: null, or what failed. */
export const run = async (index) => {
  const { body, options } = declared[plain(index)];
  try {
    const users = usersOf(options);
    await host("world.open", users);
    const phone = (user, more) => verb("phone", more === undefined ? [user] : [user, more], () => newPhone(user, { ...more, settings: { ...options.settings, ...more?.settings } }, users));
    const given = aWorld({ phone, main, world, time });
    for (const prepare of options.prepare) await prepare(given);
    await body(given);
    const left = forgotten();
    if (left.length === 0) return "null";
    const names = left.map(({ label }) => label).join(", ");
    return JSON.stringify({
      message: `not awaited: ${names}. Write await before ${left.length === 1 ? "it" : "them"}, or the scenario ends before they do`,
      expected: null, received: null, places: left.map(({ place }) => place).filter(Boolean),
    });
  } catch (error) {
    return JSON.stringify(failureOf(error));
  }
};
export { Ref };
