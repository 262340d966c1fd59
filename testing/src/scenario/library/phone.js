// A phone in a person's hand.
import { DateTime, Failure, closed, give, guarded, host, only, plain, verb } from "<testing/world>";
import { Form } from "<testing/form>";
import { main } from "<testing/server>";

const views = Object.fromEntries(["a menu item", "a section", "a part of the home page", "a question", "an offer", "a draft", "a thing that needs a person", "a call", "traffic"].map((what) => [what, closed(what)]));
const item = ({ id, title, enabled, hint }) => views["a menu item"]({ id, title, enabled, mark: hint });
const optional = (value) => value ?? undefined;

class Local {
  constructor(phone) {
    this.id = phone.id;
    this.label = `${phone.label}.local`;
  }
}

const local = (name) => function (...values) { return host(`local.${name}`, this.id, ...values); };
give(Local, {
  query(text, parameters) { return host("local.query", this.id, text, parameters ?? {}); },
  find(object, fields) { return host("local.find", this.id, object, fields ?? {}).then(optional); },
  get(ref) { return host("local.get", this.id, ref).then(optional); },
  count(object) { return host("local.count", this.id, object).then(plain); },
  constant: local("constant"),
  tables: local("tables"),
  call(module, method, values) { return host("local.call", this.id, module, method, values ?? [], {}).then(optional); },
});

class Clock {
  constructor(phone) {
    this.id = phone.id;
  }
  advance(span) { host("phone.clock", this.id, String(span)); }
  get now() { return host("phone.now", this.id); }
}

class Phone {
  constructor(id, user, device, password) {
    Object.assign(this, { id, user, device, password, label: device, known: new Map(), main });
    this.local = new Local(this);
    this.clock = new Clock(this);
    this.menu = (name) => this.#menuItem(name);
  }

  get view() { return JSON.parse(host("phone.view", this.id)); }
  get running() { return host("phone.running", this.id); }
  get screen() { return this.view.screen.screen; }
  get screenText() {
    const { error, step } = this.view.screen;
    return error || step || "";
  }
  get available() { return this.view.status.available; }
  get mode() { return this.view.status.mode; }
  get effectiveMode() { return this.view.status.effective_mode; }
  get linkQuality() { return this.view.status.link; }
  get banner() { return this.view.status.banner; }
  get pending() { return this.view.status.exchange.pending; }
  get exchangeError() { return this.view.status.exchange.error; }
  get title() { return this.view.status.title; }
  get sections() {
    return this.view.sections.map(({ id, title, enabled, items }) => views["a section"]({ id, title, enabled, items: items.map(item) }));
  }
  get home() { return this.view.home.map(homePart); }
  get forms() { return this.view.windows.map(({ form }) => this.formOf(form)); }
  get activeForm() {
    const { active } = this.view;
    if (!active) throw new Failure(`${this.label} shows the menu: no form is in front`, "a form in front", "the menu");
    return this.formOf(active);
  }
  get messages() { return JSON.parse(host("phone.messages", this.id)); }
  get dialog() {
    const { dialog } = this.view;
    return dialog && views["a question"]({ text: dialog.text, buttons: dialog.buttons.map(({ id }) => id), captions: dialog.buttons.map(({ text }) => text) });
  }
  get offer() { return this.view.offer && views["an offer"](this.view.offer); }
  get drafts() { return this.view.drafts.map(views["a draft"]); }
  get attention() { return this.view.attention.map(views["a thing that needs a person"]); }
  get calls() { return JSON.parse(host("phone.log", this.id)).map(({ server, call, error, ms, time }) => views["a call"]({ server, call, error, ms, time })); }
  get traffic() { return views.traffic(JSON.parse(host("phone.traffic", this.id))); }

  form(name) {
    return this.forms.reverse().find((form) => form.name === name || form.name.startsWith(`${name}.`));
  }
  mainServerAvailable() { return host("phone.ask", this.id, "mainServer.available", []) ?? undefined; }
  cutAnswer(request, bytes) { host("phone.cutAnswer", this.id, String(request), bytes ?? 0); }
  osReports(facts) { host("phone.osReports", this.id, only(facts, "the facts of osReports", ["connected", "metered", "captivePortal"])); }

  /** The form with a number; the same object each time. */
  formOf(number) {
    if (!this.known.has(number)) this.known.set(number, new Form(this, number));
    return this.known.get(number);
  }

  #menuItem(name) {
    const items = this.view.sections.flatMap((section) => section.items);
    const found = items.find(({ id }) => id === name) ?? items.find(({ title }) => title === name) ?? items.find(({ id }) => id.startsWith(`${name}.`));
    if (!found) throw new Failure(`the menu of ${this.label} has no item ${name}`, name, items.map(({ id }) => id).join(", ") || "an empty menu");
    return item(found);
  }

  /** The form that an action brought to the front. */
  shown(before, what) {
    const { active, messages, dialog } = this.view;
    if (active && (active !== before.active || !before.windows.some(({ form }) => form === active))) return this.formOf(active);
    const said = dialog ? `it asks: ${dialog.text}` : messages.filter(({ id }) => !before.messages.some((old) => old.id === id)).map(({ text }) => text).join("; ");
    throw new Failure(`${this.label}: ${what} brought no form to the front`, "a form in front", said || "nothing happened");
  }

  do(action, ...values) { return host("phone.do", this.id, action, ...values); }
  operation(name, ...values) { return host("phone.operation", this.id, name, values); }
}

const homePart = ({ id, title, enabled, hint }) => views["a part of the home page"]({ name: id, title, available: enabled, text: hint });

const choice = (list, wanted, what) => {
  const found = wanted ? list.find(({ id }) => id === wanted.id) : list[0];
  if (!found) throw new Failure(`there is no ${what}`, `a ${what}`, `${list.length} of them`);
  return found;
};

give(Phone, {
  async openForm(name, options) {
    only(options, "the options of openForm", ["key", "fillingValues", "parameters", "server"]);
    const number = await this.operation("form.open", name, options?.server === "auto" ? { ...options, server: null } : options ?? {});
    return this.formOf(plain(number));
  },
  async open(menuItem) {
    const { id, enabled, mark } = this.menu(menuItem);
    if (!enabled) throw new Failure(`a person can't choose ${menuItem}: it is greyed`, "an item that can be chosen", mark || "greyed");
    const before = this.view;
    await this.do("open", id);
    const { active } = this.view;
    const shows = active && this.formOf(active).name === id;
    return shows ? this.formOf(active) : this.shown(before, `opening ${menuItem}`);
  },
  activate(form) { return this.do("activate", form.number); },
  showMenu() { return this.do("activate", 0); },
  setMode(mode) { return this.do("setMode", mode); },
  answer(button) {
    const { dialog } = this.view;
    if (!dialog) throw new Failure(`nothing asks on ${this.label}`, `a question with the button ${button}`, "no question");
    const found = dialog.buttons.find(({ id, text }) => id === button || text === button);
    if (!found) throw new Failure(`the question has no button ${button}`, button, dialog.buttons.map(({ id, text }) => `${id} (${text})`).join(", "));
    return this.do("answer", String(dialog.id), found.id);
  },
  answerOffer(mode) {
    if (!this.view.offer) throw new Failure(`no other mode is offered on ${this.label}`, "an offer", "no offer");
    return this.do("answerOffer", mode ?? null);
  },
  async takeDraft(draft) {
    const before = this.view;
    await this.do("takeDraft", choice(before.drafts, draft, "draft").id);
    return this.shown(before, "taking the draft");
  },
  discardDraft(draft) { return this.do("discardDraft", choice(this.view.drafts, draft, "draft").id); },
  exchange() { return host("phone.exchange", this.id); },
  signOut() { return this.do("signOut"); },
  async signIn(options) {
    only(options, "the options of signIn", ["user", "password", "pin"]);
    const user = options?.user ?? this.user;
    const password = options?.password ?? options?.pin ?? this.password;
    await host("phone.signIn", this.id, user, password);
    Object.assign(this, { user, password });
  },
  unlock(pin) { return host("phone.unlock", this.id, String(pin)); },
  choosePin(pin) { return host("phone.choosePin", this.id, String(pin)); },
  setLanguage(language) { return this.do("setLanguage", language); },
  link(condition, options) {
    only(options, "the options of link", ["notice"]);
    const figures = typeof condition === "string" ? { name: condition } : condition;
    return host("phone.link", this.id, figures, options?.notice ?? true);
  },
  suspend() { return this.do("suspend"); },
  resume() { return this.do("resume"); },
  kill() {
    return host("phone.kill", this.id);
  },
  killAt(request, when) { return host("phone.killAt", this.id, request, when); },
  async restart(options) {
    only(options, "the options of restart", ["settings"]);
    this.known.clear();
    await host("phone.restart", this.id, options?.settings ?? {});
  },
  call(module, method, values) { return this.operation("server.call", module, method, values ?? []).then(optional); },
  repeatCall(id) { return this.operation("call.repeat", String(id)).then(optional); },
  callMain(module, method, values) { return this.operation("mainServer.call", module, method, values ?? []).then(optional); },
});

guarded(Phone, "a phone");
guarded(Local, "a phone's database");
guarded(Clock, "a clock");

const OPTIONS = ["device", "password", "language", "settings", "online", "link", "signIn", "clock"];

export const newPhone = async (user, options, users) => {
  only(options, `the options of phone("${user}")`, OPTIONS);
  const device = options.device ?? user;
  const password = options.password ?? users[user]?.password ?? "secret";
  const id = await host("phone.new", user, device, {
    password, language: options.language ?? users[user]?.language ?? "en", settings: options.settings,
    link: options.online === false ? { name: "lost" } : typeof options.link === "string" ? { name: options.link } : options.link ?? { name: "good" },
    signIn: options.signIn ?? true, clock: options.clock ?? "",
  });
  return new Phone(plain(id), user, device, password);
};
export { DateTime, verb };
