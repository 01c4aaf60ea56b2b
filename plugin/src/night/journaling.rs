//! The journal, shared by the threads of a night, and each part of a batch written down before it goes and after its
//! answer.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::spent::Meter;
use crate::mission::{Batch, ErreurChamp, MissionError, Observer, PartAnswer, PartOutcome, Stop, Verdict};
use crate::store::StoreError;
use crate::store::journal::{self, Erreur, EtablissementId, Journal, LotId, ResultatPret};

/// How many complaints about one dossier are kept.
const MOST_COMPLAINTS: usize = 20;

/// One connection for all the threads, since SQLite has one writer at a time, and no other database needs more: a batch
/// costs it a few statements.
pub struct SharedJournal {
    journal: Mutex<Journal>,
    time: Meter,
}

impl SharedJournal {
    /// Shares a journal.
    pub fn new(journal: Journal) -> Self {
        Self {
            journal: Mutex::new(journal),
            time: Meter::default(),
        }
    }

    /// Uses the journal, once the threads before have.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn with<T>(&self, work: impl FnOnce(&Journal) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let since = Instant::now();
        // A panic under the lock has rolled back what it was writing.
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let done = work(&journal);
        drop(journal);
        self.time.add(since.elapsed());
        done
    }

    /// How long its users have waited for it and used it, all together.
    pub fn time(&self) -> Duration {
        self.time.total()
    }
}

/// Writes each part of a batch down before it goes and after its answer.
pub struct Journaling<'a> {
    journal: &'a SharedJournal,
    sending: &'a Meter,
    id: EtablissementId,
    batch: &'a Batch<ResultatPret>,
    lots: &'a mut i64,
    lot: Option<LotId>,
    left: Option<Instant>,
    attempts: u32,
    // Dossiers written down so far: a batch is written whole before its parts are.
    told: usize,
    failed: Option<StoreError>,
}

impl<'a> Journaling<'a> {
    /// For one batch of an establishment that has had so many lots; `sending` counts the time that answers take.
    pub fn new(
        journal: &'a SharedJournal,
        sending: &'a Meter,
        id: EtablissementId,
        batch: &'a Batch<ResultatPret>,
        lots: &'a mut i64,
    ) -> Self {
        Self {
            journal,
            sending,
            id,
            batch,
            lots,
            lot: None,
            left: None,
            attempts: 0,
            told: 0,
            failed: None,
        }
    }

    /// Ends the batch as it was sent: what never left is written down as waiting, whatever stopped it.
    ///
    /// # Errors
    /// What kept the journal from being written, now or before.
    pub fn finish<T>(mut self, sent: &Result<T, MissionError>) -> Result<(), StoreError> {
        self.answered();
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let Err(error) = sent else { return Ok(()) };
        self.unanswered(error)?;
        let never_left = self.batch.tags().get(self.told..).unwrap_or_default();
        self.journal.with(|journal| journal.en_attente(self.id, never_left))
    }

    fn begin(&mut self, part: Range<usize>) -> Result<(), StoreError> {
        let dossiers = self.batch.tags().get(part.clone()).unwrap_or_default();
        *self.lots += 1;
        let (id, numero) = (self.id, *self.lots);
        let known = part.end <= self.told;
        let lot = self.journal.with(|journal| {
            let lot = if known {
                let inscriptions: Vec<_> = dossiers.iter().map(|dossier| dossier.inscription_id).collect();
                journal.lot_partie(id, numero, &inscriptions)?
            } else {
                journal.lot_pret(id, numero, dossiers)?
            };
            journal.lot_envoye(lot, 1)?;
            Ok(lot)
        })?;
        self.told = self.told.max(part.end);
        self.lot = Some(lot);
        self.attempts = 1;
        self.left = Some(Instant::now());
        Ok(())
    }

    fn end(&mut self, part: Range<usize>, answer: &PartAnswer<'_>) -> Result<(), StoreError> {
        self.answered();
        let Some(lot) = self.lot.take() else { return Ok(()) };
        let (http, attempts) = (answer.http, answer.attempts);
        let PartOutcome::Verdicts(verdicts) = answer.outcome else {
            return self
                .journal
                .with(|journal| journal.lot_refuse(lot, Some(http), attempts, &[]));
        };
        let dossiers = self.batch.tags().get(part).unwrap_or_default();
        let verdicts: Vec<_> = dossiers
            .iter()
            .zip(verdicts)
            .map(|(tag, verdict)| journaled(tag, verdict))
            .collect();
        self.journal.with(|journal| {
            if (200..300).contains(&http) {
                journal.lot_repondu(lot, http, attempts, &verdicts)
            } else {
                journal.lot_refuse(lot, Some(http), attempts, &verdicts)
            }
        })
    }

    /// Write down of the part on its way what is known of it: refused whatever its dossiers, or tried so often in vain.
    fn unanswered(&mut self, error: &MissionError) -> Result<(), StoreError> {
        let Some(lot) = self.lot.take() else { return Ok(()) };
        let attempts = self.attempts;
        self.journal.with(|journal| match error.refusal() {
            Some(http) => journal.lot_refuse(lot, Some(http), attempts, &[]),
            None => journal.lot_envoye(lot, attempts),
        })
    }

    fn answered(&mut self) {
        if let Some(left) = self.left.take() {
            self.sending.add(left.elapsed());
        }
    }

    fn keep(&mut self, written: Result<(), StoreError>) -> Result<(), Stop> {
        written.map_err(|error| {
            self.failed = Some(error);
            Stop
        })
    }
}

impl Observer for Journaling<'_> {
    fn before(&mut self, part: Range<usize>) -> Result<(), Stop> {
        let written = self.begin(part);
        self.keep(written)
    }

    fn after(&mut self, part: Range<usize>, answer: &PartAnswer<'_>) -> Result<(), Stop> {
        let written = self.end(part, answer);
        self.keep(written)
    }

    fn waiting(&mut self, _: Duration, _: &MissionError) {
        self.attempts = self.attempts.saturating_add(1);
    }
}

fn journaled(tag: &ResultatPret, verdict: &Verdict) -> journal::Verdict {
    let (rejet, premiere) = match verdict {
        Verdict::Accepte => (None, None),
        Verdict::AccepteAllege { premiere } => (None, Some(words(premiere))),
        Verdict::Rejete {
            erreurs, seconde: None, ..
        } => (Some(words(erreurs)), None),
        Verdict::Rejete {
            erreurs,
            seconde: Some(seconde),
            ..
        } => (Some(words(seconde)), Some(words(erreurs))),
    };
    journal::Verdict {
        inscription_id: tag.inscription_id,
        rejet,
        premiere,
    }
}

/// The receiver's words on one dossier, as many as are kept; the last entry counts the others.
fn words(errors: &[ErreurChamp]) -> Vec<Erreur> {
    let kept = errors.iter().take(MOST_COMPLAINTS).map(|error| Erreur {
        champ: error.champ.clone(),
        message: error.message.clone(),
    });
    let others = errors.len().saturating_sub(MOST_COMPLAINTS);
    let rest = (others > 0).then(|| Erreur {
        champ: String::new(),
        message: format!("… et {others} autre(s) erreur(s) sur ce dossier."),
    });
    kept.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_complaints_about_one_dossier_are_counted_not_kept() {
        let complaints = |count: usize| -> Vec<ErreurChamp> {
            (0..count)
                .map(|number| ErreurChamp {
                    champ: format!("champ{number}"),
                    message: "non".to_owned(),
                })
                .collect()
        };
        assert_eq!(words(&complaints(20)).len(), 20);
        let kept = words(&complaints(100_000));
        assert_eq!(kept.len(), 21);
        assert_eq!(
            kept.last().map(|error| error.message.as_str()),
            Some("… et 99980 autre(s) erreur(s) sur ce dossier.")
        );
    }
}
