//! A device and main changed the same, and the configuration decides (X10).

use std::sync::Arc;

use super::*;
use crate::exchange::{DeviceExchange, conflicts};
use crate::objects::{self, NoHandlers};

const DECIDES: (&str, &str) = (
    "Catalog.Goods.object",
    "export function onConflict(goods, both) {
       if (both.main.Description === 'ask') throw new Error('Ask the manager.');
       if (both.main.Description === 'both') goods.Description = `${both.main.Description}+${both.device.Description}`;
       if (both.main.Description === 'yield') both.winner = 'device';
     }",
);

/// Both sides give one product another name; what main has then, and what is in its journal.
async fn both_rename(on_main: &str, on_device: &str) -> (Value, Vec<Value>, bool) {
    let (main, device) = (Server::main(&[DECIDES]), Server::device(&[]));
    let unit = |server: &Server| crate::Unit::new(&server.engine, Arc::new(server.engine.rights("ann").expect("rights")));
    let rename = |server: &Server, item: &Ref, text: &str| {
        let unit = unit(server);
        let mut state = objects::read(&unit, item).expect("readable").expect("there");
        state.record.set("Description", text);
        objects::write(&unit, state, WriteAction::Write, &NoHandlers).expect("written");
    };
    let first = IndexMap::from([("Description".to_owned(), "first".into())]);
    let state = objects::new_object(&unit(&main), &"Catalog.Goods".parse().expect("a name"), None, &first).expect("new");
    let item = objects::write(&unit(&main), state, WriteAction::Write, &NoHandlers).expect("written").reference;
    let peer = main.engine.exchange_peer("ann", Arc::default()).expect("a peer");
    let rights = Arc::new(device.engine.rights("ann").expect("rights"));
    let exchange = DeviceExchange::new(device.engine.clone(), rights, BundleHash("1".into()));
    let shaken = peer.handshake(exchange.handshake("phone").expect("a handshake")).await.expect("shaken");
    exchange.shaken(&shaken).expect("kept");
    let page = peer.download(exchange.request(100).expect("a request")).await.expect("a page");
    exchange.apply_page(&page).expect("applied");
    rename(&main, &item, on_main);
    rename(&device, &item, on_device);
    let message = exchange.next_message(10).expect("a message").expect("something waits");
    let answer = peer.upload(message).await.expect("taken");
    let attention = matches!(answer.outcomes[0], ItemOutcome::NeedsAttention { .. });
    let kept = objects::read(&unit(&main), &item).expect("readable").expect("there").record.get("Description").clone();
    let losing = conflicts(&unit(&main)).expect("a journal");
    (kept, losing.iter().map(|c| c.losing.get("Description").clone()).collect(), attention)
}

#[tokio::test]
async fn x10_the_module_says_who_wins_or_what_stands() {
    assert_eq!(both_rename("stays", "other").await, ("stays".into(), vec!["other".into()], false));
    assert_eq!(both_rename("yield", "other").await, ("other".into(), vec!["yield".into()], false));
    assert_eq!(both_rename("both", "other").await, ("both+other".into(), vec!["other".into()], false));
}

#[tokio::test]
async fn x10_a_module_that_refuses_leaves_mains_item_and_the_device_is_told() {
    assert_eq!(both_rename("ask", "other").await, ("ask".into(), Vec::new(), true));
}
