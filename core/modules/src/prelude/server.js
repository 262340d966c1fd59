// What modules see on a server.
(common, forms) => {
  "use strict";
  const { host, revive, revivers, asData, side, globals, named, Ref, Decimal } = common;

  // ref.Attribute reads an attribute of the item.
  side.ref = (ref) => new Proxy(ref, {
    get: (target, name) => {
      if (typeof name === "symbol" || name in target || name === "then" || name === "toJSON") return Reflect.get(target, name);
      return host("ref.attribute", target, name);
    },
  });

  const tableOf = (lines) => forms.listLike({
    add: (values) => {
      const line = { ...(values ?? {}) };
      lines.push(line);
      return line;
    },
    remove: (line) => {
      const at = typeof line === "number" ? line : lines.indexOf(line);
      if (at >= 0) lines.splice(at, 1);
    },
    clear: () => lines.splice(0),
    sum: (column) => lines.reduce((sum, line) => sum.add(line[column] ?? 0), new Decimal(0)),
  }, () => lines);

  const ids = new WeakMap();
  const lineOf = ({ id, values }) => {
    ids.set(values, id);
    return values;
  };

  // An item in memory. Its state goes to the host when it is written, and back to the owner of a handler when that ends.
  const item = (state) => {
    let { object, id, isNew, version, attributes, tables } = open(state);
    const save = (options) => {
      const action = options?.post === true ? "post" : options?.post === false ? "unpost" : null;
      ({ object, id, isNew, version, attributes, tables } = open(host("object.write", data(), { post: action })));
      return own.ref;
    };
    const data = () => ({
      object, id, isNew, version: version ?? 0, attributes,
      tables: Object.fromEntries(Object.entries(tables).map(([name, lines]) => [name, lines.map((values) => ({ id: ids.get(values) ?? null, values }))])),
    });
    const own = {
      get ref() { return side.ref(new Ref(object, id, null)); },
      get isNew() { return isNew; },
      write: save,
      delete: () => host("object.delete", own.ref),
      [asData]: data,
    };
    return new Proxy(own, {
      get: (_, name) => {
        if (name in own) return own[name];
        if (typeof name === "symbol" || name === "then" || name === "toJSON") return undefined;
        if (name in tables) return tableOf(tables[name]);
        if (name in attributes) return attributes[name];
        return host("object.unknown", object, name);
      },
      set: (_, name, value) => {
        if (name in tables) tables[name] = [...(value ?? [])].map((line) => ({ ...line }));
        else if (name in attributes) attributes[name] = value ?? null;
        else host("object.unknown", object, String(name));
        return true;
      },
    });
  };
  const open = (state) => ({ ...state, tables: Object.fromEntries(Object.entries(state.tables ?? {}).map(([name, lines]) => [name, lines.map(lineOf)])) });

  revivers.$object = (state) => item(revive(state));
  revivers.$form = (id) => {
    const own = forms.info(id, ["usedServer", "isNew", "key", "parameters", "name", "title"]);
    return forms.form(id, own);
  };
  revivers.$movements = (names) => {
    const records = Object.fromEntries(names.map((name) => [name, []]));
    const registers = Object.fromEntries(names.map((name) => [name, { add: (values) => { records[name].push({ ...values }); } }]));
    return new Proxy({ [asData]: () => records }, {
      get: (own, name) => {
        if (typeof name === "symbol") return own[name];
        if (name === "then") return undefined;
        if (!(name in registers)) throw new TypeError(`this document does not post to ${name}; add it to posts_to`);
        return registers[name];
      },
    });
  };

  const optional = (value) => value ?? undefined;
  const stored = (kind) => named((name) => {
    const object = `${kind}.${name}`;
    const members = {
      get: (ref) => {
        const state = host("object.get", typeof ref === "string" ? new Ref(object, ref, null) : ref);
        return state ? item(state) : undefined;
      },
      create: (values) => item(host("object.new", object, values ?? {})),
      find: (values) => optional(host("object.find", object, values ?? {})),
    };
    return new Proxy(members, {
      get: (own, member) => {
        if (member in own) return own[member];
        return typeof member === "symbol" || member === "then" ? undefined : host("object.predefined", object, member);
      },
    });
  });
  const register = (kind, members) => named((name) => members(`${kind}.${name}`));

  Object.assign(globals, {
    Catalogs: stored("Catalog"),
    Documents: stored("Document"),
    Constants: named((name) => ({ get: () => host("constant.get", `Constant.${name}`), set: (value) => host("constant.set", `Constant.${name}`, value) })),
    AccumulationRegisters: register("AccumulationRegister", (name) => ({
      balance: (slice) => host("register.balance", name, slice ?? {}),
      turnovers: (slice) => host("register.turnovers", name, slice ?? {}),
    })),
    InformationRegisters: register("InformationRegister", (name) => ({
      last: (slice) => optional(host("register.last", name, slice ?? {})),
      set: (values) => host("register.set", name, values),
    })),
    ExchangePlans: named((plan) => ({ recordChanges: (ref) => host("exchange.record", `ExchangePlan.${plan}`, ref) })),
    BackgroundJobs: { start: (method, values) => host("job.start", method, values ?? []), state: (id) => host("job.state", id) },
    query: (text, parameters) => host("query", text, parameters ?? {}),
    transaction: (work) => {
      host("transaction.begin");
      const fail = (error) => {
        host("transaction.rollback");
        throw error;
      };
      let result;
      try {
        result = work();
      } catch (error) {
        return fail(error);
      }
      const done = (value) => {
        host("transaction.commit");
        return value;
      };
      return result instanceof Promise ? result.then(done, fail) : done(result);
    },
  });
};
