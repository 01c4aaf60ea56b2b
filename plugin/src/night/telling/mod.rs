//! What is told by e-mail after a night: to whom, when, and through what. Nothing here ever fails a night.
//!
//! A run is told about once when it stops before its end, once when it ends with something still to be sent, and once when
//! it is done, however often it is taken up again: the journal says so before the e-mail goes. Whoever cancelled a run knows it. An e-mail that fails is not
//! tried again; the outcome and the log say why.
//!
//! It goes on the thread on which the host called, once the night's own threads have ended and its lock is free.

mod letter;
mod post;

use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;

pub use letter::Letter;
pub use post::{Posted, check, post};

use super::outcome::Outcome;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Run};
use crate::store::journal::{Avis, EtatExecution, Fin, RunId};
use crate::store::{Courriel, Quand, Sealer, Store};

/// What there is to tell of the run in progress. `Sync`: the run fills it on a thread of its own.
#[derive(Default)]
pub struct Telling(Mutex<Option<Subject>>);

/// A run that somebody may want to be told about.
struct Subject {
    store: Store,
    run: RunId,
    nuit: NaiveDate,
    courriel: Courriel,
    /// What it came to; none while it runs.
    fin: Option<Fin>,
}

impl Telling {
    /// A run was opened, or taken up. Reads the settings while the database answers: it may be what fails later.
    pub(super) fn opened(&self, store: &Store, run: RunId, nuit: NaiveDate) {
        let courriel = match store.courriel() {
            Ok(courriel) => courriel,
            Err(error) => {
                tracing::warn!(run = run.0, "the settings of the e-mail cannot be read: {error}");
                return;
            }
        };
        if courriel.reglage.quand != Quand::Jamais {
            self.set(Some(Subject {
                store: store.clone(),
                run,
                nuit,
                courriel,
                fin: None,
            }));
        }
    }

    /// Somebody else goes on with the run, and tells of it.
    pub(super) fn forget(&self) {
        self.set(None);
    }

    /// The run went to its end.
    pub(super) fn ended(&self, fin: Fin) {
        if let Some(subject) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            subject.fin = Some(fin);
        }
    }

    fn set(&self, subject: Option<Subject>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = subject;
    }

    /// Tell whoever wants to know, and give the night's result back, with what became of the e-mail in its text.
    ///
    /// # Errors
    /// The night's own, as they are.
    pub fn tell(
        self,
        night: Result<Outcome, Error>,
        host: &dyn Host,
        sealer: &dyn Fn() -> Result<Sealer, Error>,
        run: &dyn Run,
    ) -> Result<Outcome, Error> {
        let Some(subject) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner) else {
            return night;
        };
        let post = |letter: &Letter| {
            run.progress(0, 0, "Export de nuit : envoi du compte rendu par courriel");
            post(host, sealer, &subject.courriel, letter, &|| run.is_cancelled())
        };
        match night {
            Ok(outcome) => Ok(match &subject.fin {
                Some(fin) => match subject.ended(fin, &post) {
                    Some(told) => outcome.with_mail(fin, &told),
                    None => outcome,
                },
                None => outcome,
            }),
            Err(error) => {
                if error.kind != ErrorKind::Cancelled {
                    subject.interrupted(&error, &post);
                }
                Err(error)
            }
        }
    }
}

type Post<'a> = dyn Fn(&Letter) -> Result<Posted, Error> + 'a;

impl Subject {
    fn interrupted(&self, error: &Error, post: &Post<'_>) {
        let claimed = self
            .store
            .journal()
            .and_then(|journal| journal.claim_courriel(self.run, Avis::Interruption));
        // Where the journal cannot be written, that is what there is to tell.
        if !matches!(claimed, Ok(false)) {
            self.send(&Letter::interrupted(self.nuit, self.run, &error.message), post);
        }
    }

    /// Gives a sentence for the outcome; none if nobody is told.
    fn ended(&self, fin: &Fin, post: &Post<'_>) -> Option<String> {
        let prepared = self.store.journal().and_then(|journal| {
            let letter = Letter::ended(&journal, self.run, self.nuit, fin)?;
            let wanted = self.courriel.reglage.quand == Quand::Toujours || letter.needs_a_hand;
            let avis = match fin.etat {
                EtatExecution::Incomplete => Avis::Incomplete,
                _ => Avis::Fin,
            };
            let claimed = wanted && journal.claim_courriel(self.run, avis)?;
            Ok(claimed.then_some(letter))
        });
        match prepared {
            Ok(letter) => Some(self.send(&letter?, post)),
            Err(error) => Some(self.failed(&error.into())),
        }
    }

    fn send(&self, letter: &Letter, post: &Post<'_>) -> String {
        match post(letter) {
            Ok(posted) => {
                tracing::info!(
                    run = self.run.0,
                    recipients = posted.recipients,
                    refused = posted.refused.len(),
                    "e-mail sent"
                );
                format!("Courriel du compte rendu {}.", posted.text())
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&self, error: &Error) -> String {
        tracing::warn!(run = self.run.0, "the e-mail was not sent: {error}");
        format!("Le compte rendu n'a pas pu partir par courriel : {}", error.message)
    }
}
