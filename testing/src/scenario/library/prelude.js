// What scenario files see by name: values as in modules, and a way for the library to reach the world.
(common) => {
  "use strict";
  const { host, globals, Ref, Decimal } = common;
  const { DateTime, TwinshoreError } = globals;
  for (const name of ["message", "log", "mainServerAvailable", "MainServer", "session", "now", "today"]) delete globals[name];
  const text = (value) => (typeof value === "string" ? value : String(value));
  const write = (...values) => { host("note", values.map(text).join(" ")); };
  globals.console = { log: write, info: write, warn: write, error: write };
  globalThis[Symbol.for("twinshore.testing")] = Object.freeze({ host, Ref, Decimal, DateTime, TwinshoreError });
};
