// What module code sees on the client. Written by `twinshore types`; changes here are lost.

/** A reference; the client reads its text, attributes are asked of a server. */
type RefTo<Name extends Referable> = Ref<Name>;

/** An open form: `Form<"Document.Orders.Item">`. */
type Form<Name extends keyof FormData = any> = FormData[Name] & FormMembers<Name>;

interface FormMembers<Name extends keyof FormData> {
  /** The server that it belongs to for life (F1). */
  readonly usedServer: "main" | "standalone";
  readonly isNew: boolean;
  readonly available: boolean;
  readonly key: any;
  readonly parameters: any;
  readonly name: string;
  modified: boolean;
  title: string;
  /** Functions of the form's server half, on the form's own server (R5). */
  readonly server: FormServers[Name];
  element(name: FormElements[Name]): FormElement;
  write(options?: { post?: boolean }): Promise<any>;
  close(result?: unknown): Promise<void>;
  /** Opens it from the other server, with what was typed (F7). */
  reopen(options?: { to?: "main" | "standalone" }): Promise<any>;
  /** Copies what was typed in the form before; throws `ReopenUnsupportedType` for complex types (F10). */
  fillWhenReopening(previous: any, options?: { only?: string[]; except?: string[]; mode?: "changed" | "all" }): FillReport;
}

interface FillReport {
  readonly copied: string[];
  readonly skipped: string[];
  readonly conflicts: string[];
}

interface FormElement {
  visible: boolean;
  enabled: boolean;
  readOnly: boolean;
  title: string;
  choices: any;
}

/** What a handler of an element is given. */
interface ElementEvent {
  readonly element: string;
  readonly row: any;
  readonly column: string;
  /** `startChoice`: false says that code chose by itself. */
  standardProcessing: boolean;
}
/** `ifMainServerAvailabilityChanged` (M6). */
interface AvailabilityEvent {
  readonly available: boolean;
  /** False keeps a main form from being locked (F6). */
  standardProcessing: boolean;
}
/** `beforeReopening` and `whenReopening`. */
interface ReopeningEvent {
  /** What the old form hands to the new one. */
  data: any;
  /** `beforeReopening`: true stays where it is. */
  cancel: boolean;
  /** False: the new form fills itself. */
  standardProcessing: boolean;
}
/** `beforeWrite` and `beforeClose`. */
interface CancelEvent {
  cancel: boolean;
}

declare const Mode: { readonly Normal: "normal"; readonly Offline: "offline"; readonly PoorConnection: "poorConnection" };
declare function mode(): "normal" | "offline" | "poorConnection";
declare function setMode(mode: "normal" | "offline" | "poorConnection"): void;
declare function openForm<Name extends keyof FormData>(
  name: Name,
  options?: { key?: unknown; fillingValues?: Record<string, unknown>; parameters?: Record<string, unknown>; server?: "main" | "standalone" | "auto" },
): Promise<Form<Name> | undefined>;
/** Opens a form for a result: the promise settles once, when it closes. */
declare function openForResult(name: keyof FormData, options?: { owner?: object; multiple?: boolean; [option: string]: unknown }): Promise<any>;
declare function openForms(): Form[];
declare function reopenAll(options?: { to?: "main" | "standalone"; filter?: (form: any) => boolean }): Promise<any[]>;
/** Asks the person; gives the button. */
declare function ask(text: unknown, buttons?: string[]): Promise<string>;
declare function functionalOption(name: FunctionalOptionName): Promise<boolean>;
/** What the session's server makes of a session parameter (R14). */
declare function sessionParameter<Name extends keyof ClientSessionParameters>(name: Name): Promise<ClientSessionParameters[Name]>;
/** Repeats a call whose outcome is not known, under its id (R17). */
declare function repeatCall(id: string): Promise<any>;
declare function unknownCalls(): { readonly callId: string; readonly call: string; readonly when: DateTime }[];

/** The device's hardware and other apps; no value if the person did not want to. */
declare const Device: {
  takePhoto(): Promise<Picture | null>;
  scanBarcode(): Promise<string | null>;
  locate(): Promise<{ readonly latitude: Decimal; readonly longitude: Decimal; readonly accuracy: Decimal } | null>;
  dial(number: unknown): Promise<boolean | null>;
  share(text: unknown): Promise<boolean | null>;
  notify(title: unknown, text?: unknown): Promise<boolean | null>;
};
