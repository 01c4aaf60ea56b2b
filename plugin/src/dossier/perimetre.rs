//! Entry, exit, and which inscriptions are in scope.

use chrono::NaiveDate;

use super::Provenance;
use super::annee;
use super::elements::{Trouve, de};
use super::records::Inscription;

/// `sifa.date_entree_cfa ?? inscription.date_entree ?? action.date_debut`
pub(super) fn entree(inscription: &Inscription) -> Trouve<NaiveDate> {
    let sifa = inscription.sifa.as_ref().and_then(|s| s.date_entree_cfa);
    de(sifa, Provenance::Sifa)
        .or_else(|| de(inscription.date_entree, Provenance::Inscrit))
        .or_else(|| {
            de(
                inscription.action.as_ref().and_then(|a| a.date_debut),
                Provenance::Action,
            )
        })
}

/// `inscription.sortie_reelle ?? inscription.sortie_prevue`
fn sortie(inscription: &Inscription) -> Option<NaiveDate> {
    inscription.sortie_reelle.or(inscription.sortie_prevue)
}

/// In scope: `entree` absent or ≤ 31 July of the current school year's end, and `sortie` absent or ≥ 1 August of its start.
pub(super) fn dans_le_perimetre(inscription: &Inscription, run_date: NaiveDate) -> bool {
    let Some((debut, fin)) = annee::bornes(annee::annee_scolaire(run_date)) else {
        return false;
    };
    entree(inscription).is_none_or(|(entree, _)| entree <= fin)
        && sortie(inscription).is_none_or(|sortie| sortie >= debut)
}
