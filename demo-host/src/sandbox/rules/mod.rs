//! A model of the receiver's field rules, written from its contract alone: pure functions, the oracle for whatever produces dossiers.
//!
//! Nothing here shares code with the plugin, so that an error in one shows against the other.

mod codes;
mod contact;
mod contrats;
mod dates;
mod js;
mod pattern;
mod statut_affiche;
mod statut_candidats;
mod v3;
#[cfg(test)]
mod verdicts;

use serde::Serialize;
use serde_json::Value;

pub use contrats::{late_errors_v3, name_errors_v3};
pub use statut_affiche::Statut;
pub use statut_candidats::{Refusal, check_2021, refusals_2021};
pub use v3::{check_v3, known_fields_v3};

/// One fault that the receiver finds in a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The receiver's words.
    pub message: String,
    /// The fields concerned; empty when the dossier as a whole is meant.
    pub path: Vec<String>,
}

impl FieldError {
    /// A fault of one field.
    pub fn new(field: &str, message: &str) -> Self {
        Self {
            message: message.to_owned(),
            path: vec![field.to_owned()],
        }
    }
}

/// Who a dossier is for the v3 receiver: formateur, school year, ERP identifier, normalised as it stores them.
pub fn identity_v3(item: &Value) -> String {
    let text = |field: &str| item.get(field).map(js::string).unwrap_or_default();
    let normal = |field: &str, form: fn(&str) -> Option<String>| {
        let raw = text(field);
        form(&raw).unwrap_or(raw)
    };
    serde_json::json!([
        "v3",
        normal("etablissement_formateur_uai", codes::normal_uai),
        normal("etablissement_formateur_siret", codes::normal_siret),
        normal("annee_scolaire", codes::normal_annee_scolaire),
        js::trim(&text("id_erp_apprenant")),
    ])
    .to_string()
}

/// Who a dossier is for the 2021 receiver: names whatever their case, training, UAI, school year.
pub fn identity_2021(item: &Value) -> String {
    let text = |field: &str| item.get(field).map(js::string).unwrap_or_default();
    serde_json::json!([
        "2021",
        text("nom_apprenant").to_uppercase(),
        text("prenom_apprenant").to_uppercase(),
        text("id_formation"),
        text("uai_etablissement"),
        text("annee_scolaire"),
    ])
    .to_string()
}

/// The status that the dashboard displays for a v3 dossier on a day (days since 1970-01-01, in UTC); none for one that is refused.
pub fn statut_affiche(item: &Value, day: i64) -> Option<&'static str> {
    Some(statut_affiche::Parcours::of(item, None)?.on(day).code())
}

/// Whether `nir_apprenant` counts as given: the receiver keeps no more of it.
pub fn has_nir(item: &Value) -> bool {
    js::truthy(item.get("nir_apprenant"))
}

/// A couple (UAI, SIRET) in the form of the receiver's directory; `None` when one of them is malformed.
pub fn organisme_couple(uai: &str, siret: &str) -> Option<(String, String)> {
    Some((codes::normal_uai(uai)?, codes::normal_siret(siret)?))
}
