//! Batches: written before they go and after their answer.

use super::runs::in_lists;
use super::{Erreur, EtablissementId, EtatDossier, EtatLot, Journal, LotId, ResultatPret, Verdict};
use crate::database::Param;
use crate::store::StoreError;
use crate::store::own::OwnConnection;
use crate::store::schema::insert_into;

const LOT_STATE: &str = "UPDATE mna_lot SET etat = ?, http = ?, tentatives = ? \
                         WHERE execution_id = ? AND etablissement = ? AND numero = ?";
const VERDICT: &str = "UPDATE mna_resultat SET etat = ?, erreurs = ?, premieres_erreurs = ? \
                       WHERE execution_id = ? AND inscription_id = ?";
// For many at once, whose ids follow.
const ACCEPTED: &str = "UPDATE mna_resultat SET etat = ? WHERE execution_id = ? AND inscription_id IN";
const MOVE: &str = "UPDATE mna_resultat SET lot = ? WHERE execution_id = ? AND inscription_id IN";

impl Journal {
    /// Writes a batch down before it goes, with its dossiers, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Database`]: also for a batch or a dossier that the run has already.
    pub fn lot_pret(
        &self,
        etablissement: EtablissementId,
        numero: i64,
        dossiers: &[ResultatPret],
    ) -> Result<LotId, StoreError> {
        let lot = LotId { etablissement, numero };
        self.write(|connection| {
            insert_lot(connection, lot, dossiers.len())?;
            insert_waiting(connection, etablissement, Some(numero), dossiers)
        })?;
        Ok(lot)
    }

    /// Writes down dossiers of an establishment that are not going to be sent tonight (its key was refused, it does not
    /// answer): they count as waiting, and the establishment's state says why.
    ///
    /// # Errors
    /// As [`Journal::lot_pret`].
    pub fn en_attente(&self, etablissement: EtablissementId, dossiers: &[ResultatPret]) -> Result<(), StoreError> {
        self.write(|connection| insert_waiting(connection, etablissement, None, dossiers))
    }

    /// Says that a batch is being sent. `tentatives` counts this attempt.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn lot_envoye(&self, lot: LotId, tentatives: u32) -> Result<(), StoreError> {
        set_lot(&self.connection, lot, EtatLot::Envoye, None, tentatives)
    }

    /// Writes down the answer to a batch, dossier by dossier, in one transaction. A dossier without a verdict stays
    /// waiting.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn lot_repondu(&self, lot: LotId, http: u16, tentatives: u32, verdicts: &[Verdict]) -> Result<(), StoreError> {
        self.answered(lot, EtatLot::Repondu, Some(http), tentatives, verdicts)
    }

    /// Writes down that a batch was refused as a whole. `verdicts` names the dossiers that are thereby rejected (the
    /// culprit, once it is alone in its batch); the others stay waiting. `http` is absent when no answer came.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn lot_refuse(
        &self,
        lot: LotId,
        http: Option<u16>,
        tentatives: u32,
        verdicts: &[Verdict],
    ) -> Result<(), StoreError> {
        self.answered(lot, EtatLot::Refuse, http, tentatives, verdicts)
    }

    /// Writes down a part of a batch that was refused as a whole, before it goes: a new batch of dossiers that the run
    /// has already, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn lot_partie(
        &self,
        etablissement: EtablissementId,
        numero: i64,
        inscriptions: &[i64],
    ) -> Result<LotId, StoreError> {
        let lot = LotId { etablissement, numero };
        let run = etablissement.run.0;
        self.write(|connection| {
            insert_lot(connection, lot, inscriptions.len())?;
            for_all(connection, MOVE, &[numero.into(), run.into()], inscriptions)?;
            Ok(lot)
        })
    }

    fn answered(
        &self,
        lot: LotId,
        etat: EtatLot,
        http: Option<u16>,
        tentatives: u32,
        verdicts: &[Verdict],
    ) -> Result<(), StoreError> {
        let run = lot.etablissement.run.0;
        // Most are accepted without a word, which one statement says of all of them.
        let (plain, told): (Vec<_>, Vec<_>) = verdicts
            .iter()
            .partition(|verdict| verdict.rejet.is_none() && verdict.premiere.is_none());
        let accepted: Vec<i64> = plain.into_iter().map(|verdict| verdict.inscription_id).collect();
        let rows: Vec<Vec<Param>> = told.into_iter().map(|verdict| verdict_row(run, verdict)).collect();
        self.write(|connection| {
            set_lot(connection, lot, etat, http, tentatives)?;
            for_all(
                connection,
                ACCEPTED,
                &[EtatDossier::Accepte.code().into(), run.into()],
                &accepted,
            )?;
            Ok(connection.execute_many(VERDICT, &rows)?)
        })
    }
}

/// Runs a statement that ends with `IN` for all these inscriptions, many at once.
fn for_all(connection: &OwnConnection, sql: &str, params: &[Param], inscriptions: &[i64]) -> Result<(), StoreError> {
    for some in in_lists(inscriptions) {
        connection.execute(&format!("{sql} {some}"), params)?;
    }
    Ok(())
}

fn verdict_row(run: i64, verdict: &Verdict) -> Vec<Param> {
    let etat = if verdict.rejet.is_none() {
        EtatDossier::Accepte
    } else {
        EtatDossier::Rejete
    };
    vec![
        etat.code().into(),
        words(verdict.rejet.as_deref()),
        words(verdict.premiere.as_deref()),
        run.into(),
        verdict.inscription_id.into(),
    ]
}

/// The receiver's words as a JSON list.
fn words(erreurs: Option<&[Erreur]>) -> Param {
    let Some(erreurs) = erreurs else { return Param::Null };
    let list: Vec<_> = erreurs
        .iter()
        .map(|erreur| serde_json::json!({"champ": erreur.champ, "message": erreur.message}))
        .collect();
    serde_json::Value::from(list).to_string().into()
}

fn insert_lot(connection: &OwnConnection, lot: LotId, dossiers: usize) -> Result<(), StoreError> {
    let values = [
        lot.etablissement.run.0.into(),
        lot.etablissement.numero.into(),
        lot.numero.into(),
        i64::try_from(dossiers).unwrap_or(i64::MAX).into(),
        EtatLot::Pret.code().into(),
        Param::Null,
        Param::Integer(0),
    ];
    connection.execute(&insert_into("mna_lot"), &values)?;
    Ok(())
}

fn insert_waiting(
    connection: &OwnConnection,
    etablissement: EtablissementId,
    lot: Option<i64>,
    dossiers: &[ResultatPret],
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Param>> = dossiers
        .iter()
        .map(|dossier| {
            vec![
                etablissement.run.0.into(),
                dossier.inscription_id.into(),
                dossier.id_erp_apprenant.clone().into(),
                etablissement.numero.into(),
                lot.into(),
                EtatDossier::EnAttente.code().into(),
                dossier.empreinte.as_str().into(),
                Param::Null,
                Param::Null,
                Param::Null,
                dossier.empreintes.as_str().into(),
            ]
        })
        .collect();
    Ok(connection.execute_many(&insert_into("mna_resultat"), &rows)?)
}

fn set_lot(
    connection: &OwnConnection,
    lot: LotId,
    etat: EtatLot,
    http: Option<u16>,
    tentatives: u32,
) -> Result<(), StoreError> {
    let values = [
        etat.code().into(),
        http.map(i64::from).into(),
        i64::from(tentatives).into(),
        lot.etablissement.run.0.into(),
        lot.etablissement.numero.into(),
        lot.numero.into(),
    ];
    connection.execute(LOT_STATE, &values)?;
    Ok(())
}
