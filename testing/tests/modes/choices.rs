//! R12, R13: what is chosen in a form of one server from the other one.

use twinshore_client::Obstacle;
use twinshore_client::view::{ElementId, FormEvent, FormView, ModeView};
use twinshore_testing::{Fate, Phone};

use super::world::{PANEL, shore_with};

/// A panel of the device that refers to what is on the device, to what only main has, and to what the device may lack.
const FORM: &str = "form: Main
title: Panel
attributes:
  Product: Catalog.Goods
  Contract: Catalog.Contracts
  Customer: Catalog.Customers
items:
  - field: Product
  - { field: Contract, onMainServerUnavailable: dontChangeBehavior }
  - field: Customer
";

const OFFLINE: &str = "exchange: { onChange: true, period: 300s, transactionItems: 1000, dropInactiveNodesAfter: never }
use:
  Catalog.Goods: { priority: standalone }
  Catalog.Customers: { keep: \"Description <> 'Far Shop'\" }
  Document.Orders: {}
  CommonForm.Panel: { priority: standalone }
roles: [Seller]
";

const ROLE: &str = "role: Seller
rights:
  Catalog.Goods: [read, insert, update, delete]
  Catalog.Contracts: [read, insert, update, delete]
  Catalog.Customers: [read, insert, update, delete]
  Document.Orders: all
  CommonForm.Panel: use
";

const FILES: &[(&str, &str)] = &[
    ("catalogs/Customers/Customers.yaml", "catalog: Customers\ncode: { type: string(9), auto: true }\ndescription: 100\n"),
    ("common-forms/Panel/Main.form.yaml", FORM),
    ("common-forms/Panel/Main.form.client.ts", "export function onOpen(): void {}\n"),
    ("common-forms/Panel/Main.form.server.ts", "export function nothing(): void {}\n"),
    ("roles/Seller.yaml", ROLE),
    ("offline.yaml", OFFLINE),
];

async fn field(phone: &Phone, form: &FormView, name: &str) -> ElementId {
    phone.element(form.form, name).await.id
}

/// The choice form that the panel's field opens.
async fn choice(phone: &Phone, panel: &FormView, name: &str) -> FormView {
    let element = field(phone, panel, name).await;
    phone.opened_by(panel.form, FormEvent::OpenChoice { element }).await
}

async fn closed(phone: &Phone, form: &FormView) {
    phone.execute(form.form, "close");
    phone.until_gone(form.form).await;
}

/// Picks the row with a text in a choice form.
async fn pick(phone: &Phone, choice: &FormView, text: &str) {
    let (element, row) = phone
        .until_form(choice.form, text, |view| {
            view.elements.iter().find_map(|element| {
                let rows = &element.table.as_ref()?.rows;
                let row = rows.iter().find(|row| row.cells.iter().any(|cell| cell.text == text))?;
                Some((element.id, row.id.clone()))
            })
        })
        .await;
    phone.client().dispatch(choice.form, FormEvent::OpenRow { element, row });
    phone.until_gone(choice.form).await;
}

/// Servers that were asked for suggestions.
fn suggested_by(phone: &Phone) -> Vec<String> {
    phone.log().into_iter().filter(|entry| entry.call.starts_with("suggest")).map(|entry| entry.server).collect()
}

#[tokio::test]
async fn r12_a_choice_form_is_routed_by_the_object_that_is_chosen() {
    let shore = shore_with(FILES);
    let (ann, _) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    assert_eq!(panel.used_server, "standalone");
    let expected = [("Product", "standalone", "standalone"), ("Customer", "main", "standalone"), ("Contract", "main", "main")];
    for (name, normal, poor) in expected {
        for (mode, server) in [(ModeView::Normal, normal), (ModeView::PoorConnection, poor)] {
            ann.set_mode(mode).await;
            let form = choice(&ann, &panel, name).await;
            assert_eq!(form.used_server, server, "{name} in {mode:?}");
            closed(&ann, &form).await;
        }
    }
}

#[tokio::test]
async fn r12_what_is_typed_is_completed_by_the_forms_own_server() {
    let shore = shore_with(FILES);
    shore.add("Catalog.Customers", "Harbour Cafe");
    let (ann, _) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    // Customers open from main, and yet the form's server completes.
    ann.choose(panel.form, "Customer", "Harbour").await;
    assert!(!suggested_by(&ann).is_empty());
    assert!(suggested_by(&ann).iter().all(|server| server == "standalone"), "{:?}", ann.log());
}

#[tokio::test]
async fn r12_without_main_an_external_reference_can_not_be_chosen_and_the_person_is_told() {
    let shore = shore_with(FILES);
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    let windows = ann.view().await.windows.len();
    let element = field(&ann, &panel, "Contract").await;
    ann.client().dispatch(panel.form, FormEvent::OpenChoice { element });
    ann.until_told("main server").await;
    ann.until_available(false).await;
    ann.client().dispatch(panel.form, FormEvent::OpenChoice { element });
    ann.client().settled().await;
    assert_eq!(ann.view().await.windows.len(), windows, "no form came");
    // What is on the device is chosen as before.
    let form = choice(&ann, &panel, "Customer").await;
    assert_eq!(form.used_server, "standalone");
}

#[tokio::test]
async fn r13_what_is_picked_on_main_and_not_here_is_kept_shown_by_name_and_asked_for() {
    let shore = shore_with(FILES);
    shore.add("Catalog.Customers", "Far Shop");
    shore.add("Catalog.Customers", "Near Shop");
    let (ann, _) = shore.ann().await;
    assert_eq!(shore.here(&ann, "Catalog.Customers").await, ["Near Shop"], "the other one is not kept on devices");
    let panel = ann.open(PANEL).await;
    let form = choice(&ann, &panel, "Customer").await;
    assert_eq!(form.used_server, "main");
    pick(&ann, &form, "Far Shop").await;
    assert_eq!(ann.element(panel.form, "Customer").await.text, "Far Shop");
    assert_eq!(shore.wanted(&ann).await, ["Catalog.Customers"], "main is asked for it with the next round");
    ann.client().exchange().await.expect("a round");
    assert_eq!(shore.wanted(&ann).await, [] as [&str; 0], "main has answered");
    // It may not be on devices: it is known by the name that came with it (C15).
    assert_eq!(shore.here(&ann, "Catalog.Customers").await, ["Near Shop"]);
    assert_eq!(ann.element(panel.form, "Customer").await.text, "Far Shop");
}

#[tokio::test]
async fn r13_an_external_reference_is_shown_by_the_name_that_came_with_it_when_main_is_gone() {
    let shore = shore_with(FILES);
    shore.add("Catalog.Contracts", "Contract No 5");
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    let form = choice(&ann, &panel, "Contract").await;
    assert_eq!(form.used_server, "main");
    pick(&ann, &form, "Contract No 5").await;
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    shore.until_known(&ann, &way, false).await;
    assert_eq!(ann.element(panel.form, "Contract").await.text, "Contract No 5");
}

#[tokio::test]
async fn r12_a_choice_that_is_given_up_leaves_the_field_as_it_was() {
    let shore = shore_with(FILES);
    shore.add("Catalog.Customers", "Harbour Cafe");
    let (ann, _) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    ann.choose(panel.form, "Customer", "Harbour").await;
    let form = choice(&ann, &panel, "Customer").await;
    closed(&ann, &form).await;
    assert_eq!(ann.element(panel.form, "Customer").await.text, "Harbour Cafe");
}
