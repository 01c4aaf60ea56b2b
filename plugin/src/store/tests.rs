#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Migrations, on each of the databases; and what the other tests of the store begin with.

use sha2::{Digest as _, Sha256};

use super::schema::{V1, V2, V2_COLUMNS, V3_COLUMNS, VERSION};
use super::*;
use crate::bases::{Base, Product, on_each};
use crate::database::Connection;
use crate::dossier::records::LigneUai;

on_each! {
    migrating_twice_changes_nothing_the_second_time
    version_1_is_upgraded_with_its_data
    an_upgrade_that_was_cut_short_is_completed
    the_printed_ddl_of_an_upgrade_is_what_follows_its_comment
    an_import_outdates_the_lines_that_somebody_has_open
    a_migration_that_was_cut_short_is_completed
    a_key_of_version_0_1_is_bound_to_the_address_beside_it_once
    other_versions_are_told_apart_and_say_who_does_what
    the_printed_ddl_is_what_a_migration_does
    whoever_saves_waits_for_another_sessions_lock
}

pub(crate) use super::own::tests::every_statement;

/// A fresh database, not migrated; it lives as long as the first.
pub(super) fn empty(product: Product) -> (Base, Database) {
    let base = Base::new(product);
    let database = base.database();
    (base, database)
}

/// A fresh database, migrated.
pub(super) fn store(product: Product) -> (Base, Database, Store) {
    let (base, database) = empty(product);
    Store::migrate(&database).unwrap();
    let store = Store::open(&database).unwrap();
    (base, database, store)
}

pub(super) fn execute(database: &Database, sql: &str) {
    database.open().unwrap().execute(sql, &[]).unwrap();
}

/// First column of a query, as text.
pub(super) fn column(database: &Database, sql: &str) -> Vec<String> {
    let connection = database.open().unwrap();
    let mut rows = connection.query(sql, &[]).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next_row().unwrap() {
        found.push(row.text(0).unwrap().unwrap_or_default().into_owned());
    }
    found
}

fn migrating_twice_changes_nothing_the_second_time(product: Product) {
    let (_base, database) = empty(product);
    assert!(matches!(
        Store::open(&database),
        Err(StoreError::NotMigrated { expected: 3 })
    ));
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 0, to: 3 });
    execute(&database, "INSERT INTO mna_uai (id, uai) VALUES (5, '1234567A')");
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 3, to: 3 });
    assert_eq!(Store::open(&database).unwrap().lignes_uai().unwrap().len(), 1);
    assert_eq!(
        column(&database, "SELECT version FROM mna_version ORDER BY version"),
        ["1", "2", "3"]
    );
}

/// What the published version 1 left, with a line of its own in some tables.
fn version_1(database: &Database) {
    for table in std::iter::once(&VERSION).chain(V1) {
        execute(database, &table.create(database.dialect()));
    }
    for sql in [
        "INSERT INTO mna_version (version, plugin) VALUES (1, '0.1.0')",
        "INSERT INTO mna_verrou (objet, proprietaire, expire) VALUES ('nuit', 'poste', 7)",
        "INSERT INTO mna_uai (id, uai) VALUES (5, '1234567A')",
        "INSERT INTO mna_acces (id, protocole, uai) VALUES (6, 'v3', '1234567A')",
        "INSERT INTO mna_resultat (execution_id, inscription_id, etat) VALUES (1, 2, 'accepte')",
    ] {
        execute(database, sql);
    }
}

#[test]
fn a_published_version_never_changes() {
    let mut text = String::new();
    for product in ["SQLite", "PostgreSQL", "MariaDB", "Microsoft SQL Server", "Oracle"] {
        for table in std::iter::once(&VERSION).chain(V1) {
            text += &table.create(&Dialect::from_product(product));
        }
    }
    let digest = format!("{:x}", Sha256::digest(text));
    assert_eq!(
        digest,
        "085e6d7c9548a92a0cf88f5170619f0caafa8b4a1907da7388d07cd1e8b4d9cf"
    );
}

fn version_1_is_upgraded_with_its_data(product: Product) {
    let (_base, database) = empty(product);
    version_1(&database);
    assert!(matches!(
        Store::open(&database),
        Err(StoreError::Older { found: 1, expected: 3 })
    ));
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 1, to: 3 });
    let store = Store::open(&database).unwrap();
    assert_eq!(store.lignes_uai().unwrap()[0].id, 5);
    assert_eq!(store.acces().unwrap()[0].id, 6);
    for (sql, expected) in [
        ("SELECT revision FROM mna_uai", "0"),
        ("SELECT revision FROM mna_acces", "0"),
        ("SELECT COUNT(*) FROM mna_resultat WHERE empreintes IS NULL", "1"),
        ("SELECT COUNT(*) FROM mna_courriel", "0"),
        // The lock that somebody may hold is left alone.
        ("SELECT proprietaire FROM mna_verrou", "poste"),
    ] {
        assert_eq!(column(&database, sql), [expected], "{sql}");
    }
}

fn an_upgrade_that_was_cut_short_is_completed(product: Product) {
    let statements = |dialect: &Dialect| -> Vec<String> {
        let tables = V2.iter().map(|table| table.create(dialect));
        tables
            .chain(V2_COLUMNS.iter().chain(V3_COLUMNS).map(|added| added.alter(dialect)))
            .collect()
    };
    let (_base, database, _) = store(product);
    let steps = statements(database.dialect()).len();
    for done in 0..=steps {
        let (_base, database) = empty(product);
        version_1(&database);
        for statement in statements(database.dialect()).iter().take(done) {
            execute(&database, statement);
        }
        assert_eq!(
            Store::migrate(&database).unwrap(),
            Migrated { from: 1, to: 3 },
            "{done}"
        );
        assert_eq!(Store::open(&database).unwrap().acces().unwrap().len(), 1, "{done}");
    }
}

fn the_printed_ddl_of_an_upgrade_is_what_follows_its_comment(product: Product) {
    let (_base, database) = empty(product);
    version_1(&database);
    let script = Store::ddl(database.dialect());
    let (_, upgrade) = script.split_once("-- Version 2\n").unwrap();
    for statement in upgrade.split(';').filter(|statement| !statement.trim().is_empty()) {
        execute(&database, statement);
    }
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 3, to: 3 });
    Store::open(&database).unwrap();
}

fn an_import_outdates_the_lines_that_somebody_has_open(product: Product) {
    let (_base, database, store) = store(product);
    let settings = Settings::from_json(r#"{"uai": [{"uai": "1234567A"}], "acces": [{"uai": "1234567A"}]}"#).unwrap();
    let sealer = Sealer::from_key([1; 32]).unwrap();
    let auteur = Auteur {
        nom: None,
        le: "2026-11-24T01:00:00+01:00".parse().unwrap(),
    };
    for revision in ["1", "2", "3"] {
        store.import(&settings, &sealer, &auteur).unwrap();
        assert_eq!(column(&database, "SELECT revision FROM mna_uai"), [revision]);
        assert_eq!(column(&database, "SELECT revision FROM mna_acces"), [revision]);
    }
}

fn whoever_saves_waits_for_another_sessions_lock(product: Product) {
    let (_base, database, store) = store(product);
    let line = LigneUai {
        uai: Some("1234567A".to_owned()),
        ..LigneUai::default()
    };
    let id = store.save_uai(&line, None).unwrap();
    let seen = store.liste_uai().unwrap()[0].revision;
    let holder = database.open().unwrap();
    let (held, go) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        // As a call of the host is, which may be cancelled: its statements give up on a lock at once.
        let cancellable = Store::open(&database.clone().stopped_by(std::sync::Arc::default())).unwrap();
        let saved = scope.spawn(move || {
            go.recv().unwrap();
            cancellable.save_uai(&LigneUai { id, ..line }, Some(seen))
        });
        let hold = |connection: &Connection| {
            connection.execute("UPDATE mna_uai SET nom = 'x'", &[])?;
            held.send(()).unwrap();
            // Longer than a few tries.
            std::thread::sleep(Duration::from_millis(700));
            Ok::<(), StoreError>(())
        };
        holder.transaction(hold).unwrap();
        assert_eq!(saved.join().unwrap().unwrap(), id);
    });
}

fn a_key_of_version_0_1_is_bound_to_the_address_beside_it_once(product: Product) {
    let (_base, database, store) = store(product);
    let sealer = Sealer::from_key([1; 32]).unwrap();
    let auteur = Auteur {
        nom: None,
        le: "2026-11-24T01:00:00+01:00".parse().unwrap(),
    };
    let file = r#"{"acces": [{"societe_id": 1, "uai": "1234567A", "url": "https://cfas.exemple.fr/api", "cle": "k"}]}"#;
    store
        .import(&Settings::from_json(file).unwrap(), &sealer, &auteur)
        .unwrap();
    let acces = || store.acces().unwrap().remove(0);
    let early = sealer
        .seal(&Secret::new("k".to_owned()), &acces().context_at(Adresse::Aucune))
        .unwrap();
    execute(&database, &format!("UPDATE mna_acces SET cle_scellee = '{early}'"));
    assert!(acces().is_unbound());
    assert!(matches!(acces().open_key(&sealer), Err(SealError::WithoutOrigin)));

    assert_eq!(store.reseal(&sealer).unwrap(), Resealed { keys: 1, unopened: 0 });
    assert_eq!(acces().open_key(&sealer).unwrap().unwrap().expose(), "k");
    assert_eq!(store.reseal(&sealer).unwrap(), Resealed::default());
    // From then on it is that address's, also when everything is sealed anew with another sealing key.
    execute(&database, "UPDATE mna_acces SET url = 'https://ailleurs.example/api'");
    let old = SealingKey::from_host_secret(&[9; 32]).unwrap();
    let renewed = Sealer::new(&old).unwrap();
    assert!(matches!(acces().open_key(&sealer), Err(SealError::AddressChanged)));
    assert_eq!(store.reseal(&renewed).unwrap(), Resealed { keys: 0, unopened: 1 });
    execute(&database, "UPDATE mna_acces SET url = 'https://cfas.exemple.fr/api/'");
    assert_eq!(acces().open_key(&sealer).unwrap().unwrap().expose(), "k");
}

fn a_migration_that_was_cut_short_is_completed(product: Product) {
    let (_base, database) = empty(product);
    execute(&database, &V1[0].create(database.dialect()));
    execute(&database, &VERSION.create(database.dialect()));
    assert!(matches!(Store::open(&database), Err(StoreError::NotMigrated { .. })));
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 0, to: 3 });
    Store::open(&database).unwrap().acces().unwrap();
}

/// MariaDB keeps each table as it is created; the next migration completes what is left, see above.
#[test]
fn a_migration_that_fails_leaves_nothing() {
    for product in [Product::Sqlite, Product::PostgreSql] {
        let (base, database) = empty(product);
        // An index takes the name of the last table, so that its creation fails after the others succeeded.
        execute(&database, "CREATE TABLE autre (a INTEGER)");
        execute(&database, "CREATE INDEX mna_resultat ON autre (a)");
        assert!(matches!(Store::migrate(&database), Err(StoreError::Database(_))));
        assert!(
            !shape(&base, &database)
                .iter()
                .any(|line| line.starts_with("mna_version"))
        );
    }
}

/// The plugin's own tables as the database describes them, one line each or one line a column.
fn shape(base: &Base, database: &Database) -> Vec<String> {
    let columns = "SELECT CONCAT(table_name, ' ', column_name, ' ', data_type, ' ', character_maximum_length, ' ', is_nullable) AS c \
                   FROM information_schema.columns WHERE table_name LIKE 'mna%' AND table_schema";
    let sql = base.product.pick(
        "SELECT name || ' ' || sql FROM sqlite_master WHERE name LIKE 'mna%' ORDER BY name".to_owned(),
        format!("{columns} = CURRENT_SCHEMA() ORDER BY c"),
        format!("{columns} = DATABASE() ORDER BY c"),
    );
    column(database, &sql)
}

fn other_versions_are_told_apart_and_say_who_does_what(product: Product) {
    let cases: [(i64, &str); 2] = [(0, "« migrate »"), (4, "même version du module")];
    for (version, advice) in cases {
        let (_base, database, _) = store(product);
        execute(&database, "DELETE FROM mna_version WHERE version < 3");
        execute(&database, &format!("UPDATE mna_version SET version = {version}"));
        let error = Store::open(&database).err().unwrap();
        match (version, &error) {
            (0, StoreError::Older { found: 0, expected: 3 }) | (4, StoreError::Newer { found: 4, expected: 3 }) => {}
            other => panic!("{other:?}"),
        }
        assert!(error.user_text().contains(advice), "{}", error.user_text());
    }
    let (_base, database, _) = store(product);
    execute(&database, "UPDATE mna_version SET version = 4 WHERE version = 3");
    assert!(matches!(Store::migrate(&database), Err(StoreError::Newer { .. })));
}

fn the_printed_ddl_is_what_a_migration_does(product: Product) {
    let (base, database) = empty(product);
    let script = Store::ddl(database.dialect());
    assert!(script.trim_end().ends_with(';'));
    for statement in script.split(';').filter(|statement| !statement.trim().is_empty()) {
        execute(&database, statement);
    }
    Store::open(&database).unwrap();
    assert_eq!(Store::migrate(&database).unwrap(), Migrated { from: 3, to: 3 });
    let (migrated, other, _) = store(product);
    let found = shape(&base, &database);
    assert!(found.iter().any(|line| line.starts_with("mna_version")));
    assert_eq!(found, shape(&migrated, &other));
}

#[test]
fn every_dialect_has_its_ddl() {
    for product in ["SQLite", "PostgreSQL", "MariaDB", "Microsoft SQL Server", "Oracle"] {
        let dialect = Dialect::from_product(product);
        let script = Store::ddl(&dialect);
        assert_eq!(
            script.matches("CREATE TABLE").count(),
            V1.len() + V2.len() + 1,
            "{product}"
        );
        let columns = V2_COLUMNS.len() + V3_COLUMNS.len();
        assert_eq!(script.matches("ALTER TABLE").count(), columns, "{product}");
        assert_eq!(script.contains("NVARCHAR"), product == "Microsoft SQL Server");
    }
}

#[test]
fn no_column_is_for_personal_data() {
    let words = ["prenom", "naissance", "mail", "tel", "adresse", "ine", "sexe", "nir"];
    for table in V1.iter().chain(V2) {
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
