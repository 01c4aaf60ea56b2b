//! Connections.

use std::mem::ManuallyDrop;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use odbc_api::handles::{self, AnyHandle as _, SqlResult, slice_to_cow_utf8};
use odbc_api::sys::{AttrOdbcVersion, DriverConnectOption, SqlReturn};

use super::records::{Refused, records};
use super::text::Text;

#[cfg(not(windows))]
use odbc_api::sys::SQLDriverConnect as sql_driver_connect;
#[cfg(windows)]
use odbc_api::sys::SQLDriverConnectW as sql_driver_connect;

/// What a driver needs of those who use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// Its connections are opened and closed one at a time, in the whole process.
    pub one_at_a_time: bool,
    /// A success with a record that is no warning is a failure.
    pub weigh_warnings: bool,
}

/// An open connection: closed and freed when it is dropped.
pub struct Connection {
    pub(super) handle: ManuallyDrop<handles::Connection<'static>>,
    pub(super) manners: Manners,
}

/// Waits until no other connection of a driver without locks of its own is being opened or closed.
fn turn(manners: Manners) -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    manners
        .one_at_a_time
        .then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The process's environment, which nobody ever frees.
struct Environment(handles::Environment);

// SAFETY: connections are allocated from it and nothing else: the driver manager lets any thread do that.
unsafe impl Sync for Environment {}

fn environment() -> Result<&'static handles::Environment, Refused> {
    static ENVIRONMENT: OnceLock<Option<Environment>> = OnceLock::new();
    let made = ENVIRONMENT.get_or_init(|| {
        let environment = value(handles::Environment::new())?;
        value(environment.declare_version(AttrOdbcVersion::Odbc3_80))?;
        Some(Environment(environment))
    });
    made.as_ref().map(|made| &made.0).ok_or_else(Refused::default)
}

impl Connection {
    /// Opens a database.
    ///
    /// # Errors
    ///
    /// What the driver manager or the driver reports.
    pub fn open(connection_string: &str, login_timeout_sec: u32, manners: Manners) -> Result<Connection, Refused> {
        let text = Text::new(connection_string);
        let length = i16::try_from(text.length()).map_err(|_| Refused::default())?;
        let environment = environment()?;
        let _turn = turn(manners);
        let connection = value(environment.allocate_connection()).ok_or_else(Refused::default)?;
        value(connection.set_login_timeout_sec(login_timeout_sec)).ok_or_else(|| refused(&connection))?;
        // SAFETY: the handle is allocated, the text is as long as is said, and no answer is asked for.
        let answer = unsafe {
            sql_driver_connect(
                connection.as_sys(),
                null_mut(),
                text.as_ptr(),
                length,
                null_mut(),
                0,
                null_mut(),
                DriverConnectOption::NoPrompt,
            )
        };
        if answer != SqlReturn::SUCCESS && answer != SqlReturn::SUCCESS_WITH_INFO {
            let refused = refused(&connection);
            // What never connected is freed at once, while it is our turn.
            drop(connection);
            return Err(refused);
        }
        Ok(Connection {
            handle: ManuallyDrop::new(connection),
            manners,
        })
    }

    /// The name of the database management system.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn product(&self) -> Result<String, Refused> {
        let mut name = Vec::with_capacity(256);
        self.checked(self.handle.fetch_database_management_system_name(&mut name))?;
        Ok(slice_to_cow_utf8(&name).into_owned())
    }

    /// The name of the catalogue in use; empty where there is none.
    pub fn catalog(&self) -> String {
        let mut name = Vec::with_capacity(256);
        match value(self.handle.fetch_current_catalog(&mut name)) {
            Some(()) => slice_to_cow_utf8(&name).into_owned(),
            None => String::new(),
        }
    }

    /// Whether each statement is a transaction of its own.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn set_autocommit(&self, on: bool) -> Result<(), Refused> {
        self.checked(self.handle.set_autocommit(on))
    }

    /// Commits the transaction.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn commit(&self) -> Result<(), Refused> {
        self.checked(self.handle.commit())
    }

    /// Rolls the transaction back.
    ///
    /// # Errors
    ///
    /// What the driver reports.
    pub fn rollback(&self) -> Result<(), Refused> {
        self.checked(self.handle.rollback())
    }

    fn checked<T>(&self, result: SqlResult<T>) -> Result<T, Refused> {
        value(result).ok_or_else(|| refused(&self.handle))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _turn = turn(self.manners);
        // An open transaction is in the way of closing.
        let closed = value(self.handle.disconnect()).or_else(|| {
            let _ = self.handle.rollback();
            value(self.handle.disconnect())
        });
        if closed.is_some() {
            // SAFETY: it is not used after this, the last line of its life.
            unsafe { ManuallyDrop::drop(&mut self.handle) }
        } else {
            tracing::warn!("an ODBC driver failed while a connection was being closed");
        }
    }
}

/// What a call that succeeded gives.
pub(super) fn value<T>(result: SqlResult<T>) -> Option<T> {
    match result {
        SqlResult::Success(value) | SqlResult::SuccessWithInfo(value) => Some(value),
        _ => None,
    }
}

/// What the driver reports of the last call on a connection.
pub(super) fn refused(connection: &handles::Connection<'_>) -> Refused {
    // SAFETY: the handle is allocated as long as its wrapper lives.
    let records = unsafe { records(connection.handle_type(), connection.as_handle()) };
    Refused { records }
}
