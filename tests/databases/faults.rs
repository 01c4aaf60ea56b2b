//! What goes wrong at a database, and the French sentence that says so: never a value, a name or a password.

use std::thread;

use passerelle::{
    database::{Database, DatabaseError},
    erp::{Erp, Mapping},
    store::Store,
};

use crate::{
    bases::{Base, Product, on_each},
    servers::PASSWORD,
};

on_each! {
    a_missing_table_or_column_is_named
    a_reader_cannot_write
    a_right_that_lacks_is_named_with_its_table
    a_database_that_is_not_there_is_said
    a_locked_table_is_said
    a_connection_that_is_cut_is_said_and_left_in_peace
}

fn a_missing_table_or_column_is_named(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    let connection = database.open().unwrap();
    base.run(&["CREATE TABLE t (a INTEGER)"]);
    let error = connection
        .query("SELECT a FROM absente", &[])
        .and_then(|mut rows| rows.next_row().map(drop))
        .unwrap_err();
    assert!(
        matches!(&error, DatabaseError::TableMissing { name, .. } if name.ends_with("absente")),
        "{error:?}"
    );
    assert!(
        error.user_text().contains("absente » est introuvable"),
        "{}",
        error.user_text()
    );
    let error = connection
        .query("SELECT t.manque FROM t", &[])
        .and_then(|mut rows| rows.next_row().map(drop))
        .unwrap_err();
    assert!(
        matches!(&error, DatabaseError::ColumnMissing { name, .. } if name.ends_with("manque")),
        "{error:?}"
    );
    assert!(
        error.user_text().contains("manque » est introuvable"),
        "{}",
        error.user_text()
    );
    // The connection is as good as before.
    assert!(
        connection
            .query("SELECT a FROM t", &[])
            .unwrap()
            .next_row()
            .unwrap()
            .is_none()
    );

    base.run(&[
        "CREATE TABLE societe (id INTEGER)",
        "CREATE TABLE secteur (id INTEGER, societe_id INTEGER, nom DATE)",
    ]);
    let problems: Vec<String> = Erp::new(database, Mapping::default())
        .diagnose()
        .into_iter()
        .filter_map(|check| Some(format!("{} : {}", check.entite, check.probleme?)))
        .collect();
    let said = |entity: &str, words: &str| {
        problems
            .iter()
            .any(|line| line.starts_with(entity) && line.contains(words))
    };
    assert!(
        said("societe", "La colonne « raison_sociale »") && said("stagiaire", "table « stagiaire » est introuvable"),
        "{problems:#?}"
    );
    for column in ["code_postal", "latitude", "longitude"] {
        assert!(said("secteur", &format!("La colonne « {column} »")), "{problems:#?}");
    }
    assert_eq!(
        problems.iter().filter(|line| line.contains("introuvable")).count(),
        4 + 9,
        "{problems:#?}"
    );
}

fn a_reader_cannot_write(product: Product) {
    let base = Base::new(product);
    base.run(&["CREATE TABLE t (a INTEGER)"]);
    let reader = base.database().open_reader().unwrap();
    for sql in ["INSERT INTO t VALUES (1)", "UPDATE t SET a = 2", "DELETE FROM t"] {
        let error = reader.execute(sql, &[]).unwrap_err();
        assert!(matches!(error, DatabaseError::Forbidden(_)), "{sql}: {error:?}");
    }
}

fn a_right_that_lacks_is_named_with_its_table(product: Product) {
    let base = Base::new(product);
    Store::migrate(&base.database()).unwrap();
    assert_eq!(Store::open(&base.database()).unwrap().missing_rights().unwrap(), []);
    if product == Product::Sqlite {
        // A file knows no rights of single tables.
        return;
    }
    let name = base
        .connection_string
        .split("Database=")
        .nth(1)
        .unwrap()
        .trim_end_matches(';');
    let login = name.replace("essai", "lecteur");
    assert_ne!(login, name);
    let password = PASSWORD.replace('\'', "''");
    let (host, word) = product.pick(("", ""), ("", "PASSWORD"), ("@'%'", "IDENTIFIED BY"));
    base.run(&[&format!("CREATE USER {login}{host} {word} '{password}'")]);
    for table in ["mna_version", "mna_lot", "mna_secteur"] {
        base.run(&[&format!("GRANT SELECT ON {table} TO {login}{host}")]);
    }
    base.run(&[&format!("GRANT INSERT, UPDATE, DELETE ON mna_secteur TO {login}{host}")]);
    let as_reader = base
        .connection_string
        .replace("UID=passerelle", &format!("UID={login}"));
    let store = Store::open(&Database::connect(&as_reader).unwrap()).unwrap();
    let missing = store.missing_rights().unwrap();
    assert!(
        missing
            .iter()
            .all(|(_, error)| matches!(error, DatabaseError::Forbidden(_))),
        "{missing:?}"
    );
    let tables: Vec<_> = missing.iter().map(|(table, _)| *table).collect();
    assert!(
        tables.contains(&"mna_lot") && tables.contains(&"mna_courriel") && !tables.contains(&"mna_secteur"),
        "{tables:?}"
    );
}

fn a_database_that_is_not_there_is_said(product: Product) {
    let base = Base::new(product);
    let wrong = |from: &str, to: &str| {
        let text = base.connection_string.replace(from, to);
        assert_ne!(text, base.connection_string);
        let error = Database::connect(&text).unwrap_err();
        for shown in [format!("{error:?}"), error.to_string(), error.user_text()] {
            assert!(!shown.contains("mot;") && !shown.contains("autre"), "{shown}");
        }
        error
    };
    if product == Product::Sqlite {
        let error = wrong("erp.db", "absente.db");
        assert!(matches!(error, DatabaseError::FileMissing { .. }), "{error:?}");
        assert!(error.user_text().contains("absente.db"));
        return;
    }
    let error = wrong(&PASSWORD.replace('}', "}}"), "un autre;mot");
    assert!(matches!(error, DatabaseError::LoginRefused(_)), "{error:?}");
    assert!(error.user_text().contains("le mot de passe"), "{}", error.user_text());
    let error = wrong("UID=passerelle", "UID=inconnu");
    assert!(matches!(error, DatabaseError::LoginRefused(_)), "{error:?}");
    let error = wrong("Database=essai_", "Database=absente_");
    assert!(matches!(error, DatabaseError::DatabaseMissing(_)), "{error:?}");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap().port();
    drop(listener);
    let port = base
        .connection_string
        .split("Port=")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let error = wrong(&format!("Port={port}"), &format!("Port={closed}"));
    assert!(matches!(error, DatabaseError::CannotConnect(_)), "{error:?}");
    let error = wrong("Unicode}", "Absent}");
    assert!(matches!(error, DatabaseError::NoDriver(_)), "{error:?}");
}

/// A writer that another session keeps waiting gives up and says so; a reader is not kept waiting at all.
fn a_locked_table_is_said(product: Product) {
    let base = Base::new(product);
    base.run(&[
        "CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY, b INTEGER)",
        "INSERT INTO t VALUES (1, 1)",
    ]);
    let holder = base.connect();
    holder.set_autocommit(false).unwrap();
    holder.execute("UPDATE t SET b = 2 WHERE a = 1", (), None).unwrap();
    let patience = product.pick(
        "",
        "SET lock_timeout = '100ms'",
        "SET SESSION innodb_lock_wait_timeout = 1",
    );
    let (string, sqlite) = (base.connection_string.clone(), product == Product::Sqlite);
    let error = thread::spawn(move || {
        let string = if sqlite {
            format!("{string};Timeout=100")
        } else {
            string
        };
        let connection = Database::connect(&string).unwrap().open().unwrap();
        if !patience.is_empty() {
            connection.execute(patience, &[]).unwrap();
        }
        assert_eq!(
            connection
                .query("SELECT b FROM t", &[])
                .unwrap()
                .next_row()
                .unwrap()
                .unwrap()
                .integer(0),
            Ok(Some(1))
        );
        connection.execute("UPDATE t SET b = 3 WHERE a = 1", &[]).unwrap_err()
    })
    .join()
    .unwrap();
    assert!(matches!(error, DatabaseError::Locked(_)), "{error:?}");
    assert!(error.user_text().contains("verrouillée"), "{}", error.user_text());
    holder.rollback().unwrap();
    holder.set_autocommit(true).unwrap();
}

/// The server ends the session while its rows are being read. SQLite has no server.
fn a_connection_that_is_cut_is_said_and_left_in_peace(product: Product) {
    let (own, end) = match product {
        Product::Sqlite => return,
        Product::PostgreSql => ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend(?)"),
        Product::MariaDb => ("SELECT CONNECTION_ID()", "KILL ?"),
    };
    let base = Base::new(product);
    let database = base.database();
    let connection = database.open_reader().unwrap();
    let session = connection
        .query(own, &[])
        .unwrap()
        .next_row()
        .unwrap()
        .unwrap()
        .integer(0)
        .unwrap()
        .unwrap();
    let numbers = "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 900) SELECT x.a, '0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789' FROM n x, n y";
    let mut rows = connection.query(numbers, &[]).unwrap();
    assert!(rows.next_row().unwrap().is_some());
    let end = end.replace('?', &session.to_string());
    base.connect().execute(&end, (), None).unwrap();
    let mut seen = 1;
    let ended = loop {
        match rows.next_row() {
            Ok(Some(_)) => seen += 1,
            ended => break ended.map(|_| ()),
        }
    };
    // MariaDB's driver before 3.1.17 has read all of it by then. What was cut never looks like a shorter result.
    let whole = product == Product::MariaDb && ended == Ok(()) && seen == 900 * 900;
    assert!(
        whole || matches!(ended, Err(DatabaseError::Lost(_))),
        "{seen}: {ended:?}"
    );
    drop(rows);
    let next = connection
        .query("SELECT 1", &[])
        .and_then(|mut rows| rows.next_row().map(drop));
    assert!(matches!(next, Err(DatabaseError::Lost(_))), "{next:?}");
    drop(connection);
    // Another one is as good as ever.
    assert!(
        database
            .open_reader()
            .unwrap()
            .query("SELECT 1", &[])
            .unwrap()
            .next_row()
            .unwrap()
            .is_some()
    );
}
