#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};

use super::*;
use crate::bases::{Product, on_each};
use crate::store::StoreError;
use crate::store::tests::{column, store};

on_each! {
    what_is_imported_is_exported_without_the_keys
    an_import_replaces_everything_and_keeps_who_ticked_what_it_does_not_change
    somebody_elses_edit_is_not_overwritten
    without_passerelle_sifa_mission_is_not_ticked_either
}

fn author(name: &str) -> Auteur {
    Auteur {
        nom: Some(name.to_owned()),
        le: "2026-11-23T10:00:00+01:00".parse().unwrap(),
    }
}

fn sealer() -> Sealer {
    Sealer::from_key([3; 32]).unwrap()
}

/// The example of the contract, with a line of each unusual kind.
fn example() -> Value {
    json!({
        "secteurs": [
            {"societe_id": 1, "secteur_id": 1, "passerelle_sifa": true, "mission_apprentissage": true,
             "transfert_nuit": true},
            {"societe_id": 1, "secteur_id": 2, "passerelle_sifa": false, "mission_apprentissage": true,
             "transfert_nuit": false, "donnees_sifa": true, "sans_email": true, "sans_code_diplome": true}],
        "uai": [
            {"id": 4, "uai": "1234567A", "nom": "SC-FORMATION", "siret": "123 456 789 94444",
             "organisme_gestionnaire": "Établissement scolaire privé sous contrat", "type_cfa": "09", "societe_id": 1,
             "secteur_id": 1, "uai_formateur": null, "siret_formateur": null},
            {"id": 2, "uai": " pas un UAI ", "nom": "", "siret": null, "organisme_gestionnaire": null,
             "type_cfa": null, "societe_id": 1, "secteur_id": null, "uai_formateur": "7654321Z",
             "siret_formateur": "x"}],
        "acces": [
            {"societe_id": 1, "secteur_id": 1, "uai": "1234567A", "protocole": "v3",
             "url": "http://127.0.0.1:8090/api", "cle": "clé-secrète-1"},
            {"societe_id": 1, "secteur_id": 2, "uai": "1234567A", "protocole": "statut-candidats",
             "url": "http://127.0.0.1:8090/api", "identifiant": "cfa", "cle": "mot-de-passe"},
            {"societe_id": 2, "secteur_id": 9, "uai": "7654321Z", "protocole": "v3", "url": null}]
    })
}

fn parse(value: &Value) -> Settings {
    Settings::from_json(&value.to_string()).unwrap()
}

fn what_is_imported_is_exported_without_the_keys(product: Product) {
    let (_base, database, store) = store(product);
    store.import(&parse(&example()), &sealer(), &author("a")).unwrap();
    let mut expected = example();
    for line in expected["acces"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("cle");
    }
    expected["uai"].as_array_mut().unwrap().reverse(); // By number.
    let exported = serde_json::to_value(store.export().unwrap()).unwrap();
    assert_eq!(exported, expected);

    let acces = store.acces().unwrap();
    assert_eq!(acces[0].open_key(&sealer()).unwrap().unwrap().expose(), "clé-secrète-1");
    assert_eq!(acces[1].open_key(&sealer()).unwrap().unwrap().expose(), "mot-de-passe");
    assert!(acces[2].open_key(&sealer()).unwrap().is_none());
    assert!(!format!("{acces:?}").contains("v1:"));
    let stored = column(&database, "SELECT cle_scellee FROM mna_acces ORDER BY id");
    assert!(
        stored
            .iter()
            .all(|text| !text.contains("secr") && !text.contains("passe")),
        "{stored:?}"
    );
}

fn an_import_replaces_everything_and_keeps_who_ticked_what_it_does_not_change(product: Product) {
    let (_base, _database, store) = store(product);
    store.import(&parse(&example()), &sealer(), &author("premier")).unwrap();
    let second = json!({
        "secteurs": [
            {"societe_id": 1, "secteur_id": 1, "passerelle_sifa": true, "mission_apprentissage": true,
             "transfert_nuit": true},
            {"societe_id": 1, "secteur_id": 2},
            {"societe_id": 5, "secteur_id": 6, "passerelle_sifa": true}],
        "uai": [{"uai": "0570033B"}, {"id": 8}]
    });
    store.import(&parse(&second), &sealer(), &author("second")).unwrap();
    let secteurs = store.secteurs().unwrap();
    let who: Vec<_> = secteurs
        .iter()
        .map(|s| (s.modifie_par.as_deref().unwrap(), s.revision))
        .collect();
    assert_eq!(who, [("premier", 1), ("second", 2), ("second", 1)]);
    assert_eq!(
        secteurs[1].reglage,
        ReglageSecteur {
            societe_id: 1,
            secteur_id: 2,
            ..Default::default()
        }
    );
    assert_eq!(secteurs[1].modifie_le.as_deref(), Some("2026-11-23T10:00:00+01:00"));
    let lines = store.lignes_uai().unwrap();
    assert_eq!(
        lines[0],
        LigneUai {
            id: 8,
            ..LigneUai::default()
        }
    );
    assert_eq!(
        lines[1],
        LigneUai {
            id: 9,
            uai: Some("0570033B".to_owned()),
            ..LigneUai::default()
        }
    );
    assert!(store.acces().unwrap().is_empty());
}

fn somebody_elses_edit_is_not_overwritten(product: Product) {
    let (_base, _database, store) = store(product);
    let boxes = ReglageSecteur {
        societe_id: 1,
        secteur_id: 1,
        passerelle_sifa: true,
        ..Default::default()
    };
    let first = store.save_secteur(boxes, None, &author("a")).unwrap();
    assert_eq!(store.secteur(1, 1).unwrap().unwrap(), first);
    let night = ReglageSecteur {
        transfert_nuit: true,
        ..boxes
    };
    let second = store.save_secteur(night, Some(first.revision), &author("b")).unwrap();
    for stale in [Some(first.revision), None, Some(99)] {
        let error = store.save_secteur(boxes, stale, &author("c")).unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Conflict {
                    societe_id: 1,
                    secteur_id: 1
                }
            ),
            "{stale:?}: {error}"
        );
    }
    assert_eq!(store.secteurs().unwrap(), [second]);
    assert!(matches!(
        store.save_secteur(ReglageSecteur { secteur_id: 2, ..boxes }, Some(1), &author("c")),
        Err(StoreError::Conflict { secteur_id: 2, .. })
    ));
}

fn without_passerelle_sifa_mission_is_not_ticked_either(product: Product) {
    let (_base, _database, store) = store(product);
    let all = ReglageSecteur {
        societe_id: 1,
        secteur_id: 1,
        passerelle_sifa: true,
        mission_apprentissage: true,
        transfert_nuit: true,
        donnees_sifa: false,
        sans_email: false,
        sans_code_diplome: true,
    };
    let saved = store.save_secteur(all, None, &author("a")).unwrap();
    assert!(saved.reglage.exporte_la_nuit());
    let unticked = ReglageSecteur {
        passerelle_sifa: false,
        ..all
    };
    let saved = store
        .save_secteur(unticked, Some(saved.revision), &author("a"))
        .unwrap();
    assert_eq!(
        saved.reglage,
        ReglageSecteur {
            mission_apprentissage: false,
            ..unticked
        }
    );
    assert_eq!(store.secteur(1, 1).unwrap().unwrap(), saved);
}

#[test]
fn a_wrong_file_is_refused_with_place_and_expectation() {
    let cases = [
        (r#"[]"#, "(racine) : objet attendu, liste trouvé"),
        (
            r#"{"secteur": []}"#,
            "secteur : une des clés secteurs, uai, acces, courriel attendu, clé inconnue trouvé",
        ),
        (r#"{"uai": {}}"#, "uai : liste attendu, objet trouvé"),
        (r#"{"uai": [3]}"#, "uai[0] : objet attendu, nombre entier trouvé"),
        (
            r#"{"uai": [{}, {"siret": 12345678994444}]}"#,
            "uai[1].siret : texte ou null attendu, nombre entier trouvé",
        ),
        (
            r#"{"uai": [{"societe_id": "1"}]}"#,
            "uai[0].societe_id : nombre entier ou null attendu, texte trouvé",
        ),
        (
            r#"{"uai": [{"uai_formateur": "0570079B"}]}"#,
            "uai[0].siret_formateur : numéro qui va avec uai_formateur (UAI et SIRET, ou aucun des deux) attendu, rien trouvé",
        ),
        (
            r#"{"uai": [{"id": 1}, {"id": 2, "siret_formateur": "73282932000074", "uai_formateur": " - "}]}"#,
            "uai[1].uai_formateur : numéro qui va avec siret_formateur (UAI et SIRET, ou aucun des deux) attendu, rien trouvé",
        ),
        (
            r#"{"uai": [{"id": 1.5}]}"#,
            "uai[0].id : nombre entier ou null attendu, nombre non entier ou trop grand trouvé",
        ),
        (
            r#"{"uai": [{"id": 1}, {"id": 1}]}"#,
            "uai[1].id : numéro unique attendu, numéro déjà pris trouvé",
        ),
        (
            r#"{"secteurs": [{"secteur_id": 1}]}"#,
            "secteurs[0].societe_id : nombre entier attendu, rien trouvé",
        ),
        (
            r#"{"secteurs": [{"societe_id": 1, "secteur_id": 1, "transfert_nuit": 1}]}"#,
            "secteurs[0].transfert_nuit : true ou false attendu, nombre entier trouvé",
        ),
        (
            r#"{"secteurs": [{"societe_id": 1, "secteur_id": 1}, {"societe_id": 1, "secteur_id": 1}]}"#,
            "secteurs[1] : couple (societe_id, secteur_id) unique attendu, le même couple que secteurs[0] trouvé",
        ),
        (
            r#"{"acces": [{"protocole": "v4"}]}"#,
            "acces[0].protocole : « v3 » ou « statut-candidats » attendu, autre texte trouvé",
        ),
        (
            r#"{"acces": [{"clé": "x"}]}"#,
            "acces[0].clé : une des clés societe_id, secteur_id, uai, protocole, url, identifiant, cle attendu, \
             clé inconnue trouvé",
        ),
    ];
    for (text, message) in cases {
        match Settings::from_json(text) {
            Err(StoreError::Settings { problems }) => {
                assert_eq!(
                    problems.iter().map(Problem::user_text).collect::<Vec<_>>(),
                    [message],
                    "{text}"
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let long = json!({"uai": [{"nom": "é".repeat(256)}]}).to_string();
    let error = Settings::from_json(&long).unwrap_err();
    assert!(
        error
            .user_text()
            .contains("uai[0].nom : texte de 255 caractères au plus attendu"),
        "{error}"
    );
}

#[test]
fn all_problems_are_told_at_once_and_no_key_is_quoted() {
    let text = r#"{"acces": [{"cle": "s3cret", "url": 1, "uai": true}, {"cle": ["s3cret"]}]}"#;
    let error = Settings::from_json(text).unwrap_err();
    let told = error.user_text();
    for place in ["acces[0].url", "acces[0].uai", "acces[1].cle"] {
        assert!(told.contains(place), "{told}");
    }
    assert!(!format!("{told} {error} {error:?}").contains("s3cret"));
    assert!(!format!("{:?}", parse(&json!({"acces": [{"cle": "s3cret"}]}))).contains("s3cret"));
}

#[test]
fn a_syntax_error_has_its_line() {
    let error = Settings::from_json("{\n \"uai\": [\n  {,}\n ]}").unwrap_err();
    assert!(matches!(error, StoreError::Syntax { line: 3, .. }), "{error}");
    assert!(error.user_text().contains("ligne 3"));
    assert!(Settings::from_json("\u{feff}{}").is_ok());
}
