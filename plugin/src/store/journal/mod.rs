//! The journal of the nights: what was read, what was sent, what came back.
//!
//! A run has establishments (one per API access), an establishment has batches, and each dossier of a run has exactly
//! one row with one state. Reports count those rows, so that their figures always add up. What is written here survives
//! a crash at any instruction: before a batch goes it is `pret`, while it is on its way `envoye`, then `repondu` or
//! `refuse` together with the states of its dossiers.

mod compare;
mod conclusion;
mod lots;
mod pages;
mod read;
mod report;
mod runs;
mod states;
#[cfg(test)]
mod tests;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

pub use compare::{Envoye, EnvoyeJournal};
pub use conclusion::{Cause, Fin};
pub use read::NonEnvoyeJournal;
pub use states::{Avis, Conclusion, EtatDossier, EtatEtablissement, EtatExecution, EtatLot};

use super::StoreError;
use super::own::OwnConnection;
use crate::dossier::{CodeMotif, Protocole};

/// The journal, on a connection of its own: one thread at a time.
#[derive(Debug)]
pub struct Journal {
    connection: OwnConnection,
}

impl Journal {
    pub(super) fn new(connection: OwnConnection) -> Self {
        Self { connection }
    }

    /// Does `work` in a transaction, anew for as long as another session's lock is in the way.
    fn write<T>(&self, work: impl Fn(&OwnConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.connection.transaction(work)
    }
}

/// A run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(
    /// `mna_execution.id`.
    pub i64,
);

/// An establishment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EtablissementId {
    /// The run.
    pub run: RunId,
    /// Its number in the run, from 1.
    pub numero: i64,
}

/// A batch of an establishment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LotId {
    /// The establishment.
    pub etablissement: EtablissementId,
    /// Its number in the establishment, from 1, as the night counts.
    pub numero: i64,
}

/// What the night knows when it opens a run.
#[derive(Debug, Clone)]
pub struct OpenRun {
    /// Local date on which the night's window opens: the night's name.
    pub nuit: NaiveDate,
    /// Local date of the run's first start, which the rules use.
    pub run_date: NaiveDate,
    /// The host's local time.
    pub debut: DateTime<FixedOffset>,
    /// Whether the user forced a night that was done already.
    pub forcee: bool,
    /// The boxes and accesses that the run keeps to its end, also when it is resumed; JSON, keys sealed.
    pub plan: String,
}

/// The access that dossiers go out with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etablissement {
    /// The société of the access.
    pub societe_id: Option<i64>,
    /// The sector of the access.
    pub secteur_id: Option<i64>,
    /// The UAI.
    pub uai: Option<String>,
    /// The SIRET of its UAI line.
    pub siret: Option<String>,
    /// The protocol.
    pub protocole: Protocole,
}

/// A dossier that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultatPret {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// The stagiaire's id, as it goes out.
    pub id_erp_apprenant: Option<String>,
    /// [`super::Sealer::fingerprint`] of what goes out.
    pub empreinte: String,
    /// Those of its fields, as the night makes them.
    pub empreintes: String,
}

/// A dossier that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonEnvoye {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// The stagiaire's id.
    pub id_erp_apprenant: Option<String>,
    /// Why, in the order in which it is shown.
    pub motifs: Vec<CodeMotif>,
}

/// The receiver's answer for one dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// None: accepted. Else rejected, with the receiver's words (which may be an empty list).
    pub rejet: Option<Vec<Erreur>>,
    /// Its words before the dossier was sent again without the fields concerned; none if it was sent once only.
    pub premiere: Option<Vec<Erreur>>,
}

/// One remark of the receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erreur {
    /// Path of the field, as the receiver gives it; empty for the whole dossier.
    pub champ: String,
    /// Its message, word for word.
    pub message: String,
}

/// Figures of a run, counted from its dossiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Comptes {
    /// Dossiers read: the sum of the others.
    pub lus: i64,
    /// Accepted by the receiver.
    pub acceptes: i64,
    /// Rejected by the receiver.
    pub rejetes: i64,
    /// Left out.
    pub non_envoyes: i64,
    /// To be sent, or sent without an answer.
    pub en_attente: i64,
}

impl Comptes {
    pub(super) fn new(acceptes: i64, rejetes: i64, non_envoyes: i64, en_attente: i64) -> Self {
        let lus = acceptes
            .saturating_add(rejetes)
            .saturating_add(non_envoyes)
            .saturating_add(en_attente);
        Self {
            lus,
            acceptes,
            rejetes,
            non_envoyes,
            en_attente,
        }
    }
}

/// A run, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its number.
    pub id: RunId,
    /// The night.
    pub nuit: NaiveDate,
    /// The date that the rules used.
    pub run_date: NaiveDate,
    /// Whether it was forced.
    pub forcee: bool,
    /// Where it is.
    pub etat: EtatExecution,
    /// First start, ISO 8601 with the UTC offset.
    pub debut: String,
    /// End, likewise; none while it runs.
    pub fin: Option<String>,
    /// Its figures.
    pub comptes: Comptes,
    /// What it came to; none while it runs.
    pub conclusion: Option<Conclusion>,
    /// Why, in French sentences.
    pub causes: Vec<String>,
}

/// An establishment of a run, as journaled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtablissementJournal {
    /// Its place.
    pub id: EtablissementId,
    /// The access.
    pub etablissement: Etablissement,
    /// How it ended; none while it goes on.
    pub etat: Option<EtatEtablissement>,
}

/// A batch, as journaled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotJournal {
    /// Its place.
    pub id: LotId,
    /// How many dossiers it holds.
    pub dossiers: i64,
    /// Where it is.
    pub etat: EtatLot,
    /// Status of the last answer.
    pub http: Option<i64>,
    /// How often it was sent.
    pub tentatives: i64,
}

/// A dossier that the receiver rejected, or rejected at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejet {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// The stagiaire's id.
    pub id_erp_apprenant: Option<String>,
    /// Number of the establishment in the run.
    pub etablissement: Option<i64>,
    /// Number of its last batch.
    pub lot: Option<i64>,
    /// The receiver's last words; empty if it accepted in the end.
    pub erreurs: Vec<Erreur>,
    /// Its words before the dossier was sent again without the fields concerned; none if it was sent once only.
    pub premieres_erreurs: Option<Vec<Erreur>>,
}

/// Which runs a report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFilter {
    /// One run.
    One(RunId),
    /// The newest ones, at most so many.
    Last(usize),
}
