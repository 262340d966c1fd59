//! What uses too much, and what throws strange things.

use super::*;

fn ending(time_ms: u64, body: &str) -> (ModuleContext, ModuleError) {
    let code = format!("export async function f() {{ {body} }} export function ok() {{ return 'fine'; }}");
    let (context, _) = limited(time_ms, Side::Server, &code, |_, _| HostReply::Ready(Ok(Value::Empty)));
    let error = context.call(&module(), "f", &[]).expect_err(body);
    (context, error)
}

#[test]
fn what_uses_too_much_is_stopped_and_the_context_goes_on() {
    for (body, what) in [
        ("while (true) {}", "time"),
        ("try { while (true) {} } catch { while (true) {} }", "time"),
        ("try { while (true) {} } finally { return 1; }", "time"),
        ("await null; while (true) {}", "time"),
        ("for (;;) await null;", "time"),
        ("const g = async () => { while (true) {} }; try { await g(); } catch { return 'caught'; }", "time"),
        ("const g = async () => { for (;;) await null; }; try { await g(); } catch {} return 'caught'", "time"),
        ("const g = async () => { for (;;) await null; }; const h = () => g().then(h, h); await h()", "time"),
        ("(async () => { for (;;) await null; })(); return 1", "time"),
        ("return /^(a+)+$/.test('a'.repeat(40) + 'b')", "time"),
        ("return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)", "time"),
        ("for (;;) message('a')", "time"),
        ("({ toString() { while (true) {} } }) + ''", "time"),
        ("const r = () => r() + 1; return r()", "stack"),
        ("const r = async () => { await r(); }; await r()", "stack"),
        ("let a = []; for (let i = 0; i < 2e4; i++) a = [a]; return JSON.stringify(a)", "stack"),
        ("const a = {}; a.toString = () => `${a}`; return `${a}`", "stack"),
        ("let a = 'x'; while (true) a += a", "memory"),
        ("const a = []; while (true) a.push(new Array(1000).fill(0))", "memory"),
        ("return 'x'.repeat(2 ** 29).length", "memory"),
        ("return new Uint8Array(2 ** 30)", "memory"),
        ("try { const a = []; while (true) a.push(new Array(1000).fill(0)) } catch (e) { throw e }", "memory"),
    ] {
        let (context, error) = ending(if what == "time" { 200 } else { 60_000 }, body);
        assert!(matches!(error, ModuleError::Limit { what: found, .. } if found == what), "{body}: {error:?}");
        assert_eq!(error.position().map(|p| p.file.as_str()), Some("modules/Main.ts"), "{body}");
        assert!(!context.is_spent(), "{body}");
        assert_eq!(context.call(&module(), "ok", &[]).expect("goes on").result, "fine".into(), "{body}");
    }
}

#[test]
fn a_limit_names_the_line_where_the_code_was_stopped() {
    // QuickJS keeps places of calls and not of `while (true)`. A loop in which nothing is called has the place of the function that
    // the platform called; one that is stopped at its head, and not in a call, has that of the last call before it.
    for (body, lines) in [
        ("\n\nwhile (true) {}", 1..=1),
        ("\n\nMath.sin(1);\nwhile (true) { Math.sin(1); }", 3..=4),
        ("\n\nawait null;\nconst g = () => {\nwhile (true) {}\n};\ng()", 1..=1),
        ("\n\nconst r = () => r() + 1;\n return r()", 3..=3),
        ("\n\nlet a = 'x';\n while (true) a += a", 4..=4),
        ("\n\nconst a = [];\nwhile (true) a.push(new Array(1000).fill(0))", 4..=4),
    ] {
        let (_, error) = ending(if body.contains("(true) {") { 200 } else { 60_000 }, body);
        let place = error.position().expect(body);
        assert_eq!(place.file, "modules/Main.ts", "{body}");
        assert!(lines.contains(&place.line), "{body}: line {}", place.line);
        assert!(error.to_string().contains(&place.to_string()), "{error}");
    }
}

#[test]
fn code_that_goes_on_after_its_time_or_keeps_the_memory_spends_the_context() {
    for (time_ms, body) in [
        (200, "const g = async () => { for (;;) await null; }; await Promise.all(Array.from({ length: 1000 }, g))"),
        (60_000, "globalThis.kept = []; while (true) kept.push(new Array(1000).fill(0))"),
    ] {
        let (context, error) = ending(time_ms, body);
        assert!(matches!(error, ModuleError::Limit { .. }), "{body}: {error:?}");
        assert!(context.is_spent(), "{body}");
        assert!(matches!(context.call(&module(), "ok", &[]), Err(ModuleError::Limit { .. })), "{body}");
    }
}

#[test]
fn what_is_too_big_or_too_strange_to_answer_is_an_error() {
    for body in [
        "let a = []; for (let i = 0; i < 1e4; i++) a = [a]; return a",
        "throw new Error('x'.repeat(1e7))",
        "throw null",
        "throw undefined",
        "throw 1",
        "throw Symbol('a')",
        "throw decimal(1)",
        "throw { toString() { throw 1; } }",
        "throw { get message() { throw 1; } }",
        "throw { get message() { while (true) {} } }",
        "throw new Proxy({}, { get() { throw 1; } })",
        "throw new Proxy({}, { getPrototypeOf() { throw 1; }, get() { throw 1; } })",
        "const e = new Error('a'); Object.defineProperty(e, 'stack', { get() { throw 1; } }); throw e",
        "const e = new TwinshoreError('A', 'b', {}); e.details = () => 1; throw e",
        "Error.prepareStackTrace = () => { throw 1; }; throw new Error('a')",
        "await new Promise(() => {})",
        "return { get a() { throw new Error('a'); } }",
        "return new Proxy({}, { ownKeys() { throw null; } })",
        "return { toJSON: 1n, then(resolve, reject) { reject(new Error('a')); } }",
        "return { then(resolve) { resolve(this); } }",
        "JSON.stringify = () => 1; JSON.parse = () => 1; Array.prototype.map = null; throw new Error('a')",
        "Object.prototype.error = { message: 'a' }; throw null",
        "Promise.prototype.then = () => { throw 1; }; throw 1",
    ] {
        let (_, error) = ending(1_000, body);
        assert!(error.to_string().len() < 10_000, "{body}");
    }
}

#[test]
fn the_time_of_a_call_of_the_main_server_is_not_the_codes() {
    let slow = |operation: &str, _: &[Value]| {
        assert_eq!(operation, "mainServer.call");
        let until = std::time::Instant::now() + std::time::Duration::from_millis(400);
        while std::time::Instant::now() < until {
            std::hint::spin_loop();
        }
        HostReply::Ready(Ok("answer".into()))
    };
    let code = "export function f() { const a = MainServer.Prices.current(); for (let i = 0; i < 1e5; i++); return a; }";
    let (context, _) = limited(300, Side::Server, code, slow);
    assert_eq!(context.call(&module(), "f", &[]).expect("in time").result, "answer".into());
}

#[test]
fn a_context_may_be_used_deeper_in_the_stack_than_it_was_made() {
    #[inline(never)]
    fn deep(levels: usize, then: &mut dyn FnMut()) -> usize {
        let room = std::hint::black_box([levels as u8; 4096]);
        if levels == 0 {
            then();
            return 0;
        }
        deep(levels - 1, then) + usize::from(room[levels % 4096])
    }
    let (context, _) = context(Side::Server, "export function f(n) { return n.isZero() ? 'end' : f(n.sub(1)); }", |_, _| {
        HostReply::Ready(Ok(Value::Empty))
    });
    let mut made_deep = None;
    let count =
        |context: &ModuleContext| context.call(&module(), "f", &[Argument::Value(rust_decimal::Decimal::from(500).into())]);
    deep(200, &mut || {
        assert_eq!(count(&context).expect("room").result, "end".into());
        let code = "export function f() { const r = () => r() + 1; return r(); }";
        made_deep = Some(super::context(Side::Server, code, |_, _| HostReply::Ready(Ok(Value::Empty))).0);
    });
    let made_deep = made_deep.expect("made");
    assert!(matches!(made_deep.call(&module(), "f", &[]), Err(ModuleError::Limit { what: "stack", .. })));
}
