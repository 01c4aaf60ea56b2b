#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Every statement that SQL Server may get, shown to Microsoft's own T-SQL parser, at SQL Server 2012 to 2019.
//!
//! The parser comes from PyPI, under Microsoft's licence: it is fetched for this test and stays in `target`. Where it
//! cannot be had, the test says so and passes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::database::Dialect;
use crate::erp::Mapping;
use crate::{erp, store};

/// Statements of ours, of the ERP's reading by two mappings, and of the sessions.
fn statements() -> Vec<String> {
    let dialect = Dialect::from_product("Microsoft SQL Server");
    let sessions = [
        dialect.session_statements(),
        dialect.impatient_statements(),
        dialect.patient_statements(),
        dialect.reader_statements(),
    ];
    let mut statements = store::tests::every_statement(&dialect);
    statements.extend(sessions.concat().into_iter().map(str::to_owned));
    for mapping in [Mapping::default(), vendor()] {
        statements.extend(erp::tests::every_statement(&dialect, &mapping));
    }
    statements
}

/// Names as SQL Server people give them: with blanks, apostrophes, brackets, and reserved words.
fn vendor() -> Mapping {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vendor.toml");
    let text = r#"
        [entity.stagiaire]
        table = "erp.Élèves]"
        columns = { id = "KEY", nom = "ORDER", prenom = "Prénom d'usage" }
        [entity.convention]
        table = "[erp].[Conventions d'apprentissage]"
        columns = { id = "PLAN" }
        [entity.diplome]
        query = "SELECT [GROUP] AS id, '' AS libelle, '' AS libelle_court, '' AS code, '' AS rncp FROM [erp].[USER]"
    "#;
    std::fs::write(&file, text).unwrap();
    Mapping::load(&file).unwrap()
}

/// The Python of an environment that has the parser; none where its packages cannot be had.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tsql");
    let environment = folder.join("venv");
    let (python, done) = (environment.join("bin/python"), folder.join("complete"));
    let run = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let pip = |words: &[&str]| {
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--retries", "1"])
            .args(words))
    };
    let there = done.is_file()
        || (run(Command::new("python3").args(["-m", "venv"]).arg(&environment))
            // The first one's other dependencies are not needed.
            && pip(&["--no-deps", "mssql-cli==1.0.0", "dotnetcore2==3.1.23"])
            && pip(&["pythonnet==3.0.5"])
            && std::fs::write(&done, "").is_ok());
    there.then_some(python)
}

#[test]
fn no_statement_is_refused_by_sql_servers_parser() {
    let statements = statements();
    assert!(statements.len() > 80, "{}", statements.len());
    let Some(python) = python() else {
        // Past the harness, which keeps what a test that passes prints.
        let aloud = "SKIPPED: Microsoft's T-SQL parser cannot be fetched from PyPI: no statement was shown to it";
        writeln!(std::io::stderr(), "{aloud}").unwrap();
        return;
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), statements.join("\nGO\n")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/sql/tsqlcheck.py");
    let judged = Command::new(python).arg(script).arg(file.path()).output().unwrap();
    let said = String::from_utf8_lossy(&judged.stdout).into_owned() + &String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success(), "{said}");
    assert!(
        said.contains(&format!("{} statements, 0 refused", statements.len())),
        "{said}"
    );
}
