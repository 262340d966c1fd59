//! Locks on items that are being typed into (F14). They live in memory: a lock belongs to a session and dies with it, so a server
//! that starts anew has none, and versions are checked on every write in any case.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use twinshore_metadata::Ref;
use twinshore_protocol::{Limit, ServerError};
use uuid::Uuid;

use crate::Engine;

/// A session that was not heard of for so long is lost, and its locks with it.
const SESSION_LOST_AFTER_S: i64 = 60;
/// Locks of one session at most: more forms than that nobody has open.
const LOCKS_OF_A_SESSION: usize = 1_000;

/// A user on a device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SessionId {
    pub(crate) user_name: String,
    pub(crate) device: Uuid,
}

/// All locks of one server.
#[derive(Debug, Default)]
pub(crate) struct Locks(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    held: HashMap<Ref, SessionId>,
    lives: HashMap<SessionId, DateTime<Utc>>,
}

fn lives(seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - seen < Duration::seconds(SESSION_LOST_AFTER_S)
}

impl State {
    /// Who else has it and is not lost.
    fn other(&self, reference: &Ref, session: &SessionId, now: DateTime<Utc>) -> Option<&SessionId> {
        let alive = |holder: &&SessionId| self.lives.get(*holder).is_some_and(|seen| lives(*seen, now));
        self.held.get(reference).filter(|holder| *holder != session).filter(alive)
    }

    fn forget_the_lost(&mut self, now: DateTime<Utc>) {
        self.lives.retain(|_, seen| lives(*seen, now));
        let alive = &self.lives;
        self.held.retain(|_, holder| alive.contains_key(holder));
    }
}

impl Locks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sign of life.
    pub(crate) fn lives(&self, session: SessionId, now: DateTime<Utc>) {
        self.state().lives.insert(session, now);
    }

    /// Takes a lock; gives who else has it.
    pub(crate) fn take(&self, reference: &Ref, session: &SessionId, now: DateTime<Utc>) -> Result<Option<String>, ServerError> {
        let mut state = self.state();
        if let Some(other) = state.other(reference, session, now) {
            return Ok(Some(other.user_name.clone()));
        }
        state.lives.insert(session.clone(), now);
        state.forget_the_lost(now);
        if state.held.values().filter(|holder| *holder == session).count() >= LOCKS_OF_A_SESSION {
            return Err(ServerError::limit(Limit::References, "locks"));
        }
        state.held.insert(reference.clone(), session.clone());
        Ok(None)
    }

    /// Gives a lock back.
    pub(crate) fn give_back(&self, reference: &Ref, session: &SessionId) {
        let mut state = self.state();
        if state.held.get(reference) == Some(session) {
            state.held.remove(reference);
        }
    }

    /// Refuses what somebody else types into.
    pub(crate) fn check(&self, reference: &Ref, session: &SessionId, now: DateTime<Utc>) -> Result<(), ServerError> {
        match self.state().other(reference, session, now) {
            Some(other) => Err(ServerError::Locked { reference: reference.clone(), by: other.user_name.clone() }),
            None => Ok(()),
        }
    }

    /// The session ended.
    pub(crate) fn end(&self, session: &SessionId) {
        let mut state = self.state();
        state.lives.remove(session);
        state.held.retain(|_, holder| holder != session);
    }
}

impl Engine {
    /// A session gives a sign of life; its locks live on.
    pub fn session_lives(&self, user_name: &str, device: Uuid) {
        let session = SessionId { user_name: user_name.to_owned(), device };
        self.shared().locks.lives(session, self.clock().now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a moment")
    }

    fn session(name: &str) -> SessionId {
        SessionId { user_name: name.into(), device: Uuid::nil() }
    }

    fn order() -> Ref {
        Ref::new("Document.Orders".parse().expect("a name"), Uuid::from_u128(1))
    }

    #[test]
    fn f14_one_session_has_an_item_until_it_gives_it_back() {
        let locks = Locks::default();
        assert_eq!(locks.take(&order(), &session("bob"), at(0)), Ok(None));
        assert_eq!(locks.take(&order(), &session("bob"), at(1)), Ok(None), "its own");
        assert_eq!(locks.take(&order(), &session("ann"), at(2)), Ok(Some("bob".into())));
        assert!(
            locks.check(&order(), &session("ann"), at(2)).is_err() && locks.check(&order(), &session("bob"), at(2)).is_ok()
        );
        locks.give_back(&order(), &session("ann"));
        assert!(locks.check(&order(), &session("ann"), at(2)).is_err(), "only the holder gives it back");
        locks.give_back(&order(), &session("bob"));
        assert_eq!(locks.take(&order(), &session("ann"), at(3)), Ok(None));
    }

    #[test]
    fn f14_a_lock_dies_with_its_session_a_minute_after_its_last_sign_of_life() {
        let locks = Locks::default();
        assert_eq!(locks.take(&order(), &session("bob"), at(0)), Ok(None));
        locks.lives(session("bob"), at(30));
        assert_eq!(locks.take(&order(), &session("ann"), at(89)), Ok(Some("bob".into())));
        assert_eq!(locks.take(&order(), &session("ann"), at(90)), Ok(None));
        assert_eq!(locks.take(&order(), &session("bob"), at(91)), Ok(Some("ann".into())), "bob comes back too late");
        locks.end(&session("ann"));
        assert_eq!(locks.take(&order(), &session("bob"), at(92)), Ok(None));
    }
}
