//! ODBC: connections, block cursors, and what differs between databases.
//!
//! | file | what it does |
//! |---|---|
//! | `connection_string` | reads attributes, adds those that a driver needs |
//! | `dialect` | everything that differs between databases, decided from what the driver reports |
//! | `connection` | one connection: queries, statements, arrays of parameters, transactions, cancellation |
//! | `catalogue` | the tables that there are, and their columns |
//! | `rows` | a streaming block cursor, all columns as text |
//! | `values` | one tolerant parser per kind of value |
//! | `block` | the rows in its buffers |
//! | `parameters` | parameters, one set or arrays of them |
//! | `odbc` | ODBC where `odbc-api` does not reach, the only unsafe code beside `ffi` |
//! | `patience` | waiting for other sessions' locks |
//! | `error`, `diagnostics` | what can fail, its French text, and how a driver says it |
//! | `sqlserver` | what SQL Server's error numbers mean |
//! | `names` | the table or column that a server's message is about |
//!
//! A [`Database`] holds no connection and goes anywhere; a [`Connection`] is used by one thread at a time. Drivers that
//! fail make `odbc-api` panic when a handle is dropped: every such drop is contained here.

mod block;
mod catalogue;
mod connection;
mod connection_string;
mod diagnostics;
mod dialect;
mod error;
mod names;
#[allow(unsafe_code)]
mod odbc;
mod parameters;
mod patience;
mod rows;
mod sqlserver;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use block::{ColumnType, Row};
pub use catalogue::CatalogueTable;
pub use connection::{CancelHandle, Connection, Param};
pub use connection_string::ConnectionString;
pub use dialect::{Dialect, DialectKind, TextBinding};
pub use error::{DatabaseError, Denied, Report};
pub use patience::Refusal;
pub use rows::{Rows, Sizes};
pub use values::{FALSE_WORDS, Unreadable};

use patience::Patience;

/// How long a login may take, in seconds. A driver may ignore it.
const LOGIN_TIMEOUT_SEC: u32 = 10;

/// A database that was reached once: how to reach it again and what its driver reported. Holds no open connection, nor
/// prints the connection string.
#[derive(Clone)]
pub struct Database {
    connection_string: ConnectionString,
    dialect: Dialect,
    stop: Option<Arc<AtomicBool>>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the database once, asks its driver what it is, and closes it. `connection_string` is ODBC's own
    /// (`Driver=…;Server=…`, or `DSN=…`); what the driver needs for streaming is added where it is missing.
    ///
    /// # Errors
    ///
    /// Whatever keeps the database from being opened; an SQLite file that does not exist is an error.
    pub fn connect(connection_string: &str) -> Result<Database, DatabaseError> {
        Self::reach(connection_string, false)
    }

    /// Like [`Database::connect`], but an SQLite file that does not exist is created.
    ///
    /// # Errors
    ///
    /// Whatever keeps the database from being opened or created.
    pub fn create(connection_string: &str) -> Result<Database, DatabaseError> {
        Self::reach(connection_string, true)
    }

    fn reach(text: &str, create: bool) -> Result<Database, DatabaseError> {
        let mut connection_string = ConnectionString::parse(text);
        let guess = connection_string.kind();
        if guess.is_some_and(DialectKind::is_a_file) && !create {
            connection_string.require_file()?;
        }
        if let Some(kind) = guess {
            connection_string.complete_for(kind, create);
        }
        let dialect = connection::probe(&connection_string)?;
        // A DSN does not say its driver before it is open.
        connection_string.complete_for(dialect.kind(), create);
        Ok(Database {
            connection_string,
            dialect,
            stop: None,
        })
    }

    /// The same, for a call that can be told to stop: its connections wait for other sessions' locks as long as the
    /// flag is not set.
    #[must_use]
    pub fn stopped_by(mut self, flag: Arc<AtomicBool>) -> Database {
        self.stop = Some(flag);
        self
    }

    /// What differs between databases.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Opens one connection, for one thread.
    ///
    /// # Errors
    ///
    /// Whatever keeps the database from being opened.
    pub fn open(&self) -> Result<Connection, DatabaseError> {
        let waiting = if self.stop.is_some() {
            self.dialect.impatient_statements()
        } else {
            self.dialect.patient_statements()
        };
        let connection = self.open_bare(&self.connection_string)?;
        connection.prepare_session(waiting)?;
        Ok(connection)
    }

    fn open_bare(&self, string: &ConnectionString) -> Result<Connection, DatabaseError> {
        let limit = match self.connection_string.patience() {
            Some(limit) => limit,
            // The server itself waits, unless it was asked not to.
            None if self.stop.is_none() => Duration::ZERO,
            None => patience::PATIENCE,
        };
        let patience = Patience {
            limit,
            stop: self.stop.clone(),
        };
        Connection::open(string, self.dialect.clone(), patience)
    }

    /// Opens one connection that only reads, from a consistent snapshot where the database has one.
    ///
    /// # Errors
    ///
    /// Whatever keeps the database from being opened.
    pub fn open_reader(&self) -> Result<Connection, DatabaseError> {
        let connection = self.open_bare(&self.connection_string.for_reading(self.dialect.kind()))?;
        connection.prepare_session(self.dialect.reader_statements())?;
        Ok(connection)
    }
}

/// Runs what may panic inside a driver call, and turns the panic into an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
    // Nothing of what `work` touched is used after a panic: its handles are dropped.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(DatabaseError::DriverFault))
}

/// Drops an ODBC object whose driver may have failed.
fn drop_quietly<T>(object: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(object))).is_err() {
        tracing::warn!("an ODBC driver failed while one of its handles was being closed");
    }
}

#[cfg(test)]
mod tests;
