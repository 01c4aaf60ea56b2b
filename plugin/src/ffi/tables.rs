//! Tables as the host reads them.

use std::ffi::{c_char, c_void};
use std::ops::Range;
use std::sync::{Arc, Mutex, TryLockError};

use passerelle_abi as abi;

use super::object::{InUse, size32};
use super::{funnel, text};
use crate::error::Error;
use crate::table::{Batch, Kind, Progress, Rows, Table};

struct TableObject {
    description: String,
    progress: Arc<Progress>,
    reading: Mutex<Reading>,
    instance: InUse,
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

/// Make a table of `instance` for the host; it is freed by its `release`, or by [`free`].
pub fn create(table: Table, instance: InUse) -> Result<*const abi::passerelle_table, Error> {
    let description = serde_json::to_string(&table.description).map_err(|error| {
        Error::new(
            abi::PASSERELLE_E_IO,
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
    let object = Box::new(TableObject {
        description,
        progress: table.progress,
        reading: Mutex::new(reading),
        instance,
    });
    Ok(Box::into_raw(Box::new(abi::passerelle_table {
        struct_size: size32::<abi::passerelle_table>(),
        table_data: Box::into_raw(object).cast::<c_void>(),
        describe: Some(describe),
        next: Some(next),
        progress: Some(progress),
        cancel: Some(cancel),
        release: Some(release),
    })))
}

/// End a table.
///
/// # Safety
/// `table` came from [`create`] and is used no more.
pub unsafe fn free(table: *const abi::passerelle_table) {
    // SAFETY: both came from `Box::into_raw` in `create`.
    unsafe {
        let shell = table.cast_mut();
        // Emptied first: should the object panic on its way, the shell is left, and answers as NULL does.
        let object = std::mem::replace(&mut (*shell).table_data, std::ptr::null_mut());
        drop(Box::from_raw(object.cast::<TableObject>()));
        drop(Box::from_raw(shell));
    }
}

/// # Safety
/// `table` is NULL or a table that lives.
unsafe fn object<'a>(table: *const abi::passerelle_table) -> Option<&'a TableObject> {
    // SAFETY: the caller's promise; `table_data` is what `create` put there.
    unsafe { text::own(table.as_ref()?.table_data) }
}

/// One call of the host on a table: the whole funnel.
///
/// # Safety
/// `table` is NULL or a table that lives; `error` is as [`funnel::guard`] says.
unsafe fn call(
    slot: &'static str,
    table: *const abi::passerelle_table,
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&TableObject) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        ending_call(slot, table, error, |table| {
            table.instance.object().check_state()?;
            work(table)
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
    error: *mut abi::passerelle_error,
    work: impl FnOnce(&TableObject) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    let Some(object) = (unsafe { object(table) }) else {
        // SAFETY: the caller's promise.
        return unsafe { funnel::guard(slot, error, || Err(text::null("table"))) };
    };
    // SAFETY: the caller's promise.
    unsafe { object.instance.object().guarded(slot, error, || work(object)) }
}

unsafe extern "C" fn describe(
    table: *const abi::passerelle_table,
    description: *mut *const c_char,
    description_len: *mut u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("table.describe", table, error, |table| {
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
        call("table.next", table, error, |table| {
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
                        abi::PASSERELLE_E_BUSY,
                        "Ce tableau est déjà en cours de lecture.",
                        "next while another next of this table is running",
                    ));
                }
                Err(TryLockError::Poisoned(_)) => {
                    return Err(Error::new(
                        abi::PASSERELLE_E_POISONED,
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
        call("table.progress", table, error, |table| {
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
        ending_call("table.cancel", table, error, |table| {
            table.progress.cancel();
            Ok(())
        })
    }
}

unsafe extern "C" fn release(table: *const abi::passerelle_table, error: *mut abi::passerelle_error) -> i32 {
    if table.is_null() {
        return abi::PASSERELLE_OK;
    }
    // SAFETY: the host's promise on its pointers.
    let code = unsafe {
        ending_call("table.release", table, error, |table| {
            table.progress.cancel();
            if matches!(table.reading.try_lock(), Err(TryLockError::WouldBlock)) {
                return Err(Error::new(
                    abi::PASSERELLE_E_BUSY,
                    "Ce tableau est encore en cours de lecture.",
                    "release while a next of this table is running; it has been cancelled",
                ));
            }
            Ok(())
        })
    };
    if code != abi::PASSERELLE_OK {
        return code;
    }
    // SAFETY: the host gives the table up with this call, and nobody reads it.
    let code = unsafe {
        funnel::guard("table.free", error, || {
            free(table);
            Ok(())
        })
    };
    if code == abi::PASSERELLE_E_PANICKED {
        // SAFETY: the shell is the last to go: it is still there, with the object or empty.
        if let Some(object) = unsafe { object(table) } {
            object.instance.object().poison();
        }
    }
    code
}
