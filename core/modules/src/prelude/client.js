// What modules see on the client.
(common, forms) => {
  "use strict";
  const { host, revivers, globals, methods, formId, side } = common;
  const Mode = Object.freeze({ Normal: "normal", Offline: "offline", PoorConnection: "poorConnection" });

  // What waits for a person or for a server is a promise, whether it failed at once, was answered at once, or comes later.
  const later = async (operation, ...values) => host(operation, ...values);
  side.later = later;

  const element = (form, name) => new Proxy({}, {
    get: (_, property) => (forms.hidden(property) ? undefined : host("form.element.get", form, name, property)),
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
    own.server = methods((method, values) => later("form.server", id, method, values));
    own.write = (options) => later("form.write", id, { post: options?.post ?? null });
    own.close = (result) => later("form.close", id, result ?? null);
    own.reopen = (options) => later("form.reopen", id, options ?? {});
    // At once: what it refuses must end the handler also where nobody awaits.
    own.fillWhenReopening = (previous, options) => host("form.fill", id, previous?.[formId], options ?? {});
    return forms.form(id, own);
  };
  revivers.$form = formOf;

  const opening = (options) => ({ ...options, owner: options?.owner?.[formId] ?? null });
  const forms_ = () => host("form.all").map((id) => formOf(id.toNumber()));

  // The device's hardware and other apps; no value if the person did not want to.
  const device = (name) => (...texts) => later("device.use", name, texts.map((text) => String(text ?? "")));
  const Device = Object.freeze(
    Object.fromEntries(["takePhoto", "scanBarcode", "locate", "dial", "share", "notify"].map((name) => [name, device(name)])),
  );

  Object.assign(globals, {
    Device,
    Mode,
    mode: () => host("mode.get"),
    setMode: (mode) => host("mode.set", mode),
    openForm: (name, options) => later("form.open", name, options ?? {}).then((id) => (typeof id?.toNumber === "function" ? formOf(id.toNumber()) : undefined)),
    // R14: the session's server answers, so it may have to be waited for.
    functionalOption: (name) => later("option.get", String(name)),
    sessionParameter: (name) => later("session.parameter", String(name)),
    ask: (text, buttons) => later("ask", String(text), buttons ?? ["OK"]),
    repeatCall: (id) => later("call.repeat", String(id)),
    unknownCalls: () => host("call.unknown"),
    openForResult: (name, options) => later("form.openForResult", name, opening(options)),
    openForms: forms_,
    reopenAll: async ({ to, filter } = {}) =>
      later("form.reopenAll", { to: to ?? null, forms: filter ? forms_().filter(filter).map((form) => form[formId]) : null }),
  });
};
