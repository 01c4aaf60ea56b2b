//! Tables as the plugin makes them: a description, and rows that are computed when the host pulls.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;

/// A table ready to be shown.
pub struct Table {
    /// What its columns are.
    pub description: Description,
    /// Where its rows come from.
    pub rows: Box<dyn Rows>,
    /// Shared with whoever watches or stops the reading.
    pub progress: Arc<Progress>,
}

/// The rows of a table, in order.
pub trait Rows: Send {
    /// Append the next rows to `batch`, which is empty; none appended: there are no more. Blocks. A table that may be long
    /// appends up to `max_rows`; of a short one that comes whole, the host gets no more than that at a time.
    ///
    /// # Errors
    /// The rows cannot be read on, or the reading was cancelled.
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error>;
}

/// How far a reading is, and whether it should stop.
#[derive(Debug, Default)]
pub struct Progress {
    /// Records read so far.
    pub done: AtomicU64,
    /// Records to read; 0 while unknown.
    pub total: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// Ask the reading to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether the reading was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// The document `passerelle.table/1`.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    schema: &'static str,
    /// Stable id.
    pub id: &'static str,
    /// Title in French.
    pub title: String,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// What the table can be saved as.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// What can be opened from it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// What can be opened from one of its rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub row_actions: Vec<RowAction>,
}

impl Description {
    /// A description of this version.
    #[must_use]
    pub fn new(id: &'static str, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            schema: "passerelle.table/1",
            id,
            title: title.into(),
            columns,
            documents: Vec::new(),
            actions: Vec::new(),
            row_actions: Vec::new(),
        }
    }
}

/// A document that holds what a table shows, and more.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// Id of the document.
    pub id: &'static str,
    /// Label in French.
    pub label: &'static str,
    /// Suggested name of the file.
    pub file_name: String,
    /// Its kind, as on the web.
    pub media_type: &'static str,
    /// What to write it with: a JSON object.
    pub parameters: Value,
}

/// Opens another contribution, or the same one in another way.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Label in French.
    pub label: Cow<'static, str>,
    /// Id of the contribution.
    pub opens: &'static str,
    /// What to open it with: a JSON object.
    pub context: Value,
}

/// Opens another contribution on a row.
#[derive(Debug, Clone, Serialize)]
pub struct RowAction {
    /// Label in French.
    pub label: Cow<'static, str>,
    /// Id of the contribution.
    pub opens: &'static str,
    /// What to open it with: a JSON object, completed from the row.
    pub context: Value,
    /// Keys of the context, each with the column whose cell it takes.
    pub context_columns: BTreeMap<&'static str, &'static str>,
}

/// One column of a table.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// Stable id.
    pub id: String,
    /// Label in French.
    pub label: String,
    /// Heading over several columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'static str>,
    /// What its cells hold.
    pub kind: Kind,
    /// Set on a column that tells where the cells of another one come from: the other one's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance_of: Option<String>,
}

impl Column {
    /// A column without a group.
    #[must_use]
    pub fn new(id: &str, label: &str, kind: Kind) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            group: None,
            kind,
            provenance_of: None,
        }
    }
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A boolean.
    Boolean,
    /// A calendar date.
    Date,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// A calendar date.
    Date(NaiveDate),
}

/// Rows, column by column, as they cross to the host. Its buffers are used again for every batch.
#[derive(Debug)]
pub struct Batch {
    columns: Vec<ColumnBuffer>,
    rows: usize,
}

/// The cells of one column.
#[derive(Debug)]
pub struct ColumnBuffer {
    /// What they hold.
    pub kind: Kind,
    /// One byte a row: 0 where the cell is empty.
    pub present: Vec<u8>,
    /// One number a row, but for text.
    pub integers: Vec<i64>,
    /// One more than the rows, for text only.
    pub offsets: Vec<u32>,
    /// The texts one after the other.
    pub bytes: Vec<u8>,
}

impl Batch {
    /// An empty batch for these columns.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        let buffer = |column: &Column| ColumnBuffer {
            kind: column.kind,
            present: Vec::new(),
            integers: Vec::new(),
            offsets: vec![0],
            bytes: Vec::new(),
        };
        Self {
            columns: columns.iter().map(buffer).collect(),
            rows: 0,
        }
    }

    /// Forget the rows, keep the memory.
    pub fn clear(&mut self) {
        self.rows = 0;
        for column in &mut self.columns {
            column.present.clear();
            column.integers.clear();
            column.offsets.truncate(1);
            column.bytes.clear();
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[ColumnBuffer] {
        &self.columns
    }

    /// Append a row. A cell of another kind than its column's, and one that is missing, is empty.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        let mut cells = cells.into_iter();
        for column in &mut self.columns {
            column.push(cells.next().unwrap_or(Cell::Empty));
        }
        self.rows += 1;
    }
}

impl ColumnBuffer {
    fn push(&mut self, cell: Cell<'_>) {
        let (present, integer, text) = match (self.kind, cell) {
            (Kind::Text, Cell::Text(text)) => (1, 0, text),
            (Kind::Integer, Cell::Integer(value)) => (1, value, ""),
            (Kind::Boolean, Cell::Boolean(value)) => (1, i64::from(value), ""),
            (Kind::Date, Cell::Date(date)) => (1, days_since_1970(date), ""),
            _ => (0, 0, ""),
        };
        self.present.push(present);
        if self.kind == Kind::Text {
            self.bytes.extend_from_slice(text.as_bytes());
            self.offsets.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        } else {
            self.integers.push(integer);
        }
    }
}

fn days_since_1970(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}
