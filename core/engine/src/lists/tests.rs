//! Behaviour of lists.

use twinshore_metadata::{Target, Value};
use twinshore_protocol::{ListAnchor, SuggestRequest};

use super::*;
use crate::fixture::{Fixture, number};

fn goods(count: usize) -> Fixture {
    let fixture = Fixture::new(Target::MainServer);
    for at in 0..count {
        // Few prices, so that many rows are equal in the order; some have none.
        let price = if at % 4 == 0 { Value::Empty } else { number(&(at % 3).to_string()) };
        fixture.add("Catalog.Goods", &[("Description", format!("Item {:03}", (at * 37) % 101).into()), ("Price", price)]);
    }
    fixture
}

fn request(order: &[(&str, SortDirection)], limit: u32) -> ListPageRequest {
    ListPageRequest {
        object: "Catalog.Goods".parse().expect("a name"),
        columns: vec!["Description".into(), "Price".into()],
        order: order.iter().map(|(path, direction)| SortKey { path: (*path).to_owned(), direction: *direction }).collect(),
        filter: String::new(),
        conditions: Vec::new(),
        search: String::new(),
        parent: None,
        anchor: ListAnchor::Start,
        limit,
    }
}

#[test]
fn pages_forwards_and_backwards_give_every_row_once_in_one_order() {
    let fixture = goods(53);
    let unit = fixture.unit();
    for order in [
        &[("Description", SortDirection::Ascending)][..],
        &[("Price", SortDirection::Descending), ("Description", SortDirection::Ascending)],
        &[("Price", SortDirection::Ascending)],
        &[("Parent", SortDirection::Ascending)],
    ] {
        let whole = page(&unit, &request(order, 500)).expect("a page");
        assert_eq!((whole.rows.len(), whole.more_before, whole.more_after), (53, false, false));
        let mut forwards = page(&unit, &request(order, 7)).expect("a page");
        assert!(!forwards.more_before && forwards.more_after);
        let mut seen = forwards.rows.clone();
        while forwards.more_after {
            let anchor = ListAnchor::After(forwards.rows.last().expect("a row").key.clone());
            forwards = page(&unit, &ListPageRequest { anchor, ..request(order, 7) }).expect("a page");
            assert!(forwards.more_before);
            seen.extend(forwards.rows.clone());
        }
        assert_eq!(seen, whole.rows, "{order:?}");
        let mut backwards = page(&unit, &ListPageRequest { anchor: ListAnchor::End, ..request(order, 7) }).expect("a page");
        let mut seen = backwards.rows.clone();
        while backwards.more_before {
            let anchor = ListAnchor::Before(backwards.rows[0].key.clone());
            backwards = page(&unit, &ListPageRequest { anchor, ..request(order, 7) }).expect("a page");
            seen.splice(0..0, backwards.rows.clone());
        }
        assert_eq!(seen, whole.rows, "{order:?}");
    }
}

#[test]
fn a_list_opens_at_an_item() {
    let fixture = goods(30);
    let unit = fixture.unit();
    let order = [("Description", SortDirection::Ascending)];
    let whole = page(&unit, &request(&order, 100)).expect("a page");
    let item = whole.rows[20].reference.clone().expect("an item");
    let from = page(&unit, &ListPageRequest { anchor: ListAnchor::AtItem(item), ..request(&order, 5) }).expect("a page");
    assert_eq!(from.rows, whole.rows[20..25]);
    assert!(from.more_before && from.more_after);
}

#[test]
fn search_finds_parts_of_words_in_any_case_and_alphabet() {
    let fixture = goods(5);
    fixture.add("Catalog.Goods", &[("Description", "Чай Зелёный".into())]);
    let unit = fixture.unit();
    let found = page(&unit, &ListPageRequest { search: "зел ЧАЙ".into(), ..request(&[], 10) }).expect("a page");
    assert_eq!(found.rows.len(), 1);
    assert_eq!(page(&unit, &ListPageRequest { search: "50% ' OR".into(), ..request(&[], 10) }).expect("a page").rows.len(), 0);
}

#[test]
fn documents_are_found_by_everything_they_show() {
    let fixture = Fixture::new(Target::MainServer);
    let harbour = fixture.add("Catalog.Counterparties", &[("Description", "Harbour".into())]);
    let field = fixture.add("Catalog.Counterparties", &[("Description", "Field".into())]);
    fixture.add("Document.Orders", &[("Counterparty", harbour.into()), ("Comment", "Call first".into())]);
    fixture.add("Document.Orders", &[("Counterparty", field.into()), ("Comment", "harvest".into())]);
    let unit = fixture.unit();
    let found = |search: &str| {
        let columns = vec!["Comment".to_owned()];
        let object = "Document.Orders".parse().expect("a name");
        let wanted = ListPageRequest { object, columns, search: search.into(), ..request(&[], 10) };
        page(&unit, &wanted).expect("a page").rows.len()
    };
    assert_eq!([found("har"), found("harb"), found("CALL har"), found("call harv"), found("0001")], [2, 1, 1, 0, 1]);
}

#[test]
fn a_list_goes_on_without_a_column_that_the_person_may_not_see() {
    let fixture = Fixture::new(Target::MainServer);
    let ann = fixture.add("Catalog.Users", &[("Description", "Ann".into())]);
    let values = [("Description", "Harbour".into()), ("TaxId", "7710".into()), ("Owner", ann.clone().into())];
    fixture.add("Catalog.Counterparties", &values);
    let seller = fixture.unit_as("ann", Some(ann), "Seller");
    let object = "Catalog.Counterparties".parse().expect("a name");
    let columns = vec!["Description".to_owned(), "TaxId".to_owned()];
    let wanted = ListPageRequest { object, columns, ..request(&[], 10) };
    assert_eq!(page(&seller, &wanted).expect("a page").rows[0].cells, ["Harbour".into(), Value::Empty]);
    assert_eq!(page(&fixture.unit(), &wanted).expect("a page").rows[0].cells[1], "7710".into());
    // The order of rows would tell what is hidden.
    let order = vec![SortKey { path: "TaxId".into(), direction: SortDirection::Ascending }];
    let refused = page(&seller, &ListPageRequest { order, ..wanted }).err();
    assert!(matches!(refused, Some(EngineError::Refused(ServerError::AccessDenied { .. }))), "{refused:?}");
}

#[test]
fn groups_show_what_is_in_them() {
    let fixture = goods(3);
    let group = fixture.add("Catalog.Goods", &[("Description", "Drinks".into()), ("IsGroup", true.into())]);
    fixture.add("Catalog.Goods", &[("Description", "Tea".into()), ("Parent", group.clone().into())]);
    let unit = fixture.unit();
    let top = page(&unit, &ListPageRequest { parent: Some(None), ..request(&[], 10) }).expect("a page");
    assert_eq!(top.rows.len(), 4);
    assert_eq!(top.rows.iter().filter(|r| r.is_group).count(), 1);
    let inside = page(&unit, &ListPageRequest { parent: Some(Some(group)), ..request(&[], 10) }).expect("a page");
    assert_eq!(inside.rows[0].cells[0], "Tea".into());
}

#[test]
fn suggestions_begin_with_the_text_first() {
    let fixture = goods(0);
    for name in ["Green tea", "Tea", "Coffee"] {
        fixture.add("Catalog.Goods", &[("Description", name.into())]);
    }
    let request = SuggestRequest { objects: vec!["Catalog.Goods".parse().expect("a name")], text: "tea".into(), limit: 5 };
    let found = suggest(&fixture.unit(), &request).expect("suggestions").references;
    assert_eq!(found.iter().map(|r| r.text()).collect::<Vec<_>>(), ["Tea", "Green tea"]);
}

#[test]
fn a_page_beyond_the_last_row_is_empty_and_tells_what_is_before() {
    let fixture = goods(3);
    let unit = fixture.unit();
    let whole = page(&unit, &request(&[], 10)).expect("a page");
    let anchor = ListAnchor::After(whole.rows[2].key.clone());
    let beyond = page(&unit, &ListPageRequest { anchor: anchor.clone(), ..request(&[], 10) }).expect("a page");
    assert!(beyond.rows.is_empty() && beyond.more_before && !beyond.more_after);
    for row in &whole.rows {
        crate::objects::delete(&unit, row.reference.as_ref().expect("an item"), &crate::objects::NoHandlers).expect("deleted");
    }
    let nothing = page(&unit, &ListPageRequest { anchor, ..request(&[], 10) }).expect("a page");
    assert!(nothing.rows.is_empty() && !nothing.more_before && !nothing.more_after);
}
