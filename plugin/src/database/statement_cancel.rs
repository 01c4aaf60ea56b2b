//! `SQLCancel` from another thread, which `odbc-api` does not wrap.
//!
//! A statement is listed in its [`RunningStatements`] for exactly as long as its handle is allocated: whoever
//! cancels holds the list's lock, and a statement leaves the list, under that lock, before its handle is freed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use odbc_api::handles::{AsStatementRef, Statement as _, StatementImpl, StatementRef};
use odbc_api::sys::{HStmt, SQLCancel};
use odbc_api::{Connection, CursorImpl, Error, ParameterCollectionRef, Preallocated};

/// The allocated statements of one connection. Any thread may cancel them.
#[derive(Debug, Default)]
pub struct RunningStatements {
    handles: Mutex<Vec<Listed>>,
}

/// A statement handle in the list.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Listed(HStmt);

// SAFETY: the handle is only ever passed to SQLCancel, which ODBC allows from any thread, under the list's lock.
unsafe impl Send for Listed {}

impl RunningStatements {
    /// Asks the driver to stop whatever these statements are doing. What the driver answers does not matter: a driver
    /// that cannot cancel leaves the statement running, and its caller looks at its own flag between two blocks.
    pub fn cancel(&self) {
        for Listed(handle) in self.lock().iter() {
            // SAFETY: the handle is allocated, since its owner must take this list's lock before freeing it.
            let _ = unsafe { SQLCancel(*handle) };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Listed>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A statement that is listed while it lives.
pub struct CancellableStatement<'c> {
    statement: StatementImpl<'c>,
    listed: Listed,
    running: Arc<RunningStatements>,
}

impl<'c> CancellableStatement<'c> {
    fn new(statement: StatementImpl<'c>, running: Arc<RunningStatements>) -> Self {
        let listed = Listed(statement.as_sys());
        running.lock().push(listed);
        CancellableStatement {
            statement,
            listed,
            running,
        }
    }
}

impl Drop for CancellableStatement<'_> {
    // Runs before the field `statement` is dropped, which frees the handle.
    fn drop(&mut self) {
        self.running.lock().retain(|listed| *listed != self.listed);
    }
}

impl AsStatementRef for CancellableStatement<'_> {
    fn as_stmt_ref(&mut self) -> StatementRef<'_> {
        self.statement.as_stmt_ref()
    }
}

/// Executes one statement that other threads can cancel from before its execution to the end of its cursor.
///
/// # Errors
///
/// What the driver reports.
pub fn execute<'c>(
    connection: &'c Connection<'static>,
    sql: &str,
    params: impl ParameterCollectionRef,
    running: &Arc<RunningStatements>,
) -> Result<Option<CursorImpl<CancellableStatement<'c>>>, Error> {
    let statement = connection.preallocate()?.into_handle();
    let statement = CancellableStatement::new(statement, Arc::clone(running));
    // SAFETY: the statement is freshly allocated: it has no open cursor and no bound buffer.
    let statement = unsafe { Preallocated::new(statement) };
    statement.into_cursor(sql, params)
}
