//! Every row of the contract's table of tricky inputs, and the 2021 rules.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use serde_json::json;

/// A dossier that passes, with some fields replaced.
fn dossier(changes: Value) -> Value {
    let mut item = json!({
        "nom_apprenant": "LENÔTRE", "prenom_apprenant": "Gaston", "date_de_naissance_apprenant": "2004-05-28",
        "annee_scolaire": "2023-2024", "id_erp_apprenant": "42",
        "date_inscription_formation": "2023-09-01", "date_entree_formation": "2023-09-01", "date_fin_formation": "2025-08-31",
        "etablissement_responsable_uai": "0123456A", "etablissement_responsable_siret": "12345678901234",
        "etablissement_formateur_uai": "0123456A", "etablissement_formateur_siret": "12345678901234",
    });
    item.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    item
}

#[track_caller]
fn accepted(row: u8, field: &str, values: &[Value]) {
    for value in values {
        assert_eq!(
            check_v3(&dossier(json!({field: value}))),
            [],
            "row {row}: {field} = {value}"
        );
    }
}

#[track_caller]
fn refused(row: u8, field: &str, message: &str, values: &[Value]) {
    for value in values {
        let errors = check_v3(&dossier(json!({field: value})));
        assert_eq!(
            errors,
            [FieldError::new(field, message)],
            "row {row}: {field} = {value}"
        );
    }
}

const STRING: &str = "String attendu";
const FORMAT: &str = "Format invalide";

#[test]
fn rows_1_to_5_school_year() {
    const YEAR: &str = "Format invalide (format attendu : 2023-2024). Les années doivent être consécutives ou identiques \
                        (ex : 2023-2024 ou 2023-2023)";
    accepted(1, "annee_scolaire", &[json!("2023/2024")]);
    accepted(2, "annee_scolaire", &[json!("2023 - 2024")]);
    refused(
        2,
        "annee_scolaire",
        YEAR,
        &[json!("2023\u{a0}-\u{a0}2024"), json!("2023–2024")],
    );
    refused(3, "annee_scolaire", YEAR, &[json!("2023-2025"), json!("2024-2023")]);
    accepted(4, "annee_scolaire", &[json!("2023-2023")]);
    refused(5, "annee_scolaire", YEAR, &[json!(2023), json!("23-24")]);
    let same =
        [json!("2023/2024"), json!("2023 - 2024")].map(|annee| identity_v3(&dossier(json!({"annee_scolaire": annee}))));
    assert_eq!(same[0], same[1]);
}

#[test]
fn rows_6_to_11_establishments() {
    const SIRET: &str = "Siret invalide. Format attendu : 14 chiffres";
    for field in ["etablissement_responsable_siret", "etablissement_formateur_siret"] {
        let cleaned = [
            "123 456 789 01234",
            "123.456.789-01234",
            "123\u{a0}456\u{202f}789 01234",
        ]
        .map(|siret| json!(siret));
        accepted(6, field, &cleaned);
        accepted(7, field, &[json!(12_345_678_901_234_u64)]);
        refused(7, field, SIRET, &[json!(1_234_567_890_123_u64), json!("")]);
        accepted(8, field, &[json!("11111111111111")]);
    }
    accepted(9, "siret_employeur", &[json!("123"), json!(""), json!({})]);
    for field in [
        "etablissement_formateur_uai",
        "etablissement_responsable_uai",
        "etablissement_lieu_de_formation_uai",
    ] {
        accepted(10, field, &[json!("0123456a"), json!(" 0123456A ")]);
        refused(
            11,
            field,
            "UAI invalide",
            &[json!("123456A"), json!("_123456A"), json!("0123 456A"), json!("")],
        );
        refused(11, field, STRING, &[json!(1234567)]);
    }
}

#[test]
fn rows_12_to_21_dates() {
    for field in [
        "date_de_naissance_apprenant",
        "date_fin_formation",
        "contrat_date_debut_3",
        "date_rqth_apprenant",
    ] {
        refused(
            12,
            field,
            "Invalid date",
            &[json!("2021-13-01"), json!("2021-09-00"), json!("2021-09-32")],
        );
        accepted(
            13,
            field,
            &[json!("2021-02-30"), json!("2021-02-29"), json!("2021-09-31")],
        );
        refused(
            14,
            field,
            "Date invalide",
            &[
                json!("01/09/2021"),
                json!("2021-9-1"),
                json!("20210901"),
                json!(1_630_454_400_000_u64),
            ],
        );
        refused(15, field, "Date invalide", &[json!(" 2021-09-01")]);
        accepted(15, field, &[json!("2021-09-01 ")]);
        refused(16, field, "Date invalide", &[json!("")]);
        accepted(18, field, &[json!("2000-10-28T00:00:00+02:00")]);
        accepted(19, field, &[json!("2021-09-01 00:00:00"), json!("2021-09-01T00:00:00")]);
        refused(
            20,
            field,
            "Invalid date",
            &[json!("2021-09-01abc"), json!("2021-09-01T25:00:00")],
        );
        accepted(21, field, &[json!("0001-01-01"), json!("9999-12-31")]);
    }
    accepted(17, "contrat_date_debut", &[Value::Null]);
    refused(17, "date_fin_formation", "Champ obligatoire", &[Value::Null]);
}

#[test]
fn rows_22_to_27_telephones() {
    let good = [
        "+33612345678",
        "0033612345678",
        "33612345678",
        "06.12.34.56.78",
        "+33(0)612345678",
    ]
    .map(|tel| json!(tel));
    accepted(22, "tel_apprenant", &good);
    accepted(22, "tel_apprenant", &[json!(612_345_678)]);
    accepted(23, "tel_apprenant", &[json!(""), Value::Null]);
    refused(23, "tel_apprenant", FORMAT, &[json!("  "), json!("inconnu")]);
    let mixed = ["0612345678 / 0145678901", "0612345678 (mère)", "06123456"].map(|tel| json!(tel));
    refused(24, "tel_apprenant", FORMAT, &mixed);
    let unassigned = ["0000000000", "0639123456", "0700000000"].map(|tel| json!(tel));
    refused(25, "tel_apprenant", "Numéro de téléphone invalide", &unassigned);
    refused(
        26,
        "tel_apprenant",
        "Numéro de téléphone est un numéro spécial",
        &[json!("0899123456"), json!("0892123456")],
    );
    accepted(26, "tel_apprenant", &[json!("0800123456")]);
    accepted(27, "tel_apprenant", &[json!("0690123456"), json!("0692123456")]);
}

#[test]
fn rows_28_to_31_email_year_status() {
    for field in [
        "email_contact",
        "responsable_apprenant_mail1",
        "responsable_apprenant_mail2",
    ] {
        accepted(28, field, &[json!("a@b.fr ")]);
        let bad = ["", "a@b", "é@b.fr", "a..b@c.fr", "a@b.fr;c@d.fr"].map(|email| json!(email));
        refused(29, field, "Email non valide", &bad);
    }
    refused(
        28,
        "email_referent_handicap_formation",
        "Email non valide",
        &[json!("a@b.fr ")],
    );
    accepted(30, "annee_formation", &[json!("3"), json!(0), json!("0"), json!(5)]);
    refused(30, "annee_formation", "Number attendu", &[json!(""), json!("1A")]);
    refused(
        30,
        "annee_formation",
        "Le chiffre doit être inférieur ou égal à 5",
        &[json!(6)],
    );
    refused(30, "annee_formation", "Integer attendu", &[json!(1.5)]);
    refused(
        30,
        "annee_formation",
        "Number must be greater than or equal to 0",
        &[json!("-1")],
    );
    accepted(
        31,
        "statut_apprenant",
        &[json!("3"), json!("3 "), json!("3abc"), json!(0), json!("0"), json!(2)],
    );
    refused(
        31,
        "statut_apprenant",
        "Valeurs possibles: 0,2,3",
        &[json!(1), json!(""), json!("apprenti"), json!(true)],
    );
}

#[test]
fn rows_32_and_33_are_refused_later_only() {
    let no_start = dossier(json!({"contrat_date_fin_2": "2024-08-31", "cause_rupture_contrat_2": "x"}));
    assert_eq!(check_v3(&no_start), []);
    let late = late_errors_v3(&no_start);
    assert_eq!(late[0].path, ["contrat_date_fin_2", "cause_rupture_contrat_2"]);
    assert_eq!(late[1].path, ["contrat_date_debut_2"]);
    assert_eq!(late.len(), 2);

    let backwards = dossier(json!({"date_entree_formation": "2023-09-01", "date_fin_formation": "2023-08-31"}));
    assert_eq!(check_v3(&backwards), []);
    assert_eq!(late_errors_v3(&backwards).len(), 1);

    let fine = dossier(
        json!({"date_fin_formation": "2023-09-01", "siret_employeur_3": "12345678901234", "contrat_date_rupture": null}),
    );
    assert_eq!(late_errors_v3(&fine), []);
    let complete = dossier(json!({"contrat_date_debut": "2023-09-01", "contrat_date_fin": "2025-08-31"}));
    assert_eq!(late_errors_v3(&complete), []);
}

#[test]
fn rows_34_to_38_codes() {
    accepted(
        34,
        "formation_rncp",
        &[json!(35316), json!("rncp 35316"), json!("34-670"), json!("RNCP35316")],
    );
    let bad = ["", "RNCP", "RS1234", "RNCP035316"].map(|code| json!(code));
    refused(34, "formation_rncp", "Code RNCP invalide", &bad);
    accepted(
        35,
        "formation_cfd",
        &[json!(50_022_141), json!("5002214a"), Value::Null],
    );
    refused(
        35,
        "formation_cfd",
        "Code CFD invalide",
        &[json!(1_022_141), json!("500 22141"), json!("")],
    );
    for field in ["code_postal_apprenant", "etablissement_lieu_de_formation_code_postal"] {
        accepted(36, field, &[json!(1000), json!("1000"), json!("75001")]);
        let bad = ["75 001", "B-1000", "2A004", ""].map(|code| json!(code));
        refused(
            36,
            field,
            "Le code postal doit faire 5 caractères numériques exactement",
            &bad,
        );
    }
    accepted(
        37,
        "code_postal_de_naissance_apprenant",
        &[json!("99 999"), json!("2A004")],
    );
    for field in [
        "code_commune_insee_apprenant",
        "code_commune_insee_de_naissance_apprenant",
    ] {
        accepted(38, field, &[json!("2A004"), json!("75056")]);
        refused(
            38,
            field,
            FORMAT,
            &[json!("2a004"), json!(1004), json!(" 75056"), json!("")],
        );
    }
}

#[test]
fn rows_39_to_45_small_fields() {
    accepted(
        39,
        "sexe_apprenant",
        &[json!("H"), json!(1), json!("2"), json!("F"), json!(" M ")],
    );
    let bad = ["h", "f", "Homme", "Mme", ""].map(|sexe| json!(sexe));
    refused(39, "sexe_apprenant", "M, H ou F attendu", &bad);
    for field in [
        "rqth_apprenant",
        "obtention_diplome_formation",
        "formation_presentielle",
    ] {
        refused(40, field, "Boolean attendu", &[json!("true"), json!(1), json!("Oui")]);
        accepted(40, field, &[json!(true), json!(false)]);
    }
    accepted(41, "id_erp_apprenant", &[json!(42), json!("")]);
    refused(41, "id_erp_apprenant", STRING, &[json!(0), Value::Null]);
    assert_eq!(
        identity_v3(&dossier(json!({"id_erp_apprenant": 42}))),
        identity_v3(&dossier(json!({"id_erp_apprenant": " 42 "})))
    );
    refused(42, "nom_apprenant", STRING, &[json!(42)]);
    refused(
        42,
        "nom_apprenant",
        "String must contain at least 1 character(s)",
        &[json!(" \u{a0}"), json!("")],
    );
    accepted(42, "nom_apprenant", &[json!("Lenôtre-Çelik œ ß")]);
    accepted(43, "type_cfa", &[json!("4"), json!(4), json!("10")]);
    let kinds = "'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10'";
    for (value, received) in [
        (json!("11"), "11"),
        (json!(""), "00"),
        (json!(" 4"), " 4"),
        (json!(0), "00"),
        (json!("004"), "004"),
    ] {
        let message = format!("Invalid enum value. Expected {kinds}, received '{received}'");
        refused(43, "type_cfa", &message, &[value]);
    }
    let message = format!("{kinds} attendu");
    refused(
        43,
        "type_cfa",
        &message,
        &[json!(true), json!([4]), json!({}), json!(false)],
    );
    accepted(
        44,
        "duree_theorique_formation_mois",
        &[json!("2 ans"), json!(0), json!(49)],
    );
    refused(
        45,
        "libelle_court_formation",
        "String must contain at least 2 character(s)",
        &[json!(""), json!("A")],
    );
}

#[test]
fn rows_46_to_49_rest() {
    accepted(46, "bidule", &[json!({"x": 1})]);
    for item in [Value::Null, json!("x"), json!([])] {
        let errors = check_v3(&item);
        assert_eq!(errors.len(), 12, "row 47: {item}");
        let dates = errors
            .iter()
            .filter(|error| error.message == "Champ obligatoire")
            .count();
        assert_eq!(dates, 4);
    }
    accepted(48, "derniere_situation", &[json!(0), json!("4001A"), json!(9999)]);
    refused(
        48,
        "derniere_situation",
        "Invalid input",
        &[json!(9), json!(""), json!(1013)],
    );
    accepted(
        49,
        "dernier_organisme_uai",
        &[json!(75), json!("075"), json!("2A"), json!("995")],
    );
    refused(
        49,
        "dernier_organisme_uai",
        "UAI ou département",
        &[json!("2a"), json!("7"), json!("")],
    );
    accepted(0, "nir_apprenant", &[json!(true), json!("anything")]);
    accepted(0, "api_version", &[json!("v2"), json!("")]);
    refused(0, "api_version", "Invalid input", &[json!("v4")]);
    accepted(0, "source_organisme_id", &[json!("64f0"), Value::Null]);
    refused(0, "source_organisme_id", STRING, &[json!(1), json!(true), json!([])]);
    refused(
        0,
        "source_organisme_id",
        "String must contain at least 1 character(s)",
        &[json!("")],
    );
    assert!(
        known_fields_v3().all(|field| field != "source_organisme_id"),
        "the receiver sets it itself"
    );
}

#[test]
fn what_the_receivers_libraries_take_besides() {
    {
        let field = "tel_apprenant";
        let taken = [
            "0612345678x12",
            "0612345678 x 12",
            "06 12 34 56 78#3",
            "+33 6 12 34 56 78;ext=3",
            "0612345678 ext. 12",
            "０６１２３４５６７８",
            "06\u{2011}12\u{2011}34\u{2011}56\u{2011}78",
        ];
        accepted(23, field, &taken.map(|number| json!(number)));
        refused(
            24,
            field,
            "Numéro de téléphone invalide",
            &[json!("061234567"), json!("06 12 34 56 7")],
        );
        refused(
            24,
            field,
            FORMAT,
            &[
                json!("0612345678x"),
                json!("0612345678x1234567890"),
                json!("x12"),
                json!("061234"),
            ],
        );
    }
    for field in ["date_entree_formation", "contrat_date_debut"] {
        for rest in [" GMT", " (note)", ",", "GMT", " (a (b) c)", ", 10:00", " UTC", "Z"] {
            accepted(20, field, &[json!(format!("2021-09-01{rest}"))]);
        }
        for rest in ["abc", " note", ";", "T(x)"] {
            refused(20, field, "Invalid date", &[json!(format!("2021-09-01{rest}"))]);
        }
    }
    for field in ["code_postal_apprenant", "etablissement_lieu_de_formation_code_postal"] {
        accepted(36, field, &[json!([])]);
    }
}

#[test]
fn a_first_reception_uses_names_as_patterns_and_a_course_of_centuries_is_told() {
    let names = |nom: &str| name_errors_v3(&dossier(json!({"nom_apprenant": nom})));
    assert_eq!(
        names("*MARTIN"),
        [FieldError::new("nom_apprenant", "Invalid regular expression")]
    );
    assert_eq!(names("DUPONT (NÉE LEROY)"), []);
    let course = |changes: Value| late_errors_v3(&dossier(changes)).len();
    assert_eq!(course(json!({})), 0);
    assert_eq!(course(json!({"date_fin_formation": "9999-12-31"})), 1);
    assert_eq!(course(json!({"date_entree_formation": "1900-01-01"})), 1);
    assert_eq!(course(json!({"contrat_date_debut": "1899-12-30"})), 1);
}

/// A 2021 dossier that passes, with some fields replaced.
fn dossier_2021(changes: Value) -> Value {
    let mut item = json!({
        "nom_apprenant": "LENÔTRE", "prenom_apprenant": "Gaston", "ne_pas_solliciter": false, "uai_etablissement": "0123456A",
        "nom_etablissement": "CFA", "id_formation": "50022141", "annee_scolaire": "2021-2022", "statut_apprenant": 3,
        "date_metier_mise_a_jour_statut": "2021-09-01",
    });
    item.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    item
}

#[test]
fn fields_of_2021() {
    let good = [
        ("ne_pas_solliciter", vec![json!("true"), json!("false")]),
        ("uai_etablissement", vec![json!("_123456a")]),
        ("id_formation", vec![json!("5002_14a")]),
        ("statut_apprenant", vec![json!("3"), json!(0), json!(2)]),
        (
            "date_metier_mise_a_jour_statut",
            vec![
                json!("2021-02-30"),
                json!("2021-09-01T10:00:00.000Z"),
                json!("2021-09-01T10:00:00+02:00"),
            ],
        ),
        ("date_de_naissance_apprenant", vec![Value::Null]),
        ("tel_apprenant", vec![Value::Null, json!("n'importe")]),
        ("email_contact", vec![json!(""), json!("a@b")]),
        ("siret_etablissement", vec![json!(""), json!("123")]),
        ("annee_formation", vec![json!("2"), json!(1), Value::Null]),
        ("inconnu", vec![json!(1)]),
    ];
    for (field, values) in good {
        for value in values {
            assert_eq!(
                check_2021(&dossier_2021(json!({field: value}))),
                [],
                "{field} = {value}"
            );
        }
    }
    let bad = [
        ("nom_apprenant", "string.empty", vec![json!("")]),
        ("nom_apprenant", "string.base", vec![json!(4), Value::Null]),
        ("ne_pas_solliciter", "boolean.base", vec![json!(0), json!("Oui")]),
        (
            "uai_etablissement",
            "string.pattern.base",
            vec![json!("123456A"), json!(" 0123456A")],
        ),
        (
            "id_formation",
            "string.pattern.base",
            vec![json!("5002214"), json!("5002214é")],
        ),
        ("id_formation", "string.base", vec![json!(50_022_141)]),
        (
            "annee_scolaire",
            "string.pattern.base",
            vec![json!("2021/2022"), json!("2021-22")],
        ),
        ("statut_apprenant", "any.only", vec![json!(1)]),
        (
            "contrat_date_debut",
            "date.format",
            [
                "",
                "2021-13-01",
                "2021-02-32",
                "2021-09-01abc",
                "13/11/2020",
                "2025-09-01 ",
                "2025-09-01Z",
                "2025-09-01T24:00:00",
                "2025-09-01 GMT",
                "2025-09-01,",
            ]
            .map(|date| json!(date))
            .to_vec(),
        ),
        (
            "date_metier_mise_a_jour_statut",
            "date.format",
            vec![json!(true), Value::Null],
        ),
        ("tel_apprenant", "string.empty", vec![json!("")]),
        ("id_erp_apprenant", "string.empty", vec![json!("")]),
        ("annee_formation", "number.base", vec![json!(""), json!("1A")]),
    ];
    for (field, kind, values) in bad {
        for value in values {
            let refusals = refusals_2021(&dossier_2021(json!({field: value})));
            assert_eq!(refusals.len(), 1, "{field} = {value}");
            assert_eq!(
                (refusals[0].field, refusals[0].kind),
                (Some(field), kind),
                "{field} = {value}"
            );
        }
    }
    for value in [json!("trois"), json!(true)] {
        let refusals = refusals_2021(&dossier_2021(json!({"statut_apprenant": value})));
        let told: Vec<_> = refusals
            .iter()
            .map(|refusal| (refusal.kind, refusal.message.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("any.only", "\"statut_apprenant\" must be one of [3, 2, 0]"),
                ("number.base", "\"statut_apprenant\" must be a number")
            ]
        );
    }
    assert_eq!(check_2021(&json!({})).len(), 9);
    assert_eq!(refusals_2021(&Value::Null)[0].kind, "object.base");
}
