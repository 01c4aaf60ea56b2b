//! The nightly run: every dossier read ends in exactly one state.
//!
//! | file | what it does |
//! |---|---|
//! | `run` | the state machine, from the lock to the close |
//! | `calendar` | which night it is, and until when it may send |
//! | `frozen` | the settings that a run keeps to its end |
//! | `stream` | the ERP's inscriptions as dossiers: what the preview shows too |
//! | `empreintes` | the fingerprints of a dossier's fields |
//! | `sending` | fills batches, hands them to the senders |
//! | `queue` | between them: bounded, parallel between establishments, in order within one |
//! | `establishment` | one establishment: sends, is put off, ends |
//! | `access` | an access of the settings as the receiver's client wants it |
//! | `journaling` | the journal, around each part of a batch |
//! | `lease` | the lock, kept while the run goes on |
//! | `telling` | the e-mail about it, once the run is over |
//! | `outcome`, `causes`, `spent` | what it came to, why, and where the time went |
//! | `watch` | the host's thread, which hears a cancel whatever the others wait for |
//!
//! Threads of a call: the host's (`watch`); one that computes (`run`) and one that reads ahead of it (`erp`); a few that
//! send (`sending`); one that keeps the lock (`lease`). All have ended when the call returns. Memory is what the two
//! queues may hold, whatever the number of dossiers.

mod access;
pub mod calendar;
pub mod causes;
mod doubles;
pub mod empreintes;
mod establishment;
mod frozen;
mod journaling;
mod lease;
mod outcome;
mod queue;
mod run;
mod sending;
mod spent;
pub mod stream;
pub mod telling;
mod watch;

pub use access::access;
pub use calendar::{WINDOW_END_MINUTE, WINDOW_START_MINUTE};
pub use outcome::{Outcome, OutcomeKind};
pub use run::{Parts, run};
pub use watch::{Watch, watched};
