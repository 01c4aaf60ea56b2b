//! Entry, exit, and which inscriptions are in scope.

use chrono::NaiveDate;

use super::Provenance;
use super::annee;
use super::elements::{Trouve, de};
use super::records::{Inscription, Manque, Trouvaille};

/// `sifa.date_entree_cfa ?? inscription.date_entree ?? action.date_debut`
pub(super) fn entree(inscription: &Inscription) -> Trouve<NaiveDate> {
    let sifa = inscription.sifa.as_ref().ok_or(Manque::Absent);
    sifa.and_then(|sifa| de(&sifa.date_entree_cfa, Provenance::Sifa))
        .sinon(|| de(&inscription.date_entree, Provenance::Inscrit))
        .sinon(|| de(&inscription.action.lue()?.date_debut, Provenance::Action))
}

/// `inscription.sortie_reelle ?? inscription.sortie_prevue`
fn sortie(inscription: &Inscription) -> Result<NaiveDate, Manque> {
    let reelle = inscription.sortie_reelle.copie();
    reelle.sinon(|| inscription.sortie_prevue.copie())
}

/// In scope: `entree` absent or ≤ 31 July of the current school year's end, and `sortie` absent or ≥ 1 August of its start.
///
/// What cannot be read puts nobody out of scope: whoever goes missing then would not be told of.
pub(super) fn dans_le_perimetre(inscription: &Inscription, run_date: NaiveDate) -> bool {
    let Some((debut, fin)) = annee::bornes(annee::annee_scolaire(run_date)) else {
        return false;
    };
    let apres = entree(inscription).is_ok_and(|(entree, _)| entree > fin);
    let avant = sortie(inscription).is_ok_and(|sortie| sortie < debut);
    !apres && !avant
}

/// The unreadable value on which it depends whether an inscription in scope is in scope at all.
pub(super) fn perimetre_illisible(inscription: &Inscription) -> Result<(), Manque> {
    entree(inscription).facultatif()?;
    sortie(inscription).facultatif()?;
    Ok(())
}
