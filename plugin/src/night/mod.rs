//! The nightly run: every dossier read ends in exactly one state.

pub mod calendar;
mod run;
mod sending;
pub mod stream;
pub mod telling;

pub use calendar::{WINDOW_END_MINUTE, WINDOW_START_MINUTE};
pub use run::{Outcome, OutcomeKind, Parts, run};
