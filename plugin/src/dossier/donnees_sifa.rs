//! The option *données SIFA* of v3, off by default.

use super::avertissements::{
    CODE_POSTAL_INVALIDE, DERNIER_ORGANISME_INVALIDE, DERNIERE_SITUATION_INCONNUE, SEXE_INVALIDE, TYPE_CFA_INVALIDE,
};
use super::cleaning::rempli;
use super::elements::{Elements, Trouve, texte};
use super::records::Manque;
use super::{Provenance, Valeur, codes};

/// `stagiaire.sexe`, upper case: M, F, H, 1 or 2.
pub(super) fn sexe(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let sexe = e.stagiaire()?.sexe.rempli()?.to_uppercase();
    if !matches!(sexe.as_str(), "M" | "F" | "H" | "1" | "2") {
        e.avertir(
            &SEXE_INVALIDE,
            "Attendu : M ou F ; le corriger dans la fiche Stagiaire.",
        );
        return Err(Manque::Absent);
    }
    texte(sexe, Provenance::Stagiaire)
}

/// `stagiaire.adresse`
pub(super) fn adresse(e: &mut Elements<'_>) -> Trouve<Valeur> {
    texte(e.stagiaire()?.adresse.rempli()?, Provenance::Stagiaire)
}

/// `stagiaire.code_postal`
pub(super) fn code_postal(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let saisi = e.stagiaire()?.code_postal.rempli()?;
    let Some(code) = codes::code_postal(&saisi) else {
        e.avertir(
            &CODE_POSTAL_INVALIDE,
            "Attendu : 5 chiffres ; le corriger dans la fiche Stagiaire.",
        );
        return Err(Manque::Absent);
    };
    texte(code, Provenance::Stagiaire)
}

/// `stagiaire.rqth`; NULL is absent.
pub(super) fn rqth(e: &mut Elements<'_>) -> Trouve<Valeur> {
    Ok((Valeur::Booleen(e.stagiaire()?.rqth.copie()?), Provenance::Stagiaire))
}

/// `sifa.derniere_situation`; 0 is absent.
pub(super) fn derniere_situation(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let code = e.sifa()?.derniere_situation.copie()?;
    if code == 0 {
        return Err(Manque::Absent);
    }
    let connu = u16::try_from(code).is_ok_and(|code| codes::DERNIERES_SITUATIONS.binary_search(&code).is_ok());
    if !connu {
        e.avertir(
            &DERNIERE_SITUATION_INCONNUE,
            "Ce n'est pas un code de la nomenclature SIFA : le corriger dans le SIFA.",
        );
        return Err(Manque::Absent);
    }
    Ok((Valeur::Entier(code), Provenance::Sifa))
}

/// `sifa.dernier_organisme_uai`
pub(super) fn dernier_organisme(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let code = e.sifa()?.dernier_organisme_uai.compact()?;
    if !codes::est_dernier_organisme(&code) {
        e.avertir(
            &DERNIER_ORGANISME_INVALIDE,
            "Attendu : un UAI (7 chiffres et une lettre) ou un numéro de département ; le corriger dans le SIFA.",
        );
        return Err(Manque::Absent);
    }
    texte(code, Provenance::Sifa)
}

/// The UAI line's type of CFA, `01` to `10`.
pub(super) fn type_cfa(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let ligne = &e.etablissement.preparee()?.ligne;
    let saisi = rempli(&ligne.type_cfa).ok_or(Manque::Absent)?;
    let Some(code) = codes::type_cfa(&saisi) else {
        let detail = format!(
            "Attendu : 01 à 10 ; le corriger à la ligne n° {} de Gestion des numéros UAI.",
            ligne.id
        );
        e.avertir(&TYPE_CFA_INVALIDE, detail);
        return Err(Manque::Absent);
    };
    texte(code, Provenance::ListeUai)
}
