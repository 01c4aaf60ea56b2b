//! One connection, used by one thread at a time.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::odbc::{self, Executed, Manners, Refused, RunningStatements, Statement};
use super::{
    ConnectionString, DatabaseError, Dialect, DialectKind, LOGIN_TIMEOUT_SEC, Patience, Refusal, Rows, Sizes,
    drop_quietly, guarded, parameters,
};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Param::Integer(value)
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Param::Text(value.to_owned())
    }
}

impl From<String> for Param {
    fn from(value: String) -> Self {
        Param::Text(value)
    }
}

impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}

/// What `cancel` and the connection share.
#[derive(Debug, Default)]
pub(super) struct Cancellation {
    requested: AtomicBool,
    pub(super) running: Arc<RunningStatements>,
}

impl Cancellation {
    pub(super) fn check(&self) -> Result<(), DatabaseError> {
        if self.requested.load(Ordering::Acquire) {
            Err(DatabaseError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Cancels what a connection is doing, from any thread, and for good: the connection then answers
/// [`DatabaseError::Cancelled`] to everything.
#[derive(Debug, Clone)]
pub struct CancelHandle {
    shared: Arc<Cancellation>,
    reaches_driver: bool,
}

impl CancelHandle {
    /// Cancels. A statement that the driver cannot interrupt stops at the end of its current block.
    pub fn cancel(&self) {
        self.shared.requested.store(true, Ordering::Release);
        if self.reaches_driver {
            self.shared.running.cancel();
        }
    }
}

/// An open connection. It may move to another thread, not be shared.
pub struct Connection {
    // Taken only when the connection is dropped.
    inner: Option<odbc::Connection>,
    dialect: Dialect,
    pub(super) cancellation: Arc<Cancellation>,
    patience: Patience,
    in_transaction: Cell<bool>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

/// Opens the database, asks its driver what it is, and closes it.
pub(super) fn probe(string: &ConnectionString) -> Result<Dialect, DatabaseError> {
    let inner = open_inner(string, string.kind())?;
    let product = guarded(|| Ok(inner.product()));
    drop_quietly(inner);
    let product = product?.map_err(|refused| DatabaseError::of(&refused, DialectKind::Other, ""))?;
    Ok(Dialect::from_product(&product))
}

fn open_inner(string: &ConnectionString, kind: Option<DialectKind>) -> Result<odbc::Connection, DatabaseError> {
    let manners = Manners {
        one_at_a_time: kind.is_none_or(DialectKind::opens_one_at_a_time),
        weigh_warnings: kind == Some(DialectKind::SqlServer),
    };
    guarded(|| Ok(odbc::Connection::open(&string.text(), LOGIN_TIMEOUT_SEC, manners)))?.map_err(|refused| {
        for record in &refused.records {
            // Before it is open, a database cannot say anything of its rows.
            tracing::warn!(?record, said = %string.without_secrets(&record.message), "a database cannot be opened");
        }
        DatabaseError::on_connect(&refused, kind)
    })
}

impl Connection {
    pub(super) fn open(
        string: &ConnectionString,
        dialect: Dialect,
        patience: Patience,
    ) -> Result<Connection, DatabaseError> {
        Ok(Connection {
            inner: Some(open_inner(string, Some(dialect.kind()))?),
            dialect,
            cancellation: Arc::default(),
            patience,
            in_transaction: Cell::new(false),
        })
    }

    /// Runs what makes a fresh connection what it is to be.
    pub(super) fn prepare_session(&self, statements: &[&str]) -> Result<(), DatabaseError> {
        let all = self.dialect.session_statements();
        all.iter()
            .chain(statements)
            .try_for_each(|statement| self.execute(statement, &[]))
    }

    /// Does `work` again for as long as another session's lock is in the way and there is time to wait: for a whole
    /// transaction, which such a lock ends on most databases. Inside a transaction it is done once.
    ///
    /// # Errors
    ///
    /// The error of `work`; [`DatabaseError::Cancelled`] if it was told to stop meanwhile.
    pub fn patiently<T, E: Refusal>(&self, mut work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        if self.in_transaction.get() {
            return work();
        }
        self.wait_for_locks(work)
    }

    fn wait_for_locks<T, E: Refusal>(&self, work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        let cancelled = || self.cancellation.check().is_err();
        self.patience.attempt(&cancelled, work)
    }

    pub(super) fn odbc(&self) -> Result<&odbc::Connection, DatabaseError> {
        self.cancellation.check()?;
        self.inner.as_ref().ok_or(DatabaseError::DriverFault)
    }

    /// A statement that is cancelled with the connection.
    pub(super) fn statement(&self) -> Result<Statement<'_>, DatabaseError> {
        let connection = self.odbc()?;
        guarded(|| Ok(Statement::new(connection, &self.cancellation.running)))?
            .map_err(|refused| self.error(&refused, ""))
    }

    /// Executes a statement that may have rows.
    pub(super) fn start(&self, sql: &str, params: &[Param]) -> Result<Executed<'_>, DatabaseError> {
        let statement = self.statement()?;
        let params = parameters::bind(params, self.dialect.text_binding());
        guarded(|| Ok(statement.execute(sql, &params)))?.map_err(|refused| self.error(&refused, sql))
    }

    /// What a refused statement means. Between the flag and the driver's answer, the driver names a cancellation in its
    /// own way.
    pub(super) fn error(&self, refused: &Refused, sql: &str) -> DatabaseError {
        let cancelled = self.cancellation.check().err();
        cancelled.unwrap_or_else(|| DatabaseError::of(refused, self.dialect.kind(), sql))
    }

    /// What differs between databases.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// What cancels this connection's work from another thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle {
            shared: Arc::clone(&self.cancellation),
            reaches_driver: self.dialect.cancels_from_another_thread(),
        }
    }

    /// Runs a query and streams its rows. Texts up to 1 MiB are read, whatever sizes the driver reports.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn query(&self, sql: &str, params: &[Param]) -> Result<Rows<'_>, DatabaseError> {
        self.query_sized(sql, params, Sizes::default())
    }

    /// Like [`Connection::query`], for a caller that knows how long the columns' texts are and how much memory the
    /// rows may take.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn query_sized(&self, sql: &str, params: &[Param], sizes: Sizes) -> Result<Rows<'_>, DatabaseError> {
        Rows::start(self, sql, params, sizes)
    }

    /// Runs a statement.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn execute(&self, sql: &str, params: &[Param]) -> Result<(), DatabaseError> {
        self.patiently(|| self.execute_once(sql, params))
    }

    fn execute_once(&self, sql: &str, params: &[Param]) -> Result<(), DatabaseError> {
        let executed = self.start(sql, params)?;
        drop_quietly(executed);
        Ok(())
    }

    /// Runs an UPDATE or DELETE and gives the number of rows that it changed.
    ///
    /// # Errors
    ///
    /// What the driver reports; [`DatabaseError::UncountedRows`] if it does not count: the rows are changed then.
    pub fn change(&self, sql: &str, params: &[Param]) -> Result<u64, DatabaseError> {
        self.patiently(|| {
            let mut executed = self.start(sql, params)?;
            let count = guarded(|| Ok(executed.row_count()));
            drop_quietly(executed);
            let count = count?.map_err(|refused| self.error(&refused, sql))?;
            count.ok_or(DatabaseError::UncountedRows)
        })
    }

    /// Runs one statement for every row of parameters, with arrays of parameters. All rows have the same length. To
    /// have all or none of them, call it in a [`Connection::transaction`].
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn execute_many(&self, sql: &str, rows: &[Vec<Param>]) -> Result<(), DatabaseError> {
        let width = rows.first().map_or(0, Vec::len);
        if width == 0 {
            return Ok(());
        }
        if rows.iter().any(|row| row.len() != width) {
            return Err(DatabaseError::DriverFault);
        }
        self.patiently(|| {
            let statement = self.statement()?;
            let binding = self.dialect.text_binding();
            guarded(|| {
                let prepared = statement.prepare(sql);
                Ok(prepared.and_then(|statement| parameters::execute_arrays(statement, rows, binding)))
            })?
            .map_err(|refused| self.error(&refused, sql))
        })
    }

    /// Runs `work` in a transaction, which is committed if it succeeds and else rolled back. Inside a transaction,
    /// `work` becomes part of that one.
    ///
    /// # Errors
    ///
    /// The error of `work`, or of the commit.
    pub fn transaction<T, E: From<DatabaseError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.in_transaction.get() {
            return work(self);
        }
        self.begin()?;
        // Rolls back and restores the mode however `work` ends, a panic included.
        let open = OpenTransaction {
            connection: self,
            done: Cell::new(false),
        };
        let value = work(self)?;
        open.commit()?;
        Ok(value)
    }

    /// Whether rows that are being read keep other sessions from writing: whoever reads must then not wait, in the
    /// middle of a result, for somebody who writes.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn readers_block_writers(&self) -> Result<bool, DatabaseError> {
        match self.dialect.readers_let_write() {
            Some((question, word)) => {
                let answer = self.first_text(question)?;
                Ok(!answer.is_some_and(|answer| answer.eq_ignore_ascii_case(word)))
            }
            None => Ok(false),
        }
    }

    /// From here on, everything that this connection reads is one state of the data, as far as the database can give
    /// one, until the connection is closed. Gives that state's name, where it has one; with the name of another
    /// connection's state, it reads that.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn begin_reading(&self, state: Option<&str>) -> Result<Option<String>, DatabaseError> {
        let Some(begin) = self.dialect.begin_reading() else {
            return Ok(None);
        };
        self.execute(begin, &[])?;
        match (state, self.dialect.name_of_state()) {
            (Some(name), _) => {
                self.execute(&self.dialect.share_state(name), &[])?;
                Ok(Some(name.to_owned()))
            }
            (None, Some(question)) => self.first_text(question),
            (None, None) => Ok(None),
        }
    }

    /// The first cell of a query's first row.
    fn first_text(&self, sql: &str) -> Result<Option<String>, DatabaseError> {
        let mut rows = self.query(sql, &[])?;
        let row = rows.next_row()?;
        Ok(row.and_then(|row| row.text(0).ok().flatten().map(Cow::into_owned)))
    }

    fn begin(&self) -> Result<(), DatabaseError> {
        if let Some([begin, ..]) = self.dialect.transaction_statements() {
            self.execute(begin, &[])?;
        } else {
            let connection = self.odbc()?;
            guarded(|| Ok(connection.set_autocommit(false)))?.map_err(|refused| self.error(&refused, ""))?;
        }
        self.in_transaction.set(true);
        Ok(())
    }
}

struct OpenTransaction<'c> {
    connection: &'c Connection,
    done: Cell<bool>,
}

impl OpenTransaction<'_> {
    fn commit(&self) -> Result<(), DatabaseError> {
        if let Some([_, commit, _]) = self.connection.dialect.transaction_statements() {
            // Readers may still be in the way. The transaction stays open then, and keeps new ones out.
            self.connection
                .wait_for_locks(|| self.connection.execute_once(commit, &[]))?;
        } else {
            let connection = self.connection.odbc()?;
            guarded(|| Ok(connection.commit()))?.map_err(|refused| self.connection.error(&refused, ""))?;
        }
        self.done.set(true);
        Ok(())
    }

    /// Rolls back what was not committed, and restores the mode; also where the connection was cancelled.
    fn end(&self, connection: &odbc::Connection) -> Result<(), Refused> {
        if let Some([.., rollback]) = self.connection.dialect.transaction_statements() {
            if !self.done.get() {
                let running = &self.connection.cancellation.running;
                Statement::new(connection, running)?.execute(rollback, &[])?;
            }
            return Ok(());
        }
        if !self.done.get() {
            connection.rollback()?;
        }
        connection.set_autocommit(true)
    }
}

impl Drop for OpenTransaction<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.inner.as_ref() else {
            return;
        };
        match guarded(|| Ok(self.end(connection))) {
            Ok(Ok(())) => {}
            Ok(Err(refused)) => tracing::warn!(?refused, "a transaction could not be ended"),
            Err(error) => tracing::warn!(%error, "a transaction could not be ended"),
        }
        self.connection.in_transaction.set(false);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        drop_quietly(self.inner.take());
    }
}
