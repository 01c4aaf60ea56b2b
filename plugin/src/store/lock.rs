//! `mna_verrou`: a lease, so that two servers, or a scheduler that fires twice, never run the same night together.
//!
//! The lease follows the database's clock, the one that all share, and ends by itself: a dead owner keeps nobody out.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::own::{OwnConnection, OwnDatabase};
use super::{StoreError, read};
use crate::database::{DatabaseError, Param};

/// The one thing that is locked so far.
const NIGHT: &str = "nuit";

/// The lease of the night, held by this run. Dropping it gives it back.
#[derive(Debug)]
pub struct Lock {
    database: OwnDatabase,
    connection: RefCell<OwnConnection>,
    owner: String,
    lease: Duration,
    // The process's own clock, which nobody sets: how long the lease surely lasts.
    renewed: Cell<Instant>,
    /// The last try to renew it, in vain or not.
    tried: Cell<Instant>,
}

impl Lock {
    /// Take the lease; none if somebody else holds it.
    ///
    /// # Errors
    /// The database, or the system's randomness.
    pub(super) fn take(database: &OwnDatabase, lease: Duration) -> Result<Option<Self>, StoreError> {
        let connection = database.open()?;
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| super::SealError::Randomness(error.to_string()))?;
        let owner: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let renewed = Instant::now();
        let now = connection.dialect().epoch_seconds();
        let sql =
            format!("UPDATE mna_verrou SET proprietaire = ?, expire = {now} + ? WHERE objet = ? AND expire < {now}");
        connection.execute(&sql, &[owner.as_str().into(), seconds(lease), NIGHT.into()])?;
        // Asked again rather than counted: drivers count rows in ways of their own.
        let mut holder = None;
        let sql = "SELECT proprietaire FROM mna_verrou WHERE objet = ?";
        read::each(&connection, "mna_verrou", sql, &[NIGHT.into()], |cells| {
            holder = cells.text(0, "proprietaire")?;
            Ok(true)
        })?;
        let held = holder.as_deref() == Some(owner.as_str());
        Ok(held.then_some(Self {
            database: database.clone(),
            connection: RefCell::new(connection),
            owner,
            lease,
            renewed: Cell::new(renewed),
            tried: Cell::new(renewed),
        }))
    }

    /// Keep the lease, as the run goes; costs nothing but once in a sixth of it. Says whether it is still held.
    ///
    /// A database that does not answer for a moment costs the lease only when its time is over.
    pub fn keep(&self) -> bool {
        let surely = || self.renewed.get().elapsed() < self.lease;
        if self.tried.get().elapsed() < self.lease / 6 {
            return surely();
        }
        let start = Instant::now();
        self.tried.set(start);
        match self.renew() {
            Ok(true) => {
                self.renewed.set(start);
                true
            }
            Ok(false) => false,
            Err(error) => {
                tracing::warn!("the lock could not be renewed: {error}");
                surely()
            }
        }
    }

    fn renew(&self) -> Result<bool, StoreError> {
        let now = self.database.dialect().epoch_seconds();
        let sql = format!("UPDATE mna_verrou SET expire = {now} + ? WHERE objet = ? AND proprietaire = ?");
        let owner: Param = self.owner.as_str().into();
        Ok(self.change(&sql, &[seconds(self.lease), NIGHT.into(), owner])? > 0)
    }

    /// Runs a statement, over a new connection if the one at hand has broken meanwhile: it is idle most of the time.
    fn change(&self, sql: &str, params: &[Param]) -> Result<u64, DatabaseError> {
        let first = self.connection.borrow().change(sql, params);
        match first {
            Err(DatabaseError::Locked(_) | DatabaseError::Cancelled | DatabaseError::UncountedRows) | Ok(_) => first,
            Err(_) => {
                let connection = self.database.open()?;
                let again = connection.change(sql, params);
                self.connection.replace(connection);
                again
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let sql = "UPDATE mna_verrou SET expire = 0 WHERE objet = ? AND proprietaire = ?";
        if let Err(error) = self.change(sql, &[NIGHT.into(), self.owner.as_str().into()]) {
            tracing::warn!("the lock could not be given back, it ends by itself: {error}");
        }
    }
}

/// The row that is locked, for the migration.
pub(super) fn row() -> [Param; 3] {
    [NIGHT.into(), "".into(), Param::Integer(0)]
}

fn seconds(duration: Duration) -> Param {
    Param::Integer(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::bases::{Product, on_each};
    use crate::store::tests::store;

    const LONG: Duration = Duration::from_secs(600);

    on_each! {
        one_holds_it_until_it_is_dropped
        a_dead_owner_keeps_nobody_out_once_its_lease_is_over
        of_many_at_once_one_gets_it
    }

    fn one_holds_it_until_it_is_dropped(product: Product) {
        let (_base, _database, store) = store(product);
        let first = store.lock(LONG).unwrap().unwrap();
        assert!(store.lock(LONG).unwrap().is_none());
        assert!(first.keep());
        drop(first);
        assert!(store.lock(LONG).unwrap().is_some());
    }

    fn a_dead_owner_keeps_nobody_out_once_its_lease_is_over(product: Product) {
        let (_base, database, store) = store(product);
        let mut dead = store.lock(LONG).unwrap().unwrap();
        let connection = database.open().unwrap();
        let over = format!(
            "UPDATE mna_verrou SET expire = {} - 1",
            database.dialect().epoch_seconds()
        );
        connection.execute(&over, &[]).unwrap();
        let next = store.lock(LONG).unwrap().unwrap();
        // The one that was taken for dead learns it, and does not take the other's lease away when it goes.
        dead.lease = Duration::ZERO;
        assert!(!dead.keep());
        drop(dead);
        assert!(next.keep());
        assert!(store.lock(LONG).unwrap().is_none());
    }

    fn of_many_at_once_one_gets_it(product: Product) {
        let (_base, _database, store) = store(product);
        let locks: Vec<_> = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..8).map(|_| scope.spawn(|| store.lock(LONG).unwrap())).collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).collect()
        });
        assert_eq!(locks.iter().flatten().count(), 1);
    }
}
