//! A batch of rows, checked whole before any cell of it is read.

use chrono::{Duration, NaiveDate};
use passerelle_abi as abi;
use passerelle_abi::{passerelle_batch, passerelle_column_data};

use super::text;
use crate::{Cell, Error};

/// One column, checked: every present cell can be read.
pub(crate) struct Column<'a> {
    present: &'a [u8],
    values: Values<'a>,
}

enum Values<'a> {
    Text { offsets: &'a [u32], text: &'a str },
    Integer(&'a [i64]),
    Boolean(&'a [i64]),
    Date(&'a [i64]),
}

impl<'a> Column<'a> {
    pub(crate) fn cell(&self, row: usize) -> Option<Cell<'a>> {
        if *self.present.get(row)? == 0 {
            return None;
        }
        match &self.values {
            Values::Text { offsets, text } => {
                let start = usize::try_from(*offsets.get(row)?).ok()?;
                let end = usize::try_from(*offsets.get(row.checked_add(1)?)?).ok()?;
                text.get(start..end).map(Cell::Text)
            }
            Values::Integer(values) => values.get(row).map(|value| Cell::Integer(*value)),
            Values::Boolean(values) => values.get(row).map(|value| Cell::Boolean(*value == 1)),
            Values::Date(values) => date(*values.get(row)?).map(Cell::Date),
        }
    }
}

fn date(days: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(Duration::try_days(days)?)
}

/// The rows and columns of a batch.
///
/// # Safety
/// What the batch points to is as its counts say, and stays valid and unchanged for `'a`.
pub(super) unsafe fn read<'a>(batch: &passerelle_batch, max_rows: u32) -> Result<(usize, Vec<Column<'a>>), Error> {
    if batch.row_count == 0 {
        return Ok((0, Vec::new()));
    }
    if batch.row_count > max_rows {
        return Err(wrong(format!(
            "malformed batch: {} rows, {max_rows} were asked for",
            batch.row_count
        )));
    }
    let rows = usize::try_from(batch.row_count).map_err(|_| Error::too_long("row_count"))?;
    let count = usize::try_from(batch.column_count).map_err(|_| Error::too_long("column_count"))?;
    // SAFETY: passed on to the caller.
    let columns = unsafe { text::slice(batch.columns, count, "batch.columns") }?;
    let columns = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            // SAFETY: passed on to the caller.
            unsafe { read_column(column, rows) }.map_err(|error| Error {
                detail: format!("malformed batch: column {index}: {}", error.detail),
                ..error
            })
        })
        .collect::<Result<_, _>>()?;
    Ok((rows, columns))
}

/// # Safety
/// As for [`read`].
unsafe fn read_column<'a>(column: &passerelle_column_data, rows: usize) -> Result<Column<'a>, Error> {
    // SAFETY: passed on to the caller: one byte a row.
    let present = unsafe { text::slice(column.present, rows, "present") }?;
    let integers = || {
        // SAFETY: passed on to the caller: one number a row.
        unsafe { text::slice(column.integers, rows, "integers") }
    };
    let checked = |fits: fn(i64) -> bool| {
        let values = integers()?;
        let bad = present
            .iter()
            .zip(values)
            .position(|(present, value)| *present != 0 && !fits(*value));
        match bad {
            Some(row) => Err(wrong(format!("row {row} is not of its column's kind"))),
            None => Ok(values),
        }
    };
    let values = match column.kind {
        abi::PASSERELLE_COLUMN_INTEGER => Values::Integer(integers()?),
        abi::PASSERELLE_COLUMN_BOOLEAN => Values::Boolean(checked(|value| value == 0 || value == 1)?),
        abi::PASSERELLE_COLUMN_DATE => Values::Date(checked(|value| date(value).is_some())?),
        abi::PASSERELLE_COLUMN_TEXT => {
            // SAFETY: passed on to the caller: one more than the rows.
            let offsets = unsafe { text::slice(column.offsets, rows.saturating_add(1), "offsets") }?;
            if !offsets.is_sorted() {
                return Err(wrong("its offsets go back".to_owned()));
            }
            let len = usize::try_from(offsets.last().copied().unwrap_or(0)).map_err(|_| Error::too_long("bytes"))?;
            // SAFETY: passed on to the caller: the last offset is the end of the texts.
            let bytes = unsafe { text::slice(column.bytes.cast::<u8>(), len, "bytes") }?;
            let text = text::utf8(bytes, "its text")?;
            let mut ends = offsets
                .iter()
                .map(|offset| usize::try_from(*offset).unwrap_or(usize::MAX));
            if !ends.all(|end| text.is_char_boundary(end)) {
                return Err(wrong("an offset cuts a character".to_owned()));
            }
            Values::Text { offsets, text }
        }
        kind => return Err(wrong(format!("unknown kind {kind}"))),
    };
    Ok(Column { present, values })
}

fn wrong(detail: String) -> Error {
    Error::plugin_misbehaves(abi::PASSERELLE_E_ARGUMENT, detail)
}
