//! Behaviour of contexts, seen as their owners see it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::json;
use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace, Value};

use super::*;

mod clients;
mod forms;
mod items;
mod limits;
mod values;

type Answer = dyn Fn(&str, &[Value]) -> HostReply;

/// Remembers what it was asked; answers by a function.
struct Host {
    asked: RefCell<Vec<(String, Vec<Value>)>>,
    answer: Box<Answer>,
}

impl HostApi for Host {
    fn call(&self, operation: &str, arguments: Vec<Value>) -> HostReply {
        let reply = (self.answer)(operation, &arguments);
        self.asked.borrow_mut().push((operation.to_owned(), arguments));
        reply
    }
}

fn module() -> ModuleName {
    ModuleName::Common("Main".into(), ModulePlace::Server)
}

fn context(side: Side, code: &str, answer: impl Fn(&str, &[Value]) -> HostReply + 'static) -> (ModuleContext, Rc<Host>) {
    limited(60_000, side, code, answer)
}

/// A context whose calls may take so long.
fn limited(
    time_ms: u64,
    side: Side,
    code: &str,
    answer: impl Fn(&str, &[Value]) -> HostReply + 'static,
) -> (ModuleContext, Rc<Host>) {
    let place = if side == Side::Server { ModulePlace::Server } else { ModulePlace::Client };
    let compiled = |name: &str, code: &str| {
        let exports = code
            .split("export ")
            .skip(1)
            .filter_map(|rest| rest.split("function ").nth(1)?.split('(').next().map(str::to_owned))
            .collect();
        (
            ModuleName::Common(name.into(), place),
            CompiledModule { file: format!("modules/{name}.ts"), code: code.into(), exports },
        )
    };
    let modules: BTreeMap<_, _> =
        [compiled("Main", code), compiled("Other", "export function twice(x) { return x.mul(2); }")].into();
    let host = Rc::new(Host { asked: RefCell::default(), answer: Box::new(answer) });
    let common = ["Main".to_owned(), "Other".to_owned(), "Absent".to_owned()];
    let limits = CallLimits { time_ms, memory_bytes: 8 << 20, ..CallLimits::default() };
    (ModuleContext::new(side, Arc::new(modules), &common, limits, Rc::clone(&host) as _).expect("a context"), host)
}

fn run(code: &str, arguments: &[Argument]) -> Result<Outcome, ModuleError> {
    let (context, _) = context(Side::Server, code, |_, _| HostReply::Ready(Ok(Value::Empty)));
    context.call(&module(), "f", arguments)
}

fn value(json: serde_json::Value) -> Value {
    Value::from_json(&json).expect("a value")
}

fn check(body: &str, expect: serde_json::Value) {
    let outcome = run(&format!("export function f() {{ {body} }}"), &[]).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(outcome.result, value(expect), "{body}");
}

#[test]
fn an_error_names_its_place_in_the_source() {
    let error =
        run("\n\nexport function f() {\n  g();\n}\nfunction g() { throw new Error('no stock'); }", &[]).expect_err("thrown");
    assert_eq!(error.to_string(), "no stock");
    let place = error.position().expect("a place");
    assert_eq!((place.file.as_str(), place.line), ("modules/Main.ts", 6));
}

#[test]
fn a_mistake_in_code_carries_its_kind_and_what_code_throws_by_intent_does_not() {
    for (code, kind) in [
        ("null.x", Some("TypeError")),
        ("nowhere()", Some("ReferenceError")),
        ("throw new Error('no')", None),
        ("throw 'no'", None),
    ] {
        let error = run(&format!("export function f() {{ {code} }}"), &[]).expect_err("thrown");
        let ModuleError::Thrown { code: found, .. } = &error else { panic!("{error:?}") };
        assert_eq!(found.as_deref(), kind, "{code}");
    }
}

#[test]
fn errors_of_the_host_reach_the_code_and_go_on_with_their_code() {
    let refuse = |_: &str, _: &[Value]| {
        HostReply::Ready(Err(HostError {
            code: "ExternalReference".into(),
            message: "not here".into(),
            details: Value::Structure(vec![("names".into(), "Date".into())]),
        }))
    };
    let (context, _) = context(
        Side::Server,
        "export function f() { query('SELECT 1'); } export function g() { try { query('x'); } catch (e) { return e.code + e.details.names; } }",
        refuse,
    );
    let Err(ModuleError::Thrown { code, .. }) = context.call(&module(), "f", &[]) else { panic!("thrown") };
    assert_eq!(code.as_deref(), Some("ExternalReference"));
    assert_eq!(context.call(&module(), "g", &[]).expect("caught").result, "ExternalReferenceDate".into());
}

#[test]
fn a_common_module_is_called_by_its_name_and_imported_by_it() {
    check("return Other.twice(decimal(2))", json!({"$decimal": "4"}));
    let imported = run("import { twice } from 'Other'; export function f() { return twice(decimal(3)); }", &[]);
    assert_eq!(imported.expect("imported").result, value(json!({"$decimal": "6"})));
    assert!(run("import { x } from 'Nowhere'; export function f() {}", &[]).is_err());
}

#[test]
fn a_module_that_is_not_here_is_asked_of_the_host() {
    let (context, host) =
        context(Side::Server, "export function f() { return Absent.whoami(1); }", |_, _| HostReply::Ready(Ok("main".into())));
    assert_eq!(context.call(&module(), "f", &[]).expect("answered").result, "main".into());
    assert_eq!(host.asked.borrow()[0].0, "server.call");
}

#[test]
fn common_modules_are_evaluated_once_and_let_nothing_else_run_meanwhile() {
    let code = "let seen = [];
        export async function f() {
            const other = (async () => { await null; seen.push('other'); })();
            Other.twice(decimal(1)); seen.push('first'); Other.twice(decimal(1)); seen.push('second');
            await other;
            return seen;
        }";
    assert_eq!(run(code, &[]).expect("run").result, value(json!(["first", "second", "other"])));
}

#[test]
fn an_unknown_name_is_an_error_that_names_it() {
    for (code, text) in [
        ("export function f() { return Nowhere.x(); }", "Nowhere"),
        ("import { thrice } from 'Other'; export function f() { return thrice(1); }", "thrice"),
        ("import { x } from 'Nowhere'; export function f() {}", "Nowhere"),
        ("export function f() { return }}", "modules/Main.ts"),
    ] {
        let error = run(code, &[]).expect_err(code);
        let place = error.position().map(|p| p.file.clone()).unwrap_or_default();
        assert!(error.to_string().contains(text) || place == text, "{code}: {error:?}");
    }
    let unknown = ModuleName::Common("Nowhere".into(), ModulePlace::Server);
    let (context, _) = context(Side::Server, "", |_, _| HostReply::Ready(Ok(Value::Empty)));
    assert!(matches!(context.call(&unknown, "f", &[]), Err(ModuleError::NotExported { .. })));
}

#[test]
fn a_module_that_fails_to_load_fails_each_call_alike() {
    let (context, _) =
        context(Side::Server, "throw new Error('no'); export function f() {}", |_, _| HostReply::Ready(Ok(Value::Empty)));
    for _ in 0..2 {
        assert_eq!(context.call(&module(), "f", &[]).expect_err("failed").to_string(), "no");
    }
}

#[test]
fn a_module_may_await_while_it_loads() {
    let code = "const rate = await Promise.resolve(2); export function f() { return rate; }";
    assert_eq!(run(code, &[]).expect("loaded").result, value(json!(2)));
}

#[test]
fn module_variables_do_not_leave_their_context() {
    let code = "let n = 0; export function f() { n += 1; globalThis.leak = (globalThis.leak ?? 0) + 1; return n + leak; }";
    assert_eq!(run(code, &[]).expect("first").result, value(json!(2)));
    assert_eq!(run(code, &[]).expect("another").result, value(json!(2)));
}

#[test]
fn no_text_becomes_code_and_nothing_else_is_offered() {
    for body in [
        "eval('1')",
        "Function('return 1')()",
        "(() => {}).constructor('return 1')()",
        "(async () => {}).constructor('return 1')()",
        "(function* () {}).constructor('return 1')()",
        "(async function* () {}).constructor('return 1')()",
    ] {
        assert!(run(&format!("export function f() {{ return {body}; }}"), &[]).is_err(), "{body}");
    }
    check(
        "return ['require', 'process', 'fetch', 'std', 'os', 'Deno', 'native'].filter(name => name in globalThis)",
        json!([]),
    );
}

#[test]
fn a_call_that_fails_and_that_nobody_awaits_is_logged() {
    let code = "export async function f() { g(); return 'done'; }
        async function g() { await null; throw new Error('lost'); }";
    let (context, host) = context(Side::Server, code, |_, _| HostReply::Ready(Ok(Value::Empty)));
    assert_eq!(context.call(&module(), "f", &[]).expect("ended").result, "done".into());
    let asked = host.asked.borrow();
    assert_eq!(asked[0].0, "log");
    let text = asked[0].1[0].as_text().expect("a text");
    assert!(text.contains("lost") && text.contains("modules/Main.ts:2"), "{text}");
}

#[test]
fn what_a_call_leaves_running_is_run_to_its_end() {
    let code = "export function f() { later(); return 1; } async function later() { await null; await null; log('later'); }";
    let (context, host) = context(Side::Server, code, |_, _| HostReply::Ready(Ok(Value::Empty)));
    context.call(&module(), "f", &[]).expect("ended");
    assert_eq!(host.asked.borrow().len(), 1);
}

#[test]
fn a_host_that_calls_the_context_that_waits_for_it_is_told() {
    struct Loop(RefCell<std::rc::Weak<ModuleContext>>, RefCell<Vec<Result<Outcome, ModuleError>>>);
    impl HostApi for Loop {
        fn call(&self, _: &str, _: Vec<Value>) -> HostReply {
            let context = self.0.borrow().upgrade().expect("alive");
            self.1.borrow_mut().push(context.call(&module(), "f", &[]));
            HostReply::Ready(Ok(Value::Empty))
        }
    }
    let host = Rc::new(Loop(RefCell::default(), RefCell::default()));
    let code =
        CompiledModule { file: "m.ts".into(), code: "export function f() { log('a'); }".into(), exports: vec!["f".into()] };
    let modules = Arc::new(BTreeMap::from([(module(), code)]));
    let context =
        ModuleContext::new(Side::Server, modules, &[], CallLimits::default(), Rc::clone(&host) as _).expect("a context");
    let context = Rc::new(context);
    *host.0.borrow_mut() = Rc::downgrade(&context);
    context.call(&module(), "f", &[]).expect("the outer call goes on");
    assert!(matches!(host.1.borrow()[0], Err(ModuleError::Runtime(_))));
}
