//! Columns of the plugin's own tables, and rows gathered one after the other.

use super::StoreError;
use super::own::OwnConnection;
use crate::database::{Param, Row};

/// One row of a known table, read by position.
pub(super) struct Cells<'r> {
    table: &'static str,
    row: Row<'r>,
}

impl Cells<'_> {
    pub(super) fn text(&self, at: usize, column: &'static str) -> Result<Option<String>, StoreError> {
        let text = self.row.text(at).map_err(|_| self.unreadable(column))?;
        Ok(text.map(|text| text.into_owned()))
    }

    pub(super) fn integer(&self, at: usize, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.row.integer(at).map_err(|_| self.unreadable(column))
    }

    pub(super) fn boolean(&self, at: usize, column: &'static str) -> Result<bool, StoreError> {
        Ok(self
            .row
            .boolean(at)
            .map_err(|_| self.unreadable(column))?
            .unwrap_or(false))
    }

    pub(super) fn required_integer(&self, at: usize, column: &'static str) -> Result<i64, StoreError> {
        self.integer(at, column)?.ok_or_else(|| self.unreadable(column))
    }

    pub(super) fn required_text(&self, at: usize, column: &'static str) -> Result<String, StoreError> {
        self.text(at, column)?.ok_or_else(|| self.unreadable(column))
    }

    /// A required text that has to mean something.
    pub(super) fn parsed<T>(
        &self,
        at: usize,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(&self.required_text(at, column)?).ok_or_else(|| self.unreadable(column))
    }

    pub(super) fn unreadable(&self, column: &'static str) -> StoreError {
        StoreError::unreadable(self.table, column)
    }
}

/// Runs a query and hands each row to `take`, which goes on while it answers true.
pub(super) fn each(
    connection: &OwnConnection,
    table: &'static str,
    sql: &str,
    params: &[Param],
    mut take: impl FnMut(&Cells<'_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut rows = connection.query(sql, params)?;
    while let Some(row) = rows.next_row()? {
        if !take(&Cells { table, row })? {
            break;
        }
    }
    Ok(())
}

/// All rows of a query that is known to be short.
pub(super) fn all<T>(
    connection: &OwnConnection,
    table: &'static str,
    sql: &str,
    params: &[Param],
    mut read: impl FnMut(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    each(connection, table, sql, params, |cells| {
        found.push(read(cells)?);
        Ok(true)
    })?;
    Ok(found)
}

/// A boolean as the tables hold it.
pub(super) fn flag(value: bool) -> Param {
    Param::Integer(i64::from(value))
}
