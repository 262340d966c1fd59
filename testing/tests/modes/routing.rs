//! R1 to R19: which server takes a call, by the code of a form.

use twinshore_client::Obstacle;
use twinshore_client::view::ModeView;
use twinshore_testing::Fate;

use super::world::{ORDER_LIST, PANEL, ask, shore};

#[tokio::test]
async fn r2_each_call_goes_where_priority_and_mode_say() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    assert_eq!(ask(&ann, &panel, "whoami").await, "main standalone main main");
    ann.set_mode(ModeView::PoorConnection).await;
    assert_eq!(ask(&ann, &panel, "whoami").await, "standalone standalone main main");
    ann.set_mode(ModeView::Normal).await;
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    // R3: before the loss is noticed the call fails, and is not sent to the other server by itself.
    let lost = "MainServerUnavailable(no_connection)";
    assert_eq!(ask(&ann, &panel, "whoami").await, format!("{lost} standalone {lost} {lost}"));
    assert_eq!(ask(&ann, &panel, "whoami").await, format!("standalone standalone {lost} {lost}"));
}

#[tokio::test]
async fn r10_whether_the_main_server_is_there_is_known_without_asking_it() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    let asked = way.requests().len();
    assert_eq!(ask(&ann, &panel, "available").await, "true");
    assert_eq!(way.requests().len(), asked);
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    ann.client().open(ORDER_LIST.into());
    ann.until_available(false).await;
    assert_eq!(ask(&ann, &panel, "available").await, "false");
}

#[tokio::test]
async fn r4_r6_server_code_of_the_device_stays_there_and_hops_by_name_only() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    assert_eq!(panel.used_server, "standalone");
    assert_eq!(ask(&ann, &panel, "hop").await, "standalone main");
    assert_eq!(ask(&ann, &panel, "absent").await, "NotExported()");
    assert_eq!(ask(&ann, &panel, "locked").await, "MainServerInTransaction()");
    way.set(Fate::NotSent(Obstacle::Unreachable("cut".into())));
    assert_eq!(ask(&ann, &panel, "hop").await, "MainServerUnavailable(no_connection)");
    ann.until_available(false).await;
    way.set(Fate::Answered);
    assert_eq!(ask(&ann, &panel, "hop").await, "MainServerUnavailable(no_connection)", "asked when it is back, not before");
}

#[tokio::test]
async fn r7_r8_a_background_job_of_the_device_calls_main_as_the_user() {
    let shore = shore();
    let (ann, _) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    assert_eq!(ask(&ann, &panel, "job").await, "started");
    let mut state = String::new();
    while !state.starts_with("done") {
        state = ask(&ann, &panel, "job").await;
        assert!(["queued", "running", "done"].iter().any(|s| state.starts_with(s)), "{state}");
    }
    assert_eq!(state, "done ann");
}

#[tokio::test]
async fn r15_a_job_is_known_where_it_was_started_only() {
    let shore = shore();
    let (ann, way) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    // The job asks main and gets no answer: it goes on. What becomes of it when its app is killed is scenario 33.
    way.next("/api/call/module_call", Fate::Silence);
    assert_eq!(ask(&ann, &panel, "job").await, "started");
    let has_asked = || way.requests().iter().any(|path| path.ends_with("module_call"));
    let mut state = String::new();
    while state.trim() != "running" || !has_asked() {
        state = ask(&ann, &panel, "job").await;
        assert!(["queued", "running"].contains(&state.trim()), "{state}");
    }
    assert_eq!(ask(&ann, &panel, "jobOnMain").await, "not found", "main knows its own jobs only");
}

#[tokio::test]
async fn r19_main_session_and_session_of_the_device_have_parameters_and_module_state_of_their_own() {
    let shore = shore();
    let (ann, _) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    for _ in 0..2 {
        // A variable of a module lives as long as one call.
        assert_eq!(ask(&ann, &panel, "shores").await, "main of ann 1, standalone of ann");
    }
    ann.set_mode(ModeView::PoorConnection).await;
    assert_eq!(ask(&ann, &panel, "shores").await, "standalone of ann 1, standalone of ann");
}

#[tokio::test]
async fn r14_client_code_asks_the_session_s_server_for_the_parameters_that_are_for_it() {
    let shore = shore();
    let (ann, _) = shore.ann().await;
    let panel = ann.open(PANEL).await;
    assert_eq!(ask(&ann, &panel, "mine").await, "main of ann");
    assert_eq!(
        ask(&ann, &panel, "secret").await,
        "NotExported() only there",
        "a parameter without `client: true` stays on its server"
    );
    ann.set_mode(ModeView::PoorConnection).await;
    assert_eq!(ask(&ann, &panel, "mine").await, "standalone of ann");
    assert_eq!(ask(&ann, &panel, "secret").await, "NotExported() NotInComposition()");
    ann.set_mode(ModeView::Offline).await;
    assert_eq!(ask(&ann, &panel, "mine").await, "standalone of ann");
}
