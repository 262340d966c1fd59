//! What editors are told of the platform is what module code sees: name by name, on both sides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace, Value};
use twinshore_modules::{CallLimits, HostApi, HostReply, ModuleContext, Side};

/// Answers nothing.
struct Nobody;

impl HostApi for Nobody {
    fn call(&self, _: &str, _: Vec<Value>) -> HostReply {
        HostReply::Ready(Ok(Value::Empty))
    }
}

/// What an expression that gives a list of texts gives on a side.
fn names(side: Side, expression: &str) -> BTreeSet<String> {
    let place = if side == Side::Server { ModulePlace::Server } else { ModulePlace::Client };
    let name = ModuleName::Common("Names".into(), place);
    let code = format!("export function names() {{ return {expression}; }}");
    let module = CompiledModule { file: "names.ts".into(), code, exports: vec!["names".into()] };
    let modules: BTreeMap<_, _> = [(name.clone(), module)].into();
    let context = ModuleContext::new(side, Arc::new(modules), &[], CallLimits::default(), Rc::new(Nobody)).expect("a context");
    let Value::List(all) = context.call(&name, "names", &[]).expect("names").result else { panic!("a list") };
    all.iter().filter_map(|name| name.as_text().map(str::to_owned)).collect()
}

fn told(side: Side) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fixture");
    let own = if side == Side::Server { "types/server/server.d.ts" } else { "types/client/client.d.ts" };
    let wanted = ["types/common.d.ts", own];
    let files = twinshore_compiler::types(&folder).files;
    files.into_iter().filter(|file| wanted.contains(&file.path.as_str())).map(|file| file.text).collect()
}

/// Names that are declared as values.
fn declared(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("declare "));
    let name = |line: &str| line.split([' ', '(', ':', '<']).nth(1).map(str::to_owned);
    lines.filter_map(name).collect()
}

/// What the platform puts beside the language's own names.
fn there(side: Side) -> BTreeSet<String> {
    let own = "Object.getOwnPropertyNames(globalThis)";
    let language = "Infinity NaN undefined globalThis Object Error EvalError RangeError ReferenceError SyntaxError TypeError URIError \
InternalError AggregateError Iterator Array parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI \
encodeURIComponent escape unescape Number Boolean String Math Reflect Symbol BigInt Date RegExp JSON Map Set WeakMap WeakSet Proxy \
Promise ArrayBuffer SharedArrayBuffer Uint8ClampedArray Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array \
BigInt64Array BigUint64Array Float16Array Float32Array Float64Array DataView Atomics WeakRef FinalizationRegistry performance \
queueMicrotask DOMException btoa atob DisposableStack AsyncDisposableStack SuppressedError";
    let language: BTreeSet<&str> = language.split_whitespace().collect();
    let found = names(side, own).into_iter();
    found.filter(|name| !language.contains(name.as_str()) && !name.starts_with("__")).collect()
}

#[test]
fn editors_know_every_name_of_the_platform_and_no_other() {
    for side in [Side::Server, Side::Client] {
        assert_eq!(declared(&told(side)), there(side), "{side:?}");
    }
}

#[test]
fn editors_know_every_member_of_values_and_of_the_device() {
    let client = told(Side::Client);
    for class in ["Decimal", "DateTime", "Ref", "Device", "Mode"] {
        let of = if ["Device", "Mode"].contains(&class) { class.to_owned() } else { format!("{class}.prototype") };
        let from = client.find(&format!(" {class}")).unwrap_or_else(|| panic!("{class} is declared"));
        let block = client[from..].split("\n}").next().unwrap_or_default();
        for member in names(Side::Client, &format!("Object.getOwnPropertyNames({of})")) {
            let written = [format!(" {member}("), format!(" {member}:")].iter().any(|part| block.contains(part));
            assert!(written, "{class}.{member}: {block}");
        }
    }
}
