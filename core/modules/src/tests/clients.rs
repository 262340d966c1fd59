//! Contexts of clients: answers that come later, several calls at once, owners that ask for more at any moment.

use serde_json::json;

use super::*;

fn main() -> ModuleName {
    ModuleName::Common("Main".into(), ModulePlace::Client)
}

type Settled = Rc<RefCell<Vec<(String, Result<Value, ModuleError>)>>>;

fn start(context: &ModuleContext, function: &str, settled: &Settled) {
    let (seen, name) = (Rc::clone(settled), function.to_owned());
    let done = move |result: Result<Outcome, ModuleError>| seen.borrow_mut().push((name, result.map(|outcome| outcome.result)));
    context.start(&main(), function, &[], Box::new(done));
}

/// Every operation is answered later, by the number in its first argument.
fn later(_: &str, arguments: &[Value]) -> HostReply {
    match arguments[0].as_text().and_then(|text| text.parse().ok()) {
        Some(ticket) => HostReply::Later(ticket),
        None => HostReply::Ready(Ok(Value::Empty)),
    }
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
    let (context, _) = limited(
        300,
        Side::Client,
        "export async function f() { await null; while (true) {} } export function g() { return 1; }",
        |_, _| HostReply::Ready(Ok(Value::Empty)),
    );
    let settled: Rc<RefCell<Vec<Result<Outcome, ModuleError>>>> = Rc::default();
    for function in ["f", "g"] {
        let seen = Rc::clone(&settled);
        context.start(&main, function, &[], Box::new(move |result| seen.borrow_mut().push(result)));
    }
    assert!(matches!(settled.borrow()[0], Err(ModuleError::Limit { what: "time", .. })));
    assert!(settled.borrow()[1].is_ok());
}

#[test]
fn answers_may_come_in_any_order_and_each_call_gets_its_own() {
    let code =
        "export async function f() { return 'f' + await ask('1'); } export async function g() { return 'g' + await ask('2'); }";
    let (context, _) = context(Side::Client, code, later);
    let settled = Settled::default();
    start(&context, "f", &settled);
    start(&context, "g", &settled);
    context.complete(2, Ok("b".into()));
    context.complete(1, Ok("a".into()));
    context.complete(1, Ok("again".into()));
    context.complete(99, Ok("nobody".into()));
    assert_eq!(*settled.borrow(), [("g".into(), Ok("gb".into())), ("f".into(), Ok("fa".into()))]);
    assert_eq!(context.unsettled(), 0);
}

#[test]
fn r17_a_refusal_that_comes_later_is_caught_like_any_other() {
    let code = "export async function f() { try { await ask('1'); } catch (e) { return e.code + e.details.reason; } }
        export async function g() { await ask('2'); }";
    let (context, _) = context(Side::Client, code, later);
    let settled = Settled::default();
    start(&context, "f", &settled);
    start(&context, "g", &settled);
    let refusal = HostError {
        code: "MainServerUnavailable".into(),
        message: "No connection".into(),
        details: value(json!({"reason": "no_connection"})),
    };
    context.complete(1, Err(refusal.clone()));
    context.complete(2, Err(refusal));
    assert_eq!(settled.borrow()[0].1, Ok("MainServerUnavailableno_connection".into()));
    let Err(ModuleError::Thrown { code, details, message, .. }) = &settled.borrow()[1].1 else { panic!("thrown") };
    assert_eq!((code.as_deref(), message.as_str()), (Some("MainServerUnavailable"), "No connection"));
    assert_eq!(details.field("reason"), Some(&"no_connection".into()));
}

#[test]
fn what_is_refused_at_once_is_a_promise_too() {
    let code = "export function f() { return ask('a').catch(e => 'caught ' + e.code); }";
    let (context, _) = context(Side::Client, code, |_, _| HostReply::Ready(Err(HostError::new("Busy", "no"))));
    let settled = Settled::default();
    start(&context, "f", &settled);
    assert_eq!(settled.borrow()[0].1, Ok("caught Busy".into()));
}

#[test]
fn the_call_that_uses_too_much_is_stopped_and_not_another_one() {
    let code =
        "export async function f() { await ask('1'); while (true) {} } export async function g() { return await ask('2'); }";
    let (context, _) = limited(300, Side::Client, code, later);
    let settled = Settled::default();
    start(&context, "f", &settled);
    start(&context, "g", &settled);
    context.complete(1, Ok(Value::Empty));
    assert!(matches!(settled.borrow().as_slice(), [(name, Err(ModuleError::Limit { what: "time", .. }))] if name == "f"));
    context.complete(2, Ok("fine".into()));
    assert_eq!(settled.borrow()[1], ("g".into(), Ok("fine".into())));
    assert!(!context.is_spent());
}

#[test]
fn time_that_passes_while_an_answer_is_awaited_does_not_count() {
    let code = "export async function f() { for (let i = 1; i < 4; i++) { for (let j = 0; j < 1e5; j++); await ask(String(i)); } return 'done'; }";
    let (context, _) = limited(300, Side::Client, code, later);
    let settled = Settled::default();
    start(&context, "f", &settled);
    for ticket in 1..4 {
        let until = std::time::Instant::now() + std::time::Duration::from_millis(150);
        while std::time::Instant::now() < until {
            std::hint::spin_loop();
        }
        context.complete(ticket, Ok(Value::Empty));
    }
    assert_eq!(settled.borrow()[0].1, Ok("done".into()));
}

#[test]
fn calls_of_a_spent_context_all_end() {
    let code = "export async function f() { const g = async () => { for (;;) await null; }; await Promise.all(Array.from({ length: 1000 }, g)); }
        export async function waits() { await ask('1'); }";
    let (context, _) = limited(300, Side::Client, code, later);
    let settled = Settled::default();
    start(&context, "waits", &settled);
    start(&context, "f", &settled);
    start(&context, "waits", &settled);
    assert!(context.is_spent());
    assert_eq!(context.unsettled(), 0);
    assert_eq!(settled.borrow().len(), 3);
    assert!(settled.borrow().iter().all(|(_, result)| matches!(result, Err(ModuleError::Limit { .. }))));
}

#[test]
fn a_call_may_be_started_when_another_ends_and_while_one_runs() {
    struct Busy(RefCell<std::rc::Weak<ModuleContext>>, Settled);
    impl HostApi for Busy {
        fn call(&self, operation: &str, _: Vec<Value>) -> HostReply {
            let context = self.0.borrow().upgrade().expect("alive");
            if operation == "ask" {
                // Answered before it is even awaited.
                context.complete(1, Ok("answer".into()));
                return HostReply::Later(1);
            }
            start(&context, "g", &self.1);
            HostReply::Ready(Ok(Value::Empty))
        }
    }
    let settled = Settled::default();
    let host = Rc::new(Busy(RefCell::default(), Rc::clone(&settled)));
    let code = "let n = 0; export async function f() { log('starts g'); n += 1; return await ask('?'); } export function g() { return String(n); }";
    let compiled = CompiledModule { file: "m.ts".into(), code: code.into(), exports: vec!["f".into(), "g".into()] };
    let modules = Arc::new(BTreeMap::from([(main(), compiled)]));
    let context =
        ModuleContext::new(Side::Client, modules, &[], CallLimits::default(), Rc::clone(&host) as _).expect("a context");
    let context = Rc::new(context);
    *host.0.borrow_mut() = Rc::downgrade(&context);
    let (again, seen) = (Rc::clone(&context), Rc::clone(&settled));
    let done = move |result: Result<Outcome, ModuleError>| {
        seen.borrow_mut().push(("f".into(), result.map(|outcome| outcome.result)));
        start(&again, "g", &seen);
    };
    context.start(&main(), "f", &[], Box::new(done));
    let expect = [("g".to_owned(), Ok("1".into())), ("f".to_owned(), Ok("answer".into())), ("g".to_owned(), Ok("1".into()))];
    assert_eq!(*settled.borrow(), expect);
}

#[test]
fn c9_a_common_modules_client_half_comes_first_and_the_rest_is_the_servers() {
    let code = "export async function f() { return [Other.twice(decimal(2)), await Other.price('1'), await Absent.x('2')]; }";
    let (context, host) = context(Side::Client, code, |operation, _| {
        assert_eq!(operation, "server.call");
        HostReply::Later(1)
    });
    let settled = Settled::default();
    start(&context, "f", &settled);
    context.complete(1, Ok("a".into()));
    context.complete(1, Ok("b".into()));
    assert_eq!(settled.borrow()[0].1, Ok(value(json!([4, "a", "b"]))));
    assert_eq!(host.asked.borrow()[0].1, [value(json!("Other")), value(json!("price")), value(json!(["1"]))]);
}

#[test]
fn forms_are_opened_and_used_by_number() {
    let code = "export async function f() {
        const form = await openForm('Document.Orders', { parameters: { a: 1 } });
        form.title = 'T'; form.element('Total').visible = false; form.Comment = 'c';
        return [form.usedServer, await form.server.total(1), await form.write({ post: true }), await openForm('Nothing')];
    }";
    let (context, host) = context(Side::Client, code, |operation, arguments| {
        HostReply::Ready(Ok(match (operation, &arguments[0]) {
            ("form.open", Value::String(name)) if name == "Nothing" => Value::Empty,
            ("form.open", _) => value(json!(7)),
            ("form.info", _) => value(json!({"tables": [], "usedServer": "main", "title": "old"})),
            ("form.server", _) => "served".into(),
            _ => Value::Empty,
        }))
    });
    let settled = Settled::default();
    start(&context, "f", &settled);
    assert_eq!(settled.borrow()[0].1, Ok(value(json!(["main", "served", null, null]))));
    let asked = host.asked.borrow();
    let of = |name: &str| asked.iter().find(|(operation, _)| operation == name).map(|(_, a)| a.clone()).expect(name);
    assert_eq!(of("form.setInfo"), [value(json!(7)), value(json!({"title": "T"}))]);
    assert_eq!(of("form.element.set"), [value(json!(7)), "Total".into(), "visible".into(), false.into()]);
    assert_eq!(of("form.server"), [value(json!(7)), "total".into(), value(json!([1]))]);
    assert_eq!(of("form.write"), [value(json!(7)), value(json!({"post": true}))]);
}

#[test]
fn a_context_is_let_go_with_calls_that_never_ended() {
    let (context, _) = context(Side::Client, "export async function f() { await ask('1'); }", later);
    let context = Rc::new(context);
    let held = Rc::clone(&context);
    context.start(&main(), "f", &[], Box::new(move |_| drop(held)));
    let weak = Rc::downgrade(&context);
    context.abandon();
    drop(context);
    assert!(weak.upgrade().is_none());
}
