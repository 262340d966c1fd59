//! An item that was changed beside an open form is read anew, and what is typed meanwhile stays.

use twinshore_engine::Engine;
use twinshore_metadata::ObjectName;

use super::world::*;

/// While there is a contract called *stop* and none called *go*, reading a note on the device goes on; that it began is written down
/// as a contract, too. Contracts are on the main server only.
const READING: &str = "
export function onReadAtServer(form: any): void {
  //#if MobileApplicationServer
  if (!MainServer.Main.isStopped()) return;
  MainServer.Main.begin();
  while (MainServer.Main.isStopped());
  //#endif
}
";

const MAIN: &str = "
const is = (name: string) => Catalogs.Contracts.find({ Description: name }) !== undefined;
export function whoami(): string { return session.server; }
export function isStopped(): boolean { return is('stop') && !is('go'); }
export function begin(): void { Catalogs.Contracts.create({ Description: 'reading' }).write(); }
";

/// Waits until module code has written a contract.
async fn until_written(engine: &Engine, notices: &mut tokio::sync::broadcast::Receiver<twinshore_engine::ChangeNotice>) {
    let contracts: ObjectName = "Catalog.Contracts".parse().expect("a name");
    loop {
        let written = {
            let reader = engine.database().reader().expect("a reader");
            let query = "SELECT count(*) FROM \"Catalog.Contracts\" WHERE \"Description\" = 'reading'";
            reader.query_row(query, [], |row| row.get::<_, i64>(0)).expect("a count")
        };
        if written > 0 {
            return;
        }
        while !notices.recv().await.expect("the engine lives").objects.contains(&contracts) {}
    }
}

#[tokio::test]
async fn f4_an_item_read_anew_does_not_overwrite_what_was_typed_while_it_was_read() {
    let own = fixture().file("catalogs/Notes/Item.form.server.ts", READING).file("modules/Main/Main.server.ts", MAIN).file(
        "catalogs/Notes/Item.form.yaml",
        "form: Item\nitems:\n  - commandBar: [write]\n  - field: Text\n  - field: More\n",
    );
    let shore = of(&own);
    let key = shore.add("Catalog.Notes", &[("Description", "Tides".into()), ("Text", "as it was".into())]);
    let ann = shore.phone("ann").await;
    poor(&ann).await;
    let note = open_row(&ann, "Catalog.Notes.List", "Tides").await;
    assert_eq!(note.used_server, "standalone");
    // Nothing is typed yet: the form shows what the exchange brings.
    shore.change(&key, &[("Text", "changed once".into())]);
    ann.until_form(note.form, "the change", |view| {
        view.elements.iter().find(|e| e.name == "Text" && e.text == "changed once").map(drop)
    })
    .await;
    let mut notices = shore.engine().notices();
    shore.add("Catalog.Contracts", &[("Description", "stop".into())]);
    shore.change(&key, &[("Text", "changed twice".into()), ("More", "theirs".into())]);
    until_written(&shore.engine(), &mut notices).await;
    let opened = |phone: &twinshore_testing::Phone| phone.log().iter().filter(|e| e.call.starts_with("open-form")).count();
    let before = opened(&ann);
    ann.set(note.form, "Text", "typed meanwhile").await;
    shore.add("Catalog.Contracts", &[("Description", "go".into())]);
    ann.until("the answer", |_| (opened(&ann) > before).then_some(())).await;
    let view = ann.client().form_view(note.form).await.expect("open");
    let text = |name: &str| view.elements.iter().find(|e| e.name == name).map(|e| e.text.clone()).unwrap_or_default();
    assert_eq!(text("Text"), "typed meanwhile");
    assert_eq!(text("More"), "", "an answer is taken whole or not at all");
    assert!(view.modified);
    // F14: what was written meanwhile is not overwritten unseen either.
    ann.execute(note.form, "write");
    answer(&ann, "compare").await;
    ann.until_form(note.form, "both", |view| {
        let element = |name: &str| view.elements.iter().find(|e| e.name == name);
        let (mine, more) = (element("Text")?, element("More")?);
        (mine.text == "typed meanwhile" && mine.conflict.is_some() && more.text == "theirs").then_some(())
    })
    .await;
}
