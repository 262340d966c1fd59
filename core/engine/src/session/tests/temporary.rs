//! Temporary storage: an address belongs to the server that gave it (R16).

use super::*;

const STORE: (&str, &str) = (
    "Module.Open.server",
    "export function put(value) { return TemporaryStorage.put(value); }
     export function get(address) { return TemporaryStorage.get(address) ?? 'nothing'; }
     export function drop(address) { TemporaryStorage.delete(address); }
     export function keep(value) { return transaction(() => TemporaryStorage.put(value)); }",
);

async fn put(server: &Server, value: Value) -> String {
    let address = server.call("put", vec![value]).await.expect("kept");
    address.as_text().expect("an address").to_owned()
}

#[tokio::test]
async fn s32_an_address_of_the_other_server_is_refused() {
    let (main, device, other) = (Server::main(&[STORE]), Server::device(&[STORE]), Server::device(&[STORE]));
    let value = Value::List(vec![number("12.50"), "text".into()]);
    for own in [&main, &device] {
        let address = put(own, value.clone()).await;
        assert_eq!(own.call("get", vec![address.as_str().into()]).await, Ok(value.clone()));
        for stranger in [&main, &device, &other] {
            if std::ptr::eq(stranger, own) {
                continue;
            }
            // A device knows its own name once something is kept on it.
            put(stranger, Value::Empty).await;
            for method in ["get", "drop"] {
                let answer = stranger.call(method, vec![address.as_str().into()]).await;
                assert_eq!(answer, Err(ServerError::WrongServer), "{method} {address}");
            }
        }
        own.call("drop", vec![address.as_str().into()]).await.expect("dropped");
        assert_eq!(own.call("get", vec![address.as_str().into()]).await, Ok("nothing".into()));
    }
}

#[tokio::test]
async fn s32_a_device_that_kept_nothing_yet_refuses_too() {
    let address = put(&Server::main(&[STORE]), "kept".into()).await;
    let fresh = Server::device(&[STORE]);
    assert_eq!(fresh.call("get", vec![address.into()]).await, Err(ServerError::WrongServer));
}

#[tokio::test]
async fn r16_a_value_is_its_users_own_and_survives_a_restart() {
    let server = Server::main(&[STORE]);
    let address = put(&server, "mine".into()).await;
    server.add_user("eve", "Administrator");
    let server = server.restart();
    assert_eq!(server.call("get", vec![address.as_str().into()]).await, Ok("mine".into()));
    let request = ModuleCallRequest {
        call_id: CallId::new(),
        module: "Open".into(),
        method: "get".into(),
        arguments: vec![address.into()],
    };
    let stranger = server.engine.session("eve").module_call(request).await.map(|r| r.result);
    assert_eq!(stranger, Ok("nothing".into()));
}

#[tokio::test]
async fn r16_what_is_no_address_and_what_is_too_big_is_told() {
    let server = Server::main(&[STORE]);
    for text in ["", "temporary:", "temporary:main/", "temporary:main/1", "somewhere"] {
        let answer = server.call("get", vec![text.into()]).await;
        assert!(matches!(answer, Err(ServerError::Refused { .. })), "{text}: {answer:?}");
    }
    let huge = "x".repeat(9 * 1024 * 1024);
    assert!(matches!(server.call("put", vec![huge.into()]).await, Err(ServerError::LimitExceeded { .. })));
}
