/**
 * Scenarios of an app: a real main server and real phones in one process, with links, time and kills under control.
 *
 * A scenario file is TypeScript named `tests/<name>.scenario.ts` in the folder of the configuration; `twinshore test DIR` runs it.
 * Write this file beside yours with `twinshore test --types DIR`. Other `.ts` files of `tests/` can be imported: `from "./helpers"`.
 *
 * Verbs of a person and of the world are promises: `await` them. A verb is done when the app has finished what it caused.
 * What is read (`form.value`, `ann.available`, …) is what the app shows at that moment. Nothing sleeps: see {@link until}.
 */
declare module "@twinshore/testing" {
  // ---- scenarios and expectations ---------------------------------------------------------------------------------------------

  /** Declares a scenario. Each runs in a world of its own: an empty main server, no phones. */
  export function scenario(name: string, body: (given: Given) => Promise<void> | void, options?: ScenarioOptions): void;
  export namespace scenario {
    /** Not run; listed as skipped with the reason. */
    function skip(name: string, reason: string, body?: (given: Given) => Promise<void> | void, options?: ScenarioOptions): void;
    /** When a file has some of these, only they run. A run with them is not a full one and says so. */
    function only(name: string, body: (given: Given) => Promise<void> | void, options?: ScenarioOptions): void;
  }

  /** Options for all scenarios declared after it in the same file (also when called in an imported helper). */
  export function defaults(options: ScenarioOptions): void;

  export interface ScenarioOptions {
    /** Folder of the configuration, from the scenario file; without it, the folder that holds `tests/`. */
    configuration?: string;
    /** Files put over the configuration's: path → text; `null` removes the file. */
    patch?: Record<string, string | null>;
    /** Users of the main server: name → roles, or more. Password is `"secret"` unless said. */
    users?: Record<string, string[] | UserOptions>;
    /** Runs before the body, for data that all scenarios want. */
    prepare?: (given: Given) => Promise<void> | void;
    /** Settings of every phone; a phone may have its own. */
    settings?: PhoneSettings;
    /** Time the scenario may take; 60 s. */
    limitSeconds?: number;
  }

  export interface UserOptions {
    roles: string[];
    password?: string;
    language?: string;
    /** Fields of the user's item in the catalog that the configuration names as its users. */
    item?: Fields;
  }

  export interface Given {
    /** A new phone, signed in, first download done, menu shown. The same user may have several: give them `device` names. */
    phone(user: string, options?: PhoneOptions): Promise<Phone>;
    main: MainServer;
    world: World;
    time: Time;
  }

  /** Waits until the condition holds: looks again after each event of the world. Fails after 20 s with the last value. */
  export function until<T>(condition: () => T | Promise<T>, what?: string): Promise<T>;

  /** Compares: an exact number equals a number or text of the same value, a date its ISO text, a reference by object and id. */
  export function expect<T>(received: T, what?: string): Expectation;

  export interface Expectation {
    not: Expectation;
    /** The same value (numbers, dates and references by value; lists and objects must be the very same). */
    toBe(expected: unknown): void;
    /** Equal all the way down. */
    toEqual(expected: unknown): void;
    /** An object that has at least these fields, or a list with such items one by one. */
    toMatchObject(expected: object): void;
    /** A text that holds the text, or a list that holds an equal item. */
    toContain(expected: unknown): void;
    toMatch(pattern: RegExp | string): void;
    toBeTruthy(): void;
    toBeFalsy(): void;
    toBeNull(): void;
    toBeUndefined(): void;
    toBeDefined(): void;
    toHaveLength(length: number): void;
    toBeGreaterThan(than: number): void;
    toBeGreaterThanOrEqual(than: number): void;
    toBeLessThan(than: number): void;
    toBeLessThanOrEqual(than: number): void;
    toBeCloseTo(value: number, digits?: number): void;
    /** For promises; `await` it. */
    rejects: Rejection;
    /** The promise's value, compared; `await` it. */
    resolves: Awaited_<Expectation>;
    /** For functions that are called and must throw. */
    toThrow(text?: string | RegExp): void;
    /** For functions: the code of the error, e.g. `"MainServerUnavailable"`. */
    toThrowCode(code: string, details?: object): void;
  }
  export interface Rejection {
    toThrow(text?: string | RegExp): Promise<void>;
    toThrowCode(code: string, details?: object): Promise<void>;
  }
  export type Awaited_<T> = { [K in keyof T]: T[K] extends (...values: infer A) => void ? (...values: A) => Promise<void> : T[K] };

  // ---- values -----------------------------------------------------------------------------------------------------------------

  /** As in modules: `Decimal`, `DateTime` and `Ref` are global, with `decimal("4.20")` and `dateTime("2026-01-31T14:30:00")`. */
  export interface Decimal { toNumber(): number; toString(): string; add(v: Numeric): Decimal; sub(v: Numeric): Decimal; mul(v: Numeric): Decimal; eq(v: Numeric): boolean; lt(v: Numeric): boolean; gt(v: Numeric): boolean }
  export type Numeric = Decimal | number | string;
  export interface DateTime { toString(): string; addDays(days: number): DateTime; addSeconds(seconds: number): DateTime; year: number; month: number; day: number; hour: number; minute: number; second: number }
  export interface Ref { object: string; id: string; presentation: string; equals(other: unknown): boolean }
  export type Value = null | string | number | boolean | Decimal | DateTime | Ref | Value[] | { [name: string]: Value };
  /** Values by attribute. Texts are read as the attribute's type: `Price: "4.20"`, `Date: "2026-03-02"`, an enumeration's value by name. Tables are lists of rows. */
  export type Fields = Record<string, unknown>;
  /** A moment or a span: `"15 days"`, `"90 s"`, `"2 h 30 min"`, `"250 ms"`. */
  export type Span = string;

  // ---- the main server --------------------------------------------------------------------------------------------------------

  export interface MainServer {
    /** Writes a new item with the rights of the platform; handlers of the configuration run. `post` for documents. */
    create(object: string, fields?: Fields, options?: WriteOptions): Promise<Ref>;
    /** The item with these values, or `undefined`. */
    find(object: string, fields: Fields): Promise<Ref | undefined>;
    /** Attributes and tables (`Lines: [{…}]`), standard attributes too (`Number`, `Posted`, `DeletionMark`, `Version`); `undefined` if there is no such item. */
    get(item: Ref): Promise<any>;
    set(item: Ref, fields: Fields, options?: WriteOptions): Promise<void>;
    delete(item: Ref): Promise<void>;
    /** Rows of a query in the query language of the configuration. */
    query(text: string, parameters?: Record<string, unknown>): Promise<any[]>;
    /** Number of items (or of records of a register). */
    count(object: string): Promise<number>;
    /** Value of a constant. */
    constant(name: string): Promise<any>;
    setConstant(name: string, value: unknown): Promise<void>;
    /** Calls a function of a server module on the main server as a user (default: with the rights of the platform). */
    call(module: string, method: string, values?: unknown[], options?: { user?: string }): Promise<any>;
    /** Requests that reached the main server since the scenario began, in order. `request` is e.g. `"module_call"`, `"open_form"`, `"write_form"`, `"handshake"`, `"upload"`, `"download"`, `"hello"` (heartbeats and probes); `name` is the module and method, the form, the object. */
    calls(filter?: { user?: string; request?: string }): MainCall[];
    /** Devices that exchange: `waiting` is how many changes each has not received yet. */
    nodes(): Promise<{ code: string; name: string; user: string; waiting: Decimal; revoked: boolean }[]>;
    /** A new user, or new roles or password for one. */
    user(name: string, options: string[] | UserOptions): Promise<void>;
    /** The user may not work any more (A3). */
    disableUser(name: string): Promise<void>;
    enableUser(name: string): Promise<void>;
    /** Pulls the plug: connections are cut, what was not committed is gone. */
    kill(): Promise<void>;
    /** Starts it again over its database. */
    start(): Promise<void>;
    /** Pulls the plug when a request of this kind arrives (`"before"` it is carried out) or was carried out and no byte of the answer has left (`"after"`). Resolves when it happened. */
    killAt(request: string, when: "before" | "after"): Promise<void>;
    /** Publishes another version of the configuration while the main server runs: files put over the present ones (`null` removes one, a function is given the present text), or another folder. Phones learn of it as they do (A5). */
    update(files: Record<string, FileChange> | string): Promise<void>;
    /** Text of a file of the configuration as it is now. */
    file(path: string): Promise<string>;
    readonly running: boolean;
  }
  /** A file's text, what to make of its text, or `null` to take it away. */
  export type FileChange = string | null | ((text: string) => string);
  export interface WriteOptions { post?: boolean; /** With this user's rights. */ user?: string }
  export interface MainCall { user: string; device: string; request: string; name: string; time: string; error: string }

  export interface World {
    /** Waits until nothing is under way on any phone: no call, no round, no handler. */
    settled(): Promise<void>;
    /** Figure from the run's seed: between 0 and 1. */
    random(): number;
    readonly seed: string;
    /** Adds a line to what a failure shows. */
    note(text: string): void;
    /** Report of the composition (what goes to devices and why), as `twinshore report --json` gives it. */
    compositionReport(): any;
    /** Warnings and errors of the configuration: `{code, severity, file, line, column, message}`. */
    diagnostics(): any[];
  }

  export interface Time {
    /** Moves the clocks of the main server and of all phones, and runs what is due meanwhile (heartbeats, probes, rounds, grace periods). */
    advance(span: Span): Promise<void>;
    readonly now: DateTime;
  }

  // ---- a phone ----------------------------------------------------------------------------------------------------------------

  export interface PhoneOptions {
    /** Name of the device; the user's name without it. */
    device?: string;
    password?: string;
    language?: "en" | "ru" | string;
    settings?: PhoneSettings;
    /** `false`: the main server can't be reached from the start. */
    online?: boolean;
    /** How the link is from the start; `"good"` without it. */
    link?: LinkName | LinkFigures;
    /** `false`: shows the sign-in screen and waits for {@link Phone.signIn}. */
    signIn?: boolean;
    /** How wrong the phone's clock goes, e.g. `"-2 days"`. */
    clock?: Span;
  }

  /** Numbers of the client, in milliseconds where they are times. Phones of scenarios have short ones. */
  export interface PhoneSettings {
    heartbeatMs?: number; heartbeatsMissed?: number; probeMs?: number; probeTimeoutMs?: number; answersWithinMs?: number; quietMs?: number;
    callTimeoutMs?: number; connectTimeoutMs?: number;
    slowCallMs?: number; verySlowCallMs?: number; fastCallMs?: number; offerPauseMs?: number;
    waitingShownAfterMs?: number; handlerTimeMs?: number; standaloneCallTimeMs?: number;
    exchangeRetryMs?: number; exchangeRetryLongestMs?: number; exchangePage?: number;
    listPage?: number; listWindow?: number;
  }

  export type LinkName =
    | "good" | "slow" | "lost" | "flapping" | "halfOpen" | "captivePortal" | "cutAnswers" | "unavailable503" | "tlsFailure"
    | "dnsFailure";
  export interface LinkFigures {
    /** Delay each way. */
    latencyMs?: number;
    /** Each chunk may be so much later, by the run's seed. */
    jitterMs?: number;
    bytesPerSecond?: number;
    /** Part of the chunks that are lost and sent again, as a TCP segment is: late by a retransmission. */
    lossPercent?: number;
    /** Connections are reset after so many more bytes of answers. */
    cutAfterBytes?: number;
    /** Requests pass, answers don't: the outcome is unknown (R17). */
    cutAnswers?: boolean;
    /** By turns. */
    flapping?: { upMs: number; downMs: number };
  }

  export interface Phone {
    readonly user: string;
    readonly device: string;

    // what is seen
    /** `"signIn"`, `"lock"`, `"choosePin"`, `"download"` or `"work"`. */
    readonly screen: string;
    /** What the sign-in or download screen says. */
    readonly screenText: string;
    readonly available: boolean;
    readonly mode: Mode;
    /** What routing uses (M2). */
    readonly effectiveMode: Mode;
    readonly linkQuality: "good" | "slow" | "none";
    /** Why the main server can't be called, as the person reads it; empty if it can. */
    readonly banner: string;
    /** Changes that wait to be sent. */
    readonly pending: number;
    readonly exchangeError: string;
    /** Title of the app with its marks. */
    readonly title: string;
    readonly menu: MenuFunction;
    /** The sections of the menu, with their items. */
    readonly sections: Section[];
    /** Parts of the home page, by the name of their form. */
    readonly home: HomePart[];
    /** The form in front; fails if the menu is. */
    readonly activeForm: Form;
    /** Open forms, the one in front last. */
    readonly forms: Form[];
    /** Open form by the name of its form or object, if there is one. */
    form(name: string): Form | undefined;
    /** Texts shown to the person since the app was started, oldest first. */
    readonly messages: string[];
    /** Question that waits: text and buttons (ids). */
    readonly dialog: { text: string; buttons: string[]; captions: string[] } | null;
    /** Offer of another mode on a slow link (M4). */
    readonly offer: { text: string; modes: Mode[] } | null;
    /** Typed text kept from forms that were closed or killed (F19). */
    readonly drafts: Draft[];
    /** Things that need a person. */
    readonly attention: { id: string; title: string; text: string }[];
    /** Which server took each call: `server` is `"main"`, `"standalone"` or `"refused"`. */
    readonly calls: PhoneCall[];

    // what the person does
    /** Opens a form as code would (`openForm`): `"Document.Orders"`, `"Document.Orders.List"`. */
    openForm(name: string, options?: OpenOptions): Promise<Form>;
    /** Chooses a menu item by its id or caption. */
    open(menuItem: string): Promise<Form>;
    /** Brings a form to the front. */
    activate(form: Form): Promise<void>;
    showMenu(): Promise<void>;
    setMode(mode: Mode): Promise<void>;
    answer(button: string): Promise<void>;
    /** `null` keeps the mode. */
    answerOffer(mode: Mode | null): Promise<void>;
    takeDraft(draft?: Draft): Promise<Form>;
    discardDraft(draft?: Draft): Promise<void>;
    /** A round of the exchange now, awaited. Fails with what went wrong. */
    exchange(): Promise<void>;
    signOut(): Promise<void>;
    /** With the last user and their password unless said. Fails with what the screen says. */
    signIn(options?: { user?: string; password?: string; pin?: string }): Promise<void>;
    /** Gives the PIN (A2). Fails with what the screen says. */
    unlock(pin: string): Promise<void>;
    /** Chooses a PIN for this device. */
    choosePin(pin: string): Promise<void>;
    setLanguage(language: string): Promise<void>;

    // what happens to the phone
    /** Resolves when the phone has noticed (availability changed where it must); `{ notice: false }` doesn't wait. */
    link(condition: LinkName | LinkFigures, options?: { notice?: boolean }): Promise<void>;
    /** The next request of this kind is carried out, and its answer cut after so many bytes (R17). Resolves at once. */
    cutAnswer(request: string, bytes?: number): void;
    /** What the operating system says; facts only start a probe (M2). */
    osReports(facts: { connected?: boolean; metered?: boolean; captivePortal?: boolean }): void;
    /** To the background and back. */
    suspend(): Promise<void>;
    resume(): Promise<void>;
    /** Like kill -9: nothing is saved on the way. */
    kill(): Promise<void>;
    /** Kills the phone when a request of this kind has reached the main server (`"sent"`), or was carried out and its answer is on the way (`"answered"`). Resolves when it happened. */
    killAt(request: string, when: "sent" | "answered"): Promise<void>;
    /** Starts it again after a kill, or ends it and starts it. Waits for the menu (or the sign-in, if that is what it shows). */
    restart(options?: { settings?: PhoneSettings }): Promise<void>;
    readonly running: boolean;
    readonly clock: { advance(span: Span): void; readonly now: DateTime };
    /** Bytes and connections that passed. */
    readonly traffic: { connections: number; bytesUp: number; bytesDown: number };

    // what a tester reads and calls
    /** A server call as client code would make it: routed by R2. */
    call(module: string, method: string, values?: unknown[]): Promise<any>;
    /** Repeats a call whose outcome is not known, by its `callId` (R17). */
    repeatCall(id: string): Promise<any>;
    /** `MainServer.<Module>.<method>(…)`. */
    callMain(module: string, method: string, values?: unknown[]): Promise<any>;
    /** `mainServerAvailable()` as client code gets it. */
    mainServerAvailable(): boolean;
    /** The stand-alone database, read with the rights of the platform. */
    local: LocalDatabase;
    /** For scenarios that read better so: same as `main`. */
    main: MainServer;
  }

  export type Mode = "normal" | "offline" | "poorConnection";
  export type MenuFunction = (item: string) => MenuItem;
  /** `mark` is "needs connection" or empty. */
  export interface MenuItem { id: string; title: string; enabled: boolean; mark: string }
  export interface Section { id: string; title: string; enabled: boolean; items: MenuItem[] }
  /** A part of the home page: a form, or a placeholder with its text. */
  export interface HomePart { name: string; title: string; available: boolean; text: string }
  export interface Draft { id: string; title: string; when: string }
  export interface PhoneCall { server: "main" | "standalone" | "refused"; call: string; error: string; ms: number; time: string }
  export interface OpenOptions { key?: Ref; fillingValues?: Fields; parameters?: Record<string, unknown>; server?: "main" | "standalone" | "auto" }

  export interface LocalDatabase {
    query(text: string, parameters?: Record<string, unknown>): Promise<any[]>;
    find(object: string, fields: Fields): Promise<Ref | undefined>;
    get(item: Ref): Promise<any>;
    count(object: string): Promise<number>;
    constant(name: string): Promise<any>;
    /** Tables of the database with their columns, e.g. `tables()["Catalog.Goods"]` → `["Ref", "Code", …]`. */
    tables(): Promise<Record<string, string[]>>;
    /** Calls a function of a server module on the stand-alone server. */
    call(module: string, method: string, values?: unknown[]): Promise<any>;
  }

  // ---- a form -----------------------------------------------------------------------------------------------------------------

  /** A path is the name of an element or attribute; in a table `"Lines[0].Quantity"`. */
  export interface Form {
    readonly name: string;
    readonly title: string;
    readonly usedServer: "main" | "standalone";
    readonly available: boolean;
    readonly unavailableReason: string;
    readonly canOpenOffline: boolean;
    readonly canOpenFromMain: boolean;
    readonly modified: boolean;
    readonly isOpen: boolean;
    /** Who holds the item on the main server, as the person reads it (F14); empty if nobody does. */
    readonly locked: string;
    readonly waiting: boolean;
    readonly isNew: boolean;
    readonly key: Ref | null;
    /** Commands that are shown and enabled, standard ones too (`write`, `writeAndClose`, `openOffline`, `openFromMainServer`, `close`, …). */
    readonly commands: string[];
    /** Titles of attributes that reopening left behind (F10b). */
    readonly leftBehind: string[];
    /** Fields that were changed on both servers: name → the other server's value as text (F10d). */
    readonly conflicts: Record<string, string>;
    /** Names of attributes that the last reopening did not copy. */
    readonly skipped: string[];
    /** Names of the elements shown, in order. */
    readonly elements: string[];
    element(name: string): Element;
    hasElement(name: string): boolean;

    /** Types a text into a field as a person does; switches take `true` and `false`, choices their caption, periods theirs or their name. */
    set(path: string, value: unknown): Promise<void>;
    /** Types into a reference field and takes the suggestion with this text (or the first that begins with it). */
    choose(path: string, text: string): Promise<void>;
    /** Opens the choice form of a reference field. */
    openChoice(path: string): Promise<Form>;
    /** Opens the item that a reference field shows. */
    openValue(path: string): Promise<Form>;
    clear(path: string): Promise<void>;
    /** The value in the form's data. */
    value(path: string): any;
    /** The text as drawn. */
    text(path: string): string;
    takeTheirs(path: string): Promise<void>;

    /** Rows of a table or list as drawn. */
    rows(table?: string): Row[];
    /** Adds a row and fills its cells: references by the text that is typed. Resolves with its index. */
    addRow(table: string, cells?: Record<string, unknown>): Promise<number>;
    setCell(table: string, row: number, column: string, value: unknown): Promise<void>;
    removeRow(table: string, row: number): Promise<void>;
    moveRow(table: string, row: number, direction: "up" | "down"): Promise<void>;
    selectRow(row: number | string, table?: string): Promise<void>;
    /** Opens a row of a list (or takes it, in a choice form), by its index or a text one of its cells holds. */
    openRow(row: number | string, table?: string): Promise<Form | undefined>;
    search(text: string, list?: string): Promise<void>;
    sort(column: string, list?: string): Promise<void>;
    activatePage(name: string): Promise<void>;

    /** A button or command by name; standard ones too. Resolves with the form in front afterwards, if one is. */
    execute(command: string): Promise<Form | undefined>;
    write(options?: { post?: boolean }): Promise<void>;
    /** Closes it as the person does; a question that comes is in `phone.dialog`. */
    close(): Promise<void>;
    /** As code does (`form.reopen()`); gives the form that took its place. */
    reopen(to?: "main" | "standalone"): Promise<Form>;
    /** A function of the form's server half, on the form's own server (R5). */
    call(method: string, values?: unknown[]): Promise<any>;
    activate(): Promise<void>;
  }

  export interface Element {
    name: string; kind: string; title: string; text: string; checked: boolean;
    visible: boolean; enabled: boolean; readOnly: boolean; required: boolean;
    /** Why it is disabled, or a hint. */
    hint: string;
    /** What is wrong with the value. */
    error: string;
    /** The other server's value; `null` if there is no conflict. */
    conflict: string | null;
    choices: string[];
  }
  /** Cells by column, as drawn. */
  export interface Row { id: string; cells: Record<string, string>; isGroup: boolean; deletionMark: boolean; posted: boolean; pending: boolean; [column: string]: any }
}

/** A value of an enumeration or a predefined item, e.g. `Enums.Rating.Good`. */
declare const Enums: Record<string, Record<string, import("@twinshore/testing").Ref>>;
declare function decimal(value: string | number): import("@twinshore/testing").Decimal;
declare function dateTime(text: string): import("@twinshore/testing").DateTime;
