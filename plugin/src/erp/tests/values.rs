//! What a database can hold in its cells.

use chrono::NaiveDate;

use super::base::{Base, read, scope, try_read};
use crate::bases::{Product, on_each};
use crate::dossier::records::{Attendu, Inscription, Lecture, Stagiaire};
use crate::erp::{ErpError, Scope};

on_each! {
    a_boolean_of_any_type_and_spelling_decides_apprenticeship
    nulls_and_empty_texts_stay_apart
    no_value_is_cut_to_any_size
    a_value_over_one_mebibyte_is_unreadable_and_every_other_is_whole
    values_that_cannot_be_read_are_noted_and_the_reading_goes_on
    apprenticeship_and_scope_decide_what_is_read_and_counted
    empty_tables_are_read_as_nothing
    a_missing_table_or_column_is_named
    ids_that_sort_as_text_are_an_error_not_a_wrong_merge
}

fn stagiaire_and_inscription(base: &Base) {
    base.run("INSERT INTO stagiaire (id, nom) VALUES (7, 'Élodie')");
    base.run("INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES (70, 7, 1, 1)");
}

fn text(lecture: &Lecture<String>) -> Option<&str> {
    lecture.valeur().map(String::as_str)
}

fn stagiaire(inscription: &Inscription) -> &Stagiaire {
    inscription.stagiaire.valeur().unwrap()
}

fn note<T>(lecture: &Lecture<T>) -> Option<(&'static str, &'static str, Option<i64>, Attendu)> {
    match lecture {
        Lecture::Illisible(v) => Some((v.entite, v.colonne, v.id, v.attendu)),
        Lecture::Absente | Lecture::Lue(_) => None,
    }
}

fn nulls_and_empty_texts_stay_apart(product: Product) {
    let base = Base::with_secteurs(product);
    stagiaire_and_inscription(&base);
    base.run("UPDATE stagiaire SET prenom = ''");
    let all = read(&base.erp(), &[1]);
    let stagiaire = stagiaire(&all[0]);
    assert_eq!(text(&stagiaire.nom), Some("Élodie"));
    assert_eq!(text(&stagiaire.prenom), Some(""));
    assert_eq!(stagiaire.email, Lecture::Absente);
    assert_eq!(
        (&stagiaire.ne_pas_solliciter, &stagiaire.rqth),
        (&Lecture::Absente, &Lecture::Absente)
    );
    assert_eq!(all[0].secteur.latitude, Lecture::Lue(49.12));
}

fn no_value_is_cut_to_any_size(product: Product) {
    let base = Base::with_secteurs(product);
    stagiaire_and_inscription(&base);
    base.run("INSERT INTO diplome (id, code) VALUES (1, '123456789')");
    base.run("INSERT INTO action_formation (id, diplome_id) VALUES (3, 1)");
    base.run("UPDATE inscription SET action_id = 3");
    let (accents, long) = ("é".repeat(80), "ñ".repeat(70_000));
    base.connection
        .execute(
            "UPDATE stagiaire SET nom = ?, telephone = ?, adresse = ?",
            &[accents.as_str().into(), "1".repeat(300).into(), long.as_str().into()],
        )
        .unwrap();
    let all = read(&base.erp(), &[1]);
    assert_eq!(text(&stagiaire(&all[0]).nom), Some(accents.as_str()));
    assert_eq!(text(&stagiaire(&all[0]).telephone).unwrap().len(), 300);
    assert_eq!(text(&stagiaire(&all[0]).adresse), Some(long.as_str()));
    let action = all[0].action.valeur().unwrap();
    assert_eq!(text(&action.diplome.valeur().unwrap().code), Some("123456789"));
}

/// 1 MiB of UTF-8, whatever units a driver counts in; neither the others in its block, its column or its row suffer.
fn a_value_over_one_mebibyte_is_unreadable_and_every_other_is_whole(product: Product) {
    const MEBIBYTE: usize = 1 << 20;
    let base = Base::with_secteurs(product);
    let texts: [String; 9] = [
        "x".repeat(MEBIBYTE),
        "x".repeat(MEBIBYTE + 1),
        "é".repeat(MEBIBYTE / 2),
        "é".repeat(MEBIBYTE / 2 + 1),
        "x".repeat(400),
        "x".repeat(3 * MEBIBYTE),
        "x".repeat(3 * MEBIBYTE),
        "x".repeat(70_000),
        "x".to_owned(),
    ];
    let insert = |id: i64, adresse: &str| {
        base.many(
            "stagiaire (id, nom, adresse)",
            &[vec![id.into(), "Zoé".into(), adresse.into()]],
        );
        base.run(&format!(
            "INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES ({id}, {id}, 1, 1)"
        ));
    };
    for (id, adresse) in (1..).zip(&texts) {
        insert(id, adresse);
    }
    // Alone among many, in a block of its own.
    (10..1500).for_each(|id| insert(id, if id == 1400 { &texts[5] } else { "1 rue X" }));
    let all = read(&base.erp(), &[1]);
    assert_eq!(all.len(), 1499);
    for inscription in &all {
        let found = stagiaire(inscription);
        assert_eq!(text(&found.nom), Some("Zoé"));
        let at = usize::try_from(found.id).unwrap() - 1;
        match texts.get(at).map_or("1 rue X", String::as_str) {
            _ if found.id == 1400 => assert_eq!(
                note(&found.adresse),
                Some(("stagiaire", "adresse", Some(1400), Attendu::Texte))
            ),
            expected if expected.len() > MEBIBYTE => {
                assert_eq!(
                    note(&found.adresse),
                    Some(("stagiaire", "adresse", Some(found.id), Attendu::Texte))
                );
            }
            expected => assert!(text(&found.adresse) == Some(expected), "{}", found.id),
        }
    }
}
fn values_that_cannot_be_read_are_noted_and_the_reading_goes_on(product: Product) {
    let base = Base::all_text(product);
    stagiaire_and_inscription(&base);
    base.run("UPDATE stagiaire SET date_naissance = 'hier', prenom = 'Zoé'");
    base.run("UPDATE inscription SET date_entree = '2026-02-30', sortie_prevue = '0000-00-00', sortie_reelle = '2026-09-01 00:00:00'");
    base.run("UPDATE secteur SET latitude = 'nord' WHERE id = 1");
    base.run("INSERT INTO interlocuteur (id, stagiaire_id, rang, profil) VALUES (5, 7, 'un', 'PARENT')");
    base.run("INSERT INTO convention (id, inscription_id, date_debut) VALUES (9, 70, '31/12/2026')");
    base.run("INSERT INTO sifa (id, inscription_id, derniere_situation) VALUES (4, 70, 'x')");
    base.run("INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES (71, 7, 2, 1)");
    let all = read(&base.erp(), &[1, 2]);
    let first = &all[0];
    assert_eq!(
        note(&first.date_entree),
        Some(("inscription", "date_entree", Some(70), Attendu::Date))
    );
    assert_eq!(
        note(&first.secteur.latitude),
        Some(("secteur", "latitude", Some(1), Attendu::Decimal))
    );
    assert_eq!(
        note(&first.interlocuteurs[0].rang),
        Some(("interlocuteur", "rang", Some(5), Attendu::Entier))
    );
    assert_eq!(
        note(&first.conventions[0].date_debut),
        Some(("convention", "date_debut", Some(9), Attendu::Date))
    );
    let situation = &first.sifa.as_ref().unwrap().derniere_situation;
    assert_eq!(
        note(situation),
        Some(("sifa", "derniere_situation", Some(4), Attendu::Entier))
    );
    assert_eq!(first.sortie_prevue, Lecture::Absente);
    assert_eq!(first.sortie_reelle, NaiveDate::from_ymd_opt(2026, 9, 1).into());
    assert_eq!(text(&stagiaire(first).prenom), Some("Zoé"));
    for inscription in &all {
        let birth = &stagiaire(inscription).date_naissance;
        assert_eq!(
            note(birth),
            Some(("stagiaire", "date_naissance", Some(7), Attendu::Date))
        );
    }
    assert_eq!(all[1].id, 71);
}

/// The servers keep their texts in their encoding.
#[test]
fn bytes_that_are_no_text_are_noted_where_a_database_keeps_them() {
    let base = Base::with_secteurs(Product::Sqlite);
    stagiaire_and_inscription(&base);
    base.run("UPDATE stagiaire SET nom = CAST(X'4AFF' AS TEXT)");
    let all = read(&base.erp(), &[1]);
    assert_eq!(
        note(&stagiaire(&all[0]).nom),
        Some(("stagiaire", "nom", Some(7), Attendu::Texte))
    );
}

/// Columns that hold keys and anything else are SQLite's own.
#[test]
fn keys_that_lead_nowhere_or_are_none_lose_no_inscription() {
    let product = Product::Sqlite;
    let base = Base::with_secteurs(product);
    stagiaire_and_inscription(&base);
    base.run("DROP TABLE inscription");
    base.run(
        "CREATE TABLE inscription (id, stagiaire_id, action_id, secteur_id INTEGER, apprentissage, date_inscription, \
         date_entree, date_entree_groupe, sortie_prevue, sortie_reelle, motif_sortie)",
    );
    for row in [
        "70, 7, 99, 1, 1",
        "'abc', 7, NULL, 1, 1",
        "71, 999, NULL, 1, 1",
        "72, NULL, NULL, 1, 1",
        "73, 'x', 'y', 1, 1",
    ] {
        base.run(&format!(
            "INSERT INTO inscription (id, stagiaire_id, action_id, secteur_id, apprentissage) VALUES ({row})"
        ));
    }
    let all = read(&base.erp(), &[1]);
    let shown: Vec<_> = all
        .iter()
        .map(|i| {
            (
                i.id,
                i.stagiaire.valeur().map(|s| s.id),
                note(&i.stagiaire),
                note(&i.action),
            )
        })
        .collect();
    let key = |colonne| Some(("inscription", colonne, Some(73), Attendu::Entier));
    assert_eq!(
        shown,
        [
            (71, None, None, None),
            (72, None, None, None),
            (73, None, key("stagiaire_id"), key("action_id")),
            (70, Some(7), None, None),
        ]
    );
}

fn a_boolean_of_any_type_and_spelling_decides_apprenticeship(product: Product) {
    let bit = product.pick("BIT", "BIT(1)", "BIT(1)");
    let bit_values = product.pick(["1", "0"], ["B'1'", "B'0'"], ["b'1'", "b'0'"]);
    let texts = [
        ("'1'", true),
        ("'Oui'", true),
        ("'X'", true),
        ("'apprenti'", true),
        ("'-1'", true),
        ("'10'", true),
        ("'0'", false),
        ("'0.000'", false),
        ("'.00'", false),
        ("'0,0'", false),
        ("' NON '", false),
        ("'Faux'", false),
        ("'  '", false),
        ("NULL", false),
    ];
    let numbers = [("1", true), ("-1", true), ("0.5", true), ("0", false), ("NULL", false)];
    for (kind, values) in [
        ("VARCHAR(20)", &texts[..]),
        ("DECIMAL(9,6)", &numbers),
        ("DOUBLE PRECISION", &numbers),
        ("SMALLINT", &[("1", true), ("-1", true), ("2", true), ("0", false)]),
        (bit, &[(bit_values[0], true), (bit_values[1], false), ("NULL", false)]),
    ] {
        let base = Base::with_secteurs(product);
        base.run("ALTER TABLE inscription DROP COLUMN apprentissage");
        base.run(&format!("ALTER TABLE inscription ADD COLUMN apprentissage {kind}"));
        for (id, (value, _)) in values.iter().enumerate() {
            base.run(&format!(
                "INSERT INTO inscription (id, secteur_id, apprentissage) VALUES ({id}, 1, {value})"
            ));
        }
        let found: Vec<_> = read(&base.erp(), &[1]).iter().map(|i| i.id).collect();
        let expected: Vec<_> = (0..).zip(values).filter(|(_, (_, is))| *is).map(|(id, _)| id).collect();
        assert_eq!(found, expected, "{kind}");
    }
}

fn apprenticeship_and_scope_decide_what_is_read_and_counted(product: Product) {
    let base = Base::all_text(product);
    base.run("INSERT INTO secteur (id, societe_id) VALUES (3, NULL), (4, 99), (5, 1)");
    let apprentissage = [
        "'1'", "'-1'", "'t'", "'O'", "'2'", "'0'", "NULL", "'f'", "' 0 '", "'Non'", "'0.0'", "''",
    ];
    for (n, value) in apprentissage.iter().enumerate() {
        base.run(&format!(
            "INSERT INTO inscription (id, secteur_id, apprentissage) VALUES ({}, 1, {value})",
            n + 1
        ));
    }
    for (id, secteur) in [
        (20, "2"),
        (21, "3"),
        (22, "4"),
        (23, "5"),
        (24, "NULL"),
        (25, "77"),
        // A key that is none, where a column of numbers takes it.
        (26, product.pick("'x'", "78", "78")),
    ] {
        base.run(&format!(
            "INSERT INTO inscription (id, secteur_id, apprentissage) VALUES ({id}, {secteur}, '1')"
        ));
    }
    let erp = base.erp();
    let ids = |secteurs: &[i64]| read(&erp, secteurs).iter().map(|i| i.id).collect::<Vec<_>>();
    assert_eq!(ids(&[1]), [1, 2, 3, 4, 5]);
    assert_eq!(ids(&[2, 1, 2, 3, 4, 77]), [1, 2, 3, 4, 5, 20]);
    assert!(try_read(&erp, &Scope { secteurs: vec![(2, 1)] }).unwrap().is_empty());
    assert!(try_read(&erp, &Scope::default()).unwrap().is_empty());
    assert_eq!(erp.count_apart(&[(1, 1), (1, 2)]).unwrap().hors_secteur, 6);
    assert_eq!(erp.count_apart(&[(1, 1), (1, 2), (1, 5)]).unwrap().hors_secteur, 5);
    assert_eq!(erp.count_apart(&[(9, 1)]).unwrap().hors_secteur, 12);
    assert_eq!(erp.count_apart(&[]).unwrap().hors_secteur, 12);
}

fn empty_tables_are_read_as_nothing(product: Product) {
    let base = Base::reference(product);
    assert!(read(&base.erp(), &[1]).is_empty());
    assert_eq!(base.erp().count_apart(&[]).unwrap().hors_secteur, 0);
    let base = Base::with_secteurs(product);
    assert!(read(&base.erp(), &[1]).is_empty());
}

fn a_missing_table_or_column_is_named(product: Product) {
    let base = Base::with_secteurs(product);
    stagiaire_and_inscription(&base);
    base.run("ALTER TABLE convention RENAME COLUMN date_rupture TO rompu");
    let error = try_read(&base.erp(), &scope(&[1])).unwrap_err();
    assert!(
        matches!(
            &error,
            ErpError::ColumnMissing {
                entite: "convention",
                colonne: "date_rupture",
                ..
            }
        ),
        "{error:?}"
    );
    base.run("DROP TABLE sifa");
    let error = try_read(&base.erp(), &scope(&[1])).unwrap_err();
    assert!(error.user_text().contains("sifa »"), "{}", error.user_text());
}

fn ids_that_sort_as_text_are_an_error_not_a_wrong_merge(product: Product) {
    let base = Base::with_secteurs(product);
    base.run("DROP TABLE inscription");
    base.run(
        "CREATE TABLE inscription (id VARCHAR(9), stagiaire_id INTEGER, action_id INTEGER, secteur_id INTEGER, apprentissage SMALLINT, \
         date_inscription DATE, date_entree DATE, date_entree_groupe DATE, sortie_prevue DATE, sortie_reelle DATE, motif_sortie VARCHAR(9))",
    );
    base.run("INSERT INTO inscription (id, secteur_id, apprentissage) VALUES ('9', 1, 1), ('10', 1, 1)");
    let error = try_read(&base.erp(), &scope(&[1])).unwrap_err();
    if product == Product::PostgreSql {
        // It does not compare a text with a number in the first place.
        assert!(matches!(error, ErpError::Database(_)), "{error:?}");
    } else {
        assert_eq!(error, ErpError::Order { entite: "inscription" });
    }
}
