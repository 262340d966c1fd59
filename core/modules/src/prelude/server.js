// What modules see on a server.
(common, forms) => {
  "use strict";
  const { host, revive, revivers, kept, asData, side, globals, named, Ref } = common;
  const { hidden, listLike } = forms;

  // ref.Attribute reads an attribute of the item.
  side.ref = (ref) => new Proxy(ref, {
    get: (target, name) => (hidden(name) || name in target ? Reflect.get(target, name) : host("ref.attribute", target, name)),
  });

  // ---- items --------------------------------------------------------------------------------------------------------------

  const ids = new WeakMap();
  const values = Symbol("values");

  // A row of an item. `blank` is what a new one holds, if the host said so: then it has these columns and no other.
  const lineOf = (given, place, blank) => {
    const own = { ...blank };
    const line = new Proxy(own, {
      get: (_, name) => {
        if (name === values) return own;
        if (hidden(name) || name in own || !blank) return own[name];
        return host("object.unknown", place.object, `${place.table}.${name}`);
      },
      set: (_, name, value) => {
        if (blank && !(name in own)) host("object.unknown", place.object, `${place.table}.${String(name)}`);
        own[name] = kept(value);
        return true;
      },
    });
    for (const [name, value] of Object.entries(given ?? {})) line[name] = value;
    return line;
  };

  const tableOf = (lines, place, blank) => listLike({
    add: (given) => {
      const line = lineOf(given, place, blank);
      lines().push(line);
      return line;
    },
    remove: (line) => {
      const at = typeof line === "number" ? line : lines().indexOf(line);
      if (at >= 0 && at < lines().length) lines().splice(at, 1);
    },
    clear: () => {
      lines().length = 0;
    },
  }, lines);

  // An item in memory. Its state goes to the host when it is written, and back to the owner of a handler when that ends.
  const item = (first) => {
    let { object, id, isNew, version, attributes, blank } = first;
    const tables = {};
    const place = (table) => ({ object, table });
    // Rows that module code holds stay the rows of the item when it was written.
    const take = (state) => {
      ({ object, id, isNew, version, attributes } = state);
      blank = state.blank ?? blank;
      for (const [name, found] of Object.entries(state.tables ?? {})) {
        const old = tables[name] ?? [];
        tables[name] = found.map((row, at) => {
          const line = old[at] && (ids.get(old[at]) ?? row.id) === row.id ? old[at] : lineOf({}, place(name), blank?.[name]);
          Object.assign(line[values], row.values);
          ids.set(line, row.id);
          return line;
        });
      }
    };
    const data = () => ({
      object, id, isNew, version: version ?? 0, attributes,
      tables: Object.fromEntries(Object.entries(tables).map(([name, lines]) => [name, lines.map((line) => ({ id: ids.get(line) ?? null, values: line[values] }))])),
    });
    const write = (options) => {
      const action = options?.post === true ? "post" : options?.post === false ? "unpost" : null;
      take(host("object.write", data(), { post: action }));
      return own.ref;
    };
    const own = {
      get ref() { return side.ref(new Ref(object, id, null)); },
      get isNew() { return isNew; },
      write,
      delete: () => host("object.delete", own.ref),
      [asData]: data,
    };
    take(first);
    return new Proxy(own, {
      get: (_, name) => {
        if (name in own) return own[name];
        if (hidden(name)) return undefined;
        if (Object.hasOwn(tables, name)) return tableOf(() => tables[name], place(name), blank?.[name]);
        if (Object.hasOwn(attributes, name)) return attributes[name];
        return host("object.unknown", object, name);
      },
      set: (_, name, value) => {
        if (Object.hasOwn(tables, name)) tables[name] = [...(value ?? [])].map((line) => lineOf(line, place(name), blank?.[name]));
        else if (Object.hasOwn(attributes, name)) attributes[name] = kept(value);
        else host("object.unknown", object, String(name));
        return true;
      },
      has: (_, name) => name in own || Object.hasOwn(tables, name) || Object.hasOwn(attributes, name),
    });
  };

  revivers.$object = (state) => item(revive(state));
  revivers.$form = (id) => {
    const own = forms.info(id, ["usedServer", "isNew", "key", "parameters", "name", "title"]);
    return forms.form(id, own);
  };
  revivers.$movements = (names) => {
    const records = Object.fromEntries(names.map((name) => [name, []]));
    const registers = Object.fromEntries(names.map((name) => [name, tableOf(() => records[name], { object: `AccumulationRegister.${name}`, table: "records" })]));
    return new Proxy({ [asData]: () => records }, {
      get: (own, name) => {
        if (hidden(name)) return own[name];
        if (!Object.hasOwn(registers, name)) throw new TypeError(`this document does not post to ${name}; add it to posts_to`);
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
        return hidden(member) ? undefined : host("object.predefined", object, member);
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
      remove: (values) => host("register.remove", name, values),
    })),
    ExchangePlans: named((plan) => ({ recordChanges: (ref) => host("exchange.record", `ExchangePlan.${plan}`, ref) })),
    TemporaryStorage: {
      put: (value) => host("temporary.put", value ?? null),
      get: (address) => optional(host("temporary.get", String(address))),
      delete: (address) => void host("temporary.delete", String(address)),
    },
    BackgroundJobs: { start: (method, values) => host("job.start", method, values ?? []), state: (id) => host("job.state", id) },
    FunctionalOptions: named((name) => ({ get: () => host("option.get", name), set: (value) => host("constant.set", `FunctionalOption.${name}`, value === true) })),
    functionalOption: (name) => host("option.get", String(name)),
    query: (text, parameters) => host("query", text, parameters ?? {}),
    transaction: (work) => {
      host("transaction.begin");
      const fail = (error) => {
        try {
          host("transaction.rollback");
        } catch (second) {
          host("log", `A transaction could not be rolled back: ${second}`);
        }
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
