//! STATUTS DU JEUNE: abandon, inscrit or apprenti, and since when.

use chrono::NaiveDate;

use super::avertissements::{ABANDON_DOUTEUX, SORTIE_AVANT_ENTREE, SORTIE_PREVUE_MANQUANTE};
use super::cleaning::sans_casse_ni_accent;
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Inscription, Manque, Trouvaille};
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
pub(super) fn statut(inscription: &Inscription) -> Result<Statut, Manque> {
    if est_abandon(inscription)? {
        return Ok(Statut::Abandon);
    }
    // A convention counts even without a `date_debut`.
    if inscription.conventions.is_empty() {
        return Ok(Statut::Inscrit);
    }
    let sans_contrat = match &inscription.sifa {
        Some(sifa) => sifa.sans_contrat_initial.copie().facultatif()?.unwrap_or(false),
        None => false,
    };
    Ok(if sans_contrat {
        Statut::Inscrit
    } else {
        Statut::Apprenti
    })
}

/// What cannot be read does not matter where the other condition fails anyway.
fn est_abandon(inscription: &Inscription) -> Result<bool, Manque> {
    match (a_un_motif_de_sortie(inscription), est_sorti_avant(inscription)) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (motif, avant) => Ok(motif? && avant?),
    }
}

/// Whether the exit is before the planned one; an absent planned one counts as later.
fn est_sorti_avant(inscription: &Inscription) -> Result<bool, Manque> {
    let Some(reelle) = inscription.sortie_reelle.copie().facultatif()? else {
        return Ok(false);
    };
    let prevue = inscription.sortie_prevue.copie().facultatif()?;
    Ok(prevue.is_none_or(|prevue| reelle < prevue))
}

pub(super) fn a_un_motif_de_sortie(inscription: &Inscription) -> Result<bool, Manque> {
    Ok(inscription.motif_sortie.rempli().facultatif()?.is_some())
}

/// `statut_apprenant`: 0, 2 or 3.
pub(super) fn statut_apprenant(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let statut = e.statut.clone()?;
    if e.inscription.sortie_prevue.est_absente() {
        let detail = match statut {
            Statut::Abandon => {
                "L'abandon est compté sans elle, comme si elle était plus tard : saisir la date de sortie prévue dans la \
                 fiche Inscrit."
            }
            Statut::Inscrit | Statut::Apprenti => "Saisir la date de sortie prévue dans la fiche Inscrit.",
        };
        e.avertir(&SORTIE_PREVUE_MANQUANTE, detail);
    }
    let reussite = e
        .inscription
        .motif_sortie
        .rempli()
        .is_ok_and(|motif| dit_une_reussite(&motif));
    if statut == Statut::Abandon && reussite {
        e.avertir(
            &ABANDON_DOUTEUX,
            "Un abandon est envoyé, mais le motif de sortie se lit comme une réussite. Si la formation est finie, saisir dans \
             la fiche Inscrit une date de sortie prévue égale à la sortie réelle ; sinon, préciser le motif.",
        );
    }
    sortie_avant_entree(e, statut);
    Ok((Valeur::Entier(statut as i64), Provenance::Calcul))
}

/// Whether a *motif de sortie* reads like a success.
fn dit_une_reussite(motif: &str) -> bool {
    let mots = sans_casse_ni_accent(motif);
    let contient = |mots_cherches: [&str; 4]| mots_cherches.iter().any(|mot| mots.contains(mot));
    contient(["DIPLOM", "REUSS", "ADMIS", "OBTEN"]) && !contient(["NON ", "PAS ", "ECHEC", "REFUS"])
}

fn sortie_avant_entree(e: &mut Elements<'_>, statut: Statut) {
    let sortie = e.inscription.sortie_reelle.valeur().copied();
    let avant = sortie
        .zip(e.date_entree())
        .is_some_and(|(sortie, entree)| sortie < entree);
    if !avant {
        return;
    }
    let effet = match statut {
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
    date(match e.statut.clone()? {
        Statut::Inscrit => de(&e.inscription.date_entree_groupe, Provenance::Inscrit).sinon(|| e.entree.clone()),
        Statut::Apprenti => e.entree.clone(),
        Statut::Abandon => sortie_reelle(e.inscription),
    })
}

pub(super) fn sans_date_metier(e: &Elements<'_>) -> String {
    formation::sans_entree(e)
}

/// For an abandon, `sortie_reelle`.
pub(super) fn date_exclusion(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if e.statut.clone()? != Statut::Abandon {
        return Err(Manque::Absent);
    }
    date(sortie_reelle(e.inscription))
}

/// For an abandon, `motif_sortie`.
pub(super) fn cause_exclusion(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if e.statut.clone()? != Statut::Abandon {
        return Err(Manque::Absent);
    }
    texte(e.inscription.motif_sortie.rempli()?, Provenance::Inscrit)
}

pub(super) fn sortie_reelle(inscription: &Inscription) -> Trouve<NaiveDate> {
    de(&inscription.sortie_reelle, Provenance::Inscrit)
}
