//! F10, case by case.

use super::*;
use uuid::Uuid;

fn types(text: &str) -> TypeSet {
    TypeSet::one(text.parse().expect("a type"))
}

fn shape(attributes: &[(&str, &str)]) -> FormShape {
    let columns = ["Goods", "Quantity"].map(|n| AttributeDefinition::new(n, types("string(20)"))).into();
    FormShape {
        attributes: attributes.iter().map(|(n, t)| ((*n).to_owned(), types(t))).collect(),
        tables: vec![("Lines".into(), columns)],
        auto_assigned: vec!["Number".into()],
        own: BTreeSet::from(["Hint".to_owned()]),
    }
}

fn record(values: &[(&str, &str)]) -> Record {
    let mut record = Record::default();
    for (name, value) in values {
        record.set(*name, *value);
    }
    record
}

const ALL: &[(&str, &str)] =
    &[("Comment", "string(50)"), ("Date", "string(50)"), ("Total", "string(50)"), ("Number", "string(9)")];

fn plan(base: &Record, mine: &Record, theirs: &Record, is_new: bool) -> FillPlan {
    let sides = Sides { base, mine, theirs, is_new };
    fill_plan(&sides, &shape(&[ALL, &[("Discount", "string(9)")]].concat()), &shape(ALL), &FillOptions::default())
        .expect("a plan")
}

#[test]
fn f10d_the_table_of_the_semantics() {
    let base = record(&[("Comment", "a"), ("Date", "1 May"), ("Total", "10"), ("Discount", "0")]);
    let mine = record(&[("Comment", "b"), ("Date", "1 May"), ("Total", "12"), ("Discount", "5")]);
    let theirs = record(&[("Comment", "a"), ("Date", "2 May"), ("Total", "11")]);
    let plan = plan(&base, &mine, &theirs, false);
    assert_eq!(plan.attributes, [("Comment".to_owned(), "b".into()), ("Total".to_owned(), "12".into())]);
    assert_eq!(plan.conflicts, [Conflict::Attribute { name: "Total".into(), theirs: "11".into() }]);
    assert_eq!(plan.skipped, ["Discount"]);
}

#[test]
fn f10e_a_new_object_is_copied_whole_but_for_its_number() {
    let base = record(&[("Comment", "")]);
    let mine = record(&[("Comment", "typed"), ("Number", "5"), ("Date", "1 May")]);
    let plan = plan(&base, &mine, &record(&[("Date", "2 May")]), true);
    assert_eq!(plan.attributes, [("Comment".to_owned(), "typed".into()), ("Date".to_owned(), "1 May".into())]);
    assert!(plan.conflicts.is_empty());
}

#[test]
fn f10c_a_complex_type_is_an_error_before_anything_is_planned_and_except_takes_it_out() {
    let with_preview = shape(&[("Comment", "string(50)"), ("Preview", "spreadsheet"), ("Shares", "pieChart")]);
    let (base, mine) = (record(&[]), record(&[("Comment", "b")]));
    let sides = Sides { base: &base, mine: &mine, theirs: &base, is_new: false };
    let error = fill_plan(&sides, &with_preview, &with_preview, &FillOptions::default()).expect_err("can't be copied");
    assert!(error.to_string().contains("Preview, Shares"), "{error}");
    let options = FillOptions { except: vec!["Preview".into(), "Shares".into()], ..FillOptions::default() };
    assert_eq!(fill_plan(&sides, &with_preview, &with_preview, &options).expect("a plan").attributes.len(), 1);
}

#[test]
fn f10f_rows_are_matched_by_their_ids() {
    let (r1, r9, r5) = (Uuid::from_u128(1), Uuid::from_u128(9), Uuid::from_u128(5));
    let row = |id, goods: &str, quantity: &str| TableRow {
        id,
        values: [("Goods".to_owned(), goods.into()), ("Quantity".to_owned(), quantity.into())].into(),
    };
    let rows = |rows: Vec<TableRow>| Record { tables: [("Lines".to_owned(), rows)].into(), ..Record::default() };
    let base = rows(vec![row(r1, "tea", "1")]);
    let mine = rows(vec![row(r1, "tea", "3"), row(r9, "milk", "4")]);
    let theirs = rows(vec![row(r1, "green tea", "1"), row(r5, "sugar", "2")]);
    let plan = plan(&base, &mine, &theirs, false);
    assert_eq!(plan.tables[0].1, [row(r1, "green tea", "3"), row(r9, "milk", "4"), row(r5, "sugar", "2")]);
}

fn row(id: u128, goods: &str, quantity: &str) -> TableRow {
    TableRow {
        id: Uuid::from_u128(id),
        values: [("Goods".to_owned(), goods.into()), ("Quantity".to_owned(), quantity.into())].into(),
    }
}

fn lines(rows: Vec<TableRow>) -> Record {
    Record { tables: [("Lines".to_owned(), rows)].into(), ..Record::default() }
}

#[test]
fn f10f_a_cell_that_both_changed_is_mine_and_marked() {
    let (base, mine) = (lines(vec![row(1, "tea", "1")]), lines(vec![row(1, "tea", "3")]));
    let plan = plan(&base, &mine, &lines(vec![row(1, "tea", "2")]), false);
    assert_eq!(plan.tables[0].1, [row(1, "tea", "3")]);
    let (table, column) = ("Lines".to_owned(), "Quantity".to_owned());
    assert_eq!(plan.conflicts, [Conflict::Cell { table, row: Uuid::from_u128(1), column, theirs: "2".into() }]);
    assert_eq!(plan.report().conflicts, ["Lines.Quantity"]);
}

#[test]
fn f10f_rows_that_one_side_deleted_are_gone() {
    let base = lines(vec![row(1, "tea", "1"), row(2, "milk", "1"), row(3, "salt", "1")]);
    let mine = lines(vec![row(1, "tea", "1"), row(3, "salt", "5")]);
    let plan = plan(&base, &mine, &lines(vec![row(2, "milk", "1"), row(3, "salt", "1")]), false);
    assert_eq!(plan.tables[0].1, [row(3, "salt", "5")]);
    assert!(plan.conflicts.is_empty());
}

#[test]
fn f10f_a_row_deleted_here_and_changed_there_marks_the_table_with_all_of_theirs() {
    let base = lines(vec![row(1, "tea", "1"), row(2, "milk", "1")]);
    let theirs = lines(vec![row(1, "tea", "1"), row(2, "milk", "9")]);
    let plan = plan(&base, &lines(vec![row(1, "tea", "1")]), &theirs, false);
    assert_eq!(plan.tables[0].1, [row(1, "tea", "1")]);
    assert_eq!(plan.conflicts, [Conflict::Rows { table: "Lines".into(), theirs: theirs.rows("Lines").to_vec() }]);
}

#[test]
fn f10f_a_row_changed_here_and_deleted_there_stays_and_the_table_is_marked() {
    let base = lines(vec![row(1, "tea", "1"), row(2, "milk", "1")]);
    let mine = lines(vec![row(1, "tea", "1"), row(2, "milk", "7")]);
    let plan = plan(&base, &mine, &lines(vec![row(1, "tea", "1")]), false);
    assert_eq!(plan.tables[0].1, [row(1, "tea", "1"), row(2, "milk", "7")]);
    assert_eq!(plan.conflicts.len(), 1);
}

#[test]
fn f10f_the_order_is_that_of_whoever_changed_it() {
    let base = lines(vec![row(1, "a", "1"), row(2, "b", "1"), row(3, "c", "1")]);
    let there = lines(vec![row(3, "c", "1"), row(1, "a", "1"), row(2, "b", "1")]);
    let typed = lines(vec![row(1, "a", "5"), row(2, "b", "1"), row(9, "new", "1"), row(3, "c", "1")]);
    let ids = |plan: &FillPlan| plan.tables[0].1.iter().map(|r| r.id.as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(&plan(&base, &typed, &there, false)), [3, 1, 2, 9], "theirs");
    let moved = lines(vec![row(2, "b", "1"), row(1, "a", "1"), row(3, "c", "1")]);
    let grown = lines(vec![row(1, "a", "1"), row(8, "there", "1"), row(2, "b", "1"), row(3, "c", "1")]);
    assert_eq!(ids(&plan(&base, &moved, &grown, false)), [2, 1, 8, 3], "mine");
}

#[test]
fn f10f_rows_that_are_others_on_each_server_are_replaced_whole() {
    let (base, mine) = (lines(vec![row(1, "a", "1")]), lines(vec![row(1, "a", "2")]));
    let plan = plan(&base, &mine, &lines(vec![row(7, "a", "1")]), false);
    assert_eq!(plan.tables[0].1, [row(1, "a", "2")]);
    assert_eq!(plan.conflicts.len(), 1);
}

#[test]
fn f10e_rows_that_a_handler_put_into_the_new_form_of_a_new_object_give_way() {
    let plan = plan(&Record::default(), &lines(vec![row(1, "a", "2")]), &lines(vec![row(7, "by default", "1")]), true);
    assert_eq!(plan.tables[0].1, [row(1, "a", "2")]);
    assert!(plan.conflicts.is_empty());
}

#[test]
fn f10b_a_value_that_does_not_fit_is_listed_and_no_error() {
    let (base, mine) = (record(&[("Number", "")]), record(&[("Number", "longer than nine")]));
    let sides = Sides { base: &base, mine: &mine, theirs: &base, is_new: false };
    let wide = shape(&[("Number", "string(50)")]);
    let plan = fill_plan(&sides, &wide, &shape(&[("Number", "string(9)")]), &FillOptions::default()).expect("a plan");
    assert_eq!(plan.skipped, ["Number"]);
    assert!(plan.attributes.is_empty());
}

#[test]
fn f10_only_takes_what_is_named_and_all_takes_what_was_not_changed_too() {
    let (base, mine) = (record(&[("Comment", "a"), ("Date", "1 May")]), record(&[("Comment", "b"), ("Date", "1 May")]));
    let theirs = record(&[("Comment", "a"), ("Date", "2 May")]);
    let sides = Sides { base: &base, mine: &mine, theirs: &theirs, is_new: false };
    let fill = |options| fill_plan(&sides, &shape(ALL), &shape(ALL), &options).expect("a plan").report().copied;
    assert_eq!(fill(FillOptions { only: Some(vec!["Date".into()]), ..FillOptions::default() }), [""; 0]);
    assert_eq!(fill(FillOptions { all: true, ..FillOptions::default() }), ["Comment", "Date"]);
}

#[test]
fn f10d_what_lives_in_the_form_only_has_no_other_value_to_conflict_with() {
    let with_hint = shape(&[("Hint", "string(50)")]);
    let (base, mine, theirs) = (record(&[("Hint", "")]), record(&[("Hint", "typed")]), record(&[("Hint", "counted")]));
    let sides = Sides { base: &base, mine: &mine, theirs: &theirs, is_new: false };
    let plan = fill_plan(&sides, &with_hint, &with_hint, &FillOptions::default()).expect("a plan");
    assert_eq!(plan.attributes, [("Hint".to_owned(), "typed".into())]);
    assert!(plan.conflicts.is_empty() && !plan.touches_object(&with_hint));
}
