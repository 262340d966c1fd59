// Forms as modules see them, on both sides: attributes by name, tables as lists of rows.
(common) => {
  "use strict";
  const { host, kept, marshal, asData, formId, epoch, Decimal } = common;
  const rowId = Symbol("row id");
  const hidden = (name) => typeof name === "symbol" || name === "then" || name === "toJSON";

  // ---- lists of rows ------------------------------------------------------------------------------------------------------

  const CHANGES = new Set(["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"]);
  const instead = (name) => new TypeError(`${name} does not change a table: use add, remove and clear, or assign a list of rows`);

  // `own` holds add, remove, clear; everything else is read as of a list. `lines` gives the rows as they are.
  const listLike = (own, lines) => new Proxy(Object.assign(own, {
    sum: (column) => lines().reduce((sum, line) => sum.add(line[column] ?? 0), new Decimal(0)),
  }), {
    get: (_, name) => {
      if (name in own) return own[name];
      if (name === asData) return lines;
      // A copy, so that rows may be added and removed meanwhile.
      if (name === Symbol.iterator) return () => [...lines()][Symbol.iterator]();
      if (name === "toJSON") return () => [...lines()];
      if (hidden(name)) return undefined;
      if (CHANGES.has(name)) throw instead(name);
      const value = lines()[name];
      return typeof value === "function" ? value.bind([...lines()]) : value;
    },
    set: (_, name) => {
      throw instead(`Assigning ${String(name)}`);
    },
  });

  // ---- tables of forms ----------------------------------------------------------------------------------------------------

  // A row that stays true: it reads what the form holds now, also after an await.
  const row = (table, id) => new Proxy({ id }, {
    get: (_, name) => {
      if (name === rowId) return id;
      if (name === asData) return () => table.values(id);
      if (name === "toJSON") return () => ({ ...table.values(id) });
      return hidden(name) ? undefined : table.values(id)[name];
    },
    set: (_, name, value) => {
      table.values(id)[name] = kept(host("form.row.set", table.form, table.name, id, String(name), kept(value)));
      return true;
    },
    has: (_, name) => name in table.values(id),
    ownKeys: () => Object.keys(table.values(id)),
    getOwnPropertyDescriptor: (_, name) => {
      const values = table.values(id);
      return Object.hasOwn(values, name) ? { value: values[name], writable: true, enumerable: true, configurable: true } : undefined;
    },
  });

  // Rows are read from the host once and again when something may have changed them.
  const tableOf = (form, name) => {
    let read;
    let values = new Map();
    let rows = [];
    const known = new Map();
    const lines = () => {
      if (read === epoch()) return rows;
      const found = host("form.rows", form, name);
      values = new Map(found.map((line) => [line.id, line.values]));
      rows = found.map((line) => {
        if (!known.has(line.id)) known.set(line.id, row(table, line.id));
        return known.get(line.id);
      });
      read = epoch();
      return rows;
    };
    const table = {
      form, name,
      values: (id) => {
        lines();
        const found = values.get(id);
        if (!found) throw new ReferenceError(`The row is no longer in ${name}`);
        return found;
      },
      list: listLike({
        add: (line) => {
          const id = host("form.row.add", form, name, line ?? {});
          return lines().find((added) => added[rowId] === id);
        },
        remove: (line) => {
          const id = typeof line === "number" ? lines()[line]?.[rowId] : line?.[rowId];
          if (id !== undefined) host("form.row.remove", form, name, id);
        },
        clear: () => host("form.row.clear", form, name),
      }, lines),
    };
    return table;
  };

  // ---- forms --------------------------------------------------------------------------------------------------------------

  // `own` holds what is special to a side; everything else is an attribute or a table.
  const form = (id, own) => {
    const tables = new Map(host("form.info", id).tables.map((name) => [name, undefined]));
    const table = (name) => {
      if (!tables.get(name)) tables.set(name, tableOf(id, name));
      return tables.get(name).list;
    };
    const fill = (name, lines) => {
      // Read before clearing: they may be rows of this very table.
      const values = [...(lines ?? [])].map((line) => common.revive(marshal(line)));
      table(name).clear();
      for (const line of values) table(name).add(line);
    };
    return new Proxy(own, {
      get: (_, name) => {
        if (name === formId) return id;
        if (name in own) return own[name];
        if (hidden(name)) return undefined;
        return tables.has(name) ? table(name) : host("form.get", id, name);
      },
      set: (_, name, value) => {
        if (name in own) own[name] = value;
        else if (tables.has(name)) fill(name, value);
        else host("form.set", id, String(name), value);
        return true;
      },
      has: (_, name) => name === formId || name in own || tables.has(name),
    });
  };

  const info = (id, names) => {
    const own = {};
    for (const name of names) Object.defineProperty(own, name, { enumerable: false, configurable: true, get: () => host("form.info", id)[name] });
    return own;
  };

  return { form, info, hidden, listLike };
};
