// What module code sees on a server, the main one and the stand-alone one. Written by `twinshore types`; changes here are lost.

/** A reference; on a server it reads attributes of the item: `order.Counterparty.Phone`. */
type RefTo<Name extends Referable> = Ref<Name> & Readonly<Omit<ItemAttributes[Name], keyof Ref>>;

/** An item in memory: `Item<"Document.Orders">`. */
type Item<Name extends Referable> = ItemAttributes[Name] & ItemTables[Name] & ItemMembers<Name>;

interface ItemMembers<Name extends Referable> {
  readonly ref: RefTo<Name>;
  readonly isNew: boolean;
  /** Writes it; `post: true` posts, `post: false` unposts a document. */
  write(options?: { post?: boolean }): RefTo<Name>;
  delete(): void;
}

interface StoredObjects<Name extends Referable> {
  /** The item, if it is here. */
  get(ref: Ref<Name> | string): Item<Name> | undefined;
  /** A new item, not written yet. */
  create(values?: ItemValues[Name]): Item<Name>;
  find(values?: ItemValues[Name]): RefTo<Name> | undefined;
}

/** Data of a form, as its server half has them: `Form<"Document.Orders.Item">`. What is changed travels back to the client. */
type Form<Name extends keyof FormData> = FormData[Name] & FormMembers;

interface FormMembers {
  readonly usedServer: "main" | "standalone";
  readonly isNew: boolean;
  readonly key: any;
  readonly parameters: any;
  readonly name: string;
  readonly title: string;
}

/** Movements of a document that is posted: `Movements<"Document.Orders">`. */
type Movements<Name extends keyof DocumentMovements> = DocumentMovements[Name];

/** What `onConflict` is given (X10). */
interface Conflict<Name extends Referable = any> {
  readonly names: string[];
  readonly main: Readonly<ItemValues[Name]>;
  readonly device: Readonly<ItemValues[Name]>;
  winner: "main" | "device";
}

declare const Catalogs: Catalogs;
declare const Documents: Documents;
declare const Constants: Constants;
declare const AccumulationRegisters: AccumulationRegisters;
declare const InformationRegisters: InformationRegisters;
declare const ExchangePlans: ExchangePlans;
declare const FunctionalOptions: FunctionalOptions;
declare function functionalOption(name: FunctionalOptionName): boolean;

/** Rows that a query over metadata names gives. */
declare function query(text: string, parameters?: Record<string, unknown>): Record<string, any>[];
/** All or nothing; may be nested. */
declare function transaction<Result>(work: () => Result): Result;

declare const TemporaryStorage: {
  /** Keeps a value for a day; gives its address on this server. */
  put(value: unknown): string;
  get(address: string): any;
  delete(address: string): void;
};
declare const BackgroundJobs: {
  /** Starts `"Module.method"` on this server; gives the job's id. */
  start(method: string, values?: unknown[]): string;
  state(id: string): any;
};
