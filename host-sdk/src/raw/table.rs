//! A table of the plugin: who owns it, and the calls on it.

use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread;

use passerelle_abi as abi;
use passerelle_abi::{passerelle_batch, passerelle_table};

use super::{
    batch::{self, Column},
    call::{call, struct_size},
    instance::Instance,
    text::{self, required},
};
use crate::{Error, Level};

/// A table, shared by its [`Table`](crate::Table) and [`Canceller`](crate::Canceller)s.
pub(crate) struct Shared {
    table: *const passerelle_table,
    /// Held for reading during every call, so that nobody ends the table under one; the instance while the table lives.
    life: RwLock<Option<Arc<Instance>>>,
    offer: Mutex<Offer>,
    settled: Condvar,
}

/// Whose the table is. Until `show_table` has returned, it may still go back to the plugin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Offer {
    Pending,
    /// The host dropped it before it said whether it takes it.
    DroppedWhilePending,
    Settled,
}

// SAFETY: the plugin takes `[job]` and `[any]` calls on any thread; those of `[job]` come one after the other, because
// only `Table`, which is not Sync, makes them.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// A table that the plugin shows, with all its slots.
    ///
    /// # Safety
    /// `table` is NULL or a table that stays valid until it is released, or, when it is not taken, until `settle`.
    pub(super) unsafe fn offered(table: *const passerelle_table, instance: Arc<Instance>) -> Result<Arc<Self>, Error> {
        // SAFETY: passed on to the caller.
        let slots = unsafe { text::sized(table, "table") }?;
        required(slots.describe, "passerelle_table.describe")?;
        required(slots.next, "passerelle_table.next")?;
        required(slots.progress, "passerelle_table.progress")?;
        required(slots.cancel, "passerelle_table.cancel")?;
        required(slots.release, "passerelle_table.release")?;
        Ok(Arc::new(Self {
            table,
            life: RwLock::new(Some(instance)),
            offer: Mutex::new(Offer::Pending),
            settled: Condvar::new(),
        }))
    }

    /// The host has said whether it takes the table.
    pub(super) fn settle(shared: &Arc<Self>, instance: &Instance, taken: bool) {
        if !taken {
            // The plugin ends it: nobody here touches it any more. A call that is running elsewhere stops first.
            let _ended = shared.cancel();
            drop(shared.life.write().unwrap_or_else(PoisonError::into_inner).take());
        }
        let mut offer = shared.offer.lock().unwrap_or_else(PoisonError::into_inner);
        if taken && *offer == Offer::DroppedWhilePending {
            // Released once the plugin has returned from the call that shows it.
            instance.release_later(Arc::clone(shared));
        }
        *offer = Offer::Settled;
        drop(offer);
        shared.settled.notify_all();
    }

    /// The host no longer wants the table.
    pub(crate) fn give_back(shared: &Arc<Self>) {
        let mut offer = shared.offer.lock().unwrap_or_else(PoisonError::into_inner);
        if *offer == Offer::Settled {
            drop(offer);
            shared.release();
        } else {
            *offer = Offer::DroppedWhilePending;
        }
    }

    /// End it, once; waits for a `cancel` that is running.
    pub(super) fn release(&self) {
        let instance = self.life.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(instance) = instance else { return };
        // SAFETY: the table is the host's and not yet released; `life` is empty now, so nobody uses it any more.
        let released = call(|error| match unsafe { (*self.table).release } {
            // SAFETY: as above.
            Some(release) => unsafe { release(self.table, error) },
            None => abi::PASSERELLE_OK,
        });
        if let Err(error) = released {
            instance
                .block()
                .note(Level::Warn, &format!("a table could not be released: {error}"));
        }
    }

    pub(crate) fn describe(&self) -> Result<String, Error> {
        let alive = self.alive()?;
        let (mut description, mut len) = (std::ptr::null(), 0);
        let describe = required(alive.table.describe, "passerelle_table.describe")?;
        // SAFETY: the table is alive, and stays so while `alive` is held.
        call(|error| unsafe { describe(self.table, &mut description, &mut len, error) })?;
        // SAFETY: borrowed until `release`.
        Ok(unsafe { text::text(description, len, "the table's description") }?.to_owned())
    }

    /// The next rows; 0 after the last.
    ///
    /// The columns borrow the plugin's memory until the next call: the caller, [`Table`](crate::Table), lends itself
    /// mutably for as long.
    pub(crate) fn next(&self, max_rows: u32) -> Result<(usize, Vec<Column<'_>>), Error> {
        let main = self.alive()?.instance.main();
        let mut offer = self.offer.lock().unwrap_or_else(PoisonError::into_inner);
        while *offer != Offer::Settled {
            if thread::current().id() == main {
                return Err(Error::new(
                    abi::PASSERELLE_E_BUSY,
                    "Le tableau ne peut pas encore être lu.",
                    "a table was read inside show_table: its rows come after show_table has returned",
                ));
            }
            offer = self.settled.wait(offer).unwrap_or_else(PoisonError::into_inner);
        }
        drop(offer);
        let alive = self.alive()?;
        let next = required(alive.table.next, "passerelle_table.next")?;
        let mut batch = passerelle_batch {
            struct_size: struct_size::<passerelle_batch>(),
            row_count: 0,
            column_count: 0,
            columns: std::ptr::null(),
        };
        // SAFETY: the table is alive, and stays so while `alive` is held.
        call(|error| unsafe { next(self.table, max_rows, &mut batch, error) })?;
        // SAFETY: the plugin keeps the rows until the table's next call; see above.
        unsafe { batch::read(&batch, max_rows) }
    }

    pub(crate) fn progress(&self) -> Result<(u64, u64), Error> {
        let alive = self.alive()?;
        let progress = required(alive.table.progress, "passerelle_table.progress")?;
        let (mut done, mut total) = (0, 0);
        // SAFETY: the table is alive, and stays so while `alive` is held.
        call(|error| unsafe { progress(self.table, &mut done, &mut total, error) })?;
        Ok((done, total))
    }

    /// Does nothing to a table that has ended.
    pub(crate) fn cancel(&self) -> Result<(), Error> {
        let Ok(alive) = self.alive() else { return Ok(()) };
        let cancel = required(alive.table.cancel, "passerelle_table.cancel")?;
        // SAFETY: the table is alive, and stays so while `alive` is held.
        call(|error| unsafe { cancel(self.table, error) })
    }

    fn alive(&self) -> Result<Alive<'_>, Error> {
        let life = self.life.read().unwrap_or_else(PoisonError::into_inner);
        match life.as_ref() {
            Some(instance) => {
                let instance = Arc::clone(instance);
                // SAFETY: checked in `offered`, and not yet released.
                let table = unsafe { &*self.table };
                Ok(Alive {
                    table,
                    instance,
                    _life: life,
                })
            }
            None => Err(Error::new(
                abi::PASSERELLE_E_NOT_INITIALIZED,
                "Ce tableau n'est plus disponible : ouvrez-le à nouveau.",
                "the table went back to the plugin",
            )),
        }
    }
}

/// A table that nobody ends while this is held.
struct Alive<'a> {
    table: &'a passerelle_table,
    instance: Arc<Instance>,
    _life: RwLockReadGuard<'a, Option<Arc<Instance>>>,
}
