//! Tables that the plugin made and the host reads.

use std::{cell::Cell as NotSync, marker::PhantomData, sync::Arc};

use chrono::NaiveDate;

use crate::{
    Error,
    raw::{batch::Column, instance::Instance, table::TablePointer},
};

/// A table: pulled in batches, so that a million rows never sit in memory. It reads nothing before the first
/// [`Table::next`]. Dropping it, read to its end or not, releases it; only inside [`Host::log`](crate::Host::log) it is
/// not dropped: it would stay open as long as its instance.
///
/// It can move to another thread, which is where it should be read; it keeps its instance alive.
pub struct Table {
    table: TablePointer,
    instance: Arc<Instance>,
    one_thread_at_a_time: PhantomData<NotSync<()>>,
}

/// Stops a table's reading from any thread.
#[derive(Clone)]
pub struct Canceller {
    table: TablePointer,
}

/// A batch of rows; borrowed from its table until the next call on it.
pub struct Batch<'a> {
    rows: usize,
    columns: Vec<Column<'a>>,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A yes or no.
    Boolean(bool),
    /// A calendar date.
    Date(NaiveDate),
}

impl Table {
    pub(crate) fn new(table: TablePointer, instance: Arc<Instance>) -> Self {
        Self {
            table,
            instance,
            one_thread_at_a_time: PhantomData,
        }
    }

    /// The table's description: a JSON document, schema `passerelle.table/1`: title, columns with id, label, group and
    /// kind.
    ///
    /// # Errors
    /// The plugin's, or a text that is not UTF-8.
    pub fn describe(&self) -> Result<String, Error> {
        self.table.describe()
    }

    /// The next rows, at least one and at most `max_rows`; `None` after the last. Blocks; the first call opens the
    /// database.
    ///
    /// # Errors
    /// The plugin's; after any but `PASSERELLE_E_BUSY` the table has ended. `PASSERELLE_E_CANCELLED` after
    /// [`Canceller::cancel`].
    pub fn next(&mut self, max_rows: u32) -> Result<Option<Batch<'_>>, Error> {
        let (rows, columns) = self.table.next(max_rows)?;
        Ok((rows > 0).then_some(Batch { rows, columns }))
    }

    /// Records read so far, and how many there are (0 while unknown).
    ///
    /// # Errors
    /// The plugin's.
    pub fn progress(&self) -> Result<(u64, u64), Error> {
        self.table.progress()
    }

    /// What stops the reading from another thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        Canceller { table: self.table }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.instance.release(self.table);
    }
}

impl Canceller {
    /// Ask the table to stop: a [`Table::next`] that is running ends with `PASSERELLE_E_CANCELLED` within 2 s. A table
    /// that has ended already is left alone.
    ///
    /// # Errors
    /// The plugin's.
    pub fn cancel(&self) -> Result<(), Error> {
        self.table.cancel()
    }
}

impl<'a> Batch<'a> {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns, in the order of the table's description.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// One cell; `None` when it is empty, or past the last row or column.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'a>> {
        self.columns.get(column)?.cell(row)
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Table").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Canceller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Canceller").finish_non_exhaustive()
    }
}

/// Says how large it is; its cells may hold personal data.
impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Batch")
            .field("rows", &self.rows)
            .field("columns", &self.columns.len())
            .finish()
    }
}
