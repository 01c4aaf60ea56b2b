//! What the v3 receiver finds later, when its queue worker reads a dossier again; no API ever tells the sender.

use super::{FieldError, dates, js};
use serde_json::Value;

/// Contract fields that make no sense without `contrat_date_debut`.
const CONTRACT_FIELDS: [&str; 3] = ["contrat_date_fin", "contrat_date_rupture", "cause_rupture_contrat"];

/// The asynchronous refusals of a dossier whose fields are all valid: a contract without start, an end of training before its entry.
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
    errors
}
