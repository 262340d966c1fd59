//! Behaviour of contexts, seen as their owners see it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::json;
use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace, Value};

use super::*;

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
    let limits = CallLimits { time_ms: 300, ..CallLimits::default() };
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
fn values_go_in_and_out_as_they_are() {
    check("return null", json!(null));
    check("return [1, 'a', true]", json!([{"$decimal": "1"}, "a", true]));
    check("return { a: decimal('1.50').add(1) }", json!({"a": {"$decimal": "2.5"}}));
    check("return dateTime('2026-01-31').addDays(1)", json!({"$date": "2026-02-01T00:00:00"}));
    check("return dateTime('2026-01-31T10:00:00') < dateTime('2026-02-01')", json!(true));
    check(
        "return pieChart([{label: 'a', value: decimal(2)}])",
        json!({"$chart": {"kind": "pie", "points": [{"label": "a", "value": 2.0}]}}),
    );
    let outcome = run(
        "export function f(a) { return a; }",
        &[Argument::Value(value(json!({"$ref": "Catalog.Goods", "id": uuid::Uuid::nil(), "presentation": "Tea"})))],
    );
    assert_eq!(outcome.expect("the reference").result.as_ref_value().and_then(|r| r.presentation.as_deref()), Some("Tea"));
}

#[test]
fn what_is_no_data_is_refused_with_a_clear_text() {
    for (body, text) in [
        ("return 0 / 0", "NaN"),
        ("const a = {}; a.a = a; return a", "contains itself"),
        ("return () => 1", "only data can"),
        ("return decimal(1) + decimal(2)", "Operators don't work"),
        ("return decimal(1).div(0)", "divided by zero"),
    ] {
        let error = run(&format!("export function f() {{ {body} }}"), &[]).expect_err(body);
        assert!(error.to_string().contains(text), "{body}: {error}");
    }
}

#[test]
fn an_item_comes_back_as_the_handler_left_it() {
    let state = value(json!({
        "object": "Document.Orders", "id": uuid::Uuid::nil().to_string(), "isNew": true, "version": {"$decimal": "0"},
        "attributes": {"Total": {"$decimal": "0"}, "Comment": ""},
        "tables": {"Lines": [{"id": "r1", "values": {"Sum": {"$decimal": "2.5"}}}]},
    }));
    let code = "export function f(order) { order.Lines.add({ Sum: decimal(1) }); order.Total = order.Lines.sum('Sum'); order.Lines[0].Sum = 9; }";
    let outcome = run(code, &[Argument::Object(state)]).expect("no error");
    let after = outcome.arguments[0].to_json();
    assert_eq!(after["attributes"]["Total"], json!({"$decimal": "3.5"}));
    assert_eq!(after["tables"]["Lines"][0], json!({"id": "r1", "values": {"Sum": {"$decimal": "9"}}}));
    assert_eq!(after["tables"]["Lines"][1]["id"], json!(null));
}

#[test]
fn movements_and_events_are_read_back() {
    let code = "export function f(movements, event) { movements.Stock.add({ Receipt: false }); event.standardProcessing = false; event.data.a = 'b'; }";
    let outcome =
        run(code, &[Argument::Movements(vec!["Stock".into()]), Argument::Event(value(json!({"standardProcessing": true})))])
            .expect("no error");
    assert_eq!(outcome.arguments[0].to_json(), json!({"Stock": [{"Receipt": false}]}));
    assert_eq!(outcome.arguments[1].to_json(), json!({"standardProcessing": false, "data": {"a": "b"}}));
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
fn what_uses_too_much_is_stopped_and_the_context_goes_on() {
    for (body, expected) in [
        ("while (true) {}", "time"),
        ("try { while (true) {} } catch { while (true) {} }", "time"),
        ("await null; while (true) {}", "time"),
        ("const r = () => r() + 1; return r()", "stack"),
        ("let a = 'x'; while (true) a += a", "memory"),
        ("return /^(a+)+$/.test('a'.repeat(40) + 'b')", "time"),
    ] {
        let (context, _) = context(
            Side::Server,
            &format!("export async function f() {{ {body} }} export function ok() {{ return 'fine'; }}"),
            |_, _| HostReply::Ready(Ok(Value::Empty)),
        );
        let error = context.call(&module(), "f", &[]).expect_err(body);
        assert!(matches!(error, ModuleError::Limit { .. } | ModuleError::Thrown { .. }), "{body}: {error:?}");
        if expected != "memory" {
            assert_eq!(error, ModuleError::Limit { what: expected }, "{body}");
            assert_eq!(context.call(&module(), "ok", &[]).expect("goes on").result, "fine".into());
        }
    }
}

#[test]
fn strange_throws_are_errors_too() {
    for body in [
        "throw null",
        "throw { toString() { throw 1; } }",
        "throw new Proxy({}, { get() { throw 1; } })",
        "await new Promise(() => {})",
    ] {
        assert!(run(&format!("export async function f() {{ {body} }}"), &[]).is_err(), "{body}");
    }
}

#[test]
fn a_transaction_is_committed_or_rolled_back_also_when_it_awaits() {
    let operations = |body: &str| {
        let (context, host) = context(Side::Server, &format!("export async function f() {{ {body} }}"), |_, _| {
            HostReply::Ready(Ok(Value::Empty))
        });
        let _ = context.call(&module(), "f", &[]);
        host.asked.borrow().iter().map(|(o, _)| o.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        operations("await transaction(async () => { await null; log('a'); })"),
        ["transaction.begin", "log", "transaction.commit"]
    );
    assert_eq!(
        operations("await transaction(async () => { await null; throw new Error(); })"),
        ["transaction.begin", "transaction.rollback"]
    );
    assert_eq!(operations("transaction(() => { throw new Error(); })"), ["transaction.begin", "transaction.rollback"]);
}

#[test]
fn on_a_client_an_answer_may_come_later() {
    let main = ModuleName::Common("Main".into(), ModulePlace::Client);
    let (context, _) = context(
        Side::Client,
        "export async function f(event) { event.data.price = await MainServer.Prices.current(1); return 'done'; }",
        |operation, _| {
            assert_eq!(operation, "mainServer.call");
            HostReply::Later(7)
        },
    );
    let settled: Rc<RefCell<Option<Result<Outcome, ModuleError>>>> = Rc::default();
    let seen = Rc::clone(&settled);
    context.start(
        &main,
        "f",
        &[Argument::Event(Value::Structure(vec![]))],
        Box::new(move |result| *seen.borrow_mut() = Some(result)),
    );
    assert!(settled.borrow().is_none());
    assert_eq!(context.unsettled(), 1);
    context.complete(7, Ok(value(json!({"$decimal": "5"}))));
    let outcome = settled.borrow_mut().take().expect("settled").expect("well");
    assert_eq!(outcome.result, "done".into());
    assert_eq!(outcome.arguments[0].to_json(), json!({"data": {"price": {"$decimal": "5"}}}));
}

#[test]
fn on_a_client_an_endless_loop_ends_the_call_and_others_go_on() {
    let main = ModuleName::Common("Main".into(), ModulePlace::Client);
    let (context, _) = context(
        Side::Client,
        "export async function f() { await null; while (true) {} } export function g() { return 1; }",
        |_, _| HostReply::Ready(Ok(Value::Empty)),
    );
    let settled: Rc<RefCell<Vec<Result<Outcome, ModuleError>>>> = Rc::default();
    for function in ["f", "g"] {
        let seen = Rc::clone(&settled);
        context.start(&main, function, &[], Box::new(move |result| seen.borrow_mut().push(result)));
    }
    assert_eq!(settled.borrow()[0], Err(ModuleError::Limit { what: "time" }));
    assert!(settled.borrow()[1].is_ok());
}

#[test]
fn a_form_is_read_and_written_through_the_host() {
    let (context, host) = context(
        Side::Server,
        "export function f(form) { form.Total = form.Lines.sum('Sum'); form.Lines[0].Sum = 1; return form.Comment; }",
        |operation, arguments| {
            HostReply::Ready(Ok(match operation {
                "form.info" => value(json!({"tables": ["Lines"], "usedServer": "main"})),
                "form.rows" => value(json!([{"id": "r1", "values": {"Sum": {"$decimal": "4"}}}])),
                "form.get" => "hello".into(),
                "form.row.set" => arguments[4].clone(),
                _ => Value::Empty,
            }))
        },
    );
    assert_eq!(context.call(&module(), "f", &[Argument::Form(3)]).expect("no error").result, "hello".into());
    let asked = host.asked.borrow();
    let set = asked.iter().find(|(o, _)| o == "form.set").expect("set");
    assert_eq!(set.1[2], value(json!({"$decimal": "4"})));
    assert!(asked.iter().any(|(o, a)| o == "form.row.set" && a[2] == "r1".into()));
}
