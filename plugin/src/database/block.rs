//! The block that a cursor fills: its buffers, and the rows in them.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use chrono::NaiveDate;
use odbc_api::DataType;
use odbc_api::buffers::{CharColumn, ColumnarBuffer, TextColumn, TextColumnView, WCharColumn};

use super::values::{self, Cell, Unreadable};
use super::{DatabaseError, TextBinding};

/// Most rows in a block: some drivers count them in 16 bits, and more make nothing faster.
const MOST_ROWS: usize = 1000;

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
pub(super) struct Block {
    pub(super) buffer: Buffer,
    /// The columns in which a value that fills its room is only the beginning of one that is too long to be read.
    pub(super) cut: Vec<bool>,
}

/// The memory of a block.
pub(super) enum Buffer {
    Narrow(ColumnarBuffer<CharColumn>),
    Wide(ColumnarBuffer<WCharColumn>),
}

/// What a block shows of the values of one column that did not fit.
pub(super) struct Truncated {
    /// How long the first of them is, in bytes or UTF-16 units, if the driver says.
    pub(super) length: Option<usize>,
    /// How many values fill their room: all those that did not fit, and those that fit exactly.
    pub(super) full: usize,
}

impl Buffer {
    /// The values of a column that did not fit, if there are any.
    pub(super) fn truncated(&self, column: usize) -> Option<Truncated> {
        match self {
            Buffer::Narrow(buffer) => truncated(buffer.column(column), 1),
            Buffer::Wide(buffer) => truncated(buffer.column(column), 2),
        }
    }
}

fn truncated<C>(column: TextColumnView<'_, C>, unit: usize) -> Option<Truncated> {
    let length = column.has_truncated_values()?.length();
    let full = |row: &usize| column.content_length_at(*row) == Some(column.max_len());
    Some(Truncated {
        length: length.map(|bytes| bytes.div_ceil(unit)),
        full: (0..column.len()).filter(full).count(),
    })
}

/// Makes the buffers of one block within a budget of bytes.
pub(super) fn allocate(room: &[usize], budget: usize, binding: TextBinding) -> Result<Buffer, DatabaseError> {
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
    pub(super) block: &'r Block,
    pub(super) row: usize,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("row", &self.row).finish_non_exhaustive()
    }
}

impl<'r> Row<'r> {
    fn cell(&self, column: usize) -> Result<Option<Cell<'r>>, Unreadable> {
        let cut = *self.block.cut.get(column).ok_or(Unreadable)?;
        match &self.block.buffer {
            Buffer::Narrow(buffer) => Ok(whole(buffer.column(column), self.row, cut)?.map(Cell::Narrow)),
            Buffer::Wide(buffer) => Ok(whole(buffer.column(column), self.row, cut)?.map(Cell::Wide)),
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
        self.cell(column)?.map(Cell::boolean).transpose()
    }

    fn parse<T>(
        &self,
        column: usize,
        parser: impl FnOnce(&[u8]) -> Result<Option<T>, Unreadable>,
    ) -> Result<Option<T>, Unreadable> {
        match self.cell(column)? {
            Some(cell) => cell.parse(parser),
            None => Ok(None),
        }
    }

    /// Tells one row from another.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for column in 0..self.block.cut.len() {
            match self.cell(column) {
                Ok(Some(Cell::Narrow(bytes))) => Some(bytes).hash(&mut hasher),
                Ok(Some(Cell::Wide(units))) => Some(units).hash(&mut hasher),
                _ => None::<&[u8]>.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

fn whole<C>(column: TextColumnView<'_, C>, row: usize, cut: bool) -> Result<Option<&[C]>, Unreadable> {
    let value = column.get(row);
    match value {
        Some(value) if cut && value.len() == column.max_len() => Err(Unreadable),
        value => Ok(value),
    }
}
