#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Against the real SQLite driver.

use super::*;

fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("base.db");
    let database = Database::create(&format!("Driver=SQLite3;Database={}", file.display())).unwrap();
    (folder, database)
}

fn texts(connection: &Connection, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = connection.query(sql, &[]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next_row().unwrap() {
        all.push(
            (0..7)
                .map_while(|c| row.text(c).ok())
                .map(|t| t.map(|t| t.into_owned()))
                .collect(),
        );
    }
    all
}

#[test]
fn values_cross_unchanged_null_empty_accents_and_long() {
    let (_folder, database) = database();
    assert_eq!(database.dialect().kind(), DialectKind::Sqlite);
    let connection = database.open().unwrap();
    connection
        .execute("CREATE TABLE t (a INTEGER, b VARCHAR(8))", &[])
        .unwrap();
    let long = "é".repeat(9000);
    let rows = [
        Param::Null,
        "".into(),
        "é".repeat(80).as_str().into(),
        long.as_str().into(),
        "x".repeat(300).into(),
    ];
    for (n, value) in (0_i64..).zip(&rows) {
        let changed = connection
            .execute("INSERT INTO t VALUES (?, ?)", &[n.into(), value.clone()])
            .unwrap();
        assert_eq!(changed, 1);
    }
    let read = texts(&connection, "SELECT a, b FROM t ORDER BY a");
    for (n, value) in rows.iter().enumerate() {
        let expected = if let Param::Text(text) = value {
            Some(text.clone())
        } else {
            None
        };
        assert_eq!(read[n], [Some(n.to_string()), expected]);
    }
    assert_eq!(connection.execute("UPDATE t SET b = NULL WHERE a > 1", &[]).unwrap(), 3);
}

#[test]
fn a_longer_value_restarts_the_query_without_losing_or_repeating_a_row() {
    let (_folder, database) = database();
    let connection = database.open().unwrap();
    connection
        .execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)", &[])
        .unwrap();
    let rows: Vec<Vec<Param>> = (0..5000_i64)
        .map(|n| {
            vec![
                n.into(),
                "é".repeat(if n % 1777 == 1776 {
                    40 * usize::try_from(n).unwrap()
                } else {
                    5
                })
                .into(),
            ]
        })
        .collect();
    connection
        .transaction(|c| c.execute_many("INSERT INTO t VALUES (?, ?)", &rows))
        .unwrap();
    let sizes = Sizes {
        columns: vec![20, 16],
        budget: 64 << 10,
    };
    let mut read = connection
        .query_sized("SELECT a, b FROM t ORDER BY a", &[], sizes)
        .unwrap();
    for row in &rows {
        let found = read.next_row().unwrap().unwrap();
        assert_eq!(Param::from(found.integer(0).unwrap()), row[0]);
        assert_eq!(Param::from(found.text(1).unwrap().map(|t| t.into_owned())), row[1]);
    }
    assert!(read.next_row().unwrap().is_none());
}

#[test]
fn bytes_that_are_no_text_are_said_to_be_unreadable() {
    let (_folder, database) = database();
    let connection = database.open().unwrap();
    let mut rows = connection
        .query("SELECT CAST(X'C3' AS TEXT), 'é', 1.5, X'00'", &[])
        .unwrap();
    let row = rows.next_row().unwrap().unwrap();
    assert_eq!(row.text(0), Err(Unreadable));
    assert_eq!(row.boolean(0), Err(Unreadable));
    assert_eq!(row.text(1).unwrap().unwrap(), "é");
    assert_eq!(row.decimal(2), Ok(Some(1.5)));
    assert_eq!(row.integer(2), Err(Unreadable));
    assert_eq!(row.text(9), Err(Unreadable));
}

#[test]
fn a_transaction_is_all_or_nothing() {
    let (_folder, database) = database();
    let connection = database.open().unwrap();
    connection
        .execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", &[])
        .unwrap();
    let failed: Result<(), DatabaseError> = connection.transaction(|c| {
        c.execute("INSERT INTO t VALUES (1)", &[])?;
        c.execute("INSERT INTO t VALUES (1)", &[])?;
        Ok(())
    });
    assert!(matches!(failed, Err(DatabaseError::Constraint(_))), "{failed:?}");
    assert!(texts(&connection, "SELECT a FROM t").is_empty());
    connection
        .transaction(|c| {
            c.execute("INSERT INTO t VALUES (2)", &[])?;
            c.transaction(|c| c.execute("INSERT INTO t VALUES (3)", &[]))
        })
        .unwrap();
    let other = database.open().unwrap();
    assert_eq!(texts(&other, "SELECT a FROM t ORDER BY a").len(), 2);
}

#[test]
fn a_locked_file_is_waited_for_by_readers_and_writers() {
    let (_folder, database) = database();
    let holder = database.open().unwrap();
    holder.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", &[]).unwrap();
    holder.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    for round in 2..5_i64 {
        holder.execute("BEGIN EXCLUSIVE", &[]).unwrap();
        std::thread::scope(|scope| {
            let database = &database;
            let read = scope.spawn(|| texts(&database.open_reader().unwrap(), "SELECT a FROM t").len());
            let written = scope.spawn(move || {
                let insert = |c: &Connection| c.execute("INSERT INTO t VALUES (?)", &[round.into()]);
                database.open().unwrap().transaction(insert)
            });
            // Longer than a few tries of the driver.
            std::thread::sleep(std::time::Duration::from_millis(700));
            holder.execute("COMMIT", &[]).unwrap();
            assert!(read.join().unwrap() >= 1);
            assert_eq!(written.join().unwrap(), Ok(1));
        });
    }
}

#[test]
fn a_wait_for_a_lock_ends_when_it_is_told_to_stop() {
    let (_folder, database) = database();
    let holder = database.open().unwrap();
    holder.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", &[]).unwrap();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let database = database.stopped_by(stop.clone());
    let (reader, writer) = (database.open_reader().unwrap(), database.open().unwrap());
    holder.execute("BEGIN EXCLUSIVE", &[]).unwrap();
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    let read = reader
        .query("SELECT a FROM t", &[])
        .and_then(|mut rows| rows.next_row().map(|row| row.is_some()));
    assert_eq!(read, Err(DatabaseError::Cancelled));
    let written = writer.transaction(|c| c.execute("INSERT INTO t VALUES (1)", &[]));
    assert_eq!(written, Err(DatabaseError::Cancelled));
    holder.execute("COMMIT", &[]).unwrap();
    // What is not in the way of anybody is done all the same: the journal's last words.
    writer.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
}

#[test]
fn upsert_inserts_then_updates() {
    let (_folder, database) = database();
    let connection = database.open().unwrap();
    connection
        .execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)", &[])
        .unwrap();
    let sql = database.dialect().upsert("t", &["a"], &["a", "b"]);
    for text in ["x", "y"] {
        connection.execute(&sql, &[1.into(), text.into()]).unwrap();
    }
    assert_eq!(texts(&connection, "SELECT b FROM t"), [[Some("y".to_owned())]]);
}

#[test]
fn failures_are_told_apart() {
    let (folder, database) = database();
    let missing = folder.path().join("absente.db");
    let error = Database::connect(&format!("Driver=SQLite3;Database={}", missing.display())).unwrap_err();
    assert!(matches!(error, DatabaseError::FileMissing { .. }), "{error:?}");
    assert!(!missing.exists());
    let error = Database::connect("Driver=Aucun;PWD=secret").unwrap_err();
    assert!(matches!(error, DatabaseError::NoDriver(_)), "{error:?}");
    assert!(!error.user_text().contains("secret") && !format!("{error:?}{error}").contains("secret"));
    let connection = database.open().unwrap();
    let error = connection.query("SELECT * FROM absente", &[]).unwrap_err();
    assert!(
        matches!(&error, DatabaseError::TableMissing { name, .. } if name == "absente"),
        "{error:?}"
    );
    connection.execute("CREATE TABLE t (a INTEGER)", &[]).unwrap();
    let error = connection.query("SELECT t.b FROM t", &[]).unwrap_err();
    assert!(
        matches!(&error, DatabaseError::ColumnMissing { name, .. } if name == "t.b"),
        "{error:?}"
    );
    let error = database
        .open_reader()
        .unwrap()
        .execute("INSERT INTO t VALUES (1)", &[])
        .unwrap_err();
    assert!(matches!(error, DatabaseError::Forbidden(_)), "{error:?}");
    let broken = folder.path().join("texte.db");
    std::fs::write(
        &broken,
        "ceci n'est pas une base de données SQLite, mais un texte assez long".repeat(40),
    )
    .unwrap();
    let text = format!("Driver=SQLite3;Database={}", broken.display());
    let error = Database::connect(&text)
        .and_then(|d| d.open()?.query("SELECT 1 FROM t", &[]).map(|_| ()))
        .unwrap_err();
    assert!(!matches!(error, DatabaseError::Other { .. }), "{error:?}");
}

#[test]
fn a_cancelled_connection_answers_so_to_everything() {
    let (_folder, database) = database();
    let connection = database.open().unwrap();
    let sql = "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 1000000) SELECT a FROM n";
    let mut rows = connection.query(sql, &[]).unwrap();
    assert!(rows.next_row().unwrap().is_some());
    connection.cancel_handle().cancel();
    let mut seen = 1;
    let error = loop {
        match rows.next_row() {
            Ok(Some(_)) => seen += 1,
            Ok(None) => panic!("the query ran to its end"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, DatabaseError::Cancelled);
    assert!(seen <= 1000, "one block at most: {seen}");
    assert_eq!(connection.execute("SELECT 1", &[]), Err(DatabaseError::Cancelled));
}

#[test]
fn declared_types_are_told() {
    use ColumnType::{Bit, Date, Number, Text, Time};
    let (_folder, database) = database();
    let connection = database.open().unwrap();
    connection
        .execute(
            "CREATE TABLE t (a INTEGER, b DATE, c TIME, d BOOLEAN, e TIMESTAMP, f VARCHAR(9))",
            &[],
        )
        .unwrap();
    let mut rows = connection.query("SELECT a, b, c, d, e, f FROM t", &[]).unwrap();
    assert_eq!(rows.column_types().unwrap(), [Number, Date, Time, Bit, Date, Text]);
}
