// The main server, as scenarios read and change it.
import { host, plain, verb } from "<testing/world>";

const ask = (operation, ...values) => verb(`main.${operation}`, values, () => host(`main.${operation}`, ...values));
const optional = (value) => value ?? undefined;

export const main = {
  label: "main",
  create: (object, fields, options) => ask("create", object, fields ?? {}, options ?? {}),
  find: (object, fields) => ask("find", object, fields ?? {}).then(optional),
  get: (item) => ask("get", item).then(optional),
  set: (item, fields, options) => ask("set", item, fields, options ?? {}),
  delete: (item) => ask("delete", item),
  query: (text, parameters) => ask("query", text, parameters ?? {}),
  count: (object) => ask("count", object).then(plain),
  constant: (name) => ask("constant", name),
  setConstant: (name, value) => ask("setConstant", name, value),
  call: (module, method, values, options) => ask("call", module, method, values ?? [], options ?? {}).then(optional),
  nodes: () => ask("nodes"),
  user: (name, options) => ask("user", name, { password: "secret", language: "en", ...(Array.isArray(options) ? { roles: options } : options) }),
  disableUser: (name) => ask("disableUser", name, true),
  enableUser: (name) => ask("disableUser", name, false),
  kill: () => ask("kill"),
  start: () => ask("start"),
  killAt: (request, when) => ask("killAt", request, when),
  update: (files) => ask("update", typeof files === "string" ? files : { files }),
  calls: (filter) => JSON.parse(host("main.calls")).filter((call) => Object.entries(filter ?? {}).every(([name, value]) => call[name] === value)),
  get running() { return host("main.running"); },
};
