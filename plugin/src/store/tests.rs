#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Migrations, on a real SQLite database; and what the other tests of the store begin with.

use super::schema::{V1, VERSION};
use super::*;

/// A fresh database, not migrated.
pub(super) fn empty() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("base.db");
    let database = Database::create(&format!("Driver=SQLite3;Database={};StepAPI=1", file.display())).unwrap();
    (folder, database)
}

/// A fresh database, migrated.
pub(super) fn store() -> (tempfile::TempDir, Database, Store) {
    let (folder, database) = empty();
    Store::migrate(&database).unwrap();
    let store = Store::open(&database).unwrap();
    (folder, database, store)
}

pub(super) fn execute(database: &Database, sql: &str) {
    database.open().unwrap().execute(sql, &[]).unwrap();
}

/// First column of a query, as text.
pub(super) fn column(database: &Database, sql: &str) -> Vec<String> {
    let connection = database.open().unwrap();
    read::all(&connection, "t", sql, &[], |cells| {
        Ok(cells.text(0, "c")?.unwrap_or_default())
    })
    .unwrap()
}

#[test]
fn migrating_twice_changes_nothing_the_second_time() {
    let (_folder, database) = empty();
    assert!(matches!(
        Store::open(&database),
        Err(StoreError::NotMigrated { expected: 1 })
    ));
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 0, to: 1 });
    execute(&database, "INSERT INTO mna_uai (id, uai) VALUES (5, '1234567A')");
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 1, to: 1 });
    assert_eq!(Store::open(&database).unwrap().lignes_uai().unwrap().len(), 1);
    assert_eq!(column(&database, "SELECT version FROM mna_version"), ["1"]);
}

#[test]
fn a_migration_that_was_cut_short_is_completed() {
    let (_folder, database) = empty();
    execute(&database, &V1[0].create(database.dialect()));
    execute(&database, &VERSION.create(database.dialect()));
    assert!(matches!(Store::open(&database), Err(StoreError::NotMigrated { .. })));
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 0, to: 1 });
    Store::open(&database).unwrap().acces().unwrap();
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    let (_folder, database) = empty();
    // An index takes the name of the last table, so that its creation fails after the others succeeded.
    execute(&database, "CREATE TABLE autre (a INTEGER)");
    execute(&database, "CREATE INDEX mna_resultat ON autre (a)");
    assert!(matches!(Store::migrate(&database), Err(StoreError::Database(_))));
    let left = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mna%'";
    assert_eq!(column(&database, left), Vec::<String>::new());
}

#[test]
fn other_versions_are_told_apart_and_say_who_does_what() {
    let cases: [(i64, &str); 2] = [(0, "« migrate »"), (2, "même version du module")];
    for (version, advice) in cases {
        let (_folder, database, _) = store();
        execute(&database, &format!("UPDATE mna_version SET version = {version}"));
        let error = Store::open(&database).err().unwrap();
        match (version, &error) {
            (0, StoreError::Older { found: 0, expected: 1 }) | (2, StoreError::Newer { found: 2, expected: 1 }) => {}
            other => panic!("{other:?}"),
        }
        assert!(error.user_text().contains(advice), "{}", error.user_text());
    }
    let (_folder, database, _) = store();
    execute(&database, "UPDATE mna_version SET version = 2");
    assert!(matches!(Store::migrate(&database), Err(StoreError::Newer { .. })));
}

#[test]
fn the_printed_ddl_is_what_a_migration_does() {
    let (_folder, database) = empty();
    let script = Store::ddl(database.dialect());
    assert!(script.trim_end().ends_with(';'));
    for statement in script.split(';').filter(|statement| !statement.trim().is_empty()) {
        execute(&database, statement);
    }
    Store::open(&database).unwrap();
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 1, to: 1 });
    let (_other_folder, other, _) = store();
    let shape = "SELECT sql FROM sqlite_master WHERE name LIKE 'mna%' ORDER BY name";
    assert_eq!(column(&database, shape), column(&other, shape));
}

#[test]
fn every_dialect_has_its_ddl() {
    for product in ["SQLite", "PostgreSQL", "MariaDB", "Microsoft SQL Server", "Oracle"] {
        let dialect = Dialect::from_product(product);
        let script = Store::ddl(&dialect);
        assert_eq!(script.matches("CREATE TABLE").count(), V1.len() + 1, "{product}");
        assert_eq!(script.contains("NVARCHAR"), product == "Microsoft SQL Server");
    }
}

#[test]
fn no_column_is_for_personal_data() {
    let words = ["prenom", "naissance", "mail", "tel", "adresse", "ine", "sexe", "nir"];
    for table in V1 {
        for column in table.columns {
            let parts: Vec<&str> = column.name.split('_').collect();
            assert!(
                !parts.iter().any(|part| words.contains(part)),
                "{}.{}",
                table.name,
                column.name
            );
            // The one `nom` is a CFA's.
            assert!(column.name != "nom" || table.name == "mna_uai", "{}", table.name);
        }
    }
}
