//! What is told of code that does not fit declarations, and what is not.

use super::*;

const DECLARED: &str = r#"
declare module "@made/up" {
  export function scenario(name: string, body: (given: Given) => Promise<void> | void, options?: Options): void;
  export namespace scenario {
    function skip(name: string, reason: string): void;
  }
  export interface Options { users?: Record<string, string[] | User>; seconds?: number; prepare?: (given: Given) => Promise<void> }
  export interface User { roles: string[]; password?: string }
  export interface Given { phone(user: string, options?: { device?: string; link?: Link | Figures }): Promise<Phone>; main: Main }
  export type Link = "good" | "lost" | "slow";
  export interface Figures { latencyMs?: number }
  export interface Main { count(object: string): Promise<number>; calls(): Call[]; readonly running: boolean }
  export interface Call { user: string; name: string }
  export interface Phone {
    readonly available: boolean;
    readonly forms: Form[];
    readonly dialog: { text: string } | null;
    form(name: string): Form | undefined;
    link(condition: Link | Figures): Promise<void>;
    openForm(name: string): Promise<Form>;
    activate(form: Form): Promise<void>;
  }
  export interface Form { set(path: string, value: unknown): Promise<void>; value(path: string): any; readonly modified: boolean; rows(table?: string): Row[] }
  export interface Row { id: string; [column: string]: any }
  export function expect<T>(received: T): Expectation;
  export interface Expectation { not: Expectation; toBe(expected: unknown): void }
}
"#;

/// Problems of the body of a scenario, as `line:column code: message (advice)`.
fn told(body: &str) -> Vec<String> {
    let text = format!(
        "import {{ expect, scenario, type Phone }} from \"@made/up\";\nscenario(\"a\", async ({{ phone, main }}) => {{\n\
         const ann = await phone(\"ann\");\n{body}\n}});"
    );
    problems(&text)
}

fn problems(text: &str) -> Vec<String> {
    check_types(&Declarations::read(DECLARED), "a.ts", text)
        .into_iter()
        .map(|d| format!("{}:{} {}: {} ({})", d.place.line, d.place.column, d.code, d.message, d.advice))
        .collect()
}

#[test]
fn a_mistyped_member_is_told_at_its_place_with_what_was_meant() {
    let expect = ["4:12 unknown-member: Phone has no `avilable` (did you mean `available`?)"];
    assert_eq!(told("expect(ann.avilable).toBe(true);"), expect);
    assert_eq!(
        told("const form = await ann.openForm(\"A\");\nawait form.sett(\"x\", 1);"),
        ["5:12 unknown-member: Form has no `sett` (did you mean `set`?)"]
    );
    assert_eq!(told("ann.forms[0].modifyed;").len(), 1);
    assert_eq!(told("ann.forms.filter((form) => form.modifed);").len(), 1);
    assert_eq!(told("for (const { modifed } of ann.forms) expect(modifed).toBe(true);").len(), 1);
    assert_eq!(told("expect(ann.form(\"A\")!.modifed).toBe(1);").len(), 1);
    assert_eq!(told("expect(ann.dialog?.txt).toBe(\"\");").len(), 1);
    assert_eq!(told("expect(main.calls().at(-1).usr).not.toBee(1);").len(), 2);
}

#[test]
fn what_a_scenario_is_given_and_what_is_imported_must_be_there() {
    assert_eq!(
        problems("import { scenrio } from \"@made/up\";"),
        ["1:10 unknown-import: @made/up has no `scenrio` (did you mean `scenario`?)"]
    );
    let text = "import { scenario } from \"@made/up\";\nscenario(\"a\", async ({ phne }) => {});\nscenario.skp(\"b\", \"c\");";
    let all = problems(text);
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].starts_with("2:24 unknown-member: Given has no `phne`"), "{all:?}");
}

#[test]
fn arguments_must_fit() {
    assert_eq!(
        told("await ann.link(\"losst\");"),
        ["4:16 wrong-argument: `condition` of `ann.link` can't be \"losst\" (did you mean `lost`?)"]
    );
    assert_eq!(
        told("await ann.link({ latency: 5 });"),
        ["4:18 unknown-option: `condition` of `ann.link` has no `latency` (did you mean `latencyMs`?)"]
    );
    assert_eq!(told("await ann.link({ latencyMs: \"5\" });").len(), 1);
    assert_eq!(
        told("await ann.link();"),
        ["4:7 too-few-arguments: `ann.link` wants 1 argument, and gets 0 (call it as (condition))"]
    );
    assert_eq!(told("await ann.openForm(\"A\", 2);").len(), 1);
    assert_eq!(told("await main.count(5);"), ["4:18 wrong-argument: `object` of `main.count` wants a text, not a number ()"]);
    assert_eq!(told("await phone(\"bob\", { devise: \"x\" });").len(), 1);
    assert_eq!(told("await ann.activate(ann);"), ["4:20 wrong-argument: `form` of `ann.activate` wants Form, not Phone ()"]);
    let text = "import { scenario } from \"@made/up\";\nscenario(\"a\", () => {}, { users: { ann: { role: [] } } });";
    assert_eq!(problems(text).len(), 2, "{:?}", problems(text));
}

#[test]
fn a_forgotten_await_is_told_before_playing() {
    assert_eq!(
        told("ann.link(\"lost\");"),
        [
            "4:1 not-awaited: `ann.link(\"lost\")` is not awaited (write `await` before it, or the scenario goes on before it is done)"
        ]
    );
    assert_eq!(told("await ann.openForm(\"A\").set(\"x\", 1);").len(), 1);
    assert_eq!(
        told("await ann.activate(ann.openForm(\"A\"));"),
        ["4:20 not-awaited: `form` of `ann.activate` gets a promise (write `await` before it)"]
    );
}

#[test]
fn what_is_not_known_is_not_judged() {
    for body in [
        "const any: any = ann; any.avilable; any.link(1, 2, 3);",
        "(ann as any).avilable;",
        "const own = { avilable: 1 }; own.avilable;",
        "const rows = (await ann.openForm(\"A\")).rows(); rows[0].Goods;",
        "{ const ann = { wrong: 1 }; ann.wrong; }",
        "const f = (ann: { wrong: number }) => ann.wrong; f({ wrong: 1 });",
        "let form = null; form = await ann.openForm(\"A\"); form.anything;",
        "const link = \"lo\" + \"st\"; await ann.link(link as any); const text = \"lost\"; await ann.link(text);",
        "const pair = [main.count(\"A\"), ann.link(\"lost\")]; await Promise.all(pair);",
        "const helper = async (who: Phone) => who.available; await helper(ann);",
        "await ann.link(...([\"lost\"] as [\"lost\"]));",
        "main.count(\"A\").then((count) => count.toFixed());",
    ] {
        assert_eq!(told(body), Vec::<String>::new(), "{body}");
    }
    assert_eq!(told("const helper = async (who: Phone) => who.avilable; await helper(ann);").len(), 1);
    assert_eq!(problems("const broken = ("), Vec::<String>::new());
}
