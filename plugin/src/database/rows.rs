//! A streaming block cursor, all columns as text.

use odbc_api::buffers::{ColumnarBuffer, TextColumn};
use odbc_api::{BlockCursor, Cursor as _, CursorImpl, ResultSetMetadata as _};

use super::block::{Block, Buffer, allocate};
use super::odbc::{Refused, Reports, Statement};
use super::values::LONGEST;
use super::{ColumnType, Connection, DatabaseError, Param, Row, drop_quietly, guarded};

/// Most room that a value gets, in bytes or UTF-16 units: one that fills it is too long to be read.
const MOST_ROOM: usize = LONGEST + 1;

/// How much memory the rows of a query take.
#[derive(Debug, Clone)]
pub struct Sizes {
    /// Room for the text of each column, in bytes or UTF-16 units; columns beyond the list have 4 KiB. A longer value
    /// is never cut: the query is started again with more room, up to 1 MiB.
    pub columns: Vec<usize>,
    /// Bytes for a block of rows.
    pub budget: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Sizes {
            columns: Vec::new(),
            budget: 1 << 20,
        }
    }
}

/// Rows of a query, a block at a time. A broken stream must not be read on.
pub struct Rows<'c> {
    connection: &'c Connection,
    sql: String,
    params: Vec<Param>,
    room: Vec<usize>,
    budget: usize,
    cursor: Option<CursorImpl<Statement<'c>>>,
    /// What the driver says of the statement.
    reports: Option<Reports>,
    block: Block,
    /// Rows in the block, and the next of them to hand out.
    filled: usize,
    next: usize,
    /// Rows of the blocks before this one.
    before: usize,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("columns", &self.room.len())
            .finish_non_exhaustive()
    }
}

impl<'c> Rows<'c> {
    pub(super) fn start(
        connection: &'c Connection,
        sql: &str,
        params: &[Param],
        sizes: Sizes,
    ) -> Result<Rows<'c>, DatabaseError> {
        let mut rows = Rows {
            connection,
            sql: sql.to_owned(),
            params: params.to_vec(),
            room: sizes.columns,
            budget: sizes.budget,
            cursor: None,
            reports: None,
            block: Block {
                buffer: Buffer::Narrow(ColumnarBuffer::new(Vec::new())),
                cut: Vec::new(),
            },
            filled: 0,
            next: 0,
            before: 0,
        };
        connection.patiently(|| rows.execute())?;
        Ok(rows)
    }

    /// Number of columns of the result.
    pub fn columns(&self) -> usize {
        self.room.len()
    }

    /// Gives the next row; `None` at the end.
    ///
    /// # Errors
    ///
    /// What the driver reports, a cancelled connection.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, DatabaseError> {
        if self.next >= self.filled && !self.next_block()? {
            return Ok(None);
        }
        let row = self.next;
        self.next += 1;
        Ok(Some(Row {
            block: &self.block,
            row,
        }))
    }

    /// What the driver says of the columns' types. To be asked before the first row.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn column_types(&mut self) -> Result<Vec<ColumnType>, DatabaseError> {
        let Some(cursor) = self.cursor.as_mut() else {
            return Ok(Vec::new());
        };
        let columns = 1..=u16::try_from(self.room.len()).unwrap_or(u16::MAX);
        guarded(|| {
            columns
                .map(|number| Ok(ColumnType::from(cursor.col_data_type(number)?)))
                .collect()
        })
    }

    fn execute(&mut self) -> Result<(), DatabaseError> {
        let connection = self.connection;
        let executed = connection.start(&self.sql, &self.params)?;
        let cursor =
            guarded(|| Ok(executed.into_cursor()))?.map_err(|refused| connection.error(&refused, &self.sql))?;
        let Some((mut cursor, reports)) = cursor else {
            return Ok(());
        };
        let columns = guarded(|| Ok(cursor.num_result_cols()?))?;
        self.cursor = Some(cursor);
        self.reports = Some(reports);
        let columns = usize::try_from(columns).unwrap_or(0);
        self.room.resize(columns, 4096);
        self.block = Block {
            buffer: allocate(&self.room, self.budget, connection.dialect().text_binding())?,
            cut: vec![false; columns],
        };
        Ok(())
    }

    /// Fetches a block that has a row which was not handed out yet.
    fn next_block(&mut self) -> Result<bool, DatabaseError> {
        let last = self.filled.checked_sub(1).map(|row| {
            Row {
                block: &self.block,
                row,
            }
            .fingerprint()
        });
        self.before += self.filled;
        let delivered = self.before;
        let mut restarted = false;
        loop {
            self.filled = self.fetch_unlocked()?;
            self.next = 0;
            if self.filled == 0 {
                return if self.before < delivered {
                    Err(DatabaseError::Changed)
                } else {
                    Ok(false)
                };
            }
            if self.make_room()? {
                self.restart()?;
                restarted = true;
                continue;
            }
            if !restarted || self.before >= delivered {
                return Ok(true);
            }
            // Rows that were handed out before the restart are skipped; the last of them must be the same.
            if self.before + self.filled < delivered {
                self.before += self.filled;
                continue;
            }
            let row = delivered - self.before - 1;
            if last
                != Some(
                    Row {
                        block: &self.block,
                        row,
                    }
                    .fingerprint(),
                )
            {
                return Err(DatabaseError::Changed);
            }
            self.next = row + 1;
            if self.next < self.filled {
                return Ok(true);
            }
            self.before += self.filled;
        }
    }

    fn restart(&mut self) -> Result<(), DatabaseError> {
        drop_quietly(self.cursor.take());
        self.filled = 0;
        self.next = 0;
        self.before = 0;
        self.execute()
    }

    /// Fetches one block. Before the first one a driver may still find the rows locked: it is then asked anew.
    fn fetch_unlocked(&mut self) -> Result<usize, DatabaseError> {
        if self.before > 0 {
            return self.fetch();
        }
        let (connection, mut again) = (self.connection, false);
        connection.patiently(|| {
            if std::mem::replace(&mut again, true) {
                self.restart()?;
            }
            self.fetch()
        })
    }

    /// Fetches one block and says how many rows it has.
    fn fetch(&mut self) -> Result<usize, DatabaseError> {
        self.connection.cancellation.check()?;
        let Some(cursor) = self.cursor.take() else {
            return Ok(0);
        };
        let (buffer, reports) = (&mut self.block.buffer, self.reports.as_ref());
        // The cursor is bound for one block at a time, so that the block can be read while the cursor stays open.
        let fetched = guarded(|| match buffer {
            Buffer::Narrow(buffer) => fetch_into(cursor, buffer, reports),
            Buffer::Wide(buffer) => fetch_into(cursor, buffer, reports),
        })?;
        let (cursor, rows) = fetched.map_err(|refused| self.connection.error(&refused, &self.sql))?;
        self.cursor = cursor;
        Ok(rows)
    }

    /// Gives more room to every column that holds a longer value; says whether one does. A value that is too long to be
    /// read gets none, where it is the only one in the block that does not fit.
    fn make_room(&mut self) -> Result<bool, DatabaseError> {
        let mut more = false;
        for (column, (room, cut)) in self.room.iter_mut().zip(&mut self.block.cut).enumerate() {
            let buffer = &self.block.buffer;
            let truncated = guarded(|| Ok(buffer.truncated(column)))?;
            *cut = truncated.is_some();
            let Some(truncated) = truncated else { continue };
            let too_long = truncated.length.is_some_and(|length| length > LONGEST);
            if *room >= MOST_ROOM || (too_long && truncated.full == 1) {
                continue;
            }
            let length = truncated.length.filter(|_| !too_long).unwrap_or(0);
            *room = length.max(*room * 8).min(MOST_ROOM);
            more = true;
        }
        Ok(more)
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        drop_quietly(self.cursor.take());
    }
}

type Fetched<'c> = (Option<CursorImpl<Statement<'c>>>, usize);

fn fetch_into<'c, C: 'static>(
    cursor: CursorImpl<Statement<'c>>,
    buffer: &mut ColumnarBuffer<TextColumn<C>>,
    reports: Option<&Reports>,
) -> Result<Result<Fetched<'c>, Refused>, DatabaseError>
where
    ColumnarBuffer<TextColumn<C>>: odbc_api::RowSetBuffer,
    TextColumn<C>: odbc_api::buffers::ColumnBuffer,
{
    let mut block: BlockCursor<_, &mut ColumnarBuffer<TextColumn<C>>> = cursor.bind_buffer(buffer)?;
    let fetched = block.fetch().map(|block| block.is_some());
    // Before anything else is asked of the statement, which would make it forget.
    let refused = match (&fetched, reports) {
        (Ok(_), Some(reports)) => reports.heed().err(),
        (Err(_), Some(reports)) => Some(reports.refused()),
        (_, None) => None,
    };
    if let Some(refused) = refused {
        drop_quietly(block);
        return Ok(Err(refused));
    }
    let more = fetched?;
    let (cursor, buffer) = block.unbind()?;
    if more {
        let rows = buffer.num_rows();
        return Ok(Ok((Some(cursor), rows)));
    }
    drop_quietly(cursor);
    Ok(Ok((None, 0)))
}
