//! The host's thread watches over the call while a thread of its own does the work: it hears a cancel whatever the work
//! waits for, and tells the host how far it is.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, Scope, ScopedJoinHandle, Thread, park_timeout};
use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::fault;
use crate::host::Run;

/// How often the host is asked whether to stop.
const POLL: Duration = Duration::from_millis(50);

/// What the work and its watcher tell each other; for every thread of the call.
pub struct Watch {
    stop: Arc<AtomicBool>,
    cancelled: AtomicBool,
    failure: Mutex<Option<Error>>,
    progress: Mutex<Option<(u64, u64, &'static str)>>,
    watcher: Thread,
}

impl Watch {
    fn new() -> Self {
        Self {
            stop: Arc::default(),
            cancelled: AtomicBool::new(false),
            failure: Mutex::default(),
            progress: Mutex::default(),
            watcher: std::thread::current(),
        }
    }

    /// Set once everything is to stop; for what waits without this value.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Whether everything is to stop: the host cancelled, or something failed.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Stop everything because of this; the first failure counts.
    pub fn fail(&self, error: Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.stopped() {
            *failure = Some(error);
        }
        self.stop.store(true, Ordering::SeqCst);
    }

    fn cancel(&self) {
        let _order = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.stopped() {
            self.cancelled.store(true, Ordering::SeqCst);
        }
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Why everything stopped, seen from a thread that failed with `error`, maybe only because it was told to stop.
    pub fn reason(&self, error: Error) -> Error {
        if self.cancelled.load(Ordering::SeqCst) {
            return Error::cancelled();
        }
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.clone().unwrap_or(error)
    }

    /// Stops everything if the calling thread panics before the guard is dropped.
    pub fn stop_on_panic(&self) -> StopOnPanic<'_> {
        StopOnPanic(self)
    }

    /// Tell the host, soon, how many records have been read, of how many (0: unknown), and what is being done. What is told
    /// last is always heard.
    pub fn progress(&self, read: u64, total: u64, text: &'static str) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some((read, total, text));
    }
}

/// Stops everything if its thread ends in a panic, so that no other waits for it.
pub struct StopOnPanic<'w>(&'w Watch);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop.store(true, Ordering::SeqCst);
        }
        self.0.watcher.unpark();
    }
}

/// Starts a thread of the call, inside a scope: it logs as the caller does, and stops the others if it panics.
///
/// # Errors
/// The system gives no thread.
pub fn start<'scope, 'env, T: Send + 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    name: &'static str,
    watch: &'scope Watch,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, Error> {
    let log = tracing::dispatcher::get_default(Clone::clone);
    let started = Builder::new()
        .name(format!("passerelle-{name}"))
        .spawn_scoped(scope, move || {
            let _log = tracing::dispatcher::set_default(&log);
            let _stop = watch.stop_on_panic();
            fault::inject(&format!("thread.{name}"));
            work()
        });
    started.map_err(|error| {
        Error::new(
            ErrorKind::Io,
            "Le système n'a pas pu démarrer l'export de nuit : fermez des programmes, puis recommencez.",
            format!("starting the thread {name}: {error}"),
        )
    })
}

/// The result of a thread of the call; its panic is one of the caller.
pub fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Does `work` on a thread of its own, which has ended when this returns, while this one asks the host whether to stop.
///
/// # Errors
/// Those of `work`; the system gives no thread.
pub fn watched<T: Send>(run: &dyn Run, work: impl FnOnce(&Watch) -> Result<T, Error> + Send) -> Result<T, Error> {
    let watch = Watch::new();
    std::thread::scope(|scope| {
        // A host whose callback fails leaves nobody running.
        let _stop = watch.stop_on_panic();
        if run.is_cancelled() {
            watch.cancel();
        }
        let tell = || {
            let told = watch.progress.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some((read, total, text)) = told {
                run.progress(read, total, text);
            }
        };
        // The first and the last figure are told however short the work is.
        run.progress(0, 0, "Export de nuit : préparation");
        let worker = start(scope, "nuit", &watch, || work(&watch))?;
        while !worker.is_finished() {
            if run.is_cancelled() {
                watch.cancel();
            }
            tell();
            park_timeout(POLL);
        }
        tell();
        join(worker).map_err(|error| watch.reason(error))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicU64;

    struct Host {
        asked: AtomicU64,
        cancels_at: u64,
        told: Mutex<Vec<(u64, u64)>>,
    }

    impl Host {
        fn new(cancels_at: u64) -> Self {
            let (asked, told) = (AtomicU64::new(0), Mutex::default());
            Self {
                asked,
                cancels_at,
                told,
            }
        }
    }

    impl Run for Host {
        fn is_cancelled(&self) -> bool {
            self.asked.fetch_add(1, Ordering::SeqCst) >= self.cancels_at
        }

        fn progress(&self, done: u64, total: u64, _: &str) {
            self.told.lock().unwrap().push((done, total));
        }
    }

    fn until_stopped(watch: &Watch) {
        while !watch.stopped() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_cancel_reaches_the_work_and_is_the_error() {
        for cancels_at in [0, 1, 3] {
            let ended: Result<(), _> = watched(&Host::new(cancels_at), |watch| {
                until_stopped(watch);
                // What fails because of it is not the reason.
                watch.fail(Error::argument("conséquence", ""));
                Err(Error::argument("conséquence", ""))
            });
            assert_eq!(ended.unwrap_err().kind, ErrorKind::Cancelled);
        }
    }

    #[test]
    fn the_first_failure_is_the_error() {
        let ended: Result<(), _> = watched(&Host::new(u64::MAX), |watch| {
            std::thread::scope(|scope| {
                let other = start(scope, "essai", watch, || watch.fail(Error::argument("cause", ""))).unwrap();
                until_stopped(watch);
                join(other);
            });
            Err(Error::cancelled())
        });
        assert_eq!(ended.unwrap_err().message, "cause");
    }

    #[test]
    fn progress_is_told_on_the_callers_thread() {
        let host = Host::new(u64::MAX);
        watched(&host, |watch| {
            watch.progress(7, 0, "lecture");
            while host.told.lock().unwrap().len() < 2 {
                std::thread::yield_now();
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(*host.told.lock().unwrap(), [(0, 0), (7, 0)]);
    }

    #[test]
    fn the_first_and_the_last_figure_are_told_however_short_the_work_is() {
        let host = Host::new(u64::MAX);
        watched(&host, |watch| {
            watch.progress(5, 5, "lecture");
            Ok(())
        })
        .unwrap();
        assert_eq!(*host.told.lock().unwrap(), [(0, 0), (5, 5)]);
    }

    #[test]
    fn a_panic_of_any_thread_stops_all_and_is_the_callers() {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _never: Result<(), _> = watched(&Host::new(u64::MAX), |watch| {
                std::thread::scope(|scope| {
                    let other = start(scope, "essai", watch, || panic!("injected")).unwrap();
                    until_stopped(watch);
                    join::<()>(other);
                });
                Ok(())
            });
        }));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"injected"));
    }
}
