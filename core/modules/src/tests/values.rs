//! Values on their way into module code and out of it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

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
fn standard_periods_are_counted_from_the_day_of_the_host() {
    let of = |name: &str| {
        let code = format!("export function f() {{ return standardPeriod('{name}'); }}");
        let now = |_: &str, _: &[Value]| HostReply::Ready(Ok(value(json!({"$date": "2026-11-25T14:30:00"}))));
        context(Side::Server, &code, now).0.call(&module(), "f", &[]).map(|outcome| outcome.result)
    };
    let days = |start: &str, end: &str| value(json!({"start": {"$date": start}, "end": {"$date": end}}));
    assert_eq!(of("lastQuarter").expect("a period"), days("2026-07-01", "2026-09-30"));
    assert_eq!(of("today").expect("a period"), days("2026-11-25", "2026-11-25"));
    assert_eq!(of("any").expect("a period"), value(json!({"start": null, "end": null})));
    let error = of("thisCentury").expect_err("unknown");
    assert!(error.to_string().contains("known: any, today"), "{error}");
}

#[test]
fn what_is_no_data_is_refused_with_a_clear_text() {
    for (body, text) in [
        ("return 0 / 0", "NaN"),
        ("const a = {}; a.a = a; return a", "contains itself"),
        ("return () => 1", "only data can"),
        ("return { a() {} }", "only data can"),
        ("return [new Map()]", "only data can"),
        ("return { a: [Promise.resolve(1)] }", "write await"),
        ("return { $a: 1 }", "can't begin with $"),
        ("return decimal(1) + decimal(2)", "Operators don't work"),
        ("return decimal(1).div(0)", "divided by zero"),
    ] {
        let error = run(&format!("export function f() {{ {body} }}"), &[]).expect_err(body);
        assert!(error.to_string().contains(text), "{body}: {error}");
    }
}

#[test]
fn dates_are_days_that_exist() {
    for (text, expect) in [
        ("2026-01-31", "2026-01-31T00:00:00"),
        ("2026-01-31T14:30", "2026-01-31T14:30:00"),
        ("2026-01-31T14:30:15.250Z", "2026-01-31T14:30:15"),
        ("0001-01-01", "0001-01-01T00:00:00"),
    ] {
        check(&format!("return dateTime('{text}')"), json!({"$date": expect}));
    }
    for text in ["2026-02-30", "31.01.2026", "tomorrow", "", "2026-01-31T25:00:00"] {
        let error = run(&format!("export function f() {{ return dateTime('{text}'); }}"), &[]).expect_err(text);
        assert!(error.to_string().contains("is not a date"), "{text}: {error}");
    }
    check(
        "const d = dateTime('2024-02-29T23:59:59').addSeconds(1); return [d.year, d.month, d.day, d.hour].map(String)",
        json!(["2024", "3", "1", "0"]),
    );
    check("return dateTime('1969-12-31T10:00:00').startOfDay()", json!({"$date": "1969-12-31T00:00:00"}));
    assert!(run("export function f() { return dateTime('9999-12-31').addDays(1); }", &[]).is_err());
}

#[test]
fn texts_that_were_cut_in_a_character_are_texts() {
    check("return '\\u{1F600}'.slice(0, 1)", json!("\u{fffd}"));
    check("return { ['\\u{1F600}'.slice(1)]: 1 }", json!({"\u{fffd}": {"$decimal": "1"}}));
    check("return 'a\\0b'", json!("a\0b"));
}

#[test]
fn names_of_any_kind_are_names() {
    let argument = Value::Structure(vec![
        ("__proto__".into(), "a".into()),
        ("constructor".into(), "b".into()),
        ("then".into(), "c".into()),
    ]);
    let outcome = run("export function f(a) { return { ...a }; }", &[Argument::Value(argument.clone())]).expect("names");
    assert_eq!(outcome.result, argument);
}

#[test]
fn operators_never_make_a_binary_fraction_of_a_decimal() {
    for body in [
        "decimal(1) + 1",
        "decimal(1) < 2",
        "-decimal(1)",
        "decimal(1) == 1",
        "'' + decimal(1)",
        "Number(decimal(1))",
        "decimal(1) | 0",
    ] {
        let error = run(&format!("export function f() {{ return {body}; }}"), &[]).expect_err(body);
        assert!(error.to_string().contains("Operators don't work"), "{body}: {error}");
    }
    check("return `${decimal('12.50')} ${[decimal(1)].join()}`", json!("12.5 1"));
    for body in ["decimal('one')", "decimal({})", "decimal(true)", "decimal('')", "decimal(1e300)", "decimal(Infinity)"] {
        assert!(run(&format!("export function f() {{ return {body}; }}"), &[]).is_err(), "{body}");
    }
}

fn decimals() -> impl Strategy<Value = rust_decimal::Decimal> {
    (any::<i64>(), 0_u32..8).prop_map(|(number, scale)| rust_decimal::Decimal::new(number / 1_000_000, scale))
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        any::<bool>().prop_map(Value::Boolean),
        decimals().prop_map(Value::Decimal),
        any::<String>().prop_map(Value::String),
        (0_i64..253_402_300_799)
            .prop_map(|s| Value::Date(chrono::DateTime::from_timestamp(s, 0).expect("in range").naive_utc())),
        any::<u128>().prop_map(|id| {
            let object = "Catalog.Goods".parse().expect("a name");
            Value::Ref(twinshore_metadata::Ref::new(object, uuid::Uuid::from_u128(id)))
        }),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Binary),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let field = ("[^$]{0,8}".prop_filter("no digits, they are sorted", |n| n.parse::<u32>().is_err()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::List),
            prop::collection::vec(field, 0..5).prop_map(|fields| {
                let unique: BTreeMap<_, _> = fields.into_iter().collect();
                Value::Structure(unique.into_iter().collect())
            }),
        ]
    })
}

#[test]
fn every_value_comes_back_from_module_code_as_it_was() {
    let (context, _) = context(Side::Server, "export function f(a) { return a; }", |_, _| HostReply::Ready(Ok(Value::Empty)));
    proptest!(|(given in values())| {
        let outcome = context.call(&module(), "f", &[Argument::Value(given.clone())]).expect("the value");
        prop_assert_eq!(outcome.result, given);
    });
}

#[test]
fn decimals_of_module_code_are_those_of_the_platform() {
    let code = "export function f(a, b) {
        return [a.add(b), a.sub(b), a.mul(b), a.neg(), a.abs(), a.round(2), a.cmp(b), a.eq(b), a.lt(b), a.gt(b), a.isZero(), decimal(a.toString())];
    }";
    let (context, _) = context(Side::Server, code, |_, _| HostReply::Ready(Ok(Value::Empty)));
    proptest!(|(a in decimals(), b in decimals())| {
        let arguments = [a, b].map(|number| Argument::Value(Value::Decimal(number)));
        let outcome = context.call(&module(), "f", &arguments).expect("counted");
        let rounded = a.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        let expect = [
            (a + b).into(), (a - b).into(), (a * b).into(), (-a).into(), a.abs().into(), rounded.into(),
            rust_decimal::Decimal::from(a.cmp(&b) as i8).into(), (a == b).into(), (a < b).into(), (a > b).into(),
            a.is_zero().into(), a.into(),
        ];
        prop_assert_eq!(outcome.result, Value::List(expect.to_vec()));
    });
}
