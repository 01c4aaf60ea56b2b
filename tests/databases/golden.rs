//! The worked example, in each database and through the library, by both protocols: counts, dossiers and reasons exactly
//! as expected, in order, with their fields in order. And nothing of it is lost on the way in.

use std::fs;

use passerelle::{
    database::Database,
    erp::{Erp, Mapping, ReadAhead, Scope},
};
use serde_json::json;

use crate::{
    bases::{Base, Product, on_each},
    host::{app, document},
    servers::connect,
    support::{golden::compare, source},
};

on_each! {
    the_worked_example_comes_out
    the_worked_example_is_read_whole_and_without_a_doubt
}

fn the_worked_example_comes_out(product: Product) {
    let base = Base::new(product);
    copy_example(&base);
    let app = app(&base, None);
    let session = app.session().unwrap();
    session.run_job("migration", "").unwrap();
    session
        .read_document(
            "reglages.json",
            &fs::read(source("tests/golden/settings.json")).unwrap(),
        )
        .unwrap();
    for protocole in ["v3", "statut-candidats"] {
        let expected = fs::read(source(&format!("tests/golden/{protocole}.json"))).unwrap();
        let found = document(&session, "apercu.json", &json!({"protocole": protocole}));
        compare(
            &serde_json::from_slice(&found).unwrap(),
            &serde_json::from_slice(&expected).unwrap(),
        );
    }
}

fn number(database: &Database, sql: &str) -> usize {
    let connection = database.open().unwrap();
    let mut rows = connection.query(sql, &[]).unwrap();
    let count = rows.next_row().unwrap().unwrap().integer(0).unwrap().unwrap();
    usize::try_from(count).unwrap()
}

fn the_worked_example_is_read_whole_and_without_a_doubt(product: Product) {
    let base = Base::new(product);
    copy_example(&base);
    let database = base.database();
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
        erp.count_apart(&secteurs).unwrap().hors_secteur,
        number(&database, &elsewhere) as u64
    );
    assert!(!format!("{inscriptions:?}").contains("Illisible("));

    assert!(erp.diagnose().iter().all(|check| check.probleme.is_none()));
}

/// Copies the example's tables, whose DDL every database takes as it is, cell by cell as text.
pub fn copy_example(base: &Base) {
    use odbc_api::{Cursor as _, buffers::TextRowSet};
    let file = source("tests/golden/erp.db");
    let example = connect(&format!("Driver=SQLite3;Database={};StepAPI=1", file.display())).unwrap();
    let rows = |sql: &str| {
        let mut cursor = example.execute(sql, (), None).unwrap().unwrap();
        let mut buffer = TextRowSet::for_cursor(1000, &mut cursor, Some(4096)).unwrap();
        let columns = buffer.num_cols();
        let mut bound = cursor.bind_buffer(&mut buffer).unwrap();
        let mut rows: Vec<Vec<Option<String>>> = Vec::new();
        while let Some(batch) = bound.fetch_with_truncation_check(true).unwrap() {
            let cell = |row, column| {
                batch
                    .at(column, row)
                    .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
            };
            rows.extend((0..batch.num_rows()).map(|row| (0..columns).map(|column| cell(row, column)).collect()));
        }
        rows
    };
    for table in rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'") {
        let [Some(name), Some(ddl)] = &table[..] else {
            panic!("{table:?}")
        };
        let literal = |cell: &Option<String>| match cell {
            Some(text) => format!("'{}'", text.replace('\'', "''")),
            None => "NULL".to_owned(),
        };
        let mut statements = vec![ddl.clone()];
        for chunk in rows(&format!("SELECT * FROM {name}")).chunks(100) {
            let values: Vec<_> = chunk
                .iter()
                .map(|row| format!("({})", row.iter().map(literal).collect::<Vec<_>>().join(", ")))
                .collect();
            statements.push(format!("INSERT INTO {name} VALUES {}", values.join(", ")));
        }
        base.run(&statements.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
