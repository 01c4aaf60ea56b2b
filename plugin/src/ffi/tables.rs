//! Tables as the host reads them.

use std::ffi::c_char;
use std::ops::Range;
use std::sync::{Arc, Mutex, TryLockError};

use passerelle_abi as abi;

use super::funnel::{self, Mark};
use super::life::{Life, hand_out};
use super::object::{Object, Shell, size32};
use super::text;
use crate::error::{Error, ErrorKind};
use crate::fault;
use crate::table::{Batch, Kind, Progress, Rows, Table};

/// A table as it was handed out; it outlives what it stands for.
pub struct TableShell {
    c: abi::passerelle_table,
    instance: &'static Shell,
    life: Life<TableObject>,
}

// SAFETY: the structure of C is never written after it was made, and its pointer is this value's own address.
unsafe impl Sync for TableShell {}

/// What stands behind a `passerelle_table` until its `release`.
struct TableObject {
    description: String,
    progress: Arc<Progress>,
    reading: Mutex<Reading>,
}

struct Reading {
    rows: Box<dyn Rows>,
    batch: Batch,
    // The rows of the batch that the host has now; those behind them come next.
    given: Range<usize>,
    columns: Vec<abi::passerelle_column_data>,
    ended: bool,
}

// SAFETY: the pointers in `columns` point into `batch` beside them.
unsafe impl Send for Reading {}

/// Make a table of `instance` for the host; it is ended by its `release`, or with the instance.
pub fn create(table: Table, instance: &'static Shell) -> Result<&'static abi::passerelle_table, Error> {
    let description = serde_json::to_string(&table.description).map_err(|error| {
        Error::new(
            ErrorKind::Io,
            "Le tableau n'a pas pu être décrit.",
            format!("describing a table: {error}"),
        )
    })?;
    let reading = Reading {
        batch: Batch::new(&table.description.columns),
        rows: table.rows,
        given: 0..0,
        columns: Vec::new(),
        ended: false,
    };
    let object = TableObject {
        description,
        progress: table.progress,
        reading: Mutex::new(reading),
    };
    let owner = instance.enter()?;
    let shell = hand_out(|shell| TableShell {
        c: abi::passerelle_table {
            struct_size: size32::<abi::passerelle_table>(),
            table_data: shell,
            describe: Some(describe),
            next: Some(next),
            progress: Some(progress),
            cancel: Some(cancel),
            release: Some(release),
        },
        instance,
        life: Life::new(object),
    });
    owner.add_table(shell);
    Ok(&shell.c)
}

impl TableShell {
    /// Ask a reading that is going on to stop.
    pub fn cancel(&self) {
        let _ended = self.life.peek(|table| table.progress.cancel());
    }

    /// End the table; what read for it has ended when this returns.
    pub fn end(&self) {
        drop(self.life.leave());
    }

    fn enter(&self) -> Result<Arc<TableObject>, Error> {
        self.life.enter().ok_or_else(ended)
    }
}

fn ended() -> Error {
    Error::new(
        ErrorKind::NotInitialized,
        "Ce tableau a été fermé : ouvrez-le de nouveau.",
        "the table has been released, or its instance destroyed",
    )
}

/// # Safety
/// `table` is NULL or a table that was handed out.
unsafe fn shell(table: *const abi::passerelle_table) -> Option<&'static TableShell> {
    // SAFETY: the caller's promise; `table_data` is what `create` put there, and is never freed.
    unsafe { text::own(table.as_ref()?.table_data) }
}

/// One call of the host on a table: the whole funnel.
///
/// # Safety
/// `table` is NULL or a table that was handed out; `error` is as [`funnel::guard`] says.
unsafe fn call(
    slot: &'static str,
    table: *const abi::passerelle_table,
    mark: Mark,
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&TableObject) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        ending_call(slot, table, mark, error, |object, table| {
            object.check_state()?;
            work(&*table.enter()?)
        })
    }
}

/// One call of the host towards the end of a table, whatever became of the instance: a host must be able to clean up.
///
/// # Safety
/// As of [`call`].
unsafe fn ending_call(
    slot: &'static str,
    table: *const abi::passerelle_table,
    mark: Mark,
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&Object, &TableShell) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    let entered = match unsafe { shell(table) } {
        // A table's call is one of its instance.
        Some(shell) => shell
            .instance
            .enter()
            .map(|object| (object, shell))
            .map_err(|_| ended()),
        None => Err(text::null("table")),
    };
    // SAFETY: the caller's promise.
    unsafe {
        match entered {
            Ok((object, shell)) => object.guarded(slot, mark, error, || work(&object, shell)),
            Err(refused) => funnel::guard(slot, mark, None, error, || Err(refused)),
        }
    }
}

unsafe extern "C" fn describe(
    table: *const abi::passerelle_table,
    description: *mut *const c_char,
    description_len: *mut u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("table.describe", table, Mark::Any, error, |table| {
            let (to, to_len) = (
                text::out("description", description)?,
                text::out("description_len", description_len)?,
            );
            *to_len = text::len32(table.description.len())?;
            *to = table.description.as_ptr().cast();
            Ok(())
        })
    }
}

unsafe extern "C" fn next(
    table: *const abi::passerelle_table,
    max_rows: u32,
    batch: *mut abi::passerelle_batch,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("table.next", table, Mark::Job, error, |table| {
            let out = text::borrow_out(batch)?;
            if max_rows == 0 {
                return Err(Error::argument(
                    "Le programme hôte a demandé zéro ligne.",
                    "max_rows is 0",
                ));
            }
            let mut reading = match table.reading.try_lock() {
                Ok(reading) => reading,
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::new(
                        ErrorKind::Busy,
                        "Ce tableau est déjà en cours de lecture.",
                        "next while another next of this table is running",
                    ));
                }
                Err(TryLockError::Poisoned(_)) => {
                    return Err(Error::new(
                        ErrorKind::Poisoned,
                        "Ce tableau s'est arrêté après une erreur interne : fermez-le et rouvrez-le.",
                        "an earlier next of this table panicked",
                    ));
                }
            };
            reading.advance(max_rows as usize, &table.progress)?;
            out.row_count = text::len32(reading.given.len())?;
            out.column_count = text::len32(reading.columns.len())?;
            out.columns = reading.columns.as_ptr();
            Ok(())
        })
    }
}

impl Reading {
    fn advance(&mut self, max_rows: usize, progress: &Progress) -> Result<(), Error> {
        let cancelled = progress.is_cancelled();
        if cancelled || self.given.end >= self.batch.rows() {
            self.batch.clear();
            self.given = 0..0;
        }
        if cancelled {
            self.ended = true;
            return Err(Error::cancelled());
        }
        if !self.ended && self.batch.rows() == 0 {
            let read = self.rows.next(max_rows, &mut self.batch);
            self.ended = read.is_err() || self.batch.rows() == 0;
            if read.is_err() {
                self.batch.clear();
            }
            read?;
        }
        let start = self.given.end;
        self.given = start..self.batch.rows().min(start.saturating_add(max_rows));
        self.columns.clear();
        self.columns.extend(self.batch.columns().iter().map(|column| {
            let is_text = column.kind == Kind::Text;
            abi::passerelle_column_data {
                kind: match column.kind {
                    Kind::Text => abi::PASSERELLE_COLUMN_TEXT,
                    Kind::Integer => abi::PASSERELLE_COLUMN_INTEGER,
                    Kind::Boolean => abi::PASSERELLE_COLUMN_BOOLEAN,
                    Kind::Date => abi::PASSERELLE_COLUMN_DATE,
                },
                present: from(&column.present, start),
                integers: if is_text {
                    std::ptr::null()
                } else {
                    from(&column.integers, start)
                },
                // They count from the first of `bytes`, wherever the rows given start.
                offsets: if is_text {
                    from(&column.offsets, start)
                } else {
                    std::ptr::null()
                },
                bytes: if is_text {
                    column.bytes.as_ptr().cast()
                } else {
                    std::ptr::null()
                },
            }
        }));
        Ok(())
    }
}

/// Where the cells of the rows from `start` on are.
fn from<T>(cells: &[T], start: usize) -> *const T {
    cells.get(start..).unwrap_or_default().as_ptr()
}

unsafe extern "C" fn progress(
    table: *const abi::passerelle_table,
    done: *mut u64,
    total: *mut u64,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("table.progress", table, Mark::Any, error, |table| {
            let (to_done, to_total) = (text::out("done", done)?, text::out("total", total)?);
            *to_done = table.progress.done.load(std::sync::atomic::Ordering::Relaxed);
            *to_total = table.progress.total.load(std::sync::atomic::Ordering::Relaxed);
            Ok(())
        })
    }
}

unsafe extern "C" fn cancel(table: *const abi::passerelle_table, error: *mut abi::passerelle_error) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        ending_call("table.cancel", table, Mark::Any, error, |_, table| {
            table.enter()?.progress.cancel();
            Ok(())
        })
    }
}

unsafe extern "C" fn release(table: *const abi::passerelle_table, error: *mut abi::passerelle_error) -> i32 {
    if table.is_null() {
        return abi::PASSERELLE_OK;
    }
    // SAFETY: the host's promise on its pointers.
    unsafe {
        ending_call("table.release", table, Mark::Job, error, |object, shell| {
            let table = shell.enter()?;
            table.progress.cancel();
            if matches!(table.reading.try_lock(), Err(TryLockError::WouldBlock)) {
                return Err(Error::new(
                    ErrorKind::Busy,
                    "Ce tableau est encore en cours de lecture.",
                    "release while a next of this table is running; it has been cancelled",
                ));
            }
            fault::inject("table.free");
            object.forget_table(shell);
            shell.end();
            Ok(())
        })
    }
}
