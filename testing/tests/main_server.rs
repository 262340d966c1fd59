//! The main server over real HTTP: sign-in, each request, limits, repeats, downloads, bad input.

use std::sync::Arc;

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value as Json, json};
use twinshore_engine::users::{User, put, verifier};
use twinshore_metadata::DeviceBundle;
use twinshore_protocol::{BarReason, CallId, Clock, PROTOCOL_VERSION, ServerError, SystemClock};
use twinshore_server::{Config, Source, serve};
use twinshore_testing::{LinkState, ManualClock, World, small_configuration};
use uuid::Uuid;

const DEVICE: Uuid = Uuid::from_u128(7);

/// A main server with the user ann, and an HTTP client signed in as her.
struct House {
    world: World,
    http: Client,
    url: String,
    token: String,
    signed_in: Json,
}

/// An HTTP client that is no phone. Any wants a library of cryptography, also to speak plainly.
fn client() -> Client {
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

impl House {
    async fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock)).await
    }

    async fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let world = World::new(Source::Published(Box::new(small_configuration())), clock).expect("a world");
        world.add_user("ann", "secret", &["Seller"]).expect("ann");
        let url = world.main_url().expect("running");
        let mut house = Self { world, http: client(), url, token: String::new(), signed_in: Json::Null };
        house.signed_in = house.sign_in("ann", "secret").await.json().await.expect("a session");
        house.token = house.signed_in["token"].as_str().expect("a token").to_owned();
        house
    }

    async fn sign_in(&self, name: &str, password: &str) -> Response {
        let request = json!({
            "user_name": name, "password": password, "device": DEVICE, "device_name": "phone", "protocol_version": PROTOCOL_VERSION,
        });
        self.http.post(format!("{}/api/sign-in", self.url)).json(&request).send().await.expect("an answer")
    }

    async fn send(&self, path: &str, body: &Json) -> Response {
        self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body).send().await.expect("an answer")
    }

    async fn call(&self, name: &str, body: Json) -> Result<Json, ServerError> {
        let response = self.send(&format!("/api/call/{name}"), &body).await;
        assert!(response.headers().contains_key("twinshore-protocol"));
        if response.status().is_success() {
            return Ok(response.json().await.expect("JSON"));
        }
        Err(response.json().await.expect("a refusal"))
    }

    async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await.expect("an answer")
    }

    async fn module_call(&self, id: CallId, method: &str, arguments: Json) -> Result<Json, ServerError> {
        self.call("module_call", json!({"call_id": id, "module": "Prices", "method": method, "arguments": arguments})).await
    }

    async fn goods(&self) -> usize {
        let page = self.call("list_page", json!({"object": "Catalog.Goods", "columns": ["Description"], "limit": 100})).await;
        page.expect("a page")["rows"].as_array().expect("rows").len()
    }
}

async fn refusal(response: Response) -> ServerError {
    response.json().await.expect("a refusal")
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let house = House::new().await;
    for (name, password) in [("ann", "guess"), ("nobody", "secret"), ("", "")] {
        let response = house.sign_in(name, password).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(refusal(response).await, ServerError::SignInRefused);
    }
    let long = "x".repeat(100_000);
    assert_eq!(refusal(house.sign_in("ann", &long).await).await, ServerError::SignInRefused);
}

#[tokio::test]
async fn a_person_who_guesses_has_to_wait() {
    let house = House::new().await;
    let mut last = None;
    for _ in 0..6 {
        last = Some(house.sign_in("ann", "guess").await);
    }
    let response = last.expect("an answer");
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(response.headers().contains_key("retry-after"));
    assert!(matches!(refusal(response).await, ServerError::TryLater { .. }));
}

#[tokio::test]
async fn every_call_is_answered() {
    let house = House::new().await;
    assert_eq!(house.call("session", json!(null)).await.expect("a session")["user_name"], "ann");
    let opened = house.call("open_form", json!({"form": "Document.Orders.Item"})).await.expect("a form");
    let mut record = opened["record"].clone();
    record["attributes"]["Comment"] = json!("call first");
    let write = json!({
        "call_id": CallId::new(), "form": "Document.Orders.Item", "key": opened["key"], "is_new": true, "version": 0,
        "record": record, "action": "post",
    });
    let written = house.call("write_form", write).await.expect("written");
    assert_eq!(written["version"], 1);
    let key = &written["key"];
    let found = house.call("find", json!({"object": "Document.Orders", "values": {"Comment": "call first"}})).await;
    assert_eq!(found.expect("found")["reference"]["id"], key["id"]);
    let suggested = house.call("suggest", json!({"objects": ["Document.Orders"], "text": "", "limit": 5})).await;
    assert_eq!(suggested.expect("suggested")["references"][0]["id"], key["id"]);
    let mark = json!({"call_id": CallId::new(), "reference": key, "mark": true});
    house.call("mark_deletion", mark).await.expect("marked");
    let shown = house.call("presentations", json!({"references": [{"$ref": key["$ref"], "id": key["id"]}]})).await;
    assert!(shown.expect("presentations")["references"][0]["presentation"].as_str().expect("a text").starts_with("Order"));
    assert_eq!(house.module_call(CallId::new(), "whoami", json!([])).await.expect("an answer")["result"], "main");
    assert!(matches!(house.call("job_state", json!(Uuid::nil())).await, Err(ServerError::Refused { .. })));
    let form_call = json!({
        "call_id": CallId::new(), "form": "Document.Orders.Item", "key": null, "is_new": true, "record": {}, "method": "x", "arguments": [],
    });
    assert!(matches!(house.call("form_call", form_call).await, Err(ServerError::NotExported { .. })));
    assert!(matches!(house.call("drop_tables", json!({})).await, Err(ServerError::Malformed { .. })));
}

#[tokio::test]
async fn r17_a_repeated_call_has_its_effect_once() {
    let house = House::new().await;
    let id = CallId::new();
    let first = house.module_call(id, "add", json!(["Tea"])).await.expect("added");
    let again = house.module_call(id, "add", json!(["Tea"])).await.expect("answered from the journal");
    assert_eq!(first, again);
    assert_eq!(house.goods().await, 1);
}

#[tokio::test]
async fn r17_an_answer_that_was_cut_off_is_given_to_the_repeat() {
    let house = House::new().await;
    let link = house.world.link().expect("a link");
    link.set(LinkState::CutAnswers);
    let id = CallId::new();
    let body = json!({"call_id": id, "module": "Prices", "method": "add", "arguments": ["Tea"]});
    let lost =
        house.http.post(format!("{}/api/call/module_call", link.url())).bearer_auth(&house.token).json(&body).send().await;
    assert!(lost.is_err());
    house.module_call(id, "add", json!(["Tea"])).await.expect("repeated");
    assert_eq!(house.goods().await, 1);
}

#[tokio::test]
async fn bad_bodies_are_told_what_is_wrong_and_change_nothing() {
    let house = House::new().await;
    let post =
        |path: &str, body: Vec<u8>| house.http.post(format!("{}{path}", house.url)).bearer_auth(&house.token).body(body).send();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
    for body in [b"{".to_vec(), b"\xff\xfe".to_vec(), b"{\"form\":17}".to_vec(), Vec::new(), deep] {
        let response = post("/api/call/open_form", body).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert!(matches!(refusal(response).await, ServerError::Malformed { .. }));
    }
    let lost = house.http.get(format!("{}/nowhere", house.url)).send().await.expect("an answer");
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);
    assert_eq!(house.goods().await, 0);
    // The server answers and closes without reading to the end; the answer may lose the race against the reset.
    let huge = client().post(format!("{}/api/call/open_form", house.url)).bearer_auth(&house.token);
    if let Ok(response) = huge.body(vec![b' '; 9 * 1024 * 1024]).send().await {
        assert!(matches!(refusal(response).await, ServerError::LimitExceeded { .. }));
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_or_with_an_old_one() {
    let clock = ManualClock::default();
    let mut house = House::with_clock(Arc::new(clock.clone())).await;
    let hello = house.get("/api/hello").await;
    assert_eq!(hello.json::<Json>().await.expect("JSON")["user_name"], "ann");
    let stranger = house.http.get(format!("{}/api/hello", house.url)).send().await.expect("an answer");
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    clock.advance(3_601);
    assert_eq!(refusal(house.get("/api/hello").await).await, ServerError::SessionExpired);
    let refresh = json!({"refresh_token": house.signed_in["refresh_token"], "device": DEVICE});
    let renewed: Json = house.send("/api/refresh", &refresh).await.json().await.expect("a session");
    house.token = renewed["token"].as_str().expect("a token").to_owned();
    assert_eq!(house.get("/api/hello").await.status(), StatusCode::OK);
    house.send("/api/sign-out", &json!(null)).await;
    assert_eq!(house.get("/api/hello").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_device_and_a_disabled_user_are_out_at_once() {
    let house = House::new().await;
    let engine = house.world.engine().expect("running");
    assert!(engine.revoke_device(DEVICE, true).expect("revoked"));
    assert_eq!(house.get("/api/hello").await.status(), StatusCode::UNAUTHORIZED);
    let locked = ServerError::Barred { reason: BarReason::DeviceLocked };
    assert_eq!(refusal(house.sign_in("ann", "secret").await).await, locked);
    engine.revoke_device(DEVICE, false).expect("allowed");
    assert!(engine.disable_user("ann", true).expect("disabled"));
    assert!(refusal(house.sign_in("ann", "secret").await).await.to_string().contains("may not work any more"));
    assert_eq!(refusal(house.sign_in("ann", "guess").await).await, ServerError::SignInRefused);
}

#[tokio::test]
async fn a1_a_download_that_was_cut_goes_on_where_it_stopped() {
    let house = House::new().await;
    let hello: Json = house.get("/api/hello").await.json().await.expect("JSON");
    let path = format!("/api/device-bundle/{}", hello["device_bundle"].as_str().expect("a hash"));
    let whole = house.get(&path).await.bytes().await.expect("the file");
    let link = house.world.link().expect("a link");
    let (mut received, mut rounds) = (Vec::new(), 0);
    while received.len() < whole.len() {
        link.set(LinkState::CutAfter { bytes: 900 });
        let request = house.http.get(format!("{}{path}", link.url())).bearer_auth(&house.token);
        if let Ok(mut response) = request.header("range", format!("bytes={}-", received.len())).send().await {
            while let Ok(Some(chunk)) = response.chunk().await {
                received.extend_from_slice(&chunk);
            }
        }
        rounds += 1;
        assert!(rounds < 200, "{} of {}", received.len(), whole.len());
    }
    assert!(rounds > 1);
    assert_eq!(received, whole);
    let text = zstd_decode(&received);
    let bundle: DeviceBundle = serde_json::from_slice(&text).expect("a bundle");
    assert_eq!(bundle.hash().to_string(), hello["device_bundle"].as_str().expect("a hash"));
    assert!(bundle.standalone.is_sound());
    assert_eq!(house.get("/api/device-bundle/0000").await.status(), StatusCode::BAD_REQUEST);
}

fn zstd_decode(bytes: &[u8]) -> Vec<u8> {
    zstd::decode_all(bytes).expect("zstd")
}

#[tokio::test]
async fn a_device_that_listens_is_told_when_the_change_log_grows() {
    let house = House::new().await;
    let mut stream = house.get("/api/events?from=0").await;
    house.module_call(CallId::new(), "add", json!(["Tea"])).await.expect("added");
    let mut text = String::new();
    while !text.contains("\"last\"") {
        let chunk = stream.chunk().await.expect("no error").expect("the stream goes on");
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    let last = house.get("/api/hello").await.json::<Json>().await.expect("JSON")["last"].clone();
    assert!(last.as_u64().expect("a position") > 0);
}

#[tokio::test]
async fn an_exchange_message_may_be_packed_and_its_answer_too() {
    let house = House::new().await;
    house.module_call(CallId::new(), "add", json!(["Tea"])).await.expect("added");
    let hello: Json = house.get("/api/hello").await.json().await.expect("JSON");
    let request = json!({
        "node": null, "device": DEVICE, "device_name": "phone", "sent_no": 0, "received": 0, "device_bundle": hello["device_bundle"],
    });
    let packed = zstd::encode_all(request.to_string().as_bytes(), 3).expect("packed");
    let response = house
        .http
        .post(format!("{}/api/exchange/handshake", house.url))
        .bearer_auth(&house.token)
        .header("content-encoding", "zstd")
        .body(packed)
        .send()
        .await
        .expect("an answer");
    let shaken: Json = response.json().await.expect("a handshake");
    assert_eq!(shaken["bundle"]["state"], "current");
    let download = json!({"node": shaken["node"], "from": 0, "limit": 100, "device_bundle": hello["device_bundle"]});
    let response = house
        .http
        .post(format!("{}/api/exchange/download", house.url))
        .bearer_auth(&house.token)
        .header("accept-encoding", "zstd")
        .json(&download)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "zstd");
    let page: Json = serde_json::from_slice(&zstd_decode(&response.bytes().await.expect("bytes"))).expect("a page");
    assert!(page["items"].as_array().expect("items").iter().any(|item| item["item"] == "object"));
}

#[tokio::test]
async fn a_killed_main_server_keeps_what_it_answered_for() {
    let house = House::new().await;
    house.module_call(CallId::new(), "add", json!(["Tea"])).await.expect("added");
    let link = house.world.link().expect("a link");
    house.world.kill_main();
    assert!(house.http.get(format!("{}/livez", link.url())).send().await.is_err());
    house.world.start_main().expect("started again");
    let response =
        house.http.get(format!("{}/api/hello", link.url())).bearer_auth(&house.token).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let engine = house.world.engine().expect("running");
    let count: i64 = engine
        .database()
        .reader()
        .expect("a reader")
        .query_row("SELECT count(*) FROM \"Catalog.Goods\"", [], |row| row.get(0))
        .expect("counted");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_ends_its_listeners_and_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = Source::Published(Box::new(small_configuration()));
    let running = serve(Config::of(source, folder.path().join("main.db"))).await.expect("running");
    let user = User {
        name: "ann".into(),
        verifier: verifier("secret").expect("a verifier"),
        roles: vec!["Seller".into()],
        language: "en".into(),
        item: None,
        disabled: false,
    };
    put(&running.engine().database().writer().expect("the writer"), &user).expect("ann");
    let http = client();
    let request = json!({
        "user_name": "ann", "password": "secret", "device": DEVICE, "device_name": "phone", "protocol_version": PROTOCOL_VERSION,
    });
    let url = running.url();
    let signed_in = http.post(format!("{url}/api/sign-in")).json(&request).send().await.expect("an answer");
    let signed_in: Json = signed_in.json().await.expect("a session");
    let token = signed_in["token"].as_str().expect("a token");
    let mut stream = http.get(format!("{url}/api/events")).bearer_auth(token).send().await.expect("a stream");
    running.stop().await;
    assert!(!matches!(stream.chunk().await, Ok(Some(_))));
    assert!(http.get(format!("{url}/livez")).send().await.is_err());
}
