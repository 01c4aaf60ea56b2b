//! Statements: executed with all that the driver says of it, and cancelled from any thread.
//!
//! A statement is listed in its [`RunningStatements`] for exactly as long as its handle is allocated: whoever
//! cancels, or reads what the driver reports, holds the list's lock, and a statement leaves the list, under that lock,
//! before its handle is freed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use odbc_api::CursorImpl;
use odbc_api::buffers::AnyBuffer;
use odbc_api::handles::{AsStatementRef, SqlChar, Statement as _, StatementImpl, StatementRef};
use odbc_api::parameter::InputParameter;
use odbc_api::sys::{HStmt, HandleType, SQLCancel, SQLExecute, SqlReturn};

use super::connection::{Connection, refused, value};
use super::records::{Record, Refused, records};
use super::text::Text;

#[cfg(not(windows))]
use odbc_api::sys::{
    SQLColumns as sql_columns, SQLExecDirect as sql_exec_direct, SQLPrepare as sql_prepare, SQLTables as sql_tables,
};
#[cfg(windows)]
use odbc_api::sys::{
    SQLColumnsW as sql_columns, SQLExecDirectW as sql_exec_direct, SQLPrepareW as sql_prepare, SQLTablesW as sql_tables,
};

/// Catalogue, schema, table, and the type of it or a column: each a text and its length.
#[rustfmt::skip]
type ListFunction = unsafe extern "system" fn(
    HStmt, *const SqlChar, i16, *const SqlChar, i16, *const SqlChar, i16, *const SqlChar, i16,
) -> SqlReturn;

/// The allocated statements of one connection. Any thread may cancel them.
#[derive(Debug, Default)]
pub struct RunningStatements {
    handles: Mutex<Vec<Listed>>,
}

/// A statement handle in the list.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Listed(HStmt);

// SAFETY: the handle is only ever passed to SQLCancel, which ODBC allows from any thread, and to SQLGetDiagRec, both
// under the list's lock.
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

/// What the driver reports of a statement, wherever the statement is.
#[derive(Debug, Clone)]
pub struct Reports {
    listed: Listed,
    running: Arc<RunningStatements>,
    weigh_warnings: bool,
}

impl Reports {
    /// The records of the last call; none if the statement is gone.
    pub fn refused(&self) -> Refused {
        let handles = self.running.lock();
        let records = if handles.contains(&self.listed) {
            // SAFETY: the handle is allocated, since its owner must take this list's lock before freeing it.
            unsafe { records(HandleType::Stmt, self.listed.0.as_handle()) }
        } else {
            Vec::new()
        };
        Refused { records }
    }

    /// An error if the last call, which succeeded, left a record that is one.
    ///
    /// # Errors
    ///
    /// Its records.
    pub fn heed(&self) -> Result<(), Refused> {
        if !self.weigh_warnings {
            return Ok(());
        }
        let refused = self.refused();
        if refused.records.iter().all(Record::is_a_warning) {
            Ok(())
        } else {
            Err(refused)
        }
    }

    fn check(&self, answer: SqlReturn) -> Result<(), Refused> {
        match answer {
            SqlReturn::SUCCESS_WITH_INFO => self.heed(),
            // An UPDATE or DELETE that found no row.
            SqlReturn::SUCCESS | SqlReturn::NO_DATA => Ok(()),
            _ => Err(self.refused()),
        }
    }
}

/// What of a database is listed.
#[derive(Debug, Clone, Copy)]
pub enum Listing {
    /// Tables and views.
    Tables,
    /// Their columns.
    Columns,
}

/// A statement that is listed while it lives.
pub struct Statement<'c> {
    statement: StatementImpl<'c>,
    reports: Reports,
}

impl Drop for Statement<'_> {
    // Runs before the field `statement` is dropped, which frees the handle.
    fn drop(&mut self) {
        let listed = self.reports.listed;
        self.reports.running.lock().retain(|other| *other != listed);
    }
}

impl AsStatementRef for Statement<'_> {
    fn as_stmt_ref(&mut self) -> StatementRef<'_> {
        self.statement.as_stmt_ref()
    }
}

impl<'c> Statement<'c> {
    /// A statement that other threads can cancel from here to the end of its cursor.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn new(connection: &'c Connection, running: &Arc<RunningStatements>) -> Result<Self, Refused> {
        let allocated = value(connection.handle.allocate_statement());
        let statement = allocated.ok_or_else(|| refused(&connection.handle))?;
        let listed = Listed(statement.as_sys());
        running.lock().push(listed);
        Ok(Statement {
            statement,
            reports: Reports {
                listed,
                running: Arc::clone(running),
                weigh_warnings: connection.manners.weigh_warnings,
            },
        })
    }

    /// Executes a statement.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn execute(mut self, sql: &str, params: &[Box<dyn InputParameter>]) -> Result<Executed<'c>, Refused> {
        let text = Text::new(sql);
        let length = i32::try_from(text.length()).map_err(|_| Refused::default())?;
        for (number, param) in (1_u16..).zip(params) {
            // SAFETY: the parameter outlives the execution below, and nothing executes this statement again.
            let bound = unsafe { self.statement.bind_input_parameter(number, param.as_ref()) };
            value(bound).ok_or_else(|| self.reports.refused())?;
        }
        // SAFETY: the handle is allocated, the text is as long as is said, and what is bound is alive.
        let answer = unsafe { sql_exec_direct(self.reports.listed.0, text.as_ptr(), length) };
        self.reports.check(answer)?;
        Ok(Executed(self))
    }

    /// Lists the tables and views, or the columns of all of them, of a catalogue and of schemas like a pattern.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn list(self, what: Listing, catalog: &str, schema: &str) -> Result<Executed<'c>, Refused> {
        let (function, last): (ListFunction, _) = match what {
            Listing::Tables => (sql_tables, "TABLE,VIEW"),
            Listing::Columns => (sql_columns, "%"),
        };
        let texts = [catalog, schema, "%", last].map(Text::new);
        let mut lengths = [0_i16; 4];
        for (length, text) in lengths.iter_mut().zip(&texts) {
            *length = i16::try_from(text.length()).map_err(|_| Refused::default())?;
        }
        let ([a, b, c, d], [of_a, of_b, of_c, of_d]) = (texts.each_ref().map(Text::as_ptr_or_null), lengths);
        // SAFETY: the handle is allocated, and each text is as long as is said, or NULL.
        let answer = unsafe { function(self.reports.listed.0, a, of_a, b, of_b, c, of_c, d, of_d) };
        self.reports.check(answer)?;
        Ok(Executed(self))
    }

    /// Prepares a statement.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn prepare(self, sql: &str) -> Result<Self, Refused> {
        let text = Text::new(sql);
        let length = i32::try_from(text.length()).map_err(|_| Refused::default())?;
        // SAFETY: the handle is allocated, and the text is as long as is said.
        let answer = unsafe { sql_prepare(self.reports.listed.0, text.as_ptr(), length) };
        self.reports.check(answer)?;
        Ok(self)
    }

    /// Executes a prepared statement for so many rows of parameters, one buffer a parameter.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn execute_arrays(&mut self, rows: usize, params: &[AnyBuffer]) -> Result<(), Refused> {
        let rows = rows.min(params.iter().map(capacity).min().unwrap_or(1));
        // SAFETY: the statement holds no open cursor and no buffer but those of the loop below.
        value(unsafe { self.statement.set_paramset_size(rows) }).ok_or_else(|| self.reports.refused())?;
        for (number, param) in (1_u16..).zip(params) {
            // SAFETY: the buffer has a value or an indicator for each of the rows, outlives the execution below, and is
            // unbound after it.
            let bound = unsafe { self.statement.bind_input_parameter(number, param) };
            value(bound).ok_or_else(|| self.reports.refused())?;
        }
        // SAFETY: the handle is allocated, and what is bound is alive.
        let answer = unsafe { SQLExecute(self.reports.listed.0) };
        let done = self.reports.check(answer);
        let _ = self.statement.reset_parameters();
        done
    }
}

fn capacity(buffer: &AnyBuffer) -> usize {
    odbc_api::buffers::ColumnBuffer::capacity(buffer)
}

/// A statement that was executed.
pub struct Executed<'c>(Statement<'c>);

impl<'c> Executed<'c> {
    /// Rows that it changed; none where the driver does not know.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn row_count(&mut self) -> Result<Option<u64>, Refused> {
        let count = value(self.0.statement.row_count()).ok_or_else(|| self.0.reports.refused())?;
        Ok(u64::try_from(count).ok())
    }

    /// Its rows, and what the driver reports of them; none where it has none.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn into_cursor(mut self) -> Result<Option<(CursorImpl<Statement<'c>>, Reports)>, Refused> {
        let columns = value(self.0.statement.num_result_cols()).ok_or_else(|| self.0.reports.refused())?;
        if columns == 0 {
            return Ok(None);
        }
        let reports = self.0.reports.clone();
        // SAFETY: a statement that was executed and has columns is one with an open cursor.
        Ok(Some((unsafe { CursorImpl::new(self.0) }, reports)))
    }
}
