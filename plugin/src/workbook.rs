//! Excel workbooks, written row by row: whatever the number of rows, memory stays flat.
//!
//! Rows wait in unnamed temporary files, which end with the workbook. The library below panics when such a file cannot
//! be written; every call of it is contained here.

mod layout;
mod output;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Read as _, Seek as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use crate::error::{Error, ErrorKind};
use crate::host::Run;
use crate::table::{Cell, Column};
use layout::{Formats, Layout};
pub(crate) use text::writable;

/// Rows that a worksheet holds at most.
const SHEET_ROWS: u32 = 1_048_576;
/// Bytes of a worksheet from which the file has to be a ZIP64 one; the limit is 4 GiB, and this is an estimate.
const LARGE_SHEET: u64 = 2 << 30;
/// Whole numbers beyond it would be rounded.
const EXACT: i64 = 1 << 53;

/// What a workbook fails with.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// The library refused something.
    #[error("writing a workbook: {0}")]
    Xlsx(#[from] XlsxError),
    /// The workbook could not be put together or handed over.
    #[error("writing a workbook: {0}")]
    Io(#[from] io::Error),
    /// A temporary file could not be made or written.
    #[error("writing a workbook: a temporary file could not be made or written")]
    TemporaryFile,
    /// The host asked to stop.
    #[error("cancelled by the host")]
    Cancelled,
}

impl WorkbookError {
    /// French text for the user: what, where, how to mend it.
    #[must_use]
    pub fn user_text(&self) -> String {
        match self {
            Self::Cancelled => "Opération annulée.".to_owned(),
            _ => "Le classeur Excel n'a pas pu être écrit : vérifiez la place disponible dans le dossier choisi et \
                  dans le dossier temporaire de cet ordinateur."
                .to_owned(),
        }
    }
}

impl From<WorkbookError> for Error {
    fn from(error: WorkbookError) -> Self {
        match error {
            WorkbookError::Cancelled => Self::cancelled(),
            error => Self::new(ErrorKind::Io, error.user_text(), error.to_string()),
        }
    }
}

/// One cell of a row.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// What a table holds.
    Cell(Cell<'a>),
    /// A local date and time of day.
    Moment(NaiveDateTime),
}

impl<'a> From<Cell<'a>> for Value<'a> {
    fn from(cell: Cell<'a>) -> Self {
        Self::Cell(cell)
    }
}

/// A workbook being written.
pub struct Book {
    workbook: Workbook,
    formats: Formats,
    large: bool,
}

/// One table of a workbook: one worksheet, and further ones where its rows do not fit.
pub struct Sheet {
    name: String,
    layout: Layout,
    most_rows: u32,
    full: Vec<Worksheet>,
    worksheet: Worksheet,
    next_row: u32,
    bytes: u64,
}

impl Book {
    /// An empty workbook. `date` is when it was made, by the host's clock.
    ///
    /// # Errors
    /// [`WorkbookError::Xlsx`]: the date is none of Excel's.
    pub fn new(title: &str, date: NaiveDate) -> Result<Self, WorkbookError> {
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        let year = u16::try_from(date.year()).unwrap_or(1900);
        let created = ExcelDateTime::from_ymd(year, part(date.month()), part(date.day()))?;
        let mut workbook = Workbook::new();
        workbook.set_properties(
            &DocProperties::new()
                .set_title(text::plain(title))
                .set_author("Passerelle Apprentissage")
                .set_creation_datetime(&created),
        );
        Ok(Self {
            workbook,
            formats: Formats::new(),
            large: false,
        })
    }

    /// A table for the workbook, with its header; `wide` names the columns that hold sentences. Its place is decided by
    /// [`Book::write`].
    ///
    /// # Errors
    /// [`WorkbookError::Xlsx`], [`WorkbookError::TemporaryFile`].
    pub fn sheet(&mut self, name: &str, columns: &[Column], wide: &[&str]) -> Result<Sheet, WorkbookError> {
        self.sheet_of(name, Layout::new(columns, wide), SHEET_ROWS)
    }

    fn sheet_of(&mut self, name: &str, layout: Layout, most_rows: u32) -> Result<Sheet, WorkbookError> {
        let worksheet = self.worksheet(&text::sheet_name(name, 1), &layout)?;
        Ok(Sheet {
            name: name.to_owned(),
            next_row: layout.header_rows(),
            layout,
            most_rows,
            full: Vec::new(),
            worksheet,
            bytes: 0,
        })
    }

    fn worksheet(&mut self, name: &str, layout: &Layout) -> Result<Worksheet, WorkbookError> {
        contained(|| {
            let mut worksheet = self.workbook.new_worksheet_with_constant_memory();
            worksheet.set_name(name)?;
            layout.write_header(&mut worksheet, &self.formats)?;
            Ok(worksheet)
        })
    }

    /// Puts the tables in this order and writes the file.
    ///
    /// # Errors
    /// [`WorkbookError::Io`]: `to` or a temporary file failed; [`WorkbookError::Cancelled`]; as [`Book::sheet`].
    pub fn write(
        mut self,
        sheets: impl IntoIterator<Item = Sheet>,
        run: &dyn Run,
        to: &mut dyn Write,
    ) -> Result<(), WorkbookError> {
        for sheet in sheets {
            self.large |= sheet.bytes > LARGE_SHEET;
            for worksheet in sheet.finish()? {
                self.workbook.push_worksheet(worksheet);
            }
        }
        self.workbook.use_zip_large_file(self.large);
        let mut file = tempfile::tempfile()?;
        output::save(&mut self.workbook, &mut file, run)?;
        file.rewind()?;
        let mut chunk = vec![0; 1 << 16];
        loop {
            if run.is_cancelled() {
                return Err(WorkbookError::Cancelled);
            }
            let read = file.read(&mut chunk)?;
            match chunk.get(..read) {
                Some([]) | None => return Ok(()),
                Some(bytes) => to.write_all(bytes)?,
            }
        }
    }
}

impl Sheet {
    /// Appends a row; on a further worksheet where this one is full.
    ///
    /// # Errors
    /// As [`Book::sheet`].
    pub fn row<'a, V: Into<Value<'a>>>(
        &mut self,
        book: &mut Book,
        cells: impl IntoIterator<Item = V>,
    ) -> Result<(), WorkbookError> {
        if self.next_row >= self.most_rows {
            let number = self.full.len() + 2;
            let fresh = book.worksheet(&text::sheet_name(&self.name, number), &self.layout)?;
            let full = std::mem::replace(&mut self.worksheet, fresh);
            self.full.push(self.layout.finish(full, self.next_row)?);
            book.large |= self.bytes > LARGE_SHEET;
            self.next_row = self.layout.header_rows();
            self.bytes = 0;
        }
        contained(|| {
            for (column, value) in cells.into_iter().enumerate() {
                let column = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
                self.bytes += self.cell(column, value.into(), &book.formats)?;
            }
            Ok(())
        })?;
        self.next_row += 1;
        Ok(())
    }

    /// Writes one cell and tells about how many bytes it takes.
    fn cell(&mut self, column: u16, value: Value<'_>, formats: &Formats) -> Result<u64, XlsxError> {
        let (row, worksheet) = (self.next_row, &mut self.worksheet);
        let text_format = self.layout.text_format(column, formats);
        match value {
            Value::Cell(Cell::Empty) => return Ok(0),
            Value::Cell(Cell::Text(text)) => {
                text::write(worksheet, row, column, text, text_format)?;
                return Ok(80 + text.len() as u64);
            }
            Value::Cell(Cell::Integer(value)) if value.abs() <= EXACT => {
                // Exact up to this size.
                #[allow(clippy::cast_precision_loss)]
                worksheet.write_number_with_format(row, column, value as f64, &formats.integer)?;
            }
            Value::Cell(Cell::Integer(value)) => {
                text::write(worksheet, row, column, &value.to_string(), text_format)?;
            }
            Value::Cell(Cell::Boolean(value)) => {
                worksheet.write_boolean_with_format(row, column, value, &formats.boolean)?;
            }
            Value::Cell(Cell::Date(date)) => match serial(date) {
                Some(days) => {
                    worksheet.write_number_with_format(row, column, days, &formats.date)?;
                }
                None => {
                    let text = date.format("%d/%m/%Y").to_string();
                    text::write(worksheet, row, column, &text, text_format)?;
                }
            },
            Value::Moment(moment) => {
                let seconds = f64::from(chrono::Timelike::num_seconds_from_midnight(&moment));
                let days = serial(moment.date()).unwrap_or_default() + seconds / 86_400.0;
                worksheet.write_number_with_format(row, column, days, &formats.moment)?;
            }
        }
        Ok(80)
    }

    fn finish(mut self) -> Result<Vec<Worksheet>, WorkbookError> {
        self.full.push(self.layout.finish(self.worksheet, self.next_row)?);
        Ok(self.full)
    }
}

/// A date as Excel counts it; none where Excel has no date, or another one than the calendar's (its 1900 has a 29
/// February).
fn serial(date: NaiveDate) -> Option<f64> {
    let start = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let days = i32::try_from(date.signed_duration_since(start).num_days()).ok()?;
    (61..=2_958_465).contains(&days).then(|| f64::from(days))
}

/// Runs what panics when a temporary file fails.
fn contained<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, WorkbookError> {
    // A workbook that failed is given up: nothing half done is used again.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(WorkbookError::TemporaryFile),
    }
}
