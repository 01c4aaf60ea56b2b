//! The shell commands run, and the worked example reads another ERP.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use odbc_api::{ConnectionOptions, Environment};
use serde_json::{Value, json};

use super::{Block, INTEGRATION, block, blocks, pages, path, read};

/// Where `docs/operations.md` starts its sandbox.
const SANDBOX_PORT: u16 = 8090;

/// The folder of the built `demo-host`, beside that of the tests.
fn programs() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().to_path_buf();
    let program = folder.join("demo-host");
    assert!(
        program.is_file(),
        "{} is missing: run `cargo build --workspace` first",
        program.display()
    );
    folder
}

fn run(block: &Block, folder: &Path) {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let search = std::env::join_paths(std::iter::once(programs()).chain(std::env::split_paths(&search))).unwrap();
    // A file, not a pipe: a program left in the background would keep a pipe open.
    let mut output = tempfile::tempfile().unwrap();
    let to = |output: &File| Stdio::from(output.try_clone().unwrap());
    let mut shell = Command::new("sh")
        .args(["-eu", "-c", &block.text])
        .current_dir(folder)
        .env("PATH", search)
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .stdin(Stdio::null())
        .stdout(to(&output))
        .stderr(to(&output))
        .process_group(0)
        .spawn()
        .unwrap();
    let status = shell.wait().unwrap();
    // Whatever the block left running goes with it.
    let end = format!("kill -TERM -{} 2>/dev/null || true", shell.id());
    Command::new("sh").args(["-c", &end]).status().unwrap();
    let mut text = Vec::new();
    output.rewind().unwrap();
    output.read_to_end(&mut text).unwrap();
    assert!(
        status.success(),
        "{}: {status}\n{}\n{}",
        block.at,
        block.text,
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn commands_of_every_page_run() {
    std::net::TcpListener::bind(("127.0.0.1", SANDBOX_PORT))
        .unwrap_or_else(|error| panic!("port {SANDBOX_PORT}, which docs/operations.md uses: {error}"));
    let mut ran = 0;
    // The integration page works on an ERP of its own, below.
    for page in pages().iter().filter(|page| *page != INTEGRATION) {
        let folder = tempfile::tempdir().unwrap();
        for block in blocks(page, "sh")
            .iter()
            .filter(|block| !block.text.contains("scripts/"))
        {
            run(block, folder.path());
            ran += 1;
        }
    }
    assert!(ran > 0);
}

/// The worked example reads the golden data under another schema, and comes to the golden preview.
#[test]
fn the_worked_example_reads_another_erp() {
    let folder = tempfile::tempdir().unwrap();
    let erp = folder.path().join("erp.db");
    std::fs::copy(path("tests/golden/erp.db"), &erp).unwrap();
    std::fs::copy(path("tests/golden/settings.json"), folder.path().join("reglages.json")).unwrap();
    // SQLite has one schema, `main`.
    let here = |text: String| text.replace("dbo.", "main.");
    let mapping = here(block(INTEGRATION, "toml"));
    std::fs::write(folder.path().join("correspondance.toml"), &mapping).unwrap();
    let mut statements: Vec<String> = OTHER_TABLES.iter().map(|sql| (*sql).to_owned()).collect();
    statements.extend(renames(&mapping));
    statements.push(here(block(INTEGRATION, "sql")));
    execute(&erp, &statements);

    for block in blocks(INTEGRATION, "sh") {
        run(&block, folder.path());
    }

    let parse = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
    let preview = parse(&std::fs::read(folder.path().join("apercu.json")).unwrap());
    let golden = parse(read("tests/golden/v3.json").as_bytes());
    for (key, count) in golden["resume"].as_object().unwrap() {
        assert_eq!(&preview["resume"][key], count, "{key}");
    }
    let list = |key: &str| preview[key].as_array().unwrap().iter();
    let sent: Vec<_> = list("envoyes")
        .map(|item| json!({"inscription_id": item["inscription_id"], "dossier": item["dossier"]}))
        .collect();
    assert_eq!(Value::from(sent), golden["envoyes"]);
    let left_out: Vec<_> = list("non_envoyes")
        .map(|item| {
            let codes: Vec<_> = item["motifs"].as_array().unwrap().iter().map(|motif| &motif["code"]).collect();
            json!({"inscription_id": item["inscription_id"], "id_erp_apprenant": item["id_erp_apprenant"], "motifs": codes})
        })
        .collect();
    assert_eq!(Value::from(left_out), golden["non_envoyes"]);
}

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
