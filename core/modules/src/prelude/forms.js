// Forms as modules see them, on both sides: attributes by name, tables as lists of rows.
(common) => {
  "use strict";
  const { host, asData, Decimal } = common;

  const row = (form, table, line) => {
    const values = line.values;
    return new Proxy(values, {
      get: (_, name) => {
        if (name === asData) return () => values;
        if (name === rowId) return line.id;
        return typeof name === "symbol" || name === "then" ? undefined : values[name];
      },
      set: (_, name, value) => {
        values[name] = host("form.row.set", form, table, line.id, String(name), value ?? null);
        return true;
      },
    });
  };
  const rowId = Symbol("row id");

  // A list of rows that stays true: each access reads the rows as they are.
  const rows = (form, table) => {
    const lines = () => host("form.rows", form, table).map((line) => row(form, table, line));
    const own = {
      add: (values) => {
        const id = host("form.row.add", form, table, values ?? {});
        return lines().find((line) => line[rowId] === id);
      },
      remove: (line) => host("form.row.remove", form, table, typeof line === "number" ? lines()[line]?.[rowId] : line[rowId]),
      clear: () => host("form.row.clear", form, table),
      sum: (column) => lines().reduce((sum, line) => sum.add(line[column] ?? 0), new Decimal(0)),
    };
    return listLike(own, lines);
  };

  const listLike = (own, lines) => new Proxy(own, {
    get: (_, name) => {
      if (name in own) return own[name];
      if (name === asData) return lines;
      if (name === Symbol.iterator) return () => lines()[Symbol.iterator]();
      if (typeof name === "symbol" || name === "then") return undefined;
      const all = lines();
      const value = all[name];
      return typeof value === "function" ? value.bind(all) : value;
    },
  });

  // `own` holds what is special to a side; everything else is an attribute or a table.
  const form = (id, own) => {
    const tables = new Set(host("form.info", id).tables);
    return new Proxy(own, {
      get: (_, name) => {
        if (name === formId) return id;
        if (name in own) return own[name];
        if (typeof name === "symbol" || name === "then" || name === "toJSON") return undefined;
        return tables.has(name) ? rows(id, name) : host("form.get", id, name);
      },
      set: (_, name, value) => {
        if (name in own) {
          own[name] = value;
          return true;
        }
        if (tables.has(name)) {
          host("form.row.clear", id, name);
          for (const values of value ?? []) host("form.row.add", id, name, values);
        } else {
          host("form.set", id, String(name), value ?? null);
        }
        return true;
      },
      has: (_, name) => name in own || tables.has(name),
    });
  };
  const formId = Symbol("form id");

  const info = (id, names) => {
    const own = {};
    for (const name of names) Object.defineProperty(own, name, { enumerable: false, configurable: true, get: () => host("form.info", id)[name] });
    return own;
  };

  return { form, formId, info, listLike };
};
