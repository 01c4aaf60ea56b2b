//! The page on mappings, word by word: both worked examples on the golden data, and every file that is refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use odbc_api::{ConnectionOptions, Environment};
use serde_json::{Value, json};

use super::commands::{programs, run};
use super::{Block, MAPPING, blocks, path, read};

/// The blocks of one section of the page, in their order; their language begins with `language`.
fn section(heading: &str, language: &str) -> Vec<Block> {
    let page = read(MAPPING);
    let line = |wanted: &dyn Fn(&str) -> bool, after: usize| {
        let mut lines = page.lines().enumerate().skip(after);
        lines.find(|(_, line)| wanted(line)).map(|(index, _)| index)
    };
    let start = line(&|line| line == format!("## {heading}"), 0).unwrap_or_else(|| panic!("no section {heading}"));
    let end = line(&|line| line.starts_with("## "), start + 1).unwrap_or(usize::MAX);
    let number = |block: &Block| block.at.rsplit(':').next().unwrap().parse::<usize>().unwrap();
    blocks(MAPPING, language)
        .into_iter()
        .filter(|block| (start..end).contains(&number(block)))
        .collect()
}

fn one(heading: &str, language: &str) -> String {
    let mut found = section(heading, language);
    assert_eq!(found.len(), 1, "{heading}: blocks of {language}");
    found.remove(0).text
}

/// The golden data, and the settings that go with them, in a folder.
fn golden_erp(folder: &Path) {
    fs::copy(path("tests/golden/erp.db"), folder.join("erp.db")).unwrap();
    fs::copy(path("tests/golden/settings.json"), folder.join("reglages.json")).unwrap();
}

/// The dossiers and the reasons of a preview, without what names screens.
fn essence(preview: &Value) -> Value {
    let list = |key: &str| preview[key].as_array().unwrap().iter();
    let sent: Vec<_> = list("envoyes")
        .map(|item| json!({"inscription_id": item["inscription_id"], "dossier": item["dossier"]}))
        .collect();
    let code = |motif: &Value| motif.get("code").unwrap_or(motif).clone();
    let left_out: Vec<_> = list("non_envoyes")
        .map(|item| {
            let codes: Vec<_> = item["motifs"].as_array().unwrap().iter().map(code).collect();
            json!({"inscription_id": item["inscription_id"], "id_erp_apprenant": item["id_erp_apprenant"], "motifs": codes})
        })
        .collect();
    json!({"envoyes": sent, "non_envoyes": left_out})
}

fn json_of(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// The golden data under another schema come to the golden preview, and what the page shows of the proposal stands in it.
#[test]
fn the_worked_example_reads_another_erp() {
    const HEADING: &str = "From nothing to a checked mapping";
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    golden_erp(folder);
    // SQLite has one schema, `main`.
    let here = |text: String| text.replace("dbo.", "main.");
    let mapping = here(one(HEADING, "toml"));
    let mut statements: Vec<String> = OTHER_TABLES.iter().map(|sql| (*sql).to_owned()).collect();
    statements.extend(renames(&mapping));
    execute(&folder.join("erp.db"), &statements);

    let mut steps = section(HEADING, "sh").into_iter();
    run(&steps.next().unwrap(), folder);
    let proposal = fs::read_to_string(folder.join("proposition.toml")).unwrap();
    for line in one(HEADING, "text").lines() {
        // Its catalogue names no schema.
        let line = line.replace("dbo.", "");
        assert!(proposal.lines().any(|found| found == line), "{line}\n{proposal}");
    }
    execute(&folder.join("erp.db"), &[here(one(HEADING, "sql"))]);
    fs::write(folder.join("correspondance.toml"), &mapping).unwrap();
    for step in steps {
        run(&step, folder);
    }

    let preview = json_of(&folder.join("apercu.json"));
    let golden: Value = serde_json::from_str(&read("tests/golden/v3.json")).unwrap();
    for (key, count) in golden["resume"].as_object().unwrap() {
        assert_eq!(&preview["resume"][key], count, "{key}");
    }
    assert_eq!(essence(&preview), essence(&golden));
}

/// An ERP without SIFA comes to the same as the reference schema with empty tables for what it lacks.
#[test]
fn the_example_without_sifa_is_read_as_one_with_nothing_there() {
    const HEADING: &str = "An ERP without SIFA";
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [reference, other] = folders.each_ref().map(|folder| folder.path());
    let step = |text: &str| Block {
        at: MAPPING.to_owned(),
        text: format!("erp=\"Driver=SQLite3;Database=erp.db\"\n{text}"),
    };
    for folder in [reference, other] {
        golden_erp(folder);
        let lacking = LACKING.iter().map(|sql| (*sql).to_owned());
        execute(&folder.join("erp.db"), &lacking.collect::<Vec<_>>());
        run(
            &step("demo-host --db \"$erp\" migrate\ndemo-host --db \"$erp\" settings import reglages.json"),
            folder,
        );
    }
    run(
        &step("demo-host --db \"$erp\" --date 2026-11-23 preview --out apercu.json"),
        reference,
    );
    let changes = WITHOUT_SIFA.iter().map(|sql| (*sql).to_owned());
    execute(&other.join("erp.db"), &changes.collect::<Vec<_>>());
    fs::write(other.join("correspondance.toml"), one(HEADING, "toml")).unwrap();
    for block in section(HEADING, "sh") {
        run(&block, other);
    }
    let expected = json_of(&reference.join("apercu.json"));
    let found = json_of(&other.join("apercu.json"));
    assert!(expected["envoyes"].as_array().unwrap().len() > 50);
    assert_eq!(found["resume"], expected["resume"]);
    assert_eq!(essence(&found), essence(&expected));
    let text = fs::read_to_string(other.join("apercu.json")).unwrap();
    assert!(text.contains("fiche Apprenant") && !text.contains("fiche Stagiaire"));
}

/// Each file that the page shows is refused with the very words that it shows after it.
#[test]
fn every_file_that_is_refused_says_what_the_page_shows() {
    const HEADING: &str = "What is refused";
    let folder = tempfile::tempdir().unwrap();
    golden_erp(folder.path());
    let file = folder.path().join("correspondance.toml");
    let messages = section(HEADING, "text");
    let mut files = Vec::new();
    for language in ["toml", "toml in UTF-16", "toml in Windows-1252"] {
        files.extend(section(HEADING, language).into_iter().map(|block| (language, block)));
    }
    let number = |block: &Block| block.at.rsplit(':').next().unwrap().parse::<usize>().unwrap();
    files.sort_by_key(|(_, block)| number(block));
    assert!(files.len() > 15 && files.len() == messages.len(), "{}", files.len());
    for ((language, block), message) in files.iter().zip(&messages) {
        let bytes = match *language {
            "toml in UTF-16" => block.text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "toml in Windows-1252" => block
                .text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap())
                .collect(),
            _ => block.text.clone().into_bytes(),
        };
        fs::write(&file, bytes).unwrap();
        let output = Command::new(programs().join("demo-host"))
            .args([
                "--db",
                "Driver=SQLite3;Database=erp.db",
                "--dir",
                ".",
                "--mapping",
                "correspondance.toml",
            ])
            .args(["mapping", "check"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", block.at);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = String::from_utf8(output.stderr).unwrap();
        // The file is named by its whole path.
        let whole = file.canonicalize().unwrap();
        let said = words(&said.replace(whole.to_str().unwrap(), "correspondance.toml"));
        assert!(said.contains(&words(&message.text)), "{}: {said}", block.at);
    }
}

/// What the ERP without SIFA does not have.
const LACKING: [&str; 5] = [
    "DELETE FROM sifa_responsable",
    "DELETE FROM sifa",
    "UPDATE action_formation SET centre_interet_id = NULL",
    "DELETE FROM centre_interet",
    "UPDATE stagiaire SET ne_pas_solliciter = 0",
];

/// How the ERP without SIFA calls what it has.
const WITHOUT_SIFA: [&str; 24] = [
    "DROP TABLE sifa_responsable",
    "DROP TABLE sifa",
    "DROP TABLE centre_interet",
    "ALTER TABLE societe RENAME COLUMN raison_sociale TO \"Nom\"",
    "ALTER TABLE societe RENAME TO \"Sociétés\"",
    "CREATE TABLE \"Fiche apprenant\" AS SELECT id AS \"N°\", nom AS \"Nom d'usage\", prenom AS \"Prénom\",
     date_naissance || ' 00:00:00' AS \"Né le\", email AS \"Courriel\", telephone AS \"N° de portable\" FROM stagiaire",
    "DROP TABLE stagiaire",
    "ALTER TABLE interlocuteur RENAME COLUMN stagiaire_id TO \"N° apprenant\"",
    "ALTER TABLE interlocuteur RENAME TO \"Parents\"",
    "ALTER TABLE inscription RENAME COLUMN stagiaire_id TO \"N° apprenant\"",
    "ALTER TABLE inscription RENAME COLUMN motif_sortie TO \"Motif de sortie\"",
    "ALTER TABLE inscription ADD COLUMN \"Apprentissage ?\" TEXT",
    "UPDATE inscription SET \"Apprentissage ?\" = CASE WHEN apprentissage <> 0 THEN 'Oui' ELSE 'Non' END",
    "ALTER TABLE inscription DROP COLUMN apprentissage",
    "ALTER TABLE inscription RENAME TO \"Parcours\"",
    "CREATE TABLE \"Sessions\" AS SELECT id, date_debut, date_fin, diplome_id FROM action_formation",
    "DROP TABLE action_formation",
    "ALTER TABLE convention RENAME COLUMN siret_employeur TO \"SIRET de l'entreprise\"",
    "ALTER TABLE convention RENAME TO \"Contrats d'apprentissage\"",
    "CREATE INDEX ix_1 ON \"Parcours\" (\"N° apprenant\")",
    "CREATE INDEX ix_2 ON \"Contrats d'apprentissage\" (inscription_id)",
    "CREATE INDEX ix_3 ON \"Fiche apprenant\" (\"N°\")",
    "CREATE INDEX ix_4 ON \"Sessions\" (id)",
    "CREATE INDEX ix_5 ON \"Parents\" (\"N° apprenant\")",
];

/// What the example's ERP keeps otherwise than under another name.
const OTHER_TABLES: [&str; 5] = [
    "CREATE TABLE EMPLOYEURS AS SELECT id AS EMP_ID, siret_employeur AS EMP_SIRET FROM convention",
    "CREATE TABLE CONVENTIONS AS SELECT id AS CON_ID, inscription_id AS INS_ID, id AS EMP_ID, date_debut AS CON_DU,
     date_fin AS CON_AU, date_rupture AS CON_RUPTURE, cause_rupture AS CON_CAUSE FROM convention",
    "DROP TABLE convention",
    "CREATE TABLE DOSSIERS_SIFA AS SELECT id AS SIF_ID, inscription_id AS INS_ID, ine AS SIF_INE, diplome_id AS DIP_ID,
     uai_etablissement AS SIF_UAI, date_entree_cfa AS SIF_ENTREE, date_rupture_contrat AS SIF_RUPTURE,
     CASE WHEN sans_contrat_initial <> 0 THEN 'O' ELSE 'N' END AS SIF_SANS_CONTRAT,
     derniere_situation AS SIF_SITUATION, dernier_organisme_uai AS SIF_ORIGINE FROM sifa",
    "DROP TABLE sifa",
];

/// Turns the reference schema into the one that the mapping describes, but for views and queries.
fn renames(mapping: &str) -> Vec<String> {
    let (mut columns, mut tables) = (Vec::new(), Vec::new());
    let mut section = "";
    for line in mapping.lines() {
        if let Some(header) = line.strip_prefix("[entity.") {
            section = header.strip_suffix(']').unwrap();
        }
        let Some((key, rest)) = line.split_once(" = \"") else {
            continue;
        };
        let Some((name, _)) = rest.split_once('"') else {
            continue;
        };
        match (section.strip_suffix(".columns"), key) {
            (Some(entity), _) if name.is_empty() => columns.push(format!("ALTER TABLE {entity} DROP COLUMN {key}")),
            (Some(entity), _) => columns.push(format!("ALTER TABLE {entity} RENAME COLUMN {key} TO {name}")),
            (None, "table") if !name.contains("V_") => {
                tables.push(format!(
                    "ALTER TABLE {section} RENAME TO {}",
                    name.rsplit('.').next().unwrap()
                ));
            }
            _ => {}
        }
    }
    assert!(!tables.is_empty() && columns.len() > tables.len());
    columns.into_iter().chain(tables).collect()
}

fn execute(database: &Path, statements: &[String]) {
    let environment = Environment::new().unwrap();
    let string = format!("Driver=SQLite3;Database={};StepAPI=1", database.display());
    let connection = environment
        .connect_with_connection_string(&string, ConnectionOptions::default())
        .unwrap();
    for sql in statements {
        connection
            .execute(sql, (), None)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}
