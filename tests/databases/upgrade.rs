//! The plugin's own tables, from the version before to this one, with what they hold.

use passerelle::store::{Migrated, Store, StoreError};

use crate::bases::{Base, Product, on_each};

on_each! {
    tables_of_version_1_are_upgraded_with_their_data
    an_upgrade_that_was_cut_short_is_completed
    the_printed_statements_do_what_a_migration_does
}

/// The printed statements of version 1, and those of version 2.
fn statements(base: &Base) -> (Vec<String>, Vec<String>) {
    let script = Store::ddl(base.database().dialect());
    let (first, second) = script.split_once("-- Version 2").unwrap();
    let split = |script: &str| {
        script
            .split(';')
            .map(|statement| statement.trim().to_owned())
            .filter(|statement| !statement.is_empty())
            .collect()
    };
    (split(first), split(second))
}

fn run(base: &Base, statements: &[String]) {
    base.run(&statements.iter().map(String::as_str).collect::<Vec<_>>());
}

/// A base of version 1 that holds lines; and the statements of version 2.
fn version_1(product: Product) -> (Base, Vec<String>) {
    let base = Base::new(product);
    let (first, second) = statements(&base);
    run(&base, &first);
    base.run(&[
        "INSERT INTO mna_uai (id, uai, nom) VALUES (5, '1234567A', 'CFA de l''Île')",
        "INSERT INTO mna_acces (id, protocole, uai) VALUES (6, 'v3', '1234567A')",
        "INSERT INTO mna_resultat (execution_id, inscription_id, etat) VALUES (1, 2, 'accepte')",
    ]);
    (base, second)
}

fn upgrades(base: &Base) {
    let database = base.database();
    assert!(matches!(
        Store::open(&database),
        Err(StoreError::Older { found: 1, expected: 2 })
    ));
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 1, to: 2 });
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 2, to: 2 });
    holds_its_lines(base);
}

fn holds_its_lines(base: &Base) {
    let database = base.database();
    let store = Store::open(&database).unwrap();
    assert_eq!(store.lignes_uai().unwrap()[0].nom.as_deref(), Some("CFA de l'Île"));
    assert_eq!(store.acces().unwrap()[0].id, 6);
    let connection = database.open().unwrap();
    for sql in [
        "SELECT COUNT(*) FROM mna_uai WHERE revision = 0",
        "SELECT COUNT(*) FROM mna_acces WHERE revision = 0",
        "SELECT COUNT(*) FROM mna_resultat WHERE empreintes IS NULL",
        "SELECT 1 + COUNT(*) FROM mna_courriel",
        "SELECT 1 + COUNT(courriel) FROM mna_execution",
    ] {
        let mut rows = connection.query(sql, &[]).unwrap();
        assert_eq!(rows.next_row().unwrap().unwrap().integer(0).unwrap(), Some(1), "{sql}");
    }
}

fn tables_of_version_1_are_upgraded_with_their_data(product: Product) {
    let (base, _) = version_1(product);
    upgrades(&base);
}

/// As where a statement that changes a table ends the transaction that it stands in, and the next one failed.
fn an_upgrade_that_was_cut_short_is_completed(product: Product) {
    let (_, second) = version_1(product);
    for done in 1..second.len() {
        let (base, second) = version_1(product);
        run(&base, &second[..done - 1]);
        upgrades(&base);
    }
}

fn the_printed_statements_do_what_a_migration_does(product: Product) {
    let (base, second) = version_1(product);
    run(&base, &second);
    assert_eq!(Store::migrate(&base.database()).unwrap(), Migrated { from: 2, to: 2 });
    holds_its_lines(&base);
}
