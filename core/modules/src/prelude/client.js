// What modules see on the client.
(common, forms) => {
  "use strict";
  const { host, revivers, globals, methods } = common;
  const Mode = Object.freeze({ Normal: "normal", Offline: "offline", PoorConnection: "poorConnection" });

  const element = (form, name) => new Proxy({}, {
    get: (_, property) => (typeof property === "symbol" || property === "then" ? undefined : host("form.element.get", form, name, property)),
    set: (_, property, value) => {
      host("form.element.set", form, name, String(property), value ?? null);
      return true;
    },
  });

  const formOf = (id) => {
    const own = forms.info(id, ["usedServer", "key", "isNew", "available", "parameters", "name"]);
    for (const name of ["modified", "title"]) {
      Object.defineProperty(own, name, {
        get: () => host("form.info", id)[name],
        set: (value) => host("form.setInfo", id, { [name]: value }),
      });
    }
    own.element = (name) => element(id, name);
    own.server = methods((method, values) => host("form.server", id, method, values));
    own.write = (options) => host("form.write", id, { post: options?.post ?? null });
    own.close = () => host("form.close", id, {});
    own.reopen = (options) => host("form.reopen", id, options ?? {});
    own.fillWhenReopening = (previous, options) => host("form.fill", id, previous[forms.formId], options ?? {});
    return forms.form(id, own);
  };
  revivers.$form = formOf;

  const answer = (value) => (value instanceof Promise ? value : Promise.resolve(value));
  Object.assign(globals, {
    Mode,
    mode: () => host("mode.get"),
    setMode: (mode) => host("mode.set", mode),
    openForm: (name, options) => answer(host("form.open", name, options ?? {})).then((id) => (typeof id?.toNumber === "function" ? formOf(id.toNumber()) : undefined)),
    ask: (text, buttons) => host("ask", String(text), buttons ?? ["OK"]),
    reopenAll: (options) => host("form.reopenAll", options ?? {}),
  });
};
