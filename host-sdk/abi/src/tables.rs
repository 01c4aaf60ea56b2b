//! Tables: typed, streamed, pulled by the host.

use core::ffi::{CStr, c_char, c_void};

use crate::{passerelle_error, passerelle_host};

/// Id of [`passerelle_host_tables`]. Optional: without it tables cannot be opened.
pub const PASSERELLE_HOST_TABLES: &CStr = c"passerelle.host.tables/1";

/// Kind of column: UTF-8 text, in `offsets` and `bytes`.
pub const PASSERELLE_COLUMN_TEXT: i32 = 1;
/// Kind of column: a whole number, in `integers`.
pub const PASSERELLE_COLUMN_INTEGER: i32 = 2;
/// Kind of column: 0 or 1, in `integers`.
pub const PASSERELLE_COLUMN_BOOLEAN: i32 = 3;
/// Kind of column: a calendar date, in `integers`, as days since 1970-01-01.
pub const PASSERELLE_COLUMN_DATE: i32 = 4;

/// One column of a batch. Borrowed until the table's next `next`, or its `release`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_column_data {
    /// One of `PASSERELLE_COLUMN_*`, the same in every batch of the table.
    pub kind: i32,
    /// One byte a row: 0 where the cell is empty.
    pub present: *const u8,
    /// One number a row; NULL for a text column.
    pub integers: *const i64,
    /// One more than the rows: cell *r* is `bytes[offsets[r]]` to `bytes[offsets[r + 1]]`; NULL but for a text column.
    pub offsets: *const u32,
    /// The texts one after the other, UTF-8; NULL but for a text column.
    pub bytes: *const c_char,
}

/// A batch of rows, column by column. Allocated by the host; what it points to is borrowed until the table's next
/// `next`, or its `release`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
#[derive(Clone, Copy)]
pub struct passerelle_batch {
    /// `sizeof(passerelle_batch)`, set by the host.
    pub struct_size: u32,
    /// Rows of this batch; 0 after the last one.
    pub row_count: u32,
    /// Columns, in the order of the table's description.
    pub column_count: u32,
    /// `column_count` columns.
    pub columns: *const passerelle_column_data,
}

/// A table that the plugin made and the host reads. It does nothing until the host pulls. Readable for the life of the
/// process (less than 100 bytes of it, once it has ended): after its `release`, or the `destroy` of its instance, each slot
/// answers `PASSERELLE_E_NOT_INITIALIZED`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_table {
    /// `sizeof(passerelle_table)` as the library compiled it.
    pub struct_size: u32,
    /// The plugin's own; the host does not look at it.
    pub table_data: *mut c_void,
    /// The table's description: a JSON document, schema `passerelle.table/1` (docs/integration.md): title, columns with
    /// id, label, group and kind.
    /// `[any]` · `description`, `description_len`: receive a text borrowed until `release` · since 1.0
    pub describe: Option<
        unsafe extern "C" fn(
            table: *const passerelle_table,
            description: *mut *const c_char,
            description_len: *mut u32,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// Read the next rows; blocks. The first call opens the database.
    /// `[job]` · `max_rows`: from 1; fewer may come · `batch`: allocated by the host, `struct_size` set; `row_count` 0
    /// says that there are no more · `PASSERELLE_E_CANCELLED` after `cancel`; after any error but
    /// `PASSERELLE_E_BUSY` and those of a wrong argument (100 to 107) the table has ended · since 1.0
    pub next: Option<
        unsafe extern "C" fn(
            table: *const passerelle_table,
            max_rows: u32,
            batch: *mut passerelle_batch,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// How far the reading is.
    /// `[any]` · `done`: receives the records read so far · `total`: receives how many there are, 0 if unknown ·
    /// since 1.0
    pub progress: Option<
        unsafe extern "C" fn(
            table: *const passerelle_table,
            done: *mut u64,
            total: *mut u64,
            error: *mut passerelle_error,
        ) -> i32,
    >,
    /// Ask the table to stop: a `next` that is running returns `PASSERELLE_E_CANCELLED` within 2 s.
    /// `[any]` · since 1.0
    pub cancel: Option<unsafe extern "C" fn(table: *const passerelle_table, error: *mut passerelle_error) -> i32>,
    /// End the table, read to its end or not; releasing early cancels. A second time it answers
    /// `PASSERELLE_E_NOT_INITIALIZED`.
    /// `[job]` · `PASSERELLE_E_BUSY` while a `next` is running; the table is then still there, to be released; a NULL
    /// `table` does nothing · since 1.0
    pub release: Option<unsafe extern "C" fn(table: *const passerelle_table, error: *mut passerelle_error) -> i32>,
}

/// Host side of `passerelle.host.tables/1`.
#[repr(C)]
#[cfg_attr(feature = "layout-check", derive(abi_stable::StableAbi))]
pub struct passerelle_host_tables {
    /// `sizeof(passerelle_host_tables)` as the host compiled it.
    pub struct_size: u32,
    /// Show a table. It is the host's from the moment of this call, whatever it answers: the host pulls the rows on a
    /// thread of its choice, and ends the table with `release`, inside this call or later. One that it loses ends with the
    /// instance.
    /// `[main]` during `open` · an error: the host does not show it, and `open` answers `PASSERELLE_E_HOST` · since 1.0
    pub show: Option<
        unsafe extern "C" fn(
            host: *const passerelle_host,
            table: *const passerelle_table,
            error: *mut passerelle_error,
        ) -> i32,
    >,
}
