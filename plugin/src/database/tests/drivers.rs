//! What drivers get wrong if they are let: each in a process of its own, which may die of it.

use std::process::{Command, Output};
use std::sync::Barrier;

use crate::bases::{Base, Product};
use crate::database::{Connection, Database, DatabaseError, Param};

/// The connection string, in the process that does the work.
const WORK: &str = "PASSERELLE_TEST_WORK";

/// Runs this test again in another process, begun by `with`, which does the work.
fn elsewhere(test: &str, connection_string: &str, with: &[&str]) -> Output {
    let executable = std::env::current_exe().unwrap();
    let mut words = with.iter().copied().map(std::ffi::OsString::from).collect::<Vec<_>>();
    words.push(executable.into());
    let mut words = words.into_iter();
    Command::new(words.next().unwrap())
        .args(words)
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .env(WORK, connection_string)
        .output()
        .unwrap()
}

fn work() -> Option<String> {
    std::env::var(WORK).ok()
}

/// SQLite's driver keeps its connections in one list and does not guard it: the longer the list, the sooner it breaks.
fn open_and_close(text: &str, threads: usize, times: usize) {
    let database = Database::connect(text).unwrap();
    let together = Barrier::new(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                together.wait();
                for _ in 0..times.div_ceil(100) {
                    let open: Vec<Connection> = (0..100).map(|_| database.open().unwrap()).collect();
                    let mut rows = open[0].query("SELECT a FROM t", &[]).unwrap();
                    assert_eq!(rows.next_row().unwrap().unwrap().integer(0), Ok(Some(1)));
                    drop(Database::connect(text).unwrap());
                }
            });
        }
    });
}

fn many_threads(test: &str, threads: usize, times: usize) {
    if let Some(text) = work() {
        return open_and_close(&text, threads, times);
    }
    let base = Base::new(Product::Sqlite);
    let connection = base.database().open().unwrap();
    connection.execute("CREATE TABLE t (a INTEGER)", &[]).unwrap();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    // Memory that was freed is written over, so that whoever still reads it falls; a run may be lucky all the same.
    let (named, own) = (base.folder.path().join("odbc.ini"), &base.connection_string);
    let (_, attributes) = own.split_once(';').unwrap();
    std::fs::write(
        &named,
        format!("[essai]\nDriver=SQLite3\n{}\n", attributes.replace(';', "\n")),
    )
    .unwrap();
    let sources = format!("ODBCINI={}", named.display());
    // A data source does not say before it is open which driver it is for.
    for text in [own, "DSN=essai", own, "DSN=essai"] {
        let with = [
            "timeout",
            "--kill-after=1",
            "300",
            "env",
            &sources,
            "MALLOC_PERTURB_=165",
        ];
        let done = elsewhere(test, text, &with);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{:?}: {said}", done.status);
    }
}

#[cfg(unix)]
#[test]
fn many_threads_open_and_close_sqlite_connections_at_once() {
    many_threads(
        "database::tests::drivers::many_threads_open_and_close_sqlite_connections_at_once",
        16,
        300,
    );
}

#[cfg(unix)]
#[test]
#[ignore = "minutes long"]
fn many_threads_open_and_close_sqlite_connections_for_long() {
    many_threads(
        "database::tests::drivers::many_threads_open_and_close_sqlite_connections_for_long",
        16,
        1000,
    );
}

/// PostgreSQL's driver looks for the zero behind a text, whatever length it is told.
#[cfg(target_os = "linux")]
#[test]
fn no_driver_reads_past_the_end_of_a_text() {
    if let Some(text) = work() {
        return texts_of_many_lengths(&text);
    }
    let base = Base::new(Product::PostgreSql);
    let test = "database::tests::drivers::no_driver_reads_past_the_end_of_a_text";
    let done = elsewhere(
        test,
        &base.connection_string,
        &["valgrind", "--quiet", "--undef-value-errors=no"],
    );
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(!said.contains("Invalid read"), "{said}");
}

/// Each allocation of its own exact size, as a text becomes by `shrink_to_fit`.
fn texts_of_many_lengths(text: &str) {
    let database = Database::connect(text).unwrap();
    let connection = database.open().unwrap();
    connection
        .execute("CREATE TABLE t (a INTEGER, b VARCHAR(99))", &[])
        .unwrap();
    for length in 0..24 {
        let word: Param = "é".repeat(length).into();
        let row = [Param::Integer(1), word];
        let sql = format!("INSERT INTO t VALUES (?, ?){}", " ".repeat(length));
        connection.execute(&sql, &row).unwrap();
        connection.execute_many(&sql, &[row.to_vec(), row.to_vec()]).unwrap();
        let sql = format!("SELECT b FROM t WHERE b = ?{}", " ".repeat(length));
        let mut rows = connection.query(&sql, &row[1..]).unwrap();
        assert!(rows.next_row().unwrap().is_some());
    }
    assert!(connection.catalogue().unwrap().iter().any(|table| table.name == "t"));
    let mut error = String::new();
    for length in 0..8 {
        error = "x".repeat(length + 1);
        let sql = format!("SELECT {error}");
        assert!(matches!(
            connection.query(&sql, &[]),
            Err(DatabaseError::ColumnMissing { .. })
        ));
    }
    assert_eq!(error.len(), 8);
}

/// As a server that is told not to count says it: with `NOCOUNT ON`, a change has no number of rows.
#[cfg(unix)]
#[test]
fn rows_that_a_driver_does_not_count_are_not_taken_for_none() {
    let base = Base::new(Product::PostgreSql);
    let connection = base.database().open().unwrap();
    // Rows that are still to come are not counted.
    assert_eq!(connection.change("SELECT 1", &[]), Err(DatabaseError::UncountedRows));
    assert_eq!(connection.execute("SELECT 1", &[]), Ok(()));
    assert!(DatabaseError::UncountedRows.user_text().contains("NOCOUNT"));
}
