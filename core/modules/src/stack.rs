//! How much of its thread's stack module code may use.
//!
//! QuickJS counts from where a runtime was made, but a context is used elsewhere: nearer to the thread's end or farther from it,
//! and inside of a call of another context whose host called it. So the limit is set anew at each entry, and everything that
//! module code and hosts put on one stack together stays under the limit of the outermost context.

use std::cell::Cell;
use std::hint::black_box;

/// Less than this is not worth beginning a call.
const LEAST_BYTES: usize = 64 << 10;

thread_local! {
    static OUTERMOST: Cell<Option<usize>> = const { Cell::new(None) };
}

/// A place on this thread's stack.
#[derive(Debug, Clone, Copy)]
pub struct Place(usize);

impl Place {
    /// About where the caller is.
    #[inline(never)]
    pub fn here() -> Self {
        let marker = 0_u8;
        Self(std::ptr::from_ref(black_box(&marker)).addr())
    }
}

/// Module code runs on this thread until this is dropped.
#[derive(Debug)]
pub struct Entered {
    outermost: bool,
    /// What QuickJS is to be told for a runtime that was made at the place.
    pub limit_bytes: usize,
}

/// Enters a context that was made at a place and may use so much; `None` if the stack has no room for it.
pub fn enter(made: Place, stack_bytes: usize) -> Option<Entered> {
    let Place(here) = Place::here();
    let outermost = OUTERMOST.get();
    let used = outermost.map_or(0, |base| base.saturating_sub(here));
    let allowed = stack_bytes.checked_sub(used).filter(|&bytes| bytes >= LEAST_BYTES.min(stack_bytes))?;
    if outermost.is_none() {
        OUTERMOST.set(Some(here));
    }
    // Stacks grow downwards on every device we know. QuickJS takes 0 as no limit at all.
    let limit_bytes = (made.0 + allowed).saturating_sub(here).max(1);
    Some(Entered { outermost: outermost.is_none(), limit_bytes })
}

impl Drop for Entered {
    fn drop(&mut self) {
        if self.outermost {
            OUTERMOST.set(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_entered_inside_shares_the_room_of_the_outermost() {
        let made = Place::here();
        let outer = enter(made, 1 << 20).expect("room");
        assert!(outer.limit_bytes.abs_diff(1 << 20) < 64 << 10);
        let deep = Place(made.0 - (1 << 19));
        assert!(enter(deep, 1 << 20).expect("room").limit_bytes.abs_diff(1 << 19) < 64 << 10);
        drop(outer);
        assert!(OUTERMOST.get().is_none());
    }

    #[test]
    fn a_limit_is_never_none() {
        let far = Place(Place::here().0 - (1 << 22));
        assert_eq!(enter(far, 1 << 20).expect("room").limit_bytes, 1);
    }
}
