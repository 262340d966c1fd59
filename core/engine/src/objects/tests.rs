//! Behaviour of writes and reads.

use indexmap::IndexMap;
use twinshore_metadata::{AttributeType, Ref, TableRow, Target, TypeSet, Value};
use twinshore_protocol::{ServerError, WriteAction};
use uuid::Uuid;

use super::*;
use crate::fixture::{self, Fixture, number};
use crate::registers::{self, Slice};

/// Posts the lines as expenses.
struct Expenses;

impl ObjectHandlers for Expenses {
    fn filling(&self, _: &mut ObjectState, _: &IndexMap<String, Value>) -> Result<(), EngineError> {
        Ok(())
    }
    fn before_write(&self, object: &mut ObjectState) -> Result<(), EngineError> {
        object.record.set("Total", number("7.005"));
        Ok(())
    }
    fn on_write(&self, object: &mut ObjectState) -> Result<(), EngineError> {
        if object.record.get("Comment").as_text() == Some("refuse") { Err(EngineError::refused("no")) } else { Ok(()) }
    }
    fn before_delete(&self, _: &ObjectState) -> Result<(), EngineError> {
        Ok(())
    }
    fn posting(&self, object: &ObjectState) -> Result<Movements, EngineError> {
        let records = object
            .record
            .rows("Lines")
            .iter()
            .map(|line| {
                [
                    ("Receipt", Value::Boolean(false)),
                    ("Goods", line.get("Goods").clone()),
                    ("Quantity", line.get("Quantity").clone()),
                ]
                .map(|(n, v)| (n.to_owned(), v))
                .into()
            })
            .collect();
        Ok(vec![("AccumulationRegister.Stock".parse().expect("a name"), records)])
    }
}

fn order(fixture: &Fixture, goods: &Ref, customer: &Ref) -> ObjectState {
    let mut state =
        new_object(&fixture.unit(), &"Document.Orders".parse().expect("a name"), None, &IndexMap::new()).expect("an order");
    state.record.set("Counterparty", customer.clone());
    let mut row = TableRow::new();
    row.values.insert("Goods".into(), goods.clone().into());
    row.values.insert("Quantity".into(), number("2.5"));
    state.record.tables.insert("Lines".into(), vec![row]);
    state
}

fn refusal<T: std::fmt::Debug>(result: Result<T, EngineError>) -> ServerError {
    match result.expect_err("refused") {
        EngineError::Refused(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn an_item_is_read_as_it_was_written_with_presentations_and_a_number() {
    let fixture = Fixture::new(Target::MainServer);
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into()), ("Price", number("12.50"))]);
    let customer = fixture.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
    let written = write(&fixture.unit(), order(&fixture, &goods, &customer), WriteAction::Post, &Expenses).expect("written");
    assert_eq!(written.record.get("Number"), &"00000000001".into());
    assert_eq!(written.record.get("Total"), &number("7.01"));
    let read = read(&fixture.unit(), &written.reference).expect("readable").expect("there");
    assert_eq!(read.record, written.record);
    assert_eq!(read.record.get("Counterparty").as_ref_value().and_then(|r| r.presentation.as_deref()), Some("Cafe"));
    assert!(written.reference.presentation.expect("a presentation").starts_with("Order 00000000001 of "));
}

#[test]
fn posting_moves_the_stock_and_unposting_takes_it_back() {
    let fixture = Fixture::new(Target::MainServer);
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let customer = fixture.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
    let stock = "AccumulationRegister.Stock".parse().expect("a name");
    let written = write(&fixture.unit(), order(&fixture, &goods, &customer), WriteAction::Post, &Expenses).expect("posted");
    let balance = registers::balance(&fixture.unit(), &stock, &Slice::default()).expect("a balance");
    assert_eq!(balance[0]["Quantity"], number("-2.5"));
    write(&fixture.unit(), written, WriteAction::Unpost, &Expenses).expect("unposted");
    assert!(registers::balance(&fixture.unit(), &stock, &Slice::default()).expect("a balance").is_empty());
}

#[test]
fn f14_a_write_over_another_persons_is_refused() {
    let fixture = Fixture::new(Target::MainServer);
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let mine = read(&fixture.unit(), &goods).expect("readable").expect("there");
    let theirs = mine.clone();
    write(&fixture.unit(), theirs, WriteAction::Write, &NoHandlers).expect("first");
    assert!(matches!(
        refusal(write(&fixture.unit(), mine, WriteAction::Write, &NoHandlers)),
        ServerError::VersionConflict { .. }
    ));
}

#[test]
fn a_refusal_names_the_attribute_and_the_row_and_changes_nothing() {
    let fixture = Fixture::new(Target::MainServer);
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let customer = fixture.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
    let mut negative = order(&fixture, &goods, &customer);
    negative.record.tables["Lines"][0].values.insert("Quantity".into(), number("-1"));
    let ServerError::Refused { attribute, row, .. } =
        refusal(write(&fixture.unit(), negative, WriteAction::Write, &NoHandlers))
    else {
        panic!()
    };
    assert_eq!((attribute.as_deref(), row), (Some("Lines.Quantity"), Some(0)));
    let mut blank = order(&fixture, &goods, &customer);
    blank.record.set("Counterparty", Value::Empty);
    let ServerError::Refused { attribute, .. } = refusal(write(&fixture.unit(), blank, WriteAction::Write, &NoHandlers)) else {
        panic!()
    };
    assert_eq!(attribute.as_deref(), Some("Counterparty"));
    let mut refused = order(&fixture, &goods, &customer);
    refused.record.set("Comment", "refuse");
    let reference = refused.reference.clone();
    write(&fixture.unit(), refused, WriteAction::Write, &Expenses).expect_err("refused after the rows were written");
    assert!(read(&fixture.unit(), &reference).expect("readable").is_none());
}

#[test]
fn x14_numbers_given_on_a_device_carry_its_prefix() {
    let fixture = Fixture::new(Target::StandaloneServer);
    fixture.engine.set_node(twinshore_protocol::NodeCode("007".into())).expect("kept");
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let state = read(&fixture.unit(), &goods).expect("readable").expect("there");
    assert_eq!(state.record.get("Code"), &"007-00001".into());
}

#[test]
fn c14_the_presentation_of_an_external_reference_is_kept() {
    let fixture = Fixture::new(Target::StandaloneServer);
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into())]);
    let customer = fixture.add("Catalog.Counterparties", &[("Description", "Cafe".into())]);
    let mut state = order(&fixture, &goods, &customer);
    state.record.set("Contract", Ref::new("Catalog.Contracts".parse().expect("a name"), Uuid::now_v7()).presented("No 5"));
    let written = write(&fixture.unit(), state, WriteAction::Write, &NoHandlers).expect("written");
    let read = read(&fixture.unit(), &written.reference).expect("readable").expect("there");
    assert_eq!(read.record.get("Contract").as_ref_value().and_then(|r| r.presentation.as_deref()), Some("No 5"));
}

#[test]
fn row_rights_hide_items_and_attribute_rights_keep_values() {
    let fixture = Fixture::new(Target::MainServer);
    let ann = fixture.add("Catalog.Users", &[("Description", "Ann".into())]);
    let mine = fixture.add(
        "Catalog.Counterparties",
        &[("Description", "Mine".into()), ("Owner", ann.clone().into()), ("TaxId", "42".into())],
    );
    let other = fixture.add("Catalog.Counterparties", &[("Description", "Other".into())]);
    let unit = fixture.unit_as("ann", Some(ann), "Seller");
    assert!(read(&unit, &other).expect("allowed").is_none());
    let mut state = read(&unit, &mine).expect("allowed").expect("hers");
    state.record.set("TaxId", "stolen");
    write(&unit, state, WriteAction::Write, &NoHandlers).expect("written");
    assert_eq!(read(&fixture.unit(), &mine).expect("readable").expect("there").record.get("TaxId"), &"42".into());
    assert!(matches!(refusal(delete(&unit, &mine, &NoHandlers)), ServerError::AccessDenied { .. }));
}

#[test]
fn a7_new_attributes_come_without_loss_and_a_change_that_would_lose_digits_is_refused() {
    let fixture = Fixture::new(Target::MainServer);
    let goods = fixture.add("Catalog.Goods", &[("Description", "Tea".into()), ("Price", number("12.50"))]);
    let Fixture { engine, folder } = fixture;
    drop(engine);
    let mut next = fixture::configuration();
    let name: ObjectName = "Catalog.Goods".parse().expect("a name");
    next.objects[&name].attributes[0].types = TypeSet::one(AttributeType::Decimal { digits: 15, scale: 4 });
    next.objects[&name].attributes.push(fixture::attribute("Weight", "decimal(9.3)"));
    let engine = Fixture::open(&folder, Target::MainServer, next.clone());
    let fixture = Fixture { engine, folder };
    let state = read(&fixture.unit(), &goods).expect("readable").expect("there");
    assert_eq!(state.record.get("Price"), &number("12.5"));
    next.objects[&name].attributes[0].types = TypeSet::one(AttributeType::Decimal { digits: 15, scale: 1 });
    let bundle = twinshore_metadata::Bundle::new(Target::MainServer, next, Default::default(), Default::default());
    let error = crate::schema::migrate(&fixture.engine.database().writer().expect("the writer"), &bundle)
        .expect_err("digits would be lost");
    assert!(matches!(error, EngineError::Migration { .. }));
}
