//! What is handed out to the host, and its end.
//!
//! A host may call on what it has destroyed or released: a wrapper ended twice, a finalizer, a button that still has its
//! handler. What it holds is therefore never freed: the structure of C and a [`Life`] stay as a tombstone, less than 100
//! bytes each, and everything behind them goes when it ends.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands behind a structure that was handed out, as long as it lives.
pub struct Life<T>(Mutex<Option<Arc<T>>>);

/// Why something cannot be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEnded {
    /// A call on it is running.
    InUse,
    /// It has ended already.
    Ended,
}

impl<T: Send + Sync> Life<T> {
    /// A life that begins.
    pub fn new(body: T) -> Self {
        Self(Mutex::new(Some(Arc::new(body))))
    }

    /// For one call: what stands behind it, which does not end before the result is dropped; none once it has ended.
    pub fn enter(&self) -> Option<Arc<T>> {
        self.lock().clone()
    }

    /// A look that does not count as a call.
    pub fn peek<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.lock().as_deref().map(look)
    }

    /// End it, and have what stood behind it, unless a call is running.
    ///
    /// # Errors
    /// A call is running, or it has ended.
    pub fn end(&self) -> Result<T, NotEnded> {
        let mut life = self.lock();
        // Nobody enters while the lock is held.
        match Arc::try_unwrap(life.take().ok_or(NotEnded::Ended)?) {
            Ok(body) => Ok(body),
            Err(entered) => {
                *life = Some(entered);
                Err(NotEnded::InUse)
            }
        }
    }

    /// End it for everybody who comes from now on; what stood behind it goes with the last call that is running.
    pub fn leave(&self) -> Option<Arc<T>> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every structure handed out so far: a leak checker finds here that they are kept on purpose.
static TOMBSTONES: Mutex<Vec<Tombstone>> = Mutex::new(Vec::new());

#[allow(dead_code, reason = "only kept")]
struct Tombstone(*const ());

// SAFETY: never looked at.
unsafe impl Send for Tombstone {}

/// Keep a structure for the life of the process; `make` gets the address that it will have.
pub fn hand_out<T: Sync>(make: impl FnOnce(*mut c_void) -> T) -> &'static T {
    const { assert!(size_of::<T>() < 100, "the header says how little is kept") };
    let place = Box::into_raw(Box::<T>::new_uninit()).cast::<T>();
    TOMBSTONES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Tombstone(place.cast()));
    // SAFETY: allocated just now for a `T`, never freed, and only shared from here on.
    unsafe {
        place.write(make(place.cast()));
        &*place
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_ends_under_a_call_and_everything_ends_once() {
        let life = Life::new(7);
        let call = life.enter().unwrap();
        assert_eq!(life.end(), Err(NotEnded::InUse));
        assert_eq!(life.peek(|body| *body), Some(7), "a refused end changes nothing");
        drop(call);
        assert_eq!(life.end(), Ok(7));
        assert_eq!(life.end(), Err(NotEnded::Ended));
        assert!(life.enter().is_none());
    }

    #[test]
    fn what_was_left_goes_with_the_last_call() {
        let body = Arc::new(());
        let life = Life::new(Arc::clone(&body));
        let call = life.enter().unwrap();
        drop(life.leave());
        assert!(life.enter().is_none());
        assert_eq!(Arc::strong_count(&body), 2);
        drop(call);
        assert_eq!(Arc::strong_count(&body), 1);
    }

    #[test]
    fn many_threads_that_end_one_thing_end_it_once() {
        for _ in 0..200 {
            let life = Life::new(());
            let ended: usize = std::thread::scope(|scope| {
                let ending: Vec<_> = (0..4)
                    .map(|_| scope.spawn(|| usize::from(life.end().is_ok())))
                    .collect();
                ending.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(ended, 1);
        }
    }
}
