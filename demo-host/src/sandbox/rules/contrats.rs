//! What the v3 receiver finds later, when its queue worker reads a dossier again; no API ever tells the sender.

use super::statut_affiche::Parcours;
use super::{FieldError, dates, js, pattern};
use serde_json::Value;

/// Contract fields that make no sense without `contrat_date_debut`.
const CONTRACT_FIELDS: [&str; 3] = ["contrat_date_fin", "contrat_date_rupture", "cause_rupture_contrat"];

/// Days of the longest course that the receiver goes through without harm: thirty years.
const LONGEST: i64 = 30 * 366;

/// The asynchronous refusals of a dossier whose fields are all valid: a contract without start, an end of training before its entry; and a
/// course that is taken, and ruinous.
pub fn late_errors_v3(item: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for suffix in ["", "_2", "_3", "_4"] {
        let start = format!("contrat_date_debut{suffix}");
        if js::truthy(item.get(&start)) {
            continue;
        }
        let present: Vec<String> = CONTRACT_FIELDS
            .iter()
            .map(|field| format!("{field}{suffix}"))
            .filter(|field| js::truthy(item.get(field)))
            .collect();
        if !present.is_empty() {
            errors.push(FieldError {
                message: "Un contrat est renseigné sans date de début".to_owned(),
                path: present,
            });
            errors.push(FieldError::new(&start, "Champ obligatoire"));
        }
    }
    let day = |field: &str| item.get(field).and_then(Value::as_str).and_then(dates::parse);
    match (day("date_entree_formation"), day("date_fin_formation")) {
        (Some(entry), Some(end)) if end < entry => {
            let message = "La date de fin de formation doit être supérieure à la date d'entrée en formation";
            errors.push(FieldError::new("date_fin_formation", message));
        }
        _ => {}
    }
    if Parcours::days(item).is_some_and(|days| days > LONGEST) {
        let message = "Parcours de plus de trente ans : le récepteur calcule un statut par jour et s'y épuise";
        let path = ["date_entree_formation", "date_fin_formation"].map(str::to_owned);
        errors.push(FieldError {
            message: message.to_owned(),
            path: path.to_vec(),
        });
    }
    errors
}

/// What goes wrong when a learner is received for the first time: the names are used as a pattern, and some are none. The
/// dossier is kept all the same, with an error that the CFA sees.
pub fn name_errors_v3(item: &Value) -> Vec<FieldError> {
    let fields = ["nom_apprenant", "prenom_apprenant"];
    let is_none = |field: &&str| {
        let name = item.get(*field).and_then(Value::as_str);
        name.is_some_and(|name| !pattern::is_pattern(js::trim(name)))
    };
    let message = "Invalid regular expression";
    fields
        .into_iter()
        .filter(is_none)
        .map(|field| FieldError::new(field, message))
        .collect()
}
