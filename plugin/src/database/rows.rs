//! A streaming block cursor, all columns as text.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use chrono::NaiveDate;
use odbc_api::buffers::{CharColumn, ColumnarBuffer, TextColumn, WCharColumn};
use odbc_api::{BlockCursor, Cursor as _, CursorImpl, DataType, ResultSetMetadata as _};

use super::values::{self, Cell, Unreadable};
use super::{Connection, DatabaseError, Param, TextBinding, drop_quietly, guarded, parameters};
use crate::ffi::statement_cancel::{self, CancellableStatement};

/// Longest text that is read, in bytes or UTF-16 units.
const LONGEST: usize = 1 << 20;
/// Most rows in a block: some drivers count them in 16 bits, and more make nothing faster.
const MOST_ROWS: usize = 1000;

/// How much memory the rows of a query take.
#[derive(Debug, Clone)]
pub struct Sizes {
    /// Room for the text of each column, in bytes or UTF-16 units; columns beyond the list have 4 KiB. A longer value
    /// is never cut: the query is started again with more room.
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

/// What a driver says of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text of any length.
    Text,
    /// Whole, decimal and floating numbers.
    Number,
    /// A bit.
    Bit,
    /// A date, with or without a time of day.
    Date,
    /// A time of day.
    Time,
    /// Bytes.
    Binary,
    /// Anything else.
    Unknown,
}

impl From<DataType> for ColumnType {
    fn from(value: DataType) -> Self {
        match value {
            DataType::Char { .. }
            | DataType::WChar { .. }
            | DataType::Varchar { .. }
            | DataType::WVarchar { .. }
            | DataType::LongVarchar { .. }
            | DataType::WLongVarchar { .. } => ColumnType::Text,
            DataType::Numeric { .. }
            | DataType::Decimal { .. }
            | DataType::Integer
            | DataType::SmallInt
            | DataType::BigInt
            | DataType::TinyInt
            | DataType::Float { .. }
            | DataType::Real
            | DataType::Double => ColumnType::Number,
            DataType::Bit => ColumnType::Bit,
            DataType::Date | DataType::Timestamp { .. } => ColumnType::Date,
            DataType::Time { .. } => ColumnType::Time,
            DataType::Binary { .. } | DataType::Varbinary { .. } | DataType::LongVarbinary { .. } => ColumnType::Binary,
            _ => ColumnType::Unknown,
        }
    }
}

/// The block that is being read.
enum Buffer {
    Narrow(ColumnarBuffer<CharColumn>),
    Wide(ColumnarBuffer<WCharColumn>),
}

/// Rows of a query, a block at a time. A broken stream must not be read on.
pub struct Rows<'c> {
    connection: &'c Connection,
    sql: String,
    params: Vec<Param>,
    room: Vec<usize>,
    budget: usize,
    cursor: Option<CursorImpl<CancellableStatement<'c>>>,
    buffer: Buffer,
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
            buffer: Buffer::Narrow(ColumnarBuffer::new(Vec::new())),
            filled: 0,
            next: 0,
            before: 0,
        };
        rows.execute()?;
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
    /// What the driver reports, a value longer than 1 MiB, a cancelled connection.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, DatabaseError> {
        if self.next >= self.filled && !self.next_block()? {
            return Ok(None);
        }
        let row = self.next;
        self.next += 1;
        Ok(Some(Row {
            buffer: &self.buffer,
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
        let odbc = connection.odbc()?;
        let binding = connection.dialect().text_binding();
        let running = &connection.cancellation.running;
        let (sql, params) = (&self.sql, &self.params);
        let opened = guarded(|| {
            let params = parameters::bind(params, binding);
            let Some(mut cursor) = statement_cancel::execute(odbc, sql, params.as_slice(), running)? else {
                return Ok(None);
            };
            let columns = usize::try_from(cursor.num_result_cols()?).unwrap_or(0);
            Ok(Some((cursor, columns)))
        })
        // Between the flag and the driver's answer, the driver names the cancellation in its own way.
        .map_err(|error| connection.cancellation.check().err().unwrap_or(error))?;
        let Some((cursor, columns)) = opened else {
            return Ok(());
        };
        self.cursor = Some(cursor);
        self.room.resize(columns, 4096);
        self.buffer = allocate(&self.room, self.budget, binding)?;
        Ok(())
    }

    /// Fetches a block that has a row which was not handed out yet.
    fn next_block(&mut self) -> Result<bool, DatabaseError> {
        let last = self.filled.checked_sub(1).map(|row| {
            Row {
                buffer: &self.buffer,
                row,
            }
            .fingerprint()
        });
        self.before += self.filled;
        let delivered = self.before;
        let mut restarted = false;
        loop {
            self.filled = self.fetch()?;
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
                        buffer: &self.buffer,
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

    /// Fetches one block and says how many rows it has.
    fn fetch(&mut self) -> Result<usize, DatabaseError> {
        self.connection.cancellation.check()?;
        let Some(cursor) = self.cursor.take() else {
            return Ok(0);
        };
        let buffer = &mut self.buffer;
        // The cursor is bound for one block at a time, so that the block can be read while the cursor stays open.
        let fetched = guarded(|| match buffer {
            Buffer::Narrow(buffer) => fetch_into(cursor, buffer),
            Buffer::Wide(buffer) => fetch_into(cursor, buffer),
        });
        match fetched {
            Ok((cursor, rows)) => {
                self.cursor = cursor;
                Ok(rows)
            }
            Err(error) => Err(self.connection.cancellation.check().err().unwrap_or(error)),
        }
    }

    /// Gives more room to every column that holds a longer value; says whether one does.
    fn make_room(&mut self) -> Result<bool, DatabaseError> {
        let mut cut = false;
        for (column, room) in self.room.iter_mut().enumerate() {
            let longer = guarded(|| {
                Ok(match &self.buffer {
                    Buffer::Narrow(buffer) => buffer.column(column).has_truncated_values().map(|i| i.length()),
                    Buffer::Wide(buffer) => buffer.column(column).has_truncated_values().map(|i| i.length()),
                })
            })?;
            let Some(length) = longer else { continue };
            if *room >= LONGEST || length.is_some_and(|length| length > 2 * LONGEST) {
                return Err(DatabaseError::ValueTooLong { column, length });
            }
            *room = length.unwrap_or(0).max(*room * 8).min(LONGEST);
            cut = true;
        }
        Ok(cut)
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        drop_quietly(self.cursor.take());
    }
}

type Fetched<'c> = (Option<CursorImpl<CancellableStatement<'c>>>, usize);

fn fetch_into<'c, C: 'static>(
    cursor: CursorImpl<CancellableStatement<'c>>,
    buffer: &mut ColumnarBuffer<TextColumn<C>>,
) -> Result<Fetched<'c>, DatabaseError>
where
    ColumnarBuffer<TextColumn<C>>: odbc_api::RowSetBuffer,
    TextColumn<C>: odbc_api::buffers::ColumnBuffer,
{
    let mut block: BlockCursor<_, &mut ColumnarBuffer<TextColumn<C>>> = cursor.bind_buffer(buffer)?;
    let more = match block.fetch() {
        Ok(block) => block.is_some(),
        Err(error) => {
            drop_quietly(block);
            return Err(error.into());
        }
    };
    let (cursor, buffer) = block.unbind()?;
    if more {
        let rows = buffer.num_rows();
        return Ok((Some(cursor), rows));
    }
    drop_quietly(cursor);
    Ok((None, 0))
}

fn allocate(room: &[usize], budget: usize, binding: TextBinding) -> Result<Buffer, DatabaseError> {
    let unit = if binding == TextBinding::Wide { 2 } else { 1 };
    let row: usize = room.iter().map(|room| (room + 1) * unit + size_of::<isize>()).sum();
    let rows = (budget / row.max(1)).clamp(1, MOST_ROWS);
    let numbered = || room.iter().zip(1_u16..).map(|(room, number)| (number, *room));
    let refused = |error: odbc_api::TooLargeBufferSize, number: u16| DatabaseError::from(error.add_context(number - 1));
    Ok(match binding {
        TextBinding::Narrow => Buffer::Narrow(ColumnarBuffer::new(
            numbered()
                .map(|(n, room)| Ok((n, TextColumn::try_new(rows, room).map_err(|error| refused(error, n))?)))
                .collect::<Result<_, DatabaseError>>()?,
        )),
        TextBinding::Wide => Buffer::Wide(ColumnarBuffer::new(
            numbered()
                .map(|(n, room)| Ok((n, TextColumn::try_new(rows, room).map_err(|error| refused(error, n))?)))
                .collect::<Result<_, DatabaseError>>()?,
        )),
    })
}

/// One row of a block. Columns count from 0. NULL is `None`; a column that does not exist is [`Unreadable`].
#[derive(Clone, Copy)]
pub struct Row<'r> {
    buffer: &'r Buffer,
    row: usize,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("row", &self.row).finish_non_exhaustive()
    }
}

impl<'r> Row<'r> {
    fn cell(&self, column: usize) -> Result<Option<Cell<'r>>, Unreadable> {
        match self.buffer {
            Buffer::Narrow(buffer) if column < buffer.num_cols() => {
                Ok(buffer.column(column).get(self.row).map(Cell::Narrow))
            }
            Buffer::Wide(buffer) if column < buffer.num_cols() => {
                Ok(buffer.column(column).get(self.row).map(Cell::Wide))
            }
            _ => Err(Unreadable),
        }
    }

    /// Text as it is, empty text included.
    ///
    /// # Errors
    ///
    /// Bytes that are no Unicode text.
    pub fn text(&self, column: usize) -> Result<Option<Cow<'r, str>>, Unreadable> {
        self.cell(column)?.map(Cell::text).transpose()
    }

    /// A whole number, in whatever way the driver writes it; blank is absent.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn integer(&self, column: usize) -> Result<Option<i64>, Unreadable> {
        self.parse(column, values::integer)
    }

    /// A decimal number with a point or a comma; blank is absent.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn decimal(&self, column: usize) -> Result<Option<f64>, Unreadable> {
        self.parse(column, values::decimal)
    }

    /// A calendar date, with or without a time of day; blank and dates with a zero part are absent.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn date(&self, column: usize) -> Result<Option<NaiveDate>, Unreadable> {
        self.parse(column, values::date)
    }

    /// A boolean: 0, blank and the words for false are false, everything else is true.
    ///
    /// # Errors
    ///
    /// Bytes that are no Unicode text.
    pub fn boolean(&self, column: usize) -> Result<Option<bool>, Unreadable> {
        Ok(self.text(column)?.map(|text| values::boolean(&text)))
    }

    fn parse<T>(
        &self,
        column: usize,
        parser: impl FnOnce(&str) -> Result<Option<T>, Unreadable>,
    ) -> Result<Option<T>, Unreadable> {
        match self.cell(column)? {
            Some(cell) => cell.parse(parser),
            None => Ok(None),
        }
    }

    /// Tells one row from another.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let columns = match self.buffer {
            Buffer::Narrow(buffer) => buffer.num_cols(),
            Buffer::Wide(buffer) => buffer.num_cols(),
        };
        for column in 0..columns {
            match self.cell(column) {
                Ok(Some(Cell::Narrow(bytes))) => Some(bytes).hash(&mut hasher),
                Ok(Some(Cell::Wide(units))) => Some(units).hash(&mut hasher),
                _ => None::<&[u8]>.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}
