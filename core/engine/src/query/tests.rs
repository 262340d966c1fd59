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
        ("SELECT 1 FROM Catalog.Goods; DROP TABLE x", "one SELECT"),
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

proptest::proptest! {
    #[test]
    fn no_text_makes_the_writer_panic(text in "(SELECT |FROM |WHERE |Catalog.Goods|Price|[a-z0-9(),.:*' <>=]){0,30}") {
        let fixture = Fixture::new(Target::MainServer);
        let _ = run(&fixture.unit(), &text, &Parameters::new());
    }
}
