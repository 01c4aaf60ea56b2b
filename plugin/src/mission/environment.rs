//! What a send needs of its caller: the hour, the cancel flag, the journal.

use super::answer::Verdict;
use super::error::MissionError;
use super::transport::SLICE;
use chrono::{DateTime, FixedOffset};
use std::ops::Range;
use std::time::Duration;

/// What a send needs of the world.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// Whether the host wants to stop. Called about every 100 ms for as long as the send lasts, so a lease may be renewed here.
    pub cancel: &'a dyn Fn() -> bool,
    /// The host's hour.
    pub now: &'a dyn Fn() -> DateTime<FixedOffset>,
    /// A random number from 0 to 1.
    pub jitter: &'a dyn Fn() -> f64,
    /// Sleeps: `std::thread::sleep` outside tests. Called with 100 ms at most.
    pub sleep: &'a dyn Fn(Duration),
    /// No attempt starts from then on, and no answer is awaited.
    pub deadline: DateTime<FixedOffset>,
    /// How long one part may be tried again: whoever has several receivers lets none of them keep the others waiting,
    /// and comes back later.
    pub patience: Duration,
}

/// The observer's wish to stop at once; its own error stays with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

/// The journal's side of a send. Ranges count the batch's dossiers from 0.
pub trait Observer {
    /// A part is about to leave. It is in doubt until `after` tells of the same range.
    ///
    /// # Errors
    /// `Stop`: it does not leave.
    fn before(&mut self, part: Range<usize>) -> Result<(), Stop>;

    /// A part was answered.
    ///
    /// # Errors
    /// `Stop`: nothing more leaves.
    fn after(&mut self, part: Range<usize>, answer: &PartAnswer<'_>) -> Result<(), Stop>;

    /// The next attempt comes after `wait`, because of `cause`.
    fn waiting(&mut self, wait: Duration, cause: &MissionError) {
        let _ = (wait, cause);
    }
}

/// An answer to one HTTP batch.
#[derive(Debug)]
pub struct PartAnswer<'a> {
    /// Its status.
    pub http: u16,
    /// Attempts that it took.
    pub attempts: u32,
    /// What it says of the dossiers.
    pub outcome: PartOutcome<'a>,
}

/// What an answer says of its dossiers.
#[derive(Debug)]
pub enum PartOutcome<'a> {
    /// One final verdict per dossier of the part, in their order.
    Verdicts(&'a [Verdict]),
    /// Refused as a whole (or its rejections cannot be told apart): its dossiers go again in smaller parts.
    Divided,
}

/// The observer of a second sending: its journal entry is the first one's.
pub(super) struct Silent;

impl Observer for Silent {
    fn before(&mut self, _: Range<usize>) -> Result<(), Stop> {
        Ok(())
    }

    fn after(&mut self, _: Range<usize>, _: &PartAnswer<'_>) -> Result<(), Stop> {
        Ok(())
    }
}

/// Waits in slices, so that a cancel is heard.
///
/// # Errors
/// `Cancelled`.
pub fn pause(wait: Duration, env: &Environment<'_>) -> Result<(), MissionError> {
    let mut left = wait;
    loop {
        if (env.cancel)() {
            return Err(MissionError::Cancelled);
        }
        if left.is_zero() {
            return Ok(());
        }
        let slice = left.min(SLICE);
        (env.sleep)(slice);
        left = left.saturating_sub(slice);
    }
}
