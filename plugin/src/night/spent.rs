//! Where a night's time goes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Time spent in each part of a night. They overlap: together they may be longer than the night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Reading the ERP, on its thread.
    pub reading: Duration,
    /// The rules, the JSON and the fingerprints.
    pub computing: Duration,
    /// Waiting for the receiver's answers, pauses between attempts included; the sum of all senders.
    pub sending: Duration,
    /// Writing and asking the journal, waiting for one's turn at it included; the sum of all threads.
    pub journal: Duration,
}

/// One of these times, while it is being counted by several threads.
#[derive(Debug, Default)]
pub struct Meter(AtomicU64);

impl Meter {
    /// Adds some.
    pub fn add(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }

    /// The sum so far.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}
