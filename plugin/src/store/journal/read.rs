//! Reading the journal: runs in lists, the many rows of one run streamed.

use chrono::NaiveDate;

use super::runs::{count, date};
use super::{
    Comptes, Conclusion, Etablissement, EtablissementId, EtablissementJournal, EtatDossier, EtatEtablissement,
    EtatExecution, EtatLot, Execution, Fin, Journal, LotId, LotJournal, Rejet, RunFilter, RunId,
};
use crate::database::Param;
use crate::store::StoreError;
use crate::store::read::{self, Cells};

const RUNS: &str = "SELECT id, nuit, run_date, forcee, etat, debut, fin, acceptes, rejetes, non_envoyes, en_attente, \
                    conclusion, causes FROM mna_execution";
pub(super) const NON_ENVOYES: &str =
    "SELECT inscription_id, id_erp_apprenant, motifs FROM mna_resultat WHERE execution_id = ?";
pub(super) const REJETS: &str = "SELECT inscription_id, id_erp_apprenant, etablissement, lot, erreurs, premieres_erreurs \
                      FROM mna_resultat WHERE execution_id = ?";

/// A dossier that was left out, as read back: reasons by their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonEnvoyeJournal {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// The stagiaire's id.
    pub id_erp_apprenant: Option<String>,
    /// Codes of the reasons, in the order in which they are shown.
    pub motifs: Vec<String>,
}

impl Journal {
    /// The newest runs, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn runs(&self, limit: usize) -> Result<Vec<Execution>, StoreError> {
        self.select_runs("ORDER BY id DESC", &[], limit)
    }

    /// One run.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`]; as [`Journal::runs`].
    pub fn run(&self, run: RunId) -> Result<Execution, StoreError> {
        let found = self.select_runs("WHERE id = ?", &[run.0.into()], 1)?;
        found.into_iter().next().ok_or(StoreError::UnknownRun { id: run.0 })
    }

    /// The newest run of a night, if it had one.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn find_run(&self, nuit: NaiveDate) -> Result<Option<Execution>, StoreError> {
        let found = self.select_runs("WHERE nuit = ? ORDER BY id DESC", &[date(nuit)], 1)?;
        Ok(found.into_iter().next())
    }

    /// The newest run of an earlier night that went to its end, if there is one.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn last_done_before(&self, nuit: NaiveDate) -> Result<Option<Execution>, StoreError> {
        let rest = "WHERE nuit < ? AND etat IN (?, ?) ORDER BY nuit DESC, id DESC";
        let [done, incomplete] = went_to_its_end();
        let found = self.select_runs(rest, &[date(nuit), done, incomplete], 1)?;
        Ok(found.into_iter().next())
    }

    /// Establishments of a run, by number.
    ///
    /// # Errors
    /// As [`Journal::runs`].
    pub fn etablissements(&self, run: RunId) -> Result<Vec<EtablissementJournal>, StoreError> {
        let sql = "SELECT numero, societe_id, secteur_id, uai, siret, protocole, etat FROM mna_etablissement \
                   WHERE execution_id = ? ORDER BY numero";
        read::all(&self.connection, "mna_etablissement", sql, &[run.0.into()], |cells| {
            let etat = match cells.text(6, "etat")? {
                None => None,
                Some(code) => Some(EtatEtablissement::from_code(&code).ok_or_else(|| cells.unreadable("etat"))?),
            };
            Ok(EtablissementJournal {
                id: EtablissementId {
                    run,
                    numero: cells.required_integer(0, "numero")?,
                },
                etablissement: Etablissement {
                    societe_id: cells.integer(1, "societe_id")?,
                    secteur_id: cells.integer(2, "secteur_id")?,
                    uai: cells.text(3, "uai")?,
                    siret: cells.text(4, "siret")?,
                    protocole: cells.parsed(5, "protocole", |code| code.parse().ok())?,
                },
                etat,
            })
        })
    }

    /// Hands out the batches of an establishment, by number.
    ///
    /// # Errors
    /// As [`Journal::runs`], and what `take` returns.
    pub fn each_lot(
        &self,
        etablissement: EtablissementId,
        mut take: impl FnMut(LotJournal) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT numero, dossiers, etat, http, tentatives FROM mna_lot \
                   WHERE execution_id = ? AND etablissement = ? ORDER BY numero";
        let params = [etablissement.run.0.into(), etablissement.numero.into()];
        read::each(&self.connection, "mna_lot", sql, &params, |cells| {
            take(LotJournal {
                id: LotId {
                    etablissement,
                    numero: cells.required_integer(0, "numero")?,
                },
                dossiers: cells.required_integer(1, "dossiers")?,
                etat: cells.parsed(2, "etat", EtatLot::from_code)?,
                http: cells.integer(3, "http")?,
                tentatives: cells.required_integer(4, "tentatives")?,
            })?;
            Ok(true)
        })
    }

    /// Hands out the dossiers of a run that the receiver rejected, by inscription.
    ///
    /// # Errors
    /// As [`Journal::runs`], and what `take` returns.
    pub fn each_rejet(&self, run: RunId, take: impl FnMut(Rejet) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.select_rejets("etat = ? ORDER BY inscription_id", run, EtatDossier::Rejete, take)
    }

    /// Hands out the dossiers of a run that the receiver accepted the second time, by inscription.
    ///
    /// # Errors
    /// As [`Journal::runs`], and what `take` returns.
    pub fn each_reprise(
        &self,
        run: RunId,
        take: impl FnMut(Rejet) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let condition = "etat = ? AND premieres_erreurs IS NOT NULL ORDER BY inscription_id";
        self.select_rejets(condition, run, EtatDossier::Accepte, take)
    }

    /// Hands out the dossiers of a run that were left out, by inscription.
    ///
    /// # Errors
    /// As [`Journal::runs`], and what `take` returns.
    pub fn each_non_envoye(
        &self,
        run: RunId,
        mut take: impl FnMut(NonEnvoyeJournal) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!("{NON_ENVOYES} AND etat = ? ORDER BY inscription_id");
        let params = [run.0.into(), EtatDossier::NonEnvoye.code().into()];
        read::each(&self.connection, "mna_resultat", &sql, &params, |cells| {
            take(read_non_envoye(cells)?)?;
            Ok(true)
        })
    }

    pub(super) fn selected(&self, filter: RunFilter) -> Result<Vec<Execution>, StoreError> {
        match filter {
            RunFilter::One(run) => Ok(vec![self.run(run)?]),
            RunFilter::Last(limit) => self.runs(limit),
        }
    }

    fn select_runs(&self, rest: &str, params: &[Param], limit: usize) -> Result<Vec<Execution>, StoreError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        read::each(
            &self.connection,
            "mna_execution",
            &format!("{RUNS} {rest}"),
            params,
            |cells| {
                found.push(read_run(cells)?);
                Ok(found.len() < limit)
            },
        )?;
        for execution in &mut found {
            // What was counted at the end holds until the run is taken up again.
            if execution.etat == EtatExecution::EnCours {
                execution.comptes = count(&self.connection, execution.id)?;
            }
        }
        Ok(found)
    }

    fn select_rejets(
        &self,
        condition: &str,
        run: RunId,
        etat: EtatDossier,
        mut take: impl FnMut(Rejet) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!("{REJETS} AND {condition}");
        read::each(
            &self.connection,
            "mna_resultat",
            &sql,
            &[run.0.into(), etat.code().into()],
            |cells| {
                take(read_rejet(cells)?)?;
                Ok(true)
            },
        )
    }
}

/// The states of a run that read the ERP to its end, whatever could not be sent.
pub(super) fn went_to_its_end() -> [Param; 2] {
    [EtatExecution::Terminee, EtatExecution::Incomplete].map(|etat| etat.code().into())
}

pub(super) fn read_rejet(cells: &Cells<'_>) -> Result<Rejet, StoreError> {
    Ok(Rejet {
        inscription_id: cells.required_integer(0, "inscription_id")?,
        id_erp_apprenant: cells.text(1, "id_erp_apprenant")?,
        etablissement: cells.integer(2, "etablissement")?,
        lot: cells.integer(3, "lot")?,
        erreurs: errors(cells, 4, "erreurs")?.unwrap_or_default(),
        premieres_erreurs: errors(cells, 5, "premieres_erreurs")?,
    })
}

pub(super) fn read_non_envoye(cells: &Cells<'_>) -> Result<NonEnvoyeJournal, StoreError> {
    Ok(NonEnvoyeJournal {
        inscription_id: cells.required_integer(0, "inscription_id")?,
        id_erp_apprenant: cells.text(1, "id_erp_apprenant")?,
        motifs: motifs(cells, 2)?,
    })
}

/// The codes of a JSON list.
pub(super) fn motifs(cells: &Cells<'_>, at: usize) -> Result<Vec<String>, StoreError> {
    cells.parsed(at, "motifs", |text| serde_json::from_str(text).ok())
}

fn errors(cells: &Cells<'_>, at: usize, column: &'static str) -> Result<Option<Vec<super::Erreur>>, StoreError> {
    match cells.text(at, column) {
        Ok(None) => Ok(None),
        Ok(Some(text)) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| cells.unreadable(column)),
        // Version 0.1.0 kept whatever a receiver said: one such text must not hide all the others.
        Err(_) => Ok(Some(vec![super::Erreur {
            champ: String::new(),
            message: "La réponse du serveur sur ce dossier est trop longue pour être montrée.".to_owned(),
        }])),
    }
}

fn read_run(cells: &Cells<'_>) -> Result<Execution, StoreError> {
    let iso = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let counted = |at, column| Ok::<i64, StoreError>(cells.integer(at, column)?.unwrap_or(0));
    let etat = cells.parsed(4, "etat", EtatExecution::from_code)?;
    let comptes = Comptes::new(
        counted(7, "acceptes")?,
        counted(8, "rejetes")?,
        counted(9, "non_envoyes")?,
        counted(10, "en_attente")?,
    );
    let (conclusion, causes) = match cells.text(11, "conclusion")? {
        _ if etat == EtatExecution::EnCours => (None, Vec::new()),
        Some(code) => (
            Some(Conclusion::from_code(&code).ok_or_else(|| cells.unreadable("conclusion"))?),
            cells.parsed(12, "causes", |text| serde_json::from_str(text).ok())?,
        ),
        // A night of an earlier version is judged by what it left.
        None => {
            let fin = Fin::new(etat, comptes, &[]);
            (Some(fin.conclusion), fin.causes)
        }
    };
    Ok(Execution {
        id: RunId(cells.required_integer(0, "id")?),
        nuit: cells.parsed(1, "nuit", iso)?,
        run_date: cells.parsed(2, "run_date", iso)?,
        forcee: cells.boolean(3, "forcee")?,
        etat,
        debut: cells.required_text(5, "debut")?,
        fin: cells.text(6, "fin")?,
        comptes,
        conclusion,
        causes,
    })
}
