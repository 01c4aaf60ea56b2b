//! FORMATION: the diploma prepared, and the dates of the training.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::avertissements::{DUREE_INVALIDE, LIBELLE_COURT_INVALIDE, RNCP_INVALIDE, RNCP_MANQUANT};
use super::cleaning::{compact, rempli};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Diplome, Inscription};
use super::{Provenance, Valeur, annee, codes};

/// The diploma of the dossier, and the screen that leads to it.
#[derive(Debug)]
pub(super) struct DiplomeRetenu<'a> {
    diplome: &'a Diplome,
    provenance: Provenance,
    /// Its code, cleaned; it may be malformed.
    code: Option<Cow<'a, str>>,
}

/// The first of SIFA, action, centre d'intérêt that leads to a diploma with a filled code; if none has a code, the first
/// that leads to a diploma at all.
pub(super) fn diplome(inscription: &Inscription) -> Option<DiplomeRetenu<'_>> {
    let action = inscription.action.as_ref();
    let mut premier = None;
    for (diplome, provenance) in [
        (
            inscription.sifa.as_ref().and_then(|s| s.diplome.as_deref()),
            Provenance::Sifa,
        ),
        (action.and_then(|a| a.diplome.as_deref()), Provenance::Action),
        (
            action.and_then(|a| a.centre_interet_diplome.as_deref()),
            Provenance::CentreInteret,
        ),
    ] {
        let Some(diplome) = diplome else { continue };
        let retenu = DiplomeRetenu {
            diplome,
            provenance,
            code: rempli(&diplome.code),
        };
        if retenu.code.is_some() {
            return Some(retenu);
        }
        premier.get_or_insert(retenu);
    }
    premier
}

/// The diploma's code: 8 letters or digits, in upper case.
pub(super) fn id_formation(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome.as_ref()?;
    let code = retenu.code.as_deref().filter(|code| codes::est_cfd(code))?;
    texte(code.to_ascii_uppercase(), retenu.provenance)
}

pub(super) fn sans_code(e: &Elements<'_>) -> String {
    match &e.diplome {
        None => {
            "Aucun diplôme : le choisir dans le SIFA, ou lier l'action (fiche Action) à un diplôme, ou à un centre \
                 d'intérêt lié à un diplôme."
                .to_owned()
        }
        Some(retenu) => {
            let defaut = if retenu.code.is_some() {
                "est mal formé"
            } else {
                "manque"
            };
            format!(
                "Le code du diplôme n° {} (désigné par : {}) {defaut} : saisir ses 8 lettres ou chiffres dans ce diplôme.",
                retenu.diplome.id,
                retenu.provenance.libelle()
            )
        }
    }
}

/// `libelle_court ?? libelle` of that diploma; under 2 characters, it is left out.
pub(super) fn libelle_court(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome.as_ref()?;
    let libelle = rempli(&retenu.diplome.libelle_court).or_else(|| rempli(&retenu.diplome.libelle))?;
    if libelle.chars().nth(1).is_none() {
        let id = retenu.diplome.id;
        e.avertir(
            &LIBELLE_COURT_INVALIDE,
            format!("Le libellé court du diplôme n° {id} a moins de 2 caractères : le compléter dans ce diplôme."),
        );
        return None;
    }
    texte(libelle, retenu.provenance)
}

/// `libelle` of that diploma.
pub(super) fn libelle_long(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome.as_ref()?;
    texte(rempli(&retenu.diplome.libelle)?, retenu.provenance)
}

/// The diploma's RNCP number, as `RNCP38765`. The dashboard needs it beside the code to show the training.
pub(super) fn rncp(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome.as_ref()?;
    let id = retenu.diplome.id;
    let Some(saisi) = compact(&retenu.diplome.rncp) else {
        e.avertir(
            &RNCP_MANQUANT,
            format!(
                "Sans code RNCP, le tableau de bord ne montre pas la formation : le saisir dans le diplôme n° {id}."
            ),
        );
        return None;
    };
    let Some(rncp) = codes::rncp(&saisi) else {
        e.avertir(
            &RNCP_INVALIDE,
            format!("Le code RNCP du diplôme n° {id} est mal formé (attendu : RNCP et 2 à 5 chiffres) : le corriger dans ce diplôme."),
        );
        return None;
    };
    texte(rncp, retenu.provenance)
}

/// `inscription.date_inscription ?? entree`
pub(super) fn date_inscription(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(de(e.inscription.date_inscription, Provenance::Inscrit).or(e.entree))
}

/// `entree`
pub(super) fn date_entree(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(e.entree)
}

pub(super) fn sans_entree(_: &Elements<'_>) -> String {
    "Saisir la date d'entrée dans la fiche Inscrit, ou la date d'entrée au CFA dans le SIFA, ou la date de début dans la \
     fiche Action."
        .to_owned()
}

/// `inscription.sortie_prevue ?? action.date_fin`
pub(super) fn date_fin(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(fin(e.inscription))
}

pub(super) fn fin(inscription: &Inscription) -> Trouve<NaiveDate> {
    de(inscription.sortie_prevue, Provenance::Inscrit)
        .or_else(|| de(inscription.action.as_ref().and_then(|a| a.date_fin), Provenance::Action))
}

pub(super) fn sans_fin(_: &Elements<'_>) -> String {
    "Saisir la date de sortie prévue dans la fiche Inscrit, ou la date de fin dans la fiche Action.".to_owned()
}

/// The number of months from `action.date_debut` to `action.date_fin`.
fn mois(inscription: &Inscription) -> Option<i64> {
    let action = inscription.action.as_ref()?;
    Some(annee::mois(action.date_debut?, action.date_fin?))
}

/// How long a training may last.
const MOIS: RangeInclusive<i64> = 1..=48;

/// The number of months of the training; absent outside 1 to 48.
pub(super) fn duree_mois(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let action = e.inscription.action.as_ref()?;
    let mois = mois(e.inscription)?;
    if !MOIS.contains(&mois) {
        e.avertir(
            &DUREE_INVALIDE,
            format!(
                "La durée de l'action n° {} n'est pas de 1 à 48 mois : vérifier ses dates dans la fiche Action.",
                action.id
            ),
        );
        return None;
    }
    Some((Valeur::Entier(mois), Provenance::Calcul))
}

/// "YYYY-YYYY": the years of `action.date_debut ?? entree` and of `action.date_fin ?? inscription.sortie_prevue`.
pub(super) fn periode(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let fin = e
        .inscription
        .action
        .as_ref()
        .and_then(|a| a.date_fin)
        .or(e.inscription.sortie_prevue)?;
    texte(format!("{:04}-{:04}", debut(e)?.year(), fin.year()), Provenance::Calcul)
}

/// How many school years since that of `action.date_debut ?? entree`: from 1 to 5, and no more than the years of the
/// training, where its length is known.
pub(super) fn annee_formation(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let ecoulees = annee::annee_scolaire(e.run_date) - annee::annee_scolaire(debut(e)?) + 1;
    let annee = i64::from(ecoulees.clamp(1, 5));
    let duree = mois(e.inscription).filter(|mois| MOIS.contains(mois));
    let annees_de_la_formation = duree.map_or(annee, |mois| (mois + 11) / 12);
    Some((Valeur::Entier(annee.min(annees_de_la_formation)), Provenance::Calcul))
}

/// The current school year, as "2026-2027".
pub(super) fn annee_scolaire(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let annee = annee::annee_scolaire(e.run_date);
    texte(format!("{annee:04}-{:04}", annee + 1), Provenance::Calcul)
}

fn debut(e: &Elements<'_>) -> Option<NaiveDate> {
    e.inscription
        .action
        .as_ref()
        .and_then(|a| a.date_debut)
        .or(e.date_entree())
}
