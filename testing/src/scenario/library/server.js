// The main server, as scenarios read and change it.
import { closed, host, only, plain, verb } from "<testing/world>";

const ask = (operation, ...values) => verb(`main.${operation}`, values, () => host(`main.${operation}`, ...values));
const optional = (value) => value ?? undefined;

const OF_A_WRITE = ["post", "user"];
const OF_A_USER = ["roles", "password", "language", "item"];
const OF_A_CALL = ["user", "device", "request", "name", "time", "error"];
const aCall = closed("a request");

/** Files as texts: a function is given the text of the file as it is. */
const told = async (files) => {
  const all = {};
  for (const [path, text] of Object.entries(files)) all[path] = typeof text === "function" ? await text(await host("main.file", path)) : text;
  return all;
};

export const main = closed("the main server")({
  label: "main",
  create: (object, fields, options) => ask("create", object, fields ?? {}, only(options, "the options of create", OF_A_WRITE)),
  find: (object, fields) => ask("find", object, fields ?? {}).then(optional),
  get: (item) => ask("get", item).then(optional),
  set: (item, fields, options) => ask("set", item, fields, only(options, "the options of set", OF_A_WRITE)),
  delete: (item) => ask("delete", item),
  query: (text, parameters) => ask("query", text, parameters ?? {}),
  count: (object) => ask("count", object).then(plain),
  constant: (name) => ask("constant", name),
  setConstant: (name, value) => ask("setConstant", name, value),
  call: (module, method, values, options) => ask("call", module, method, values ?? [], only(options, "the options of call", ["user"])).then(optional),
  nodes: () => ask("nodes"),
  user: (name, options) => ask("user", name, { password: "secret", language: "en", ...(Array.isArray(options) ? { roles: options } : only(options, `the user ${name}`, OF_A_USER)) }),
  disableUser: (name) => ask("disableUser", name, true),
  enableUser: (name) => ask("disableUser", name, false),
  kill: () => ask("kill"),
  start: () => ask("start"),
  killAt: (request, when) => ask("killAt", request, when),
  update: (files) => verb("main.update", [files], async () => host("main.update", typeof files === "string" ? files : { files: await told(files) })),
  file: (path) => ask("file", path),
  calls: (filter) => JSON.parse(host("main.calls")).map(aCall).filter((call) => Object.entries(only(filter, "the filter of calls", OF_A_CALL)).every(([name, value]) => call[name] === value)),
  get running() { return host("main.running"); },
});
