// The views of `core/client/src/view`, as the phone's process sends them.

export type Mode = "normal" | "offline" | "poorConnection";

export interface Choice {
  id: string;
  text: string;
}

export interface Cell {
  text: string;
  checked: boolean;
  error: string;
  conflict: { theirs: string } | null;
}

export interface Row {
  id: string;
  cells: Cell[];
  is_group: boolean;
  deletion_mark: boolean;
  posted: boolean;
  pending: boolean;
}

export type FieldKind =
  | "text" | "multiline" | "number" | "date" | "time" | "dateTime" | "switch" | "checkBox"
  | "choice" | "radio" | "reference" | "label";

export interface Column {
  name: string;
  title: string;
  field: FieldKind;
  read_only: boolean;
  choices: Choice[];
  sorted: number;
}

export interface Table {
  columns: Column[];
  rows: Row[];
  more_before: boolean;
  more_after: boolean;
  loading: boolean;
  answers: number;
  placed: number;
  at_end: boolean;
  search: string;
  path: Choice[];
  filters: { column: string; title: string; text: string }[];
  current_row: string;
}

export interface ChartPoint {
  label: string;
  value: number;
  text: string;
}

export interface SpreadsheetCell {
  text: string;
  bold: boolean;
  end: boolean;
}

export type ElementKind =
  | { kind: "field"; field: FieldKind }
  | { kind: "table" } | { kind: "list" } | { kind: "page" } | { kind: "commandBar" } | { kind: "label" }
  | { kind: "group"; horizontal: boolean; collapsible: boolean }
  | { kind: "popup"; icon: string }
  | { kind: "period" }
  | { kind: "progress"; share: number }
  | { kind: "track"; value: number; min: number; max: number; step: number }
  | { kind: "pages"; active: number | null }
  | { kind: "button"; command: string; primary: boolean; of_row: boolean }
  | { kind: "picture"; media_type: string; base64: string }
  | { kind: "chart"; chart: { pie: boolean; points: ChartPoint[] } }
  | { kind: "spreadsheet"; sheet: { columns: string[]; rows: SpreadsheetCell[][] } };

export interface Element {
  id: number;
  parent: number | null;
  name: string;
  kind: ElementKind;
  title: string;
  text: string;
  checked: boolean;
  visible: boolean;
  enabled: boolean;
  read_only: boolean;
  required: boolean;
  hint: string;
  error: string;
  conflict: { theirs: string } | null;
  choices: Choice[];
  table: Table | null;
  input_version: number;
}

export type FormAvailability =
  | { state: "available" }
  | { state: "unavailable"; reason: string; can_open_offline: boolean }
  | { state: "frozen" };

export interface Form {
  form: number;
  revision: number;
  name: string;
  title: string;
  used_server: string;
  availability: FormAvailability;
  modified: boolean;
  waiting: boolean;
  can_open_from_main: boolean;
  left_behind: string[];
  locked: string;
  focus: number | null;
  elements: Element[];
}

export type ElementChange =
  | { change: "element"; element: Element }
  | { change: "rows"; element: number; start: number; removed: number; rows: Row[] };

export interface FormPatch {
  form: number;
  revision: number;
  header: Form | null;
  changes: ElementChange[];
}

export interface MenuItem {
  id: string;
  title: string;
  icon: string;
  enabled: boolean;
  hint: string;
}

export interface MenuSection {
  id: string;
  title: string;
  icon: string;
  enabled: boolean;
  items: MenuItem[];
}

export type Screen =
  | { screen: "signIn"; userName: string; error: string; busy: boolean; users: string[]; beginAnew: string }
  | { screen: "lock"; userName: string; error: string; busy: boolean; biometrics: boolean }
  | { screen: "choosePin"; error: string; required: boolean }
  | ({ screen: "download" } & { step: string; done: number; total: number; figures: string; error: string })
  | { screen: "work" };

export interface Interface {
  revision: number;
  screen: Screen;
  status: {
    mode: Mode;
    effective_mode: Mode;
    available: boolean;
    link: "good" | "slow" | "none";
    banner: string;
    offline_by_hand: boolean;
    poor_connection_by_hand: boolean;
    exchange: { running: boolean; pending: number; last: string; error: string };
    user_name: string;
    pin_by_hand: boolean;
    update_waits: boolean;
    title: string;
    language: string;
  };
  home: MenuItem[];
  sections: MenuSection[];
  windows: { form: number; title: string; modified: boolean; used_server: string; available: boolean }[];
  active: number;
  dialog: { id: number; text: string; buttons: Choice[] } | null;
  offer: { text: string; modes: Mode[] } | null;
  waiting: { id: number; text: string } | null;
  messages: { id: number; kind: "info" | "warning" | "error"; text: string; form: number }[];
  drafts: { id: string; title: string; when: string }[];
  attention: { id: string; title: string; text: string }[];
}

export interface LogEntry {
  id: number;
  time: string;
  server: string;
  call: string;
  ms: number;
  error: string;
}

export type FormEvent =
  | { event: "setText"; element: number; text: string; inputVersion: number }
  | { event: "setChecked"; element: number; checked: boolean }
  | { event: "choose"; element: number; choice: string }
  | { event: "suggest"; element: number; text: string }
  | { event: "openChoice" | "openValue" | "clear" | "takeTheirs" | "addRow" | "activatePage"; element: number }
  | { event: "removeRow" | "selectRow" | "openRow"; element: number; row: string }
  | { event: "moveRow"; element: number; row: string; up: boolean }
  | { event: "setCell"; element: number; row: string; column: string; text: string; inputVersion: number }
  | { event: "chooseCell"; element: number; row: string; column: string; choice: string }
  | { event: "suggestCell"; element: number; row: string; column: string; text: string }
  | { event: "openCellChoice" | "takeTheirsCell"; element: number; row: string; column: string }
  | { event: "openGroup"; element: number; group: string }
  | { event: "readOn"; element: number; direction: "before" | "after" }
  | { event: "jump"; element: number; toEnd: boolean }
  | { event: "search"; element: number; text: string }
  | { event: "sort" | "clearFilter"; element: number; column: string }
  | { event: "filterByRow"; element: number; row: string; column: string }
  | { event: "execute"; command: string };

/** What module code wants of the phone. */
export type DeviceWish =
  | { wish: "photo" | "barcode" | "place" }
  | { wish: "dial"; number: string }
  | { wish: "share"; text: string }
  | { wish: "notice"; title: string; text: string };

/** What the page gives. */
export type DeviceAnswer =
  | { answer: "photo"; mediaType: string; base64: string }
  | { answer: "barcode"; text: string }
  | { answer: "place"; latitude: number; longitude: number; accuracy: number }
  | { answer: "cancelled" | "refused" | "absent" };

/** What the page asks of a phone's process. */
export type PhoneCommand =
  | { do: "hello" }
  | { do: "dispatch"; form: number; event: FormEvent }
  | { do: "signIn"; user: string; password: string }
  | { do: "signInByLink"; link: string }
  | { do: "answerDevice"; id: number; answer: DeviceAnswer }
  | { do: "unlock"; pin: string }
  | { do: "setPin"; pin: string | null }
  | { do: "start" | "beginAnew" | "beginAccountAnew" }
  | { do: "signOut" | "unlockWithBiometrics" | "choosePin" | "retryDownload" | "updateNow" | "showMenu" | "exchangeNow" | "suspend" | "resume" }
  | { do: "open"; item: string }
  | { do: "activate"; form: number }
  | { do: "setMode"; mode: Mode }
  | { do: "answerDialog"; id: number; button: string }
  | { do: "answerOffer"; mode: Mode | null }
  | { do: "cancelWait"; id: number }
  | { do: "takeDraft" | "discardDraft"; id: string }
  | { do: "setLanguage"; language: string };

/** Why the app on a phone could not start, and what the person may do besides starting again. */
export interface FailedStart {
  reason: string;
  beginAnew: { button: string; question: string; yes: string; no: string } | null;
  language: string;
}

/** What a phone's process, or the host on its behalf, tells the page. */
export type PhoneMessage =
  | { is: "interface"; view: Interface }
  | { is: "logged"; entry: LogEntry }
  | { is: "form"; view: Form }
  | { is: "patch"; patch: FormPatch }
  | { is: "closed"; form: number; successor: number }
  | { is: "device"; wanted: { id: number; wish: DeviceWish }[] }
  | { is: "failed" } & FailedStart
  | { is: "process"; running: boolean };
