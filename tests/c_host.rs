//! A host in C, compiled as C11 and as C++17, against the real library file and against the zoo's stand-in: every slot
//! of every table is called, rightly and wrongly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use odbc_api::{ConnectionOptions, Environment};

const AS_C11: (&str, &[&str]) = ("cc", &["-std=c11"]);
const AS_CPP17: (&str, &[&str]) = ("c++", &["-x", "c++", "-std=c++17"]);

/// Compile the host.
fn host(name: &str, (compiler, language): (&str, &[&str])) -> PathBuf {
    let program = support::scratch().join(name);
    let arguments = [&support::STRICT[..], &["-g"], language].concat();
    support::compile(compiler, &arguments, &support::source("tests/c_host/host.c"), &program)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    program
}

/// An ERP's database with one apprentice, and its connection string.
fn database(folder: &Path) -> String {
    let connection_string = format!("Driver=SQLite3;Database={};StepAPI=1", folder.join("erp.db").display());
    let environment = Environment::new().unwrap();
    let connection = environment
        .connect_with_connection_string(&connection_string, ConnectionOptions::default())
        .unwrap();
    let sql = fs::read_to_string(support::source("tests/c_host/erp.sql")).unwrap();
    for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
        connection
            .execute(statement, (), None)
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    connection_string
}

/// Run the host; what it printed, once every answer was the promised one.
fn run(mut program: Command, library: &Path, connection_string: &str, data_dir: &Path) -> String {
    let output = program
        .arg(library)
        .arg(connection_string)
        .arg(data_dir)
        .arg("2026-11-24T02:00")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong: Vec<_> = printed
        .lines()
        .filter(|line| line.starts_with("FAIL") || line.starts_with("     "))
        .collect();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        output.status,
        wrong.join("\n"),
        String::from_utf8_lossy(&output.stderr)
    );
    printed
}

fn data_dir(name: &str) -> PathBuf {
    let folder = support::scratch().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn against_the_stand_in(name: &str, language: (&str, &[&str])) {
    let program = Command::new(host(name, language));
    let printed = run(
        program,
        &support::zoo("good"),
        "DSN=rien",
        &data_dir(&format!("{name}.données")),
    );
    assert!(printed.contains("'Éluard' 2 1 0"), "{printed}");
}

fn against_the_real_library(name: &str, language: (&str, &[&str])) {
    let folder = data_dir(&format!("{name}.données"));
    let program = Command::new(host(name, language));
    let printed = run(program, &support::library(), &database(&folder), &folder);
    for shown in [
        "complements-secteur",
        "passerelle_sifa",
        "export-de-nuit",
        "\"id\":\"donnees-envoyees\"",
        "courriel à cfa@example.org,dsi@example.org : Problème : Passerelle Apprentissage, nuit du 23/11/2026",
        // The second instance finds the night done.
        " 1 courriel(s)",
    ] {
        assert!(printed.contains(shown), "{shown} is missing from\n{printed}");
    }
    let preview: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("apercu.json")).unwrap()).unwrap();
    assert_eq!(preview["resume"]["lus"], 1, "{preview}");
    let log = fs::read_to_string(folder.join("journal.log")).unwrap();
    for personal in ["Essai", "Élise", "2006-03-14"] {
        assert!(!log.contains(personal), "the log holds {personal}");
    }
}

#[test]
fn in_c11_against_the_stand_in() {
    against_the_stand_in("host-c11-stand-in", AS_C11);
}

#[test]
fn in_cpp17_against_the_stand_in() {
    against_the_stand_in("host-cpp17-stand-in", AS_CPP17);
}

#[test]
fn in_c11_against_the_real_library() {
    against_the_real_library("host-c11", AS_C11);
}

#[test]
fn in_cpp17_against_the_real_library() {
    against_the_real_library("host-cpp17", AS_CPP17);
}

#[test]
fn the_host_sees_a_plugin_that_answers_otherwise() {
    let library = support::zoo("misbehaving");
    let output = Command::new(host("host-judges", AS_C11))
        .arg(&library)
        .arg("DSN=rien")
        .arg(data_dir("host-judges.données"))
        .output()
        .unwrap();
    assert!(!output.status.success(), "a plugin that breaks the rules passed");
}

/// Valgrind, which fails on any error and on any block that was lost.
fn valgrind() -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args([
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--errors-for-leak-kinds=definite,indirect",
    ]);
    valgrind
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "Valgrind runs on Linux")]
fn the_host_and_the_stand_in_free_all_that_they_allocate() {
    let mut valgrind = valgrind();
    valgrind.arg(host("host-valgrind-stand-in", AS_C11));
    run(
        valgrind,
        &support::zoo("good"),
        "DSN=rien",
        &data_dir("host-valgrind-stand-in.données"),
    );
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "Valgrind runs on Linux")]
fn the_host_and_the_real_library_free_all_that_they_allocate() {
    let folder = data_dir("host-valgrind.données");
    let mut valgrind = valgrind();
    valgrind.arg(host("host-valgrind", AS_C11));
    run(valgrind, &support::library(), &database(&folder), &folder);
}
