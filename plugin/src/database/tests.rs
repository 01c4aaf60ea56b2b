#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
//! Against the real drivers; `tests/databases` has what needs no way inside.

use super::*;
use crate::bases::{Base, Product, on_each};

mod drivers;
mod silence;

on_each! {
    a_longer_value_restarts_the_query_without_losing_or_repeating_a_row
}

fn a_longer_value_restarts_the_query_without_losing_or_repeating_a_row(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    let connection = database.open().unwrap();
    let text = database.dialect().text_type();
    connection
        .execute(&format!("CREATE TABLE t (a INTEGER PRIMARY KEY, b {text})"), &[])
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
    let base = Base::new(Product::Sqlite);
    let database = base.database();
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
fn a_locked_file_is_waited_for_by_readers_and_writers() {
    let base = Base::new(Product::Sqlite);
    let database = base.database();
    let holder = database.open().unwrap();
    holder.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)", &[]).unwrap();
    holder.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    let count = |connection: &Connection| {
        let mut rows = connection.query("SELECT a FROM t", &[]).unwrap();
        std::iter::from_fn(|| rows.next_row().unwrap().map(drop)).count()
    };
    for round in 2..5_i64 {
        holder.execute("BEGIN EXCLUSIVE", &[]).unwrap();
        std::thread::scope(|scope| {
            let database = &database;
            let read = scope.spawn(|| count(&database.open_reader().unwrap()));
            let written = scope.spawn(move || {
                let insert = |c: &Connection| c.change("INSERT INTO t VALUES (?)", &[round.into()]);
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
    let base = Base::new(Product::Sqlite);
    let database = base.database();
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
fn failures_are_told_apart() {
    let base = Base::new(Product::Sqlite);
    let (folder, database) = (&base.folder, base.database());
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
fn declared_types_are_told() {
    use ColumnType::{Bit, Date, Number, Text, Time};
    let base = Base::new(Product::Sqlite);
    let database = base.database();
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

/// What Microsoft's driver and FreeTDS report for SQL Server's types.
#[test]
fn types_of_sql_server_are_told() {
    use odbc_api::DataType;
    use std::num::NonZeroUsize;
    for (reported, told) in [
        (
            DataType::WVarchar {
                length: NonZeroUsize::new(80),
            },
            ColumnType::Text,
        ),
        // (MAX) has no length, or the length 0.
        (DataType::WVarchar { length: None }, ColumnType::Text),
        (DataType::WLongVarchar { length: None }, ColumnType::Text),
        (DataType::LongVarchar { length: None }, ColumnType::Text),
        (DataType::Bit, ColumnType::Bit),
        (DataType::TinyInt, ColumnType::Number),
        (
            DataType::Numeric {
                precision: 14,
                scale: 0,
            },
            ColumnType::Number,
        ),
        (DataType::Date, ColumnType::Date),
        (DataType::Timestamp { precision: 7 }, ColumnType::Date),
        (DataType::Varbinary { length: None }, ColumnType::Binary),
        (DataType::Unknown, ColumnType::Unknown),
    ] {
        assert_eq!(ColumnType::from(reported), told, "{reported:?}");
    }
}

#[test]
fn a_driver_that_fails_when_it_is_left_brings_nobody_down() {
    struct Handle;
    impl Drop for Handle {
        fn drop(&mut self) {
            panic!("SQLFreeHandle failed");
        }
    }
    drop_quietly(Handle);
    let failed: Result<(), DatabaseError> = guarded(|| panic!("an indicator below zero"));
    assert_eq!(failed, Err(DatabaseError::DriverFault));
}
