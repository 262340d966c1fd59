//! What stays on the threads of calls when a call is answered.

use super::*;

#[tokio::test]
async fn an_engine_that_nobody_holds_is_closed_as_soon_as_its_last_answer_is_there() {
    let server = Server::main(&[COUNT]);
    server.call("add", vec!["Tea".into()]).await.expect("an answer");
    let Server { folder, engine, .. } = server;
    let log = folder.path().join("base.db-wal");
    assert!(log.exists());
    drop(engine);
    assert!(!log.exists(), "a thread of calls holds the database");
}
