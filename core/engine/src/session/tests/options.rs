//! Functional options: what is off is not offered, what is not known is off, devices receive it (C17).

use super::*;
use crate::exchange::DeviceExchange;

const SWITCH: (&str, &str) = (
    "Module.Open.server",
    "export function turn(on) { FunctionalOptions.Rating.set(on); }
     export function isOn() { return functionalOption('Rating'); }",
);

/// Whether Rating and its command are offered by the form.
async fn offered(server: &Server) -> (bool, bool) {
    let form = server.form(json!({"form": "Catalog.Counterparties.Item"})).await.expect("a form");
    (!form.hidden.contains(&"Rating".to_owned()), !form.off_commands.contains(&"rate".to_owned()))
}

async fn on(server: &Server, user: &str) -> Vec<String> {
    server.engine.session(user).session().await.expect("a session").options
}

#[tokio::test]
async fn c17_a_form_offers_what_an_option_governs_while_it_is_on() {
    let server = Server::main(&[SWITCH]);
    assert_eq!((offered(&server).await, server.call("isOn", vec![]).await), ((false, false), Ok(false.into())));
    server.call("turn", vec![true.into()]).await.expect("on");
    assert_eq!((offered(&server).await, server.call("isOn", vec![]).await), ((true, true), Ok(true.into())));
    // It says what is offered, so everybody may know.
    assert_eq!(on(&server, "sam").await, ["Rating"]);
    server.call("turn", vec![false.into()]).await.expect("off");
    assert_eq!((offered(&server).await, on(&server, "ann").await), ((false, false), Vec::new()));
}

#[tokio::test]
async fn c17_devices_receive_options_and_do_not_set_them() {
    let (main, device) = (Server::main(&[SWITCH]), Server::device(&[SWITCH]));
    let refused = device.call("turn", vec![true.into()]).await;
    assert!(matches!(&refused, Err(ServerError::Refused { .. })), "{refused:?}");
    main.call("turn", vec![true.into()]).await.expect("on");
    // sam has no right to the option, and receives it all the same.
    let peer = main.engine.exchange_peer("sam", Arc::default()).expect("a peer");
    let rights = Arc::new(device.engine.rights("sam").expect("rights"));
    let exchange = DeviceExchange::new(device.engine.clone(), rights, BundleHash("1".into()));
    let shaken = peer.handshake(exchange.handshake("phone").expect("a handshake")).await.expect("shaken");
    exchange.shaken(&shaken).expect("kept");
    let page = peer.download(exchange.request(100).expect("a request")).await.expect("a page");
    exchange.apply_page(&page).expect("applied");
    assert_eq!((offered(&device).await, on(&device, "sam").await), ((true, true), vec!["Rating".to_owned()]));
    assert_eq!(exchange.state().expect("a state").pending, 0);
}
