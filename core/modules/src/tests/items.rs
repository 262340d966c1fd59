//! Items, movements, events and transactions of server handlers.

use serde_json::json;

use super::*;

fn order(blank: bool) -> Value {
    let mut state = json!({
        "object": "Document.Orders", "id": uuid::Uuid::nil().to_string(), "isNew": true, "version": {"$decimal": "0"},
        "attributes": {"Total": {"$decimal": "0"}, "Comment": ""},
        "tables": {"Lines": [{"id": "r1", "values": {"Sum": {"$decimal": "2.5"}}}]},
    });
    if blank {
        state["blank"] = json!({"Lines": {"Sum": {"$decimal": "0"}, "Goods": null}});
    }
    value(state)
}

fn after(code: &str) -> serde_json::Value {
    let outcome = run(&format!("export function f(order) {{ {code} }}"), &[Argument::Object(order(false))]);
    outcome.unwrap_or_else(|error| panic!("{code}: {error}")).arguments[0].to_json()
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
fn what_is_assigned_to_an_item_is_exact_at_once() {
    assert_eq!(
        after("order.Total = 5; order.Total = order.Total.add(0.1);")["attributes"]["Total"],
        json!({"$decimal": "5.1"})
    );
    let line = "const line = order.Lines.add({ Sum: 2 }); line.Sum = line.Sum.mul(3);";
    assert_eq!(after(line)["tables"]["Lines"][1]["values"]["Sum"], json!({"$decimal": "6"}));
    assert_eq!(after("order.Comment = undefined")["attributes"]["Comment"], json!(null));
    let error = run("export function f(order) {\n order.Total = 0 / 0; }", &[Argument::Object(order(false))]).expect_err("NaN");
    assert_eq!(error.position().map(|p| p.line), Some(2));
}

#[test]
fn rows_of_an_item_are_a_list_that_can_be_replaced() {
    let sums = |code: &str| -> Vec<String> {
        let state = after(code);
        let rows = state["tables"]["Lines"].as_array().expect("rows").clone();
        rows.iter().map(|row| row["values"]["Sum"]["$decimal"].as_str().unwrap_or("?").to_owned()).collect()
    };
    assert_eq!(sums("order.Lines = order.Lines.map(line => ({ Sum: line.Sum.add(1) }));"), ["3.5"]);
    assert_eq!(sums("order.Lines.add({ Sum: 1 }); order.Lines = order.Lines.filter(line => line.Sum.gt(1));"), ["2.5"]);
    assert_eq!(sums("order.Lines.add({ Sum: 1 }); order.Lines.remove(0);"), ["1"]);
    assert_eq!(sums("const line = order.Lines.add({ Sum: 1 }); order.Lines.remove(line); order.Lines.remove(7);"), ["2.5"]);
    let each = "order.Lines.add({ Sum: 1 }); order.Lines.add({ Sum: 7 });";
    assert_eq!(sums(&format!("{each} for (const line of order.Lines) order.Lines.remove(line);")), Vec::<String>::new());
    assert_eq!(
        sums(&format!("{each} order.Lines.forEach(line => {{ if (line.Sum.lt(3)) order.Lines.remove(line); }});")),
        ["7"]
    );
    assert_eq!(sums("order.Lines.clear();"), Vec::<String>::new());
    assert_eq!(sums("order.Total = order.Lines.length; for (const line of order.Lines) line.Sum = order.Total;"), ["1"]);
}

#[test]
fn what_would_not_change_a_table_is_refused() {
    for code in ["order.Lines.push({})", "order.Lines[0] = {}", "order.Lines.sort()", "order.Lines.length = 0"] {
        let error = run(&format!("export function f(order) {{ {code} }}"), &[Argument::Object(order(false))]).expect_err(code);
        assert!(error.to_string().contains("use add, remove and clear"), "{code}: {error}");
    }
}

#[test]
fn c16_columns_that_are_not_here_are_told_by_the_host() {
    let refuse = |operation: &str, arguments: &[Value]| {
        assert_eq!(operation, "object.unknown");
        HostReply::Ready(Err(HostError::new("NotInComposition", arguments[1].as_text().unwrap_or_default())))
    };
    for (body, name) in [
        ("return order.Lines[0].Discount", "Lines.Discount"),
        ("order.Lines[0].Discount = 1", "Lines.Discount"),
        ("order.Lines.add({ Discount: 1 })", "Lines.Discount"),
        ("return order.Discount", "Discount"),
        ("order.Discount = 1", "Discount"),
    ] {
        let (context, _) = context(Side::Server, &format!("export function f(order) {{ {body} }}"), refuse);
        let error = context.call(&module(), "f", &[Argument::Object(order(true))]).expect_err(body);
        assert_eq!(error.to_string(), name, "{body}");
    }
    let known = run(
        "export function f(order) { const line = order.Lines.add(); return [line.Goods, line.Sum.add(1)]; }",
        &[Argument::Object(order(true))],
    );
    assert_eq!(known.expect("known").result, value(json!([null, 1])));
}

#[test]
fn rows_that_code_holds_stay_the_rows_of_the_item_when_it_is_written() {
    let code = "export function f(order) {
        const line = order.Lines.add({ Sum: 1 }); const lines = order.Lines;
        order.write();
        line.Sum = 7; lines.add({ Sum: 8 });
        order.write({ post: true });
    }";
    let (context, host) = context(Side::Server, code, |_, arguments| {
        let mut state = arguments[0].to_json();
        for (at, row) in state["tables"]["Lines"].as_array_mut().expect("rows").iter_mut().enumerate() {
            row["id"] = json!(format!("r{}", at + 1));
        }
        HostReply::Ready(Ok(value(state)))
    });
    context.call(&module(), "f", &[Argument::Object(order(false))]).expect("written");
    let asked = host.asked.borrow();
    let rows = asked[1].1[0].to_json()["tables"]["Lines"].clone();
    assert_eq!(rows[1], json!({"id": "r2", "values": {"Sum": {"$decimal": "7"}}}));
    assert_eq!(rows[2], json!({"id": null, "values": {"Sum": {"$decimal": "8"}}}));
    assert_eq!(asked[1].1[1], value(json!({"post": "post"})));
}

#[test]
fn a_document_posts_only_to_its_registers() {
    let code = "export function f(movements) { movements.Sales.add({}); }";
    let error = run(code, &[Argument::Movements(vec!["Stock".into()])]).expect_err("refused");
    assert!(error.to_string().contains("does not post to Sales"));
}

#[test]
fn what_a_handler_leaves_in_an_event_must_be_data() {
    let event = || [Argument::Event(Value::Structure(vec![]))];
    let error = run("export function f(event) { event.data.later = Promise.resolve(1); }", &event()).expect_err("no data");
    assert!(error.to_string().contains("await"), "{error}");
    assert!(run("export function f(event) { event.data.a = new Map(); }", &event()).is_err());
}

#[test]
fn an_attribute_is_read_through_a_reference_and_nothing_else_is() {
    let code = "export async function f(ref) {
        await ref; JSON.stringify(ref); `${ref}`; [ref].includes(ref); Object.keys(ref); ref instanceof Ref; ref == null;
        return ref.Price;
    }";
    let (context, host) = context(Side::Server, code, |_, _| HostReply::Ready(Ok("5".into())));
    let goods = value(json!({"$ref": "Catalog.Goods", "id": uuid::Uuid::nil()}));
    context.call(&module(), "f", &[Argument::Value(goods)]).expect("read");
    let asked: Vec<_> = host.asked.borrow().iter().map(|(operation, _)| operation.clone()).collect();
    assert_eq!(asked, ["ref.attribute"]);
}
