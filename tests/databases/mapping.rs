//! Mapping files as people write them, on every database: the worked example under other names, in queries with comments,
//! and without what other ERPs do not have.

use std::{fs, path::PathBuf};

use demo_host::output::FirstRows;
use serde_json::json;

use crate::{
    bases::{Base, Product, on_each},
    golden::copy_example,
    host::{app, diagnosis, document},
    support::{program::DemoHost, source},
};

on_each! {
    a_proposed_mapping_reads_what_it_was_proposed_for
    the_check_counts_what_is_doubtful_in_every_entity
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

fn a_proposed_mapping_reads_what_it_was_proposed_for(product: Product) {
    let base = example(product);
    let expected = preview(&base, None).unwrap();
    let proposal = {
        let app = app(&base, None);
        document(&app.session().unwrap(), "correspondance.toml", &json!({}))
    };
    let proposal = String::from_utf8(proposal).unwrap();
    assert_eq!(preview(&base, Some(&proposal)), Ok(expected), "{proposal}");
    // Other names, of which the proposal has to find all.
    base.run(&[
        "ALTER TABLE stagiaire RENAME COLUMN id TO \"STA_CLE\"",
        "ALTER TABLE stagiaire RENAME COLUMN email TO \"STA_COURRIEL\"",
        "ALTER TABLE stagiaire RENAME COLUMN date_naissance TO \"Né le\"",
        "ALTER TABLE stagiaire RENAME TO \"Stagiaires d'ici\"",
        "ALTER TABLE inscription RENAME COLUMN stagiaire_id TO \"STA_CLE\"",
    ]);
    let expected = {
        let table = format!("[{}].[Stagiaires d'ici]", base.schema);
        let columns = r#"{ id = "STA_CLE", email = "STA_COURRIEL", date_naissance = "Né le" }"#;
        let text = format!(
            "[entity.stagiaire]\ntable = \"{table}\"\ncolumns = {columns}\n\
             [entity.inscription]\ncolumns = {{ stagiaire_id = \"STA_CLE\" }}\n"
        );
        preview(&base, Some(&text)).unwrap()
    };
    let proposal = {
        let app = app(&base, None);
        document(&app.session().unwrap(), "correspondance.toml", &json!({}))
    };
    let proposal = String::from_utf8(proposal).unwrap();
    assert_eq!(preview(&base, Some(&proposal)), Ok(expected), "{proposal}");
}

/// The tables of the contribution that checks a mapping.
fn check(base: &Base, text: &str) -> Vec<FirstRows> {
    let file = mapping(base, text);
    let app = app(base, Some(&file));
    let session = app.session().unwrap();
    let tables = session.open("correspondance", &json!({})).unwrap();
    tables
        .into_iter()
        .map(|table| session.first_rows(table, 1000).unwrap())
        .collect()
}

/// What the first table of a check says of an entity in a column.
fn said(table: &FirstRows, entity: &str, column: &str) -> String {
    let at = table.column("entite").position(|name| name == entity).unwrap();
    table.column(column).nth(at).unwrap().to_owned()
}

fn the_check_counts_what_is_doubtful_in_every_entity(product: Product) {
    let base = Base::new(product);
    copy_example(&base);
    base.run(&[
        "DROP TABLE interlocuteur",
        "DELETE FROM convention",
        "CREATE TABLE contrats (id VARCHAR(9), inscription_id INTEGER, date_debut VARCHAR(30), date_fin VARCHAR(30),
         date_rupture VARCHAR(30), cause_rupture VARCHAR(40), siret_employeur VARCHAR(20))",
        "INSERT INTO contrats VALUES ('1', 1, '2026-09-01', '9999-12-31', '1900-01-01', 'a', 'x')",
        "INSERT INTO contrats VALUES ('1', 1, '2026-09-01', '9999-12-31', '1900-01-01', 'a', 'x')",
        "INSERT INTO contrats VALUES ('2', 1, 'hier', '2079-06-06', '1753-01-01', 'SECRET', 'x')",
        "INSERT INTO contrats VALUES ('2', 1, '2026-09-02', '2079-06-05', '0001-01-01', 'b', 'x')",
        "INSERT INTO contrats VALUES ('x', 1, '1899-12-29', '0000-00-00', '1899-12-30', NULL, '')",
        "INSERT INTO contrats VALUES (NULL, 1, '', NULL, '1900-12-31', NULL, '')",
        "INSERT INTO contrats VALUES (NULL, 1, '', NULL, '1901-01-01', NULL, '')",
    ]);
    let text = "[entity.convention]\ntable = \"contrats\"\n[entity.sifa]\nabsent = true\n";
    let tables = check(&base, text);
    let counts = &tables[0];
    for (column, expected) in [
        ("etat", "OK"),
        ("lignes", "7"),
        ("repetees", "2"),
        ("illisibles", "id : 1, date_debut : 1"),
        ("dates_fictives", "date_fin : 4, date_rupture : 6"),
    ] {
        assert_eq!(said(counts, "convention", column), expected, "{column}");
    }
    let remarks = said(counts, "convention", "a_faire");
    assert!(remarks.contains("de valeurs différentes : 1"), "{remarks}");
    assert_eq!(
        (
            said(counts, "sifa", "etat"),
            said(counts, "sifa", "lignes"),
            said(counts, "sifa", "a_faire")
        ),
        ("OK".to_owned(), "0".to_owned(), String::new())
    );
    assert_eq!(said(counts, "interlocuteur", "etat"), "À corriger");
    assert!(said(counts, "interlocuteur", "a_faire").contains("introuvable"));
    assert_eq!(counts.column("entite").count(), 11);

    let values = &tables[1];
    let at = |entity: &str, column: &str| {
        let mut keys = values.column("entite").zip(values.column("colonne"));
        let at = keys.position(|found| found == (entity, column)).unwrap();
        values.column("valeurs").nth(at).unwrap()
    };
    assert_eq!(at("convention", "cause_rupture"), "a · SECRET · b");
    assert!(
        !values
            .column("entite")
            .any(|entity| entity == "sifa" || entity == "interlocuteur")
    );
}

/// People's values go to a terminal, never to a file or a pipe; the exit code says whether something is to be mended.
#[test]
fn the_check_writes_no_value_into_a_pipe() {
    let base = Base::new(Product::Sqlite);
    copy_example(&base);
    base.run(&["UPDATE stagiaire SET nom = 'NOMSECRET'"]);
    let host = DemoHost::new("mapping-check");
    let run = |words: &[&str]| {
        let mut all = vec!["--db", base.connection_string.as_str()];
        all.extend(words);
        host.run(&all)
    };
    for words in [&["mapping", "check"][..], &["--json", "mapping", "check"]] {
        let ended = run(words).expect(0);
        assert!(ended.stdout.contains("action_formation"), "{ended:?}");
        assert!(
            !ended.stdout.contains("NOMSECRET") && !ended.stderr.contains("NOMSECRET"),
            "{ended:?}"
        );
    }
    base.run(&["DROP TABLE sifa"]);
    let ended = run(&["mapping", "check"]).expect(1);
    assert!(ended.stdout.contains("introuvable"), "{ended:?}");

    let file = base.folder.path().join("propose.toml");
    let file = file.to_str().unwrap();
    run(&["mapping", "init", "--out", file]).expect(0);
    assert_eq!(
        fs::read_to_string(file).unwrap(),
        run(&["mapping", "init"]).expect(0).stdout
    );
    let refused = run(&["mapping", "init", "--out", file]).expect(2);
    assert!(refused.stderr.contains("existe déjà"), "{refused:?}");
}
