//! What is told by e-mail after a night: to whom, when, and through what. Nothing here ever fails a night.
//!
//! A run is told about once when it stops before its end, and once when it comes to its end, however often it is taken
//! up again: the journal says so before the e-mail goes. Whoever cancelled a run knows it. An e-mail that fails is not
//! tried again; the outcome and the log say why.

mod letter;
mod post;

use chrono::NaiveDate;

pub use letter::Letter;
pub use post::{Posted, post};

use super::run::{Outcome, Parts};
use crate::error::Error;
use crate::host::Host;
use crate::store::journal::{Avis, Journal, RunId};
use crate::store::{Courriel, Quand};

/// What a run needs to tell of itself.
pub(super) struct Telling<'a> {
    parts: &'a Parts,
    host: &'a dyn Host,
    journal: &'a Journal,
    run: RunId,
    nuit: NaiveDate,
    /// As the run found them; none: nobody is told.
    courriel: Option<Courriel>,
}

impl<'a> Telling<'a> {
    /// Read the settings while the database answers: it may be what fails later.
    pub(super) fn new(parts: &'a Parts, host: &'a dyn Host, journal: &'a Journal, run: RunId, nuit: NaiveDate) -> Self {
        let courriel = parts.store.courriel().map_err(|error| {
            tracing::warn!(run = run.0, "the settings of the e-mail cannot be read: {error}");
        });
        Self {
            parts,
            host,
            journal,
            run,
            nuit,
            courriel: courriel.ok().filter(|courriel| courriel.reglage.quand != Quand::Jamais),
        }
    }

    /// The run stopped before its end, and nobody asked it to.
    pub(super) fn interrupted(&self, error: &Error, stop: &dyn Fn() -> bool) {
        let Some(courriel) = &self.courriel else { return };
        // Where the journal cannot be written, that is what there is to tell.
        if let Ok(false) = self.journal.claim_courriel(self.run, Avis::Interruption) {
            return;
        }
        let letter = Letter::interrupted(self.nuit, self.run, &error.message);
        self.send(courriel, &letter, stop);
    }

    /// The run came to its end. Gives a sentence for its outcome; none if nobody is told.
    pub(super) fn ended(&self, outcome: &Outcome, troubles: &[String], stop: &dyn Fn() -> bool) -> Option<String> {
        let courriel = self.courriel.as_ref()?;
        let letter = match Letter::ended(self.journal, self.run, self.nuit, outcome.counts, troubles) {
            Ok(letter) => letter,
            Err(error) => {
                tracing::warn!(run = self.run.0, "the e-mail could not be written: {error}");
                return Some(failed(&Error::from(error)));
            }
        };
        if courriel.reglage.quand == Quand::SiAction && !letter.needs_a_hand {
            return None;
        }
        match self.journal.claim_courriel(self.run, Avis::Fin) {
            Ok(true) => Some(self.send(courriel, &letter, stop)),
            Ok(false) => None,
            Err(error) => {
                tracing::warn!(
                    run = self.run.0,
                    "the e-mail was not sent, since the journal cannot say so: {error}"
                );
                Some(failed(&Error::from(error)))
            }
        }
    }

    fn send(&self, courriel: &Courriel, letter: &Letter, stop: &dyn Fn() -> bool) -> String {
        match post(self.host, &self.parts.sealer, courriel, letter, stop) {
            Ok(posted) => {
                tracing::info!(
                    run = self.run.0,
                    recipients = posted.recipients,
                    refused = posted.refused.len(),
                    "e-mail sent"
                );
                format!("Compte rendu {}.", posted.text())
            }
            Err(error) => {
                tracing::warn!(run = self.run.0, "the e-mail was not sent: {error}");
                failed(&error)
            }
        }
    }
}

fn failed(error: &Error) -> String {
    format!("Le compte rendu n'a pas pu partir par courriel : {}", error.message)
}
