//! FORMATION: the establishment, from the SIFA's UAI, the UAI list and the sector.

use super::avertissements::{
    CODE_POSTAL_INVALIDE, COORDONNEES_INVALIDES, LIGNE_UAI_INCOMPLETE, PLUSIEURS_LIGNES_UAI, SIRET_CLE_FAUSSE,
    SIRET_FORMATEUR_INVALIDE, UAI_FORMATEUR_INVALIDE,
};
use super::cleaning::rempli;
use super::elements::{Elements, Trouve, texte};
use super::liste_uai::{LigneChoisie, LignePreparee, ListeUai};
use super::records::{Inscription, Manque, Trouvaille};
use super::saisie::Formateur;
use super::{Provenance, Valeur, codes, coordonnees};

/// The SIFA's UAI, and the line of the UAI list.
#[derive(Debug)]
pub(super) struct Etablissement<'a> {
    /// `sifa.uai_etablissement` in compact form.
    uai_sifa: Result<String, Manque>,
    pub(super) ligne: Result<LigneChoisie<'a>, Manque>,
}

/// The establishment that an inscription goes out under.
pub(super) fn etablissement<'a>(inscription: &Inscription, liste: &'a ListeUai) -> Etablissement<'a> {
    let sifa = inscription.sifa.as_ref().ok_or(Manque::Absent);
    let uai_sifa = sifa.and_then(|s| s.uai_etablissement.compact());
    let ligne = match &uai_sifa {
        Ok(uai) => liste.ligne(inscription, Some(uai)).ok_or(Manque::Absent),
        Err(Manque::Absent) => liste.ligne(inscription, None).ok_or(Manque::Absent),
        Err(illisible) => Err(illisible.clone()),
    };
    Etablissement { uai_sifa, ligne }
}

impl<'a> Etablissement<'a> {
    pub(super) fn preparee(&self) -> Result<&'a LignePreparee, Manque> {
        self.ligne.clone().map(|choisie| choisie.preparee)
    }

    fn siret(&self) -> Result<&'a str, Manque> {
        self.preparee()?.siret.as_deref().ok_or(Manque::Absent)
    }

    fn uai_formateur(&self) -> Result<&'a str, Manque> {
        let ligne = self.preparee()?;
        match &ligne.formateur {
            Formateur::Autre { uai, .. } => Ok(uai),
            Formateur::LeCfa | Formateur::Incomplet(_) => ligne.uai.as_deref().ok_or(Manque::Absent),
        }
    }

    fn siret_formateur(&self) -> Result<&'a str, Manque> {
        let ligne = self.preparee()?;
        match &ligne.formateur {
            Formateur::Autre { siret, .. } => Ok(siret),
            Formateur::LeCfa | Formateur::Incomplet(_) => ligne.siret.as_deref().ok_or(Manque::Absent),
        }
    }
}

/// The SIFA's UAI, else that of the line.
pub(super) fn uai(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if let Some(choisie) = e.etablissement.ligne.clone().ok().filter(|choisie| choisie.ex_aequo) {
        e.avertir(
            &PLUSIEURS_LIGNES_UAI,
            format!(
                "Plusieurs lignes conviennent, la ligne n° {} est prise : n'en garder qu'une dans Gestion des numéros UAI.",
                choisie.preparee.ligne.id
            ),
        );
    }
    let (uai, provenance) = match &e.etablissement.uai_sifa {
        Ok(uai) => (uai.as_str(), Provenance::Sifa),
        Err(_) => (
            e.etablissement.preparee()?.uai.as_deref().ok_or(Manque::Absent)?,
            Provenance::ListeUai,
        ),
    };
    conforme(uai, codes::est_uai).and_then(|uai| texte(uai, provenance))
}

pub(super) fn sans_uai(e: &Elements<'_>) -> String {
    match (&e.etablissement.uai_sifa, e.etablissement.preparee()) {
        (Ok(_), _) => {
            "L'UAI de l'établissement saisi dans le SIFA est mal formé (attendu : 7 chiffres et une lettre) : le corriger \
             dans le SIFA."
                .to_owned()
        }
        (Err(_), Ok(ligne)) => corriger(ligne, "l'UAI", ligne.uai.is_some(), "7 chiffres et une lettre"),
        (Err(_), Err(_)) => sans_ligne(e),
    }
}

/// The UAI of the line's *établissement formateur*, else its UAI. Half a couple counts as none.
pub(super) fn uai_formateur(e: &mut Elements<'_>) -> Trouve<Valeur> {
    if let Ok(ligne) = e.etablissement.preparee() {
        if let Formateur::Incomplet(_) = ligne.formateur {
            let detail = format!(
                "Gestion des numéros UAI, ligne n° {} : l'établissement formateur n'a que l'un de ses deux numéros, et l'UAI et \
                 le SIRET du CFA sont envoyés à sa place. Saisir les deux, ou aucun.",
                ligne.ligne.id
            );
            e.avertir(&LIGNE_UAI_INCOMPLETE, detail);
        }
    }
    let uai = conforme(e.etablissement.uai_formateur()?, codes::est_uai)?;
    texte(uai, Provenance::ListeUai)
}

/// 2021, where it is optional: a malformed one is left out.
pub(super) fn uai_formateur_facultatif(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let valeur = uai_formateur(e);
    if valeur == Err(Manque::Absent) && e.etablissement.uai_formateur().is_ok() {
        let detail = sans_uai_formateur(e);
        e.avertir(&UAI_FORMATEUR_INVALIDE, detail);
    }
    valeur
}

pub(super) fn sans_uai_formateur(e: &Elements<'_>) -> String {
    let Ok(ligne) = e.etablissement.preparee() else {
        return sans_ligne(e);
    };
    if let Formateur::Autre { .. } = ligne.formateur {
        corriger(
            ligne,
            "l'UAI de l'établissement formateur",
            true,
            "7 chiffres et une lettre",
        )
    } else {
        corriger(ligne, "l'UAI", ligne.uai.is_some(), "7 chiffres et une lettre")
    }
}

/// The line's name.
pub(super) fn nom(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let nom = rempli(&e.etablissement.preparee()?.ligne.nom).ok_or(Manque::Absent)?;
    texte(nom, Provenance::ListeUai)
}

pub(super) fn sans_nom(e: &Elements<'_>) -> String {
    match e.etablissement.preparee() {
        Ok(ligne) => corriger(ligne, "le nom du CFA", false, ""),
        Err(_) => sans_ligne(e),
    }
}

/// The line's SIRET.
pub(super) fn siret(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let siret = conforme(e.etablissement.siret()?, codes::est_siret)?;
    verifier_cle(e, siret);
    texte(siret, Provenance::ListeUai)
}

pub(super) fn sans_siret(e: &Elements<'_>) -> String {
    match e.etablissement.preparee() {
        Ok(ligne) => corriger(ligne, "le SIRET", ligne.siret.is_some(), "14 chiffres"),
        Err(_) => sans_ligne(e),
    }
}

/// The SIRET of the line's *établissement formateur*, else its SIRET.
pub(super) fn siret_formateur(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let siret = conforme(e.etablissement.siret_formateur()?, codes::est_siret)?;
    if e.etablissement.siret() != Ok(siret) {
        verifier_cle(e, siret);
    }
    texte(siret, Provenance::ListeUai)
}

/// 2021, where it is optional: a malformed one is left out.
pub(super) fn siret_formateur_facultatif(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let valeur = siret_formateur(e);
    if valeur == Err(Manque::Absent) && e.etablissement.siret_formateur().is_ok() {
        let detail = sans_siret_formateur(e);
        e.avertir(&SIRET_FORMATEUR_INVALIDE, detail);
    }
    valeur
}

pub(super) fn sans_siret_formateur(e: &Elements<'_>) -> String {
    match e.etablissement.preparee() {
        Ok(ligne) if matches!(ligne.formateur, Formateur::Autre { .. }) => {
            corriger(ligne, "le SIRET de l'établissement formateur", true, "14 chiffres")
        }
        _ => sans_siret(e),
    }
}

/// "latitude,longitude" of the secteur when both are known.
pub(super) fn coordonnees(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let secteur = &e.inscription.secteur;
    let (latitude, longitude) = (secteur.latitude.copie(), secteur.longitude.copie());
    match (latitude.facultatif()?, longitude.facultatif()?) {
        (Some(latitude), Some(longitude)) if latitude.is_finite() && longitude.is_finite() => {
            let point = format!("{},{}", coordonnees::degres(latitude), coordonnees::degres(longitude));
            texte(point, Provenance::Secteur)
        }
        (None, None) => Err(Manque::Absent),
        _ => {
            let detail = format!(
                "Saisir la latitude et la longitude du secteur n° {} (Paramètres sociétés > Secteurs).",
                secteur.id
            );
            e.avertir(&COORDONNEES_INVALIDES, detail);
            Err(Manque::Absent)
        }
    }
}

/// `secteur.code_postal`
pub(super) fn code_postal(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let saisi = e.inscription.secteur.code_postal.rempli()?;
    let Some(code) = codes::code_postal(&saisi) else {
        let detail = format!(
            "Le code postal du secteur n° {} n'a pas 5 chiffres : le corriger dans Paramètres sociétés > Secteurs.",
            e.inscription.secteur.id
        );
        e.avertir(&CODE_POSTAL_INVALIDE, detail);
        return Err(Manque::Absent);
    };
    texte(code, Provenance::Secteur)
}

/// A code of the form that its kind has; absent otherwise.
fn conforme(code: &str, forme: fn(&str) -> bool) -> Result<&str, Manque> {
    if forme(code) { Ok(code) } else { Err(Manque::Absent) }
}

fn verifier_cle(e: &mut Elements<'_>, siret: &str) {
    if codes::cle_siret_juste(siret) {
        return;
    }
    if let Ok(ligne) = e.etablissement.preparee() {
        let detail = format!(
            "Le SIRET est envoyé, mais sa clé de contrôle est fausse : le vérifier à la ligne n° {} de Gestion des numéros UAI.",
            ligne.ligne.id
        );
        e.avertir(&SIRET_CLE_FAUSSE, detail);
    }
}

fn corriger(ligne: &LignePreparee, quoi: &str, present: bool, attendu: &str) -> String {
    let id = ligne.ligne.id;
    if present {
        format!("Gestion des numéros UAI, ligne n° {id} : corriger {quoi}, qui est mal formé (attendu : {attendu}).")
    } else {
        format!("Gestion des numéros UAI, ligne n° {id} : saisir {quoi}.")
    }
}

fn sans_ligne(e: &Elements<'_>) -> String {
    let secteur = &e.inscription.secteur;
    if e.etablissement.uai_sifa.is_ok() {
        return "L'UAI de l'établissement saisi dans le SIFA n'est pas dans la liste : l'ajouter dans Gestion des numéros \
                UAI avec son nom et son SIRET, ou le corriger dans le SIFA."
            .to_owned();
    }
    format!(
        "Aucune ligne de la liste ne convient à l'inscription : en ajouter une dans Gestion des numéros UAI pour la société \
         n° {} et le secteur n° {}.",
        secteur.societe_id, secteur.id
    )
}
