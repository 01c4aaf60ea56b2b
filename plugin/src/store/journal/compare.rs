//! What the last night that went to its end sent, for whoever compares it with today.

use std::collections::HashMap;

use super::read::went_to_its_end;
use super::runs::in_lists;
use super::{EtatDossier, Execution, Journal, RunId};
use crate::store::StoreError;
use crate::store::read;

/// The fingerprints of a dossier that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envoye {
    /// Of the whole.
    pub empreinte: String,
    /// Of its fields; none on a night of an earlier version.
    pub empreintes: Option<String>,
}

/// A dossier that was sent, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvoyeJournal {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// The stagiaire's id, as it went out.
    pub id_erp_apprenant: Option<String>,
    /// Number of its establishment in the run.
    pub etablissement: Option<i64>,
}

impl Journal {
    /// The last run that went to its end; none if there is none.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn last_finished(&self) -> Result<Option<Execution>, StoreError> {
        let sql = "SELECT MAX(id) FROM mna_execution WHERE etat IN (?, ?)";
        let found = read::all(&self.connection, "mna_execution", sql, &went_to_its_end(), |cells| {
            cells.integer(0, "id")
        })?;
        match found.into_iter().flatten().next() {
            Some(id) => self.run(RunId(id)).map(Some),
            None => Ok(None),
        }
    }

    /// What a run sent, and had an answer for, of these inscriptions.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn sent_among(&self, run: RunId, inscriptions: &[i64]) -> Result<HashMap<i64, Envoye>, StoreError> {
        let mut found = HashMap::new();
        for some in in_lists(inscriptions) {
            let sql = format!(
                "SELECT inscription_id, empreinte, empreintes FROM mna_resultat WHERE execution_id = ? \
                 AND etat IN (?, ?) AND inscription_id IN {some}"
            );
            read::each(&self.connection, "mna_resultat", &sql, &answered(run), |cells| {
                let envoye = Envoye {
                    empreinte: cells.text(1, "empreinte")?.unwrap_or_default(),
                    empreintes: cells.text(2, "empreintes")?,
                };
                found.insert(cells.required_integer(0, "inscription_id")?, envoye);
                Ok(true)
            })?;
        }
        Ok(found)
    }

    /// What a run sent, and had an answer for: the `limit` next ones after an inscription, by inscription; fewer at the
    /// end.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn sent_after(&self, run: RunId, after: i64, limit: usize) -> Result<Vec<EnvoyeJournal>, StoreError> {
        let page = self.connection.dialect().page(0, limit as u64);
        let sql = format!(
            "SELECT inscription_id, id_erp_apprenant, etablissement FROM mna_resultat WHERE execution_id = ? \
             AND etat IN (?, ?) AND inscription_id > ? ORDER BY inscription_id {page}"
        );
        let mut params = answered(run).to_vec();
        params.push(after.into());
        read::all(&self.connection, "mna_resultat", &sql, &params, |cells| {
            Ok(EnvoyeJournal {
                inscription_id: cells.required_integer(0, "inscription_id")?,
                id_erp_apprenant: cells.text(1, "id_erp_apprenant")?,
                etablissement: cells.integer(2, "etablissement")?,
            })
        })
    }
}

fn answered(run: RunId) -> [crate::database::Param; 3] {
    [
        run.0.into(),
        EtatDossier::Accepte.code().into(),
        EtatDossier::Rejete.code().into(),
    ]
}
