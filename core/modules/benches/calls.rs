//! What module code costs, as multiples of a plain call, so that machines can be compared: `cargo bench -p twinshore-modules`.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use twinshore_metadata::{CompiledModule, ModuleName, ModulePlace, Value};
use twinshore_modules::{Argument, CallLimits, HostApi, HostReply, ModuleContext, Side};

const ROUNDS: u32 = 2_000;

struct Silent;

impl HostApi for Silent {
    fn call(&self, _: &str, _: Vec<Value>) -> HostReply {
        HostReply::Ready(Ok(Value::Empty))
    }
}

fn seconds(mut work: impl FnMut()) -> f64 {
    let began = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    began.elapsed().as_secs_f64() / f64::from(ROUNDS)
}

fn main() {
    let code = "export function nothing() {}
        export function item(order) { for (const line of order.Lines) line.Sum = line.Sum.add(1); order.Total = order.Lines.sum('Sum'); }
        export function ask() { for (let at = 0; at < 10; at++) log('a'); }";
    let name = ModuleName::Common("Main".into(), ModulePlace::Server);
    let exports = ["nothing", "item", "ask"].map(str::to_owned).to_vec();
    let module = CompiledModule { file: "modules/Main.ts".into(), code: code.into(), exports };
    let modules = Arc::new(BTreeMap::from([(name.clone(), module)]));
    let make = || ModuleContext::new(Side::Server, Arc::clone(&modules), &[], CallLimits::default(), Rc::new(Silent));
    let row = |n: u32| {
        Value::Structure(vec![
            ("id".into(), format!("r{n}").into()),
            ("values".into(), Value::Structure(vec![("Sum".into(), rust_decimal::Decimal::from(n).into())])),
        ])
    };
    let order = Argument::Object(Value::Structure(vec![
        ("object".into(), "Document.Orders".into()),
        ("attributes".into(), Value::Structure(vec![("Total".into(), Value::Empty)])),
        ("tables".into(), Value::Structure(vec![("Lines".into(), Value::List((0..20).map(row).collect()))])),
    ]));
    let context = make().expect("a context");
    let call = |function: &str, arguments: &[Argument]| {
        black_box(context.call(&name, function, arguments).expect("a result"));
    };
    let plain = seconds(|| call("nothing", &[]));
    println!("a call of an empty function: {:.1} µs", plain * 1e6);
    for (what, cost) in [
        ("ten operations of the host", seconds(|| call("ask", &[]))),
        ("a handler over an item of 20 rows", seconds(|| call("item", std::slice::from_ref(&order)))),
        ("making a context", seconds(|| drop(black_box(make())))),
    ] {
        println!("{what}: {:.1} times that", cost / plain);
    }
}
