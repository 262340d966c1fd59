//! Requests that no client of ours would send: each is refused with a reason, none is an internal error, nothing is changed.

use serde_json::{Value as Json, json};
use twinshore_protocol::{ApplicationServer, CallId, ServerError};
use twinshore_server::Source;
use twinshore_testing::{World, small_configuration};
use uuid::Uuid;

fn hostile_values() -> Vec<Json> {
    let long = "x".repeat(70_000);
    vec![
        json!(null),
        json!(""),
        json!("'; DROP TABLE \"Catalog.Goods\"; --"),
        json!("\u{0}\u{202e}\u{feff}"),
        json!(long),
        json!(-1),
        json!(1e300),
        json!([[[[[]]]]]),
        json!({"$decimal": "79228162514264337593543950335"}),
        json!({"$date": "9999-12-31T23:59:59"}),
        json!({"$ref": "Catalog.Nowhere", "id": Uuid::nil()}),
        json!({"$ref": "Module.Prices", "id": Uuid::nil()}),
        json!({"$binary": "AAECAw=="}),
        json!({"$spreadsheet": {"columns": ["a"], "rows": [[{"text": "b"}]]}}),
        json!({"a": {"b": {"c": 1}}}),
    ]
}

fn requests(value: &Json) -> Vec<(&'static str, Json)> {
    let key = json!({"$ref": "Catalog.Goods", "id": Uuid::now_v7()});
    let call = || json!(CallId::new());
    vec![
        ("open_form", json!({"form": "Catalog.Goods.Item", "filling_values": {"Price": value, "Description": value}})),
        ("open_form", json!({"form": "Catalog.Goods.Item", "key": value})),
        ("open_form", json!({"form": "Catalog.Goods.Item", "copy_of": {"$ref": "Document.Orders", "id": Uuid::nil()}})),
        ("open_form", json!({"form": value})),
        ("open_form", json!({"form": "Module.Prices.Item"})),
        (
            "write_form",
            json!({"call_id": call(), "form": "Catalog.Goods.Item", "key": key, "is_new": true, "version": 0, "action": "write",
                "record": {"attributes": {"Description": value, "Price": value, "Code": value, "Nothing": value, "DeletionMark": value}}}),
        ),
        (
            "write_form",
            json!({"call_id": call(), "form": "Document.Orders.Item", "key": key, "is_new": true, "version": 0, "action": "post", "record": {}}),
        ),
        (
            "write_form",
            json!({"call_id": call(), "form": "Document.Orders.Item", "key": {"$ref": "Document.Orders", "id": Uuid::now_v7()},
                "is_new": true, "version": -7, "action": "post",
                "record": {"attributes": {"Date": value}, "tables": {"Lines": [{"id": Uuid::nil(), "values": {"Goods": value, "Quantity": value, "x": value}}], "Other": []}}}),
        ),
        (
            "write_form",
            json!({"call_id": call(), "form": "Catalog.Goods.List", "key": key, "is_new": false, "version": 5, "action": "unpost", "record": {}}),
        ),
        ("list_page", json!({"object": "Catalog.Goods", "columns": [value], "limit": 5})),
        (
            "list_page",
            json!({"object": "Catalog.Goods", "columns": ["Description\" FROM sqlite_schema --"], "limit": 4_000_000_000u32}),
        ),
        ("list_page", json!({"object": "Catalog.Goods", "columns": ["Description"], "filter": "1 = 1) OR (1 = 1", "limit": 0})),
        ("list_page", json!({"object": "Catalog.Goods", "columns": ["Description"], "filter": value, "limit": 10})),
        ("list_page", json!({"object": "Catalog.Goods", "columns": ["Description"], "search": value, "limit": 10})),
        (
            "list_page",
            json!({"object": "Catalog.Goods", "columns": ["Description"], "limit": 10, "anchor": {"after": [value, value]}}),
        ),
        (
            "list_page",
            json!({"object": "Catalog.Goods", "columns": [], "limit": 1, "conditions": [{"path": "Price", "comparison": "greater", "value": value}]}),
        ),
        ("suggest", json!({"objects": ["Catalog.Goods", "Module.Prices"], "text": value, "limit": 4_000_000_000u32})),
        ("find", json!({"object": "Catalog.Goods", "values": {"Price": value, "Description": value}})),
        ("find", json!({"object": "Constant.Nothing", "values": {}})),
        ("module_call", json!({"call_id": call(), "module": "Prices", "method": "add", "arguments": [value]})),
        ("module_call", json!({"call_id": call(), "module": "Prices.server", "method": value, "arguments": []})),
        (
            "mark_deletion",
            json!({"call_id": call(), "reference": {"$ref": "Catalog.Nowhere", "id": Uuid::nil()}, "mark": true}),
        ),
        ("mark_deletion", json!({"call_id": call(), "reference": key, "mark": true})),
        ("presentations", json!({"references": vec![json!({"$ref": "Catalog.Goods", "id": Uuid::nil()}); 1_001]})),
        (
            "presentations",
            json!({"references": [{"$ref": "Module.Prices", "id": Uuid::nil()}, {"$ref": "Enum.No", "id": Uuid::nil()}]}),
        ),
        ("session_parameter", value.clone()),
        ("session_parameter", json!("Nobody's")),
        ("job_state", json!(Uuid::nil())),
    ]
}

/// What the HTTP side does with a request, without HTTP: reads it, asks, tells the refusal.
async fn ask(server: &impl ApplicationServer, name: &str, request: Json) -> Option<ServerError> {
    macro_rules! ask {
        ($method:ident) => {
            match serde_json::from_value(request) {
                Ok(request) => server.$method(request).await.err(),
                Err(_) => None,
            }
        };
    }
    match name {
        "open_form" => ask!(open_form),
        "write_form" => ask!(write_form),
        "list_page" => ask!(list_page),
        "suggest" => ask!(suggest),
        "find" => ask!(find),
        "module_call" => ask!(module_call),
        "mark_deletion" => ask!(mark_deletion),
        "presentations" => ask!(presentations),
        "session_parameter" => ask!(session_parameter),
        _ => ask!(job_state),
    }
}

#[tokio::test]
async fn no_request_is_an_internal_error() {
    let source = Source::Published(Box::new(small_configuration()));
    let world = World::new(source, std::sync::Arc::new(twinshore_protocol::SystemClock)).expect("a world");
    world.add_user("ann", "secret", &["Seller"]).expect("ann");
    let session = world.engine().expect("running").session("ann");
    let mut faults = Vec::new();
    for value in hostile_values() {
        for (name, request) in requests(&value) {
            let shown: String = request.to_string().chars().take(300).collect();
            if let Some(ServerError::Internal { .. }) = ask(&session, name, request).await {
                faults.push(format!("{name} {shown}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let page = json!({"object": "Catalog.Goods", "columns": ["Description"], "limit": 500});
    let page = session.list_page(serde_json::from_value(page).expect("a request")).await.expect("the table is still there");
    assert!(page.rows.len() < 100);
}
