//! Opening and closing runs and establishments, and forgetting old ones.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{Avis, Cause, Comptes, EtatDossier, Fin};
use super::{Etablissement, EtablissementId, EtatEtablissement, EtatExecution, Journal, NonEnvoye, OpenRun, RunId};
use crate::database::Param;
use crate::dossier::CodeMotif;
use crate::store::StoreError;
use crate::store::own::OwnConnection;
use crate::store::read::{self, flag};
use crate::store::schema::insert_into;

/// Inscriptions asked about together.
const IN_LIST: usize = 500;

impl Journal {
    /// Opens a run, `en_cours`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn open_run(&self, run: &OpenRun) -> Result<RunId, StoreError> {
        self.write(|connection| {
            let id = highest(connection, "mna_execution", "SELECT MAX(id) FROM mna_execution", &[])?.saturating_add(1);
            let values = [
                id.into(),
                date(run.nuit),
                date(run.run_date),
                flag(run.forcee),
                EtatExecution::EnCours.code().into(),
                run.plan.as_str().into(),
                run.debut.to_rfc3339().into(),
                Param::Null,
                Param::Null,
                Param::Null,
                Param::Null,
                Param::Null,
                Param::Null,
                Param::Null,
                Param::Null,
            ];
            connection.execute(&insert_into("mna_execution"), &values)?;
            Ok(RunId(id))
        })
    }

    /// Takes up again a run that did not come to its end, and gives the plan that it was opened with. Dossiers without
    /// an answer are forgotten: the run reads them anew. What was answered or left out stays as it is.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`], [`StoreError::Database`].
    pub fn resume_run(&self, run: RunId) -> Result<String, StoreError> {
        self.write(|connection| {
            let sql = "UPDATE mna_execution SET etat = ?, fin = NULL WHERE id = ?";
            connection.execute(sql, &[EtatExecution::EnCours.code().into(), run.0.into()])?;
            let sql = "DELETE FROM mna_resultat WHERE execution_id = ? AND etat = ?";
            connection.execute(sql, &[run.0.into(), EtatDossier::EnAttente.code().into()])?;
            let plans = read::all(
                connection,
                "mna_execution",
                "SELECT plan FROM mna_execution WHERE id = ?",
                &[run.0.into()],
                |cells| cells.required_text(0, "plan"),
            )?;
            plans.into_iter().next().ok_or(StoreError::UnknownRun { id: run.0 })
        })
    }

    /// Writes down the plan that a run taken up again goes on with.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn keep_plan(&self, run: RunId, plan: &str) -> Result<(), StoreError> {
        let sql = "UPDATE mna_execution SET plan = ? WHERE id = ?";
        self.connection.execute(sql, &[plan.into(), run.0.into()])?;
        Ok(())
    }

    /// Forgets the dossiers that were left out because nobody had entered a key: the run reads them again.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn forget_without_key(&self, run: RunId) -> Result<(), StoreError> {
        let sql = "DELETE FROM mna_resultat WHERE execution_id = ? AND etat = ? AND motifs LIKE ?";
        let code = format!("%\"{}\"%", CodeMotif::AccesManquant.code());
        self.connection
            .execute(sql, &[run.0.into(), EtatDossier::NonEnvoye.code().into(), code.into()])?;
        Ok(())
    }

    /// Which of these inscriptions the run has a final state for already.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn settled(&self, run: RunId, inscriptions: &[i64]) -> Result<HashSet<i64>, StoreError> {
        let mut found = HashSet::new();
        for some in in_lists(inscriptions) {
            let sql =
                format!("SELECT inscription_id FROM mna_resultat WHERE execution_id = ? AND inscription_id IN {some}");
            read::each(&self.connection, "mna_resultat", &sql, &[run.0.into()], |cells| {
                found.insert(cells.required_integer(0, "inscription_id")?);
                Ok(true)
            })?;
        }
        Ok(found)
    }

    /// Adds the establishment of that number to a run, or takes it up again; gives how many batches it has already.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn open_etablissement(&self, id: EtablissementId, access: &Etablissement) -> Result<i64, StoreError> {
        let key = [id.run.0.into(), id.numero.into()];
        self.write(|connection| {
            let again = "UPDATE mna_etablissement SET etat = NULL, siret = ?, protocole = ? \
                         WHERE execution_id = ? AND numero = ?";
            let known = "SELECT COUNT(*) FROM mna_etablissement WHERE execution_id = ? AND numero = ?";
            if highest(connection, "mna_etablissement", known, &key)? > 0 {
                let [run, numero] = key.clone();
                let now = [access.siret.clone().into(), access.protocole.code().into(), run, numero];
                connection.execute(again, &now)?;
                let lots = "SELECT MAX(numero) FROM mna_lot WHERE execution_id = ? AND etablissement = ?";
                return highest(connection, "mna_lot", lots, &key);
            }
            let values = [
                id.run.0.into(),
                id.numero.into(),
                access.societe_id.into(),
                access.secteur_id.into(),
                access.uai.clone().into(),
                access.siret.clone().into(),
                access.protocole.code().into(),
                Param::Null,
            ];
            connection.execute(&insert_into("mna_etablissement"), &values)?;
            Ok(0)
        })
    }

    /// Says how an establishment ended.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn close_etablissement(&self, id: EtablissementId, etat: EtatEtablissement) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE mna_etablissement SET etat = ? WHERE execution_id = ? AND numero = ?",
            &[etat.code().into(), id.run.0.into(), id.numero.into()],
        )?;
        Ok(())
    }

    /// Writes down dossiers that are left out.
    ///
    /// # Errors
    /// [`StoreError::Database`]: also for a dossier that the run has already.
    pub fn non_envoyes(&self, run: RunId, dossiers: &[NonEnvoye]) -> Result<(), StoreError> {
        let rows: Vec<Vec<Param>> = dossiers
            .iter()
            .map(|dossier| {
                let codes: Vec<&str> = dossier.motifs.iter().map(|motif| motif.code()).collect();
                vec![
                    run.0.into(),
                    dossier.inscription_id.into(),
                    dossier.id_erp_apprenant.clone().into(),
                    Param::Null,
                    Param::Null,
                    EtatDossier::NonEnvoye.code().into(),
                    Param::Null,
                    serde_json::Value::from(codes).to_string().into(),
                    Param::Null,
                    Param::Null,
                    Param::Null,
                ]
            })
            .collect();
        let insert = insert_into("mna_resultat");
        self.write(|connection| Ok(connection.execute_many(&insert, &rows)?))
    }

    /// Says of every run that still calls itself running that it was cut short: for whoever holds the lock, when nobody
    /// else can be running. When it ended is not known.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn interrupt_stale(&self) -> Result<(), StoreError> {
        let sql = "SELECT id FROM mna_execution WHERE etat = ?";
        let running = [EtatExecution::EnCours.code().into()];
        let stale = read::all(&self.connection, "mna_execution", sql, &running, |cells| {
            cells.required_integer(0, "id")
        })?;
        for id in stale {
            self.set_ended(RunId(id), EtatExecution::Interrompue, None, &[])?;
        }
        Ok(())
    }

    /// Forgets the dossiers of an establishment that have no answer: the run reads and sends them again.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn forget_waiting(&self, id: EtablissementId) -> Result<(), StoreError> {
        let sql = "DELETE FROM mna_resultat WHERE execution_id = ? AND etablissement = ? AND etat = ?";
        let waiting = EtatDossier::EnAttente.code();
        self.connection
            .execute(sql, &[id.run.0.into(), id.numero.into(), waiting.into()])?;
        Ok(())
    }

    /// Closes a run and gives what it came to, its figures counted from its dossiers; one that went to its end with
    /// dossiers still to be sent is `incomplete`. `causes` are what there is to say of it whatever its figures, in French
    /// sentences. One that is done loses its plan; establishments that were open still when it was cut are `annule`.
    ///
    /// # Errors
    /// [`StoreError::UnknownRun`], [`StoreError::Database`].
    pub fn close_run(
        &self,
        run: RunId,
        etat: EtatExecution,
        fin: DateTime<FixedOffset>,
        causes: &[Cause],
    ) -> Result<Fin, StoreError> {
        self.set_ended(run, etat, Some(fin), causes)
    }

    fn set_ended(
        &self,
        run: RunId,
        ended: EtatExecution,
        at: Option<DateTime<FixedOffset>>,
        causes: &[Cause],
    ) -> Result<Fin, StoreError> {
        self.write(|connection| {
            let fin = Fin::new(ended, count(connection, run)?, causes);
            let values = [
                fin.etat.code().into(),
                at.map(|at| at.to_rfc3339()).into(),
                fin.comptes.acceptes.into(),
                fin.comptes.rejetes.into(),
                fin.comptes.non_envoyes.into(),
                fin.comptes.en_attente.into(),
                fin.conclusion.code().into(),
                serde_json::Value::from(fin.causes.as_slice()).to_string().into(),
                run.0.into(),
            ];
            let sql = "UPDATE mna_execution SET etat = ?, fin = ?, acceptes = ?, rejetes = ?, non_envoyes = ?, \
                       en_attente = ?, conclusion = ?, causes = ? WHERE id = ?";
            if connection.change(sql, &values)? == 0 {
                return Err(StoreError::UnknownRun { id: run.0 });
            }
            if fin.etat == EtatExecution::Terminee {
                // It is not resumed: nobody needs the API keys of its plan any more.
                let sql = "UPDATE mna_execution SET plan = ? WHERE id = ?";
                connection.execute(sql, &["".into(), run.0.into()])?;
            } else if fin.etat != EtatExecution::Incomplete {
                // Of an establishment that was still open: nobody else says how it ended.
                let sql = "UPDATE mna_etablissement SET etat = ? WHERE execution_id = ? AND etat IS NULL";
                connection.execute(sql, &[EtatEtablissement::Annule.code().into(), run.0.into()])?;
            }
            Ok(fin)
        })
    }

    /// Writes down that an e-mail about the run is about to go; false if it, or one that tells more, was written down
    /// before: it goes once.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn claim_courriel(&self, run: RunId, avis: Avis) -> Result<bool, StoreError> {
        let earlier: &[Avis] = match avis {
            Avis::Interruption => &[],
            Avis::Incomplete => &[Avis::Interruption],
            Avis::Fin => &[Avis::Interruption, Avis::Incomplete],
        };
        let marks: String = earlier.iter().map(|_| " OR courriel = ?").collect();
        let sql = format!("UPDATE mna_execution SET courriel = ? WHERE id = ? AND (courriel IS NULL{marks})");
        let mut values = vec![avis.code().into(), run.0.into()];
        values.extend(earlier.iter().map(|avis| avis.code().into()));
        Ok(self.connection.change(&sql, &values)? == 1)
    }

    /// Forgets the runs of the nights before a date, one transaction each, and says how many they were.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn purge(&self, before: NaiveDate) -> Result<usize, StoreError> {
        let sql = "SELECT id FROM mna_execution WHERE nuit < ? ORDER BY id";
        let runs = read::all(&self.connection, "mna_execution", sql, &[date(before)], |cells| {
            cells.required_integer(0, "id")
        })?;
        for id in &runs {
            self.write(|connection| {
                for table in ["mna_resultat", "mna_lot", "mna_etablissement"] {
                    connection.execute(&format!("DELETE FROM {table} WHERE execution_id = ?"), &[(*id).into()])?;
                }
                connection.execute("DELETE FROM mna_execution WHERE id = ?", &[(*id).into()])?;
                Ok::<(), StoreError>(())
            })?;
        }
        Ok(runs.len())
    }
}

/// Figures of a run, from its dossiers.
pub(super) fn count(connection: &OwnConnection, run: RunId) -> Result<Comptes, StoreError> {
    let sql = "SELECT etat, COUNT(*) FROM mna_resultat WHERE execution_id = ? GROUP BY etat";
    let (mut acceptes, mut rejetes, mut non_envoyes, mut en_attente) = (0, 0, 0, 0);
    read::each(connection, "mna_resultat", sql, &[run.0.into()], |cells| {
        let number = cells.required_integer(1, "etat")?;
        match cells.parsed(0, "etat", EtatDossier::from_code)? {
            EtatDossier::Accepte => acceptes = number,
            EtatDossier::Rejete => rejetes = number,
            EtatDossier::NonEnvoye => non_envoyes = number,
            EtatDossier::EnAttente => en_attente = number,
        }
        Ok(true)
    })?;
    Ok(Comptes::new(acceptes, rejetes, non_envoyes, en_attente))
}

/// Lists of ids in brackets, none of them too long for a statement.
pub(super) fn in_lists(ids: &[i64]) -> impl Iterator<Item = String> {
    ids.chunks(IN_LIST).map(|some| {
        let list: Vec<String> = some.iter().map(ToString::to_string).collect();
        format!("({})", list.join(", "))
    })
}

pub(super) fn date(date: NaiveDate) -> Param {
    Param::Text(date.format("%Y-%m-%d").to_string())
}

/// The one number that the query finds; 0 if it finds none.
fn highest(connection: &OwnConnection, table: &'static str, sql: &str, params: &[Param]) -> Result<i64, StoreError> {
    let mut highest = 0;
    read::each(connection, table, sql, params, |cells| {
        highest = cells.integer(0, "id")?.unwrap_or(0);
        Ok(true)
    })?;
    Ok(highest)
}
