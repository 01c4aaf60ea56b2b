//! The many rows of one run, a page at a time: nothing is open between two pages, however long the reader takes.

use std::collections::BTreeMap;

use super::read::{self as rows, NON_ENVOYES, REJETS};
use super::{EtatDossier, Journal, NonEnvoyeJournal, Rejet, RunId};
use crate::store::StoreError;
use crate::store::read::{self, Cells};

impl Journal {
    /// Dossiers that the receiver rejected: the `limit` next ones after an inscription, by inscription; fewer at the end.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn rejets_after(&self, run: RunId, after: i64, limit: usize) -> Result<Vec<Rejet>, StoreError> {
        self.page(
            REJETS,
            "etat = ?",
            EtatDossier::Rejete,
            (run, after, limit),
            rows::read_rejet,
        )
    }

    /// Dossiers that the receiver accepted the second time, likewise.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn reprises_after(&self, run: RunId, after: i64, limit: usize) -> Result<Vec<Rejet>, StoreError> {
        let condition = "etat = ? AND premieres_erreurs IS NOT NULL";
        self.page(
            REJETS,
            condition,
            EtatDossier::Accepte,
            (run, after, limit),
            rows::read_rejet,
        )
    }

    /// Dossiers that were left out, likewise.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn non_envoyes_after(&self, run: RunId, after: i64, limit: usize) -> Result<Vec<NonEnvoyeJournal>, StoreError> {
        let place = (run, after, limit);
        self.page(
            NON_ENVOYES,
            "etat = ?",
            EtatDossier::NonEnvoye,
            place,
            rows::read_non_envoye,
        )
    }

    /// How many dossiers of a run each reason left out, by code; one with several reasons counts under each.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn motifs(&self, run: RunId) -> Result<BTreeMap<String, i64>, StoreError> {
        let sql = "SELECT motifs, COUNT(*) FROM mna_resultat WHERE execution_id = ? AND etat = ? GROUP BY motifs";
        let params = [run.0.into(), EtatDossier::NonEnvoye.code().into()];
        let mut counts = BTreeMap::new();
        read::each(&self.connection, "mna_resultat", sql, &params, |cells| {
            let number = cells.required_integer(1, "motifs")?;
            for code in rows::motifs(cells, 0)? {
                *counts.entry(code).or_insert(0) += number;
            }
            Ok(true)
        })?;
        Ok(counts)
    }

    fn page<T>(
        &self,
        select: &str,
        condition: &str,
        etat: EtatDossier,
        (run, after, limit): (RunId, i64, usize),
        read_row: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let page = self.connection.dialect().page(0, limit as u64);
        let sql = format!("{select} AND {condition} AND inscription_id > ? ORDER BY inscription_id {page}");
        let params = [run.0.into(), etat.code().into(), after.into()];
        read::all(&self.connection, "mna_resultat", &sql, &params, read_row)
    }
}
