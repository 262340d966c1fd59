//! Behaviour of the query language.

use twinshore_metadata::{Ref, Target, Value};
use uuid::Uuid;

use super::*;
use crate::fixture::{Fixture, number};

fn filled() -> Fixture {
    let fixture = Fixture::new(Target::MainServer);
    let good = Ref::new(
        "Enum.Rating".parse().expect("a name"),
        twinshore_metadata::Bundle::fixed_id(&"Enum.Rating".parse().expect("a name"), "Good"),
    );
    let cafe = fixture
        .add("Catalog.Counterparties", &[("Description", "Cafe".into()), ("Rating", good.into()), ("TaxId", "77".into())]);
    let shop = fixture.add("Catalog.Counterparties", &[("Description", "Магазин".into())]);
    for (customer, total) in [(&cafe, "10.50"), (&cafe, "0.25"), (&shop, "5")] {
        fixture.add("Document.Orders", &[("Counterparty", customer.clone().into()), ("Total", number(total))]);
    }
    fixture
}

fn rows(fixture: &Fixture, text: &str, parameters: &[(&str, Value)]) -> Vec<Vec<Value>> {
    let parameters = parameters.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let rows = run(&fixture.unit(), text, &parameters).unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.into_iter().map(|row| row.into_values().collect()).collect()
}

#[test]
fn paths_lead_through_references_and_sums_stay_exact() {
    let fixture = filled();
    let text = "SELECT Counterparty.Description AS Customer, SUM(Total) AS Sum, COUNT(*) AS N FROM Document.Orders GROUP BY Counterparty.Description ORDER BY Sum DESC";
    assert_eq!(
        rows(&fixture, text, &[]),
        [vec!["Cafe".into(), number("10.75"), number("2")], vec!["Магазин".into(), number("5"), number("1")]]
    );
    assert_eq!(rows(&fixture, "SELECT SUM(Total * 1.5) AS X FROM Document.Orders", &[]), [vec![number("23.625")]]);
    assert_eq!(
        rows(&fixture, "SELECT AVG(Total) AS X FROM Document.Orders WHERE Counterparty.TaxId = '77'", &[]),
        [vec![number("5.375")]]
    );
}

#[test]
fn values_are_parameters_and_numbers_of_any_scale_compare() {
    let fixture = filled();
    let count = |text: &str, parameters: &[(&str, Value)]| {
        rows(&fixture, &format!("SELECT COUNT(*) AS N FROM Document.Orders WHERE {text}"), parameters)[0][0].clone()
    };
    assert_eq!(count("Total > :least", &[("least", number("0.2500001"))]), number("2"));
    assert_eq!(count("Total IN (:list)", &[("list", Value::List(vec![number("5"), number("0.250")]))]), number("2"));
    assert_eq!(count("Counterparty.Rating = Enum.Rating.Good", &[]), number("2"));
    assert_eq!(count("Counterparty.Description LIKE 'маг%'", &[]), number("1"));
    assert_eq!(count("Comment = :text", &[("text", "' OR 1 = 1 --".into())]), number("0"));
    assert_eq!(count("Date >= today() - days(1) AND Date < today() + days(2)", &[]), number("3"));
    assert_eq!(count("CASE WHEN Total > 1 THEN 1 ELSE 0.5 END = 0.5", &[]), number("1"));
}

#[test]
fn c14_a_path_through_an_external_reference_is_null() {
    let fixture = filled();
    assert_eq!(
        rows(&fixture, "SELECT COUNT(*) AS N FROM Document.Orders WHERE Contract.Date IS NULL", &[]),
        [vec![number("3")]]
    );
}

#[test]
fn rights_are_part_of_every_query() {
    let fixture = filled();
    let ann = fixture.add("Catalog.Users", &[("Description", "Ann".into())]);
    fixture.add("Catalog.Counterparties", &[("Description", "Mine".into()), ("Owner", ann.clone().into())]);
    let unit = fixture.unit_as("ann", Some(ann), "Seller");
    let seen = run(&unit, "SELECT Description FROM Catalog.Counterparties", &Parameters::new()).expect("allowed");
    assert_eq!(seen.len(), 1);
    for text in ["SELECT TaxId FROM Catalog.Counterparties", "SELECT Number FROM Document.Orders"] {
        assert!(run(&unit, text, &Parameters::new()).is_err(), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_and_never_run() {
    let fixture = filled();
    for (text, expect) in [
        ("DELETE FROM Catalog.Goods", "one SELECT"),
        ("SELECT 1 FROM Catalog.Goods; DROP TABLE x", "found: DROP at Line: 1, Column: 30"),
        ("SELECT Nothing FROM Catalog.Goods", "no attribute Nothing"),
        ("SELECT Description FROM sqlite_schema", "not a full name"),
        ("SELECT load_extension('x') AS X FROM Catalog.Goods", "no function"),
        ("SELECT Code FROM Catalog.Goods WHERE Price > :x", "has no value"),
        ("SELECT * FROM Catalog.Goods", "name the columns"),
        ("SELECT Description FROM Catalog.Goods WHERE Price = Description", "can't be compared"),
        ("SELECT ((((", "can't be run"),
    ] {
        let error = run(&fixture.unit(), text, &Parameters::new()).expect_err(text);
        assert!(error.to_string().contains(expect), "{text}: {error}");
    }
    let deep = format!("SELECT {}1{} AS X FROM Catalog.Goods", "(".repeat(500), ")".repeat(500));
    assert!(run(&fixture.unit(), &deep, &Parameters::new()).is_err());
}

#[test]
fn a_condition_tells_whether_one_item_fulfils_it() {
    let fixture = filled();
    let cafe = crate::objects::find(
        &fixture.unit(),
        &"Catalog.Counterparties".parse().expect("a name"),
        &[("TaxId".to_owned(), "77".into())].into(),
    );
    let cafe = cafe.expect("allowed").expect("there");
    assert!(fulfils(&fixture.unit(), &cafe, "TaxId = '77' AND Rating IS NOT NULL").expect("a condition"));
    assert!(!fulfils(&fixture.unit(), &Ref::new(cafe.object.clone(), Uuid::now_v7()), "1 = 1").expect("a condition"));
}

#[test]
fn what_the_guide_shows_runs() {
    let fixture = filled();
    let guide = include_str!("../../../../docs/queries.md");
    let queries: Vec<&str> = guide.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(queries.len() > 5);
    let date = Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day").and_time(chrono::NaiveTime::MIN));
    let parameters: Parameters = [("from".to_owned(), date), ("customers".to_owned(), Value::List(Vec::new()))].into();
    for text in queries {
        run(&fixture.unit(), text, &parameters).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

/// Queries that parse, out of parts that may or may not fit together.
fn queries() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let leaf = prop::sample::select(vec![
        "Total",
        "Number",
        "Date",
        "Posted",
        "Ref",
        "Comment",
        "Counterparty",
        "Counterparty.Rating",
        "Counterparty.Owner.Description",
        "Contract",
        "Contract.Date",
        "O.Total",
        "L.Price",
        "L.Goods.Parent.Price",
        "Nothing",
        "1",
        "2.50",
        "99999999999",
        "'text'",
        "NULL",
        "true",
        ":number",
        ":date",
        ":list",
        ":ref",
        "Enum.Rating.Good",
        "today()",
        "now()",
        "days(2)",
        "currentUser()",
        "DATE '2026-01-01'",
    ])
    .prop_map(str::to_owned);
    let expression = leaf.prop_recursive(4, 24, 3, |inner| {
        let operators = prop::sample::select(vec!["+", "-", "*", "/", "=", "<>", "<", ">=", "AND", "OR", "LIKE", "||"]);
        let functions = prop::sample::select(vec![
            "SUM",
            "MIN",
            "MAX",
            "AVG",
            "COUNT",
            "ABS",
            "LOWER",
            "UPPER",
            "YEAR",
            "STARTOFMONTH",
            "LENGTH",
            "PRESENTATION",
            "COALESCE",
        ]);
        prop_oneof![
            (inner.clone(), operators, inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            (functions, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("CASE WHEN {a} THEN {b} ELSE {c} END")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} IN ({b}, {c}))")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} BETWEEN {b} AND {c})")),
            inner.clone().prop_map(|a| format!("({a} IS NOT NULL)")),
            inner.prop_map(|a| format!("(NOT {a})")),
        ]
    });
    (proptest::collection::vec(expression, 4), 0..4_u8).prop_map(|(parts, shape)| {
        let from = "FROM Document.Orders AS O LEFT JOIN Document.Orders.Lines AS L ON L.Ref = O.Ref";
        match shape {
            0 => format!("SELECT {} AS A, {} AS B {from} WHERE {}", parts[0], parts[1], parts[2]),
            1 => format!("SELECT {0} AS A, {1} AS B {from} GROUP BY {0} ORDER BY B DESC", parts[0], parts[1]),
            2 => format!("SELECT DISTINCT {} AS A {from} ORDER BY {} NULLS LAST LIMIT 3", parts[0], parts[1]),
            _ => format!("SELECT {} AS A {from} GROUP BY {} HAVING {}", parts[0], parts[1], parts[2]),
        }
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() })]
    #[test]
    fn what_parses_is_answered_or_refused_and_never_a_fault(texts in proptest::collection::vec(queries(), 200)) {
        let fixture = filled();
        let unit = fixture.unit();
        let date = Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day").and_time(chrono::NaiveTime::MIN));
        let goods = Ref::new("Catalog.Goods".parse().expect("a name"), Uuid::nil());
        let parameters: Parameters = [
            ("number".to_owned(), number("-0.125")),
            ("date".to_owned(), date),
            ("list".to_owned(), Value::List(vec![number("1"), Value::Empty, "x".into()])),
            ("ref".to_owned(), goods.into()),
        ]
        .into();
        for text in texts {
            if let Err(error) = run(&unit, &text, &parameters) {
                proptest::prop_assert!(matches!(error, EngineError::Refused(_)), "{}: {:?}", text, error);
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_writer_panic(text in "(SELECT |FROM |WHERE |Catalog.Goods|Price|[a-z0-9(),.:*' <>=]){0,30}") {
        let fixture = Fixture::new(Target::MainServer);
        let _ = run(&fixture.unit(), &text, &Parameters::new());
    }
}

#[test]
fn a_mistyped_name_is_told_with_its_place_and_the_one_that_was_meant() {
    let fixture = filled();
    for (text, expect) in [
        ("SELECT Number, Coment FROM Document.Orders", "no attribute Coment (line 1, column 16); did you mean Comment?"),
        ("SELECT Number\nFROM Document.Orders\nWHERE Counterparty.Ratin = :x", "(line 3, column 7); did you mean Rating?"),
        ("SELECT Number FROM Document.Order", "did you mean Document.Orders?"),
        ("SELECT Quantity AS Q FROM Document.Orders.Line", "did you mean Lines?"),
        ("SELECT Code FROM Catalog.Goods WHERE Parent = Enum.Rating.Godd", "did you mean Good?"),
    ] {
        let error = run(&fixture.unit(), text, &Parameters::new()).expect_err(text);
        assert!(error.to_string().contains(expect), "{text}: {error}");
    }
}

#[test]
fn balances_and_turnovers_are_tables() {
    let fixture = filled();
    let tea = fixture.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let unit = fixture.unit();
    let order = run(&unit, "SELECT Ref FROM Document.Orders LIMIT 1", &Parameters::new()).expect("an order")[0]["Ref"].clone();
    let Value::Ref(order) = order else { panic!("{order:?}") };
    let stock = "AccumulationRegister.Stock".parse().expect("a name");
    let movement = |quantity: &str, receipt: bool, day: u32| {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 1, day).expect("a day").and_time(chrono::NaiveTime::MIN);
        [
            ("Goods".to_owned(), tea.clone().into()),
            ("Quantity".to_owned(), number(quantity)),
            ("Receipt".to_owned(), receipt.into()),
            ("Period".to_owned(), Value::Date(date)),
        ]
        .into()
    };
    let movements = [movement("5", true, 1), movement("1.5", false, 2), movement("1", false, 9)];
    crate::registers::replace_movements(&unit, &stock, &order, &Value::Empty, &movements).expect("recorded");
    for (text, expect) in [
        ("SELECT Goods.Description AS G, Quantity FROM AccumulationRegister.Stock.Balance(DATE '2026-01-03')", "3.5"),
        ("SELECT Goods.Description AS G, B.Quantity AS Q FROM AccumulationRegister.Stock.Balance AS B", "2.5"),
        ("SELECT Goods.Description AS G, Quantity FROM AccumulationRegister.Stock.Turnovers(DATE '2026-01-02', :none)", "2.5"),
    ] {
        assert_eq!(rows(&fixture, text, &[("none", Value::Empty)]), [vec!["Tea".into(), number(expect)]], "{text}");
    }
}

/// Sellers see orders of their own customers; the customer's owner is hidden from them.
fn of_sellers() -> (Fixture, Ref) {
    let mut configuration = crate::fixture::configuration();
    let seller = configuration.roles.get_mut("Seller").expect("a role");
    let orders = twinshore_metadata::RoleRights {
        read: Some("Counterparty.Owner = currentUser()".into()),
        ..twinshore_metadata::RoleRights::default()
    };
    seller.rights.insert("Document.Orders".parse().expect("a name"), orders);
    let hidden = &mut seller.rights.get_mut(&"Catalog.Counterparties".parse().expect("a name")).expect("rights").hidden;
    hidden.push("Owner".into());
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Fixture::open(&folder, Target::MainServer, configuration);
    let fixture = Fixture { engine, folder };
    let ann = fixture.add("Catalog.Users", &[("Description", "Ann".into())]);
    for (name, owner) in [("Mine", Some(ann.clone())), ("Other", None)] {
        let owner = owner.map_or(Value::Empty, Value::Ref);
        let customer = fixture.add("Catalog.Counterparties", &[("Description", name.into()), ("Owner", owner)]);
        let line = Value::Structure(vec![("Quantity".into(), number("2"))]);
        fixture.add("Document.Orders", &[("Counterparty", customer.into()), ("Lines", Value::List(vec![line]))]);
    }
    (fixture, ann)
}

#[test]
fn row_rights_follow_paths_joins_and_tabular_sections_and_may_rest_on_what_is_hidden() {
    let (fixture, ann) = of_sellers();
    let unit = fixture.unit_as("ann", Some(ann), "Seller");
    for (text, expect) in [
        ("SELECT Number FROM Document.Orders", 1),
        ("SELECT Quantity FROM Document.Orders.Lines", 1),
        ("SELECT Ref.Number AS N FROM Document.Orders.Lines WHERE Ref.Counterparty.Description = 'Mine'", 1),
        (
            "SELECT C.Description AS D, O.Number AS N FROM Catalog.Counterparties AS C LEFT JOIN Document.Orders AS O ON O.Counterparty = C.Ref",
            1,
        ),
    ] {
        assert_eq!(run(&unit, text, &Parameters::new()).expect(text).len(), expect, "{text}");
    }
    let error = run(&unit, "SELECT Owner FROM Catalog.Counterparties", &Parameters::new()).expect_err("hidden");
    assert!(error.to_string().contains("no right"), "{error}");
}

#[test]
fn what_grows_without_end_is_refused_and_the_thread_lives() {
    let fixture = filled();
    let chain = |part: &str, count: usize| {
        format!("SELECT COUNT(*) AS N FROM Document.Orders WHERE {}", vec![part; count].join(" AND "))
    };
    assert_eq!(rows(&fixture, &chain("Total > 1", 100), &[]), [vec![number("2")]]);
    let many = Value::List((0..5_000).map(|n| number(&n.to_string())).collect());
    assert_eq!(rows(&fixture, "SELECT Total FROM Document.Orders WHERE Total IN (:l)", &[("l", many)]), [vec![number("5")]]);
    for text in [
        chain("1 = 1", 2_500),
        format!("SELECT {} AS X FROM Document.Orders", ["Total"; 12].join(" * ")),
        "SELECT SUM(Total * 9999999999999999) AS X FROM Document.Orders".to_owned(),
        "SELECT Number FROM Document.Orders WHERE SUM(Total) > 1".to_owned(),
        "SELECT Number FROM Document.Orders WHERE Counterparty = 'Cafe'".to_owned(),
        "SELECT DISTINCT ON (Number) Number FROM Document.Orders".to_owned(),
    ] {
        let error = run(&fixture.unit(), &text, &Parameters::new()).expect_err(&text);
        assert!(matches!(error, EngineError::Refused(_)), "{error:?}");
    }
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let fixture = filled();
    let goods: Vec<String> = (0..9).map(|n| format!("Document.Orders AS O{n}")).collect();
    let text = format!("SELECT COUNT(*) AS N FROM {} WHERE O1.Total + O2.Total = 77", goods.join(", "));
    let result = crate::storage::within(std::time::Duration::ZERO, || run(&fixture.unit(), &text, &Parameters::new()));
    assert!(matches!(result, Err(EngineError::Refused(twinshore_protocol::ServerError::LimitExceeded { .. }))));
}
