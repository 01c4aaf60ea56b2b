//! Mapping files as people write them, on every database: the worked example under other names, in queries with comments,
//! and without what other ERPs do not have.

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::{
    bases::{Base, Product, on_each},
    golden::copy_example,
    host::{app, diagnosis},
    support::source,
};

on_each! {
    names_in_brackets_and_queries_with_comments_read_the_same
    an_absent_entity_is_as_an_empty_table
    the_message_for_a_missing_column_says_whether_an_empty_name_is_possible
}

/// What leaves the plugin says it in the ERP's words: reasons, warnings and provenance, as JSON and as tables.
#[test]
fn the_erps_own_names_of_its_screens_are_used_in_remedies_and_provenance() {
    let base = example(Product::Sqlite);
    let text =
        "[ecrans]\nstagiaire = \"fiche Apprenant\"\nsifa = \"onglet Enquête\"\ninscription = \"volet Parcours\"\n";
    let before = preview(&base, None).unwrap();
    let after = preview(&base, Some(text)).unwrap();
    for (theirs, ours) in [
        ("\"fiche Stagiaire\"", "\"fiche Apprenant\""),
        ("dans la fiche Stagiaire", "dans la fiche Apprenant"),
        ("\"SIFA\"", "\"onglet Enquête\""),
        ("dans le SIFA", "dans « onglet Enquête »"),
        ("\"fiche Inscrit\"", "\"volet Parcours\""),
    ] {
        let count = |text: &str, words: &str| text.matches(words).count();
        assert!(count(&before, theirs) > 0, "{theirs} is nowhere");
        assert_eq!(
            (count(&after, theirs), count(&after, ours)),
            (0, count(&before, theirs)),
            "{ours}"
        );
    }
    let file = mapping(&base, text);
    let app = app(&base, Some(&file));
    let session = app.session().unwrap();
    let mut shown = String::new();
    for table in session.open("exemple-export-nuit", &json!({})).unwrap() {
        let rows = session.first_rows(table, 10_000).unwrap();
        for column in ["email_contact.provenance", "a_faire", "avertissements"] {
            shown.extend(rows.column(column).flat_map(|text| [text, "\n"]));
        }
    }
    assert!(shown.contains("fiche Apprenant") && shown.contains("onglet Enquête"));
    assert!(!shown.contains("fiche Stagiaire") && !shown.contains("dans le SIFA"));
}

/// The worked example, ready for a preview.
fn example(product: Product) -> Base {
    let base = Base::new(product);
    copy_example(&base);
    let app = app(&base, None);
    let session = app.session().unwrap();
    session.run_job("migration", "").unwrap();
    let settings = fs::read(source("tests/golden/settings.json")).unwrap();
    session.read_document("reglages.json", &settings).unwrap();
    base
}

fn mapping(base: &Base, text: &str) -> PathBuf {
    let file = base.folder.path().join("correspondance.toml");
    fs::write(&file, text).unwrap();
    file
}

/// The preview, or why there is none.
fn preview(base: &Base, mapping: Option<&str>) -> Result<String, String> {
    let mapping = mapping.map(|text| self::mapping(base, text));
    let app = app(base, mapping.as_deref());
    let session = app.session().unwrap();
    let mut bytes = Vec::new();
    let parameters = json!({"donnees_sifa": true});
    match session.write_document("apercu.json", &parameters, "", &mut bytes) {
        Ok(()) => Ok(String::from_utf8(bytes).unwrap()),
        Err(error) => Err(error.user_text().unwrap_or_default()),
    }
}

fn names_in_brackets_and_queries_with_comments_read_the_same(product: Product) {
    let base = example(product);
    let expected = preview(&base, None).unwrap();
    base.run(&[
        "ALTER TABLE stagiaire RENAME COLUMN nom TO \"Nom ] d'usage\"",
        "ALTER TABLE stagiaire RENAME COLUMN email TO \"select\"",
        "ALTER TABLE stagiaire RENAME COLUMN telephone TO \"N° tél.\"",
        "ALTER TABLE stagiaire RENAME TO \"Fiche d'élève 2026\"",
        "ALTER TABLE diplome RENAME TO \"Order\"",
    ]);
    let schema = &base.schema;
    let text = format!(
        r#"
        [entity.stagiaire]
        table = "[{schema}].[Fiche d'élève 2026]"
        columns = {{ nom = "[Nom ]] d'usage]", email = '"select"', telephone = "`N° tél.`" }}
        [entity.diplome]
        table = '"{schema}"."Order"'
        [entity.secteur]
        table = "`{schema}`.secteur"
        [entity.convention]
        query = """
        SELECT id, inscription_id, date_debut, date_fin, date_rupture, cause_rupture, siret_employeur
        FROM convention -- uniquement celles de la base courante ; toutes"""
        [entity.sifa]
        query = "SELECT * FROM sifa; /* fin */ -- vraiment"
        "#
    );
    assert_eq!(preview(&base, Some(&text)), Ok(expected));
}

fn an_absent_entity_is_as_an_empty_table(product: Product) {
    const ENTITIES: [&str; 5] = [
        "sifa_responsable",
        "sifa",
        "interlocuteur",
        "convention",
        "centre_interet",
    ];
    let each: Vec<&[&str]> = ENTITIES.iter().map(std::slice::from_ref).collect();
    let mut trials = vec![&ENTITIES[..], &ENTITIES[..2]];
    if product == Product::Sqlite {
        trials.extend(each);
    }
    for absent in trials {
        let base = example(product);
        // What hangs on an entity is dropped with it.
        let gone: Vec<_> = match absent {
            ["sifa"] => ENTITIES[..2].to_vec(),
            absent => absent.to_vec(),
        };
        if gone.contains(&"centre_interet") {
            base.run(&["UPDATE action_formation SET centre_interet_id = NULL"]);
        }
        for table in &gone {
            base.run(&[&format!("DELETE FROM {table}")]);
        }
        let expected = preview(&base, None).unwrap();
        assert!(expected.contains("\"nom_apprenant\""), "{absent:?}: nobody is left");
        for table in &gone {
            base.run(&[&format!("DROP TABLE {table}")]);
        }
        let text: String = absent
            .iter()
            .map(|entity| format!("[entity.{entity}]\nabsent = true\n"))
            .collect();
        assert_eq!(preview(&base, Some(&text)), Ok(expected), "{absent:?}");
        let app = app(&base, Some(&mapping(&base, &text)));
        let wrong: Vec<_> = diagnosis(&app.session().unwrap())
            .into_iter()
            .filter(|(check, state)| check.starts_with("Données de l'ERP") && state != "OK")
            .collect();
        assert!(wrong.is_empty(), "{absent:?}: {wrong:?}");
    }
}

fn the_message_for_a_missing_column_says_whether_an_empty_name_is_possible(product: Product) {
    let base = example(product);
    base.run(&["ALTER TABLE stagiaire RENAME COLUMN sexe TO genre"]);
    let told = preview(&base, None).unwrap_err();
    assert!(
        told.contains("stagiaire.sexe est facultative") && told.contains("sexe = \"\""),
        "{told}"
    );
    assert!(preview(&base, Some("[entity.stagiaire]\ncolumns = { sexe = \"\" }")).is_ok());

    base.run(&["ALTER TABLE convention RENAME COLUMN date_fin TO fin"]);
    let told = preview(&base, Some("[entity.stagiaire]\ncolumns = { sexe = \"\" }")).unwrap_err();
    assert!(
        told.contains("convention.date_fin est obligatoire") && told.contains("n'est pas possible"),
        "{told}"
    );
    let app = app(&base, None);
    let session = app.session().unwrap();
    let table = session.open("diagnostic", &json!({})).unwrap().remove(0);
    let details: Vec<_> = session
        .first_rows(table, 1000)
        .unwrap()
        .column("detail")
        .map(str::to_owned)
        .collect();
    for words in [
        "sexe = \"\" dans « columns » de [entity.stagiaire]",
        "convention.date_fin est obligatoire",
    ] {
        assert!(details.iter().any(|line| line.contains(words)), "{words}: {details:#?}");
    }
}
