//! A SQLite database as the tests prepare it and look into it, beside the library.

use std::path::{Path, PathBuf};

use odbc_api::buffers::TextRowSet;
use odbc_api::{Connection, ConnectionOptions, Cursor, ResultSetMetadata, environment};

/// The date of the worked example.
pub const GOLDEN_DATE: &str = "2026-11-23";

/// A SQLite file.
pub struct Base(pub PathBuf);

impl Base {
    /// A copy of the worked example in a folder.
    pub fn golden(folder: &Path) -> Self {
        let file = folder.join("erp.db");
        std::fs::copy(super::source("tests/golden/erp.db"), &file).unwrap();
        Self(file)
    }

    /// Its ODBC connection string.
    pub fn connection_string(&self) -> String {
        format!("Driver=SQLite3;Database={};StepAPI=1", self.0.display())
    }

    fn connect(&self) -> Connection<'static> {
        environment()
            .unwrap()
            .connect_with_connection_string(&self.connection_string(), ConnectionOptions::default())
            .unwrap()
    }

    /// Run one statement.
    pub fn execute(&self, sql: &str) {
        self.connect()
            .execute(sql, (), None)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The rows of a query as texts; NULL is an empty one.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let connection = self.connect();
        let mut cursor = connection
            .execute(sql, (), None)
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
            .unwrap();
        let columns = usize::try_from(cursor.num_result_cols().unwrap()).unwrap();
        let mut buffer = TextRowSet::for_cursor(500, &mut cursor, Some(65_536)).unwrap();
        let mut cursor = cursor.bind_buffer(&mut buffer).unwrap();
        let mut rows = Vec::new();
        while let Some(batch) = cursor.fetch().unwrap() {
            for row in 0..batch.num_rows() {
                let cell = |column| String::from_utf8_lossy(batch.at(column, row).unwrap_or_default()).into_owned();
                rows.push((0..columns).map(cell).collect());
            }
        }
        rows
    }

    /// The first column of a query.
    pub fn column(&self, sql: &str) -> Vec<String> {
        self.rows(sql).into_iter().map(|mut row| row.swap_remove(0)).collect()
    }

    /// Everything that the plugin's own tables hold.
    pub fn own_tables(&self) -> Vec<(String, Vec<Vec<String>>)> {
        self.column("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mna%' ORDER BY name")
            .into_iter()
            .map(|table| {
                let rows = self.rows(&format!("SELECT * FROM {table} ORDER BY 1, 2"));
                (table, rows)
            })
            .collect()
    }
}
