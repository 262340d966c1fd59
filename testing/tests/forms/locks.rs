//! F14: locks and versions.

use twinshore_testing::LinkState;

use super::world::*;

async fn until_locked(phone: &twinshore_testing::Phone, form: u32, by: &str) {
    phone.until_form(form, "the lock", |view| view.locked.contains(by).then_some(())).await;
}

#[tokio::test]
async fn f14_who_comes_second_reads_keeps_what_was_typed_and_tries_again() {
    let shore = shore();
    let key = shore.order("wanted by two", &[1]);
    let (ann, bob) = (shore.phone("ann").await, shore.phone("bob").await);
    poor(&ann).await;
    let hers = open_row(&ann, "Document.Orders.List", "wanted").await;
    ann.set(hers.form, "Phone", "from ann").await;
    let his = open_row(&bob, "Document.Orders.List", "wanted").await;
    bob.set(his.form, "Comment", "from bob").await;
    bob.until("bob's lock", |_| bob.log().iter().any(|e| e.call == "lock" && e.error.is_empty()).then_some(())).await;
    // 64: reopening takes no lock; the first edit on main asks.
    let hers = reopen(&ann, hers.form, "openFromMainServer").await;
    assert_eq!(hers.locked, "");
    ann.set(hers.form, "Comment", "from ann").await;
    until_locked(&ann, hers.form, "bob").await;
    let comment = ann.element(hers.form, "Comment").await;
    assert!(comment.read_only && comment.text == "from ann", "read-only, data kept");
    assert_eq!(text(&ann, hers.form, "Phone").await, "from ann");
    let told = || async { ann.view().await.messages.iter().filter(|m| m.text.contains("is editing this")).count() };
    assert_eq!(told().await, 0, "the form says it; nothing is told twice");
    ann.execute(hers.form, "tryAgain");
    ann.until_told("bob is editing this").await;
    assert_eq!(told().await, 1, "whoever asks again is answered");
    until_locked(&ann, hers.form, "bob").await;
    write(&bob, his.form).await;
    ann.execute(hers.form, "tryAgain");
    let comment = ann
        .until_form(hers.form, "the lock to go", |view| {
            let comment = view.elements.iter().find(|e| e.name == "Comment")?;
            (view.locked.is_empty() && comment.conflict.is_some()).then(|| comment.clone())
        })
        .await;
    assert_eq!(comment.text, "from ann", "typed text stays");
    assert_eq!(comment.conflict.map(|c| c.theirs), Some("from bob".into()), "what bob wrote is one tap away");
    write(&ann, hers.form).await;
    assert_eq!(shore.value(&key, "Comment"), Some("from ann".into()));
    assert_eq!(shore.value(&key, "Phone"), Some("from ann".into()));
}

#[tokio::test]
async fn f14_a_write_that_came_too_late_is_compared_and_nothing_typed_is_lost() {
    let shore = shore();
    let key = shore.order("changed by two", &[1]);
    let ann = shore.phone("ann").await;
    let order = open_row(&ann, "Document.Orders.List", "changed").await;
    ann.set(order.form, "Comment", "from ann").await;
    shore.change(&key, &[("Phone", "from somebody".into())]);
    ann.execute(order.form, "write");
    let question = answer(&ann, "compare").await;
    assert!(question.contains("Someone else changed this"), "{question}");
    ann.until_form(order.form, "both", |view| {
        let text = |name: &str| view.elements.iter().find(|e| e.name == name).map(|e| e.text.clone());
        (text("Comment")? == "from ann" && text("Phone")? == "from somebody").then_some(())
    })
    .await;
    write(&ann, order.form).await;
    assert_eq!(shore.value(&key, "Comment"), Some("from ann".into()));
    assert_eq!(shore.value(&key, "Phone"), Some("from somebody".into()));
    ann.set(order.form, "Comment", "given up").await;
    shore.change(&key, &[("Comment", "theirs".into())]);
    ann.execute(order.form, "write");
    answer(&ann, "reread").await;
    ann.until_form(order.form, "theirs", |view| {
        let comment = view.elements.iter().find(|e| e.name == "Comment")?;
        (comment.text == "theirs" && !view.modified).then_some(())
    })
    .await;
}

/// Answered requests for the lock of an item so far.
fn locks_asked(phone: &twinshore_testing::Phone) -> usize {
    phone.log().iter().filter(|entry| entry.call == "lock" && entry.error.is_empty()).count()
}

async fn restart_main(shore: &Shore, phones: &[&twinshore_testing::Phone]) {
    shore.world.kill_main();
    for phone in phones {
        phone.until_available(false).await;
    }
    shore.world.start_main().expect("started");
}

#[tokio::test]
async fn f14_who_edits_while_the_main_server_starts_anew_goes_on_and_others_are_told_again() {
    let shore = shore();
    let key = shore.order("wanted by two", &[1]);
    let (ann, bob) = (shore.phone("ann").await, shore.phone("bob").await);
    let hers = open_row(&ann, "Document.Orders.List", "wanted").await;
    let his = open_row(&bob, "Document.Orders.List", "wanted").await;
    ann.set(hers.form, "Comment", "from ann").await;
    ann.until("ann's lock", |_| (locks_asked(&ann) == 1).then_some(())).await;
    bob.set(his.form, "Phone", "from bob").await;
    until_locked(&bob, his.form, "ann").await;

    restart_main(&shore, &[&ann, &bob]).await;
    // Locks were in the memory of the server that is gone: hers is asked for anew by itself.
    ann.until("ann's lock again", |_| (locks_asked(&ann) == 2).then_some(())).await;
    until_editable(&ann, hers.form).await;
    bob.until_available(true).await;
    bob.execute(his.form, "tryAgain");
    bob.until_told("ann is editing this").await;
    assert_eq!(text(&ann, hers.form, "Comment").await, "from ann");
    ann.set(hers.form, "Comment", "from ann, and more").await;
    write(&ann, hers.form).await;
    bob.execute(his.form, "tryAgain");
    bob.until_form(his.form, "the lock to go", |view| view.locked.is_empty().then_some(())).await;
    write(&bob, his.form).await;
    assert_eq!(shore.value(&key, "Comment"), Some("from ann, and more".into()));
    assert_eq!(shore.value(&key, "Phone"), Some("from bob".into()));
}

#[tokio::test]
async fn f14_who_comes_first_after_a_restart_of_main_has_the_item_and_the_other_keeps_what_was_typed() {
    let shore = shore();
    let key = shore.order("wanted by two", &[1]);
    let (ann, bob) = (shore.phone("ann").await, shore.phone("bob").await);
    let hers = open_row(&ann, "Document.Orders.List", "wanted").await;
    let his = open_row(&bob, "Document.Orders.List", "wanted").await;
    ann.set(hers.form, "Comment", "from ann").await;
    ann.until("ann's lock", |_| (locks_asked(&ann) == 1).then_some(())).await;
    bob.set(his.form, "Phone", "from bob").await;
    until_locked(&bob, his.form, "ann").await;

    // Her link comes back later than the server does.
    ann.link.set(LinkState::Lost);
    restart_main(&shore, &[&ann, &bob]).await;
    bob.until_available(true).await;
    bob.execute(his.form, "tryAgain");
    bob.until_form(his.form, "the lock to go", |view| view.locked.is_empty().then_some(())).await;
    ann.link.set(LinkState::Good);
    until_locked(&ann, hers.form, "bob").await;
    assert_eq!(text(&ann, hers.form, "Comment").await, "from ann");
    write(&bob, his.form).await;
    ann.execute(hers.form, "tryAgain");
    ann.until_form(hers.form, "the lock to go", |view| view.locked.is_empty().then_some(())).await;
    write(&ann, hers.form).await;
    assert_eq!(shore.value(&key, "Comment"), Some("from ann".into()));
    assert_eq!(shore.value(&key, "Phone"), Some("from bob".into()));
}
