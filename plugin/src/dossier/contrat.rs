//! CONTRAT D'APPRENTISSAGE: the fields of the one contract of 2021, and of the up to four conventions of v3.

use super::avertissements::{
    CONTRAT_INCOHERENT, CONVENTION_SANS_DEBUT, PLUS_DE_QUATRE_CONTRATS, RUPTURE_HORS_CONTRAT, SIRET_CLE_FAUSSE,
    SIRET_EMPLOYEUR_INVALIDE, VALEUR_ILLISIBLE,
};
use super::contrats_envoyes::{Contrat, RupturePerdue, rupture_sifa};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Lecture, Manque, Trouvaille, numero};
use super::statut::{a_un_motif_de_sortie, sortie_reelle};
use super::{Provenance, Valeur, codes, formation, motifs};

/// 2021: `sifa.date_entree_cfa ?? inscription.date_entree`
pub(super) fn date_debut(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let sifa = e.sifa().and_then(|sifa| de(&sifa.date_entree_cfa, Provenance::Sifa));
    date(sifa.sinon(|| de(&e.inscription.date_entree, Provenance::Inscrit)))
}

/// 2021: `inscription.sortie_prevue`
pub(super) fn date_fin(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(de(&e.inscription.sortie_prevue, Provenance::Inscrit))
}

/// 2021: `sifa.date_rupture_contrat ??` (`inscription.sortie_reelle` if `motif_sortie` is filled)
pub(super) fn date_rupture(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(rupture_sifa(e.inscription).sinon(|| {
        let sortie = sortie_reelle(e.inscription);
        match (a_un_motif_de_sortie(e.inscription), sortie) {
            (Ok(false), _) | (_, Err(Manque::Absent)) => Err(Manque::Absent),
            (motif, sortie) => motif.and(sortie),
        }
    }))
}

/// v3: `date_debut` of the contract number `rang`, from 0.
pub(super) fn debut_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    if rang == 0 {
        conventions_sans_debut(e);
        conventions_illisibles(e);
        if e.contrats.de_trop > 0 {
            let detail = format!(
                "{} convention(s) plus ancienne(s) : l'API n'accepte que les quatre dernières.",
                e.contrats.de_trop
            );
            e.avertir(&PLUS_DE_QUATRE_CONTRATS, detail);
        }
    }
    let debut = e.contrats.numero(rang)?.debut;
    if let Some(detail) = contradictions(e, rang) {
        e.avertir(&CONTRAT_INCOHERENT, detail);
    }
    date(Ok((debut, Provenance::Convention)))
}

/// What is contradictory in the contract number `rang`, and what the dashboard will make of it.
fn contradictions(e: &Elements<'_>, rang: usize) -> Option<String> {
    let contrat = e.contrats.numero(rang).ok()?;
    let (debut, fin) = (contrat.debut, contrat.convention.date_fin.valeur().copied());
    let rupture = contrat.rupture.as_ref().ok().map(|(date, _)| *date);
    let fin_de_formation = formation::fin(e.inscription).ok().map(|(date, _)| date);
    let jumeau = e.contrats.avant(rang).filter(|autre| autre.debut == debut).last();
    let meme_debut = jumeau.map(|autre| {
        format!(
            "elle commence le même jour que la convention {} (il ne gardera que la dernière)",
            numero(autre.convention.id)
        )
    });
    let contradictions: Vec<String> = [
        fin.filter(|fin| *fin < debut).map(|_| {
            "la fin est avant le début (il ne comptera aucun jour sous contrat, sauf rupture plus tard)".to_owned()
        }),
        rupture
            .filter(|rupture| *rupture < debut)
            .map(|_| "la rupture est avant le début (il ne comptera aucun jour sous contrat)".to_owned()),
        rupture
            .zip(fin)
            .filter(|(rupture, fin)| rupture > fin)
            .map(|_| "la rupture est après la fin (il comptera le contrat jusqu'à la veille de la rupture)".to_owned()),
        fin_de_formation
            .filter(|fin_de_formation| debut > *fin_de_formation)
            .map(|_| "elle commence après la fin de la formation (il ne la comptera pas)".to_owned()),
        meme_debut,
    ]
    .into_iter()
    .flatten()
    .collect();
    (!contradictions.is_empty()).then(|| {
        format!(
            "La convention {} est envoyée telle quelle au tableau de bord, mais {}. Vérifier ses dates dans la convention.",
            numero(contrat.convention.id),
            contradictions.join(", et ")
        )
    })
}

/// v3: `date_fin` of the contract number `rang`.
pub(super) fn fin_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    date(de(
        &e.contrats.numero(rang)?.convention.date_fin,
        Provenance::Convention,
    ))
}

/// v3: the rupture that belongs to the contract number `rang`.
pub(super) fn rupture_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    if rang == 0 {
        rupture_perdue(e);
    }
    date(e.contrats.numero(rang)?.rupture.clone())
}

/// Says that the SIFA's rupture goes on no contract.
fn rupture_perdue(e: &mut Elements<'_>) {
    let raison = match e.contrats.rupture_perdue {
        None => return,
        Some(RupturePerdue::HorsContrat) => "aucune convention de l'inscription ne court à cette date".to_owned(),
        Some(RupturePerdue::AutreDate(id)) => {
            format!(
                "la convention {}, qui court à cette date, a une autre date de rupture",
                numero(id)
            )
        }
    };
    e.avertir(
        &RUPTURE_HORS_CONTRAT,
        format!(
            "La date de rupture saisie dans le SIFA n'est pas envoyée : {raison}. Le tableau de bord ne montrera pas cette \
             rupture : la saisir dans la convention concernée, ou la corriger dans le SIFA."
        ),
    );
}

/// v3: `cause_rupture` of the contract number `rang`, with or without a date.
pub(super) fn cause_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    let Contrat { convention, .. } = e.contrats.numero(rang)?;
    texte(convention.cause_rupture.rempli()?, Provenance::Convention)
}

/// v3: the employer's SIRET of the contract number `rang`; the receiver would drop a malformed one.
pub(super) fn employeur_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    let contrat = e.contrats.numero(rang)?.convention;
    let siret = contrat.siret_employeur.compact()?;
    if !codes::est_siret(&siret) {
        e.avertir(
            &SIRET_EMPLOYEUR_INVALIDE,
            format!(
                "Le SIRET de l'employeur n'a pas 14 chiffres : le corriger dans la convention {}.",
                numero(contrat.id)
            ),
        );
        return Err(Manque::Absent);
    }
    if !codes::cle_siret_juste(&siret) {
        e.avertir(
            &SIRET_CLE_FAUSSE,
            format!(
                "Le SIRET de l'employeur est envoyé, mais sa clé est fausse : le vérifier dans la convention {}.",
                numero(contrat.id)
            ),
        );
    }
    texte(siret, Provenance::Convention)
}

/// A contract whose start cannot be read may go out or not, and anywhere among the others: it does not, and is told.
fn conventions_illisibles(e: &mut Elements<'_>) {
    for convention in &e.inscription.conventions {
        if let Lecture::Illisible(valeur) = &convention.date_debut {
            e.avertir(&VALEUR_ILLISIBLE, motifs::illisible(valeur));
        }
    }
}

fn conventions_sans_debut(e: &mut Elements<'_>) {
    for convention in e.inscription.conventions.iter().filter(|c| c.date_debut.est_absente()) {
        e.avertir(
            &CONVENTION_SANS_DEBUT,
            format!(
                "Elle n'est pas envoyée comme contrat : saisir la date de début dans la convention {}.",
                numero(convention.id)
            ),
        );
    }
}
