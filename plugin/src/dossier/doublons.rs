//! One person entered twice: told, never decided.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use chrono::NaiveDate;

use super::avertissements::DOUBLON_POSSIBLE;
use super::cleaning::{nettoye, sans_casse_ni_accent};
use super::{Avertissement, Dossier, Protocole, Valeur};

/// What stands for a name, a first name and a birth date where stagiaires are compared: without case nor combining marks.
/// None where one of them is missing.
pub fn identite(nom: &str, prenom: &str, naissance: NaiveDate) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    for texte in [nom, prenom] {
        sans_casse_ni_accent(&nettoye(texte)?).hash(&mut hasher);
    }
    naissance.hash(&mut hasher);
    Some(hasher.finish())
}

impl Dossier {
    /// UAI and SIRET of the *établissement formateur*, where both are known.
    pub fn site(&self) -> Option<(&str, &str)> {
        let (uai, siret) = match self.protocole {
            Protocole::V3 => ("etablissement_formateur_uai", "etablissement_formateur_siret"),
            Protocole::StatutCandidats => ("uai_etablissement_formateur", "siret_etablissement_formateur"),
        };
        let texte = |nom: &str| match &self.champ(nom)?.valeur {
            Valeur::Texte(texte) => Some(texte.as_str()),
            _ => None,
        };
        Some((texte(uai)?, texte(siret)?))
    }

    /// Says that other stagiaires, by their ids, look like the same person at the same site.
    pub fn signaler_les_doublons(&mut self, autres: &[i64]) {
        let numeros: Vec<String> = autres.iter().map(|id| format!("n° {id}")).collect();
        self.avertissements.push(Avertissement {
            code: DOUBLON_POSSIBLE.code,
            champ: "nom_apprenant",
            detail: format!(
                "Même nom, même prénom et même date de naissance que le stagiaire {}, envoyé pour le même établissement : si \
                 c'est la même personne, n'en garder qu'une dans la fiche Stagiaire.",
                numeros.join(", ")
            ),
        });
    }
}
