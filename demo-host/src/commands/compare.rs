//! Holds what the receiver kept against what the preview announced.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What tells one v3 record from another at the receiver.
const IDENTITY: [&str; 4] = [
    "etablissement_formateur_uai",
    "etablissement_formateur_siret",
    "annee_scolaire",
    "id_erp_apprenant",
];

/// How two lists of dossiers relate. Inscriptions and learners appear by their ERP identifiers only.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Dossiers announced.
    pub announced: usize,
    /// Dossiers kept by the receiver.
    pub received: usize,
    /// Dossiers received word for word as announced.
    pub identical: usize,
    /// Dossiers that the receiver found valid.
    pub valid: u64,
    /// Inscriptions announced and not received.
    pub missing: Vec<i64>,
    /// Inscriptions received otherwise than announced, with the fields that differ.
    pub different: Vec<(i64, Vec<String>)>,
    /// Learners received and not announced.
    pub unexpected: Vec<String>,
}

impl Comparison {
    /// From a preview document and from what `GET /sandbox/recus` answers.
    pub fn new(preview: &Value, kept: &Value) -> Self {
        let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let dossier = |entry: &Value| entry.get("dossier").cloned().unwrap_or_default();
        let (announced, received) = (list(preview, "envoyes"), list(kept, "dossiers"));
        let mut comparison = Self {
            announced: announced.len(),
            received: received.len(),
            ..Self::default()
        };
        comparison.valid = count(
            received
                .iter()
                .filter(|entry| entry.get("valide") == Some(&Value::Bool(true))),
        );
        let mut rest: BTreeMap<_, _> = received
            .iter()
            .map(dossier)
            .map(|dossier| (identity(&dossier), dossier))
            .collect();
        for entry in &announced {
            let inscription = entry.get("inscription_id").and_then(Value::as_i64).unwrap_or_default();
            let expected = dossier(entry);
            match rest.remove(&identity(&expected)) {
                None => comparison.missing.push(inscription),
                Some(found) if found == expected => comparison.identical += 1,
                Some(found) => comparison.different.push((inscription, differing(&expected, &found))),
            }
        }
        let learner = |dossier: &Value| {
            dossier
                .get("id_erp_apprenant")
                .map(ToString::to_string)
                .unwrap_or_default()
        };
        comparison.unexpected = rest.values().map(learner).collect();
        comparison
    }

    /// Everything announced was received as announced, and nothing else.
    pub fn is_clean(&self) -> bool {
        self.identical == self.announced && self.received == self.announced
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        let different: Vec<_> = self
            .different
            .iter()
            .map(|(inscription, fields)| json!({"inscription_id": inscription, "champs": fields}))
            .collect();
        json!({
            "annonces": self.announced, "recus": self.received, "identiques": self.identical, "valides": self.valid,
            "manquants": self.missing, "differents": different, "inattendus": self.unexpected,
        })
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.map(|_| 1).sum()
}

fn identity(dossier: &Value) -> Vec<String> {
    IDENTITY
        .iter()
        .map(|key| dossier.get(key).map(ToString::to_string).unwrap_or_default())
        .collect()
}

fn differing(expected: &Value, found: &Value) -> Vec<String> {
    let keys = |value: &Value| {
        value
            .as_object()
            .map(|object| object.keys().cloned().collect())
            .unwrap_or_default()
    };
    let mut all: Vec<String> = keys(expected);
    let more: Vec<String> = keys(found);
    all.extend(more);
    all.sort();
    all.dedup();
    all.retain(|key| expected.get(key) != found.get(key));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dossier(learner: &str, name: &str) -> Value {
        json!({"etablissement_formateur_uai": "0570033B", "etablissement_formateur_siret": "1", "annee_scolaire": "2026-2027",
            "id_erp_apprenant": learner, "nom_apprenant": name})
    }

    fn kept(dossiers: &[Value]) -> Value {
        let entries: Vec<_> = dossiers
            .iter()
            .map(|dossier| json!({"fois": 1, "dossier": dossier, "valide": true}))
            .collect();
        json!({"requetes": 1, "lots": 1, "dossiers": entries})
    }

    #[test]
    fn every_difference_is_found() {
        let preview = json!({"envoyes": [
            {"inscription_id": 1, "dossier": dossier("1", "A")},
            {"inscription_id": 2, "dossier": dossier("2", "B")},
            {"inscription_id": 3, "dossier": dossier("3", "C")}]});
        let same = kept(&[dossier("3", "C"), dossier("1", "A"), dossier("2", "B")]);
        let comparison = Comparison::new(&preview, &same);
        assert!(comparison.is_clean());
        assert_eq!((comparison.identical, comparison.valid), (3, 3));

        let other = kept(&[dossier("1", "A"), dossier("2", "X"), dossier("4", "D")]);
        let comparison = Comparison::new(&preview, &other);
        assert!(!comparison.is_clean());
        assert_eq!(comparison.missing, [3]);
        assert_eq!(comparison.different, [(2, vec!["nom_apprenant".to_owned()])]);
        assert_eq!(comparison.unexpected, [r#""4""#]);
        assert_eq!(
            comparison.to_json().pointer("/differents/0/champs/0"),
            Some(&json!("nom_apprenant"))
        );
    }

    #[test]
    fn an_extra_dossier_is_not_clean() {
        let preview = json!({"envoyes": [{"inscription_id": 1, "dossier": dossier("1", "A")}]});
        assert!(!Comparison::new(&preview, &kept(&[dossier("1", "A"), dossier("2", "B")])).is_clean());
        assert!(!Comparison::new(&preview, &json!({})).is_clean());
    }
}
