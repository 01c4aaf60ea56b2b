//! The threads on which the host has called: they alone call it back.
//!
//! A runtime may be unable to bear a callback on a thread that it does not know (Node waits for ever, Delphi's heap is not
//! locked, WinDev). What the plugin's own threads want of the host, they leave here as a request; a thread of the host's
//! that is in a call of the instance takes it to the host, at the latest when its call ends.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::Duration;

use super::log;
use crate::error::{Error, ErrorKind};

/// For how long a thread waits for the host's: that one may be in a callback that shows a window.
const PATIENCE: Duration = Duration::from_secs(60);

/// Requests that may wait. Only lines of the log can be so many: what comes then is left out.
const WAITING: usize = 10_000;

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Marks this thread as the host's while one of its calls runs on it.
pub struct Called(());

impl Called {
    pub fn new() -> Self {
        CALLS.set(CALLS.get().saturating_add(1));
        Self(())
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        CALLS.set(CALLS.get().saturating_sub(1));
    }
}

/// Whether a call of the host runs on this thread.
pub fn is_called() -> bool {
    CALLS.get() > 0
}

type Request = Box<dyn FnOnce() + Send>;

/// What waits for a thread of the host's, and those that are in a call of the instance.
#[derive(Default)]
pub struct Callers {
    requests: Mutex<VecDeque<Request>>,
    threads: Mutex<Vec<Thread>>,
}

/// A thread of the host's in a call of the instance.
pub struct InCall<'c>(&'c Callers);

impl Drop for InCall<'_> {
    fn drop(&mut self) {
        let this = std::thread::current().id();
        let mut threads = lock(&self.0.threads);
        if let Some(at) = threads.iter().rposition(|thread| thread.id() == this) {
            threads.remove(at);
        }
    }
}

impl Callers {
    /// This thread takes requests to the host until the result is dropped.
    pub fn enter(&self) -> InCall<'_> {
        lock(&self.threads).push(std::thread::current());
        InCall(self)
    }

    /// Have `work` done on a thread of the host's, soon.
    pub fn post(&self, work: impl FnOnce() + Send + 'static) {
        let mut requests = lock(&self.requests);
        if requests.len() < WAITING {
            requests.push_back(Box::new(work));
        }
    }

    /// Have `work` done on a thread of the host's, and wait for what it gives.
    ///
    /// # Errors
    /// No thread of the host's came.
    pub fn ask<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        if is_called() {
            return Ok(work());
        }
        let (answer, answered) = sync_channel(1);
        lock(&self.requests).push_back(Box::new(move || {
            // Whoever asked may have given up.
            let _ = answer.send(work());
        }));
        lock(&self.threads).iter().for_each(Thread::unpark);
        answered.recv_timeout(PATIENCE).map_err(|_| {
            Error::new(
                ErrorKind::Host,
                "Le programme hôte ne répond plus : une de ses fenêtres attend peut-être une réponse.",
                "no thread of the host's took a callback in time",
            )
        })
    }

    /// On a thread of the host's: take to the host what waits. Nothing goes to it from inside its own `log`.
    pub fn serve(&self) {
        if !is_called() || log::is_writing() {
            return;
        }
        // No more than there are now: whoever serves has a call of its own to come back to.
        let waiting = lock(&self.requests).len();
        for _ in 0..waiting {
            let next = lock(&self.requests).pop_front();
            let Some(request) = next else { return };
            request();
        }
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn what_another_thread_wants_is_done_on_a_called_one_in_order() {
        let callers = Arc::new(Callers::default());
        let done = Arc::new(Mutex::new(Vec::new()));
        let _called = Called::new();
        let _in_call = callers.enter();
        let (own, told) = (Arc::clone(&callers), Arc::clone(&done));
        let asking = thread::spawn(move || {
            let first = Arc::clone(&told);
            own.post(move || first.lock().unwrap().push(("line", thread::current().id())));
            own.ask(move || told.lock().unwrap().push(("clock", thread::current().id())))
        });
        while !asking.is_finished() {
            callers.serve();
            thread::park_timeout(Duration::from_millis(1));
        }
        asking.join().unwrap().unwrap();
        let here = thread::current().id();
        assert_eq!(*done.lock().unwrap(), [("line", here), ("clock", here)]);
    }

    #[test]
    fn a_called_thread_asks_at_once_and_no_other_serves() {
        let callers = Callers::default();
        let done = Arc::new(Mutex::new(false));
        let told = Arc::clone(&done);
        callers.post(move || *told.lock().unwrap() = true);
        callers.serve();
        assert!(!*done.lock().unwrap(), "no call runs on this thread");
        let _called = Called::new();
        assert_eq!(callers.ask(|| 3).unwrap(), 3);
        callers.serve();
        assert!(*done.lock().unwrap());
    }
}
