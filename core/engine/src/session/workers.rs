//! Threads that calls run on: a bounded number, with stacks deep enough for module code that calls module code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use twinshore_protocol::ServerError;

/// Bytes of a thread's stack: each nested module context takes half a megabyte.
const STACK_BYTES: usize = 16 << 20;

type Work = Box<dyn FnOnce() + Send>;

/// A pool that starts its threads at the first piece of work; they end when it is dropped.
pub(crate) struct Workers {
    name: &'static str,
    threads: usize,
    waiting: usize,
    queue: Mutex<Option<SyncSender<Work>>>,
}

impl Workers {
    pub(crate) const fn new(name: &'static str, threads: usize, waiting: usize) -> Self {
        Self { name, threads, waiting, queue: Mutex::new(None) }
    }

    /// Puts work in the queue.
    ///
    /// # Errors
    /// [`ServerError::TryLater`] if too much waits already.
    pub(crate) fn start(&self, work: impl FnOnce() + Send + 'static) -> Result<(), ServerError> {
        let queue = self.queue()?;
        match queue.try_send(Box::new(work)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(ServerError::TryLater { seconds: 1 }),
        }
    }

    /// Runs work on a thread of the pool and gives its answer. A panic is an internal error and ends no thread. What the work leaves
    /// goes to `after`, on that thread, when the answer is given.
    ///
    /// # Errors
    /// Those of the work, [`ServerError::TryLater`], [`ServerError::Internal`].
    pub(crate) async fn run<T: Send + 'static, L: 'static>(
        &self,
        work: impl FnOnce() -> (Result<T, ServerError>, L) + Send + 'static,
        after: impl FnOnce(L) + Send + 'static,
    ) -> Result<T, ServerError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.start(move || {
            // Nobody waiting any more is fine: the work is done and its result kept for a repeat (R17).
            match catch_unwind(AssertUnwindSafe(work)) {
                Ok((result, left)) => {
                    let _ = answer.send(result);
                    after(left);
                }
                Err(panic) => drop(answer.send(Err(panicked(panic.as_ref())))),
            }
        })?;
        answered.await.unwrap_or_else(|_| Err(ServerError::TryLater { seconds: 1 }))
    }

    fn queue(&self) -> Result<SyncSender<Work>, ServerError> {
        let mut slot = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = &*slot {
            return Ok(queue.clone());
        }
        let (queue, work) = sync_channel(self.waiting);
        let work = Arc::new(Mutex::new(work));
        for _ in 0..self.threads {
            let work = Arc::clone(&work);
            std::thread::Builder::new()
                .name(self.name.into())
                .stack_size(STACK_BYTES)
                .spawn(move || serve(&work))
                .map_err(|error| internal(&error))?;
        }
        Ok(slot.insert(queue).clone())
    }
}

fn serve(work: &Mutex<Receiver<Work>>) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(next) = next else { return };
        if catch_unwind(AssertUnwindSafe(next)).is_err() {
            tracing::error!("a piece of work panicked");
        }
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> ServerError {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    internal(&text.unwrap_or_else(|| "a panic without a text".into()))
}

fn internal(cause: &dyn std::fmt::Display) -> ServerError {
    let report = uuid::Uuid::now_v7().simple().to_string();
    tracing::error!(%report, %cause, "a call failed");
    ServerError::Internal { report }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_thread_goes_on() {
        let workers = Workers::new("test", 1, 4);
        let failed = workers.run::<(), ()>(|| panic!("a fault"), |()| ()).await;
        assert!(matches!(failed, Err(ServerError::Internal { .. })));
        assert_eq!(workers.run(|| (Ok(2), ()), |()| ()).await, Ok(2));
    }

    #[tokio::test]
    async fn work_beyond_the_queue_is_told_to_come_later() {
        let workers = Workers::new("test", 1, 1);
        let (go, wait) = std::sync::mpsc::channel::<()>();
        workers.start(move || wait.recv().unwrap_or_default()).expect("runs");
        let mut refused = false;
        for _ in 0..3 {
            refused |= workers.start(|| ()) == Err(ServerError::TryLater { seconds: 1 });
        }
        assert!(refused);
        go.send(()).expect("the work waits");
    }
}
