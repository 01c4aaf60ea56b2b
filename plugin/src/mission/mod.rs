//! The receiving API: one file per protocol, transport with retry.
//!
//! | file | what it does |
//! |---|---|
//! | `access` | where an establishment's dossiers go, with which key |
//! | `batch` | splits a stream of serialised dossiers by number and by bytes |
//! | `environment` | what a send needs of its caller: hour, cancel, journal |
//! | `sending` | one batch to its verdicts: attempts, login, healing |
//! | `search` | halving down to the culprit |
//! | `retry` | pure decisions: answer, attempt and hour give what comes next |
//! | `transport` | one HTTP exchange: time-outs, cancel, proxy, certificates |
//! | `proxy` | which proxy stands between |
//! | `fault` | what a failed exchange means |
//! | `answer` | verdicts, dossier by dossier |
//! | `organisme` | the receiver's directory: whether it knows an establishment |
//! | `v3`, `statut_candidats` | what differs between the protocols |
//! | `error` | every error with its French text |
//!
//! A run makes one [`Transport`] and, on it, one [`Mission`] per establishment. Calls block; none leaves a thread behind.
//! The clock, the randomness and the sleep are arguments ([`Environment`]).
//! Nothing here logs a body, a key or a name: only the establishment's UAI and counts.

mod access;
mod answer;
mod batch;
mod environment;
mod error;
mod fault;
mod organisme;
mod proxy;
mod retry;
mod search;
mod sending;
mod statut_candidats;
mod transport;
mod v3;

#[cfg(test)]
mod tests;

pub use crate::tls::CertificateFault;
pub use access::{Access, Cle};
pub use answer::{ErreurChamp, Verdict};
pub use batch::{Batch, Limits, Pushed, Splitter};
pub use environment::{Environment, Observer, PartAnswer, PartOutcome, Stop, pause};
pub use error::{MissionError, waiting_text};
pub use organisme::Organisme;
pub use retry::Backoff;
pub use sending::Mission;
pub use transport::{Options, Transport};
pub use v3::heal;
