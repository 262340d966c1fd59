//! Forms as handlers of both sides see them.

use serde_json::json;

use super::*;

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

type Rows = Rc<RefCell<Vec<(String, Value)>>>;

/// A form with a table in memory: `form.*` operations over rows of `{Sum}`.
fn sheet(side: Side, body: &str) -> (ModuleContext, Rc<Host>, Rows) {
    let rows: Rows = Rc::new(RefCell::new((1..=3).map(|n| (format!("r{n}"), value(json!({"Sum": n})))).collect()));
    let held = Rc::clone(&rows);
    let (context, host) = context(side, &format!("export async function f(form) {{ {body} }}"), move |operation, given| {
        let mut rows = held.borrow_mut();
        let row = |at: usize| given[at].as_text().unwrap_or_default().to_owned();
        HostReply::Ready(Ok(match operation {
            "form.info" => value(json!({"tables": ["Lines"], "usedServer": "main"})),
            "form.rows" => Value::List(
                rows.iter()
                    .map(|(id, v)| Value::Structure(vec![("id".into(), id.as_str().into()), ("values".into(), v.clone())]))
                    .collect(),
            ),
            "form.row.add" => {
                let id = format!("r{}", rows.len() + 10);
                rows.push((id.clone(), given[2].clone()));
                id.as_str().into()
            }
            "form.row.remove" => {
                rows.retain(|(id, _)| *id != row(2));
                Value::Empty
            }
            "form.row.clear" => {
                rows.clear();
                Value::Empty
            }
            "form.row.set" => {
                let set = Value::Structure(vec![(row(3), given[4].clone())]);
                rows.iter_mut().filter(|(id, _)| *id == row(2)).for_each(|(_, v)| *v = set.clone());
                given[4].clone()
            }
            _ => Value::Empty,
        }))
    });
    (context, host, rows)
}

fn sums(body: &str) -> String {
    let (context, _, rows) = sheet(Side::Server, body);
    context.call(&module(), "f", &[Argument::Form(1)]).unwrap_or_else(|error| panic!("{body}: {error}"));
    let rows = rows.borrow();
    rows.iter().map(|(_, v)| v.field("Sum").map(Value::to_json).unwrap_or_default()["$decimal"].to_string()).collect()
}

#[test]
fn rows_of_a_form_are_changed_one_by_one_or_all() {
    for (body, expect) in [
        ("form.Lines.add({ Sum: 9 })", "\"1\"\"2\"\"3\"\"9\""),
        ("form.Lines.add().Sum = 4", "\"1\"\"2\"\"3\"\"4\""),
        ("form.Lines.remove(form.Lines[1])", "\"1\"\"3\""),
        ("form.Lines.remove(0)", "\"2\"\"3\""),
        ("for (const line of form.Lines) if (line.Sum.gt(1)) form.Lines.remove(line)", "\"1\""),
        ("form.Lines.clear()", ""),
        ("form.Lines = form.Lines.filter(line => line.Sum.gt(1))", "\"2\"\"3\""),
        ("form.Lines = [{ Sum: 5 }]", "\"5\""),
        ("for (const line of form.Lines) line.Sum = line.Sum.mul(2)", "\"2\"\"4\"\"6\""),
        ("form.Lines.forEach((line, at) => { line.Sum = at; })", "\"0\"\"1\"\"2\""),
        ("form.Lines[form.Lines.length - 1].Sum = form.Lines.sum('Sum')", "\"1\"\"2\"\"6\""),
        ("const line = form.Lines[2]; form.Lines.remove(0); await null; line.Sum = 8", "\"2\"\"8\""),
    ] {
        assert_eq!(sums(body), expect, "{body}");
    }
}

#[test]
fn a_row_is_the_same_row_and_says_when_it_is_gone() {
    let (context, ..) = sheet(
        Side::Server,
        "const row = form.Lines[0]; form.message; return row === form.Lines[0] && form.Lines.includes(row)",
    );
    assert_eq!(context.call(&module(), "f", &[Argument::Form(1)]).expect("same").result, true.into());
    let (context, ..) = sheet(Side::Server, "const row = form.Lines[0]; form.Lines.clear(); return row.Sum");
    let error = context.call(&module(), "f", &[Argument::Form(1)]).expect_err("gone");
    assert!(error.to_string().contains("no longer in Lines"));
}

#[test]
fn rows_are_read_once_while_nothing_changes_them() {
    let body = "for (let at = 0; at < form.Lines.length; at++) form.Lines[at].Sum = form.Lines[at].Sum.add(1)";
    let (context, host, _) = sheet(Side::Server, body);
    context.call(&module(), "f", &[Argument::Form(1)]).expect("counted");
    assert_eq!(host.asked.borrow().iter().filter(|(operation, _)| operation == "form.rows").count(), 1);
}

#[test]
fn a_form_can_not_be_kept_but_its_rows_can() {
    let (context, ..) = sheet(Side::Server, "return form");
    assert!(context.call(&module(), "f", &[Argument::Form(1)]).expect_err("a form").to_string().contains("form can't be kept"));
    let (context, ..) = sheet(Side::Server, "return { lines: form.Lines, text: JSON.stringify(form.Lines[0]) }");
    let result = context.call(&module(), "f", &[Argument::Form(1)]).expect("rows").result.to_json();
    assert_eq!(result["lines"][2]["Sum"], json!({"$decimal": "3"}));
    assert_eq!(result["text"], json!("{\"Sum\":\"1\"}"));
}

#[test]
fn what_a_form_says_of_itself_can_not_be_assigned() {
    let (context, ..) = sheet(Side::Client, "form.usedServer = 'x'");
    let settled: Rc<RefCell<Option<Result<Outcome, ModuleError>>>> = Rc::default();
    let seen = Rc::clone(&settled);
    let main = ModuleName::Common("Main".into(), ModulePlace::Client);
    context.start(&main, "f", &[Argument::Form(1)], Box::new(move |result| *seen.borrow_mut() = Some(result)));
    assert!(matches!(settled.take(), Some(Err(ModuleError::Thrown { .. }))));
}
