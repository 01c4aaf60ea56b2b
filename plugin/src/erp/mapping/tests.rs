//! What a mapping file says, and what is refused of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::erp::schema::{CENTRE_INTERET, CONVENTION, INTERLOCUTEUR, Need, SIFA, SIFA_RESPONSABLE, STAGIAIRE};

fn load(text: &str) -> Result<Mapping, ErpError> {
    load_bytes(text.as_bytes())
}

fn load_bytes(bytes: &[u8]) -> Result<Mapping, ErpError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("correspondance.toml");
    std::fs::write(&file, bytes).unwrap();
    Mapping::load(&file)
}

#[test]
fn tables_columns_and_queries_are_named() {
    let mapping = load(
        r#"
        [entity.stagiaire]
        table   = "dbo.STAGIAIRES"
        columns = { id = "STA_CLE", nom = "STA_NOM", ne_pas_solliciter = "" }
        [entity.convention]
        query = "SELECT CON_ID AS id, ';' AS x FROM CONVENTIONS;"
        "#,
    )
    .unwrap();
    let dialect = Dialect::from_product("Microsoft SQL Server");
    assert_eq!(mapping.source(&STAGIAIRE, "s", &dialect), "[dbo].[STAGIAIRES] s");
    assert_eq!(mapping.expression(&STAGIAIRE, "s", "nom", &dialect), "s.[STA_NOM]");
    assert_eq!(mapping.expression(&STAGIAIRE, "s", "email", &dialect), "s.[email]");
    assert_eq!(
        mapping.expression(&STAGIAIRE, "s", "ne_pas_solliciter", &dialect),
        "NULL"
    );
    assert_eq!(
        mapping.source(&CONVENTION, "c", &dialect),
        "(SELECT CON_ID AS id, ';' AS x FROM CONVENTIONS\n) c"
    );
}

#[test]
fn a_wrong_file_is_refused_with_line_key_and_expectation() {
    let cases = [
        ("\n[entity.stagaire]\ntable = \"X\"", 2, "entity.stagaire", "stagiaire"),
        ("[entity.stagiaire]\n\ntable = 3", 3, "entity.stagiaire.table", "table"),
        (
            "[entity.stagiaire]\ncolumns = { nom = \"\" }",
            2,
            "entity.stagiaire.columns.nom",
            "obligatoire",
        ),
        (
            "[entity.stagiaire.columns]\nnom = \"N\"\nprnom = \"P\"",
            3,
            "entity.stagiaire.columns.prnom",
            "prenom",
        ),
        (
            "[entity.sifa]\nquery = \"DELETE FROM sifa\"",
            2,
            "entity.sifa.query",
            "SELECT",
        ),
        (
            "[entity.sifa]\nquery = \"SELECT 1; DROP TABLE x\"",
            2,
            "entity.sifa.query",
            "SELECT",
        ),
        (
            "[entity.sifa]\ntable = \"a\"\nquery = \"SELECT 1\"",
            3,
            "entity.sifa",
            "soit",
        ),
        ("[entity.sifa]\nnom = \"a\"", 2, "entity.sifa.nom", "table"),
        ("[entity.sifa]\ntable = \"[dbo].[x\"", 2, "entity.sifa.table", "« ] »"),
        (
            "[entity.sifa]\ntable = \"dbo.\"",
            2,
            "entity.sifa.table",
            "dbo.STAGIAIRES",
        ),
        (
            "[entity.sifa]\ncolumns = { ine = \"[s].[ine]\" }",
            2,
            "entity.sifa.columns.ine",
            "une seule colonne",
        ),
        (
            "[entity.sifa]\nquery = \"WITH x AS (SELECT 1) SELECT * FROM x\"",
            2,
            "entity.sifa.query",
            "vue",
        ),
        ("[entity.sifa]\nabsent = \"oui\"", 2, "entity.sifa.absent", "true"),
        (
            "[entity.sifa]\nabsent = true\ntable = \"s\"",
            2,
            "entity.sifa.absent",
            "« table »",
        ),
        (
            "[entity.sifa]\nquery = \"SELECT 1\"\nabsent = true",
            3,
            "entity.sifa.absent",
            "« query »",
        ),
        (
            "[entity.sifa]\nabsent = true\ncolumns = { ine = \"I\" }",
            2,
            "entity.sifa.absent",
            "« columns »",
        ),
        (
            "[entity.stagiaire]\nabsent = true",
            2,
            "entity.stagiaire.absent",
            "sans l'entité stagiaire, aucun dossier",
        ),
        (
            "[entity.sifa]\nabsent = true\n[entity.sifa_responsable]\ntable = \"R\"",
            3,
            "entity.sifa_responsable",
            "PARENT",
        ),
        ("[entites.sifa]\n", 1, "entites", "entity"),
        ("ecrans = \"fiche\"", 1, "ecrans", "la section [ecrans]"),
        ("[ecrans]\n\nstagaire = \"fiche\"", 3, "ecrans.stagaire", "stagiaire"),
        ("[ecrans]\nstagiaire = \" \"", 2, "ecrans.stagiaire", "fiche Apprenant"),
        ("[ecrans]\nstagiaire = 3", 2, "ecrans.stagiaire", "fiche Apprenant"),
        ("[entity.sifa]\ntable = ", 2, "", "TOML"),
    ];
    for (text, expected_line, key, expectation) in cases {
        let error = load(text).unwrap_err();
        let ErpError::Mapping { line, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*line, expected_line, "{text}: {error}");
        let shown = error.user_text();
        for word in ["correspondance.toml", key, expectation, &format!("ligne {line}")] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Mapping::load(Path::new("/nulle/part.toml")).unwrap_err();
    assert!(error.user_text().contains("/nulle/part.toml"), "{}", error.user_text());
}

#[test]
fn an_empty_name_is_taken_for_optional_columns_only_and_the_message_names_them() {
    for entity in ENTITIES {
        for column in entity.columns {
            let text = format!("[entity.{}]\ncolumns = {{ {} = \"\" }}", entity.name, column.name);
            match (column.need, load(&text)) {
                (Need::Required, Err(error)) => {
                    let shown = error.user_text();
                    assert!(shown.contains("ne peut pas être mise à \"\""), "{shown}");
                    for other in entity.columns.iter().filter(|column| column.need == Need::Optional) {
                        assert!(shown.contains(other.name), "{}: {shown}", other.name);
                    }
                }
                (Need::Optional | Need::Unread, Ok(mapping)) => {
                    assert_eq!(mapping.column_name(entity, column.name), None, "{text}");
                }
                (need, other) => panic!("{text}: {need:?}, {other:?}"),
            }
        }
    }
}

#[test]
fn names_are_quoted_anew_for_every_database() {
    let mapping = load(
        r#"
        [entity.stagiaire]
        table = "[dbo].[Fiche d'élève]"
        columns = { nom = "[Nom ] d'usage]", email = '"select"', telephone = "`N° tél.`" }
        [entity.convention]
        table = "[ERP]..[CON]"
        "#,
    );
    assert!(mapping.is_err(), "a bracket inside a name is doubled");
    let mapping = load(
        r#"
        [entity.stagiaire]
        table = "[dbo].[Fiche d'élève]"
        columns = { nom = "[Nom ]] d'usage]", email = '"select"', telephone = "`N° tél.`" }
        [entity.convention]
        table = "[ERP]..[CON]"
        "#,
    )
    .unwrap();
    for (product, table, [nom, email, telephone]) in [
        (
            "SQLite",
            r#""dbo"."Fiche d'élève" s"#,
            [r#"s."Nom ] d'usage""#, r#"s."select""#, r#"s."N° tél.""#],
        ),
        (
            "MariaDB",
            "`dbo`.`Fiche d'élève` s",
            ["s.`Nom ] d'usage`", "s.`select`", "s.`N° tél.`"],
        ),
        (
            "Microsoft SQL Server",
            "[dbo].[Fiche d'élève] s",
            ["s.[Nom ]] d'usage]", "s.[select]", "s.[N° tél.]"],
        ),
    ] {
        let dialect = Dialect::from_product(product);
        assert_eq!(mapping.source(&STAGIAIRE, "s", &dialect), table);
        for (column, expected) in [("nom", nom), ("email", email), ("telephone", telephone)] {
            assert_eq!(mapping.expression(&STAGIAIRE, "s", column, &dialect), expected);
        }
    }
    let sql_server = Dialect::from_product("Microsoft SQL Server");
    assert_eq!(mapping.source(&CONVENTION, "c", &sql_server), "[ERP]..[CON] c");
}

#[test]
fn an_absent_entity_has_no_column_and_takes_along_what_hangs_on_it() {
    let mapping = load("[entity.sifa]\nabsent = true\n[entity.convention]\nabsent = false").unwrap();
    assert!(mapping.is_absent(&SIFA) && mapping.is_absent(&SIFA_RESPONSABLE));
    assert!(
        ![&CONVENTION, &INTERLOCUTEUR, &STAGIAIRE]
            .iter()
            .any(|entity| mapping.is_absent(entity))
    );
    let dialect = Dialect::from_product("SQLite");
    assert_eq!(mapping.expression(&SIFA, "f", "id", &dialect), "NULL");
    for entity in [&SIFA_RESPONSABLE, &CONVENTION, &INTERLOCUTEUR, &CENTRE_INTERET] {
        let mapping = load(&format!("[entity.{}]\nabsent = true", entity.name)).unwrap();
        assert!(
            mapping.is_absent(entity) && !mapping.is_absent(&SIFA),
            "{}",
            entity.name
        );
    }
}

#[test]
fn a_file_in_another_encoding_is_refused_with_how_to_save_it() {
    let text = "# Correspondance\n[entity.stagiaire]\ncolumns = { prenom = \"Prénom\" }\n";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ansi: Vec<u8> = text
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    for (bytes, words) in [(utf_16, ["UTF-16", "ligne 1"]), (ansi, ["Windows-1252", "ligne 3"])] {
        let shown = load_bytes(&bytes).unwrap_err().user_text();
        for word in words
            .into_iter()
            .chain(["correspondance.toml", "l'enregistrer en UTF-8"])
        {
            assert!(shown.contains(word), "{word}: {shown}");
        }
    }
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let mapping = load_bytes(&marked).unwrap();
    assert_eq!(mapping.column_name(&STAGIAIRE, "prenom"), Some("Prénom"));
}

#[test]
fn an_order_in_a_query_is_refused_for_sql_server_with_file_line_and_key() {
    let mapping = load("[entity.convention]\n\nquery = \"SELECT id FROM c ORDER BY id\"").unwrap();
    for product in ["SQLite", "PostgreSQL", "MariaDB"] {
        assert_eq!(mapping.fits(&Dialect::from_product(product)), Ok(()), "{product}");
    }
    let refused = mapping.fits(&Dialect::from_product("Microsoft SQL Server"));
    let shown = refused.unwrap_err().user_text();
    for word in [
        "correspondance.toml",
        "ligne 3",
        "entity.convention.query",
        "ORDER BY",
        "SQL Server",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}
