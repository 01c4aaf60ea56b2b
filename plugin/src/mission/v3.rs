//! Today's protocol: `POST /v3/dossiers-apprenants`, a bearer key, verdicts in the order of the dossiers.

use super::answer::{ErreurChamp, RawError, Reading, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Where dossiers go, under the base address.
pub(super) const PATH: &str = "v3/dossiers-apprenants";

/// The fields without which the receiver refuses a dossier.
const REQUIRED: [&str; 12] = [
    "nom_apprenant",
    "prenom_apprenant",
    "date_de_naissance_apprenant",
    "annee_scolaire",
    "id_erp_apprenant",
    "date_inscription_formation",
    "date_entree_formation",
    "date_fin_formation",
    "etablissement_responsable_uai",
    "etablissement_responsable_siret",
    "etablissement_formateur_uai",
    "etablissement_formateur_siret",
];

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

/// The echoed dossier is skipped while it is parsed; only its errors are kept.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    validation_errors: Option<Vec<RawError>>,
    #[serde(default)]
    has_error: Option<bool>,
}

/// Reads a successful answer to `sent` dossiers: `data[i]` answers dossier i.
pub(super) fn read(body: &[u8], sent: usize) -> Reading {
    let answer: Answer = match serde_json::from_slice(body) {
        Ok(answer) => answer,
        Err(_) => return Reading::Unreadable,
    };
    if answer.data.len() != sent {
        return Reading::Unreadable;
    }
    let verdicts = answer.data.into_iter().map(|item| {
        let errors: Vec<ErreurChamp> = item
            .validation_errors
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect();
        if errors.is_empty() && item.has_error != Some(true) {
            Verdict::Accepte
        } else {
            Verdict::rejected(errors)
        }
    });
    Reading::Verdicts(verdicts.collect())
}

/// The dossier without the optional fields that it was rejected for; none if a required field is among them, or if
/// leaving them out would change nothing.
///
/// A contract without its start date is refused later, out of sight: it goes with that date.
pub fn heal(item: &[u8], errors: &[ErreurChamp]) -> Option<Vec<u8>> {
    let mut fields: Map<String, Value> = serde_json::from_slice(item).ok()?;
    if errors.is_empty() {
        return None;
    }
    // Two errors may name one field: all are checked against the dossier as it was sent.
    let healable = |error: &ErreurChamp| !REQUIRED.contains(&error.champ.as_str()) && fields.contains_key(&error.champ);
    if !errors.iter().all(healable) {
        return None;
    }
    for error in errors {
        fields.remove(&error.champ);
        if let Some(suffix) = error.champ.strip_prefix("contrat_date_debut") {
            for name in [
                "contrat_date_fin",
                "contrat_date_rupture",
                "cause_rupture_contrat",
                "siret_employeur",
            ] {
                fields.remove(&format!("{name}{suffix}"));
            }
        }
    }
    serde_json::to_vec(&fields).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn error(champ: &str) -> ErreurChamp {
        ErreurChamp {
            champ: champ.into(),
            message: "Format invalide".into(),
        }
    }

    #[test]
    fn rejections_come_from_the_body() {
        let body = br#"{"status":"OK","message":"Queued","detail":"Some data are invalid","data":[
            {"nom_apprenant":"X","validation_errors":[],"has_error":false},
            {"validation_errors":[{"message":"Format invalide","path":["tel_apprenant"]},{"message":"M","path":["a",0]}],"has_error":true},
            {"validation_errors":null}, {}, {"has_error":true}]}"#;
        let Reading::Verdicts(verdicts) = read(body, 5) else {
            panic!()
        };
        let accepted: Vec<bool> = verdicts.iter().map(Verdict::is_accepted).collect();
        assert_eq!(accepted, [true, false, true, true, false]);
        let Verdict::Rejete {
            http: 200,
            erreurs,
            seconde: None,
        } = &verdicts[1]
        else {
            panic!()
        };
        assert_eq!(erreurs[0], error("tel_apprenant"));
        assert_eq!(erreurs[1].champ, "a.0");
        assert!(!format!("{verdicts:?}").contains("Format invalide"));
    }

    #[test]
    fn anything_else_is_unreadable() {
        for (body, sent) in [
            (&br#"{"data":[{}]}"#[..], 2),
            (br#"{"data":[{},{}]}"#, 1),
            (br#"{"data":[3]}"#, 1),
            (br#"{"data":[{"validation_errors":"no"}]}"#, 1),
            (br#"{"status":"OK"}"#, 1),
            (b"[]", 0),
            (b"", 0),
            (b"<html>", 1),
            (br#"{"data":[{}"#, 1),
            (b"\xff", 1),
        ] {
            assert_eq!(
                read(body, sent),
                Reading::Unreadable,
                "{}",
                String::from_utf8_lossy(body)
            );
        }
    }

    #[test]
    fn heals_optional_fields_only() {
        let item = br#"{"nom_apprenant":"X","tel_apprenant":"1","contrat_date_debut":"d","contrat_date_fin":"f","siret_employeur":"s",
            "contrat_date_debut_2":"d","contrat_date_fin_2":"f"}"#;
        for (fields, expected) in [
            (
                &["tel_apprenant"][..],
                Some(
                    &[
                        "contrat_date_debut",
                        "contrat_date_debut_2",
                        "contrat_date_fin",
                        "contrat_date_fin_2",
                        "nom_apprenant",
                        "siret_employeur",
                    ][..],
                ),
            ),
            (
                &["tel_apprenant", "tel_apprenant"],
                Some(&[
                    "contrat_date_debut",
                    "contrat_date_debut_2",
                    "contrat_date_fin",
                    "contrat_date_fin_2",
                    "nom_apprenant",
                    "siret_employeur",
                ]),
            ),
            (
                &["contrat_date_debut", "contrat_date_fin"],
                Some(&[
                    "contrat_date_debut_2",
                    "contrat_date_fin_2",
                    "nom_apprenant",
                    "tel_apprenant",
                ]),
            ),
            (
                &["contrat_date_debut_2"],
                Some(&[
                    "contrat_date_debut",
                    "contrat_date_fin",
                    "nom_apprenant",
                    "siret_employeur",
                    "tel_apprenant",
                ]),
            ),
            (&["nom_apprenant"], None),
            (&["tel_apprenant", "nom_apprenant"], None),
            (&["email_contact"], None),
            (&[""], None),
            (&[], None),
        ] {
            let errors: Vec<ErreurChamp> = fields.iter().map(|name| error(name)).collect();
            let healed = heal(item, &errors).map(|json| {
                let mut names: Vec<String> = serde_json::from_slice::<Map<String, Value>>(&json)
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect();
                names.sort();
                names
            });
            let expected = expected.map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(healed, expected, "{fields:?}");
        }
        assert_eq!(heal(b"nonsense", &[error("tel_apprenant")]), None);
    }
}
