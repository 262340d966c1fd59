//! Following a configuration at once (A5, A6), as phones of a development server do: real main server, real client.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use twinshore_client::view::{FormEvent, FormView, InterfaceView};
use twinshore_protocol::SystemClock;
use twinshore_server::Source;
use twinshore_testing::{FixtureBuilder, Phone, World, WorldOptions};

const FORM: &str = "catalogs/Counterparties/Item.form.yaml";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fixture")
}

/// The fixture with another text in a file.
fn changed(file: &str, from: &str, to: &str) -> tempfile::TempDir {
    let text = std::fs::read_to_string(fixture().join(file)).expect(file);
    assert!(text.contains(from), "{text}");
    FixtureBuilder::of_folder(&fixture())
        .expect("the fixture")
        .file(file, text.replacen(from, to, 1))
        .write()
        .expect("a folder")
}

fn world(at_once: bool) -> World {
    let options = WorldOptions { source: Source::Folder(fixture()), clock: Arc::new(SystemClock), watch: None, at_once };
    let world = World::of(options).expect("a world");
    world.add_user("ann", "secret", &["Manager"]).expect("a user");
    world
}

async fn signed_in(world: &World) -> Phone {
    let phone = Phone::new(world, "ann").expect("a phone");
    phone.sign_in("ann", "secret").await;
    phone.until_available(true).await;
    phone
}

async fn new_counterparty(phone: &Phone) -> FormView {
    let list = phone.open("Catalog.Counterparties.List").await;
    phone.opened_by(list.form, FormEvent::Execute { command: "create".into() }).await
}

fn publish(world: &World, folder: &tempfile::TempDir) {
    assert!(world.publish(Source::Folder(folder.path().to_owned())).expect("published").changed);
}

/// The form in front once it has an element.
async fn until_it_has(phone: &Phone, element: &str) -> FormView {
    let mut seen = 0;
    loop {
        let front = phone
            .until("another form in front", |view: &InterfaceView| Some(view.active).filter(|form| *form != 0 && *form != seen))
            .await;
        let form = phone.client().form_view(front).await;
        match form.filter(|form| form.elements.iter().any(|e| e.name == element)) {
            Some(form) => return form,
            None => seen = front,
        }
    }
}

fn text(form: &FormView, element: &str) -> String {
    form.elements.iter().find(|e| e.name == element).map(|e| e.text.clone()).unwrap_or_default()
}

#[tokio::test]
async fn a6_open_forms_follow_by_themselves_and_what_was_typed_is_in_them() {
    let world = world(true);
    let phone = signed_in(&world).await;
    let form = new_counterparty(&phone).await;
    phone.set(form.form, "Description", "Harbour Café").await;
    phone.set(form.form, "Phone", "+1 555 0101").await;
    let folder = changed(FORM, "  - field: TaxId", "  - { label: Hint, title: Ask for the tax number }\n  - field: TaxId");
    publish(&world, &folder);
    let next = until_it_has(&phone, "Hint").await;
    assert_eq!((text(&next, "Description"), text(&next, "Phone")), ("Harbour Café".into(), "+1 555 0101".into()));
    let view = phone.until("both forms", |view| (view.windows.len() == 2).then(|| view.clone())).await;
    assert!(view.dialog.is_none(), "nobody is asked");
    assert!(view.drafts.is_empty(), "what is open again is not offered as a draft: {:?}", view.drafts);
    // The text goes on to the main server as it would have before.
    phone.execute(next.form, "write");
    phone.until_form(next.form, "it is written", |form| (!form.modified).then_some(())).await;
}

#[tokio::test]
async fn a6_a_change_that_needs_the_update_is_followed_too() {
    let world = world(true);
    let phone = signed_in(&world).await;
    let form = new_counterparty(&phone).await;
    phone.set(form.form, "Phone", "+1 555 0101").await;
    // Devices with the old configuration know an attribute that is gone.
    let folder = changed("catalogs/Notes/Notes.yaml", "  Stamp: { type: string(50)", "  Seal: { type: string(50)");
    let notes =
        std::fs::read_to_string(folder.path().join("catalogs/Notes/Item.form.yaml")).expect("a form").replace("Stamp", "Seal");
    std::fs::write(folder.path().join("catalogs/Notes/Item.form.yaml"), notes).expect("written");
    let form_text = std::fs::read_to_string(folder.path().join(FORM)).expect("a form");
    let form_text = form_text.replacen("  - field: TaxId", "  - { label: Hint, title: Hint }\n  - field: TaxId", 1);
    std::fs::write(folder.path().join(FORM), form_text).expect("written");
    for file in ["catalogs/Notes/Notes.object.ts", "catalogs/Notes/Item.form.server.ts", "catalogs/Notes/Careful.form.yaml"] {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect(file).replace("Stamp", "Seal");
        std::fs::write(path, text).expect("written");
    }
    publish(&world, &folder);
    let next = until_it_has(&phone, "Hint").await;
    assert_eq!(text(&next, "Phone"), "+1 555 0101");
    phone.until_available(true).await;
}

#[tokio::test]
async fn a5_a_server_for_people_asks_before_it_is_followed() {
    let world = world(false);
    let phone = signed_in(&world).await;
    let form = new_counterparty(&phone).await;
    publish(&world, &changed(FORM, "  - field: TaxId", "  - { label: Hint, title: Hint }\n  - field: TaxId"));
    phone.until("the question", |view| view.dialog.as_ref().map(|_| ())).await;
    assert_eq!(phone.view().await.active, form.form);
}
