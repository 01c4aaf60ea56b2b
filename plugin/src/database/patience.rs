//! Waiting for another session's lock: in short tries, so that whoever is told to stop meanwhile does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::DatabaseError;

/// How long a driver, or a server, may wait for a lock before we look whether to go on waiting.
pub(super) const TRY: Duration = Duration::from_millis(100);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a lock is waited for, unless the connection string says otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A failure that may come of another session's lock.
pub trait Refusal: From<DatabaseError> {
    /// Whether it does: the same again may succeed.
    fn is_lock(&self) -> bool;
}

impl Refusal for DatabaseError {
    fn is_lock(&self) -> bool {
        matches!(self, DatabaseError::Locked(_))
    }
}

/// How long a connection waits for locks, and what makes it give up before.
#[derive(Debug, Clone, Default)]
pub(super) struct Patience {
    /// Nothing: the driver's own waiting is all.
    pub(super) limit: Duration,
    /// Set once nobody wants to wait any more.
    pub(super) stop: Option<Arc<AtomicBool>>,
}

impl Patience {
    /// Tries until no lock is in the way, the patience is over, or `cancelled` or the flag says to stop: one try is
    /// always made.
    pub(super) fn attempt<T, E: Refusal>(
        &self,
        cancelled: &dyn Fn() -> bool,
        mut attempt: impl FnMut() -> Result<T, E>,
    ) -> Result<T, E> {
        let start = Instant::now();
        loop {
            match attempt() {
                Err(error) if error.is_lock() && start.elapsed() < self.limit => {
                    let stopped = self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::SeqCst));
                    if stopped || cancelled() {
                        return Err(DatabaseError::Cancelled.into());
                    }
                    sleep(PAUSE);
                }
                done => return done,
            }
        }
    }
}
