//! CONTRAT D'APPRENTISSAGE: the one contract of 2021, and the up to four conventions of v3.

use chrono::NaiveDate;

use super::avertissements::{
    CONVENTION_SANS_DEBUT, PLUS_DE_QUATRE_CONTRATS, SIRET_CLE_FAUSSE, SIRET_EMPLOYEUR_INVALIDE,
};
use super::cleaning::{compact, rempli};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Convention, Inscription};
use super::statut::{Statut, a_un_motif_de_sortie, sortie_reelle};
use super::{Provenance, Valeur, codes};

/// How many contracts v3 takes.
const CONTRATS_MAX: usize = 4;

/// The conventions that go out, and what is left of the others.
#[derive(Debug)]
pub(super) struct Contrats<'a> {
    /// Those that have a `date_debut`, by (`date_debut`, `id`); of more than four the last four.
    envoyes: Vec<&'a Convention>,
    /// How many older ones stay out.
    de_trop: usize,
    /// The rupture of the latest one.
    rupture: Trouve<NaiveDate>,
}

/// The inscription's conventions in the order in which they go out.
pub(super) fn contrats(inscription: &Inscription, statut: Statut) -> Contrats<'_> {
    let mut envoyes: Vec<&Convention> = inscription
        .conventions
        .iter()
        .filter(|c| c.date_debut.is_some())
        .collect();
    envoyes.sort_by_key(|c| (c.date_debut, c.id));
    let de_trop = envoyes.len().saturating_sub(CONTRATS_MAX);
    envoyes.drain(..de_trop);
    let rupture = envoyes
        .last()
        .and_then(|derniere| rupture(inscription, statut, derniere));
    Contrats {
        envoyes,
        de_trop,
        rupture,
    }
}

/// The latest convention's rupture: its own, else the SIFA's, else for an abandon the exit if it falls within it.
fn rupture(inscription: &Inscription, statut: Statut, derniere: &Convention) -> Trouve<NaiveDate> {
    de(derniere.date_rupture, Provenance::Convention)
        .or_else(|| rupture_sifa(inscription))
        .or_else(|| {
            let (sortie, provenance) = sortie_reelle(inscription)?;
            let pendant = derniere.date_debut? <= sortie && sortie < derniere.date_fin?;
            (statut == Statut::Abandon && pendant).then_some((sortie, provenance))
        })
}

fn rupture_sifa(inscription: &Inscription) -> Trouve<NaiveDate> {
    de(
        inscription.sifa.as_ref().and_then(|s| s.date_rupture_contrat),
        Provenance::Sifa,
    )
}

/// 2021: `sifa.date_entree_cfa ?? inscription.date_entree`
pub(super) fn date_debut(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let sifa = e.inscription.sifa.as_ref().and_then(|s| s.date_entree_cfa);
    date(de(sifa, Provenance::Sifa).or_else(|| de(e.inscription.date_entree, Provenance::Inscrit)))
}

/// 2021: `inscription.sortie_prevue`
pub(super) fn date_fin(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(de(e.inscription.sortie_prevue, Provenance::Inscrit))
}

/// 2021: `sifa.date_rupture_contrat ??` (`inscription.sortie_reelle` if `motif_sortie` is filled)
pub(super) fn date_rupture(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(rupture_sifa(e.inscription).or_else(|| {
        if a_un_motif_de_sortie(e.inscription) {
            sortie_reelle(e.inscription)
        } else {
            None
        }
    }))
}

/// v3: `date_debut` of the contract number `rang`, from 0.
pub(super) fn debut_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    if rang == 0 {
        conventions_sans_debut(e);
        if e.contrats.de_trop > 0 {
            let detail = format!(
                "{} convention(s) plus ancienne(s) : l'API n'accepte que les quatre dernières.",
                e.contrats.de_trop
            );
            e.avertir(&PLUS_DE_QUATRE_CONTRATS, detail);
        }
    }
    date(de(e.contrats.envoyes.get(rang)?.date_debut, Provenance::Convention))
}

/// v3: `date_fin` of the contract number `rang`.
pub(super) fn fin_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    date(de(e.contrats.envoyes.get(rang)?.date_fin, Provenance::Convention))
}

/// v3: `date_rupture` of the contract number `rang`; the latest one has other sources too.
pub(super) fn rupture_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    let contrat = e.contrats.envoyes.get(rang)?;
    let derniere = rang + 1 == e.contrats.envoyes.len();
    date(if derniere {
        e.contrats.rupture
    } else {
        de(contrat.date_rupture, Provenance::Convention)
    })
}

/// v3: `cause_rupture` of the contract number `rang`, with or without a date.
pub(super) fn cause_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    texte(
        rempli(&e.contrats.envoyes.get(rang)?.cause_rupture)?,
        Provenance::Convention,
    )
}

/// v3: the employer's SIRET of the contract number `rang`; the receiver would drop a malformed one.
pub(super) fn employeur_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    let contrat = e.contrats.envoyes.get(rang)?;
    let siret = compact(&contrat.siret_employeur)?;
    if !codes::est_siret(&siret) {
        e.avertir(
            &SIRET_EMPLOYEUR_INVALIDE,
            format!(
                "Le SIRET de l'employeur n'a pas 14 chiffres : le corriger dans la convention n° {}.",
                contrat.id
            ),
        );
        return None;
    }
    if !codes::cle_siret_juste(&siret) {
        e.avertir(
            &SIRET_CLE_FAUSSE,
            format!(
                "Le SIRET de l'employeur est envoyé, mais sa clé est fausse : le vérifier dans la convention n° {}.",
                contrat.id
            ),
        );
    }
    texte(siret, Provenance::Convention)
}

fn conventions_sans_debut(e: &mut Elements<'_>) {
    for convention in e.inscription.conventions.iter().filter(|c| c.date_debut.is_none()) {
        e.avertir(
            &CONVENTION_SANS_DEBUT,
            format!(
                "Elle n'est pas envoyée comme contrat : saisir la date de début dans la convention n° {}.",
                convention.id
            ),
        );
    }
}
