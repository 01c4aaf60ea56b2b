//! The lease of the night, kept by a thread of its own while the run goes on, whatever the others wait for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Thread, park_timeout};
use std::time::Duration;

use super::watch::{Watch, join, start};
use crate::error::{Error, ErrorKind};
use crate::store::Lock;

/// How often the lease is looked at; it is renewed less often.
const BEAT: Duration = Duration::from_millis(50);

/// What the thread that keeps the lease and the run tell each other.
#[derive(Default)]
pub struct Lease {
    over: AtomicBool,
    lost: AtomicBool,
}

impl Lease {
    /// Whether another run may hold the night: the journal is no longer this one's to write.
    pub fn lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    fn keep(&self, lock: &Lock, watch: &Watch) {
        while !self.over.load(Ordering::SeqCst) {
            if !lock.keep() {
                self.lost.store(true, Ordering::SeqCst);
                watch.fail(lost());
                return;
            }
            park_timeout(BEAT);
        }
    }
}

/// Ends the keeping, however the work ended.
struct Over<'l>(&'l Lease, Thread);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::SeqCst);
        self.1.unpark();
    }
}

/// Does `work` while the lock is kept, and gives it back.
///
/// # Errors
/// Those of `work`; the lock was lost, or the system gives no thread.
pub fn held<T>(lock: Lock, watch: &Watch, work: impl FnOnce(&Lease) -> Result<T, Error>) -> Result<T, Error> {
    let lease = Lease::default();
    std::thread::scope(|scope| {
        let keeper = start(scope, "verrou", watch, || {
            // Given back here, at the end.
            let lock = lock;
            lease.keep(&lock, watch);
        })?;
        let over = Over(&lease, keeper.thread().clone());
        let done = work(&lease);
        drop(over);
        join(keeper);
        if lease.lost() { Err(lost()) } else { done }
    })
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Database,
        "L'export de nuit s'est arrêté : son verrou n'a pas pu être gardé, un autre poste a pu prendre la suite. Le \
         prochain lancement reprendra où il en est.",
        "the lock of the night was lost",
    )
}
