#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashSet;
use std::fmt::Write as _;

use odbc_api::Cursor;

use super::*;

/// Keeps rows as text.
#[derive(Default)]
struct Dump(String);

impl Sink for Dump {
    fn row(&mut self, table: Table, values: &[Value<'_>]) -> Result<(), SeedError> {
        assert_eq!(values.len(), table.def().columns.len(), "{}", table.def().name);
        writeln!(self.0, "{} {values:?}", table.def().name).unwrap();
        Ok(())
    }
}

fn dump(plan: Plan) -> String {
    let mut dump = Dump::default();
    generate::write(plan, &mut dump, &|_| true).unwrap();
    dump.0
}

const PLAN: Plan = Plan {
    seed: 1,
    inscriptions: 3000,
    year: 2026,
};

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = dump(PLAN);
    assert!(first == dump(PLAN));
    assert!(first != dump(Plan { seed: 2, ..PLAN }));
    let settings = |plan| serde_json::to_string(&settings(plan, "http://127.0.0.1:1/api")).unwrap();
    assert_eq!(settings(PLAN), settings(PLAN));
    assert_ne!(settings(PLAN), settings(Plan { seed: 2, ..PLAN }));
}

#[test]
fn keys_are_never_given_twice_and_odd_cases_occur() {
    let rows = dump(PLAN);
    let mut keys = HashSet::new();
    let mut counts = std::collections::HashMap::new();
    for row in rows.lines() {
        let key = row.split(',').next().unwrap();
        assert!(keys.insert(key.to_owned()), "{key}");
        *counts.entry(row.split(' ').next().unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts["inscription"], 3000);
    assert_eq!(counts.len(), TABLES.len());
    assert!(counts["stagiaire"] < 3000);
    for odd in [
        "à compléter",
        "08 99 70 12 34",
        "Père",
        "RS5664",
        "1022110",
        "999999999",
        "06926",
        "97400",
    ] {
        assert!(rows.contains(odd), "{odd}");
    }
}

fn text_of(connection: &Connection<'_>, query: &str) -> String {
    let mut cursor = connection.execute(query, (), None).unwrap().unwrap();
    let mut row = cursor.next_row().unwrap().unwrap();
    let mut value = Vec::new();
    row.get_text(1, &mut value).unwrap();
    String::from_utf8(value).unwrap()
}

#[test]
fn a_database_is_filled_once_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let string = format!(
        "Driver=SQLite3;Database={};StepAPI=1",
        folder.path().join("erp.db").display()
    );
    let plan = Plan {
        inscriptions: 1500,
        ..PLAN
    };
    fill(&string, plan, false, &|_| true).unwrap();
    let connection = environment()
        .unwrap()
        .connect_with_connection_string(&string, ConnectionOptions::default())
        .unwrap();
    assert_eq!(text_of(&connection, "SELECT count(*) FROM inscription"), "1500");
    assert_eq!(
        text_of(&connection, "SELECT count(*) FROM sqlite_master WHERE type = 'index'"),
        "13"
    );
    assert_ne!(
        text_of(&connection, "SELECT count(*) FROM stagiaire WHERE prenom LIKE '%é%'"),
        "0"
    );
    assert_eq!(
        text_of(&connection, "SELECT typeof(latitude) FROM secteur WHERE id = 1"),
        "real"
    );
    let dates = "SELECT count(*) FROM inscription WHERE date_entree IS NOT NULL AND date_entree NOT GLOB \
                 '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'";
    assert_eq!(text_of(&connection, dates), "0");

    assert!(matches!(
        fill(&string, plan, false, &|_| true),
        Err(SeedError::Occupied("societe"))
    ));
    fill(
        &string,
        Plan {
            inscriptions: 20,
            ..plan
        },
        true,
        &|_| true,
    )
    .unwrap();
    assert_eq!(text_of(&connection, "SELECT count(*) FROM inscription"), "20");
}

#[test]
fn a_cancelled_filling_leaves_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let string = format!(
        "Driver=SQLite3;Database={};StepAPI=1",
        folder.path().join("erp.db").display()
    );
    assert!(matches!(
        fill(&string, PLAN, false, &|_| false),
        Err(SeedError::Cancelled)
    ));
    fill(
        &string,
        Plan {
            inscriptions: 5,
            ..PLAN
        },
        false,
        &|_| true,
    )
    .unwrap();
}

#[test]
fn a_connection_that_fails_tells_what_to_check() {
    let error = fill("Driver=absent", PLAN, false, &|_| true).unwrap_err();
    assert!(error.user_text().contains("--db"), "{error}");
}
