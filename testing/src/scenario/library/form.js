// An open form: what is drawn, and what a person does to it.
import { Decimal, Failure, Ref, closed, give, guarded, host, only } from "<testing/world>";

const TYPED = new Set(["text", "multiline", "number", "date", "time", "dateTime", "track"]);

/** `Lines[0].Quantity` → {table, row, column}; a name → {name}. */
const parse = (path) => {
  const cell = /^(.+)\[(\d+)\]\.(.+)$/.exec(path);
  return cell ? { table: cell[1], row: Number(cell[2]), column: cell[3] } : { name: path };
};

/** What a person types for a value. */
const typed = (value) => {
  if (value === null || value === undefined) return "";
  if (value instanceof Decimal || typeof value === "number" || typeof value === "string") return String(value);
  return String(value);
};

const first = (choices, text) => choices.find((choice) => choice.text === text) ?? choices.find((choice) => choice.text.startsWith(text)) ?? choices.find((choice) => choice.text.includes(text));

const kindOf = ({ kind }) => (kind.kind === "field" ? kind.field : kind.kind);

const anElement = closed("an element");
const aRow = closed("a row");

export class Form {
  constructor(phone, number) {
    Object.assign(this, { phone, number, lastKey: null, namesBefore: new Map() });
  }

  get label() { return `${this.phone.label}.form ${this.number}`; }
  get isOpen() { return this.raw() !== null; }
  raw() { return JSON.parse(host("phone.form", this.phone.id, this.number)); }
  get view() {
    const view = this.raw();
    if (view === null) throw new Failure(`form ${this.number} of ${this.phone.label} is closed`, "an open form", "closed");
    return view;
  }

  get name() { return this.view.name; }
  get title() { return this.view.title; }
  get usedServer() { return this.view.used_server; }
  get available() { return this.view.availability.state === "available"; }
  get unavailableReason() { return this.view.availability.reason ?? ""; }
  get canOpenOffline() { return this.view.availability.can_open_offline ?? false; }
  get canOpenFromMain() { return this.view.can_open_from_main; }
  get modified() { return this.view.modified; }
  get waiting() { return this.view.waiting; }
  get locked() { return this.view.locked; }
  get isNew() { return this.info().isNew; }
  /** Of a closed form, the last one known. */
  get key() {
    if (this.isOpen) this.remember();
    return this.lastKey;
  }
  remember() { this.lastKey = this.info().key ?? null; }
  get leftBehind() { return this.view.left_behind; }
  get conflicts() {
    return Object.fromEntries(this.view.elements.filter(({ conflict }) => conflict).map(({ name, conflict }) => [name, conflict.theirs]));
  }
  get skipped() { return this.view.left_behind.map((title) => this.namesBefore.get(title) ?? title); }
  get elements() { return this.view.elements.filter(({ name, visible }) => name && visible).map(({ name }) => name); }
  get commands() {
    const view = this.view;
    const own = view.elements.filter(({ kind, visible, enabled }) => kind.kind === "button" && visible && enabled).map(({ kind }) => kind.command);
    const standard = [[this.canOpenOffline, "openOffline"], [view.can_open_from_main, "openFromMainServer"], [true, "close"]];
    return [...new Set([...own, ...standard.filter(([there]) => there).map(([, name]) => name)])];
  }

  hasElement(name) { return this.view.elements.some((element) => element.name === name && element.visible); }
  element(name) {
    const { id, kind, conflict, choices, ...rest } = this.find(name);
    return anElement({
      name: rest.name, kind: kindOf({ kind }), title: rest.title, text: rest.text, checked: rest.checked, visible: rest.visible,
      enabled: rest.enabled, readOnly: rest.read_only, required: rest.required, hint: rest.hint, error: rest.error,
      conflict: conflict?.theirs ?? null, choices: choices.map(({ text }) => text),
    });
  }

  find(name, view = this.view) {
    const found = view.elements.find((element) => element.name === name);
    if (!found) throw new Failure(`${view.name} has no element ${name}`, name, view.elements.map((element) => element.name).filter(Boolean).join(", "));
    return found;
  }

  info() { return this.ask("form.info", this.number); }
  ask(operation, ...values) { return host("phone.ask", this.phone.id, operation, values); }
  dispatch(event) { return host("phone.dispatch", this.phone.id, this.number, JSON.stringify(event)); }

  value(path) {
    const { name, table, row, column } = parse(path);
    if (name === undefined) {
      const rows = this.ask("form.rows", this.number, table);
      if (!rows[row]) throw new Failure(`${table} has no row ${row}`, `row ${row}`, `${rows.length} rows`);
      return rows[row].values[column];
    }
    const isTable = this.info().tables.includes(name);
    return isTable ? this.ask("form.rows", this.number, name).map(({ values }) => values) : this.ask("form.get", this.number, name);
  }

  text(path) {
    const { name, table, row, column } = parse(path);
    if (name === undefined) return this.cell(table, row, column).text;
    const element = this.find(name);
    return element.kind.kind === "field" && ["switch", "checkBox"].includes(element.kind.field) ? String(element.checked) : element.text;
  }

  table(name, view = this.view) {
    const found = name === undefined
      ? view.elements.find(({ kind }) => kind.kind === "list") ?? view.elements.find(({ kind }) => kind.kind === "table")
      : this.find(name, view);
    if (!found?.table) throw new Failure(`${view.name} has no table or list ${name ?? ""}`, "a table", "none");
    return found;
  }

  rows(name) {
    const { table: { columns, rows } } = this.table(name);
    return rows.map(({ id, cells, is_group, deletion_mark, posted, pending }) => {
      const byName = Object.fromEntries(columns.map((column, index) => [column.name, cells[index]?.text ?? ""]));
      return aRow({ ...byName, id, cells: byName, isGroup: is_group, deletionMark: deletion_mark, posted, pending });
    });
  }

  row(table, row) {
    const rows = table.table.rows;
    const found = typeof row === "number" ? rows[row] : rows.find(({ id, cells }) => id === row || cells.some(({ text }) => text === row)) ?? rows.find(({ cells }) => cells.some(({ text }) => text.includes(row)));
    if (!found) throw new Failure(`${table.name || "the list"} has no row ${row}`, `row ${row}`, rows.map(({ cells }) => cells.map(({ text }) => text).join(" | ")).join("; ") || "no rows");
    return found;
  }

  cell(table, row, column) {
    const element = this.table(table);
    const index = element.table.columns.findIndex(({ name }) => name === column);
    if (index < 0) throw new Failure(`${table} has no column ${column}`, column, element.table.columns.map(({ name }) => name).join(", "));
    return this.row(element, row).cells[index];
  }

  /** An element that a person can type into now. */
  editable(name) {
    const view = this.view;
    const element = this.find(name, view);
    const why = view.availability.state !== "available" ? view.availability.reason || "the form is being reopened"
      : !element.visible ? "it is not shown" : !element.enabled ? element.hint || "it is disabled" : element.read_only ? "it can't be typed into" : "";
    if (why) throw new Failure(`a person can't change ${name}`, "a field that can be changed", why);
    return element;
  }

  async suggested(element, cell, value) {
    const text = value instanceof Ref ? value.presentation : typed(value);
    await this.dispatch(cell ? { event: "suggestCell", element: element.id, ...cell, text } : { event: "suggest", element: element.id, text });
    const { choices } = this.find(element.name);
    const found = value instanceof Ref ? choices.find(({ id }) => id.endsWith(value.id)) : first(choices, text);
    if (!found) throw new Failure(`nothing is suggested for ${text}`, text, choices.map((choice) => choice.text).join(", ") || "no suggestions");
    return found.id;
  }

  async fill(element, value) {
    const field = element.kind.kind === "field" ? element.kind.field : element.kind.kind;
    const id = element.id;
    if (field === "switch" || field === "checkBox") return this.dispatch({ event: "setChecked", element: id, checked: Boolean(value) });
    if (value === null || value === undefined) return this.dispatch({ event: "clear", element: id });
    if (field === "reference") return this.dispatch({ event: "choose", element: id, choice: await this.suggested(element, null, value) });
    if (field === "choice" || field === "radio" || field === "period") {
      const found = value instanceof Ref ? element.choices.find((choice) => choice.id.endsWith(value.id))
        : element.choices.find(({ id }) => field === "period" && id === value) ?? first(element.choices, String(value));
      if (!found) throw new Failure(`${element.name} offers no ${value}`, value, element.choices.map(({ text }) => text).join(", "));
      return this.dispatch({ event: "choose", element: id, choice: found.id });
    }
    if (!TYPED.has(field)) throw new Failure(`a person can't type into ${element.name}`, "a field to type into", field);
    return this.dispatch({ event: "setText", element: id, text: typed(value), inputVersion: element.input_version + 1 });
  }

  async fillCell(name, row, column, value) {
    const element = this.editable(name);
    const found = element.table.columns.find((known) => known.name === column);
    if (!found) throw new Failure(`${name} has no column ${column}`, column, element.table.columns.map((known) => known.name).join(", "));
    if (found.read_only) throw new Failure(`a person can't change ${name}.${column}`, "a column that can be changed", "it can't be typed into");
    const { id } = this.row(element, row);
    const cell = { row: id, column };
    if (found.field === "reference" && value !== null) {
      return this.dispatch({ event: "chooseCell", element: element.id, ...cell, choice: await this.suggested(element, cell, value) });
    }
    return this.dispatch({ event: "setCell", element: element.id, ...cell, text: typed(value), inputVersion: element.input_version + 1 });
  }

  /** An action of a person after which another form may be in front. */
  async follow(work) {
    const before = this.phone.view;
    await work();
    if (!this.phone.running) return undefined;
    const { active } = this.phone.view;
    return active && active !== before.active ? this.phone.formOf(active) : undefined;
  }

  /** The form that takes this one's place. */
  async successor(work) {
    const { elements } = this.view;
    const at = this.phone.view.windows.findIndex(({ form }) => form === this.number);
    await work();
    const next = this.phone.view.windows[at]?.form;
    if (next === undefined || next === this.number) return undefined;
    const form = this.phone.formOf(next);
    form.namesBefore = new Map(elements.map(({ title, name }) => [title, name]));
    return form;
  }

  async followed(what, work) {
    const before = this.phone.view;
    await work();
    return this.phone.shown(before, what);
  }
}

give(Form, {
  set(path, value) {
    const { name, table, row, column } = parse(path);
    return name === undefined ? this.fillCell(table, row, column, value) : this.fill(this.editable(name), value);
  },
  choose(path, text) {
    const { name, table, row, column } = parse(path);
    return name === undefined ? this.fillCell(table, row, column, text) : this.fill(this.editable(name), text);
  },
  openChoice(path) {
    const { name, table, row, column } = parse(path);
    const element = this.editable(name ?? table);
    const event = name === undefined ? { event: "openCellChoice", element: element.id, row: this.row(element, row).id, column } : { event: "openChoice", element: element.id };
    return this.followed(`choosing ${path}`, () => this.dispatch(event));
  },
  openValue(path) { return this.followed(`opening ${path}`, () => this.dispatch({ event: "openValue", element: this.find(path).id })); },
  clear(path) { return this.dispatch({ event: "clear", element: this.editable(path).id }); },
  takeTheirs(path) { return this.dispatch({ event: "takeTheirs", element: this.editable(path).id }); },

  async addRow(table, cells) {
    const element = this.editable(table);
    const known = new Set(element.table.rows.map(({ id }) => id));
    await this.dispatch({ event: "addRow", element: element.id });
    const index = this.table(table).table.rows.findIndex(({ id }) => !known.has(id));
    if (index < 0) throw new Failure(`no row was added to ${table}`, "a new row", `${known.size} rows as before`);
    for (const [column, value] of Object.entries(cells ?? {})) await this.fillCell(table, index, column, value);
    return index;
  },
  setCell(table, row, column, value) { return this.fillCell(table, row, column, value); },
  removeRow(table, row) {
    const element = this.editable(table);
    return this.dispatch({ event: "removeRow", element: element.id, row: this.row(element, row).id });
  },
  moveRow(table, row, direction) {
    const element = this.editable(table);
    return this.dispatch({ event: "moveRow", element: element.id, row: this.row(element, row).id, up: direction === "up" });
  },
  selectRow(row, table) {
    const element = this.table(table);
    return this.dispatch({ event: "selectRow", element: element.id, row: this.row(element, row).id });
  },
  openRow(row, table) {
    const element = this.table(table);
    return this.follow(() => this.dispatch({ event: "openRow", element: element.id, row: this.row(element, row).id }));
  },
  search(text, list) { return this.dispatch({ event: "search", element: this.table(list).id, text }); },
  sort(column, list) { return this.dispatch({ event: "sort", element: this.table(list).id, column }); },
  activatePage(name) { return this.dispatch({ event: "activatePage", element: this.find(name).id }); },

  execute(command) {
    const view = this.view;
    const button = view.elements.find(({ name, kind }) => kind.kind === "button" && (kind.command === command || name === command));
    const gone = { openOffline: !this.canOpenOffline, openFromMainServer: !view.can_open_from_main };
    if (button ? !button.visible || !button.enabled : gone[command]) {
      throw new Failure(`a person can't choose ${command}`, `one of ${this.commands.join(", ")}`, button?.hint || (button ? "disabled" : "not offered"));
    }
    this.remember();
    const work = () => this.dispatch({ event: "execute", command: button?.kind.command ?? command });
    return command in gone ? this.successor(work) : this.follow(work);
  },
  async write(options) {
    only(options, "the options of write", ["post"]);
    await this.phone.operation("form.write", this.number, { post: options?.post ?? null });
  },
  close() {
    this.remember();
    return this.dispatch({ event: "execute", command: "close" });
  },
  async reopen(to) {
    const next = await this.successor(() => this.phone.operation("form.reopen", this.number, { to: to ?? null }));
    if (!next) throw new Failure(`${this.label} was not reopened`, "another form in its place", this.phone.messages.at(-1) ?? "the same form");
    return next;
  },
  call(method, values) { return this.phone.operation("form.server", this.number, method, values ?? []).then((value) => value ?? undefined); },
  activate() { return this.phone.do("activate", this.number); },
});

guarded(Form, "a form");
