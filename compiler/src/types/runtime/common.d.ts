// What module code sees on every side. Written by `twinshore types`; changes here are lost.

/** What an exact number may be made of. */
type Numeric = Decimal | number | bigint | string;

/** An exact number: operators don't work on it, so that money never becomes a binary fraction by accident. */
declare class Decimal {
  constructor(value: Numeric);
  add(other: Numeric): Decimal;
  sub(other: Numeric): Decimal;
  mul(other: Numeric): Decimal;
  /** Divides; with so many digits after the point if `scale` is given. */
  div(other: Numeric, scale?: number): Decimal;
  round(scale?: number): Decimal;
  neg(): Decimal;
  abs(): Decimal;
  /** -1, 0 or 1. */
  cmp(other: Numeric): number;
  eq(other: Numeric): boolean;
  lt(other: Numeric): boolean;
  gt(other: Numeric): boolean;
  lte(other: Numeric): boolean;
  gte(other: Numeric): boolean;
  isZero(): boolean;
  /** A binary fraction, for where it is fine. */
  toNumber(): number;
  toString(): string;
  toJSON(): string;
}

/** A date and time without a zone. */
declare class DateTime {
  /** From a text like `2026-01-31T14:30:00`. */
  constructor(text: string);
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  addDays(days: number): DateTime;
  addSeconds(seconds: number): DateTime;
  startOfDay(): DateTime;
  /** The day: `2026-01-31`. */
  date(): string;
  valueOf(): number;
  /** `2026-01-31T14:30:00`. */
  toString(): string;
  toJSON(): string;
}

/** A reference to an item of an object. */
declare class Ref<Name extends string = string> {
  constructor(object: Name, id: string, presentation?: string | null);
  readonly object: Name;
  readonly id: string;
  readonly presentation: string;
  equals(other: unknown): boolean;
  toString(): string;
}

/** What the platform refuses with; `code` tells what, see the guide on modules. */
declare class TwinshoreError extends Error {
  constructor(code: string, message: string, details?: any);
  readonly code: string;
  readonly details: any;
}

/** Made by `spreadsheet`. */
interface Spreadsheet {
  readonly $spreadsheet: unknown;
}
/** Made by `pieChart` and `barChart`. */
interface Chart {
  readonly $chart: unknown;
}
/** A picture, as `Device.takePhoto` gives it. */
interface Picture {
  readonly $picture: unknown;
}
/** Bytes. */
interface Binary {
  readonly $binary: unknown;
}

declare function decimal(value: Numeric): Decimal;
declare function dateTime(text: string): DateTime;
declare function now(): DateTime;
declare function today(): DateTime;
/** Ends of a standard period as of today; none for an open end. */
declare function standardPeriod(
  name: "any" | "today" | "yesterday" | "thisWeek" | "lastWeek" | "thisMonth" | "lastMonth" | "thisQuarter" | "lastQuarter" | "thisYear" | "lastYear",
): { start: DateTime | null; end: DateTime | null };
/** A spreadsheet document; a cell is a value, or `{ text, bold, end }`. */
declare function spreadsheet(columns: unknown[], rows: unknown[][]): Spreadsheet;
declare function pieChart(points: { label: unknown; value: Numeric }[]): Chart;
declare function barChart(points: { label: unknown; value: Numeric }[]): Chart;
/** Shown to the person. */
declare function message(text: unknown): void;
/** For the operator. */
declare function log(text: unknown): void;
/** True, false, or undefined where there is no offline half (R10). No call is made. */
declare function mainServerAvailable(): boolean | undefined;

declare const session: {
  /** Item of the users' catalog. */
  readonly user: any;
  readonly userName: string;
  readonly roles: string[];
  readonly language: string;
  readonly server: "main" | "standalone";
  isInRole(role: RoleName): boolean;
  /** Set by `session.server.ts`; on a server only. */
  readonly parameters: Readonly<SessionParameters>;
};

declare const Enums: Enums;
/** The main server, wherever this code runs; nothing of it exists on the main server itself (R6, R9). */
declare const MainServer: MainServerModules;

/** Rows of a table of an item or a form: read as a list, changed by these verbs. */
interface Table<Name extends keyof Rows> extends ReadonlyArray<Rows[Name]> {
  add(values?: RowValues[Name]): Rows[Name];
  remove(row: Rows[Name] | number): void;
  clear(): void;
  sum(column: string & keyof Rows[Name]): Decimal;
}
/** A row of a table: `Row<"Document.Orders.Lines">`. */
type Row<Name extends keyof Rows> = Rows[Name];
/** Names of objects whose items have references. */
type Referable = keyof ItemAttributes;
