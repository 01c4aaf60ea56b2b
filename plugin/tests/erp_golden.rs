//! The worked example in `tests/golden`, read as the plugin reads an ERP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::PathBuf;

use chrono::NaiveDate;
use passerelle::database::Database;
use passerelle::dossier::{Contexte, ListeUai};
use passerelle::erp::{Erp, Mapping, ReadAhead, Scope};

/// The example on a copy, since SQLite may write beside the file that it reads.
fn example() -> (tempfile::TempDir, Database) {
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/erp.db");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("erp.db");
    std::fs::write(&file, std::fs::read(golden).unwrap()).unwrap();
    let database = Database::connect(&format!("Driver=SQLite3;Database={}", file.display())).unwrap();
    (folder, database)
}

fn number(database: &Database, sql: &str) -> usize {
    let connection = database.open().unwrap();
    let mut rows = connection.query(sql, &[]).unwrap();
    let count = rows.next_row().unwrap().unwrap().integer(0).unwrap().unwrap();
    usize::try_from(count).unwrap()
}

#[test]
fn the_example_is_read_whole_and_without_a_doubt() {
    let (_folder, database) = example();
    let erp = Erp::new(database.clone(), Mapping::default());
    let secteurs = vec![(1, 1), (2, 2), (3, 3), (1, 4), (3, 5)];
    let mut reader = ReadAhead::start(
        erp.clone(),
        Scope {
            secteurs: secteurs.clone(),
        },
    );
    let mut inscriptions = Vec::new();
    while let Some(batch) = reader.next_batch(&|| false).unwrap() {
        inscriptions.extend(batch);
    }
    let covered = "FROM inscription i JOIN secteur s ON s.id = i.secteur_id WHERE apprentissage <> 0 AND s.id <= 5";
    assert_eq!(
        inscriptions.len(),
        number(&database, &format!("SELECT COUNT(*) {covered}"))
    );
    let conventions: usize = inscriptions.iter().map(|i| i.conventions.len()).sum();
    let sql = format!("SELECT COUNT(*) FROM convention WHERE inscription_id IN (SELECT i.id {covered})");
    assert_eq!(conventions, number(&database, &sql));
    let responsables: usize = inscriptions
        .iter()
        .filter_map(|i| i.sifa.as_ref())
        .map(|s| s.responsables.len())
        .sum();
    let sql = format!(
        "SELECT COUNT(*) FROM sifa_responsable r JOIN sifa f ON f.id = r.sifa_id WHERE f.inscription_id IN (SELECT i.id {covered})"
    );
    assert_eq!(responsables, number(&database, &sql));
    let elsewhere = format!("SELECT COUNT(*) - (SELECT COUNT(*) {covered}) FROM inscription WHERE apprentissage <> 0");
    assert_eq!(
        erp.count_hors_secteur(&secteurs).unwrap(),
        number(&database, &elsewhere) as u64
    );
    assert!(inscriptions.iter().all(|i| i.illisibles.is_empty()));

    let lignes_uai = ListeUai::new(Vec::new());
    let contexte = Contexte {
        run_date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
        lignes_uai: &lignes_uai,
    };
    let in_scope = inscriptions.iter().filter(|i| contexte.dans_le_perimetre(i)).count();
    assert_eq!(in_scope, 255, "the example's `lus`");
    assert!(erp.diagnose().iter().all(|check| check.probleme.is_none()));
}
