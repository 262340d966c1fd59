//! The examples on both servers: every form opens, every list has a page, every open module answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use twinshore_engine::users::{self, User};
use twinshore_engine::{Engine, OpenOptions};
use twinshore_metadata::{Bundle, ElementKind, FormPurpose, ObjectKind};
use twinshore_protocol::{ApplicationServer, ListPageRequest, OpenFormRequest, ServerError, SystemClock};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn engine(bundle: Bundle, folder: &Path, role: &str) -> Engine {
    let database = folder.join("base.db");
    let engine = Engine::open(OpenOptions {
        bundle: Arc::new(bundle),
        database,
        key: None,
        clock: Arc::new(SystemClock),
        utc_offset_s: 0,
    });
    let engine = engine.expect("an engine");
    let user = User {
        name: "ann".into(),
        verifier: "none".into(),
        roles: vec![role.into()],
        language: "en".into(),
        item: None,
        disabled: false,
    };
    users::put(&engine.database().writer().expect("the writer"), &user).expect("kept");
    engine
}

async fn every_form_opens(engine: &Engine) {
    let session = engine.session("ann");
    let mut faults = Vec::new();
    let mut opened = 0;
    for object in engine.bundle().configuration.objects.values() {
        for form in &object.forms {
            let request: OpenFormRequest = serde_json::from_value(json!({"form": form.name})).expect("a request");
            match session.open_form(request).await {
                Ok(response) => {
                    opened += 1;
                    let is_item = form.purpose == FormPurpose::Item && object.name.kind.is_stored_object();
                    assert_eq!(response.key.is_some() && response.is_new, is_item, "{}", form.name);
                }
                Err(ServerError::AccessDenied { .. }) => {}
                Err(error) => faults.push(format!("{}: {error:?}", form.name)),
            }
            for element in &form.elements {
                let ElementKind::List(list) = &element.kind else { continue };
                let request = ListPageRequest {
                    object: list.object.clone(),
                    columns: list.columns.iter().map(|c| c.path.clone()).collect(),
                    order: list.order.clone(),
                    filter: list.filter.clone(),
                    conditions: Vec::new(),
                    search: String::new(),
                    parent: None,
                    anchor: Default::default(),
                    limit: 50,
                };
                match session.list_page(request).await {
                    Ok(_) | Err(ServerError::AccessDenied { .. }) => {}
                    Err(error) => faults.push(format!("{} {}: {error:?}", form.name, element.name)),
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(opened > 10, "{opened}");
}

async fn every_form_of(name: &str) {
    let published = twinshore_server::publish(&example(name)).expect("a sound configuration");
    let device = published.device.expect("a composition");
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let main = engine(published.main, folders[0].path(), "Manager");
    every_form_opens(&main).await;
    let seller = engine(device.standalone, folders[1].path(), "Seller");
    every_form_opens(&seller).await;
}

#[tokio::test]
async fn every_form_of_the_demo_opens_on_both_servers() {
    every_form_of("field-sales").await;
}

#[tokio::test]
async fn every_form_of_the_fixture_opens_on_both_servers() {
    every_form_of("fixture").await;
}

async fn every_module_of(name: &str) {
    let published = twinshore_server::publish(&example(name)).expect("a sound configuration");
    let device = published.device.expect("a composition");
    for (bundle, expect) in [(published.main, "main"), (device.standalone, "standalone")] {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = engine(bundle, folder.path(), "Seller");
        let modules: Vec<_> =
            engine.bundle().configuration.of_kind(ObjectKind::Module).filter(|m| m.server_call).cloned().collect();
        for module in modules {
            let request =
                json!({"call_id": uuid::Uuid::now_v7(), "module": module.name.name, "method": "whoami", "arguments": []});
            let answer = engine.session("ann").module_call(serde_json::from_value(request).expect("a request")).await;
            assert_eq!(answer.map(|a| a.result), Ok(expect.into()), "{}", module.name);
        }
    }
}

#[tokio::test]
async fn every_module_of_the_demo_knows_its_server() {
    every_module_of("field-sales").await;
}

#[tokio::test]
async fn every_module_of_the_fixture_knows_its_server() {
    every_module_of("fixture").await;
}
