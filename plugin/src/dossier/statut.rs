//! STATUTS DU JEUNE: abandon, inscrit or apprenti, and since when.

use chrono::NaiveDate;

use super::avertissements::{ABANDON_DOUTEUX, SORTIE_AVANT_ENTREE, SORTIE_PREVUE_MANQUANTE};
use super::cleaning::{rempli, sans_casse_ni_accent};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::Inscription;
use super::{Provenance, Valeur, formation};

/// What the apprentice is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statut {
    Abandon = 0,
    Inscrit = 2,
    Apprenti = 3,
}

impl Statut {
    /// Its name on the dashboard.
    pub(super) fn libelle(self) -> &'static str {
        match self {
            Self::Abandon => "Abandon",
            Self::Inscrit => "Inscrit sans contrat",
            Self::Apprenti => "Apprenti",
        }
    }
}

/// In this order: abandon, inscrit, apprenti.
pub(super) fn statut(inscription: &Inscription) -> Statut {
    let sorti_avant = match (inscription.sortie_reelle, inscription.sortie_prevue) {
        (Some(reelle), Some(prevue)) => reelle < prevue,
        (reelle, _) => reelle.is_some(),
    };
    // A convention counts even without a `date_debut`.
    let sans_contrat =
        inscription.conventions.is_empty() || inscription.sifa.as_ref().is_some_and(|s| s.sans_contrat_initial);
    if sorti_avant && a_un_motif_de_sortie(inscription) {
        Statut::Abandon
    } else if sans_contrat {
        Statut::Inscrit
    } else {
        Statut::Apprenti
    }
}

pub(super) fn a_un_motif_de_sortie(inscription: &Inscription) -> bool {
    rempli(&inscription.motif_sortie).is_some()
}

/// `statut_apprenant`: 0, 2 or 3.
pub(super) fn statut_apprenant(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if e.inscription.sortie_prevue.is_none() {
        let detail = match e.statut {
            Statut::Abandon => {
                "L'abandon est compté sans elle, comme si elle était plus tard : saisir la date de sortie prévue dans la \
                 fiche Inscrit."
            }
            Statut::Inscrit | Statut::Apprenti => "Saisir la date de sortie prévue dans la fiche Inscrit.",
        };
        e.avertir(&SORTIE_PREVUE_MANQUANTE, detail);
    }
    if e.statut == Statut::Abandon && rempli(&e.inscription.motif_sortie).is_some_and(|m| dit_une_reussite(&m)) {
        e.avertir(
            &ABANDON_DOUTEUX,
            "Un abandon est envoyé, mais le motif de sortie se lit comme une réussite. Si la formation est finie, saisir dans \
             la fiche Inscrit une date de sortie prévue égale à la sortie réelle ; sinon, préciser le motif.",
        );
    }
    sortie_avant_entree(e);
    Some((Valeur::Entier(e.statut as i64), Provenance::Calcul))
}

/// Whether a *motif de sortie* reads like a success.
fn dit_une_reussite(motif: &str) -> bool {
    let mots = sans_casse_ni_accent(motif);
    let contient = |mots_cherches: [&str; 4]| mots_cherches.iter().any(|mot| mots.contains(mot));
    contient(["DIPLOM", "REUSS", "ADMIS", "OBTEN"]) && !contient(["NON ", "PAS ", "ECHEC", "REFUS"])
}

fn sortie_avant_entree(e: &mut Elements<'_>) {
    let avant = e
        .inscription
        .sortie_reelle
        .zip(e.date_entree())
        .is_some_and(|(sortie, entree)| sortie < entree);
    if !avant {
        return;
    }
    let effet = match e.statut {
        Statut::Abandon => "le tableau de bord affichera un abandon dès l'entrée",
        Statut::Inscrit | Statut::Apprenti => "elle ne compte pas comme un abandon",
    };
    let detail = format!(
        "La date de sortie réelle est avant la date d'entrée : {effet}. Vérifier ces dates dans la fiche Inscrit, et la date \
         d'entrée au CFA dans le SIFA."
    );
    e.avertir(&SORTIE_AVANT_ENTREE, detail);
}

/// Inscrit → `inscription.date_entree_groupe ?? entree`; Apprenti → `entree`; Abandon → `inscription.sortie_reelle`.
pub(super) fn date_metier(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(match e.statut {
        Statut::Inscrit => de(e.inscription.date_entree_groupe, Provenance::Inscrit).or(e.entree),
        Statut::Apprenti => e.entree,
        Statut::Abandon => sortie_reelle(e.inscription),
    })
}

pub(super) fn sans_date_metier(e: &Elements<'_>) -> String {
    formation::sans_entree(e)
}

/// For an abandon, `sortie_reelle`.
pub(super) fn date_exclusion(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if e.statut != Statut::Abandon {
        return None;
    }
    date(sortie_reelle(e.inscription))
}

/// For an abandon, `motif_sortie`.
pub(super) fn cause_exclusion(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if e.statut != Statut::Abandon {
        return None;
    }
    texte(rempli(&e.inscription.motif_sortie)?, Provenance::Inscrit)
}

pub(super) fn sortie_reelle(inscription: &Inscription) -> Trouve<NaiveDate> {
    de(inscription.sortie_reelle, Provenance::Inscrit)
}
