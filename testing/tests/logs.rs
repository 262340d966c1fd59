//! What our rooms log holds no secret and nothing that was typed: phones keep it in the device's log, main servers in files.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry};
use twinshore_client::view::{FormAvailability, FormEvent};
use twinshore_testing::{LinkState, Phone, World};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every level of what our rooms and module code tell, from all threads of this process.
fn listen() -> Lines {
    let lines = Lines::default();
    let writer = lines.clone();
    let ours = filter_fn(|of| of.target().starts_with("twinshore") || of.target() == "configuration");
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone()).with_filter(ours);
    tracing::subscriber::set_global_default(Registry::default().with(layer)).expect("the first listener of this process");
    lines
}

/// The texts of what the phone keeps secret, however deep they lie: tokens, verifiers, keys of databases.
fn secrets(phone: &Phone) -> Vec<String> {
    fn collect(value: &serde_json::Value, key: &str, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => match serde_json::from_str(text) {
                Ok(inner @ serde_json::Value::Object(_)) => collect(&inner, key, found),
                _ if ["token", "refresh", "verifier"].contains(&key) || key.starts_with("key.") => found.push(text.clone()),
                _ => {}
            },
            serde_json::Value::Object(members) => members.iter().for_each(|(key, value)| collect(value, key, found)),
            _ => {}
        }
    }
    let bytes = std::fs::read(phone.directory().join("secrets.json")).expect("the phone keeps secrets");
    let mut found = Vec::new();
    collect(&serde_json::from_slice(&bytes).expect("secrets are JSON"), "", &mut found);
    found
}

#[tokio::test]
async fn a_file_of_diagnosis_tells_how_the_app_stands_and_nothing_secret_typed_or_named() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales");
    let world = World::of_folder(demo).expect("a world");
    world.add_user("wilhelmina", "secret-of-w", &["Seller"]).expect("a user");
    let phone = Phone::new(&world, "phone").expect("a phone");
    phone.sign_in_refused("wilhelmina", "a-wrong-secret").await;
    phone.sign_in("wilhelmina", "secret-of-w").await;
    phone.until_available(true).await;
    let mut hidden = secrets(&phone);
    hidden.extend(["wilhelmina", "secret-of-w", "a-wrong-secret", "typed-by-her", "saved-by-her"].map(str::to_owned));
    let list = phone.open("Catalog.Counterparties.List").await;
    let item = phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    phone.set(item.form, "Description", "saved-by-her").await;
    phone.execute(item.form, "write");
    phone.until_form(item.form, "the write", |view| (!view.modified).then_some(())).await;
    phone.set(item.form, "Phone", "typed-by-her").await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    phone.until_form(item.form, "the lock", |view| (view.availability != FormAvailability::Available).then_some(())).await;

    let text = phone.client().diagnosis().await.expect("a text");
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(told["screen"], "work");
    assert_eq!((&told["mode"]["chosen"], &told["mode"]["inForce"]), (&"normal".into(), &"offline".into()));
    assert_eq!(told["configuration"]["name"], "FieldSales");
    let forms = told["forms"].as_array().expect("forms");
    let form = forms.iter().find(|form| form["name"] == "Catalog.Counterparties.Item").expect("the open form");
    assert_eq!((&form["server"], &form["modified"]), (&"main".into(), &true.into()));
    assert_eq!(form["availability"]["state"], "unavailable");
    assert!(told["calls"].as_array().is_some_and(|calls| calls.iter().any(|call| call["call"] == "write-form")), "{text}");
    for hidden in hidden {
        assert!(!text.contains(&hidden), "{hidden} is in the file:\n{text}");
    }
}

#[tokio::test]
async fn no_secret_and_nothing_typed_is_logged() {
    let lines = listen();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/field-sales");
    let world = World::of_folder(demo).expect("a world");
    world.add_user("ann", "secret-of-ann", &["Seller"]).expect("a user");
    world.add_user("bob", "secret-of-bob", &["Seller"]).expect("a user");

    let phone = Phone::new(&world, "phone").expect("a phone");
    phone.sign_in_refused("ann", "a-wrong-secret").await;
    phone.sign_in("ann", "secret-of-ann").await;
    phone.until_available(true).await;
    let mut secrets = secrets(&phone);
    assert!(secrets.len() >= 5, "a token, what it is renewed with, the verifier, two keys: {}", secrets.len());
    secrets.extend(["secret-of-ann", "secret-of-bob", "a-wrong-secret", "typed-by-ann"].map(str::to_owned));

    let list = phone.open("Catalog.Counterparties.List").await;
    let item = phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await;
    phone.set(item.form, "Description", "typed-by-ann").await;
    phone.execute(item.form, "write");
    phone.until_form(item.form, "the write", |view| (!view.modified).then_some(())).await;
    phone.set(item.form, "Phone", "typed-by-ann").await;
    phone.link.set(LinkState::Lost);
    phone.until_available(false).await;
    phone.link.set(LinkState::Good);
    phone.until_available(true).await;
    phone.until_exchanged().await;
    phone.client().sign_out();
    phone.sign_in("bob", "secret-of-bob").await;

    let text = lines.text();
    // Something is told: rounds of the exchange are.
    assert!(text.contains("exchange round done"), "{text}");
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the log:\n{text}");
    }
}
