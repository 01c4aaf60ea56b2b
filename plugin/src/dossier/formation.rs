//! FORMATION: the diploma prepared, and the dates of the training.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::avertissements::{DUREE_INVALIDE, LIBELLE_COURT_INVALIDE, RNCP_INVALIDE, RNCP_MANQUANT};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Diplome, Inscription, Manque, Trouvaille};
use super::{Provenance, Valeur, annee, codes};

/// The diploma of the dossier, and the screen that leads to it.
#[derive(Debug)]
pub(super) struct DiplomeRetenu<'a> {
    diplome: &'a Diplome,
    provenance: Provenance,
    /// Its code, cleaned; it may be malformed.
    code: Result<Cow<'a, str>, Manque>,
}

/// The first of SIFA, action, centre d'intérêt that leads to a diploma with a filled code; if none has a code, the first
/// that leads to a diploma at all.
pub(super) fn diplome(inscription: &Inscription) -> Result<DiplomeRetenu<'_>, Manque> {
    let sifa = inscription.sifa.as_ref().ok_or(Manque::Absent);
    let action = || inscription.action.lue();
    let mut routes = [
        (sifa.and_then(|s| s.diplome.lue()), Provenance::Sifa),
        (action().and_then(|a| a.diplome.lue()), Provenance::Action),
        (
            action().and_then(|a| a.centre_interet_diplome.lue()),
            Provenance::CentreInteret,
        ),
    ]
    .into_iter();
    let mut premier = None;
    while let Some((route, provenance)) = routes.next() {
        let Some(diplome) = route.facultatif()? else { continue };
        let retenu = DiplomeRetenu {
            diplome,
            provenance,
            code: diplome.code.rempli(),
        };
        match &retenu.code {
            Ok(_) => return Ok(retenu),
            Err(Manque::Absent) => {
                premier.get_or_insert(retenu);
            }
            Err(illisible) => {
                // Whether it is this diploma hangs on its code, unless there is no other.
                let seul = premier.is_none() && routes.all(|(route, _)| matches!(route, Err(Manque::Absent)));
                return if seul { Ok(retenu) } else { Err(illisible.clone()) };
            }
        }
    }
    premier.ok_or(Manque::Absent)
}

/// The code that the inscription goes out under, if it has a well-formed one.
pub(super) fn code(inscription: &Inscription) -> Option<String> {
    let code = diplome(inscription).ok()?.code.ok()?;
    codes::est_cfd(&code).then(|| code.to_ascii_uppercase())
}

/// The diploma's code: 8 letters or digits, in upper case.
pub(super) fn id_formation(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome()?;
    let code = retenu.code.as_ref().map_err(Clone::clone)?;
    if !codes::est_cfd(code) {
        return Err(Manque::Absent);
    }
    texte(code.to_ascii_uppercase(), retenu.provenance)
}

pub(super) fn sans_code(e: &Elements<'_>) -> String {
    match &e.diplome {
        Err(_) => {
            "Aucun diplôme : le choisir dans le SIFA, ou lier l'action (fiche Action) à un diplôme, ou à un centre \
                 d'intérêt lié à un diplôme."
                .to_owned()
        }
        Ok(retenu) => {
            let defaut = if retenu.code.is_ok() {
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
    let retenu = e.diplome()?;
    let court = retenu.diplome.libelle_court.rempli();
    let libelle = court.sinon(|| retenu.diplome.libelle.rempli())?;
    if libelle.chars().nth(1).is_none() {
        let id = retenu.diplome.id;
        e.avertir(
            &LIBELLE_COURT_INVALIDE,
            format!("Le libellé court du diplôme n° {id} a moins de 2 caractères : le compléter dans ce diplôme."),
        );
        return Err(Manque::Absent);
    }
    texte(libelle, retenu.provenance)
}

/// `libelle` of that diploma.
pub(super) fn libelle_long(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome()?;
    texte(retenu.diplome.libelle.rempli()?, retenu.provenance)
}

/// The diploma's RNCP number, as `RNCP38765`. The dashboard needs it beside the code to show the training.
pub(super) fn rncp(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let retenu = e.diplome()?;
    let id = retenu.diplome.id;
    let Some(saisi) = retenu.diplome.rncp.compact().facultatif()? else {
        e.avertir(
            &RNCP_MANQUANT,
            format!(
                "Sans code RNCP, le tableau de bord ne montre pas la formation : le saisir dans le diplôme n° {id}."
            ),
        );
        return Err(Manque::Absent);
    };
    let Some(rncp) = codes::rncp(&saisi) else {
        e.avertir(
            &RNCP_INVALIDE,
            format!("Le code RNCP du diplôme n° {id} est mal formé (attendu : RNCP et 2 à 5 chiffres) : le corriger dans ce diplôme."),
        );
        return Err(Manque::Absent);
    };
    texte(rncp, retenu.provenance)
}

/// `inscription.date_inscription ?? entree`
pub(super) fn date_inscription(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(de(&e.inscription.date_inscription, Provenance::Inscrit).sinon(|| e.entree.clone()))
}

/// `entree`
pub(super) fn date_entree(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(e.entree.clone())
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
    de(&inscription.sortie_prevue, Provenance::Inscrit)
        .sinon(|| de(&inscription.action.lue()?.date_fin, Provenance::Action))
}

pub(super) fn sans_fin(_: &Elements<'_>) -> String {
    "Saisir la date de sortie prévue dans la fiche Inscrit, ou la date de fin dans la fiche Action.".to_owned()
}

/// The number of months from `action.date_debut` to `action.date_fin`.
fn mois(inscription: &Inscription) -> Result<i64, Manque> {
    let action = inscription.action.lue()?;
    Ok(annee::mois(action.date_debut.copie()?, action.date_fin.copie()?))
}

/// How long a training may last.
const MOIS: RangeInclusive<i64> = 1..=48;

/// The number of months of the training; absent outside 1 to 48.
pub(super) fn duree_mois(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let action = e.action()?;
    let mois = mois(e.inscription)?;
    if !MOIS.contains(&mois) {
        e.avertir(
            &DUREE_INVALIDE,
            format!(
                "La durée de l'action n° {} n'est pas de 1 à 48 mois : vérifier ses dates dans la fiche Action.",
                action.id
            ),
        );
        return Err(Manque::Absent);
    }
    Ok((Valeur::Entier(mois), Provenance::Calcul))
}

/// "YYYY-YYYY": the years of `action.date_debut ?? entree` and of `action.date_fin ?? inscription.sortie_prevue`.
pub(super) fn periode(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let fin = e.action().and_then(|action| action.date_fin.copie());
    let fin = fin.sinon(|| e.inscription.sortie_prevue.copie())?;
    texte(format!("{:04}-{:04}", debut(e)?.year(), fin.year()), Provenance::Calcul)
}

/// How many school years since that of `action.date_debut ?? entree`: from 1 to 5, and no more than the years of the
/// training, where its length is known.
pub(super) fn annee_formation(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let ecoulees = annee::annee_scolaire(e.run_date) - annee::annee_scolaire(debut(e)?) + 1;
    let mut annee = i64::from(ecoulees.clamp(1, 5));
    // No training is so short that it has no first year.
    if annee > 1 {
        let duree = mois(e.inscription).facultatif()?.filter(|mois| MOIS.contains(mois));
        annee = duree.map_or(annee, |mois| annee.min((mois + 11) / 12));
    }
    Ok((Valeur::Entier(annee), Provenance::Calcul))
}

/// The current school year, as "2026-2027".
pub(super) fn annee_scolaire(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let annee = annee::annee_scolaire(e.run_date);
    texte(format!("{annee:04}-{:04}", annee + 1), Provenance::Calcul)
}

fn debut(e: &Elements<'_>) -> Result<NaiveDate, Manque> {
    let debut = e.action().and_then(|action| action.date_debut.copie());
    debut.sinon(|| e.entree.clone().map(|(date, _)| date))
}
